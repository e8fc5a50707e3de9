# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real runs of ansible-playbook with everything on that shows results, and what is wrong with all that they leave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ansible.release
import yaml

from tests.border.findings import (
    LONGEST_MESSAGE,
    NOTE_OF_THE_CUT,
    control_characters,
    crashes,
    forged_lines,
    secrets_in,
    texts_of,
)
from tests.border.texts import Templates

CHECKOUT = Path(__file__).resolve().parents[2]
SECONDS = 300
CORES = ((2, 16), (2, 17), (2, 18), (2, 19), (2, 21))
CORE = tuple(int(part) for part in ansible.release.__version__.split(".")[:2])
SHARE = CORES.index(CORE) if CORE in CORES else CORE[1] % len(CORES)
"""Which part of a product this ansible-core takes."""
SHOWN: tuple[Mapping[str, str], ...] = (
    {"ANSIBLE_STDOUT_CALLBACK": "minimal"},
    {"ANSIBLE_STDOUT_CALLBACK": "oneline"},
    {"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"},
    {"ANSIBLE_STDOUT_CALLBACK": "minimal", "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"},
    {"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"},
)
"""How results are shown beside the default; each ansible-core takes another."""
RESULTS = "results-{}.json"
"""What a run leaves here of a host's registered results is not shown to anybody, but must be as good."""


PLAYBOOK, INVENTORY = "play.yml", "inventory.json"
ENDS = (0, 2)
"""How a run may end: well, or with hosts that failed."""


@dataclass(frozen=True)
class Run:
    """What a run printed and left: texts by where they are."""

    status: int
    texts: Mapping[str, str]
    results: list[object]

    def wrong(self, templates: Templates, secrets: Iterable[str]) -> Iterator[str]:
        """Everything that is wrong with it."""
        secrets = tuple(secrets)
        if self.status not in ENDS:
            yield f"ended early ({self.status}): {self.texts['stdout'][-1500:]}{self.texts['stderr'][-500:]}"
        for name in templates.made:
            yield f"a template was run: {name}"
        for place, text in self.texts.items():
            yield from (f"{place}: {found}" for found in wrong_with_output(text, secrets))
        for path, text in texts_of(self.results):
            if len(text) > LONGEST_MESSAGE + NOTE_OF_THE_CUT and path.endswith(".msg"):
                yield f"{path} is {len(text)} characters long"
            if control_characters(text):
                yield f"{path} holds {', '.join(control_characters(text))}"


def wrong_with_output(text: str, secrets: Sequence[str]) -> Iterator[str]:
    """What is wrong with something that was printed."""
    if secrets_in(text, secrets):
        yield f"shows a secret: {secrets_in(text, secrets)[0][:9]}… in {around(text, secrets_in(text, secrets)[0])}"
    if control_characters(text):
        yield f"holds {', '.join(control_characters(text))}"
    for line in forged_lines(text)[:1]:
        yield f"has a forged line: {line!r}"
    for found in crashes(text):
        yield f"says {found}: {around(text, found)}"


def around(text: str, found: str) -> str:
    """Where something was found."""
    place = text.find(found)
    return repr(text[max(0, place - 200) : place + 60])


def run(
    folder: Path,
    playbook: list[dict] | str,
    inventory: Mapping,
    *options: str,
    environment: Mapping[str, str] | None = None,
    leaves: Sequence[str] = (),
) -> Run:
    """Run a playbook, plays or a name, as loud as can be. `leaves`: files that it writes beside its results."""
    write(folder, playbook if not isinstance(playbook, str) else None, inventory)
    for name in ("tree", "logs"):
        (folder / name).mkdir(exist_ok=True)
    program = Path(sys.executable).with_name("ansible-playbook")
    played = playbook if isinstance(playbook, str) else folder / PLAYBOOK
    done = subprocess.run(
        [program, "-vvvvv", "-i", folder / INVENTORY, played, *options],
        capture_output=True,
        timeout=SECONDS,
        check=False,
        cwd=folder,
        env={**surroundings(folder), **(environment or {})},
    )
    texts = {
        "stdout": done.stdout.decode("utf-8", "replace"),
        "stderr": done.stderr.decode("utf-8", "replace"),
        "log": (folder / "logs" / "ansible.log").read_text(errors="replace"),
        "tree": all_in(folder / "tree"),
        "JUnit": all_in(folder / "junit"),
        **{name: (folder / name).read_text(errors="replace") for name in leaves if (folder / name).exists()},
    }
    results = [json.loads(path.read_text()) for path in folder.glob(RESULTS.format("*"))]
    return Run(done.returncode, texts, results)


def write(folder: Path, plays: list[dict] | None, inventory: Mapping | None = None) -> None:
    """Write what a run is given."""
    if plays is not None:
        (folder / PLAYBOOK).write_text(yaml.safe_dump(plays, sort_keys=False))
    if inventory is not None:
        (folder / INVENTORY).write_text(json.dumps(inventory))


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of a run: all of its files in this folder, and nothing of the user's own settings."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_"))}
    return {
        **given,
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_FORKS": "2",
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_HOME": str(CHECKOUT / ".cache" / "ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "collections"),
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "ANSIBLE_LOCAL_TEMP": str(folder / "local"),
        "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
        "ANSIBLE_LOG_PATH": str(folder / "logs" / "ansible.log"),
        "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.tree,ansible.builtin.junit",
        "ANSIBLE_CALLBACK_TREE_DIR": str(folder / "tree"),
        "JUNIT_OUTPUT_DIR": str(folder / "junit"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def all_in(folder: Path) -> str:
    """The texts of all files of a folder, if there is one."""
    return "\n".join(path.read_text(errors="replace") for path in folder.iterdir()) if folder.exists() else ""
