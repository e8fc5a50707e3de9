# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter `per_account`: a plan cut into the parts of its accounts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: per_account
version_added: 0.1.0
short_description: Cut a plan of trusts into what each account needs of it
description:
  - Internal to the playbooks and roles of this collection. It may change without notice.
  - Takes what P(xacct.aws.plan#filter) returns.
  - The part of an account is JSON text, so that a template that looks at one account does not walk through all of
    them. P(xacct.aws.part_of#filter) reads it.
positional: _input, run
options:
  _input:
    description: The plan.
    type: dict
    required: true
  run:
    description: The hosts of this run. The lists of hosts are cut down to them; the parts are not.
    type: list
    elements: str
author:
  - xacct.aws contributors
seealso:
  - plugin: xacct.aws.part_of
    plugin_type: filter
  - plugin: xacct.aws.plan
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Which accounts have something to do
  ansible.builtin.debug:
    msg: "{{ (plan | xacct.aws.per_account).hosts }}"
  vars:
    plan: "{{ xacct_trusts | xacct.aws.plan(hostvars | xacct.aws.accounts(groups)) }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: The parts of the plan.
  type: dict
  contains:
    accounts:
      description: The part of each host as JSON text, which P(xacct.aws.part_of#filter) reads.
      type: dict
    hosts:
      description: Lists of hosts that have something to do in the run, as P(xacct.aws.taking_part#filter) knows them.
      type: dict
    outside:
      description: Each V(TRUST/HOST) of which a side is outside the run.
      type: list
      elements: str
"""

from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.account_parts import per_account
from ansible_collections.xacct.aws.plugins.plugin_utils._inert import inert


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict:
        """Return the filters by name."""
        return {"per_account": inert(per_account, goes_on=True)}
