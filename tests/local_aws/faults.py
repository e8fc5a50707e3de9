# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on demand: which calls a rule is for, what happens to them, and AWS's wire format of the errors."""

from __future__ import annotations

import base64
import fnmatch
import hashlib
import json
import re
import urllib.parse
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from .operations import Operation

CUT_AFTER_WRITE = "cut_after_write"
DELAY = "delay"
DELAY_EFFECT = "delay_effect"
SHOW_UNIQUE_ID = "show_unique_id"


class FaultError(ValueError):
    """A rule that cannot be understood."""


@dataclass(frozen=True)
class Answer:
    """An error as AWS words it."""

    status: int
    code: str
    message: str


# The answer of an effect, "*" where a service has none of its own.
ANSWERS: dict[str, dict[str, Answer]] = {
    "throttle": {
        "query": Answer(400, "Throttling", "Rate exceeded"),
        "json": Answer(400, "ThrottlingException", "Rate exceeded"),
        "rest-json": Answer(429, "TooManyRequestsException", "Rate exceeded"),
        "rest-xml": Answer(503, "SlowDown", "Please reduce your request rate."),
    },
    "slow_down": {
        "*": Answer(503, "ServiceUnavailable", "Service is unable to handle request."),
        "rest-xml": Answer(503, "SlowDown", "Please reduce your request rate."),
    },
    "operation_aborted": {
        "*": Answer(409, "ConcurrentModification", "The request was rejected because of a concurrent change."),
        "rest-xml": Answer(
            409,
            "OperationAborted",
            "A conflicting conditional operation is currently in progress against this resource. Please try again.",
        ),
    },
    "status_500": {
        "*": Answer(500, "InternalFailure", "The request processing has failed because of an unknown error."),
        "iam": Answer(500, "ServiceFailure", "The request processing has failed because of an unknown error."),
        "kms": Answer(500, "KMSInternalException", "An internal error occurred."),
        "lambda": Answer(500, "ServiceException", "The Lambda service encountered an internal error."),
        "secretsmanager": Answer(500, "InternalServiceError", "An error occurred on the server side."),
        "sns": Answer(500, "InternalError", "An internal service error."),
        "ssm": Answer(500, "InternalServerError", "An error occurred on the server side."),
        "rest-xml": Answer(500, "InternalError", "We encountered an internal error. Please try again."),
    },
    "no_such_entity": {
        "iam": Answer(404, "NoSuchEntity", "The {kind} with name {resource} cannot be found."),
        "s3": Answer(404, "NoSuchBucket", "The specified bucket does not exist"),
        "kms": Answer(400, "NotFoundException", "{kind} {resource} is not found."),
        "sns": Answer(404, "NotFound", "Topic does not exist"),
        "sqs": Answer(400, "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."),
        "*": Answer(400, "ResourceNotFoundException", "The resource {resource} cannot be found."),
        "rest-json": Answer(404, "ResourceNotFoundException", "The resource {resource} cannot be found."),
    },
    "invalid_principal": {
        "iam": Answer(400, "MalformedPolicyDocument", 'Invalid principal in policy: "AWS":"{principal}"'),
        "s3": Answer(400, "MalformedPolicy", "Invalid principal in policy"),
        "kms": Answer(
            400,
            "MalformedPolicyDocumentException",
            "Policy contains a statement with one or more invalid principals.",
        ),
        "sns": Answer(400, "InvalidParameter", "Invalid parameter: Policy Error: PrincipalNotFound"),
        "sqs": Answer(400, "InvalidAttributeValue", "Invalid value for the parameter Policy."),
        "lambda": Answer(400, "InvalidParameterValueException", "The provided principal was invalid."),
        "*": Answer(400, "MalformedPolicyDocumentException", "This resource policy contains an unsupported principal."),
    },
    "access_denied": {
        "*": Answer(403, "AccessDenied", "User is not authorized to perform: {service}:{operation}"),
        "json": Answer(400, "AccessDeniedException", "User is not authorized to perform: {service}:{operation}"),
        "rest-json": Answer(403, "AccessDeniedException", "User is not authorized to perform: {service}:{operation}"),
        "rest-xml": Answer(403, "AccessDenied", "Access Denied"),
    },
    "not_offered": {
        "query": Answer(400, "InvalidAction", "Could not find operation {operation} of {service}."),
        "rest-xml": Answer(501, "NotImplemented", "A header you provided implies functionality not implemented."),
        "*": Answer(400, "UnknownOperationException", "The operation {operation} is not known."),
    },
}
# Answers that are no service's own, whatever the protocol: status, content type and body.
FOREIGN: dict[str, tuple[int, str, bytes]] = {
    "not_allowed": (
        405,
        "application/xml",
        b"<Error><Code>MethodNotAllowed</Code><Message>The method is not allowed.</Message></Error>",
    ),
    "no_route": (404, "text/html", b"<html><body>404 page not found</body></html>"),
    "empty": (200, "text/plain", b""),
}
EFFECTS = (*ANSWERS, *FOREIGN, CUT_AFTER_WRITE, DELAY, DELAY_EFFECT, SHOW_UNIQUE_ID)
RULE_MEMBERS = {
    "effect", "service", "operation", "account", "resource", "skip", "times", "for_seconds", "delay_ms", "carried_out",
    "principal", "unique_id", "after_seconds",
}  # fmt: skip
NEEDED = {DELAY_EFFECT: "after_seconds", SHOW_UNIQUE_ID: "principal"}


