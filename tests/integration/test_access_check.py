# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_access_check` on the local AWS: a wrong declaration is found and named, and the fix that it prints works."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
import yaml
from ansible_collections.xacct.aws.plugins.module_utils._operations.access_check.access_check import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants import (
    bucket_grant,
    identity_grant,
    resource_grant,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.role import role
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError

from tests.integration.in_process import Outcome, TestAccount
from tests.local_aws.server import LocalAws

PLATFORM = "111111111881"
CUSTOMER = "222222222882"
SERVICE = f"arn:aws:iam::{PLATFORM}:role/app/BackupService"
ALICE = f"arn:aws:iam::{PLATFORM}:user/alice"
BACKUP = f"arn:aws:iam::{CUSTOMER}:role/Backup"
OBJECT = "arn:aws:s3:::customer-data-882/exports/one"
NO_ORGANIZATION = ["service_control_policies", "resource_control_policies"]
OPERATIONS = {
    "xacct.aws.xacct_role": role.OPERATION,
    "xacct.aws.xacct_identity_grant": identity_grant.OPERATION,
    "xacct.aws.xacct_bucket_grant": bucket_grant.OPERATION,
    "xacct.aws.xacct_resource_grant": resource_grant.OPERATION,
}


def document(*statements: Mapping) -> dict:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement} for statement in statements]}


def allow(action: str, resource: str = "*") -> dict:
    return document({"Action": action, "Resource": resource})


