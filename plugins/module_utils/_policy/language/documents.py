# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policy documents as values: read from JSON text or a dict, walked, and written again.

A document is a plain ``dict`` here. :func:`parse_document` is the only way in: whatever it returns has text keys,
JSON types only, no NaN, a bounded depth, the shape of a policy, and shares nothing with the caller's data. So nothing
behind it meets a Statement that is a number or a Condition that is a list: strangers' documents are refused here.
"""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

CURRENT_VERSION = "2012-10-17"
OLD_VERSION = "2008-10-17"
"""What AWS assumes where a document has no Version. It switches policy variables off."""

MAX_DEPTH = 20
"""AWS's own grammar nests eight deep (a value in a list of a condition of a statement)."""

_DOCUMENT_ORDER = ("Version", "Id", "Statement")
_STATEMENT_ORDER = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_MAY_BE_NULL = ("Version", "Id")
_MAY_BE_NULL_IN_STATEMENT = ("Sid", "Condition")
_A_STATEMENT = re.compile(r"Statement(\[[0-9]+\])?")


class PolicyError(ValueError):
    """A policy, or a part of one, is not what it has to be. The text says where and what would be right."""


class StoredPolicyError(PolicyError):
    """What is stored as a policy is none, or not to be understood; the message says whose policy it is."""


def parse_document(value: str | dict | None) -> dict | None:
    """Return the document as a fresh dict, or ``None`` where there is none.

    ``None``, ``""``, ``{}`` and the JSON text ``null`` are all "no policy". Text may be URL-encoded, as IAM's API sends
    trust policies. Raises :class:`PolicyError` for text that is not JSON, for an object that has one key twice (parsers
    disagree about which one counts), for types that JSON does not have (a YAML date, a tuple, NaN), for ``null``
    inside, and for elements that are not built as the policy language has them; ``null`` for the whole of Version, Id,
    Sid or Condition is let through and means that it is absent.
    """
    given = _decode(value) if isinstance(value, str) else value
    if given is None:
        return None
    if not isinstance(given, dict):
        raise PolicyError(f"a policy document is a JSON object, not {_kind(given)}")
    document = checked_copy(given)
    _check_shape(document)
    return document or None


def stored_document(value: str | dict | None, label: str) -> dict | None:
    """Return the document that AWS keeps as ``label`` (``policy of bucket exports``).

    Raises :class:`StoredPolicyError`: what is not understood is neither judged nor written over.
    """
    try:
        document = parse_document(value)
        if document and "Statement" not in document:
            raise PolicyError("it has no Statement")
    except PolicyError as error:
        raise StoredPolicyError(
            f"{label} is stored in a form that can't be read with certainty, so it is left as it is: {error}"
        ) from error
    return document


def statements(document: dict | None) -> list[dict]:
    """Return the statements as a list; a single Statement object counts as a list of one (R1)."""
    found = (document or {}).get("Statement", [])
    if isinstance(found, dict):
        return [found]
    if not isinstance(found, list):
        raise PolicyError(f"Statement is a list of objects, not {_kind(found)}")
    for index, statement in enumerate(found):
        if not isinstance(statement, dict):
            raise PolicyError(f"Statement[{index}] is an object, not {_kind(statement)}")
    return found


def new_document(statements: list[dict]) -> dict:
    """Return a document of today's version around ``statements``."""
    return {"Version": CURRENT_VERSION, "Statement": list(statements)}


