# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bucket as the holder of a policy that others write into too, and what it says about who may get at its objects.

Private to this collection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._aws.calls.errors import AwsError, aws_call, is_code
from ..._aws.calls.s3_control import without_host_prefix
from ..._aws.calls.unretried import sent_once
from ..._policy.evaluation.requests import BUCKET_POLICY
from ..._policy.language.documents import compact_json
from ..._policy.language.principals import parse_arn
from ..._policy.statements.public_access import BlockPublicAccess
from ..kms_key import KmsKey
from ..resource_policy import ResourcePolicy
from .rules import RULES
from .statements import bucket_arn

if TYPE_CHECKING:
    from ..._aws.sessions.connection import Account

NO_REGION = "NoBucketRegion"
"""Code of the error where something that answers like S3 does not say where a bucket is."""

_NOT_CONFIGURED = ("NoSuchPublicAccessBlockConfiguration", "ServerSideEncryptionConfigurationNotFoundError")
_ANY_REGION = "us-east-1"


class Bucket:
    """One bucket. With `owner`, an account ID, S3 refuses a bucket of that name that belongs to anybody else."""

    def __init__(self, account: Account, name: str, owner: str | None = None) -> None:
        """Do nothing yet."""
        self.account = account
        self.name = name
        self.label = f"bucket {name}"
        self._owner = owner

    @property
    def owner(self) -> str | None:
        """Whose it is, as far as it is known without a call: only an account's own callers get at its policy."""
        return self._owner or self.account.known_account_id or None

    @property
    def declared_owner(self) -> str | None:
        """Whose it is by the options alone; None when they do not say."""
        hops = self.account.options.hops
        return self._owner or self.account.options.expected_account_id or (hops[-1].account_id if hops else None)

    @property
    def arn(self) -> str:
        """The ARN."""
        return bucket_arn(self.name, self.account.partition)

    def call(self, operation: str, **arguments: object) -> dict:
        """Call an operation of S3 on the bucket; raise `AwsError` that says what may be the matter."""
        owner = {"ExpectedBucketOwner": self.owner} if self.owner else {}
        try:
            with aws_call(self.account, self.label):
                return getattr(self.account.client("s3"), operation)(Bucket=self.name, **owner, **arguments)
        except AwsError as error:
            raise self._explained(error) from error

    def call_once(self, operation: str, **arguments: object) -> dict:
        """Like `call`, with one request: sent again later, it would wipe out what others wrote meanwhile."""
        with sent_once(self.account.client("s3"), operation):
            return self.call(operation, **arguments)

    def kms_key(self) -> KmsKey | None:
        """Return the key that new objects are encrypted with, None without one (SSE-S3)."""
        try:
            answer = self.call("get_bucket_encryption")
        except AwsError as error:
            if is_code(error, *_NOT_CONFIGURED):
                return None
            raise
        for rule in answer["ServerSideEncryptionConfiguration"]["Rules"]:
            default = rule.get("ApplyServerSideEncryptionByDefault", {})
            if default.get("SSEAlgorithm", "").startswith("aws:kms"):
                return KmsKey(default.get("KMSMasterKeyID"), "aws/s3")
        return None

    def region(self) -> str:
        """Return where the bucket is, which is not always where the client asks for it. Raises `AwsError`."""
        headers = self.call("head_bucket")["ResponseMetadata"]["HTTPHeaders"]
        if "x-amz-bucket-region" not in headers:
            raise AwsError(f"{self.label}: S3 did not say in which region it is", code=NO_REGION)
        return headers["x-amz-bucket-region"]

    def block_public_access(self) -> BlockPublicAccess:
        """Return the settings of Block Public Access that hold for the bucket; a level that can't be read is None."""
        return BlockPublicAccess({"bucket": self._own_settings(), "account": self._account_settings()})

    def _own_settings(self) -> frozenset[str] | None:
        try:
            return _settings_in(self.call("get_public_access_block"))
        except AwsError as error:
            return frozenset() if is_code(error, *_NOT_CONFIGURED) else None

    def _account_settings(self) -> frozenset[str] | None:
        account_id = self.account.told_account_id
        if not account_id:
            return None
        try:
            client = self.account.client("s3control", self.account.region or _ANY_REGION)
            without_host_prefix(client, account_id, self.account.options.endpoint_url)
            with aws_call(self.account, f"Block Public Access of account {account_id}"):
                return _settings_in(client.get_public_access_block(AccountId=account_id))
        except AwsError as error:
            return frozenset() if is_code(error, *_NOT_CONFIGURED) else None

    def _explained(self, error: AwsError) -> AwsError:
        hint = _HINTS.get(error.code, "")
        if error.code == "AccessDenied" and "Block" not in error.aws_message:
            owner = f"account {self.owner} (expected_bucket_owner)" if self.owner else "the caller's account"
            hint = f"S3 says the same when {self.label} does not belong to {owner}."
        if not hint or hint in error.message:
            return error
        return error.with_hint(hint)


class BucketPolicy(ResourcePolicy):
    """A bucket's policy."""

    missing = ("NoSuchBucket",)
    kind = BUCKET_POLICY

    def __init__(self, bucket: Bucket) -> None:
        """Do nothing yet."""
        super().__init__(bucket.account, RULES, parse_arn(bucket.arn), {})
        self.bucket = bucket
        self.call = bucket.call
        self.call_once = bucket.call_once

    @property
    def owner(self) -> str:
        """Whose it is, which its ARN does not say; empty where nobody knows."""
        return self.account.told_account_id or self.bucket.owner or ""

    def read(self) -> dict | None:
        """Return the policy, None when there is none. Raises `AwsError`, also when there is no such bucket."""
        try:
            return self.parsed(self.call("get_bucket_policy")["Policy"])
        except AwsError as error:
            if is_code(error, "NoSuchBucketPolicy"):
                return None
            raise

    def write(self, document: dict | None) -> None:
        """Replace the policy; None deletes it: S3 accepts no policy without a statement."""
        if document is None:
            self.call_once("delete_bucket_policy")
        else:
            self.call_once("put_bucket_policy", Policy=compact_json(document))


def _settings_in(answer: dict) -> frozenset[str] | None:
    """Return the settings that are on; None for an answer without any, which is not S3's."""
    settings = answer["PublicAccessBlockConfiguration"]
    return frozenset(name for name, is_on in settings.items() if is_on) if settings else None


_HINTS = {
    "NoSuchBucket": "Make the bucket first, or correct bucket; the name of a bucket is the same for all regions.",
    "MethodNotAllowed": "The bucket belongs to another account: only credentials of its owner get at its policy, "
    "whatever that policy allows. A server that is not AWS's may not have the call.",
    "OperationAborted": "Another setting of the bucket (versioning, ownership, Block Public Access …) is being "
    "changed right now. Re-run.",
    "PermanentRedirect": "The bucket is in another region or partition: set region to the bucket's.",
    "IllegalLocationConstraintException": "The bucket is in another region: set region to the bucket's.",
}
