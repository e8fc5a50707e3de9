# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The AWS server behind our proxy: what starts it, how it says that it is ready, how it is emptied.

There are two, and nothing else knows which one it is: our own gate in front of moto, and ministack, a second opinion.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Backend:
    """A server program that can be started on a port of 127.0.0.1."""

    name: str
    module: str  # run as `python -m tests.local_aws.watched MODULE`, so that it ends with the proxy
    port_variable: str
    environment: tuple[tuple[str, str], ...]
    ready_path: str  # GET answers 200 as soon as the server is ready
    reset_path: str  # POST empties it

    def command(self) -> list[str]:
        """The command line, in the environment of the running Python."""
        return [sys.executable, "-m", f"{__package__}.watched", self.module]

    def environment_for(self, port: int, directory: Path) -> dict[str, str]:
        """The environment variables of a server on this port, which may write into this directory only."""
        return {**dict(self.environment), self.port_variable: str(port), "TMPDIR": str(directory)}


# Our own, which refuses as AWS does: see gate/.
GATE = Backend(
    name="gate",
    module=f"{__package__}.gate",
    port_variable="GATE_PORT",
    environment=(),
    ready_path="/_gate/health",
    reset_path="/_gate/reset",
)

# AUTH: evaluate policies and verify signatures. Without BIND_HOST it would listen on every interface.
MINISTACK = Backend(
    name="ministack",
    module="ministack",
    port_variable="GATEWAY_PORT",
    environment=(("BIND_HOST", "127.0.0.1"), ("AUTH", "true"), ("LOG_LEVEL", "WARNING")),
    ready_path="/_ministack/health",
    reset_path="/_ministack/reset",
)
BACKENDS = {backend.name: backend for backend in (GATE, MINISTACK)}
CHOICE = "XACCT_LOCAL_AWS"


def chosen_backend(name: str | None = None) -> str:
    """The name of the server to use: the one that is given, else what XACCT_LOCAL_AWS says, else the gate."""
    name = name or os.environ.get(CHOICE) or GATE.name
    if name not in BACKENDS:
        raise ValueError(f"there is no local AWS called {name!r}, only {' and '.join(BACKENDS)}")
    return name
