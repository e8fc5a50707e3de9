# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals, and the bytes of the answers that the gate gives itself."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from ..faults import Answer, wire
from ..operations import Operation


class Refusal(Exception):
    """A call ends here, with AWS's error code and message."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.answer = Answer(status, code, message)


@dataclass
class Response:
    """An HTTP answer."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def refused(refusal: Refusal, operation: Operation) -> Response:
    """A refusal in the wire format of the call's service."""
    _first, headers, body = wire(refusal.answer, operation)
    return Response(refusal.answer.status, headers, body)


def not_well_signed(service: str, what: str) -> Refusal:
    """The refusal of a caller: `what` is unknown_key, bad_token, expired, signature, too_old."""
    kind = "s3" if service == "s3" else "query" if service in _QUERY else "json"
    return Refusal(*_CALLER_REFUSALS[what][kind])


_QUERY = {"iam", "sts", "sns", "ec2", "cloudformation", "autoscaling", "elasticloadbalancing", ""}
_INVALID = "The security token included in the request is invalid"
_EXPIRED = "The security token included in the request is expired"
_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
_CALLER_REFUSALS: Mapping[str, Mapping[str, tuple[str, str, int]]] = {
    "unknown_key": {
        "s3": ("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403),
        "query": ("InvalidClientTokenId", f"{_INVALID}.", 403),
        "json": ("UnrecognizedClientException", f"{_INVALID}.", 400),
    },
    "bad_token": {
        "s3": ("InvalidToken", "The provided token is malformed or otherwise invalid.", 400),
        "query": ("InvalidClientTokenId", f"{_INVALID}.", 403),
        "json": ("UnrecognizedClientException", f"{_INVALID}.", 400),
    },
    "expired": {
        "s3": ("ExpiredToken", "The provided token has expired.", 400),
        "query": ("ExpiredToken", _EXPIRED, 403),
        "json": ("ExpiredTokenException", _EXPIRED, 400),
    },
    "signature": {
        "s3": ("SignatureDoesNotMatch", _SIGNATURE, 403),
        "query": ("SignatureDoesNotMatch", _SIGNATURE, 403),
        "json": ("InvalidSignatureException", _SIGNATURE, 400),
    },
    "too_old": {
        "s3": (
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            403,
        ),
        "query": ("SignatureDoesNotMatch", "Signature expired: is now earlier than 15 min. ago", 403),
        "json": ("InvalidSignatureException", "Signature expired: is now earlier than 15 min. ago", 400),
    },
    "missing": {
        "s3": ("AccessDenied", "Access Denied", 403),
        "query": ("MissingAuthenticationToken", "Request is missing Authentication Token", 403),
        "json": ("MissingAuthenticationTokenException", "Missing Authentication Token", 400),
    },
}


def query_answer(operation: str, namespace: str, result: str) -> Response:
    """A successful answer of the query protocol; `result` is the XML inside the result element."""
    text = (
        f'<{operation}Response xmlns="{namespace}"><{operation}Result>{result}</{operation}Result>'
        f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{operation}Response>"
    )
    return Response(200, {"content-type": "text/xml"}, text.encode())


def xml(members: Mapping[str, object]) -> str:
    """Nested mappings as XML elements; `None` is left out."""
    pieces = []
    for name, value in members.items():
        if value is None:
            continue
        inside = xml(value) if isinstance(value, Mapping) else escape(str(value))
        pieces.append(f"<{name}>{inside}</{name}>")
    return "".join(pieces)
