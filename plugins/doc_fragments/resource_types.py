# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The types of resources that can be granted on, made of their rules (in `_services`). JSON is YAML."""

from __future__ import annotations

import json

from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.service_rules import ServiceRules
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES


def note(rules: ServiceRules) -> str:
    """Return what a reader has to know of one type."""
    access = "; ".join(
        f"V({word}) is {', '.join(f'C({action})' for action in granted.resource)}"
        for word, granted in rules.access.items()
    )
    most = f" and {rules.most_statements} statements" if rules.most_statements else ""
    what = "Each grant" if rules.limit_of_each else "Its policy"
    size = f" {what} takes {rules.limit:,} {rules.count}{most}." if rules.limit else ""
    return (
        f"O(type={rules.type}) - O(resource) is the ARN or the name of the {rules.title}. Of O(grants[].access) "
        f"{access}.{size}"
    )


class ModuleDocFragment:
    """Documentation of the option `type`, and a note on each type."""

    # Annotated, because ansible-test's yamllint takes a plain assignment for YAML text.
    DOCUMENTATION: str = json.dumps(
        {
            "options": {
                "type": {
                    "description": [
                        "What O(resource) is. Not needed when that is an ARN.",
                        "What the words of O(grants[].access) stand for with each type is in the notes.",
                    ],
                    "type": "str",
                    "choices": list(SERVICES),
                }
            },
            "notes": [note(rules) for rules in SERVICES.values()],
        }
    )
