# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The events that ansible-runner keeps of a run (AWX shows and stores them): no secret, and nothing that was forged."""

from __future__ import annotations

import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from tests.border import attacked_plays
from tests.border.endpoint import HostileEndpoint, long_token
from tests.border.findings import require_nothing
from tests.border.playbooks import CHECKOUT, all_in, surroundings, write, wrong_with_output
from tests.border.tasks import TASKS

pytestmark = pytest.mark.newest_core

RUNNER = Path(sys.executable).with_name("ansible-runner")
ATTACKS = ("echo-plain", "control-in-xml-403", "cut-assume-role", "forged-line", "controls", "hop-echo-plain")
KEYS = {"access_key": "AKIAXXXXXXXXXXXXXXXX", "secret_key": secrets.token_urlsafe(30), "session_token": long_token()}


@pytest.mark.skipif(not RUNNER.exists(), reason="ansible-runner is in the newest test environment only")
def test_events_hold_no_secret(tmp_path: Path) -> None:
    for name in ("made", "project", "inventory"):
        (tmp_path / name).mkdir()
    tasks = [*(attacked_plays.looped(name, ATTACKS) for name in TASKS), *attacked_plays.reading(TASKS)]
    with HostileEndpoint(tmp_path / "made").running() as endpoint:
        inventory = attacked_plays.inventory(endpoint, ATTACKS, KEYS, in_process=True)
        write(tmp_path / "project", [attacked_plays.play(tasks, hosts=ATTACKS[0])])
        write(tmp_path / "inventory", None, inventory)
        done = subprocess.run(
            [RUNNER, "run", str(tmp_path), "-p", "play.yml", "-vvvvv", "--ident", "sweep"],
            capture_output=True,
            timeout=300,
            check=False,
            cwd=CHECKOUT,
            env=surroundings(tmp_path),
        )
        artifacts = tmp_path / "artifacts" / "sweep"
        texts = {
            "stdout": done.stdout.decode("utf-8", "replace"),
            "stderr": done.stderr.decode("utf-8", "replace"),
            "events": all_in(artifacts / "job_events"),
            "the artifacts' stdout": (artifacts / "stdout").read_text(errors="replace"),
        }
        assert texts["events"].count('"event": "runner_item_on_failed"') > len(ATTACKS), texts
        hidden = [KEYS["secret_key"], KEYS["session_token"], *endpoint.secrets]
        require_nothing({place: wrong_with_output(unbroken(text), hidden) for place, text in texts.items()})
        assert endpoint.templates.made == []


def unbroken(text: str) -> str:
    """What was printed, without the carriage returns of a terminal."""
    return text.replace("\r\n", "\n")
