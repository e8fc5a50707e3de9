# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-test sanity on a copy of the checkout, without a download from anywhere but the package index.

    python tools/sanity.py                  all of it, on the newest ansible-core, and part of it on the oldest
    python tools/sanity.py OPTION...        on the newest one, with these options of ansible-test sanity

ansible-test runs only from a path that ends in ansible_collections/xacct/aws, and makes virtual environments of its own
for its linters, below $HOME: both are in .cache. It would download pip's bootstrap script for them; ensurepip does the
same. It also hides the environment from pip, so pip's settings are handed on in a file.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
CACHE = CHECKOUT / ".cache"
HOME = CACHE / "home"
NEWEST, OLDEST = "tests", "tests-oldest"
# Nothing of these kinds is in the collection, and what they need is not on the package index.
SKIPPED = {"pslint": "no PowerShell here", "shellcheck": "no shell scripts are part of the collection"}
# What can differ from one ansible-core, and its Python, to the other.
ON_OLDEST = ("--test", "compile", "--test", "import", "--test", "validate-modules")
# Settings of pip that come from variables which are not pip's own.
HIDDEN_VARIABLES = {"proxy": ("HTTPS_PROXY", "https_proxy"), "cert": ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")}
GET_PIP = "import ensurepip\n\nensurepip.bootstrap(default_pip=True)\n"


def main() -> int:
    """Run the sanity tests; 0 where all of them passed."""
    if len(sys.argv) > 1:
        return run(NEWEST, "options", sys.argv[1:]).returncode
    for test, reason in SKIPPED.items():
        print(f"SKIPPED sanity test {test}: {reason}", flush=True)
    skip = [option for test in (*SKIPPED, "pylint") for option in ("--skip-test", test)]
    # pylint takes as long as all the others together.
    runs = [(NEWEST, "most", skip), (NEWEST, "pylint", ["--test", "pylint"])]
    if (CACHE / "venvs" / OLDEST).exists():
        runs.append((OLDEST, "oldest", list(ON_OLDEST)))
    failed = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for result in pool.map(lambda arguments: run(*arguments, quiet=True), runs):
            print(result.stdout, flush=True)
            failed = failed or result.returncode
    return failed


def run(name: str, copy: str, options: list[str], quiet: bool = False) -> subprocess.CompletedProcess:
    """Run ansible-test sanity of an environment on a copy of its own; `quiet` keeps what it prints in the result."""
    environment = CACHE / "venvs" / name
    collection = CACHE / "sanity" / copy / "ansible_collections" / "xacct" / "aws"
    copy_checkout(collection)
    hand_on_pip_settings()
    provide_get_pip(environment)
    version = next((environment / "lib").glob("python3.*")).name.removeprefix("python")
    path = os.pathsep.join([str(environment / "bin"), os.environ["PATH"]])
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
    return subprocess.run(
        [environment / "bin" / "ansible-test", "sanity", "--color", "no", "--python", version, *options],
        cwd=collection,
        env={**variables, "HOME": str(HOME), "PATH": path},
        check=False,
        text=True,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
    )


def copy_checkout(collection: Path) -> None:
    """Copy what git tracks or would track."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    shutil.rmtree(collection, ignore_errors=True)
    for name in filter(None, listing.split("\0")):
        source = CHECKOUT / name
        if source.exists() or source.is_symlink():
            (collection / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, collection / name, follow_symlinks=False)
    # Otherwise ansible-test finds the checkout's repository, which ignores .cache and all that is in it.
    subprocess.run(["git", "init", "--quiet"], cwd=collection, check=True)


def hand_on_pip_settings() -> None:
    """Write pip's settings of now, wherever they come from, where pip looks for them under our HOME."""
    pip = [CACHE / "venvs" / "uv" / "bin" / "python", "-m", "pip", "config", "list"]
    listing = subprocess.run(pip, capture_output=True, text=True, check=True).stdout
    settings: dict[str, str] = {}
    for line in listing.splitlines():
        name, _separator, value = line.partition("=")
        section, _separator, option = name.rpartition(".")
        # The environment's word comes last in pip's own order too.
        if section in ("global", "install", ":env:") and option not in ("config-file", "cache-dir"):
            settings[option] = str(ast.literal_eval(value))
    for option, variables in HIDDEN_VARIABLES.items():
        value = next(filter(None, map(os.environ.get, variables)), None)
        if value:
            settings.setdefault(option, value)
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
