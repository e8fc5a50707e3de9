# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Grants on KMS keys: what they allow, what is refused, KMS grants and back."""

from __future__ import annotations

import re

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import CompiledPolicy
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.evaluate import evaluate
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_principals import request_principal
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import (
    KEY_POLICY,
    Request,
    ResourcePolicy,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.kms.grants import (
    MOST_GRANTS,
    OPERATIONS,
    grant_request,
    grant_statement,
    operations_of,
    own_grants,
    too_many_grants,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.kms.required_access import (
    key_arn_in,
    key_statements,
    key_task,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import statements_equal
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import new_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.resource import (
    check_resource_grants,
    resource_statement,
)
from ansible_collections.xacct.aws.plugins.module_utils._services.kms.rules import RULES
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import rules_for
from hypothesis import given, settings
from hypothesis import strategies as st

OWNER, OTHER = "111111111111", "222222222222"
WORKER = f"arn:aws:iam::{OTHER}:role/Worker"
ADMIN = f"arn:aws:iam::{OWNER}:user/admin"
KEY = parse_arn(f"arn:aws:kms:eu-central-1:{OWNER}:key/1234abcd-12ab-34cd-56ef-1234567890ab")
ALL = CompiledPolicy(new_document([{"Effect": "Allow", "Action": "*", "Resource": "*"}]))
CONTEXT = {"kms:EncryptionContext:tenant": "blue"}


def entry(**options: object) -> dict:
    whole = {"name": "worker", "principals": [WORKER], "access": "use", **options}
    return {option: value for option, value in whole.items() if value is not None}


def statement(**options: object) -> dict:
    return resource_statement(entry(**options), RULES, KEY)


def allows(grant: dict, action: str, who: str = WORKER, **context: object) -> bool:
    """Whether who can do everything by its own policies may do it with the key of another account."""
    policy = CompiledPolicy(new_document([resource_statement(grant, RULES, KEY)]))
    return evaluate(
        Request(
            request_principal(who), action, str(KEY), resource_account=OWNER, context=context,
            identity_policies=(ALL,), resource_policy=ResourcePolicy(KEY_POLICY, policy),
        )
    ).allowed  # fmt: skip


@pytest.mark.parametrize(
    ("access", "may", "may_not"),
    [
        ("use", ["Encrypt", "Decrypt", "ReEncryptFrom", "GenerateDataKeyPair", "DescribeKey"], ["CreateGrant", "Sign"]),
        ("encrypt", ["Encrypt", "GenerateDataKey", "ReEncryptTo"], ["Decrypt", "ReEncryptFrom"]),
        ("decrypt", ["Decrypt", "DescribeKey"], ["Encrypt", "GenerateDataKey"]),
        ("sign", ["Sign", "GetPublicKey"], ["Verify", "Decrypt"]),
        ("verify", ["Verify", "GetPublicKey"], ["Sign"]),
        ("grant_only", [], ["CreateGrant", "Decrypt"]),
    ],
)
def test_access(access, may, may_not):
    for via in (None, "policy", *(["grant"] if access != "grant_only" else [])):
        grant = entry(access=access, via=via)
        assert check_resource_grants([grant], RULES) == []
        assert all(allows(grant, f"kms:{name}") for name in may)
        assert not any(allows(grant, f"kms:{name}") for name in may_not)
        assert not any(allows(grant, f"kms:{name}", f"arn:aws:iam::{OTHER}:role/Another") for name in may)


def test_grants_that_only_aws_makes():
    grant = entry(access="grant_only")
    assert allows(grant, "kms:CreateGrant", **{"kms:GrantIsForAWSResource": "true"})
    assert not allows(grant, "kms:CreateGrant", **{"kms:GrantIsForAWSResource": "false"})


def test_only_through_a_service():
    grant = entry(via_services=["s3.eu-central-1.amazonaws.com"])
    assert allows(grant, "kms:Decrypt", **{"kms:ViaService": "s3.eu-central-1.amazonaws.com"})
    assert not allows(grant, "kms:Decrypt", **{"kms:ViaService": "sqs.eu-central-1.amazonaws.com"})
    assert not allows(grant, "kms:Decrypt")


def test_the_whole_of_a_statement():
    assert statement(encryption_context={"tenant": "blue", "kind": "log"}, conditions={"Bool": {"x:y": "true"}}) == {
        "Sid": "Xacctworker",
        "Effect": "Allow",
        "Principal": {"AWS": WORKER},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {
            "StringEquals": {**CONTEXT, "kms:EncryptionContext:kind": "log"},
            "Bool": {"x:y": "true"},
        },
    }


def test_the_whole_of_a_kms_grant():
    whole = statement(
        via="grant", access="decrypt", principals=[OTHER], encryption_context={"tenant": "blue"},
        retiring_principal=OWNER,
    )  # fmt: skip
    assert whole == {
        "Sid": "Xacctworker",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"},
        "Action": ["kms:Decrypt", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {"StringEquals": CONTEXT},
        "RetiringPrincipal": f"arn:aws:iam::{OWNER}:root",
    }
    assert grant_request(whole) == {
        "Name": "Xacctworker",
        "GranteePrincipal": f"arn:aws:iam::{OTHER}:root",
        "RetiringPrincipal": f"arn:aws:iam::{OWNER}:root",
        "Operations": ["Decrypt", "DescribeKey"],
        "Constraints": {"EncryptionContextSubset": {"tenant": "blue"}},
    }


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"access": None, "actions": ["kms:ReEncrypt"]}, "write kms:ReEncrypt* for both"),
        ({"access": None, "actions": ["kms:RetireGrant"]}, "name a retiring_principal in the KMS grant"),
        ({"access": None, "actions": ["kms:ListKeys"]}, "only an IAM policy can allow it"),
        ({"access": None, "actions": ["s3:GetObject"]}, "is not an action of kms"),
        ({"via_services": ["s3"]}, "is not a service in a region, such as s3.eu-central-1.amazonaws.com"),
        ({"via_services": []}, "empty list: omit the option or add a value"),
        ({"encryption_context": {}}, "encryption_context: empty: omit the option"),
        ({"encryption_context": {"tenant": 7}}, "encryption_context: tenant: 7 is not text; write it in quotes"),
        ({"encryption_context": {"tenant": "a"}, "conditions": {"StringEquals": CONTEXT}}, "given twice"),
        ({"access": "grant_only", "conditions": {"Bool": {"kms:GrantIsForAWSResource": "false"}}}, "twice"),
        ({"retiring_principal": OTHER}, "only a KMS grant has one (via: grant)"),
        ({"principals": ["service:sns.amazonaws.com"]}, "acts for whoever asks it"),
        ({"principals": ["*"]}, "which makes the KMS key public"),
        ({"via": "grant", "effect": "Deny"}, "effect: a KMS grant only allows"),
        ({"via": "grant", "principals": [OTHER, OWNER]}, "a KMS grant is for one, not 2; write an entry for each"),
        ({"via": "grant", "principals": ["*"]}, "a KMS grant takes an account, a role, a user or a session, not '*'"),
        ({"via": "grant", "principals": ["service:sns.amazonaws.com"], "allow_any_source": True}, "takes an account"),
        ({"via": "grant", "source_ips": ["198.51.100.0/24"]}, "source_ips: a KMS grant knows no other condition"),
        ({"via": "grant", "via_services": ["s3.eu-west-1.amazonaws.com"]}, "via_services: a KMS grant knows no other"),
        ({"via": "grant", "conditions": {"Bool": {"a:b": "true"}}}, "conditions: a KMS grant knows no other"),
        ({"via": "grant", "not_after": "2027-01-01T00:00:00Z"}, "not_after: a KMS grant knows no other"),
        ({"via": "grant", "access": "grant_only"}, "can't allow to list and revoke grants"),
        ({"via": "grant", "access": None, "actions": ["kms:PutKeyPolicy"]}, "a KMS grant can't allow kms:PutKeyPolicy"),
        ({"via": "grant", "encryption_context": {"tenant": "x" * 385}}, "385 characters; a KMS grant takes 384"),
        ({"via": "grant", "encryption_context": {f"k{n}": "x" for n in range(9)}}, "9 pairs; a KMS grant takes 8"),
        ({"via": "grant", "retiring_principal": "someone"}, "retiring_principal: 'someone' is not a principal"),
        ({"via": "grant", "retiring_principal": "*"}, "retiring_principal: a KMS grant takes an account"),
    ],
)  # fmt: skip
def test_refused_with_the_grants_name(options, says):
    errors = check_resource_grants([entry(**options)], RULES)
    assert any(says in error for error in errors), errors
    assert all(error.startswith("worker: ") for error in errors)


