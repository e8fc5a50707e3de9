# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answer to a request: allowed, denied or unknown, and why."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from .near_misses import NearMiss, StatementReference, near_misses, statement_reference, unknown_inputs
from .request_facts import RequestFacts
from .verdicts import (
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
    Verdict,
)

ALLOWED = "allowed"
DENIED = "denied"
UNDECIDED = "unknown"

EXPLICITLY_DENIED = "explicitly_denied"
IMPLICITLY_DENIED = "implicitly_denied"
NOT_APPLICABLE = "not_applicable"

KINDS = (
    IDENTITY,
    BOUNDARY,
    SESSION_POLICY,
    RESOURCE,
    ACL,
    BLOCK_PUBLIC_ACCESS,
    VPC_ENDPOINT,
    SCP,
    RCP,
    SERVICE_RULE,
)


@dataclass(frozen=True)
class Outcome:
    """What one kind of policy said, or one level of the organization's.

    ``said`` is ``allowed``, ``explicitly_denied``, ``implicitly_denied``, ``not_applicable`` or ``unknown``. ``name``
    is the level's, ``statement`` the one that decided, ``note`` the reason where no statement is one.
    """

    kind: str
    said: str
    name: str = ""
    statement: StatementReference | None = None
    note: str = ""


@dataclass(frozen=True)
class Decision:
    """The answer (``allowed``, ``denied`` or ``unknown``) with everything that explains it, worked out on demand."""

    answer: str
    _facts: RequestFacts
    _verdicts: tuple[Verdict, ...]
    _blocking: tuple[Verdict, ...]

    @property
    def allowed(self) -> bool:
        """Whether the answer is ``allowed``: neither denied nor unknown."""
        return self.answer == ALLOWED

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What every kind of policy said, in a fixed order; control policies once for each level."""
        found = []
        for kind in KINDS:
            said = [_outcome(verdict) for verdict in self._verdicts if verdict.kind == kind]
            found.extend(said or [Outcome(kind, NOT_APPLICABLE)])
        return tuple(found)

    @cached_property
    def blocked_by(self) -> tuple[Outcome, ...]:
        """What has to change before a denied request is allowed: explicit denies first, then what does not allow it.

        Within one account an Allow of the identity's or of the resource's policy is enough: then the identity's is
        named.
        """
        return tuple(_outcome(verdict) for verdict in self._blocking)

    @cached_property
    def deciding(self) -> tuple[StatementReference, ...]:
        """The statements that decided: those that deny, or those that allow; empty where none did."""
        if self.answer == ALLOWED:
            found = [(verdict.kind, verdict.allowing) for verdict in self._verdicts if verdict.kind in _GRANTING]
        else:
            found = [(verdict.kind, verdict.denying) for verdict in self._verdicts]
        return tuple(statement_reference(kind, *where) for kind, where in found if where is not None)

    @cached_property
    def near_misses(self) -> tuple[NearMiss, ...]:
        """The statements that nearly matched, the nearest first."""
        return near_misses(self._facts, self._verdicts)

    @cached_property
    def unknown_because(self) -> tuple[str, ...]:
        """What was not known where it mattered; empty unless the answer is ``unknown``."""
        return unknown_inputs(self._facts, self._verdicts) if self.answer == UNDECIDED else ()


_GRANTING = (IDENTITY, RESOURCE, ACL)


def _outcome(verdict: Verdict) -> Outcome:
    where = None
    if verdict.deny:
        said, where = EXPLICITLY_DENIED, verdict.denying
    elif verdict.deny is None or verdict.allow is None:
        said = UNDECIDED
    elif verdict.allow:
        said, where = ALLOWED, verdict.allowing
    else:
        said = IMPLICITLY_DENIED
    reference = None if where is None else statement_reference(verdict.kind, *where)
    return Outcome(verdict.kind, said, verdict.name, reference, verdict.note)
