# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing into a policy that others write into too, without losing a statement of anybody.

IAM, S3, KMS and others have no compare-and-swap: who writes last wins with the whole document. The protocol:

    lock on the controller -> read -> merge -> equal? done -> size -> write -> unlock
    -> settle -> read again -> still there? done
    -> otherwise all of it again, after a random pause, a bounded number of times -> else say what was lost

Why nothing is lost among writers that keep to it. Writers of one controller queue up at the lock from reading to
writing, and settle side by side. Take two that do not
see each other's lock: A wrote at time a, and B, who had read before a, writes at b > a and so wipes out A's statement.

- A notices if its confirming read comes after b. B's read came before a, so b - a is less than the time between B's
  read and B's write, its *window*. A therefore settles for longer than any window: at least `SETTLE_SECONDS`, and
  `SETTLE_WINDOWS` times its own window as measured, network and machine load included. No window grows beyond that by
  thinking: who finds that more than `FRESH_SECONDS` passed since its read was answered reads again before it writes.
- A removal is confirmed by the same read: what B read still had the statement, so it is back, and A removes it again.
- B wiped out what others had put there as well, if it was between B's read and its write. Writers that keep to this
  protocol notice for themselves, by the argument above; A must not put their statements back, because one of them may
  have taken its own out on purpose, and have confirmed that. A foreign statement (of a console, another tool) has
  nobody who looks after it: A puts back those that were in the document that A wrote and are gone *together with* A's
  own. If A's own are still there, then whoever removed the foreign one had seen A's document: it is respected.
- Reading from a replica that lags shows the document as it was before A's write. It is read again for a while before
  it counts as lost, because writing on top of it would make A the one that wipes out.

- A write is sent once (`iam.call_once`): sent again by botocore after a throttled second, it would be a write with a
  window of that second. Here a refused write leads to another reading.

The pause before another try is random and grows, so that writers which collided once spread out; each round settles the
last writer of every collision for good, and the rounds are bounded.

Not covered: a writer that keeps to none of this (a console, another tool) with a window longer than we settle.
Private to this collection.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional

from ..._aws.calls.errors import AwsError, is_code
from ..._policy.language.comparison import policies_equal, sid_of
from ..._policy.language.documents import statements
from ..._policy.statements.own_statements import Lost, is_own_sid, lost_statements
from ..task import TaskError, nobody_listens

if TYPE_CHECKING:
    from ..._resources.policy_carrier import PolicyCarrier

SETTLE_SECONDS = 0.25
SETTLE_WINDOWS = 4
FRESH_SECONDS = 0.1
SLOWEST_REPLICA_SECONDS = 5.0
ROUNDS = 12
FIRST_PAUSE_SECONDS = 0.3
LONGEST_PAUSE_SECONDS = 4.0

PASSING_CODES = (
    "Throttling",
    "ThrottlingException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "ConcurrentModification",
    "ConcurrentModificationException",
    "EntityTemporarilyUnmodifiable",
    "RequestTimeout",
    "ServiceFailure",
    "ServiceFailureException",
    "ServiceUnavailable",
    "InternalFailure",
    "InternalError",
    "InternalFailureException",
    "InternalServerError",
    "InternalServerException",
    "ServiceUnavailableException",
    "ConnectionClosedError",
    "ConnectTimeoutError",
    "EndpointConnectionError",
    "ReadTimeoutError",
    "HTTPClientError",
    "InvalidAnswer",
    "500",
    "502",
    "503",
    "504",
)
"""A write that ends like this may or may not have been carried out: only reading tells. Services have some of their own
(`ServiceRules.passing_codes`)."""

Merge = Callable[[Optional[dict]], Optional[dict]]


@dataclass(frozen=True)
class Converged:
    """A shared policy as it was found and as it was left; `writes` is 0 when nothing differed."""

    before: dict | None
    after: dict | None
    writes: int


@dataclass(frozen=True)
class Timing:
    """Where time comes from; tests put their own in its place."""

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    uniform: Callable[[float, float], float] = random.uniform


