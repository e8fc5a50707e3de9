# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of a grant that narrow it (organizations, source addresses, an end …), read into one Condition block.

A grant in a trust policy and one in a bucket policy take the same options with the same meaning and the same refusals.
"""

from __future__ import annotations

import datetime
import ipaddress
import re
from collections.abc import Callable, Mapping

from ..language.conditions import wrong_operator
from ..language.documents import PolicyError, ascii_lower, checked_copy, conditions_as_text, texts

Piece = tuple[str, str, object, str]
"""One line of a Condition block: operator, key, value or values, and the option that it comes from."""

ConditionOptions = Mapping[str, tuple[str, str, Callable[[object], list[str]]]]
"""Options by name: the operator and key they become, and what reads their value (no text: the option says nothing)."""

_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9:]{8})(?:\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")


def condition_pieces(grant: Mapping, options: ConditionOptions) -> tuple[list[Piece], list[str]]:
    """Return what ``options`` and ``conditions`` of a grant ask for, and all that is wrong with them."""
    pieces: list[Piece] = []
    errors: list[str] = []
    for option, (operator, key, read) in options.items():
        try:
            values = read(grant[option]) if option in grant else []
        except PolicyError as error:
            errors.append(f"{option}: {error}")
            continue
        if grant.get(option) == []:
            errors.append(f"{option}: empty list: omit the option or add a value")
        elif values:
            pieces.append((operator, key, values[0] if len(values) == 1 else values, option))
    try:
        pieces.extend(_given_conditions(grant.get("conditions", {})))
    except PolicyError as error:
        errors.append(f"conditions: {error}")
    return pieces, errors


def merged_pieces(pieces: list[Piece]) -> tuple[dict, list[str]]:
    """Return the Condition block of the pieces, and what contradicts itself in them.

    One block an operator and one line a key, without case, as AWS reads them; twice is a contradiction.
    """
    operators: dict[str, str] = {}
    givers: dict[tuple[str, str], str] = {}
    merged: dict[str, dict] = {}
    errors: list[str] = []
    for operator, key, values, option in pieces:
        spelling = operators.setdefault(ascii_lower(operator), operator)
        slot = (ascii_lower(operator), ascii_lower(key))
        if slot in givers:
            errors.append(
                f"{spelling} {key} is given twice, by {givers[slot]} and by {option}: AWS holds one; write all the "
                "values in one place"
            )
            continue
        givers[slot] = option
        merged.setdefault(spelling, {})[key] = values
    return merged, errors


def organization_ids(value: object) -> list[str]:
    """Return organization IDs (aws:PrincipalOrgID)."""
    return each_text(value, r"o-[a-z0-9]{10,32}", "an organization ID (o- and 10 to 32 of a-z 0-9)")


def principal_arn_patterns(value: object) -> list[str]:
    """Return ARNs of principals, wildcards allowed (aws:PrincipalArn)."""
    found = each_text(
        value, r"arn(:[^:\s]*){4}:\S+", "an ARN, wildcards allowed, such as arn:aws:iam::111111111111:role/app-*"
    )
    for text in found:
        if text.split(":")[2] == "sts":
            raise PolicyError(
                f"{text!r} never matches: aws:PrincipalArn of a session is the ARN of its role (arn:…:iam::…)"
            )
    return found


def source_ranges(value: object) -> list[str]:
    """Return IP addresses and ranges (aws:SourceIp)."""
    found = each_text(value, r"[0-9a-fA-F:.]+(/[0-9]+)?", "an IP address or a range such as 198.51.100.0/24")
    for text in found:
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError as error:
            raise PolicyError(f"{text!r} is not an IP address or a range such as 198.51.100.0/24") from error
        address = text.partition("/")[0]
        if ipaddress.ip_address(address) != network.network_address:
            raise PolicyError(f"{text!r} has host bits set: the range is {network}, the address {address}")
    return found


def latest_time(value: object) -> list[str]:
    """Return the time as AWS writes it; YAML may have made an object of it, and Ansible text of that object."""
    advice = f"{value!s} is not a time with its time zone, such as 2027-01-01T00:00:00Z"
    if isinstance(value, str):
        match = _TIME.fullmatch(value)
        if match is None:
            raise PolicyError(advice)
        day, clock, zone = match.groups()
        try:
            value = datetime.datetime.fromisoformat(f"{day}T{clock}{'+00:00' if zone == 'Z' else zone}")
        except ValueError as error:
            raise PolicyError(advice) from error
    if not isinstance(value, datetime.datetime) or value.tzinfo is None:
        raise PolicyError(advice)
    return [value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")]


def each_text(value: object, pattern: str, wanted: str) -> list[str]:
    """Return a text or a list of texts as a list, each once; ``wanted`` says what does not match ``pattern``."""
    found = []
    for text in as_list(value):
        if not isinstance(text, str) or not re.fullmatch(pattern, text):
            raise PolicyError(f"{text!r} is not {wanted}")
        found.append(text)
    return list(dict.fromkeys(found))


def as_list(value: object) -> list:
    """Return a list as it is, anything else as a list of one."""
    return value if isinstance(value, list) else [value]


def _given_conditions(conditions: object) -> list[Piece]:
    if not isinstance(conditions, dict):
        raise PolicyError("an object {OPERATOR: {KEY: VALUES}}")
    given = checked_copy(conditions, "conditions")
    for operator, keys in given.items():
        if not isinstance(keys, dict) or not keys:
            raise PolicyError(f"{operator} is an object {{KEY: VALUES}}")
        wrong = wrong_operator(operator)
        if wrong:
            raise PolicyError(wrong)
        for key, values in keys.items():
            texts(values, f"{operator}.{key}")
    sent = conditions_as_text(given)
    return [(operator, key, values, "conditions") for operator, keys in sent.items() for key, values in keys.items()]
