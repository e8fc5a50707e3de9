# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that the collection keeps for itself between tasks and runs: this user's alone, and never behind a link.

A directory is checked and then held open: a file is read and written in the very directory that was checked, whatever
becomes of its name. A file is written beside its place and renamed into it: a reader sees the old one or the new one.
Private to this collection.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator

from .regular_files import RefusedFile, open_regular, read_open

MOST_BYTES = 1024 * 1024
"""The longest file that is read; a session has two or three thousand bytes."""

_OTHERS_READ = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class KeptFiles:
    """The files of one directory that is held open. They raise `OSError`, and `RefusedFile` for what is not ours."""

    def __init__(self, descriptor: int, path: str) -> None:
        """Use an open directory; `path` is its name in messages."""
        self._descriptor = descriptor
        self._path = path

    def names(self) -> list[str]:
        """Return the names of all entries."""
        return os.listdir(self._descriptor)

    def read(self, name: str) -> str | None:
        """Return a file's text, None where there is no such file."""
        try:
            descriptor = open_regular(name, dir_fd=self._descriptor, follow_links=False)
        except FileNotFoundError:
            return None
        except RefusedFile as error:
            raise RefusedFile(self._of(name), error.strerror) from None
        try:
            status = os.fstat(descriptor)
            if status.st_uid != os.geteuid() or status.st_mode & _OTHERS_READ:
                raise RefusedFile(self._of(name), "can be read or was made by another user: it is not used")
            return read_open(descriptor, self._of(name), MOST_BYTES).decode("utf-8")
        finally:
            os.close(descriptor)

    def write(self, name: str, text: str) -> None:
        """Put a file in place; what had its name, a link too, is gone then."""
        temporary = f".{name}.{secrets.token_hex(8)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(temporary, flags, 0o600, dir_fd=self._descriptor)
        try:
            with open(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(temporary, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        except BaseException:
            self.remove(temporary)
            raise

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._descriptor)

    def _of(self, name: str) -> str:
        return os.path.join(self._path, name)


@contextlib.contextmanager
def kept_files(directory: str, *, others_may_look: bool = False) -> Iterator[KeptFiles]:
    """Hold a directory open that is this user's, and into which nobody else can put a file (nor look, by default).

    Raises `RefusedFile` for another one and for a symbolic link, and `OSError` where there is none.
    """
    directory = directory.rstrip("/") or "/"  # With a slash at its end a link would be followed.
    _refuse(os.lstat(directory), directory, others_may_look)
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _refuse(os.fstat(descriptor), directory, others_may_look)
        yield KeptFiles(descriptor, directory)
    finally:
        os.close(descriptor)


def _refuse(status: os.stat_result, directory: str, others_may_look: bool) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise RefusedFile(directory, "is a symbolic link: name the directory itself")
    if not stat.S_ISDIR(status.st_mode):
        raise RefusedFile(directory, "is not a directory")
    if status.st_uid != os.geteuid() or status.st_mode & (_OTHERS_WRITE if others_may_look else _OTHERS_READ):
        raise RefusedFile(
            directory,
            f"is not private: it belongs to user {status.st_uid} with mode {stat.S_IMODE(status.st_mode):04o}. "
            "Credentials are kept only where nobody else can write; choose another directory or `chmod 700` it",
        )
