# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses of AWS's console for people: one that signs in with a session, and one that carries no credential.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
Private to this collection.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from ..._policy.language.principals import parse_arn
from ..task import TaskError


@dataclass(frozen=True)
class ConsoleSite:
    """Where people sign in to one partition of AWS."""

    signin: str
    console: str


CONSOLE_SITES = {
    "aws": ConsoleSite("https://signin.aws.amazon.com", "https://console.aws.amazon.com/"),
    "aws-us-gov": ConsoleSite("https://signin.amazonaws-us-gov.com", "https://console.amazonaws-us-gov.com/"),
    "aws-cn": ConsoleSite("https://signin.amazonaws.cn", "https://console.amazonaws.cn/"),
    "aws-eusc": ConsoleSite("https://signin.amazonaws-eusc.eu", "https://console.amazonaws-eusc.eu/"),
}
"""Partition to its site; the isolated partitions publish theirs to their customers only."""


def federation_endpoint(partition: str, signin_endpoint: str | None = None) -> str:
    """Return the endpoint that makes sign-in tokens. Raises `TaskError` for a partition whose site isn't known."""
    if signin_endpoint:
        return f"{signin_endpoint.rstrip('/')}/federation"
    if partition not in CONSOLE_SITES:
        raise TaskError(f"The sign-in site of partition {partition} is not public; name it with signin_endpoint")
    return f"{CONSOLE_SITES[partition].signin}/federation"


def login_url(endpoint: str, token: str, partition: str, destination: str | None) -> str:
    """Return the address that opens the console signed in; it is good for 15 minutes and for whoever has it."""
    if destination is None:
        if partition not in CONSOLE_SITES:
            raise TaskError(f"The console of partition {partition} is not public; name it with console_destination")
        destination = CONSOLE_SITES[partition].console
    query = {"Action": "login", "Issuer": "xacct.aws", "Destination": destination, "SigninToken": token}
    return f"{endpoint}?{urlencode(query)}"


def switch_role_url(role_arn: str, display_name: str | None = None) -> str | None:
    """Return the console's "switch role" page for a role, for people who may assume it themselves; no credential in it.

    None where the partition's site isn't known.
    """
    arn = parse_arn(role_arn)
    if arn.partition not in CONSOLE_SITES:
        return None
    # The console wants a role's path together with its name.
    query = {"account": arn.account_id, "roleName": arn.resource.removeprefix("role/")}
    if display_name:
        query["displayName"] = display_name
    return f"{CONSOLE_SITES[arn.partition].signin}/switchrole?{urlencode(query, safe='/')}"
