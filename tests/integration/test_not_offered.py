# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that lack calls: what is only asked for a limit, a warning or a hint keeps no task from being done."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._operations import account_info
from ansible_collections.xacct.aws.plugins.module_utils._operations.access_check import access_check
from ansible_collections.xacct.aws.plugins.module_utils._operations.acls import bucket_acl, object_acl
from ansible_collections.xacct.aws.plugins.module_utils._operations.assume import assume
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants import bucket_grant, identity_grant
from ansible_collections.xacct.aws.plugins.module_utils._operations.role import role
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError
from ansible_collections.xacct.aws.plugins.module_utils._operations.verify import verify

from tests.integration.in_process import Outcome, TestAccount
from tests.local_aws.server import LocalAws

EFFECTS = ("not_offered", "not_allowed", "no_route", "empty")
OTHER = "635000000001"
_numbers = itertools.count(1)

MISSING = (
    "GetAccountSummary",
    "ListInstanceProfilesForRole",
    "ListPolicyVersions",
    "GetAccountAuthorizationDetails",
    "GetBucketOwnershipControls",
    "GetBucketEncryption",
    "GetPublicAccessBlock",
    "GetCallerIdentity",
    "DescribeOrganization",
)
"""What nothing but limits, warnings and hints is made of."""


PAGE = Path(__file__).resolve().parents[2] / "docs" / "s3_compatible.md"


def test_the_page_says_what_each_of_them_means() -> None:
    told = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8").partition("| missing |")[2], re.MULTILINE)
    assert sorted(told) == sorted(MISSING)


class Server:
    """An account of its own and a bucket in it, at a server that lacks calls for as long as the test lasts."""

    def __init__(self, local_aws: LocalAws) -> None:
        self.local_aws = local_aws
        number = next(_numbers)
        self.account = TestAccount(local_aws, f"636{number:09}")
        self.bucket = f"not-offered-{number}"
        self.s3 = local_aws.client("s3", self.account.account_id)
        self.s3.create_bucket(Bucket=self.bucket, ObjectOwnership="ObjectWriter")
        self.s3.put_object(Bucket=self.bucket, Key="exports/a", Body=b"a")

    def lacks(self, effect: str, *operations: str) -> None:
        self.local_aws.faults(*({"effect": effect, "operation": operation} for operation in operations))

    def done(self, operation: object, changes: int, **options: object) -> Outcome:
        """Foretell, do, and find done."""
        assert len(self.account.run(operation, check_mode=True, **options).changes) == changes
        outcome = self.account.run(operation, **options)
        assert len(outcome.changes) == changes
        assert not self.account.run(operation, **options).result["changed"]
        return outcome


@pytest.fixture
def server(empty_aws: LocalAws) -> Server:
    yield Server(empty_aws)
    empty_aws.clear_faults()


@pytest.mark.also_oldest
@pytest.mark.parametrize("effect", EFFECTS)
def test_a_role_is_made_and_removed(server: Server, effect: str) -> None:
    server.lacks(effect, *MISSING)
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
    options = {
        "name": "Backup",
        "trusted": [{"name": "backup", "principals": [OTHER]}],
        "managed_policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "inline_policies": {"read": policy},
    }
    assert server.account.run(role.OPERATION, check_mode=True, **options).result["changed"]
    assert server.account.run(role.OPERATION, **options).result["role"]["name"] == "Backup"
    assert not server.account.run(role.OPERATION, **options).result["changed"]
    assert server.account.run(role.OPERATION, name="Backup", state="absent").result["changed"]
    server.local_aws.clear_faults()
    assert "Backup" not in server.account.role_names()


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("via", ["inline", "managed"])
def test_permissions_are_given_and_taken(server: Server, effect: str, via: str) -> None:
    server.account.make_user("Someone")
    server.lacks(effect, *MISSING)
    grants = [{"name": "read", "actions": ["s3:GetObject"], "resources": ["*"]}]
    options = {"principal": "user/Someone", "grants": grants, "via": via}
    server.done(identity_grant.OPERATION, 1, **options)
    grants[0]["actions"] = ["s3:GetObjectVersion"]
    server.done(identity_grant.OPERATION, 1, **options)
    server.done(identity_grant.OPERATION, 1, **{**options, "grants": [{"name": "read"}], "state": "absent"})


