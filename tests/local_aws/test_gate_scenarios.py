# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scenario table, against the gate, and against ministack with its known differences by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import botocore.exceptions
import pytest

from tests.local_aws.scenarios import Scenario, ask, table
from tests.local_aws.server import LocalAws

ROWS, DIFFERENCES = table()
BY_NAME = pytest.mark.parametrize("scenario", ROWS, ids=lambda scenario: scenario.name.replace(" ", "_"))


@pytest.fixture(scope="module", params=["gate", "ministack"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """A local AWS of each kind in turn."""
    directory: Path = tmp_path_factory.mktemp(request.param)
    local_aws = LocalAws(directory, request.param)
    local_aws.start(with_parent=True)
    yield local_aws
    local_aws.stop()


@BY_NAME
def test_who_may_do_what(server: LocalAws, scenario: Scenario) -> None:
    if server.backend == "ministack" and scenario.ministack:
        try:
            answer = "allowed" if ask(server, scenario) else "denied"
        except (botocore.exceptions.ClientError, AssertionError, KeyError):
            return  # it has not even what the scene needs
        assert answer != scenario.expect, f"ministack has learnt better: {DIFFERENCES[scenario.ministack]}"
        return
    assert ("allowed" if ask(server, scenario) else "denied") == scenario.expect, scenario.rule


def test_the_table_is_worth_its_name() -> None:
    assert len(ROWS) >= 100
    assert len({scenario.name for scenario in ROWS}) == len(ROWS)
    assert all(scenario.rule and scenario.expect in ("allowed", "denied") for scenario in ROWS)
    denied = sum(scenario.expect == "denied" for scenario in ROWS)
    assert denied * 2 >= len(ROWS)


def test_every_difference_has_a_name_and_is_used() -> None:
    assert {scenario.ministack for scenario in ROWS if scenario.ministack} == set(DIFFERENCES)
