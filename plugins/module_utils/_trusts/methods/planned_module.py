# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module that carries out a method's operations: what it has against their options, in the words of a trust."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..._options.module_options import ModuleOptions

_FIRST_WORD = re.compile(r"(\w+)(?=[: ])")


@dataclass(frozen=True)
class PlannedModule:
    """``keyword`` is the method's in a trust, ``entries`` the module's option with one entry a trust.

    ``names`` are the options that are written elsewhere in a trust than under the same name below the keyword,
    ``words`` what else is called otherwise there.
    """

    options: ModuleOptions
    keyword: str
    entries: str
    names: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def problems(self, operation: Mapping) -> Iterator[tuple[str, str]]:
        """The errors of the module's own check, each with the trust that it is about."""
        for error in self.options.errors_in(operation["options"]):
            trusts, text = operation["trusts"], error
            option, _colon, rest = error.partition(": ")
            if option.partition("[")[0] == self.entries:
                text = rest
                name, _colon, of_entry = rest.partition(": ")
                if name in trusts:
                    trusts, text = [name], of_entry
            yield from ((trust, self.in_words(text)) for trust in trusts)

    def in_words(self, error: str) -> str:
        """An error that begins with an option of the module, or of its entry, as one of a trust."""
        first = _FIRST_WORD.match(error)
        known = {**self.options.argument_spec, **self.options.argument_spec[self.entries]["options"]}
        if first and first.group() in known:
            option = first.group()
            error = self.names.get(option, f"{self.keyword}.{option}") + error[first.end() :]
        else:
            error = f"{self.keyword}: {error}"
        for word, instead in self.words.items():
            error = error.replace(word, instead)
        return error
