# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canonical user IDs, by which access control lists name accounts: what one looks like, at AWS and elsewhere."""

from __future__ import annotations

import re

from ..language.principals import is_account_id, is_canonical_id

_LIKE_AWS = re.compile(r"[0-9a-fA-F]{40,}")
_DIGITS = "64 digits of 0-9 a-f"


def canonical_id_error(value: object, *, at_aws: bool | None) -> str | None:
    """Return what is wrong with a canonical ID that somebody wrote, None for nothing.

    Those of AWS are hexadecimal digits. Other servers have IDs of their own: Ceph the names of users and accounts, with
    a tenant in front. Where it is not known whose the server is (None), what can only be meant for AWS is refused: an
    account ID, and hexadecimal digits that were copied in part.
    """
    if not isinstance(value, str):
        return f"{value!r} is not a canonical ID: it is text, put it in quotes"
    if at_aws and not is_canonical_id(value):
        return f"{value!r} is not a canonical ID: {_DIGITS} (an account's 12 digits go into account_id)"
    if not value or not value.isprintable() or any(character.isspace() for character in value):
        return f"{value!r} is not a canonical ID: {_DIGITS}; of another server text without blanks"
    if at_aws is None and is_account_id(value):
        return f"{value!r} is not a canonical ID, but an account's: that one has {_DIGITS}"
    if at_aws is None and _LIKE_AWS.fullmatch(value) and not is_canonical_id(value):
        return f"{value!r} is not a canonical ID: {_DIGITS}, and this one has {len(value)} digits"
    return None
