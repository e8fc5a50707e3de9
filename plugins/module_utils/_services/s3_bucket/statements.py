# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is particular to grants on a bucket: prefixes, and the two statements, on objects and on the bucket.

S3 asks for `s3:GetObject` on an object's ARN and for `s3:ListBucket` on the bucket's, and only listing has the key
`s3:prefix`. So a grant is up to two statements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..._policy.language.documents import ascii_lower
from ..._policy.s3.actions import (
    ACCESS,
    LISTING_KEYS,
    NARROWED_BY_PREFIX,
    Access,
    is_narrowed_by_prefix,
    on_bucket,
    on_objects,
)
from ..._policy.statements.condition_options import Piece, as_list
from ..._policy.statements.grant_entry import scalar_or_list

_PREFIX = ("StringLike", "s3:prefix")


def granted_actions(grant: Mapping) -> Access:
    """Return the actions of an entry's ``access`` or ``actions``, ordered by what S3 asks them on.

    With ``prefixes`` only those are left on the bucket that can be narrowed to some keys.
    """
    if grant.get("access"):
        actions = ACCESS.get(grant["access"], Access())
    else:
        given = list(dict.fromkeys(filter(_is_text, as_list(grant.get("actions") or []))))
        actions = Access(tuple(filter(on_objects, given)), tuple(filter(on_bucket, given)))
    if grant.get("prefixes"):
        return Access(actions.objects, tuple(filter(is_narrowed_by_prefix, actions.bucket)))
    return actions


def bucket_arn(bucket: str, partition: str = "aws") -> str:
    """Return the bucket's ARN."""
    return f"arn:{partition}:s3:::{bucket}"


def object_arns(bucket: str, prefixes: list[str] | None, partition: str = "aws") -> list[str]:
    """Return patterns of the ARNs of all objects whose keys begin with one of the prefixes; without any, of all."""
    return [f"{bucket_arn(bucket, partition)}/{pattern}" for pattern in key_patterns(prefixes) or ["*"]]


def key_patterns(prefixes: list[str] | None) -> list[str]:
    """Return ``exports/*`` for ``exports/`` (and for ``exports/*``): the pattern of keys, and of prefixes to list."""
    return list(dict.fromkeys(f"{prefix.rstrip('*')}*" for prefix in prefixes or ()))


def two_statements(grant: Mapping, statement: dict, sid_on_bucket: str) -> list[dict]:
    """Return the statements of one entry, that on objects first, given one with all of it on the bucket."""
    _arn, partition, *_rest, bucket = statement["Resource"].split(":")
    actions = granted_actions(grant)
    found = []
    if actions.objects:
        resources = scalar_or_list(object_arns(bucket, as_list(grant.get("prefixes") or []), partition))
        found.append({**_without_prefixes(statement), "Action": scalar_or_list(actions.objects), "Resource": resources})
    if actions.bucket:
        found.append({**statement, "Sid": sid_on_bucket, "Action": scalar_or_list(actions.bucket)})
    return found


def listing_pieces(grant: Mapping) -> Iterator[Piece]:
    """Yield what narrows the statement on the bucket to the prefixes."""
    prefixes = [prefix for prefix in as_list(grant.get("prefixes") or []) if _is_text(prefix)]
    if prefixes and granted_actions(grant).bucket:
        yield (*_PREFIX, scalar_or_list(key_patterns(prefixes)), "prefixes")


def check_prefixes(grant: Mapping, given_actions: list[str]) -> Iterator[str]:
    """Yield what is wrong with the prefixes of an entry, and with what they narrow of the actions that are right."""
    given = as_list(grant.get("prefixes", []))
    if not given and "prefixes" in grant:
        yield "prefixes: an empty list is no part of the bucket; leave the option out to mean all"
    for prefix in given:
        if not isinstance(prefix, str) or not prefix.rstrip("*"):
            yield f"prefixes: {prefix!r} is the whole bucket; leave the option out to mean that"
        elif prefix.startswith(("/", "s3://", "arn:")):
            yield (
                f"prefixes: {prefix!r} begins no key: write what keys begin with, such as exports/, without the bucket "
                "and without a slash in front"
            )
    actions = granted_actions(grant)
    for action in given_actions if given else ():
        if action not in (*actions.objects, *actions.bucket):
            yield (
                f"prefixes: {action} is asked on the whole bucket, which only {' and '.join(NARROWED_BY_PREFIX)} let a "
                "prefix narrow; give it an entry of its own without prefixes"
            )
    conditions = grant.get("conditions")
    blocks = conditions.values() if isinstance(conditions, dict) and actions.objects else ()
    for key in [key for block in blocks if isinstance(block, dict) for key in block]:
        if _is_text(key) and ascii_lower(key) in LISTING_KEYS:
            yield (
                f"conditions: {key} is known when a bucket is listed and at no other time, so no object would match; "
                "write prefixes, or an entry of its own with access: list"
            )


def _without_prefixes(statement: dict) -> dict:
    """Return a statement without the condition on prefixes, which no other action than listing has."""
    operator, key = _PREFIX
    condition = dict(statement.get("Condition", {}))
    keys = {name: value for name, value in condition.pop(operator, {}).items() if name != key}
    condition = {**condition, **({operator: keys} if keys else {})}
    bare = {name: value for name, value in statement.items() if name != "Condition"}
    return {**bare, "Condition": condition} if condition else bare


def _is_text(value: object) -> bool:
    return isinstance(value, str)
