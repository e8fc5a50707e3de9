# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server of HTTP on 127.0.0.1 in a thread of this process."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import Future

from tests.local_aws import http1

Answering = Callable[[http1.Head, bytes], Awaitable[bytes]]


@contextlib.contextmanager
def served(answer: Answering) -> Iterator[str]:
    """Serve what `answer` makes of a request's head and body; the URL. A broken answer ends the connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await http1.read_head(reader)
                if head is None:
                    break
                if head.headers.get("expect", "").lower() == "100-continue":
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                raw = await answer(head, await http1.read_body(reader, head))
                writer.write(raw)
                await writer.drain()
                if not goes_on(raw):
                    break
        except (http1.BrokenMessage, ConnectionError):
            pass  # the client has had enough
        finally:
            writer.close()

    url: Future[str] = Future()
    ending = asyncio.Event()

    async def listen() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=http1.HEAD_LIMIT, backlog=512)
        url.set_result(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await ending.wait()
        server.close()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=run_until_done, args=(loop, listen()), daemon=True, name="server-of-a-test")
    thread.start()
    try:
        yield url.result(10)
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join(10)


def run_until_done(loop: asyncio.AbstractEventLoop, work: Coroutine) -> None:
    """Run in this thread, and end what connections are still open for."""
    loop.run_until_complete(work)
    open_connections = asyncio.all_tasks(loop)
    for task in open_connections:
        task.cancel()
    if open_connections:
        loop.run_until_complete(asyncio.wait(open_connections))
    loop.close()


def goes_on(raw: bytes) -> bool:
    """Whether the connection can be used again after an answer: not where its length is not as it says."""
    head, separator, body = raw.partition(b"\r\n\r\n")
    fields = [line.split(b":", 1) for line in head.lower().split(b"\r\n") if b":" in line]
    lengths = [value.strip() for name, value in fields if name == b"content-length"]
    return bool(separator) and lengths == [b"%d" % len(body)]
