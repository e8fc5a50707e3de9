# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who must get at what in a bucket once a plan is applied, and who must be refused.

Reading is asked of an object that is there: without the permission to list, S3 says of a missing key the same as of a
forbidden one. Which object that is, the bucket's owner finds (``lookup``, see account_parts.py). The prefix "" is
every key.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...._border.texts import one_line
from ...._expectations.proof_calls import BUCKET_CALLS, GET, LIST, PROBE, PUT
from ...declaration.directory import Account
from ...declaration.principals import DeclaredPrincipal
from ...declaration.trust import Trust
from ..expiry import just_after
from ..related_trusts import CONNECTION, RelatedTrusts, actor_name, actors, somebody_else
from .access_spec import Scope, united

_DOING = {GET: "get", LIST: "list", PUT: "put"}


def s3_expectations(trust: Trust, account: Account, related: RelatedTrusts) -> list[dict]:
    """The expectations of one trust on its bucket in one trusting account, by actor."""
    make = _Maker(trust, account)
    rights = trust.spec.rights
    if not trust.present or trust.name in related.ended:
        what = "ended" if trust.present else "taken-back"
        why = f"{trust.name} ended at {trust.spec.not_after}" if trust.present else f"{trust.name} is absent"
        return [
            make.refusal(principal.spelling, what, call, scope, why)
            for principal in actors(trust)
            for call, scope in rights.items()
            if not _given(trust, account, principal, call, related).overlaps(scope)
        ]
    expectations = []
    for principal in actors(trust):
        expectations.extend(_of_principal(trust, account, principal, related, make))
    for call in [call for call in BUCKET_CALLS if call in rights][:1]:
        expectations.extend(_other_principal(trust, account, call, related, make))
        expectations.extend(_other_account(trust, account, call, related, make))
    return expectations


def _of_principal(
    trust: Trust, account: Account, principal: DeclaredPrincipal, related: RelatedTrusts, make: _Maker
) -> list[dict]:
    who, rights = principal.spelling, trust.spec.rights
    why = f"{trust.name} lets {who} of {trust.trusted.host} {{}}".format
    found = [
        make.access(who, call, prefix, key, why(_DOING[call]))
        for call, scope in rights.items()
        for prefix, key in [*((prefix, "") for prefix in scope.prefixes), *(("", key) for key in scope.keys[:1])]
    ]
    own = next(iter(rights.values()), None)
    for call, scope in list(rights.items())[:1] if trust.spec.not_after else ():
        if _given(trust, account, principal, call, related, without=trust.name).overlaps(scope):
            continue
        ends = make.refusal(who, "after-its-end", call, scope, f"{trust.name} ends at {trust.spec.not_after}")
        found.append({**ends, "at": just_after(trust.spec.not_after)})
    for call in BUCKET_CALLS:
        if own is None:
            break
        given = _given(trust, account, principal, call, related)
        if call in rights and not given.is_everything:
            why_not = f"{trust.name} lets it {_DOING[call]} no other keys"
            found += make.refusal_outside(who, call, given, why_not)
        elif call not in rights and not given.overlaps(own):
            found.append(make.refusal(who, f"no-{_DOING[call]}", call, own, f"{trust.name} lets it not {_DOING[call]}"))
    return found


def _other_principal(trust: Trust, account: Account, call: str, related: RelatedTrusts, make: _Maker) -> list[dict]:
    """Somebody else of the trusted account who gets at nothing of it."""
    scope = trust.spec.rights[call]
    covering = [
        other
        for other in related.sharing_from(trust, account)
        if call in other.spec.rights and other.spec.rights[call].overlaps(scope)
    ]
    whole_account = any(other.spec.names_accounts or other.trusted.names_whole_account for other in covering)
    other = somebody_else(trust, covering, whole_account, related)
    if other is None:
        return []
    host = trust.trusted.host if other.actor == CONNECTION else None
    return [{**make.refusal(other.actor, other.what, call, scope, other.why, host=host), **other.more}]


