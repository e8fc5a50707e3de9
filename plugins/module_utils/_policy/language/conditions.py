# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Condition blocks: every operator of the policy language against the context of a request.

Rules and their source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Single-valued vs. multivalued
context keys" and "Policy variables".

- All tests of a block have to hold; of the values of one test, one has to match, or none for a negated operator.
- A key that the request does not have: false, true for a negated operator; ``…IfExists`` makes it true.
- ``ForAllValues`` on a missing key (or one whose values are all empty) is true, ``ForAnyValue`` is false.
- A value that is not of the operator's type (a date that is none, a network that is none) equals nothing.
- What AWS leaves open is not known (``None``): several values under an operator without ``For…``, a missing key under
  ``ForAnyValue:…IfExists``, an operator that does not exist.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import difflib
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt
from typing import Optional, TypeVar

from .context import UNKNOWN, ContextView, Values
from .documents import ascii_lower, condition_lines
from .matching import ArnPattern, Pattern, arn_parts

Matcher = Callable[[str, ContextView], Optional[bool]]
"""Whether one value of the request matches one value of the policy."""

MatcherOf = Callable[[str, bool], Optional[Matcher]]
"""Makes a matcher of a policy's value, ``None`` if it is invalid; the flag says whether the policy has variables."""

_Parsed = TypeVar("_Parsed")


@dataclass(frozen=True)
class ConditionTest:
    """One operator and one key with its values, ready to be tried.

    ``operator``, ``key`` and ``wanted`` are as spelled in the policy. ``why_unknown`` says, where the operator itself
    decides it, why the test can never be told.
    """

    operator: str
    key: str
    wanted: tuple[str, ...]
    why_unknown: str | None
    _lookup: str
    _quantifier: str
    _negated: bool
    _if_exists: bool
    _matchers: tuple[Matcher, ...]

    def holds(self, context: ContextView) -> bool | None:
        """Whether the test holds for the request; ``None`` if that is not known."""
        found = context.get(self._lookup)
        if found is UNKNOWN or self.why_unknown is not None:
            return None
        if self._quantifier == "null":
            return self._one("true" if found is None else "false", context)
        if found is None:
            return self._without_key()
        if self._quantifier == "":
            return self._one(found[0], context) if len(found) == 1 else None
        if not any(found):
            return self._without_key()
        return self._many(found, context)

    def found(self, context: ContextView) -> Values:
        """Return what the request has for the key."""
        return context.get(self._lookup)

    def _without_key(self) -> bool | None:
        if self._quantifier == "foranyvalue":
            return None if self._if_exists else False
        return self._if_exists or self._negated or self._quantifier == "forallvalues"

    def _one(self, value: str, context: ContextView) -> bool | None:
        result: bool | None = False
        for matcher in self._matchers:
            matched = matcher(value, context)
            if matched:
                return not self._negated
            if matched is None:
                result = None
        return result if result is None else self._negated

    def _many(self, values: tuple[str, ...], context: ContextView) -> bool | None:
        each = [self._one(value, context) for value in values]
        if self._quantifier == "forallvalues":
            return False if False in each else None if None in each else True
        return True if True in each else None if None in each else False


def compile_conditions(condition: object, *, variables: bool) -> tuple[ConditionTest, ...]:
    """Return the tests of a Condition block; ``variables`` as the policy's version has it.

    Raises :class:`PolicyError` for what is no Condition block. An operator that AWS does not have is kept, as a test
    that nobody can tell: AWS would not have stored it.
    """
    return tuple(
        _compile_test(operator, key, tuple(values), variables) for operator, key, values in condition_lines(condition)
    )


def wrong_operator(operator: str) -> str | None:
    """Return what is wrong with a condition operator and what may be meant, None when AWS has it."""
    why = _compile_test(operator, "", (), variables=False).why_unknown
    if why is None:
        return None
    name = ascii_lower(operator).rpartition(":")[2].removesuffix("ifexists")
    close = difflib.get_close_matches(name, [each.lower() for each in OPERATORS], n=1)
    meant = [each for each in OPERATORS if each.lower() in close]
    return f"{why}; did you mean {meant[0]}?" if meant else why


def _compile_test(operator: str, key: str, wanted: tuple[str, ...], variables: bool) -> ConditionTest:
    quantifier, _colon, name = ascii_lower(operator).rpartition(":")
    if_exists = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    why_unknown = None
    negated = False
    matchers: tuple[Matcher, ...] = ()
    if quantifier not in ("", "forallvalues", "foranyvalue") or (if_exists and name == "null"):
        why_unknown = f"AWS has no condition operator {operator}"
    elif name in _OPERATORS:
        quantifier = "null" if name == "null" else quantifier
        of_key = _EPOCH_OPERATORS if ascii_lower(key) == "aws:epochtime" else _OPERATORS
        negated, make = of_key.get(name, _OPERATORS[name])
        made = [make(text, variables) for text in wanted]
        matchers = tuple(matcher for matcher in made if matcher is not None)
    else:
        why_unknown = f"AWS has no condition operator {operator}"
    return ConditionTest(operator, key, wanted, why_unknown, ascii_lower(key), quantifier, negated, if_exists, matchers)


