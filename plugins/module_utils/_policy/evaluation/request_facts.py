# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one evaluation looks at, made once from the request: names split, and the keys that follow from who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..language.context import NOT_DERIVED, UNKNOWN, ContextView, Derived, Unknown, Values
from ..language.documents import ascii_lower
from ..language.matching import arn_parts
from ..reference.actions import can_carry
from .compiled_policies import CompiledStatement
from .request_principals import (
    ANONYMOUS,
    FEDERATED_USER,
    IAM_KINDS,
    ROLE,
    ROOT,
    SAML,
    SERVICE,
    SESSION,
    USER,
    WEB_IDENTITY,
)
from .requests import Request


class RequestFacts:
    """A request, ready to be held against statements."""

    __slots__ = ("action", "boundary", "context", "principal", "request", "resource", "resource_parts")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.principal = request.principal
        self.action = ascii_lower(request.action)
        self.resource = request.resource
        self.resource_parts = arn_parts(request.resource)
        self.boundary: bool | None = (
            None if request.permissions_boundary is UNKNOWN else request.permissions_boundary is not None
        )
        self.context = ContextView(request.context, self._derive)

    @property
    def service(self) -> str:
        """The action's service prefix."""
        return self.action.partition(":")[0]

    def matches(self, statement: CompiledStatement) -> bool | None:
        """Whether action, resource and conditions of a statement match, its principal aside."""
        if not statement.action_matches(self.action):
            return False
        resource = statement.resource_matches(self.resource, self.resource_parts, self.context)
        if resource is False:
            return False
        conditions = statement.conditions_hold(self.context)
        return None if conditions and resource is None else conditions

    def _derive(self, key: str) -> Derived:
        derive = _DERIVED.get(key)
        if derive is not None:
            return derive(self)
        prefix, slash, name = key.partition("/")
        if slash and prefix == "aws:principaltag":
            return _tag(self.principal.tags, name)
        if self._is_claim(key):
            return UNKNOWN
        if not can_carry(self.action, self.resource, key):
            return NOT_DERIVED
        if slash and prefix in _RESOURCE_TAGS:
            return _tag(self.request.resource_tags, name)
        derive = _DERIVED_WHERE_CARRIED.get(key)
        return UNKNOWN if derive is None else derive(self)

    def _is_claim(self, key: str) -> bool:
        """Whether a key is what the token or assertion of a federated principal says."""
        principal = self.principal
        if principal.kind == SAML:
            return key.startswith("saml:")
        host = ascii_lower(principal.arn.partition(":oidc-provider/")[2] or principal.arn)
        return principal.kind == WEB_IDENTITY and key.startswith(f"{host}:")


def _tag(tags: Mapping[str, str] | Unknown, name: str) -> Derived:
    if tags is UNKNOWN:
        return UNKNOWN
    return next(((value,) for tag, value in tags.items() if ascii_lower(tag) == name), NOT_DERIVED)


def _principal_arn(facts: RequestFacts) -> Values:
    """The role's ARN for a session: with its path, which only the role knows."""
    principal = facts.principal
    if principal.kind == SESSION:
        return UNKNOWN if principal.parent_arn is None else (principal.parent_arn,)
    return (principal.arn,) if principal.kind in IAM_KINDS else None


def _principal_account(facts: RequestFacts) -> Values:
    return None if facts.principal.account_id is None else (facts.principal.account_id,)


def _principal_type(facts: RequestFacts) -> Values:
    name = _TYPES.get(facts.principal.kind)
    return None if name is None else (name,)


def _user_id(facts: RequestFacts) -> Values:
    """(IAM User Guide, "Policy variables", "Principal key values".)"""
    principal = facts.principal
    if principal.kind == ROOT:
        return (str(principal.account_id),)
    if principal.kind == FEDERATED_USER:
        return (f"{principal.account_id}:{principal.name}",)
    if principal.kind == ANONYMOUS:
        return ("anonymous",)
    if principal.kind not in IAM_KINDS:
        return None
    if principal.kind == ROLE or principal.unique_id is None or principal.unique_id is UNKNOWN:
        return UNKNOWN
    return (f"{principal.unique_id}:{principal.name}",) if principal.kind == SESSION else (str(principal.unique_id),)


