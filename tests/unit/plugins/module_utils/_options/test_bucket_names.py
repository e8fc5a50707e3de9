# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of buckets."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._options.bucket_names import bucket_name_error


@pytest.mark.parametrize("name", ["data", "a.b-c", "0ab", "a" * 63])
def test_names(name: str) -> None:
    assert bucket_name_error(name) is None


@pytest.mark.parametrize("name", ["ab", "Data", "a" * 64, "-ab", "ab-", "a_b", "", "data/x", "arn:aws:s3:::data"])
def test_no_names(name: str) -> None:
    assert bucket_name_error(name)
