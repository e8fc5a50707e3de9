# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which operation of which service a request is, who signed it, and on what, read from the request alone."""

from __future__ import annotations

import functools
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass

import botocore.exceptions
import botocore.loaders

# A form field or JSON member that names what a call is about, the most telling first.
RESOURCE_FIELDS = (
    "InstanceProfileName", "RoleName", "UserName", "GroupName", "PolicyArn", "RoleArn", "TopicArn", "QueueUrl", "KeyId",
    "SecretId", "FunctionName", "QueueName", "Name", "ResourceArn",
)  # fmt: skip
STS_WITHOUT_SIGNATURE = ("AssumeRoleWithWebIdentity", "AssumeRoleWithSAML", "DecodeAuthorizationMessage")


@dataclass(frozen=True)
class Request:
    """The head and the whole body of one HTTP request."""

    method: str
    target: str  # path and query, as sent
    headers: Mapping[str, str]  # lower-case names
    body: bytes


@dataclass(frozen=True)
class Operation:
    """What a request asks for, in AWS's words."""

    service: str  # the service of the signature's scope: iam, sts, s3 …
    name: str  # GetRole; METHOD and path where no service model knows it
    protocol: str  # query, json, rest-json, rest-xml: the wire format of its errors
    access_key: str  # "" for an unsigned request
    resource: str  # the name or ARN it is about, "" where that is not plain


def identify(request: Request) -> Operation:
    """The operation of a request."""
    access_key, service = signer(request)
    path, _separator, query = request.target.partition("?")
    target = request.headers.get("x-amz-target")
    if target:
        return Operation(service, target.rpartition(".")[2], "json", access_key, resource_in(json_fields(request.body)))
    form = form_fields(request, query)
    if "Action" in form:
        action = form["Action"]
        if not service and action in STS_WITHOUT_SIGNATURE:
            service = "sts"
        return Operation(service, action, "query", access_key, resource_in(form))
    protocol = "rest-xml" if service == "s3" else "rest-json"
    name = rest_operation(service, request.method, path, query, request.headers)
    return Operation(service, name, protocol, access_key, urllib.parse.unquote(path).strip("/"))


def signer(request: Request) -> tuple[str, str]:
    """The access key and the service that the signature names; both "" for an unsigned request."""
    authorization = request.headers.get("authorization", "")
    scope = re.search(r"Credential=([^,\s]+)", authorization)
    text = scope.group(1) if scope else ""
    if not text:
        query = urllib.parse.parse_qs(request.target.partition("?")[2])
        text = query.get("X-Amz-Credential", [""])[0]
    parts = text.split("/")
    return (parts[0], parts[-2]) if len(parts) >= 5 else ("", "")


def form_fields(request: Request, query: str) -> dict[str, str]:
    """The fields of a query-protocol request."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        query = f"{query}&{request.body.decode('utf-8', 'replace')}"
    return dict(urllib.parse.parse_qsl(query, keep_blank_values=True))


def json_fields(body: bytes) -> dict[str, str]:
    """The text members of a JSON body, without a parse that a broken body could fail."""
    return dict(re.findall(r'"(\w+)"\s*:\s*"([^"]*)"', body.decode("utf-8", "replace")))


def resource_in(fields: Mapping[str, str]) -> str:
    """What a call is about, by the first telling field."""
    return next((fields[name] for name in RESOURCE_FIELDS if name in fields), "")


def rest_operation(service: str, method: str, path: str, query: str, headers: Mapping[str, str]) -> str:
    """The operation of a REST request, by the service's model: the route that wants most of what was sent."""
    sent = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
    fitting = [
        (-len(route.query) - len(route.required_query) - len(route.required_headers), -route.literal, route.operation)
        for route in routes(service)
        if route.method == method
        and route.path.fullmatch(path)
        and route.query.items() <= sent.items()
        and route.required_query <= sent.keys()
        and route.required_headers <= headers.keys()
    ]
    return min(fitting)[2] if fitting else f"{method} {path}"


@dataclass(frozen=True)
class Route:
    """What a REST request must have to be this operation."""

    operation: str
    method: str
    path: re.Pattern[str]
    literal: int  # characters of the path that are not parameters
    query: Mapping[str, str]
    required_query: frozenset[str]
    required_headers: frozenset[str]


MODELS = {"elasticfilesystem": "efs", "es": "opensearch"}
"""What botocore calls the model of a service that signs by another name."""


@functools.cache
def routes(service: str) -> tuple[Route, ...]:
    """The routes of a REST service; none for a service that botocore does not know."""
    try:
        model = botocore.loaders.create_loader().load_service_model(MODELS.get(service, service), "service-2")
    except botocore.exceptions.UnknownServiceError:
        return ()
    return tuple(route(name, operation, model["shapes"]) for name, operation in model["operations"].items())


def route(name: str, operation: Mapping, shapes: Mapping) -> Route:
    """The route of one operation of a service model."""
    path, _separator, query = operation["http"]["requestUri"].partition("?")
    wanted = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
    wanted.pop("x-id", None)
    pieces = re.split(r"(\{[^}]+\})", path.rstrip("/") or "/")
    pattern = "".join(
        ("(.+)" if piece.endswith("+}") else "([^/]+)") if piece.startswith("{") else re.escape(piece)
        for piece in pieces
    )
    shape = shapes[operation["input"]["shape"]] if "input" in operation else {"required": [], "members": {}}
    required = [shape["members"][member] for member in shape.get("required", [])]

    def at(location: str) -> frozenset[str]:
        return frozenset(member["locationName"] for member in required if member.get("location") == location)

    return Route(
        operation=name,
        method=operation["http"]["method"],
        path=re.compile(pattern + "/?"),
        literal=sum(len(piece) for piece in pieces if not piece.startswith("{")),
        query=wanted,
        required_query=at("querystring"),
        required_headers=frozenset(header.lower() for header in at("header")),
    )
