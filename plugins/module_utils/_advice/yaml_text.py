# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML text of plain values, for people to copy: the standard library has no writer of YAML."""

from __future__ import annotations

import json
import re

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./@+-]*( [A-Za-z0-9_./@+-]+)*", re.ASCII)
_NOT_PRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What YAML wants escaped and JSON does not."""
_WORDS_WITH_A_MEANING = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def yaml_text(value: object) -> str:
    """Return ``value`` (dicts with text keys, lists, texts, numbers, booleans, ``None``) as YAML in block style."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: object) -> list[str]:
    if isinstance(value, dict) and value:
        found = []
        for key, inner in value.items():
            found += _with_prefix(f"{_scalar(key)}:", _lines(inner), inner)
        return found
    if isinstance(value, (list, tuple)) and value:
        found = []
        for inner in value:
            first, *rest = _lines(inner)
            found += [f"- {first}", *(f"  {line}" for line in rest)]
        return found
    return [_scalar(value)]


def _with_prefix(prefix: str, lines: list[str], inner: object) -> list[str]:
    if isinstance(inner, (dict, list, tuple)) and inner:
        return [prefix, *(f"  {line}" for line in lines)]
    return [f"{prefix} {lines[0]}"]


def _scalar(value: object) -> str:
    """A text that anybody could read as something else is quoted, as JSON is."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS_WITH_A_MEANING:
        return value
    return _NOT_PRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
