# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the proofs of a run say about the expectations of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..._advice.sentences import explained
from ..._expectations.proof_outcome import BROKEN, EVALUATED, NOT_PROVED, PROVED

CHECK_MODE = "check mode"
NOT_ASKED = "not in this run"
# A longer reason is left to the list below the table.
LONGEST_REASON = 60


@dataclass(frozen=True)
class Outcome:
    """How many of some expectations were proved or broken; ``reason`` says why the others were not proved.

    ``evaluated`` could not be tried, and the policies of both accounts say that they are as declared.
    """

    proved: int
    broken: int
    expected: int
    reason: str = ""
    third_party: bool = False
    evaluated: int = 0

    @property
    def text(self) -> str:
        """``proved 5/5``, ``2 of 5 BROKEN``, ``proved 3/5, 1 evaluated, 1 not proved (no keys)``."""
        left = self.expected - self.proved - self.broken - self.evaluated
        reason = self.reason if len(self.reason) <= LONGEST_REASON else "see below"
        parts = []
        if self.broken:
            parts.append(f"{self.broken} of {self.expected} BROKEN")
        elif self.proved:
            parts.append(f"proved {self.proved}/{self.expected}")
        if self.evaluated:
            parts.append(f"{self.evaluated} evaluated")
        if not self.expected:
            parts.append("not proved (no credentials to try with)")
        elif left:
            parts.append(f"{left} not proved ({reason})" if parts else f"not proved ({reason})")
        if self.third_party and self.expected:
            parts.append("the third party itself not proved")
        return ", ".join(parts)

    def times(self, count: int) -> Outcome:
        """The same outcome for several accounts."""
        return replace(
            self,
            proved=self.proved * count,
            broken=self.broken * count,
            expected=self.expected * count,
            evaluated=self.evaluated * count,
        )


class Proofs:
    """The proofs of a run by expectation; ``broken`` are those that came out the other way."""

    def __init__(self, expectations: Iterable[dict], proofs: dict[str, dict], check_mode: bool) -> None:
        self._proofs = proofs
        self._otherwise = CHECK_MODE if check_mode else NOT_ASKED
        self._by_trust: dict[tuple[str, str], list[dict]] = {}
        self.expectations = list(expectations)
        for expectation in self.expectations:
            self._by_trust.setdefault((expectation["trust"], expectation["trusting"]), []).append(expectation)
        self.broken = [
            {
                "id": e["id"],
                "trust": e["trust"],
                "expect": e["expect"],
                "said": self._said(e) or e["why"],
                "explained": explained(self._proofs[e["id"]].get("evaluation")),
            }
            for e in self.expectations
            if self._outcome(e) == BROKEN
        ]

    def of(self, trust: str, host: str, third_party: bool) -> Outcome:
        """The outcome of one trust in one trusting account."""
        expectations = self._by_trust.get((trust, host), [])
        outcomes = [self._outcome(expectation) for expectation in expectations]
        reasons = [self._reason(e) for e, outcome in zip(expectations, outcomes, strict=True) if outcome == NOT_PROVED]
        reason = " / ".join(dict.fromkeys(reasons))
        proved, broken, evaluated = (outcomes.count(outcome) for outcome in (PROVED, BROKEN, EVALUATED))
        return Outcome(proved, broken, len(outcomes), reason, third_party, evaluated)

    def all(self) -> list[dict]:
        """Every expectation with what came of it: ``outcome``, ``said``, and ``evaluation`` where there was one."""
        kept = ("id", "trust", "trusting", "actor", "call", "role_arn", "bucket", "resource", "expect", "why")
        entries = []
        for expectation in self.expectations:
            entry = {name: expectation[name] for name in kept if name in expectation}
            entry["outcome"] = self._outcome(expectation)
            found = self._proofs.get(expectation["id"], {})
            entry["said"] = self._said(expectation) if found else self._reason(expectation)
            entries.append({**entry, **{name: found[name] for name in ("answer", "evaluation") if found.get(name)}})
        return entries

    def evaluated_by_reason(self) -> list[dict]:
        """``[{reason, ids}]`` of everything that the policies alone show, in the plan's order."""
        return self._by_reason(EVALUATED)

    def not_proved_by_reason(self) -> list[dict]:
        """``[{reason, ids}]`` of everything that was neither proved nor broken, in the plan's order."""
        return self._by_reason(NOT_PROVED)

    def _by_reason(self, outcome: str) -> list[dict]:
        by_reason: dict[str, list[str]] = {}
        for expectation in self.expectations:
            if self._outcome(expectation) == outcome:
                by_reason.setdefault(self._reason(expectation), []).append(expectation["id"])
        return [{"reason": reason, "ids": ids} for reason, ids in by_reason.items()]

    def _outcome(self, expectation: dict) -> str:
        outcome = self._proofs.get(expectation["id"], {}).get("outcome")
        return outcome if outcome in (PROVED, EVALUATED, BROKEN) else NOT_PROVED

    def _reason(self, expectation: dict) -> str:
        if expectation["id"] not in self._proofs:
            return self._otherwise
        return self._said(expectation) or "no reason was given"

    def _said(self, expectation: dict) -> str:
        return str(self._proofs[expectation["id"]].get("said") or "")


def proofs_of(expectations: Iterable[dict], results: dict, check_mode: bool) -> Proofs:
    """Collect the proofs of every host of a run."""
    found = {}
    for result in results.values():
        for proof in result.get("proofs") or []:
            found[proof["id"]] = proof
    return Proofs(expectations, found, check_mode)
