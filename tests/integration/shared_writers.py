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
from ansible_collections.xacct.aws.plugins.module_utils._aws.files.locks import SWITCH_OFF_VARIABLE
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants import (
    bucket_grant,
    identity_grant,
    resource_grant,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.role import role

from tests.integration.in_process import TestAccount
from tests.local_aws.server import LocalAws

WRITERS = 20
OLD = ["Old0", "Old1", "Old2", "Old3"]
NEW = [f"team{number}" for number in range(12)]
NAMES = [*OLD, *NEW, *NEW[:4]]
"""What each writer writes: the last four want the same as four others. A trust policy has room for no more names."""
SHORT = "service:s3.amazonaws.com"
"""They have to fit into 2,048 characters."""


def trust(name: str, _account_id: str) -> dict:
    """A writer's options of xacct_role: an old statement is taken back, another is added."""
    entry = {"state": "absent"} if name in OLD else {"principals": [SHORT]}
    return {"name": "Shared", "purge_trusted": False, "trusted": [{"name": name, **entry}]}


def grant(name: str, _account_id: str) -> dict:
    """The same of xacct_identity_grant."""
    new = {"actions": ["s3:GetObject"], "resources": [f"arn:aws:s3:::bucket-{name}"]}
    return {"principal": "role/Shared", "grants": [{"name": name, **({"state": "absent"} if name in OLD else new)}]}


def bucket(name: str, account_id: str) -> dict:
    """The same of xacct_bucket_grant. Names of buckets are the same for all accounts, so the account's ID is in it."""
    new = {"principals": [SHORT], "access": "read", "prefixes": [f"{name}/"]}
    entry = {"name": name, **({"state": "absent"} if name in OLD else new)}
    return {"bucket": f"shared-{account_id}", "grants": [entry]}


def topic(name: str, account_id: str) -> dict:
    """The same of xacct_resource_grant on a topic."""
    return on_resource(name, f"arn:aws:sns:us-east-1:{account_id}:shared", "publish")


def queue(name: str, account_id: str) -> dict:
    """The same on a queue, which takes twenty statements."""
    return on_resource(name, f"arn:aws:sqs:us-east-1:{account_id}:shared", "send")


def key(name: str, _account_id: str) -> dict:
    """The same on a key, which is found by its alias."""
    return {**on_resource(name, "alias/shared", "use"), "type": "kms_key"}


def key_grant(name: str, _account_id: str) -> dict:
    """The same as a KMS grant."""
    new = {"principals": ["333333333333"], "access": "use", "via": "grant"}
    entry = {"name": name, **({"state": "absent"} if name in OLD else new)}
    return {"resource": "alias/shared", "type": "kms_key", "grants": [entry]}


def on_resource(name: str, arn: str, access: str) -> dict:
    """The options of one writer on a resource with such an access."""
    new = {"principals": [SHORT], "access": access, "allow_any_source": True}
    return {"resource": arn, "grants": [{"name": name, **({"state": "absent"} if name in OLD else new)}]}


WRITES = {
    "role": (role.OPERATION, trust),
    "identity_grant": (identity_grant.OPERATION, grant),
    "bucket_grant": (bucket_grant.OPERATION, bucket),
    "topic": (resource_grant.OPERATION, topic),
    "queue": (resource_grant.OPERATION, queue),
    "key": (resource_grant.OPERATION, key),
    "key_grant": (resource_grant.OPERATION, key_grant),
}


def write(kind: str, name: str, account_id: str, directory: Path, lock: bool, start: Barrier) -> None:
    """What one process does; it ends with an exception, and so with status 1, when the operation fails."""
    operation, options = WRITES[kind]
    os.environ[SWITCH_OFF_VARIABLE] = "" if lock else "1"
    account = TestAccount(LocalAws(directory), account_id)
    start.wait(120)
    account.run(operation, **options(name, account_id))


def write_at_once(kind: str, account: TestAccount, lock: bool) -> None:
    """Run all writers, forked like Ansible's workers (but not from pytest's process, which has threads)."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    start = context.Barrier(WRITERS)
    processes = [
        context.Process(target=write, args=(kind, name, account.account_id, account.local_aws.directory, lock, start))
        for name in NAMES
    ]
    # The server of forks, which starts with the first process, imports this module once, if it finds it.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        for process in processes:
            process.start()
    for process in processes:
        process.join(180)
    assert [process.exitcode for process in processes] == [0] * WRITERS
