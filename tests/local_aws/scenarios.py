# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scenario table: scenarios.yml as questions to a local AWS. Each row has accounts of its own.

A row has `name`, `rule` (where AWS says so), `expect` (allowed or denied) and `call`: an operation below, by itself or
with arguments. `ministack` names the known difference that makes ministack answer otherwise. The caller is alice unless
`caller` says root (of A), bob, worker (a session "work" of the role Worker), nobody, or root of B; its policy allows
everything unless `identity` says otherwise; `boundary`, `session` and `tags` are the caller's too. `trust` is the trust
policy of the role Target in B; `bucket`, `queue`, `topic`, `key`, `secret` and `function` are things in B.

A statement is {allow|deny|deny_other: actions, resource: ARNs, to|not_to|service|federated: principals, when: …}.
"""

from __future__ import annotations

import functools
import io
import itertools
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import botocore
import botocore.config
import botocore.exceptions
import yaml

from .issuer import token
from .server import REGION, LocalAws

FILE = Path(__file__).with_name("scenarios.yml")
# What a refusal may be called; anything else is a scenario that does not work.
REFUSALS = {
    "AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException", "403", "404", "405",
    "MethodNotAllowed", "ValidationError", "MalformedPolicyDocument", "MalformedPolicyDocumentException",
    "MalformedPolicy", "InvalidIdentityToken", "InvalidClientTokenId", "NoSuchKey", "AccessControlListNotSupported",
    "KMS.AccessDeniedException",
}  # fmt: skip
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Scenario:
    """One row of the table."""

    name: str
    rule: str
    expect: str
    call: str
    arguments: object
    members: Mapping
    ministack: str | None


@functools.cache
def table() -> tuple[tuple[Scenario, ...], Mapping[str, str]]:
    """The rows, and ministack's known differences by name."""
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    rows = []
    for row in document["scenarios"]:
        call = row["call"]
        name, arguments = (call, {}) if isinstance(call, str) else next(iter(call.items()))
        rows.append(Scenario(row["name"], row["rule"], row["expect"], name, arguments, row, row.get("ministack")))
    return tuple(rows), document["differences"]


def ask(aws: LocalAws, scenario: Scenario) -> bool:
    """Set a scene and make the call; whether it was allowed."""
    scene = Scene(aws, scenario)
    scene.prepare()
    return not refused(getattr(scene, f"call_{scenario.call}"), scenario.arguments)


def refused(call: Callable, arguments: object) -> bool:
    """Whether a call is refused."""
    try:
        call(arguments)
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in REFUSALS:
            raise
        return True
    return False


