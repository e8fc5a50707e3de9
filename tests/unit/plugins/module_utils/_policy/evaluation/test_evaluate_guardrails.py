# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands above and beside policies: SCPs, RCPs, VPC endpoints, access control lists, Block Public Access."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_principals import request_principal
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import (
    ALL_USERS,
    AUTHENTICATED_USERS,
    AclGrant,
    ControlPolicies,
    Level,
    S3Access,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.context import UNKNOWN
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._policy.evaluation.evaluation_cases import (
    HERE,
    ROLE,
    SESSION,
    THERE,
    USER,
    allow,
    anonymous,
    answer,
    ask,
    deny,
    levels,
    policy,
    role,
    root,
    service,
    session,
    user,
)

A, D = allow(), deny()
FULL = policy(A, name="FullAWSAccess")
NO_QUEUES = policy(A, deny("sqs:*"), name="NoQueues")
ONLY_S3 = policy(allow("s3:*"), name="OnlyS3")
LINKED = request_principal("arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX")


@pytest.mark.parametrize(
    ("scps", "expected"),
    [
        # Organizations User Guide, "SCP evaluation": every level allows, no level denies.
        (None, "allowed"),
        (levels(FULL, FULL, FULL), "allowed"),
        (levels(FULL, ONLY_S3, FULL), "denied"),
        (levels(FULL, FULL, NO_QUEUES), "denied"),
        (levels(NO_QUEUES, FULL, FULL), "denied"),
        (ControlPolicies((Level("r", (FULL, NO_QUEUES)),)), "denied"),
        (ControlPolicies((Level("r", (ONLY_S3, FULL)),)), "allowed"),
        (ControlPolicies((Level("r", ()),)), "denied"),
        (UNKNOWN, "unknown"),
        (levels(FULL, UNKNOWN, FULL), "unknown"),
        (levels(FULL, UNKNOWN, NO_QUEUES), "denied"),
        (ControlPolicies((Level("r", (FULL, UNKNOWN)),)), "unknown"),
        # They do not bind the management account.
        (levels(NO_QUEUES, management=True), "allowed"),
        (levels(NO_QUEUES, management=UNKNOWN), "unknown"),
        (levels(FULL, management=UNKNOWN), "allowed"),
    ],
)
def test_service_control_policies(scps, expected):
    assert answer(session, identity=[A], service_control_policies=scps) == expected


@pytest.mark.parametrize(
    ("principal", "inputs", "expected"),
    [
        (root, {}, "denied"),
        (role, {"identity": [A]}, "denied"),
        (user, {"resource_policy": [allow(Principal={"AWS": USER})]}, "denied"),
        (LINKED, {"identity": [A]}, "allowed"),
        (service, {"resource_policy": [allow(Principal={"Service": "sns.amazonaws.com"})]}, "allowed"),
        (anonymous, {"resource_policy": [allow(Principal="*")]}, "allowed"),
    ],
)
def test_whom_service_control_policies_bind(principal, inputs, expected):
    """The root user of a member account too; not service-linked roles, nor who belongs to no account."""
    assert answer(principal, service_control_policies=levels(NO_QUEUES), **inputs) == expected


EVERYONE = policy({**deny("sqs:*"), "Principal": "*"}, name="NoQueues")
OUTSIDERS = policy(
    {**deny(), "Principal": "*", "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-ours"}}}
)


@pytest.mark.parametrize(
    ("principal", "rcps", "context", "expected"),
    [
        (session, None, {}, "allowed"),
        # RCPFullAWSAccess allows everything and cannot be detached: levels without policies of one's own allow.
        (session, levels(), {}, "allowed"),
        (session, ControlPolicies((Level("r", ()),)), {}, "allowed"),
        (session, levels(EVERYONE), {}, "denied"),
        (session, levels(EVERYONE, management=True), {}, "allowed"),
        (session, levels(EVERYONE, management=UNKNOWN), {}, "unknown"),
        (session, UNKNOWN, {}, "unknown"),
        (session, levels(UNKNOWN), {}, "unknown"),
        (session, levels(OUTSIDERS), {"aws:PrincipalOrgID": "o-ours"}, "allowed"),
        (session, levels(OUTSIDERS), {"aws:PrincipalOrgID": "o-other"}, "denied"),
        (session, levels(OUTSIDERS), {}, "unknown"),
        (service, levels(EVERYONE), {}, "denied"),
        (LINKED, levels(EVERYONE), {}, "allowed"),
    ],
)
def test_resource_control_policies(principal, rcps, context, expected):
    """Organizations User Guide, "Resource control policies" and "RCP evaluation"."""
    grant = [allow(Principal={"Service": "sns.amazonaws.com", "AWS": [HERE, SESSION]})]
    inputs = {"identity": [A], "resource_policy": grant, "context": context}
    assert answer(principal, resource_control_policies=rcps, account=THERE, **inputs) == expected


