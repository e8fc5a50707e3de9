# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A policy as people read it in a diff."""

from __future__ import annotations

from collections.abc import Mapping

from ..language.comparison import sid_of
from ..language.documents import OLD_VERSION, ascii_lower, parse_document, scalar_text, statements


def readable_policy(document: str | dict | None, names: Mapping[str, str] | None = None) -> dict:
    """Return a document for a before/after view: statements by name, lists in one order, nothing that means nothing.

    ``{"version": …, "statements": {NAME: statement without its Sid}}`` and the document's other elements as they are;
    ``{}`` for no document. A statement's name is ``names[Sid]`` (the grant's own name), else its Sid, else
    ``statement N`` with N counted from 1. The values keep their spelling.
    """
    parsed = parse_document(document)
    if parsed is None:
        return {}
    view = {name: parsed[name] for name in sorted(parsed) if name not in ("Version", "Statement")}
    shown: dict[str, dict] = {}
    taken: dict[str, int] = {}
    for index, statement in enumerate(statements(parsed), start=1):
        sid = sid_of(statement)
        name = (names or {}).get(sid, sid) or f"statement {index}"
        elements = {element: _tidy(statement[element]) for element in sorted(statement) if element != "Sid"}
        shown[_unused(name, shown, taken)] = elements
    return {"version": parsed.get("Version") or OLD_VERSION, **view, "statements": shown}


def _unused(name: str, shown: Mapping[str, dict], taken: dict[str, int]) -> str:
    """Return the name, numbered if need be; ``taken`` keeps the number that each name has got to."""
    candidate = name
    while candidate in shown:
        taken[name] = taken.get(name, 1) + 1
        candidate = f"{name} ({taken[name]})"
    return candidate


def _tidy(value: object) -> object:
    if isinstance(value, dict):
        return {key: _tidy(value[key]) for key in sorted(value, key=ascii_lower)}
    if isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value):
        unique = sorted({scalar_text(item, "a list") for item in value})
        return unique[0] if len(unique) == 1 else unique
    return value
