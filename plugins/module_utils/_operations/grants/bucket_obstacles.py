# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may keep a bucket grant from having its effect: Block Public Access, and the KMS key of the bucket.

Looked at only when something is to be written.
Private to this collection.
"""

from __future__ import annotations

from ..._aws.calls.errors import AwsError, aws_text, is_code, is_not_offered, is_unanswered
from ..._options.declared_grants import DeclaredGrants
from ..._policy.kms.required_access import key_arn_in, key_statements
from ..._policy.statements.public_access import BLOCK_POLICY, RESTRICT_BUCKETS, public_statements
from ..._services.s3_bucket.api import NO_REGION, Bucket
from ..task import Task, TaskError
from .key_access_warning import added_statements, key_access

_NO_AWS_KEY = (
    "its objects stay unreadable there. Have the bucket encrypt with a customer managed key or with SSE-S3; objects "
    "that are there already have to be copied onto themselves."
)


def look_at_public_access(task: Task, bucket: Bucket, grants: DeclaredGrants, wanted: dict | None) -> None:
    """Refuse a public grant that Block Public Access would refuse or mute; warn when it mutes the others.

    Its settings are read only when the policy would be public, be it by somebody else's statement.
    """
    public = public_statements(wanted)
    if not public:
        return
    settings = bucket.block_public_access()
    own = {sid: reason for sid, reason in public.items() if sid in grants.present_sids}
    for setting, effect in ((BLOCK_POLICY, "refuses such a policy"), (RESTRICT_BUCKETS, "leaves it without effect")):
        levels = settings.on(setting)
        if own and levels:
            raise TaskError(
                f"{bucket.label}: {_named(own, grants)}. Block Public Access {effect}: {_where(setting, levels)}. Turn "
                "it off there if the bucket is meant to be public, or narrow the grant"
            )
    if settings.on(RESTRICT_BUCKETS):
        task.warn(
            f"{bucket.label}: the grants have no effect for other accounts. Somebody else's statement makes the policy "
            f"public ({_named(public, grants)}), and Block Public Access then keeps all other accounts out: "
            f"{_where(RESTRICT_BUCKETS, settings.on(RESTRICT_BUCKETS))}. Narrow or remove that statement."
        )


def explained_refusal(error: AwsError, bucket: Bucket, wanted: dict | None) -> AwsError:
    """Return the error of a refused write with what Block Public Access has to do with it, if it has."""
    if not is_code(error, "AccessDenied") or error.call != "s3:PutBucketPolicy":
        return error
    public = public_statements(wanted)
    if not public and BLOCK_POLICY not in aws_text(error):
        return error
    settings = bucket.block_public_access()
    if not settings.on(BLOCK_POLICY):
        return error
    because = "; ".join(f"{sid}: {reason}" for sid, reason in public.items())
    return error.with_hint(
        f"Block Public Access refuses a public policy: {_where(BLOCK_POLICY, settings.on(BLOCK_POLICY))}."
        + (f" What makes this one public: {because}." if because else "")
    )


def missing_key_access(task: Task, bucket: Bucket, grants: DeclaredGrants, policy: dict | None) -> dict | None:
    """Return what the bucket's KMS key has to allow as well, and warn; None where nothing is missing.

    `policy` is the one before: grants that it holds already are not spoken of again.
    """
    missing = key_statements(added_statements(grants, policy), bucket.owner)
    if not missing:
        return None
    try:
        key = bucket.kms_key()
    except AwsError as error:
        if not is_unanswered(error):
            raise
        why = "the server does not offer the call" if is_not_offered(error) else "access denied"
        task.warn(
            f"{bucket.label}: cannot read its default encryption ({why}; s3:GetEncryptionConfiguration). If it "
            "encrypts with a KMS key, other accounts need access to the key as well."
        )
        return None
    if key is None:
        return None
    if key.is_aws_managed:
        return key_access(task, bucket.label, key, None, missing, _NO_AWS_KEY)
    if key.name.startswith("alias/"):
        task.warn(
            f"{bucket.label}: its default encryption names a KMS key by {key.name}, and not by an ARN. S3 then takes "
            "the key of that alias in the account of whoever writes. Set the key by its ARN."
        )
    return key_access(task, bucket.label, key, _key_arn(bucket, key.name), missing, _NO_AWS_KEY)


def _key_arn(bucket: Bucket, key: str) -> str | None:
    """Return the ARN of the bucket's key, None when its region is not known: an ID or an alias takes it."""
    if key.startswith("arn:"):
        return key
    owner = bucket.owner
    try:
        region = bucket.region()
    except AwsError as error:
        if not (is_unanswered(error) or is_code(error, NO_REGION)):
            raise
        return None
    return key_arn_in(key, bucket.account.partition, region, owner) if owner else None


def _named(public: dict[str, str], grants: DeclaredGrants) -> str:
    found = {f"{grants.names.get(sid, sid)}: {reason}": None for sid, reason in public.items()}
    return "; ".join(found)


def _where(setting: str, levels: list[str]) -> str:
    return f"{setting} is on at the level of the {' and the '.join(levels)}"
