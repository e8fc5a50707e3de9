# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of how much of an answer is read, and for how long, with a server that does not come to an end."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls import bounded_reading
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError, aws_call
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import open_account
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.signin import signin_token

OK = b"HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\n"
LENGTH = OK + b"content-length: 9999999999\r\n\r\n"
SLOW = {
    "a head": (OK, b"A"),
    "heads before it": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body": (LENGTH, b"A"),
    "a body in chunks": (OK + b"transfer-encoding: chunked\r\n\r\n", b"1\r\nA\r\n"),
}
TIMES = 600
"""For somebody who goes on reading, it does come to an end after 30 seconds or 600 MB."""
Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server that answers with a beginning and then with the same again and again; its address."""
    with contextlib.ExitStack() as open_servers:

        def start(beginning: bytes, again: bytes, pause: float) -> str:
            listening = open_servers.enter_context(socket.create_server(("127.0.0.1", 0)))
            threading.Thread(target=answer_all, args=(listening, beginning, again, pause), daemon=True).start()
            return f"http://127.0.0.1:{listening.getsockname()[1]}"

        yield start


def answer_all(listening: socket.socket, beginning: bytes, again: bytes, pause: float) -> None:
    while True:
        try:
            connection = listening.accept()[0]
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            connection.recv(65_536)
            connection.sendall(beginning)
            for _time in range(TIMES):
                connection.sendall(again)
                time.sleep(pause)


def ask(endpoint: str) -> None:
    """Ask for the caller's identity, once."""
    config = {"retries": {"total_max_attempts": 1}, "read_timeout": 1}
    keys = {"access_key": "AKIAEXAMPLE", "secret_key": "secret", "region": "us-east-1"}
    account = open_account({**keys, "endpoint_url": endpoint, "aws_config": config})
    with aws_call(account, "asking"):
        account.client("sts").get_caller_identity()


@pytest.mark.parametrize("what", SLOW)
def test_an_answer_that_does_not_end_is_none(what: str, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_reading, "LONGEST_ANSWER", 0.2)
    started = time.monotonic()
    with pytest.raises(AwsError, match="Read timeout"):
        ask(serve(*SLOW[what], 0.05))
    assert time.monotonic() - started < 20


def test_a_body_without_an_end_is_not_read_whole(serve: Serve) -> None:
    # Older botocores miss the rest of it.
    with pytest.raises(AwsError, match=r"its answer has \d{8} bytes|Connection was closed"):
        ask(serve(LENGTH, b"A" * 1_000_000, 0))


def test_the_site_to_sign_in_has_no_more_time(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_reading, "LONGEST_ANSWER", -29)
    with pytest.raises(AwsError, match=r"got no answer from .* \(ReadTimeoutError\)"):
        signin_token(serve(*SLOW["a body"], 0.05), "ASIA", "hidden", "hidden")