@dataclass
class Scene:
    """Two accounts, what is in them, and who calls."""

    aws: LocalAws
    scenario: Scenario
    names: dict[str, str] = field(default_factory=dict)  # what <…> stands for
    caller: object = None

    @property
    def row(self) -> Mapping:
        """The members of the row."""
        return self.scenario.members

    def prepare(self) -> None:
        """Make everything that the row speaks of."""
        number = next(_numbers)
        self.names |= {"A": f"64{number:010}", "B": f"65{number:010}", "BUCKET": f"arn:aws:s3:::scene-{number}"}
        self.bucket = f"scene-{number}"
        if "organization" in self.row:
            self.make_organization(f"66{number:010}")
        self.iam = {side: self.root("iam", side) for side in "AB"}
        self.make_users()
        if "<MFA>" in json.dumps(self.row):
            self.make_mfa()
        if self.row.get("provider"):
            self.iam["B"].create_open_id_connect_provider(
                Url="https://issuer.local.test", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["0" * 40]
            )
        if "trust" in self.row and self.scenario.call != "make_role":
            self.call_make_role({}, self.iam["B"])
        for kind in ("bucket", "queue", "topic", "key", "secret", "function"):
            if kind in self.row:
                getattr(self, f"make_{kind}")(self.row[kind])
        if "reborn" in self.row:
            self.make_again(self.row["reborn"])
        if "organization" in self.row:
            self.attach_policies(self.row["organization"])

    def root(self, service: str, side: str):
        """A client of an account's root user."""
        return self.aws.client(service, self.names[side])

    def client(self, service: str):
        """A client of the caller."""
        if self.caller is None:
            config = botocore.config.Config(
                signature_version=botocore.UNSIGNED, s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}
            )
            return boto3.client(service, region_name=REGION, endpoint_url=self.aws.endpoint, config=config)
        return self.aws.client(service, self.caller)

    def filled(self, value: object) -> object:
        """A value with what <…> stands for."""
        if isinstance(value, str):
            for name, text in self.names.items():
                value = value.replace(f"<{name}>", text)
            return value
        if isinstance(value, dict):
            return {name: self.filled(item) for name, item in value.items()}
        return [self.filled(item) for item in value] if isinstance(value, list) else value

    def document(self, statements: object, resource: str | None = None) -> str:
        """A policy document of the short statements; a text is what it is."""
        if isinstance(statements, str):
            return statements
        return json.dumps(
            {"Version": "2012-10-17", "Statement": [statement(each, resource) for each in self.filled(statements)]}
        )

    def make_users(self) -> None:
        """The caller, with its policies, and the others that policies may name."""
        who = self.row.get("caller", "alice")
        identity = self.row.get("identity", [{"allow": "*"}])
        self.keys("A", "other")
        for name, side in (("alice", "A"), ("bob", "B")):
            key = self.keys(side, name)
            if who == name:
                self.caller = key
                self.give(side, "user", name, identity)
        worker = self.document([{"allow": "sts:AssumeRole", "to": "<A>"}])
        self.iam["A"].create_role(RoleName="Worker", AssumeRolePolicyDocument=worker)
        self.iam["A"].create_role(RoleName="Other", AssumeRolePolicyDocument=worker)
        if who == "worker":
            self.give("A", "role", "Worker", identity)
            self.caller = self.session()
        elif who in ("root", "root of B"):
            self.caller = self.names["B" if who.endswith("B") else "A"]

    def keys(self, side: str, name: str) -> dict[str, str]:
        """Make a user with an access key."""
        iam = self.iam[side]
        tags = [{"Key": key, "Value": value} for key, value in self.row.get("tags", {}).items()]
        iam.create_user(UserName=name, **({"Tags": tags} if tags else {}))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}

    def give(self, side: str, kind: str, name: str, identity: list) -> None:
        """Give a user or role its policy and boundary."""
        owner, iam = {f"{kind.title()}Name": name}, self.iam[side]
        if identity:
            put = getattr(iam, f"put_{kind}_policy")
            put(**owner, PolicyName="may", PolicyDocument=self.document(identity, "*"))
        if "boundary" in self.row:
            boundary = self.document(self.row["boundary"], "*")
            arn = iam.create_policy(PolicyName="boundary", PolicyDocument=boundary)["Policy"]["Arn"]
            getattr(iam, f"put_{kind}_permissions_boundary")(**owner, PermissionsBoundary=arn)

    def session(self) -> dict[str, str]:
        """A session of Worker, of a user that may assume any role."""
        key = self.keys("A", "starter")
        starter = self.document([{"allow": "*"}], "*")
        self.iam["A"].put_user_policy(UserName="starter", PolicyName="may", PolicyDocument=starter)
        policy = {"Policy": self.document(self.row["session"], "*")} if "session" in self.row else {}
        arn = self.filled("arn:aws:iam::<A>:role/Worker")
        made = self.aws.client("sts", key).assume_role(RoleArn=arn, RoleSessionName="work", **policy)["Credentials"]
        return {
            "access_key": made["AccessKeyId"],
            "secret_key": made["SecretAccessKey"],
            "session_token": made["SessionToken"],
        }

    def make_mfa(self) -> None:
        """A device of alice's."""
        iam = self.iam["A"]
        serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="alice")["VirtualMFADevice"]["SerialNumber"]
        codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
        iam.enable_mfa_device(UserName="alice", SerialNumber=serial, **codes)
        self.names["MFA"] = serial

    def make_again(self, name: str) -> None:
        """Delete a user or role, and make one of the same name that may do everything."""
        iam = self.iam["A"]
        if name == "Worker":
            iam.delete_role_policy(RoleName=name, PolicyName="may")
            iam.delete_role(RoleName=name)
            worker = self.document([{"allow": "sts:AssumeRole", "to": "<A>"}])
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=worker)
            self.give("A", "role", name, [{"allow": "*"}])
            iam.delete_user_policy(UserName="starter", PolicyName="may")
            for key in iam.list_access_keys(UserName="starter")["AccessKeyMetadata"]:
                iam.delete_access_key(UserName="starter", AccessKeyId=key["AccessKeyId"])
            iam.delete_user(UserName="starter")
            self.caller = self.session()
            return
        iam.delete_user_policy(UserName=name, PolicyName="may")
        iam.delete_access_key(UserName=name, AccessKeyId=self.caller["access_key"])
        iam.delete_user(UserName=name)
        self.caller = self.keys("A", name)
        self.give("A", "user", name, [{"allow": "*"}])

    def make_organization(self, management: str) -> None:
        """An organization whose members are A, in a unit of its own, and B."""
        self.organizations = self.aws.client("organizations", management)
        self.names["ORG"] = self.organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
        self.root_id = self.organizations.list_roots()["Roots"][0]["Id"]
        for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
            self.organizations.enable_policy_type(RootId=self.root_id, PolicyType=kind)
        for side in "AB":
            status = self.organizations.create_account(AccountName=side, Email=f"{side}@local.test")
            self.names[side] = status["CreateAccountStatus"]["AccountId"]
        unit = self.organizations.create_organizational_unit(ParentId=self.root_id, Name="unit")
        self.unit_id = unit["OrganizationalUnit"]["Id"]
        self.organizations.move_account(
            AccountId=self.names["A"], SourceParentId=self.root_id, DestinationParentId=self.unit_id
        )

    def attach_policies(self, policies: Mapping) -> None:
        """Attach the control policies, in place of the one that allows everything."""
        targets = {
            "scp": self.names["A"],
            "scp_of_b": self.names["B"],
            "unit_scp": self.unit_id,
            "rcp": self.names["B"],
        }
        for name, statements in policies.items():
            kind = "RESOURCE_CONTROL_POLICY" if name == "rcp" else "SERVICE_CONTROL_POLICY"
            policy = self.organizations.create_policy(
                Name=name, Description=name, Type=kind, Content=self.document(statements, "*")
            )["Policy"]["PolicySummary"]["Id"]
            self.organizations.attach_policy(PolicyId=policy, TargetId=targets[name])
            if name != "rcp":
                self.organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=targets[name])

    def make_bucket(self, wanted: Mapping) -> None:
        """A bucket with the object in/object."""
        s3 = self.root("s3", "B")
        ownership = {"ObjectOwnership": wanted["ownership"]} if "ownership" in wanted else {}
        s3.create_bucket(Bucket=self.bucket, **ownership)
        if wanted.get("block") is False:
            s3.delete_public_access_block(Bucket=self.bucket)
        if wanted.get("restrict"):
            s3.put_public_access_block(
                Bucket=self.bucket, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True}
            )
        s3.put_object(Bucket=self.bucket, Key="in/object", Body=b"content")
        if "policy" in wanted:
            s3.put_bucket_policy(Bucket=self.bucket, Policy=self.document(wanted["policy"]))
        if "grant" in wanted:
            s3.put_bucket_acl(Bucket=self.bucket, **self.grant(wanted["grant"]))
        if "object_grant" in wanted:
            s3.put_object_acl(Bucket=self.bucket, Key="in/object", **self.grant(wanted["object_grant"]))
        if "written" in wanted:
            self.root("s3", "A").put_object(Bucket=self.bucket, Key="in/written", Body=b"x", **wanted["written"])

    def grant(self, account: str) -> dict:
        """The argument that grants READ to an account beside the owner's full control."""
        owner, other = (
            self.aws.client("s3", self.filled(each)).list_buckets()["Owner"]["ID"] for each in ("<B>", account)
        )
        grants = [(owner, "FULL_CONTROL"), (other, "READ")]
        return {
            "AccessControlPolicy": {
                "Owner": {"ID": owner},
                "Grants": [
                    {"Grantee": {"Type": "CanonicalUser", "ID": each}, "Permission": permission}
                    for each, permission in grants
                ],
            }
        }

    def make_queue(self, wanted: Mapping) -> None:
        """A queue."""
        sqs = self.root("sqs", "B")
        self.url = sqs.create_queue(QueueName="queue")["QueueUrl"]
        self.names["QUEUE"] = self.filled(f"arn:aws:sqs:{REGION}:<B>:queue")
        if "policy" in wanted:
            sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": self.document(wanted["policy"])})

    def make_topic(self, wanted: Mapping) -> None:
        """A topic."""
        sns = self.root("sns", "B")
        self.names["TOPIC"] = sns.create_topic(Name="topic")["TopicArn"]
        if "policy" in wanted:
            sns.set_topic_attributes(
                TopicArn=self.names["TOPIC"], AttributeName="Policy", AttributeValue=self.document(wanted["policy"])
            )

    def make_key(self, wanted: Mapping) -> None:
        """A key; its own account keeps full control."""
        kms = self.root("kms", "B")
        self.key = kms.create_key()["KeyMetadata"]["Arn"]
        if "policy" in wanted:
            policy = [{"allow": "kms:*", "to": "<B>"}, *wanted["policy"]]
            kms.put_key_policy(KeyId=self.key, PolicyName="default", Policy=self.document(policy, "*"))

    def make_secret(self, wanted: Mapping) -> None:
        """A secret, with a key that the account A may use: with the one of AWS nobody outside could."""
        self.make_key({"policy": [{"allow": "kms:*", "to": "<A>"}]})
        manager = self.root("secretsmanager", "B")
        self.secret = manager.create_secret(Name="secret", SecretString="value", KmsKeyId=self.key)["ARN"]
        if "policy" in wanted:
            manager.put_resource_policy(SecretId=self.secret, ResourcePolicy=self.document(wanted["policy"]))

    def make_function(self, wanted: Mapping) -> None:
        """A function."""
        trust = self.document([{"allow": "sts:AssumeRole", "service": "lambda.amazonaws.com"}])
        role = self.iam["B"].create_role(RoleName="Runs", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("code.py", "def handler(event, context):\n    return {}\n")
        functions = self.root("lambda", "B")
        self.function = functions.create_function(
            FunctionName="function", Runtime="python3.12", Role=role, Handler="code.handler",
            Code={"ZipFile": code.getvalue()},
        )["FunctionArn"]  # fmt: skip
        if "permission" in wanted:
            functions.add_permission(
                FunctionName="function", StatementId="s", Action="lambda:InvokeFunction",
                Principal=self.filled(wanted["permission"]),
            )  # fmt: skip

    def call_assume(self, arguments: Mapping) -> None:
        """Assume Target, and use the session."""
        wanted = {"RoleArn": "arn:aws:iam::<B>:role/Target", "RoleSessionName": "test", **arguments}
        made = self.client("sts").assume_role(**self.filled(wanted))["Credentials"]
        keys = {
            "access_key": made["AccessKeyId"],
            "secret_key": made["SecretAccessKey"],
            "session_token": made["SessionToken"],
        }
        assert self.aws.client("sts", keys).get_caller_identity()["Account"] == self.names["B"]

    def call_web(self, claims: Mapping) -> None:
        """Assume Target with a token of the test issuer."""
        sts = self.aws.client("sts", self.names["A"])
        arn = self.filled("arn:aws:iam::<B>:role/Target")
        sts.assume_role_with_web_identity(RoleArn=arn, RoleSessionName="web", WebIdentityToken=token(claims))

    def call_make_role(self, _arguments: Mapping, iam=None) -> None:
        """Make Target."""
        (iam or self.client("iam")).create_role(
            RoleName="Target", AssumeRolePolicyDocument=self.document(self.row["trust"]),
            MaxSessionDuration=self.row.get("longest", 3600),
        )  # fmt: skip

    def call_get_role(self, _arguments: Mapping) -> None:
        self.client("iam").get_role(RoleName="Target")

    def call_list_roles(self, _arguments: Mapping) -> None:
        self.client("iam").list_roles()

    def call_who(self, _arguments: Mapping) -> None:
        self.client("sts").get_caller_identity()

    def call_get_object(self, arguments: Mapping) -> None:
        self.client("s3").get_object(Bucket=self.bucket, **{"Key": "in/object", **self.filled(arguments)})

    def call_put_object(self, arguments: Mapping) -> None:
        self.client("s3").put_object(Bucket=self.bucket, Key="in/new", Body=b"x", **arguments)

    def call_delete_object(self, _arguments: Mapping) -> None:
        self.client("s3").delete_object(Bucket=self.bucket, Key="in/object")

    def call_list(self, arguments: Mapping) -> None:
        self.client("s3").list_objects_v2(Bucket=self.bucket, **arguments)

    def call_get_bucket_policy(self, _arguments: Mapping) -> None:
        self.client("s3").get_bucket_policy(Bucket=self.bucket)

    def call_delete_bucket_policy(self, _arguments: Mapping) -> None:
        self.client("s3").delete_bucket_policy(Bucket=self.bucket)

    def call_put_bucket_policy(self, statements: list) -> None:
        self.client("s3").put_bucket_policy(Bucket=self.bucket, Policy=self.document(statements))

    def call_put_object_acl(self, arguments: Mapping) -> None:
        self.client("s3").put_object_acl(Bucket=self.bucket, Key="in/object", **self.grant(arguments["grant"]))

    def call_send(self, _arguments: Mapping) -> None:
        self.client("sqs").send_message(QueueUrl=self.url, MessageBody="x")

    def call_receive(self, _arguments: Mapping) -> None:
        self.client("sqs").receive_message(QueueUrl=self.url)

    def call_set_queue_policy(self, _arguments: Mapping) -> None:
        policy = self.document([{"allow": "sqs:SendMessage", "to": "<A>", "resource": "<QUEUE>"}])
        self.client("sqs").set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})

    def call_publish(self, _arguments: Mapping) -> None:
        self.client("sns").publish(TopicArn=self.names["TOPIC"], Message="x")

    def call_encrypt(self, _arguments: Mapping) -> None:
        self.client("kms").encrypt(KeyId=self.key, Plaintext=b"x")

    def call_put_key_policy(self, statements: list) -> None:
        self.client("kms").put_key_policy(KeyId=self.key, PolicyName="default", Policy=self.document(statements, "*"))

    def call_get_secret(self, _arguments: Mapping) -> None:
        self.client("secretsmanager").get_secret_value(SecretId=self.secret)

    def call_invoke(self, _arguments: Mapping) -> None:
        self.client("lambda").invoke(FunctionName=self.function)


def statement(short: Mapping, resource: str | None) -> dict:
    """A short statement as AWS writes it."""
    effect = "Allow" if "allow" in short else "Deny"
    long: dict = {"Effect": effect}
    if "deny_other" in short:
        long["NotAction"] = short["deny_other"]
    else:
        long["Action"] = short[effect.lower()]
    for name, element in (("to", "Principal"), ("not_to", "NotPrincipal")):
        if name in short:
            long[element] = "*" if short[name] == "*" else {"AWS": short[name]}
    for name, kind in (("service", "Service"), ("federated", "Federated")):
        if name in short:
            long["Principal"] = {kind: short[name]}
    if short.get("resource") or resource:
        long["Resource"] = short.get("resource") or resource
    if "when" in short:
        long["Condition"] = short["when"]
    return long
