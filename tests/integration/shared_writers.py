# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Twenty processes that write one policy at the same moment. A module of its own: the processes import it."""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.locks import SWITCH_OFF_VARIABLE
from ansible_collections.xacct.aws.plugins.module_utils._operations import bucket_grant, identity_grant, role

from tests.integration.in_process import TestAccount
from tests.local_aws.server import LocalAws

WRITERS = 20
OLD = ["Old0", "Old1", "Old2", "Old3"]
NEW = [f"team{number}" for number in range(len(OLD), WRITERS)]
SHORT = "service:a.aws"
"""Twenty statements have to fit into 2,048 characters."""


def trust(number: int, _account_id: str) -> dict:
    """A writer's options of xacct_role: the first four take an old statement back, the others add one."""
    if number < len(OLD):
        return {"name": "Shared", "purge_trusted": False, "trusted": [{"name": OLD[number], "state": "absent"}]}
    return {"name": "Shared", "purge_trusted": False, "trusted": [{"name": f"team{number}", "principals": [SHORT]}]}


def grant(number: int, _account_id: str) -> dict:
    """The same of xacct_identity_grant."""
    if number < len(OLD):
        return {"principal": "role/Shared", "grants": [{"name": OLD[number], "state": "absent"}]}
    entry = {"name": f"team{number}", "actions": ["s3:GetObject"], "resources": [f"arn:aws:s3:::bucket-{number}"]}
    return {"principal": "role/Shared", "grants": [entry]}


def bucket(number: int, account_id: str) -> dict:
    """The same of xacct_bucket_grant. Names of buckets are the same for all accounts, so the account's ID is in it."""
    name = f"shared-{account_id}"
    if number < len(OLD):
        return {"bucket": name, "grants": [{"name": OLD[number], "state": "absent"}]}
    entry = {"name": f"team{number}", "principals": [SHORT], "access": "read", "prefixes": [f"team{number}/"]}
    return {"bucket": name, "grants": [entry]}


WRITES = {
    "role": (role.OPERATION, trust),
    "identity_grant": (identity_grant.OPERATION, grant),
    "bucket_grant": (bucket_grant.OPERATION, bucket),
}


def write(kind: str, number: int, account_id: str, directory: Path, lock: bool, start: Barrier) -> None:
    """What one process does; it ends with an exception, and so with status 1, when the operation fails."""
    operation, options = WRITES[kind]
    os.environ[SWITCH_OFF_VARIABLE] = "" if lock else "1"
    account = TestAccount(LocalAws(directory), account_id)
    start.wait(120)
    account.run(operation, **options(number, account_id))


def write_at_once(kind: str, account: TestAccount, lock: bool) -> None:
    """Run all writers, forked like Ansible's workers (but not from pytest's process, which has threads)."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    start = context.Barrier(WRITERS)
    processes = [
        context.Process(target=write, args=(kind, number, account.account_id, account.local_aws.directory, lock, start))
        for number in range(WRITERS)
    ]
    # The server of forks, which starts with the first process, imports this module once, if it finds it.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        for process in processes:
            process.start()
    for process in processes:
        process.join(180)
    assert [process.exitcode for process in processes] == [0] * WRITERS
