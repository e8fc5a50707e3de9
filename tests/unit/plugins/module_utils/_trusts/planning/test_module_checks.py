# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan refuses what the modules would refuse, in their words and before any call."""

from __future__ import annotations

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import CONNECTION_ARGUMENTS
from ansible_collections.xacct.aws.plugins.module_utils._operations.acls import bucket_acl as bucket_acl_module
from ansible_collections.xacct.aws.plugins.module_utils._operations.acls import object_acl as object_acl_module
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants import (
    bucket_grant,
    identity_grant,
    resource_grant,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.role import role
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import Operation
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES
from ansible_collections.xacct.aws.plugins.module_utils._trusts.methods.registry import METHODS
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.module_checks import check_trusted
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import PlanError, Problems, plan
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.bucket_declarations import (
    bucket_acl,
    bucket_trust,
    object_acl,
)
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.declarations import (
    ACCOUNTS,
    CUSTOMER_A,
    THIRD_PARTY,
    trust,
)
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.resource_declarations import (
    KEY,
    TOPIC,
    resource_trust,
    topic_trust,
)
from hypothesis import given, settings
from hypothesis import strategies as st

MODULES = {
    "role": role.OPERATION,
    "bucket": bucket_grant.OPERATION,
    "bucket_acl": bucket_acl_module.OPERATION,
    "object_acl": object_acl_module.OPERATION,
    "resource": resource_grant.OPERATION,
}
ARN = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
ORGANIZATION = {"aws:PrincipalOrgID": "o-abcdefghij"}


def module_errors(operation: Operation, options: dict, account_id: str = CUSTOMER_A) -> list[str]:
    """What a module says of options before its first call."""
    validation = ArgumentSpecValidator({**CONNECTION_ARGUMENTS, **operation.argument_spec}, **operation.rules).validate(
        {"expected_account_id": account_id, **options}
    )
    return validation.error_messages or operation.check(validation.validated_parameters)


def plan_errors(*trusts: dict) -> list[str]:
    try:
        plan(list(trusts), ACCOUNTS)
    except PlanError as refused:
        return refused.errors
    return []


ROLE_OPTIONS: dict[str, dict] = {
    "50 tags": {"tags": {f"k{number}": "" for number in range(50)}},
    "a description outside Latin-1": {"description": "\u2603"},
    "an invalid tag character": {"tags": {"a*": "b"}},
    "tag keys that differ in case": {"tags": {"Team": "a", "team": "b"}},
    "the tag of this collection": {"tags": {"xacct:managed-by": "me"}},
    "a managed policy twice": {"managed_policies": [ARN, ARN]},
    "an inline policy without statements": {"inline_policies": {"a": {"Version": "2012-10-17", "Statement": []}}},
    "no slash at the end": {"path": "/app"},
    "an empty part of the path": {"path": "/a//b/"},
    "a policy of no account": {"managed_policies": ["arn:aws:iam::12:policy/x"]},
}


@pytest.mark.parametrize("options", ROLE_OPTIONS.values(), ids=ROLE_OPTIONS)
def test_what_xacct_role_refuses(options):
    principals = ["arn:aws:iam::111111111111:role/BackupService"]
    task = {"name": "XacctBackup", "trusted": [{"name": "backup", "principals": principals}], **options}
    said = module_errors(role.OPERATION, task)
    planned = plan_errors(trust(role=options))
    words = METHODS["role"].module.words
    for word, instead in words.items():
        said = [error.replace(word, instead) for error in said]
    assert said
    assert planned == [f"trust 'backup': role.{error}" for error in said]


@pytest.mark.parametrize("name", ["data--x-s3", "a..b", "10.0.0.1", "Data"])
@pytest.mark.parametrize(
    ("method", "declared", "option"),
    [("bucket", bucket_trust, "name"), ("bucket_acl", bucket_acl, "bucket"), ("object_acl", object_acl, "bucket")],
)
def test_names_of_buckets_that_the_modules_refuse(method, declared, option, name):
    (operation,) = plan([declared("t")], ACCOUNTS)["accounts"]["customer_a"]["trusting"]
    (said,) = module_errors(MODULES[method], {**operation["options"], "bucket": name})
    assert said.startswith("bucket: ")
    assert plan_errors(declared("t", **{option: name})) == [
        f"trust 't': {method}.{option}: {said.removeprefix('bucket: ')}"
    ]


@pytest.mark.parametrize(
    ("declared", "option"),
    [
        (trust("t", role={"conditions": {"StringEqual": ORGANIZATION}}), "role"),
        (bucket_trust("t", conditions={"StringEqual": ORGANIZATION}), "bucket"),
        (topic_trust("t", conditions={"StringEqual": ORGANIZATION}), "resource"),
    ],
)
def test_an_operator_that_aws_does_not_have(declared, option):
    assert plan_errors(declared) == [
        f"trust 't': {option}.conditions: AWS has no condition operator StringEqual; did you mean StringEquals?"
    ]


def test_the_same_is_said_of_an_absent_trust():
    bad = {"tags": {"a*": "b"}}
    assert plan_errors(trust(role=bad, state="absent")) == plan_errors(trust(role=bad)) != []


def test_what_the_module_says_and_what_the_plan_says_come_together():
    found = plan_errors(
        trust(
            "first", trusted={"account": "nobody"}, role={"tags": {"a*": "b"}, "unknown": 1, "description": "\u2603"}
        ),
        trust("second", role={"name": None, "managed_policies": [ARN, ARN]}),
        bucket_trust("third", name="data--x-s3", access=None, kms_key="alias/x"),
    )
    assert [error.split(";")[0] for error in found] == [
        "trust 'first': unknown account 'nobody'",
        "trust 'first': unknown key 'unknown' in role",
        "trust 'first': role.description: at most 1,000 characters of Latin-1 without control characters",
        "trust 'first': role.tags: 'a*' is not a tag's key: 1 to 128 letters, digits, spaces and _ . : / = + - @",
        "trust 'second': role has no name",
        f"trust 'second': role.managed_policies: {ARN} is listed twice",
        "trust 'third': bucket.kms_key is 'alias/x'",
        "trust 'third': bucket.name: 'data--x-s3' is a directory bucket (S3 Express One Zone), which has other actions "
        "and no grants as here",
        "trust 'third': bucket: give either access or actions",
    ]


def test_what_the_trusted_side_would_refuse_names_trust_and_principal():
    (operation,) = plan([bucket_trust("t"), bucket_trust("u")], ACCOUNTS)["accounts"]["platform"]["trusted"]
    operation["options"]["grants"][0]["actions"] = ["GetObject"]
    problems = Problems()
    check_trusted([operation], problems)
    with pytest.raises(PlanError) as refused:
        problems.raise_if_any()
    (error,) = refused.value.errors
    assert error.startswith("trust 't': in the policy of role/Reader: grants: t: actions: 'GetObject' is not an action")


# Values of which most are right, and the others are refused by the module or by AWS's own rules for such names.
NAMES = st.sampled_from(["Right", "right.name", "a" * 64, "a" * 65, "a b", "x/y", ""])
PATHS = st.sampled_from(["/", "/app/", "/a//b/", "/app", "//", "/" + "x" * 510 + "/", "/" + "x" * 511 + "/"])
TEXTS = st.sampled_from(["", "words", "é", "\u2603", "x" * 1000, "x" * 1001, "a\x00b"])
KEYS = st.sampled_from(["team", "Team", "a b", "a*", "aws:x", "xacct:managed-by", "", "x" * 128, "x" * 129])
VALUES = st.sampled_from(["", "a", "größe", "a*", "x" * 257]) | st.integers() | st.booleans() | st.none()
TAGS = st.dictionaries(KEYS, VALUES, max_size=2) | st.integers(48, 51).map(lambda n: {f"k{i}": "" for i in range(n)})
POLICY_NAMES = st.sampled_from(
    [ARN, "policy/Own", f"arn:aws:iam::{CUSTOMER_A}:policy/Own", "arn:aws:iam::aws:role/x", "policy/"]
)
POLICIES = st.lists(POLICY_NAMES, max_size=2)
DOCUMENTS = st.sampled_from([DOCUMENT, {"Version": "2012-10-17", "Statement": []}, {}, "{", str(DOCUMENT)])
CONDITIONS = st.sampled_from(
    [{}, {"StringEquals": ORGANIZATION}, {"StringEqual": ORGANIZATION}, {"StringEquals": {}}, {"Bool": "true"}]
)
PREFIXES = st.lists(st.sampled_from(["a/", "b", "", "*", "a/*", "/a", "s3://x/"]), max_size=2)
BUCKETS = st.sampled_from(["data", "data-{account_id}", "data--x-s3", "a..b", "10.0.0.1", "Data", "x" * 63, "x" * 64])
ACTIONS = st.lists(st.sampled_from(["s3:GetObject", "s3:Get*", "s3:HeadObject", "sqs:*", "x", "s3:ListBucket"]))
IPS = st.lists(st.sampled_from(["198.51.100.0/24", "198.51.100.1/24", "300.1.1.1"]), max_size=2)
ENDS = st.sampled_from(["2027-01-01T00:00:00Z", "2027-01-01", "tomorrow"])
CANONICAL_IDS = st.sampled_from(["a" * 64, "a" * 63, "111111111111", "", "a b", "ceph-user"])
ORGANIZATIONS = st.lists(st.sampled_from(["o-abcdefghij", "o-1"]), max_size=2)
COMMON = {"conditions": CONDITIONS, "source_ips": IPS, "not_after": ENDS, "organizations": ORGANIZATIONS}
OPTIONS = {
    "role": {
        "name": NAMES,
        "path": PATHS,
        "description": TEXTS,
        "max_session_duration": st.sampled_from([3599, 3600, 43200, 43201]),
        "permissions_boundary": POLICY_NAMES,
        "managed_policies": POLICIES,
        "inline_policies": st.dictionaries(st.sampled_from(["a", "a b", "x" * 128, "x" * 129]), DOCUMENTS, max_size=2),
        "tags": TAGS,
        "external_id": st.sampled_from(["abc", "a", "a b", []]),
        "generate": st.booleans(),
        "follow": st.booleans(),
        "mfa_max_age": st.integers(-1, 2),
        "purge_trusted": st.booleans(),
        **COMMON,
    },
    "bucket": {"name": BUCKETS, "prefixes": PREFIXES, "actions": ACTIONS, "require_tls": st.booleans(), **COMMON},
    "bucket_acl": {
        "bucket": BUCKETS,
        "permission": st.sampled_from(["READ", "WRITE", "FULL_CONTROL", "read"]),
        "object_ownership": st.sampled_from(["ObjectWriter", "BucketOwnerEnforced"]),
        "canonical_id": CANONICAL_IDS,
    },
    "object_acl": {
        "bucket": BUCKETS,
        "permission": st.sampled_from(["READ", "WRITE", "FULL_CONTROL"]),
        "prefix": st.sampled_from(["", "a/", "/a", "a*"]),
        "key": st.sampled_from(["a", "", None]),
        "keys": st.lists(st.sampled_from(["a", "", "a"]), max_size=2),
        "canonical_id": CANONICAL_IDS,
        "bucket_owner": st.sampled_from(["444444444444", "4444", CUSTOMER_A]),
    },
    "resource": {
        "name": st.sampled_from(["events", "a b", "x" * 300, "events.fifo"]),
        "actions": st.lists(st.sampled_from(["sns:Publish", "sns:*", "sns:AddPermission", "sqs:SendMessage"])),
        "region": st.sampled_from(["eu-central-1", "us-east-1"]),
        "require_tls": st.booleans(),
        **COMMON,
    },
}
RIGHT = {
    "role": trust("t"),
    "bucket": bucket_trust("t"),
    "bucket_acl": bucket_acl("t"),
    "object_acl": object_acl("t"),
    "resource": topic_trust("t"),
}
OTHER_RESOURCES = [
    resource_trust("t", arn=KEY, access="use", via="grant"),
    resource_trust("t", arn=KEY, access="decrypt"),
    resource_trust("t", arn=TOPIC, access="publish"),
    *(
        resource_trust("t", type=rules.type, name="one", region="eu-central-1", access=next(iter(rules.access)))
        for rules in SERVICES.values()
        if rules.name_gives_arn and rules.needs_account
    ),
]


@st.composite
def trusts(draw) -> dict:
    method = draw(st.sampled_from(list(RIGHT)))
    declared = draw(st.sampled_from([RIGHT[method], *(OTHER_RESOURCES if method == "resource" else ())]))
    options = dict(declared[method])
    changed = draw(st.lists(st.sampled_from(list(OPTIONS[method])), max_size=3, unique=True))
    for option in changed if declared is RIGHT[method] else ():
        options[option] = draw(OPTIONS[method][option])
        if option == "actions":
            options.pop("access", None)
        if option in ("key", "keys"):
            options = {key: value for key, value in options.items() if key not in {"prefix", "key", "keys"} - {option}}
    principals = draw(
        st.lists(st.sampled_from(["role/A", "role/app/B", "user/c", "group/d"]), min_size=1, max_size=2, unique=True)
    )
    trusted = draw(st.sampled_from([{"account": "platform"}, {"account_id": THIRD_PARTY}]))
    return {
        **declared,
        "state": draw(st.sampled_from(["present", "present", "absent"])),
        "trusted": {**trusted, "principals": principals},
        "trusted_side": draw(st.sampled_from(["exact", "managed"])),
        method: {key: value for key, value in options.items() if value is not None},
    }


@settings(max_examples=400, deadline=None)
@given(st.lists(trusts(), min_size=1, max_size=2))
def test_every_operation_that_is_planned_passes_the_check_of_its_module(declared):
    declared = [{**each, "name": f"t{number}"} for number, each in enumerate(declared)]
    try:
        made = plan(declared, ACCOUNTS)
    except PlanError as refused:
        assert all(error.startswith("trust") for error in refused.errors)
        assert len(set(refused.errors)) == len(refused.errors)
        return
    for work in made["accounts"].values():
        for operation in work["trusting"]:
            options = {**operation["options"], "state": operation["state"]}
            assert module_errors(MODULES[operation["method"]], options, work["account_id"]) == [], operation
        for operation in work["trusted"]:
            assert module_errors(identity_grant.OPERATION, operation["options"], work["account_id"]) == [], operation
