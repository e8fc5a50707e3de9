# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who starts a chain of hops: what makes two starting points the same, without a call and without a secret in it.

Private to this collection.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from .hop_chain import digest

if TYPE_CHECKING:
    from .options import ConnectionOptions


def sdk_environment() -> tuple[tuple[str, str], ...]:
    """Return what botocore reads from the environment, as it is now: a task may bring an `environment:` of its own."""
    return tuple(
        sorted(
            (name, value)
            for name, value in os.environ.items()
            if name.upper().startswith("AWS_")
            or name in ("HOME", "BOTO_CONFIG", "REQUESTS_CA_BUNDLE")
            or name.upper().endswith("_PROXY")
        )
    )


def starting_identity(options: ConnectionOptions) -> list[object]:
    """Return who makes the first hop and where, for the key of its session; secrets are hashed.

    For a profile or the default credentials that is where they are read from: files (as they are now) and environment.
    """
    if options.access_key:
        return ["keys", caller_key(options.access_key, options.secret_key, options.endpoint_url)]
    home = os.path.expanduser("~")
    files = (
        os.environ.get("AWS_CONFIG_FILE") or os.path.join(home, ".aws", "config"),
        os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or os.path.join(home, ".aws", "credentials"),
    )
    environment = [(name, _fingerprint(value)) for name, value in sdk_environment() if name.startswith("AWS_")]
    return ["profile", options.profile, [_state_of(path) for path in files], environment, options.endpoint_url]


def _state_of(path: str) -> list[object]:
    try:
        status = os.stat(os.path.expanduser(path))
    except OSError:
        return [path, None]
    return [path, status.st_mtime_ns, status.st_size, status.st_ino]


def _fingerprint(value: str | None) -> str:
    return hashlib.sha256((value or "").encode()).hexdigest()


def caller_key(access_key: str, secret_key: str | None, endpoint_url: str | None) -> str:
    """Return the name under which a run keeps whose credentials these are, at this endpoint."""
    endpoints = [endpoint_url, *(os.environ.get(name) for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"))]
    return digest(["caller", access_key, _fingerprint(secret_key), endpoints])
