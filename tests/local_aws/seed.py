# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make what accounts hold before anything of ours runs: roles, users with access keys, groups, buckets with objects,
topics, queues, secrets and the keys that encrypt them, functions.

The format is in README.md. What exists already stays as it is, so a seed that has grown can be applied
again; an account whose seed has not changed is left alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import botocore.exceptions

if TYPE_CHECKING:
    from .server import LocalAws

SECTIONS = (
    "account_id", "managed_policies", "groups", "users", "roles", "instance_profiles", "buckets", "keys", "topics",
    "queues", "secrets", "functions",
)  # fmt: skip
MEMBERS = {
    "groups": {"path", "policies", "managed_policies"},
    "users": {"path", "policies", "managed_policies", "groups", "tags", "permissions_boundary", "access_key", "mfa"},
    "roles": {
        "path", "policies", "managed_policies", "tags", "permissions_boundary", "trust", "description",
        "max_session_duration",
    },
    "buckets": {"object_ownership", "objects"},
    "keys": {"policy"},
    "topics": {"key"},
    "queues": {"key", "topics"},
    "secrets": {"key", "value"},
    "functions": {"role", "aliases"},
}  # fmt: skip
ORGANIZATION_MEMBERS = {"management", "members"}
THERE_ALREADY = (
    "EntityAlreadyExists", "BucketAlreadyOwnedByYou", "AlreadyInOrganizationException", "ResourceExistsException",
    "ResourceConflictException", "ConflictException",  # of an alias; the latter is moto's word
)  # fmt: skip


class SeedError(ValueError):
    """A seed that cannot be understood."""


