# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter `report`: a plan and what a run did with it, as a summary."""

from __future__ import annotations

DOCUMENTATION = r"""
name: report
version_added: 0.1.0
short_description: Summarize what a run did with a plan of trusts
description:
  - Takes what P(xacct.aws.plan#filter) returned and the results of the run, and returns a summary as lines of text and
    as data.
  - A host that has no results was not in the run. The summary says which sides these are.
  - External IDs are never part of it. It says how many are valid, and where a third party's one is found.
positional: _input, results, check_mode
options:
  _input:
    description: The plan.
    type: dict
    required: true
  results:
    description:
      - The results by host.
    type: dict
    required: true
    suboptions:
      trusting:
        description: By trust, what M(xacct.aws.xacct_role) returned. Leave it out if that side was not in the run.
        type: dict
      trusted:
        description:
          - By principal, what M(xacct.aws.xacct_identity_grant) returned. Where a principal has two operations the
            names are V(PRINCIPAL inline) and V(PRINCIPAL managed).
        type: dict
      proofs:
        description: What M(xacct.aws.xacct_verify) returned as C(proofs).
        type: list
        elements: dict
      failed:
        description: Whether the account failed as a whole, before either side.
        type: bool
      msg:
        description: Why it failed.
        type: str
  check_mode:
    description: Whether the results are those of a run in check mode.
    type: bool
    default: false
author:
  - xacct.aws contributors
seealso:
  - plugin: xacct.aws.plan
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show what was done
  ansible.builtin.debug:
    msg: "{{ (plan | xacct.aws.report(results, ansible_check_mode)).lines }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: The summary.
  type: dict
  contains:
    ok:
      description: Nothing failed, and nothing that was proved came out the other way.
      type: bool
    changed:
      description: Whether anything changed, or would change in check mode.
      type: bool
    check_mode:
      description: Whether it was a run in check mode.
      type: bool
    rows:
      description:
        - One for each trust and trusting account, with C(trust), C(from), C(to), C(account_id), C(method), C(state),
          C(trusting_side), C(trusted_side), C(changed), C(proof), C(proved), C(broken), C(expected), C(reason)
          and C(third_party).
      type: list
      elements: dict
    failed:
      description: What failed, with C(host), C(account_id), C(side), C(what), C(msg), C(done) and C(not_tried).
      type: list
      elements: dict
    not_in_run:
      description: Sides that were not in this run, with C(host) and C(sides).
      type: list
      elements: dict
    broken:
      description: Expectations that came out the other way, with C(id), C(trust), C(expect) and C(said).
      type: list
      elements: dict
    not_proved:
      description: Expectations that could not be tried, with C(reason) and C(ids).
      type: list
      elements: dict
    third_parties:
      description: The plan's third parties with C(external_id_counts), the number of valid external IDs by host.
      type: list
      elements: dict
    notes:
      description: The plan's notes by trust.
      type: dict
    warnings:
      description: The plan's warnings.
      type: list
      elements: str
    counts:
      description: Sums, with C(trusts), C(trusting_accounts), C(states), C(proved), C(broken) and C(expected).
      type: dict
    lines:
      description: All of it as text, with a table at its head.
      type: list
      elements: str
"""

from ansible_collections.xacct.aws.plugins.module_utils._trusts.reporting.report import report
from ansible_collections.xacct.aws.plugins.plugin_utils._inert import inert


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict:
        """Return the filters by name."""
        return {"report": inert(report)}
