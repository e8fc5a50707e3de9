# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as lines of text: a table, then what a person has to look at."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from ..declaration.problems import some_of
from .proofs import Outcome

WIDTH = 120
_COLUMNS = ("TRUST", "FROM", "TO", "METHOD", "STATE", "PROOF")
# The widest that a column gets. The last one takes what is left; the others make room until it has this much.
_WIDEST = (24, 36, 26, 10, 24)
_LAST = 26
_MOST_ACCOUNTS = 4
_MOST_IDS = 3


def report_lines(data: dict) -> list[str]:
    """The lines of the whole summary, at most ``WIDTH`` wide. The policies of third parties are in the data alone."""
    lines = table(_COLUMNS, _merged_rows(data["rows"]))
    for title, block in (
        ("Failed", _failed(data["failed"])),
        ("Broken: not as the trusts say", _broken(data["broken"])),
        ("Confirmed by policy evaluation only", _not_proved(data["evaluated"])),
        ("Not proved", _not_proved(data["not_proved"])),
        ("Not in this run", _not_in_run(data["not_in_run"])),
        ("To do on the other side", _third_parties(data["third_parties"])),
        (
            "Notes",
            [line for trust, notes in data["notes"].items() for n in notes for line in _wrapped(f"{trust}: {n}")],
        ),
        ("Warnings", [line for warning in data["warnings"] for line in _wrapped(warning)]),
    ):
        if block:
            lines += ["", title, *block]
    return [*lines, "", _total(data)]


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A fixed-width table; a cell that is too long goes on in the next line, nothing is cut off."""
    rows = list(rows)
    widths = [
        min(widest, max(len(str(row[column])) for row in [header, *rows])) for column, widest in enumerate(_WIDEST)
    ]
    between = 2 * len(widths)
    while sum(widths) + between + _LAST > WIDTH:
        widths[widths.index(max(widths))] -= 1
    widths.append(WIDTH - sum(widths) - between)
    lines = []
    for row in [header, ["-" * width for width in widths], *rows]:
        cells = [textwrap.wrap(str(cell), width) or [""] for cell, width in zip(row, widths, strict=True)]
        for line in range(max(len(cell) for cell in cells)):
            parts = [cell[line] if line < len(cell) else "" for cell in cells]
            lines.append("  ".join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip())
    return lines


def _merged_rows(rows: list[dict]) -> list[list[str]]:
    """One row for all accounts of a trust that are in the same state with the same proof."""
    alike: dict[tuple, list[dict]] = {}
    for row in rows:
        alike.setdefault((row["trust"], row["state"], row["proof"]), []).append(row)
    merged = []
    for same in alike.values():
        row = same[0]
        one = Outcome(
            row["proved"], row["broken"], row["expected"], row["reason"], row["third_party"], row["evaluated"]
        )
        accounts = some_of([other["to"] for other in same], _MOST_ACCOUNTS)
        merged.append([row["trust"], row["from"], accounts, row["method"], row["state"], one.times(len(same)).text])
    return merged


def _failed(failures: list[dict]) -> list[str]:
    """What failed for the same reason on one side of one account is one entry."""
    alike: dict[tuple, list[dict]] = {}
    for failure in failures:
        alike.setdefault((failure["host"], failure["side"], failure["msg"]), []).append(failure)
    lines = []
    for (host, side, message), same in alike.items():
        what = f", {side} side of {some_of([failure['what'] for failure in same])}" if side else ""
        lines += _wrapped(f"{host} ({same[0]['account_id']}){what}: {message}")
        done = some_of(same[0]["done"]) if same[0]["done"] else "nothing"
        rest = f"; not tried: {some_of(same[0]['not_tried'])}" if same[0]["not_tried"] else ""
        lines += _wrapped(f"done: {done}{rest}", "      ")
    return lines


def _broken(broken: list[dict]) -> list[str]:
    lines = []
    for proof in broken:
        expected = f"expected {proof['expect']}"
        lines += _wrapped(f"{proof['id']} {expected}: {proof['said']}")
        # What is to be copied is not wrapped.
        lines += [line for each in proof["explained"] for line in _whole_or_wrapped(each)]
    return lines


def _not_proved(not_proved: list[dict]) -> list[str]:
    lines = []
    for group in not_proved:
        lines += _wrapped(f"{len(group['ids'])}: {group['reason']} ({some_of(group['ids'], _MOST_IDS)})")
    return lines


def _not_in_run(missing: list[dict]) -> list[str]:
    lines = []
    for sides in (["trusting"], ["trusted"], ["trusting", "trusted"]):
        hosts = [entry["host"] for entry in missing if entry["sides"] == sides]
        if hosts:
            lines += _wrapped(f"{' and '.join(sides)} side of {some_of(hosts)}")
    return lines


def _third_parties(third_parties: list[dict]) -> list[str]:
    lines = []
    for third in third_parties:
        who = ", ".join(third["principals"])
        account = f"the account {third['account_id']}"
        lines += _wrapped(f"{third['trust']}: {account} attaches the policy in third_parties to {who}")
        lines += _wrapped(third["external_id_note"], "    ") if third["external_id_note"] else []
        known = {host: count for host, count in third["external_id_counts"].items() if count}
        if known:
            counts = ", ".join(f"{count} in {host}" for host, count in list(known.items())[:_MOST_ACCOUNTS])
            rest = len(known) - _MOST_ACCOUNTS
            lines += _wrapped(
                f"valid external IDs: {counts}" + (f" and {rest} more accounts" if rest > 0 else ""), "    "
            )
    return lines


def _total(data: dict) -> str:
    counts = data["counts"]
    states = ", ".join(f"{count} {state}" for state, count in counts["states"].items()) or "nothing planned"
    return (
        f"{counts['trusts']} trusts to {counts['trusting_accounts']} accounts: {states}; "
        f"{counts['proved']} of {counts['expected']} expectations proved, "
        + (f"{counts['evaluated']} evaluated, " if counts["evaluated"] else "")
        + f"{counts['broken']} broken"
    )


def _whole_or_wrapped(line: str) -> list[str]:
    return [f"      {line}"] if line.startswith(" ") else _wrapped(line, "      ")


def _wrapped(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False)
