# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rate at which many threads together call a service that says when it is too much.

S3 answers SlowDown (503) and expects the rate to fall, not the same call again after a pause: a prefix takes some
thousand requests a second, and its limit moves while it is in use. So the rate is halved at each such answer and grows
again by a little every second (additive increase, multiplicative decrease), which is also how several runs at a time
find a fair share each.
Private to this collection.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from .errors import AwsError, is_code

Result = TypeVar("Result")

THROTTLED = frozenset(
    {"SlowDown", "503", "ServiceUnavailable", "Throttling", "ThrottlingException", "RequestLimitExceeded"}
)
"""Answers that ask for a lower rate."""

SLOWEST = 1.0
"""Calls a second; it does not get slower."""

PATIENCE_SECONDS = 120.0
"""So long every call may be refused before it is an error."""

_ONE_FALL_SECONDS = 1.0
"""Calls that were under way when the rate fell are refused too: they say nothing about the new rate."""
_SHORTEST_SECONDS = 0.1
"""A rate that was measured for less time is guesswork."""
_GROWTH = 0.05
"""Of the rate at which it was too much, for each second."""


class Pace:
    """A rate that all threads of a run share: no limit until the service says that it is too much."""

    def __init__(
        self,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start without a limit."""
        self._sleep = sleep
        self._clock = clock
        self._lock = threading.Lock()
        self._limit: float | None = None
        self._too_much = 0.0
        self._next_start = 0.0
        self._grown = 0.0
        self._fell = float("-inf")
        self._began = self._last_success = clock()
        self._unlimited_calls = 0
        self.throttled = 0

    @property
    def limit(self) -> float | None:
        """Calls a second, None while there is no limit."""
        return self._limit

    def call(self, send: Callable[[], Result]) -> Result:
        """Make a call at this pace, again when it was throttled; raise `AwsError` for what else is wrong with it."""
        while True:
            self._wait()
            try:
                answer = send()
            except AwsError as error:
                if not is_code(error, *THROTTLED):
                    raise
                if self._slow_down():
                    raise
                continue
            self._last_success = self._clock()
            return answer

    def _wait(self) -> None:
        """Wait for this call's turn."""
        if self._limit is None:
            # Without the lock a count may get lost now and then: the rate is an estimate anyway.
            self._unlimited_calls += 1
            return
        with self._lock:
            now = self._clock()
            self._grow(now)
            if self._limit is None:
                return
            start = max(now, self._next_start)
            self._next_start = start + 1 / self._limit
        if start > now:
            self._sleep(start - now)

    def _slow_down(self) -> bool:
        """Halve the rate; say whether nothing has got through for so long that it is time to give up."""
        with self._lock:
            now = self._clock()
            self.throttled += 1
            if now - self._fell >= _ONE_FALL_SECONDS:
                self._too_much = self._limit or self._unlimited_rate(now)
                self._limit = max(SLOWEST, self._too_much / 2)
                self._fell = self._grown = now
            return now - self._last_success > PATIENCE_SECONDS

    def _grow(self, now: float) -> None:
        seconds = now - self._grown
        if seconds < 1.0:
            return
        self._limit += max(1.0, self._too_much * _GROWTH) * seconds
        self._grown = now
        if self._limit > 2 * self._too_much and now - self._fell > 60:
            self._limit = None
            self._began, self._unlimited_calls = now, 0

    def _unlimited_rate(self, now: float) -> float:
        """Return the calls a second since there has been no limit."""
        return max(SLOWEST, self._unlimited_calls / max(now - self._began, _SHORTEST_SECONDS))
