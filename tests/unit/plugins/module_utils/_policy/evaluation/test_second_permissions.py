# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What else it takes to assume a role with tags or a source identity."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.second_permissions import second_permissions


@pytest.mark.parametrize(
    ("action", "context", "actions"),
    [
        ("sts:AssumeRole", {"aws:TagKeys": ["team"]}, ["sts:TagSession"]),
        ("STS:assumerole", {"aws:RequestTag/team": "red"}, ["sts:TagSession"]),
        ("sts:AssumeRole", {"sts:SourceIdentity": "ann"}, ["sts:SetSourceIdentity"]),
        ("sts:AssumeRoleWithSAML", {"sts:sourceidentity": "ann", "aws:tagkeys": ["a"]},
         ["sts:TagSession", "sts:SetSourceIdentity"]),
        ("sts:AssumeRole", {"sts:ExternalId": "x", "sts:SourceIdentity": None}, []),
        ("s3:PutObject", {"aws:TagKeys": ["team"]}, []),
    ],
)  # fmt: skip
def test_second_permissions(action, context, actions):
    assert [further for further, _why in second_permissions(action, context)] == actions
