# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/s3_compatible.md: its tasks have options that the modules take, and others lead to it."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._faces import argument_spec_of

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = CHECKOUT / "docs" / "s3_compatible.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
TASKS = {task["name"]: task for block in BLOCKS for task in yaml.safe_load(block)}
MODULES = "ansible_collections.xacct.aws.plugins.modules"


@pytest.mark.parametrize("name", TASKS)
def test_the_modules_take_the_options_of_each_task(name):
    ((module, options),) = ((key, value) for key, value in TASKS[name].items() if key.startswith("xacct.aws."))
    operation = importlib.import_module(f"{MODULES}.{module.removeprefix('xacct.aws.')}").OPERATION
    validation = ArgumentSpecValidator(argument_spec_of(operation), **operation.rules).validate(options)
    assert not validation.error_messages
    assert operation.check(validation.validated_parameters) == []


@pytest.mark.parametrize("page", ["README.md", "docs/choosing.md", "docs/proof.md"])
def test_it_is_found(page):
    assert "s3_compatible.md" in (CHECKOUT / page).read_text(encoding="utf-8")
