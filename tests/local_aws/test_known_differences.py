# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ministack gets wrong, by name: the lines of README.md's table that are marked there.

A test that fails here is good news: the server has learnt what AWS does. Strike the line, and test the behaviour.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import botocore.exceptions
import pytest

from tests.local_aws.server import LocalAws

TRUSTED, TRUSTING = "630000000001", "630000000002"
OWNER = f"arn:aws:iam::{TRUSTED}:root"


class Scene:
    """A trusted account with users, and a trusting one in which tests make roles."""

    def __init__(self, aws: LocalAws) -> None:
        anything = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
        own_name = f"arn:aws:iam::{TRUSTING}:role/${{aws:username}}"
        users = {
            "alice": {"policies": {"all": anything}},
            "nobody": {},
            "Variable": {
                "policies": {"own": policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": own_name})}
            },
        }
        account = {"users": users, "roles": {"Chain": {"policies": {"all": anything}}}}
        self.users = aws.seed({"accounts": {TRUSTED: account}})["accounts"][TRUSTED]["users"]
        self.aws = aws
        self.iam = aws.client("iam", TRUSTING)

    def role(self, name: str, principal: str = OWNER, **statement: object) -> None:
        """Make a role in the trusting account."""
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust(principal, **statement)))

    def gets_in(self, caller: str | dict, name: str, account: str = TRUSTING, **arguments: object) -> bool:
        """Whether a caller (a user's name, an account's root, keys) can assume a role."""
        sts = self.aws.client("sts", self.users.get(caller, caller) if isinstance(caller, str) else caller)
        try:
            sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/{name}", RoleSessionName="test", **arguments)
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDenied"
            return False
        return True


@pytest.fixture(scope="module")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """ministack, whatever the other tests use."""
    server = LocalAws(tmp_path_factory.mktemp("ministack"), "ministack")
    server.start(with_parent=True)
    yield server
    server.stop()


@pytest.fixture
def scene(ministack: LocalAws) -> Scene:
    """Both accounts, freshly made."""
    ministack.reset()
    return Scene(ministack)


def policy(*statements: dict) -> dict:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(principal: str, **statement: object) -> dict:
    """A trust policy of one statement."""
    return policy({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **statement})


def test_any_text_is_a_trust_policy(scene: Scene) -> None:
    scene.iam.create_role(RoleName="Broken", AssumeRolePolicyDocument="{nope")


@pytest.mark.parametrize("principal", ["role/ghost", "user/ghost", "group/people"])
def test_principals_need_not_exist(scene: Scene, principal: str) -> None:
    scene.role("Trusting", f"arn:aws:iam::{TRUSTED}:{principal}")


def test_a_user_made_again_is_still_trusted(scene: Scene) -> None:
    scene.aws.seed({"accounts": {TRUSTED: {"users": {"leaver": {"access_key": False}}}}})
    scene.role("Trusting", f"arn:aws:iam::{TRUSTED}:user/leaver")
    scene.aws.client("iam", TRUSTED).delete_user(UserName="leaver")
    stored = scene.iam.get_role(RoleName="Trusting")["Role"]["AssumeRolePolicyDocument"]
    assert stored["Statement"][0]["Principal"]["AWS"] == f"arn:aws:iam::{TRUSTED}:user/leaver"
    anything = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
    scene.aws.seed({"accounts": {TRUSTED: {"users": {"leaver": {"access_key": False, "policies": {"all": anything}}}}}})
    key = scene.aws.client("iam", TRUSTED).create_access_key(UserName="leaver")["AccessKey"]
    again = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
    assert scene.gets_in(again, "Trusting")


def test_sizes_are_not_looked_at(scene: Scene) -> None:
    assert scene.iam.get_account_summary()["SummaryMap"]["AssumeRolePolicySizeQuota"] == 2048
    scene.role("Long", Condition={"StringEquals": {"sts:ExternalId": [f"{number:040}" for number in range(200)]}})
    tags = [{"Key": str(number), "Value": "x"} for number in range(51)]
    scene.iam.create_role(RoleName="Tagged", AssumeRolePolicyDocument=json.dumps(trust(OWNER)), Tags=tags)


@pytest.mark.parametrize("name", ["with space", "x" * 65])
def test_any_name_is_a_role_name(scene: Scene, name: str) -> None:
    scene.role(name)


