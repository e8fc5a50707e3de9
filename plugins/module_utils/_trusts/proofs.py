# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the proofs of a run say about the expectations of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

PROVED, BROKEN, NOT_PROVED = "proved", "broken", "not_proved"
CHECK_MODE = "check mode"
NOT_ASKED = "not in this run"
# A longer reason is left to the list below the table.
LONGEST_REASON = 60


@dataclass(frozen=True)
class Outcome:
    """How many of some expectations were proved or broken; ``reason`` says why the others were not proved."""

    proved: int
    broken: int
    expected: int
    reason: str = ""
    third_party: bool = False

    @property
    def text(self) -> str:
        """``proved 5/5``, ``2 of 5 BROKEN``, ``proved 3/5, 2 not proved (no keys)`` or ``not proved (check mode)``."""
        left = self.expected - self.proved - self.broken
        reason = self.reason if len(self.reason) <= LONGEST_REASON else "see below"
        parts = []
        if self.broken:
            parts.append(f"{self.broken} of {self.expected} BROKEN")
        elif self.proved:
            parts.append(f"proved {self.proved}/{self.expected}")
        if not self.expected:
            parts.append("not proved (nothing to ask with)")
        elif left:
            parts.append(f"{left} not proved ({reason})" if parts else f"not proved ({reason})")
        if self.third_party and self.expected:
            parts.append("the third party itself not proved")
        return ", ".join(parts)

    def times(self, count: int) -> Outcome:
        """The same outcome for several accounts."""
        return Outcome(self.proved * count, self.broken * count, self.expected * count, self.reason, self.third_party)


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
            {"id": e["id"], "trust": e["trust"], "expect": e["expect"], "said": self._said(e) or e["why"]}
            for e in self.expectations
            if self._outcome(e) == BROKEN
        ]

    def of(self, trust: str, host: str, third_party: bool) -> Outcome:
        """The outcome of one trust in one trusting account."""
        expectations = self._by_trust.get((trust, host), [])
        outcomes = [self._outcome(expectation) for expectation in expectations]
        reasons = [self._reason(e) for e, outcome in zip(expectations, outcomes, strict=True) if outcome == NOT_PROVED]
        reason = " / ".join(dict.fromkeys(reasons))
        return Outcome(outcomes.count(PROVED), outcomes.count(BROKEN), len(outcomes), reason, third_party)

    def not_proved_by_reason(self) -> list[dict]:
        """``[{reason, ids}]`` of everything that was neither proved nor broken, in the plan's order."""
        by_reason: dict[str, list[str]] = {}
        for expectation in self.expectations:
            if self._outcome(expectation) == NOT_PROVED:
                by_reason.setdefault(self._reason(expectation), []).append(expectation["id"])
        return [{"reason": reason, "ids": ids} for reason, ids in by_reason.items()]

    def _outcome(self, expectation: dict) -> str:
        outcome = self._proofs.get(expectation["id"], {}).get("outcome")
        return outcome if outcome in (PROVED, BROKEN) else NOT_PROVED

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
