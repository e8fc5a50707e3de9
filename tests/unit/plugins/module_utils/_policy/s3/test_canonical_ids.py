# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canonical IDs as somebody writes them, at AWS, elsewhere, and where that is not known."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.s3.canonical_ids import canonical_id_error

OF_AWS = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"


@pytest.mark.parametrize("at_aws", [True, False, None])
def test_those_of_aws_are_right_everywhere(at_aws):
    assert canonical_id_error(OF_AWS, at_aws=at_aws) is None


@pytest.mark.parametrize("name", ["fred", "tenant$fred", "RGW33567154695143645", "a-b_c.d@e", "9f1c" * 8])
def test_names_are_right_at_other_servers(name):
    assert canonical_id_error(name, at_aws=False) is None
    assert canonical_id_error(name, at_aws=None) is None
    assert "64 digits" in canonical_id_error(name, at_aws=True)


@pytest.mark.parametrize("mistake", ["111111111111", OF_AWS[:-1], OF_AWS.upper(), OF_AWS * 2])
def test_what_is_meant_for_aws_is_taken_at_other_servers_alone(mistake):
    assert canonical_id_error(mistake, at_aws=False) is None
    for at_aws in (True, None):
        assert "64 digits" in canonical_id_error(mistake, at_aws=at_aws)


@pytest.mark.parametrize("at_aws", [True, False, None])
@pytest.mark.parametrize("value", ["", "a b", " fred", "fred\n", "fr\u00a0ed", "a\tb", "a\x1b[0mb", 79, None, ["a"]])
def test_no_id_anywhere(value, at_aws):
    assert "is not a canonical ID" in canonical_id_error(value, at_aws=at_aws)
