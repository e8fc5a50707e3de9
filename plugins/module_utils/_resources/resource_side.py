# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of a resource, whichever service keeps it, with what else decides about access there.

Resources with an adapter in `_services`; buckets are in `bucket_side`. What may not be read is UNKNOWN, and said.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .._aws.calls.errors import AwsError, aws_call, is_code
from .._policy.evaluation.requests import KEY_POLICY, OTHER_RESOURCE, ResourcePolicy, S3Access
from .._policy.language.context import UNKNOWN, Unknown
from .._policy.language.documents import PolicyError, new_document, statements
from .._policy.language.principals import Arn, parse_arn
from .._services.kms.api import KeyGrants
from .._services.registry import policy_of
from .._services.resource_policy import ResourcePolicy as ResourceAdapter
from .._services.rules_registry import rules_of_arn
from .identity_side import Policy, compiled, said

if TYPE_CHECKING:
    from .._aws.sessions.connection import Account

WITHOUT_POLICIES = frozenset(
    {
        "autoscaling",
        "cloudformation",
        "cloudtrail",
        "cloudwatch",
        "ec2",
        "elasticloadbalancing",
        "iam",
        "organizations",
        "rds",
        "route53",
        "sts",
    }
)
"""Services on whose resources nobody can put a policy that lets principals in (roles to be assumed apart)."""


@dataclass(frozen=True)
class ResourceSide:
    """What the resource's account says. `account_id` is None where there is no resource to own (`*`).

    `is_missing`: it was looked for in its account, and is not there. `kms_key` is what the resource, or new
    objects of a bucket, are encrypted with, an ARN; `aws/s3` for the account's own key of S3 (`aws/sns` …), None for no
    key. `notes` are for people.
    """

    account_id: str | Unknown | None = None
    policy: ResourcePolicy | None = None
    is_missing: bool = False
    s3_access: S3Access | Unknown | None = None
    kms_key: str | Unknown | None = None
    unread: tuple[str, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())
    tags: Mapping[str, str] | Unknown = UNKNOWN


def can_read(arn: Arn) -> bool:
    """Say whether the policy of such a resource can be read."""
    return rules_of_arn(arn) is not None


def read_resource(account: Account, arn: Arn) -> ResourceSide:
    """Return the side of a resource that `can_read` knows, read by its own account."""
    kind = KEY_POLICY if arn.service == "kms" else OTHER_RESOURCE
    unread: list[str] = []
    label = f"policy of {arn.service} {arn.resource.rpartition(':')[2]}"
    carrier = policy_of(account, arn)
    try:
        document = carrier.read()
        if kind == KEY_POLICY:
            document = _with_key_grants(account, carrier, document, unread)
    except AwsError as error:
        if is_code(error, *carrier.missing):
            return ResourceSide(arn.account_id, ResourcePolicy(kind, None), is_missing=True)
        return ResourceSide(arn.account_id, ResourcePolicy(kind, UNKNOWN), unread=(said(label, error),))
    except PolicyError as error:
        return ResourceSide(arn.account_id, ResourcePolicy(kind, UNKNOWN), unread=(f"{label}: {error}",))
    policy: Policy | None = compiled(document, label, unread) if document else None
    key = _encrypted_with(account, arn, carrier, unread)
    return ResourceSide(arn.account_id, ResourcePolicy(kind, policy), kms_key=key, unread=tuple(unread))


def _encrypted_with(account: Account, arn: Arn, carrier: ResourceAdapter, unread: list[str]) -> str | Unknown | None:
    """Return the key that encrypts a resource as `ResourceSide` has it, as far as reading the policy has shown it."""
    label = f"the KMS key of {carrier.resource_label}"
    try:
        key = carrier.read_key()
        if key is None or key.is_aws_managed:
            return key.of_service if key else None
        label = f"KMS key {key.name}"
        return key_arn(account, key.name, arn.region)
    except AwsError as error:
        unread.append(said(label, error))
        return UNKNOWN


def _with_key_grants(account: Account, carrier: ResourceAdapter, document: dict | None, unread: list[str]) -> dict:
    """Return a key's policy with the KMS grants on the key, which allow what a statement could."""
    grants = KeyGrants(account, carrier.rules, carrier.arn, {})
    try:
        return {**(document or new_document([])), "Statement": [*statements(document), *grants.everybodys()]}
    except AwsError as error:
        unread.append(said(grants.label, error))
        return document


def key_arn(account: Account, key: str, region: str) -> str:
    """Return the ARN of a key as a resource in `region` names it: by ARN, ID or alias. Raises `AwsError`."""
    if key.startswith("arn:"):
        arn = _arn_of_key(key, ("key/", "alias/"))
        if arn.resource.startswith("key/"):
            return key
        region = arn.region
    with aws_call(account, f"KMS key {key}"):
        found = account.client("kms", region or None).describe_key(KeyId=key)["KeyMetadata"]["Arn"]
    _arn_of_key(found, ("key/",))
    return found


def _arn_of_key(text: str, kinds: tuple[str, ...]) -> Arn:
    """Return what a server gave as a key's ARN. Raises `AwsError` where it is none."""
    try:
        arn = parse_arn(text)
    except PolicyError:
        arn = None
    is_key = arn is not None and arn.service == "kms" and arn.resource.startswith(kinds)
    if not is_key or (arn.resource.startswith("key/") and rules_of_arn(arn) is None):
        raise AwsError(f"{text} is not the ARN of a KMS key", code="InvalidAnswer")
    return arn
