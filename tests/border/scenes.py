# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Realistic tasks of every module in a world on the local AWS where they succeed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tests.integration.resource_world import empty_archive
from tests.integration.test_more_resources import KINDS, Resource
from tests.local_aws.server import LocalAws

PLATFORM, CUSTOMER, MANAGEMENT = "111111111501", "222222222502", "999999999503"
BUCKET, ARCHIVE = "border-data", "border-archive"
SERVICE = f"arn:aws:iam::{PLATFORM}:role/app/Service"
READER = f"arn:aws:iam::{PLATFORM}:user/reader"
BACKUP = f"arn:aws:iam::{CUSTOMER}:role/Backup"
DEPLOYER = f"arn:aws:iam::{CUSTOMER}:role/Deployer"
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
THEIRS = {"AWS": "arn:aws:iam::333333333333:root"}
WORKER = {"name": "worker", "principals": [SERVICE]}
AT_ONCE = {"propagation_timeout": 0}


@dataclass(frozen=True)
class Scene:
    """A task that succeeds: the module, its own options, and who runs it."""

    name: str
    module: str
    options: Mapping[str, object]
    connection: Mapping[str, object]
    is_like_others: bool = False
    """Whether what it reads is read as in the scenes before: here only something may be missing."""


def statement(**elements: object) -> dict:
    """A policy with one statement."""
    return {"Version": "2012-10-17", "Statement": [{"Sid": "Theirs", "Effect": "Allow", **elements}]}


def trusting(*principals: str, **condition: object) -> dict:
    """A trust policy."""
    conditions = {"Condition": condition} if condition else {}
    return statement(Principal={"AWS": list(principals)}, Action="sts:AssumeRole", **conditions)


