# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many writers of one policy in virtual time: each is a thread, one runs at a time, in the order of their wake-ups.

Nothing here waits for real: a sleep ends when no other writer wakes up before it. A run is the same for the same seed.
"""

from __future__ import annotations

import copy
import heapq
import itertools
import random
import threading
from collections.abc import Callable

from ansible_collections.xacct.aws.plugins.module_utils._operations.writing.shared_policy import Timing


class World:
    """A clock that all writers share, moved on by their sleeping."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.now = 0.0
        self.errors: list[Exception] = []
        self._sleepers: list[tuple[float, int, threading.Event]] = []
        self._numbers = itertools.count()

    def timing(self) -> Timing:
        """What `converge_policy` gets in place of real time."""
        return Timing(sleep=self.sleep, clock=lambda: self.now, uniform=self.random.uniform)

    def sleep(self, seconds: float) -> None:
        """Let all others run that wake up before."""
        woken = self._enqueue(seconds)
        self._wake_next()
        woken.wait()

    def run(self, actors: list[Callable[[], None]]) -> None:
        """Run all actors to their end; raise the first error of one."""
        threads = [
            threading.Thread(target=self._run_one, args=(self._enqueue(0), actor), daemon=True) for actor in actors
        ]
        for thread in threads:
            thread.start()
        self._wake_next()
        for thread in threads:
            thread.join(60)
        if self.errors:
            raise self.errors[0]

    def _run_one(self, woken: threading.Event, actor: Callable[[], None]) -> None:
        woken.wait()
        try:
            actor()
        except Exception as error:  # noqa: BLE001 - handed on to the test
            self.errors.append(error)
        self._wake_next()

    def _enqueue(self, seconds: float) -> threading.Event:
        woken = threading.Event()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._numbers), woken))
        return woken

    def _wake_next(self) -> None:
        if self._sleepers:
            self.now, _number, woken = heapq.heappop(self._sleepers)
            woken.set()


class Register:
    """The policy as the service keeps it: who writes last wins. `lag` seconds pass until a reader sees a write."""

    def __init__(self, world: World, document: dict | None, lag: float = 0.0) -> None:
        self.world = world
        self.history: list[tuple[float, dict | None]] = [(-1e9, document)]
        self.lag = lag

    @property
    def document(self) -> dict | None:
        """What was written last."""
        return self.history[-1][1]

    def get(self) -> dict | None:
        """What a reader sees now."""
        until = self.world.now - self.lag
        return copy.deepcopy(next(document for time, document in reversed(self.history) if time <= until))

    def put(self, document: dict | None) -> None:
        """Replace it."""
        self.history.append((self.world.now, copy.deepcopy(document)))


class Carrier:
    """A `PolicyCarrier` over the register; each way of each call takes `latency()` seconds."""

    label = "the policy"

    def __init__(self, register: Register, latency: Callable[[], float]) -> None:
        self.register = register
        self.latency = latency
        self.writes = 0

    def check_size(self, document: dict | None) -> None:
        """Take any size."""

    def read(self) -> dict | None:
        """Ask, and get the answer later."""
        self.register.world.sleep(self.latency())
        document = self.register.get()
        self.register.world.sleep(self.latency())
        return document

    def write(self, document: dict | None) -> None:
        """Send, and be answered later."""
        self.writes += 1
        self.register.world.sleep(self.latency())
        self.register.put(document)
        self.register.world.sleep(self.latency())
