# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keys and tokens look like, as far as it matters: a line break in one breaks the request, and shows the value.

Pure. Private to this collection.
"""

from __future__ import annotations

import re

_PRINTABLE = re.compile(r"[\x21-\x7e]+")


def key_errors(access_key: object, secret_key: object, session_token: object) -> list[str]:
    """Return what is wrong with credentials, by the names of the options. No value is quoted."""
    errors = [key_error("access_key", access_key), key_error("secret_key", secret_key)]
    if session_token is not None:
        errors.append(key_error("session_token", session_token))
    return [error for error in errors if error]


def key_error(name: str, value: object) -> str | None:
    """Return what is wrong with one of them: keys and tokens are printable ASCII without blanks, in every partition."""
    if not isinstance(value, str) or not value:
        return f"{name} is not text or empty"
    if _PRINTABLE.fullmatch(value):
        return None
    position, character = next((index, each) for index, each in enumerate(value, 1) if not _PRINTABLE.match(each))
    kind = "a line break" if character in "\r\n" else "a blank" if character in " \t" else "a control character"
    if ord(character) > 0x7F:
        kind = "a character outside of ASCII"
    return f"{name} has {kind} at position {position} of {len(value)}: remove it (`| trim` for one read from a file)"
