# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The little of HTTP/1.1 that a proxy needs to pass messages on byte for byte, on asyncio streams."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

HEAD_LIMIT = 256 * 1024
CHUNK = 256 * 1024


class BrokenMessage(Exception):
    """The other side closed the connection inside a message, or sent something that is not HTTP/1.1."""


@dataclass(frozen=True)
class Head:
    """First line and headers of a message, with their bytes as they came."""

    raw: bytes
    first: str
    headers: Mapping[str, str]  # lower-case names; of a repeated header the last

    @property
    def keeps_alive(self) -> bool:
        """Whether the sender wants to use the connection again."""
        return self.headers.get("connection", "").lower() != "close" and not self.first.startswith("HTTP/1.0")


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """The next message's head; None where the connection ended between messages."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if not error.partial.strip():
            return None
        raise BrokenMessage("connection closed inside a head") from error
    except (asyncio.LimitOverrunError, ConnectionError) as error:
        raise BrokenMessage(str(error)) from error
    first, *lines = raw[:-4].decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, _separator, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Head(raw, first, headers)


async def read_body(reader: asyncio.StreamReader, head: Head, until_close: bool = False) -> bytes:
    """The body that goes with a head, framing included, as it came."""
    try:
        if "chunked" in head.headers.get("transfer-encoding", "").lower():
            return await read_chunks(reader)
        if "content-length" in head.headers:
            return await reader.readexactly(int(head.headers["content-length"]))
        return await reader.read(-1) if until_close else b""
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError) as error:
        raise BrokenMessage(f"connection closed inside a body: {error}") from error


async def read_chunks(reader: asyncio.StreamReader) -> bytes:
    """A chunked body with its framing and trailer."""
    pieces = []
    while True:
        line = await reader.readuntil(b"\r\n")
        pieces.append(line)
        size = int(line.split(b";")[0], 16)
        if size:
            pieces.append(await reader.readexactly(size + 2))
            continue
        while True:
            trailer = await reader.readuntil(b"\r\n")
            pieces.append(trailer)
            if trailer == b"\r\n":
                return b"".join(pieces)


def message(first: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """The bytes of a response of our own."""
    lines = [f"HTTP/1.1 {first}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode("latin-1") + body
