# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""S3 in memory, as far as ACLs go: canonical IDs, owners of objects, object ownership, who may read and write an ACL.

What the local AWS does not have is here after the S3 User Guide: an object belongs to its writer unless the bucket says
otherwise, only the owner and whom the ACL lets can read or write an ACL, and none can where ACLs are disabled.
"""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from dataclasses import dataclass, field

import botocore.exceptions
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.options import is_aws_endpoint
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import Operation, Task

ENFORCED = "BucketOwnerEnforced"
BUCKET_OWNER, WRITER, THIRD = "222222222222", "111111111111", "333333333333"
PAGE = 1000


def canonical(account_id: str) -> str:
    """The canonical ID of an account of this world."""
    return account_id[:4] * 16


def acl_of(owner: str, *others: tuple[str, str]) -> dict:
    """An ACL in S3's own shape: the owner's full control, and (grantee, permission) besides."""
    grants = [(owner, "FULL_CONTROL"), *others]

    def named(grantee: str) -> dict:
        return {"Type": "Group", "URI": grantee} if "://" in grantee else {"Type": "CanonicalUser", "ID": grantee}

    return {
        "Owner": {"ID": owner},
        "Grants": [{"Grantee": named(grantee), "Permission": permission} for grantee, permission in grants],
    }


@dataclass
class World:
    """One bucket and its objects: (key, version) to ACL; a version without an ACL is a delete marker."""

    ownership: str | None = "ObjectWriter"
    owner: str = canonical(BUCKET_OWNER)
    bucket_acl: dict = field(default_factory=lambda: acl_of(canonical(BUCKET_OWNER)))
    objects: dict[str, dict[str, dict | None]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    errors: dict[str, list[str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    versions: itertools.count = field(default_factory=itertools.count)

    def put(self, key: str, writer: str = BUCKET_OWNER, *others: tuple[str, str]) -> str:
        """Write an object as an account; the version."""
        owner = self.owner if self.ownership == ENFORCED else canonical(writer)
        version = f"v{next(self.versions)}"
        self.objects.setdefault(key, {})[version] = acl_of(owner, *others)
        return version

    def delete(self, key: str) -> str:
        """Put a delete marker on an object; the marker's version."""
        version = f"v{next(self.versions)}"
        self.objects[key][version] = None
        return version

    def may(self, account_id: str, key: str, permission: str) -> bool:
        """Whether an account may read (READ) or work on the ACL of (READ_ACP, WRITE_ACP) the current version."""
        acl = list(self.objects[key].values())[-1]
        caller = canonical(account_id)
        if self.ownership == ENFORCED:
            return caller == self.owner
        granted = {grant["Permission"] for grant in acl["Grants"] if grant["Grantee"].get("ID") == caller}
        return bool(granted & {permission, "FULL_CONTROL"}) or (caller == acl["Owner"]["ID"] and permission != "READ")


