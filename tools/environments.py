# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the virtual environments that the Makefile uses, with nothing but a Python 3.11 or newer on the machine.

    python3 tools/environments.py make NAME...   make what is missing or out of date
    python3 tools/environments.py available      the environments that the Pythons of this machine can run
    python3 tools/environments.py skipped        the test environments that they cannot run, and why
    python3 tools/environments.py pin            compile requirements/*.in to requirements/*.txt again

Everything is written below .cache/ of the checkout. Package index, proxy and certificates come from the environment
variables of pip and uv alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
CACHE = CHECKOUT / ".cache"
VENVS = CACHE / "venvs"
REQUIREMENTS = CHECKOUT / "requirements"
Version = tuple[int, int]


@dataclass(frozen=True)
class Environment:
    """A virtual environment: requirements/<name>.txt, on the first of these Python versions that the machine has."""

    name: str
    pythons: tuple[Version, ...]
    what: str


NEWEST_FIRST: tuple[Version, ...] = ((3, 13), (3, 14), (3, 12), (3, 11))
ENVIRONMENTS = {
    environment.name: environment
    for environment in (
        Environment("tests-oldest", ((3, 10), (3, 11), (3, 12)), "ansible-core 2.16, the oldest supported"),
        Environment("tests-2.17", ((3, 11), (3, 12), (3, 10)), "ansible-core 2.17"),
        Environment("tests-2.18", ((3, 11), (3, 12), (3, 13)), "ansible-core 2.18"),
        Environment("tests-middle", ((3, 11), (3, 12), (3, 13)), "ansible-core 2.19"),
        Environment("tests-newest", ((3, 13), (3, 14), (3, 12)), "ansible-core 2.21, the newest"),
        Environment("lint", NEWEST_FIRST, "linters, documentation tools, molecule"),
        Environment("local-aws", NEWEST_FIRST, "the local AWS"),
        Environment("bench", ((3, 13), (3, 14), (3, 12)), "the peer of the benchmarks"),
    )
}
# "tests" is the newest of these that this machine can run.
MAIN_TESTS = ("tests-newest", "tests-middle")


def main() -> int:
    """Run one of the commands of the module's documentation; the exit status is 1 where something cannot be made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="make environments")
    make.add_argument("names", nargs="+", choices=[*ENVIRONMENTS, "tests"], metavar="NAME")
    commands.add_parser("available", help="print the environments that can be made here")
    commands.add_parser("skipped", help="print the test environments that cannot be made here")
    commands.add_parser("pin", help="compile requirements/*.in again")
    arguments = parser.parse_args()
    try:
        if arguments.command == "make":
            for name in arguments.names:
                ensure(name)
        elif arguments.command == "pin":
            pin()
        else:
            report(arguments.command)
    except EnvironmentUnavailable as error:
        print(f"environments: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"environments: {' '.join(map(str, error.cmd))} ended with {error.returncode}", file=sys.stderr)
        return 1
    return 0


class EnvironmentUnavailable(Exception):
    """No Python of this machine can run the environment."""


def ensure(name: str) -> None:
    """Make the environment unless its stamp says that it was made of these requirements, at this place."""
    if name == "tests":
        name = ensure_main_tests()
        return
    environment = ENVIRONMENTS[name]
    if is_current(environment):
        return
    python, version = python_for(environment, machine_pythons())
    directory = VENVS / name
    print(f"environments: {name} ({environment.what}) on Python {spell(version)}", flush=True)
    uv = ensure_uv()
    if directory.exists():
        shutil.rmtree(directory)
    run([uv, "venv", "--quiet", "--no-project", "--python", python, directory])
    install(uv, directory, REQUIREMENTS / f"{name}.txt")
    (directory / "stamp.json").write_text(json.dumps(stamp(environment)), encoding="utf-8")


def ensure_main_tests() -> str:
    """Make the newest test environment and let .cache/venvs/tests lead to it."""
    link = VENVS / "tests"
    current = os.readlink(link) if link.is_symlink() else None
    if current in MAIN_TESTS and is_current(ENVIRONMENTS[current]):
        return current
    pythons = machine_pythons()
    name = next((name for name in MAIN_TESTS if find_python(ENVIRONMENTS[name], pythons)), MAIN_TESTS[-1])
    ensure(name)
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    return name


def is_current(environment: Environment) -> bool:
    """Whether the environment was made, whole, of the requirements of now, and still has its interpreter."""
    directory = VENVS / environment.name
    try:
        made_of = json.loads((directory / "stamp.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    return made_of == stamp(environment) and (directory / "bin" / "python").exists()


def stamp(environment: Environment) -> dict[str, str]:
    """What an environment depends on. The place counts: scripts in a virtual environment hold its absolute path."""
    requirements = (REQUIREMENTS / f"{environment.name}.txt").read_bytes()
    return {"requirements": hashlib.sha256(requirements).hexdigest(), "directory": str(VENVS / environment.name)}


def ensure_uv() -> Path:
    """uv, from a virtual environment of its own made with the running Python's venv and pip."""
    directory = VENVS / "uv"
    uv = directory / "bin" / "uv"
    if not uv.exists():
        print("environments: uv, to make the others with", flush=True)
        run([sys.executable, "-m", "venv", "--clear", directory])
        run([directory / "bin" / "python", "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS / "uv.txt"])
    return uv


def install(uv: Path, directory: Path, requirements: Path) -> None:
    """Install pinned requirements into an environment."""
    run([uv, "pip", "install", "--quiet", "--python", directory / "bin" / "python", "-r", requirements])


def pin() -> None:
    """Compile the loose requirements to exact versions that fit every Python that an environment may run on."""
    uv = ensure_uv()
    for environment in ENVIRONMENTS.values():
        source, target = (REQUIREMENTS / f"{environment.name}.{ending}" for ending in ("in", "txt"))
        licence = source.read_text(encoding="utf-8").split("\n\n", maxsplit=1)[0]
        command = [uv, "pip", "compile", "--quiet", "--universal", "--no-header", "--upgrade", "--output-file", target]
        run([*command, "--python-version", spell(min(environment.pythons)), source.relative_to(CHECKOUT)])
        pins = target.read_text(encoding="utf-8")
        target.write_text(f"{licence}\n\n# Made by `make pin` from {source.name}.\n{pins}", encoding="utf-8")


def report(command: str) -> None:
    """Print what this machine can make, or which test environments it cannot."""
    pythons = machine_pythons()
    for environment in ENVIRONMENTS.values():
        found = find_python(environment, pythons)
        if command == "available" and found:
            print(environment.name)
        if command == "skipped" and not found and environment.name.startswith("tests-"):
            print(f"SKIPPED {environment.name}: {environment.what}; {wanted(environment)}")


def wanted(environment: Environment) -> str:
    """Which Pythons would do, for people."""
    return f"wants Python {' or '.join(spell(version) for version in environment.pythons)}, which this machine has not"


def python_for(environment: Environment, pythons: dict[Version, Path]) -> tuple[Path, Version]:
    """The Python to make the environment with."""
    found = find_python(environment, pythons)
    if not found:
        raise EnvironmentUnavailable(f"{environment.name}: {environment.what}; {wanted(environment)}")
    return found


def find_python(environment: Environment, pythons: dict[Version, Path]) -> tuple[Path, Version] | None:
    """The first Python of the environment's list that this machine has."""
    return next(((pythons[version], version) for version in environment.pythons if version in pythons), None)


def machine_pythons() -> dict[Version, Path]:
    """The Pythons of this machine that really start, by version; the running one is preferred for its version."""
    found: dict[Version, Path] = {}
    asked: set[Path] = set()
    for candidate in candidates():
        if not candidate.is_file() or candidate.resolve() in asked:
            continue
        # A shim (of pyenv, say) is not the interpreter it leads to: ask each one what it is.
        asked.add(candidate.resolve())
        for version, path in ask(candidate):
            found.setdefault(version, path)
    return found


def candidates() -> Iterator[Path]:
    """Where interpreters may be, best places first."""
    yield Path(sys.executable)
    home = Path(sys.base_prefix)
    pyenv = os.environ.get("PYENV_ROOT")
    versions = [home.parent, Path.home() / ".pyenv" / "versions", Path.home() / ".local" / "share" / "uv" / "python"]
    if pyenv:
        versions.append(Path(pyenv) / "versions")
    yield from siblings(versions)
    # After the interpreters themselves: what is on PATH may be a shim that starts none, or another one than its name.
    for minor in range(14, 9, -1):
        for directory in [*os.environ.get("PATH", "").split(os.pathsep), "/usr/local/bin", "/usr/bin"]:
            if directory:
                yield Path(directory) / f"python3.{minor}"
    yield from siblings([Path("/opt")])


def siblings(directories: Iterable[Path]) -> Iterator[Path]:
    """The interpreters of the installations that lie side by side in these directories."""
    for directory in directories:
        if directory.is_dir() and directory != Path("/"):
            for place in sorted(directory.iterdir(), reverse=True):
                yield place / "bin" / "python3"


def ask(candidate: Path) -> list[tuple[Version, Path]]:
    """The version and the real path of an interpreter; nothing where it does not start."""
    program = "import sys; print(*sys.version_info[:2], sys.executable)"
    try:
        answer = subprocess.run(
            [candidate, "-I", "-c", program], capture_output=True, text=True, timeout=20, check=True, cwd="/"
        )
    except (OSError, subprocess.SubprocessError):
        return []
    said = re.fullmatch(r"(\d+) (\d+) (/.+)", answer.stdout.strip())
    return [((int(said[1]), int(said[2])), Path(said[3]))] if said else []


def spell(version: Version) -> str:
    """(3, 11) -> "3.11"."""
    return ".".join(map(str, version))


def run(command: list[str | Path]) -> None:
    """Run a command with the caches of pip and uv inside the checkout."""
    environment = {
        **os.environ,
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(CACHE / "uv")),
        "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(CACHE / "pip")),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_PYTHON_DOWNLOADS": "never",
    }
    # What pip is told of its index and certificates holds for uv too, unless uv is told itself.
    for ours, pips in (("UV_DEFAULT_INDEX", "PIP_INDEX_URL"), ("SSL_CERT_FILE", "PIP_CERT")):
        if pips in environment:
            environment.setdefault(ours, environment[pips])
    # pip must work on the environment it is told to, whichever one this was called from.
    environment.pop("VIRTUAL_ENV", None)
    subprocess.run([str(part) for part in command], check=True, env=environment, cwd=CHECKOUT)


if __name__ == "__main__":
    sys.exit(main())
