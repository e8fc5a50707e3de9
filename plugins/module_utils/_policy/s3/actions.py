# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which actions of S3 a word such as `read` stands for, and which of them are asked on objects, which on the bucket.

Sources: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3"; S3 User Guide,
"Required permissions for Amazon S3 API operations" and "Multipart upload API and permissions".
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass

from ..language.documents import ascii_lower


@dataclass(frozen=True)
class Access:
    """Actions, as they stand in a policy: those on objects and those on the bucket itself."""

    objects: tuple[str, ...] = ()
    bucket: tuple[str, ...] = ()


_READ = ("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging")
_WRITE = (
    "s3:PutObject",
    "s3:PutObjectTagging",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
)
_LIST = ("s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation")
_UPLOADS = ("s3:ListBucketMultipartUploads",)
_REST = (
    "s3:GetObjectAttributes",
    "s3:GetObjectVersionAttributes",
    "s3:GetObjectAcl",
    "s3:GetObjectVersionAcl",
    "s3:PutObjectAcl",
    "s3:PutObjectVersionAcl",
    "s3:PutObjectVersionTagging",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersionTagging",
    "s3:DeleteObjectVersion",
    "s3:RestoreObject",
)

ACCESS: dict[str, Access] = {
    "list": Access((), _LIST),
    "read": Access(_READ, _LIST),
    "write": Access(_WRITE, _UPLOADS),
    "read_write": Access((*_READ, *_WRITE), (*_LIST, *_UPLOADS)),
    "full": Access((*_READ, *_WRITE, *_REST), (*_LIST, *_UPLOADS)),
}
"""What each value of `access` allows.

To read is to list, too, as for S3 Access Grants: without it S3 answers 403 instead of 404 for a key that is not there.
Tags belong to it, because a copy of an object that has some reads and writes them. `full` is all that is done with
objects; the bucket's own settings and object locks are not in it.
"""

NARROWED_BY_PREFIX = ("s3:ListBucket", "s3:ListBucketVersions")
"""The actions that have the condition key s3:prefix. No other action on a bucket can be narrowed to some keys."""

LISTING_KEYS = frozenset({"s3:prefix", "s3:delimiter", "s3:max-keys"})
"""Condition keys (lower case) that only listing has: a condition on them keeps every other action from matching."""

_OBJECT_ACTIONS = (
    *_READ,
    *_WRITE,
    *_REST,
    "s3:BypassGovernanceRetention",
    "s3:GetObjectLegalHold",
    "s3:GetObjectRetention",
    "s3:GetObjectTorrent",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionTorrent",
    "s3:InitiateReplication",
    "s3:ObjectOwnerOverrideToBucketOwner",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
    "s3:ReplicateDelete",
    "s3:ReplicateObject",
    "s3:ReplicateTags",
)
_BUCKET_ACTIONS = (
    *_LIST,
    *_UPLOADS,
    *(
        f"s3:{name}"
        for name in (
            "DeleteBucket", "DeleteBucketPolicy", "DeleteBucketWebsite", "GetAccelerateConfiguration",
            "GetAnalyticsConfiguration", "GetBucketAcl", "GetBucketCORS", "GetBucketLogging", "GetBucketNotification",
            "GetBucketObjectLockConfiguration", "GetBucketOwnershipControls", "GetBucketPolicy",
            "GetBucketPolicyStatus", "GetBucketPublicAccessBlock", "GetBucketRequestPayment", "GetBucketTagging",
            "GetBucketVersioning", "GetBucketWebsite", "GetEncryptionConfiguration",
            "GetIntelligentTieringConfiguration", "GetInventoryConfiguration", "GetLifecycleConfiguration",
            "GetMetricsConfiguration", "GetReplicationConfiguration", "PutAccelerateConfiguration",
            "PutAnalyticsConfiguration", "PutBucketAcl", "PutBucketCORS", "PutBucketLogging", "PutBucketNotification",
            "PutBucketObjectLockConfiguration", "PutBucketOwnershipControls", "PutBucketPolicy",
            "PutBucketPublicAccessBlock", "PutBucketRequestPayment", "PutBucketTagging", "PutBucketVersioning",
            "PutBucketWebsite", "PutEncryptionConfiguration", "PutIntelligentTieringConfiguration",
            "PutInventoryConfiguration", "PutLifecycleConfiguration", "PutMetricsConfiguration",
            "PutReplicationConfiguration",
        )
    ),
)  # fmt: skip

