# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS Signature Version 4, checked: in the Authorization header and in the query of a presigned URL.

Source: IAM User Guide, "Create a signed AWS API request"; S3 API Reference, "Authenticating requests".
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass

from ..operations import Request

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW = datetime.timedelta(minutes=15)
_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Signature:
    """What a request says of its signature."""

    access_key: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    time: datetime.datetime
    token: str | None  # the session token
    expires: int | None  # seconds, for a presigned URL


def signature_of(request: Request) -> Signature | None:
    """The signature of a request, None for an unsigned one or one that is signed otherwise."""
    query = request.target.partition("?")[2]
    authorization = request.headers.get("authorization", "")
    if authorization.startswith(ALGORITHM):
        parts = dict(re.findall(r"(\w+)=([^,\s]+)", authorization))
        expires, token = None, request.headers.get("x-amz-security-token")
        time = request.headers.get("x-amz-date", "")
    else:
        sent = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        if sent.get("X-Amz-Algorithm") != ALGORITHM:
            return None
        names = {
            "Credential": "X-Amz-Credential",
            "SignedHeaders": "X-Amz-SignedHeaders",
            "Signature": "X-Amz-Signature",
        }
        parts = {name: sent.get(parameter, "") for name, parameter in names.items()}
        expires, token, time = (
            int(sent.get("X-Amz-Expires", 0)),
            sent.get("X-Amz-Security-Token"),
            sent.get("X-Amz-Date", ""),
        )
    scope = parts.get("Credential", "").split("/")
    if len(scope) != 5 or "Signature" not in parts:
        return None
    try:
        at = datetime.datetime.strptime(time, _TIME).replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        return None
    headers = tuple(parts.get("SignedHeaders", "").split(";"))
    return Signature(*scope[:4], headers, parts["Signature"], at, token, expires)


def is_genuine(request: Request, signature: Signature, secret: str) -> bool:
    """Whether the signature was made of this request with this secret."""
    digest = hashlib.sha256(canonical_request(request, signature).encode()).hexdigest()
    scope = f"{signature.date}/{signature.region}/{signature.service}/aws4_request"
    text = "\n".join((ALGORITHM, signature.time.strftime(_TIME), scope, digest))
    key = f"AWS4{secret}".encode()
    for part in (signature.date, signature.region, signature.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), signature.signature)


def is_timely(signature: Signature, now: datetime.datetime) -> bool:
    """Whether the signature still counts."""
    if signature.expires is not None:
        return signature.time - SKEW <= now <= signature.time + datetime.timedelta(seconds=signature.expires)
    return abs(now - signature.time) <= SKEW


def canonical_request(request: Request, signature: Signature) -> str:
    """The text that is signed."""
    path, _separator, query = request.target.partition("?")
    if signature.service != "s3":
        path = urllib.parse.quote(path or "/", safe="/~")
    pairs = sorted(
        (urllib.parse.quote(name, safe="-_.~"), urllib.parse.quote(value, safe="-_.~"))
        for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True)
        if name != "X-Amz-Signature"
    )
    headers = "".join(f"{name}:{_trimmed(request.headers, name)}\n" for name in signature.signed_headers)
    return "\n".join(
        (
            request.method,
            path or "/",
            "&".join(f"{name}={value}" for name, value in pairs),
            headers,
            ";".join(signature.signed_headers),
            payload_hash(request, signature),
        )
    )


def payload_hash(request: Request, signature: Signature) -> str:
    """What is signed of the body; a stated hash that is not the body's makes the signature wrong."""
    stated = request.headers.get("x-amz-content-sha256")
    if signature.expires is not None:
        return stated or "UNSIGNED-PAYLOAD" if signature.service == "s3" else hashlib.sha256(request.body).hexdigest()
    if stated and not re.fullmatch(r"[0-9a-f]{64}", stated):
        return stated
    return hashlib.sha256(request.body).hexdigest()


def _trimmed(headers: Mapping[str, str], name: str) -> str:
    return " ".join(headers.get(name, "").split())
