# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory of accounts: what Ansible knows, and what is refused."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._trusts.declaration.directory import (
    accounts_of_inventory,
    read_directory,
)
from ansible_collections.xacct.aws.plugins.module_utils._trusts.declaration.problems import PlanError
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.declarations import ACCOUNTS


def test_every_host_with_an_account_id_and_its_groups():
    hostvars = {
        "platform": {"xacct_account_id": "111111111111"},
        "beijing": {"xacct_account_id": "222222222222", "xacct_partition": "aws-cn", "xacct_organization": "o-abc"},
        "bastion": {"something": "else"},
    }
    groups = {
        "all": ["platform", "beijing", "bastion"],
        "ungrouped": ["bastion"],
        "accounts": ["platform", "beijing"],
        "asia": ["beijing", "bastion"],
    }
    assert accounts_of_inventory(hostvars, groups) == {
        "platform": {"account_id": "111111111111", "groups": ["accounts"], "partition": "aws"},
        "beijing": {
            "account_id": "222222222222",
            "groups": ["accounts", "asia"],
            "partition": "aws-cn",
            "organization": "o-abc",
        },
    }


def test_what_a_word_in_trusting_stands_for():
    directory = read_directory(ACCOUNTS)
    assert directory.hosts_of("customers") == ("customer_a", "customer_b")
    assert directory.hosts_of("customer_a") == ("customer_a",)
    assert directory.hosts_of("all") == ("customer_a", "customer_b", "platform", "staging")
    assert directory.hosts_of("nobody") is None


def test_a_host_wins_over_a_group_of_the_same_name():
    accounts = {**ACCOUNTS, "customers": {"account_id": "555555555555"}}
    assert read_directory(accounts).hosts_of("customers") == ("customers",)


BAD_ENTRIES = {
    "number": ({"account_id": 111111111111}, "the number 111111111111", '"111111111111"'),
    "octal": ({"account_id": 0o1234567}, "the number 342391", 'was "000001234567" meant?'),
    "number that lost digits": ({"account_id": 99999999999}, "the number 99999999999", "with its leading zeros"),
    "float": ({"account_id": 1.5}, "the number 1.5", "in quotes"),
    "nothing": ({}, "the account ID is None", "twelve digits"),
    "boolean": ({"account_id": True}, "the account ID is True", "twelve digits"),
    "short": ({"account_id": "123"}, "'123'", "this has 3 digits"),
    "dashes": ({"account_id": "1111-1111-1111"}, "'1111-1111-1111'", "other characters"),
    "template": ({"account_id": "{{ missing }}"}, "'{{ missing }}'", "twelve digits"),
    "not a mapping": ("111111111111", "its entry is text", "a mapping"),
    "unknown key": ({"account_id": "111111111111", "group": "x"}, "unknown key 'group'", "did you mean 'groups'?"),
    "partition": ({"account_id": "111111111111", "partition": "cn"}, "unknown partition 'cn'", "aws-cn"),
    "groups": ({"account_id": "111111111111", "groups": "x"}, "its groups are 'x'", "a list"),
    "organization": ({"account_id": "111111111111", "organization": 5}, "its organization is 5", "o-"),
}


@pytest.mark.parametrize(("entry", "wrong", "right"), BAD_ENTRIES.values(), ids=BAD_ENTRIES.keys())
def test_bad_entries(entry, wrong, right):
    with pytest.raises(PlanError) as caught:
        read_directory({**ACCOUNTS, "broken": entry})
    assert len(caught.value.errors) == 1
    assert caught.value.errors[0].startswith("host 'broken': ")
    assert wrong in caught.value.errors[0]
    assert right in caught.value.errors[0]


def test_all_bad_hosts_at_once():
    with pytest.raises(PlanError) as caught:
        accounts_of_inventory({"a": {"xacct_account_id": 1}, "b": {"xacct_account_id": "x"}}, {})
    assert len(caught.value.errors) == 2


def test_a_list_is_no_directory():
    with pytest.raises(PlanError, match="xacct_accounts: it is a list"):
        read_directory(["platform"])