NOT_AN_ACTION = {
    "s3:copyobject": "s3:GetObject on the source and s3:PutObject on the target",
    "s3:completemultipartupload": "s3:PutObject",
    "s3:createbucket": "nothing that a bucket's policy could allow",
    "s3:createmultipartupload": "s3:PutObject",
    "s3:deleteobjects": "s3:DeleteObject",
    "s3:headbucket": "s3:ListBucket",
    "s3:headobject": "s3:GetObject",
    "s3:listallmybuckets": "nothing that a bucket's policy could allow",
    "s3:listbuckets": "nothing that a bucket's policy could allow",
    "s3:listmultipartuploads": "s3:ListBucketMultipartUploads",
    "s3:listobjects": "s3:ListBucket",
    "s3:listobjectsv2": "s3:ListBucket",
    "s3:listobjectversions": "s3:ListBucketVersions",
    "s3:listparts": "s3:ListMultipartUploadParts",
    "s3:selectobjectcontent": "s3:GetObject",
    "s3:uploadpart": "s3:PutObject",
    "s3:uploadpartcopy": "s3:GetObject on the source and s3:PutObject on the target",
}
"""Calls of the API (lower case) whose permission has another name, and actions of no bucket; and what is right."""


def is_pattern(action: str) -> bool:
    """Whether an action has wildcards."""
    return "*" in action or "?" in action


def on_objects(action: str) -> bool:
    """Whether an action, or one that a pattern matches, is asked on objects.

    An action that is not known here (a new one) is taken for one on objects if its name says so.
    """
    if is_pattern(action) or _is_known(action):
        return _matches_one_of(action, _OBJECT_ACTIONS)
    return "bucket" not in ascii_lower(action) and "object" in ascii_lower(action)


def on_bucket(action: str) -> bool:
    """Whether an action, or one that a pattern matches, is asked on the bucket."""
    if is_pattern(action) or _is_known(action):
        return _matches_one_of(action, _BUCKET_ACTIONS)
    return not on_objects(action)


def is_narrowed_by_prefix(action: str) -> bool:
    """Whether an action, or one that a pattern matches, has the condition key s3:prefix."""
    return _matches_one_of(action, NARROWED_BY_PREFIX)


def _is_known(action: str) -> bool:
    return _matches_one_of(action, _OBJECT_ACTIONS) or _matches_one_of(action, _BUCKET_ACTIONS)


def matches(pattern: str, action: str) -> bool:
    """Whether an action is the one that a policy's text, which may have wildcards, names; case does not count."""
    return fnmatch.fnmatchcase(ascii_lower(action), ascii_lower(pattern))


def _matches_one_of(pattern: str, actions: tuple[str, ...]) -> bool:
    return any(matches(pattern, action) for action in actions)


def aws_key_policy(owner: str, region: str, service: str = "s3") -> dict:
    """Return what the policy of an account's own key of a service says: for its own principals, through it alone.

    (KMS Developer Guide, "AWS managed keys"; S3 User Guide: such a key can't be used from another account.)
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": f"Allow access through {service} for all principals in the account",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
                "Resource": "*",
                "Condition": {
                    "StringEquals": {
                        "kms:CallerAccount": owner,
                        "kms:ViaService": f"{service}.{region}.amazonaws.com",
                    }
                },
            }
        ],
    }
