# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of a run's directory: whatever lies in their place, a run gets its session or one clear error."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.session_files import (
    SessionCredentials,
    SessionFiles,
)

from tests.unit.plugins.module_utils._aws import not_files

SESSION = SessionCredentials(
    "ASIAEXAMPLE", "hidden", "hidden", datetime.now(timezone.utc) + timedelta(hours=1), "arn", "AROA:me"
)
ENTRY = "xacct-key.json"


def session_from(directory: str, made: list[str]) -> SessionCredentials:
    def make() -> SessionCredentials:
        made.append("made")
        return SESSION

    return SessionFiles(directory).session("key", "a session", make)


def test_a_session_is_made_once(session_directory):
    made: list[str] = []
    assert session_from(session_directory, made) == session_from(session_directory, made) == SESSION
    assert made == ["made"]
    assert os.listdir(session_directory) == [ENTRY]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "null",
        "[]",
        "5",
        "{",
        "{}",
        '{"expiration": null}',
        '{"expiration": 5}',
        '{"expiration": "yesterday"}',
        json.dumps({"access_key": "A", "secret_key": "s", "expiration": None, "more": 1}),
        "[" * 100_000,
        "\x00",
    ],
)
def test_an_entry_of_another_kind_is_made_again(session_directory, content):
    path = os.path.join(session_directory, ENTRY)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
    assert session_from(session_directory, []) == SESSION
    with open(path, encoding="utf-8") as file:
        assert json.load(file)["access_key"] == "ASIAEXAMPLE"


@pytest.mark.parametrize("kind", not_files.KINDS)
def test_what_is_no_file_is_refused_at_once(tmp_path, session_directory, kind, monkeypatch):
    monkeypatch.chdir(session_directory)
    not_files.put(tmp_path / "elsewhere", kind)
    os.rename(tmp_path / "elsewhere", os.path.join(session_directory, ENTRY))
    with pytest.raises(AwsError, match=f"The sessions of this run can't be kept: .*{ENTRY} ") as caught:
        session_from(session_directory, [])
    assert caught.value.code == "SessionFiles"


@pytest.mark.parametrize("lost", ["the directory", "the right to write", "the room"])
def test_a_directory_that_is_lost_is_one_clear_error(session_directory, lost, monkeypatch):
    if lost == "the directory":
        os.rmdir(session_directory)
    elif lost == "the right to write":
        if os.geteuid() == 0:
            pytest.skip("root may write everywhere")
        os.chmod(session_directory, 0o500)
    else:

        def full(*_args, **_more):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "replace", full)
    with pytest.raises(AwsError, match=session_directory):
        session_from(session_directory, [])
