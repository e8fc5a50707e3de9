# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Something is missing, false or hostile in AWS's answers about buckets and other resources.

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
    "bucket",
    "bucket ACL",
    "objects",
    "topic",
    "queue",
    "key",
    "secret",
    "function",
    "ecr_repository",
    "event_bus",
    "dynamodb_table",
    "kinesis_stream",
    "logs_destination",
    "glue_catalog",
    "efs_file_system",
    "opensearch_domain",
    "s3_access_point",
    "ssm_parameter",
)
World = tuple[Scenes, dict[str, Scene], Tried]


@pytest.fixture(scope="module")
def world(local_aws: LocalAws) -> World:
    scenes = Scenes(local_aws)
    return scenes, {scene.name: scene for scene in scenes.of_resources()}, set()


def test_every_scene_is_played(world: World) -> None:
    assert tuple(world[1]) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_one_thing_changed_at_a_time(world: World, name: str) -> None:
    scenes, by_name, tried = world
    require_nothing(findings_of(by_name[name], scenes, tried))
