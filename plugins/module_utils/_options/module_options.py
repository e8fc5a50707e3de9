# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of one module as a plan holds them: given in part, the rest as the argument spec says.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ModuleOptions:
    """What a module accepts: its argument spec, and the check of options that Ansible has validated by it."""

    argument_spec: Mapping[str, Any]
    check: Callable[[Mapping], list[str]]

    def errors_in(self, options: Mapping) -> list[str]:
        """Return every error in options of which those that are left out have their defaults."""
        return self.check(with_defaults(options, self.argument_spec))


def with_defaults(options: Mapping, argument_spec: Mapping[str, dict]) -> dict:
    """Return options with the defaults of an argument spec, in lists of mappings too, as Ansible fills them in."""
    filled = {name: spec.get("default") for name, spec in argument_spec.items()}
    for name, value in options.items():
        inner = argument_spec.get(name, {}).get("options")
        filled[name] = [with_defaults(entry, inner) for entry in value] if inner and isinstance(value, list) else value
    return filled
