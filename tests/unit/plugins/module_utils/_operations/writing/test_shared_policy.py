# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The protocol that writes a shared policy: nothing is lost, no write is needless, and every wait has an end."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError
from ansible_collections.xacct.aws.plugins.module_utils._operations.writing.shared_policy import (
    FRESH_SECONDS,
    ROUNDS,
    SETTLE_SECONDS,
    converge_policy,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import policies_equal
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import new_document, statements
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.sizes import PolicyTooLarge
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.own_statements import merge_statements

from tests.unit.plugins.module_utils._operations.writing.virtual_time import Carrier, Register, World


def statement(sid: str, principal: str = "111111111111") -> dict:
    return {"Sid": sid, "Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}


FOREIGN = [statement("Theirs"), {"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"}]


def sids(document: dict | None) -> list[str]:
    return [each.get("Sid", "") for each in statements(document)]


def adder(sid: str):
    return lambda document: merge_statements(document, [statement(sid)])


def remover(sid: str):
    return lambda document: merge_statements(document, [], remove=[sid])


class Alone:
    """One writer, with a hook that plays the others: `meanwhile` is called after each write with its number."""

    def __init__(self, document: dict | None, lag: float = 0.0) -> None:
        self.world = World(0)
        self.register = Register(self.world, document, lag)
        self.meanwhile = lambda _number: None
        self.carrier = Carrier(self.register, lambda: 0.002)
        write = self.carrier.write

        def write_and_tell(wanted: dict | None) -> None:
            write(wanted)
            self.meanwhile(self.carrier.writes)

        self.carrier.write = write_and_tell

    def converge(self, merge, own_sids):
        return converge_policy(self.carrier, merge, own_sids, timing=self.world.timing())


def test_nothing_is_written_when_nothing_differs() -> None:
    alone = Alone(new_document([*FOREIGN, statement("XacctA")]))
    outcome = alone.converge(adder("XacctA"), ["XacctA"])
    assert outcome.writes == alone.carrier.writes == 0
    assert alone.world.now < SETTLE_SECONDS


def test_a_write_is_read_again_after_it_settled() -> None:
    alone = Alone(new_document(FOREIGN))
    outcome = alone.converge(adder("XacctA"), ["XacctA"])
    assert outcome.writes == alone.carrier.writes == 1
    assert sids(outcome.after) == ["Theirs", "", "XacctA"]
    assert policies_equal(outcome.before, new_document(FOREIGN))
    assert SETTLE_SECONDS < alone.world.now < 2 * SETTLE_SECONDS


def test_the_settling_grows_with_the_window() -> None:
    alone = Alone(new_document(FOREIGN))
    alone.carrier.latency = lambda: 0.2
    alone.converge(adder("XacctA"), ["XacctA"])
    assert alone.world.now > 4 * 0.8


def test_the_last_statement_takes_the_policy_along() -> None:
    alone = Alone(new_document([statement("XacctA")]))
    assert alone.converge(remover("XacctA"), ["XacctA"]).after is None
    assert alone.register.document is None


def test_what_was_overwritten_comes_back_with_its_foreign_neighbours() -> None:
    """Somebody had read before our write, and so before the write of a third party that we saw.

    The third party's statement comes back; that of another grant does not, its own writer sees to that.
    """
    alone = Alone(new_document([*FOREIGN, statement("Third"), statement("XacctOther")]))
    alone.meanwhile = lambda number: (
        alone.register.put(new_document([*FOREIGN, statement("XacctStale")])) if number == 1 else None
    )
    outcome = alone.converge(adder("XacctA"), ["XacctA"])
    assert outcome.writes == 2
    assert sorted(sids(outcome.after)) == ["", "Theirs", "Third", "XacctA", "XacctStale"]


def test_a_removal_that_was_overwritten_is_made_again_and_foreign_neighbours_come_back() -> None:
    before = new_document([*FOREIGN, statement("XacctA")])
    alone = Alone(new_document([*statements(before), statement("Third")]))
    alone.meanwhile = lambda number: (
        alone.register.put(new_document([*statements(before), statement("XacctStale")])) if number == 1 else None
    )
    outcome = alone.converge(remover("XacctA"), ["XacctA"])
    assert sorted(sids(outcome.after)) == ["", "Theirs", "Third", "XacctStale"]


def test_a_foreign_statement_that_goes_while_ours_stay_was_removed_on_purpose() -> None:
    alone = Alone(new_document(FOREIGN))
    alone.meanwhile = lambda _number: alone.register.put(new_document([statement("XacctA")]))
    outcome = alone.converge(adder("XacctA"), ["XacctA"])
    assert outcome.writes == 1
    assert sids(outcome.after) == ["XacctA"]


def test_a_replica_that_lags_is_not_written_over() -> None:
    alone = Alone(new_document(FOREIGN), lag=1.5)
    outcome = alone.converge(adder("XacctA"), ["XacctA"])
    assert outcome.writes == 1
    assert sids(outcome.after) == ["Theirs", "", "XacctA"]


def test_a_principal_shown_by_its_unique_id_is_not_a_loss() -> None:
    alone = Alone(new_document(FOREIGN))
    alone.meanwhile = lambda _number: alone.register.put(
        new_document([*FOREIGN, statement("XacctA", "AROAEXAMPLEEXAMPLE123")])
    )
    wanted = statement("XacctA", "arn:aws:iam::111111111111:role/JustMade")
    outcome = alone.converge(lambda document: merge_statements(document, [wanted]), ["XacctA"])
    assert outcome.writes == 1


def test_who_overwrites_every_time_is_named_as_a_loss_in_the_end() -> None:
    alone = Alone(new_document(FOREIGN))
    alone.meanwhile = lambda number: alone.register.put(new_document([*FOREIGN, statement(f"XacctOther{number}")]))
    said = rf"overwrote this policy on all {ROUNDS} attempts\. Missing statements: XacctA"
    with pytest.raises(TaskError, match=said):
        alone.converge(adder("XacctA"), ["XacctA"])
    assert alone.world.now < 120


def test_the_size_is_checked_before_the_write() -> None:
    alone = Alone(new_document(FOREIGN))

    def refuse(document: dict | None) -> None:
        raise PolicyTooLarge("the policy", 3, 2, "characters")

    alone.carrier.check_size = refuse
    with pytest.raises(PolicyTooLarge):
        alone.converge(adder("XacctA"), ["XacctA"])
    assert alone.carrier.writes == 0


def test_who_thought_for_too_long_reads_again() -> None:
    """Reading the limits takes a second; meanwhile somebody else has written."""
    alone = Alone(new_document(FOREIGN))

    def think(document: dict | None) -> None:
        if "XacctB" not in sids(alone.register.document):
            alone.register.put(new_document([*FOREIGN, statement("XacctB")]))
        alone.world.sleep(10 * FRESH_SECONDS)

    alone.carrier.check_size = think
    outcome = alone.converge(adder("XacctA"), ["XacctA"])
    assert outcome.writes == 1
    assert sids(outcome.after) == ["Theirs", "", "XacctB", "XacctA"]


@pytest.mark.parametrize("code", ["Throttling", "ServiceFailure", "ConnectionClosedError", "ConcurrentModification"])
@pytest.mark.parametrize("carried_out", [True, False])
def test_a_write_that_may_have_failed_is_read_before_it_is_made_again(code: str, carried_out: bool) -> None:
    alone = Alone(new_document(FOREIGN))
    write = alone.carrier.write

    def fail_once(document: dict | None) -> None:
        if carried_out or alone.carrier.writes:
            write(document)
        if alone.carrier.writes <= carried_out:
            alone.carrier.writes += 1 - carried_out
            raise AwsError("no answer", code=code)

    alone.carrier.write = fail_once
    outcome = alone.converge(adder("XacctA"), ["XacctA"])
    assert sids(alone.register.document) == ["Theirs", "", "XacctA"]
    assert outcome.writes == (1 if carried_out else 2)


def test_a_refused_write_is_not_made_again() -> None:
    alone = Alone(new_document(FOREIGN))

    def refuse(document: dict | None) -> None:
        raise AwsError("no", code="AccessDenied")

    alone.carrier.write = refuse
    with pytest.raises(AwsError, match="no"):
        alone.converge(adder("XacctA"), ["XacctA"])


def test_throttling_that_does_not_end_is_reported_as_it_is() -> None:
    alone = Alone(new_document(FOREIGN))

    def refuse(document: dict | None) -> None:
        raise AwsError("Rate exceeded", code="Throttling")

    alone.carrier.write = refuse
    with pytest.raises(AwsError, match="Rate exceeded"):
        alone.converge(adder("XacctA"), ["XacctA"])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("fastest", "slowest"), [(0.001, 0.005), (0.002, 0.05), (0.05, 0.2)], ids=["near", "loaded", "far"]
)
def test_twenty_writers_without_a_lock_lose_nothing(seed: int, fastest: float, slowest: float) -> None:
    """Fifteen add and five remove, all starting within half a second, without seeing each other's lock."""
    world = World(seed)
    gone = [f"XacctGone{number}" for number in range(5)]
    come = [f"XacctCome{number}" for number in range(15)]
    register = Register(world, new_document([*FOREIGN, *map(statement, gone)]))

    def actor(sid: str, merge):
        def act() -> None:
            world.sleep(world.random.uniform(0, 0.5))
            carrier = Carrier(register, lambda: world.random.uniform(fastest, slowest))
            converge_policy(carrier, merge, [sid], timing=world.timing())

        return act

    actors = [*(actor(sid, adder(sid)) for sid in come), *(actor(sid, remover(sid)) for sid in gone)]
    world.run(actors)
    assert sorted(sids(register.document)) == sorted(["Theirs", "", *come])
