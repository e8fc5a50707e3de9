# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/resources.md is what the code says: its tables are made from it."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.resource_grant import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES

from tools import resources_page

PAGE = resources_page.PAGE.read_text(encoding="utf-8")
ALL = pytest.mark.parametrize("rules", SERVICES.values(), ids=SERVICES)


def test_the_tables_are_up_to_date() -> None:
    assert resources_page.made(PAGE) == PAGE, "run python3 tools/resources_page.py"
    assert set(re.findall(r"<!-- made: (\w+) -->", PAGE)) - {"end"} == set(resources_page.PARTS)


def test_the_adapters_are_up_to_date() -> None:
    """Each is imported by name: a host gets the files alone that Ansible sees imported."""
    made = resources_page.adapters_file()
    assert resources_page.ADAPTERS_FILE.read_text(encoding="utf-8") == made, "run python3 tools/resources_page.py"
    folders = {path.parent.name for path in resources_page.ADAPTERS_FILE.parent.glob("*/rules.py")} - {"s3_bucket"}
    assert set(re.findall(r"^from \.(\w+)\.api import", made, flags=re.MULTILINE)) == folders


@ALL
def test_each_type_is_in_every_table(rules) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{rules.type}` | {rules.title} |"))
    assert rules.proved in row and rules.proved.split(" (")[0] in ("local AWS", "recorded answers")
    assert rules.api, "the calls are missing in its rules (api)"
    for word, granted in rules.access.items():
        assert f"| `{rules.type}` | `{word}` | {' '.join(f'`{action}`' for action in granted.resource)} |" in PAGE


def test_the_example_is_one() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    (task,) = yaml.safe_load(block)
    validated = ArgumentSpecValidator(OPERATION.argument_spec).validate(task["xacct.aws.xacct_resource_grant"])
    assert not validated.error_messages
    assert OPERATION.check(validated.validated_parameters) == []


def test_the_readme_links_it() -> None:
    assert "docs/resources.md" in (resources_page.CHECKOUT / "README.md").read_text(encoding="utf-8")
