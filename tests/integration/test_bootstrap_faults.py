# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook bootstrap_trust where something is wrong: refused before any write, overcome, or told of at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.trust_world import World, to_json, trust_of
from tests.local_aws.server import LocalAws


@pytest.fixture(name="world")
def _world(local_aws: LocalAws, tmp_path: Path) -> Iterator[World]:
    yield World(local_aws, tmp_path)
    local_aws.clear_faults()


def failures(run) -> dict[str, str]:
    """The messages of what failed, by host."""
    return {failure["host"]: failure["msg"] for failure in run.report["failed"]}


def test_bad_trusts_are_refused_before_any_call(world: World) -> None:
    world.trusts[0]["trusting"] = ["customer"]
    world.trusts[1]["trusted"]["principals"] = ["developers"]
    world.trusts.append({"name": "backup"})
    refused = world.run()
    assert refused.status != 0
    assert refused.journal == []
    assert "did you mean 'customers'?" in refused.output
    assert "was role/developers meant?" in refused.output
    assert "2 trusts have this name" in refused.output


@pytest.mark.parametrize("variable", ["xacct_report_file", "xacct_junit_file"])
def test_a_report_file_that_is_none_is_refused_before_any_call(world: World, variable: str) -> None:
    """The module that writes it would put a file in the place of a device."""
    os.mkfifo(world.directory / "fifo")
    (world.directory / "link").symlink_to(world.directory / "fifo")
    refused = world.run(variables={variable: str(world.directory / "link")})
    assert refused.status != 0
    assert refused.journal == []
    assert f"{world.directory}/link is not a regular file" in refused.output.replace("\n", " ")
    assert (world.directory / "link").is_symlink()


def test_the_wrong_account_is_refused_before_anything_names_it(world: World) -> None:
    world.hosts["a"]["xacct_account_id"] = world.accounts["c"]
    refused = world.run("--tags", "trusting,trusted")
    assert refused.status != 0
    assert world.accounts["a"] in failures(refused)["a"]
    assert world.accounts["c"] in failures(refused)["a"]
    assert {account for account, _operation, _resource in refused.writes} == {
        world.accounts["platform"],
        world.accounts["b"],
    }
    assert refused.states[("developers", "b")] == "changed"
    # Nobody is allowed into the account that is somebody else's.
    assert world.permissions("role/BackupService") is None
    assert refused.states[("backup", "b")] == "not tried (trusted side)"


def test_a_wrong_account_that_is_trusted_as_a_whole_is_not_let_in(world: World) -> None:
    world.trusts[0]["trusted"] = {"account": "platform"}
    world.trusts.pop()
    world.hosts["platform"]["xacct_account_id"] = world.accounts["c"]
    refused = world.run("--tags", "trusting,trusted")
    assert refused.status != 0
    assert world.accounts["c"] in failures(refused)["platform"]
    assert refused.writes == []
    assert world.trust_policy("a", "XacctBackup") is None


def test_one_bad_account_does_not_stop_the_others(world: World) -> None:
    world.add_customer_c()
    world.hosts["a"]["xacct_connection"]["endpoint_url"] = "http://127.0.0.1:9"
    world.local_aws.faults({"effect": "access_denied", "service": "iam", "account": world.accounts["c"]})
    uneven = world.run("--tags", "trusting,trusted")
    assert uneven.status != 0
    told = failures(uneven)
    assert set(told) == {"a", "c"}
    assert "127.0.0.1:9" in told["a"]
    assert "AccessDenied" in told["c"] or "not authorized" in told["c"]
    assert uneven.states[("developers", "b")] == "changed"
    assert uneven.states[("backup", "a")].startswith("failed")
    assert world.trust_policy("b", "XacctBackup") is not None

    world.local_aws.clear_faults()
    world.hosts["a"]["xacct_connection"]["endpoint_url"] = world.local_aws.endpoint
    again = world.run()
    assert again.status == 0, again.output
    assert again.report["counts"]["proved"] == again.report["counts"]["expected"]
    assert {host for host, state in again.states.items() if state == "in place"} == {("developers", "b")} | {
        key for key in again.states if key[1] == "b"
    }


