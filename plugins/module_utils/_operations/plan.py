# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operation is going to do: the one value that `changed`, `diff` and check mode are all derived from."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Change:
    """One thing that differs, in the user's words.

    `what` is an option of the module ("max_session_duration", "trusted", "managed_policies" …) or "role",
    `name` the entry it concerns (a grant's name, an ARN, a tag key; the resource's own name otherwise).
    `before` and `after` are JSON-able; `None` means absent.
    """

    what: str
    name: str
    before: object = None
    after: object = None

    def as_result(self) -> dict:
        """Return the change as an entry of the result's `changes` list."""
        return {"what": self.what, "name": self.name, "before": self.before, "after": self.after}


@dataclass(frozen=True)
class Plan:
    """All changes of one run, with the whole readable view before and after them for `--diff`.

    The views hold everything that a reader of the diff wants beside the changes; `{}` stands for "does not exist".
    """

    changes: tuple[Change, ...] = ()
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether anything differs."""
        return bool(self.changes)