def _string(*, wildcards: bool = False, ignore_case: bool = False) -> MatcherOf:
    def make(text: str, variables: bool) -> Matcher:
        pattern = Pattern(text, wildcards=wildcards, variables=variables, ignore_case=ignore_case)
        literal = pattern.literal
        if literal is not None and not ignore_case:
            return lambda value, _context: value == literal
        return pattern.matches

    return make


def _arn(text: str, variables: bool) -> Matcher:
    pattern = ArnPattern(text, variables=variables)
    return lambda value, context: pattern.matches(value, arn_parts(value), context)


def _bool(text: str, _variables: bool) -> Matcher | None:
    wanted = ascii_lower(text)
    return (lambda value, _context: ascii_lower(value) == wanted) if wanted in ("true", "false") else None


def _compared(parse: Callable[[str], _Parsed | None], compare: Callable[[_Parsed, _Parsed], bool]) -> MatcherOf:
    def make(text: str, _variables: bool) -> Matcher | None:
        wanted = parse(text)
        if wanted is None:
            return None

        def matches(value: str, _context: ContextView) -> bool:
            found = parse(value)
            return found is not None and compare(found, wanted)

        return matches

    return make


_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,6})?", re.ASCII)


@lru_cache(maxsize=1024)
def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:?[0-9]{2}))?)?)?",
    re.ASCII,
)
_EPOCH = re.compile(r"[0-9]{5,12}(\.[0-9]{1,9})?", re.ASCII)


@lru_cache(maxsize=1024)
def _time(text: str) -> Decimal | None:
    """Return seconds since 1970 of a W3C date (ISO 8601, a year up to a fraction of a second) or of an epoch time.

    Four digits are a year, as in the W3C's note.
    """
    if _EPOCH.fullmatch(text):
        return Decimal(text)
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        moment = datetime.datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0)
        )
    except ValueError:
        return None
    seconds = (moment - datetime.datetime(1970, 1, 1)) // datetime.timedelta(seconds=1)
    return Decimal(seconds - _offset(zone)) + Decimal(f"0.{fraction or 0}")


def _epoch(text: str) -> Decimal | None:
    """Return seconds since 1970 where digits are no year: in `aws:EpochTime`."""
    return Decimal(text) if text.isdecimal() and text.isascii() else _time(text)


def _offset(zone: str | None) -> int:
    if zone is None or zone == "Z":
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
    return -seconds if zone[0] == "-" else seconds


def _network_matcher(text: str, _variables: bool) -> Matcher | None:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None

    def matches(value: str, _context: ContextView) -> bool:
        address = _address(value)
        return address is not None and address.version == network.version and address in network

    return matches


@lru_cache(maxsize=1024)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None


def _ordered(parse: Callable[[str], Decimal | None], prefix: str) -> dict[str, tuple[bool, MatcherOf]]:
    return {
        f"{prefix}equals": (False, _compared(parse, eq)),
        f"{prefix}notequals": (True, _compared(parse, eq)),
        f"{prefix}lessthan": (False, _compared(parse, lt)),
        f"{prefix}lessthanequals": (False, _compared(parse, le)),
        f"{prefix}greaterthan": (False, _compared(parse, gt)),
        f"{prefix}greaterthanequals": (False, _compared(parse, ge)),
    }


OPERATORS = (
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
    "StringNotLike", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Bool", "IpAddress", "NotIpAddress",
    "BinaryEquals", "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals",
    "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateNotEquals", "DateLessThan",
    "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Null",
)  # fmt: skip
"""All of them as AWS spells them (IAM User Guide, "IAM JSON policy elements: Condition operators")."""

_OPERATORS: dict[str, tuple[bool, MatcherOf]] = {
    "stringequals": (False, _string()),
    "stringnotequals": (True, _string()),
    "stringequalsignorecase": (False, _string(ignore_case=True)),
    "stringnotequalsignorecase": (True, _string(ignore_case=True)),
    "stringlike": (False, _string(wildcards=True)),
    "stringnotlike": (True, _string(wildcards=True)),
    "arnequals": (False, _arn),
    "arnlike": (False, _arn),
    "arnnotequals": (True, _arn),
    "arnnotlike": (True, _arn),
    "bool": (False, _bool),
    "ipaddress": (False, _network_matcher),
    "notipaddress": (True, _network_matcher),
    "binaryequals": (False, _compared(_bytes, eq)),
    "null": (False, _bool),
    **_ordered(_number, "numeric"),
    **_ordered(_time, "date"),
}
"""By lower-case name: whether it is negated, and what makes its matchers.

ArnEquals and ArnLike behave alike, and so do their negations.
"""

_EPOCH_OPERATORS: dict[str, tuple[bool, MatcherOf]] = _ordered(_epoch, "date")
"""In place of those above for the key `aws:EpochTime`."""