def test_resource_control_policies_of_services_that_may_not_obey_them():
    topic = "arn:aws:sns:eu-west-1:111111111111:t"
    closed = levels(policy({**D, "Principal": "*"}))
    found = ask(session, "sns:Publish", topic, identity=[A], resource_control_policies=closed)
    assert found.answer == "unknown"
    assert found.unknown_because == ("it is not known whether resource control policies apply to sns",)


def test_the_security_token_service_obeys_resource_control_policies():
    target = {"action": "sts:AssumeRole", "resource": f"arn:aws:iam::{THERE}:role/Target", "account": THERE}
    trust = [allow("sts:AssumeRole", None, Principal={"AWS": ROLE})]
    inputs = {"identity": [A], "resource_policy": trust, "resource_control_policies": levels(OUTSIDERS)}
    assert answer(session, context={"aws:PrincipalOrgID": None}, **inputs, **target) == "denied"
    assert answer(session, context={"aws:PrincipalOrgID": "o-ours"}, **inputs, **target) == "allowed"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        # AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies".
        ([allow(Principal="*")], "allowed"),
        ([allow("sqs:*", Principal="*")], "allowed"),
        ([allow("s3:*", Principal="*")], "denied"),
        ([allow(Principal="*"), deny("sqs:*", Principal="*")], "denied"),
        ([allow(Principal={"AWS": ROLE})], "allowed"),
        ([allow(Principal={"AWS": USER})], "denied"),
        # "Principals for gateway endpoints": there an account is its root user only.
        ([allow(Principal={"AWS": HERE})], "unknown"),
        ([allow(Principal="*"), deny(Principal={"AWS": HERE})], "unknown"),
        ([allow(Principal="*"), deny(Principal={"AWS": HERE}), deny(Principal={"AWS": ROLE})], "denied"),
        ([allow(Principal={"AWS": THERE})], "denied"),
        ([], "denied"),
    ],
)
def test_vpc_endpoint_policies(statements, expected):
    direct = {"resource_policy": [allow(Principal={"AWS": SESSION})]}
    assert answer(session, identity=[A], vpc_endpoint_policy=policy(*statements)) == expected
    assert answer(session, vpc_endpoint_policy=policy(*statements), **direct) == expected


def test_a_vpc_endpoint_policy_that_could_not_be_read():
    assert answer(session, identity=[A], vpc_endpoint_policy=UNKNOWN) == "unknown"
    assert answer(root, vpc_endpoint_policy=policy(allow(Principal={"AWS": HERE}))) == "allowed"


