# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `xacct_role` has to know of a role before it can decide, read with the fewest calls.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..._aws.calls.errors import AwsError, is_unanswered
from ..._options.role import MANAGED_BY, MANAGER
from ..._policy.language.principals import parse_arn, principal_pairs, unresolved_ids
from ..._resources.identity import Identity, IdentityFacts
from ..._resources.role import Role, RoleFacts
from .trust import declared_trust, with_live_ids


@dataclass(frozen=True)
class RoleState:
    """A role as found. `attached` and `inline_names` are None where they did not matter and were not read.

    `inline` holds the documents of the policies that matter: the declared ones, and those that are to go.
    """

    facts: RoleFacts
    attached: tuple[str, ...] | None = None
    inline: dict[str, dict] = field(default_factory=dict)
    inline_names: tuple[str, ...] | None = None
    instance_profiles: tuple[str, ...] = ()

    @property
    def ours(self) -> bool:
        """Whether the role carries this collection's mark."""
        return self.facts.tags.get(MANAGED_BY) == MANAGER


def read_state(role: Role, params: Mapping) -> RoleState | None:
    """Return the role as it is as far as the options concern it, None when there is none of that name."""
    facts = role.read()
    if facts is None:
        return None
    if params["state"] == "absent":
        return _read_for_removal(role, facts, params)
    facts = replace(facts, trust_policy=_read_past_unique_ids(role, facts, params))
    attached = None
    if params.get("managed_policies") is not None or params["purge_managed_policies"]:
        attached = tuple(role.attached())
    names = tuple(role.inline_names()) if params["purge_inline_policies"] else None
    matter = {*(params.get("inline_policies") or {}), *(names or ())}
    documents = {name: role.inline(name) for name in sorted(matter) if names is None or name in names}
    inline = {name: document for name, document in documents.items() if document is not None}
    return RoleState(facts, attached, inline, names)


def _read_for_removal(role: Role, facts: RoleFacts, params: Mapping) -> RoleState:
    if not params["purge_trusted"] and declared_trust(params, facts.trust_policy, facts.partition).merge(
        facts.trust_policy
    ):
        return RoleState(facts)
    return RoleState(
        facts,
        attached=tuple(role.attached()),
        inline_names=tuple(role.inline_names()),
        instance_profiles=tuple(role.instance_profiles()),
    )


def _read_past_unique_ids(role: Role, facts: RoleFacts, params: Mapping) -> dict | None:
    """Return the trust policy with the ARNs of declared principals of this account that it shows by unique ID.

    AWS shows the ID of a principal that was deleted, but also that of one made moments ago. In the role's own account
    the principal itself says which: it has that ID, or another one.
    """
    ids = unresolved_ids(facts.trust_policy)
    declared = declared_trust(params, facts.trust_policy, facts.partition) if ids else None
    living = {}
    for grant in declared.grants if declared else ():
        for _kind, text in principal_pairs((grant.statement or {}).get("Principal")):
            if text.startswith("arn:") and parse_arn(text).account_id == facts.account_id:
                found = _living(Identity.of(role.account, text))
                if found and found.arn == text and found.unique_id in ids:
                    living[found.unique_id] = text
    return with_live_ids(facts.trust_policy, living)


def _living(identity: Identity | None) -> IdentityFacts | None:
    """Return a principal as it is; None where there is none, and where nobody tells: the ID stays a difference then."""
    try:
        return identity.read() if identity else None
    except AwsError as error:
        if is_unanswered(error):
            return None
        raise
