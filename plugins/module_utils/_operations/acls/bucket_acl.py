# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_bucket_acl`: grants in the access control list of a bucket.

Read the ACL, decide what differs; only then look whether ACLs count in the bucket at all, and write.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._aws.calls.errors import AwsError, is_code
from ..._aws.calls.retries import retry_while
from ..._aws.files.locks import controller_lock
from ..._options.acls import BUCKET_ACL_ARGUMENTS, check_bucket_acl
from ..._policy.evaluation.requests import AclGrant
from ..._policy.s3.acls import (
    Acl,
    DeclaredGrants,
    as_document,
    check_count,
    merged,
    of_document,
    shown_grants,
    sid_of_grant,
    still_granted,
)
from ..._resources.bucket_acl import ACLS_DISABLED, ENFORCED, BucketAcl
from ..._resources.canonical_ids import CanonicalIds
from ..._services.s3_bucket.rules import RULES
from ..plan import Change, Plan
from ..task import Operation, Task, TaskError, result
from ..writing.shared_policy import converge_policy
from .acl_grants import (
    acl_view,
    acls_are_disabled,
    confirm_canonical_ids,
    declared_grants,
    explained,
    grant_changes,
    in_words,
    is_at_aws,
)

OWNERSHIP_SECONDS = 30.0
"""So long S3 may take until a changed object ownership holds for the next call."""


@dataclass(frozen=True)
class AclDecision:
    """What the ACL is to grant, and the object ownership to set before (None: as it is)."""

    grants: frozenset[AclGrant]
    ownership: str | None
    plan: Plan


def run(task: Task) -> dict:
    """Bring the bucket's ACL to what is declared and return the module's result."""
    params = task.params
    confirm_canonical_ids(task)
    expected_owner = params["expected_bucket_owner"] or params.get("expected_account_id")
    carrier = BucketAcl(task.account, params["bucket"], expected_owner)
    acl = _read(carrier, params)
    if acl is None:
        return result(Plan(), bucket=params["bucket"], owner=None, grants=[], object_ownership=None)
    canonical_ids = CanonicalIds(task.account, params["canonical_ids"], lambda: acl.owner, expected_owner)
    declared = declared_grants(params, "bucket", canonical_ids)
    grants = merged(acl, declared)
    ownership = carrier.ownership() if params["object_ownership"] or grants != acl.grants else None
    accounts = canonical_ids.accounts
    decision = decide(params, acl, grants, ownership, accounts)
    check_count(grants, carrier.label)
    for grant in still_granted(acl, declared):
        task.warn(f"{carrier.label}: {in_words(grant, accounts)} is still given by another grant, which stays")
    if decision.plan.changed and not task.check_mode:
        grants = _apply(task, carrier, acl, declared, decision)
    return result(
        decision.plan,
        bucket=params["bucket"],
        owner=acl_view(acl.owner, grants, accounts)["owner"],
        grants=shown_grants(grants, accounts),
        object_ownership=decision.ownership or ownership,
    )


def decide(
    params: Mapping, acl: Acl, grants: frozenset[AclGrant], ownership: str | None, accounts: Mapping[str, str]
) -> AclDecision:
    """Return what differs. Raises `TaskError` where ACLs are disabled and nothing says to enable them. Pure.

    `ownership` is the bucket's object ownership as far as known, `accounts` has account IDs by canonical ID.
    """
    wanted = params["object_ownership"]
    if wanted and ownership is None:
        raise TaskError(
            f"object_ownership: the object ownership of bucket {params['bucket']} can't be read "
            "(s3:GetBucketOwnershipControls is denied, or not offered by the server), so it can't be set either. Use "
            "credentials of the bucket's owner, or leave it out where the server knows no object ownership"
        )
    if ownership == ENFORCED and not wanted and grants != acl.grants:
        raise acls_are_disabled(params["bucket"])
    changes = []
    before, after = acl_view(acl.owner, acl.grants, accounts), acl_view(acl.owner, grants, accounts)
    if wanted:
        before, after = {**before, "object_ownership": ownership}, {**after, "object_ownership": wanted}
    if wanted and wanted != ownership:
        changes.append(Change("object_ownership", params["bucket"], ownership, wanted))
    changes += grant_changes(acl.grants, grants, accounts)
    return AclDecision(grants, wanted if wanted != ownership else None, Plan(tuple(changes), before, after))


def _read(carrier: BucketAcl, params: Mapping) -> Acl | None:
    """Return the ACL; None for a bucket that does not exist and from which something is to be taken."""
    try:
        return carrier.read_acl()
    except AwsError as error:
        if is_code(error, "NoSuchBucket") and params["state"] == "absent":
            return None
        raise


def _apply(
    task: Task, carrier: BucketAcl, acl: Acl, declared: DeclaredGrants, decision: AclDecision
) -> frozenset[AclGrant]:
    """Write what differs and return the grants as they are then."""
    if decision.ownership:
        carrier.put_ownership(decision.ownership)
        task.warn(
            f"ACLs count in bucket {carrier.bucket} from now on (object ownership {decision.ownership}): what ACLs of "
            "its objects granted before they were disabled is granted again, and with ObjectWriter an object belongs "
            "to the account that uploads it"
        )
    if decision.grants == acl.grants:
        return acl.grants

    def merge(document: dict) -> dict:
        there = of_document(document)
        return as_document(Acl(there.owner, merged(there, declared)))

    def converge() -> dict:
        own_sids = [sid_of_grant(grant) for grant in (*declared.present, *declared.absent)]
        return converge_policy(
            carrier,
            merge,
            own_sids,
            lock=lambda: controller_lock(task.account.told_account_id, carrier.label),
            progress=task.progress,
            passing=RULES.passing_codes,
        ).after

    try:
        after = retry_while(
            converge,
            lambda error: bool(decision.ownership) and is_code(error, ACLS_DISABLED),
            OWNERSHIP_SECONDS,
            what=f"the new object ownership of bucket {carrier.bucket}",
            warn=task.progress,
        )
    except AwsError as error:
        raise explained(error, carrier.bucket, decision.grants) from error
    return of_document(after).grants


OPERATION = Operation(
    name="xacct_bucket_acl",
    argument_spec=BUCKET_ACL_ARGUMENTS,
    run=run,
    services=("s3", "sts"),
    check=lambda params: check_bucket_acl(params, is_at_aws(params)),
)
