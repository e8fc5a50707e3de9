# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an identity may do: statements from entries, and a long list shared between documents."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError, new_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.sizes import PolicyTooLarge, policy_size
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.identity import (
    IDENTITY_GRANT_OPTIONS,
    check_identity_grants,
    identity_statement,
    split_by_size,
)
from hypothesis import given, settings
from hypothesis import strategies as st

A = "111111111111"
ROLE = f"arn:aws:iam::{A}:role/XacctBackup"


def entry(**options):
    return {"name": "read", "actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::b/*"], **options}


def test_identity_statement():
    assert identity_statement(entry()) == {
        "Sid": "Xacctread",
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::b/*",
    }
    assert identity_statement(
        entry(
            actions=["s3:Get*", "*", "s3:Get*"],
            resources=["*", "arn:aws:s3:::b"],
            effect="Deny",
            conditions={"Bool": {"aws:SecureTransport": False}},
        )
    ) == {
        "Sid": "Xacctread",
        "Effect": "Deny",
        "Action": ["s3:Get*", "*"],
        "Resource": ["*", "arn:aws:s3:::b"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_options_that_are_not_given_may_be_none():
    assert identity_statement({**dict.fromkeys(IDENTITY_GRANT_OPTIONS), **entry()}) == identity_statement(entry())


def test_assume_roles():
    wanted = {"Sid": "Xacctbackup", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE}
    assert identity_statement({"name": "backup", "assume_roles": [ROLE]}) == wanted
    several = [ROLE, "arn:aws:iam::*:role/X*", ROLE]
    assert identity_statement({"name": "backup", "assume_roles": several}) == {
        **wanted,
        "Resource": [ROLE, "arn:aws:iam::*:role/X*"],
    }
    conditions = {"StringEquals": {"aws:ResourceOrgID": "o-abcdefghij"}}
    assert identity_statement(
        {
            "name": "backup",
            "assume_roles": [ROLE],
            "conditions": conditions,
            "session_tags": True,
            "source_identity": True,
        }
    ) == {
        **wanted,
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        "Condition": conditions,
    }
    with pytest.raises(PolicyError, match="backup: assume_roles: 'x' is not the ARN of a role"):
        identity_statement({"name": "backup", "assume_roles": ["x"]})
    with pytest.raises(PolicyError, match="backup: assume_roles is empty"):
        identity_statement({"name": "backup", "assume_roles": []})


REFUSED = {
    "unknown option": ({"action": "x"}, "action is not an option of a grant"),
    "effect": ({"effect": "allow"}, "effect: Allow or Deny"),
    "no actions": ({"actions": []}, "actions is empty"),
    "null actions": ({"actions": None}, "actions is empty"),
    "action": ({"actions": ["GetObject"]}, "'GetObject' is not an action"),
    "action number": ({"actions": [5]}, "5 is not an action"),
    "no resources": ({"resources": []}, "resources is empty"),
    "resource": ({"resources": ["bucket"]}, "'bucket' is not an ARN"),
    "conditions": ({"conditions": {"a": "b"}}, "conditions: a is an object"),
    "conditions list": ({"conditions": ["a"]}, "conditions: an object"),
    "condition value": ({"conditions": {"a": {"b": None}}}, "conditions: conditions.a.b is null"),
    "condition operator": (
        {"conditions": {"StringEqual": {"aws:PrincipalOrgID": "o-abcdefghij"}}},
        "conditions: AWS has no condition operator StringEqual; did you mean StringEquals",
    ),
    "condition twice": (
        {"conditions": {"StringEquals": {"s3:prefix": "a"}, "stringequals": {"S3:Prefix": "b"}}},
        "is given twice",
    ),
    "both": ({"assume_roles": [ROLE]}, "actions: not together with assume_roles"),
    "tags without roles": ({"session_tags": True}, "session_tags: only together with assume_roles"),
    "denied roles": (
        {"actions": None, "resources": None, "assume_roles": [ROLE], "effect": "Deny"},
        "effect: assume_roles allows",
    ),
    "not a role": (
        {"actions": None, "resources": None, "assume_roles": [f"arn:aws:iam::{A}:user/x"]},
        "assume_roles: .* is not the ARN of a role",
    ),
}


@pytest.mark.parametrize(("options", "says"), REFUSED.values(), ids=REFUSED)
def test_refused(options, says):
    with pytest.raises(PolicyError, match=says):
        identity_statement(entry(**options))
    found = check_identity_grants([entry(**options)])
    assert found
    assert all(error.startswith("read: ") for error in found)


def test_check_identity_grants():
    assert check_identity_grants([]) == []
    assert check_identity_grants([entry(), entry(name="other")]) == []
    found = check_identity_grants([entry(actions=[]), entry(), entry(), {"assume_roles": []}])
    assert found == [
        "read: actions is empty",
        "read: two entries have this name; give each its own",
        "grants[3]: name must be a non-empty string, not None",
        "grants[3]: assume_roles is empty",
    ]


arns = st.lists(st.from_regex(r"arn:aws:iam::[0-9]{12}:role/[a-zé\"]{1,20}", fullmatch=True), min_size=1, max_size=30)


@settings(max_examples=80, deadline=None)
@given(arns, st.integers(180, 700))
def test_split_by_size(resources, limit):
    statement = {"Sid": "Xacctx", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": resources}
    documents = split_by_size(statement, limit)
    parts = [document["Statement"][0]["Resource"] for document in documents]
    parts = [part if isinstance(part, list) else [part] for part in parts]
    assert [resource for part in parts for resource in part] == list(dict.fromkeys(resources))
    assert all(policy_size(document, "characters") <= limit for document in documents)
    for part, after in itertools.pairwise(parts):
        assert policy_size(new_document([{**statement, "Resource": [*part, after[0]]}]), "characters") > limit
    assert (
        split_by_size({**statement, "Resource": [*resources, "arn:aws:iam::1:role/new"]}, limit)[: len(parts) - 1]
        == (documents[:-1])
    )


def test_split_by_size_of_few_and_of_none():
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE}
    whole = new_document([statement])
    size = policy_size(whole, "characters")
    assert split_by_size(statement, size) == [whole]
    with pytest.raises(PolicyTooLarge, match=f"a policy with {ROLE} alone would be {size}"):
        split_by_size(statement, size - 1)
    with pytest.raises(PolicyError, match="no Resource to share out"):
        split_by_size({"Effect": "Allow"}, 6144)


def test_three_hundred_roles_are_shared_out_over_managed_policies():
    roles = [f"arn:aws:iam::{number:012}:role/XacctBackup" for number in range(300)]
    documents = split_by_size(identity_statement({"name": "backup", "assume_roles": roles}), 6144)
    assert [len(document["Statement"][0]["Resource"]) for document in documents] == [133, 133, 34]
