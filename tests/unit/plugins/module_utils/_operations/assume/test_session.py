# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions that are kept in private files, and the shapes in which they are handed on."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._operations.assume.assume import assume
from ansible_collections.xacct.aws.plugins.module_utils._operations.assume.cache import keep_session, kept_session
from ansible_collections.xacct.aws.plugins.module_utils._operations.assume.request import assume_request
from ansible_collections.xacct.aws.plugins.module_utils._operations.assume.session import (
    Session,
    fullness_warning,
    session_of,
    session_result,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError

from tests.unit.plugins.module_utils._aws import not_files

NOW = datetime.now(timezone.utc).replace(microsecond=0)
SESSION = Session(
    role_arn="arn:aws:iam::222222222222:role/team/Backup",
    arn="arn:aws:sts::222222222222:assumed-role/Backup/me",
    unique_id="AROAIOSFODNN7EXAMPLE:me",
    access_key="ASIAIOSFODNN7EXAMPLE",
    secret_key="hidden-secret",
    session_token="hidden-token",
    expiration=NOW + timedelta(hours=1),
    packed_policy_size=6,
    source_identity="alice",
)
FINGERPRINT = "a" * 64


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_session_comes_back_as_it_was(tmp_path: Path) -> None:
    directory = tmp_path / "xacct"
    keep_session(str(directory), FINGERPRINT, SESSION)
    assert kept_session(str(directory), FINGERPRINT) == SESSION
    assert mode_of(directory) == 0o700
    assert [mode_of(path) for path in directory.iterdir()] == [0o600]
    assert kept_session(str(directory), "b" * 64) is None


def test_no_secret_shows_in_the_value() -> None:
    assert "hidden" not in repr(SESSION)
    assert "hidden" not in f"{SESSION}"


def test_ended_sessions_are_removed_and_other_files_are_not(tmp_path: Path) -> None:
    keep_session(str(tmp_path), "b" * 64, replace(SESSION, expiration=NOW - timedelta(seconds=1)))
    (tmp_path / "notes.txt").write_text("mine")
    keep_session(str(tmp_path), FINGERPRINT, SESSION)
    assert sorted(os.listdir(tmp_path)) == [f"{FINGERPRINT}.json", "notes.txt"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"expiration": "x"}', '{"expiration": "2026-01-01T00:00:00"}'])
def test_a_broken_file_counts_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / f"{FINGERPRINT}.json"
    path.write_text(text)
    path.chmod(0o600)
    assert kept_session(str(tmp_path), FINGERPRINT) is None


def test_a_file_that_others_can_read_or_that_is_a_link_is_not_used(tmp_path: Path) -> None:
    keep_session(str(tmp_path), FINGERPRINT, SESSION)
    path = tmp_path / f"{FINGERPRINT}.json"
    path.chmod(0o640)
    assert kept_session(str(tmp_path), FINGERPRINT) is None
    path.chmod(0o600)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert kept_session(str(tmp_path), FINGERPRINT) is None


def test_a_directory_that_others_can_write_to_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o770)
    with pytest.raises(TaskError, match="not private"):
        keep_session(str(tmp_path), FINGERPRINT, SESSION)


@pytest.mark.parametrize(("seconds", "lives"), [(0, True), (3600, True), (3601, False)])
def test_how_long_a_session_lives(seconds: int, lives: bool) -> None:
    assert SESSION.lives(seconds, NOW) is lives


def test_an_answer_of_sts_becomes_a_session() -> None:
    answer = {
        "Credentials": {
            "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
            "SecretAccessKey": "hidden-secret",
            "SessionToken": "hidden-token",
            "Expiration": (NOW + timedelta(hours=1)).astimezone(timezone(timedelta(hours=5))),
        },
        "AssumedRoleUser": {"Arn": SESSION.arn, "AssumedRoleId": SESSION.unique_id},
        "PackedPolicySize": 6,
        "SourceIdentity": "alice",
    }
    assert session_of({"RoleArn": SESSION.role_arn}, answer) == SESSION


def test_the_result_is_ready_to_use() -> None:
    params = {
        "profile": "hub",
        "access_key": "AKIA",
        "secret_key": "theirs",
        "endpoint_url": "http://127.0.0.1:4566",
        "aws_ca_bundle": None,
        "validate_certs": False,
        "aws_config": {"retries": {"max_attempts": 3}},
        "assume_role": [{"role_arn": "arn"}],
    }
    result = session_result(SESSION, params, "eu-west-1")
    assert result["connection"] == {
        "profile": "",
        "access_key": "ASIAIOSFODNN7EXAMPLE",
        "secret_key": "hidden-secret",
        "session_token": "hidden-token",
        "region": "eu-west-1",
        "endpoint_url": "http://127.0.0.1:4566",
        "validate_certs": False,
        "aws_config": {"retries": {"max_attempts": 3}},
    }
    assert result["environment"] == {
        "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "hidden-secret",
        "AWS_SESSION_TOKEN": "hidden-token",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    }
    assert result["assumed_role"] == {
        "arn": SESSION.arn,
        "role_arn": SESSION.role_arn,
        "account_id": "222222222222",
        "role_name": "Backup",
        "session_name": "me",
        "unique_id": SESSION.unique_id,
        "source_identity": "alice",
    }
    assert result["packed_policy_size"] == 6


