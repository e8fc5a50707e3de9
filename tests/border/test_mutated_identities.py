# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Something is missing, false or hostile in AWS's answers about roles, users and who may do what.

There is one clear error, or a result as good as any.
"""

from __future__ import annotations

import pytest

from tests.border.findings import require_nothing
from tests.border.mutated import Tried, findings_of
from tests.border.scenes import Scene, Scenes
from tests.local_aws.server import LocalAws

pytestmark = pytest.mark.newest_core

NAMES = (
    "a role's policies",
    "a user's policies",
    "a bucket's policies",
    "a bucket's lists",
    "a secret's policies",
    "a queue's policy",
    "an organization",
    "a probe",
    "roles",
    "calls",
    "objects to find",
    "role changed",
    "role made",
    "role removed",
    "identity",
    "managed",
    "account",
    "assume",
)
World = tuple[Scenes, dict[str, Scene], Tried]


@pytest.fixture(scope="module")
def world(local_aws: LocalAws) -> World:
    scenes = Scenes(local_aws)
    return scenes, {scene.name: scene for scene in scenes.of_identities()}, set()


def test_every_scene_is_played(world: World) -> None:
    assert tuple(world[1]) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_one_thing_changed_at_a_time(world: World, name: str) -> None:
    scenes, by_name, tried = world
    require_nothing(findings_of(by_name[name], scenes, tried))
