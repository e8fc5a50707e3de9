# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook bootstrap_trust on the local AWS: both sides made, proved, kept, grown and taken back."""

from __future__ import annotations

from pathlib import Path

import botocore.exceptions
import pytest

from tests.integration.trust_world import World, as_set, to_json
from tests.local_aws.server import LocalAws


@pytest.fixture(name="world")
def _world(local_aws: LocalAws, tmp_path: Path) -> World:
    return World(local_aws, tmp_path)


@pytest.mark.also_oldest
def test_made_and_proved_then_nothing_left_to_do(world: World) -> None:
    foretold = world.run("--check", "--diff")
    assert foretold.status == 0, foretold.output
    assert foretold.writes == []
    assert set(foretold.states.values()) == {"would change"}
    assert "XacctBackup" in foretold.output
    assert foretold.report["counts"]["proved"] == 0
    assert foretold.report["counts"]["broken"] == 0

    first = world.run()
    assert first.status == 0, first.output
    assert first.report["ok"]
    assert first.states == dict.fromkeys(foretold.states, "changed")
    assert first.report["counts"]["proved"] == first.report["counts"]["expected"] > 0
    assert first.changed_hosts == foretold.changed_hosts == {"platform", "a", "b"}
    # A hop is made once a run, whatever tasks and processes need it.
    hub, access = (
        f"arn:aws:iam::{world.accounts['platform']}:role/Hub",
        f"arn:aws:iam::{world.accounts['b']}:role/Access",
    )
    hops = [call.resource for call in first.journal if call.operation == "AssumeRole"]
    assert (hops.count(hub), hops.count(access)) == (1, 1)

    # The declared principal gets in with the account's own external ID, and not without it or with another's.
    ids = {account: external_ids(world, account) for account in ("a", "b")}
    assert all(len(known) == 1 for known in ids.values())
    assert ids["a"] != ids["b"]
    service = world.assume(world.users["platform"]["deployer"], "platform", "BackupService")
    world.assume(service, "a", "XacctBackup", ExternalId=ids["a"][0])
    for wrong in ({}, {"ExternalId": ids["b"][0]}):
        with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
            world.assume(service, "a", "XacctBackup", **wrong)
    world.assume(world.users["platform"]["alice"], "b", "XacctDeveloper")

    second = world.run("-vvvv")
    assert second.status == 0, second.output
    assert second.writes == []
    assert second.changed_hosts == set()
    assert set(second.states.values()) == {"in place"}
    assert second.report["counts"]["proved"] == first.report["counts"]["proved"]
    assert {account: external_ids(world, account) for account in ("a", "b")} == ids
    secrets = [user["secret_key"] for users in world.users.values() for user in users.values()]
    assert not [secret for secret in secrets if secret in second.output]
    assert "SecretAccessKey" not in second.output

    # Where everything is in place, a check proves it too.
    again = world.run("--check", "--diff")
    assert again.states == second.states
    assert again.report["counts"]["proved"] == second.report["counts"]["proved"]
    assert again.writes == []


def test_a_limited_run_never_makes_a_grant_smaller(world: World) -> None:
    limited = world.run("--limit", "platform,a")
    assert limited.status == 0, limited.output
    assert limited.states[("backup", "b")].endswith("not in this run")
    everywhere = world.role_arns("XacctBackup", "a", "b")
    assert as_set(world.permissions("role/BackupService")["Xacctbackup"]["Resource"]) == everywhere
    assert world.trust_policy("b", "XacctBackup") is None

    # A slice of the inventory knows the other accounts from xacct_accounts alone.
    groups = {"a": ["accounts", "customers"], "b": ["accounts", "customers"], "platform": ["accounts"]}
    directory = {host: {"account_id": world.accounts[host], "groups": groups[host]} for host in groups}
    del world.hosts["b"]
    world.groups = {"customers": ["a"]}
    sliced = world.run(variables={"xacct_accounts": directory})
    assert sliced.status == 0, sliced.output
    assert sliced.writes == []
    assert as_set(world.permissions("role/BackupService")["Xacctbackup"]["Resource"]) == everywhere