def test_missing_credentials_and_an_undefined_connection_are_told_of(world: World) -> None:
    world.hosts["a"]["xacct_connection"] = {"endpoint_url": world.local_aws.endpoint, "region": "us-east-1"}
    world.hosts["b"]["xacct_connection"] = "{{ nobody_defined_this }}"
    told_of = world.run("--tags", "trusting")
    assert told_of.status != 0
    assert "credentials" in failures(told_of)["a"]
    assert "nobody_defined_this" in failures(told_of)["b"]


def test_a_trust_of_a_missing_principal_is_not_begun(world: World) -> None:
    world.trusts.append(
        {
            "name": "ghost",
            "trusted": {"account": "platform", "principals": ["role/Ghost", "role/Reporter"]},
            "trusting": ["customers"],
            "role": {"name": "XacctGhost"},
        }
    )
    partly = world.run()
    assert partly.status != 0
    assert "Ghost" in failures(partly)["platform"]
    assert world.trust_policy("a", "XacctGhost") is None
    assert world.permissions("role/Reporter") is None
    assert partly.states[("backup", "a")] == "changed"
    assert world.permissions("role/BackupService") is not None
    assert partly.report["broken"] == []


def test_a_foreign_role_of_the_same_name_is_left_alone(world: World) -> None:
    foreign = trust_of(f"arn:aws:iam::{world.accounts['c']}:root")
    world.client("iam", "a").create_role(RoleName="XacctBackup", AssumeRolePolicyDocument=to_json(foreign))
    left = world.run("--tags", "trusting")
    assert left.status != 0
    assert "take_over" in failures(left)["a"]
    assert world.trust_policy("a", "XacctBackup")["Statement"][0]["Principal"] == foreign["Statement"][0]["Principal"]
    assert left.states[("backup", "b")].startswith("changed")


def test_throttling_errors_and_cut_connections_are_overcome(world: World) -> None:
    a, b, platform = (world.accounts[name] for name in ("a", "b", "platform"))
    world.local_aws.faults(
        {"effect": "throttle", "account": a, "times": 2},
        {"effect": "status_500", "account": b, "operation": "GetRole", "times": 1},
        {"effect": "cut_after_write", "account": b, "operation": "CreateRole", "times": 1},
        {"effect": "cut_after_write", "account": a, "operation": "PutRolePolicy", "times": 1},
        {"effect": "invalid_principal", "account": a, "operation": "CreateRole", "times": 2},
        {"effect": "status_500", "account": platform, "operation": "PutRolePolicy", "times": 1},
    )
    made = world.run()
    assert made.status == 0, made.output
    assert {call.fault for call in made.journal} > {"throttle", "status_500", "cut_after_write", "invalid_principal"}
    again = world.run()
    assert (again.status, again.writes, again.changed_hosts) == (0, [], set()), again.output
    assert again.report["counts"]["proved"] == again.report["counts"]["expected"]


def test_a_server_that_lacks_calls_and_organizations(world: World) -> None:
    """Both sides are made and proved; what no call shows is evaluated once it is said that there is no organization."""
    del world.hosts["platform"]["xacct_principal_connections"]
    lacking = (
        "GetAccountSummary",
        "ListInstanceProfilesForRole",
        "GetAccountAuthorizationDetails",
        "DescribeOrganization",
    )
    world.local_aws.faults(*({"effect": "not_allowed", "operation": operation} for operation in lacking))
    made = world.run()
    assert made.status == 0, made.output
    counts = made.report["counts"]
    assert counts["proved"] > 0 and counts["broken"] == 0
    (unknown,) = (proof for proof in made.report["proofs"] if proof["outcome"] == "not_proved")
    assert unknown["expect"] == "allowed"
    assert all("the organization of account" in text for text in unknown["evaluation"]["unread"])
    proved = world.run(playbook="xacct.aws.verify_trust", variables={"xacct_no_organization": "true"})
    assert proved.status == 0, proved.output
    assert not proved.journal.count("organizations:DescribeOrganization")
    assert proved.report["counts"]["proved"] == counts["proved"]
    assert proved.report["counts"]["evaluated"] == counts["evaluated"] + 1
    assert "not_proved" not in proved.report["counts"]
