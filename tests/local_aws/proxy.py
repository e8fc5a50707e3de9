# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP proxy in front of the AWS server: it passes requests on byte for byte, so that signatures stay valid.

On the way it writes every call into a journal and applies the fault rules. It answers itself what begins with /_local/:

    GET  /_local/status    {"token", "backend"}
    GET  /_local/journal   {"calls": [...]}          DELETE clears it
    GET  /_local/faults    {"rules": [...]}          POST adds the rules of {"rules": [...]}, DELETE clears them
    POST /_local/reset     empties the server, the journal and the rules
    POST /_local/stop      {"token"} ends the proxy, and the server with it
"""

from __future__ import annotations

import asyncio
import json
import re
import time
import urllib.parse
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from . import faults, http1
from .backend import Backend
from .held_reads import Held, HeldReads
from .operations import Operation, Request, identify

JOURNAL_CALLS = 200_000
# An idle connection to the server may just be closing: after this long a new one is opened instead.
FRESH_SECONDS = 2.0
ISSUING = re.compile(rb"<AccessKeyId>(\w+)</AccessKeyId>")
ISSUED_FOR = re.compile(rb"<Arn>arn:[\w-]+:sts::(\d{12}):")


@dataclass
class Proxy:
    """One server, its journal and its rules."""

    backend: Backend
    backend_port: int
    token: str
    calls: deque[dict] = field(default_factory=lambda: deque(maxlen=JOURNAL_CALLS))
    rules: list[faults.Rule] = field(default_factory=list)
    accounts: dict[str, str] = field(default_factory=dict)  # of access keys that the server issued
    delayed: HeldReads = field(default_factory=HeldReads)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one client connection until it ends."""
        upstream = Upstream(self.backend_port)
        try:
            while await self.serve_one(reader, writer, upstream):
                pass
        except (http1.BrokenMessage, ConnectionError, asyncio.CancelledError):
            pass  # a client that went away, or our own end: nobody is left to answer
        finally:
            upstream.close()
            writer.close()

    async def serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upstream: Upstream) -> bool:
        """Answer the next request; whether the connection goes on."""
        head = await http1.read_head(reader)
        if head is None:
            return False
        if head.headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            await writer.drain()
        body = await http1.read_body(reader, head)
        method, target = head.first.split(" ")[:2]
        if target.startswith("/_local/"):
            first, document = await self.control(method, target, body)
            answer = http1.message(first, {"content-type": "application/json"}, json.dumps(document).encode())
        else:
            answer = await self.call(Request(method, target, head.headers, body), head, upstream)
        if answer is None:
            return False
        writer.write(answer)
        await writer.drain()
        return head.keeps_alive

    async def call(self, request: Request, head: http1.Head, upstream: Upstream) -> bytes | None:
        """Pass a call on, under the fault rules; None: close the connection without an answer."""
        operation = identify(request)
        account = self.account_of(operation.access_key)
        entry = {
            "time": time.time(), "account": account, "access_key": operation.access_key, "service": operation.service,
            "operation": operation.name, "resource": operation.resource, "status": None, "fault": None,
        }  # fmt: skip
        self.calls.append(entry)
        rule = next((rule for rule in self.rules if rule.hit(operation, account, time.monotonic())), None)
        if rule:
            entry["fault"] = rule.effect
            if rule.delay_ms:
                await asyncio.sleep(rule.delay_ms / 1000)
            if rule.effect in faults.ANSWERS or rule.effect in faults.FOREIGN:
                if rule.carried_out:
                    await upstream.exchange(without_expect(head) + request.body, request.method)
                first, headers, body = (
                    faults.foreign(rule.effect)
                    if rule.effect in faults.FOREIGN
                    else faults.wire(faults.answer_for(rule, operation, request.body), operation)
                )
                entry["status"] = int(first[:3])
                return http1.message(first, headers, b"" if request.method == "HEAD" else body)
        before: list[Held] = []
        if rule and rule.effect == faults.DELAY_EFFECT:
            before = await self.delayed.before(request, operation, account, rule.after_seconds, upstream.ask)
        status, answer = await upstream.exchange(without_expect(head) + request.body, request.method)
        if status < 300:
            self.delayed.held += before
        if status != 403:  # who may not read does not see what was there before either
            answer = self.delayed.instead(request, operation, account) or answer
        entry["status"] = int(answer.split(b" ", 2)[1])
        self.learn(operation, account, status, answer)
        if rule and rule.effect == faults.SHOW_UNIQUE_ID:
            answer = with_body(answer, lambda body: faults.with_unique_id(body, rule.principal, rule.unique_id))
        return None if rule and rule.effect == faults.CUT_AFTER_WRITE else answer

    def account_of(self, access_key: str) -> str:
        """The account of a signer; "" for an unsigned request or a key that was not issued through this proxy."""
        if re.fullmatch(r"\d{12}", access_key):
            return access_key
        return self.accounts.get(access_key, "")

    def learn(self, operation: Operation, account: str, status: int, answer: bytes) -> None:
        """Remember which account the keys belong to that an answer issues."""
        if status != 200 or operation.service not in ("iam", "sts"):
            return
        key = ISSUING.search(answer)
        if key:
            issued_for = ISSUED_FOR.search(answer)
            self.accounts[key.group(1).decode()] = issued_for.group(1).decode() if issued_for else account

    async def control(self, method: str, target: str, body: bytes) -> tuple[str, object]:
        """Answer a request of our own: status line's text and document."""
        path = urllib.parse.urlsplit(target).path
        route = (method, path.removeprefix("/_local/"))
        try:
            sent = json.loads(body or b"{}")
        except ValueError as error:
            return "400 Bad Request", {"error": f"not JSON: {error}"}
        if route == ("GET", "status"):
            return "200 OK", {"token": self.token, "backend": self.backend.name}
        if route == ("GET", "journal"):
            return "200 OK", {"calls": list(self.calls)}
        if route == ("DELETE", "journal"):
            self.calls.clear()
        elif route == ("GET", "faults"):
            return "200 OK", {"rules": [asdict(rule) for rule in self.rules]}
        elif route == ("POST", "faults"):
            try:
                self.rules += [faults.rule_from(members) for members in sent["rules"]]
            except (faults.FaultError, KeyError, TypeError) as error:
                return "400 Bad Request", {"error": str(error)}
        elif route == ("DELETE", "faults"):
            self.rules.clear()
            self.delayed.held.clear()
        elif route == ("POST", "reset"):
            return await self.reset()
        elif route == ("POST", "stop") and sent.get("token") == self.token:
            self.stopping.set()
        else:
            return "404 Not Found", {"error": f"no {method} {path}"}
        return "200 OK", {}

    async def reset(self) -> tuple[str, object]:
        """Empty the server, the journal and the rules."""
        upstream = Upstream(self.backend_port)
        request = f"POST {self.backend.reset_path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 0\r\n\r\n"
        status, _answer = await upstream.exchange(request.encode(), "POST")
        upstream.close()
        for kept in (self.calls, self.rules, self.accounts, self.delayed.held):
            kept.clear()
        return ("200 OK" if status == 200 else "502 Bad Gateway"), {"status": status}


