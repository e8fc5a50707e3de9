# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Twenty processes write one policy at the same moment, with and without the controller's lock: nothing is lost."""

from __future__ import annotations

import json
import multiprocessing
from multiprocessing.synchronize import Barrier

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._operations import identity_grant, role

from tests.integration.in_process import TestAccount
from tests.local_aws.server import LocalAws

WRITERS = 20
FOREIGN_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": "333333333333"}, "Action": "sts:AssumeRole"},
        {"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"},
    ],
}
FOREIGN_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Theirs", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}
OLD = ["Old0", "Old1", "Old2", "Old3"]
SHORT = "service:a.aws"
"""Twenty statements have to fit into 2,048 characters."""


def trust(number: int) -> dict:
    """Writer's options of xacct_role: the first four take an old statement back, the others add one."""
    if number < len(OLD):
        return {"name": "Shared", "purge_trusted": False, "trusted": [{"name": OLD[number], "state": "absent"}]}
    return {"name": "Shared", "purge_trusted": False, "trusted": [{"name": f"team{number}", "principals": [SHORT]}]}


def grant(number: int) -> dict:
    """The same of xacct_identity_grant."""
    if number < len(OLD):
        return {"principal": "role/Shared", "grants": [{"name": OLD[number], "state": "absent"}]}
    resources = [f"arn:aws:s3:::bucket-{number}"]
    return {
        "principal": "role/Shared",
        "grants": [{"name": f"team{number}", "actions": ["s3:GetObject"], "resources": resources}],
    }


WRITES = {"role": (role.OPERATION, trust), "identity_grant": (identity_grant.OPERATION, grant)}


def write(kind: str, number: int, account_id: str, directory: str, start: Barrier) -> None:
    """What one process does; it ends with an exception, and so with status 1, when the operation fails."""
    operation, options = WRITES[kind]
    account = TestAccount(LocalAws(directory), account_id)
    start.wait(60)
    account.run(operation, **options(number))


def write_at_once(kind: str, account: TestAccount) -> None:
    """Run all writers, forked like Ansible's workers, and wait for them."""
    context = multiprocessing.get_context("fork")
    start = context.Barrier(WRITERS)
    processes = [
        context.Process(target=write, args=(kind, number, account.account_id, account.local_aws.directory, start))
        for number in range(WRITERS)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * WRITERS


@pytest.mark.parametrize("lock", ["lock", "no lock"])
def test_no_statement_of_a_trust_policy_is_lost(
    local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    account = TestAccount(local_aws)
    account.iam.create_role(RoleName="Shared", AssumeRolePolicyDocument=json.dumps(FOREIGN_TRUST))
    old = [{"name": name, "principals": [SHORT]} for name in OLD]
    account.run(role.OPERATION, name="Shared", purge_trusted=False, trusted=old)
    monkeypatch.setenv("XACCT_NO_CONTROLLER_LOCK", "1" if lock == "no lock" else "")
    write_at_once("role", account)
    ours = [f"Xacctteam{number}" for number in range(len(OLD), WRITERS)]
    assert sorted(account.trust_sids("Shared")) == sorted(["", "Theirs", *ours])


@pytest.mark.parametrize("lock", ["lock", "no lock"])
def test_no_statement_of_an_inline_policy_is_lost(
    local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    account = TestAccount(local_aws)
    account.iam.create_role(RoleName="Shared", AssumeRolePolicyDocument=json.dumps(FOREIGN_TRUST))
    account.iam.put_role_policy(RoleName="Shared", PolicyName="xacct", PolicyDocument=json.dumps(FOREIGN_POLICY))
    old = [{"name": name, "actions": ["s3:ListAllMyBuckets"], "resources": ["*"]} for name in OLD]
    account.run(identity_grant.OPERATION, principal="role/Shared", grants=old)
    monkeypatch.setenv("XACCT_NO_CONTROLLER_LOCK", "1" if lock == "no lock" else "")
    write_at_once("identity_grant", account)
    document = account.iam.get_role_policy(RoleName="Shared", PolicyName="xacct")["PolicyDocument"]
    ours = [f"Xacctteam{number}" for number in range(len(OLD), WRITERS)]
    assert sorted(statement["Sid"] for statement in document["Statement"]) == sorted(["Theirs", *ours])


def test_runs_that_make_one_role_at_once_share_it(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    account = TestAccount(local_aws)
    monkeypatch.setenv("XACCT_NO_CONTROLLER_LOCK", "1")
    write_at_once("role", account)
    ours = [f"Xacctteam{number}" for number in range(len(OLD), WRITERS)]
    assert sorted(account.trust_sids("Shared")) == sorted(ours)
