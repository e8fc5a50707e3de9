# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter `run_results`: what a run has done so far."""

from __future__ import annotations

DOCUMENTATION = r"""
name: run_results
version_added: 0.1.0
short_description: What the roles of this collection did in this run
description:
  - Internal to the playbooks and roles of this collection. It may change without notice.
  - Collects from the variables of hosts what the roles P(xacct.aws.trusting_account#role),
    P(xacct.aws.trusted_account#role) and P(xacct.aws.verify_trust#role) registered there, as
    P(xacct.aws.report#filter) takes it.
positional: _input, hosts
options:
  _input:
    description: Ansible's C(hostvars).
    type: dict
    required: true
  hosts:
    description: The hosts to look at.
    type: list
    elements: str
    required: true
author:
  - xacct.aws contributors
seealso:
  - plugin: xacct.aws.report
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Summary
  ansible.builtin.debug:
    msg: "{{ (plan | xacct.aws.report(hostvars | xacct.aws.run_results(groups['accounts']))).lines }}"
  run_once: true
"""

RETURN = r"""
_value:
  description:
    - For each host C(trusting) (results by trust), C(trusted) (results by principal) and C(proofs), each only where the
      host took part in it; C(failed) and C(msg) where it came to nothing.
  type: dict
"""

from ansible_collections.xacct.aws.plugins.module_utils._trusts.reporting.run_results import results_of_hosts
from ansible_collections.xacct.aws.plugins.plugin_utils._inert import inert


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict:
        """Return the filters by name."""
        return {"run_results": inert(results_of_hosts, goes_on=True)}
