# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-test sanity on a copy of the checkout, without a download from anywhere but the package index.

    python tools/sanity.py ENVIRONMENT [ansible-test sanity's options]

ENVIRONMENT is a virtual environment of .cache/venvs that holds ansible-core. ansible-test runs only from a path that
ends in ansible_collections/xacct/aws, and makes virtual environments of its own for its linters, below $HOME: both are
in .cache. It would download pip's bootstrap script for them; ensurepip does the same. It also hides the environment
from pip, so pip's settings are handed on in a file.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
CACHE = CHECKOUT / ".cache"
HOME = CACHE / "home"
COPY = CACHE / "sanity" / "ansible_collections" / "xacct" / "aws"
# Nothing of these kinds is in the collection, and what they need is not on the package index.
SKIPPED = {"pslint": "no PowerShell here", "shellcheck": "no shell scripts are part of the collection"}
GET_PIP = "import ensurepip\n\nensurepip.bootstrap(default_pip=True)\n"


def main() -> int:
    """Run the sanity tests; their exit status."""
    environment = CACHE / "venvs" / sys.argv[1]
    copy_checkout()
    hand_on_pip_settings(environment)
    provide_get_pip(environment)
    for test, reason in SKIPPED.items():
        print(f"SKIPPED sanity test {test}: {reason}", flush=True)
    skip = [option for test in SKIPPED for option in ("--skip-test", test)]
    ansible_test = [environment / "bin" / "ansible-test", "sanity", "--color", "no"]
    version = next((environment / "lib").glob("python3.*")).name.removeprefix("python")
    path = os.pathsep.join([str(environment / "bin"), os.environ["PATH"]])
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
    return subprocess.run(
        [*ansible_test, "--python", version, *skip, *sys.argv[2:]],
        cwd=COPY, env={**variables, "HOME": str(HOME), "PATH": path}, check=False,
    ).returncode  # fmt: skip


def copy_checkout() -> None:
    """Copy what git tracks or would track."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    shutil.rmtree(COPY, ignore_errors=True)
    for name in filter(None, listing.split("\0")):
        source = CHECKOUT / name
        if source.exists() or source.is_symlink():
            (COPY / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, COPY / name, follow_symlinks=False)
    # Otherwise ansible-test finds the checkout's repository, which ignores .cache and all that is in it.
    subprocess.run(["git", "init", "--quiet"], cwd=COPY, check=True)


def hand_on_pip_settings(environment: Path) -> None:
    """Write pip's settings of now, wherever they come from, where pip looks for them under our HOME."""
    pip = [CACHE / "venvs" / "uv" / "bin" / "python", "-m", "pip", "config", "list"]
    listing = subprocess.run(pip, capture_output=True, text=True, check=True, cwd=environment).stdout
    settings: dict[str, str] = {}
    for line in listing.splitlines():
        name, _separator, value = line.partition("=")
        section, _separator, option = name.rpartition(".")
        # The environment's word comes last in pip's own order too.
        if section in ("global", "install", ":env:") and option not in ("config-file", "cache-dir"):
            settings[option] = str(ast.literal_eval(value))
    lines = ["quiet = 2", *(f"{option} = {indented(value)}" for option, value in settings.items())]
    file = HOME / ".config" / "pip" / "pip.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text("\n".join(["[global]", *lines, ""]), encoding="utf-8")


def indented(value: str) -> str:
    """A value of several lines as pip's configuration file wants it."""
    return value.replace("\n", "\n    ")


def provide_get_pip(environment: Path) -> None:
    """Put a script that needs no download where this ansible-test keeps the one that it downloaded."""
    source = next(environment.glob("lib/python3*/site-packages/ansible_test/_internal/python_requirements.py"))
    directory = HOME / ".ansible" / "test" / "cache"
    directory.mkdir(parents=True, exist_ok=True)
    for version in re.findall(r"\bpip='([\d.]+)'", source.read_text(encoding="utf-8")):
        (directory / f"get_pip_{version.replace('.', '_')}.py").write_text(GET_PIP, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
