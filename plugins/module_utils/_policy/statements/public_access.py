# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a bucket's policy is public by AWS's definition, and what Block Public Access then does about it.

Source: S3 User Guide, "Blocking public access to your Amazon S3 storage", "The meaning of 'public'" and "Block public
access settings".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..language.comparison import sid_of
from ..language.documents import ascii_lower, condition_lines, statements
from ..language.narrowing import narrows
from ..language.principals import principal_pairs

BLOCK_POLICY = "BlockPublicPolicy"
RESTRICT_BUCKETS = "RestrictPublicBuckets"


@dataclass(frozen=True)
class BlockPublicAccess:
    """The settings of Block Public Access by level ("bucket", "account"): which are on; `None` where unknown."""

    levels: Mapping[str, frozenset[str] | None] = field(default_factory=dict)

    def on(self, setting: str) -> list[str]:
        """Return the levels at which a setting is on: the strictest level counts."""
        return [level for level, settings in self.levels.items() if settings is not None and setting in settings]

    @property
    def unknown(self) -> list[str]:
        """The levels whose settings could not be read."""
        return [level for level, settings in self.levels.items() if settings is None]


def why_public(statement: Mapping) -> str | None:
    """Return what makes a statement public, `None` when it is not."""
    if statement.get("Effect") != "Allow":
        return None
    if "NotPrincipal" in statement:
        who = "NotPrincipal allows everyone but a few"
    elif ("AWS", "*") in principal_pairs(statement.get("Principal")):
        who = "'*' is everyone, also without an AWS account"
    else:
        return None
    condition = statement.get("Condition")
    if narrows(condition):
        return None
    keys = sorted({key for _operator, key, _values in condition_lines(condition)})
    if any(ascii_lower(key) == "aws:sourceip" for key in keys):
        return f"{who}, and the range of addresses is wider than /8 (IPv6: /32) or no fixed one"
    if keys:
        return f"{who}, and no condition on {', '.join(keys)} names known callers as AWS counts it"
    return f"{who}, and nothing narrows it"


def public_statements(document: dict | None) -> dict[str, str]:
    """Return what makes a policy public: reasons by Sid, `statement N` (from 1) where there is none."""
    found = {}
    for index, statement in enumerate(statements(document), start=1):
        reason = why_public(statement)
        if reason:
            found[sid_of(statement) or f"statement {index}"] = reason
    return found