def converge_policy(
    carrier: PolicyCarrier,
    merge: Merge,
    own_sids: Iterable[str],
    *,
    lock: Callable[[], AbstractContextManager] = nullcontext,
    progress: Callable[[str], None] = nobody_listens,
    timing: Timing = Timing(),
    slowest_replica: float = SLOWEST_REPLICA_SECONDS,
    passing: Iterable[str] = (),
) -> Converged:
    """Bring a shared policy to where `merge` changes nothing any more, and make sure that it stays there.

    `merge` takes the document as read and returns it as it should be (None: no policy); it must not change what it is
    given, and merging twice must be merging once. `own_sids` are the Sids that `merge` writes or removes by name.
    `slowest_replica` (seconds) is how long a reading may show the document as it was before a write, `passing` are
    codes beside `PASSING_CODES`.
    Raises `TaskError` when others overwrote every attempt, and what `carrier.check_size` and `carrier.write` raise.
    """
    own_sids, passing = frozenset(own_sids), (*PASSING_CODES, *passing)
    attempt: _Attempt | None = None
    for writes in range(ROUNDS):
        with lock():
            reading, wanted = _read_and_merge(carrier, merge, attempt, timing)
            if attempt is None:
                before = reading.document
            if same_policy(reading.document, wanted):
                return Converged(before, reading.document, writes)
            attempt = _write(carrier, reading, wanted, own_sids, passing, timing)
        seen = _read_after(carrier, attempt, timing, slowest_replica)
        if not attempt.lost(seen).own:
            return Converged(before, seen, writes + 1)
        progress(f"{carrier.label}: another writer changed it at the same time; merging again")
        timing.sleep(timing.uniform(0, min(FIRST_PAUSE_SECONDS * 2**writes, LONGEST_PAUSE_SECONDS)))
    if attempt.refusal:
        raise attempt.refusal
    raise TaskError(
        f"{carrier.label}: another writer overwrote this policy on all {ROUNDS} attempts. Missing statements: "
        f"{', '.join(attempt.lost(seen).own)}. Find out what else writes it, then re-run.",
        lost=attempt.lost(seen).own,
    )


def same_policy(left: dict | None, right: dict | None) -> bool:
    """Say whether two documents mean the same; no document equals a document without statements."""
    if not statements(left) or not statements(right):
        return not statements(left) and not statements(right)
    return policies_equal(left, right)


@dataclass(frozen=True)
class _Reading:
    document: dict | None
    asked: float
    answered: float


@dataclass(frozen=True)
class _Attempt:
    """A write: what was there, what was written, whose it was, how long its window was, how it was refused if so."""

    before: dict | None
    written: dict | None
    own_sids: frozenset[str]
    window: float
    refusal: AwsError | None

    def lost(self, document: dict | None) -> Lost:
        """Return what of this write a later reading does not show any more."""
        return lost_statements(self.written, document, self.own_sids)


def _read(carrier: PolicyCarrier, timing: Timing) -> _Reading:
    asked = timing.clock()
    document = carrier.read()
    return _Reading(document, asked, timing.clock())


def _read_and_merge(
    carrier: PolicyCarrier, merge: Merge, attempt: _Attempt | None, timing: Timing
) -> tuple[_Reading, dict | None]:
    """Read and merge; again when checking the size, which may make calls, took so long that the reading is stale."""
    reading = _read(carrier, timing)
    wanted = _merged(merge, reading.document, attempt)
    if not same_policy(reading.document, wanted):
        carrier.check_size(wanted)
        if timing.clock() - reading.answered > FRESH_SECONDS:
            reading = _read(carrier, timing)
            wanted = _merged(merge, reading.document, attempt)
    return reading, wanted


def _write(
    carrier: PolicyCarrier,
    reading: _Reading,
    wanted: dict | None,
    own_sids: frozenset[str],
    passing: tuple[str, ...],
    timing: Timing,
) -> _Attempt:
    refusal = None
    try:
        carrier.write(wanted)
    except AwsError as error:
        if not is_code(error, *passing):
            raise
        refusal = error
    purged = _sids(reading.document) - _sids(wanted)
    return _Attempt(reading.document, wanted, own_sids | purged, timing.clock() - reading.asked, refusal)


def _read_after(carrier: PolicyCarrier, attempt: _Attempt, timing: Timing, slowest_replica: float) -> dict | None:
    """Settle and read; again for a while as long as the answer is the document from before our write."""
    timing.sleep(max(SETTLE_SECONDS, SETTLE_WINDOWS * attempt.window) * timing.uniform(1, 1.5))
    seen = carrier.read()
    pause = SETTLE_SECONDS
    waited = 0.0
    while not attempt.refusal and waited < slowest_replica and same_policy(seen, attempt.before):
        timing.sleep(pause)
        waited += pause
        pause *= 2
        seen = carrier.read()
    return seen


def _merged(merge: Merge, document: dict | None, attempt: _Attempt | None) -> dict | None:
    """Merge, and put back the foreign statements that disappeared together with what the last attempt did."""
    lost = attempt.lost(document) if attempt and not attempt.refusal else Lost([], [])
    foreign = [statement for statement in lost.foreign if not is_own_sid(sid_of(statement))]
    if not lost.own or not foreign:
        return merge(document)
    frame = document or {key: value for key, value in attempt.written.items() if key != "Statement"}
    return merge({**frame, "Statement": [*statements(document), *foreign]})


def _sids(document: dict | None) -> frozenset[str]:
    return frozenset(sid_of(statement) for statement in statements(document)) - {""}
