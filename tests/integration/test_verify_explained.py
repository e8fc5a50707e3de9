# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trusts that were applied and then broken in one place: the proof names the place, and the printed fix mends it.

Two members of an organization; every call and every refusal is the local AWS's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import jinja2
import pytest
import yaml
from ansible.plugins.filter.core import FilterModule
from ansible_collections.xacct.aws.plugins.module_utils._operations.acls import object_acl
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants import (
    bucket_grant,
    identity_grant,
    resource_grant,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.role import role
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError
from ansible_collections.xacct.aws.plugins.module_utils._operations.verify import verify
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.account_parts import (
    external_ids,
    part_of,
    per_account,
)
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import plan

from tests.integration.in_process import TestAccount
from tests.local_aws.server import LocalAws

MANAGEMENT = "999999999884"
BUCKET = "explained-data"
EXTERNAL_ID = "shared-words"
OPERATIONS = {
    "xacct_role": role.OPERATION,
    "xacct_identity_grant": identity_grant.OPERATION,
    "xacct_bucket_grant": bucket_grant.OPERATION,
    "xacct_object_acl": object_acl.OPERATION,
    "xacct_resource_grant": resource_grant.OPERATION,
}
MODULES = {"role": "xacct_role", "bucket": "xacct_bucket_grant", "object_acl": "xacct_object_acl"}


def document(*statements: Mapping) -> dict:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **each} for each in statements]}


class World:
    """An organization with a platform and a customer, and trusts between them that are applied."""

    def __init__(self, local_aws: LocalAws) -> None:
        self.local_aws = local_aws
        self.organizations = local_aws.client("organizations", MANAGEMENT)
        self.organizations.create_organization(FeatureSet="ALL")
        self.root = self.organizations.list_roots()["Roots"][0]["Id"]
        self.organizations.enable_policy_type(RootId=self.root, PolicyType="SERVICE_CONTROL_POLICY")
        self.unit = self.organizations.create_organizational_unit(ParentId=self.root, Name="Production")[
            "OrganizationalUnit"
        ]["Id"]
        self.platform, self.customer = (self.member(name) for name in ("platform", "customer"))
        administers = {"policies": {"all": document({"Action": "*"})}}
        made = local_aws.seed(
            {
                "accounts": {
                    "platform": {
                        "account_id": self.platform,
                        "users": {"deployer": administers, "alice": {}},
                        "roles": {"BackupService": {"path": "/app/"}, "Reader": {}},
                    },
                    "customer": {"account_id": self.customer, "users": {"deployer": administers}},
                }
            }
        )["accounts"]
        self.users = {name: made[name]["users"] for name in made}
        self.accounts = {"platform": self.platform, "customer": self.customer}
        self.runners = {name: TestAccount(local_aws, self.accounts[name]) for name in self.accounts}
        self.key = local_aws.client("kms", self.customer).create_key()["KeyMetadata"]["Arn"]
        self.set_key_policy(f"arn:aws:iam::{self.platform}:root")
        self.s3 = local_aws.client("s3", self.customer)
        self.s3.create_bucket(Bucket=BUCKET)
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key}
        self.s3.put_bucket_encryption(
            Bucket=BUCKET,
            ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
        )
        for key in ("exports/one", "private/one"):
            self.s3.put_object(Bucket=BUCKET, Key=key, Body=b"1")
        self.trusts = [
            {
                "name": "backup",
                "trusted": {"account": "platform", "principals": ["role/app/BackupService"]},
                "trusting": ["customer"],
                "role": {"name": "XacctBackup", "external_id": EXTERNAL_ID},
            },
            {
                "name": "on-call",
                "trusted": {"account": "platform", "principals": ["user/alice"]},
                "trusting": ["customer"],
                "role": {"name": "XacctOnCall", "require_mfa": True},
            },
            {
                "name": "exports",
                "trusted": {"account": "platform", "principals": ["role/Reader"]},
                "trusting": ["customer"],
                "bucket": {"name": BUCKET, "access": "read", "prefixes": ["exports/"], "kms_key": self.key},
            },
        ]

    def member(self, name: str) -> str:
        made = self.organizations.create_account(Email=f"{name}@example.com", AccountName=name)
        account_id = made["CreateAccountStatus"]["AccountId"]
        self.organizations.move_account(AccountId=account_id, SourceParentId=self.root, DestinationParentId=self.unit)
        return account_id

    def set_key_policy(self, *principals: str) -> None:
        own = {"Principal": {"AWS": f"arn:aws:iam::{self.customer}:root"}, "Action": "kms:*"}
        use = {"Principal": {"AWS": list(principals)}, "Action": ["kms:Decrypt", "kms:GenerateDataKey"]}
        policy = document(own, *([use] if principals else []))
        self.local_aws.client("kms", self.customer).put_key_policy(
            KeyId=self.key, PolicyName="default", Policy=json.dumps(policy)
        )

    def connection(self, account: str, user: str = "deployer") -> dict:
        keys = {option: self.users[account][user][option] for option in ("access_key", "secret_key")}
        return {**keys, "region": "us-east-1", "endpoint_url": self.local_aws.endpoint}

    def planned(self) -> dict:
        return plan(self.trusts, {name: {"account_id": account_id} for name, account_id in self.accounts.items()})

    def apply(self) -> None:
        """Apply both sides, as the roles do."""
        parts = per_account(self.planned())
        for name in ("customer", "platform"):
            part = part_of(parts, name)
            for work in part["trusting"] + part["trusted"]:
                module = MODULES.get(work.get("method"), "xacct_identity_grant")
                self.runners[name].run(OPERATIONS[module], **part["options"][work["label"]])

    def prove(self, name: str = "platform", **more: object) -> list[dict]:
        """Prove what is proved from an account, as the role does; the proofs."""
        parts = per_account(self.planned())
        part = part_of(parts, name)
        looked_for = self.runners["customer"].run(
            verify.OPERATION, expectations=[], lookups=part_of(parts, "customer")["lookups"]
        )
        try:
            return (
                self.runners[name]
                .run(
                    verify.OPERATION,
                    **{
                        **self.connection(name),
                        "expectations": part["expectations"],
                        "external_ids": external_ids(part["expectations"], parts, {}),
                        "objects": looked_for.result.get("objects", {}),
                        "connections": [{"account_id": self.customer, "connection": self.connection("customer")}],
                        "organization_connection": {"access_key": MANAGEMENT, "secret_key": "local"},
                        "propagation_timeout": 0,
                        **more,
                    },
                )
                .result["proofs"]
            )
        except TaskError as error:
            return error.details["proofs"]

    def fix(self, proof: Mapping) -> None:
        """Do what is printed, as it stands: a task in the account that it names, or a statement that is added there."""
        for fix in proof["evaluation"]["fix"]:
            if fix["instead"] or not fix["task"]:
                continue
            template = jinja2.Environment(autoescape=False)  # noqa: S701  (YAML, not HTML)
            template.filters.update(FilterModule().filters())
            text = template.from_string(fix["yaml"]).render(xacct_trusts=self.trusts)
            (task,) = yaml.safe_load(text)
            (module,) = [name for name in task if name != "name"]
            (name,) = [name for name, account_id in self.accounts.items() if account_id == fix["account"]]
            self.runners[name].run(OPERATIONS[module.removeprefix("xacct.aws.")], **task[module])


