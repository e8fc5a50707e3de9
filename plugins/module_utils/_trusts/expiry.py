# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trusts that end by themselves (``not_after`` under the method)."""

from __future__ import annotations

import datetime
import re

from ansible_collections.xacct.aws.plugins.module_utils._trusts.trust import Trust


def has_ended(trust: Trust, now: datetime.datetime | None) -> bool:
    """Whether the trust's own end is before ``now`` (an aware time); without ``now`` nothing has ended."""
    not_after = trust.way.not_after
    if now is None or not not_after:
        return False
    # fromisoformat() of Python 3.10 reads neither the Z nor every fraction of a second.
    text = re.sub(r"\.[0-9]+", "", not_after).replace("Z", "+00:00")
    return datetime.datetime.fromisoformat(text) < now
