# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several policies of one resource as one: what is written where, whatever was there before."""

from __future__ import annotations

from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import sid_of
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import statements
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.own_statements import (
    is_own_sid,
    merge_statements,
)
from ansible_collections.xacct.aws.plugins.module_utils._services.ssm.parameter_policies import (
    ParameterPolicy,
    joined,
    to_write,
)
from hypothesis import given
from hypothesis import strategies as st

NAMES = ("Xaccta", "Xacctb", "Xacctc", "Theirs", "Others", "")
ACTIONS = ("ssm:GetParameter", "ssm:GetParameters")


def statement(sid: str, action: str) -> dict:
    made = {"Sid": sid} if sid else {}
    return {**made, "Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": action, "Resource": "arn"}


STATEMENTS = st.builds(statement, st.sampled_from(NAMES), st.sampled_from(ACTIONS))
OWN = st.builds(statement, st.sampled_from(NAMES[:3]), st.sampled_from(ACTIONS))


@st.composite
def stored(draw) -> list[ParameterPolicy]:
    """Policies as they may be: several statements in one, own ones beside foreign ones, the same one twice."""
    contents = draw(st.lists(st.lists(STATEMENTS, min_size=1, max_size=3), max_size=4))
    return [
        ParameterPolicy(f"p{number}", f"h{number}", {"Version": "2012-10-17", "Statement": content})
        for number, content in enumerate(contents)
    ]


def applied(policies: list[ParameterPolicy], step: ParameterPolicy) -> list[ParameterPolicy]:
    if step.id is None:
        return [*policies, ParameterPolicy(f"new{len(policies)}", "h", step.document)]
    assert step.id in [policy.id for policy in policies]
    return [step if policy.id == step.id else policy for policy in policies if policy.id != step.id or step.document]


def flat(document: dict | None) -> list[str]:
    return sorted(map(repr, statements(document)))


@given(
    stored(),
    st.lists(OWN, max_size=3, unique_by=lambda each: each["Sid"]),
    st.sets(st.sampled_from(NAMES[:3])),
    st.sampled_from(("none", "own")),
)
def test_what_is_written_amounts_to_what_is_wanted(policies, wanted, removed, purge):
    """At no step is anything missing that was there and is wanted, and no foreign statement is touched."""
    removed -= {each["Sid"] for each in wanted}
    after = merge_statements(joined(policies), wanted, remove=removed, purge=purge)
    staying = [each for each in statements(joined(policies)) if each in statements(after)]
    foreign = [each for each in statements(joined(policies)) if not is_own_sid(sid_of(each))]
    of_others = [each for each in policies if not any(is_own_sid(sid_of(one)) for one in statements(each.document))]
    present = list(policies)
    for step in to_write(policies, after):
        assert step.document is None or statements(step.document)
        present = applied(present, step)
        shown = statements(joined(present))
        assert all(each in shown for each in (*staying, *foreign))
    assert flat(joined(present)) == flat(after)
    assert [each for each in present if each in of_others] == of_others
    assert not to_write(present, after)


def test_a_grant_is_a_policy_of_its_own_and_nothing_else_is_written():
    document = {"Version": "2008-10-17", "Id": "RAM", "Statement": statement("Theirs", ACTIONS[0])}
    theirs = ParameterPolicy("p", "h", document)
    mine = [statement("Xaccta", ACTIONS[0]), statement("Xacctb", ACTIONS[0])]
    made = to_write([theirs], merge_statements(joined([theirs]), mine))
    assert [(each.id, statements(each.document)) for each in made] == [(None, [mine[0]]), (None, [mine[1]])]


def test_what_is_new_comes_first_and_what_goes_comes_last():
    old = [
        ParameterPolicy(f"p{name}", "h", {"Statement": [statement(f"Xacct{name}", ACTIONS[0])]}) for name in ("a", "b")
    ]
    wanted = merge_statements(
        joined(old), [statement("Xacctb", ACTIONS[1]), statement("Xacctc", ACTIONS[0])], remove=["Xaccta"]
    )
    assert [each.id for each in to_write(old, wanted)] == [None, "pb", "pa"]
    assert to_write(old, wanted)[-1].document is None


def test_nothing_there_and_nothing_wanted():
    assert joined([]) is None and to_write([], None) == []
