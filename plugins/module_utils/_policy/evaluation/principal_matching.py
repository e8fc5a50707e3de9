# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Principal and NotPrincipal elements against who asks.

A Principal element grants at one of three levels, and the level decides what else is needed (IAM User Guide, "Policy
evaluation logic", "Resource-based policies"): :data:`DIRECT` to the very principal of the request (a user, a session, a
service, everyone), :data:`BEHIND` to the role behind a session or the user behind a federated user, whose boundary and
session policies still limit it, and :data:`ACCOUNT` to an account, which delegates to its own IAM policies.

An answer is a pair: the level that is certain, and the highest that is possible when what is not known turns out well.
"""

from __future__ import annotations

from ..language.context import UNKNOWN
from ..language.documents import ascii_lower
from ..language.principals import is_account_id, is_unique_id, principal_pairs, root_of
from .request_principals import (
    ANONYMOUS,
    FEDERATED_USER,
    ROLE,
    ROOT,
    SAML,
    SERVICE,
    SESSION,
    USER,
    WEB_IDENTITY,
    RequestPrincipal,
    role_key,
    session_key,
)

NONE = 0
ACCOUNT = 1
BEHIND = 2
DIRECT = 3

_NOBODY = (NONE, NONE)
_EVERYONE = (DIRECT, DIRECT)
_PERHAPS = (NONE, DIRECT)


def names_of(principal: RequestPrincipal) -> tuple:
    """Return every name by which a Principal element may mean who asks (`PrincipalElement.names`)."""
    return (principal.account_id, principal.arn, principal.parent_arn, principal.role_key)


class PrincipalElement:
    """The Principal or NotPrincipal element of one statement, sorted by what it names."""

    __slots__ = (
        "_accounts",
        "_anyone",
        "_arns",
        "_canonical",
        "_federated",
        "_ids",
        "_role_keys",
        "_services",
        "_session_keys",
        "denies",
        "excludes",
    )

    def __init__(self, pairs: list[tuple[str, str]], *, excludes: bool, denies: bool) -> None:
        self.excludes = excludes
        self.denies = denies
        aws = [text for kind, text in pairs if kind == "AWS"]
        roots = [root_of(text) for text in aws]
        self._anyone = "*" in aws
        self._accounts = frozenset(root[1] for root in roots if root) | frozenset(filter(is_account_id, aws))
        self._ids = frozenset(filter(is_unique_id, aws))
        self._arns = frozenset(text for text in aws if text.startswith("arn:"))
        self._role_keys = frozenset(filter(None, map(role_key, self._arns)))
        self._session_keys = frozenset(filter(None, map(session_key, self._arns)))
        self._services = frozenset(ascii_lower(text) for kind, text in pairs if kind == "Service")
        self._federated = frozenset(text for kind, text in pairs if kind == "Federated")
        self._canonical = frozenset(text for kind, text in pairs if kind == "CanonicalUser")

    @classmethod
    def of(cls, statement: dict) -> PrincipalElement | None:
        """Return the statement's element, ``None`` if it has none (an empty Principal names nobody, R15)."""
        denies = statement.get("Effect") == "Deny"
        pairs = principal_pairs(statement.get("Principal"), "Principal")
        if pairs:
            return cls(pairs, excludes=False, denies=denies)
        if "NotPrincipal" in statement:
            return cls(principal_pairs(statement["NotPrincipal"], "NotPrincipal"), excludes=True, denies=denies)
        return None

    @property
    def is_open(self) -> bool:
        """Whether it names everyone, or everyone but a few."""
        return self._anyone or self.excludes

    @property
    def names(self) -> frozenset | None:
        """What it names, as `names_of` has it of who asks; None where who is not named may be meant as well."""
        if self.is_open or self._canonical or self._ids or "*" in self._services or "*" in self._federated:
            return None
        named = (self._accounts, self._arns, self._role_keys, self._session_keys, self._services, self._federated)
        return frozenset().union(*named)

    def level(self, principal: RequestPrincipal, boundary: bool | None) -> tuple[int, int]:
        """Return the (certain, possible) level at which the statement speaks of ``principal``.

        ``boundary`` says whether the principal has a permissions boundary (``None``: not known), which counts for
        NotPrincipal with Deny.
        """
        if not self.excludes:
            return self._named(principal)
        if self.denies:
            return self._excepted_from_deny(principal, boundary)
        # "You must use it with Deny" (IAM User Guide, "NotPrincipal"): what becomes of an Allow is not said.
        certain, _possible = self._named(principal)
        return _NOBODY if certain else _PERHAPS

    def _named(self, principal: RequestPrincipal) -> tuple[int, int]:
        kind = principal.kind
        if kind == SERVICE:
            if principal.arn in self._services or self._anyone:
                return _EVERYONE
            return _PERHAPS if "*" in self._services else _NOBODY
        if kind in (WEB_IDENTITY, SAML):
            if principal.arn in self._federated:
                return _EVERYONE
            return _PERHAPS if self._anyone or "*" in self._federated else _NOBODY
        if self._anyone:
            return _EVERYONE
        if kind == ANONYMOUS:
            return _NOBODY
        return self._iam_named(principal, kind)

    def _iam_named(self, principal: RequestPrincipal, kind: str) -> tuple[int, int]:
        certain = possible = NONE
        if principal.account_id in self._accounts:
            certain = possible = DIRECT if kind == ROOT else ACCOUNT
        if self._canonical:
            if principal.canonical_id is UNKNOWN or principal.canonical_id is None:
                possible = max(possible, ACCOUNT)
            elif principal.canonical_id in self._canonical:
                certain = possible = max(certain, ACCOUNT)
        if not self._arns and not self._ids:
            return certain, possible
        if kind != ROLE and principal.arn in self._arns:
            return _EVERYONE
        if kind in (SESSION, ROLE):
            key = principal.role_key
            if key in self._role_keys:
                certain, possible = max(certain, BEHIND), max(possible, BEHIND)
            if kind == ROLE and key in self._session_keys:
                possible = DIRECT
        elif kind == FEDERATED_USER and principal.parent_arn in self._arns:
            certain, possible = max(certain, BEHIND), max(possible, BEHIND)
        if self._ids:
            named_certain, named_possible = self._id_named(principal, kind)
            certain, possible = max(certain, named_certain), max(possible, named_possible)
        return certain, possible

    def _id_named(self, principal: RequestPrincipal, kind: str) -> tuple[int, int]:
        """A unique id names the one role or user that carries it (R10)."""
        unique_id = principal.unique_id
        if unique_id is None or kind == ROOT:
            return _NOBODY
        if unique_id is UNKNOWN:
            return _PERHAPS
        if kind == USER:
            return _EVERYONE if unique_id in self._ids else _NOBODY
        if kind == SESSION and f"{unique_id}:{principal.name}" in self._ids:
            return _EVERYONE
        certain = BEHIND if unique_id in self._ids else NONE
        if kind == ROLE and any(text.startswith(f"{unique_id}:") for text in self._ids):
            return certain, DIRECT
        return certain, certain

    def _excepted_from_deny(self, principal: RequestPrincipal, boundary: bool | None) -> tuple[int, int]:
        """NotPrincipal with Deny: certain only where nothing, or all, of who asks is named.

        AWS wants the account's ARN, the role's and the session's all named ("AWS JSON policy elements: NotPrincipal"):
        without one of them the principal "might" be denied, which depends on the service. A principal with a
        permissions boundary is denied whomever the element names ("Permissions boundaries for IAM entities").
        """
        named = self._chain(principal)
        if all(part is True for part in named) and named:
            result = _NOBODY
        elif not any(part is not False for part in named):
            result = _EVERYONE
        else:
            result = _PERHAPS
        if principal.kind in (USER, ROLE, SESSION) and boundary is not False:
            return _EVERYONE if boundary else (result[0], DIRECT)
        return result

    def _chain(self, principal: RequestPrincipal) -> list[bool | None]:
        kind = principal.kind
        if kind in (ANONYMOUS, SERVICE, WEB_IDENTITY, SAML):
            certain, possible = self._named(principal)
            named = True if certain else None if possible else False
            return [] if kind == ANONYMOUS and not named else [named]
        if self._anyone:
            return [True]
        chain: list[bool | None] = [principal.account_id in self._accounts]
        if kind == ROOT:
            return chain
        level, possible = self._iam_named(principal, kind)
        itself = level == DIRECT or (None if possible == DIRECT else False)
        if kind in (USER, FEDERATED_USER):
            return [*chain, itself]
        role: bool | None = principal.role_key in self._role_keys or principal.unique_id in self._ids
        if principal.unique_id is UNKNOWN and self._ids:
            role = role or None
        return [*chain, role, itself]
