# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies made ready for many evaluations: parsed once, statements with their patterns, conditions and principals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property, lru_cache

from ..language.comparison import sid_of
from ..language.conditions import ConditionTest, compile_conditions
from ..language.context import ContextView
from ..language.documents import CURRENT_VERSION, PolicyError, parse_document, statements, texts
from ..language.matching import ActionPattern, ResourcePattern
from ..language.narrowing import narrows
from ..language.three_valued import both
from .principal_matching import PrincipalElement, names_of
from .request_principals import RequestPrincipal

_CACHED_POLICIES = 2048
_FEW_STATEMENTS = 8
"""So many are looked at faster than they are looked up."""


class CompiledStatement:
    """One statement. ``index`` counts from 0; ``principal`` is ``None`` where it has no Principal or NotPrincipal."""

    __slots__ = (
        "_actions",
        "_not_actions",
        "_not_resources",
        "_resources",
        "conditions",
        "denies",
        "index",
        "principal",
        "sid",
        "source",
    )

    def __init__(self, statement: dict, index: int, *, variables: bool) -> None:
        effect = statement.get("Effect")
        if effect not in ("Allow", "Deny"):
            raise PolicyError(f"Statement[{index}].Effect is {effect!r}; it is Allow or Deny")
        self.source = statement
        self.index = index
        self.sid = sid_of(statement)
        self.denies = effect == "Deny"
        self._actions, self._not_actions = (
            ActionPattern(texts(statement[name], name)) if name in statement else None
            for name in ("Action", "NotAction")
        )
        self._resources, self._not_resources = (
            ResourcePattern(texts(statement[name], name), variables=variables) if name in statement else None
            for name in ("Resource", "NotResource")
        )
        self.principal = PrincipalElement.of(statement)
        self.conditions: tuple[ConditionTest, ...] = compile_conditions(statement.get("Condition"), variables=variables)

    @property
    def names_resources(self) -> bool:
        """Whether it has a Resource or NotResource element. Statements of trust policies have none."""
        return self._resources is not None or self._not_resources is not None

    @property
    def services(self) -> frozenset[str] | None:
        """The prefixes of the actions that it speaks of, None where they can be any."""
        return None if self._actions is None else self._actions.services

    def action_matches(self, action: str) -> bool:
        """Whether it speaks of the lower-case ``action``; a statement without Action and NotAction speaks of none."""
        if self._actions is not None and not self._actions.matches(action):
            return False
        if self._not_actions is not None:
            return not self._not_actions.matches(action)
        return self._actions is not None

    def resource_matches(self, resource: str, parts: Sequence[str], context: ContextView) -> bool | None:
        """Whether it speaks of the resource; one that names no resources does not."""
        matched: bool | None = self._resources is not None
        if self._resources is not None:
            matched = self._resources.matches(resource, parts, context)
        if self._not_resources is not None:
            excluded = self._not_resources.matches(resource, parts, context)
            outside = None if excluded is None else not excluded
            return outside if self._resources is None else both(matched, outside)
        return matched

    def conditions_hold(self, context: ContextView) -> bool | None:
        """Whether all its conditions hold."""
        result: bool | None = True
        for test in self.conditions:
            held = test.holds(context)
            if held is False:
                return False
            if held is None:
                result = None
        return result


class CompiledPolicy:
    """A policy document made ready. ``name`` is what a decision calls it. Never changed once it is made."""

    def __init__(self, document: str | dict | None, name: str = "") -> None:
        parsed = parse_document(document) or {}
        variables = parsed.get("Version") == CURRENT_VERSION
        self.name = name
        self.document = parsed
        self.statements = tuple(
            CompiledStatement(statement, index, variables=variables)
            for index, statement in enumerate(statements(parsed))
        )
        self._by_service: dict[str, tuple[CompiledStatement, ...]] = {}

    def __repr__(self) -> str:
        return f"CompiledPolicy({self.name!r})"

    def on(self, service: str) -> Sequence[CompiledStatement]:
        """Return, in their order, the statements that may speak of actions of a service, by its lower-case prefix."""
        if len(self.statements) <= _FEW_STATEMENTS:
            return self.statements
        if service not in self._by_service:
            self._by_service[service] = tuple(
                statement
                for statement in self.statements
                if statement.services is None or service in statement.services
            )
        return self._by_service[service]

    def about(self, principal: RequestPrincipal) -> Sequence[CompiledStatement]:
        """Return, in their order, the statements whose Principal element may mean who asks."""
        if len(self.statements) <= _FEW_STATEMENTS:
            return self.statements
        by_name, always = self._by_name
        found = always.union(*(by_name.get(name, ()) for name in names_of(principal)))
        return [self.statements[index] for index in sorted(found)]

    @cached_property
    def _by_name(self) -> tuple[dict[object, list[int]], frozenset[int]]:
        by_name: dict[object, list[int]] = {}
        always = []
        for statement in self.statements:
            names = statement.principal.names if statement.principal else ()
            if names is None:
                always.append(statement.index)
            for name in names or ():
                by_name.setdefault(name, []).append(statement.index)
        return by_name, frozenset(always)

    @cached_property
    def is_public(self) -> bool:
        """Whether S3 calls it public: it allows everyone, and no condition holds that to known callers or networks.

        (S3 User Guide, "Blocking public access", "The meaning of public".)
        """
        return any(
            not statement.denies
            and statement.principal is not None
            and statement.principal.is_open
            and not narrows(statement.source.get("Condition"))
            for statement in self.statements
        )


def compile_policy(document: str | dict | CompiledPolicy | None, name: str = "") -> CompiledPolicy:
    """Return ``document`` ready for evaluation; the same text is compiled once.

    Raises :class:`PolicyError` for what is no policy. The cache goes by content, so that a dict may be changed
    afterwards without harm. ``None`` and ``{}`` are a policy without statements.
    """
    if isinstance(document, CompiledPolicy):
        return document
    if document is not None and not isinstance(document, str):
        parse_document(document)
        document = json.dumps(document)
    return _compile(document, name)


@lru_cache(maxsize=_CACHED_POLICIES)
def _compile(text: str | None, name: str) -> CompiledPolicy:
    return CompiledPolicy(text, name)
