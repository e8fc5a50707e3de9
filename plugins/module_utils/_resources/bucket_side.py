# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What decides about access to a bucket: its policy and, where they can matter, ownership, ACLs, Block Public Access.

Private to this collection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._aws.calls.errors import AwsError, is_code
from .._policy.evaluation.requests import BUCKET_POLICY, AclGrant, ResourcePolicy, S3Access
from .._policy.evaluation.s3_access import is_governed_by_acl, is_on_object
from .._policy.language.context import UNKNOWN, Unknown
from .._policy.language.documents import PolicyError
from .._policy.s3.acls import acl_of, public_grants
from .._policy.statements.public_access import RESTRICT_BUCKETS
from .._services.s3_bucket.api import Bucket, BucketPolicy
from .bucket_acl import ENFORCED, BucketAcl
from .identity_side import Policy, compiled, said
from .resource_side import ResourceSide, key_arn

if TYPE_CHECKING:
    from .._aws.sessions.connection import Account

AWS_KEY = "aws/s3"
"""Stands for the account's own key of S3, whose policy is AWS's."""

IGNORE_ACLS = "IgnorePublicAcls"


class BucketSide:
    """One bucket, seen by its owner; every part is read at most once, and only when it is asked for."""

    def __init__(self, account: Account, name: str, owner: str) -> None:
        """Do nothing yet. `owner` is the account that the connection leads to."""
        self.account = account
        self.owner = owner
        self.bucket = Bucket(account, name, owner)
        self._kept: dict[str, object] = {}

    def side(
        self,
        action: str,
        key: str,
        principal_account: str | None,
        *,
        with_key: bool,
        given: ResourcePolicy | None = None,
    ) -> ResourceSide:
        """Return what decides about `action` (lower case) on an object, or on the bucket (`key` "").

        `given` is the bucket's policy where it is not to be read.
        """
        unread: list[str] = []
        if given is not None:
            policy: Policy | None = given.policy
        else:
            try:
                document = self._once("policy", lambda: BucketPolicy(self.bucket).read())
            except AwsError as error:
                if is_code(error, "NoSuchBucket"):
                    return ResourceSide(self.owner, ResourcePolicy(BUCKET_POLICY, None), is_missing=True)
                return self._unseen(error)
            except PolicyError as error:
                unknown = ResourcePolicy(BUCKET_POLICY, UNKNOWN)
                return ResourceSide(self.owner, unknown, s3_access=UNKNOWN, unread=(str(error),))
            policy = compiled(document, f"policy of {self.bucket.label}", unread) if document else None
        access = self._access(action, key, policy, principal_account, unread)
        kms_key = self._kms_key(unread) if with_key else None
        return ResourceSide(
            self.owner,
            ResourcePolicy(BUCKET_POLICY, policy),
            s3_access=access,
            kms_key=kms_key,
            unread=tuple(unread),
        )

    def _unseen(self, error: AwsError) -> ResourceSide:
        """Nothing is known of a bucket whose policy the connection may not read: it may be another account's."""
        what = said(f"policy of {self.bucket.label}", error)
        return ResourceSide(UNKNOWN, ResourcePolicy(BUCKET_POLICY, UNKNOWN), s3_access=UNKNOWN, unread=(what,))

    def _access(
        self, action: str, key: str, policy: Policy | None, principal_account: str | None, unread: list[str]
    ) -> S3Access | Unknown:
        """Read what can matter: Block Public Access for what is public, ACLs where they count for the action."""
        public = policy is not UNKNOWN and policy is not None and policy.is_public
        restrict = self._setting(RESTRICT_BUCKETS, unread) if public and principal_account != self.owner else False
        if not is_governed_by_acl(action):
            return S3Access(restrict_public_buckets=restrict)
        ownership = self._part("ownership", lambda: self._acl().ownership(), "object ownership", unread)
        if ownership is None:
            unread.append(f"object ownership of {self.bucket.label}: it could not be read")
        ownership = UNKNOWN if ownership is None else ownership
        if ownership == ENFORCED:
            return S3Access(restrict_public_buckets=restrict)
        grants: tuple[AclGrant, ...] | Unknown = ()
        owner: str | Unknown | None = None
        if is_on_object(action):
            grants, owner = self._object_acl(key, unread)
        else:
            grants = self._part("acl", lambda: tuple(self._acl().read_acl().grants), "ACL", unread)
        ignore = self._setting(IGNORE_ACLS, unread) if grants is not UNKNOWN and public_grants(grants) else False
        by_kind = {"object_grants" if is_on_object(action) else "bucket_grants": grants}
        return S3Access(
            ownership=ownership,
            object_owner=owner,
            ignore_public_acls=ignore,
            restrict_public_buckets=restrict,
            **by_kind,
        )

    def _object_acl(self, key: str, unread: list[str]) -> tuple[tuple[AclGrant, ...] | Unknown, str | Unknown | None]:
        """Return an object's grants and its owner; one that is not there yet will be its writer's."""
        if "*" in key or "?" in key:
            unread.append(f"ACLs of the objects {key} of {self.bucket.label}: name one object to have them looked at")
            return UNKNOWN, UNKNOWN
        try:
            acl = self._once(f"object {key}", lambda: acl_of(self.bucket.call("get_object_acl", Key=key)))
        except AwsError as error:
            if is_code(error, "NoSuchKey"):
                return (), None
            unread.append(said(f"ACL of object {key} of {self.bucket.label}", error))
            return UNKNOWN, UNKNOWN
        own = self._part("acl_owner", lambda: self._acl().read_acl().owner, "ACL", unread)
        return tuple(acl.grants), None if own == acl.owner else UNKNOWN

    def _kms_key(self, unread: list[str]) -> str | Unknown | None:
        try:
            return self._once("kms_key", self._read_kms_key)
        except AwsError as error:
            unread.append(said(f"encryption of {self.bucket.label}", error))
            return UNKNOWN

    def _read_kms_key(self) -> str | None:
        key = self.bucket.kms_key()
        if key is None:
            return None
        if key.is_aws_managed:
            return AWS_KEY
        return key_arn(self.account, key.key, "" if key.key.startswith("arn:") else self.bucket.region())

    def _setting(self, name: str, unread: list[str]) -> bool | Unknown:
        settings = self._once("public_access", self.bucket.block_public_access)
        if settings.on(name):
            return True
        if settings.unknown:
            levels = " and ".join(settings.unknown)
            unread.append(f"Block Public Access of {self.bucket.label}: not readable for the {levels}")
            return UNKNOWN
        return False

    def _acl(self) -> BucketAcl:
        return BucketAcl(self.account, self.bucket.name, self.owner)

    def _part(self, name: str, read, what: str, unread: list[str]):  # type: ignore[no-untyped-def]
        try:
            return self._once(name, read)
        except AwsError as error:
            unread.append(said(f"{what} of {self.bucket.label}", error))
            return UNKNOWN

    def _once(self, name: str, read):  # type: ignore[no-untyped-def]
        """Return what `read` returns, or raise what it raises, the first time and ever after."""
        if name not in self._kept:
            try:
                self._kept[name] = (read(), None)
            except (AwsError, PolicyError) as error:
                self._kept[name] = (None, error)
        value, error = self._kept[name]
        if error is not None:
            raise error
        return value


def canonical_id_is_needed(access: S3Access | Unknown | None) -> bool:
    """Say whether who the caller's account is in ACLs can matter."""
    if access is None or access is UNKNOWN:
        return False
    return any(grants is not UNKNOWN and grants for grants in (access.bucket_grants, access.object_grants))
