# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pytest fixtures: a local AWS for the test session (one for each worker of pytest-xdist)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .server import LocalAws


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """A local AWS on a free port that lives as long as the session. Tests take accounts of their own, or reset it."""
    server = LocalAws(tmp_path_factory.mktemp("local_aws"))
    server.start(with_parent=True)
    yield server
    server.stop()


@pytest.fixture
def empty_aws(local_aws: LocalAws) -> LocalAws:
    """The session's local AWS, emptied: no accounts' content, no journal, no faults."""
    local_aws.reset()
    return local_aws