@pytest.mark.also_oldest
@pytest.mark.parametrize("effect", EFFECTS)
def test_a_bucket_lets_in_and_says_what_it_does_not_know(server: Server, effect: str) -> None:
    server.lacks(effect, *MISSING)
    options = {"bucket": server.bucket, "grants": [{"name": "exports", "principals": [OTHER], "access": "read"}]}
    done = server.done(bucket_grant.OPERATION, 1, **options)
    assert any("cannot read its default encryption (the server does not offer the call" in text for text in done.said)
    assert len([text for text in done.said if "GetCallerIdentity" in text]) == 1
    server.done(bucket_grant.OPERATION, 1, **{**options, "grants": [{"name": "exports"}], "state": "absent"})


@pytest.mark.parametrize("effect", EFFECTS)
def test_acls_are_written_where_nobody_says_whether_they_count(server: Server, effect: str) -> None:
    server.lacks(effect, *MISSING)
    grant = {"permission": "READ", "canonical_id": "ab" * 32}
    assert server.done(bucket_acl.OPERATION, 1, bucket=server.bucket, grants=[grant]).result["object_ownership"] is None
    server.done(object_acl.OPERATION, 1, bucket=server.bucket, key="exports/a", grants=[grant])
    with pytest.raises(TaskError, match="denied, or not offered by the server"):
        server.account.run(bucket_acl.OPERATION, bucket=server.bucket, object_ownership="ObjectWriter")


@pytest.mark.parametrize("effect", EFFECTS)
def test_an_expected_account_is_needed_for_the_result(server: Server, effect: str) -> None:
    server.lacks(effect, "GetCallerIdentity")
    grants = [{"name": "exports", "principals": [OTHER], "access": "read"}]
    for operation, options in (
        (bucket_grant.OPERATION, {"bucket": server.bucket, "grants": grants}),
        (account_info.OPERATION, {}),
    ):
        with pytest.raises(AwsError) as refused:
            server.account.run(operation, expected_account_id=server.account.account_id, **options)
        assert refused.value.call.endswith("GetCallerIdentity")
    assert not [call for call in server.local_aws.journal() if call.operation == "PutBucketPolicy"]


@pytest.mark.parametrize("effect", EFFECTS)
def test_a_role_is_assumed(server: Server, effect: str, tmp_path) -> None:
    everybody = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "sts:AssumeRole"}],
    }
    server.account.iam.create_role(RoleName="Reader", AssumeRolePolicyDocument=json.dumps(everybody))
    iam = server.local_aws.client("iam", OTHER)
    iam.create_user(UserName="user")
    may = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}
    iam.put_user_policy(UserName="user", PolicyName="may", PolicyDocument=json.dumps(may))
    key = iam.create_access_key(UserName="user")["AccessKey"]
    server.lacks(effect, *MISSING)
    caller = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
    options = {
        **caller,
        "role_arn": f"arn:aws:iam::{server.account.account_id}:role/Reader",
        "cache": True,
        "cache_dir": str(tmp_path),
    }
    first = server.account.run(assume.OPERATION, **options).result
    again = server.account.run(assume.OPERATION, **options).result
    assert (first["reused"], again["reused"]) == (False, True)
    assert again["credentials"] == first["credentials"]


@pytest.mark.also_oldest
@pytest.mark.parametrize("effect", EFFECTS)
def test_what_is_not_known_is_never_an_allow(server: Server, effect: str) -> None:
    user, _unique_id = server.account.make_user("Someone")
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    server.account.iam.put_user_policy(UserName="Someone", PolicyName="all", PolicyDocument=json.dumps(allow))
    question = {
        "principals": [user],
        "actions": ["s3:ListBucket", "s3:GetObject"],
        "resources": [f"arn:aws:s3:::{server.bucket}/exports/a"],
        "resource_account": server.account.account_id,
    }
    server.lacks(effect, *(name for name in MISSING if name != "GetCallerIdentity"))
    checks = server.account.run(access_check.OPERATION, **question).result["checks"]
    assert {entry["answer"] for entry in checks} == {"unknown"}
    unread = " ".join(each for entry in checks for each in entry["unread"])
    assert "the organization of account" in unread
    assert "encryption of bucket" in unread


@pytest.mark.parametrize("effect", EFFECTS)
def test_nothing_is_proved_by_who_is_not_known(server: Server, effect: str) -> None:
    server.lacks(effect, "GetCallerIdentity")
    expectation = {
        "id": "t/1",
        "trust": "t",
        "trusting": "x",
        "actor": {"account": "y", "principal": "role/Reader"},
        "role_arn": f"arn:aws:iam::{OTHER}:role/Target",
        "expect": "denied",
    }
    result = server.account.run(verify.OPERATION, expectations=[expectation], propagation_timeout=0).result
    assert [proof["outcome"] for proof in result["proofs"]] == ["not_proved"]
