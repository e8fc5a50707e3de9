# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run did with a plan, trust by trust: as data, and as the lines of a summary that a person can read.

The results come from the roles, per host that took part::

    {host: {failed, msg,                                                   # of the host as a whole, both optional
            trusting: {trust: {changed, failed, msg, changes, external_ids, …}},
            trusted: {principal: {changed, failed, msg, changes, …}},      # or "PRINCIPAL inline", "PRINCIPAL managed"
            proofs: [{id, outcome, said, …}]}}

A host that is missing was not in the run, and so was a side that is missing under its host. External IDs are never
shown: only how many there are, and where a third party's one is found.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..declaration.plain_values import plain
from ..planning.account_parts import GENERATED_WHEN_APPLIED
from ..planning.trusted_side import trust_of_grant
from .lines import report_lines
from .proofs import proofs_of

IN_PLACE, CHANGED, WOULD_CHANGE = "in place", "changed", "would change"
ABSENT, REMOVED, WOULD_BE_REMOVED = "absent", "removed", "would be removed"
FAILED, NOT_TRIED, NOT_IN_RUN = "failed", "not tried", "not in this run"
# What a trust's state is when its sides or operations differ: the first of these that any of them has.
_WORST_FIRST = (
    FAILED,
    NOT_TRIED,
    NOT_IN_RUN,
    CHANGED,
    REMOVED,
    WOULD_CHANGE,
    WOULD_BE_REMOVED,
    IN_PLACE,
    ABSENT,
)
_OPEN = (FAILED, NOT_TRIED, NOT_IN_RUN)
SIDES = ("trusting", "trusted")


def report(plan: object, results: object, check_mode: bool = False) -> dict:
    """Put plan and results together.

    :returns: ``rows`` (one a trust and trusting account: trust, from, to, method, state, proof …), ``failed``,
        ``not_in_run``, ``broken``, ``evaluated``, ``not_proved``, ``proofs`` (every expectation, and what came of it),
        ``third_parties``, ``notes``, ``warnings``, ``counts``, ``changed``, ``ok`` (nothing failed and nothing is
        broken) and ``lines`` (all of it as text)
    """
    return _Report(plain(plan), plain(results or {}), check_mode).as_data()


