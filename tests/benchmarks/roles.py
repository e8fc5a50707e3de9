# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A role that needs no change, on 50 accounts: `xacct_role` beside `amazon.aws.iam_role`, and both beside `debug`."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import yaml

from tests.benchmarks.runs import Run, measure, write_play
from tests.local_aws.server import LocalAws

HOSTS = 50
ROUNDS = 3
TRUSTED_ARN = "arn:aws:iam::111111111111:root"
MANAGED = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
INLINE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::data/*"]}],
}
TAGS = {"team": "backup", "cost": "42"}
CONNECTION = {
    "access_key": "{{ xacct_account_id }}",
    "secret_key": "local",
    "region": "us-east-1",
    "endpoint_url": "{{ endpoint }}",
}


def compare_roles(server: LocalAws, folder: Path) -> None:
    """Print the time per host and the calls of a run that changes nothing."""
    inventory = folder / "roles.yml"
    hosts = {f"account{number:03}": {"xacct_account_id": f"{200000000000 + number}"} for number in range(HOSTS)}
    inventory.write_text(yaml.safe_dump({"all": {"vars": {"endpoint": server.endpoint}, "hosts": hosts}}))
    plays = {
        "debug": write_play(folder, "debug", [{"ansible.builtin.debug": {"msg": "nothing"}}]),
        "xacct_role": write_play(folder, "ours", [ours()]),
        "amazon.aws.iam_role": write_play(folder, "peer", [peer()]),
    }
    for name in ("xacct_role", "amazon.aws.iam_role"):
        measure(server, folder, str(plays[name]), inventory)
    runs: dict[str, list[Run]] = {name: [] for name in plays}
    for _round in range(ROUNDS):
        for name, play in plays.items():
            run = measure(server, folder, str(play), inventory)
            if "changed=1" in run.output:
                raise RuntimeError(f"{name} changed something in a run that should not:\n{run.output[-2000:]}")
            runs[name].append(run)
    print(f"No-change role on {HOSTS} hosts, 5 forks, median of {ROUNDS} runs")
    idle = statistics.median(run.seconds for run in runs["debug"])
    beyond = {}
    for name, measured in runs.items():
        seconds = statistics.median(run.seconds for run in measured)
        beyond[name] = (seconds - idle) / HOSTS * 1000
        calls = sum(measured[0].calls.values()) / HOSTS
        print(f"  {name:<20} {seconds:6.2f} s  {beyond[name]:6.1f} ms a host beyond debug  {calls:4.1f} calls a host")
    print(f"  ratio of the time beyond debug: 1/{beyond['amazon.aws.iam_role'] / beyond['xacct_role']:.1f}")
    for name in ("xacct_role", "amazon.aws.iam_role"):
        calls = ", ".join(f"{call} {count / HOSTS:g}" for call, count in sorted(runs[name][0].calls.items()))
        print(f"  calls a host, {name}: {calls}")


def ours() -> dict:
    """Return the task of this collection."""
    return {
        "xacct.aws.xacct_role": {
            **CONNECTION,
            "name": "BenchOurs",
            "trusted": [{"name": "backup", "principals": ["111111111111"], "external_id": ["shared-words"]}],
            "managed_policies": MANAGED,
            "purge_managed_policies": True,
            "inline_policies": {"data": INLINE},
            "purge_inline_policies": True,
            "permissions_boundary": MANAGED[0],
            "tags": TAGS,
        }
    }


def peer() -> dict:
    """Return the peer's task for the same role; its inline policy is left out, which takes another module there."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": TRUSTED_ARN},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "shared-words"}},
    }
    return {
        "amazon.aws.iam_role": {
            **CONNECTION,
            "name": "BenchPeer",
            "assume_role_policy_document": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            "managed_policies": MANAGED,
            "boundary": MANAGED[0],
            "create_instance_profile": False,
            "tags": TAGS,
        }
    }