@pytest.fixture
def world(empty_aws: LocalAws) -> World:
    world = World(empty_aws)
    world.apply()
    return world


def outcomes(proofs: list[dict]) -> dict[str, str]:
    return {proof["id"]: proof["outcome"] for proof in proofs}


def broken(proofs: list[dict]) -> list[dict]:
    return [proof for proof in proofs if proof["outcome"] == "broken"]


def said(proof: Mapping) -> str:
    return "\n".join([proof["said"], *proof["evaluation"]["why"]])


def test_what_is_applied_is_proved_and_evaluated(world):
    proofs = world.prove()
    assert outcomes(proofs) == {
        "backup/customer/role-app/BackupService/allowed": "proved",
        "backup/customer/role-app/BackupService/with-session-tags": "proved",
        "backup/customer/role-app/BackupService/without-external-id": "proved",
        "backup/customer/role-app/BackupService/wrong-external-id": "proved",
        "backup/customer/role-Reader/other-principal": "proved",
        "exports/customer/role-Reader/get exports/": "proved",
        "exports/customer/role-Reader/get outside": "proved",
        "exports/customer/role-Reader/list exports/": "proved",
        "exports/customer/role-Reader/list outside": "proved",
        "exports/customer/role-Reader/no-put": "proved",
        "exports/customer/role-app/BackupService/other-principal get": "proved",
        # Nobody can act as the user here, but the policies say what would happen.
        "on-call/customer/user-alice/allowed": "evaluated",
        "on-call/customer/user-alice/with-session-tags": "evaluated",
        "on-call/customer/user-alice/without-mfa": "evaluated",
        "on-call/customer/role-Reader/other-principal": "proved",
    } | {key: value for key, value in outcomes(proofs).items() if "other-principal" in key}
    assert set(outcomes(proofs).values()) == {"proved", "evaluated"}
    assert [proof["id"] for proof in proofs if not proof["evaluation"]["holds"]] == []


def trust_policy(world, name: str, change: Callable[[dict], None]) -> None:
    iam = world.local_aws.client("iam", world.customer)
    policy = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    change(policy["Statement"][0])
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(policy))


