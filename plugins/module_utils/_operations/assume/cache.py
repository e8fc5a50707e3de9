# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions kept between tasks and runs: one private file each, named by what the session was asked for with.

Private to this collection.
"""

from __future__ import annotations

import json
import re

from ..._aws.files.kept_files import KeptFiles, kept_files
from ..._aws.files.regular_files import said
from ..task import TaskError
from .private_files import make_private_directory
from .session import Session

_FILE_NAME = re.compile(r"[0-9a-f]{64}\.json")


def kept_session(directory: str, fingerprint: str) -> Session | None:
    """Return the kept session of this fingerprint, living or not; None when there is none that we may trust."""
    try:
        with kept_files(directory, others_may_look=True) as files:
            return _session_in(files, f"{fingerprint}.json")
    except OSError:
        return None


def keep_session(directory: str, fingerprint: str, session: Session) -> None:
    """Keep a session, and drop those that have expired. Raises `TaskError` when the directory isn't private."""
    try:
        make_private_directory(directory)
        with kept_files(directory, others_may_look=True) as files:
            files.write(f"{fingerprint}.json", json.dumps(session.to_json()))
            _drop_expired(files)
    except OSError as error:
        raise TaskError(f"cache_dir: {said(error, directory)}") from None


def _drop_expired(files: KeptFiles) -> None:
    for name in filter(_FILE_NAME.fullmatch, files.names()):
        other = _session_in(files, name)
        if other is not None and not other.lives(0):
            files.remove(name)


def _session_in(files: KeptFiles, name: str) -> Session | None:
    """Return the session in a file; None for what is none."""
    try:
        return Session.from_json(json.loads(files.read(name) or "null"))
    except (ValueError, KeyError, TypeError, RecursionError, OSError):
        # Another version of the collection wrote it, the disk was full, or it is no file: a new one takes its place.
        return None
