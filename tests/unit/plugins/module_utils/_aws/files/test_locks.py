# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One at a time, across threads and processes; who waits too long is told for whom."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._aws.files import locks
from ansible_collections.xacct.aws.plugins.module_utils._aws.files.locks import LockTimeout, controller_lock, file_lock

from tests.unit.plugins.module_utils._aws import not_files

ACCOUNT = "111111111111"


@pytest.fixture(autouse=True)
def own_temporary_directory(monkeypatch, tmp_path):
    monkeypatch.setattr(locks.tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv(locks.SWITCH_OFF_VARIABLE, raising=False)
    return tmp_path


PROCESSES = """
import os, sys, tempfile
from ansible_collections.xacct.aws.plugins.module_utils._aws.files.locks import controller_lock
tempfile.tempdir, counter = sys.argv[1:]
children = []
for _ in range(20):
    child = os.fork()
    if child == 0:
        for _ in range(10):
            with controller_lock("111111111111", "role shared"):
                with open(counter) as file:
                    before = int(file.read())
                with open(counter, "w") as file:
                    file.write(str(before + 1))
        os._exit(0)
    children.append(child)
sys.exit(any(os.waitpid(child, 0)[1] for child in children))
"""


def test_twenty_processes_lose_no_update(tmp_path):
    counter = tmp_path / "counter"
    counter.write_text("0", encoding="utf-8")
    subprocess.run(
        [sys.executable, "-c", PROCESSES, str(tmp_path), str(counter)],
        check=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert counter.read_text(encoding="utf-8") == "200"
    assert os.listdir(locks.private_directory()) == []


def test_threads_lose_no_update():
    counter = {"value": 0}

    def add():
        for _time in range(20):
            with controller_lock(ACCOUNT, "role shared"):
                before = counter["value"]
                threading.Event().wait(0.0001)
                counter["value"] = before + 1

    threads = [threading.Thread(target=add) for _number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert counter["value"] == 100


def test_other_resources_and_accounts_do_not_wait():
    with controller_lock(ACCOUNT, "role a"), controller_lock(ACCOUNT, "role b"), controller_lock("2" * 12, "role a"):
        assert len(os.listdir(locks.private_directory())) == 3


def test_who_waits_too_long_is_told_who_holds_it():
    now = [0.0]

    def sleep(seconds):
        now[0] += seconds

    with (
        controller_lock(ACCOUNT, "role shared"),
        pytest.raises(LockTimeout) as gave_up,
        controller_lock(ACCOUNT, "role shared", timeout=7, sleep=sleep, clock=lambda: now[0]),
    ):
        pass
    assert 7 <= now[0] < 8
    assert f"the lock on role shared in account {ACCOUNT}: process {os.getpid()} (" in str(gave_up.value)
    assert isinstance(gave_up.value, AwsError)


def test_the_lock_is_free_again_after_an_error():
    with pytest.raises(KeyError), controller_lock(ACCOUNT, "role shared"):
        raise KeyError
    with controller_lock(ACCOUNT, "role shared", timeout=0):
        pass


def test_a_file_left_behind_by_a_dead_process_locks_nothing():
    with controller_lock(ACCOUNT, "role shared"):
        (name,) = os.listdir(locks.private_directory())
    path = Path(locks.private_directory(), name)
    path.write_text("process 1 (long gone)", encoding="utf-8")
    with controller_lock(ACCOUNT, "role shared", timeout=0):
        assert f"process {os.getpid()}" in path.read_text(encoding="utf-8")


def test_the_directory_is_ours_alone_and_tells_nothing(own_temporary_directory):
    with controller_lock(ACCOUNT, "role secret-project"):
        directory = own_temporary_directory / f"xacct-{os.geteuid()}"
        assert directory.stat().st_mode & 0o777 == 0o700
        (path,) = directory.iterdir()
        assert path.stat().st_mode & 0o777 == 0o600
        assert "secret-project" not in path.name
        assert "secret-project" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["file", "link", "open"])
def test_a_directory_that_is_not_ours_alone_is_refused(own_temporary_directory, kind):
    path = own_temporary_directory / f"xacct-{os.geteuid()}"
    if kind == "file":
        path.write_text("", encoding="utf-8")
    elif kind == "link":
        (own_temporary_directory / "elsewhere").mkdir(mode=0o700)
        path.symlink_to(own_temporary_directory / "elsewhere")
    else:
        path.mkdir()
        path.chmod(0o777)
    with pytest.raises(AwsError, match=str(path)), controller_lock(ACCOUNT, "role shared"):
        pass


def test_somebody_elses_directory_is_refused(monkeypatch):
    directory = locks.private_directory()
    monkeypatch.setattr(locks.os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(AwsError, match="somebody else made it"):
        locks.require_private(directory)


def test_it_can_be_switched_off(monkeypatch):
    monkeypatch.setenv(locks.SWITCH_OFF_VARIABLE, "1")
    with controller_lock(ACCOUNT, "role shared"), controller_lock(ACCOUNT, "role shared", timeout=0):
        pass


@pytest.mark.parametrize("kind", not_files.KINDS)
def test_what_lies_in_the_place_of_a_lock(tmp_path, kind, monkeypatch):
    """A huge file is a lock like any other; whatever it is, nobody waits without an end."""
    monkeypatch.chdir(tmp_path)
    path = str(not_files.put(tmp_path / "lock", kind))
    if kind == "huge file":
        with file_lock(path, "role shared", timeout=0):
            assert Path(path).stat().st_size < 200
        return
    with pytest.raises(AwsError, match=path), file_lock(path, "role shared", timeout=0):
        pass


@pytest.mark.parametrize("kind", [*not_files.KINDS, "missing"])
def test_who_holds_a_lock_is_read_from_files_only(tmp_path, kind, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if kind != "missing":
        not_files.put(tmp_path / "lock", kind)
    assert locks._holder(str(tmp_path / "lock")) == "another process"


def test_a_lock_on_a_full_disk_holds(tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(locks.os, "pwrite", full)
    path = str(tmp_path / "lock")
    held, again = file_lock(path, "role shared", timeout=0), file_lock(path, "role shared", timeout=0)
    with held, pytest.raises(LockTimeout, match="another process has held it"), again:
        pass


def test_no_directory_for_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr(locks.tempfile, "tempdir", str(tmp_path / "missing"))
    with (
        pytest.raises(AwsError, match="nothing can be locked there") as caught,
        controller_lock(ACCOUNT, "role shared"),
    ):
        pass
    assert "TMPDIR" in caught.value.hint
