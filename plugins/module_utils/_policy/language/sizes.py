# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a policy is by AWS's count, so that it is refused with the numbers before the call."""

from __future__ import annotations

from typing import Literal

from .documents import PolicyError, compact_json, parse_document

Count = Literal["characters", "bytes"]


class PolicyTooLarge(PolicyError):
    """A policy is longer than its limit; ``size``, ``limit``, ``count`` and ``label`` hold the facts."""

    def __init__(self, label: str, size: int, limit: int, count: Count) -> None:
        self.label, self.size, self.limit, self.count = label, size, limit, count
        super().__init__(
            f"{label} would be {size:,} {count} long (whitespace not counted); the limit is {limit:,}, "
            f"{size - limit:,} fewer"
        )


def policy_size(document: str | dict | None, count: Count) -> int:
    """Return the length of the document without whitespace: IAM counts ``characters``, S3 and others ``bytes``."""
    parsed = parse_document(document)
    text = compact_json(parsed) if parsed is not None else ""
    if count == "characters":
        return len(text)
    if count == "bytes":
        return len(text.encode("utf-8"))
    raise ValueError(f"a policy is counted in characters or bytes, not {count!r}")


def check_size(document: str | dict | None, limit: int, count: Count, label: str) -> None:
    """Raise :class:`PolicyTooLarge` if the document is longer than ``limit``; ``label`` names it in the message."""
    size = policy_size(document, count)
    if size > limit:
        raise PolicyTooLarge(label, size, limit, count)
