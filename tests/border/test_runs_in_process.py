# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every attack on every module inside the controller's process, in a real run, on every ansible-core."""

from __future__ import annotations

import secrets
from pathlib import Path

from tests.border import attacked_plays
from tests.border.attacks import ATTACKS, WITH_HOP
from tests.border.endpoint import HostileEndpoint, long_token
from tests.border.findings import require_nothing
from tests.border.playbooks import run
from tests.border.tasks import TASKS

KEYS = {"access_key": "AKIAXXXXXXXXXXXXXXXX", "secret_key": secrets.token_urlsafe(30), "session_token": long_token()}
RESCUED = ("control-in-xml-403", "template-in-message", "html-200", "cut-assume-role", "hop-echo-unparsable")


def test_nothing_runs_leaks_forges_or_crashes(tmp_path: Path) -> None:
    """Each module meets every attack; what it returns is kept, shown, and used in a template."""
    made = tmp_path / "made"
    made.mkdir()
    attacks = [*ATTACKS, *WITH_HOP]
    first = attacks[0]
    tasks = [
        *(attacked_plays.looped(name, attacks) for name in TASKS),
        *attacked_plays.reading(TASKS),
        attacked_plays.leaving(str(tmp_path)),
    ]
    plays = [
        attacked_plays.play(tasks, hosts=first),
        attacked_plays.play([attacked_plays.rescued("role")], hosts=":".join(RESCUED)),
    ]
    with HostileEndpoint(made).running() as endpoint:
        done = run(tmp_path, plays, attacked_plays.inventory(endpoint, attacks, KEYS, in_process=True))
        hidden = [KEYS["secret_key"], KEYS["session_token"], *endpoint.secrets]
        require_nothing({"run": done.wrong(endpoint.templates, hidden)})
        assert len(done.results) == 1, done.texts["stdout"][-2000:]
        assert not [name for name in attacks if not endpoint.requests[name]]
