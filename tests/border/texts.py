# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hostile texts: templates that leave a file, a line that looks like one of Ansible's own, characters for terminals."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FORGED_HOST = "forged-host"
FORGED = (
    f"\nPLAY RECAP {'*' * 69} forged\n{FORGED_HOST:27}: ok=9    changed=0    unreachable=0    failed=0    skipped=0\n"
)
"""What a message could add to the output of a run if its line breaks were printed."""
CONTROLS = "\x1b[2J\x1b]0;forged\x07\x9b31m\x85\x08\x00\x7f"
"""Escape sequences in seven and eight bits, and others that move the cursor."""
BIDI = "\u202egnorw si siht\u202c\u2066"
XML_CONTROLS = "&#155;31m&#133;&#127;&#13;"
"""Those of them that a well-formed XML document may hold."""
COMMAND_VARIABLE, PLUGIN_VARIABLE = "sweep_command", "sweep_plugin"
"""Variables of the sweep's playbooks: with them a template needs no quotes, which some spelling may break."""


@dataclass(frozen=True)
class Templates:
    """Templates that leave a file in `folder`, in the ways in which something can be evaluated."""

    folder: Path

    def command(self, name: str) -> str:
        """What makes the file."""
        return f"touch {self.folder}/{name}"

    def unquoted(self) -> str:
        """A lookup of the play's own variables."""
        return f"{{{{ lookup({PLUGIN_VARIABLE}, {COMMAND_VARIABLE}) }}}}"

    def lookup(self, name: str, quote: str = "'") -> str:
        """A lookup that runs a command."""
        return f"{{{{ lookup('ansible.builtin.pipe', '{self.command(name)}') }}}}".replace("'", quote)

    def statement(self, name: str) -> str:
        """The same in a statement, whose value is not even shown."""
        return f"{{% if lookup('ansible.builtin.pipe', '{self.command(name)}') %}}{{% endif %}}"

    def python(self, name: str) -> str:
        """A way to the interpreter's modules that needs no plugin at all."""
        return (
            "{% for c in ''.__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close' %}"
            f"{{{{ c.__init__.__globals__['mknod']('{self.folder}/{name}') }}}}{{% endfor %}}"
        )

    def all_of(self, name: str) -> str:
        """One after the other; the last may be refused by a sandbox, which ends the evaluation."""
        return f"{self.unquoted()} {self.lookup(name)} {self.statement(name)} {self.python(name)}"

    @property
    def made(self) -> list[str]:
        """The files that were made."""
        return sorted(path.name for path in self.folder.iterdir())
