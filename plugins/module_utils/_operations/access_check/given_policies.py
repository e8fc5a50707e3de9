# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policies that the user of `xacct_access_check` gives instead of having them read, and what is taken for granted.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from ..._policy.evaluation.compiled_policies import CompiledPolicy, compile_policy
from ..._policy.evaluation.requests import OTHER_RESOURCE, ControlPolicies, Level, ResourcePolicy
from ..._policy.language.context import UNKNOWN, Unknown
from ..._policy.language.documents import PolicyError
from ..._policy.language.grammar import element_errors

ORGANIZATION = "organization"
OF_ORGANIZATIONS = (ORGANIZATION, "service_control_policies", "resource_control_policies")
"""What of organizations the user may declare not to exist: the organization itself takes its policies along."""

ASSUMABLE = ("identity_policies", "permissions_boundary", "resource_policy", *OF_ORGANIZATIONS)
"""What the user may declare not to exist, so that it need not be read."""

LEVEL_OPTIONS = {
    "type": "list",
    "elements": "dict",
    "options": {"name": {"type": "str", "required": True}, "policies": {"type": "dict", "required": True}},
}

POLICIES_OPTIONS = {
    "identity": {"type": "dict"},
    "permissions_boundary": {"type": "dict"},
    "session": {"type": "dict"},
    "resource": {"type": "dict"},
    "service_control": LEVEL_OPTIONS,
    "resource_control": LEVEL_OPTIONS,
    "vpc_endpoint": {"type": "dict"},
}

_NAMES = {
    "permissions_boundary": "given permissions boundary",
    "resource": "given resource policy",
    "vpc_endpoint": "given VPC endpoint policy",
}


class GivenPolicies:
    """What the options `policies` and `assume_none` say. What they do not say is taken from what was read."""

    def __init__(self, params: Mapping) -> None:
        """Compile nothing yet."""
        self._given: Mapping = params["policies"] or {}
        self._none = frozenset(params["assume_none"])

    def errors(self) -> list[str]:
        """Return what is wrong with the given policies."""
        found = []
        for name in POLICIES_OPTIONS:
            try:
                self._compiled(name)
                documents = self._documents(name)
                found += [f"policies: {name}: {error}" for each in documents for error in element_errors(each)]
            except PolicyError as error:
                found.append(f"policies: {name}: {error}")
        return found

    def _documents(self, name: str) -> list[Mapping]:
        given = self._given.get(name) or {}
        if name in ("identity", "session"):
            return list(given.values())
        if name in ("service_control", "resource_control"):
            return [document for level in given for document in level["policies"].values()]
        return [given]

    @property
    def is_without_organization(self) -> bool:
        """Whether no account is in an organization, so that nothing binds it and it has no organization's ID."""
        return ORGANIZATION in self._none

    @property
    def has_own_side(self) -> bool:
        """Whether nothing of the principal's own policies is to be read."""
        identity = self._given.get("identity") is not None or "identity_policies" in self._none
        boundary = self._given.get("permissions_boundary") is not None or "permissions_boundary" in self._none
        return identity and boundary

    @property
    def has_resource(self) -> bool:
        """Whether nothing of the resource's policy is to be read."""
        return self._given.get("resource") is not None or "resource_policy" in self._none

    def identity(self, read: tuple | Unknown) -> tuple | Unknown:
        """Return the identity policies."""
        if self._given.get("identity") is not None:
            return self._policies["identity"]
        return () if "identity_policies" in self._none else read

    def boundary(self, read: CompiledPolicy | Unknown | None) -> CompiledPolicy | Unknown | None:
        """Return the permissions boundary; `{}` is given for none."""
        given = self._given.get("permissions_boundary")
        if given is not None:
            return self._policies["permissions_boundary"] if given else None
        return None if "permissions_boundary" in self._none else read

    def session(self) -> tuple | None:
        """Return the session policies: nobody can read those, so there are none unless they are given."""
        return self._policies["session"] if self._given.get("session") else None

    def resource(self, read: ResourcePolicy | None) -> ResourcePolicy | None:
        """Return the resource's policy; `{}` is given for none."""
        given = self._given.get("resource")
        kind = read.kind if read is not None else OTHER_RESOURCE
        if given is not None:
            return ResourcePolicy(kind, self._policies["resource"] if given else None)
        if "resource_policy" in self._none:
            return ResourcePolicy(kind, None)
        return read

    def vpc_endpoint(self) -> CompiledPolicy | None:
        """Return the policy of the VPC endpoint that the request comes through; None: through none."""
        return self._policies["vpc_endpoint"] if self._given.get("vpc_endpoint") else None

    def control(self, name: str, read: Callable[[], object]) -> ControlPolicies | Unknown | None:
        """Return `service_control` or `resource_control` policies; an empty list is given for none."""
        given = self._given.get(name)
        if given is not None:
            return self._policies[name] if given else None
        return None if self.is_without_organization or f"{name}_policies" in self._none else read()

    @cached_property
    def _policies(self) -> dict:
        return {name: self._compiled(name) for name in POLICIES_OPTIONS}

    def _compiled(self, name: str) -> object:
        given = self._given.get(name)
        if given is None:
            return UNKNOWN
        if name in ("identity", "session"):
            return tuple(compile_policy(document, f"{name} policy {title}") for title, document in given.items())
        if name in ("service_control", "resource_control"):
            return ControlPolicies(
                tuple(
                    Level(
                        level["name"],
                        tuple(compile_policy(document, title) for title, document in level["policies"].items()),
                    )
                    for level in given
                )
            )
        return compile_policy(given, _NAMES[name])


def organization_errors(params: Mapping) -> list[str]:
    """Return what contradicts itself in options about organizations."""
    if ORGANIZATION not in params["assume_none"]:
        return []
    given = [
        f"policies: {name}" for name in ("service_control", "resource_control") if (params["policies"] or {}).get(name)
    ]
    given += ["organization_connection"] if params.get("organization_connection") else []
    return [f"{name}: there is none, says assume_none: [{ORGANIZATION}]" for name in given]
