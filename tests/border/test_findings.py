# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the sweep looks for is found where it is: a search that finds nothing anywhere would prove nothing."""

from __future__ import annotations

import base64
import html
import json
import re
import urllib.parse

import pytest

from tests.border import findings
from tests.border.endpoint import long_token
from tests.border.texts import BIDI, CONTROLS, FORGED

pytestmark = pytest.mark.newest_core

KEY, TOKEN = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", long_token()
SPELLINGS = {
    "plain": str,
    "percent": lambda text: urllib.parse.quote(text, safe=""),
    "percent in small letters": lambda text: re.sub("%..", lambda code: code[0].lower(), urllib.parse.quote(text, "")),
    "repr of bytes": lambda text: repr(text.encode()),
    "JSON": lambda text: json.dumps(text).replace("/", "\\/"),
    "XML": html.escape,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of a header": lambda text: base64.b64encode(f"x-amz-security-token: {text}\n".encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(f"x{text}".encode()).decode(),
    "its first part": lambda text: text[:25],
    "its last part": lambda text: text[-41:],
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("secret", [KEY, TOKEN])
def test_a_secret_is_found_in_every_spelling(secret: str, spelling: str) -> None:
    shown = SPELLINGS[spelling](secret)
    for text in (f"it said: {shown}.", f"{'a b ' * findings.SHORT_TEXT}{shown}"):
        assert findings.secrets_in(text, [secret])
    assert not findings.secrets_in("it said: ********.", [secret])


def test_characters_and_lines() -> None:
    invisible = [each for each in CONTROLS + BIDI if not each.isprintable()]
    assert findings.control_characters(CONTROLS + BIDI) == sorted({f"U+{ord(each):04X}" for each in invisible})
    assert findings.control_characters("a\tb\n- c – é") == []
    assert findings.forged_lines(f"fatal: {FORGED}") and not findings.forged_lines(f"fatal: {FORGED!r}")
    assert findings.line_breaks("2 errors:\n- one\n  more of it\n- two") == 0
    assert findings.line_breaks(f"No.{FORGED}") > 0


@pytest.mark.parametrize(
    "message",
    [
        "'GetRoleResult'",
        "Unable to parse response (syntax error: line 1, column 0), invalid XML received",
        "iam:GetRole: 'NoneType' object has no attribute 'get'",
        "Internal error: IndexError in f, line 3: list index out of range. Report this as a bug",
        "the policy document is not valid JSON",
        "",
        None,
    ],
)
def test_an_unclear_message(message: str | None) -> None:
    assert list(findings.wrong_with_result({"failed": True, "msg": message}, [], []))


def test_a_clear_message() -> None:
    said = (
        "Role Backup in account 111111111111: iam:GetRole: http://x did not answer as AWS does: (KeyError) (HTTP 200)"
    )
    assert not list(findings.wrong_with_result({"failed": True, "msg": said}, ["a warning"], [KEY]))


def test_what_is_wrong_with_a_result() -> None:
    result = {"changed": False, "role": {"description": f"a\x9b{KEY}"}, "list": ["x" * 5000, {"a\nb": 1}]}
    found = " ".join(findings.wrong_with_result(result, [], [KEY]))
    for part in ("U+009B", "shows a secret", "is 5000 characters long", "breaks lines"):
        assert part in found
