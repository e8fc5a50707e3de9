# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets are hidden in every spelling, in time that grows with the text, and nothing else is."""

from __future__ import annotations

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._border import redaction
from ansible_collections.xacct.aws.plugins.module_utils._border.redaction import (
    HIDDEN,
    LONG_SECRET,
    hide_long_secrets,
    hide_secrets,
    message,
    remark,
    remember_secrets,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY="
TOKEN = "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUCIQ"


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    """Start with no secret that another test has left."""
    monkeypatch.setattr(redaction, "_known", {})


LEAKY = [
    "The request signature we calculated does not match the signature you provided. The Canonical String for this "
    "request should have been 'POST / host:sts x-amz-security-token:SECRET'",
    "bad header x-amz-security-token: SECRET;",
    "Authorization=AWS4-HMAC-SHA256 Credential=AKIA/x, Signature=SECRET",
    "Invalid type for parameter TokenCode, value: SECRET, type: <class 'int'>, valid types: <class 'str'>",
    "could not connect to http://user:SECRET@proxy.example:8080",
    "could not connect to http://socks5h://user:SECRET@proxy.example:8080",
    '{"SecretAccessKey": "SECRET"}',
    "<SessionToken>SECRET</SessionToken>",
    "An HTTP Client raised an unhandled exception: Invalid header value b'SECRET\\n'",
]


@pytest.mark.parametrize("message", LEAKY)
def test_texts_that_quote_secrets_are_cut(message):
    for secret in ("s3cr3t/value+1234567890", "654321"):
        shown = hide_secrets(message.replace("SECRET", secret))
        assert secret not in shown


SPELLINGS = {
    "plain": lambda secret: secret,
    "repr": lambda secret: repr(secret)[1:-1],
    "repr of bytes": lambda secret: repr(secret.encode())[2:-1],
    "json": lambda secret: json.dumps(secret)[1:-1],
    "json with slashes": lambda secret: json.dumps(secret)[1:-1].replace("/", "\\/"),
    "percent": lambda secret: quote(secret, safe=""),
    "percent, lowercase": lambda secret: re.sub("%..", lambda each: each[0].lower(), quote(secret, safe="")),
    "percent twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "form": quote_plus,
    "path": quote,
    "html": html.escape,
    "hex": lambda secret: secret.encode().hex(),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "basic authentication": lambda secret: base64.b64encode(f"user:{secret}".encode()).decode(),
    "base64 in a longer text": lambda secret: base64.b64encode(f"ab{secret}rest".encode()).decode(),
    "base64 for URLs": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
}


@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("hide", [hide_secrets, hide_long_secrets])
@pytest.mark.parametrize("secret", [KEY, TOKEN, f"{TOKEN}\n", f" {KEY}"])
def test_a_long_secret_is_hidden_in_every_spelling(hide, spelled, secret):
    shown = hide(f"before {spelled(secret)} after", (secret,))
    assert HIDDEN in shown
    # What is left of base64 is the part that depends on what stood beside the secret.
    assert not any(spelled(secret)[start : start + 12] in shown for start in range(6, len(spelled(secret)) - 18))


@settings(deadline=None)
@given(
    secret=st.text(min_size=LONG_SECRET, max_size=60).filter(lambda text: len(text.strip()) >= LONG_SECRET),
    text=st.text(),
)
def test_a_long_secret_never_appears(secret, text):
    assert secret in HIDDEN * 9 or secret not in hide_secrets(f"{text}{secret}{text}", (secret,))
    assert secret in HIDDEN * 9 or secret not in hide_long_secrets(f"{text}{secret}{text}", (secret,))


@settings(deadline=None)
@given(secret=st.from_regex("[a-zX-Z]{3,7}[0-9][a-z]{2,7}", fullmatch=True), text=st.text(alphabet=" .,:-"))
def test_a_short_secret_is_hidden_in_messages_as_a_word_and_never_in_data(secret, text):
    assert secret not in hide_secrets(f"{text}'{secret}'{text}", (secret,))
    assert hide_long_secrets(f"{text}'{secret}'{text}", (secret,)) == f"{text}'{secret}'{text}"


@pytest.mark.parametrize("secret", ["a", "local", "222222", "platform", "example", "Backup"])
def test_a_short_secret_of_a_test_server_damages_no_value(secret):
    values = ["arn:aws:iam::222222222222:role/Backup", "example-4711", "222222222222", "platform-of-222222-example"]
    assert [hide_long_secrets(value, (secret,)) for value in values] == values


@pytest.mark.parametrize("secret", ["secret", "password", "minioadmin"])
def test_words_stay_words(secret):
    assert hide_secrets(f"a replica {secret}", (secret,)) == f"a replica {secret}"


def test_a_secret_is_remembered_for_the_whole_process():
    remember_secrets([KEY, None, 5, "abc"])
    assert hide_secrets(f"with {KEY} abc") == f"with {HIDDEN} abc"
    assert hide_long_secrets(KEY) == HIDDEN


def test_a_session_token_is_hidden_though_nobody_told():
    assert hide_secrets("token IQoJb3JpZ2luX2Vj" + "A1b2" * 40 + " refused") == f"token {HIDDEN} refused"


def test_an_mfa_code_is_hidden_but_not_the_account_id_that_contains_it():
    assert hide_secrets("code 111111 of 111111111111", ("111111",)) == f"code {HIDDEN} of 111111111111"


LEFT_ALONE = [
    "Role arn:aws:iam::111111111111:role/Backup: https://iam.amazonaws.com/ said 'No'",
    "arn:aws:iam::111111111111:role/" + "Team1/" * 60 + "Backup",
    "canonical ID " + "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be" * 2,
    "a " + "long-name-of-a-thing-" * 20,
    "user@example.com and https://example.com/path?x=y@z",
]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_is_no_secret_stays_as_it_is(text):
    assert hide_secrets(text, ("no",)) == text


def test_a_password_in_a_url_is_hidden_with_all_its_signs():
    assert hide_secrets("at https://user:p@ss:w0rd@proxy.example:8080/x") == f"at https://{HIDDEN}@proxy.example:8080/x"


HOSTILE = [
    "https://",
    "http://a:b",
    "Invalid type for parameter SessionToken",
    "Invalid type for parameter SessionToken, value: ",
    "x-amz-security-token ",
    "SessionToken'",
    "Authorization ",
    "the canonical ",
    "A1b" * 40 + " ",
    "\x1b[2K",
    "%41",
]


@pytest.mark.parametrize("piece", HOSTILE)
@example(10)
@settings(deadline=None)
@given(times=st.integers(1, 300))
def test_no_text_makes_a_message_too_long(piece, times):
    assert len(message(piece * times * 50, (KEY,))) <= 4096 + 40
    assert "\n" not in remark(piece * times + "\nPLAY RECAP")


def test_a_cut_never_leaves_half_a_secret():
    text = "x " * 32_000 + "y" * (redaction.LONGEST_READ - 64_000 - 20) + KEY + " z" * 40_000
    assert KEY[:12] not in hide_secrets(text, (KEY,))
