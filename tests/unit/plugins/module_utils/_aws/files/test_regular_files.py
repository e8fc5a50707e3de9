# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a file that somebody named: it ends, and says what was wrong."""

from __future__ import annotations

import os
import threading

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.files import regular_files
from ansible_collections.xacct.aws.plugins.module_utils._aws.files.regular_files import (
    RefusedFile,
    check_regular,
    open_regular,
    read_regular,
    said,
)

from tests.unit.plugins.module_utils._aws import not_files

SAID = {
    "fifo": "is a FIFO, not a regular file",
    "endless device": "is a device, not a regular file",
    "directory": "is a directory, not a regular file",
    "socket": "is a socket, not a regular file",
    "huge file": "has 1,099,511,627,776 bytes or more; at most 100 are read",
    "link to a fifo": "is a FIFO, not a regular file",
}


@pytest.mark.parametrize("kind", not_files.KINDS)
def test_what_is_no_file_is_refused_at_once(tmp_path, kind, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = str(not_files.put(tmp_path / "named", kind))
    for read in (read_regular, check_regular):
        with pytest.raises(RefusedFile) as caught:
            read(path, 100)
        assert said(caught.value, path) == f"{path} {SAID[kind]}"


def test_a_fifo_with_a_writer_is_refused_too(tmp_path):
    """The name is looked at before it is opened: the writer goes on waiting for somebody who means it."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    try:
        os.write(writer, b"secret")
        with pytest.raises(RefusedFile):
            read_regular(str(fifo), 100)
        assert os.read(writer, 100) == b"secret"
    finally:
        os.close(writer)


def test_a_name_that_changes_between_looking_and_opening(tmp_path, monkeypatch):
    """Opened without waiting, and looked at again."""
    path = tmp_path / "named"
    path.write_text("x")
    regular = os.stat(path)
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(regular_files.os, "stat", lambda *_args, **_more: regular)
    outcome: list[BaseException] = []

    def read() -> None:
        try:
            read_regular(str(path), 100)
        except RefusedFile as error:
            outcome.append(error)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(10)
    assert [error.strerror for error in outcome] == ["is a FIFO, not a regular file"]


def test_a_file_that_is_longer_than_it_says(tmp_path):
    """Files of /proc say that they are empty."""
    assert read_regular("/proc/self/status", 100_000).startswith("Name:")
    with pytest.raises(RefusedFile, match="at most 10 are read"):
        read_regular("/proc/self/status", 10)
    exact = tmp_path / "exact"
    exact.write_bytes(b"\xc3\xa9" * 50 + b"\r\n")
    assert read_regular(str(exact), 102) == "é" * 50 + "\r\n"
    with pytest.raises(RefusedFile, match="has 102 bytes or more; at most 101 are read"):
        read_regular(str(exact), 101)


def test_what_is_read_through_links_and_what_is_not(tmp_path):
    (tmp_path / "real").write_text("text")
    (tmp_path / "link").symlink_to("real")
    assert read_regular(str(tmp_path / "link"), 10) == "text"
    with pytest.raises(RefusedFile, match="symbolic link"):
        open_regular(str(tmp_path / "link"), follow_links=False)


def test_no_descriptor_is_left_open(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = set(os.listdir("/proc/self/fd"))
    for kind in not_files.KINDS:
        with pytest.raises(RefusedFile):
            read_regular(str(not_files.put(tmp_path / kind, kind)), 100)
    with pytest.raises(FileNotFoundError):
        read_regular(str(tmp_path / "missing"), 100)
    assert set(os.listdir("/proc/self/fd")) == before


def test_the_null_device_and_a_missing_file_are_nothing_to_check(tmp_path):
    check_regular(os.devnull, 1)
    check_regular(str(tmp_path / "missing"), 1)
    with pytest.raises(RefusedFile):
        read_regular(os.devnull, 1)
