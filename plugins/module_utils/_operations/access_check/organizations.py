# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The organizations of the accounts in a question: what they are asked for, and what binds their accounts.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from ..._aws.calls.errors import AwsError
from ..._policy.evaluation.compiled_policies import CompiledPolicy
from ..._policy.evaluation.requests import ControlPolicies, Request
from ..._policy.language.context import UNKNOWN, Unknown
from ..._policy.language.documents import ascii_lower, compact_json
from ..._resources.identity_side import said
from ..._resources.organization import Membership, Organization, membership
from .connections import Connections

if TYPE_CHECKING:
    from ..._aws.sessions.connection import Account

_KEYS = ("aws:principalorgid", "aws:principalorgpaths", "aws:resourceorgid", "aws:resourceorgpaths")


class Organizations:
    """The organizations that accounts are in, each read at most once."""

    def __init__(self, connections: Connections, *, live: bool, none: bool = False) -> None:
        """Do nothing yet. Unless `live`, nothing is read; with `none` there are no organizations to read."""
        self.connections = connections
        self.live = live
        self._none = none
        self._asks = live or none
        self._members: dict[str, tuple[Membership | Unknown, str]] = {}
        self._organizations: dict[str | None, Organization | None] = {}
        self._controls: dict[tuple[str, str], tuple[ControlPolicies | Unknown | None, tuple[str, ...]]] = {}
        self._paths: dict[str, str | Unknown] = {}

    def keys(self, request: Request, owner: object) -> dict:
        """Return those keys about organizations that some policy asks for; the others would take calls for nothing."""
        found: dict = {}
        asked = frozenset().union(*(asked_keys(policy) for policy in policies_of(request))) if self._asks else ()
        for whose, account_id in (("Principal", request.principal.account_id), ("Resource", owner)):
            wanted = {name for name in ("OrgID", "OrgPaths") if f"aws:{whose}{name}".lower() in asked}
            if not wanted or not isinstance(account_id, str):
                continue
            member, _why = self._membership(account_id)
            if member is UNKNOWN:
                continue
            found[f"aws:{whose}OrgID"] = member.organization_id
            if "OrgPaths" in wanted:
                found[f"aws:{whose}OrgPaths"] = self._path(account_id, member)
        return found

    def control(self, account_id: object, kind: str, unread: list[str]) -> ControlPolicies | Unknown | None:
        """Return the organization's policies that bind an account."""
        if not self.live or not isinstance(account_id, str):
            return UNKNOWN
        key = (account_id, kind)
        if key not in self._controls:
            why: list[str] = []
            self._controls[key] = (self._read_control(account_id, kind, why), tuple(why))
        found, said_why = self._controls[key]
        unread.extend(said_why)
        return found

    def _read_control(self, account_id: str, kind: str, unread: list[str]) -> ControlPolicies | Unknown | None:
        member, why = self._membership(account_id)
        if member is UNKNOWN:
            unread.append(why)
            return UNKNOWN
        if member.organization_id is None or member.management_account == account_id:
            return None
        organization = self._organization(member)
        if organization is None:
            unread.append(
                f"organization policies that bind account {account_id}: they are read with organization_connection, of "
                f"the management account {member.management_account} or a delegated administrator"
            )
            return UNKNOWN
        return organization.policies(account_id, kind, unread)

    def _membership(self, account_id: str) -> tuple[Membership | Unknown, str]:
        if account_id not in self._members:
            self._members[account_id] = self._read_membership(account_id)
        return self._members[account_id]

    def _read_membership(self, account_id: str) -> tuple[Membership | Unknown, str]:
        if self._none:
            return Membership(None, None), ""
        account = self.connections.of(account_id)
        if account is None:
            return UNKNOWN, self.connections.why_unread("the organization", account_id)
        try:
            return membership(account), ""
        except AwsError as error:
            return UNKNOWN, said(f"the organization of account {account_id}", error)

    def _organization(self, member: Membership) -> Organization | None:
        if member.organization_id not in self._organizations:
            reader = self.connections.reader_of_organization(member.management_account)
            known = reader is not None and self._is_of(reader, member)
            self._organizations[member.organization_id] = Organization(reader, member) if known else None
        return self._organizations[member.organization_id]

    def _is_of(self, reader: Account, member: Membership) -> bool:
        """Whether a reader belongs to the organization: what another one has switched off says nothing of this one."""
        try:
            return reader.account_id == member.management_account or membership(reader) == member
        except AwsError:
            return False

    def _path(self, account_id: str, member: Membership) -> str | Unknown | None:
        if member.organization_id is None:
            return None
        if account_id not in self._paths:
            self._paths[account_id] = UNKNOWN
            organization = self._organization(member)
            if organization is not None:
                try:
                    self._paths[account_id] = organization.path(account_id)
                except AwsError:
                    self._paths[account_id] = UNKNOWN
        return self._paths[account_id]


@lru_cache(maxsize=4096)
def asked_keys(policy: CompiledPolicy) -> frozenset[str]:
    """Return which keys about organizations the text of a policy has."""
    text = ascii_lower(compact_json(policy.document))
    return frozenset(key for key in _KEYS if key in text)


def policies_of(request: Request) -> Iterator[CompiledPolicy]:
    """Yield every policy of a request that is known."""
    groups: list = [request.identity_policies, request.session_policies, [request.permissions_boundary]]
    groups.append([request.resource_policy.policy if request.resource_policy else None])
    groups.append([request.vpc_endpoint_policy])
    for control in (request.service_control_policies, request.resource_control_policies):
        if isinstance(control, ControlPolicies):
            groups += [level.policies for level in control.levels]
    for group in groups:
        if isinstance(group, (list, tuple)):
            yield from (policy for policy in group if isinstance(policy, CompiledPolicy))
