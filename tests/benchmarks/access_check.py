# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_access_check`: 200 roles, 20 questions each, read live from both accounts: calls and time.

Three ways: one task for all, which reads the accounts as a whole; a task for each role, which shows what a loop costs;
and one task with the policies given, which reads nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from ansible_collections.xacct.aws.plugins.module_utils._operations.access_check.access_check import OPERATION

from tests.integration.in_process import TestAccount
from tests.local_aws.server import LocalAws

ROLES = 200
QUESTIONS = 20
TRUSTED = "110000000001"
TRUSTING = "220000000002"
IN_A_LOOP = 20


def check_access(server: LocalAws, _folder: Path) -> None:
    """Print the calls and the time of each way."""
    targets = [f"arn:aws:iam::{TRUSTING}:role/Target{number}" for number in range(QUESTIONS)]
    principals = [f"arn:aws:iam::{TRUSTED}:role/Service{number}" for number in range(ROLES)]
    server.seed(seed(targets))
    account = TestAccount(server, TRUSTED)
    asked = {"actions": ["sts:AssumeRole"], "resources": targets, "context": {"sts:ExternalId": "words"}}
    live = {**asked, "resource_connection": {"access_key": TRUSTING, "secret_key": "local"}}
    given = {
        **asked,
        "gather": False,
        "policies": {
            "identity": {"assume": permission(targets)},
            "permissions_boundary": {},
            "resource": trust_policy(),
            "service_control": [],
            "resource_control": [],
        },
    }
    print(f"{ROLES} roles, {QUESTIONS} questions each, on one core of a local AWS")
    show("one task, read live", *timed(account, [principals], live), ROLES)
    shown = [[principal] for principal in principals[:IN_A_LOOP]]
    show(f"a task a role ({IN_A_LOOP} of them), read live", *timed(account, shown, live), IN_A_LOOP)
    show("one task, policies given", *timed(account, [principals], given), ROLES)


def timed(account: TestAccount, tasks: list[list[str]], options: dict) -> tuple[float, Counter]:
    """Run a task for each list of principals; return seconds and calls. Raises RuntimeError for a wrong answer."""
    calls: Counter = Counter()
    began = time.monotonic()
    for principals in tasks:
        outcome = account.run(OPERATION, check_mode=True, principals=principals, **options)
        calls += outcome.calls
        if outcome.result["counts"]["allowed"] != len(principals) * QUESTIONS:
            raise RuntimeError(f"not all allowed: {outcome.result['counts']}, {outcome.result['checks'][0]}")
    return time.monotonic() - began, calls


def show(title: str, seconds: float, calls: Counter, roles: int) -> None:
    """Print one line, and the calls below it."""
    each = seconds * 1000 / (roles * QUESTIONS)
    print(f"  {title:<36} {seconds:6.2f} s  {each:6.2f} ms a question  {sum(calls.values()):5} calls")
    print(f"    {', '.join(f'{call} {count}' for call, count in sorted(calls.items())) or 'no call'}")


def seed(targets: list[str]) -> dict:
    """Return both accounts: the roles that ask, each with its permission, and those that are asked for."""
    document = permission(targets)
    return {
        "accounts": {
            "trusted": {
                "account_id": TRUSTED,
                "roles": {f"Service{number}": {"policies": {"assume": document}} for number in range(ROLES)},
            },
            "trusting": {
                "account_id": TRUSTING,
                "roles": {target.rpartition("/")[2]: {"trust": trust_policy()} for target in targets},
            },
        }
    }


def permission(targets: list[str]) -> dict:
    """Return the policy of a role that asks."""
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": targets}],
    }


def trust_policy() -> dict:
    """Return the trust policy of a role that is asked for."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{TRUSTED}:root"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "words"}},
            }
        ],
    }
