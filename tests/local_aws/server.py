# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The local AWS as its users see it: start, stop, reset, seed; clients; the journal and the faults."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .backend import chosen_backend

CHECKOUT = Path(__file__).resolve().parents[2]
DEFAULT_DIRECTORY = CHECKOUT / ".cache" / "local_aws"
ENVIRONMENT = CHECKOUT / ".cache" / "venvs" / "local-aws"
START_SECONDS = 90
STOP_SECONDS = 15
REGION = "us-east-1"


class LocalAwsError(Exception):
    """The local AWS did not do what it was asked."""


@dataclass(frozen=True)
class Call:
    """One call that the server saw. `account` is the signer's, "" where that is unknown."""

    time: float
    account: str
    access_key: str
    service: str
    operation: str
    resource: str
    status: int | None  # None: the answer was not waited for
    fault: str | None  # the effect of the rule that hit the call


class Journal(list[Call]):
    """The calls, oldest first."""

    def count(self, operation: str, account: str | None = None) -> int:
        """How many calls of an operation, as in "iam:GetRole"."""
        return self.operations(account)[operation]

    def operations(self, account: str | None = None) -> Counter[str]:
        """Calls per operation, of one account or of all."""
        return Counter(f"{call.service}:{call.operation}" for call in self if account in (None, call.account))


