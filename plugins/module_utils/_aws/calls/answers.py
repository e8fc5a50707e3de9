# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads answers as if they came from a stranger: a proxy, a captive portal or another server may stand in AWS's place.

botocore's parsers raise whatever their first surprise is, quote the body in it, and take some bodies for an empty
answer. Here each is one error, `UnreadableAnswer`, and so is the use of a field that an answer lacks.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .errors import UnreadableAnswer

try:
    from botocore.parsers import ResponseParserFactory
except ImportError:
    # Sessions are made with botocore only.
    ResponseParserFactory = object

LONGEST_BODY = 33_554_432
"""Bytes. The longest answers that are read whole are pages of a thousand entries, some megabytes."""

ALWAYS_SENT = {
    "s3:GetBucketAcl": ("Owner",),
    "s3:GetObjectAcl": ("Owner",),
    "s3:GetBucketPolicy": ("Policy",),
    "s3:ListObjects": ("IsTruncated",),
    "s3:ListObjectsV2": ("IsTruncated",),
    "s3:ListObjectVersions": ("IsTruncated",),
    "s3:PutObject": ("ETag",),
    "sts:AssumeRole": ("Credentials",),
    "sts:AssumeRoleWithWebIdentity": ("Credentials",),
    "sts:AssumeRoleWithSAML": ("Credentials",),
    "sts:GetCallerIdentity": ("Account", "Arn"),
    "iam:GetAccountAuthorizationDetails": ("IsTruncated",),
    "sns:GetTopicAttributes": ("Attributes",),
    "sns:Publish": ("MessageId",),
    "sqs:GetQueueUrl": ("QueueUrl",),
    "sqs:SendMessage": ("MessageId",),
    "kms:DescribeKey": ("KeyMetadata",),
    "kms:ListGrants": ("Grants",),
    "kms:GetKeyPolicy": ("Policy",),
    "kms:ListAliases": ("Aliases",),
    "secretsmanager:GetResourcePolicy": ("ARN",),
    "secretsmanager:DescribeSecret": ("ARN",),
    "secretsmanager:GetSecretValue": ("ARN",),
    "events:DescribeEventBus": ("Name",),
    "kinesis:DescribeStreamSummary": ("StreamDescriptionSummary",),
    "ssm:GetParameter": ("Parameter",),
    "ssm:GetResourcePolicies": ("Policies",),
    "ssm:DescribeParameters": ("Parameters",),
    "ecr:GetRepositoryPolicy": ("policyText",),
    "logs:DescribeDestinations": ("destinations",),
    "organizations:ListParents": ("Parents",),
    "organizations:ListRoots": ("Roots",),
    "organizations:ListPoliciesForTarget": ("Policies",),
}
"""Fields by call without which an answer would be taken for "there is none": AWS sends each of them always."""


_REQUEST_IDS = ("x-amz-request-id", "x-amzn-requestid")
"""Headers of AWS, one of which tells an object's content or a function's answer from a stranger's page."""


MOST_PAGES = 5000
"""Of one listing that is no listing of objects: the longest of AWS have some hundred pages."""

MOST_EMPTY_PAGES = 100
"""In a row; some services send an empty page now and then."""

_MORE = ("IsTruncated", "Truncated", "NextToken", "NextMarker", "nextToken", "Marker")


class Pages:
    """Counts the pages of a listing, which a server can make endless. One for each thread that uses a client."""

    def __init__(self) -> None:
        """Start without a listing."""
        self._call = ""
        self._pages = self._empty = 0

    def count(self, parsed: Mapping, call: str) -> str:
        """Return what is wrong with the listing that this answer is a page of, or nothing."""
        if call != self._call or not any(parsed.get(name) for name in _MORE):
            self._call, self._pages, self._empty = call, 0, 0
            return ""
        self._pages += 1
        self._empty = 0 if any(isinstance(value, list) and value for value in parsed.values()) else self._empty + 1
        if self._empty > MOST_EMPTY_PAGES:
            return f"it sent {MOST_EMPTY_PAGES} empty pages, each with another one after it"
        if self._pages > MOST_PAGES and not call.startswith("s3:"):
            return f"it sent more than {MOST_PAGES} pages"
        return ""


class Answer(dict):
    """A part of an answer. Asking for a field that it lacks raises `UnreadableAnswer`; `get` is for optional ones."""

    __slots__ = ("source",)

    def __missing__(self, name: str) -> object:
        """Say which field of which call is missing."""
        raise self.without(name)

    def without(self, what: str) -> UnreadableAnswer:
        """Return the error that says what the answer lacks."""
        source = self.source
        wrong = f"its answer has no {what}"
        return UnreadableAnswer(wrong, status=source.status, call=source.call, endpoint=source.endpoint)


@dataclass
class Source:
    """Where an answer came from, for errors that show later."""

    status: int
    call: str = ""
    endpoint: str = ""


class StrictParsers(ResponseParserFactory):
    """Makes botocore's parsers, each inside a `_StrictParser`: a session's component `response_parser_factory`."""

    def create_parser(self, protocol_name: str) -> _StrictParser:
        """Return the parser of a protocol ("query", "rest-xml", "json" …)."""
        return _StrictParser(super().create_parser(protocol_name))


