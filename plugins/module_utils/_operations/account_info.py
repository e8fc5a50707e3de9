# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_account_info`: which account a connection leads to, and by which ID access control lists name it.

Private to this collection.
"""

from __future__ import annotations

from .._aws.calls.errors import AwsError
from .._resources.canonical_ids import own_canonical_id
from .task import Operation, Task

ARGUMENT_SPEC = {"canonical_id": {"type": "bool", "default": True}}


def run(task: Task) -> dict:
    """Ask who the caller is, and who owns its buckets. Raises `AwsError`, but not for the latter."""
    account = task.account
    account.confirm_account()
    caller = account.caller
    canonical_id = None
    if task.params["canonical_id"]:
        try:
            canonical_id = own_canonical_id(account)
        except AwsError as error:
            task.warn(f"The canonical ID is not known: {error.message}")
    return {
        "changed": False,
        "account_id": caller.account_id,
        "arn": caller.arn,
        "partition": caller.partition,
        "canonical_id": canonical_id,
    }


OPERATION = Operation(name="xacct_account_info", argument_spec=ARGUMENT_SPEC, run=run, services=("sts", "s3"))