def test_a_new_account_and_a_new_trust_change_only_themselves(world: World) -> None:
    assert world.run("--tags", "trusting,trusted").status == 0
    before = world.permissions("group/developers")
    world.add_customer_c()
    world.trusts.append(
        {
            "name": "reports",
            "trusted": {"account": "platform", "principals": ["role/Reporter"]},
            "trusting": ["a"],
            "role": {
                "name": "XacctReports",
                "description": "{% raw %}{{ 7 * 7 }} reports{% endraw %}",
                "external_id": ["new", "old"],
            },
        }
    )
    grown = world.run()
    assert grown.status == 0, grown.output
    assert {key for key, state in grown.states.items() if state != "in place"} == {
        ("backup", "a"),  # its trusted side, which now reaches c as well
        ("backup", "b"),
        ("backup", "c"),
        ("reports", "a"),
    }
    rows = {(row["trust"], row["to"]): row["trusting_side"] for row in grown.report["rows"]}
    assert rows[("backup", "a")] == rows[("backup", "b")] == "in place"
    written = {(account, resource) for account, _operation, resource in grown.writes}
    assert written == {
        (world.accounts["c"], "XacctBackup"),
        (world.accounts["a"], "XacctReports"),
        (world.accounts["platform"], "BackupService"),
        (world.accounts["platform"], "Reporter"),
    }
    assert world.permissions("group/developers") == before
    assert external_ids(world, "a", "XacctReports") == ["new", "old"]
    # What was text once is never taken for a template on its way through facts.
    role = world.client("iam", "a").get_role(RoleName="XacctReports")["Role"]
    assert role["Description"] == "{{ 7 * 7 }} reports"


def test_absent_takes_back_both_sides_and_leaves_the_others(world: World) -> None:
    world.trusts[1]["trusted"]["principals"] = ["role/BackupService"]
    assert world.run("--tags", "trusting,trusted").status == 0
    world.trusts[0]["state"] = "absent"
    gone = world.run()
    assert gone.status == 0, gone.output
    assert gone.states[("backup", "a")] == "removed"
    assert world.trust_policy("a", "XacctBackup") is None
    assert list(world.permissions("role/BackupService")) == ["Xacctdevelopers"]
    assert world.trust_policy("b", "XacctDeveloper") is not None
    world.trusts[1]["state"] = "absent"
    assert world.run("--tags", "trusting,trusted").status == 0
    assert world.permissions("role/BackupService") is None
    again = world.run()
    assert (again.status, again.writes, again.changed_hosts) == (0, [], set())
    assert set(again.states.values()) == {"absent"}


def test_a_third_party_gets_a_policy_to_attach(world: World) -> None:
    partner = world.accounts["c"]
    iam = world.client("iam", "c")
    trust = {"Version": "2012-10-17", "Statement": []}
    trust["Statement"].append(
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{partner}:root"}, "Action": "sts:AssumeRole"}
    )
    iam.create_role(RoleName="Collector", AssumeRolePolicyDocument=to_json(trust))
    world.trusts = [
        {
            "name": "monitoring",
            "trusted": {"account_id": partner, "principals": ["role/Collector"]},
            "trusting": ["a"],
            "role": {"name": "XacctMonitoring", "external_id": "partner-1"},
        }
    ]
    made = world.run()
    assert made.status == 0, made.output
    policy = made.report["third_parties"][0]["policy"]
    assert '"third_parties": {' in made.output
    collector = world.assume(world.users["c"]["deployer"], "c", "Collector")
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        world.assume(collector, "a", "XacctMonitoring", ExternalId="partner-1")
    iam.put_role_policy(RoleName="Collector", PolicyName="xacct", PolicyDocument=to_json(policy))
    world.assume(collector, "a", "XacctMonitoring", ExternalId="partner-1")
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        world.assume(collector, "a", "XacctMonitoring")


def test_verify_trust_alone_reads_generated_ids_and_finds_what_is_broken(world: World) -> None:
    assert world.run("--tags", "trusting,trusted").status == 0
    proved = world.run(playbook="xacct.aws.verify_trust")
    assert proved.status == 0, proved.output
    assert proved.writes == []
    assert proved.report["counts"]["proved"] == proved.report["counts"]["expected"] > 0

    # Somebody opens a role to everybody of the platform, without an external ID.
    opened = world.trust_policy("a", "XacctBackup")
    everybody = {"AWS": f"arn:aws:iam::{world.accounts['platform']}:root"}
    opened["Statement"].append({"Effect": "Allow", "Principal": everybody, "Action": "sts:AssumeRole"})
    world.client("iam", "a").update_assume_role_policy(RoleName="XacctBackup", PolicyDocument=to_json(opened))
    broken = world.run(playbook="xacct.aws.verify_trust")
    assert broken.status != 0
    assert {entry["trust"] for entry in broken.report["broken"]} == {"backup"}
    assert all("/a/" in entry["id"] for entry in broken.report["broken"])

    healed = world.run()
    assert healed.status == 0, healed.output
    assert healed.report["counts"]["broken"] == 0


def external_ids(world: World, account: str, role: str = "XacctBackup") -> list[str]:
    """The external IDs in the trust policy of a role."""
    statement = world.trust_policy(account, role)["Statement"][0]
    return sorted(as_set(statement["Condition"]["StringEquals"]["sts:ExternalId"]))
