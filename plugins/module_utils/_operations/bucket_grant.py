# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_bucket_grant`: named statements in the policy of a bucket.

Read the policy, decide what differs, look whether it fits and whether what it is to allow can come about at all (Block
Public Access, the KMS key), write.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.xacct.aws.plugins.module_utils._aws.errors import AwsError, is_code
from ansible_collections.xacct.aws.plugins.module_utils._aws.locks import controller_lock
from ansible_collections.xacct.aws.plugins.module_utils._aws.retries import retry_while
from ansible_collections.xacct.aws.plugins.module_utils._operations._plan import Change, Plan
from ansible_collections.xacct.aws.plugins.module_utils._operations._task import (
    Operation,
    Task,
    TaskError,
    result,
    said_of,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.bucket_grant_limits import (
    explained_refusal,
    look_at_public_access,
    missing_key_access,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.bucket_grant_options import (
    ARGUMENT_SPEC,
    check,
    declared_grants,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.declared_grants import DeclaredGrants
from ansible_collections.xacct.aws.plugins.module_utils._operations.role_principals import while_principals_propagate
from ansible_collections.xacct.aws.plugins.module_utils._operations.shared_policy import converge_policy, same_policy
from ansible_collections.xacct.aws.plugins.module_utils._policy.bucket_statements import BUCKET_PART
from ansible_collections.xacct.aws.plugins.module_utils._policy.comparison import differences
from ansible_collections.xacct.aws.plugins.module_utils._policy.render import readable_policy
from ansible_collections.xacct.aws.plugins.module_utils._resources.bucket import Bucket, BucketPolicy

NEW_BUCKET_SECONDS = 5
"""How long a bucket that was made a moment ago may be missing; then it is taken for a mistake."""


@dataclass(frozen=True)
class Decision:
    """The plan, and the policy as it will be."""

    plan: Plan
    policy: dict | None


def run(task: Task) -> dict:
    """Bring the policy to what is declared and return the module's result."""
    with said_of(task.account):
        return _run(task)


def _run(task: Task) -> dict:
    params = task.params
    bucket = Bucket(task.account, params["bucket"], params["expected_bucket_owner"])
    carrier = BucketPolicy(bucket)
    grants = declared_grants(params, task.account.partition)

    policy = _read(task, carrier, grants)
    decision = decide(grants, policy)
    key_access = None
    if decision.plan.changed:
        _confirm_owner(task, bucket)
        carrier.check_size(decision.policy)
        look_at_public_access(task, bucket, grants, decision.policy)
        key_access = missing_key_access(task, bucket, grants, policy)
        policy = decision.policy if task.check_mode else _apply(task, carrier, grants, decision.policy)
    return result(
        decision.plan,
        bucket={"name": bucket.name, "arn": bucket.arn, "owner": bucket.declared_owner},
        policy=policy,
        key_access=key_access,
    )


def decide(grants: DeclaredGrants, policy: dict | None) -> Decision:
    """Return what differs between what is there and what is declared. Pure."""
    wanted = grants.merge(policy)
    before = _view(policy, grants.names)
    if same_policy(policy, wanted):
        return Decision(Plan((), before, before), policy)
    return Decision(Plan(tuple(_changes(policy, wanted, grants.names)), before, _view(wanted, grants.names)), wanted)


def _read(task: Task, carrier: BucketPolicy, grants: DeclaredGrants) -> dict | None:
    """Return the policy; a bucket that is gone has none, which is all right when nothing is to be in it."""
    seconds = NEW_BUCKET_SECONDS if task.params["propagation_timeout"] is None else task.params["propagation_timeout"]
    try:
        return retry_while(
            carrier.read,
            lambda error: bool(grants.statements) and is_code(error, "NoSuchBucket"),
            seconds,
            what=f"{carrier.bucket.label} to be there",
            warn=task.progress,
        )
    except AwsError as error:
        if task.params["expected_bucket_owner"] and is_code(error, "AccessDenied"):
            _confirm_owner(task, carrier.bucket)  # S3 only denies where another account was expected
        if grants.statements or not is_code(error, "NoSuchBucket"):
            raise
        return None


def _confirm_owner(task: Task, bucket: Bucket) -> None:
    """Make sure that the credentials belong to the account that the bucket is to belong to."""
    task.account.confirm_account()
    if bucket.owner != task.account.account_id:
        raise TaskError(
            f"{bucket.label} is to belong to account {bucket.owner} (expected_bucket_owner), and the credentials "
            f"belong to account {task.account.account_id}: only the owner's own credentials can change a bucket's "
            "policy"
        )


def _apply(task: Task, carrier: BucketPolicy, grants: DeclaredGrants, wanted: dict | None) -> dict | None:
    """Write what differs and return the policy as it is then."""

    def converge() -> dict | None:
        return converge_policy(
            carrier,
            grants.merge,
            grants.own_sids,
            lock=lambda: controller_lock(task.account.account_id, carrier.bucket.label),
            progress=task.progress,
        ).after

    try:
        return while_principals_propagate(task, carrier.label, grants.merge(None), converge, whole=wanted)
    except AwsError as error:
        raise explained_refusal(error, carrier.bucket, wanted) from error


def _changes(before: dict | None, after: dict | None, names: Mapping[str, str]) -> list[Change]:
    """Return one change a grant (or foreign Sid), with those of its statements that differ."""
    found: dict[str, tuple[list, list]] = {}
    for difference in differences(before, after):
        if difference.sid is None:
            continue
        sid = difference.sid
        name = names.get(sid) or sid.removesuffix(BUCKET_PART) or "statement without a Sid"
        old, new = found.setdefault(name, ([], []))
        old.extend([difference.before] if difference.before else [])
        new.extend([difference.after] if difference.after else [])
    return [Change("grants", name, old or None, new or None) for name, (old, new) in found.items()]


def _view(document: dict | None, names: Mapping[str, str]) -> dict:
    shown = {sid: f"{name} (bucket)" if sid.endswith(BUCKET_PART) else name for sid, name in names.items()}
    return {"policy": readable_policy(document, shown)} if document else {}


OPERATION = Operation(
    name="xacct_bucket_grant",
    argument_spec=ARGUMENT_SPEC,
    run=run,
    services=("s3", "sts"),
    check=check,
)
