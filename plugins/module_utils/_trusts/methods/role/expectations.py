# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who must get into a role once a plan is applied, and who must be refused."""

from __future__ import annotations

from collections.abc import Iterator

from ...._expectations.proof_calls import ASSUME_ROLE
from ...declaration.directory import Account
from ...declaration.principals import DeclaredPrincipal
from ...declaration.trust import Trust
from ..expiry import just_after
from ..related_trusts import CONNECTION, RelatedTrusts, actor_name, actors, arns_of

# Conditions of a trust that the place where the proof runs may not meet: then a refusal proves nothing.
_OF_THE_PLACE = ("source_ips", "conditions")


def role_expectations(trust: Trust, account: Account, related: RelatedTrusts) -> list[dict]:
    """The expectations of one trust on its role in one trusting account, by actor."""
    make = _Maker(trust, account)
    if not trust.present:
        return _taken_back(trust, account, related, make)
    if trust.name in related.ended:
        why = f"{trust.name} ended at {trust.spec.not_after}"
        return [
            make.expectation(principal.spelling, "ended", "denied", why)
            for principal in actors(trust)
            if not _covered_otherwise(trust, account, principal, related)
        ]
    expectations = []
    for principal in actors(trust):
        expectations.extend(_of_principal(trust, account, principal, related, make))
    expectations.extend(_other_principal(trust, account, related, make))
    expectations.extend(_other_account(trust, account, related, make))
    return expectations


def _of_principal(
    trust: Trust, account: Account, principal: DeclaredPrincipal, related: RelatedTrusts, make: _Maker
) -> list[dict]:
    who, role = principal.spelling, trust.spec
    allowed = make.expectation(who, "allowed", "allowed", f"{trust.name} lets {who} of {trust.trusted.host} in")
    allowed["depends_on"] = [key for key in _OF_THE_PLACE if role.grant.get(key)]
    expectations = [allowed]
    if role.not_after:
        why = f"{trust.name} ends at {role.not_after}"
        expectations.append({**make.expectation(who, "after-its-end", "denied", why), "at": just_after(role.not_after)})
    if _covered_otherwise(trust, account, principal, related):
        # Another trust on the same role may let it in without what this one requires.
        return expectations
    if role.wants_external_id:
        why = f"{trust.name} requires its external ID"
        expectations.append(make.expectation(who, "without-external-id", "denied", why, external_id="none"))
        expectations.append(make.expectation(who, "wrong-external-id", "denied", why, external_id="wrong"))
    if role.wants_mfa:
        why = f"{trust.name} requires MFA"
        expectations.append(make.expectation(who, "without-mfa", "denied", why, mfa="none"))
    if not role.grant.get("session_tags"):
        why = f"{trust.name} takes no session tags"
        expectations.append({**make.expectation(who, "with-session-tags", "denied", why), "session_tags": True})
    return expectations


def _taken_back(trust: Trust, account: Account, related: RelatedTrusts, make: _Maker) -> list[dict]:
    # An ID that was generated went with the role.
    external_id = "declared" if trust.spec.external_ids else "none"
    why = f"{trust.name} is absent"
    return [
        make.expectation(principal.spelling, "taken-back", "denied", why, external_id=external_id)
        for principal in actors(trust)
        if not _covered_otherwise(trust, account, principal, related)
    ]


def _other_principal(trust: Trust, account: Account, related: RelatedTrusts, make: _Maker) -> list[dict]:
    """Somebody else of the trusted account: another declared principal if there is one, else the connection."""
    if not trust.trusted.host:
        return []
    covering = related.sharing_from(trust, account)
    whole_account = any(other.trusted.names_whole_account for other in covering)
    why = f"{trust.name} does not name it"
    for principal in related.declared_in(trust.trusted.host):
        if principal.kind == "user" and not whole_account:
            break  # The connection is always there to ask with, a user's keys seldom are.
        named = any(principal in other.trusted.principals for other in covering)
        if not named and not (whole_account and _may_ask(trust, account, principal, related)):
            return [make.expectation(principal.spelling, "other-principal", "denied", why)]
    if whole_account:
        # Nobody of that account is a stranger to the role: what a caller without the permission gets has to be shown.
        why = f"{trust.name} lets in whom the trusted account gives the permission, and nobody else"
        lacking = make.expectation(CONNECTION, "without-permission", "denied", why, host=trust.trusted.host)
        return [{**lacking, "without_permission": True}]
    return [_by_connection(trust.trusted.host, "other-principal", why, trust, account, related, make)]


def _other_account(trust: Trust, account: Account, related: RelatedTrusts, make: _Maker) -> list[dict]:
    """An account that the role does not name: one outside the trust if there is one, else a fellow trusting one."""
    stranger = related.stranger_to(trust, account, related.sharing(trust, account))
    if stranger is None:
        return []
    why = f"{trust.name} does not name the account {stranger.account_id}"
    return [_by_connection(stranger.host, "other-account", why, trust, account, related, make)]


def _by_connection(
    host: str, what: str, why: str, trust: Trust, account: Account, related: RelatedTrusts, make: _Maker
) -> dict:
    """Asked by whoever the account's own connection is; ``unless`` lists who it must not turn out to be."""
    expectation = make.expectation(CONNECTION, what, "denied", why, host=host)
    expectation["unless"] = arns_of(related.sharing(trust, account), host)
    return expectation


def _covered_otherwise(trust: Trust, account: Account, principal: DeclaredPrincipal, related: RelatedTrusts) -> bool:
    """Whether another live trust lets this principal assume the same role."""
    return any(
        other.name != trust.name and (principal in other.trusted.principals or other.trusted.names_whole_account)
        for other in related.sharing_from(trust, account)
    )


def _may_ask(trust: Trust, account: Account, principal: DeclaredPrincipal, related: RelatedTrusts) -> bool:
    """Whether the principal's own statements reach this role: enough where the role names the whole account."""
    role = trust.spec
    wanted = {role.resource_arn(account).lower(), role.arn(account.partition, "*").lower()}
    return not wanted.isdisjoint(related.reach(trust.trusted.host, principal, _roles_of))


def _roles_of(trust: Trust) -> Iterator[str]:
    """The ARNs of roles that the trusted side of a trust reaches, in lower case."""
    if trust.method == "role" and trust.trusted_side == "pattern" and trust.organization:
        yield trust.spec.arn(trust.trusted.partition, "*").lower()
    elif trust.method == "role":
        yield from (trust.spec.resource_arn(account).lower() for account in trust.trusting)


class _Maker:
    """Makes the expectations on one role of one trust; they differ in actor, what is sent and what must come back."""

    def __init__(self, trust: Trust, account: Account) -> None:
        self.trust = trust
        self.account = account
        self.role_arn = trust.spec.resource_arn(account)

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
        role = self.trust.spec
        declared = {"external_id_is_declared": True} if role.external_ids else {}
        return {
            "id": f"{self.trust.name}/{self.account.host}/{actor_name(actor, host)}/{what}",
            "trust": self.trust.name,
            "trusting": self.account.host,
            "actor": {"account": host or self.trust.trusted.host, "principal": actor},
            "call": ASSUME_ROLE,
            "role_arn": self.role_arn,
            "external_id": external_id or ("declared" if role.wants_external_id else "none"),
            "mfa": mfa or ("declared" if role.wants_mfa else "none"),
            "expect": expect,
            "why": why,
            **declared,
        }
