# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canonical user IDs: what accounts are called in access control lists.

No API turns an account ID into one. An account learns its own from ListBuckets, and that of a bucket's owner from the
bucket's ACL, if it may read it.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from .._aws.calls.errors import AwsError, aws_call, is_unanswered

if TYPE_CHECKING:
    from .._aws.sessions.connection import Account


class CanonicalIds:
    """Finds canonical IDs, each once. `table` has those that are known: canonical ID by account ID.

    `read_bucket_owner` reads the canonical ID of the bucket's owner, `bucket_owner_account` is that owner's account ID
    as far as known.
    """

    def __init__(
        self,
        account: Account,
        table: Mapping[str, str],
        read_bucket_owner: Callable[[], str],
        bucket_owner_account: str | None,
    ) -> None:
        """Do nothing yet."""
        self.account = account
        self.bucket_owner_account = bucket_owner_account
        self._table = dict(table)
        self._read_bucket_owner = read_bucket_owner
        self._bucket_owner: str | None = None

    @property
    def accounts(self) -> dict[str, str]:
        """Account IDs by canonical ID, as far as they were needed or given."""
        return {canonical_id: account_id for account_id, canonical_id in self._table.items()}

    def of(self, account_id: str) -> str:
        """Return an account's canonical ID; raise `AwsError` that says how to get it when it can't be found."""
        if account_id not in self._table:
            self._table[account_id] = self._found(account_id)
        return self._table[account_id]

    def of_bucket_owner(self) -> str:
        """Return the canonical ID of the bucket's owner."""
        known = self.bucket_owner_account
        if known in self._table:
            return self._table[known]
        if self._bucket_owner is None:
            try:
                self._bucket_owner = self._read_bucket_owner()
            except AwsError as error:
                if not is_unanswered(error):
                    raise
                self._bucket_owner = self._of_denied_bucket_owner(error)
        if known:
            self._table[known] = self._bucket_owner
        return self._bucket_owner

    def _found(self, account_id: str) -> str:
        if account_id == self.bucket_owner_account:
            return self.of_bucket_owner()
        if account_id == (self.account.known_account_id or self.account.told_account_id):
            return own_canonical_id(self.account)
        raise AwsError(
            f"The canonical ID of account {account_id} is not known, and an ACL accepts no account ID",
            code="UnknownCanonicalId",
            account=self.account.known_account_id,
            resource=f"account {account_id}",
            hint=how_to_get(account_id),
        )

    def _of_denied_bucket_owner(self, error: AwsError) -> str:
        known = self.bucket_owner_account
        if known and known == self.account.known_account_id:
            return own_canonical_id(self.account)
        raise AwsError(
            f"{error.message} It would have told the canonical ID of the bucket's owner, which is needed here",
            code="UnknownCanonicalId",
            call=error.call,
            account=error.account,
            resource=error.resource,
            hint=how_to_get(known or "")
            if known
            else "Set expected_bucket_owner to the owner's account ID and canonical_ids to {that account ID: its "
            "canonical ID}; the owner gets it with: aws s3api list-buckets --query Owner.ID --output text",
        ) from error


def own_canonical_id(account: Account) -> str:
    """Return the canonical ID of the caller's account: S3 says who owns its buckets also when there are none."""
    with aws_call(account, "asking for the account's canonical ID", "canonical ID"):
        client = account.client("s3")
        shape = client.meta.service_model.operation_model("ListBuckets").input_shape
        one_is_enough = {"MaxBuckets": 1} if shape is not None and "MaxBuckets" in shape.members else {}
        return client.list_buckets(**one_is_enough)["Owner"]["ID"]


def how_to_get(account_id: str) -> str:
    """Return how a user gets the canonical ID of an account."""
    return (
        "Get it with credentials of that account: aws s3api list-buckets --query Owner.ID --output text. Then give it "
        f"as canonical_id, or as canonical_ids: {{'{account_id}': …}}."
    )