class Upstream:
    """The connection to the server that goes with one client connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None
        self.used = 0.0

    async def exchange(self, request: bytes, method: str) -> tuple[int, bytes]:
        """Send a request; the status and all the bytes of its answer."""
        if self.reader is None or self.reader.at_eof() or time.monotonic() - self.used > FRESH_SECONDS:
            self.close()
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=http1.HEAD_LIMIT)
        self.writer.write(request)
        await self.writer.drain()
        status, head = 100, None
        while status < 200:
            head = await http1.read_head(self.reader)
            if head is None:
                raise http1.BrokenMessage("the server closed the connection without an answer")
            status = int(head.first.split(" ")[1])
        body = b""
        if method != "HEAD" and status not in (204, 304):
            body = await http1.read_body(self.reader, head, until_close=True)
        self.used = time.monotonic()
        if not head.keeps_alive:
            self.close()
        return status, head.raw + body

    async def ask(self, request: Request) -> bytes:
        """Make a request of our own; its whole answer."""
        lines = [f"{request.method} {request.target} HTTP/1.1", *(f"{k}: {v}" for k, v in request.headers.items())]
        sent = "\r\n".join([*lines, "", ""]).encode("latin-1") + request.body
        return (await self.exchange(sent, request.method))[1]

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


def without_expect(head: http1.Head) -> bytes:
    """A request's head without `Expect`, which this proxy has already answered; no signature covers it."""
    if "expect" not in head.headers:
        return head.raw
    return re.sub(rb"\r\n[Ee]xpect:[^\r]*", b"", head.raw, count=1)


def with_body(answer: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """An answer with its body changed; one without a body, or in chunks, stays as it is."""
    head, separator, body = answer.partition(b"\r\n\r\n")
    changed = change(body)
    if changed == body or b"transfer-encoding" in head.lower():
        return answer
    length = b"\r\ncontent-length: %d" % len(changed)
    return re.sub(rb"(?i)\r\ncontent-length:[^\r]*", length, head, count=1) + separator + changed