class Scenes:
    """A platform and a customer in one organization, with what the tasks are about."""

    def __init__(self, local_aws: LocalAws) -> None:
        self.local_aws = local_aws
        local_aws.reset()
        self.users = self.seeded()["platform"]["users"]
        self.key = self.client("kms").create_key(Policy=json.dumps(self.key_policy()))["KeyMetadata"]["Arn"]
        self.make_buckets()
        self.queue = self.client("sqs").create_queue(QueueName="jobs")["QueueUrl"]
        self.topic = self.client("sns").create_topic(Name="events")["TopicArn"]
        secret = {"Name": "app/password", "SecretString": "open sesame", "KmsKeyId": self.key}
        self.secret = self.client("secretsmanager").create_secret(**secret)["ARN"]
        self.client("secretsmanager").put_resource_policy(
            SecretId=self.secret,
            ResourcePolicy=json.dumps(
                statement(Principal={"AWS": SERVICE}, Action="secretsmanager:GetSecretValue", Resource="*")
            ),
        )
        runs = f"arn:aws:iam::{CUSTOMER}:role/Runs"
        self.client("lambda").create_function(
            FunctionName="resize",
            Runtime="python3.12",
            Handler="code.handler",
            Role=runs,
            Code={"ZipFile": empty_archive()},
        )
        self.client("lambda").add_permission(
            FunctionName="resize", StatementId="Theirs", Action="lambda:InvokeFunction", Principal="333333333333"
        )

    def client(self, service: str, account: str = CUSTOMER):
        """A client of an account's root."""
        return self.local_aws.client(service, account)

    def seeded(self) -> dict:
        """The accounts, with their users and roles."""
        admin = {"policies": {"all": ALL}}
        permissions = statement(Action=["s3:*", "kms:*", "secretsmanager:*"], Resource="*")
        lambda_ = statement(Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole")
        return self.local_aws.seed(
            {
                "accounts": {
                    "platform": {
                        "account_id": PLATFORM,
                        "managed_policies": {"Boundary": ALL},
                        "groups": {"readers": {"policies": {"read": permissions}}},
                        "users": {
                            "deployer": {**admin, "tags": {"team": "core"}},
                            "reader": {"groups": ["readers"], "policies": {"own": ALL}},
                        },
                        "roles": {
                            "Service": {
                                "path": "/app/",
                                "trust": trusting(f"arn:aws:iam::{PLATFORM}:user/deployer"),
                                "policies": {"own": ALL},
                                "managed_policies": [f"arn:aws:iam::{PLATFORM}:policy/Boundary"],
                                "permissions_boundary": f"arn:aws:iam::{PLATFORM}:policy/Boundary",
                            }
                        },
                    },
                    "customer": {
                        "account_id": CUSTOMER,
                        "managed_policies": {"Boundary": ALL, "Read": permissions},
                        "roles": {
                            "Backup": {
                                "description": "Made by somebody",
                                "tags": {"team": "backup"},
                                "trust": trusting(SERVICE, StringEquals={"sts:ExternalId": "words"}),
                                "policies": {"read": permissions},
                                "managed_policies": [f"arn:aws:iam::{CUSTOMER}:policy/Read"],
                                "permissions_boundary": f"arn:aws:iam::{CUSTOMER}:policy/Boundary",
                            },
                            "Deployer": {
                                "trust": trusting(f"arn:aws:iam::{PLATFORM}:user/deployer"),
                                "policies": {"all": ALL},
                            },
                            "Runs": {"trust": lambda_},
                        },
                    },
                    "management": {"account_id": MANAGEMENT},
                },
                "organization": {"management": "management", "members": ["platform", "customer"]},
            }
        )["accounts"]

    def key_policy(self) -> dict:
        """The key's policy: its account, and the service."""
        own = {"Sid": "Own", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{CUSTOMER}:root"}}
        service = {"Sid": "Service", "Effect": "Allow", "Principal": {"AWS": [SERVICE, READER]}}
        return {
            "Version": "2012-10-17",
            "Statement": [
                {**own, "Action": "kms:*", "Resource": "*"},
                {**service, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*"},
            ],
        }

    def make_buckets(self) -> None:
        """One with a policy and a key, one that takes access control lists."""
        s3 = self.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key}
        s3.put_bucket_encryption(
            Bucket=BUCKET,
            ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
        )
        settings = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        blocked = dict.fromkeys(settings, True)
        s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=blocked)
        resources = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
        policy = statement(Principal={"AWS": [READER]}, Action=["s3:GetObject", "s3:ListBucket"], Resource=resources)
        proved = statement(Principal={"AWS": [SERVICE]}, Action="s3:GetObject", Resource=f"{resources[0]}/exports/one")
        policy["Statement"] += [{**proved["Statement"][0], "Sid": "Proved"}]
        s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
        s3.create_bucket(Bucket=ARCHIVE, ObjectOwnership="ObjectWriter")
        s3.put_bucket_versioning(Bucket=ARCHIVE, VersioningConfiguration={"Status": "Enabled"})
        for key in ("exports/one", "exports/two"):
            s3.put_object(Bucket=BUCKET, Key=key, Body=b"1")
            s3.put_object(Bucket=ARCHIVE, Key=key, Body=b"1")

    def root(self, account: str) -> dict:
        """Connection options of an account's root."""
        return {"access_key": account, "secret_key": "local"}

    @property
    def deployer(self) -> dict:
        """Connection options of the platform's user."""
        return {name: self.users["deployer"][name] for name in ("access_key", "secret_key")}

    @property
    def over_a_hop(self) -> dict:
        """The user's way into the customer."""
        return {**self.deployer, "assume_role": [{"role_arn": DEPLOYER}]}

    def resources(self) -> list[Scene]:
        """A grant on a resource of every type that the local AWS knows."""
        arn = f"arn:aws:{{}}:us-east-1:{CUSTOMER}:{{}}"
        own = {
            "topic": ("publish", self.topic),
            "queue": ("receive", arn.format("sqs", "jobs")),
            "key": (None, self.key),
            "secret": ("read", self.secret),
            "function": ("invoke", arn.format("lambda", "function:resize")),
        }
        scenes = []
        for name, (access, resource) in own.items():
            grant = {**WORKER, **({"access": access} if access else {"actions": ["kms:Encrypt"]})}
            options = {"resource": resource, "grants": [grant], **AT_ONCE}
            scenes.append(Scene(name, "xacct_resource_grant", options, self.root(CUSTOMER)))
        for type_, kind in KINDS.items():
            made = Resource(self.local_aws, type_)
            made.put_foreign()
            options = {"resource": made.arn, "grants": [{**WORKER, "access": kind.words[0]}], **AT_ONCE}
            scenes.append(Scene(type_, "xacct_resource_grant", options, self.root(made.owner.account_id), True))
        return scenes

    def of_identities(self) -> list[Scene]:
        """What is about roles and users. Those that change nothing come first: changed answers change the world."""
        return [*self.checks(), *self.proofs(), *self.identities()]

    def of_resources(self) -> list[Scene]:
        """What is about buckets and other resources."""
        return [*self.buckets(), *self.resources()]

    def identities(self) -> list[Scene]:
        """Roles and what identities may do."""
        role = {"name": "Backup", "trusted": [{**WORKER, "external_id": ["words"]}], "purge_trusted": False, **AT_ONCE}
        more = {
            "description": "Another",
            "tags": {"team": "other"},
            "managed_policies": [f"arn:aws:iam::{CUSTOMER}:policy/Boundary"],
            "inline_policies": {"write": ALL},
            "permissions_boundary": f"arn:aws:iam::{CUSTOMER}:policy/Read",
            "max_session_duration": 7200,
        }
        grants = [{"name": "backup", "assume_roles": [BACKUP]}]
        removed = {"name": "Runs", "state": "absent", "take_over": True}
        granted = {"principal": "user/reader", "grants": grants}
        managed = {"principal": "role/app/Service", "grants": grants, "via": "managed"}
        return [
            Scene("role changed", "xacct_role", {**role, **more}, self.over_a_hop),
            Scene("role made", "xacct_role", {**role, "name": "New", **more}, self.root(CUSTOMER)),
            Scene("role removed", "xacct_role", removed, self.root(CUSTOMER)),
            Scene("identity", "xacct_identity_grant", granted, self.root(PLATFORM)),
            Scene("managed", "xacct_identity_grant", managed, self.root(PLATFORM)),
            Scene("account", "xacct_account_info", {}, self.root(CUSTOMER)),
            Scene("assume", "xacct_assume", {"role_arn": BACKUP, "external_id": "words"}, {
                **self.deployer, "assume_role": [{"role_arn": SERVICE}],
            }),
        ]  # fmt: skip

    def buckets(self) -> list[Scene]:
        """Policies and access control lists of buckets and objects."""
        owner = self.root(CUSTOMER)
        grant = {**WORKER, "access": "read", "prefixes": ["exports/"]}
        acl = {"grants": [{"permission": "READ", "account_id": PLATFORM}]}
        ids = {"canonical_ids": {PLATFORM: self.client("s3", PLATFORM).list_buckets()["Owner"]["ID"]}}
        listed = {"bucket": ARCHIVE, "prefix": "exports/", "versions": "all"}
        return [
            Scene("bucket", "xacct_bucket_grant", {"bucket": BUCKET, "grants": [grant], **AT_ONCE}, owner),
            Scene("bucket ACL", "xacct_bucket_acl", {"bucket": ARCHIVE, **acl, **ids}, owner),
            Scene("objects", "xacct_object_acl", {**listed, **acl, **ids}, owner),
        ]

    def checks(self) -> list[Scene]:
        """Questions that each make AWS be asked for a few policies, and give the others."""
        no_organization = {"assume_none": ["service_control_policies", "resource_control_policies"]}
        given = {"identity": {"own": ALL}, "permissions_boundary": {}}
        owner = {"resource_connection": self.root(CUSTOMER)}
        nothing = {"policies": {**given, "resource": {}}, "resource_account": CUSTOMER}
        organization = {"resource_connection": self.root(CUSTOMER), "organization_connection": self.root(MANAGEMENT)}
        exported = f"arn:aws:s3:::{BUCKET}/exports/one"
        asked = {
            "a role's policies": (SERVICE, "sts:AssumeRole", BACKUP, {**owner, **no_organization}),
            "a user's policies": (READER, "s3:GetObject", exported, {"policies": {"resource": {}}, **no_organization}),
            "a bucket's policies": (READER, "s3:GetObject", exported, {"policies": given, **owner, **no_organization}),
            "a bucket's lists": (
                READER, "s3:GetObject", f"arn:aws:s3:::{ARCHIVE}/exports/one",
                {"policies": given, **owner, **no_organization},
            ),
            "a secret's policies": (
                READER, "secretsmanager:GetSecretValue", self.secret, {"policies": given, **owner, **no_organization},
            ),
            "a queue's policy": (
                READER, "sqs:SendMessage", f"arn:aws:sqs:us-east-1:{CUSTOMER}:jobs",
                {"policies": given, **owner, **no_organization},
            ),
            "an organization": (READER, "s3:GetObject", exported, {**nothing, **organization}),
            "a probe": (
                SERVICE, "kms:DescribeKey", self.key,
                {"policies": {**given, "resource": {}}, "probe": True, **no_organization},
            ),
        }  # fmt: skip
        return [
            Scene(
                name,
                "xacct_access_check",
                {"principals": [principal], "actions": [action], "resources": [resource], **options},
                self.deployer if name == "a probe" else self.root(PLATFORM),
            )
            for name, (principal, action, resource, options) in asked.items()
        ]

    def proofs(self) -> list[Scene]:
        """What is tried between the accounts."""
        actor = {"account": "platform", "principal": "role/app/Service"}
        expected = {"trust": "backup", "trusting": "customer", "actor": actor}
        at = {"bucket": BUCKET, "bucket_owner": CUSTOMER}
        lookup = {"lookup": "exports", "bucket": BUCKET, "bucket_owner": CUSTOMER, "prefix": "exports/"}
        secret, key = ({"resource": arn} for arn in (self.secret, self.key))
        assumed = [
            {**expected, "id": "in", "role_arn": BACKUP, "external_id": "declared", "expect": "allowed"},
            {**expected, "id": "out", "role_arn": BACKUP, "expect": "denied"},
        ]
        called = [
            {**expected, **at, "id": "get", "call": "s3_get", "key": "exports/one", "expect": "allowed"},
            {**expected, **at, "id": "list", "call": "s3_list", "expect": "denied"},
            {**expected, **secret, "id": "read", "call": "secret_read", "action": "secretsmanager:GetSecretValue",
             "expect": "allowed"},
            {**expected, **key, "id": "unlock", "call": "kms_decrypt", "action": "kms:Decrypt", "expect": "allowed"},
        ]  # fmt: skip
        shared = {"external_ids": {"backup/customer": ["words"]}, "concurrency": 1, "propagation_timeout": 0}
        there = {**self.root(CUSTOMER), "endpoint_url": self.local_aws.endpoint, "region": "us-east-1"}
        reached = [{"account_id": CUSTOMER, "connection": there}]
        return [
            Scene("roles", "xacct_verify", {**shared, "expectations": assumed, "connections": reached}, self.deployer),
            Scene("calls", "xacct_verify", {**shared, "expectations": called, "evaluate": False}, self.deployer),
            Scene("objects to find", "xacct_verify", {"expectations": [], "lookups": [lookup]}, self.root(CUSTOMER)),
        ]
