# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible reads as files has every method of the registry, in its order: tasks, plays and documentation."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.xacct.aws.plugins.filter import plan
from ansible_collections.xacct.aws.plugins.module_utils._trusts.methods.registry import METHODS, RESULTS

ROOT = Path(__file__).resolve().parents[2]
TASKS = ROOT / "roles" / "trusting_account" / "tasks"
DOCUMENTED = yaml.safe_load(plan.DOCUMENTATION)["options"]["_input"]["suboptions"]

methods = pytest.mark.parametrize("name", METHODS)


def loaded(path: Path) -> list:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def imported(tasks: list) -> list[str]:
    """The files that tasks import, in the order in which they run."""
    found = []
    for task in tasks:
        found += [value for key, value in task.items() if key == "ansible.builtin.import_tasks"]
        for part in ("block", "always"):
            found += imported(task.get(part, []))
    return found


@methods
def test_a_task_runs_the_operations_of_a_method_and_registers_its_results(name):
    (task,) = loaded(TASKS / f"{name}.yml")
    module = next(key for key in task if key.startswith("xacct.aws."))
    assert list(task["module_defaults"]) == [module]
    assert task["loop"] == f"{{{{ _trusting_account_work | selectattr('method', 'eq', '{name}') }}}}"
    assert task["register"] == RESULTS[name]


def test_the_role_applies_all_methods_and_nothing_else():
    assert imported(loaded(TASKS / "main.yml")) == [f"{name}.yml" for name in METHODS]
    assert {path.stem for path in TASKS.glob("*.yml")} == {"main", *METHODS}


def test_what_fails_keeps_nothing_that_comes_later_from_being_applied():
    tasks, depth = loaded(TASKS / "main.yml")[1:], 1
    while "always" in tasks[-1]:
        assert len(tasks) == 1
        assert len(imported(tasks[-1]["block"])) == 1
        tasks, depth = tasks[-1]["always"], depth + 1
    assert depth == len(METHODS)


def test_the_playbook_has_a_part_of_each_method():
    parts = [play["vars"] for play in loaded(ROOT / "playbooks" / "plays" / "apply.yml")]
    trusting = [part for part in parts if part["part_role"] == "xacct.aws.trusting_account"]
    assert [(part["part_hosts"], part["part_tasks"]) for part in trusting] == [
        (name, f"{name}.yml") for name in METHODS
    ]


def test_the_documentation_of_a_trust_has_all_methods():
    assert [key for key in DOCUMENTED if key in METHODS] == list(METHODS)
    (one_of,) = [line for line in DOCUMENTED["role"]["description"] if "one method" in line]
    assert [name for name in METHODS if f"O(_input[].{name})" in one_of] == list(METHODS)


@methods
def test_everything_that_may_be_declared_is_documented(name):
    assert set(DOCUMENTED[name]["suboptions"]) == set(METHODS[name].keys)
