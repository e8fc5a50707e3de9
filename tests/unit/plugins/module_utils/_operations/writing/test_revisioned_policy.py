# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies with a revision: a conflict is read again and merged again, and nobody's statement is lost."""

from __future__ import annotations

import functools
import random

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._operations.writing.revisioned_policy import (
    ROUNDS,
    converge_revisioned,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import sid_of
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import new_document, statements
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.own_statements import merge_statements
from ansible_collections.xacct.aws.plugins.module_utils._services.resource_policy import PolicyRevision

from .virtual_time import World


class Store:
    """A policy with a revision, as several writers see it."""

    def __init__(self) -> None:
        self.document: dict | None = None
        self.revision = 0
        self.writes = 0


class Carrier:
    """One writer's view of it. A call takes `seconds` of virtual time."""

    label = "policy of function shared"
    conflicts = ("PreconditionFailedException",)

    def __init__(self, store: Store, world: World, seconds: float = 0.05) -> None:
        self.store, self.world, self.seconds = store, world, seconds
        self.codes: list[str] = []

    def read_with_revision(self) -> PolicyRevision:
        self.world.sleep(self.seconds)
        return PolicyRevision(self.store.document, str(self.store.revision))

    def write_on_revision(self, present: PolicyRevision, document: dict | None) -> None:
        self.world.sleep(self.seconds)
        if self.codes:
            raise AwsError("refused", code=self.codes.pop())
        if present.revision != str(self.store.revision):
            raise AwsError("another revision", code="PreconditionFailedException")
        self.store.document, self.store.revision = document, self.store.revision + 1
        self.store.writes += 1

    def check_size(self, document: dict | None) -> None:
        """It always fits."""


def adding(*names: str):
    wanted = [{"Sid": f"Xacct{name}", "Effect": "Allow", "Principal": "*", "Action": "x:y"} for name in names]
    return lambda document: merge_statements(document, wanted)


class Alone(World):
    """Nobody else: a sleep is over at once."""

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_a_write_and_nothing_more():
    world, store = Alone(1), Store()
    first = converge_revisioned(Carrier(store, world), adding("a"), timing=world.timing())
    assert (first.before, first.writes, store.writes) == (None, 1, 1)
    assert [sid_of(each) for each in statements(first.after)] == ["Xaccta"]
    again = converge_revisioned(Carrier(store, world), adding("a"), timing=world.timing())
    assert again.writes == 0 and again.after == first.after and store.writes == 1


@pytest.mark.parametrize("code", ["PreconditionFailedException", "TooManyRequestsException", "ReadTimeoutError"])
def test_what_passes_is_tried_again(code):
    world, said = Alone(1), []
    carrier = Carrier(Store(), world)
    carrier.codes = [code, code]
    done = converge_revisioned(carrier, adding("a"), timing=world.timing(), progress=said.append)
    assert done.writes == 1 and len(said) == 2 and "another writer" in said[0]


def test_what_does_not_pass_is_raised():
    world = Alone(1)
    carrier = Carrier(Store(), world)
    carrier.codes = ["AccessDeniedException"]
    with pytest.raises(AwsError, match="refused"):
        converge_revisioned(carrier, adding("a"), timing=world.timing())
    carrier.codes = ["PreconditionFailedException"] * ROUNDS
    with pytest.raises(AwsError) as raised:
        converge_revisioned(carrier, adding("a"), timing=world.timing())
    assert raised.value.code == "PreconditionFailedException"


@pytest.mark.parametrize("seed", range(5))
def test_twenty_writers_lose_nothing(seed):
    world, store = World(seed), Store()
    store.document = new_document([{"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "x:z"}])
    foreign = store.document["Statement"][0]
    chance = random.Random(seed)
    writers = [(Carrier(store, world, chance.uniform(0.01, 0.2)), adding(str(number))) for number in range(20)]
    world.run([functools.partial(converge_revisioned, *writer, timing=world.timing()) for writer in writers])
    assert store.document["Statement"][0] == foreign
    assert sorted(sid_of(each) for each in store.document["Statement"][1:]) == sorted(f"Xacct{n}" for n in range(20))
    assert store.writes == 20
