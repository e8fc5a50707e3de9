# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that hold credentials: readable by their owner alone from the first byte on, replaced whole or not at all.

Private to this collection.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator

from ansible_collections.xacct.aws.plugins.module_utils._operations._task import TaskError

PRIVATE_FILE = 0o600
PRIVATE_DIRECTORY = 0o700


@contextlib.contextmanager
def said_of(path: str) -> Iterator[None]:
    """Turn what the operating system or the text's encoding has against a file into a `TaskError`."""
    try:
        yield
    except UnicodeDecodeError:
        raise TaskError(f"{path} is not UTF-8 text; it was left as it is") from None
    except OSError as error:
        raise TaskError(f"{path}: {error.strerror or error}; it was left as it is") from None


def make_private_directory(path: str) -> None:
    """Make a directory, and those above it, for this user alone; one that exists stays as it is."""
    missing = []
    current = path
    while current and not os.path.isdir(current):
        missing.append(current)
        current = os.path.dirname(current)
    for directory in reversed(missing):
        with contextlib.suppress(FileExistsError):
            os.mkdir(directory, PRIVATE_DIRECTORY)


def require_own_directory(path: str) -> None:
    """Raise `TaskError` unless the directory is this user's and nobody else can put files into it."""
    status = os.stat(path)
    if status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise TaskError(
            f"{path} is not private: it belongs to user {status.st_uid} with mode {stat.S_IMODE(status.st_mode):04o}. "
            f"Credentials are kept only where nobody else can write; choose another directory or `chmod 700` it."
        )


def read_text(path: str) -> str | None:
    """Return a file's text, or None when there is no such file."""
    try:
        with open(path, encoding="utf-8", newline="") as text_file:
            return text_file.read()
    except FileNotFoundError:
        return None


def is_private(path: str) -> bool:
    """Tell whether a file that exists is closed to everybody but its owner."""
    return not stat.S_IMODE(os.stat(path).st_mode) & 0o077


def is_own_private_file(path: str) -> bool:
    """Tell whether this is a regular file (no symbolic link) that only this user can have written or read."""
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and not stat.S_IMODE(status.st_mode) & 0o077


def replace_file(path: str, text: str) -> None:
    """Write a file so that a reader sees either the old text or the new one, and nobody else sees either.

    A symbolic link stays one: the file that it points to is replaced. A file of another user (root writes for them)
    stays theirs. Raises `TaskError` for what is not a regular file.
    """
    target = os.path.realpath(path)
    owner = None
    with contextlib.suppress(FileNotFoundError):
        status = os.stat(target)
        if not stat.S_ISREG(status.st_mode):
            raise TaskError(f"{path} is not a regular file")
        owner = (status.st_uid, status.st_gid)
    # mkstemp opens with O_EXCL, O_NOFOLLOW and mode 0600, whatever the umask is.
    descriptor, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(target)}.", dir=os.path.dirname(target))
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as text_file:
            if owner is not None and owner != (os.geteuid(), os.getegid()):
                os.fchown(text_file.fileno(), *owner)
            text_file.write(text)
            text_file.flush()
            os.fsync(text_file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
