# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions kept between tasks and runs: one private file each, named by what the session was asked for with.

Private to this collection.
"""

from __future__ import annotations

import contextlib
import json
import os
import re

from ansible_collections.xacct.aws.plugins.module_utils._operations.assume_session import Session
from ansible_collections.xacct.aws.plugins.module_utils._operations.private_files import (
    is_own_private_file,
    make_private_directory,
    replace_file,
    require_own_directory,
    said_of,
)

_FILE_NAME = re.compile(r"[0-9a-f]{64}\.json")


def kept_session(directory: str, fingerprint: str) -> Session | None:
    """Return the kept session of this fingerprint, living or not; None when there is none that we may trust."""
    path = _path(directory, fingerprint)
    if not is_own_private_file(path):
        return None
    try:
        with open(path, encoding="utf-8") as session_file:
            return Session.from_json(json.load(session_file))
    except (ValueError, KeyError, TypeError, OSError):
        # Another version of the collection wrote it, or the disk was full: a new session takes its place.
        return None


def keep_session(directory: str, fingerprint: str, session: Session) -> None:
    """Keep a session, and drop those that have expired. Raises `TaskError` when the directory isn't private."""
    with said_of(directory):
        make_private_directory(directory)
        require_own_directory(directory)
        replace_file(_path(directory, fingerprint), json.dumps(session.to_json()))
    for name in os.listdir(directory):
        if _FILE_NAME.fullmatch(name):
            other = kept_session(directory, name.removesuffix(".json"))
            if other is not None and not other.lives(0):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(os.path.join(directory, name))


def _path(directory: str, fingerprint: str) -> str:
    return os.path.join(directory, f"{fingerprint}.json")
