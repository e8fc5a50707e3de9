# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the hostile endpoint answers as AWS does, and the parts that its attacks are made of."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from xml.sax.saxutils import escape

from tests.border.texts import Templates
from tests.local_aws.operations import Operation, Request

XML, JSON, HTML = "text/xml", "application/x-amz-json-1.1", "text/html; charset=utf-8"


@dataclass(frozen=True)
class Call:
    """One request to answer. `name` is that of the file which its templates make."""

    request: Request
    operation: Operation
    templates: Templates
    name: str
    credentials: dict[str, str]

    @property
    def speaks_json(self) -> bool:
        """Whether the service answers in JSON."""
        return self.operation.protocol in ("json", "rest-json")

    @property
    def echo(self) -> str:
        """The request as a debugging page of a web server would show it."""
        headers = "".join(f"{name}: {value}\n" for name, value in self.request.headers.items())
        return f"{self.request.target}\n{headers}\n{self.request.body.decode('utf-8', 'replace')}"


def http(status: str, kind: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    """The bytes of an answer. Reason phrase and headers are taken as they are."""
    lines = [f"HTTP/1.1 {status}", f"content-type: {kind}", *(f"{n}: {v}" for n, v in (headers or {}).items())]
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode("latin-1") + body


def assumed_role(call: Call) -> str:
    """An answer to AssumeRole with the endpoint's own credentials."""
    form = dict(urllib.parse.parse_qsl(call.request.body.decode("utf-8", "replace")))
    role = form.get("RoleArn", "arn:aws:iam::222222222222:role/Any")
    account, name = role.split(":")[4], role.rpartition("/")[2]
    ends = datetime.now(timezone.utc) + timedelta(hours=1)
    breaks = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
    keys = "".join(f"<{member}>{escape(value, breaks)}</{member}>" for member, value in call.credentials.items())
    return (
        '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>'
        f"<AssumedRoleUser><AssumedRoleId>AROAXXXXXXXXXXXXXXXXX:x</AssumedRoleId>"
        f"<Arn>arn:aws:sts::{account}:assumed-role/{name}/x</Arn></AssumedRoleUser>"
        f"<Credentials>{keys}<Expiration>{ends:%Y-%m-%dT%H:%M:%SZ}</Expiration></Credentials>"
        "</AssumeRoleResult></AssumeRoleResponse>"
    )


def who_calls(_call: Call) -> str:
    """An answer to GetCallerIdentity."""
    return (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
        "<Arn>arn:aws:iam::222222222222:user/deployer</Arn><UserId>AIDAXXXXXXXXXXXXXXXXX</UserId>"
        "<Account>222222222222</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    )


def organization(_call: Call) -> str:
    """An answer to DescribeOrganization."""
    management = "999999999999"
    arn = f"arn:aws:organizations::{management}:organization/o-exampleorgid"
    found = {"Id": "o-exampleorgid", "Arn": arn, "MasterAccountId": management, "FeatureSet": "ALL"}
    return json.dumps({"Organization": found})


GENUINE: dict[str, tuple[str, str, Callable[[Call], str]]] = {
    "hop-": ("AssumeRole", XML, assumed_role),
    "known-": ("GetCallerIdentity", XML, who_calls),
    "organized-": ("DescribeOrganization", JSON, organization),
}
"""Before an attack's name: this call is answered well, so that the attack comes after it."""
