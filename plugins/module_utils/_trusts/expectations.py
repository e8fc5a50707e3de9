# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must hold once a plan is applied: who gets in, and who is refused.

Each expectation is one call that can really be made. Its ID is readable and stable, because reports and later runs
refer to it: ``TRUST/HOST/ACTOR/what``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ansible_collections.xacct.aws.plugins.module_utils._trusts.conflicts import RoleKey, role_key, trusts_by_role
from ansible_collections.xacct.aws.plugins.module_utils._trusts.declaration import Trust
from ansible_collections.xacct.aws.plugins.module_utils._trusts.directory import Account, Directory
from ansible_collections.xacct.aws.plugins.module_utils._trusts.principals import DeclaredPrincipal

CONNECTION = "connection"
# Conditions of a trust that the place where the proof runs may not meet: then a refusal proves nothing.
_OF_THE_PLACE = ("source_ips", "conditions")


def expectations_of(trusts: Iterable[Trust], directory: Directory, ended: set[str]) -> list[dict]:
    """The expectations of all trusts, by trust, trusting host and actor. ``ended``: names of trusts past their end."""
    return _Expectations(list(trusts), directory, ended).all()


class _Expectations:
    """Holds the indexes that every expectation is looked up in."""

    def __init__(self, trusts: list[Trust], directory: Directory, ended: set[str]) -> None:
        self.trusts = trusts
        self.directory = directory
        self.ended = ended
        self.live = [trust for trust in trusts if trust.present and trust.name not in ended]
        self.live_by_role: dict[RoleKey, list[Trust]] = trusts_by_role(self.live)
        self.strangers: dict[str, list[Account]] = {}
        self.reach: dict[tuple[str | None, DeclaredPrincipal], set[str]] = {}
        self.declared: dict[str, list[DeclaredPrincipal]] = {}
        for trust in self.live:
            if trust.trusted.host:
                known = self.declared.setdefault(trust.trusted.host, [])
                known.extend(p for p in trust.trusted.principals if p.is_named_in_trust_policies and p not in known)
        for known in self.declared.values():
            known.sort(key=lambda principal: (principal.kind != "role", principal.spelling))

    def all(self) -> list[dict]:
        return [expectation for trust in self.trusts for a in trust.trusting for expectation in self._of(trust, a)]

    def _of(self, trust: Trust, account: Account) -> list[dict]:
        make = _Maker(trust, account)
        if not trust.present:
            return self._taken_back(trust, account, make)
        if trust.name in self.ended:
            why = f"{trust.name} ended at {trust.role.grant['not_after']}"
            return [
                make.expectation(principal.spelling, "ended", "denied", why)
                for principal in self._actors(trust)
                if not self._covered_otherwise(trust, account, principal)
            ]
        expectations = []
        for principal in self._actors(trust):
            expectations.extend(self._of_principal(trust, account, principal, make))
        expectations.extend(self._other_principal(trust, account, make))
        expectations.extend(self._other_account(trust, account, make))
        return expectations

    def _of_principal(self, trust: Trust, account: Account, principal: DeclaredPrincipal, make: _Maker) -> list[dict]:
        who = principal.spelling
        allowed = make.expectation(who, "allowed", "allowed", f"{trust.name} lets {who} of {trust.trusted.host} in")
        allowed["depends_on"] = [key for key in _OF_THE_PLACE if trust.role.grant.get(key)]
        expectations = [allowed]
        if self._covered_otherwise(trust, account, principal):
            # Another trust on the same role may let it in without what this one requires.
            return expectations
        role = trust.role
        if role.wants_external_id:
            why = f"{trust.name} requires its external ID"
            expectations.append(make.expectation(who, "without-external-id", "denied", why, external_id="none"))
            expectations.append(make.expectation(who, "wrong-external-id", "denied", why, external_id="wrong"))
        if role.wants_mfa:
            why = f"{trust.name} requires MFA"
            expectations.append(make.expectation(who, "without-mfa", "denied", why, mfa="none"))
        return expectations

    def _taken_back(self, trust: Trust, account: Account, make: _Maker) -> list[dict]:
        # An ID that was generated went with the role.
        external_id = "declared" if trust.role.external_ids else "none"
        why = f"{trust.name} is absent"
        return [
            make.expectation(principal.spelling, "taken-back", "denied", why, external_id=external_id)
            for principal in self._actors(trust)
            if not self._covered_otherwise(trust, account, principal)
        ]

    def _other_principal(self, trust: Trust, account: Account, make: _Maker) -> list[dict]:
        """Somebody else of the trusted account: another declared principal if there is one, else the connection."""
        if not trust.trusted.host:
            return []
        covering = self._covering_from(trust, account)
        whole_account = any(other.trusted.names_whole_account for other in covering)
        why = f"{trust.name} does not name it"
        for principal in self.declared.get(trust.trusted.host, []):
            if principal.kind == "user" and not whole_account:
                break  # The connection is always there to ask with, a user's keys seldom are.
            named = any(principal in other.trusted.principals for other in covering)
            if not named and not (whole_account and self._may_ask(trust, account, principal)):
                return [make.expectation(principal.spelling, "other-principal", "denied", why)]
        if whole_account:
            return []
        return [self._by_connection(trust.trusted.host, "other-principal", why, trust, account, make)]

    def _other_account(self, trust: Trust, account: Account, make: _Maker) -> list[dict]:
        """An account that the role does not name: one outside the trust if there is one, else a fellow trusting one."""
        named = {t.trusted.account_id for t in self.live_by_role[role_key(trust, account)]} | {account.account_id}
        stranger = next((s for s in self._strangers(trust) if s.account_id not in named), None)
        if stranger is None:
            return []
        why = f"{trust.name} does not name the account {stranger.account_id}"
        return [self._by_connection(stranger.host, "other-account", why, trust, account, make)]

    def _strangers(self, trust: Trust) -> list[Account]:
        """The accounts of the trust's partition: those outside the trust first."""
        if trust.name not in self.strangers:
            fellows = {fellow.key for fellow in trust.trusting}
            known = [account for _host, account in sorted(self.directory.accounts.items())]
            same_partition = [account for account in known if account.partition == trust.trusted.partition]
            self.strangers[trust.name] = sorted(same_partition, key=lambda account: account.key in fellows)
        return self.strangers[trust.name]

    def _by_connection(self, host: str, what: str, why: str, trust: Trust, account: Account, make: _Maker) -> dict:
        """Asked by whoever the account's own connection is; ``unless`` lists who it must not turn out to be."""
        expectation = make.expectation(CONNECTION, what, "denied", why, host=host)
        expectation["unless"] = sorted(
            principal.arn(other.trusted.partition, other.trusted.account_id)
            for other in self.live_by_role[role_key(trust, account)]
            for principal in other.trusted.principals
            if other.trusted.host == host
        )
        return expectation

    def _actors(self, trust: Trust) -> tuple[DeclaredPrincipal, ...]:
        """Who can be asked for a proof: nobody of a third party."""
        return trust.trusted.principals if trust.trusted.host else ()

    def _covering_from(self, trust: Trust, account: Account) -> list[Trust]:
        """The live trusts on this role that come from the same trusted account."""
        on_role = self.live_by_role.get(role_key(trust, account), [])
        return [other for other in on_role if other.trusted.host == trust.trusted.host]

    def _covered_otherwise(self, trust: Trust, account: Account, principal: DeclaredPrincipal) -> bool:
        """Whether another live trust lets this principal assume the same role."""
        return any(
            other.name != trust.name and (principal in other.trusted.principals or other.trusted.names_whole_account)
            for other in self._covering_from(trust, account)
        )

    def _may_ask(self, trust: Trust, account: Account, principal: DeclaredPrincipal) -> bool:
        """Whether the principal's own statements reach this role: enough where the role names the whole account."""
        key = trust.trusted.host, principal
        if key not in self.reach:
            self.reach[key] = {arn.lower() for arn in self._reached_by(*key)}
        anywhere = trust.role.arn(account.partition, "*")
        return not self.reach[key].isdisjoint({trust.role_arn(account).lower(), anywhere.lower()})

    def _reached_by(self, host: str | None, principal: DeclaredPrincipal) -> Iterator[str]:
        for trust in self.live:
            if trust.trusted.host != host or principal not in trust.trusted.principals:
                continue
            if trust.trusted_side == "pattern" and trust.organization:
                yield trust.role.arn(trust.trusted.partition, "*")
            else:
                yield from (trust.role_arn(account) for account in trust.trusting)


class _Maker:
    """Makes the expectations on one role of one trust; they differ in actor, what is sent and what must come back."""

    def __init__(self, trust: Trust, account: Account) -> None:
        self.trust = trust
        self.account = account
        self.role_arn = trust.role_arn(account)

    def expectation(
        self,
        actor: str,
        what: str,
        expect: str,
        why: str,
        external_id: str | None = None,
        mfa: str | None = None,
        host: str | None = None,
    ) -> dict:
        """One call to sts:AssumeRole. What is not said is sent as declared: one thing at a time is wrong."""
        role = self.trust.role
        name = f"connection-of-{host}" if actor == CONNECTION else actor.replace("/", "-", 1)
        return {
            "id": f"{self.trust.name}/{self.account.host}/{name}/{what}",
            "trust": self.trust.name,
            "trusting": self.account.host,
            "actor": {"account": host or self.trust.trusted.host, "principal": actor},
            "call": "assume_role",
            "role_arn": self.role_arn,
            "external_id": external_id or ("declared" if role.wants_external_id else "none"),
            "mfa": mfa or ("declared" if role.wants_mfa else "none"),
            "expect": expect,
            "why": why,
        }
