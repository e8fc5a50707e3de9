# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter `not_applied`: what a run could not do."""

from __future__ import annotations

DOCUMENTATION = r"""
name: not_applied
version_added: 0.1.0
short_description: Trusts that are not in place after a run
description:
  - Internal to the playbooks and roles of this collection. It may change without notice.
  - Takes what P(xacct.aws.run_results#filter) returned.
  - The playbook C(xacct.aws.bootstrap_trust) leaves these trusts out of what follows.
positional: _input, check_mode, outside
options:
  _input:
    description: Results by host.
    type: dict
    required: true
  check_mode:
    description: Whether the run was in check mode. Then what would have been changed is not in place either.
    type: bool
    default: false
  outside:
    description:
      - Each V(TRUST/HOST) of which a side is outside the run. A run that applied something adds them, because it cannot
        know whether they are in place.
    type: list
    elements: str
    default: []
author:
  - xacct.aws contributors
seealso:
  - plugin: xacct.aws.run_results
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Trusts that failed
  ansible.builtin.debug:
    msg: "{{ hostvars | xacct.aws.run_results(groups['accounts']) | xacct.aws.not_applied }}"
  run_once: true
"""

RETURN = r"""
_value:
  description:
    - V(TRUST) where a trusted principal was not found or lacks its permission, V(TRUST/HOST) where one trusting account
      has no role.
  type: list
  elements: str
"""

from ansible_collections.xacct.aws.plugins.module_utils._trusts.reporting.run_results import not_applied
from ansible_collections.xacct.aws.plugins.plugin_utils._inert import inert


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict:
        """Return the filters by name."""
        return {"not_applied": inert(not_applied, goes_on=True)}
