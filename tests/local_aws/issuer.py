# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A test issuer of web identities: its secret is no secret, and the gate knows it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

# Secrets of test issuers by host and path (no scheme). The one that is always there is for the tests and the demo.
TEST_ISSUER = "issuer.local.test"
SECRETS: Mapping[str, bytes] = {TEST_ISSUER: b"local test issuer"}


def token(claims: Mapping[str, object], host: str = TEST_ISSUER) -> str:
    """A token of a test issuer, signed."""
    head = _encoded({"alg": "HS256", "typ": "JWT"})
    body = _encoded({"iss": f"https://{host}", **claims})
    return f"{head}.{body}.{signed(f'{head}.{body}', SECRETS[host])}"


def _encoded(members: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(members).encode()).decode().rstrip("=")


def signed(text: str, secret: bytes) -> str:
    """The signature of a text."""
    return base64.urlsafe_b64encode(hmac.digest(secret, text.encode(), hashlib.sha256)).decode().rstrip("=")
