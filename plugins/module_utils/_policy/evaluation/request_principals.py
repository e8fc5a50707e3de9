# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who makes a request: a user, a role or a session of one, a service, the root user, nobody in particular."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ..language.context import Unknown
from ..language.documents import PolicyError, ascii_lower
from ..language.principals import parse_arn, parse_principal

USER = "user"
ROLE = "role"
SESSION = "session"
FEDERATED_USER = "federated_user"
WEB_IDENTITY = "web_identity"
SAML = "saml"
SERVICE = "service"
ROOT = "root"
ANONYMOUS = "anonymous"

IAM_KINDS = frozenset({USER, ROLE, SESSION, FEDERATED_USER, ROOT})
"""Kinds of principals that belong to an account and sign with its credentials."""


@dataclass(frozen=True)
class RequestPrincipal:
    """Who asks. Make one with :func:`request_principal`.

    ``arn`` is what the request is signed as: a user's, a role's (any session of it), a session's, a federated user's or
    the root user's ARN; for ``web_identity`` and ``saml`` the provider (an ARN, or the host name of a provider that IAM
    knows by itself), for ``service`` its name, ``""`` for ``anonymous``.

    ``parent_arn`` is the role behind a session (with its path, which a session's ARN does not have) or the user behind
    a federated user. ``unique_id`` is the AROA… or AIDA… of the role or user; ``None`` says that a unique id in a
    policy is not this principal's. Whether an ARN in a stored policy means this principal or a deleted one of the
    same name is for the caller to find out: AWS shows the latter as a unique id (R10).
    """

    kind: str
    arn: str
    account_id: str | None = None
    parent_arn: str | None = None
    unique_id: str | Unknown | None = None
    canonical_id: str | Unknown | None = None
    tags: Mapping[str, str] | Unknown = field(default_factory=dict)

    @cached_property
    def role_key(self) -> tuple[str, str] | None:
        """(account ID, lower-case role name): role names are unique without case and path (R17)."""
        return role_key(self.arn) if self.kind == ROLE else session_key(self.arn) if self.kind == SESSION else None

    @cached_property
    def name(self) -> str:
        """The user's name, or the session's; ``""`` for kinds without one."""
        return self.arn.rpartition("/")[2] if self.kind in (USER, SESSION, FEDERATED_USER) else ""

    @cached_property
    def role_arn(self) -> str | None:
        """The ARN of the role that acts, if it is known."""
        return self.arn if self.kind == ROLE else self.parent_arn if self.kind == SESSION else None

    @cached_property
    def is_service_linked(self) -> bool:
        """Whether a service-linked role acts: neither SCPs nor RCPs apply to those."""
        return ":role/aws-service-role/" in (self.role_arn or "")


def request_principal(
    text: str,
    *,
    parent_arn: str | None = None,
    unique_id: str | Unknown | None = None,
    canonical_id: str | Unknown | None = None,
    tags: Mapping[str, str] | Unknown | None = None,
) -> RequestPrincipal:
    """Return who asks, from the spellings that :func:`parse_principal` takes.

    An account (its ID or root ARN) is its root user here, ``*`` an anonymous caller. ``tags`` are those behind
    ``aws:PrincipalTag``, session tags included; ``unique_id`` may be the ``UserId`` of GetCallerIdentity. Raises
    :class:`PolicyError` for what cannot make a request.
    """
    given = parse_principal(text)
    if given.kind in ("canonical", "unique_id"):
        raise PolicyError(f"{text!r} says who, but not what: give the ARN of the user, role or session")
    kind, arn, account_id = given.kind, given.value, given.account_id
    if kind == "iam":
        kind = _IAM_RESOURCES[parse_arn(arn).resource.partition("/")[0]]
    elif kind == "account":
        kind, arn = ROOT, arn if arn.startswith("arn:") else f"arn:aws:iam::{arn}:root"
    elif kind == "anyone":
        kind, arn = ANONYMOUS, ""
    elif kind == "service":
        arn = ascii_lower(arn)
    if kind in (ANONYMOUS, SERVICE, "oidc", SAML):
        account_id = None
    kind = WEB_IDENTITY if kind == "oidc" else kind
    if isinstance(unique_id, str):
        unique_id = unique_id.partition(":")[0]
    return RequestPrincipal(kind, arn, account_id, parent_arn, unique_id, canonical_id, {} if tags is None else tags)


_IAM_RESOURCES = {"user": USER, "role": ROLE, "assumed-role": SESSION, "federated-user": FEDERATED_USER}


def role_key(arn: str) -> tuple[str, str] | None:
    """Return (account ID, lower-case name) of a role's ARN, ``None`` for any other text."""
    parts = arn.split(":", 5)
    if len(parts) == 6 and parts[2] == "iam" and parts[5].startswith("role/"):
        return (parts[4], ascii_lower(parts[5].rpartition("/")[2]))
    return None


def session_key(arn: str) -> tuple[str, str] | None:
    """Return (account ID, lower-case role name) of a session's ARN, ``None`` for any other text."""
    parts = arn.split(":", 5)
    pieces = parts[5].split("/") if len(parts) == 6 and parts[2] == "sts" else []
    return (parts[4], ascii_lower(pieces[1])) if len(pieces) == 3 and pieces[0] == "assumed-role" else None
