# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The message that a proof sends, to a topic, a queue, or to be encrypted. Private to this collection."""

from __future__ import annotations

import secrets

from .._policy.language.principals import Arn

MESSAGE = "A proof of xacct_verify; it means nothing."
_GROUP = "xacct-verify"


def ordered(arn: Arn) -> dict[str, str]:
    """Return what a message has to bring besides where messages have an order: its group, and an ID of its own."""
    if not arn.resource.endswith(".fifo"):
        return {}
    return {"MessageGroupId": _GROUP, "MessageDeduplicationId": secrets.token_hex(16)}
