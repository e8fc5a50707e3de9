# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""People's own files of credentials: closed to others from the first byte on, and replaced whole or not at all.

Private to this collection.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator

from ..._aws.files.regular_files import CREDENTIALS_BYTES, read_regular, said
from ..task import TaskError

PRIVATE_FILE = 0o600
PRIVATE_DIRECTORY = 0o700
_MOST_LINKS = 40


@contextlib.contextmanager
def said_of(path: str) -> Iterator[None]:
    """Turn what the operating system or the text's encoding has against a file into a `TaskError`."""
    try:
        yield
    except UnicodeDecodeError:
        raise TaskError(f"{path} is not UTF-8 text; it was left as it is") from None
    except OSError as error:
        raise TaskError(f"{said(error, path)}; it was left as it is") from None


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


def read_text(path: str) -> str | None:
    """Return a file's text, or None when there is no such file. Raises `OSError` for what is no file, or too long."""
    try:
        return read_regular(path, CREDENTIALS_BYTES)
    except FileNotFoundError:
        return None


def is_private(path: str) -> bool:
    """Tell whether a file that exists is closed to everybody but its owner."""
    return not stat.S_IMODE(os.stat(path).st_mode) & 0o077


def replace_file(path: str, text: str) -> None:
    """Write a file so that a reader sees either the old text or the new one, and nobody else sees either.

    A symbolic link stays one: the file that it points to is replaced, unless somebody else made the link. A file of
    another user (root writes for them) stays theirs. Raises `TaskError` for what is not a regular file.
    """
    _refuse_links_of_others(path)
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


def _refuse_links_of_others(path: str) -> None:
    """In a directory that everybody may write into, a link can lead to any file of this user."""
    for _link in range(_MOST_LINKS):
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            return
        if not stat.S_ISLNK(status.st_mode):
            return
        if status.st_uid not in (os.geteuid(), 0):
            raise TaskError(f"{path} is a symbolic link that user {status.st_uid} made; it is not followed")
        path = os.path.join(os.path.dirname(path), os.readlink(path))
