# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate as a program: HTTP on 127.0.0.1, at the port in GATE_PORT.

GET /_gate/health answers when it is ready; POST /_gate/reset empties all accounts.
"""

from __future__ import annotations

import asyncio
import logging
import os
import traceback

from .. import http1
from ..operations import Request
from .errors import Response
from .gate import Gate


class Server:
    """Answers one request after the other, in the order in which they come in."""

    def __init__(self) -> None:
        self.gate = Gate()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection until it ends."""
        try:
            while True:
                head = await http1.read_head(reader)
                if head is None:
                    break
                body = unchunked(head, await http1.read_body(reader, head))
                method, target = head.first.split(" ")[:2]
                response = self.answer(Request(method, target, head.headers, body))
                writer.write(bytes_of(response, method))
                await writer.drain()
                if not head.keeps_alive:
                    break
        except (http1.BrokenMessage, ConnectionError, asyncio.CancelledError):
            pass  # a client that went away, or our own end: nobody is left to answer
        finally:
            writer.close()

    def answer(self, request: Request) -> Response:
        """Answer a request, whatever goes wrong inside moto."""
        if request.target == "/_gate/health":
            return Response(200)
        if request.target == "/_gate/reset":
            self.gate.reset()
            return Response(200)
        try:
            return self.gate.answer(request)
        except Exception as error:  # noqa: BLE001  a server outlives what one request does to it
            traceback.print_exc()
            return Response(500, {"content-type": "text/plain"}, f"{type(error).__name__}: {error}".encode())


def bytes_of(response: Response, method: str) -> bytes:
    """A response as it is sent."""
    headers = dict(response.headers)
    length = headers.pop("content-length", None)
    body = response.body
    message = http1.message(f"{response.status} Answer", headers, body)
    if method == "HEAD":
        message = message[: len(message) - len(body)] if body else message
        if length is not None:
            message = message.replace(
                f"content-length: {len(body)}\r\n".encode(), f"content-length: {length}\r\n".encode(), 1
            )
    return message


def unchunked(head: http1.Head, body: bytes) -> bytes:
    """The body of a request without the framing of chunks."""
    if "chunked" not in head.headers.get("transfer-encoding", "").lower():
        return body
    pieces, rest = [], body
    while rest:
        size, _separator, rest = rest.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if not length:
            break
        pieces.append(rest[:length])
        rest = rest[length + 2 :]
    return b"".join(pieces)


async def main() -> None:
    """Serve until the process is told to end."""
    server = Server()
    listener = await asyncio.start_server(
        server.serve, "127.0.0.1", int(os.environ["GATE_PORT"]), limit=http1.HEAD_LIMIT, backlog=512
    )
    async with listener:
        await listener.serve_forever()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(main())
