# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The organization of an account: which one, and the service and resource control policies from its root down.

Every account may ask which organization it is in. Policies may be read by the management account and by delegated
administrators only. What may not be read is UNKNOWN, and said.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._aws.calls.errors import AwsError, aws_call, is_code
from .._policy.evaluation.compiled_policies import CompiledPolicy
from .._policy.evaluation.requests import ControlPolicies, Level
from .._policy.language.context import UNKNOWN, Unknown
from .identity_side import readable, said

if TYPE_CHECKING:
    from .._aws.sessions.connection import Account

SERVICE_CONTROL = "SERVICE_CONTROL_POLICY"
RESOURCE_CONTROL = "RESOURCE_CONTROL_POLICY"
_WORDS = {SERVICE_CONTROL: "service control policies", RESOURCE_CONTROL: "resource control policies"}
_NOT_IN_ONE = "AWSOrganizationsNotInUseException"
_ANY_REGION = "us-east-1"


@dataclass(frozen=True)
class Membership:
    """The organization that an account is in; `organization_id` None: in none."""

    organization_id: str | None
    management_account: str | None


@dataclass(frozen=True)
class _Place:
    """A root, unit or account with its name."""

    target: str
    name: str


def membership(account: Account) -> Membership:
    """Ask which organization the caller's account is in. Raises `AwsError` where the caller may not know."""
    try:
        organization = _call(account, "describe_organization")["Organization"]
    except AwsError as error:
        if is_code(error, _NOT_IN_ONE):
            return Membership(None, None)
        raise
    return Membership(organization["Id"], organization["MasterAccountId"])


class Organization:
    """One organization, seen by somebody who may read its policies; everything is read at most once."""

    def __init__(self, reader: Account, member: Membership) -> None:
        """Do nothing yet. `member` says which organization it is; a reader of another one finds nothing in it."""
        self.reader = reader
        self.member = member
        self._roots: list[dict] | None = None
        self._parents: dict[str, tuple[_Place, ...]] = {}
        self._documents: dict[str, tuple[CompiledPolicy | Unknown, list[str]]] = {}

    def path(self, account_id: str) -> str:
        """Return the account's `aws:PrincipalOrgPaths`."""
        above = "/".join(place.target for place in self._above(account_id))
        return f"{self.member.organization_id}/{above}/"

    def policies(self, account_id: str, kind: str, unread: list[str]) -> ControlPolicies | Unknown | None:
        """Return what binds an account, None where the organization has this kind of policy switched off."""
        what = f"{_WORDS[kind]} of account {account_id}"
        try:
            management = self.member.management_account == account_id
            if management or not self._is_enabled(kind):
                return None
            places = (*self._above(account_id), _Place(account_id, f"account {account_id}"))
            levels = tuple(Level(place.name, tuple(self._attached(place, kind, unread))) for place in places)
        except AwsError as error:
            unread.append(said(what, error))
            return UNKNOWN
        return ControlPolicies(levels)

    def _is_enabled(self, kind: str) -> bool:
        return any(
            each["Type"] == kind and each["Status"] == "ENABLED"
            for root in self._all_roots()
            for each in root["PolicyTypes"]
        )

    def _all_roots(self) -> list[dict]:
        if self._roots is None:
            self._roots = _call(self.reader, "list_roots")["Roots"]
        return self._roots

    def _above(self, child: str) -> tuple[_Place, ...]:
        """Return the root and the units above an account or unit, from the root down."""
        if child not in self._parents:
            parent = _call(self.reader, "list_parents", ChildId=child)["Parents"][0]
            if parent["Type"] == "ROOT":
                names = {root["Id"]: root["Name"] for root in self._all_roots()}
                self._parents[child] = (_Place(parent["Id"], f"root {names.get(parent['Id'], parent['Id'])}"),)
            else:
                unit = _call(self.reader, "describe_organizational_unit", OrganizationalUnitId=parent["Id"])
                name = f"organizational unit {unit['OrganizationalUnit']['Name']}"
                self._parents[child] = (*self._above(parent["Id"]), _Place(parent["Id"], name))
        return self._parents[child]

    def _attached(self, place: _Place, kind: str, unread: list[str]) -> Iterator[CompiledPolicy | Unknown]:
        client = self.reader.client("organizations", _region(self.reader))
        with aws_call(self.reader, f"policies of {place.name}"):
            pages = list(client.get_paginator("list_policies_for_target").paginate(TargetId=place.target, Filter=kind))
        for page in pages:
            for policy in page["Policies"]:
                yield self._document(policy["Id"], policy["Name"], unread)

    def _document(self, policy_id: str, name: str, unread: list[str]) -> CompiledPolicy | Unknown:
        if policy_id not in self._documents:
            why: list[str] = []
            policy = readable(
                lambda: _call(self.reader, "describe_policy", PolicyId=policy_id)["Policy"]["Content"],
                f"control policy {name}",
                why,
            )
            self._documents[policy_id] = (policy, why)
        policy, why = self._documents[policy_id]
        unread += why
        return policy


def _call(account: Account, operation: str, **arguments: object) -> dict:
    with aws_call(account, "organization"):
        return getattr(account.client("organizations", _region(account)), operation)(**arguments)


def _region(account: Account) -> str:
    """Organizations has one endpoint in a partition; botocore finds it from any region."""
    return account.region or _ANY_REGION
