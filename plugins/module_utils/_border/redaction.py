# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps secrets out of what is shown, in whatever spelling they come back.

A message may quote one: AWS's answer to a wrong signature holds the request as it was signed, the SDK's errors quote
the value that they refuse, and a server that is not AWS echoes what it likes. Every step is linear in the text.
Private to this collection.
"""

from __future__ import annotations

import base64
import functools
import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from .texts import bounded, one_line, own_lines

HIDDEN = "********"

SHORTEST_SECRET = 6
"""A TOTP code; shorter values (a test server's) would blot out ordinary words."""

LONGEST_WORD = 12
"""Letters alone of less length are taken for a word."""

LONG_SECRET = 16
"""From this length on a value is no word, number or name by chance: it is hidden in data, too. AWS's keys have 40."""

LONGEST_READ = 65_536
"""Characters of a text that are looked at; a message is cut to far less anyway."""

_known: dict[str, None] = {}
"""Every secret that this process has been given or has got from AWS."""

_KEPT = rf"\1{HIDDEN}"
_HIDDEN_PARAMETERS = "SecretAccessKey|SessionToken|TokenCode|WebIdentityToken|SAMLAssertion"

_SCHEME = r"(?i)(\b(?:https?|socks\w{1,2})://)"

_PATTERNS = (
    # The rest of the message is the request as it was signed.
    (re.compile(r"(?is)\bthe (?:canonical string|string-to-sign|string to sign)\b.*"), ""),
    (re.compile(r"(?is)(x-amz-security-token\s{0,9}[:=]\s{0,9})[^\s&'\"]+"), _KEPT),
    (re.compile(r"(?is)(\bAuthorization\s{0,9}[:=]\s{0,9}).*"), _KEPT),
    # The SDK's own words for a value that it refuses; http.client's for a header's.
    (
        re.compile(
            rf"(?s)(Invalid type for parameter [\w.\[\]]{{0,99}}(?:{_HIDDEN_PARAMETERS})[\w.\[\]]{{0,99}}, value: ).*"
        ),
        _KEPT,
    ),
    (re.compile(r"(Invalid header (?:value|name) ).*", re.DOTALL), _KEPT),
    (re.compile(rf"(?i)(\b(?:{_HIDDEN_PARAMETERS})\b['\"]?\s{{0,9}}[:=]\s{{0,9}})['\"]?[^\s,'\"<&]+"), _KEPT),
    (re.compile(rf"(?i)(<(?:{_HIDDEN_PARAMETERS})>)[^<]*"), _KEPT),
    # user:password@ in the URL of a proxy (socks5://, too) or an endpoint
    (re.compile(_SCHEME + r"[^\s\"'/?#]*@"), rf"\1{HIDDEN}@"),
    # … with a slash that should have been encoded; what is no port after the colon is a password
    (re.compile(_SCHEME + r"[^\s\"'/?#:@]{0,300}:(?!\d{1,5}(?:[/?#\s]|$))[^\s\"']{0,300}@"), rf"\1{HIDDEN}@"),
)
_LOGIN = re.compile(r"\A(?!arn:)(?://)?[^\s/@:]+:(?!//)\S*@(?=[^\s/@]+/?\Z)")
"""user:password@ in the address of a proxy without a scheme, as the SDK takes it."""

_LONG_RUN = re.compile(r"[A-Za-z0-9+/=_%-]{100,}")
_LONGEST_ARN = 2048


def remember_secrets(secrets: Iterable[object]) -> None:
    """Hide these values from now on in all that this process shows; what is no text, or too short, is left out."""
    for secret in secrets:
        if isinstance(secret, str) and len(secret.strip()) >= SHORTEST_SECRET:
            _known[secret] = None


def message(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a message as it may be shown: without secrets and control characters, and not too long."""
    return bounded(own_lines(hide_secrets(text, secrets)))


def remark(text: str, secrets: Iterable[str] = ()) -> str:
    """Return what somebody else said, fit to be a part of a message: like `message`, on one line."""
    return bounded(one_line(hide_secrets(text, secrets)), 2048)


def hide_secrets(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without these values, those of `remember_secrets`, and what looks like a credential."""
    if len(text) > LONGEST_READ:
        # What the cut goes through is dropped whole: half a secret is not recognised any more.
        text = f"{text[:LONGEST_READ].rpartition(' ')[0]} … ({len(text)} characters)"
    text = _Matcher.of(secrets).hide(text)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return _LONG_RUN.sub(lambda found: _unless_named(text, found), text).strip()


def argument(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text of a task's argument as it may be shown; the whole of it may be the address of a proxy."""
    return hide_secrets(_LOGIN.sub(f"{HIDDEN}@", text), secrets)


def hide_long_secrets(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text`, a value that others may go on with, without those secrets that can't be in it by chance."""
    return _Matcher.of(secrets).hide_long(text)


def _unless_named(text: str, found: re.Match[str]) -> str:
    """Session tokens and SAML assertions: only parts of ARNs and hashes are as long in what AWS says."""
    run = found.group()
    if not (re.search("[a-z]", run) and re.search("[A-Z]", run) and re.search("[0-9]", run)):
        return run
    before = text[max(0, found.start() - _LONGEST_ARN) : found.start()]
    word = re.split(r"[\s'\"<>()\[\],]", before)[-1]
    return run if word.startswith("arn:") else HIDDEN


class _Matcher:
    """What to look for, made once for the same secrets."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        longs = [secret for secret in secrets if len(secret.strip()) >= LONG_SECRET]
        shorts = [secret.strip() for secret in secrets if _is_short_secret(secret.strip())]
        self._longs = sorted({spelled for secret in longs for spelled in _spellings(secret)}, key=len, reverse=True)
        # Whole words only: an MFA code may be a part of an account ID, a test server's key a part of a name.
        words = "|".join(re.escape(word) for word in sorted(set(shorts), key=len, reverse=True))
        self._shorts = re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])") if words else None

    @classmethod
    def of(cls, secrets: Iterable[str]) -> _Matcher:
        return _matcher((*_known, *(secret for secret in secrets if secret not in _known)))

    def hide_long(self, text: str) -> str:
        for spelled in self._longs:
            text = text.replace(spelled, HIDDEN)
        return text

    def hide(self, text: str) -> str:
        text = self.hide_long(text)
        return self._shorts.sub(HIDDEN, text) if self._shorts else text


def _is_short_secret(secret: str) -> bool:
    """Say whether to look for it in messages; the "secret" and the "password" of test servers are words of messages."""
    return SHORTEST_SECRET <= len(secret) < LONG_SECRET and not (secret.isalpha() and len(secret) < LONGEST_WORD)


@functools.lru_cache(maxsize=8)
def _matcher(secrets: tuple[str, ...]) -> _Matcher:
    return _Matcher(secrets)


def _spellings(secret: str) -> set[str]:
    """Return the ways in which a long secret may be written: as it is, quoted, and in the encodings of the web."""
    found = set()
    for plain in (secret, secret.strip()):
        data = plain.encode("utf-8", "surrogatepass")
        percent = quote(data, safe="")
        found |= {plain, repr(plain)[1:-1], repr(data)[2:-1], one_line(plain), html.escape(plain), data.hex()}
        found |= {json.dumps(plain)[1:-1], json.dumps(plain)[1:-1].replace("/", "\\/")}
        found |= {percent, re.sub("%..", lambda each: each[0].lower(), percent), quote(percent, safe="")}
        found |= {quote(data, safe="/"), quote_plus(data)}
        found |= _base64(data)
    return {spelled for spelled in found if len(spelled) >= LONG_SECRET - 2}


def _base64(data: bytes) -> set[str]:
    """Return what base64 makes of the value at each of the three places that it can have in a longer text."""
    found = set()
    for before, first in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(b"\0" * before + data).decode()
        # The last character that depends on what follows is left out.
        whole = encoded[first : (before + len(data)) * 8 // 6]
        found |= {whole, whole.replace("+", "-").replace("/", "_")}
    return found
