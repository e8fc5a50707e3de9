# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation of xacct_resource_grant has every type with its words, and every option of the code."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.xacct.aws.plugins.doc_fragments.resource_types import ModuleDocFragment
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.resource_grant import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES
from ansible_collections.xacct.aws.plugins.modules import xacct_resource_grant

FRAGMENT = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)
MODULE = yaml.safe_load(xacct_resource_grant.DOCUMENTATION)


@pytest.mark.parametrize("rules", SERVICES.values(), ids=SERVICES)
def test_a_note_on_each_type(rules):
    (note,) = [note for note in FRAGMENT["notes"] if note.startswith(f"O(type={rules.type})")]
    assert rules.title in note and (rules.limit is None or f"{rules.limit:,} {rules.count}" in note)
    for word, granted in rules.access.items():
        assert f"V({word})" in note and all(f"C({action})" in note for action in granted.resource)


def test_every_option_is_documented():
    options = {**FRAGMENT["options"], **MODULE["options"]}
    assert set(options) == set(OPERATION.argument_spec)
    assert options["type"]["choices"] == OPERATION.argument_spec["type"]["choices"] == list(SERVICES)
    assert set(options["grants"]["suboptions"]) == set(OPERATION.argument_spec["grants"]["options"])
