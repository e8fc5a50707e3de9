# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Patterns of the policy language: wildcards, policy variables, ARNs part by part.

A pattern is compiled once and matched often. Matching is greedy, one literal piece after the other, and never goes
back: its time is at most the product of the two lengths, whatever the pattern.

Truth here has three values, as everywhere in the evaluation: ``True``, ``False`` and ``None`` for "not known".
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, Union

from .context import UNKNOWN, ContextView
from .documents import ascii_lower

_VARIABLE = re.compile(r"\$\{(?:([*?$])|([^,'{}]+)(?:, *'([^']*)')?)\}")


class _Wildcard(enum.Enum):
    TEXT = "*"
    CHARACTER = "?"


_ANY_TEXT: Final = _Wildcard.TEXT
_ANY_CHARACTER: Final = _Wildcard.CHARACTER


class _Variable:
    """``${key}`` or ``${key, 'default'}``."""

    __slots__ = ("default", "key")

    def __init__(self, key: str, default: str | None) -> None:
        self.key = ascii_lower(key.strip())
        self.default = default


_Plain = Union[str, _Wildcard]
_Token = Union[_Plain, _Variable]
_Pieces = tuple[str, ...]
_Segment = tuple[_Pieces, int]


class Pattern:
    """Text with wildcards (``*``, ``?``) and policy variables, as AWS reads it.

    ``wildcards`` and ``variables`` say whether the text may hold them at all: the String…Equals operators take no
    wildcards, and a policy of version 2008-10-17 has no variables (IAM User Guide, "Policy variables"). ``ignore_case``
    compares without case. A variable's value is taken literally: a ``*`` in it is no wildcard.
    """

    __slots__ = ("_exact", "_ignore_case", "_segments", "_tokens", "text")

    def __init__(self, text: str, *, wildcards: bool = True, variables: bool = True, ignore_case: bool = False) -> None:
        self.text = text
        self._ignore_case = ignore_case
        self._exact: str | None = None
        self._segments: tuple[_Segment, ...] | None = None
        self._tokens: list[_Token] = []
        found = _tokens(text, wildcards, variables)
        tokens = [self._folded(token) if isinstance(token, str) else token for token in found]
        texts = [token for token in tokens if isinstance(token, str)]
        plain = [token for token in tokens if not isinstance(token, _Variable)]
        if len(plain) < len(tokens):
            self._tokens = tokens
        elif len(texts) == len(tokens):
            self._exact = "".join(texts)
        else:
            self._segments = _segments(plain)

    @property
    def literal(self) -> str | None:
        """The one text that it matches, ``None`` if there are several."""
        return self._exact

    def matches(self, value: str, context: ContextView) -> bool | None:
        """Whether ``value`` matches. ``None`` if that hangs on a variable whose value is not known.

        A variable without a value, or with several, and without a default matches nothing: "effectively null" (IAM
        User Guide, "Policy variables with no value").
        """
        if self._ignore_case:
            value = value.lower()
        if self._exact is not None:
            return value == self._exact
        if self._segments is not None:
            return _segments_match(self._segments, value)
        return self._with_variables(value, context)

    def _with_variables(self, value: str, context: ContextView) -> bool | None:
        tokens: list[_Plain] = []
        known = True
        for token in self._tokens:
            if not isinstance(token, _Variable):
                tokens.append(token)
                continue
            found = context.get(token.key)
            if found is UNKNOWN:
                known = False
                tokens.append(_ANY_TEXT)
            elif found is not None and len(found) == 1:
                tokens.append(self._folded(found[0]))
            elif token.default is not None:
                tokens.append(self._folded(token.default))
            else:
                return False
        matched = _segments_match(_segments(tokens), value)
        return matched if known or not matched else None

    def _folded(self, text: str) -> str:
        return text.lower() if self._ignore_case else text


