# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the accounts are reached whose policies a proof is evaluated with."""

from __future__ import annotations

from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.connections import connections

HOSTVARS = {
    "customer_a": {"xacct_account_id": "222222222222", "xacct_connection": {"profile": "a"}},
    "customer_b": {"xacct_account_id": "333333333333"},
    "localhost": {},
}


def found(*hosts: str) -> list[dict]:
    return connections([{"trusting": host} for host in hosts], HOSTVARS)


def test_each_account_once_by_its_own_connection():
    assert found("customer_b", "customer_a", "customer_a") == [
        {"account_id": "222222222222", "connection": {"profile": "a"}},
        {"account_id": "333333333333", "connection": {}},
    ]


def test_who_is_not_in_this_inventory_is_left_out():
    assert found("elsewhere", "localhost") == []