@pytest.mark.parametrize(
    "options",
    [
        {"principals": [OWNER], "access": None, "actions": ["kms:*"]},
        {"effect": "Deny", "access": None, "actions": ["kms:ListKeys"]},
        {"principals": ["*"], "organizations": ["o-abcdefghij"]},
        {"principals": ["service:sns.amazonaws.com"], "source_accounts": [OTHER]},
        {"encryption_context": {"tenant": "x" * 385}},
        {"via": "grant", "access": None, "actions": ["kms:GenerateMac", "KMS:verifymac", "kms:*Secret"]},
        {"via": "grant", "principals": [f"arn:aws:sts::{OTHER}:assumed-role/Worker/session"]},
    ],
)
def test_right(options):
    assert check_resource_grants([entry(**options)], RULES) == []


def test_wildcards_are_the_operations_that_they_match():
    assert operations_of(["kms:ReEncrypt*", "KMS:decrypt"]) == ["Decrypt", "ReEncryptFrom", "ReEncryptTo"]
    assert operations_of(["kms:*"]) == list(OPERATIONS)
    assert operations_of(["kms:PutKeyPolicy", "kms:Put*"]) == []


# A grant as ListGrants shows it, and what it amounts to besides.
SHOWN: dict[str, tuple[dict, dict]] = {
    "a deleted principal": ({"GranteePrincipal": "AROAABCDEFGHIJKLMNOPQ"},
                            {"Principal": {"AWS": "AROAABCDEFGHIJKLMNOPQ"}}),
    "a service": ({"GranteePrincipal": "dynamodb.eu-central-1.amazonaws.com"},
                  {"Principal": {"Service": "dynamodb.eu-central-1.amazonaws.com"}}),
    "a service by its own member": ({"GranteePrincipal": None, "GranteeServicePrincipal": "rds.amazonaws.com"},
                                    {"Principal": {"Service": "rds.amazonaws.com"}}),
    "some of the context": ({"Constraints": {"EncryptionContextSubset": {"tenant": "blue"}}},
                            {"Condition": {"StringEquals": CONTEXT}}),
    "the whole context": ({"Constraints": {"EncryptionContextEquals": {"tenant": "blue"}}},
                          {"Condition": {"StringEquals": CONTEXT,
                                         "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["tenant"]}}}),
    "a source": ({"Constraints": {"SourceArn": "arn:aws:s3:::data"}},
                 {"Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::data"}}}),
    "who may end it": ({"RetiringPrincipal": WORKER}, {"RetiringPrincipal": WORKER}),
}  # fmt: skip


@pytest.mark.parametrize(("members", "elements"), SHOWN.values(), ids=SHOWN)
def test_a_grant_as_a_statement(members, elements):
    shown = {"Name": "Xacctworker", "GrantId": "1", "GranteePrincipal": WORKER, "Operations": ["Decrypt"], **members}
    assert grant_statement(shown) == {
        "Sid": "Xacctworker", "Effect": "Allow", "Principal": {"AWS": WORKER}, "Action": "kms:Decrypt",
        "Resource": "*", **elements,
    }  # fmt: skip


def test_grants_of_others_are_not_ours():
    shown = [{"GrantId": "1", "Name": "theirs"}, {"GrantId": "2"}, {"GrantId": "3", "Name": "Xacct"},
             {"GrantId": "4", "Name": "Xacctours", "GranteePrincipal": WORKER, "Operations": ["Sign"]}]  # fmt: skip
    assert [grant_id for grant_id, found in own_grants(shown)] == ["4"]


@settings(max_examples=80, deadline=None)
@given(
    operations=st.lists(st.sampled_from(OPERATIONS), min_size=1, unique=True),
    context=st.dictionaries(st.from_regex("[a-z]{1,8}", fullmatch=True), st.text(max_size=20), max_size=8),
    who=st.sampled_from([OTHER, WORKER, f"arn:aws:sts::{OTHER}:assumed-role/Worker/x"]),
    retiring=st.sampled_from([None, OWNER, ADMIN]),
)
def test_what_is_asked_of_kms_is_what_it_shows(operations, context, who, retiring):
    wanted = statement(
        via="grant", access=None, actions=[f"kms:{name}" for name in operations], principals=[who],
        encryption_context=context or None, retiring_principal=retiring,
    )  # fmt: skip
    request = grant_request(wanted)
    assert sorted(request["Operations"]) == sorted(operations)
    assert statements_equal(grant_statement({**request, "GrantId": "1"}), wanted)


@pytest.mark.parametrize(
    ("others", "ours", "says"),
    [
        (MOST_GRANTS, 0, None),
        (MOST_GRANTS - 2, 2, None),
        (MOST_GRANTS - 1, 3, "50,002 grants, 49,999 of them of others; the limit is 50,000, 2 fewer"),
    ],
)
def test_room_for_grants(others, ours, says):
    assert too_many_grants(others, new_document([{"Sid": str(number)} for number in range(ours)])) == says


ORG = ["o-abcdefghij"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"principals": [OTHER], "access": None, "actions": ["kms:PutKeyPolicy"]},
         f"kms:PutKeyPolicy: .* for {OTHER}$"),
        ({"access": None, "actions": ["kms:decrypt", "KMS:scheduleKeyDeletion", "kms:TagResource"]},
         f"KMS:scheduleKeyDeletion and kms:TagResource: .* for {WORKER}$"),
        ({"principals": [ADMIN, WORKER], "access": None, "actions": ["kms:EnableKey"]},
         f"kms:EnableKey: KMS keys allow it to no other account than their own, .* for {WORKER}$"),
        ({"access": None, "actions": ["kms:EnableKey"], "effect": "Deny"}, None),
        ({"principals": [ADMIN, OWNER], "access": None, "actions": ["kms:PutKeyPolicy"]}, None),
        ({"principals": ["*"], "access": None, "actions": ["kms:PutKeyPolicy"], "organizations": ORG}, None),
        ({"principals": [OTHER], "access": None, "actions": ["kms:*", "kms:Put*"]}, None),
        ({"principals": ["service:ses.amazonaws.com"], "access": None, "actions": ["kms:EnableKey"],
          "source_accounts": [OTHER]}, None),
        *(({"principals": [OTHER], "access": word}, None) for word in RULES.access),
    ],
)  # fmt: skip
def test_what_kms_lets_only_the_own_account_do(options, says):
    found = check_resource_grants([entry(**options)], RULES, arn=KEY)
    assert len(found) == bool(says) and (not says or re.search(f"^worker: actions: {says}", found[0]))


