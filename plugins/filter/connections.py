# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter `connections`: how the accounts are reached whose policies decide about some proofs."""

from __future__ import annotations

DOCUMENTATION = r"""
name: connections
version_added: 0.1.0
short_description: How the trusting accounts of some proofs are reached
description:
  - Internal to the playbooks and roles of this collection. It may change without notice.
  - Takes expectations of a plan and returns how the inventory reaches the accounts that trust, as
    M(xacct.aws.xacct_verify) takes it to read their policies. A host that the inventory does not have is left out.
positional: _input, hostvars
options:
  _input:
    description: Expectations of a plan.
    type: list
    elements: dict
    required: true
  hostvars:
    description: Ansible's C(hostvars), with C(xacct_account_id) and C(xacct_connection) of the hosts.
    type: dict
    required: true
author:
  - xacct.aws contributors
seealso:
  - module: xacct.aws.xacct_verify
"""

EXAMPLES = r"""
- name: Prove the trusts of which this account is the trusted side, and say why where they do not hold
  xacct.aws.xacct_verify:
    expectations: "{{ part.expectations }}"
    connections: "{{ part.expectations | xacct.aws.connections(hostvars) }}"
  vars:
    part: "{{ parts | xacct.aws.part_of(inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: For each account C(account_id) and C(connection), its connection options.
  type: list
  elements: dict
"""

from ansible_collections.xacct.aws.plugins.module_utils._trusts.declaration.plain_values import plain
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.connections import connections
from ansible_collections.xacct.aws.plugins.plugin_utils._inert import inert


def connections_of(expectations: list, hostvars: dict) -> list:
    """Find the connections of the accounts that trust."""
    return connections(plain(expectations), hostvars)


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict:
        """Return the filters by name."""
        return {"connections": inert(connections_of, goes_on=True)}