def trusting(principal: str, **condition: object) -> dict:
    statement = {"Sid": "Backup", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return document({**statement, **({"Condition": condition} if condition else {})})


class World:
    """Two accounts of the local AWS, and questions between them."""

    def __init__(self, local_aws: LocalAws) -> None:
        self.local_aws = local_aws
        self.accounts = {account: TestAccount(local_aws, account) for account in (PLATFORM, CUSTOMER)}
        self.users: dict = {}

    def seed(self, platform: Mapping | None = None, customer: Mapping | None = None) -> None:
        made = self.local_aws.seed(
            {
                "accounts": {
                    "platform": {"account_id": PLATFORM, **(platform or {})},
                    "customer": {"account_id": CUSTOMER, **(customer or {})},
                }
            }
        )
        self.users = made["accounts"]["platform"]["users"]

    def connection(self, account: str) -> dict:
        return {"access_key": account, "secret_key": "local"}

    def check(self, principal: str, action: str, resource: str, **options: object) -> Outcome:
        return self.accounts[PLATFORM].run(
            OPERATION,
            check_mode=True,
            **{
                "principals": [principal],
                "actions": [action],
                "resources": [resource],
                "resource_connection": self.connection(CUSTOMER),
                "assume_none": NO_ORGANIZATION,
                **options,
            },
        )

    def answer(self, *question: str, **options: object) -> dict:
        (entry,) = self.check(*question, **options).result["checks"]
        return entry

    def apply(self, fix: Mapping) -> None:
        """Run the fix as it is printed, in the account that it names."""
        (task,) = yaml.safe_load(fix["yaml"])
        assert task == fix["task"]
        (module,) = [name for name in task if name != "name"]
        result = self.accounts[fix["account"]].run(OPERATIONS[module], **task[module])
        assert result.result["changed"]


@pytest.fixture
def world(empty_aws: LocalAws) -> World:
    return World(empty_aws)


def kinds(entry: Mapping) -> list[str]:
    return [each["kind"] for each in entry["blocked_by"]]


@pytest.mark.also_oldest
def test_a_trust_whose_sides_are_both_there_is_allowed(world):
    world.seed(
        {"roles": {"BackupService": {"path": "/app/", "policies": {"sts": allow("sts:AssumeRole", BACKUP)}}}},
        {"roles": {"Backup": {"trust": trusting(SERVICE, StringEquals={"sts:ExternalId": "words"})}}},
    )
    outcome = world.check(SERVICE, "sts:AssumeRole", BACKUP, context={"sts:ExternalId": "words"}, expect="allowed")
    (entry,) = outcome.result["checks"]
    assert entry["answer"] == "allowed", entry
    assert entry["chain"][0] == (
        f"identity side in account {PLATFORM}: allowed by statement 1 of inline policy sts of role BackupService"
    )
    assert (
        f"resource side in account {CUSTOMER}: allowed by statement 'Backup' of trust policy of role Backup"
        in (entry["chain"])
    )
    assert entry["fix"] == entry["blocked_by"] == entry["unread"] == []
    assert entry["allowed_by"] == [
        {"kind": "identity_policy", "account": PLATFORM, "policy": "inline policy sts of role BackupService",
         "statement": "1"},
        {"kind": "resource_policy", "account": CUSTOMER, "policy": "trust policy of role Backup",
         "statement": "Backup"},
    ]  # fmt: skip
    assert outcome.result["counts"] == {"allowed": 1, "denied": 0, "unknown": 0, "disagreeing": 0}
    assert not outcome.writes


def test_the_trusting_side_is_missing(world):
    service = {"path": "/app/", "policies": {"sts": allow("sts:AssumeRole", BACKUP)}}
    world.seed(
        {"roles": {"Other": {}, "BackupService": service}},
        {"roles": {"Backup": {"trust": trusting(f"arn:aws:iam::{PLATFORM}:role/Other")}}},
    )
    question = (SERVICE, "sts:AssumeRole", BACKUP)
    context = {"sts:ExternalId": "words"}
    entry = world.answer(*question, context=context)
    assert kinds(entry) == ["resource_policy"]
    assert entry["blocked_by"][0]["account"] == CUSTOMER
    assert any("nearest is statement 'Backup' of trust policy of role Backup: principal" in s for s in entry["chain"])
    (fix,) = entry["fix"]
    assert fix["task"]["xacct.aws.xacct_role"]["trusted"][0]["external_id"] == ["words"]
    world.apply(fix)
    assert world.answer(*question, context=context)["answer"] == "allowed"
    assert world.answer(*question)["answer"] == "denied"


def test_the_role_is_missing_altogether(world):
    world.seed({"roles": {"BackupService": {"path": "/app/", "policies": {"sts": allow("sts:*")}}}})
    entry = world.answer(SERVICE, "sts:AssumeRole", BACKUP)
    assert f"there is no {BACKUP} in account {CUSTOMER}" in entry["chain"]
    world.apply(entry["fix"][0])
    assert world.answer(SERVICE, "sts:AssumeRole", BACKUP)["answer"] == "allowed"


def test_the_trusted_side_is_missing(world):
    world.seed(
        {"roles": {"BackupService": {"path": "/app/", "policies": {"sts": allow("sts:AssumeRole", f"{BACKUP}Not")}}}},
        {"roles": {"Backup": {"trust": trusting(SERVICE)}}},
    )
    entry = world.answer(SERVICE, "sts:AssumeRole", BACKUP)
    assert kinds(entry) == ["identity_policy"]
    (fix,) = entry["fix"]
    assert fix["account"] == PLATFORM
    world.apply(fix)
    assert world.answer(SERVICE, "sts:AssumeRole", BACKUP)["answer"] == "allowed"


def test_both_sides_are_missing_and_both_fixes_are_printed(world):
    world.seed(
        {"users": {"alice": {}}, "roles": {"BackupService": {"path": "/app/"}}},
        {"roles": {"Backup": {"trust": trusting(SERVICE)}}},
    )
    entry = world.answer(ALICE, "sts:AssumeRole", BACKUP)
    assert sorted(kinds(entry)) == ["identity_policy", "resource_policy"]
    for fix in entry["fix"]:
        world.apply(fix)
    assert world.answer(ALICE, "sts:AssumeRole", BACKUP)["answer"] == "allowed"


def test_an_external_id_that_is_not_sent_or_wrong(world):
    world.seed(
        {"roles": {"BackupService": {"path": "/app/", "policies": {"sts": allow("sts:AssumeRole", BACKUP)}}}},
        {"roles": {"Backup": {"trust": trusting(SERVICE, StringEquals={"sts:ExternalId": "words"})}}},
    )
    question = (SERVICE, "sts:AssumeRole", BACKUP)
    entry = world.answer(*question)
    assert any("StringEquals sts:ExternalId: the request has none" in sentence for sentence in entry["chain"])
    (fix,) = entry["fix"]
    assert fix["task"]["xacct.aws.xacct_assume"] == {"role_arn": BACKUP, "external_id": "words"}
    assert world.answer(*question, context=fix["context"])["answer"] == "allowed"
    wrong = {"sts:ExternalId": "other-words"}
    caller, trust = world.answer(*question, context=wrong)["fix"]
    assert world.answer(*question, context=caller["context"])["answer"] == "allowed"
    assert trust["instead"] and trust["account"] == CUSTOMER
    world.apply(trust)
    assert world.answer(*question, context=wrong)["answer"] == "allowed"


def test_mfa_that_is_not_shown(world):
    mfa = trusting(f"arn:aws:iam::{PLATFORM}:root", Bool={"aws:MultiFactorAuthPresent": "true"})
    world.seed(
        {
            "users": {"alice": {"policies": {"sts": allow("sts:*")}}},
            "roles": {"BackupService": {"path": "/app/", "policies": {"sts": allow("sts:*")}}},
        },
        {"roles": {"Backup": {"trust": mfa}}},
    )
    entry = world.answer(ALICE, "sts:AssumeRole", BACKUP)
    assert any("aws:MultiFactorAuthPresent: the request has none" in sentence for sentence in entry["chain"])
    (fix,) = entry["fix"]
    assert fix["task"]["xacct.aws.xacct_assume"]["mfa_serial"] == f"arn:aws:iam::{PLATFORM}:mfa/alice"
    assert world.answer(ALICE, "sts:AssumeRole", BACKUP, context=fix["context"])["answer"] == "allowed"
    said, trust = world.answer(SERVICE, "sts:AssumeRole", BACKUP)["fix"]
    assert "which only a user can show" in said["text"]
    world.apply(trust)
    assert world.answer(SERVICE, "sts:AssumeRole", BACKUP)["answer"] == "allowed"


def test_a_boundary_that_does_not_allow_it(world):
    boundary = f"arn:aws:iam::{PLATFORM}:policy/Boundary"
    service = {"path": "/app/", "policies": {"sts": allow("sts:*")}, "permissions_boundary": boundary}
    world.seed(
        {"managed_policies": {"Boundary": allow("s3:*")}, "roles": {"BackupService": service}},
        {"roles": {"Backup": {"trust": trusting(SERVICE)}}},
    )
    entry = world.answer(SERVICE, "sts:AssumeRole", BACKUP)
    assert kinds(entry) == ["permissions_boundary"]
    extend, remove = entry["fix"]
    assert boundary in extend["text"]
    bounded = document({"Action": "s3:*", "Resource": "*"}, extend["statement"])
    options = {"policies": {"permissions_boundary": bounded}}
    assert world.answer(SERVICE, "sts:AssumeRole", BACKUP, **options)["answer"] == "allowed"
    world.apply(remove)
    assert world.answer(SERVICE, "sts:AssumeRole", BACKUP)["answer"] == "allowed"


def test_a_session_policy_that_does_not_allow_it(world):
    world.seed(
        {"roles": {"BackupService": {"path": "/app/", "policies": {"sts": allow("sts:*")}}}},
        {"roles": {"Backup": {"trust": trusting(SERVICE)}}},
    )
    session = {"policies": {"session": {"narrow": allow("s3:*")}}}
    entry = world.answer(SERVICE, "sts:AssumeRole", BACKUP, **session)
    assert kinds(entry) == ["session_policy"]
    more = {"policies": {"session": {"narrow": document(entry["fix"][0]["statement"])}}}
    assert world.answer(SERVICE, "sts:AssumeRole", BACKUP, **more)["answer"] == "allowed"


def test_a_service_control_policy_is_named_with_its_unit(world):
    world.seed(
        {"roles": {"BackupService": {"path": "/app/", "policies": {"sts": allow("sts:*")}}}},
        {"roles": {"Backup": {"trust": trusting(SERVICE)}}},
    )
    deny = document({"Sid": "NoAssume", "Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"})
    levels = [
        {"name": "root", "policies": {"FullAWSAccess": allow("*")}},
        {"name": "unit Production", "policies": {"FullAWSAccess": allow("*"), "Guard": deny}},
    ]
    options = {"policies": {"service_control": levels}}
    entry = world.answer(SERVICE, "sts:AssumeRole", BACKUP, **options)
    (block,) = entry["blocked_by"]
    assert (block["kind"], block["policy"], block["statement"], block["level"]) == (
        "service_control_policy",
        "Guard",
        "NoAssume",
        "unit Production",
    )
    assert "statement 'NoAssume' of Guard at unit Production" in entry["fix"][0]["text"]
    levels[1]["policies"].pop("Guard")
    assert world.answer(SERVICE, "sts:AssumeRole", BACKUP, **options)["answer"] == "allowed"


@pytest.fixture
def bucket(world):
    s3 = world.local_aws.client("s3", CUSTOMER)
    s3.create_bucket(Bucket="customer-data-882")
    s3.put_object(Bucket="customer-data-882", Key="exports/one", Body=b"1")
    world.seed({"roles": {"BackupService": {"path": "/app/", "policies": {"s3": allow("s3:*")}}}})
    return s3


def test_a_bucket_policy_that_does_not_allow_it(world, bucket):
    question = (SERVICE, "s3:GetObject", OBJECT)
    entry = world.answer(*question)
    assert kinds(entry) == ["resource_policy"]
    (fix,) = entry["fix"]
    grant = fix["task"]["xacct.aws.xacct_bucket_grant"]["grants"][0]
    assert (grant["actions"], grant["prefixes"]) == (["s3:GetObject"], ["exports/one"])
    world.apply(fix)
    assert world.answer(*question)["answer"] == "allowed"
    assert world.answer(SERVICE, "s3:GetObject", OBJECT.replace("one", "two"))["answer"] == "denied"
    listing = (SERVICE, "s3:ListBucket", "arn:aws:s3:::customer-data-882")
    world.apply(world.answer(*listing, context={"s3:prefix": "exports/"})["fix"][0])
    assert world.answer(*listing, context={"s3:prefix": "exports/"})["answer"] == "allowed"
    assert world.answer(*listing)["answer"] == "denied"


def test_a_deny_of_our_own_in_a_bucket_policy_is_taken_out_by_its_name(world, bucket):
    grants = [
        {"name": "in", "principals": [SERVICE], "access": "read"},
        {"name": "out", "principals": ["*"], "effect": "Deny", "actions": ["s3:GetObject"]},
    ]
    world.accounts[CUSTOMER].run(bucket_grant.OPERATION, bucket="customer-data-882", grants=grants)
    entry = world.answer(SERVICE, "s3:GetObject", OBJECT)
    assert (entry["blocked_by"][0]["said"], entry["blocked_by"][0]["statement"]) == ("explicitly_denied", "Xacctout")
    world.apply(entry["fix"][0])
    assert world.answer(SERVICE, "s3:GetObject", OBJECT)["answer"] == "allowed"


def test_the_key_of_a_bucket(world, bucket):
    kms = world.local_aws.client("kms", CUSTOMER)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    bucket.put_bucket_encryption(Bucket="customer-data-882", ServerSideEncryptionConfiguration={"Rules": [rule]})
    world.accounts[CUSTOMER].run(
        bucket_grant.OPERATION,
        bucket="customer-data-882",
        grants=[{"name": "in", "principals": [SERVICE], "access": "read"}],
    )
    question = (SERVICE, "s3:GetObject", OBJECT)
    entry = world.answer(*question)
    assert entry["answer"] == "denied"
    assert {each["needed"] for each in entry["blocked_by"]} == {f"kms:Decrypt on {key}"}
    by_side = {fix["blocked_by"]: fix for fix in entry["fix"]}
    assert by_side["resource_policy"]["account"] == CUSTOMER
    world.apply(by_side["identity_policy"])
    world.apply(by_side["resource_policy"])
    assert world.answer(*question)["answer"] == "allowed"


def test_what_cannot_be_read_is_never_an_allow(world):
    world.seed(
        {"roles": {"BackupService": {"path": "/app/", "policies": {"sts": allow("sts:*")}}}},
        {"roles": {"Backup": {"trust": trusting(SERVICE)}}},
    )
    question = (SERVICE, "sts:AssumeRole", BACKUP)
    entry = world.answer(*question, resource_connection=None)
    assert entry["answer"] == "unknown"
    assert entry["unread"] == [f"role Backup of account {CUSTOMER}: no connection leads to that account"]
    for operation in ("GetRolePolicy", "ListAttachedRolePolicies", "GetRole"):
        world.local_aws.faults({"effect": "access_denied", "operation": operation})
        entry = world.answer(*question)
        assert entry["answer"] == "unknown", entry
        assert any(f"iam:{operation} failed with AccessDenied" in each for each in entry["unread"])
        world.local_aws.clear_faults()
    entry = world.answer(*question, gather=False)
    assert entry["answer"] == "unknown"
    with pytest.raises(TaskError, match="1 of 1 checks are not allowed"):
        world.check(*question, gather=False, expect="allowed")


def test_groups_managed_policies_and_their_denies_count(world):
    deny = document({"Sid": "No", "Effect": "Deny", "Action": "sts:*", "Resource": "*"})
    world.seed(
        {
            "managed_policies": {"Assume": allow("sts:*"), "Never": deny},
            "groups": {
                "backup": {"managed_policies": [f"arn:aws:iam::{PLATFORM}:policy/Assume"]},
                "barred": {"managed_policies": [f"arn:aws:iam::{PLATFORM}:policy/Never"]},
            },
            "users": {"alice": {"groups": ["backup"]}, "bob": {"groups": ["backup", "barred"]}},
        },
        {"roles": {"Backup": {"trust": trusting(f"arn:aws:iam::{PLATFORM}:root")}}},
    )
    outcome = world.check(ALICE, "sts:AssumeRole", BACKUP)
    (entry,) = outcome.result["checks"]
    assert entry["answer"] == "allowed"
    assert "allowed by statement 1 of managed policy Assume" in entry["chain"][0]
    # Nothing twice, nothing for nothing. Who a connection leads to is asked once in a process.
    assert outcome.calls.pop("sts:GetCallerIdentity", 0) in (0, 2)
    assert outcome.calls == {
        "iam:GetUser": 1,
        "iam:ListUserPolicies": 1,
        "iam:ListAttachedUserPolicies": 1,
        "iam:ListGroupsForUser": 1,
        "iam:ListGroupPolicies": 1,
        "iam:ListAttachedGroupPolicies": 1,
        "iam:GetPolicy": 1,
        "iam:GetPolicyVersion": 1,
        "iam:GetRole": 1,
    }
    entry = world.answer(ALICE.replace("alice", "bob"), "sts:AssumeRole", BACKUP)
    (block,) = entry["blocked_by"]
    assert (block["said"], block["policy"], block["statement"]) == ("explicitly_denied", "managed policy Never", "No")


@pytest.mark.also_oldest
def test_policies_of_queues_topics_secrets_and_functions_are_read(world):
    world.seed({"roles": {"BackupService": {"path": "/app/", "policies": {"all": allow("*")}}}})
    queue = f"arn:aws:sqs:us-east-1:{CUSTOMER}:jobs"
    sqs = world.local_aws.client("sqs", CUSTOMER)
    sqs.create_queue(QueueName="jobs")
    topic = world.local_aws.client("sns", CUSTOMER).create_topic(Name="news")["TopicArn"]
    secrets = world.local_aws.client("secretsmanager", CUSTOMER)
    # The key that Secrets Manager takes of itself lets no other account in.
    open_key = {"Principal": {"AWS": [CUSTOMER, SERVICE]}, "Action": "kms:*", "Resource": "*"}
    key = world.local_aws.client("kms", CUSTOMER).create_key(Policy=json.dumps(document(open_key)))["KeyMetadata"][
        "Arn"
    ]
    secret = secrets.create_secret(Name="word", SecretString="x", KmsKeyId=key)["ARN"]
    closed = secrets.create_secret(Name="closed", SecretString="x")["ARN"]
    function = f"arn:aws:lambda:us-east-1:{CUSTOMER}:function:none"
    questions = {
        queue: "sqs:SendMessage",
        topic: "sns:Publish",
        secret: "secretsmanager:GetSecretValue",
        function: "lambda:InvokeFunction",
    }
    for resource, action in questions.items():
        entry = world.answer(SERVICE, action, resource)
        assert (entry["answer"], entry["unread"], kinds(entry)) == ("denied", [], ["resource_policy"]), entry
    (fix,) = world.answer(SERVICE, "sqs:SendMessage", queue)["fix"]
    world.apply(fix)
    assert world.answer(SERVICE, "sqs:SendMessage", queue)["answer"] == "allowed"
    (fix,) = world.answer(SERVICE, "secretsmanager:GetSecretValue", secret)["fix"]
    world.apply(fix)
    assert world.answer(SERVICE, "secretsmanager:GetSecretValue", secret)["answer"] == "allowed"
    blocks = world.answer(SERVICE, "secretsmanager:GetSecretValue", closed)["blocked_by"]
    assert f"kms:Decrypt on arn:aws:kms:us-east-1:{CUSTOMER}:key/aws-secretsmanager" in [
        each.get("needed") for each in blocks
    ]
    access_point = f"arn:aws:s3:us-east-1:{CUSTOMER}:accesspoint/word"
    entry = world.answer(SERVICE, "s3:GetObject", access_point)
    assert (entry["answer"], entry["unread"]) == ("unknown", [f"{access_point}: access points are not evaluated"])
    repository = f"arn:aws:codeartifact:us-east-1:{CUSTOMER}:repository/domain/jobs"
    entry = world.answer(SERVICE, "codeartifact:ReadFromRepository", repository)
    assert entry["answer"] == "unknown"
    assert "reads no policies of codeartifact" in entry["unread"][0]


def test_access_control_lists_count_where_they_are_enabled(world):
    s3 = world.local_aws.client("s3", CUSTOMER)
    s3.create_bucket(Bucket="lists-882", ObjectOwnership="ObjectWriter")
    s3.put_object(Bucket="lists-882", Key="one", Body=b"1")
    world.seed({"roles": {"BackupService": {"path": "/app/", "policies": {"s3": allow("s3:*")}}}})
    question = (SERVICE, "s3:GetObject", "arn:aws:s3:::lists-882/one")
    assert world.answer(*question)["answer"] == "denied"
    owner = world.local_aws.client("s3", PLATFORM).list_buckets()["Owner"]["ID"]
    s3.put_object_acl(Bucket="lists-882", Key="one", GrantRead=f"id={owner}")
    entry = world.answer(*question)
    assert entry["answer"] == "allowed", entry
    assert any("access control list" in sentence for sentence in entry["chain"])


def test_an_organization_is_read_and_its_units_are_named(world):
    platform = world.local_aws.client("organizations", PLATFORM)
    platform.create_organization(FeatureSet="ALL")
    root = platform.list_roots()["Roots"][0]["Id"]
    member = platform.create_account(Email="member@example.com", AccountName="member")["CreateAccountStatus"][
        "AccountId"
    ]
    unit = platform.create_organizational_unit(ParentId=root, Name="Production")["OrganizationalUnit"]["Id"]
    platform.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    deny = document({"Sid": "NoAssume", "Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"})
    guard = platform.create_policy(
        Content=json.dumps(deny), Description="-", Name="Guard", Type="SERVICE_CONTROL_POLICY"
    )["Policy"]["PolicySummary"]["Id"]
    platform.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    platform.attach_policy(PolicyId=guard, TargetId=unit)
    iam = world.local_aws.client("iam", member)
    iam.create_role(RoleName="Service", AssumeRolePolicyDocument=json.dumps(trusting(f"arn:aws:iam::{member}:root")))
    iam.put_role_policy(RoleName="Service", PolicyName="sts", PolicyDocument=json.dumps(allow("sts:*")))
    service = f"arn:aws:iam::{member}:role/Service"
    world.seed({}, {"roles": {"Backup": {"trust": trusting(service)}}})
    account = TestAccount(world.local_aws, member)
    options = {
        "principals": [service],
        "actions": ["sts:AssumeRole"],
        "resources": [BACKUP],
        "resource_connection": world.connection(CUSTOMER),
    }

    def check(**more):
        (entry,) = account.run(OPERATION, check_mode=True, **options, **more).result["checks"]
        return entry

    entry = check()
    assert entry["answer"] == "unknown"
    assert any(f"the management account {PLATFORM}" in each for each in entry["unread"])
    entry = check(organization_connection=world.connection(PLATFORM))
    (block,) = entry["blocked_by"]
    assert (block["kind"], block["policy"], block["statement"], block["level"]) == (
        "service_control_policy",
        "control policy Guard",
        "NoAssume",
        "organizational unit Production",
    )
    platform.detach_policy(PolicyId=guard, TargetId=unit)
    assert check(organization_connection=world.connection(PLATFORM))["answer"] == "allowed"


def test_the_other_account_is_reached_by_a_role_from_the_own_one(world):
    reader = f"arn:aws:iam::{CUSTOMER}:role/Reader"
    role = {"path": "/app/", "policies": {"sts": allow("sts:AssumeRole", BACKUP)}}
    world.seed(
        {"users": {"alice": {"policies": {"all": allow("*")}}}, "roles": {"BackupService": role}},
        {
            "roles": {
                "Backup": {"trust": trusting(SERVICE)},
                "Reader": {"trust": trusting(ALICE), "policies": {"read": allow("iam:Get*")}},
            }
        },
    )
    keys = {name: world.users["alice"][name] for name in ("access_key", "secret_key")}
    hop = {"assume_role": [{"role_arn": reader}]}
    entry = world.answer(SERVICE, "sts:AssumeRole", BACKUP, resource_connection=hop, **keys)
    assert (entry["answer"], entry["unread"]) == ("allowed", [])


@pytest.mark.also_oldest
def test_probes_agree_with_the_evaluation(world):
    alice = {"policies": {"sts": allow("sts:*")}}
    world.seed(
        {"users": {"alice": alice, "bob": alice}},
        {
            "roles": {
                "Backup": {"trust": trusting(ALICE, StringEquals={"sts:ExternalId": "words"})},
                "Closed": {"trust": trusting(f"arn:aws:iam::{PLATFORM}:user/bob")},
            }
        },
    )
    keys = {name: world.users["alice"][name] for name in ("access_key", "secret_key")}
    outcome = world.accounts[PLATFORM].run(
        OPERATION,
        check_mode=True,
        principals=[ALICE],
        actions=["sts:AssumeRole", "sts:GetCallerIdentity", "iam:CreateUser"],
        resources=[BACKUP, BACKUP.replace("Backup", "Closed")],
        context={"sts:ExternalId": "words"},
        resource_connection=world.connection(CUSTOMER),
        principal_connection=keys,
        assume_none=NO_ORGANIZATION,
        probe=True,
    )
    probes = [
        (entry["answer"], entry["probe"]["answer"], entry["probe"]["agrees"]) for entry in outcome.result["checks"]
    ]
    assert probes == [
        ("allowed", "allowed", True),
        ("denied", "denied", True),
        ("allowed", "allowed", True),
        ("allowed", "allowed", True),
        ("denied", "not_probed", None),
        ("denied", "not_probed", None),
    ]
    assert "SecretAccessKey" not in json.dumps(outcome.result)
    assert keys["secret_key"] not in json.dumps(outcome.result)


def test_many_identities_are_read_at_once(world):
    roles = {f"Service{number}": {"policies": {"sts": allow("sts:*")}} for number in range(12)}
    trust = trusting(f"arn:aws:iam::{PLATFORM}:root")
    world.seed({"roles": roles}, {"roles": {f"Backup{number}": {"trust": trust} for number in range(3)}})
    outcome = world.accounts[PLATFORM].run(
        OPERATION,
        check_mode=True,
        principals=[f"arn:aws:iam::{PLATFORM}:role/{name}" for name in roles],
        actions=["sts:AssumeRole"],
        resources=[f"arn:aws:iam::{CUSTOMER}:role/Backup{number}" for number in range(3)],
        resource_connection=world.connection(CUSTOMER),
        assume_none=NO_ORGANIZATION,
    )
    assert outcome.result["counts"]["allowed"] == 36
    assert outcome.calls["iam:GetAccountAuthorizationDetails"] == 1
    assert outcome.calls["iam:GetRole"] == 3
    assert "iam:GetRolePolicy" not in outcome.calls