class Client:
    """The S3 client of one caller."""

    class _Meta:
        class service_model:  # noqa: N801
            service_name = "s3"

            @staticmethod
            def operation_model(_name: str):
                class Model:
                    input_shape = None

                return Model

        class events:  # noqa: N801
            register_first = unregister = staticmethod(lambda *_arguments: None)

        method_to_api_mapping = {
            "get_object_acl": "GetObjectAcl",
            "put_object_acl": "PutObjectAcl",
            "put_bucket_acl": "PutBucketAcl",
        }  # fmt: skip

    meta = _Meta

    def __init__(self, world: World, account_id: str) -> None:
        self.world = world
        self.account_id = account_id
        self.is_owner = canonical(account_id) == world.owner

    def get_object_acl(self, Key, VersionId=None, **_rest):  # noqa: N803
        with self._called("GetObjectAcl"):
            acl = self._version(Key, VersionId, "GetObjectAcl")
            if self.world.ownership == ENFORCED:
                return acl_of(self.world.owner)
            self._require(acl, "READ_ACP", "GetObjectAcl")
            return acl

    def put_object_acl(self, Key, AccessControlPolicy, VersionId=None, **_rest):  # noqa: N803
        with self._called("PutObjectAcl"):
            acl = self._version(Key, VersionId, "PutObjectAcl")
            if self.world.ownership == ENFORCED:
                self._refuse("AccessControlListNotSupported", "PutObjectAcl")
            self._require(acl, "WRITE_ACP", "PutObjectAcl")
            assert AccessControlPolicy["Owner"] == acl["Owner"]
            acl["Grants"] = AccessControlPolicy["Grants"]
            return {}

    def get_bucket_acl(self, **_rest):
        with self._called("GetBucketAcl"):
            self._require(self.world.bucket_acl, "READ_ACP", "GetBucketAcl")
            return self.world.bucket_acl

    def put_bucket_acl(self, AccessControlPolicy, **_rest):  # noqa: N803
        with self._called("PutBucketAcl"):
            if self.world.ownership == ENFORCED:
                self._refuse("AccessControlListNotSupported", "PutBucketAcl")
            self._require(self.world.bucket_acl, "WRITE_ACP", "PutBucketAcl")
            self.world.bucket_acl = AccessControlPolicy
            return {}

    def get_bucket_ownership_controls(self, **_rest):
        with self._called("GetBucketOwnershipControls"):
            if not self.is_owner:
                self._refuse("AccessDenied", "GetBucketOwnershipControls")
            if self.world.ownership is None:
                self._refuse("OwnershipControlsNotFoundError", "GetBucketOwnershipControls")
            return {"OwnershipControls": {"Rules": [{"ObjectOwnership": self.world.ownership}]}}

    def put_bucket_ownership_controls(self, OwnershipControls, **_rest):  # noqa: N803
        with self._called("PutBucketOwnershipControls"):
            self.world.ownership = OwnershipControls["Rules"][0]["ObjectOwnership"]

    def list_buckets(self, **_rest):
        with self._called("ListBuckets"):
            return {"Buckets": [], "Owner": {"ID": canonical(self.account_id)}}

    def get_paginator(self, operation: str):
        class Paginator:
            paginate = staticmethod(
                {"list_objects_v2": self._objects, "list_object_versions": self._versions}[operation]
            )

        return Paginator

    def _objects(self, Prefix, **_rest):  # noqa: N803
        fitting = (key for key in sorted(self.world.objects) if key.startswith(Prefix))
        current = (key for key in fitting if list(self.world.objects[key].values())[-1])
        while True:
            page = [{"Key": key} for key in itertools.islice(current, PAGE)]
            with self._called("ListObjectsV2"):
                pass
            yield {"Contents": page} if page else {}
            if len(page) < PAGE:
                return

    def _versions(self, Prefix, **_rest):  # noqa: N803
        with self._called("ListObjectVersions"):
            every = [
                ({"Key": key, "VersionId": version}, acl)
                for key, versions in self.world.objects.items()
                for version, acl in versions.items()
                if key.startswith(Prefix)
            ]
        yield {
            "Versions": [entry for entry, acl in every if acl],
            "DeleteMarkers": [entry for entry, acl in every if not acl],
        }

    def _called(self, operation: str) -> threading.Lock:
        with self.world.lock:
            self.world.calls[operation] += 1
            planned = self.world.errors.get(operation)
            code = planned.pop(0) if planned else ""
        if code:
            self._refuse(code, operation)
        return self.world.lock

    def _version(self, key: str, version_id: str | None, operation: str) -> dict:
        versions = self.world.objects.get(key)
        if not versions:
            self._refuse("NoSuchKey", operation)
        if version_id is None:
            acl = list(versions.values())[-1]
            return acl or self._refuse("NoSuchKey", operation)
        if version_id not in versions:
            self._refuse("NoSuchVersion", operation)
        return versions[version_id] or self._refuse("MethodNotAllowed", operation)

    def _require(self, acl: dict, permission: str, operation: str) -> None:
        caller = canonical(self.account_id)
        granted = {grant["Permission"] for grant in acl["Grants"] if grant["Grantee"].get("ID") == caller}
        if caller != acl["Owner"].get("ID") and not granted & {permission, "FULL_CONTROL"}:
            self._refuse("AccessDenied", operation)

    def _refuse(self, code: str, operation: str) -> dict:
        raise botocore.exceptions.ClientError({"Error": {"Code": code, "Message": f"{code}, says S3"}}, operation)


class FakeAccount:
    """An account that has this client, with what errors say of it."""

    known_caller = ""
    endpoint = ""

    def __init__(self, client: object, account_id: str) -> None:
        self.account_id = self.told_account_id = self.known_account_id = account_id
        self.description = f"account {account_id}"
        self._client = client

    def client(self, service: str) -> object:
        assert service == "s3"
        return self._client

    def is_at_aws(self, service: str) -> bool:
        assert service == "s3"
        return not self.endpoint or is_aws_endpoint(self.endpoint)

    def secrets(self) -> tuple[str, ...]:
        return ()


@dataclass
class Outcome:
    """What a run returned, and what it said meanwhile."""

    result: dict
    said: list[str]


def run(
    operation: Operation, world: World, account_id: str = BUCKET_OWNER, check_mode: bool = False, **options: object
) -> Outcome:
    """Validate the options as Ansible does and run as an account; input errors are raised as ValueError."""
    of_connection = {name: {"type": "str"} for name in ("expected_account_id", "endpoint_url")}
    spec = {**operation.argument_spec, **of_connection}
    validation = ArgumentSpecValidator(spec, **operation.rules).validate({"bucket": "data", **options})
    params = validation.validated_parameters
    errors = validation.error_messages or operation.check(params)
    if errors:
        raise ValueError("\n".join(errors))
    said: list[str] = []
    account = FakeAccount(Client(world, account_id), account_id)
    account.endpoint = options.get("endpoint_url", "")
    task = Task(params=params, check_mode=check_mode, account=account, warn=said.append, progress=said.append)
    return Outcome(operation.run(task), said)
