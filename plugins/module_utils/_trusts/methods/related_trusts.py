# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The trusts and accounts around a trust: who else gets to the same resource, and who else there is to ask with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ..declaration.directory import Account, Directory
from ..declaration.principals import DeclaredPrincipal
from ..declaration.trust import ResourceKey, Trust

CONNECTION = "connection"


class RelatedTrusts:
    """Indexes of all trusts of a plan. ``ended`` holds the names of those that are past their end."""

    def __init__(self, trusts: Iterable[Trust], directory: Directory, ended: set[str]) -> None:
        self.directory = directory
        self.ended = ended
        self.live = [trust for trust in trusts if trust.present and trust.name not in ended]
        self.live_by_resource = trusts_by_resource(self.live)
        self._reach: dict[tuple[str | None, DeclaredPrincipal], frozenset[str]] = {}
        self._strangers: dict[str, list[Account]] = {}
        self._declared: dict[str, list[DeclaredPrincipal]] = {}
        for trust in self.live:
            if trust.trusted.host:
                known = self._declared.setdefault(trust.trusted.host, [])
                known.extend(p for p in trust.trusted.principals if p.is_named_in_trust_policies and p not in known)
        for known in self._declared.values():
            known.sort(key=lambda principal: (principal.kind != "role", principal.spelling))

    def sharing(self, trust: Trust, account: Account) -> list[Trust]:
        """The live trusts on the resource that a trust opens in an account; itself too, if it is alive."""
        return self.live_by_resource.get(trust.spec.resource_in(account), [])

    def sharing_from(self, trust: Trust, account: Account) -> list[Trust]:
        """Those of them that come from the same trusted account."""
        return [other for other in self.sharing(trust, account) if other.trusted.host == trust.trusted.host]

    def declared_in(self, host: str | None) -> list[DeclaredPrincipal]:
        """The roles, then the users, of an account that any live trust names."""
        return self._declared.get(host, []) if host else []

    def reach(
        self, host: str | None, principal: DeclaredPrincipal, arns_of_trust: Callable[[Trust], Iterable[str]]
    ) -> frozenset[str]:
        """What the statements of a principal reach by the live trusts that name it, told by ``arns_of_trust``."""
        key = host, principal
        if key not in self._reach:
            naming = [t for t in self.live if t.trusted.host == host and principal in t.trusted.principals]
            self._reach[key] = frozenset(arn for trust in naming for arn in arns_of_trust(trust))
        return self._reach[key]

    def strangers(self, trust: Trust) -> list[Account]:
        """The accounts of the trust's partition: those outside the trust first."""
        if trust.name not in self._strangers:
            fellows = {fellow.key for fellow in trust.trusting}
            known = [account for _host, account in sorted(self.directory.accounts.items())]
            same_partition = [account for account in known if account.partition == trust.trusted.partition]
            self._strangers[trust.name] = sorted(same_partition, key=lambda account: account.key in fellows)
        return self._strangers[trust.name]

    def stranger_to(self, trust: Trust, account: Account, sharing: Iterable[Trust]) -> Account | None:
        """An account that none of these trusts names; if possible one that has nothing to do with the trust."""
        named = {other.trusted.account_id for other in sharing} | {trust.trusted.account_id, account.account_id}
        return next((s for s in self.strangers(trust) if s.account_id not in named), None)


@dataclass(frozen=True)
class SomebodyElse:
    """A caller of the trusted account who must be refused; ``more`` belongs into the expectation."""

    actor: str
    what: str
    why: str
    more: dict = field(default_factory=dict)


def somebody_else(
    trust: Trust, covering: list[Trust], whole_account: bool, related: RelatedTrusts
) -> SomebodyElse | None:
    """Somebody else of the trusted account: another declared principal if there is one, else the connection.

    ``covering`` are the trusts from that account that open the same, ``whole_account`` says that one of them lets in
    whomever that account lets.
    """
    host = trust.trusted.host
    if not host:
        return None
    why = f"{trust.name} does not name it"
    for principal in related.declared_in(host):
        if principal.kind == "user" and not whole_account:
            break  # The connection is always there to ask with, a user's keys seldom are.
        if not any(principal in other.trusted.principals for other in covering):
            return SomebodyElse(principal.spelling, "other-principal", why)
    if whole_account:
        # Nobody of that account is a stranger to the resource: what a caller without the permission gets is shown.
        why = f"{trust.name} lets in whom the trusted account gives the permission, and nobody else"
        return SomebodyElse(CONNECTION, "without-permission", why, {"without_permission": True})
    return SomebodyElse(CONNECTION, "other-principal", why, {"unless": arns_of(covering, host)})


def actors(trust: Trust) -> tuple[DeclaredPrincipal, ...]:
    """Who can be asked for a proof: nobody of a third party."""
    return trust.trusted.principals if trust.trusted.host else ()


def actor_name(principal: str, host: str | None) -> str:
    """An actor in the ID of an expectation."""
    return f"connection-of-{host}" if principal == CONNECTION else principal.replace("/", "-", 1)


def arns_of(trusts: Iterable[Trust], host: str) -> list[str]:
    """Whom trusts name of one account: an actor who turns out to be one of them is no stranger."""
    return sorted(
        principal.arn(trust.trusted.partition, trust.trusted.account_id)
        for trust in trusts
        for principal in trust.trusted.principals
        if trust.trusted.host == host
    )


def trusts_by_resource(trusts: Iterable[Trust]) -> dict[ResourceKey, list[Trust]]:
    """For every resource of every trusting account the trusts that open it."""
    by_resource: dict[ResourceKey, list[Trust]] = {}
    for trust in trusts:
        for account in trust.trusting:
            sharing = by_resource.setdefault(trust.spec.resource_in(account), [])
            # Two hosts of one account bring a trust here twice; that is refused elsewhere.
            sharing.extend([trust] if trust not in sharing[-1:] else [])
    return by_resource
