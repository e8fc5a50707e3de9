# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Grants on a bucket as statements: what they allow (judged by the evaluator), what is refused, and their Sids."""

from __future__ import annotations

import re

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import CompiledPolicy
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.evaluate import evaluate
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_principals import request_principal
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import (
    BUCKET_POLICY,
    Request,
    ResourcePolicy,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError, new_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.s3 import actions as bucket_access
from ansible_collections.xacct.aws.plugins.module_utils._policy.s3.actions import ACCESS, on_bucket, on_objects
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.own_statements import (
    is_own_sid,
    merge_statements,
)
from ansible_collections.xacct.aws.plugins.module_utils._services.s3_bucket.rules import RULES as BUCKET
from ansible_collections.xacct.aws.plugins.module_utils._services.s3_bucket.rules import (
    bucket_statements,
    check_bucket_grants,
)
from ansible_collections.xacct.aws.plugins.module_utils._services.s3_bucket.statements import key_patterns
from hypothesis import given, settings
from hypothesis import strategies as st

OWNER, OTHER = "111111111111", "222222222222"
READER = f"arn:aws:iam::{OTHER}:role/Reader"
ALL = CompiledPolicy(new_document([{"Effect": "Allow", "Action": "*", "Resource": "*"}]))


def entry(**options: object) -> dict:
    return {"name": "exports", "principals": [READER], "access": "read", **options}


def allows(grant: dict, action: str, key: str | None, who: str = READER, **context: object) -> bool:
    """Whether who can do everything by its own policies may do it to the bucket (or a key) of another account."""
    document = new_document(bucket_statements(grant, "data"))
    resource = "arn:aws:s3:::data" if key is None else f"arn:aws:s3:::data/{key}"
    request = Request(
        request_principal(who),
        action,
        resource,
        resource_account=OWNER,
        context=context,
        identity_policies=(ALL,),
        resource_policy=ResourcePolicy(BUCKET_POLICY, CompiledPolicy(document)),
    )
    return evaluate(request).allowed


def test_the_whole_of_a_grant():
    grant = entry(
        principals=[OTHER, "service:logging.s3.amazonaws.com"],
        prefixes=["exports/", "2026/*"],
        source_ips=["198.51.100.0/24"],
        require_tls=True,
        not_after="2027-01-01T00:00:00Z",
        conditions={"StringEquals": {"aws:PrincipalTag/Team": "Red"}},
    )
    condition = {
        "IpAddress": {"aws:SourceIp": "198.51.100.0/24"},
        "Bool": {"aws:SecureTransport": "true"},
        "DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"},
        "StringEquals": {"aws:PrincipalTag/Team": "Red"},
    }
    principal = {"AWS": f"arn:aws-cn:iam::{OTHER}:root", "Service": "logging.s3.amazonaws.com"}
    assert bucket_statements(grant, "data", "aws-cn") == [
        {
            "Sid": "Xacctexports",
            "Effect": "Allow",
            "Principal": principal,
            "Action": ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"],
            "Resource": ["arn:aws-cn:s3:::data/exports/*", "arn:aws-cn:s3:::data/2026/*"],
            "Condition": condition,
        },
        {
            "Sid": "Xacctexports/bucket",
            "Effect": "Allow",
            "Principal": principal,
            "Action": ["s3:ListBucket", "s3:ListBucketVersions"],
            "Resource": "arn:aws-cn:s3:::data",
            "Condition": {**condition, "StringLike": {"s3:prefix": ["exports/*", "2026/*"]}},
        },
    ]


