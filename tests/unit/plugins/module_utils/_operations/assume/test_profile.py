# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session as a profile of people's own credentials file: nothing else in the file may change."""

from __future__ import annotations

import configparser
import os
import stat
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._operations.assume.profile import (
    edited_file,
    open_profile,
    profiles_of,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.assume.session import Session
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.plugins.module_utils._aws import not_files

SESSION = Session(
    role_arn="arn:aws:iam::222222222222:role/team/Backup",
    arn="arn:aws:sts::222222222222:assumed-role/Backup/me",
    unique_id="AROAIOSFODNN7EXAMPLE:me",
    access_key="ASIAIOSFODNN7EXAMPLE",
    secret_key="se/cret+key",
    session_token="to%ken==",
    expiration=datetime.now(timezone.utc).replace(microsecond=0) + timedelta(hours=1),
)

FILE = """\
# my keys; do not touch
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key=d%fault   ; not a comment

[ours] # made by a tool
# about ours
aws_security_token = outdated
region = eu-west-1
aws_access_key_id = ASIAOLD
aws_secret_access_key = old
aws_session_token = old
s3 =
    max_concurrent_requests = 20
    aws_session_token = not a key of the profile
x_xacct_request = other

; the last one
[zulu]
AWS_ACCESS_KEY_ID: AKIAZULU
aws_secret_access_key = z"""


def profile_of(path: Path, name: str = "ours", **options: object):
    return open_profile({"name": name, "file": str(path), **options})


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_private_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "new" / "aws" / "credentials"
    previous = os.umask(0)
    try:
        plan = profile_of(path).put(SESSION, "f1", write=True)
    finally:
        os.umask(previous)
    assert plan.changed
    assert mode_of(path) == 0o600
    assert mode_of(path.parent) == mode_of(path.parent.parent) == 0o700
    parser = configparser.RawConfigParser()
    parser.read(path)
    assert parser["ours"]["aws_session_token"] == "to%ken=="
    assert sorted(os.listdir(path.parent)) == ["credentials"]


def test_other_profiles_and_comments_stay(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    path.write_text(FILE)
    profile_of(path).put(SESSION, "f1", write=True)
    text = path.read_text()
    assert text.startswith(FILE[: FILE.index("[ours]")])
    assert text.endswith(FILE[FILE.index("; the last one") :])
    for kept in ("# about ours\n", "region = eu-west-1\n", "    aws_session_token = not a key of the profile\n"):
        assert kept in text
    for gone in ("ASIAOLD", "aws_security_token", "= old", "= other"):
        assert gone not in text
    assert profiles_of(text, "f")["ours"]["aws_access_key_id"] == SESSION.access_key
    assert mode_of(path) == 0o600


def test_windows_line_ends_stay(tmp_path: Path) -> None:
    text = FILE.replace("\n", "\r\n")
    edited = edited_file(text, "ours", {"aws_access_key_id": "A"}, "f")
    assert "\n" not in edited.replace("\r\n", "")


def test_a_file_without_an_end_of_line_gets_one() -> None:
    edited = edited_file("[a]\nx = 1", "b", {"aws_access_key_id": "A"}, "f")
    assert edited == "[a]\nx = 1\n\n[b]\naws_access_key_id = A\n"
    assert edited_file("", "b", {"k": "A"}, "f") == "[b]\nk = A\n"
    assert edited_file("[b]", "b", {"k": "A"}, "f") == "[b]\nk = A\n"


NAMES = st.text("abz-_. Z9", min_size=1, max_size=6).filter(lambda name: name == name.strip())
VALUES = st.text("ab%=/+# ;[]", max_size=8).map(str.strip)
SECTIONS = st.dictionaries(NAMES, st.dictionaries(st.sampled_from(["aws_access_key_id", "region", "x"]), VALUES))


@settings(max_examples=60, deadline=None)
@given(SECTIONS, NAMES, st.sampled_from(["\n", "\n# note\n", "\n\n; [no] = section\n"]))
def test_whatever_is_in_the_file_only_one_profile_changes(sections: dict, name: str, between: str) -> None:
    text = between.join(
        f"[{section}]\n" + "".join(f"{key} = {value}\n" for key, value in options.items())
        for section, options in sections.items()
    )
    before = profiles_of(text, "f")
    edited = edited_file(text, name, {"aws_access_key_id": "NEW", "aws_session_token": "T"}, "f")
    after = profiles_of(edited, "f")
    assert after.pop(name) == {**before.pop(name, {}), "aws_access_key_id": "NEW", "aws_session_token": "T"}
    assert after == before
    assert [line for line in text.splitlines() if line not in edited.splitlines()] in (
        [],
        *(
            [[f"aws_access_key_id = {sections[name]['aws_access_key_id']}"]]
            if "aws_access_key_id" in sections.get(name, {})
            else []
        ),
    )


def test_what_is_valid_stays_untouched(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    profile_of(path).put(SESSION, "f1", write=True)
    before = path.stat()
    found = profile_of(path).session("f1")
    assert found == SESSION
    plan = profile_of(path).put(found, "f1", write=True)
    assert not plan.changed
    assert plan.before == plan.after
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert profile_of(path).session("another request") is None


def test_an_open_file_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    profile_of(path).put(SESSION, "f1", write=True)
    path.chmod(0o644)
    (change,) = profile_of(path).put(SESSION, "f1", write=True).changes
    assert change.what == "mode"
    assert mode_of(path) == 0o600
    assert not profile_of(path).put(SESSION, "f1", write=True).changed


def test_check_mode_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "aws" / "credentials"
    would = profile_of(path, region="eu-west-1").put(SESSION, "f1", write=False)
    assert not path.parent.exists()
    assert would == profile_of(path, region="eu-west-1").put(SESSION, "f1", write=True)
    renewed = replace(SESSION, access_key="ASIANEW", expiration=SESSION.expiration + timedelta(hours=1))
    text = path.read_text()
    would = profile_of(path).put(renewed, "f1", write=False)
    assert path.read_text() == text
    assert would == profile_of(path).put(renewed, "f1", write=True)
    for plan_text in (repr(would), str(would.before), str(would.after)):
        assert "se/cret" not in plan_text
        assert "ken==" not in plan_text


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "credentials"
    real.parent.mkdir()
    real.write_text("[a]\nx = 1\n")
    link = tmp_path / "credentials"
    link.symlink_to(real)
    profile_of(link).put(SESSION, "f1", write=True)
    assert link.is_symlink()
    assert "x = 1" in real.read_text()
    assert "[ours]" in real.read_text()
    assert mode_of(real) == 0o600


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    fifo = tmp_path / "credentials"
    fifo.symlink_to("/dev/null")
    with pytest.raises(TaskError, match="not a regular file"):
        profile_of(fifo).put(SESSION, "f1", write=True)


def test_somebody_elses_keys_are_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    path.write_text(FILE)
    with pytest.raises(TaskError, match="may hold keys that exist nowhere else"):
        profile_of(path, "zulu")
    assert path.read_text() == FILE
    profile_of(path, "zulu", take_over=True).put(SESSION, "f1", write=True)
    assert "AKIAZULU" not in path.read_text()


@pytest.mark.parametrize("key", ["role_arn", "credential_process", "sso_session"])
def test_a_profile_that_leads_elsewhere_is_refused(tmp_path: Path, key: str) -> None:
    path = tmp_path / "credentials"
    path.write_text(f"[ours]\n{key} = x\n")
    with pytest.raises(TaskError, match=f"gets its credentials by {key}"):
        profile_of(path, take_over=True)


@pytest.mark.parametrize("text", ["aws_secret_access_key = hidden-one\n", "[a]\nhidden-one\n", "[a]\n[a]\n"])
def test_what_the_tools_of_aws_cannot_read_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "credentials"
    path.write_text(text)
    with pytest.raises(TaskError, match="can't be read as a credentials file") as caught:
        profile_of(path)
    assert "hidden-one" not in str(caught.value)
    assert path.read_text() == text


def test_what_the_system_refuses_is_said(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="is a directory, not a regular file"):
        profile_of(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(TaskError, match="Not a directory"):
        profile_of(tmp_path / "file" / "credentials").put(SESSION, "f1", write=True)
    (tmp_path / "file").write_bytes(b"\xff\xfe")
    with pytest.raises(TaskError, match="not UTF-8"):
        profile_of(tmp_path / "file")


def test_an_indented_section_is_left_alone() -> None:
    text = "  [ours]\n  aws_access_key_id = A\n"
    with pytest.raises(TaskError):
        edited_file(text, "ours", {"aws_access_key_id": "B"}, "f")


@pytest.mark.parametrize("kind", not_files.KINDS)
def test_what_is_no_file_is_refused_before_any_call(tmp_path: Path, kind: str, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = not_files.put(tmp_path / "credentials", kind)
    with pytest.raises(TaskError, match=f"{path} .*; it was left as it is"):
        profile_of(path)


def test_a_link_that_somebody_else_made_is_not_followed(tmp_path: Path, monkeypatch) -> None:
    """In a directory that everybody may write into, it could lead to any file of this user."""
    real = tmp_path / "precious"
    real.write_text("[a]\nx = 1\n")
    (tmp_path / "inner").symlink_to(real)
    link = tmp_path / "credentials"
    link.symlink_to(tmp_path / "inner")
    profile = profile_of(link)
    of_others = os.stat_result((0o120777, 0, 0, 1, 12345, 12345, 8, 0, 0, 0))
    really = os.lstat
    monkeypatch.setattr(os, "lstat", lambda path: of_others if str(path).endswith("inner") else really(path))
    with pytest.raises(TaskError, match="inner is a symbolic link that user 12345 made; it is not followed"):
        profile.put(SESSION, "f1", write=True)
    assert real.read_text() == "[a]\nx = 1\n"


def test_a_session_without_a_unique_id(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    profile_of(path).put(SESSION, "f1", write=True)
    nameless = replace(SESSION, unique_id=None, packed_policy_size=None, source_identity=None)
    assert profile_of(path).put(nameless, "f1", write=True).changed
    assert profile_of(path).session("f1") == nameless
    assert "None" not in path.read_text()
    assert not profile_of(path).put(nameless, "f1", write=True).changed


@pytest.mark.parametrize("damage", ["aws_session_token = a b", "x_principal_arn = x", "aws_secret_access_key ="])
def test_a_profile_that_somebody_damaged_is_no_session(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "credentials"
    profile_of(path).put(SESSION, "f1", write=True)
    key = damage.partition(" =")[0]
    lines = [damage if line.startswith(f"{key} =") else line for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines))
    assert profile_of(path).session("f1") is None