def _other_account(trust: Trust, account: Account, call: str, related: RelatedTrusts, make: _Maker) -> list[dict]:
    """An account that no trust on the bucket names, nor owns it."""
    sharing = related.sharing(trust, account)
    owners = {other.spec.owner_in(account) for other in sharing}
    stranger = related.stranger_to(trust, account, sharing)
    if stranger is None or stranger.account_id in owners:
        return []
    why = f"{trust.name} does not name the account {stranger.account_id}"
    scope = trust.spec.rights[call]
    refusal = make.refusal(CONNECTION, "other-account", call, scope, why, host=stranger.host)
    return [{**refusal, "unless": []}]


def _given(
    trust: Trust, account: Account, principal: DeclaredPrincipal, call: str, related: RelatedTrusts, without: str = ""
) -> Scope:
    """What all live trusts on the bucket (but one) let a principal do: each side of them names it."""
    return united(
        other.spec.rights[call]
        for other in related.sharing_from(trust, account)
        if other.name != without
        and call in other.spec.rights
        and (principal in other.trusted.principals or _is_in(principal, other))
    )


def _is_in(principal: DeclaredPrincipal, other: Trust) -> bool:
    """Whether a trust of the same account lets in the whole account, and that is who asks."""
    whole_account = other.spec.names_accounts or other.trusted.names_whole_account
    return principal.kind == "root" and whole_account


class _Maker:
    """Makes the expectations on one bucket of one trust; they differ in actor, call, keys and what must come back."""

    def __init__(self, trust: Trust, account: Account) -> None:
        self.trust = trust
        self.account = account
        self.bucket = trust.spec.bucket_in(account)

    def access(self, actor: str, call: str, prefix: str, key: str, why: str) -> dict:
        """One call that must be allowed."""
        what = f"{_DOING[call]} {prefix or key}".strip()
        made = self._expectation(actor, what, call, "allowed", why, prefix=prefix, key=key)
        made["depends_on"] = self.trust.spec.depends_on
        if call == PUT:
            made["by_writing"] = self.trust.spec.verify_by_writing
        return made

    def refusal(self, actor: str, what: str, call: str, scope: Scope, why: str, host: str | None = None) -> dict:
        """One call that must be refused, with a key of a scope."""
        what = what if what.startswith("no-") else f"{what} {_DOING[call]}"
        prefix = scope.prefixes[0] if scope.prefixes else ""
        key = scope.keys[0] if scope.keys and not scope.prefixes else ""
        return self._expectation(actor, what, call, "denied", why, prefix=prefix, key=key, host=host)

    def refusal_outside(self, actor: str, call: str, given: Scope, why: str) -> Iterable[dict]:
        """A call that must be refused because it is about a key, or about all keys, beside what is given."""
        what = f"{_DOING[call]} outside"
        if call == GET:
            outside = sorted([*given.prefixes, *given.keys])
            yield self._expectation(actor, what, call, "denied", why, outside=outside)
        elif call == LIST or not given.overlaps(Scope((PROBE,))):
            yield self._expectation(actor, what, call, "denied", why)

    def _expectation(
        self,
        actor: str,
        what: str,
        call: str,
        expect: str,
        why: str,
        *,
        prefix: str = "",
        key: str = "",
        outside: Iterable[str] = (),
        host: str | None = None,
    ) -> dict:
        made = {
            "id": f"{self.trust.name}/{self.account.host}/{actor_name(actor, host)}/{one_line(what)}",
            "trust": self.trust.name,
            "trusting": self.account.host,
            "actor": {"account": host or self.trust.trusted.host, "principal": actor},
            "call": call,
            "bucket": self.bucket,
            "bucket_owner": self.trust.spec.owner_in(self.account),
            "prefix": prefix,
            "expect": expect,
            "why": why,
        }
        if key:
            made["key"] = key
        elif call == GET:
            made["outside"] = list(outside)
            place = f" outside {', '.join(outside)}" if outside else f"/{prefix}"
            made["lookup"] = f"{self.bucket}{one_line(place)}"
        return made
