# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_bucket_grant`: named statements in the policy of a bucket.

Read the policy, decide what differs, look whether it fits and whether what it is to allow can come about at all (Block
Public Access, the KMS key), write.
Private to this collection.
"""

from __future__ import annotations

from ..._aws.calls.errors import AwsError, is_code
from ..._options.bucket_grant import ARGUMENT_SPEC, check, declared_grants
from ..._options.declared_grants import DeclaredGrants
from ..._policy.statements.service_rules import POLICY
from ..._services.s3_bucket.api import Bucket, BucketPolicy
from ..task import Operation, Task, result, said_of
from ..writing.shared_policy import same_policy
from .bucket_obstacles import explained_refusal, look_at_public_access, missing_key_access
from .policy_steps import bring_about, confirm_owner, read_policy


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
    wanted = grants.merge(policy)
    if not same_policy(policy, wanted):
        _confirm_owner(task, bucket)

    def look() -> dict | None:
        look_at_public_access(task, bucket, grants, wanted)
        return missing_key_access(task, bucket, grants, policy)

    try:
        outcome = bring_about(task, {POLICY: carrier}, {POLICY: grants}, {POLICY: policy}, look)
    except AwsError as error:
        explained = explained_refusal(error, bucket, wanted)
        if explained is error:
            raise
        raise explained from error
    return result(
        outcome.plan,
        bucket={"name": bucket.name, "arn": bucket.arn, "owner": bucket.declared_owner},
        policy=outcome.policies[POLICY],
        key_access=outcome.key_access,
    )


def _read(task: Task, carrier: BucketPolicy, grants: DeclaredGrants) -> dict | None:
    """Return the policy. Where another owner was expected S3 only denies: then say that."""
    try:
        return read_policy(task, carrier, grants)
    except AwsError as error:
        if task.params["expected_bucket_owner"] and is_code(error, "AccessDenied"):
            _confirm_owner(task, carrier.bucket)
        raise


def _confirm_owner(task: Task, bucket: Bucket) -> None:
    task.account.confirm_account()
    confirm_owner(task, bucket.owner, bucket.label, "expected_bucket_owner")


OPERATION = Operation(
    name="xacct_bucket_grant",
    argument_spec=ARGUMENT_SPEC,
    run=run,
    services=("s3", "sts"),
    check=check,
)
