# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing into a policy that others write into too, where the service refuses a write on top of an old revision.

Read with the revision, merge, write on top of that revision; refused because somebody else was faster: all of it again,
after a random pause, a bounded number of times. Nobody's statement can be lost, so nothing is locked and nothing
settles as in `shared_policy.py`.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable

from ..._aws.calls.errors import AwsError, is_code
from ..._services.resource_policy import RevisionedPolicy
from ..task import nobody_listens
from .shared_policy import (
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    PASSING_CODES,
    Converged,
    Merge,
    Timing,
    same_policy,
)

ROUNDS = 30
"""Of several writers at once one gets through in every round, so this is for as many."""

_REAL_TIME = Timing()


def converge_revisioned(
    carrier: RevisionedPolicy,
    merge: Merge,
    *,
    progress: Callable[[str], None] = nobody_listens,
    timing: Timing = _REAL_TIME,
    passing: tuple[str, ...] = (),
) -> Converged:
    """Bring a policy with revisions to where `merge` changes nothing any more.

    `merge` and `passing` as for `converge_policy`. Raises `AwsError` with the last conflict when others were faster
    each time, and what `carrier.check_size` and `carrier.write_on_revision` raise.
    """
    writes = 0
    refusal: AwsError | None = None
    for number in range(ROUNDS):
        present = carrier.read_with_revision()
        if number == 0:
            before = present.document
        wanted = merge(present.document)
        if same_policy(present.document, wanted):
            return Converged(before, present.document, writes)
        carrier.check_size(wanted)
        try:
            carrier.write_on_revision(present, wanted)
            writes += 1
        except AwsError as error:
            if not is_code(error, *carrier.conflicts, *PASSING_CODES, *passing):
                raise
            refusal = error
            progress(f"{carrier.label}: another writer changed it at the same time; merging again")
            timing.sleep(timing.uniform(0, min(FIRST_PAUSE_SECONDS * 2**number, LONGEST_PAUSE_SECONDS)))
    raise refusal or AwsError(f"{carrier.label}: it did not show what was written to it in {ROUNDS} attempts")