@pytest.mark.parametrize(("size", "warned"), [(None, False), (0, False), (80, False), (81, True), (100, True)])
def test_a_full_session_policy_is_said(size: int | None, warned: bool) -> None:
    warning = fullness_warning(replace(SESSION, packed_policy_size=size))
    assert (warning is not None) is warned
    assert not warned or f"{size} %" in warning


def test_a_session_is_not_kept_through_a_link(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("untouched")
    precious.chmod(0o600)
    directory = tmp_path / "kept"
    directory.mkdir(mode=0o700)
    (directory / f"{FINGERPRINT}.json").symlink_to(precious)
    keep_session(str(directory), FINGERPRINT, SESSION)
    assert kept_session(str(directory), FINGERPRINT) == SESSION
    assert precious.read_text() == "untouched"


def test_a_directory_behind_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(TaskError, match=r"cache_dir: .*link is a symbolic link: name the directory itself"):
        keep_session(str(tmp_path / "link"), FINGERPRINT, SESSION)
    assert kept_session(str(tmp_path / "link"), FINGERPRINT) is None


@pytest.mark.parametrize("kind", not_files.KINDS)
def test_what_is_no_file_is_not_used_and_not_waited_for(tmp_path: Path, kind: str, monkeypatch) -> None:
    directory = tmp_path / "kept"
    directory.mkdir(mode=0o700)
    monkeypatch.chdir(directory)
    not_files.put(tmp_path / "elsewhere", kind)
    (tmp_path / "elsewhere").rename(directory / f"{FINGERPRINT}.json")
    assert kept_session(str(directory), FINGERPRINT) is None
    keep_session(str(directory), "b" * 64, SESSION)
    assert kept_session(str(directory), "b" * 64) == SESSION
    if kind == "directory":
        with pytest.raises(TaskError, match=r"cache_dir: .*irectory"):
            keep_session(str(directory), FINGERPRINT, SESSION)
    else:
        keep_session(str(directory), FINGERPRINT, SESSION)
        assert kept_session(str(directory), FINGERPRINT) == SESSION


@pytest.mark.parametrize(
    "damage",
    [
        {"access_key": 5},
        {"secret_key": ""},
        {"session_token": "a\nb"},
        {"session_token": None},
        {"arn": "x"},
        {"arn": None},
        {"unique_id": 5},
        {"expiration": "2026-11-22T12:00:00"},
        {"expiration": 5},
        {"expiration": "9999-12-31T23:59:59-05:00"},
        {"more": 1},
    ],
)
def test_an_entry_that_is_no_session_is_not_used(tmp_path: Path, damage: dict) -> None:
    tmp_path.chmod(0o700)
    keep_session(str(tmp_path), FINGERPRINT, SESSION)
    path = tmp_path / f"{FINGERPRINT}.json"
    path.write_text(json.dumps({**SESSION.to_json(), **damage}))
    assert kept_session(str(tmp_path), FINGERPRINT) is None
    path.write_text("[" * 100_000)
    assert kept_session(str(tmp_path), FINGERPRINT) is None


def test_an_answer_without_a_unique_id() -> None:
    """Servers that are compatible with S3 leave it out, or all that says who the session is."""
    credentials = {
        "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "SecretAccessKey": "hidden-secret",
        "SessionToken": "hidden-token",
        "Expiration": NOW + timedelta(hours=1),
    }
    nameless = replace(SESSION, unique_id=None, packed_policy_size=None, source_identity=None)
    request = {"RoleArn": SESSION.role_arn, "RoleSessionName": "me"}
    for user in ({"Arn": SESSION.arn}, {}, None):
        session = session_of(request, {"Credentials": credentials, "AssumedRoleUser": user})
        assert session == nameless
        assert session_result(session, {}, None)["assumed_role"]["unique_id"] is None
        assert Session.from_json(session.to_json()) == session


def test_a_server_that_does_not_say_who_the_session_is_makes_a_warning() -> None:
    credentials = {
        "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "SecretAccessKey": "hidden-secret",
        "SessionToken": "hidden-token",
        "Expiration": NOW + timedelta(hours=1),
    }
    client = SimpleNamespace(assume_role=lambda **_request: {"Credentials": credentials})
    warnings: list[str] = []
    task = SimpleNamespace(params={"propagation_timeout": 0}, warn=warnings.append, progress=lambda _text: None)
    caller = SimpleNamespace(client=lambda _service: client, description="account 111111111111")
    request = assume_request({"role_arn": SESSION.role_arn, "session_name": "me"})
    assert assume(task, caller, request).arn == SESSION.arn
    (warning,) = warnings
    assert f"it is taken for {SESSION.arn}" in warning
