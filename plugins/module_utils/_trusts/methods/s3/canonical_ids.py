# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canonical IDs, by which access control lists name accounts, and which no API tells of others."""

from __future__ import annotations

from ...declaration.problems import Problems
from ...declaration.trust import Trusted


def check_canonical_id(given: bool, option: str, trusted: Trusted | None, where: str, problems: Problems) -> None:
    """Needed of a third party; an account of the inventory is asked for its own."""
    if not given and trusted and not trusted.host:
        problems.add(
            where,
            f"{option}.canonical_id of the third party {trusted.account_id} is missing",
            "an ACL names accounts by it: they find it with `aws s3api list-buckets --query Owner.ID`",
        )
