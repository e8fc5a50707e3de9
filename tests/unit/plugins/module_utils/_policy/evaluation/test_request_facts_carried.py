# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Condition keys that nobody gave: derived, not known, or absent, by what requests of the action can carry."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.context import UNKNOWN
from ansible_collections.xacct.aws.plugins.module_utils._policy.reference.actions import (
    BY_CHOICE,
    actions_of,
    can_carry,
    carried_keys,
    services,
)
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._policy.evaluation.evaluation_cases import (
    HERE,
    ROLE,
    THERE,
    allow,
    answer,
    deny,
    levels,
    policy,
    role,
    service,
    session,
    user,
    web,
)

OBJECT = "arn:aws:s3:::data/exports/a.csv"
KEY = f"arn:aws:kms:eu-west-1:{HERE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SECRET = "arn:aws:secretsmanager:eu-west-1:{}:secret:db-Abc123"
TARGET = f"arn:aws:iam::{THERE}:role/Target"
ALL = [allow()]


def when(operator: str, key: str, value: str) -> dict:
    return {"Condition": {operator: {key: value}}}


def test_a_perimeter_of_the_own_account_keeps_nobody_in_it_out():
    perimeter = levels(policy(allow(), deny("s3:*", **when("StringNotEquals", "s3:ResourceAccount", HERE))))
    question = {"action": "s3:GetObject", "resource": OBJECT, "identity": ALL, "service_control_policies": perimeter}
    assert answer(user, **question) == "allowed"
    assert answer(user, account=THERE, resource_policy=[allow(Principal="*")], **question) == "denied"


def test_a_key_policy_for_all_callers_of_an_account():
    of_account = [allow("kms:*", Principal={"AWS": "*"}, **when("StringEquals", "kms:CallerAccount", HERE))]
    question = {"action": "kms:Decrypt", "resource": KEY, "resource_policy": of_account}
    assert answer(user, identity=ALL, **question) == "allowed"
    assert answer(user, identity=ALL, **{**question, "resource_policy": [
        allow("kms:*", Principal={"AWS": "*"}, **when("StringEquals", "kms:CallerAccount", THERE))
    ]}) == "denied"  # fmt: skip
    assert answer(service, **question) == "unknown"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [({"locked": "true"}, "denied"), ({"Locked": "true"}, "denied"), ({"locked": "no"}, "allowed"), ({}, "allowed"),
     (UNKNOWN, "unknown")],
)  # fmt: skip
@pytest.mark.parametrize("key", ["aws:ResourceTag/locked", "iam:ResourceTag/locked"])
def test_the_tags_of_the_role_count(key, tags, expected):
    trust = [allow("sts:AssumeRole", None, Principal={"AWS": ROLE})]
    denied = [allow(), deny("sts:AssumeRole", **when("StringEquals", key, "true"))]
    question = {"action": "sts:AssumeRole", "resource": TARGET, "account": THERE, "resource_policy": trust}
    assert answer(session, identity=denied, resource_tags=tags, **question) == expected


NOT_KNOWN = [
    ("s3:GetObject", OBJECT, "s3:ExistingObjectTag/class"),
    ("s3:GetObject", OBJECT, "s3:TlsVersion"),
    ("s3:GetObject", OBJECT, "s3:authType"),
    ("s3:PutObject", OBJECT, "s3:signatureversion"),
    ("s3:ListBucket", "arn:aws:s3:::data", "s3:BucketTag/class"),
    ("secretsmanager:GetSecretValue", SECRET.format(HERE), "secretsmanager:SecretId"),
    ("secretsmanager:GetSecretValue", SECRET.format(HERE), "secretsmanager:ResourceTag/tag-key"),
    ("kms:Decrypt", KEY, "kms:ResourceAliases"),
    ("kms:Decrypt", KEY, "kms:EncryptionAlgorithm"),
    ("ecr:BatchGetImage", f"arn:aws:ecr:eu-west-1:{HERE}:repository/app", "ecr:ResourceTag/class"),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:eu-west-1:{HERE}:table/t", "dynamodb:LeadingKeys"),
    ("sts:AssumeRole", f"arn:aws:iam::{HERE}:role/Target", "sts:RoleSessionName"),
    ("lambda:InvokeFunctionUrl", f"arn:aws:lambda:eu-west-1:{HERE}:function:f", "lambda:FunctionUrlAuthType"),
    ("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{HERE}:function:f", "lambda:InvokedViaFunctionUrl"),
    ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{HERE}:jobs", "aws:ResourceTag/class"),
    ("bedrock:InvokeModel", f"arn:aws:bedrock:eu-west-1:{HERE}:model/m", "bedrock:GuardrailIdentifier"),
    ("s3:MadeUpTomorrow", OBJECT, "s3:AlsoNew"),
]  # fmt: skip


