# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that the collection keeps: in the directory that was checked, and through no link."""

from __future__ import annotations

import os
import stat

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.files.kept_files import MOST_BYTES, kept_files
from ansible_collections.xacct.aws.plugins.module_utils._aws.files.regular_files import RefusedFile

from tests.unit.plugins.module_utils._aws import not_files


@pytest.fixture(name="directory")
def _directory(tmp_path):
    directory = tmp_path / "kept"
    directory.mkdir(mode=0o700)
    return directory


def test_what_is_written_is_read_and_closed_to_others(directory):
    umask = os.umask(0)
    try:
        with kept_files(str(directory)) as files:
            files.write("a", "first")
            files.write("a", "é")
            assert files.read("a") == "é"
            assert files.read("b") is None
            assert files.names() == ["a"]
    finally:
        os.umask(umask)
    assert stat.S_IMODE((directory / "a").stat().st_mode) == 0o600


def test_a_link_is_replaced_and_not_followed(directory, tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("untouched")
    precious.chmod(0o600)
    (directory / "a").symlink_to(precious)
    with kept_files(str(directory)) as files:
        with pytest.raises(RefusedFile, match="symbolic link"):
            files.read("a")
        files.write("a", "ours")
        assert files.read("a") == "ours"
    assert precious.read_text() == "untouched"
    assert not (directory / "a").is_symlink()


@pytest.mark.parametrize("kind", not_files.KINDS)
def test_what_is_no_file_is_not_read_and_gives_way(directory, kind, monkeypatch):
    monkeypatch.chdir(directory)
    not_files.put(directory / "a", kind)
    with kept_files(str(directory)) as files:
        with pytest.raises(RefusedFile) as caught:
            files.read("a")
        assert caught.value.filename == str(directory / "a")
        if kind != "directory":
            files.write("a", "ours")
            assert files.read("a") == "ours"


def test_a_file_that_others_can_read_is_not_used(directory):
    (directory / "a").write_text("x")
    (directory / "a").chmod(0o640)
    with (
        kept_files(str(directory)) as files,
        pytest.raises(RefusedFile, match="can be read or was made by another user"),
    ):
        files.read("a")


def test_a_file_is_not_longer_than_what_is_read(directory):
    with kept_files(str(directory)) as files:
        files.write("a", "x" * MOST_BYTES)
        assert len(files.read("a")) == MOST_BYTES
        files.write("a", "x" * (MOST_BYTES + 1))
        with pytest.raises(RefusedFile, match="at most"):
            files.read("a")


def test_a_failed_write_leaves_the_old_file_and_nothing_else(directory, monkeypatch):
    with kept_files(str(directory)) as files:
        files.write("a", "old")

        def full(*_args, **_more):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "replace", full)
        with pytest.raises(OSError, match="No space left"):
            files.write("a", "new")
        assert files.read("a") == "old"
        assert files.names() == ["a"]


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_directory_behind_a_link_is_refused(directory, tmp_path, slash):
    (tmp_path / "link").symlink_to(directory)
    with pytest.raises(RefusedFile, match="is a symbolic link"), kept_files(f"{tmp_path}/link{slash}"):
        pass


@pytest.mark.parametrize(("mode", "others_may_look"), [(0o770, True), (0o702, True), (0o750, False), (0o701, False)])
def test_a_directory_that_is_not_ours_alone_is_refused(directory, mode, others_may_look):
    directory.chmod(mode)
    with (
        pytest.raises(RefusedFile, match="is not private"),
        kept_files(str(directory), others_may_look=others_may_look),
    ):
        pass


def test_others_may_look_where_that_is_allowed(directory):
    directory.chmod(0o755)
    with kept_files(str(directory), others_may_look=True) as files:
        assert files.names() == []


def test_a_file_is_no_directory(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RefusedFile, match="is not a directory"), kept_files(str(tmp_path / "file")):
        pass
    with pytest.raises(FileNotFoundError), kept_files(str(tmp_path / "missing")):
        pass


def test_a_directory_that_is_exchanged_under_its_name_is_not_written_to(directory, tmp_path):
    """What was checked is held open: files go there, whatever has the name now."""
    with kept_files(str(directory)) as files:
        directory.rename(tmp_path / "moved")
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        directory.symlink_to(elsewhere)
        files.write("a", "secret")
        assert files.read("a") == "secret"
    assert os.listdir(elsewhere) == []
    assert os.listdir(tmp_path / "moved") == ["a"]
