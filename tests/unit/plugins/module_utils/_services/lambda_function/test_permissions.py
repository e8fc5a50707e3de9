# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A grant on a Lambda function as calls of AddPermission: nothing is added by the way, nothing gets lost."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import statements_equal
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError, statements
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.own_statements import SidAlphabet, own_sid
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.resource import (
    check_resource_grants,
    resource_statement,
)
from ansible_collections.xacct.aws.plugins.module_utils._services.lambda_function.permissions import (
    added_and_removed,
    merge_permissions,
    permission_of,
    split_statement,
    statement_of,
)
from ansible_collections.xacct.aws.plugins.module_utils._services.lambda_function.rules import RULES
from hypothesis import given, settings
from hypothesis import strategies as st

FUNCTION = "arn:aws:lambda:eu-central-1:222222222222:function:resize"
OTHER = "111111111111"
ROLE = f"arn:aws:iam::{OTHER}:role/app/Caller"
FOREIGN = {"Sid": "Theirs_2", "Effect": "Allow", "Principal": "*", "Action": "lambda:GetAlias", "Resource": FUNCTION}

names = st.sampled_from(["a", "a_2", "a-2", "A", "a 2", "b"])
who = st.sampled_from(["111111111111", "333333333333", ROLE, f"arn:aws:iam::{OTHER}:user/u"])
services = st.sampled_from(["service:s3.amazonaws.com", "service:sns.amazonaws.com"])
accounts = st.lists(st.sampled_from(["111111111111", "333333333333", "444444444444"]), min_size=1, max_size=3)
buckets = st.lists(st.sampled_from(["arn:aws:s3:::b", "arn:aws:sns:eu-central-1:111111111111:t"]), min_size=1)
what = st.one_of(
    st.fixed_dictionaries({"access": st.sampled_from(list(RULES.access))}),
    st.fixed_dictionaries(
        {"actions": st.lists(st.sampled_from(["lambda:InvokeFunction", "lambda:GetAlias", "lambda:*"]), min_size=1)}
    ),
)
for_people = st.fixed_dictionaries(
    {"principals": st.lists(who, min_size=1, max_size=3, unique=True)},
    optional={"organizations": st.lists(st.sampled_from(["o-abcdefghij", "o-0123456789"]), min_size=1, unique=True)},
)
for_services = st.fixed_dictionaries(
    {"principals": st.lists(services, min_size=1, max_size=2, unique=True), "source_accounts": accounts},
    optional={"source_arns": buckets},
)
grants = st.builds(lambda *parts: {key: value for part in parts for key, value in part.items()}, what,
                   st.one_of(for_people, for_services))  # fmt: skip
declared = st.dictionaries(names, grants, max_size=3)


def written(named: dict[str, dict]) -> list[dict]:
    found = []
    for name, grant in named.items():
        whole = {"name": name, **grant}
        assert check_resource_grants([whole], RULES) == []
        found.extend(RULES.split(whole, resource_statement(whole, RULES, parse_arn(FUNCTION))))
    return found


@settings(max_examples=150, deadline=None)
@given(grants)
def test_what_is_written_is_what_the_call_makes(grant):
    """Statement, call and statement again are the same; each call names one of everything."""
    for statement in written({"a": grant}):
        permission = permission_of(statement)
        assert all(isinstance(value, str) for value in permission.values())
        assert statement_of(permission, statement["Sid"], FUNCTION) == statement
        assert permission_of(statement_of(permission, "Other", FUNCTION)) == permission


@settings(max_examples=100, deadline=None)
@given(grants)
def test_a_grant_is_every_combination_once(grant):
    found = written({"a": grant})
    assert all(not statements_equal(one, other) for one, other in itertools.combinations(found, 2))
    whole = {"name": "a", **grant}
    single = resource_statement(whole, RULES, parse_arn(FUNCTION))
    actions = single["Action"] if isinstance(single["Action"], list) else [single["Action"]]
    values = [set(grant.get(name, [None])) for name in ("organizations", "source_accounts", "source_arns")]
    combinations = len(set(actions)) * len(set(grant["principals"]))
    for each in values:
        combinations *= len(each)
    assert len(found) == combinations


@settings(max_examples=200, deadline=None)
@given(declared, declared, st.booleans())
def test_from_one_declaration_to_another(before, after, purge):
    """Merging twice is merging once, foreign statements stay, new ones fit beside all old ones, names keep apart."""
    stored = merge_permissions({"Version": "2012-10-17", "Id": "default", "Statement": [FOREIGN]}, written(before))
    purged = "own" if purge else "none"
    wanted = merge_permissions(stored, written(after), purge=purged)
    assert statements(wanted)[0] == FOREIGN
    assert merge_permissions(wanted, written(after), purge=purged) == wanted

    added, removed = added_and_removed(stored, wanted)
    sids = [each["Sid"] for each in statements(stored)]
    assert len({*sids, *(each["Sid"] for each in added)}) == len(sids) + len(added)
    left = [each for each in [*statements(stored), *added] if each["Sid"] not in removed]
    assert {each["Sid"]: each for each in left} == {each["Sid"]: each for each in statements(wanted)}

    kept = after if purge else {**before, **after}
    for name, grant in kept.items():
        sid = own_sid(name, SidAlphabet.LAMBDA)
        mine = [permission_of(each) for each in statements(wanted) if RULES.grant_sid(each["Sid"]) == sid]
        theirs = [permission_of(each) for each in written({name: grant})]
        assert sorted(map(repr, mine)) == sorted(map(repr, theirs))
    owners = {own_sid(name, SidAlphabet.LAMBDA) for name in kept}
    assert {RULES.grant_sid(each["Sid"]) for each in statements(wanted)[1:]} == owners