@settings(max_examples=60, deadline=None)
@given(
    principal=st.sampled_from(
        [{"AWS": WORKER}, {"AWS": [WORKER, OTHER]}, {"Service": "sns.amazonaws.com"}, "*", {"AWS": "*"}]
    ),
    condition=st.sampled_from(
        [{}, {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}, {"StringEquals": {"aws:SourceAccount": OTHER}}]
    ),
)
def test_what_a_resource_asks_of_its_key_is_a_right_task(principal, condition):
    of_bucket = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Condition": condition}
    statements = key_statements([of_bucket], OWNER, with_services=True)
    task = key_task(key_arn_in("alias/shared", "aws", KEY.region, OWNER), statements)
    assert rules_for(task["resource"], task["type"]) is RULES
    assert check_resource_grants(task["grants"], RULES, task.get("allow_public", False)) == []
    for grant, wanted in zip(task["grants"], statements, strict=True):
        assert statements_equal(resource_statement(grant, RULES, KEY), wanted, ignore_sid=True)


@pytest.mark.parametrize(
    ("key", "arn"),
    [
        ("alias/shared", f"arn:aws-cn:kms:cn-north-1:{OWNER}:alias/shared"),
        (KEY.resource.partition("/")[2], f"arn:aws-cn:kms:cn-north-1:{OWNER}:{KEY.resource}"),
        (str(KEY), str(KEY)),
        (f"arn:aws:kms:eu-west-1:{OTHER}:alias/shared", f"arn:aws:kms:eu-west-1:{OTHER}:alias/shared"),
    ],
)
def test_a_key_as_a_resource_names_it_is_one_in_its_place(key, arn):
    assert key_arn_in(key, "aws-cn", "cn-north-1", OWNER) == arn
    assert rules_for(arn, None) is RULES