def test_names_that_differ_in_case_are_two(scene: Scene) -> None:
    scene.role("Reader")
    scene.role("READER")


def test_managed_policies_need_not_exist(scene: Scene) -> None:
    scene.role("Reader")
    scene.iam.attach_role_policy(RoleName="Reader", PolicyArn=f"arn:aws:iam::{TRUSTING}:policy/none")
    scene.iam.attach_role_policy(RoleName="Reader", PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy")


def test_root_users_assume_roles(scene: Scene) -> None:
    scene.role("Reader")
    assert scene.gets_in(TRUSTED, "Reader")


@pytest.mark.parametrize("principal", ["user/al*", "user/ALICE"])
def test_principals_match_loosely(scene: Scene, principal: str) -> None:
    scene.role("Reader", f"arn:aws:iam::{TRUSTED}:{principal}")
    assert scene.gets_in("alice", "Reader")


def test_a_user_named_by_its_own_account_is_denied(scene: Scene) -> None:
    named = json.dumps(trust(f"arn:aws:iam::{TRUSTED}:user/nobody"))
    scene.aws.client("iam", TRUSTED).create_role(RoleName="Own", AssumeRolePolicyDocument=named)
    assert not scene.gets_in("nobody", "Own", TRUSTED)


def test_mfa_codes_are_never_accepted(scene: Scene) -> None:
    scene.role("Guarded", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    iam = scene.aws.client("iam", TRUSTED)
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="alice")["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(UserName="alice", SerialNumber=serial, **codes)
    assert not scene.gets_in("alice", "Guarded", SerialNumber=serial, TokenCode="123456")


def test_policy_variables_stay_as_they_are(scene: Scene) -> None:
    scene.role("Variable")
    assert not scene.gets_in("Variable", "Variable")


def test_source_identities_are_not_looked_at(scene: Scene) -> None:
    scene.role("Reader")
    assert scene.gets_in("alice", "Reader", SourceIdentity="mallory")
    scene.role(
        "Named",
        Action=["sts:AssumeRole", "sts:SetSourceIdentity"],
        Condition={"StringEquals": {"sts:SourceIdentity": "alice"}},
    )
    assert not scene.gets_in("alice", "Named", SourceIdentity="alice")


def test_sessions_last_as_long_as_asked(scene: Scene) -> None:
    scene.role("Reader")
    assert scene.gets_in("alice", "Reader", DurationSeconds=7200)
    scene.iam.update_role(RoleName="Reader", MaxSessionDuration=7200)
    sts = scene.aws.client("sts", scene.users["alice"])
    chain = sts.assume_role(RoleArn=f"arn:aws:iam::{TRUSTED}:role/Chain", RoleSessionName="test")["Credentials"]
    session = {
        "access_key": chain["AccessKeyId"],
        "secret_key": chain["SecretAccessKey"],
        "session_token": chain["SessionToken"],
    }
    assert scene.gets_in(session, "Reader", DurationSeconds=7200)


def test_packed_policies_have_no_size(scene: Scene) -> None:
    scene.role("Reader")
    answer = scene.aws.client("sts", scene.users["alice"]).assume_role(
        RoleArn=f"arn:aws:iam::{TRUSTING}:role/Reader",
        RoleSessionName="test",
        Policy=json.dumps(policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})),
    )
    assert answer["PackedPolicySize"] == 0


@pytest.mark.parametrize(("principal", "gets_in"), [(f"arn:aws:iam::{TRUSTED}:user/alice", False), (TRUSTED, True)])
def test_a_bucket_policy_knows_accounts_only(scene: Scene, principal: str, gets_in: bool) -> None:
    owner = scene.aws.client("s3", TRUSTING)
    owner.create_bucket(Bucket="known-difference")
    owner.put_object(Bucket="known-difference", Key="key", Body=b"text")
    statement = {
        "Principal": {"AWS": principal},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::known-difference/*",
    }
    owner.put_bucket_policy(Bucket="known-difference", Policy=json.dumps(policy({"Effect": "Allow", **statement})))
    alice = scene.aws.client("s3", scene.users["alice"])
    if gets_in:
        assert alice.get_object(Bucket="known-difference", Key="key")["Body"].read() == b"text"
    else:
        with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
            alice.get_object(Bucket="known-difference", Key="key")
