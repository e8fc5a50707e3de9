# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS account IDs as people write them, and what goes wrong with them in YAML."""

from __future__ import annotations

import re

_ACCOUNT_ID = re.compile(r"[0-9]{12}", re.ASCII)

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")


def account_id_problem(value: object) -> tuple[str, str] | None:
    """(what is wrong, what would be right) with an account ID, or None when it is twelve digits of text.

    A number is refused even when it has twelve digits: YAML reads ``012345670123`` as octal and loses what was meant,
    and the next account in the list may begin with a zero.
    """
    if isinstance(value, bool) or value is None or isinstance(value, (list, dict)):
        return f"the account ID is {value!r}", 'twelve digits in quotes are expected, such as "111111111111"'
    if isinstance(value, (int, float)):
        return f"the account ID is the number {value}", _quote_it(value)
    if not _ACCOUNT_ID.fullmatch(str(value)):
        return f"the account ID is '{value}'", f"twelve digits are expected, this has {_shape(str(value))}"
    return None


def _quote_it(number: int | float) -> str:
    if isinstance(number, int) and 0 < number < 8**11:
        octal = f"{number:o}".rjust(12, "0")
        if octal.startswith("0"):
            return f'write it in quotes: YAML reads digits after a 0 as an octal number; was "{octal}" meant?'
    if isinstance(number, int) and _ACCOUNT_ID.fullmatch(str(number)):
        return f'write it in quotes: "{number}"'
    return 'write it in quotes, with its leading zeros: "012345678901"'


def _shape(text: str) -> str:
    if text.isdigit():
        return f"{len(text)} digits"
    return "other characters too" if any(character.isdigit() for character in text) else "none"
