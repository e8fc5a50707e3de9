# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls that take a second permission, on both sides, because of what they bring along."""

from __future__ import annotations

from collections.abc import Mapping

from ..language.documents import ascii_lower

_ASSUME = frozenset({"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"})


def second_permissions(action: str, context: Mapping) -> list[tuple[str, str]]:
    """Return the other actions that a request takes, each with the reason.

    Sessions are tagged with ``sts:TagSession`` (IAM User Guide, "Passing session tags in AWS STS") and named with
    ``sts:SetSourceIdentity`` ("Monitor and control actions taken with assumed roles"), on the role that is assumed.
    """
    if ascii_lower(action) not in _ASSUME:
        return []
    brought = {ascii_lower(key) for key, value in context.items() if value is not None}
    found = []
    if any(key == "aws:tagkeys" or key.startswith("aws:requesttag/") for key in brought):
        found.append(("sts:TagSession", "the session gets tags"))
    if "sts:sourceidentity" in brought:
        found.append(("sts:SetSourceIdentity", "the session gets a source identity"))
    return found
