# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One grant on a bucket, checked and written as statements of the bucket's policy: one on its objects, one on itself.

S3 asks for `s3:GetObject` on an object's ARN and for `s3:ListBucket` on the bucket's, and only listing has the key
`s3:prefix`. So a grant is up to two statements.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..._policy.language.documents import ascii_lower
from ..._policy.s3.actions import (
    ACCESS,
    LISTING_KEYS,
    NARROWED_BY_PREFIX,
    NOT_AN_ACTION,
    Access,
    is_narrowed_by_prefix,
    on_bucket,
    on_objects,
)
from ..._policy.statements.condition_options import (
    ConditionOptions,
    Piece,
    as_list,
    latest_time,
    merged_pieces,
    organization_ids,
    source_ranges,
)
from ..._policy.statements.grant_entry import GrantEntry, errors_of, scalar_or_list, tls, vpc_endpoints
from .rules import RULES

BUCKET_GRANT_OPTIONS: dict[str, dict] = {
    "name": {"type": "str", "required": True},
    "effect": {"type": "str", "choices": ["Allow", "Deny"], "default": "Allow"},
    "principals": {"type": "list", "elements": "raw"},
    "access": {"type": "str", "choices": list(ACCESS)},
    "actions": {"type": "list", "elements": "str"},
    "prefixes": {"type": "list", "elements": "str"},
    "organizations": {"type": "list", "elements": "str"},
    "source_ips": {"type": "list", "elements": "str"},
    "source_vpces": {"type": "list", "elements": "str"},
    "require_tls": {"type": "bool"},
    "not_after": {"type": "raw"},
    "conditions": {"type": "dict"},
}
"""The options of one entry by name, each with its piece of an argument spec.

``raw`` where Ansible's conversion would hide a mistake, see `TRUSTED_GRANT_OPTIONS`.
"""

_NEVER_IN_A_BUCKET_POLICY = {
    "canonical": "S3 stores a canonical user ID as the ARN of what it stands for; name the account ID, or for a "
    "CloudFront origin access identity arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ID",
    "oidc": "S3 knows no federated users; name the role that they assume",
    "saml": "S3 knows no federated users; name the role that they assume",
    "unique_id": "a unique id stands for a principal that was deleted or cannot be seen; name its ARN",
}
_ACTION = re.compile(r"\*|s3:[A-Za-z0-9*?]+", re.IGNORECASE)
_OTHER_SERVICE = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+")


def bucket_statements(grant: Mapping, bucket: str, partition: str = "aws") -> list[dict]:
    """Return the statements of one entry, that on objects first; raise :class:`PolicyError` with all that is wrong.

    ``partition`` is where the bucket and a bare account ID are.
    """
    reading = _Reading(grant)
    reading.raise_errors()
    return reading.statements(bucket, partition)


def check_bucket_grants(grants: list[Mapping], allow_public: bool = False) -> list[str]:
    """Return everything that is wrong with a list of entries, each error with the name of its entry in front."""
    return errors_of(_Reading(grant, allow_public) for grant in grants)


def granted_actions(grant: Mapping) -> Access:
    """Return the actions of an entry's ``access`` or ``actions``, ordered by what S3 asks them on.

    With ``prefixes`` only those are left on the bucket that can be narrowed to some keys.
    """
    if grant.get("access"):
        actions = ACCESS[grant["access"]]
    else:
        given = list(dict.fromkeys(as_list(grant.get("actions") or [])))
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


