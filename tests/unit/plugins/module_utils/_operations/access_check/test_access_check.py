# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of `xacct_access_check`, and answers over policies that are given, without any call."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import open_account
from ansible_collections.xacct.aws.plugins.module_utils._faces import argument_spec_of
from ansible_collections.xacct.aws.plugins.module_utils._operations.access_check.access_check import (
    OPERATION,
    failure_message,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.access_check.probe import NoCall, call_of
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import Task, TaskError
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_principals import request_principal
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import Request
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.resource import resource_statement
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES

SERVICE = "arn:aws:iam::111111111111:role/Service"
TARGET = "arn:aws:iam::222222222222:role/Target"
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "In", "Effect": "Allow", "Principal": {"AWS": SERVICE}, "Action": "sts:AssumeRole"}],
}
GIVEN = {
    "identity": {"assume": ALLOW},
    "permissions_boundary": {},
    "resource": TRUST,
    "service_control": [],
    "resource_control": [],
}


def options(**more: object) -> dict:
    given = {"principal": SERVICE, "action": "sts:AssumeRole", "resource": TARGET, "gather": False, **more}
    validation = ArgumentSpecValidator(argument_spec_of(OPERATION), **OPERATION.rules).validate(given)
    assert not validation.error_messages, validation.error_messages
    return validation.validated_parameters


def run(**more: object) -> dict:
    params = options(**more)
    assert OPERATION.check(params) == []
    account = open_account({"access_key": "AKIAEXAMPLE", "secret_key": "x", "endpoint_url": "http://127.0.0.1:9"})
    result = OPERATION.run(Task(params, check_mode=True, account=account))
    assert not account.calls
    return result


def answer(**more: object) -> str:
    (entry,) = run(**more)["checks"]
    return entry["answer"]


@pytest.mark.parametrize(
    "given, error",
    [
        ({"principal": "role/Service"}, "principals: "),
        ({"principal": "AROAEXAMPLE1234567"}, "principals: "),
        ({"action": "s3:*"}, "is not one action"),
        ({"action": "AssumeRole"}, "is not one action"),
        ({"action": "s3:HeadObject"}, "actions: s3:HeadObject is a call; its permission is s3:GetObject"),
        ({"action": "s3:GetObjet"}, "did you mean s3:GetObject?"),
        ({"resource": "customer-data"}, "resources: "),
        ({"resource": "arn:aws:iam::222222222222:role/*"}, "has a wildcard"),
        ({"resource_account": "12"}, "resource_account: '12' is not an account ID"),
        ({"context": {"aws:PrincipalTag/*": "x"}}, "context: "),
        ({"policies": {"resource": {"Statement": [{"Effect": "Perhaps"}]}}}, "policies: resource: "),
        (
            {"policies": {"identity": {"p": {"Statement": {"Effect": "Allow", "Conditions": {}}}}}},
            "policies: identity: Statement[0]: the policy language has no element 'Conditions'; did you mean",
        ),
        ({"principal_connection": {"profile": "x"}}, "probe: true only"),
        (
            {"principal": [SERVICE, TARGET], "principal_connection": {"profile": "x"}, "probe": True},
            "leads to one principal",
        ),
    ],
)
def test_errors_are_found_before_any_call(given, error):
    found = OPERATION.check(options(**given))
    assert [each for each in found if error in each], found