def break_trust_policy(world):
    stranger = f"arn:aws:iam::{world.platform}:role/Reader"
    trust_policy(world, "XacctBackup", lambda statement: statement.update(Principal={"AWS": stranger}))
    return "backup/customer/role-app/BackupService/allowed", "resource side in account"


def break_external_id(world):
    other = {"StringEquals": {"sts:ExternalId": "other-words"}}
    trust_policy(world, "XacctBackup", lambda statement: statement.update(Condition=other))
    return "backup/customer/role-app/BackupService/allowed", "sts:ExternalId"


def break_identity_policy(world):
    iam = world.local_aws.client("iam", world.platform)
    iam.delete_role_policy(RoleName="BackupService", PolicyName="xacct")
    return "backup/customer/role-app/BackupService/allowed", "identity side in account"


def break_bucket_policy(world):
    world.s3.delete_bucket_policy(Bucket=BUCKET)
    return "exports/customer/role-Reader/get exports/", "resource side in account"


@pytest.mark.parametrize(
    "break_it", [break_trust_policy, break_external_id, break_identity_policy, break_bucket_policy]
)
def test_the_printed_tasks_mend_it_as_they_stand(world, break_it):
    identifier, named = break_it(world)
    for _again in range(4):  # A bucket's policy is about objects and about the list: a fix is for one of them.
        wrong = [proof for proof in broken(world.prove()) if proof["expect"] == "allowed"]
        if not wrong:
            break
        if not _again:
            assert wrong[0]["id"] == identifier
            assert named in said(wrong[0])
        assert EXTERNAL_ID not in json.dumps(wrong)
        assert "other-words" not in json.dumps(wrong)
        world.fix(wrong[0])
    assert outcomes(world.prove())[identifier] == "proved"


def test_a_permissions_boundary_is_named_and_its_statement_mends_it(world):
    iam = world.local_aws.client("iam", world.platform)
    bounds = document({"Action": "s3:*"})
    arn = iam.create_policy(PolicyName="Bounds", PolicyDocument=json.dumps(bounds))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="BackupService", PermissionsBoundary=arn)
    (proof,) = broken(world.prove())
    assert proof["id"] == "backup/customer/role-app/BackupService/allowed"
    assert f"permissions boundary in account {world.platform}" in said(proof)
    fix, other = proof["evaluation"]["fix"]
    assert arn in fix["text"] and other["instead"]
    bounds["Statement"].append(fix["statement"])
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(bounds), SetAsDefault=True)
    assert broken(world.prove()) == []


def test_a_session_policy_is_named_and_its_statement_mends_it(world):
    """Of whoever acts as the principal over a hop that brings a session policy."""
    service = f"arn:aws:iam::{world.platform}:role/app/BackupService"

    def acting(policy: Mapping) -> list[dict]:
        hop = {"role_arn": service, "session_name": "weak", "policy": json.dumps(policy)}
        actor = {"principal": "role/app/BackupService", "connection": {"assume_role": [hop]}}
        return broken(world.prove(principals=[actor]))

    policy = document({"Action": "s3:*"})
    (proof,) = acting(policy)
    assert proof["id"] == "backup/customer/role-app/BackupService/allowed"
    assert "session policy" in said(proof)
    (fix,) = [fix for fix in proof["evaluation"]["fix"] if fix["blocked_by"] == "session_policy"]
    policy["Statement"].append(fix["statement"])
    assert acting(policy) == []


def test_a_service_control_policy_is_named_with_its_organizational_unit(world):
    deny = document({"Sid": "NoRoles", "Effect": "Deny", "Action": "sts:AssumeRole"})
    made = world.organizations.create_policy(
        Content=json.dumps(deny), Description="-", Name="Guard", Type="SERVICE_CONTROL_POLICY"
    )["Policy"]["PolicySummary"]["Id"]
    world.organizations.attach_policy(PolicyId=made, TargetId=world.unit)
    # The connection cannot become the roles any more, either; the policies say why.
    proofs = broken(world.prove())
    assert "backup/customer/role-app/BackupService/allowed" in [proof["id"] for proof in proofs]
    for proof in proofs:
        assert "organizational unit Production: denied by statement 'NoRoles' of control policy Guard" in said(proof)
        assert "control policy Guard at organizational unit Production" in proof["evaluation"]["fix"][0]["text"]
    world.organizations.detach_policy(PolicyId=made, TargetId=world.unit)
    assert broken(world.prove()) == []


