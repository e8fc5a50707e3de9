# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The templates of the attacks do leave their files where Ansible is made to evaluate them, on every ansible-core."""

from __future__ import annotations

from pathlib import Path

from tests.border.playbooks import CORE, run
from tests.border.texts import COMMAND_VARIABLE, PLUGIN_VARIABLE, Templates

SANDBOXED = (2, 19)
"""From here on templates have no way to the interpreter's modules."""


def test_they_run_where_they_are_trusted(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    templates = Templates(made)
    texts = [
        templates.unquoted(),
        templates.lookup("lookup"),
        templates.lookup("doubly", '"'),
        templates.statement("statement"),
        templates.python("python"),
    ]
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {PLUGIN_VARIABLE: "ansible.builtin.pipe", COMMAND_VARIABLE: templates.command("unquoted")},
        "tasks": [{"ansible.builtin.debug": {"msg": text}, "ignore_errors": True} for text in texts],
    }
    run(tmp_path, [play], {"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}})
    quoted = {"doubly", "lookup", "statement", "unquoted"}
    assert set(templates.made) == (quoted if CORE >= SANDBOXED else quoted | {"python"})
