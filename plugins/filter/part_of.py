# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter `part_of`: what one account needs of a plan."""

from __future__ import annotations

DOCUMENTATION = r"""
name: part_of
version_added: 0.1.0
short_description: What one account needs of a plan of trusts
description:
  - Internal to the playbooks and roles of this collection. It may change without notice.
  - Takes what P(xacct.aws.per_account#filter) returned and a host.
positional: _input, host
options:
  _input:
    description: The parts of a plan.
    type: dict
    required: true
  host:
    description: The host of the account. For one that the plan does not know everything is empty.
    type: str
    required: true
author:
  - xacct.aws contributors
seealso:
  - plugin: xacct.aws.per_account
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Roles that this account gives away
  ansible.builtin.debug:
    msg: "{{ (parts | xacct.aws.part_of(inventory_hostname)).trusting | map(attribute='label') }}"
  vars:
    parts: "{{ xacct_trusts | xacct.aws.plan(hostvars | xacct.aws.accounts(groups)) | xacct.aws.per_account }}"
"""

RETURN = r"""
_value:
  description: The part of the plan.
  type: dict
  contains:
    account_id:
      description: The ID of the account.
      type: str
    trusting:
      description: What this account gives, each with C(label), C(trusts) and C(method).
      type: list
      elements: dict
    trusted:
      description: The permissions of its principals, each with C(label), C(principal), C(via) and C(trusts).
      type: list
      elements: dict
    options:
      description: The options for the module by C(label).
      type: dict
    expectations:
      description: What is to be proved from this account.
      type: list
      elements: dict
"""

from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.account_parts import part_of
from ansible_collections.xacct.aws.plugins.plugin_utils._inert import inert


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict:
        """Return the filters by name."""
        return {"part_of": inert(part_of, goes_on=True)}
