# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long an answer may take and how much of it is read: a server can go on for ever, a byte now and then.

The timeouts of the SDK are for one read from the connection, and it reads whatever comes. Here the whole answer, with
its head and those before it ("100 Continue"), has a time and a length.
Private to this collection.
"""

from __future__ import annotations

import functools
import http.client
import io
import time

LONGEST_ANSWER = 60.0
"""Seconds beyond the read timeout, in which the answer has to begin."""

MOST_BYTES = 67_108_864
"""Twice the longest body that is taken for an answer."""


def bound_reading(http_session: object) -> None:
    """Have the HTTP client of a botocore client (`URLLib3Session`) read answers within these bounds."""
    pools = http_session._pool_classes_by_scheme
    pools.update({scheme: _bounded_pool(pool) for scheme, pool in pools.items()})


@functools.cache
def _bounded_pool(pool: type) -> type:
    connection = type("BoundedConnection", (pool.ConnectionCls,), {"response_class": _BoundedResponse})
    return type("BoundedPool", (pool,), {"ConnectionCls": connection})


class _BoundedResponse(http.client.HTTPResponse):
    """Reads through a `_Bounded`."""

    def __init__(self, sock: object, *args: object, **kwargs: object) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Bounded(self.fp.detach(), sock.gettimeout() or 0))


class _Bounded(io.RawIOBase):
    """What comes over a connection: ends after `MOST_BYTES`, and with a timeout when it has taken too long."""

    def __init__(self, raw: io.RawIOBase, read_timeout: float) -> None:
        self._raw = raw
        self._deadline = time.monotonic() + read_timeout + LONGEST_ANSWER
        self._left = MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int | None:
        if time.monotonic() > self._deadline:
            raise TimeoutError("the answer takes too long")
        if self._left <= 0:
            return 0
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