class LocalAws:
    """One local AWS, known by the directory of its state: .cache/local_aws of the checkout unless told otherwise."""

    def __init__(self, directory: Path = DEFAULT_DIRECTORY, backend: str | None = None) -> None:
        """`backend`: "gate" or "ministack"; the one that XACCT_LOCAL_AWS names, the gate without it."""
        self.directory = directory
        self.backend = chosen_backend(backend)
        self._process: subprocess.Popen | None = None

    def start(self, port: int = 0, with_parent: bool = False) -> str:
        """Start it unless it runs; the endpoint. `with_parent`: it ends when the calling process ends.

        Port 0 takes any free one. A server that already runs is kept, whatever its port, if it is of this backend.
        """
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._starting():
            running = self.state()
            if running:
                if running["backend"] != self.backend:
                    raise LocalAwsError(f"{running['backend']} is running here, not {self.backend}: stop it first")
                return running["endpoint"]
            self._forget()
            token = secrets.token_hex(16)
            modules = [f"{__package__}.watched", f"{__package__}.serve"] if with_parent else [f"{__package__}.serve"]
            log = self.directory / "proxy.log"
            self._process = subprocess.Popen(
                [python(), "-m", *modules, str(self.directory), str(port), token, self.backend],
                cwd=CHECKOUT,
                stdin=subprocess.PIPE if with_parent else subprocess.DEVNULL,
                stdout=log.open("wb"),
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": str(CHECKOUT), "HOME": str(self.directory)},
            )
            until = time.monotonic() + START_SECONDS
            while time.monotonic() < until and self._process.poll() is None:
                running = self.state()
                if running and running["token"] == token:
                    return running["endpoint"]
                time.sleep(0.05)
            raise LocalAwsError(f"the local AWS did not start; {log} ends with:\n{log.read_text()[-2000:]}")

    def stop(self) -> bool:
        """End it, and it alone; whether it ran."""
        state = self._read_state()
        running = self.state()
        if running:
            self._control("POST", "stop", {"token": running["token"]})
        if not state:
            return False
        if not self._ended(STOP_SECONDS):
            os.kill(state["pid"], signal.SIGKILL)  # it holds the lock of this directory, so the number is still its own
            self._ended(STOP_SECONDS)
        self._forget()
        return True

    def state(self) -> dict | None:
        """{"endpoint", "pid", "token", "backend"} of the running server, None where none answers by its token."""
        state = self._read_state()
        if not state:
            return None
        try:
            answer = request(f"{state['endpoint']}/_local/status", "GET")
        except (urllib.error.URLError, OSError, ValueError):
            return None
        return {**state, "backend": answer["backend"]} if answer.get("token") == state["token"] else None

    @property
    def endpoint(self) -> str:
        """The URL of the running server; raises LocalAwsError where there is none."""
        state = self._read_state()
        if not state:
            raise LocalAwsError("the local AWS is not running: make local-aws")
        return state["endpoint"]

    def reset(self) -> None:
        """Empty it: accounts, journal, faults, and what was remembered of a seed."""
        self._control("POST", "reset")
        for path in self.directory.glob("seed*.json"):
            path.unlink()

    def seed(self, accounts: Mapping) -> Mapping:
        """Make what a seed describes (see README.md); the seeded accounts with the access keys of their users."""
        from .seed import seed  # boto3, which stopping and starting do without

        return seed(self, accounts)

    def client(self, service: str, caller: str | Mapping, region: str = REGION):
        """A boto3 client. `caller`: an account ID (its root) or {access_key, secret_key[, session_token]}."""
        import botocore.config

        if isinstance(caller, str):
            caller = {"access_key": caller, "secret_key": "local"}
        return boto3_session().client(
            service,
            aws_access_key_id=caller["access_key"],
            aws_secret_access_key=caller["secret_key"],
            aws_session_token=caller.get("session_token"),
            region_name=region,
            endpoint_url=self.endpoint,
            config=botocore.config.Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def journal(self) -> Journal:
        """The calls since the start, the last reset or the last `clear_journal`."""
        return Journal(Call(**call) for call in self._control("GET", "journal")["calls"])

    def clear_journal(self) -> None:
        """Forget the calls seen so far."""
        self._control("DELETE", "journal")

    def faults(self, *rules: Mapping) -> None:
        """Add fault rules: {"effect": …, "service": …, "operation": …, "times": …} (see README.md)."""
        self._control("POST", "faults", {"rules": list(rules)})

    def clear_faults(self) -> None:
        """Drop all fault rules."""
        self._control("DELETE", "faults")

    def _control(self, method: str, path: str, document: Mapping | None = None) -> dict:
        """A request to the proxy itself."""
        try:
            return request(f"{self.endpoint}/_local/{path}", method, document)
        except urllib.error.HTTPError as error:
            raise LocalAwsError(f"{method} {path}: {error.read().decode('utf-8', 'replace')}") from error
        except OSError as error:
            raise LocalAwsError(f"{method} {path}: {error}") from error

    def _read_state(self) -> dict | None:
        try:
            return json.loads((self.directory / "state.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None

    def _forget(self) -> None:
        """Drop what a server that is gone left: its state and the memory of its seed."""
        for path in (self.directory / "state.json", *self.directory.glob("seed*.json")):
            path.unlink(missing_ok=True)

    def _ended(self, seconds: float) -> bool:
        """Wait until no process holds the lock that a server holds as long as it lives."""
        until = time.monotonic() + seconds
        with (self.directory / "server.lock").open("w") as lock:
            while time.monotonic() < until:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    time.sleep(0.02)
                    continue
                return True
        return False

    @contextlib.contextmanager
    def _starting(self) -> Iterator[None]:
        """One start at a time in this directory."""
        with (self.directory / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@functools.cache
def boto3_session():
    """One session for all clients: service models are loaded once."""
    import boto3

    return boto3.session.Session()


def python() -> str:
    """The Python of the local AWS's environment, which is made if it is missing."""
    interpreter = ENVIRONMENT / "bin" / "python"
    if not interpreter.exists():
        subprocess.run([sys.executable, CHECKOUT / "tools" / "environments.py", "make", "local-aws"], check=True)
    return str(interpreter)


def request(url: str, method: str, document: Mapping | None = None) -> dict:
    """A JSON request that no proxy of the environment sees."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    data = json.dumps(document).encode() if document is not None else None
    with opener.open(urllib.request.Request(url, data=data, method=method), timeout=30) as answer:
        return json.loads(answer.read())