def seed(local_aws: LocalAws, document: Mapping) -> dict:
    """Apply a seed; {"accounts": {name: {"account_id", "users": {…}, "roles": {…}}}, "organization": {"id"}}.

    The same is in DIRECTORY/seed.json, which only its owner may read: it holds the users' access keys.
    """
    remembered = local_aws.directory / "seed.json"
    accounts = {name: checked(name, account or {}) for name, account in document["accounts"].items()}
    organization = checked_organization(document.get("organization") or {}, accounts)
    with (local_aws.directory / "seed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two scenarios of molecule seed one server at a time
        known = read(remembered)
        for name, account in accounts.items():
            before = known["accounts"].get(name, {})
            digest = hashlib.sha256(json.dumps(account, sort_keys=True).encode()).hexdigest()
            if before.get("digest") != digest:
                known["accounts"][name] = {**seed_account(local_aws, account, before), "digest": digest}
        if organization and known.get("organization", {}).get("members") != organization["members"]:
            known["organization"] = seed_organization(local_aws, organization)
        write_private(remembered, known)
    return known


def read(path: Path) -> dict:
    """What an earlier seed made, as long as the server was not reset."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"accounts": {}}


def write_private(path: Path, document: Mapping) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    partial = path.with_suffix(".part")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
    partial.replace(path)


def checked(name: str, account: Mapping) -> dict:
    """The account with its ID; raises SeedError for what is unknown."""
    account_id = account.get("account_id", name)
    if not (isinstance(account_id, str) and len(account_id) == 12 and account_id.isdigit()):
        raise SeedError(f"{name}: account_id must be twelve digits in quotes, not {account_id!r}")
    unknown = set(account) - set(SECTIONS)
    for kind, members in MEMBERS.items():
        for _item, content in section(account, kind):
            unknown |= set(content) - members
    if unknown:
        raise SeedError(f"{name}: unknown {', '.join(sorted(unknown))}")
    for function, content in section(account, "functions"):
        if not content.get("role"):
            raise SeedError(f"{name}: the function {function} needs a role that it runs as")
    return {**account, "account_id": account_id}


def checked_organization(organization: Mapping, accounts: Mapping) -> dict:
    """The organization with its accounts as IDs, {} for none; raises SeedError for what is unknown."""
    if not organization:
        return {}
    if set(organization) != ORGANIZATION_MEMBERS:
        raise SeedError(f"organization: {' and '.join(sorted(ORGANIZATION_MEMBERS))} are expected")
    unknown = {organization["management"], *organization["members"]} - set(accounts)
    if unknown:
        raise SeedError(f"organization: unknown accounts {', '.join(sorted(unknown))}")
    members = [accounts[name]["account_id"] for name in organization["members"]]
    return {"management": accounts[organization["management"]]["account_id"], "members": members}


def seed_organization(local_aws: LocalAws, organization: Mapping) -> dict:
    """Make an organization and have its members join; {"id", "members"}."""
    client = local_aws.client("organizations", organization["management"])
    unless_there(client.create_organization, FeatureSet="ALL")
    there = {account["Id"] for page in client.get_paginator("list_accounts").paginate() for account in page["Accounts"]}
    for member in organization["members"]:
        if member not in there:
            invitation = client.invite_account_to_organization(Target={"Id": member, "Type": "ACCOUNT"})["Handshake"]
            local_aws.client("organizations", member).accept_handshake(HandshakeId=invitation["Id"])
    return {"id": client.describe_organization()["Organization"]["Id"], "members": organization["members"]}


def seed_account(local_aws: LocalAws, account: Mapping, known: Mapping) -> dict:
    """Make what one account holds, as its root."""
    iam = local_aws.client("iam", account["account_id"])
    made: dict = {"account_id": account["account_id"], "users": {}, "roles": {}}
    for name, document in section(account, "managed_policies"):
        unless_there(iam.create_policy, PolicyName=name, PolicyDocument=json.dumps(document))
    for name, group in section(account, "groups"):
        unless_there(iam.create_group, GroupName=name, Path=group.get("path", "/"))
        attach(iam, "group", name, group)
    for name, user in section(account, "users"):
        unless_there(iam.create_user, UserName=name, **creation(user))
        attach(iam, "user", name, user)
        for group in user.get("groups", ()):
            iam.add_user_to_group(GroupName=group, UserName=name)
        made["users"][name] = known.get("users", {}).get(name) or credentials(iam, name, user)
    for name, role in section(account, "roles"):
        trust = role.get("trust") or trust_of_account(account["account_id"])
        fields = {"RoleName": name, "AssumeRolePolicyDocument": json.dumps(trust), **creation(role)}
        unless_there(iam.create_role, **fields)
        attach(iam, "role", name, role)
        made["roles"][name] = {"arn": iam.get_role(RoleName=name)["Role"]["Arn"]}
    for name, roles in section(account, "instance_profiles"):
        unless_there(iam.create_instance_profile, InstanceProfileName=name)
        for role in roles:
            with contextlib.suppress(iam.exceptions.LimitExceededException):  # it is there already
                iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
    for name, bucket in section(account, "buckets"):
        seed_bucket(local_aws, account["account_id"], name, bucket)
    made["keys"] = {name: {"arn": seed_key(local_aws, account, name, key)} for name, key in section(account, "keys")}
    seed_messaging(local_aws, account)
    secrets = local_aws.client("secretsmanager", account["account_id"])
    for name, secret in section(account, "secrets"):
        key = {"KmsKeyId": f"alias/{secret['key']}"} if "key" in secret else {}
        unless_there(secrets.create_secret, Name=name, SecretString=secret.get("value", name), **key)
    for name, function in section(account, "functions"):
        arn = iam.get_role(RoleName=function["role"])["Role"]["Arn"]
        seed_function(local_aws.client("lambda", account["account_id"]), name, arn, function.get("aliases", ()))
    return made


def seed_key(local_aws: LocalAws, account: Mapping, name: str, key: Mapping) -> str:
    """Make a KMS key with an alias, unless there is one of that alias; its ARN."""
    kms = local_aws.client("kms", account["account_id"])
    for alias in kms.list_aliases()["Aliases"]:
        if alias["AliasName"] == f"alias/{name}" and alias.get("TargetKeyId"):
            return kms.describe_key(KeyId=alias["TargetKeyId"])["KeyMetadata"]["Arn"]
    policy = {"Policy": json.dumps(key["policy"])} if "policy" in key else {}
    made = kms.create_key(Description=name, **policy)["KeyMetadata"]
    kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=made["KeyId"])
    return made["Arn"]


def seed_messaging(local_aws: LocalAws, account: Mapping) -> None:
    """Make topics and queues; making one again changes nothing. A queue may get what topics, of any account, send."""
    sns = local_aws.client("sns", account["account_id"])
    for name, topic in section(account, "topics"):
        key = {"Attributes": {"KmsMasterKeyId": f"alias/{topic['key']}"}} if "key" in topic else {}
        sns.create_topic(Name=name, **key)
    sqs = local_aws.client("sqs", account["account_id"])
    for name, queue in section(account, "queues"):
        key = {"Attributes": {"KmsMasterKeyId": f"alias/{queue['key']}"}} if "key" in queue else {}
        url = sqs.create_queue(QueueName=name, **key)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        for topic in queue.get("topics", ()):
            owner = local_aws.client("sns", topic.split(":")[4])
            owner.create_topic(Name=topic.split(":")[5])  # its account may come later in the seed
            owner.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)


def seed_bucket(local_aws: LocalAws, account_id: str, name: str, bucket: Mapping) -> None:
    """Make a bucket with objects, each of which holds its own key. What is in it already stays."""
    s3 = local_aws.client("s3", account_id)
    ownership = bucket.get("object_ownership")
    unless_there(s3.create_bucket, Bucket=name, **({"ObjectOwnership": ownership} if ownership else {}))
    there = {entry["Key"] for entry in s3.list_objects_v2(Bucket=name).get("Contents", ())}
    for key in bucket.get("objects", ()):
        if key not in there:
            s3.put_object(Bucket=name, Key=key, Body=key.encode())


def seed_function(client, name: str, role_arn: str, aliases: Iterable[str]) -> None:
    """Make a function that does nothing, with a first version for which its aliases stand."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("code.py", "def handler(event, context):\n    return {}\n")
    unless_there(
        client.create_function, FunctionName=name, Runtime="python3.12", Handler="code.handler", Role=role_arn,
        Code={"ZipFile": code.getvalue()}, Publish=True,
    )  # fmt: skip
    for alias in aliases:
        unless_there(client.create_alias, FunctionName=name, Name=alias, FunctionVersion="1")


def section(account: Mapping, name: str) -> Iterator[tuple[str, Mapping]]:
    """The items of a section, which may be missing; an item that says nothing is an empty mapping."""
    for item, content in (account.get(name) or {}).items():
        yield item, content or {}


def unless_there(create: Callable, **fields: object) -> None:
    """Create something unless there is one of that name."""
    try:
        create(**fields)
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in THERE_ALREADY:
            raise


def creation(item: Mapping) -> dict:
    """The fields that CreateUser and CreateRole have in common, and the role's own."""
    fields = {
        "Path": item.get("path", "/"),
        "PermissionsBoundary": item.get("permissions_boundary"),
        "Description": item.get("description"),
        "MaxSessionDuration": item.get("max_session_duration"),
        "Tags": [{"Key": key, "Value": value} for key, value in item.get("tags", {}).items()],
    }
    return {name: value for name, value in fields.items() if value}


def attach(iam, kind: str, name: str, item: Mapping) -> None:
    """Give a user, group or role its inline and managed policies."""
    owner = {f"{kind.title()}Name": name}
    for policy, document in item.get("policies", {}).items():
        getattr(iam, f"put_{kind}_policy")(**owner, PolicyName=policy, PolicyDocument=json.dumps(document))
    for arn in item.get("managed_policies", ()):
        getattr(iam, f"attach_{kind}_policy")(**owner, PolicyArn=arn)


def credentials(iam, name: str, user: Mapping) -> dict:
    """The ARN of a user, a new access key unless it is to have none, and an MFA device if it is to have one."""
    made = {"arn": iam.get_user(UserName=name)["User"]["Arn"]}
    if user.get("access_key", True):
        key = iam.create_access_key(UserName=name)["AccessKey"]
        made |= {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
    if user.get("mfa"):
        serial = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
        codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
        iam.enable_mfa_device(UserName=name, SerialNumber=serial, **codes)
        made["mfa_serial"] = serial
    return made


def trust_of_account(account_id: str) -> dict:
    """The trust policy of a role that says nothing of it: whoever its own account lets."""
    principal = {"AWS": f"arn:aws:iam::{account_id}:root"}
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
    }
