# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written about `access` is what the code does, in docs/s3_access.md and in the module's documentation."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from ansible_collections.xacct.aws.plugins.module_utils._policy.s3.actions import ACCESS
from ansible_collections.xacct.aws.plugins.modules import xacct_bucket_grant

PAGE = Path(__file__).resolve().parents[3] / "docs" / "s3_access.md"


def test_the_page_has_the_lists_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) ?\| (.*?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    found = {word: (tuple(re.findall("`(.*?)`", objects)), tuple(re.findall("`(.*?)`", bucket)))
             for word, objects, bucket in rows if word in ACCESS}  # fmt: skip
    assert found == {word: (access.objects, access.bucket) for word, access in ACCESS.items()}


def test_the_module_has_the_lists_of_the_code() -> None:
    options = yaml.safe_load(xacct_bucket_grant.DOCUMENTATION)["options"]
    lines = options["grants"]["suboptions"]["access"]["description"]
    said: dict[str, set[str]] = {}
    for line in lines:
        word = re.match(r"V\((\w+)\) is ", line)
        if word:
            words = re.findall(r"V\((\w+)\)", line)[1:]
            said[word.group(1)] = set(re.findall(r"C\((s3:\w+)\)", line)).union(*(said[each] for each in words))
    # "both" and what comes before it
    said["read_write"] = said["read"] | said["write"]
    said["full"] |= said["read_write"]
    assert said == {word: {*access.objects, *access.bucket} for word, access in ACCESS.items()}
