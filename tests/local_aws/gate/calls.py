# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A call at the door: the request, what it asks for, its parameters, and who made it."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..operations import Operation, Request, form_fields
from .identities import Caller
from .judgement import Circumstances


@dataclass(frozen=True)
class Call:
    """One call. `fields` are the flat form fields of a query call, or the members of a JSON body."""

    request: Request
    operation: Operation
    fields: Mapping
    caller: Caller
    circumstances: Circumstances

    @property
    def action(self) -> str:
        """The operation as service:Operation."""
        return f"{self.operation.service}:{self.operation.name}"

    @property
    def account(self) -> str:
        """The caller's account."""
        return self.caller.account

    @property
    def region(self) -> str:
        """The region of the endpoint that the call was signed for."""
        return self.circumstances.region

    @property
    def path(self) -> str:
        """The decoded path."""
        return urllib.parse.unquote(self.request.target.partition("?")[0])

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the query string."""
        return dict(urllib.parse.parse_qsl(self.request.target.partition("?")[2], keep_blank_values=True))

    def text(self, name: str) -> str:
        """A parameter as text, "" where it is missing."""
        value = self.fields.get(name, "")
        return value if isinstance(value, str) else ""

    def with_fields(self, **fields: object) -> Call:
        """The same call with other parameters: its body is written anew (its signature was checked before)."""
        merged = {**self.fields, **fields}
        if self.operation.protocol == "query":
            body = urllib.parse.urlencode(merged).encode()
        else:
            body = json.dumps(merged).encode()
        return replace(self, request=replace(self.request, body=body), fields=merged)

    def members(self, name: str) -> list[str]:
        """The items of a list parameter of the query protocol."""
        found = []
        while f"{name}.member.{len(found) + 1}" in self.fields:
            found.append(self.fields[f"{name}.member.{len(found) + 1}"])
        return found

    def pairs(self, name: str) -> dict[str, str]:
        """The Key and Value items of a list parameter of the query protocol, as tags are sent."""
        found = {}
        number = 1
        while f"{name}.member.{number}.Key" in self.fields:
            found[self.fields[f"{name}.member.{number}.Key"]] = self.fields.get(f"{name}.member.{number}.Value", "")
            number += 1
        return found


def fields_of(request: Request, operation: Operation) -> Mapping:
    """The parameters of a call."""
    if operation.protocol == "query":
        return form_fields(request, request.target.partition("?")[2])
    if operation.protocol in ("json", "rest-json"):
        try:
            decoded = json.loads(request.body or b"{}")
        except ValueError:
            return {}
        return decoded if isinstance(decoded, dict) else {}
    return {}
