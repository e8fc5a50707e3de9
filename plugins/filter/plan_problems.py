# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter `plan_problems`: everything that keeps a list of trusts from being planned."""

from __future__ import annotations

DOCUMENTATION = r"""
name: plan_problems
version_added: 0.1.0
short_description: Everything that is wrong with a list of trusts
description:
  - Returns as a list what P(xacct.aws.plan#filter) and P(xacct.aws.accounts#filter) would fail with.
options:
  _input:
    description: The trusts (C(xacct_trusts)).
    type: list
    elements: dict
    required: true
  accounts:
    description: The directory of all accounts (C(xacct_accounts)), if it is given.
    type: dict
  hostvars:
    description: Otherwise Ansible's C(hostvars).
    type: dict
  groups:
    description: Otherwise Ansible's C(groups).
    type: dict
author:
  - xacct.aws contributors
seealso:
  - plugin: xacct.aws.plan
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Refuse trusts that cannot be planned
  ansible.builtin.assert:
    that: problems | length == 0
    fail_msg: "{{ problems }}"
  run_once: true
  vars:
    problems: "{{ xacct_trusts | xacct.aws.plan_problems(hostvars=hostvars, groups=groups) }}"
"""

RETURN = r"""
_value:
  description: One line a problem, with the trust or host, what is wrong and what would be right. Empty if nothing is.
  type: list
  elements: str
"""

from ansible_collections.xacct.aws.plugins.module_utils._trusts.declaration.directory import accounts_of_inventory
from ansible_collections.xacct.aws.plugins.module_utils._trusts.declaration.problems import PlanError
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import plan
from ansible_collections.xacct.aws.plugins.plugin_utils._inert import inert


def plan_problems(trusts: object, accounts: object = None, hostvars: object = None, groups: object = None) -> list[str]:
    """Plan, and return the problems instead of the plan."""
    try:
        plan(trusts, accounts_of_inventory(hostvars, groups) if accounts is None else accounts)
    except PlanError as error:
        return error.errors
    return []


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict:
        """Return the filters by name."""
        return {"plan_problems": inert(plan_problems)}
