# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong between trusts that are right by themselves: one role in two of them, one account under two hosts."""

from __future__ import annotations

from ..declaration.problems import Problems, some_of
from ..declaration.trust import Trust
from ..methods.registry import METHODS
from ..methods.s3.conflicts import check_buckets


def check_conflicts(trusts: list[Trust], problems: Problems) -> None:
    """Add every contradiction between two trusts to ``problems``."""
    _check_accounts(trusts, problems)
    for name, method in METHODS.items():
        method.check([trust for trust in trusts if trust.method == name], problems)
    check_buckets(trusts, problems)


def _check_accounts(trusts: list[Trust], problems: Problems) -> None:
    """Two hosts may stand for one account, but not on the same side: each would write without knowing of the other."""
    trusting: dict[tuple[str, str], set[str]] = {}
    trusted: dict[tuple[str, str], set[str]] = {}
    for trust in trusts:
        for account in trust.trusting:
            trusting.setdefault(account.key, set()).add(account.host)
        if trust.trusted.host:
            trusted.setdefault((trust.trusted.partition, trust.trusted.account_id), set()).add(trust.trusted.host)
    for side, accounts in (("trusting", trusting), ("trusted", trusted)):
        for (_partition, account_id), hosts in sorted(accounts.items()):
            if len(hosts) > 1:
                problems.add(
                    f"account {account_id}",
                    f"it is on the {side} side under {len(hosts)} host names ({some_of(hosts)})",
                    "use one host for it in all trusts (a group may bring in the other one)",
                )