def test_a_resource_control_policy_is_named_with_its_organizational_unit(world):
    world.organizations.enable_policy_type(RootId=world.root, PolicyType="RESOURCE_CONTROL_POLICY")
    deny = document({"Sid": "NoReading", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject"})
    made = world.organizations.create_policy(
        Content=json.dumps(deny), Description="-", Name="Vault", Type="RESOURCE_CONTROL_POLICY"
    )["Policy"]["PolicySummary"]["Id"]
    world.organizations.attach_policy(PolicyId=made, TargetId=world.unit)
    (proof,) = broken(world.prove())
    assert proof["id"] == "exports/customer/role-Reader/get exports/"
    assert "organizational unit Production: denied by statement 'NoReading' of control policy Vault" in said(proof)
    world.organizations.detach_policy(PolicyId=made, TargetId=world.unit)
    assert broken(world.prove()) == []


def test_the_key_of_a_bucket_is_named_and_its_statement_mends_it(world):
    world.set_key_policy()
    (proof,) = broken(world.prove())
    assert proof["id"] == "exports/customer/role-Reader/get exports/"
    assert f"it takes kms:Decrypt on {world.key}" in said(proof)
    assert "kms:" in proof["answer"]
    (fix,) = proof["evaluation"]["fix"]
    assert (fix["account"], fix["blocked_by"]) == (world.customer, "resource_policy")
    world.set_key_policy(f"arn:aws:iam::{world.platform}:role/Reader")
    assert broken(world.prove()) == []


def test_a_kms_grant_is_as_good_as_a_statement(world):
    world.set_key_policy()
    reader = f"arn:aws:iam::{world.platform}:role/Reader"
    kms = world.local_aws.client("kms", world.customer)
    kms.create_grant(KeyId=world.key, GranteePrincipal=reader, Operations=["Decrypt"], Name="console")
    proofs = {proof["id"]: proof for proof in world.prove()}
    read = proofs["exports/customer/role-Reader/get exports/"]
    assert (read["outcome"], read["evaluation"]["holds"]) == ("proved", True)


def test_mfa_that_is_not_asked_for_any_more_is_found_without_a_code(world):
    trust_policy(world, "XacctOnCall", lambda statement: statement.pop("Condition"))
    (proof,) = broken(world.prove())
    assert proof["id"] == "on-call/customer/user-alice/without-mfa"
    assert "of trust policy of role XacctOnCall" in said(proof)
    (fix,) = proof["evaluation"]["fix"]
    assert fix["account"] == world.customer
    assert fix["text"].startswith("Apply the trust on-call again (ansible-playbook xacct.aws.bootstrap_trust)")
    world.apply()
    assert broken(world.prove()) == []


def test_a_refusal_that_does_not_come_says_which_statement_lets_in(world):
    statement = {
        "Sid": "Console", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{world.platform}:root"},
        "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*",
    }  # fmt: skip
    policy = json.loads(world.s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    policy["Statement"].append(statement)
    world.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    iam = world.local_aws.client("iam", world.platform)
    iam.put_role_policy(RoleName="Reader", PolicyName="s3", PolicyDocument=json.dumps(document({"Action": "s3:*"})))
    (proof,) = broken(world.prove())
    assert proof["id"] == "exports/customer/role-Reader/get outside"
    assert "allowed by statement 'Console'" in said(proof)
    (fix,) = proof["evaluation"]["fix"]
    assert fix["text"].startswith(f"Take statement Console of policy of bucket {BUCKET} out, or narrow it")


def test_an_end_is_evaluated_before_it_comes(world):
    world.trusts[0]["role"]["not_after"] = "2050-01-01T00:00:00Z"
    world.apply()
    found = outcomes(world.prove())
    assert found["backup/customer/role-app/BackupService/allowed"] == "proved"
    assert found["backup/customer/role-app/BackupService/after-its-end"] == "evaluated"
    trust_policy(world, "XacctBackup", lambda statement: statement["Condition"].pop("DateLessThan"))
    (proof,) = broken(world.prove())
    assert proof["id"] == "backup/customer/role-app/BackupService/after-its-end"


def test_who_lacks_the_permission_is_emulated_by_a_session_policy(world):
    world.local_aws.client("iam", world.platform).create_group(GroupName="developers")
    world.trusts = [{
        "name": "developers",
        "trusted": {"account": "platform", "principals": ["group/developers"]},
        "trusting": ["customer"],
        "role": {"name": "XacctDeveloper"},
    }]  # fmt: skip
    world.apply()
    hub = f"arn:aws:iam::{world.platform}:role/app/BackupService"
    iam = world.local_aws.client("iam", world.platform)
    iam.put_role_policy(
        RoleName="BackupService", PolicyName="all", PolicyDocument=json.dumps(document({"Action": "*"}))
    )
    lacking = "developers/customer/connection-of-platform/without-permission"
    assert outcomes(world.prove(assume_role=[{"role_arn": hub}]))[lacking] == "proved"
    # A user can't be weakened for STS: the policies decide.
    assert outcomes(world.prove())[lacking] == "evaluated"
    members = "developers/customer/group-developers/allowed"
    assert outcomes(world.prove())[members] == "evaluated"
    iam.delete_group_policy(GroupName="developers", PolicyName="xacct")
    assert [proof["id"] for proof in broken(world.prove())] == [members]
