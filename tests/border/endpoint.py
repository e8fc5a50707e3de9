# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A hostile server on 127.0.0.1. The first segment of the path chooses the attack: endpoint_url is `http://…/ATTACK`."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.border.attacks import answer
from tests.border.genuine_answers import Call
from tests.border.serving import served
from tests.border.texts import Templates
from tests.local_aws import http1
from tests.local_aws.operations import Request, identify


class HostileEndpoint:
    """The server. It issues credentials, which must never be seen, and counts requests by attack and signer."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where evaluated templates leave their files."""
        self.templates = Templates(folder)
        self.credentials = {
            "AccessKeyId": f"ASIA{secrets.token_hex(8).upper()}",
            "SecretAccessKey": secrets.token_urlsafe(30),
            "SessionToken": long_token(),
        }
        self.requests: Counter[str] = Counter()
        self.access_keys: Counter[str] = Counter()
        self.url = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What it issues that nobody may see."""
        return self.credentials["SecretAccessKey"], self.credentials["SessionToken"]

    def endpoint(self, attack_name: str) -> str:
        """The `endpoint_url` of an attack."""
        return f"{self.url}/{attack_name}"

    @contextlib.contextmanager
    def running(self) -> Iterator[HostileEndpoint]:
        """Serve in a thread of this process."""
        with served(self._answer) as self.url:
            yield self

    async def _answer(self, head: http1.Head, body: bytes) -> bytes:
        method, target = head.first.split(" ")[:2]
        _empty, attack_name, *path = target.split("/", 2)
        attack_name, separator, query = attack_name.partition("?")
        request = Request(method, f"/{'/'.join(path)}{separator}{query}", head.headers, body)
        operation = identify(request)
        self.requests[attack_name] += 1
        self.access_keys[operation.access_key] += 1
        name = re.sub(r"\W+", "-", f"{attack_name} {operation.service} {operation.name}")
        return answer(attack_name, Call(request, operation, self.templates, name, self.credentials))


def long_token() -> str:
    """A session token as STS makes them: some hundred characters, with those that URLs and Base64 spell otherwise."""
    return f"IQoJ{secrets.token_hex(20)}/+{secrets.token_hex(100)}/{secrets.token_hex(20)}=="
