# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A policy that its service copies from another region, and lets nobody write: waiting until it is as declared.

Private to this collection.
"""

from __future__ import annotations

from ..._aws.calls.errors import AwsError, is_code
from ..._aws.calls.retries import retry_while
from ..._services.resource_policy import ResourcePolicy
from ..task import Task, TaskError
from .shared_policy import Merge, same_policy

COPY_SECONDS = 60
"""How long a copy may take; AWS does not say. `propagation_timeout` bounds the wait when the user gives it."""

_NOT_COPIED = "NotCopiedYet"


def await_replica(task: Task, carrier: ResourcePolicy, merge: Merge, policy: dict | None) -> dict | None:
    """Return a policy of which `merge` changes nothing, as soon as the copy is that; in check mode as it is (`policy`).

    The same grant may have been written in the other region moments ago, or, in check mode, may have been foretold
    there. Raises `TaskError` when the copy stays another one.
    """
    source, here = carrier.copied_from, carrier.arn.region
    what = f"{carrier.resource_label} in {here} is a replica of the one in {source}"
    if task.check_mode:
        task.warn(
            f"{what}, and its policy is copied from there, so nothing is written here. It is not what is declared yet: "
            f"that has to be granted in {source}"
        )
        return policy

    def as_declared() -> dict | None:
        seen = carrier.read()
        if not same_policy(seen, merge(seen)):
            raise AwsError(f"{carrier.label} in {here} is not that of {source} yet", code=_NOT_COPIED)
        return seen

    given = task.params["propagation_timeout"]
    seconds = COPY_SECONDS if given is None else given
    try:
        return retry_while(
            as_declared,
            lambda error: is_code(error, _NOT_COPIED),
            seconds,
            what=f"{carrier.label} to be copied from {source} to {here}",
            warn=task.progress,
        )
    except AwsError as error:
        if not is_code(error, _NOT_COPIED):
            raise
        raise TaskError(
            f"{what}: its policy is copied from there, and cannot be written here. It is not what is declared, and was "
            f"not after {seconds} s. Grant the same in {source} (region: {source}) before this one; where that was "
            "done, look there why nothing is copied (ReplicationStatus), or raise propagation_timeout"
        ) from error