@settings(max_examples=100, deadline=None)
@given(declared, declared, st.data())
def test_an_update_may_stop_anywhere(before, after, data):
    """Whatever of the steps was done, the next run gets there; what both declarations allow is there all the time."""
    stored = merge_permissions(None, written(before))
    added, removed = added_and_removed(stored, merge_permissions(stored, written(after), purge="own"))
    steps = [*added, *removed]
    present = list(statements(stored))
    always = {repr(permission_of(each)) for each in written(before)} & {
        repr(permission_of(each)) for each in written(after)
    }
    for step in steps[: data.draw(st.integers(0, len(steps)))]:
        present = [*present, step] if isinstance(step, dict) else [each for each in present if each["Sid"] != step]
        assert always <= {repr(permission_of(each)) for each in present}
    document = {"Version": "2012-10-17", "Id": "default", "Statement": present} if present else None
    done = merge_permissions(document, written(after), purge="own")
    assert {repr(permission_of(each)) for each in statements(done)} == {
        repr(permission_of(each)) for each in written(after)
    }


def test_removing_by_name():
    stored = merge_permissions(None, written({"a": {"access": "read", "principals": [OTHER]}, "b": {
        "access": "invoke", "principals": [OTHER]}}))  # fmt: skip
    left = merge_permissions(stored, [], remove=["Xaccta"])
    assert [each["Sid"] for each in statements(left)] == ["Xacctb"]
    assert merge_permissions(left, [], purge="own") is None
    assert merge_permissions(None, []) is None
    assert merge_permissions({**left, "Statement": [FOREIGN]}, [], purge="all") is None


def test_other_spellings_are_kept_and_dead_principals_are_not():
    (mine,) = written({"a": {"access": "invoke", "principals": ["service:s3.amazonaws.com"],
                             "source_arns": ["arn:aws:s3:::b"]}})  # fmt: skip
    shown = {**mine, "Sid": "Xaccta_4", "Action": "lambda:invokefunction",
             "Condition": {"StringLike": {"aws:SourceArn": "arn:aws:s3:::b"}}}  # fmt: skip
    stored = {"Version": "2012-10-17", "Statement": [shown]}
    assert merge_permissions(stored, [mine]) == stored
    (people,) = written({"a": {"access": "invoke", "principals": [ROLE]}})
    dead = {**people, "Principal": {"AWS": "AROAEXAMPLEEXAMPLE123"}}
    healed = merge_permissions({"Version": "2012-10-17", "Statement": [dead]}, [people])
    assert statements(healed) == [{**people, "Sid": "Xaccta_2"}]


@pytest.mark.parametrize(
    ("sid", "of"),
    [("Xaccta", "Xaccta"), ("Xaccta_2", "Xaccta"), ("Xaccta_12", "Xaccta"), ("Xaccta-2", "Xaccta-2"),
     ("Theirs_2", "Theirs_2"), ("Xacct_2", "Xacct_2"), ("Xaccta_b", "Xaccta_b")],
)  # fmt: skip
def test_whose_statement_it_is(sid, of):
    assert RULES.grant_sid(sid) == of


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Deny", "Principal": "*", "Action": "lambda:*"},
        {"Effect": "Allow", "Principal": {"AWS": [OTHER, ROLE]}, "Action": "lambda:*"},
        {"Effect": "Allow", "Principal": "*", "Action": ["lambda:a", "lambda:b"]},
        {"Effect": "Allow", "Principal": "*", "Action": "lambda:*",
         "Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-abcdefghij", "o-0123456789"]}}},
        {"Effect": "Allow", "Principal": "*", "Action": "lambda:*", "Condition": {"Null": {"aws:SourceIp": "true"}}},
    ],
)  # fmt: skip
def test_what_no_call_makes(statement):
    with pytest.raises(PolicyError):
        permission_of(statement)


def test_several_values_are_several_statements():
    both = {
        "Sid": "Xaccta", "Effect": "Allow", "Principal": {"AWS": [OTHER, ROLE]}, "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION, "Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-abcdefghij", "o-0123456789"]}},
    }  # fmt: skip
    assert [(each["Principal"], *each["Condition"]["StringEquals"].values()) for each in split_statement(both)] == [
        ({"AWS": f"arn:aws:iam::{OTHER}:root"}, "o-abcdefghij"),
        ({"AWS": f"arn:aws:iam::{OTHER}:root"}, "o-0123456789"),
        ({"AWS": ROLE}, "o-abcdefghij"),
        ({"AWS": ROLE}, "o-0123456789"),
    ]
