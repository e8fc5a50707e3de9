# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Declared accounts and trusts that the tests of the planner share."""

from __future__ import annotations

import copy

ACCOUNTS = {
    "platform": {"account_id": "111111111111", "groups": ["accounts"]},
    "customer_a": {"account_id": "222222222222", "groups": ["accounts", "customers"]},
    "customer_b": {"account_id": "333333333333", "groups": ["accounts", "customers"]},
    "staging": {"account_id": "444444444444", "groups": ["accounts", "preproduction"]},
}
PLATFORM, CUSTOMER_A, CUSTOMER_B, STAGING = (entry["account_id"] for entry in ACCOUNTS.values())
THIRD_PARTY = "999999999999"

TRUST = {
    "name": "backup",
    "trusted": {"account": "platform", "principals": ["role/BackupService"]},
    "trusting": ["customers"],
    "role": {"name": "XacctBackup"},
}


def trust(name: str = "backup", principals: object = None, **changes: object) -> dict:
    """TRUST with other keys; keys of ``role`` are added to its own, other keys replace, None removes."""
    made = copy.deepcopy(TRUST)
    made["name"] = name
    if principals is not None:
        made["trusted"]["principals"] = principals
    for key, value in changes.items():
        if value is None:
            del made[key]
        elif key == "role" and isinstance(value, dict):
            made["role"].update(value)
        else:
            made[key] = value
    return made


def many_accounts(count: int) -> dict:
    """A platform and ``count`` customers in one group."""
    customers = {
        f"customer_{number:03}": {"account_id": f"{200000000000 + number}", "groups": ["customers"]}
        for number in range(count)
    }
    return {"platform": {"account_id": PLATFORM}, **customers}
