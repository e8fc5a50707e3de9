# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must not be in anything that a user gets to see, and how it is found."""

from __future__ import annotations

import base64
import functools
import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping

import pytest

from tests.border.texts import FORGED_HOST

LONGEST_MESSAGE = 4096
NOTE_OF_THE_CUT = 200
PIECE = 20
"""A part of a secret that is this long is as bad as the whole."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LIKE_A_SECRET = re.compile(r"[\w+/%=.~\\-]{12,}")
SHORT_TEXT = 20_000
"""A longer one is searched by its long words, each once."""
_OWN_LINE_BREAK = re.compile("\n(?=- |  |$)")
"""Lists in messages, and the fixes in YAML, have lines of their own; a text that comes from outside has none."""
_FORGED_LINE = re.compile(rf"^\s*(?:{FORGED_HOST}|PLAY RECAP \*+ forged)", re.MULTILINE)
_DEFECT = re.compile(r"Unable to parse response|Traceback|Internal error|^'?\w+'?$")
_EXCEPTION = re.compile(
    r"\b(?:Key|Attribute|Type|Value|Index|Recursion|Lookup|Assertion|UnicodeDecode|UnicodeEncode|ResponseParser|Runtime"
    r"|UnboundLocal|JSONDecode)Error\b"
    r"|NoneType|has no attribute|not subscriptable|object is not|indices must be|unexpected keyword|not iterable"
    r"|takes \d+ positional|missing \d+ required|unhashable|codec can't|recursion depth|base 10|could not convert"
)
_EXPLAINED = re.compile(r"did not answer as AWS does|could not be sent|can't be read")
"""With these words the exception's class is a detail for whoever has to find out what answers there."""
_OWN_VERDICT = re.compile(
    r"belong to account|there is none in account|can't be used: (?:access_key|secret_key|session_token) "
    r"|objects in s3://\S+ failed|expectations do not hold|the session that was given"
    r"|In account \d{12}: .{1,400} is stored in a form that can't be read|cannot be made: role |has the path "
)
"""What is said of answers that were well-formed; no call failed."""
_CRASH = re.compile(r"Traceback|MODULE FAILURE|Unexpected failure|[Uu]nhandled exception|No start of json")
_CALL = re.compile(r"\b[a-z][a-z0-9-]+:[A-Z]\w+")


def control_characters(text: str) -> list[str]:
    """The characters of a text that a terminal acts on; its lines are its own."""
    return sorted({f"U+{ord(found):04X}" for found in _CONTROL.findall(text.replace("\t", " "))})


def line_breaks(text: str) -> int:
    """How many line breaks do not begin a line of a list of ours."""
    return text.count("\n") - len(_OWN_LINE_BREAK.findall(text))


def forged_lines(text: str) -> list[str]:
    """The lines that begin like one of Ansible's own and came from a server."""
    return _FORGED_LINE.findall(text)


def crashes(text: str) -> list[str]:
    """Signs of an exception that nobody planned for."""
    return sorted(set(_CRASH.findall(text)))


@functools.lru_cache(maxsize=256)
def spellings(secret: str) -> frozenset[str]:
    """A secret, in pieces, in every spelling in which a message could hold it."""
    found = set()
    for piece in pieces(secret):
        percent = urllib.parse.quote(piece, safe="")
        small = re.sub("%..", lambda code: code[0].lower(), percent)
        found |= {piece, percent, small, urllib.parse.quote(piece), urllib.parse.quote_plus(piece)}
        found |= {repr(piece)[1:-1], json.dumps(piece)[1:-1], json.dumps(piece)[1:-1].replace("/", "\\/")}
        found |= set(in_base64(piece.encode()))
    return frozenset(found)


def pieces(secret: str) -> Iterator[str]:
    """The parts of a secret that are as bad as the whole; a short one is one."""
    if len(secret) < 2 * PIECE:
        yield secret
        return
    for start in range(0, len(secret) - PIECE + 1, PIECE):
        yield secret[start : start + PIECE]


def in_base64(data: bytes) -> Iterator[str]:
    """What of some bytes is seen in Base64, wherever in a longer text they begin."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + data).decode()
        first = (8 * offset + 5) // 6
        last = (8 * (offset + len(data))) // 6
        yield encoded[first:last]
        yield encoded[first:last].translate(str.maketrans("+/", "-_"))


def secrets_in(text: str, secrets: Iterable[str]) -> list[str]:
    """The spellings of secrets that a text holds."""
    if len(text) > SHORT_TEXT:
        text = "\n".join(set(_LIKE_A_SECRET.findall(text)))
    return [found for secret in secrets for found in spellings(secret) if found in text]


def texts_of(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a result, keys included, with where it is."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield f"{path} (key)", str(key)
            yield from texts_of(item, f"{path}.{key}"[:80])
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts_of(item, f"{path}[]")
    elif isinstance(value, str):
        yield path, value


def wrong_with_result(result: object, warnings: Iterable[str], secrets: Iterable[str]) -> Iterator[str]:
    """What is wrong with what a module returned and warned of."""
    if not isinstance(result, Mapping):
        yield f"no dictionary but {type(result).__name__}"
        return
    secrets = tuple(secrets)
    for path, text in texts_of({"result": result, "warnings": list(warnings)}):
        if control_characters(text):
            yield f"{path} holds {', '.join(control_characters(text))}"
        if line_breaks(text) and not path.endswith(".yaml"):
            yield f"{path} breaks lines"
        if len(text) > LONGEST_MESSAGE + NOTE_OF_THE_CUT:
            yield f"{path} is {len(text)} characters long"
        if secrets_in(text, secrets):
            yield f"{path} shows a secret"
    message = result.get("msg")
    if result.get("failed"):
        yield from wrong_with_message(message)


def require_nothing(wrong: Mapping[str, Iterable[str]]) -> None:
    """Fail with everything that was found, a line each; `wrong` holds it by where it was found."""
    lines = [f"{where}: {found}" for where, all_found in wrong.items() for found in all_found]
    if lines:
        pytest.fail("\n".join([f"{len(lines)} findings", *lines]), pytrace=False)


def wrong_with_message(message: object) -> Iterator[str]:
    """What is wrong with the message of a failure."""
    if not isinstance(message, str) or not message.strip():
        yield f"no message but {message!r}"
    elif _DEFECT.search(message) or (_EXCEPTION.search(message) and not _EXPLAINED.search(message)):
        yield f"unclear: {message[:200]!r}"
    elif not _CALL.search(message) and not _OWN_VERDICT.search(message):
        yield f"names no call: {message[:200]!r}"
