# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small HTTP server that speaks enough STS and IAM, with faults on demand; an environment without AWS settings."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest

ACCOUNT = "111111111111"


class FakeAws:
    """Answers by action; `received` has the requests. `faults` (a list an action) come before the answer."""

    def __init__(self) -> None:
        self.received: list[dict] = []
        self.faults: dict[str, list] = {}
        self.session_life = timedelta(hours=1)
        self.account = ACCOUNT
        self.before_answer = lambda _request: None
        self._lock = threading.Lock()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                request = dict(parse_qsl(body))
                signed_by = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
                request["access_key"] = signed_by.group(1) if signed_by else ""
                request["token"] = self.headers.get("X-Amz-Security-Token", "")
                status, text = fake.answer(request)
                if status == 0:
                    self.close_connection = True
                    self.connection.close()
                    return
                self.send_response(status)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def actions(self) -> list[str]:
        with self._lock:
            return [request["Action"] for request in self.received]

    def requests(self, action: str) -> list[dict]:
        return [request for request in self.received if request["Action"] == action]

    def fail(self, action: str, *faults: tuple) -> None:
        """Let the next calls of an action fail: (status, code, message), or status 0 to break the connection."""
        self.faults.setdefault(action, []).extend(faults)

    def answer(self, request: dict) -> tuple[int, str]:
        self.before_answer(request)
        action = request["Action"]
        with self._lock:
            self.received.append(request)
            fault = self.faults.get(action, []).pop(0) if self.faults.get(action) else None
        if fault is not None:
            status, code, message = fault
            return status, (
                f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
                "<RequestId>r</RequestId></ErrorResponse>"
            )
        result = getattr(self, f"_{action}", lambda _request: "")(request)
        return 200, (
            f"<{action}Response><{action}Result>{result}</{action}Result>"
            f"<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{action}Response>"
        )

    def _GetCallerIdentity(self, request: dict) -> str:  # noqa: N802
        arn = f"arn:aws:iam::{self.account}:user/{request['access_key']}"
        return f"<Arn>{arn}</Arn><UserId>AIDAEXAMPLE</UserId><Account>{self.account}</Account>"

    def _AssumeRole(self, request: dict) -> str:  # noqa: N802
        number = len(self.requests("AssumeRole"))
        role, session = request["RoleArn"], request["RoleSessionName"]
        key = "ASIA" + hashlib.sha256(f"{role}{number}".encode()).hexdigest()[:16].upper()
        ends = (datetime.now(timezone.utc) + self.session_life).strftime("%Y-%m-%dT%H:%M:%SZ")
        arn = f"arn:aws:sts::{role.split(':')[4]}:assumed-role/{role.rpartition('/')[2]}/{session}"
        return (
            f"<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>secret-of-{key}</SecretAccessKey>"
            f"<SessionToken>token-of-{key}</SessionToken><Expiration>{ends}</Expiration></Credentials>"
            f"<AssumedRoleUser><Arn>{arn}</Arn><AssumedRoleId>AROAEXAMPLE:{session}</AssumedRoleId></AssumedRoleUser>"
        )

    def _GetRole(self, request: dict) -> str:  # noqa: N802
        name = request["RoleName"]
        return (
            f"<Role><Path>/</Path><RoleName>{name}</RoleName><RoleId>AROAEXAMPLE</RoleId>"
            f"<Arn>arn:aws:iam::{self.account}:role/{name}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role>"
        )

    _CreateRole = _GetRole


@pytest.fixture
def fake_aws():
    """A `FakeAws` that listens."""
    server = FakeAws()
    yield server
    server.close()


@pytest.fixture
def keys(fake_aws):
    """Connection options that lead to the fake AWS."""
    return {
        "access_key": "AKIAEXAMPLE",
        "secret_key": "secret-key-of-the-caller",
        "region": "eu-central-1",
        "endpoint_url": fake_aws.url,
    }


@pytest.fixture
def session_directory(tmp_path):
    """A directory like Ansible's DEFAULT_LOCAL_TMP."""
    path = tmp_path / "sessions"
    path.mkdir(mode=0o700)
    return str(path)


@pytest.fixture
def no_pauses(monkeypatch):
    """Collects the pauses that botocore and we would make, instead of making them."""
    pauses: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", pauses.append)
    return pauses


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    """No AWS setting of whoever runs the tests gets in, and no proxy."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch
