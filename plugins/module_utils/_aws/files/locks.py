# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks between processes and threads of one user on one machine.

S3, IAM, KMS and others have no compare-and-swap, so the forks of one run (and several runs of one user) queue up
before they read, merge and write the same policy. Writers elsewhere are found by reading again after the write.
Private to this collection.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import random
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

from ..calls.errors import AwsError
from .regular_files import read_regular, said

SWITCH_OFF_VARIABLE = "XACCT_NO_CONTROLLER_LOCK"
"""Environment variable; `1` switches `controller_lock` off (tests that show what happens without it)."""

DEFAULT_TIMEOUT = 300.0
_LONGEST_PAUSE = 0.25
_LONGEST_INTRODUCTION = 4096


class LockTimeout(AwsError):
    """Somebody else held the lock for longer than we were ready to wait."""


@contextlib.contextmanager
def controller_lock(
    account_id: str,
    resource: str,
    *,
    timeout: float = DEFAULT_TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[None]:
    """Hold the lock on one resource of one account (`resource` as in "role BackupService").

    Not re-entrant: who holds it and asks again waits for itself. Raises `LockTimeout` after `timeout` seconds, with
    who holds it.
    """
    if os.environ.get(SWITCH_OFF_VARIABLE) == "1":
        yield
        return
    name = hashlib.sha256(json.dumps([account_id, resource]).encode()).hexdigest()
    what = f"{resource} in account {account_id}"
    with file_lock(os.path.join(private_directory(), f"{name}.lock"), what, timeout=timeout, sleep=sleep, clock=clock):
        yield


@contextlib.contextmanager
def file_lock(
    path: str,
    what: str,
    *,
    timeout: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[None]:
    """Hold an exclusive lock on a file, which is made for it and removed after it.

    The kernel lets go of the lock when its holder dies, so a file left behind locks nothing.
    """
    deadline = clock() + timeout
    pause = 0.005
    descriptor = _try_lock(path)
    while descriptor is None:
        if clock() >= deadline:
            raise LockTimeout(
                f"Gave up waiting for the lock on {what}: {_holder(path)} has held it for more than {timeout:g} s",
                hint="Let the other run finish, or end it; the lock goes away with its process.",
            )
        sleep(pause * random.uniform(0.5, 1.0))
        pause = min(pause * 2, _LONGEST_PAUSE)
        descriptor = _try_lock(path)
    try:
        yield
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        os.close(descriptor)


def private_directory() -> str:
    """Return this user's directory for locks (0700), made when it is missing; refuse one that is not ours alone."""
    with _said_of("the directory for temporary files"):
        path = os.path.join(tempfile.gettempdir(), f"xacct-{os.geteuid()}")
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o700)
    require_private(path)
    return path


def require_private(path: str) -> None:
    """Raise unless `path` is a real directory that belongs to this user and that nobody else can enter."""
    with _said_of(path):
        status = os.lstat(path)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise AwsError(
            f"{path} is not a directory of user {os.geteuid()}: somebody else made it",
            hint="Remove it, or set TMPDIR to a directory of your own.",
        )
    if status.st_mode & 0o077:
        raise AwsError(f"{path} can be entered by other users", hint=f"Run: chmod 700 {path}")


def _try_lock(path: str) -> int | None:
    """Return a descriptor that holds the lock, or None when somebody else does.

    The holder before us removes the file as it lets go: what we locked then has no name any more, and who comes next
    would lock another file. So the name is looked up again after locking.
    """
    with _said_of(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise AwsError(f"{path} is not a regular file: it can't be a lock", hint="Remove it.")
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is_named(descriptor, path):
            os.close(descriptor)
            return None
    except BlockingIOError:
        os.close(descriptor)
        return None
    with contextlib.suppress(OSError):  # A full disk: the lock holds, and only who holds it is not said.
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, _introduction().encode(), 0)
    return descriptor


def _is_named(descriptor: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _introduction() -> str:
    program = os.path.basename(sys.argv[0]) if sys.argv and sys.argv[0] else "python"
    return f"process {os.getpid()} ({program}, since {time.strftime('%H:%M:%S')})"


def _holder(path: str) -> str:
    try:
        return read_regular(path, _LONGEST_INTRODUCTION).strip() or "another process"
    except (OSError, UnicodeDecodeError):
        return "another process"


@contextlib.contextmanager
def _said_of(path: str) -> Iterator[None]:
    """Turn what the operating system has against a file into an `AwsError`."""
    try:
        yield
    except OSError as error:
        raise AwsError(
            f"{said(error, path)}: nothing can be locked there",
            code="LockFile",
            hint="Give this user a directory for temporary files with some room in it (TMPDIR).",
        ) from None
