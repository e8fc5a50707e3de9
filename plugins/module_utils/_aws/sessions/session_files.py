# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions that are made once a run, not once a task: kept in Ansible's own per-run directory (0700, files 0600).

Private to this collection.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone

from ..calls.errors import AwsError
from ..files.kept_files import KeptFiles, kept_files
from ..files.locks import file_lock, require_private
from ..files.regular_files import said

SHORTEST_USEFUL_LIFE = timedelta(minutes=5)
"""A session that lives less long is not handed out but made again."""

LOCK_TIMEOUT = 180.0
"""Seconds to wait for another process that makes the same session; longer than AssumeRole with all its retries."""


@dataclass(frozen=True)
class SessionCredentials:
    """Credentials and whose they are. `repr` shows no secret.

    `arn` and `user_id` are those that STS names for the caller; `expiration` is aware (UTC), or None for keys that do
    not expire.
    """

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(repr=False)
    expiration: datetime | None
    arn: str = ""
    user_id: str = ""

    def lives_long_enough(self, now: datetime | None = None) -> bool:
        """Say whether the session can still be handed out."""
        if self.expiration is None:
            return True
        return self.expiration - (now or datetime.now(timezone.utc)) > SHORTEST_USEFUL_LIFE


class SessionFiles:
    """Entries by key, made once and shared by all processes that use the same directory.

    Without a directory they are shared by the threads of this process only.
    """

    def __init__(self, directory: str | None) -> None:
        """Keep the directory; it is looked at when it is needed."""
        self._directory = directory
        self._memory: dict[str, dict] = {}
        self._locks: dict[str, threading.Lock] = {}

    def session(self, key: str, what: str, make: Callable[[], SessionCredentials]) -> SessionCredentials:
        """Return the session of this key, from `make` if there is none that lives long enough.

        `what` names it in a message. Nothing is kept when `make` raises.
        """
        entry = self._once(key, what, lambda: _packed(make()), _lives)
        return _unpacked(entry)

    def fact(self, key: str, what: str, find: Callable[[], dict]) -> dict:
        """Return a fact that does not change during a run (JSON-able), from `find` the first time."""
        return self._once(key, what, find, lambda _found: True)

    def _once(self, key: str, what: str, make: Callable[[], dict], is_good: Callable[[dict], bool]) -> dict:
        # One lock an entry: making a hop's session asks for that of the hop before it.
        with self._locks.setdefault(key, threading.Lock()):
            found = self._memory.get(key)
            if found is not None and is_good(found):
                return found
            if self._directory is None:
                self._memory[key] = make()
                return self._memory[key]
            found = self._read(key)
            if found is None or not is_good(found):
                lock = os.path.join(self._directory, f"{_name(key)}.lock")
                with file_lock(lock, what, timeout=LOCK_TIMEOUT):
                    found = self._read(key)
                    if found is None or not is_good(found):
                        found = make()
                        self._write(key, found)
            self._memory[key] = found
            return found

    def stored(self, key: str) -> dict | None:
        """Return an entry that `store` has kept, or None."""
        return self._read(key) if self._directory is not None else self._memory.get(key)

    def store(self, key: str, entry: dict) -> None:
        """Keep an entry (JSON-able), over one of the same key."""
        if self._directory is None:
            self._memory[key] = entry
        else:
            self._write(key, entry)

    def _read(self, key: str) -> dict | None:
        """Return the entry in a file, None if it is missing or unreadable. A file of somebody else is refused."""
        with self._open() as files:
            try:
                entry = json.loads(files.read(_name(key)) or "null")
            except (ValueError, RecursionError):
                return None
        return entry if isinstance(entry, dict) else None

    def _write(self, key: str, entry: dict) -> None:
        """Put the entry in place at once: a reader sees the old file or the new one."""
        with self._open() as files:
            files.write(_name(key), json.dumps(entry))

    @contextlib.contextmanager
    def _open(self) -> Iterator[KeptFiles]:
        require_private(self._directory)
        try:
            with kept_files(self._directory) as files:
                yield files
        except OSError as error:
            raise AwsError(
                f"The sessions of this run can't be kept: {said(error, self._directory)}",
                code="SessionFiles",
                hint="They are in Ansible's directory for the run (local_tmp in ansible.cfg, ANSIBLE_LOCAL_TEMP).",
            ) from None


class ProviderCache:
    """What botocore's own credential providers take for a cache: the sessions of a profile that has a `role_arn`.

    botocore knows an entry by the role alone; `start` adds who assumes it. Answers of STS are kept as JSON.
    """

    def __init__(self, files: SessionFiles, start: str) -> None:
        """Keep the entries in these files."""
        self._files = files
        self._start = start

    def __contains__(self, key: str) -> bool:
        """Say whether there is an entry."""
        return self._files.stored(self._name(key)) is not None

    def __getitem__(self, key: str) -> dict:
        """Return an entry, whose times are texts."""
        entry = self._files.stored(self._name(key))
        if entry is None:
            raise KeyError(key)
        return entry

    def __setitem__(self, key: str, answer: dict) -> None:
        """Keep an entry."""
        self._files.store(self._name(key), json.loads(json.dumps(answer, default=datetime.isoformat)))

    def _name(self, key: str) -> str:
        return hashlib.sha256(f"{self._start} {key}".encode()).hexdigest()


def _name(key: str) -> str:
    return f"xacct-{key}.json"


def _packed(session: SessionCredentials) -> dict:
    expiration = session.expiration.isoformat() if session.expiration else None
    return {**asdict(session), "expiration": expiration}


def _lives(entry: dict) -> bool:
    try:
        return _unpacked(entry).lives_long_enough()
    except (KeyError, TypeError, ValueError):
        # Another version of the collection wrote it.
        return False


def _unpacked(entry: dict) -> SessionCredentials:
    expiration = entry["expiration"]
    return SessionCredentials(**{**entry, "expiration": datetime.fromisoformat(expiration) if expiration else None})
