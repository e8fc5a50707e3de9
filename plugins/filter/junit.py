# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter `junit`: the proofs of a run for CI systems."""

from __future__ import annotations

DOCUMENTATION = r"""
name: junit
version_added: 0.1.0
short_description: The proofs of a run as JUnit XML
description:
  - Takes what P(xacct.aws.report#filter) returned and makes JUnit XML of it, which CI systems show as tests.
  - A trust is a test suite and each expectation a test case. Broken is a failure, with the explanation and the fix.
    What is not proved is skipped, with the reason. What was evaluated only passes, and says so.
  - An account that failed is an error.
positional: _input
options:
  _input:
    description: The report.
    type: dict
    required: true
author:
  - xacct.aws contributors
seealso:
  - plugin: xacct.aws.report
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Keep the proofs for the CI system
  ansible.builtin.copy:
    content: "{{ plan | xacct.aws.report(results) | xacct.aws.junit }}"
    dest: trusts.xml
    mode: "0600"
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
_value:
  description: The XML document.
  type: str
"""

from ansible_collections.xacct.aws.plugins.module_utils._trusts.declaration.plain_values import plain
from ansible_collections.xacct.aws.plugins.module_utils._trusts.reporting.junit import junit
from ansible_collections.xacct.aws.plugins.plugin_utils._inert import inert


def junit_of_report(report: dict) -> str:
    """Return the XML of a report."""
    return junit(plain(report))


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict:
        """Return the filters by name."""
        return {"junit": inert(junit_of_report, is_file=True)}