LISTS = {"s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation"}
READS = {"s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging"}
WRITES = {"s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}
RULES = {"s3:GetObjectAcl", "s3:PutObjectAcl", "s3:DeleteObjectVersion"}
NEVER = {"s3:PutBucketPolicy", "s3:DeleteBucket", "s3:BypassGovernanceRetention", "s3:PutLifecycleConfiguration"}


@pytest.mark.parametrize(
    ("access", "allowed"),
    [
        ("list", LISTS),
        ("read", LISTS | READS),
        ("write", WRITES),
        ("read_write", LISTS | READS | WRITES),
        ("full", LISTS | READS | WRITES | RULES),
    ],
)
def test_what_each_access_allows(access, allowed):
    for action in LISTS | READS | WRITES | RULES | NEVER:
        key = "exports/a" if on_objects(action) else None
        assert allows(entry(access=access), action, key) == (action in allowed), action


@pytest.mark.parametrize("access", ACCESS)
def test_no_access_is_wider_than_its_actions_and_each_is_asked_where_it_stands(access):
    for action in ACCESS[access].objects:
        assert on_objects(action) and not on_bucket(action)
    for action in ACCESS[access].bucket:
        assert on_bucket(action) and not on_objects(action)


def test_prefixes_narrow_objects_and_listing():
    grant = entry(access="read_write", prefixes=["exports/", "in/${aws:PrincipalAccount}/"])
    for action in READS | WRITES:
        assert allows(grant, action, "exports/a/b")
        assert allows(grant, action, f"in/{OTHER}/x")
        assert not allows(grant, action, "other/a")
        assert not allows(grant, action, "exports")
        assert not allows(grant, action, f"in/{OWNER}/x")
    assert allows(grant, "s3:ListBucket", None, **{"s3:prefix": "exports/a"})
    assert allows(grant, "s3:ListBucket", None, **{"s3:prefix": "exports/"})
    assert not allows(grant, "s3:ListBucket", None, **{"s3:prefix": "exp"})
    assert not allows(grant, "s3:ListBucket", None)
    assert not allows(grant, "s3:GetBucketLocation", None)
    assert not allows(grant, "s3:ListBucketMultipartUploads", None)


def test_patterns_of_actions_with_prefixes_open_nothing_else_of_the_bucket():
    grant = entry(access=None, actions=["s3:*"], prefixes=["exports/"])
    assert allows(grant, "s3:PutObjectRetention", "exports/a")
    assert allows(grant, "s3:ListBucket", None, **{"s3:prefix": "exports/a"})
    for action in NEVER - {"s3:BypassGovernanceRetention"} | {"s3:ListBucket", "s3:GetBucketLocation"}:
        assert not allows(grant, action, None)
    assert allows(entry(access=None, actions=["s3:*"]), "s3:GetBucketLocation", None)


@pytest.mark.parametrize(
    ("actions", "sids"),
    [
        (["s3:GetObject"], ["Xacctexports"]),
        (["S3:getobject*"], ["Xacctexports"]),
        (["s3:ListBucket"], ["Xacctexports/bucket"]),
        (["s3:GetBucketAcl"], ["Xacctexports/bucket"]),
        (["s3:Get*"], ["Xacctexports", "Xacctexports/bucket"]),
        (["*"], ["Xacctexports", "Xacctexports/bucket"]),
        (["s3:SomeNewObjectThing"], ["Xacctexports"]),
        (["s3:SomeNewBucketThing", "s3:GetNewSetting"], ["Xacctexports/bucket"]),
    ],
)
def test_actions_go_where_s3_asks_them(actions, sids):
    assert [each["Sid"] for each in bucket_statements(entry(access=None, actions=actions), "data")] == sids


def test_conditions_hold():
    everyone = entry(principals=["*"], organizations=["o-abcdefghij"], source_vpces=["vpce-0123456789abcdef0"])
    inside = {"aws:PrincipalOrgID": "o-abcdefghij", "aws:SourceVpce": "vpce-0123456789abcdef0"}
    assert allows(everyone, "s3:GetObject", "a", **inside)
    assert not allows(everyone, "s3:GetObject", "a", **{**inside, "aws:PrincipalOrgID": "o-otherother"})
    assert not allows(everyone, "s3:GetObject", "a", **{**inside, "aws:SourceVpce": "vpce-00000000000000000"})
    assert not allows(entry(require_tls=True), "s3:GetObject", "a", **{"aws:SecureTransport": "false"})
    assert not allows(entry(principals=[f"arn:aws:iam::{OTHER}:role/Else"]), "s3:GetObject", "a")


def test_deny():
    grant = entry(effect="Deny", principals=["*"], access=None, actions=["s3:*"], source_ips=["198.51.100.0/24"])
    found = bucket_statements(grant, "data")
    assert {each["Effect"] for each in found} == {"Deny"}
    assert check_bucket_grants([{**grant, "source_ips": None, "actions": ["s3:Get*", "s3:PutBucketPolicy"]}]) == []


REFUSED = {
    "no name": ({"name": " "}, "name must be a non-empty string"),
    "name": ({"name": "a\nb"}, "at most 128 characters that can be printed"),
    "long name": ({"name": "a" * 129}, "at most 128 characters"),
    "unknown": ({"resource": "x"}, "resource is not an option of a grant"),
    "effect": ({"effect": "allow"}, "effect: Allow or Deny"),
    "nobody": ({"principals": []}, "principals is empty: say who gets access"),
    "account as number": ({"principals": [111111111111]}, "is a number, not a principal"),
    "group": ({"principals": [f"arn:aws:iam::{OTHER}:group/x"]}, "AWS accepts no IAM group"),
    "canonical": ({"principals": ["canonical:" + "a" * 64]}, "name the account ID, or for a CloudFront"),
    "federated": ({"principals": ["oidc:accounts.google.com"]}, "name the role that they assume"),
    "deleted": ({"principals": ["AROAABCDEFGHIJKLMNOPQ"]}, "was deleted or cannot be seen"),
    "twice": ({"principals": [OTHER, f"arn:aws:iam::{OTHER}:root"]}, "the same as"),
    "partitions": ({"principals": [READER, f"arn:aws-cn:iam::{OTHER}:root"]}, "of one partition"),
    "everyone and more": ({"principals": ["*", OTHER], "organizations": ["o-abcdefghij"]}, "everyone already"),
    "neither": ({"access": None}, "give either access or actions"),
    "both": ({"actions": ["s3:GetObject"]}, "give either access or actions"),
    "access": ({"access": "all"}, "access: one of list, read, write"),
    "no actions": ({"access": None, "actions": []}, "actions is empty"),
    "action": ({"access": None, "actions": ["GetObject"]}, "'GetObject' is not an action"),
    "other service": ({"access": None, "actions": ["kms:Decrypt"]}, "a bucket's policy takes no other"),
    "call": ({"access": None, "actions": ["s3:HeadObject"]}, "a call whose permission is s3:GetObject"),
    "bucket and prefix": (
        {"access": None, "actions": ["s3:GetBucketLocation"], "prefixes": ["a/"]},
        "s3:GetBucketLocation is asked on the whole bucket",
    ),
    "no prefixes": ({"prefixes": []}, "an empty list is no part of the bucket"),
    "empty prefix": ({"prefixes": [""]}, "'' is the whole bucket"),
    "star": ({"prefixes": ["*"]}, "is the whole bucket"),
    "slash": ({"prefixes": ["/exports"]}, "begins no key"),
    "url": ({"prefixes": ["s3://data/exports"]}, "begins no key"),
    "organization": ({"organizations": ["x"]}, "not an organization ID"),
    "no organizations": ({"organizations": []}, "empty list: omit the option or add a value"),
    "service of an organization": (
        {"principals": ["service:a.amazonaws.com"], "organizations": ["o-abcdefghij"]},
        "aws:SourceOrgID",
    ),
    "address": ({"source_ips": ["10.0.0.1/8"]}, "the range is 10.0.0.0/8"),
    "endpoint": ({"source_vpces": ["vpc-12345678"]}, "not a VPC endpoint's ID"),
    "address and endpoint": ({"source_ips": ["198.51.100.1"], "source_vpces": ["vpce-12345678"]}, "two entries"),
    "tls": ({"require_tls": "yes"}, "require_tls: true or false"),
    "deny with tls": ({"effect": "Deny", "require_tls": True}, "denies those who use it"),
    "time": ({"not_after": "tomorrow"}, "not a time with its time zone"),
    "condition twice": (
        {"prefixes": ["a/"], "access": "list", "conditions": {"stringlike": {"S3:Prefix": "b/"}}},
        "is given twice",
    ),
    "listing key on objects": ({"conditions": {"StringEquals": {"s3:prefix": "a"}}}, "no object would match"),
}


@pytest.mark.parametrize(("options", "says"), REFUSED.values(), ids=REFUSED)
def test_refused(options, says):
    grant = entry(**options)
    assert any(re.search(says, error) for error in check_bucket_grants([grant])), check_bucket_grants([grant])
    with pytest.raises(PolicyError, match=says):
        bucket_statements(grant, "data")


PUBLIC = {
    "nothing": {},
    "tls": {"require_tls": True},
    "wide range": {"source_ips": ["0.0.0.0/1"]},
    "any account": {"conditions": {"StringLike": {"aws:PrincipalAccount": "*"}}},
    "negative": {"conditions": {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}},
    "if exists": {"conditions": {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abcdefghij"}}},
}
NOT_PUBLIC = {
    "organization": {"organizations": ["o-abcdefghij"]},
    "endpoint": {"source_vpces": ["vpce-12345678"]},
    "range": {"source_ips": ["10.0.0.0/8"]},
    "account": {"conditions": {"StringEquals": {"aws:PrincipalAccount": OTHER}}},
    "access points of an account": {"conditions": {"StringEquals": {"s3:DataAccessPointAccount": OTHER}}},
    "deny": {"effect": "Deny"},
}


@pytest.mark.parametrize("options", PUBLIC.values(), ids=PUBLIC)
def test_a_public_grant_is_refused_by_name(options):
    grant = entry(name="website", principals=["*"], **options)
    (error,) = check_bucket_grants([entry(), grant])
    assert error.startswith("website: principals: '*' is everyone")
    assert "makes the bucket public" in error
    assert check_bucket_grants([grant], allow_public=True) == []


@pytest.mark.parametrize("options", NOT_PUBLIC.values(), ids=NOT_PUBLIC)
def test_everyone_narrowed_is_not_public(options):
    assert check_bucket_grants([entry(principals=["*"], **options)]) == []


def test_all_errors_at_once():
    found = check_bucket_grants([entry(principals=[5, "x"]), entry(), entry(name="b", access="no", prefixes=["/"])])
    assert [error.partition(":")[0] for error in found] == ["exports", "exports", "exports", "b", "b"]
    assert "two entries have this name" in found[2]


def test_key_patterns():
    assert key_patterns(["a/", "a/*", "b"]) == ["a/*", "b*"]
    assert key_patterns(None) == []


NAMES = st.one_of(
    st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=130),
    st.text("aX0/bucket", min_size=1, max_size=12),
    st.sampled_from(("a", "a/bucket", "a/bucket/bucket", "/bucket", "aX0123456789", "aX0123456789/bucket", "ä/bucket")),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(NAMES, min_size=2, max_size=6, unique=True))
def test_no_two_names_share_a_sid(names):
    sids = [sid for name in names for sid in BUCKET.sids(name)]
    assert len(set(sids)) == len(sids)
    assert all(is_own_sid(sid) and re.fullmatch("[ -~]{1,255}", sid) for sid in sids)


GRANTS = st.fixed_dictionaries(
    {
        "name": st.text("abc/bucket", min_size=1, max_size=8),
        "principals": st.lists(st.sampled_from((OTHER, READER, "service:a.amazonaws.com")), min_size=1, unique=True),
        "access": st.sampled_from(list(ACCESS)),
    },
    optional={
        "prefixes": st.lists(st.sampled_from(("a/", "b/c", "${aws:userid}/", "x*")), min_size=1, unique=True),
        "source_ips": st.lists(st.ip_addresses(v=4).map(str), min_size=1, max_size=2),
        "require_tls": st.booleans(),
        "effect": st.just("Allow"),
    },
)


@settings(max_examples=60, deadline=None)
@given(st.lists(GRANTS, min_size=1, max_size=4, unique_by=lambda grant: grant["name"]))
def test_what_is_right_merges_once_and_for_all(grants):
    assert check_bucket_grants(grants) == []
    wanted = [statement for grant in grants for statement in bucket_statements(grant, "data")]
    foreign = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": "arn:aws:s3:::data"}
    merged = merge_statements(new_document([foreign]), wanted)
    assert merged["Statement"] == [foreign, *wanted]
    assert merge_statements(merged, wanted) == merged
    sids = [sid for grant in grants for sid in BUCKET.sids(grant["name"])]
    assert merge_statements(merged, [], remove=sids) == new_document([foreign])


@settings(max_examples=60, deadline=None)
@given(GRANTS, st.sampled_from(("a/x", "b/cd", "b/d", "xyz", "y")))
def test_keys_are_granted_as_their_prefixes_say(grant, key):
    narrowed = {**grant, "source_ips": None, "principals": [READER]}
    prefixes = grant.get("prefixes")
    inside = prefixes is None or any(key.startswith(prefix.rstrip("*")) for prefix in prefixes)
    context = {"aws:SecureTransport": "true", "aws:userid": "AROA:x"}
    for action in ("s3:GetObject", "s3:PutObject"):
        expected = inside and action in ACCESS[grant["access"]].objects
        assert allows(narrowed, action, key, **context) == expected
    expected = inside and "s3:ListBucket" in ACCESS[grant["access"]].bucket
    assert allows(narrowed, "s3:ListBucket", None, **context, **{"s3:prefix": key}) == expected


def test_every_action_is_known_once():
    known = [*bucket_access._OBJECT_ACTIONS, *bucket_access._BUCKET_ACTIONS]
    assert len({action.lower() for action in known}) == len(known)
    assert not {action.lower() for action in known} & bucket_access.NOT_AN_ACTION.keys()
