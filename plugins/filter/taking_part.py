# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter `taking_part`: the hosts of a play that have something to do in it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: taking_part
version_added: 0.1.0
short_description: Hosts that have something to do in a part of a run
description:
  - Internal to the playbooks and roles of this collection. It may change without notice.
  - For the C(hosts) of a play that comes after the role P(xacct.aws.trust_plan#role). A host that has nothing to do
    costs no task and prints no line.
  - C(hosts) is also evaluated where nothing was planned, and where C(hostvars) is not defined, for C(--list-hosts) for
    example.
positional: _input, what, otherwise
options:
  _input:
    description: Ansible's C(hostvars).
    type: dict
    required: true
  what:
    description:
      - V(all) are in the run; V(trusting) and V(trusted) apply something; the keyword of a method, such as V(role),
        stands for those of the trusting ones that apply it.
      - V(named) are trusted as a whole, V(grantees) are named in access control lists.
      - V(proving) make calls of proof, V(reading) know something for them that this run does not know yet.
    type: str
    required: true
  otherwise:
    description: The hosts or the pattern where nothing was planned.
    type: raw
    required: true
author:
  - xacct.aws contributors
seealso:
  - plugin: xacct.aws.per_account
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Plan
  hosts: accounts
  gather_facts: false
  roles:
    - xacct.aws.trust_plan

- name: Apply
  hosts: "{{ hostvars | default({}) | xacct.aws.taking_part('role', 'accounts') }}"
  gather_facts: false
  roles:
    - xacct.aws.trusting_account
"""

RETURN = r"""
_value:
  description: The hosts.
  type: raw
"""

from ansible_collections.xacct.aws.plugins.module_utils._trusts.methods.registry import RESULTS
from ansible_collections.xacct.aws.plugins.plugin_utils._inert import inert

PLANNED_ON = "localhost"
PLANNED = "_trust_plan_work"


def taking_part(hostvars: dict, what: str, otherwise: object) -> object:
    """Look up the hosts in what was planned in this run."""
    if PLANNED_ON not in hostvars or PLANNED not in hostvars[PLANNED_ON]:
        return otherwise
    hosts = hostvars[PLANNED_ON][PLANNED]["hosts"]
    if what == "reading":
        unread = {host for host in hosts["generating"] if RESULTS["role"] not in hostvars[host]}
        return sorted(unread.union(hosts["looking"]))
    return hosts[what]


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict:
        """Return the filters by name."""
        return {"taking_part": inert(taking_part, goes_on=True)}
