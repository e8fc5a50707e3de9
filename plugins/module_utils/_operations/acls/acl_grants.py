# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `xacct_bucket_acl` and `xacct_object_acl` have in common: what they declare, how they show it, what S3 refuses.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..._aws.calls.errors import AwsError, is_code
from ..._aws.sessions.options import is_aws_endpoint
from ..._options.acls import canonical_id_errors
from ..._policy.evaluation.requests import AclGrant
from ..._policy.s3.acls import (
    BUCKET_OWNER,
    GROUPS,
    DeclaredGrants,
    Kind,
    canned_grants,
    contradictions,
    public_grants,
    shown_grant,
    shown_grants,
    sorted_grants,
)
from ..._resources.bucket_acl import ACLS_DISABLED, ENFORCED
from ..._resources.canonical_ids import CanonicalIds
from ..plan import Change
from ..task import Task, TaskError

OWNERS_CANNED = frozenset({"private", "bucket-owner-read", "bucket-owner-full-control"})
"""Canned ACLs that say nothing which is not so anyway where ACLs are disabled and the bucket's owner owns all."""


def is_at_aws(params: Mapping) -> bool | None:
    """Say whether it is AWS that is called, None where the options alone do not tell."""
    endpoint = params.get("endpoint_url")
    return is_aws_endpoint(endpoint) if endpoint else None


def confirm_canonical_ids(task: Task) -> None:
    """Raise `TaskError` for canonical IDs that AWS has not. Whether it is AWS, a profile may say as well."""
    errors = list(canonical_id_errors(task.params, task.account.is_at_aws("s3")))
    if errors:
        raise TaskError("; ".join(errors))


def declared_grants(params: Mapping, kind: Kind, canonical_ids: CanonicalIds) -> DeclaredGrants:
    """Return the grants that the options declare, by canonical ID. Raises `AwsError` for one that can't be found."""
    absent = params["state"] == "absent"
    sides: dict[bool, set[AclGrant]] = {True: set(), False: set()}
    for grant in params["grants"] or []:
        sides[not absent and grant["state"] == "present"].add(_by_canonical_id(grant, canonical_ids))
    if params["canned"]:
        sides[not absent].update(_owner_named(grant, canonical_ids) for grant in canned_grants(params["canned"]))
    declared = DeclaredGrants(
        kind=kind, present=frozenset(sides[True]), absent=frozenset(sides[False]), purge=params["purge_grants"]
    )
    both = contradictions(declared)
    if both:
        shown = "; ".join(in_words(grant, canonical_ids.accounts) for grant in both)
        raise TaskError(f"grants: present and absent at once: {shown}")
    return declared


def acls_are_disabled(bucket: str) -> TaskError:
    """Return the error of a bucket that takes no ACLs."""
    return TaskError(
        f"ACLs are disabled in bucket {bucket}: its object ownership is BucketOwnerEnforced, which new buckets have "
        "since April 2023. S3 accepts no grant there, and the bucket's owner owns every object. No ACL was written. "
        "Use "
        "a bucket grant instead (xacct.aws.xacct_bucket_grant, method bucket of a trust): it gives other accounts "
        "the same access, and its prefixes narrow it to these objects. If it has to be an ACL, set object_ownership: "
        "ObjectWriter with xacct.aws.xacct_bucket_acl as the bucket's owner. Objects that other accounts upload then "
        "belong to those accounts, and what ACLs granted before they were disabled counts again",
        object_ownership=ENFORCED,
    )


def explained(error: AwsError, bucket: str, grants: Iterable[AclGrant]) -> AwsError | TaskError:
    """Return the error of a refused write with what S3's answer does not say."""
    if is_code(error, ACLS_DISABLED):
        return acls_are_disabled(bucket)
    if is_code(error, "AccessDenied") and public_grants(grants):
        return AwsError(
            f"{error.message} The ACL would have public grants, and BlockPublicAcls refuses those: look at Block "
            f"Public Access of bucket {bucket}, of its account and of the organization",
            code=error.code,
            call=error.call,
            account=error.account,
            resource=error.resource,
            aws_message=error.aws_message,
        )
    return error


def wants_acls(params: Mapping) -> bool:
    """Say whether the options grant something that needs ACLs to be enabled."""
    if params["state"] == "absent":
        return False
    grants = [grant for grant in params["grants"] or [] if grant["state"] == "present"]
    return bool(grants) or (params["canned"] or "private") not in OWNERS_CANNED


def in_words(grant: AclGrant, accounts: Mapping[str, str]) -> str:
    """Return a grant's name for messages and changes: "READ for 222222222222"."""
    shown = shown_grant(grant, accounts)
    return f"{shown['permission']} for {shown.get('account_id') or shown.get('group') or shown['canonical_id']}"


def grant_changes(before: frozenset[AclGrant], after: frozenset[AclGrant], accounts: Mapping[str, str]) -> list[Change]:
    """Return what differs between two ACLs, grant by grant."""
    gone = [
        Change("grants", in_words(grant, accounts), before=shown_grant(grant, accounts))
        for grant in sorted_grants(before - after)
    ]
    come = [
        Change("grants", in_words(grant, accounts), after=shown_grant(grant, accounts))
        for grant in sorted_grants(after - before)
    ]
    return [*gone, *come]


def acl_view(owner: str, grants: frozenset[AclGrant], accounts: Mapping[str, str]) -> dict:
    """Return an ACL for a diff."""
    shown = {"canonical_id": owner}
    owner_view = {**shown, "account_id": accounts[owner]} if owner in accounts else shown
    return {"owner": owner_view, "grants": shown_grants(grants, accounts)}


def _by_canonical_id(grant: Mapping, canonical_ids: CanonicalIds) -> AclGrant:
    if grant["group"]:
        return AclGrant(GROUPS[grant["group"]], grant["permission"])
    return AclGrant(grant["canonical_id"] or canonical_ids.of(grant["account_id"]), grant["permission"])


def _owner_named(grant: AclGrant, canonical_ids: CanonicalIds) -> AclGrant:
    if grant.grantee != BUCKET_OWNER:
        return grant
    return AclGrant(canonical_ids.of_bucket_owner(), grant.permission)
