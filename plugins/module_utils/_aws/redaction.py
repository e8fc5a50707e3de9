# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps secrets out of messages.

AWS's own texts can hold some: the answer to a wrong signature quotes the canonical request, session token included,
and the SDK's parameter check quotes the value that it refuses.
Private to this collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "********"

_SHORTEST_SECRET = 6
"""A TOTP code; shorter values would blot out ordinary words."""

_PATTERNS = (
    # The rest of the message is the request as it was signed.
    (re.compile(r"(?is)\bthe (?:canonical string|string-to-sign|string to sign)\b.*"), ""),
    (re.compile(r"(?is)(x-amz-security-token\s*[:=]\s*)[^\s&'\"]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?is)(\bAuthorization\s*[:=]\s*).*"), rf"\1{HIDDEN}"),
    (
        re.compile(
            r"(?i)(\b(?:SecretAccessKey|SessionToken|TokenCode|WebIdentityToken|SAMLAssertion)\b\W+)[^\s,'\"<&]+"
        ),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(
            r"(?s)(Invalid type for parameter \S*(?:TokenCode|WebIdentityToken|SAMLAssertion)\S*, value: )"
            r".*?(?=, type:)"
        ),
        rf"\1{HIDDEN}",
    ),
    # user:password@ in the URL of a proxy or an endpoint
    (re.compile(r"(?i)(\bhttps?://)[^/\s@\"']+@"), rf"\1{HIDDEN}@"),
    # Session tokens and SAML assertions: nothing else that AWS says is that long without a blank.
    (re.compile(r"[A-Za-z0-9+/=_-]{100,}"), HIDDEN),
)


def hide_secrets(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without these values and without what looks like a credential."""
    for secret in sorted({secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text.strip()
