# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The evaluation logic within one account and across accounts, rule by rule."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.evaluate import evaluate
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import (
    ROLE_TRUST,
    Request,
    ResourcePolicy,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.context import UNKNOWN
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._policy.evaluation.evaluation_cases import (
    FEDERATED,
    HERE,
    OIDC,
    ROLE,
    ROOT,
    SESSION,
    THERE,
    USER,
    allow,
    anonymous,
    answer,
    ask,
    deny,
    federated,
    policy,
    role,
    root,
    service,
    session,
    user,
    web,
)

A = allow()
D = deny()
NOTHING = allow("other:Action")
NONE = ()


def names(text):
    return allow(Principal={"AWS": text})


@pytest.mark.parametrize(
    ("identity", "resource", "expected"),
    [
        # IAM User Guide, "Policy evaluation for requests within a single account": at least one Allow, no Deny.
        ([], None, "denied"),
        ([A], None, "allowed"),
        ([NOTHING], None, "denied"),
        ([A, D], None, "denied"),
        ([D], [names(USER)], "denied"),
        ([], [names(USER)], "allowed"),
        ([A], [names("arn:aws:iam::111111111111:user/bob")], "allowed"),
        ([A], [deny(Principal="*")], "denied"),
        ([A], [deny(Principal={"AWS": USER})], "denied"),
        ([A], [deny(Principal={"AWS": HERE})], "denied"),
        ([A], [deny(Principal={"AWS": THERE})], "allowed"),
        # An account in the policy of a resource of its own delegates: it does not grant.
        ([], [names(ROOT)], "denied"),
        ([], [names(HERE)], "denied"),
        ([A], [names(ROOT)], "allowed"),
        # "For IAM users and role principals within your account, no other permissions are required" (All principals).
        ([], [names("*")], "allowed"),
    ],
)
def test_one_account(identity, resource, expected):
    assert answer(user, identity=identity, resource_policy=resource) == expected


BOTH = {"permissions_boundary": policy(NOTHING), "session_policies": (policy(NOTHING),)}
BOUNDARY = {"permissions_boundary": policy(NOTHING)}
SESSION_POLICY = {"session_policies": (policy(NOTHING),)}


@pytest.mark.parametrize(
    ("principal", "named", "limits", "expected"),
    [
        # "Policy evaluation logic", "Resource-based policies and implicit denies in other policy types (same account)".
        (user, USER, BOUNDARY, "allowed"),
        (session, SESSION, {}, "allowed"),
        (session, SESSION, BOUNDARY, "allowed"),
        (session, SESSION, SESSION_POLICY, "allowed"),
        (session, SESSION, BOTH, "allowed"),
        (session, ROLE, {}, "allowed"),
        (session, ROLE, BOUNDARY, "denied"),
        (session, ROLE, SESSION_POLICY, "denied"),
        (session, ROLE, {"permissions_boundary": policy(A), "session_policies": (policy(A),)}, "allowed"),
        (role, ROLE, BOUNDARY, "denied"),
        (role, ROLE, {}, "allowed"),
        (role, SESSION, {}, "unknown"),
        (federated, FEDERATED, BOTH, "allowed"),
        (federated, FEDERATED, {}, "allowed"),
        (federated, USER, BOUNDARY, "denied"),
        (federated, USER, {"session_policies": (policy(A),)}, "allowed"),
        (federated, USER, SESSION_POLICY, "denied"),
        # A statement for everyone names the very principal ("IAM role principals": not limited by boundaries).
        (session, "*", BOTH, "allowed"),
        (session, ROOT, {}, "denied"),
    ],
)
def test_whom_a_resource_policy_names_decides_what_limits_it(principal, named, limits, expected):
    assert answer(principal, resource_policy=[names(named)], **limits) == expected


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, "allowed"),
        (BOUNDARY, "denied"),
        (SESSION_POLICY, "denied"),
        ({"permissions_boundary": policy(A, D)}, "denied"),
        ({"session_policies": (policy(A, D),)}, "denied"),
        ({"session_policies": (policy(NOTHING), policy(A))}, "allowed"),
        ({"session_policies": ()}, "allowed"),
    ],
)
def test_identity_policies_are_cut_by_boundary_and_session_policies(limits, expected):
    assert answer(session, identity=[A], **limits) == expected