@pytest.mark.parametrize(
    ("principal", "expected"), [("*", "unknown"), ("arn:aws:iam::111111111111:role/Service", "allowed")]
)
def test_whether_block_public_access_mutes_a_given_public_policy_is_not_known(principal, expected):
    let_in = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "s3:GetObject", "Resource": "*"}
    reader = {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    given = {**GIVEN, "identity": {"reader": reader}, "resource": {"Statement": [let_in]}}
    question = {"action": "s3:GetObject", "resource": "arn:aws:s3:::data/a.csv", "resource_account": "222222222222"}
    assert answer(**question, policies=given) == expected


def test_tags_of_the_session_take_a_permission_of_their_own():
    assert answer(policies=GIVEN, context={"aws:TagKeys": ["team"]}) == "denied"
    both = json.loads(json.dumps(GIVEN).replace('"sts:AssumeRole"', '["sts:AssumeRole", "sts:TagSession"]'))
    assert answer(policies=both, context={"aws:TagKeys": ["team"]}) == "allowed"


def test_given_policies_are_enough():
    assert answer(policies=GIVEN) == "allowed"


@pytest.mark.parametrize("missing", GIVEN)
def test_what_is_not_given_is_not_known(missing):
    given = {name: value for name, value in GIVEN.items() if name != missing}
    (entry,) = run(policies=given)["checks"]
    assert entry["answer"] == "unknown"
    assert any("not known" in sentence for sentence in entry["chain"])


def test_what_is_said_not_to_exist_is_not_asked_for():
    given = {name: GIVEN[name] for name in ("identity", "resource")}
    none = ["permissions_boundary", "service_control_policies", "resource_control_policies"]
    assert answer(policies=given, assume_none=none) == "allowed"
    assert answer(policies=given, assume_none=[*none, "resource_policy"]) == "allowed"
    assert answer(policies={"identity": GIVEN["identity"]}, assume_none=[*none, "resource_policy"]) == "denied"


def test_without_an_organization_nothing_of_one_is_there():
    given = {name: GIVEN[name] for name in ("identity", "permissions_boundary", "resource")}
    assert answer(policies=given) == "unknown"
    assert answer(policies=given, assume_none=["organization"]) == "allowed"
    of_one = {**TRUST["Statement"][0], "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}}
    in_one = {**given, "resource": {**TRUST, "Statement": [of_one]}}
    assert answer(policies=in_one, assume_none=["organization"]) == "denied"


@pytest.mark.parametrize(
    "contrary",
    [
        {"organization_connection": {"profile": "x"}},
        {"policies": {"service_control": [{"name": "root", "policies": {"all": ALLOW}}]}},
    ],
)
def test_an_organization_that_is_not_there_has_no_policies(contrary):
    found = OPERATION.check(options(assume_none=["organization"], **contrary))
    assert [each for each in found if "there is none, says assume_none" in each], found


def test_a_denial_needs_only_one_policy():
    assert answer(policies={"resource": {}}) == "denied"
    assert answer(policies={"identity": {}}) == "denied"


def test_every_principal_is_asked_about_every_action_and_resource():
    result = run(principal=[SERVICE, TARGET], resource=[TARGET, SERVICE], policies=GIVEN)
    asked = [(entry["principal"], entry["resource"]) for entry in result["checks"]]
    assert asked == [(SERVICE, TARGET), (SERVICE, SERVICE), (TARGET, TARGET), (TARGET, SERVICE)]
    assert sum(result["counts"].values()) == 4


def test_another_answer_than_the_expected_one_fails_and_says_why():
    assert run(policies=GIVEN, expect="allowed")["counts"]["allowed"] == 1
    with pytest.raises(TaskError, match="1 of 1 checks are not denied") as failed:
        run(policies=GIVEN, expect="denied")
    assert failed.value.details["checks"][0]["answer"] == "allowed"
    with pytest.raises(TaskError, match="to fix it: Let Service of 111111111111 assume role Target"):
        run(policies={**GIVEN, "resource": {}}, expect="allowed")


def test_a_stranger_adds_no_line_to_the_list_of_answers():
    forged = "of role A\n- arn:aws:iam::111111111111:role/B, s3:* on *: allowed"
    check = {"principal": "p", "action": "a", "resource": "r", "answer": "denied", "chain": [forged], "fix": []}
    text = failure_message([check], "allowed")
    assert text.splitlines()[1:] == ["- p, a on r: denied", f"    {forged}".replace("\n", "\\n")]


def test_context_that_may_or_may_not_be_there():
    conditional = {**TRUST["Statement"][0], "Condition": {"StringEquals": {"aws:PrincipalTag/team": "x"}}}
    given = {**GIVEN, "resource": {**TRUST, "Statement": [conditional]}}
    assert answer(policies=given, unknown_context=["aws:PrincipalTag/*"]) == "unknown"
    assert answer(policies=given, context={"aws:PrincipalTag/team": "x"}) == "allowed"
    assert answer(policies=given, context={"aws:PrincipalTag/team": None}) == "denied"


@pytest.mark.parametrize(
    "action", ["s3:PutObject", "iam:CreateUser", "kms:Decrypt", "sqs:ReceiveMessage", "sns:Publish"]
)
def test_nothing_that_changes_anything_is_probed(action):
    with pytest.raises(NoCall, match="changes nothing"):
        call_of(Request(request_principal(SERVICE), action, "*"))


def test_a_pattern_is_not_probed():
    with pytest.raises(NoCall, match="takes one resource"):
        call_of(Request(request_principal(SERVICE), "s3:GetObject", "arn:aws:s3:::data/exports/*"))


@pytest.mark.parametrize(
    ("template", "asked", "expected"),
    [
        (None, {}, "allowed"),
        ("EndEntityServerAuthCertificate/V1", {}, "denied"),
        (
            "EndEntityServerAuthCertificate/V1",
            {"acm-pca:TemplateArn": "arn:aws:acm-pca:::template/EndEntityServerAuthCertificate/V1"},
            "allowed",
        ),
        (None, {"acm-pca:TemplateArn": "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"}, "denied"),
    ],
)
def test_a_certificate_for_which_no_template_is_named(template, asked, expected):
    """AWS takes EndEntityCertificate/V1 then (AWS Private CA API Reference, IssueCertificate)."""
    rules = SERVICES["acm_pca"]
    ca = rules.arn("1234abcd-12ab-34cd-56ef-1234567890ab", "eu-central-1", "222222222222", "aws")
    grant = {"name": "team", "principals": [SERVICE], "access": "issue", "certificate_template": template}
    policy = {"Version": "2012-10-17", "Statement": rules.split(grant, resource_statement(grant, rules, ca))}
    mine = [{"Effect": "Allow", "Action": "acm-pca:IssueCertificate", "Resource": "*"}]
    given = {**GIVEN, "identity": {"issue": {"Version": "2012-10-17", "Statement": mine}}, "resource": policy}
    asking = {"action": "acm-pca:IssueCertificate", "resource": str(ca), "context": asked}
    assert answer(policies=given, **asking) == expected
