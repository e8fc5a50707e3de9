# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a declaration: collected first, said all at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from ..._border.texts import one_line


class PlanError(ValueError):
    """The declared accounts or trusts cannot be planned.

    ``errors`` holds one line a problem; the text of the error is all of them.
    """

    def __init__(self, errors: Iterable[str]) -> None:
        self.errors = list(errors)
        count = len(self.errors)
        title = "1 problem" if count == 1 else f"{count} problems"
        super().__init__(
            "\n".join([f"{title} in the declared trusts and accounts:", *(f"- {one_line(e)}" for e in self.errors)])
        )


class Problems:
    """Collects problems in the order in which they are found; the same line is kept once."""

    def __init__(self) -> None:
        self._errors: dict[str, None] = {}

    def add(self, where: str, wrong: str, right: str) -> None:
        """``where`` is ``trust 'backup'`` or ``host 'platform'``; ``wrong`` and ``right`` are clauses."""
        self.add_line(where, f"{wrong}; {right}")

    def add_line(self, where: str, line: str) -> None:
        """A problem whose text already says what would be right."""
        self._errors[f"{where}: {line}"] = None

    def __bool__(self) -> bool:
        return bool(self._errors)

    def __len__(self) -> int:
        return len(self._errors)

    def raise_if_any(self) -> None:
        """Raise :class:`PlanError` with everything that was collected."""
        if self._errors:
            raise PlanError(self._errors)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean 'platform'? `` when something known looks like ``word``, else nothing. Ends with a blank."""
    candidates = sorted(known)
    close = difflib.get_close_matches(word, candidates, n=1, cutoff=0.6)
    if not close:
        by_lower = {candidate.lower(): candidate for candidate in candidates}
        close = [by_lower[word.lower()]] if word.lower() in by_lower else []
    return f"did you mean '{close[0]}'? " if close else ""


def some_of(names: Iterable[str], most: int = 8) -> str:
    """``a, b, c`` and how many more, for error texts; ``none`` when there is nothing."""
    listed = sorted(names)
    if not listed:
        return "none"
    rest = len(listed) - most
    return ", ".join(listed[:most]) + (f" and {rest} more" if rest > 0 else "")


def kind_of(value: object) -> str:
    """What a user calls a value of this type."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, list):
        return "a list"
    return "a mapping"
