# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an access control list lets another account do, and why a bucket grant is mostly better.

Source: S3 User Guide, "Access control list (ACL) overview", "Mapping of ACL permissions and access policy permissions".
"""

from __future__ import annotations

from collections.abc import Mapping

from ...declaration.trust import Trust, Trusted

BUCKET_ACTIONS = {
    "READ": ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"),
    "WRITE": ("s3:PutObject",),
    "READ_ACP": ("s3:GetBucketAcl",),
    "WRITE_ACP": ("s3:PutBucketAcl",),
}
"""Permission in a bucket's ACL to what it allows. WRITE is asked on objects, the others on the bucket."""

OBJECT_ACTIONS = {
    "READ": ("s3:GetObject", "s3:GetObjectVersion"),
    "READ_ACP": ("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    "WRITE_ACP": ("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
}
"""Permission in an object's ACL to what it allows."""

FULL_CONTROL = "FULL_CONTROL"


def permissions_of(permission: str, table: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A permission as those that it consists of."""
    return list(table) if permission == FULL_CONTROL else [permission]


def grantee(trusted: Trusted, canonical_id: str) -> dict:
    """How the trusted account stands in a grant: by its canonical ID where the user gave it, else by its account ID."""
    return {"canonical_id": canonical_id} if canonical_id else {"account_id": trusted.account_id}


def granted_account_ids(options: Mapping) -> list[str]:
    """The account IDs in the grants of an operation; their canonical IDs are not known yet."""
    return [grant["account_id"] for grant in options["grants"] if "account_id" in grant]


def whole_account_note(trust: Trust, what: str) -> str:
    """An ACL names accounts and nothing smaller."""
    narrows = "their policies there narrow it" if _has_named(trust.trusted) else "nothing is applied there"
    return f"the ACL of {what} names the whole account of {trust.trusted.account_label}, not principals: {narrows}"


def _has_named(trusted: Trusted) -> bool:
    return any(principal.kind != "root" for principal in trusted.principals)


def rather_a_bucket_grant(method: str, instead: str) -> str:
    """Why a trust had better be declared with ``bucket``."""
    return (
        f"{method} where a bucket grant would do: an ACL lets the whole account in, takes no conditions and no end, "
        f"needs ACLs to be enabled on the bucket, and {_LASTS[method]}; declare bucket: {instead} unless it has to "
        "be an ACL"
    )


_LASTS = {
    "object_acl": "is on the objects that are there when it is applied, not on those that come later",
    "bucket_acl": "gives the whole bucket or nothing",
}
