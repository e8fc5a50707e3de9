# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What STS takes: our numbers and patterns are those of botocore's model."""

from __future__ import annotations

import botocore.session
import pytest
from ansible_collections.xacct.aws.plugins.module_utils._operations.assume import limits

OPERATIONS = ("AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML")


@pytest.fixture(scope="module")
def members() -> dict:
    """Every input parameter of the three operations by name."""
    model = botocore.session.get_session().get_service_model("sts")
    found: dict = {}
    for operation in OPERATIONS:
        found.update(model.operation_model(operation).input_shape.members)
    return found


@pytest.mark.parametrize("option", sorted(limits.LENGTHS))
def test_lengths_are_those_of_the_model(members: dict, option: str) -> None:
    metadata = members[limits.PARAMETERS[option]].metadata
    assert limits.LENGTHS[option] == (metadata["min"], metadata["max"])


def test_counts_are_those_of_the_model(members: dict) -> None:
    assert members["TransitiveTagKeys"].metadata["max"] == limits.MOST_TRANSITIVE_KEYS
    if "ProvidedContexts" in members:
        assert members["ProvidedContexts"].metadata["max"] == limits.MOST_CONTEXTS


def test_session_policy_limit_is_that_of_the_model(members: dict) -> None:
    # AssumeRoleWithSAML comes last: it has the number; AssumeRole has it in its documentation only.
    assert members["Policy"].metadata["max"] == limits.LONGEST_SESSION_POLICY
    assert "2,048 characters" in members["Policy"].documentation


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("team backup", True),
        ("Größe", True),
        ("部署", True),
        ("a_b.c:d/e=f+g-h@i", True),
        ("", True),
        ("a,b", False),
        ("a#b", False),
        ("a\nb", False),
        ("(x)", False),
    ],
)
def test_tag_text(text: str, taken: bool) -> None:
    assert limits.is_tag_text(text) is taken


def test_tag_punctuation_is_that_of_the_model(members: dict) -> None:
    pattern = members["Tags"].member.members["Key"].metadata["pattern"]
    assert pattern == r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+"
    assert set(limits.TAG_PUNCTUATION) == set("_.:/=+-@")


def test_keys_are_one_key_without_regard_to_case() -> None:
    (error,) = limits.session_tag_errors({"Team": "a", "team": "b"}, ["TEAM"])
    assert "one key" in error


def test_transitive_keys_are_among_the_tags() -> None:
    (error,) = limits.session_tag_errors({"team": "a"}, ["team", "other"])
    assert "'other' is not among the tags" in error


def test_a_secret_is_not_repeated() -> None:
    (error,) = limits.length_errors("web_identity_token", "sec")
    assert "sec" not in error.replace("web_identity_token", "")
