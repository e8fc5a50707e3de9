# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text that somebody else wrote (AWS, another account, a server that is not AWS), made fit to be shown.

A control character can move the cursor, hide what was printed or forge a line of a log; a format character can turn
text around. Each becomes its escape, so that what was there can still be seen.
Private to this collection.
"""

from __future__ import annotations

import re

LONGEST_MESSAGE = 4096
"""Characters of a message that are shown; how much was cut is said after them."""

_INVISIBLE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL and C1
    "\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # direction and zero width
    "\u2028\u2029"  # line breaks to some terminals and to str.splitlines
    "\ud800-\udfff"  # half a pair, which no encoding takes
    "]"
)
_OWN_LINE = re.compile(r"\n(?=- | {2}|\Z)")
"""The only line breaks of our own texts: before an entry of a list, before an indented line, and at the end."""

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def one_line(text: str) -> str:
    """Return `text` on one line, with an escape (`\\n`, `\\x1b`, `\\u202e`) for every character that is not seen."""
    return _INVISIBLE.sub(_escape, text)


def own_lines(text: str) -> str:
    """Like `one_line`, but leave the line breaks before "- " and two blanks: those of our own lists."""
    return "\n".join(one_line(part) for part in _OWN_LINE.split(text))


def bounded(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """Return `text`, cut to `longest` characters with the number of those that are missing."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]} … ({len(text) - longest} more characters)"


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    code = ord(character)
    return _NAMED.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