class ArnPattern:
    """An ARN compared part by part, for the Arn… operators: no wildcard reaches over one of the first five colons.

    (IAM User Guide, "ARN condition operators".) Text with fewer than six parts is no ARN; AWS does not say whether a
    pattern such as ``*`` takes an ARN then, so what it would match as text is not known, and what it would not match
    even so does not match.
    """

    __slots__ = ("_parts", "_whole")

    def __init__(self, text: str, *, variables: bool = True) -> None:
        parts = _split_pattern(text, variables)
        self._parts = tuple(Pattern(part, variables=variables) for part in parts) if len(parts) == 6 else ()
        self._whole = Pattern(text, variables=variables)

    def matches(self, value: str, parts: Sequence[str], context: ContextView) -> bool | None:
        """Whether the ARN ``value`` matches, whose :func:`arn_parts` are ``parts``."""
        if not self._parts:
            return False if self._whole.matches(value, context) is False else None
        return self._matches_by_parts(parts, context)

    def _matches_by_parts(self, parts: Sequence[str], context: ContextView) -> bool | None:
        if len(parts) != 6 or not self._parts:
            return False
        result: bool | None = True
        for pattern, part in zip(self._parts, parts, strict=True):
            literal = pattern.literal
            if literal is not None:
                if literal != part:
                    return False
                continue
            matched = pattern.matches(part, context)
            if matched is False:
                return False
            if matched is None:
                result = None
        return result


class ResourceArnPattern(ArnPattern):
    """An ARN of a Resource or NotResource element.

    As in :class:`ArnPattern`, but a ``*`` that ends one of the parts also reaches over the colons behind it:
    ``arn:aws:s3:*`` is every ARN of S3 (IAM User Guide, "IAM JSON policy elements: Resource", "Using wildcards in
    resource ARNs"). Where another wildcard among the first five parts would have to reach over a colon, too, the answer
    is not known.
    """

    __slots__ = ("_reaches_over",)

    def __init__(self, text: str, *, variables: bool = True) -> None:
        super().__init__(text, variables=variables)
        head = _split_pattern(text, variables)[:5]
        self._reaches_over = not any(_has_wildcard(part.removesuffix("*")) for part in head)

    def matches(self, value: str, parts: Sequence[str], context: ContextView) -> bool | None:
        """Whether the ARN ``value`` matches, whose :func:`arn_parts` are ``parts``."""
        by_parts = self._matches_by_parts(parts, context)
        if by_parts or len(parts) != 6:
            return by_parts
        whole = self._whole.matches(value, context)
        if whole is False:
            return False
        return True if whole and self._reaches_over else None


class ActionPattern:
    """The values of an Action or NotAction element, compared without case."""

    __slots__ = ("_anything", "_exact", "_patterns", "_texts")

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = lowered = [ascii_lower(text) for text in texts]
        self._anything = "*" in lowered
        self._exact = frozenset(text for text in lowered if not _has_wildcard(text))
        self._patterns = tuple(_segments(_plain_tokens(text, True)) for text in lowered if _has_wildcard(text))

    @property
    def services(self) -> frozenset[str] | None:
        """The prefixes of the actions, in lower case; None where a wildcard is in one."""
        prefixes = frozenset(text.partition(":")[0] for text in self._texts)
        return None if any(map(_has_wildcard, prefixes)) else prefixes

    def matches(self, action: str) -> bool:
        """Whether the lower-case ``action`` (``s3:getobject``) is one of them."""
        if self._anything or action in self._exact:
            return True
        return any(_segments_match(segments, action) for segments in self._patterns)


class ResourcePattern:
    """The values of a Resource or NotResource element."""

    __slots__ = ("_anything", "_exact", "_patterns")

    def __init__(self, texts: Iterable[str], *, variables: bool) -> None:
        texts = [_completed(text, variables) for text in texts]
        self._anything = "*" in texts
        plain = {text for text in texts if not _has_wildcard(text) and not (variables and "${" in text)}
        self._exact = frozenset(plain)
        self._patterns = tuple(ResourceArnPattern(text, variables=variables) for text in texts if text not in plain)

    def matches(self, resource: str, parts: Sequence[str], context: ContextView) -> bool | None:
        """Whether the request's resource is one of them."""
        if self._anything or resource in self._exact:
            return True
        result: bool | None = False
        for pattern in self._patterns:
            matched = pattern.matches(resource, parts, context)
            if matched:
                return True
            if matched is None:
                result = None
        return result