MINE, THEIRS = "a" * 64, "b" * 64
caller = dataclasses.replace(session, canonical_id=MINE)
OBJECT = {"action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "account": THERE}
BUCKET = {"action": "s3:ListBucket", "resource": "arn:aws:s3:::b", "account": THERE}
WRITER = "ObjectWriter"


def access(*, ownership=WRITER, bucket=(), objects=(), **others):
    return S3Access(
        ownership, tuple(AclGrant(*grant) for grant in bucket), tuple(AclGrant(*grant) for grant in objects), **others
    )


@pytest.mark.parametrize(
    ("principal", "question", "s3_access", "expected"),
    [
        # S3 User Guide, "Access control list (ACL) overview", "Mapping of ACL permissions".
        (caller, OBJECT, access(objects=[(MINE, "READ")]), "allowed"),
        (caller, OBJECT, access(objects=[(MINE, "FULL_CONTROL")]), "allowed"),
        (caller, OBJECT, access(objects=[(MINE, "READ_ACP")]), "denied"),
        (caller, OBJECT, access(objects=[(THEIRS, "READ")]), "denied"),
        (caller, OBJECT, access(bucket=[(MINE, "READ")]), "denied"),
        (caller, BUCKET, access(bucket=[(MINE, "READ")]), "allowed"),
        (caller, {**BUCKET, "action": "s3:GetBucketAcl"}, access(bucket=[(MINE, "READ_ACP")]), "allowed"),
        (caller, {**BUCKET, "action": "s3:PutBucketAcl"}, access(bucket=[(MINE, "WRITE_ACP")]), "allowed"),
        (caller, {**OBJECT, "action": "s3:PutObject"}, access(bucket=[(MINE, "WRITE")]), "allowed"),
        (caller, {**OBJECT, "action": "s3:PutObjectAcl"}, access(objects=[(MINE, "WRITE_ACP")]), "allowed"),
        (caller, {**OBJECT, "action": "s3:GetObjectTagging"}, access(objects=[(MINE, "FULL_CONTROL")]), "denied"),
        # "Controlling ownership of objects": BucketOwnerEnforced switches access control lists off.
        (caller, OBJECT, access(ownership="BucketOwnerEnforced", objects=[(MINE, "READ")]), "denied"),
        (caller, OBJECT, access(ownership="BucketOwnerPreferred", objects=[(MINE, "READ")]), "allowed"),
        (caller, OBJECT, access(ownership=UNKNOWN, objects=[(MINE, "READ")]), "unknown"),
        (caller, OBJECT, dataclasses.replace(access(), object_grants=UNKNOWN), "unknown"),
        (caller, OBJECT, UNKNOWN, "unknown"),
        (session, OBJECT, access(objects=[(MINE, "READ")]), "denied"),
        (dataclasses.replace(session, canonical_id=UNKNOWN), OBJECT, access(objects=[(MINE, "READ")]), "unknown"),
        # Groups, and IgnorePublicAcls.
        (anonymous, OBJECT, access(objects=[(ALL_USERS, "READ")], ignore_public_acls=False), "allowed"),
        (anonymous, OBJECT, access(objects=[(ALL_USERS, "READ")]), "denied"),
        (anonymous, OBJECT, access(objects=[(ALL_USERS, "READ")], ignore_public_acls=UNKNOWN), "unknown"),
        (anonymous, OBJECT, access(objects=[(AUTHENTICATED_USERS, "READ")], ignore_public_acls=False), "denied"),
        (caller, OBJECT, access(objects=[(AUTHENTICATED_USERS, "READ")], ignore_public_acls=False), "allowed"),
        (caller, OBJECT, access(objects=[(AUTHENTICATED_USERS, "READ")]), "denied"),
        (service, OBJECT, access(objects=[(ALL_USERS, "READ"), (MINE, "READ")], ignore_public_acls=False), "denied"),
        (caller, OBJECT, access(object_owner=THERE), "denied"),
    ],
)
def test_access_control_lists(principal, question, s3_access, expected):
    assert answer(principal, identity=[A], s3_access=s3_access, **question) == expected


def test_a_grant_to_an_account_still_wants_its_identity_policy():
    """S3 User Guide, "How Amazon S3 authorizes a request for an object operation": the user context comes first."""
    for grantee in (MINE, ALL_USERS):
        granted = access(objects=[(grantee, "READ")], ignore_public_acls=False)
        assert answer(caller, identity=[], s3_access=granted, **OBJECT) == "denied"
        assert answer(caller, identity=[A, deny("s3:*")], s3_access=granted, **OBJECT) == "denied"


def test_a_bucket_policy_denies_but_does_not_grant_what_another_account_owns():
    """The same page: "object owners must use object ACLs"; the bucket's owner can only deny."""
    grant = [allow(Principal={"AWS": HERE})]
    third = "333333333333"
    owned = {"object_owner": third}
    inputs = {"identity": [A], **OBJECT}
    assert answer(caller, resource_policy=grant, s3_access=access(), **inputs) == "allowed"
    assert answer(caller, resource_policy=grant, s3_access=access(**owned), **inputs) == "denied"
    assert (
        answer(caller, resource_policy=grant, s3_access=access(objects=[(MINE, "READ")], **owned), **inputs)
        == "allowed"
    )
    denied = [deny(Principal="*")]
    assert (
        answer(caller, resource_policy=denied, s3_access=access(objects=[(MINE, "READ")], **owned), **inputs)
        == "denied"
    )
    assert answer(caller, resource_policy=grant, s3_access=access(object_owner=UNKNOWN), **inputs) == "unknown"
    enforced = access(ownership="BucketOwnerEnforced", **owned)
    assert answer(caller, resource_policy=grant, s3_access=enforced, **inputs) == "allowed"


def test_an_objects_owner_reaches_it_by_identity_policies():
    """ "If the AWS account that owns the object is also the parent account": user policies are enough."""
    own = access(object_owner=HERE)
    assert answer(caller, identity=[A], s3_access=own, **OBJECT) == "allowed"
    assert answer(caller, identity=[], s3_access=own, **OBJECT) == "denied"
    writing = {**OBJECT, "action": "s3:PutObject"}
    assert answer(caller, identity=[A], s3_access=own, **writing) == "denied"


PUBLIC = [allow("s3:*", Principal="*")]
NARROW = [{**PUBLIC[0], "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}}]


@pytest.mark.parametrize(
    ("principal", "statements", "restrict", "expected"),
    [
        # S3 User Guide, "Blocking public access": RestrictPublicBuckets, "The meaning of public".
        (anonymous, PUBLIC, False, "allowed"),
        (anonymous, PUBLIC, True, "denied"),
        (anonymous, PUBLIC, UNKNOWN, "unknown"),
        (caller, PUBLIC, True, "denied"),
        (caller, [*PUBLIC, allow(Principal={"AWS": ROLE})], True, "denied"),
        (caller, NARROW, True, "allowed"),
        (caller, [allow(Principal={"AWS": HERE})], True, "allowed"),
        (service, [allow(Principal="*")], True, "allowed"),
    ],
)
def test_a_public_bucket_that_is_restricted(principal, statements, restrict, expected):
    inputs = {"identity": [A], "context": {"aws:PrincipalOrgID": "o-abcdefghij"}, **OBJECT}
    blocked = S3Access(restrict_public_buckets=restrict)
    assert answer(principal, resource_policy=statements, s3_access=blocked, **inputs) == expected


def test_a_restricted_public_bucket_is_open_to_its_own_account():
    own = {**OBJECT, "account": HERE}
    assert answer(caller, resource_policy=PUBLIC, s3_access=S3Access(), **own) == "allowed"
    assert answer(
        caller, resource_policy=PUBLIC, s3_access=S3Access(), **{**OBJECT, "account": UNKNOWN}, identity=[A]
    ) == ("unknown")


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"identity_policies": UNKNOWN}, "unknown"),
        ({"identity_policies": (policy(A), UNKNOWN)}, "unknown"),
        ({"identity_policies": (policy(D), UNKNOWN)}, "denied"),
        ({"identity": [A], "permissions_boundary": UNKNOWN}, "unknown"),
        ({"identity": [], "permissions_boundary": UNKNOWN}, "denied"),
        ({"identity": [A], "session_policies": UNKNOWN}, "unknown"),
        ({"identity": [A], "session_policies": (UNKNOWN,)}, "unknown"),
        ({"identity": [A], "resource_policy": UNKNOWN}, "unknown"),
        ({"identity": [A], "resource_policy": UNKNOWN, "permissions_boundary": policy(D)}, "denied"),
        ({"identity": [A], "account": UNKNOWN}, "unknown"),
        ({"identity": [], "account": UNKNOWN, "resource_policy": [allow(Principal={"AWS": ROLE})]}, "unknown"),
        ({"identity": [A], "account": UNKNOWN, "resource_policy": [allow(Principal={"AWS": ROLE})]}, "allowed"),
        ({"identity": [D], "account": UNKNOWN}, "denied"),
    ],
)
def test_what_is_not_known_decides_only_what_it_cannot_change(inputs, expected):
    resource = {"resource": "arn:aws:sqs:eu-west-1:111111111111:jobs"}
    assert answer(session, **resource, **inputs) == expected
