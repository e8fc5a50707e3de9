# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attacks on every module as a process of its own, in a real run: each ansible-core takes its share of the pairs.

A task costs the start of a Python and of the SDK here. So a core takes every module and every attack, and all of them
together take all pairs.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from tests.border import attacked_plays
from tests.border.endpoint import HostileEndpoint, long_token
from tests.border.findings import require_nothing
from tests.border.playbooks import CORES, SHARE, SHOWN, run
from tests.border.tasks import TASKS

KEYS = {"access_key": "AKIAXXXXXXXXXXXXXXXX", "secret_key": secrets.token_urlsafe(30), "session_token": long_token()}
MODULES = [name for name in TASKS if name not in ("key", "function")]
ATTACKS = (
    "template-in-message", "control-in-xml-403", "cut-assume-role", "huge-message", "lone-surrogates", "controls",
    "forged-line", "echo-base64", "echo-unparsable", "hop-echo-plain",
)  # fmt: skip
"""Those whose effect could differ on the way through a module's output, a JSON text that Ansible reads."""
READ = ATTACKS[:4]
"""Of these the results are used again."""


def attacks_on(module: str, share: int) -> list[str]:
    """The attacks that a module meets on the core that takes this share."""
    start = MODULES.index(module)
    return [attack for number, attack in enumerate(ATTACKS) if (number + start) % len(CORES) == share]


def test_the_shares_are_the_whole_product() -> None:
    shares = [{(module, attack) for module in MODULES for attack in attacks_on(module, n)} for n in range(len(CORES))]
    assert set().union(*shares) == {(module, attack) for module in MODULES for attack in ATTACKS}
    for share in shares:
        assert {module for module, _attack in share} == set(MODULES)
        assert {attack for _module, attack in share} == set(ATTACKS)


def test_nothing_runs_leaks_forges_or_crashes(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    plays = [
        attacked_plays.play([attacked_plays.task(name)], hosts=":".join(attacks_on(name, SHARE))) for name in MODULES
    ]
    kept = [*attacked_plays.reading(MODULES), attacked_plays.leaving(str(tmp_path))]
    with HostileEndpoint(made).running() as endpoint:
        inventory = attacked_plays.inventory(endpoint, ATTACKS, KEYS, in_process=False)
        done = run(
            tmp_path, [*plays, attacked_plays.play(kept, hosts=":".join(READ))], inventory, environment=SHOWN[SHARE]
        )
        hidden = [KEYS["secret_key"], KEYS["session_token"], *endpoint.secrets]
        require_nothing({"run": done.wrong(endpoint.templates, hidden)})
        assert len(done.results) == len(READ)
        met = {name.removeprefix("known-") for name in endpoint.requests}
        assert met == set(ATTACKS)
