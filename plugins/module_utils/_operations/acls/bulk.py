# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Doing the same to any number of objects: a bounded queue between one that lists and some that work, and counts.

Memory does not grow with the number of objects: the queue has an end, and of the failures only the first are kept.
Private to this collection.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from ..._aws.calls.errors import AwsError, is_code
from ..._aws.calls.pace import THROTTLED
from ..._policy.language.documents import PolicyError
from ..._resources.bucket_acl import ACLS_DISABLED
from ..._resources.object_acl import ObjectVersion

CHANGED = "changed"
UNCHANGED = "unchanged"
VANISHED = "vanished"
FAILED = "failed"
DELETE_MARKERS = "delete_markers"

SHOWN_FAILURES = 20
"""How many failures are kept with their keys and reasons."""
HOPELESS = 100
"""So many failures without one success, and the rest is not tried."""
PROGRESS_SECONDS = 5.0

LONGEST_QUEUE = 1000
"""So many listed objects wait at most; the list goes on when half of them are done."""
_PAUSE_SECONDS = 0.05

_SAME_FOR_ALL = (
    ACLS_DISABLED,
    "NoSuchBucket",
    "InvalidArgument",
    "ExpiredToken",
    "InvalidToken",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "RequestTimeTooSkewed",
    "NoCredentialsError",
    "EndpointConnectionError",
    "ConnectTimeoutError",
    "WrongAccount",
    "WriteInCheckMode",
    *THROTTLED,
)
"""Errors that the next object would meet too."""


@dataclass
class Tally:
    """What became of the objects so far; safe with threads. `fatal` is the error that ended the run early, if any."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[ObjectVersion, AwsError | PolicyError]] = field(default_factory=list)
    fatal: AwsError | PolicyError | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def total(self) -> int:
        """All that were looked at; a delete marker is no object."""
        return sum(self.counts[outcome] for outcome in (CHANGED, UNCHANGED, VANISHED, FAILED))

    def add(self, outcome: str) -> None:
        """Count one."""
        with self._lock:
            self.counts[outcome] += 1

    def fail(self, target: ObjectVersion, error: AwsError | PolicyError) -> bool:
        """Count a failure; say whether it is the end of the run."""
        with self._lock:
            self.counts[FAILED] += 1
            if len(self.failures) < SHOWN_FAILURES:
                self.failures.append((target, error))
            hopeless = self.counts[FAILED] >= HOPELESS and self.counts[FAILED] == self.total
            if self.fatal is None and (hopeless or is_code(error, *_SAME_FOR_ALL)):
                self.fatal = error
            return self.fatal is not None

    def as_result(self) -> dict:
        """Return the counts for a result."""
        outcomes = (CHANGED, UNCHANGED, VANISHED, FAILED, DELETE_MARKERS)
        return {"total": self.total, **{outcome: self.counts[outcome] for outcome in outcomes}}

    def __str__(self) -> str:
        """Return the counts for people."""
        told = (CHANGED, UNCHANGED, VANISHED, FAILED)
        return ", ".join(f"{self.counts[outcome]:,} {outcome}" for outcome in told if self.counts[outcome]) or "nothing"


def process(
    targets: Iterable[ObjectVersion],
    work: Callable[[ObjectVersion], str],
    tally: Tally,
    *,
    concurrency: int,
    stop: threading.Event,
    progress: Callable[[float], None],
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Do `work` to every target, `concurrency` at a time, and count in `tally` what came of it.

    `work` returns the outcome to count, or raises `AwsError` or `PolicyError`. `targets` is read by this thread, and
    `progress` called by it every few seconds with the seconds so far.

    `stop` is set as soon as nothing more is to be done: by an error that all others would meet, or from outside.
    What `targets` raises goes through; if that is an `AwsError`, after what was listed before it is done.
    """
    run = _Run(work, tally, stop, progress, clock)
    if concurrency == 1:
        for target in targets:
            if stop.is_set():
                break
            run.handle(target)
            run.tick()
        return
    with ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="xacct") as pool:
        run.workers = [pool.submit(run.work_off) for _number in range(concurrency)]
        try:
            for target in targets:
                if not run.hand_out(target):
                    break
        except AwsError:
            # The list ended early: what it had until then is worked on all the same.
            raise
        except BaseException:
            stop.set()
            raise
        finally:
            run.finish()
    for worker in run.workers:
        worker.result()


class _Run:
    """What the listing thread and the workers share."""

    def __init__(
        self,
        work: Callable[[ObjectVersion], str],
        tally: Tally,
        stop: threading.Event,
        progress: Callable[[float], None],
        clock: Callable[[], float],
    ) -> None:
        self.tally = tally
        self.workers: list[Future] = []
        self._work = work
        self._stop = stop
        self._progress = progress
        self._clock = clock
        self._began = self._told = clock()
        # Not `Queue(maxsize)`: waking the listing thread for each place that becomes free costs a tenth of the time.
        self._waiting: queue.SimpleQueue[ObjectVersion | None] = queue.SimpleQueue()

    def handle(self, target: ObjectVersion) -> None:
        """Do the work on one target and count what came of it."""
        if target.is_delete_marker:
            self.tally.add(DELETE_MARKERS)
            return
        try:
            outcome = self._work(target)
        except (AwsError, PolicyError) as error:
            if self.tally.fail(target, error):
                self._stop.set()
        else:
            self.tally.add(outcome)

    def work_off(self) -> None:
        """Be a worker: take from the queue until there is nothing more."""
        regular = False
        try:
            for target in iter(self._waiting.get, None):
                if not self._stop.is_set():
                    self.handle(target)
            regular = True
        finally:
            if not regular:
                self._stop.set()

    def hand_out(self, target: ObjectVersion) -> bool:
        """Give a target to the workers, but wait while too many are waiting already; say whether to go on."""
        self._waiting.put(target)
        if self._waiting.qsize() >= LONGEST_QUEUE:
            while self._waiting.qsize() > LONGEST_QUEUE // 2 and not self._stop.wait(_PAUSE_SECONDS):
                self.tick()
        self.tick()
        return not self._stop.is_set()

    def finish(self) -> None:
        """Tell the workers that nothing comes any more, and wait until they have finished."""
        for _worker in self.workers:
            self._waiting.put(None)
        left = set(self.workers)
        while left:
            left = wait(left, timeout=1.0, return_when=FIRST_COMPLETED).not_done
            self.tick()

    def tick(self) -> None:
        """Say how far the run is, every few seconds."""
        now = self._clock()
        if now - self._told >= PROGRESS_SECONDS:
            self._told = now
            self._progress(now - self._began)
