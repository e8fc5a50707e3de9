# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The access control lists of objects, one at a time, and the lists of objects that they belong to.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._aws.calls.errors import AwsError, aws_call, is_code
from .._aws.calls.pace import THROTTLED, Pace
from .._aws.calls.unretried import sent_once
from .._policy.evaluation.requests import AclGrant
from .._policy.s3.acls import Acl, access_control_policy, acl_of
from .bucket_acl import bucket_arguments

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from .._aws.sessions.connection import Account

_VANISHED = ("NoSuchKey", "NoSuchVersion")
_DELETE_MARKER = "MethodNotAllowed"
"""What S3 says of a version that is a delete marker, and a server without ACLs of any object."""


@dataclass(frozen=True)
class ObjectVersion:
    """One object: its current version (`version_id` None) or a certain one. A delete marker has no ACL."""

    key: str
    version_id: str | None = None
    is_delete_marker: bool = False

    def __str__(self) -> str:
        """Name it for messages."""
        return f"{self.key} (version {self.version_id})" if self.version_id else self.key


def has_vanished(error: AwsError, *, may_be_delete_marker: bool) -> bool:
    """Say whether an object is gone. A version that somebody chose may be a delete marker, which has no ACL."""
    return is_code(error, *_VANISHED) or (may_be_delete_marker and is_code(error, _DELETE_MARKER))


class ObjectAcls:
    """The ACLs of a bucket's objects, read and written by many threads at one pace."""

    def __init__(self, account: Account, bucket: str, expected_owner: str | None, pace: Pace) -> None:
        """Make the client, which all threads share."""
        self.account = account
        self.bucket = bucket
        self.pace = pace
        self._client = account.client("s3")
        self._arguments = bucket_arguments(bucket, expected_owner)

    def throttling_is_ours(self) -> AbstractContextManager[None]:
        """Within the block a throttled call comes back at once, for `pace` to deal with, and not after botocore's."""
        return sent_once(self._client, "get_object_acl", "put_object_acl", codes=THROTTLED)

    def read(self, target: ObjectVersion) -> Acl:
        """Return an object's ACL. Raises `AwsError`."""
        return acl_of(self.pace.call(lambda: self._call(self._client.get_object_acl, target)))

    def write(self, target: ObjectVersion, owner: str, grants: frozenset[AclGrant]) -> None:
        """Replace an object's ACL. Raises `AwsError`."""
        policy = access_control_policy(owner, grants)
        self.pace.call(lambda: self._call(self._client.put_object_acl, target, AccessControlPolicy=policy))

    def listed(self, prefix: str, all_versions: bool) -> Iterator[ObjectVersion]:
        """Yield what is below a prefix, page by page: the current versions, or all of them with the delete markers."""
        with aws_call(self.account, f"listing the objects of bucket {self.bucket}", f"bucket {self.bucket}"):
            if not all_versions:
                for page in self._pages("list_objects_v2", prefix):
                    for entry in page.get("Contents", ()):
                        yield ObjectVersion(entry["Key"])
                return
            for page in self._pages("list_object_versions", prefix):
                for entry in page.get("Versions", ()):
                    yield ObjectVersion(entry["Key"], entry["VersionId"])
                for entry in page.get("DeleteMarkers", ()):
                    yield ObjectVersion(entry["Key"], entry["VersionId"], is_delete_marker=True)

    def _pages(self, operation: str, prefix: str) -> Iterator[dict]:
        return iter(self._client.get_paginator(operation).paginate(**self._arguments, Prefix=prefix))

    def _call(self, method, target: ObjectVersion, **arguments: object) -> dict:  # type: ignore[no-untyped-def]
        version = {"VersionId": target.version_id} if target.version_id else {}
        with aws_call(self.account, f"ACL of s3://{self.bucket}/{target}"):
            return method(**self._arguments, Key=target.key, **version, **arguments)
