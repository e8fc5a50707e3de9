# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A decision in sentences: what each side said, in whose account, by which statement, and what was nearest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .._policy.evaluation.decision import (
    ALLOWED,
    DENIED,
    EXPLICITLY_DENIED,
    NOT_APPLICABLE,
    UNDECIDED,
    Decision,
    Outcome,
)
from .._policy.evaluation.near_misses import NearMiss
from .._policy.evaluation.verdicts import (
    ACL,
    BLOCK_PUBLIC_ACCESS,
    BOUNDARY,
    IDENTITY,
    RCP,
    RESOURCE,
    SCP,
    SERVICE_RULE,
    SESSION_POLICY,
    VPC_ENDPOINT,
)

_OWN = (IDENTITY, BOUNDARY, SCP)
"""Kinds that belong to the principal's account; the others belong to the resource's, or to the request."""

_ABOUT = {
    IDENTITY: "identity side",
    BOUNDARY: "permissions boundary",
    SESSION_POLICY: "session policy",
    RESOURCE: "resource side",
    ACL: "access control list",
    BLOCK_PUBLIC_ACCESS: "Block Public Access",
    VPC_ENDPOINT: "VPC endpoint policy",
    SCP: "service control policies",
    RCP: "resource control policies",
    SERVICE_RULE: "AWS itself",
}


@dataclass(frozen=True)
class Sides:
    """Whose accounts the question is between, as far as known: account IDs, or ``None``."""

    principal_account: str | None
    resource_account: str | None

    @property
    def are_one(self) -> bool:
        """Whether both sides are in one account for certain."""
        return self.principal_account is not None and self.principal_account == self.resource_account

    def account_of(self, kind: str) -> str | None:
        """Return the account that a kind of policy belongs to; ``""`` for what belongs to the request."""
        if kind in (SESSION_POLICY, SERVICE_RULE, VPC_ENDPOINT):
            return ""
        return self.principal_account if kind in _OWN else self.resource_account


def chain(decision: Decision, sides: Sides) -> list[str]:
    """Return a sentence for each kind of policy that had a say, then one that says what follows from them."""
    misses = decision.near_misses
    found = [
        f"{_where(outcome, sides)}: {_said(outcome, misses)}"
        for outcome in decision.outcomes
        if outcome.said != NOT_APPLICABLE
    ]
    return [*found, _conclusion(decision, sides)]


def nearest(misses: tuple[NearMiss, ...], kind: str, effect: str = "Allow") -> NearMiss | None:
    """Return the statement of a kind of policy that came nearest to matching, ``None`` if none came near."""
    fitting = [miss for miss in misses if miss.statement.kind == kind and miss.statement.effect == effect]
    return min(fitting, key=_distance, default=None)


def _distance(miss: NearMiss) -> tuple[int, int]:
    """A statement that fails by a condition alone is nearer than one that speaks of somebody or something else."""
    return (len(miss.others), 0 if miss.part == "condition" else 1)


def _where(outcome: Outcome, sides: Sides) -> str:
    about = _ABOUT[outcome.kind]
    account = sides.account_of(outcome.kind)
    if account != "":
        about += f" in account {account}" if account else " in an account that is not known"
    return f"{about}, {outcome.name}" if outcome.kind in (SCP, RCP) and outcome.name else about


def _said(outcome: Outcome, misses: tuple[NearMiss, ...]) -> str:
    if outcome.said == EXPLICITLY_DENIED:
        return f"denied by {outcome.statement}" if outcome.statement else outcome.note
    if outcome.said == ALLOWED:
        return f"allowed by {outcome.statement}" if outcome.statement else outcome.note or "nothing denies it"
    miss = nearest(misses, outcome.kind)
    if outcome.said == UNDECIDED:
        reasons = list(_doubts(outcome, misses))
        return f"not known{': ' if reasons else ''}{'; '.join(reasons)}"
    if outcome.note:
        return outcome.note
    if miss is None:
        return "no statement allows it"
    return f"no statement matches; nearest is {miss.statement}: {'; '.join((miss.text, *miss.others))}"


def _doubts(outcome: Outcome, misses: tuple[NearMiss, ...]) -> Iterator[str]:
    """Why it is not known what a kind of policy says: it could not be read, or depends on what is not known."""
    if outcome.note:
        yield outcome.note
        return
    found = False
    for miss in misses:
        if miss.statement.kind == outcome.kind and not miss.known:
            found = True
            yield f"{miss.statement}: {miss.text}"
    if not found:
        yield "not all of it could be read"


def _conclusion(decision: Decision, sides: Sides) -> str:
    if decision.answer == ALLOWED:
        return "so it is allowed"
    if decision.answer == UNDECIDED:
        return f"so it is not known: {'; '.join(decision.unknown_because)}" if decision.unknown_because else "not known"
    explicit = any(outcome.said == EXPLICITLY_DENIED for outcome in decision.blocked_by)
    rule = ""
    if not explicit:
        rule = (
            "; within one account an Allow on either side is enough, trust and key policies apart"
            if sides.are_one
            else "; across accounts both sides have to allow"
        )
        rule = rule if any(outcome.kind in (IDENTITY, RESOURCE) for outcome in decision.blocked_by) else ""
    kinds = ", ".join(dict.fromkeys(_ABOUT[outcome.kind] for outcome in decision.blocked_by))
    return f"so it is denied, blocked by: {kinds}{rule}"


ANSWERS = (ALLOWED, DENIED, UNDECIDED)
"""Every answer, in the order of counts."""


def explained(evaluation: Mapping | None) -> list[str]:
    """Return lines that explain an evaluation of a trust that is not as expected: why, and what would mend it."""
    if not evaluation:
        return []
    if evaluation["holds"]:
        said = f"by the policies that could be read it would be {evaluation['answer']}"
        return [f"{said}: something else decides, or a change is on its way"]
    lines = [*evaluation["why"], *(f"not read: {each}" for each in evaluation["unread"])]
    for fix in evaluation["fix"]:
        lines += [
            "or to fix it:" if fix["instead"] else "to fix it:",
            *(f"  {line}" for line in fix["yaml"].splitlines()),
        ]
    return lines