def test_an_explicit_deny_of_a_boundary_or_session_policy_beats_a_direct_grant():
    for limits in ({"permissions_boundary": policy(A, D)}, {"session_policies": (policy(D),)}):
        assert answer(session, resource_policy=[names(SESSION)], **limits) == "denied"


def test_a_federated_user_without_session_policies_has_no_permissions_of_the_user():
    """ "Policy evaluation logic", step "Session policies"; STS API Reference, GetFederationToken."""
    assert answer(federated, identity=[A]) == "denied"
    assert answer(federated, identity=[A], session_policies=(policy(A),)) == "allowed"


@pytest.mark.parametrize(
    ("identity", "resource", "limits", "expected"),
    [
        # "Cross-account policy evaluation logic": both sides have to allow.
        ([], None, {}, "denied"),
        ([A], None, {}, "denied"),
        ([A], [names(THERE)], {}, "denied"),
        ([], [names(SESSION)], {}, "denied"),
        ([], [names("*")], {}, "denied"),
        ([A], [names(SESSION)], {}, "allowed"),
        ([A], [names(ROLE)], {}, "allowed"),
        ([A], [names(ROOT)], {}, "allowed"),
        ([A], [names(HERE)], {}, "allowed"),
        ([A], [names("*")], {}, "allowed"),
        ([A], [names("*"), deny(Principal={"AWS": ROLE})], {}, "denied"),
        ([A, D], [names(ROLE)], {}, "denied"),
        ([A], [names(SESSION)], BOUNDARY, "denied"),
        ([A], [names(SESSION)], SESSION_POLICY, "denied"),
        ([A], [names(SESSION)], {"permissions_boundary": policy(A), "session_policies": (policy(A),)}, "allowed"),
    ],
)
def test_two_accounts(identity, resource, limits, expected):
    assert answer(session, account=THERE, identity=identity, resource_policy=resource, **limits) == expected


TRUST = {"action": "sts:AssumeRole", "resource": f"arn:aws:iam::{HERE}:role/Target"}
KEY = {"action": "kms:Decrypt", "resource": f"arn:aws:kms:eu-west-1:{HERE}:key/1234"}


def trusts(text, **elements):
    return allow("sts:AssumeRole", None, Principal={"AWS": text}, **elements)


@pytest.mark.parametrize(
    ("identity", "trusted", "expected"),
    [
        # "IAM role trust policies and KMS key policies are exceptions": they have to name who may.
        ([A], None, "denied"),
        ([A], [trusts(THERE)], "denied"),
        ([A], [trusts(HERE)], "allowed"),
        ([], [trusts(HERE)], "denied"),
        ([], [trusts(ROLE)], "allowed"),
        ([], [trusts(SESSION)], "allowed"),
        ([D], [trusts(ROLE)], "denied"),
        ([A], [trusts(ROLE), deny("sts:AssumeRole", None, Principal="*")], "denied"),
    ],
)
def test_a_trust_policy_does_not_trust_its_own_account_by_itself(identity, trusted, expected):
    assert answer(session, identity=identity, resource_policy=trusted, **TRUST) == expected


@pytest.mark.parametrize(
    ("identity", "key_policy", "expected"),
    [
        # KMS Developer Guide, "Default key policy": IAM policies count only if the key policy names the account.
        ([A], None, "denied"),
        ([A], [names("arn:aws:iam::111111111111:user/bob")], "denied"),
        ([A], [names(ROOT)], "allowed"),
        ([], [names(ROOT)], "denied"),
        ([], [names(ROLE)], "allowed"),
        # PutKeyPolicy: a statement without Resource or Action is accepted and has no effect.
        ([], [allow("kms:Decrypt", None, Principal={"AWS": ROLE})], "denied"),
    ],
)
def test_a_key_policy_does_not_trust_its_own_account_by_itself(identity, key_policy, expected):
    assert answer(session, identity=identity, resource_policy=key_policy, **KEY) == expected


def test_a_key_of_another_account_wants_both_sides():
    key = {"action": "kms:Decrypt", "resource": f"arn:aws:kms:eu-west-1:{THERE}:key/1234", "account": THERE}
    assert answer(session, identity=[A], resource_policy=[names(HERE)], **key) == "allowed"
    assert answer(session, identity=[], resource_policy=[names(ROLE)], **key) == "denied"


def test_kms_actions_without_a_key_need_no_key_policy():
    assert answer(session, identity=[A], action="kms:ListKeys", resource="*") == "allowed"


