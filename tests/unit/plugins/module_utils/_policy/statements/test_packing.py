# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A policy spread over several documents: nothing lost, nothing too large, nothing moved without need."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import policies_equal
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import (
    new_document,
    statements,
    texts,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.sizes import PolicyTooLarge, policy_size
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.packing import joined, spread
from hypothesis import given, settings
from hypothesis import strategies as st

LIMIT = 400


def arn(number: int) -> str:
    return f"arn:aws:iam::{number:012}:role/R{'x' * (number % 5)}"


def assume(sid: str, numbers: list[int], **more: object) -> dict:
    return {"Sid": sid, "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": [arn(n) for n in numbers], **more}


def resources(document: dict) -> set[str]:
    return {text for each in statements(document) for text in texts(each["Resource"], "Resource")}


def fill(document: dict | None, present: list[dict] | None = None, limit: int = LIMIT) -> list[dict]:
    return [each for each in spread(document, present or [], limit) if each is not None]


def test_what_fits_is_one_document() -> None:
    document = new_document([assume("A", [1, 2]), assume("B", [3])])
    (only,) = fill(document, limit=2000)
    assert policies_equal(only, document)


def test_nothing_is_no_document() -> None:
    assert spread(None, [], LIMIT) == []
    assert joined([]) is None
    assert spread(None, [new_document([assume("A", [1])])], LIMIT) == [None]


def test_a_statement_without_a_sid_stays_in_one_piece_and_in_its_place() -> None:
    foreign = {"Effect": "Deny", "Action": "*", "Resource": ["*"]}
    present = [new_document([assume("A", [1, 2, 3, 4])]), new_document([assume("A", [5, 6, 7]), foreign])]
    first, second = spread(joined(present), present, LIMIT)
    assert first is present[0]
    assert second is present[1]


def test_one_more_changes_the_last_document_only() -> None:
    present = fill(new_document([assume("A", list(range(12)))]))
    assert len(present) > 1
    new = spread(new_document([assume("A", list(range(13)))]), present, LIMIT)
    assert [one is other for one, other in zip(present, new, strict=False)].count(False) <= 1


def test_what_stays_is_not_moved() -> None:
    """Whoever may assume a role before and after may assume it in between, too."""
    present = fill(new_document([assume("A", list(range(30)))]))
    left = [number for number in range(30) if number % 7]
    new = spread(new_document([assume("A", left)]), present, LIMIT)
    for before, after in zip(present, new, strict=False):
        if after is not None and new[-1] is not None:
            assert resources(after) <= resources(before)


def test_few_need_few_documents() -> None:
    present = fill(new_document([assume("A", list(range(60)))]))
    new = spread(new_document([assume("A", [5, 25, 55])]), present, LIMIT)
    assert [each is None for each in new] == [False] + [True] * (len(present) - 1)


def test_a_changed_condition_reaches_every_document() -> None:
    present = fill(new_document([assume("A", list(range(20)))]))
    condition = {"Bool": {"aws:SecureTransport": "true"}}
    wanted = new_document([assume("A", list(range(20)), Condition=condition)])
    new = fill(wanted, present)
    assert all(each["Condition"] == condition for document in new for each in statements(document))
    assert policies_equal(joined(new), wanted)


def test_a_change_that_stopped_half_way_is_not_what_is_declared() -> None:
    narrowed = assume("A", [1], Condition={"Bool": {"aws:SecureTransport": "true"}})
    present = [new_document([narrowed]), new_document([assume("A", [2])])]
    assert not policies_equal(joined(present), new_document([narrowed]))
    assert policies_equal(joined(fill(new_document([narrowed]), present)), new_document([narrowed]))


def test_what_is_too_large_alone_is_refused() -> None:
    with pytest.raises(PolicyTooLarge, match="a managed policy with A alone would be"):
        spread(new_document([assume("A", [1])]), [], 100)


policies = st.lists(
    st.tuples(st.sampled_from("ABC"), st.lists(st.integers(0, 60), min_size=1, max_size=25, unique=True)),
    max_size=3,
    unique_by=lambda pair: pair[0],
).map(lambda pairs: new_document([assume(sid, numbers) for sid, numbers in pairs]) if pairs else None)


@settings(max_examples=60, deadline=None)
@given(first=policies, then=policies)
def test_any_policy_after_any_other(first: dict | None, then: dict | None) -> None:
    present = fill(first)
    assert policies_equal(joined(present), first)
    new = spread(then, present, LIMIT)
    left = [each for each in new if each is not None]
    assert policies_equal(joined(left), then)
    assert all(policy_size(each, "characters") <= LIMIT for each in left)
    assert spread(then, left, LIMIT) == left
