# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies of IAM as the text that IAM sent, instead of what botocore makes of it.

botocore decodes them by itself: of an object with one key twice it keeps the last without a word, it takes NaN, writes
numbers in its own way, and ends in a RecursionError where one nests deep. `stored_document` refuses all that.
Private to this collection.
"""

from __future__ import annotations

try:
    from botocore.handlers import json_decode_policies
except ImportError:
    # There are no handlers to change without botocore.
    json_decode_policies = None

_EVENT = "after-call.iam"


def keep_policy_texts(handlers: object) -> None:
    """Take botocore's decoding of policies out of a session's event handlers."""
    handlers.unregister(_EVENT, json_decode_policies)
