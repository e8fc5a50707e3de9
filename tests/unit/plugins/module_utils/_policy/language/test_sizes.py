# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies as AWS counts them."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError, compact_json
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.sizes import (
    PolicyTooLarge,
    check_size,
    policy_size,
)

DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Sid": "Zürich", "Effect": "Allow"}]}


def test_policy_size():
    text = compact_json(DOCUMENT)
    assert policy_size(DOCUMENT, "characters") == len(text)
    assert policy_size(DOCUMENT, "bytes") == len(text) + 1
    assert policy_size(f"  {text}\n", "characters") == len(text)
    assert policy_size(None, "characters") == 0
    with pytest.raises(ValueError, match="characters or bytes"):
        policy_size(DOCUMENT, "words")


def test_check_size():
    size = policy_size(DOCUMENT, "bytes")
    check_size(DOCUMENT, size, "bytes", "the policy")
    with pytest.raises(
        PolicyTooLarge, match=f"the policy would be {size} bytes long .*limit is {size - 1}, 1 fewer"
    ) as info:
        check_size(DOCUMENT, size - 1, "bytes", "the policy")
    assert (info.value.label, info.value.size, info.value.limit, info.value.count) == (
        "the policy",
        size,
        size - 1,
        "bytes",
    )
    assert isinstance(info.value, PolicyError)
