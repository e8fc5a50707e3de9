# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a decision came out as it did: the statements that nearly matched, and what was not known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..language.conditions import ConditionTest
from ..language.context import UNKNOWN, Values
from .compiled_policies import CompiledPolicy, CompiledStatement
from .principal_matching import ACCOUNT, NONE
from .request_facts import RequestFacts
from .request_principals import ANONYMOUS
from .verdicts import RCP, RESOURCE, VPC_ENDPOINT, Verdict

_WITH_PRINCIPALS = (RESOURCE, RCP, VPC_ENDPOINT)
_MOST_SHOWN = 3


@dataclass(frozen=True)
class StatementReference:
    """A statement by where it is: kind of policy, the policy's name, and its Sid (``""``) or number, from 1."""

    kind: str
    policy: str
    sid: str
    number: int
    effect: str

    def __str__(self) -> str:
        name = f"statement {self.sid!r}" if self.sid else f"statement {self.number}"
        return f"{name} of {self.policy or self.kind}"


@dataclass(frozen=True)
class NearMiss:
    """A statement that did not match, or may not match, and what it was that did not.

    ``part`` is ``principal``, ``action``, ``resource`` or ``condition``, the first that did not match in this order;
    ``text`` says what was wanted and what the request has. For a condition, ``operator`` and ``key`` name it,
    ``wanted`` are the policy's values and ``found`` the request's (``None``: it has none). ``others`` are the texts of
    further parts that did not match. ``known`` is false where the part may match after all.
    """

    statement: StatementReference
    part: str
    text: str
    operator: str = ""
    key: str = ""
    wanted: tuple[str, ...] = ()
    found: tuple[str, ...] | None = None
    known: bool = True
    others: tuple[str, ...] = ()


def statement_reference(kind: str, policy: CompiledPolicy, statement: CompiledStatement) -> StatementReference:
    """Return the reference to a statement of a policy."""
    effect = "Deny" if statement.denies else "Allow"
    return StatementReference(kind, policy.name, statement.sid, statement.index + 1, effect)


def near_misses(facts: RequestFacts, verdicts: tuple[Verdict, ...]) -> tuple[NearMiss, ...]:
    """Return the statements that speak of the action and fail elsewhere, and those that fail by the action alone.

    The ones with the fewest failing parts come first.
    """
    found = []
    for verdict, policy, statement in _statements(verdicts):
        missed = list(_missed(facts, verdict.kind, statement))
        speaks_of_action = all(part.part != "action" for part in missed)
        if not missed or (not speaks_of_action and len(missed) > 1):
            continue
        found.append(_near_miss(statement_reference(verdict.kind, policy, statement), missed))
    return tuple(sorted(found, key=lambda miss: len(miss.others)))


def unknown_inputs(facts: RequestFacts, verdicts: tuple[Verdict, ...]) -> tuple[str, ...]:
    """Return, each once, what was not known where it mattered."""
    found: dict[str, None] = {}
    if facts.request.resource_account is UNKNOWN:
        found["the account of the resource is not known"] = None
    for verdict in verdicts:
        if verdict.deny is not None and verdict.allow is not None:
            continue
        if verdict.note:
            found[verdict.note] = None
        elif UNKNOWN in verdict.policies or not verdict.policies:
            where = f" of {verdict.name}" if verdict.name else ""
            found[f"the {verdict.kind.replace('_', ' ')}{where} is not known"] = None
    for verdict, policy, statement in _statements(verdicts):
        missed = list(_missed(facts, verdict.kind, statement))
        if missed and not any(part.known for part in missed):
            reference = statement_reference(verdict.kind, policy, statement)
            for part in missed:
                found[f"{reference}: {part.text}"] = None
    return tuple(found)


@dataclass(frozen=True)
class _Missed:
    part: str
    text: str
    known: bool
    test: ConditionTest | None = None
    found: tuple[str, ...] | None = None


def _statements(verdicts: tuple[Verdict, ...]) -> Iterator[tuple[Verdict, CompiledPolicy, CompiledStatement]]:
    for verdict in verdicts:
        for policy in verdict.policies:
            if policy is not UNKNOWN:
                for statement in policy.statements:
                    yield verdict, policy, statement


def _missed(facts: RequestFacts, kind: str, statement: CompiledStatement) -> Iterator[_Missed]:
    """Yield every part that does not match for certain, in the order of :class:`NearMiss`."""
    if kind in _WITH_PRINCIPALS:
        certain, possible = (
            (NONE, NONE) if statement.principal is None else statement.principal.level(facts.principal, facts.boundary)
        )
        if certain == NONE or (certain == ACCOUNT and kind == VPC_ENDPOINT):
            yield _Missed("principal", _principal_text(facts, possible), known=possible == NONE)
    if not statement.action_matches(facts.action):
        yield _Missed("action", f"action: the statement does not speak of {facts.request.action}", known=True)
    if statement.names_resources or kind not in _WITH_PRINCIPALS:
        matched = statement.resource_matches(facts.resource, facts.resource_parts, facts.context)
        if matched is not True:
            verb = "may not speak" if matched is None else "does not speak"
            yield _Missed("resource", f"resource: the statement {verb} of {facts.resource}", known=matched is False)
    for test in statement.conditions:
        held = test.holds(facts.context)
        if held is not True:
            found = test.found(facts.context)
            values = None if found is UNKNOWN else found
            yield _Missed("condition", _condition_text(test, found), held is False, test, values)


def _near_miss(reference: StatementReference, missed: list[_Missed]) -> NearMiss:
    first, others = missed[0], tuple(part.text for part in missed[1:])
    test = first.test
    if test is None:
        return NearMiss(reference, first.part, first.text, known=first.known, others=others)
    return NearMiss(
        reference, first.part, first.text, test.operator, test.key, test.wanted, first.found, first.known, others
    )


def _principal_text(facts: RequestFacts, possible: int) -> str:
    who = "an anonymous caller" if facts.principal.kind == ANONYMOUS else facts.principal.arn
    return f"principal: the statement {'does not name' if possible == NONE else 'may not name'} {who}"


def _condition_text(test: ConditionTest, found: Values) -> str:
    name = f"condition {test.operator} {test.key}"
    if test.why_unknown is not None:
        return f"{name}: {test.why_unknown}"
    if found is UNKNOWN:
        return f"{name}: it is not known what the request has"
    if found is None:
        return f"{name}: the request has none"
    return f"{name}: the request has {_shown(found)}, the policy wants {_shown(test.wanted)}"


def _shown(values: tuple[str, ...]) -> str:
    shown = [repr(value) for value in values[:_MOST_SHOWN]]
    more = len(values) - len(shown)
    return " or ".join(shown) + (f" or {more} more" if more > 0 else "") if shown else "nothing"
