# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a request says about itself: the context keys that conditions and policy variables ask for.

A key is one of three: it has values, it is absent, or it is :data:`UNKNOWN`. What the caller gives wins; then comes
what follows from the request (who asks, for what); then the keys that AWS puts into every request, which are unknown
when they were not given; any other key is absent.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Union

from .documents import PolicyError, ascii_lower, scalar_text


class Unknown(enum.Enum):
    """The type of :data:`UNKNOWN`: of one member, so that type checkers narrow by ``is UNKNOWN``."""

    UNKNOWN = "UNKNOWN"

    def __repr__(self) -> str:
        return "UNKNOWN"

    __str__ = __repr__

    def __bool__(self) -> bool:
        raise TypeError("UNKNOWN is neither true nor false: compare with 'is UNKNOWN'")


UNKNOWN = Unknown.UNKNOWN
"""Stands for an input that was not given or could not be read, as opposed to one that is not there (``None``)."""

ContextValue = Union[str, bool, int, float, datetime.datetime, Sequence, None, Unknown]

ALWAYS_PRESENT = frozenset(
    {
        "aws:currenttime",
        "aws:epochtime",
        "aws:requestedregion",
        "aws:securetransport",
        "aws:sourceip",
        "aws:useragent",
    }
)
"""Keys that every request has (IAM User Guide, "Global condition context keys"): unknown where they are not given.

``aws:SourceIp`` is absent when the request comes through a VPC endpoint: give it as ``None`` then.
"""

KNOWN_TO_AWS = frozenset(
    {
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:resourceorgid",
        "aws:resourceorgpaths",
    }
)
"""Keys that AWS knows from the accounts' organizations: unknown where they are not given, absent only if said so."""


class NotDerived(enum.Enum):
    """The type of :data:`NOT_DERIVED`."""

    NOT_DERIVED = "NOT_DERIVED"


NOT_DERIVED = NotDerived.NOT_DERIVED
"""What a ``derive`` function answers for a key that does not follow from the request."""

Values = Union[tuple[str, ...], Unknown, None]
"""What a request has for a key: its values (never an empty tuple), or ``None`` where it does not have the key."""

Derived = Union[Values, NotDerived]


class ContextView:
    """The context of one request, looked up by lower-case key."""

    __slots__ = ("_derive", "_given", "_unknown_prefixes")

    def __init__(self, given: Mapping[str, ContextValue], derive: Callable[[str], Derived]) -> None:
        """``derive`` returns what follows from the request for a lower-case key, or :data:`NOT_DERIVED`.

        A given key that ends in ``*`` (``aws:PrincipalTag/*``, or ``*`` alone) takes :data:`UNKNOWN` only and says so
        of every key that begins like it and is not given.
        """
        self._derive = derive
        self._given: dict[str, Values] = {}
        self._unknown_prefixes: tuple[str, ...] = ()
        for key, value in given.items():
            lowered = ascii_lower(key)
            if lowered.endswith("*"):
                if value is not UNKNOWN:
                    raise PolicyError(f"the context key {key!r} can only be UNKNOWN")
                self._unknown_prefixes += (lowered[:-1],)
            else:
                self._given[lowered] = value if value is UNKNOWN or value is None else _texts(value, key)

    def get(self, key: str) -> Values:
        """Return the values of a lower-case key."""
        given = self._given
        if key in given:
            return given[key]
        derived = self._derive(key)
        if derived is not NOT_DERIVED:
            return derived
        if key in _SAME_TIME and _SAME_TIME[key] in given:
            return given[_SAME_TIME[key]]
        if key in ALWAYS_PRESENT or key in KNOWN_TO_AWS:
            return UNKNOWN
        return UNKNOWN if self._unknown_prefixes and key.startswith(self._unknown_prefixes) else None


_SAME_TIME = {"aws:epochtime": "aws:currenttime", "aws:currenttime": "aws:epochtime"}


def _texts(value: object, key: str) -> tuple[str, ...] | None:
    """Return the values as texts; an empty list is a key without values, which AWS takes for absent."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (list, tuple, set, frozenset)):
        ordered = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return tuple(_text(item, key) for item in ordered) or None
    return (_text(value, key),)


def _text(value: object, key: str) -> str:
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            raise PolicyError(f"the time {value.isoformat()} of the context key {key!r} has no time zone")
        return value.isoformat()
    return scalar_text(value, f"the context key {key!r}")
