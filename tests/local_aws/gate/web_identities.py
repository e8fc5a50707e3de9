# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Web identity tokens of test issuers: the keys of an issuer are given to the gate, no network is asked.

`issuer.token` makes a token of the test issuer, whose secret is no secret. IAM's OIDC provider of its host must exist
in the role's account, with the audience among its client IDs, as for any issuer.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from ..issuer import SECRETS, signed
from .errors import Refusal
from .identities import iam


@dataclass(frozen=True)
class WebIdentity:
    """What a token says, once it was verified."""

    provider_arn: str
    host: str  # the provider's URL without its scheme: the prefix of its condition keys
    claims: Mapping[str, object]


def verified(text: str, account: str, now: datetime.datetime) -> WebIdentity:
    """The identity that a token proves; refuses one that no provider of the account stands behind."""
    head, _separator, rest = text.partition(".")
    body, _separator, signature = rest.partition(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        host = str(claims["iss"]).removeprefix("https://").rstrip("/")
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise Refusal("InvalidIdentityToken", "The ID Token provided is not a valid JWT.") from error
    provider = next((each for each in iam(account).open_id_providers.values() if each.url.rstrip("/") == host), None)
    if provider is None:
        raise Refusal("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for https://{host}")
    if host not in SECRETS:
        raise Refusal("InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider")
    if not hmac.compare_digest(signature, signed(f"{head}.{body}", SECRETS[host])):
        raise Refusal("InvalidIdentityToken", "The ID Token provided is not a valid JWT. Signature is invalid.")
    if float(claims.get("exp", now.timestamp() + 1)) <= now.timestamp():
        raise Refusal(
            "ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time"
        )
    audiences = claims.get("aud", [])
    if not set([audiences] if isinstance(audiences, str) else audiences) & set(provider.client_id_list):
        raise Refusal("InvalidIdentityToken", "Incorrect token audience")
    return WebIdentity(provider.arn, host, {name: value for name, value in claims.items() if name != "iss"})