def arn_parts(text: str) -> list[str]:
    """Split an ARN into its six parts; fewer where ``text`` is none."""
    return text.split(":", 5)


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text


def _tokens(text: str, wildcards: bool, variables: bool) -> Iterable[_Token]:
    """Yield the text as literal pieces, wildcards and variables."""
    position = 0
    if variables:
        for match in _VARIABLE.finditer(text):
            yield from _plain_tokens(text[position : match.start()], wildcards)
            character, key, default = match.groups()
            yield character if character is not None else _Variable(key, default)
            position = match.end()
    yield from _plain_tokens(text[position:], wildcards)


def _plain_tokens(text: str, wildcards: bool) -> Iterable[_Plain]:
    if not wildcards:
        if text:
            yield text
        return
    for piece in re.split(r"([*?])", text):
        if piece:
            yield _ANY_TEXT if piece == "*" else _ANY_CHARACTER if piece == "?" else piece


def _segments(tokens: Iterable[_Plain]) -> tuple[_Segment, ...]:
    """Return what stands between the ``*``: (pieces, length), the pieces with one free character between them."""
    segments = []
    pieces = [""]
    for token in tokens:
        if token is _ANY_TEXT:
            segments.append((tuple(pieces), sum(map(len, pieces)) + len(pieces) - 1))
            pieces = [""]
        elif token is _ANY_CHARACTER:
            pieces.append("")
        else:
            pieces[-1] += token
    segments.append((tuple(pieces), sum(map(len, pieces)) + len(pieces) - 1))
    middle = [segment for segment in segments[1:-1] if segment[1]]
    return (segments[0], *middle, segments[-1]) if len(segments) > 1 else (segments[0],)


def _segments_match(segments: tuple[_Segment, ...], value: str) -> bool:
    pieces, length = segments[0]
    if len(segments) == 1:
        return length == len(value) and _stands_at(pieces, value, 0)
    last_pieces, last_length = segments[-1]
    start, end = length, len(value) - last_length
    if start > end or not _stands_at(pieces, value, 0) or not _stands_at(last_pieces, value, end):
        return False
    for pieces, length in segments[1:-1]:
        start = _find(pieces, value, start, end)
        if start < 0:
            return False
        start += length
    return True


def _stands_at(pieces: _Pieces, value: str, position: int) -> bool:
    for piece in pieces:
        if not value.startswith(piece, position):
            return False
        position += len(piece) + 1
    return True


def _find(pieces: _Pieces, value: str, start: int, end: int) -> int:
    if len(pieces) == 1:
        return value.find(pieces[0], start, end)
    found = _expression(pieces).search(value, start, end)
    return found.start() if found else -1


@lru_cache(maxsize=1024)
def _expression(pieces: _Pieces) -> re.Pattern[str]:
    """Return the pieces with any character between them as a regular expression: of one length, it never goes back."""
    return re.compile(".".join(map(re.escape, pieces)), re.DOTALL)


def _split_pattern(text: str, variables: bool) -> list[str]:
    """Split at the first five colons that are not inside a variable."""
    if not variables or "${" not in text:
        return arn_parts(text)
    parts = [""]
    position = 0
    for match in _VARIABLE.finditer(text):
        _add_plain(parts, text[position : match.start()])
        parts[-1] += match.group()
        position = match.end()
    _add_plain(parts, text[position:])
    return parts


def _completed(text: str, variables: bool) -> str:
    """Return an ARN without wildcards with all its six parts: AWS takes those that are missing for `*`.

    (IAM User Guide, "IAM JSON policy elements: Resource", "Incomplete ARNs".)
    """
    if not text.startswith("arn:") or _has_wildcard(text):
        return text
    return text + ":*" * (6 - len(_split_pattern(text, variables)))


def _add_plain(parts: list[str], text: str) -> None:
    pieces = text.split(":", 6 - len(parts))
    parts[-1] += pieces[0]
    parts.extend(pieces[1:])
