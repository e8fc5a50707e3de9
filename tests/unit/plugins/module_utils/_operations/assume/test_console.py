# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses of the console, per partition, and the sign-in token that one of them takes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.signin import signin_token
from ansible_collections.xacct.aws.plugins.module_utils._operations.assume.console import (
    federation_endpoint,
    login_url,
    switch_role_url,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError


@pytest.mark.parametrize(
    ("partition", "endpoint", "console"),
    [
        ("aws", "https://signin.aws.amazon.com/federation", "https://console.aws.amazon.com/"),
        ("aws-us-gov", "https://signin.amazonaws-us-gov.com/federation", "https://console.amazonaws-us-gov.com/"),
        ("aws-cn", "https://signin.amazonaws.cn/federation", "https://console.amazonaws.cn/"),
        ("aws-eusc", "https://signin.amazonaws-eusc.eu/federation", "https://console.amazonaws-eusc.eu/"),
    ],
)
def test_every_public_partition_has_its_site(partition: str, endpoint: str, console: str) -> None:
    assert federation_endpoint(partition) == endpoint
    query = parse_qs(urlsplit(login_url(endpoint, "to/ken+1", partition, None)).query)
    assert query == {
        "Action": ["login"],
        "Issuer": ["xacct.aws"],
        "Destination": [console],
        "SigninToken": ["to/ken+1"],
    }


def test_an_unknown_partition_has_to_be_named() -> None:
    with pytest.raises(TaskError, match="signin_endpoint"):
        federation_endpoint("aws-iso")
    with pytest.raises(TaskError, match="console_destination"):
        login_url("https://x/federation", "t", "aws-iso", None)
    assert federation_endpoint("aws-iso", "https://signin.example/") == "https://signin.example/federation"
    assert switch_role_url("arn:aws-iso:iam::222222222222:role/Backup") is None


def test_switching_roles_takes_the_path_along_and_no_credential() -> None:
    url = switch_role_url("arn:aws-cn:iam::222222222222:role/team/a+b", "Customer A")
    assert url.startswith("https://signin.amazonaws.cn/switchrole?")
    assert parse_qs(urlsplit(url).query) == {
        "account": ["222222222222"],
        "roleName": ["team/a+b"],
        "displayName": ["Customer A"],
    }


class Federation(BaseHTTPRequestHandler):
    """Answers like the federation endpoint; `seen` holds the forms that were posted."""

    seen: list[dict]
    status = 200
    body = b'{"SigninToken": "the-token"}'

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.seen.append({"path": self.path, **{key: value[0] for key, value in parse_qs(form).items()}})
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def federation() -> Iterator[tuple[str, type[Federation]]]:
    handler = type("Handler", (Federation,), {"seen": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/federation", handler
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_token_is_posted_for_and_not_put_into_an_address(federation: tuple[str, type[Federation]]) -> None:
    endpoint, handler = federation
    assert signin_token(endpoint, "ASIA", "hidden-secret", "hidden-token") == "the-token"
    (form,) = handler.seen
    assert form["path"] == "/federation"
    assert form["Action"] == "getSigninToken"
    assert "SessionDuration" not in form
    assert json.loads(form["Session"]) == {
        "sessionId": "ASIA",
        "sessionKey": "hidden-secret",
        "sessionToken": "hidden-token",
    }
    signin_token(endpoint, "ASIA", "hidden-secret", "hidden-token", session_duration=7200)
    assert handler.seen[1]["SessionDuration"] == "7200"


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (400, b"Invalid Credentials Parameter hidden-token", "HTTP 400"),
        (200, b"<html>", "did not answer with a sign-in token"),
        (200, b"{}", "did not answer with a sign-in token"),
        (200, b"[]", "did not answer with a sign-in token"),
        (200, b"[" * 100_000, "did not answer with a sign-in token"),
        (200, b'{"SigninToken": null}', "did not answer with a sign-in token"),
        (200, b'{"SigninToken": ["the-token"]}', "did not answer with a sign-in token"),
        (200, rb'{"SigninToken": "\ud800\n"}', "did not answer with a sign-in token"),
        (200, b'{"SigninToken": "' + b"a" * 100_000 + b'"}', "did not answer with a sign-in token"),
    ],
)
def test_a_refusal_is_said_without_what_was_sent(
    federation: tuple[str, type[Federation]], status: int, body: bytes, message: str
) -> None:
    endpoint, handler = federation
    handler.status, handler.body = status, body
    with pytest.raises(AwsError, match=message) as caught:
        signin_token(endpoint, "ASIA", "hidden-secret", "hidden-token")
    assert "hidden" not in str(caught.value)


def test_no_answer_is_said_without_what_was_sent() -> None:
    with pytest.raises(AwsError, match="got no answer from http://127") as caught:
        signin_token("http://127.0.0.1:9/federation", "ASIA", "hidden-secret", "hidden-token")
    assert "hidden" not in str(caught.value)