def test_a_trust_policy_is_about_assuming_the_role_only():
    """iam:GetRole is decided by identity policies: the trust policy is no resource policy for it."""
    carrier = ResourcePolicy(ROLE_TRUST, policy(deny("*", None, Principal="*")))
    target = TRUST["resource"]
    request = Request(session, "iam:GetRole", target, identity_policies=(policy(A),), resource_policy=carrier)
    assert evaluate(request).allowed


def test_a_role_assumes_itself_only_if_its_trust_policy_says_so():
    """AWS Security Blog, "Announcing an update to IAM role trust policy behavior" (2022, for all roles since 2023)."""
    target = {"action": "sts:AssumeRole", "resource": ROLE}
    assert answer(session, identity=[A], resource_policy=[trusts("arn:aws:iam::111111111111:user/x")], **target) == (
        "denied"
    )
    assert answer(session, identity=[A], resource_policy=[trusts(ROLE)], **target) == "allowed"


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, "allowed"),
        ({"resource_policy": [deny(Principal="*")]}, "denied"),
        ({"resource_policy": [deny(Principal={"AWS": ROOT})]}, "denied"),
        ({"account": THERE}, "denied"),
        ({"account": THERE, "resource_policy": [names(HERE)]}, "allowed"),
        ({"account": THERE, "resource_policy": [names(ROLE)]}, "denied"),
        ({**KEY}, "denied"),
        ({**KEY, "resource_policy": [names(HERE)]}, "allowed"),
        # STS API Reference, AssumeRole: not with the credentials of the root user.
        ({**TRUST, "resource_policy": [trusts("*")]}, "denied"),
        ({"action": "sts:GetCallerIdentity", "resource": "*"}, "allowed"),
    ],
)
def test_the_root_user(inputs, expected):
    assert answer(root, **inputs) == expected


@pytest.mark.parametrize("action", ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"])
def test_the_owners_root_user_can_always_mend_a_bucket_policy(action):
    """S3 API Reference, PutBucketPolicy."""
    bucket = {"action": action, "resource": "arn:aws:s3:::b", "resource_policy": [deny(Principal="*")]}
    assert answer(root, **bucket) == "allowed"
    assert answer(root, account=THERE, **bucket) == "denied"
    assert answer(user, identity=[A], **bucket) == "denied"
    assert answer(root, **{**bucket, "action": "s3:DeleteBucket"}) == "denied"


@pytest.mark.parametrize("principal", [user, session, federated, root, role])
def test_get_caller_identity_is_always_allowed(principal):
    """STS API Reference, GetCallerIdentity: even if a policy explicitly denies it."""
    found = ask(principal, identity=[D], action="sts:GetCallerIdentity", resource="*")
    assert found.allowed
    assert [outcome.kind for outcome in found.outcomes if outcome.said == "allowed"] == ["service_rule"]


def test_roles_of_identity_center_are_not_changed_by_others():
    reserved = f"arn:aws:iam::{HERE}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
    assert answer(session, "iam:UpdateAssumeRolePolicy", reserved, identity=[A]) == "denied"
    assert answer(session, "iam:GetRole", reserved, identity=[A]) == "allowed"


def test_a_service_is_allowed_by_the_resource_alone():
    grant = allow(Principal={"Service": "SNS.amazonaws.com"})
    assert answer(service, resource_policy=[grant]) == "allowed"
    assert answer(service, resource_policy=[names("*")]) == "allowed"
    assert answer(service, resource_policy=[names(HERE)]) == "denied"
    assert answer(service, resource_policy=[allow(Principal={"Service": "sns.eu-west-1.amazonaws.com"})]) == "denied"
    assert answer(service, resource_policy=[allow(Principal={"Service": "*"})]) == "unknown"
    assert answer(service) == "denied"
    source = {"StringEquals": {"aws:SourceAccount": HERE}}
    guarded = {**grant, "Condition": source}
    assert answer(service, resource_policy=[guarded], context={"aws:SourceAccount": HERE}) == "allowed"
    assert answer(service, resource_policy=[guarded], context={"aws:SourceAccount": THERE}) == "denied"


def test_a_web_identity_is_allowed_by_the_trust_policy_alone():
    target = {"action": "sts:AssumeRoleWithWebIdentity", "resource": f"arn:aws:iam::{THERE}:role/Deploy"}
    condition = {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:org/app:*"}}
    grant = allow("sts:AssumeRoleWithWebIdentity", None, Principal={"Federated": OIDC}, Condition=condition)
    inside = {"token.actions.githubusercontent.com:sub": "repo:org/app:ref:refs/heads/main"}
    outside = {"token.actions.githubusercontent.com:sub": "repo:org/other:ref:refs/heads/main"}
    assert answer(web, account=THERE, resource_policy=[grant], context=inside, **target) == "allowed"
    assert answer(web, account=THERE, resource_policy=[grant], context=outside, **target) == "denied"
    assert answer(web, account=THERE, resource_policy=[trusts("*")], **target) == "denied"
    everyone = allow("sts:*", None, Principal="*")
    assert answer(web, account=THERE, resource_policy=[everyone], **target) == "unknown"


def test_an_anonymous_caller_gets_what_is_open_to_everyone():
    bucket = {"action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "account": THERE}
    assert answer(anonymous, resource_policy=[names("*")], **bucket) == "allowed"
    assert answer(anonymous, resource_policy=[names(THERE)], **bucket) == "denied"
    assert answer(anonymous, **bucket) == "denied"
    known = {"StringEquals": {"aws:PrincipalAccount": HERE}}
    assert answer(anonymous, resource_policy=[{**names("*"), "Condition": known}], **bucket) == "denied"


EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": "right"}}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


@pytest.mark.parametrize(
    ("condition", "context", "expected"),
    [
        (EXTERNAL_ID, {"sts:ExternalId": "right"}, "allowed"),
        (EXTERNAL_ID, {"sts:ExternalId": "RIGHT"}, "denied"),
        (EXTERNAL_ID, {}, "denied"),
        (EXTERNAL_ID, {"sts:ExternalId": UNKNOWN}, "unknown"),
        (MFA, {"aws:MultiFactorAuthPresent": "true"}, "allowed"),
        (MFA, {"aws:MultiFactorAuthPresent": "false"}, "denied"),
        (MFA, {}, "denied"),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}, {}, "allowed"),
        ({**EXTERNAL_ID, **MFA}, {"sts:ExternalId": "right", "aws:MultiFactorAuthPresent": True}, "allowed"),
        ({**EXTERNAL_ID, **MFA}, {"sts:ExternalId": "right"}, "denied"),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-a"}}, {"aws:PrincipalOrgID": "o-a"}, "allowed"),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-a"}}, {"aws:PrincipalOrgID": None}, "denied"),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-a"}}, {}, "unknown"),
        ({"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}, {}, "unknown"),
        (
            {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}},
            {"aws:CurrentTime": "2027-01-01T00:00:00Z"},
            "denied",
        ),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/app/*"}}, {}, "allowed"),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/Reader"}}, {}, "denied"),
        ({"StringEquals": {"aws:PrincipalAccount": HERE}}, {}, "allowed"),
        ({"StringLike": {"aws:userid": "AROAEXAMPLEREADER01:*"}}, {}, "allowed"),
        ({"StringEquals": {"aws:PrincipalType": "AssumedRole"}}, {}, "allowed"),
        ({"Null": {"aws:username": "true"}}, {}, "allowed"),
        ({"StringEquals": {"aws:ResourceAccount": THERE}}, {}, "allowed"),
        ({"Bool": {"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"}}, {}, "allowed"),
        ({"StringEquals": {"aws:PrincipalTag/team": "red"}}, {"aws:PrincipalTag/Team": "red"}, "allowed"),
        ({"StringEquals": {"aws:PrincipalTag/team": "red"}}, {"aws:PrincipalTag/*": UNKNOWN}, "unknown"),
    ],
)
def test_a_typical_trust_question(condition, context, expected):
    target = {"action": "sts:AssumeRole", "resource": f"arn:aws:iam::{THERE}:role/Target", "account": THERE}
    assert answer(
        session, identity=[A], resource_policy=[trusts(ROLE, Condition=condition)], context=context, **target
    ) == (expected)


def test_what_a_service_gives_to_no_other_account():
    everything = [allow(Principal={"AWS": HERE})]
    question = {"action": "sqs:DeleteQueue", "identity": [A], "resource_policy": everything, "own_account_only": True}
    assert answer(session, account=THERE, **question) == "denied"
    assert answer(session, account=HERE, **question) == "allowed"
    assert answer(session, account=THERE, **{**question, "own_account_only": False}) == "allowed"
    (blocking,) = ask(session, account=THERE, **question).blocked_by
    assert "for the resource's own account alone" in blocking.note