class _Report:
    """Holds plan and results while the parts of the report are made from them."""

    def __init__(self, plan: dict, results: dict, check_mode: bool) -> None:
        self.plan = plan
        self.results = results
        self.check_mode = check_mode
        self.proofs = proofs_of(plan["expectations"], results, check_mode)
        # The operations of the trusted side by trust.
        self.trusted: dict[str, list[tuple[str, dict]]] = {}
        for host, sides in plan["accounts"].items():
            for operation in sides["trusted"]:
                for trust in operation["trusts"]:
                    self.trusted.setdefault(trust, []).append((host, operation))

    def as_data(self) -> dict:
        rows = [
            self._row(name, trust, host) for name, trust in sorted(self.plan["trusts"].items()) for host in trust["to"]
        ]
        failed = [failure for host in sorted(self.plan["accounts"]) for failure in self._failures(host)]
        data = {
            "ok": not failed and not self.proofs.broken,
            "changed": any(row["changed"] for row in rows),
            "check_mode": self.check_mode,
            "rows": rows,
            "failed": failed,
            "not_in_run": self._not_in_run(),
            "broken": self.proofs.broken,
            "evaluated": self.proofs.evaluated_by_reason(),
            "not_proved": self.proofs.not_proved_by_reason(),
            "proofs": self.proofs.all(),
            "third_parties": [self._third_party(third) for third in self.plan["third_parties"]],
            "notes": {name: trust["notes"] for name, trust in sorted(self.plan["trusts"].items()) if trust["notes"]},
            "warnings": list(self.plan["warnings"]),
            "counts": self._counts(rows),
        }
        return {**data, "lines": report_lines(data)}

    # -- one trust in one trusting account ------------------------------------------------------------------------

    def _row(self, name: str, trust: dict, host: str) -> dict:
        trusting = self._state(name, host, "trusting", [name], self._together(name, host))
        operations = self.trusted.get(name, [])
        states = [
            self._state(name, owner, "trusted", _names_of(operation), operation["trusts"])
            for owner, operation in operations
        ]
        trusted = _worst(states) if states else None
        outcome = self.proofs.of(name, host, third_party=trust["third_party"])
        return {
            "trust": name,
            "from": trust["from"],
            "to": host,
            "account_id": self.plan["accounts"][host]["account_id"],
            "method": trust["method"],
            "state": _both(trusting, trusted),
            "trusting_side": trusting,
            "trusted_side": trusted,
            "changed": bool({trusting, trusted} & {CHANGED, REMOVED, WOULD_CHANGE, WOULD_BE_REMOVED}),
            "proof": outcome.text,
            "proved": outcome.proved,
            "evaluated": outcome.evaluated,
            "broken": outcome.broken,
            "expected": outcome.expected,
            "reason": outcome.reason,
            "third_party": trust["third_party"],
        }

    def _together(self, name: str, host: str) -> list[str]:
        """The trusts that operations of the trusting side serve together with this one."""
        operations = self.plan["accounts"][host]["trusting"]
        return [trust for operation in operations if name in operation["trusts"] for trust in operation["trusts"]]

    def _state(self, trust: str, host: str, side: str, names: Iterable[str], trusts: Iterable[str]) -> str:
        """The state of a trust after an operation that served ``trusts`` and whose result is under one of ``names``."""
        done = self._side(host, side)
        if done is None:
            return FAILED if self.results.get(host, {}).get("failed") else NOT_IN_RUN
        result = next((done[name] for name in names if name in done), None)
        if result is None:
            return NOT_TRIED
        if result.get("failed"):
            return FAILED
        present = self.plan["trusts"][trust]["state"] == "present"
        if not _changed(result, trust, trusts):
            return IN_PLACE if present else ABSENT
        if self.check_mode:
            return WOULD_CHANGE if present else WOULD_BE_REMOVED
        return CHANGED if present else REMOVED

    def _side(self, host: str, side: str) -> dict | None:
        found: dict | None = self.results.get(host, {}).get(side)
        return found

    # -- what a person has to look at -----------------------------------------------------------------------------

    def _failures(self, host: str) -> list[dict]:
        """Every failed operation of a host, and how far the host got on that side."""
        result = self.results.get(host, {})
        account_id = self.plan["accounts"][host]["account_id"]
        failures = []
        for side in SIDES:
            planned = self._planned(host, side)
            done = self._side(host, side) or {}
            for label, names in planned:
                entry = next((done[name] for name in names if name in done), None)
                if entry and entry.get("failed"):
                    failure = {"host": host, "account_id": account_id, "side": side, "what": label}
                    failure["msg"] = entry.get("msg") or "failed without a message"
                    failures.append({**failure, **_how_far(planned, done)})
        if result.get("failed") and not failures:
            planned = [entry for side in SIDES for entry in self._planned(host, side)]
            done = {**(self._side(host, "trusting") or {}), **(self._side(host, "trusted") or {})}
            failure = {"host": host, "account_id": account_id, "side": None, "what": "the whole account"}
            failure["msg"] = result.get("msg") or "failed without a message"
            failures.append({**failure, **_how_far(planned, done)})
        return failures

    def _planned(self, host: str, side: str) -> list[tuple[str, list[str]]]:
        """The operations of one side: how they are called in the report, and the names of their results."""
        operations = self.plan["accounts"][host][side]
        if side == "trusting":
            # One for each region has the same name, and its result is that of all of them.
            return list({operation["trust"]: operation["trusts"] for operation in operations}.items())
        return [(_label_of(operation), _names_of(operation)) for operation in operations]

    def _not_in_run(self) -> list[dict]:
        missing = []
        for host, sides in sorted(self.plan["accounts"].items()):
            if self.results.get(host, {}).get("failed"):
                continue
            left_out = [side for side in SIDES if sides[side] and self._side(host, side) is None]
            if left_out:
                missing.append({"host": host, "sides": left_out})
        return missing

    def _third_party(self, third: dict) -> dict:
        """What the other side has to do, and how many external IDs there are."""
        counts = {}
        for host in self.plan["trusts"][third["trust"]]["to"]:
            result = (self._side(host, "trusting") or {}).get(third["trust"], {})
            known = (result.get("external_ids") or {}).get(third["trust"]) or []
            counts[host] = len(set(known) - {GENERATED_WHEN_APPLIED})
        return {**third, "external_id_counts": counts}

    def _counts(self, rows: list[dict]) -> dict:
        states: dict[str, int] = {}
        for row in rows:
            worst = _worst([state for state in (row["trusting_side"], row["trusted_side"]) if state])
            states[worst] = states.get(worst, 0) + 1
        return {
            "trusts": len(self.plan["trusts"]),
            "trusting_accounts": len({row["to"] for row in rows}),
            "states": states,
            "proved": sum(row["proved"] for row in rows),
            "evaluated": sum(row["evaluated"] for row in rows),
            "broken": sum(row["broken"] for row in rows),
            "expected": sum(row["expected"] for row in rows),
        }


def _changed(result: dict, trust: str, trusts: Iterable[str]) -> bool:
    """Whether an operation changed this trust: one operation writes the statements of all trusts on its resource."""
    names = {trust_of_grant(change.get("name") or "") for change in result.get("changes") or []}
    changed = names.intersection(trusts)
    return trust in changed if changed else bool(result.get("changed"))


def _label_of(operation: dict) -> str:
    return operation["principal"] if operation["via"] == "inline" else f"{operation['principal']} ({operation['via']})"


def _names_of(operation: dict) -> list[str]:
    return [f"{operation['principal']} {operation['via']}", operation["principal"]]


def _how_far(planned: list[tuple[str, list[str]]], done: dict) -> dict:
    finished, left = [], []
    for label, names in planned:
        entry = next((done[name] for name in names if name in done), None)
        if entry is None:
            left.append(label)
        elif not entry.get("failed"):
            finished.append(label)
    return {"done": finished, "not_tried": left}


def _worst(states: list[str]) -> str:
    return min(states, key=_WORST_FIRST.index)


def _both(trusting: str, trusted: str | None) -> str:
    """One phrase for two sides; a side that is open is named."""
    if trusted is None or trusting == trusted:
        return trusting
    by_side = dict(zip(SIDES, (trusting, trusted), strict=True))
    still_open = [side for side in SIDES if by_side[side] in _OPEN]
    if not still_open:
        return _worst([trusting, trusted])
    phrases = [f"{by_side[side]} ({side} side)" for side in SIDES if by_side[side] in (FAILED, NOT_TRIED)]
    if phrases:
        return ", ".join(phrases)
    other = by_side[SIDES[1 - SIDES.index(still_open[0])]]
    return f"{other}, {still_open[0]} side {NOT_IN_RUN}"
