# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The trusted side with 300 trusting accounts: what does not fit is refused with the numbers, both ways out work."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.trust_world import World, as_set
from tests.local_aws.server import LocalAws

ACCOUNTS = 300


@pytest.fixture(name="world")
def _world(local_aws: LocalAws, tmp_path: Path) -> World:
    world = World(local_aws, tmp_path)
    many = {f"customer{number:03}": f"{800_000_000_000 + number}" for number in range(ACCOUNTS)}
    world.hosts.update({host: {"xacct_account_id": account_id} for host, account_id in many.items()})
    world.groups["customers"] = list(many)
    world.trusts = world.trusts[:1]
    return world


def everywhere(role: str = "XacctBackup") -> set[str]:
    return {f"arn:aws:iam::{800_000_000_000 + number}:role/{role}" for number in range(ACCOUNTS)}


def test_exact_managed_and_pattern(world: World) -> None:
    only_the_trusted_side = ("--tags", "trusted", "--limit", "platform")
    refused = world.run(*only_the_trusted_side)
    assert refused.status != 0
    assert refused.journal == []
    assert "inline policies of a role hold 10,240" in refused.output
    assert "trusted_side: managed" in refused.output
    assert "trusted_side: pattern" in refused.output

    world.trusts[0]["trusted_side"] = "managed"
    managed = world.run(*only_the_trusted_side)
    assert managed.status == 0, managed.output
    iam = world.client("iam", "platform")
    attached = iam.list_attached_role_policies(RoleName="BackupService")["AttachedPolicies"]
    assert 1 < len(attached) <= 10
    resources: set[str] = set()
    for policy in attached:
        version = iam.get_policy(PolicyArn=policy["PolicyArn"])["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=policy["PolicyArn"], VersionId=version)["PolicyVersion"]["Document"]
        for statement in document["Statement"]:
            resources |= as_set(statement["Resource"])
    assert resources == everywhere()
    again = world.run(*only_the_trusted_side)
    assert (again.status, again.writes) == (0, [])

    # From one way to the other in one run: nothing of the first is left.
    world.trusts[0].update(trusted_side="pattern", organization="o-exampleorgid")
    pattern = world.run(*only_the_trusted_side)
    assert pattern.status == 0, pattern.output
    statement = world.permissions("role/BackupService")["Xacctbackup"]
    assert statement["Resource"] == "arn:aws:iam::*:role/XacctBackup"
    assert statement["Condition"] == {"StringEquals": {"aws:ResourceOrgID": ["o-exampleorgid"]}}
    assert iam.list_attached_role_policies(RoleName="BackupService")["AttachedPolicies"] == []
    again = world.run(*only_the_trusted_side)
    assert (again.status, again.writes) == (0, [])
