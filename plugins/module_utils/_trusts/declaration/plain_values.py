# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a template engine hands over, turned into plain Python values.

Ansible passes tagged subclasses of str and int, containers that template lazily, vaulted strings and YAML dates. The
planner works on plain values only, and what it returns is plain data that can be written as JSON.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Set
from typing import Any

# What Ansible's ``omit`` is before ansible-core 2.19, and how it is written since.
_OMIT_PLACEHOLDER = "__omit_place_holder__"
_OMIT_TEXT = "<<Omit>>"


def plain(value: object) -> Any:
    """Return ``value`` as None, bool, int, float, str, list or dict, all the way down.

    - dict keys become strings; an entry whose value is Ansible's ``omit`` is left out
    - times with a time zone become ISO 8601 text in UTC, which is what AWS policies take; dates and times without one
      become text that says none, so that whoever reads it can refuse it
    - sets become sorted lists, iterators become lists
    - anything else (a vaulted string) becomes its text; an undefined variable raises its own error here
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Mapping):
        return {plain_key(key): plain(entry) for key, entry in value.items() if not _is_omitted(entry)}
    if isinstance(value, Set):
        return sorted((plain(entry) for entry in value), key=str)
    if isinstance(value, (list, tuple, Iterator)):
        return [plain(entry) for entry in value if not _is_omitted(entry)]
    if isinstance(value, datetime.date):
        return time_text(value)
    return str(value)


def plain_key(key: object) -> str:
    """The text of a dictionary key."""
    return str(plain(key))


def time_text(moment: datetime.date) -> str:
    """``2027-01-01T00:00:00Z`` for a time with a time zone; ISO 8601 without a zone for anything else."""
    if isinstance(moment, datetime.datetime) and moment.tzinfo is not None:
        return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str.__str__(moment.isoformat())


def _is_omitted(value: object) -> bool:
    if isinstance(value, str):
        return value.startswith(_OMIT_PLACEHOLDER)
    return not isinstance(value, (int, float, list, dict, type(None))) and repr(value) == _OMIT_TEXT
