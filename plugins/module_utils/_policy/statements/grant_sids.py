# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Sids of a grant that is several statements of a policy.

The first statement has the Sid of the grant. The others have that, a mark and a part: a word where each is about
something of its own (``/bucket``, ``-issue``), a number where there may be any number of them (``_2``). The mark is a
character that the service takes in a Sid and that no name of a grant has; where names have all characters (S3), a name
whose Sid would end like a part gets ten digits at its end, as :func:`own_sid` gives them to unusual names.
"""

from __future__ import annotations

from collections.abc import Iterator

from .own_statements import SidAlphabet, is_own_sid, own_sid

NUMBERED = None
"""The parts of a grant that may be any number of statements."""


def part_sid(sid: str, part: str, alphabet: SidAlphabet) -> str:
    """Return the Sid of a further statement of the grant that has ``sid``."""
    return f"{sid}{alphabet.mark}{part}"


def grant_sids(name: str, alphabet: SidAlphabet, parts: tuple[str, ...] | None = ()) -> list[str]:
    """Return the Sid of the grant called ``name``, and those of its further statements as far as these have words."""
    first = own_sid(name, alphabet)
    if _part_of(first, alphabet, parts):
        # A control character stands in for the ending: no name has one.
        first = own_sid(f"{name}\0", alphabet)
    return [first, *(part_sid(first, part, alphabet) for part in parts or ())]


def numbered_sids(sid: str, alphabet: SidAlphabet) -> Iterator[str]:
    """Yield the Sids that statements of a grant may have whose parts are numbered, its own first."""
    yield sid
    number = 1
    while True:
        number += 1
        yield part_sid(sid, str(number), alphabet)


def grant_sid(sid: str, alphabet: SidAlphabet, parts: tuple[str, ...] | None) -> str:
    """Return the Sid of the grant that a statement belongs to; a Sid that is not our own is its own."""
    part = _part_of(sid, alphabet, parts)
    own = sid.removesuffix(alphabet.mark + part)
    return own if part and is_own_sid(own) else sid


def _part_of(sid: str, alphabet: SidAlphabet, parts: tuple[str, ...] | None) -> str:
    """Return the part at the end of a Sid; empty: it has none."""
    _before, mark, part = sid.rpartition(alphabet.mark)
    is_part = part.isascii() and part.isdigit() if parts is NUMBERED else part in parts
    return part if mark and is_part else ""
