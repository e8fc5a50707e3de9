# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What S3 looks at besides policies: access control lists, who owns an object, Block Public Access.

Sources: S3 User Guide, "Access control list (ACL) overview", "How Amazon S3 authorizes a request for an object
operation", "Controlling ownership of objects", "Blocking public access to your Amazon S3 storage".
"""

from __future__ import annotations

from ..language.context import UNKNOWN, Unknown
from ..language.three_valued import both
from .principal_matching import ACCOUNT, DIRECT, NONE
from .request_facts import RequestFacts
from .request_principals import ANONYMOUS, IAM_KINDS, SERVICE
from .requests import ALL_USERS, AUTHENTICATED_USERS, AclGrant, Request, S3Access
from .verdicts import ACL, BLOCK_PUBLIC_ACCESS, Verdict

ENFORCED = "BucketOwnerEnforced"

_BUCKET_PERMISSIONS = {
    "s3:listbucket": "READ",
    "s3:listbucketversions": "READ",
    "s3:listbucketmultipartuploads": "READ",
    "s3:putobject": "WRITE",
    "s3:getbucketacl": "READ_ACP",
    "s3:putbucketacl": "WRITE_ACP",
}
_OBJECT_PERMISSIONS = {
    "s3:getobject": "READ",
    "s3:getobjectversion": "READ",
    "s3:getobjectacl": "READ_ACP",
    "s3:getobjectversionacl": "READ_ACP",
    "s3:putobjectacl": "WRITE_ACP",
    "s3:putobjectversionacl": "WRITE_ACP",
}
"""What permission of an access control list an action needs.

("Mapping of ACL permissions and access policy permissions".) Other actions cannot be granted by one.
"""


def is_governed_by_acl(action: str) -> bool:
    """Whether an access control list can grant the lower-case ``action``."""
    return action in _BUCKET_PERMISSIONS or action in _OBJECT_PERMISSIONS


def is_on_object(action: str) -> bool:
    """Whether it is an object's list that can grant the lower-case ``action``, not the bucket's."""
    return action in _OBJECT_PERMISSIONS


def acl_permission(action: str) -> str | None:
    """Return the permission that grants the lower-case ``action``, ``None`` where none does."""
    return _BUCKET_PERMISSIONS.get(action) or _OBJECT_PERMISSIONS.get(action)


def object_account(request: Request, facts: RequestFacts) -> str | Unknown | None:
    """Return who can grant the action: the object's owner for what is done to an object, else the bucket's.

    ``None`` for the bucket's owner. With BucketOwnerEnforced the bucket's owner owns every object.
    """
    access = request.s3_access
    if facts.action not in _OBJECT_PERMISSIONS or access is None:
        return None
    if access is UNKNOWN:
        return UNKNOWN
    bucket_owner = facts.principal.account_id if request.resource_account is None else request.resource_account
    if access.object_owner is None or access.ownership == ENFORCED:
        return None
    if bucket_owner is not UNKNOWN and access.object_owner == bucket_owner:
        return None
    if UNKNOWN in (access.object_owner, access.ownership, bucket_owner):
        return UNKNOWN
    return access.object_owner


def judge_acl(access: S3Access | Unknown, facts: RequestFacts) -> Verdict | None:
    """Return what the access control list allows, ``None`` where it has no say.

    A grant to a canonical user is one to that account, which delegates to its own policies; a grant to everyone lets
    anonymous callers in, and takes callers that sign for their account.
    """
    in_bucket = facts.action in _BUCKET_PERMISSIONS
    if not in_bucket and facts.action not in _OBJECT_PERMISSIONS:
        return None
    if access is UNKNOWN:
        return _acl_verdict(NONE, DIRECT)
    if access.ownership == ENFORCED:
        return None
    grants = access.bucket_grants if in_bucket else access.object_grants
    if grants is UNKNOWN:
        return _acl_verdict(NONE, DIRECT)
    needed = _BUCKET_PERMISSIONS.get(facts.action) or _OBJECT_PERMISSIONS[facts.action]
    certain = possible = NONE
    for grant in grants:
        if grant.permission in (needed, "FULL_CONTROL"):
            levels = _grant_levels(grant, access, facts)
            certain, possible = max(certain, levels[0]), max(possible, levels[1])
    if access.ownership is UNKNOWN:
        certain = NONE
    return _acl_verdict(certain, possible)


def judge_public_access(request: Request, facts: RequestFacts) -> Verdict | None:
    """Return what RestrictPublicBuckets forbids: a public bucket is for its own account and AWS services."""
    access = request.s3_access
    carrier = request.resource_policy
    if access is None or carrier is None or facts.principal.kind == SERVICE:
        return None
    policy = carrier.policy
    public: bool | None = None if policy is UNKNOWN else policy is not None and policy.is_public
    restricted = access.restrict_public_buckets if access is not UNKNOWN else UNKNOWN
    outside = _is_outside(request, facts)
    deny = both(both(public, None if restricted is UNKNOWN else restricted), outside)
    if deny is False:
        return None
    note = "RestrictPublicBuckets keeps other accounts out of a bucket whose policy is public"
    if deny is None:
        note = "it is not known whether Block Public Access keeps other accounts out"
    return Verdict(BLOCK_PUBLIC_ACCESS, allow=True, deny=deny, note=note)


def _is_outside(request: Request, facts: RequestFacts) -> bool | None:
    if facts.principal.kind not in IAM_KINDS:
        return True
    if request.resource_account is UNKNOWN:
        return None
    return request.resource_account not in (None, facts.principal.account_id)


def _grant_levels(grant: AclGrant, access: S3Access, facts: RequestFacts) -> tuple[int, int]:
    principal = facts.principal
    if grant.grantee in (ALL_USERS, AUTHENTICATED_USERS):
        if access.ignore_public_acls is True:
            return (NONE, NONE)
        if principal.kind == ANONYMOUS:
            level = DIRECT if grant.grantee == ALL_USERS else NONE
        else:
            level = ACCOUNT if principal.kind in IAM_KINDS else NONE
        return (NONE, level) if access.ignore_public_acls is UNKNOWN else (level, level)
    if principal.kind not in IAM_KINDS:
        return (NONE, NONE)
    if principal.canonical_id is UNKNOWN:
        return (NONE, ACCOUNT)
    return (ACCOUNT, ACCOUNT) if principal.canonical_id == grant.grantee else (NONE, NONE)


def _acl_verdict(certain: int, possible: int) -> Verdict:
    verdict = Verdict(ACL, allow=True if certain else None if possible else False)
    verdict.certain, verdict.possible = certain, possible
    return verdict
