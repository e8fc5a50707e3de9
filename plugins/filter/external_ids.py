# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter `external_ids`: what must be sent with the calls that prove a trust."""

from __future__ import annotations

DOCUMENTATION = r"""
name: external_ids
version_added: 0.1.0
short_description: External IDs that some proofs need
description:
  - Internal to the playbooks and roles of this collection. It may change without notice.
  - Takes expectations of a plan and returns the external IDs of their trusts, as M(xacct.aws.xacct_verify) takes them.
  - Generated IDs are taken from the results of M(xacct.aws.xacct_role) that the roles of this collection registered on
    the trusting hosts in this run. An ID that nobody knows in this run is left out.
positional: _input, parts, hostvars
options:
  _input:
    description: Expectations of a plan.
    type: list
    elements: dict
    required: true
  parts:
    description: What P(xacct.aws.per_account#filter) returned.
    type: dict
    required: true
  hostvars:
    description: Ansible's C(hostvars).
    type: dict
    required: true
author:
  - xacct.aws contributors
seealso:
  - module: xacct.aws.xacct_verify
"""

EXAMPLES = r"""
- name: Prove the trusts of which this account is the trusted side
  xacct.aws.xacct_verify:
    expectations: "{{ part.expectations }}"
    external_ids: "{{ part.expectations | xacct.aws.external_ids(parts, hostvars) }}"
  vars:
    part: "{{ parts | xacct.aws.part_of(inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: Lists of external IDs by V(TRUST/HOST).
  type: dict
"""

from ansible_collections.xacct.aws.plugins.module_utils._trusts.declaration.plain_values import plain
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.account_parts import external_ids
from ansible_collections.xacct.aws.plugins.module_utils._trusts.reporting.run_results import results_of_hosts
from ansible_collections.xacct.aws.plugins.plugin_utils._inert import inert


def external_ids_of_run(expectations: list, parts: dict, hostvars: dict) -> dict:
    """Find what the trusting hosts said in this run."""
    expectations = plain(expectations)
    results = results_of_hosts(hostvars, {expectation["trusting"] for expectation in expectations})
    known = {host: result["external_ids"] for host, result in results.items()}
    return external_ids(expectations, plain(parts), known)


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict:
        """Return the filters by name."""
        return {"external_ids": inert(external_ids_of_run, goes_on=True)}
