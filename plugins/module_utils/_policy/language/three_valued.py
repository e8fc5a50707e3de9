# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Truth with three values: ``True``, ``False`` and ``None`` for "not known" (Kleene's strong logic)."""

from __future__ import annotations


def both(left: bool | None, right: bool | None) -> bool | None:
    """Three-valued "and": not known unless one side decides."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def either(left: bool | None, right: bool | None) -> bool | None:
    """Three-valued "or": not known unless one side decides."""
    if left or right:
        return True
    return None if left is None or right is None else False


def agreed(left: bool | None, right: bool | None) -> bool | None:
    """Return what both say, not known where they differ: one of the two is the case."""
    return left if left is right else None