@dataclass
class Rule:
    """What happens to the calls that fit; `*` and `?` are wildcards in what is matched."""

    effect: str
    service: str = "*"
    operation: str = "*"
    account: str = "*"
    resource: str = "*"
    skip: int = 0  # so many fitting calls go through before the first is hit
    times: int | None = None  # so many are hit, None: all of them
    for_seconds: float | None = None  # counted from the first fitting call
    delay_ms: int = 0
    carried_out: bool = False  # whether the call is done before the error is answered
    principal: str | None = None  # the one that "invalid principal" names; None: the first of the sent policy
    unique_id: str | None = None  # what "show unique ID" shows; None: one that is nobody's
    after_seconds: float = 0.0  # how long after its write reads show what "delay effect" delays
    hits: int = 0
    first_seen: float | None = field(default=None, repr=False)

    def hit(self, operation: Operation, account: str, now: float) -> bool:
        """Whether this call is hit; counts it. `now` is a clock's reading in seconds."""
        matched = (
            (operation.service, self.service),
            (operation.name, self.operation),
            (account, self.account),
            (operation.resource, self.resource),
        )
        if not all(fnmatch.fnmatchcase(text, pattern) for text, pattern in matched):
            return False
        if self.first_seen is None:
            self.first_seen = now
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        if self.for_seconds is not None and now - self.first_seen > self.for_seconds:
            return False
        self.hits += 1
        return True


def rule_from(members: Mapping) -> Rule:
    """A rule from its JSON form; raises FaultError with what is wrong."""
    unknown = set(members) - RULE_MEMBERS
    if unknown:
        raise FaultError(f"unknown members {sorted(unknown)}; known are {sorted(RULE_MEMBERS)}")
    if members.get("effect") not in EFFECTS:
        raise FaultError(f"effect must be one of {sorted(EFFECTS)}, not {members.get('effect')!r}")
    needed = NEEDED.get(members["effect"])
    if needed and members.get(needed) is None:
        raise FaultError(f"{members['effect']} needs {needed}")
    if members.get("carried_out") and members["effect"] not in ANSWERS:
        raise FaultError(f"{members['effect']} answers with no error of its own: carried_out says nothing there")
    return Rule(**members)


def answer_for(rule: Rule, operation: Operation, body: bytes) -> Answer:
    """What the service answers under this rule, with the names of the call filled in."""
    known = ANSWERS[rule.effect]
    answer = known.get(operation.service) or known.get(operation.protocol) or known["*"]
    kind = next((kind for kind in ("role", "user", "group") if kind.title() in operation.name), "entity")
    message = answer.message.format(
        kind=kind,
        service=operation.service,
        operation=operation.name,
        resource=operation.resource,
        principal=rule.principal or first_principal(body),
    )
    return Answer(answer.status, answer.code, message)


def first_principal(body: bytes) -> str:
    """The first AWS principal in the policy that a request sends."""
    text = urllib.parse.unquote_plus(body.decode("utf-8", "replace"))
    found = re.search(r'"AWS"\s*:\s*\[?\s*"([^"]*)"', text)
    return found.group(1) if found else "arn:aws:iam::000000000000:role/Unknown"


def wire(answer: Answer, operation: Operation) -> tuple[str, dict[str, str], bytes]:
    """Status line's text, headers and body of an error in the protocol of the call."""
    request_id = str(uuid.uuid4())
    if operation.protocol in ("json", "rest-json"):
        document = {"__type": answer.code, "message": answer.message, "Message": answer.message}
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amzn-errortype": answer.code,
            "x-amzn-requestid": request_id,
        }
        return f"{answer.status} Error", headers, json.dumps(document).encode()
    error = f"<Code>{escape(answer.code)}</Code><Message>{escape(answer.message)}</Message>"
    if operation.protocol == "rest-xml":
        text = f"<Error>{error}<RequestId>{request_id}</RequestId></Error>"
        headers = {"content-type": "application/xml", "x-amz-request-id": request_id}
    else:
        kind = "Sender" if answer.status < 500 else "Receiver"
        error = f"<Error><Type>{kind}</Type>{error}</Error>"
        text = f"<ErrorResponse>{error}<RequestId>{request_id}</RequestId></ErrorResponse>"
        headers = {"content-type": "text/xml", "x-amzn-requestid": request_id}
    return f"{answer.status} Error", headers, f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()


def foreign(effect: str) -> tuple[str, dict[str, str], bytes]:
    """Status line's text, headers and body of an answer that is no service's own."""
    status, content_type, body = FOREIGN[effect]
    return f"{status} Answer", {"content-type": content_type}, body


def unique_id(arn: str) -> str:
    """A unique ID for the principal of an ARN, always the same and nobody's: AIDA… for a user, AROA… for a role."""
    letters = base64.b32encode(hashlib.sha256(arn.encode()).digest()).decode()[:17]
    return ("AIDA" if ":user/" in arn else "AROA") + letters


def with_unique_id(body: bytes, arn: str, shown: str | None) -> bytes:
    """An answer with a principal of its policies as a unique ID, whichever way the service writes policies.

    In a policy the ARN is in quotation marks; in XML and JSON around a policy those are escaped, or encoded as in URLs.
    """
    shown = shown or unique_id(arn)
    for quote, spellings in (
        ("%22", {urllib.parse.quote(arn, safe=""), urllib.parse.quote(arn)}),
        ("&quot;", {arn}),
        ('\\"', {arn}),
        ('"', {arn} if body.lstrip().startswith(b"{") else set()),
    ):
        for spelling in spellings:
            body = body.replace(f"{quote}{spelling}{quote}".encode(), f"{quote}{shown}{quote}".encode())
    return body
