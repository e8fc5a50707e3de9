# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trusts that end by themselves (``not_after`` under the method)."""

from __future__ import annotations

import datetime
import re

from ..declaration.trust import Trust


def has_ended(trust: Trust, now: datetime.datetime | None) -> bool:
    """Whether the trust's own end is before ``now`` (an aware time); without ``now`` nothing has ended."""
    not_after = trust.spec.not_after
    if now is None or not not_after:
        return False
    return _time(not_after) < now


def just_after(not_after: str) -> str:
    """The second after an end, as IAM writes times."""
    after = _time(not_after).astimezone(datetime.timezone.utc) + datetime.timedelta(seconds=2)
    return after.strftime("%Y-%m-%dT%H:%M:%SZ")


def _time(text: str) -> datetime.datetime:
    # fromisoformat() of Python 3.10 reads neither the Z nor every fraction of a second.
    return datetime.datetime.fromisoformat(re.sub(r"\.[0-9]+", "", text).replace("Z", "+00:00"))
