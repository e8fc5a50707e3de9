# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a request brings unless the user says otherwise, and what a service asks KMS for in the caller's name.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone

from ..._policy.evaluation.requests import Request
from ..._policy.kms.required_access import S3_CALLS
from ..._policy.language.documents import ascii_lower
from ..._policy.language.principals import parse_arn
from ..._resources.resource_side import ResourceSide
from ..._services.rules_registry import EVERY, rules_of_arn
from ..._services.s3_bucket.rules import RULES as BUCKET

S3_KEY_ACTIONS = {ascii_lower(action): taken for action, taken in S3_CALLS.items()}
"""What S3 asks KMS for in the caller's name, where an object is encrypted with a key."""

AWS_KEYS = "aws/"
"""What the names of the keys begin with that AWS keeps for an account, one for each service."""

ENCRYPTION_CONTEXTS = tuple(
    f"kms:EncryptionContext:{rules.encryption_context}" for rules in EVERY if rules.encryption_context
)
"""What services say to KMS besides."""


def key_actions(request: Request, side: ResourceSide) -> tuple[str, ...]:
    """Return what a service asks KMS for in the caller's name; nothing where there is no key."""
    if side.kms_key is None or not isinstance(side.account_id, str):
        return ()
    action = ascii_lower(request.action)
    if action in S3_KEY_ACTIONS:
        return S3_KEY_ACTIONS[action]
    rules = rules_of_arn(parse_arn(request.resource))
    taken = rules.key_actions if rules else {}
    return next((keys for name, keys in taken.items() if ascii_lower(name) == action), ())


def is_own_only(action: str, resource: str) -> bool:
    """Whether the resource's service lets no other account than its own do the action."""
    if resource == "*":
        return False
    arn = parse_arn(resource)
    rules = BUCKET if arn.service == "s3" and not arn.account_id else rules_of_arn(arn)
    return rules is not None and rules.is_own_only(ascii_lower(action))


def context_of_a_call(action: str, resource: str) -> dict:
    """Return what a request brings unless the user says otherwise: it is made now, over TLS, where the resource is."""
    now = {"aws:CurrentTime": datetime.now(timezone.utc), "aws:SecureTransport": "true"}
    if resource == "*":
        return now
    arn = parse_arn(resource)
    rules = rules_of_arn(arn)
    usual = rules.usual_context(ascii_lower(action), arn) if rules else {}
    return {**now, **usual, **({"aws:RequestedRegion": arn.region} if arn.region else {})}


def encryption_context(context: Mapping) -> dict:
    """Return what the user says of the encryption context: it wins over what is usual."""
    return {key: value for key, value in context.items() if ascii_lower(key).startswith("kms:encryptioncontext")}


def merged_context(context: Mapping, more: Mapping) -> dict:
    """Return a context with some keys set anew; the case of a key does not count."""
    changed = {ascii_lower(key) for key in more}
    return {**{key: value for key, value in context.items() if ascii_lower(key) not in changed}, **more}
