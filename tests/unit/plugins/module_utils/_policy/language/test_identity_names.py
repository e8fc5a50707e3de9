# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of users, groups and roles."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.identity_names import parse_identity


@pytest.mark.parametrize(
    ("text", "kind", "name", "path", "account_id"),
    [
        ("role/R", "role", "R", None, None),
        ("user/a/b/U", "user", "U", "/a/b/", None),
        ("group/G", "group", "G", None, None),
        ("arn:aws:iam::111111111111:role/R", "role", "R", "/", "111111111111"),
        ("arn:aws-cn:iam::111111111111:group/x/G", "group", "G", "/x/", "111111111111"),
    ],
)
def test_names_of_principals(text: str, kind: str, name: str, path: str | None, account_id: str | None) -> None:
    found = parse_identity(text)
    assert (found.kind, found.name, found.path, found.account_id) == (kind, name, path, account_id)
