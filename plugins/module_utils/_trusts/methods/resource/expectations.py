# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who must be able to use a resource once a plan is applied, and who must be refused.

A proof tries the actions that its type has calls for, others are evaluated (``_expectations/proof_calls.py``). The ID
says the action without its service, and the region where a trust has several.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...declaration.directory import Account
from ...declaration.principals import DeclaredPrincipal
from ...declaration.trust import Trust
from ..expiry import just_after
from ..related_trusts import CONNECTION, RelatedTrusts, actor_name, actors, somebody_else


def resource_expectations(trust: Trust, account: Account, related: RelatedTrusts) -> list[dict]:
    """The expectations of one trust on its resource in one trusting account, by region and actor."""
    return [
        expectation
        for region in trust.spec.regions
        for expectation in _InRegion(trust, account, region, related).expectations()
    ]


class _InRegion:
    """Makes the expectations on one resource of one trust."""

    def __init__(self, trust: Trust, account: Account, region: str, related: RelatedTrusts) -> None:
        self.trust = trust
        self.account = account
        self.region = region
        self.related = related
        self.tried = trust.spec.tried
        self.sharing = [other for other in related.sharing(trust, account) if region in other.spec.regions]
        self.from_same = [other for other in self.sharing if other.trusted.host == trust.trusted.host]

    def expectations(self) -> Iterable[dict]:
        """All of them."""
        trust = self.trust
        if not trust.present or trust.name in self.related.ended:
            what = "ended" if trust.present else "taken-back"
            why = f"{trust.name} ended at {trust.spec.not_after}" if trust.present else f"{trust.name} is absent"
            for principal in actors(trust):
                for action in self.tried:
                    if not self._is_given(principal, action):
                        yield self._made(principal.spelling, action, "denied", why, what)
            return
        for principal in actors(trust):
            yield from self._of_principal(principal)
        for action in list(self.tried)[:1]:
            yield from self._other_principal(action)
            yield from self._other_account(action)

    def _of_principal(self, principal: DeclaredPrincipal) -> Iterable[dict]:
        trust, who = self.trust, principal.spelling
        for action in self.tried:
            why = f"{trust.name} lets {who} of {trust.trusted.host} use {action}"
            yield {**self._made(who, action, "allowed", why), "depends_on": trust.spec.depends_on}
        for action in list(self.tried)[:1] if trust.spec.not_after else ():
            if not self._is_given(principal, action, without=trust.name):
                why = f"{trust.name} ends at {trust.spec.not_after}"
                ended = self._made(who, action, "denied", why, "after-its-end")
                yield {**ended, "at": just_after(trust.spec.not_after)}
        for action in trust.spec.not_granted:
            if not self._is_given(principal, action):
                yield self._made(who, action, "denied", f"{trust.name} does not let it use {action}", "no")

    def _other_principal(self, action: str) -> Iterable[dict]:
        covering = [other for other in self.from_same if other.spec.allows(action)]
        whole_account = any(other.trusted.names_whole_account for other in covering)
        other = somebody_else(self.trust, covering, whole_account, self.related)
        if other:
            made = self._made(other.actor, action, "denied", other.why, other.what, host=self.trust.trusted.host)
            yield {**made, **other.more}

    def _other_account(self, action: str) -> Iterable[dict]:
        stranger = self.related.stranger_to(self.trust, self.account, self.sharing)
        if stranger:
            why = f"{self.trust.name} does not name the account {stranger.account_id}"
            made = self._made(CONNECTION, action, "denied", why, "other-account", host=stranger.host)
            yield {**made, "unless": []}

    def _is_given(self, principal: DeclaredPrincipal, action: str, without: str = "") -> bool:
        """Whether a live trust on the resource (but one) lets a principal do something: each side of it names it."""
        return any(
            other.name != without
            and other.spec.allows(action)
            and (
                principal in other.trusted.principals
                or (principal.kind == "root" and other.trusted.names_whole_account)
            )
            for other in self.from_same
        )

    def _made(self, actor: str, action: str, expect: str, why: str, what: str = "", host: str | None = None) -> dict:
        trust, spec = self.trust, self.trust.spec
        named = action.partition(":")[2]
        named = f"no-{named}" if what == "no" else f"{what} {named}".strip()
        place = f" in {self.region}" if len(spec.regions) > 1 else ""
        # An actor of the trusted account is named without it, but its connection is not.
        of_host = host if actor == CONNECTION else None
        return {
            "id": f"{trust.name}/{self.account.host}/{actor_name(actor, of_host)}/{named}{place}",
            "trust": trust.name,
            "trusting": self.account.host,
            "actor": {"account": host or trust.trusted.host, "principal": actor},
            "call": {**spec.not_granted, **self.tried}[action],
            "resource": spec.identity_resources(self.account, self.region)[0],
            "action": action,
            "expect": expect,
            "why": why,
            "by_writing": spec.verify_by_writing,
        }
