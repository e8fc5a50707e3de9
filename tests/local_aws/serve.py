# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process of the local AWS: starts the server, waits until it is ready, and is the proxy in front of it.

    python -m tests.local_aws.serve DIRECTORY PORT TOKEN BACKEND

Writes DIRECTORY/state.json when it can be used, removes it at its end, and holds DIRECTORY/server.lock all the time.
Port 0: any free port.
"""

from __future__ import annotations

import asyncio
import fcntl
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from . import http1
from .backend import BACKENDS, Backend

if TYPE_CHECKING:
    from .proxy import Proxy

READY_SECONDS = 60
START_TRIES = 3


class BackendFailed(Exception):
    """The server ended, or was not ready in time; the message holds what it printed last."""


def main() -> None:
    """Serve until told to stop."""
    directory, port, token, backend = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], BACKENDS[sys.argv[4]]
    with (directory / "server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process, backend_port = start_backend(backend, directory)
        from .proxy import Proxy  # loaded by now, while the server was starting

        try:
            asyncio.run(serve(Proxy(backend, backend_port, token), directory, port))
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def start_backend(backend: Backend, directory: Path) -> tuple[subprocess.Popen, int]:
    """Start the server on a free port; again on another one if somebody took the port in between."""
    failure = BackendFailed("not started")
    for _attempt in range(START_TRIES):
        port = free_port()
        log = directory / f"{backend.name}.log"
        process = subprocess.Popen(
            backend.command(),
            stdin=subprocess.PIPE,  # kept open as long as this process lives: see watched.py
            stdout=log.open("wb"),
            stderr=subprocess.STDOUT,
            env={**os.environ, **backend.environment_for(port, directory)},
        )
        importlib.import_module(f"{__package__}.proxy")
        try:
            wait_until_ready(f"http://127.0.0.1:{port}{backend.ready_path}", process, log)
        except BackendFailed as error:
            process.kill()
            failure = error
            continue
        return process, port
    raise failure


def free_port() -> int:
    """A port of 127.0.0.1 that is free at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_ready(url: str, process: subprocess.Popen, log: Path) -> None:
    """Wait until the server answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with opener.open(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise BackendFailed(f"the server of the local AWS is not ready; it printed:\n{log.read_text()[-2000:]}")


async def serve(proxy: Proxy, directory: Path, port: int) -> None:
    """Listen, say so in the state file, and end on a signal or a request to stop."""
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", port, limit=http1.HEAD_LIMIT, backlog=512)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, proxy.stopping.set)
    port = server.sockets[0].getsockname()[1]
    state = {"endpoint": f"http://127.0.0.1:{port}", "pid": os.getpid(), "token": proxy.token}
    partial = directory / "state.json.part"
    partial.write_text(json.dumps(state), encoding="utf-8")
    partial.replace(directory / "state.json")
    await proxy.stopping.wait()
    (directory / "state.json").unlink(missing_ok=True)
    server.close()
    # Connections that clients keep open do not hold the end up: cancelling them is what asyncio.run does next.


if __name__ == "__main__":
    main()