class _Reading(GrantEntry):
    """One entry being read."""

    def __init__(self, grant: Mapping, allow_public: bool = True) -> None:
        super().__init__(grant)
        self.check_options(BUCKET_GRANT_OPTIONS)
        self.prefixes = self._prefixes()
        self.actions = self._actions()
        self.read_principals(_NEVER_IN_A_BUCKET_POLICY)
        self.pieces = self.read_conditions(_CONDITION_OPTIONS)
        self.errors.extend(merged_pieces([*self.pieces, *self._listing()])[1])
        self.check_conditions()
        self._check_listing_keys()
        if not allow_public and not self.errors:
            self.check_public(self.statements("bucket", "aws"), "bucket")

    def statements(self, bucket: str, partition: str) -> list[dict]:
        objects, whole = RULES.sids(self.name)
        found = []
        if self.actions.objects:
            resources = object_arns(bucket, self.prefixes, partition)
            found.append(self.statement(objects, self.actions.objects, resources, self.pieces, partition))
        if self.actions.bucket:
            resources = [bucket_arn(bucket, partition)]
            pieces = [*self.pieces, *self._listing()]
            found.append(self.statement(whole, self.actions.bucket, resources, pieces, partition))
        return found

    def _listing(self) -> list[Piece]:
        """What narrows the statement on the bucket to the prefixes."""
        if not self.prefixes or not self.actions.bucket:
            return []
        return [("StringLike", "s3:prefix", scalar_or_list(key_patterns(self.prefixes)), "prefixes")]

    def _prefixes(self) -> list[str]:
        given = as_list(self.grant.get("prefixes", []))
        if not given and "prefixes" in self.grant:
            self.errors.append("prefixes: an empty list is no part of the bucket; leave the option out to mean all")
        for prefix in given:
            if not isinstance(prefix, str) or not prefix.rstrip("*"):
                self.errors.append(f"prefixes: {prefix!r} is the whole bucket; leave the option out to mean that")
            elif prefix.startswith(("/", "s3://", "arn:")):
                self.errors.append(
                    f"prefixes: {prefix!r} begins no key: write what keys begin with, such as exports/, without the "
                    "bucket and without a slash in front"
                )
        return [prefix for prefix in given if isinstance(prefix, str)]

    def _actions(self) -> Access:
        if ("access" in self.grant) == ("actions" in self.grant):
            self.errors.append("give either access or actions")
            return Access()
        if "access" in self.grant:
            if self.grant["access"] not in ACCESS:
                self.errors.append(f"access: one of {', '.join(ACCESS)}, not {self.grant['access']!r}")
                return Access()
            return granted_actions(self.grant)
        given = as_list(self.grant["actions"])
        if not given:
            self.errors.append("actions is empty")
        right = [action for action in given if self._is_action(action)]
        actions = granted_actions({**self.grant, "actions": right})
        for action in right:
            if action not in (*actions.objects, *actions.bucket):
                self.errors.append(
                    f"prefixes: {action} is asked on the whole bucket, which only {' and '.join(NARROWED_BY_PREFIX)} "
                    "let a prefix narrow; give it an entry of its own without prefixes"
                )
        return actions

    def _is_action(self, action: object) -> bool:
        if not isinstance(action, str) or not _ACTION.fullmatch(action):
            other = isinstance(action, str) and _OTHER_SERVICE.fullmatch(action)
            reason = "not one of S3, and a bucket's policy takes no other" if other else "not an action"
            self.errors.append(f"actions: {action!r} is {reason}; write s3:GetObject or s3:Get*, for instance")
        elif ascii_lower(action) in NOT_AN_ACTION:
            right = NOT_AN_ACTION[ascii_lower(action)]
            self.errors.append(f"actions: {action} is a call whose permission is {right}")
        else:
            return True
        return False

    def _check_listing_keys(self) -> None:
        for _operator, key, _values, option in self.pieces:
            if ascii_lower(key) in LISTING_KEYS and self.actions.objects:
                self.errors.append(
                    f"{option}: {key} is known when a bucket is listed and at no other time, so no object would "
                    "match; write prefixes, or an entry of its own with access: list"
                )


_CONDITION_OPTIONS: ConditionOptions = {
    "organizations": ("StringEquals", "aws:PrincipalOrgID", organization_ids),
    "source_ips": ("IpAddress", "aws:SourceIp", source_ranges),
    "source_vpces": ("StringEquals", "aws:SourceVpce", vpc_endpoints),
    "require_tls": ("Bool", "aws:SecureTransport", tls),
    "not_after": ("DateLessThan", "aws:CurrentTime", latest_time),
}
