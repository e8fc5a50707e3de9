# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The access control list of a bucket, and its object ownership, which says whether ACLs count in it.

Private to this collection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._aws.calls.errors import AwsError, aws_call, is_code, is_unanswered
from .._aws.calls.unretried import sent_once
from .._options.acls import OBJECT_WRITER
from .._policy.s3.acls import Acl, access_control_policy, acl_of, as_document, check_count, of_document
from .._policy.statements.own_statements import SidAlphabet

if TYPE_CHECKING:
    from .._aws.sessions.connection import Account

ENFORCED = "BucketOwnerEnforced"
ACLS_DISABLED = "AccessControlListNotSupported"
"""What S3 answers to a write of an ACL in a bucket whose ACLs are disabled."""


class BucketAcl:
    """The ACL of one bucket as something that several writers share (a `PolicyCarrier`).

    The protocol for shared policies knows documents, so an ACL goes through it as one: see `as_document`.
    """

    alphabet = SidAlphabet.FREE

    def __init__(self, account: Account, bucket: str, expected_owner: str | None) -> None:
        """Do nothing yet. With `expected_owner` (an account ID) S3 refuses a bucket that belongs to anybody else."""
        self.account = account
        self.bucket = bucket
        self.label = f"ACL of bucket {bucket}"
        self._arguments = bucket_arguments(bucket, expected_owner)

    def read_acl(self) -> Acl:
        """Return the ACL. Raises `AwsError`, also when there is no such bucket."""
        with aws_call(self.account, self.label):
            return acl_of(self._client.get_bucket_acl(**self._arguments))

    def read(self) -> dict:
        """Return the ACL as a document."""
        return as_document(self.read_acl())

    def write(self, document: dict) -> None:
        """Replace the ACL, with one request: sent again later, it would wipe out what others wrote meanwhile."""
        acl = of_document(document)
        policy = access_control_policy(acl.owner, acl.grants)
        client = self._client
        with aws_call(self.account, self.label), sent_once(client, "put_bucket_acl"):
            client.put_bucket_acl(**self._arguments, AccessControlPolicy=policy)

    def check_size(self, document: dict) -> None:
        """Raise `PolicyError` when there would be more grants than an ACL takes."""
        check_count(of_document(document).grants, self.label)

    def ownership(self) -> str | None:
        """Return the bucket's object ownership; None when the caller may not know it, or the server does not have it.

        A bucket without the setting is one from before 2021 or one that lost it: there the writer owns an object.
        """
        try:
            with aws_call(self.account, f"object ownership of bucket {self.bucket}"):
                answer = self._client.get_bucket_ownership_controls(**self._arguments)
                return answer["OwnershipControls"]["Rules"][0]["ObjectOwnership"]
        except AwsError as error:
            if is_code(error, "OwnershipControlsNotFoundError"):
                return OBJECT_WRITER
            if is_unanswered(error):
                return None
            raise

    def put_ownership(self, ownership: str) -> None:
        """Set the object ownership."""
        with aws_call(self.account, f"object ownership of bucket {self.bucket}"):
            self._client.put_bucket_ownership_controls(
                **self._arguments, OwnershipControls={"Rules": [{"ObjectOwnership": ownership}]}
            )

    @property
    def _client(self) -> object:
        return self.account.client("s3")


def bucket_arguments(bucket: str, expected_owner: str | None) -> dict:
    """Return the arguments that every call on a bucket has."""
    return {"Bucket": bucket, **({"ExpectedBucketOwner": expected_owner} if expected_owner else {})}
