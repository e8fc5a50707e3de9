# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The script that makes the test environments: which Python it takes, and what it pins."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools import environments


def executable(path: Path, text: str) -> Path:
    """A program of a few lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_takes_the_first_python_of_the_list_that_is_there() -> None:
    environment = environments.ENVIRONMENTS["tests-newest"]
    pythons = {(3, 12): Path("/a"), (3, 14): Path("/b"), (3, 9): Path("/c")}
    assert environments.find_python(environment, pythons) == (Path("/b"), (3, 14))


def test_says_what_would_do_where_none_is_there() -> None:
    with pytest.raises(environments.EnvironmentUnavailable, match=r"wants Python 3\.13 or 3\.14 or 3\.12"):
        environments.python_for(environments.ENVIRONMENTS["tests-newest"], {(3, 11): Path("/a")})


def test_asks_an_interpreter_what_it_is(tmp_path: Path) -> None:
    shim = executable(tmp_path / "python3.99", f'exec "{sys.executable}" "$@"')
    assert environments.ask(shim) == [(sys.version_info[:2], Path(sys.executable))]


@pytest.mark.parametrize("text", ["echo pyenv: command not found >&2; exit 127", "exit 0", "echo 3 eleven"])
def test_an_interpreter_that_does_not_answer_is_none(tmp_path: Path, text: str) -> None:
    assert environments.ask(executable(tmp_path / "python3.11", text)) == []


def test_finds_interpreters_beside_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable(tmp_path / "versions" / "9.9.1" / "bin" / "python3", 'echo "9 9 /somewhere/python3.9"')
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", os.defpath)
    assert environments.machine_pythons()[9, 9] == Path("/somewhere/python3.9")


@pytest.mark.parametrize("name", environments.ENVIRONMENTS)
def test_everything_asked_for_is_pinned(name: str) -> None:
    wanted = (environments.REQUIREMENTS / f"{name}.in").read_text(encoding="utf-8").splitlines()
    pinned = (environments.REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    names = {line.split("==")[0] for line in pinned if re.match(r"[a-z]", line)}
    assert {re.split(r"[ =<>\[]", line)[0] for line in wanted if re.match(r"[a-z]", line)} <= names
    assert all("==" in line for line in pinned if re.match(r"[a-z]", line))


def test_a_second_run_has_nothing_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "VENVS", tmp_path)
    environment = environments.ENVIRONMENTS["local-aws"]
    assert not environments.is_current(environment)
    directory = tmp_path / environment.name
    executable(directory / "bin" / "python", "exit 0")
    (directory / "stamp.json").write_text("{half", encoding="utf-8")
    assert not environments.is_current(environment)
    (directory / "stamp.json").write_text(environments.json.dumps(environments.stamp(environment)), encoding="utf-8")
    assert environments.is_current(environment)


def test_needs_nothing_but_the_standard_library() -> None:
    script = Path(environments.__file__)
    done = subprocess.run([sys.executable, "-I", "-S", script, "--help"], capture_output=True, text=True, check=True)
    assert "make NAME" in done.stdout
