# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole bootstrap of 10, 50 and 200 trusting accounts with three trusts: first run, second run."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.benchmarks.runs import measure
from tests.local_aws.server import LocalAws

SIZES = (10, 50, 200)
PLATFORM = "111111111111"


def grow_bootstrap(server: LocalAws, folder: Path) -> None:
    """Print time, calls and memory of the first and the second run for every size."""
    print("bootstrap_trust, three trusts, 5 forks")
    print(f"  {'accounts':>8}  {'run':<6}  {'seconds':>7}  {'ms/account':>10}  {'calls/account':>13}  {'peak MiB':>8}")
    for size in SIZES:
        server.reset()
        server.seed(seed())
        inventory = folder / f"accounts-{size}.yml"
        inventory.write_text(yaml.safe_dump(accounts(size, server.endpoint)))
        for name in ("first", "second"):
            run = measure(server, folder, "xacct.aws.bootstrap_trust", inventory)
            print(
                f"  {size:>8}  {name:<6}  {run.seconds:>7.1f}  {run.seconds / size * 1000:>10.0f}"
                f"  {sum(run.calls.values()) / size:>13.1f}  {run.memory:>8.0f}"
            )


def identifier(number: int) -> str:
    """Return the ID of a trusting account."""
    return f"{300000000000 + number}"


def seed() -> dict:
    """Describe the account whose roles are trusted."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{PLATFORM}:root"}, "Action": "sts:AssumeRole"}
        ],
    }
    return {"accounts": {PLATFORM: {"roles": {name: {"trust": trust} for name in ("Backup", "Audit", "Deploy")}}}}


def accounts(size: int, endpoint: str) -> dict:
    """Return the inventory: one trusted account, `size` trusting ones, three trusts."""

    def host(account_id: str) -> dict:
        connection = {
            "endpoint_url": endpoint,
            "region": "us-east-1",
            "access_key": account_id,
            "secret_key": "local",
        }
        return {"xacct_account_id": account_id, "xacct_connection": connection}

    trusts = [
        {
            "name": name.lower(),
            "trusted": {"account": "platform", "principals": [f"role/{name}"]},
            "trusting": ["customers"],
            "trusted_side": "managed",
            "role": {"name": f"Xacct{name}", "external_id": f"{name}-4711", "tags": {"trust": name.lower()}},
        }
        for name in ("Backup", "Audit", "Deploy")
    ]
    customers = {f"customer{number:03}": host(identifier(number)) for number in range(size)}
    return {
        "all": {
            "vars": {"ansible_connection": "local", "xacct_trusts": trusts},
            "children": {
                "accounts": {
                    "hosts": {"platform": host(PLATFORM)},
                    "children": {"customers": {"hosts": customers}},
                }
            },
        }
    }
