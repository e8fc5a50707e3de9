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

_KEPT = rf"\1{HIDDEN}"
_HIDDEN_PARAMETERS = "SecretAccessKey|SessionToken|TokenCode|WebIdentityToken|SAMLAssertion"

_PATTERNS = (
    # The rest of the message is the request as it was signed.
    (re.compile(r"(?is)\bthe (?:canonical string|string-to-sign|string to sign)\b.*"), ""),
    (re.compile(r"(?is)(x-amz-security-token\s*[:=]\s*)[^\s&'\"]+"), _KEPT),
    (re.compile(r"(?is)(\bAuthorization\s*[:=]\s*).*"), _KEPT),
    (
        re.compile(rf"(?s)(Invalid type for parameter \S*(?:{_HIDDEN_PARAMETERS})\S* value: ).*?(?=, type:)"),
        _KEPT,
    ),
    (re.compile(rf"(?i)(\b(?:{_HIDDEN_PARAMETERS})\b['\"]?\s*[:=]\s*)['\"]?[^\s,'\"<&]+"), _KEPT),
    # user:password@ in the URL of a proxy or an endpoint
    (re.compile(r"(?i)(\bhttps?://)[^\s\"']+@"), rf"\1{HIDDEN}@"),
    # Session tokens and SAML assertions: nothing else that AWS says is that long without a blank.
    (re.compile(r"[A-Za-z0-9+/=_-]{100,}"), HIDDEN),
)


def hide_secrets(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without these values and without what looks like a credential."""
    for secret in sorted({secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}, key=len, reverse=True):
        # An MFA code may be a part of an account ID by chance.
        digits = secret.isdigit()
        text = re.sub(rf"(?<!\d){secret}(?!\d)", HIDDEN, text) if digits else text.replace(secret, HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text.strip()