def compact_json(document: dict) -> str:
    """Return the text to send: Version first, no whitespace, one order of keys; lists stay as they are.

    IAM's legacy parser wants Version first (R16). Not escaped to ASCII, because AWS counts characters.
    """
    if not document:
        raise PolicyError("there is no policy document to write")
    copy = checked_copy(document, nulls_allowed=False)
    if "Statement" in copy:
        single = isinstance(copy["Statement"], dict)
        ordered = [_ordered(statement, _STATEMENT_ORDER) for statement in statements(copy)]
        copy["Statement"] = ordered[0] if single else ordered
    return json.dumps(_ordered(copy, _DOCUMENT_ORDER), separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def checked_copy(value: dict, place: str = "", nulls_allowed: bool = True) -> dict:
    """Return a deep copy of JSON data; raise :class:`PolicyError` with the place for anything that is not.

    ``place`` tells what ``value`` is: ``""`` for a document, ``Statement`` for one statement of it.
    """
    copy: dict = _copy(value, place, 0, nulls_allowed)
    return copy


def texts(value: object, place: str) -> list[str]:
    """Return a scalar or a flat list of scalars as a list of texts (R2, R6)."""
    values = value if isinstance(value, list) else [value]
    return [scalar_text(item, place) for item in values]


def scalar_text(value: object, place: str) -> str:
    """Return the text that AWS takes a JSON scalar for (R6).

    Booleans are ``true`` and ``false``; a number is the JSON text that is sent, so ``1`` and ``1.0`` are two texts.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int)) or (isinstance(value, float) and math.isfinite(value)):
        return _number_text(value, place)
    raise PolicyError(f"{place} holds {_kind(value)} where text is wanted")


def conditions_as_text(condition: dict) -> dict:
    """Return a Condition block with its booleans and numbers as text, the one form that every server takes.

    AWS takes both and means the same (R6). What is no block at all stays as it is, for others to refuse.
    """
    return {
        operator: {key: _as_text(values) for key, values in keys.items()} if isinstance(keys, dict) else keys
        for operator, keys in condition.items()
    }


def with_text_conditions(document: dict | None) -> dict | None:
    """Return a document with the conditions of all its statements as :func:`conditions_as_text` has them."""
    found = document.get("Statement") if document else None
    if not document or not found:
        return document
    single = not isinstance(found, list)
    return {**document, "Statement": _with_text_condition(found) if single else [*map(_with_text_condition, found)]}


def condition_lines(condition: object, place: str = "Condition") -> list[tuple[str, str, list[str]]]:
    """Return a Condition block as (operator, key, values), spelled as they are.

    An operator without keys gives no line. Raises :class:`PolicyError` for what is no Condition block.
    """
    if condition is None:
        return []
    if not isinstance(condition, dict):
        raise PolicyError(f"{place} is an object {{OPERATOR: {{KEY: VALUES}}}}, not {_kind(condition)}")
    lines: list[tuple[str, str, list[str]]] = []
    for operator, keys in condition.items():
        if not isinstance(keys, dict):
            raise PolicyError(f"{place}.{operator} is an object {{KEY: VALUES}}, not {_kind(keys)}")
        lines.extend((operator, key, texts(values, f"{place}.{operator}.{key}")) for key, values in keys.items())
    return lines


def ascii_lower(text: str) -> str:
    """Lower-case A-Z only: the names that AWS compares without case are ASCII, and U+212A is not a k."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def walk_texts(value: object) -> Iterator[str]:
    """Yield every text value in JSON data, keys not included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from walk_texts(item)


_LONGEST_NUMBER = 1000
"""Characters; Python reads and writes whole numbers of up to 4,300 digits."""

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
"""One half of a pair of UTF-16 without the other one: JSON can spell it, UTF-8 can not, so it can't be sent back."""

_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def _decode(text: str) -> object:
    stripped = text.strip()
    try:
        if stripped.startswith("%"):
            stripped = unquote(stripped, errors="strict").strip()
        if not stripped:
            return None
        return json.loads(
            stripped,
            object_pairs_hook=_object,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_constant,
        )
    except PolicyError:
        raise
    except RecursionError as error:
        raise PolicyError(f"the policy document nests deeper than {MAX_DEPTH} levels") from error
    except ValueError as error:
        raise PolicyError(f"the policy document is not valid JSON: {error}") from error


def _object(pairs: list[tuple[str, object]]) -> dict:
    result: dict = {}
    for name, value in pairs:
        if name in result:
            raise PolicyError(f"the policy document has an object with the key {name!r} twice")
        result[name] = value
    return result


def _number(text: str) -> int | float | str:
    """Keep the text of a number that Python would write differently (1.10, 1e400): AWS compares text (R6)."""
    if len(text) > _LONGEST_NUMBER:
        raise PolicyError(f"the policy document holds a number of {len(text):,} digits, which must be a mistake")
    value = float(text) if any(mark in text for mark in ".eE") else int(text)
    return value if json.dumps(value) == text else text


def _number_text(value: float, place: str) -> str:
    try:
        return json.dumps(value)
    except ValueError as error:
        raise PolicyError(f"{place} holds a number of thousands of digits, which must be a mistake") from error


def _constant(text: str) -> object:
    raise PolicyError(f"the policy document is not valid JSON: {text} is not a JSON number")


def _as_text(values: object) -> object:
    if isinstance(values, list):
        return [_as_text(each) for each in values]
    return scalar_text(values, "Condition") if isinstance(values, (bool, int, float)) else values


def _with_text_condition(statement: object) -> object:
    if isinstance(statement, dict) and isinstance(statement.get("Condition"), dict):
        return {**statement, "Condition": conditions_as_text(statement["Condition"])}
    return statement


def _copy(value: object, place: str, depth: int, nulls_allowed: bool) -> Any:
    if depth > MAX_DEPTH:
        raise PolicyError(f"{_shown(place)} nests deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        return {key: _copy_item(value[key], key, place, depth, nulls_allowed) for key in value}
    if isinstance(value, list):
        return [_copy(item, f"{place}[{index}]", depth + 1, nulls_allowed) for index, item in enumerate(value)]
    if value is None:
        raise PolicyError(f"{_shown(place)} is null: leave it out, or give it a value")
    _check_characters(scalar_text(value, _shown(place)), place)
    return value


def _copy_item(value: object, key: object, place: str, depth: int, nulls_allowed: bool) -> Any:
    if not isinstance(key, str):
        raise PolicyError(f"{_shown(place)} has the key {key!r}, {_kind(key)}; keys are text")
    _check_characters(key, place)
    if value is None and nulls_allowed:
        known = _MAY_BE_NULL if place == "" else _MAY_BE_NULL_IN_STATEMENT if _A_STATEMENT.fullmatch(place) else ()
        if key in known:
            return None
    return _copy(value, f"{place}.{key}" if place else key, depth + 1, nulls_allowed)


def _check_characters(text: str, place: str) -> None:
    if not text.isascii() and _HALF_CHARACTER.search(text):
        raise PolicyError(f"{_shown(place)} holds half of a character (an unpaired surrogate), which is no text")


def _check_shape(document: dict) -> None:
    """Raise :class:`PolicyError` for an element that no reader of policies could make anything of."""
    if document.get("Version") is not None:
        scalar_text(document["Version"], "Version")
    single = isinstance(document.get("Statement"), dict)
    for index, statement in enumerate(statements(document)):
        place = "Statement" if single else f"Statement[{index}]"
        if statement.get("Sid") is not None:
            scalar_text(statement["Sid"], f"{place}.Sid")
        for name in ("Action", "NotAction", "Resource", "NotResource"):
            if name in statement:
                texts(statement[name], f"{place}.{name}")
        for name in ("Principal", "NotPrincipal"):
            if isinstance(statement.get(name), dict):
                for kind, values in statement[name].items():
                    texts(values, f"{place}.{name}.{kind}")
            elif name in statement:
                texts(statement[name], f"{place}.{name}")
        condition_lines(statement.get("Condition"), f"{place}.Condition")


def _ordered(value: dict, order: tuple[str, ...]) -> dict:
    first = [key for key in order if key in value]
    rest = sorted(key for key in value if key not in order)
    return {key: _sorted_keys(value[key]) if key != "Statement" else value[key] for key in first + rest}


def _sorted_keys(value: object) -> object:
    if isinstance(value, dict):
        return {key: _sorted_keys(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted_keys(item) for item in value]
    return value


def _shown(place: str) -> str:
    return place or "the policy document"


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, datetime.date):
        return f"a date ({value.isoformat()}; YAML makes one of an unquoted date, put it in quotes)"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value}, which JSON does not have"
    names: dict[type, str] = {str: "text", bool: "a boolean", int: "a number", float: "a number", dict: "an object"}
    names.update({list: "a list", tuple: "a tuple", bytes: "bytes"})
    return next((name for type_, name in names.items() if isinstance(value, type_)), f"a {type(value).__name__}")
