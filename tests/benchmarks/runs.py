# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole ansible-playbook runs as they are measured: seconds on the clock, peak memory, calls that the server saw."""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.local_aws.server import CHECKOUT, LocalAws

BENCH_BIN = CHECKOUT / ".cache" / "venvs" / "bench" / "bin"


@dataclass(frozen=True)
class Run:
    """One run: wall seconds, peak resident memory of its largest process in MiB, calls by operation, the output."""

    seconds: float
    memory: float
    calls: Counter
    output: str


def write_play(folder: Path, name: str, tasks: list[Mapping], **play: object) -> Path:
    """Write a playbook of one play over all hosts."""
    path = folder / f"{name}.yml"
    whole = {"hosts": "all", "connection": "local", "gather_facts": False, **play, "tasks": tasks}
    path.write_text(yaml.safe_dump([whole], sort_keys=False), encoding="utf-8")
    return path


def measure(server: LocalAws, folder: Path, playbook: str, inventory: Path, *arguments: str) -> Run:
    """Run a playbook with five forks and measure it. Raises RuntimeError when it fails."""
    server.clear_journal()
    output = folder / "output.txt"
    environment = {
        **os.environ,
        "PATH": f"{BENCH_BIN}{os.pathsep}{os.environ['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "collections"),
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_PYTHON_INTERPRETER": str(BENCH_BIN / "python"),
    }
    command = [str(BENCH_BIN / "ansible-playbook"), "-i", str(inventory), "-f", "5", playbook, *arguments]
    began = time.monotonic()
    with output.open("w") as stream:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=stream, stderr=subprocess.STDOUT)
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    text = output.read_text()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{text[-4000:]}")
    return Run(seconds, usage.ru_maxrss / 1024, server.journal().operations(), text)
