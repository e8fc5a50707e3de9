# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that a user, an environment or a directory names: opened only where they are files, and read up to a limit.

Opening a FIFO waits for whoever writes into it, reading a device has no end, and opening one may do something. So the
name is looked at before it is opened, opened without waiting, and looked at again.
Private to this collection.
"""

from __future__ import annotations

import errno
import os
import stat

CREDENTIALS_BYTES = 8 * 1024 * 1024
"""The longest file of profiles that is read: some thousand sessions."""

TOKEN_BYTES = 128 * 1024
"""STS takes tokens of up to 20,000 characters."""

BUNDLE_BYTES = 16 * 1024 * 1024
"""The certificates of all public authorities are a quarter of a megabyte."""

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class RefusedFile(OSError):
    """Something that is not read though it may be there; `strerror` goes on after its name ("is a FIFO, …")."""

    def __init__(self, path: str, why: str) -> None:
        """Keep the name and the reason where every `OSError` has them."""
        super().__init__(errno.EINVAL, why, path)


def said(error: OSError, path: str) -> str:
    """Return what the operating system, or this module, has against a file."""
    if isinstance(error, RefusedFile):
        return f"{error.filename} {error.strerror}"
    return f"{path}: {error.strerror or error}"


def read_regular(path: str, most_bytes: int) -> str:
    """Return the UTF-8 text of a file, through symbolic links; line ends stay as they are.

    Raises `OSError` (`RefusedFile` for what is no regular file, or too long) and `UnicodeDecodeError`.
    """
    descriptor = open_regular(path)
    try:
        return read_open(descriptor, path, most_bytes).decode("utf-8")
    finally:
        os.close(descriptor)


def check_regular(path: str, most_bytes: int) -> None:
    """Raise `RefusedFile` for what somebody else is going to open, and had better not; a name without a file is fine.

    The null device is "no file", as people write it in AWS_CONFIG_FILE.
    """
    try:
        status = os.stat(path)
    except OSError:
        return
    if path == os.devnull:
        return
    _refuse_others(status, path)
    if status.st_size > most_bytes:
        raise _too_long(path, status.st_size, most_bytes)


def open_regular(path: str, *, dir_fd: int | None = None, follow_links: bool = True) -> int:
    """Return a descriptor for reading a regular file. Raises like `read_regular`."""
    _refuse_others(os.stat(path, dir_fd=dir_fd, follow_symlinks=follow_links), path)
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY | (0 if follow_links else os.O_NOFOLLOW)
    descriptor = os.open(path, flags, dir_fd=dir_fd)
    try:
        _refuse_others(os.fstat(descriptor), path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read_open(descriptor: int, path: str, most_bytes: int) -> bytes:
    """Return what is in an open file; raise `RefusedFile` where that is more than `most_bytes`."""
    size = os.fstat(descriptor).st_size
    if size > most_bytes:
        raise _too_long(path, size, most_bytes)
    # Some files are longer than they say: those of /proc, and those that grow.
    found = bytearray()
    while len(found) <= most_bytes:
        part = os.read(descriptor, min(most_bytes + 1 - len(found), 1024 * 1024))
        if not part:
            return bytes(found)
        found += part
    raise _too_long(path, len(found), most_bytes)


def _refuse_others(status: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(status.st_mode)), "something else")
        raise RefusedFile(path, f"is {kind}, not a regular file")


def _too_long(path: str, size: int, most_bytes: int) -> RefusedFile:
    return RefusedFile(path, f"has {size:,} bytes or more; at most {most_bytes:,} are read")
