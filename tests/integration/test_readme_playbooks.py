# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first playbook in the README of every role runs as it stands, and a second time without a change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.integration.trust_world import CHECKOUT, World
from tests.local_aws.server import LocalAws


@pytest.mark.also_oldest
@pytest.mark.parametrize("role", sorted(path.parent.name for path in CHECKOUT.glob("roles/*/README.md")))
def test_the_playbook_of_a_readme_runs(role: str, local_aws: LocalAws, tmp_path: Path) -> None:
    text = (CHECKOUT / "roles" / role / "README.md").read_text(encoding="utf-8")
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(re.search(r"```yaml\n(.*?)```", text, re.DOTALL).group(1), encoding="utf-8")
    world = World(local_aws, tmp_path)
    if role == "verify_trust":
        assert world.run("--tags", "trusting,trusted").status == 0
    for attempt in ("first", "second"):
        run = world.run(playbook=str(playbook))
        assert run.status == 0, run.output
        if attempt == "second":
            assert (run.writes, run.changed_hosts) == ([], set())
        if attempt == "first" and role == "trusting_account":
            assert world.trust_policy("b", "XacctBackup") is not None
        if attempt == "first" and role == "trusted_account":
            assert world.permissions("role/BackupService") is not None


def test_every_role_has_a_readme() -> None:
    roles = {path.name for path in (CHECKOUT / "roles").iterdir() if path.is_dir()}
    assert roles == {path.parent.name for path in CHECKOUT.glob("roles/*/README.md")}