def _organization(facts: RequestFacts) -> Derived:
    """Only principals of an account have one; which one, AWS knows and the caller may say."""
    return NOT_DERIVED if facts.principal.kind in IAM_KINDS else None


def _token_issue_time(facts: RequestFacts) -> Derived:
    """Temporary credentials have one; a user's may be temporary, which the caller has to say."""
    return UNKNOWN if facts.principal.kind in (ROLE, SESSION, FEDERATED_USER) else NOT_DERIVED


def _via_service(_facts: RequestFacts) -> Values:
    """Requests are judged as the principal's own, not as forwarded by a service."""
    return ("false",)


def _user_name(facts: RequestFacts) -> Values:
    return (facts.principal.name,) if facts.principal.kind == USER else None


def _is_service(facts: RequestFacts) -> Values:
    return ("true",) if facts.principal.kind == SERVICE else ("false",)


def _service_name(facts: RequestFacts) -> Values:
    return (facts.principal.arn,) if facts.principal.kind == SERVICE else None


def _service_names(facts: RequestFacts) -> Values:
    """All names of the service: AWS knows them."""
    return UNKNOWN if facts.principal.kind == SERVICE else None


def _resource_account(facts: RequestFacts) -> Values:
    owner = facts.request.resource_account
    if owner is None:
        return _principal_account(facts)
    return UNKNOWN if owner is UNKNOWN else (str(owner),)


def _caller_account(facts: RequestFacts) -> Values:
    """The account that calls KMS: for a service, that of whoever it acts for."""
    return UNKNOWN if facts.principal.kind == SERVICE else _principal_account(facts)


def _secret_id(facts: RequestFacts) -> Values:
    """What the request calls the secret: of another account, its ARN; of its own, its name or its ARN."""
    owner = facts.request.resource_account
    is_elsewhere = isinstance(owner, str) and owner != facts.principal.account_id
    return (facts.resource,) if is_elsewhere else UNKNOWN


def _source_identity(facts: RequestFacts) -> Values:
    """A session keeps the one that it was made with (STS API Reference, AssumeRole)."""
    return UNKNOWN if facts.principal.kind in (ROLE, SESSION) else None


_RESOURCE_TAGS = frozenset({"aws:resourcetag", "iam:resourcetag"})

_TYPES = {
    ROOT: "Account",
    USER: "User",
    FEDERATED_USER: "FederatedUser",
    ROLE: "AssumedRole",
    SESSION: "AssumedRole",
    ANONYMOUS: "Anonymous",
}

_DERIVED: dict[str, Callable[[RequestFacts], Derived]] = {
    "aws:principalaccount": _principal_account,
    "aws:principalarn": _principal_arn,
    "aws:principalisawsservice": _is_service,
    "aws:principalorgid": _organization,
    "aws:principalorgpaths": _organization,
    "aws:principalservicename": _service_name,
    "aws:principalservicenameslist": _service_names,
    "aws:principaltype": _principal_type,
    "aws:resourceaccount": _resource_account,
    "aws:sourceidentity": _source_identity,
    "aws:tokenissuetime": _token_issue_time,
    "aws:userid": _user_id,
    "aws:username": _user_name,
    "aws:viaawsservice": _via_service,
}

_DERIVED_WHERE_CARRIED: dict[str, Callable[[RequestFacts], Derived]] = {
    "kms:calleraccount": _caller_account,
    "s3:resourceaccount": _resource_account,
    "secretsmanager:secretid": _secret_id,
}
"""Keys of single services: there are none of them in a request that cannot carry them."""
