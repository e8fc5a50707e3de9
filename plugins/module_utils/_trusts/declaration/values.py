# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The types of declared options, read the way Ansible's modules read theirs.

Each reader returns the value in its proper type or raises ``Unreadable`` with what is wrong and what would be right.
Templates turn numbers and booleans into text on older ansible-core, so "3600" and "yes" are read too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .problems import Problems, kind_of

_TRUE = ("true", "yes", "on", "y", "1")
_FALSE = ("false", "no", "off", "n", "0")


class Unreadable(ValueError):
    """A value of the wrong type."""

    def __init__(self, wrong: str, right: str) -> None:
        super().__init__(f"{wrong}; {right}")
        self.wrong = wrong
        self.right = right


def read_text(value: object) -> str:
    """Text. A number is refused: quotes tell whether ``0123`` or ``83`` was meant."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise Unreadable(f"is the number {value}", "write it in quotes")
    raise Unreadable(f"is {kind_of(value)}", "text is expected")


def read_boolean(value: object) -> bool:
    """true or false, also spelt as text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in _TRUE + _FALSE:
        return value.strip().lower() in _TRUE
    raise Unreadable(f"is {value!r}", "true or false is expected")


def read_integer(value: object) -> int:
    """A whole number, also spelt as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    raise Unreadable(f"is {value!r}", "a whole number is expected")


def read_texts(value: object) -> list[str]:
    """A list of texts; one text stands for a list of it."""
    entries = value if isinstance(value, list) else [value]
    return [read_text(entry) for entry in entries]


def read_mapping(value: object) -> dict:
    """A mapping."""
    if isinstance(value, dict):
        return value
    raise Unreadable(f"is {kind_of(value)}", "a mapping is expected")


def read_tags(value: object) -> dict:
    """Tags; numbers and booleans become text, as AWS stores them."""
    tags = read_mapping(value)
    plain = {key: str(entry) for key, entry in tags.items() if isinstance(entry, (int, float))}
    return {**tags, **plain, **{key: str(entry).lower() for key, entry in tags.items() if isinstance(entry, bool)}}


def read_values(
    declared: Mapping, option: str, keys: Mapping[str, Callable], where: str, problems: Problems
) -> dict[str, Any]:
    """The values of the ``keys`` that are declared under an option; what cannot be read goes to ``problems``."""
    values = {}
    for key, read in keys.items():
        if declared.get(key) is None:
            continue
        try:
            values[key] = read(declared[key])
        except Unreadable as error:
            problems.add(where, f"{option}.{key} {error.wrong}", error.right)
    return values
