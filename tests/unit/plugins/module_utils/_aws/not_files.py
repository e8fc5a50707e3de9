# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can stand where a file is expected: it blocks, has no end, is too long, or is no file."""

from __future__ import annotations

import os
import socket
from pathlib import Path

KINDS = ("fifo", "endless device", "directory", "socket", "huge file", "link to a fifo")


def put(path: Path, kind: str) -> Path:
    """Put one of them in a place, and return the place. The huge file takes no room on the disk."""
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "endless device":
        path.symlink_to("/dev/zero")
    elif kind == "directory":
        path.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(os.path.relpath(path))
    elif kind == "huge file":
        path.touch(mode=0o600)
        os.truncate(path, 1 << 40)
    else:
        os.mkfifo(path.with_name("behind the link"))
        path.symlink_to(path.with_name("behind the link"))
    return path
