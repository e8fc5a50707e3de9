# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter `accounts`: the directory of accounts of an inventory."""

from __future__ import annotations

DOCUMENTATION = r"""
name: accounts
version_added: 0.1.0
short_description: List the AWS accounts of an inventory
description:
  - Takes Ansible's C(hostvars) and returns every host that has the variable C(xacct_account_id), with its groups.
  - Hosts that are not in the play, or not in its C(--limit), are in it too.
  - Also reads the variables C(xacct_partition) (V(aws) without it) and C(xacct_organization) of each host.
  - An account ID has to be text. YAML reads C(012345670123) as an octal number, so a number is refused.
  - Walks through the variables of all hosts. Do it once and keep the result, not in every task of every host.
positional: _input, groups
options:
  _input:
    description: Ansible's C(hostvars).
    type: dict
    required: true
  groups:
    description: Ansible's C(groups).
    type: dict
    required: true
author:
  - xacct.aws contributors
seealso:
  - plugin: xacct.aws.plan
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Keep the accounts of the whole inventory
  ansible.builtin.set_fact:
    xacct_accounts: "{{ hostvars | xacct.aws.accounts(groups) }}"
  run_once: true

# What comes out can as well be written down, where the inventory is cut into slices:
# xacct_accounts:
#   platform: {account_id: "111111111111", groups: [accounts]}
#   customer_a: {account_id: "222222222222", groups: [accounts, customers], organization: o-exampleorgid}
"""

RETURN = r"""
_value:
  description: The accounts by host name.
  type: dict
  contains:
    account_id:
      description: The twelve digits.
      type: str
    groups:
      description: The groups of the host except V(all) and V(ungrouped).
      type: list
      elements: str
    partition:
      description: The AWS partition of the account.
      type: str
    organization:
      description: The ID of its organization, if the inventory says it.
      type: str
"""

from ansible.errors import AnsibleFilterError
from ansible_collections.xacct.aws.plugins.module_utils._trusts.declaration.directory import accounts_of_inventory
from ansible_collections.xacct.aws.plugins.module_utils._trusts.declaration.problems import PlanError
from ansible_collections.xacct.aws.plugins.plugin_utils._inert import inert


def accounts(hostvars: dict, groups: dict) -> dict:
    """The directory of accounts; what is wrong with it becomes one error of the filter."""
    try:
        return accounts_of_inventory(hostvars, groups)
    except PlanError as error:
        raise AnsibleFilterError(f"xacct.aws.accounts: {error}") from error


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict:
        """Return the filters by name."""
        return {"accounts": inert(accounts, goes_on=True)}