@pytest.mark.parametrize(("action", "resource", "key"), NOT_KNOWN)
def test_what_a_request_carries_and_nobody_gave_is_not_known(action, resource, key):
    own = [allow("*", None if action.startswith("sts:") else "*", Principal={"AWS": ROLE})]
    carrier = {"resource_policy": own} if action.startswith(("sts:", "kms:")) else {}
    for operator in ("StringEquals", "StringNotEquals"):
        denied = [allow(), deny(**when(operator, key, "x"))]
        assert answer(role, action, resource, identity=denied, **carrier) == "unknown"
    denied = [allow(), deny(**when("StringEquals", key, "x"))]
    assert answer(role, action, resource, identity=denied, context={key: "y"}, **carrier) == "allowed"


@pytest.mark.parametrize(
    ("action", "resource", "key"),
    [
        ("s3:GetObject", OBJECT, "kms:CallerAccount"),
        ("s3:GetObject", OBJECT, "s3:DataAccessPointAccount"),
        ("s3:GetObject", OBJECT, "s3:x-amz-acl"),
        ("s3:ListBucket", "arn:aws:s3:::data", "s3:prefix"),
        ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{HERE}:jobs", "s3:ResourceAccount"),
        ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{HERE}:jobs", "sts:ExternalId"),
        ("kms:Decrypt", KEY, "kms:EncryptionContext:tenant"),
        ("secretsmanager:GetSecretValue", SECRET.format(HERE), "secretsmanager:VersionStage"),
    ],
)
def test_what_a_request_cannot_carry_or_was_not_asked_to_is_absent(action, resource, key):
    everybody = {"resource_policy": [allow(Principal={"AWS": "*"})]} if action.startswith("kms") else {}
    narrowed = [allow(), deny(**when("StringEquals", key, "x"))]
    assert answer(user, action, resource, identity=narrowed, **everybody) == "allowed"


def test_the_claims_of_a_token_that_nobody_gave_are_not_known():
    subject = "token.actions.githubusercontent.com:sub"
    trust = [allow("sts:AssumeRoleWithWebIdentity", None, Principal={"Federated": web.arn},
                   **when("StringEquals", subject, "repo:o/r:ref:refs/heads/main"))]  # fmt: skip
    question = {"action": "sts:AssumeRoleWithWebIdentity", "resource": TARGET, "account": THERE}
    assert answer(web, resource_policy=trust, **question) == "unknown"
    assert answer(web, resource_policy=trust, context={subject: "repo:o/other"}, **question) == "denied"


def test_a_secret_of_another_account_is_named_by_its_arn():
    secret = SECRET.format(THERE)
    question = {"action": "secretsmanager:GetSecretValue", "resource": secret, "account": THERE, "identity": ALL}
    by_arn = [allow(Principal={"AWS": ROLE}, **when("StringEquals", "secretsmanager:SecretId", secret))]
    assert answer(role, resource_policy=by_arn, **question) == "allowed"


class TestReference:
    def test_every_service_has_actions_and_they_are_all_looked_up(self):
        assert {"s3", "sts", "kms", "sqs", "iam", "ses"} <= set(services())
        for each in services():
            assert actions_of(each)
            for name, action in actions_of(each).items():
                assert name == action.name.lower()
                assert carried_keys(f"{each}:{name}", "*") is not None

    def test_resources_decide_which_keys_come_with_them(self):
        assert can_carry("s3:getobject", "arn:aws:s3:eu-west-1:1:accesspoint/p/object/k", "s3:dataaccesspointaccount")
        assert not can_carry("s3:getobject", OBJECT, "s3:dataaccesspointaccount")
        assert can_carry("s3:getobject", "*", "s3:dataaccesspointaccount")

    def test_what_is_sent_by_choice_is_in_the_reference(self):
        """A key that AWS renames would be taken for absent by nobody, and not be noticed."""
        known = {key for each in services() for name in actions_of(each) for key in carried_keys(f"{each}:{name}", "*")}
        for pattern in BY_CHOICE:
            start = pattern.removesuffix("*")
            assert any(key.startswith(start) for key in known), pattern
