# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML for people to copy means what it was made of."""

from __future__ import annotations

import yaml
from ansible_collections.xacct.aws.plugins.module_utils._advice.yaml_text import yaml_text
from hypothesis import given, settings
from hypothesis import strategies as some

TEXTS = some.text(some.characters(codec="utf-8"), max_size=12) | (
    some.sampled_from(
        ["on", "No", "null", "~", "1", "0x1", "1e3", "a: b", "a #b", "- a", "{{ token }}", "a/b c", "2026-01-01"]
    )
)
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | TEXTS,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_what_is_read_is_what_was_written(value):
    assert yaml.safe_load(yaml_text(value)) == value


def test_it_looks_like_what_people_write():
    value = [{"name": "Let them in", "xacct.aws.xacct_role": {"trusted": [{"name": "x", "principals": ["arn:aws"]}]}}]
    assert yaml_text(value) == (
        "- name: Let them in\n"
        "  xacct.aws.xacct_role:\n"
        "    trusted:\n"
        "      - name: x\n"
        "        principals:\n"
        '          - "arn:aws"\n'
    )