class _StrictParser:
    """Parses an answer, or says that it is none."""

    def __init__(self, parser: object) -> None:
        self._parser = parser

    def parse(self, response: Mapping, shape: object) -> Answer:
        """Return the answer. Raises `UnreadableAnswer`, and nothing else."""
        status = response["status_code"]
        body = response["body"]
        is_whole = isinstance(body, (bytes, bytearray))  # otherwise it is the stream of an object's content
        # Whatever a failing server or load balancer says, botocore knows a passing error by its status.
        is_passing = status >= 500
        if not is_whole and not any(name in response["headers"] for name in _REQUEST_IDS):
            raise UnreadableAnswer("it sent content without a request ID", status=status)
        if is_whole and not is_passing:
            _refuse_strangers(bytes(body[:512]), len(body), status)
            _refuse_redirects(response["headers"], body, status)
        try:
            parsed = self._parser.parse(response, shape)
        except Exception as error:  # noqa: BLE001 - any: parsers raise what the body makes them stumble over
            # Its text holds the body, and may hold keys: not a word of it goes on.
            raise UnreadableAnswer(f"its answer can't be parsed ({type(error).__name__})", status=status) from None
        if not isinstance(parsed, dict):
            raise UnreadableAnswer("its answer is no structure", status=status)
        # botocore parses an error twice: the second time for the fields of its own shape only.
        is_second = shape is not None and shape.metadata.get("exception", False)
        if is_whole and body.strip() and 300 <= status < 500 and not is_second:
            _refuse_errors_without_a_code(parsed, status)
        elif status < 300 and shape is not None:
            wrong = _misfit(shape, {name: value for name, value in parsed.items() if name != "ResponseMetadata"})
            if wrong:
                raise UnreadableAnswer(f"in its answer {wrong}", status=status)
        return _answer(parsed, Source(status))


def _refuse_strangers(start: bytes, length: int, status: int) -> None:
    if length > LONGEST_BODY:
        raise UnreadableAnswer(f"its answer has {length} bytes", status=status)
    if start.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        raise UnreadableAnswer("it sent an HTML page", status=status)


def _refuse_redirects(headers: Mapping, body: bytes, status: int) -> None:
    """S3 alone redirects: to another region, which it names. botocore would ask for the region, again and again."""
    if 300 <= status < 400 and status != 304 and not body.strip() and "x-amz-bucket-region" not in headers:
        raise UnreadableAnswer("it redirects to another address", status=status)


def _refuse_errors_without_a_code(parsed: Mapping, status: int) -> None:
    """An error of AWS has a code. botocore makes one of the status where there is none, and a message of the body."""
    error = parsed.get("Error")
    code = error.get("Code") if isinstance(error, Mapping) else None
    if not isinstance(code, str) or not code or code == str(status):
        raise UnreadableAnswer("it sent an error without a code", status=status)


def _misfit(shape: object, value: object, place: str = "") -> str:
    """Return what is not of the shape that the service's model gives it, or nothing."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, Mapping):
            return f"{place} is no structure"
        wrong = (
            _misfit(shape.members[name], item, f"{place}.{name}" if place else name)
            for name, item in value.items()
            if name in shape.members and item is not None
        )
    elif kind == "list":
        if not isinstance(value, list):
            return f"{place} is no list"
        wrong = (_misfit(shape.member, item, f"{place}[]") for item in value)
    elif kind == "map":
        if not isinstance(value, Mapping):
            return f"{place} is no map"
        wrong = (_misfit(shape.value, item, f"{place}{{}}") for item in value.values())
    elif kind == "string":
        return "" if isinstance(value, str) else f"{place} is no text"
    elif kind in ("integer", "long", "float", "double"):
        return "" if isinstance(value, (int, float)) else f"{place} is no number"
    elif kind == "timestamp":
        return "" if isinstance(value, datetime) else f"{place} is no time"
    elif kind == "boolean":
        return "" if isinstance(value, bool) else f"{place} is neither true nor false"
    else:
        return ""
    return next((each for each in wrong if each), "")


def _answer(parsed: dict, source: Source) -> Answer:
    answer = Answer((name, _part(value, source)) for name, value in parsed.items())
    answer.source = source
    return answer


def _part(value: object, source: Source) -> object:
    if isinstance(value, dict):
        return _answer(value, source)
    if isinstance(value, list):
        return [_part(item, source) for item in value]
    return value


def confirm(parsed: Mapping, sent_status: int, call: str, endpoint: str) -> None:
    """Raise `UnreadableAnswer` for what is no answer of this call, once botocore is done with retries and redirects.

    `sent_status` is the HTTP status that came over the wire, 0 if that is not known.
    """
    source = getattr(parsed, "source", None)
    if source is not None:
        source.call, source.endpoint = call, endpoint
    metadata = parsed.get("ResponseMetadata", {})
    status = metadata.get("HTTPStatusCode", 0)
    if 200 <= sent_status < 300 and parsed.get("Error", {}).get("Code") == str(status):
        # Newer botocores take what S3 can't have sent for a failure of S3.
        raise UnreadableAnswer("its answer can't be parsed", status=sent_status, call=call, endpoint=endpoint)
    missing = [name for name in ALWAYS_SENT.get(call, ()) if not str(parsed.get(name, "")).strip()]
    if missing and status < 300:
        wrong = f"its answer has no {missing[0]}"
        raise UnreadableAnswer(wrong, status=status, call=call, endpoint=endpoint)
