# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/choosing.md: every trust in it can be used as it stands, and does what the text around it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import plan

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "choosing.md"
ACCOUNTS = {
    "platform": {"account_id": "111111111111", "organization": "o-exampleorgid"},
    "customer_a": {"account_id": "222222222222", "groups": ["customers"], "organization": "o-exampleorgid"},
    "customer_b": {"account_id": "333333333333", "groups": ["customers"], "organization": "o-exampleorgid"},
}
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
TRUSTS = {trust["name"]: trust for block in BLOCKS for trust in yaml.safe_load(block)}


@pytest.mark.parametrize("name", TRUSTS)
def test_each_trust_can_be_planned(name):
    made = plan([TRUSTS[name]], ACCOUNTS)
    assert made["trusts"][name]["to"]
    assert any(side["trusting"] for side in made["accounts"].values())
    assert any(side["trusted"] for side in made["accounts"].values()) or made["third_parties"]


def test_they_can_stand_in_one_list():
    made = plan(list(TRUSTS.values()), ACCOUNTS)
    assert set(made["trusts"]) == set(TRUSTS)
    assert len(TRUSTS) == len(BLOCKS)


def test_every_method_has_a_case():
    methods = {made["method"] for made in plan(list(TRUSTS.values()), ACCOUNTS)["trusts"].values()}
    assert methods == {"role", "bucket", "bucket_acl", "object_acl", "resource"}


def test_the_plan_warns_of_the_acl_that_a_bucket_grant_could_replace_and_of_no_other():
    warned = plan(list(TRUSTS.values()), ACCOUNTS)["warnings"]
    assert len(warned) == 1
    assert warned[0].startswith("trust 'legacy': bucket_acl where a bucket grant would do")


def test_a_third_party_is_told_what_to_attach():
    parties = plan(list(TRUSTS.values()), ACCOUNTS)["third_parties"]
    assert {party["trust"] for party in parties} == {"monitoring", "audit"}
    assert all(party["policy"]["Statement"] for party in parties)


def test_the_readme_links_it():
    assert "docs/choosing.md" in (GUIDE.parents[1] / "README.md").read_text(encoding="utf-8")
