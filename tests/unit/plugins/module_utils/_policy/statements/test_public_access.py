# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What makes a policy public, and what other accounts need on a bucket's key."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import CompiledPolicy
from ansible_collections.xacct.aws.plugins.module_utils._policy.kms.required_access import key_statements
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import new_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.public_access import (
    BLOCK_POLICY,
    RESTRICT_BUCKETS,
    BlockPublicAccess,
    public_statements,
)
from ansible_collections.xacct.aws.plugins.module_utils._services.s3_bucket.rules import bucket_statements
from hypothesis import given, settings
from hypothesis import strategies as st

OWNER, OTHER = "111111111111", "222222222222"
READER = f"arn:aws:iam::{OTHER}:role/Reader"


def statement(**elements: object) -> dict:
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*", **elements}


def test_public_statements_by_sid_and_number():
    document = new_document(
        [
            statement(Principal={"AWS": OTHER}),
            statement(Principal={"AWS": ["*"]}),
            statement(Sid="Site", Principal="*", Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}),
            statement(Sid="Not", NotPrincipal={"AWS": OTHER}),
            statement(Sid="Referer", Principal="*", Condition={"StringLike": {"aws:Referer": "https://x/*"}}),
            statement(Sid="Deny", Effect="Deny", Principal="*"),
            statement(Sid="Mine", Principal="*", Condition={"StringEquals": {"aws:PrincipalAccount": OTHER}}),
        ]
    )
    found = public_statements(document)
    assert list(found) == ["statement 2", "Site", "Not", "Referer"]
    assert found["statement 2"].endswith("nothing narrows it")
    assert "wider than /8" in found["Site"]
    assert "everyone but a few" in found["Not"]
    assert "no condition on aws:Referer" in found["Referer"]
    assert public_statements(None) == {}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda effect, principal, condition: statement(
                Effect=effect, **principal, **({"Condition": condition} if condition else {})
            ),
            st.sampled_from(("Allow", "Deny")),
            st.sampled_from(({"Principal": "*"}, {"Principal": {"AWS": [OTHER, "*"]}}, {"Principal": {"AWS": OTHER}})),
            st.sampled_from(
                (None, {"Bool": {"aws:SecureTransport": "true"}}, {"StringEquals": {"aws:SourceVpce": "vpce-1"}})
            ),
        ),
        max_size=4,
    )
)
def test_public_is_what_the_evaluator_calls_public(statements):
    document = new_document(statements)
    assert bool(public_statements(document)) == CompiledPolicy(document).is_public


def test_block_public_access_by_level():
    settings_found = BlockPublicAccess({"bucket": frozenset({BLOCK_POLICY}), "account": None})
    assert settings_found.on(BLOCK_POLICY) == ["bucket"]
    assert settings_found.on(RESTRICT_BUCKETS) == []
    assert settings_found.unknown == ["account"]


def grant(**options: object) -> list[dict]:
    return bucket_statements({"name": "x", "principals": [READER], "access": "read", **options}, "data")


def test_reading_and_writing_take_different_rights_on_the_key():
    assert key_statements(grant(), OWNER) == [
        {
            "Sid": "ObjectsInS3",
            "Effect": "Allow",
            "Principal": {"AWS": READER},
            "Action": "kms:Decrypt",
            "Resource": "*",
        }
    ]
    (both,) = key_statements(grant(access="read_write"), OWNER)
    assert both["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]


def test_equal_needs_are_one_statement():
    found = key_statements([*grant(), *grant(principals=[OTHER]), *grant(access="write")], OWNER)
    assert [(each["Sid"], each["Principal"]["AWS"]) for each in found] == [
        ("ObjectsInS3", [READER, f"arn:aws:iam::{OTHER}:root"]),
        ("ObjectsInS32", READER),
    ]


def test_everyone_keeps_what_says_who():
    options = {"principals": ["*"], "organizations": ["o-abcdefghij"], "require_tls": True}
    (found,) = key_statements(grant(**options), OWNER)
    assert found["Principal"] == {"AWS": "*"}
    assert found["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}


@pytest.mark.parametrize(
    "options",
    [
        {"principals": [OWNER]},
        {"principals": [f"arn:aws:iam::{OWNER}:role/x"]},
        {"principals": ["service:logging.s3.amazonaws.com"]},
        {"access": "list"},
        {"effect": "Deny"},
        {"access": None, "actions": ["s3:DeleteObject", "s3:GetObjectTagging"]},
    ],
)
def test_nothing_is_missing(options):
    assert key_statements(grant(**options), OWNER) == []


def test_services_need_the_key_for_whom_they_act():
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com", "AWS": f"arn:aws:iam::{OWNER}:root"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
        "Condition": {
            "ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:222222222222:x"},
            "IpAddress": {"aws:SourceIp": "198.51.100.0/24"},
        },
    }
    needs = {"sqs:SendMessage": ("kms:GenerateDataKey", "kms:Decrypt"), "sqs:ReceiveMessage": ("kms:Decrypt",)}
    assert key_statements([statement], OWNER, needs) == []
    assert key_statements([statement], OWNER, needs, sid="ForQueue", with_services=True) == [
        {
            "Sid": "ForQueue",
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": "*",
            "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:222222222222:x"}},
        }
    ]
