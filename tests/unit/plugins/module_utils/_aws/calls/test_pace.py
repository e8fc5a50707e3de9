# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pace of many calls, in virtual time: it falls when the service says so, recovers, and gives up in the end."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.pace import PATIENCE_SECONDS, SLOWEST, Pace


class Service:
    """Takes so many calls a second and answers SlowDown to the rest; a call takes `seconds`."""

    def __init__(self, capacity: float, seconds: float = 0.002) -> None:
        self.capacity = capacity
        self.seconds = seconds
        self.now = 1000.0
        self.second = 0
        self.taken = 0
        self.served: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds

    def __call__(self) -> str:
        self.now += self.seconds
        if int(self.now) != self.second:
            self.second, self.taken = int(self.now), 0
        self.taken += 1
        if self.taken > self.capacity:
            raise AwsError("too much", code="SlowDown")
        self.served.append(self.now)
        return "served"


def test_nothing_is_limited_as_long_as_nothing_is_too_much():
    service = Service(capacity=10_000)
    pace = Pace(service.sleep, service.clock)
    for _number in range(1000):
        assert pace.call(service) == "served"
    assert pace.limit is None
    assert service.now == pytest.approx(1000 + 1000 * service.seconds)


@pytest.mark.parametrize("capacity", [5, 50, 200])
def test_the_rate_settles_near_what_the_service_takes(capacity):
    service = Service(capacity)
    pace = Pace(service.sleep, service.clock)
    while service.now < 1120:
        pace.call(service)
    late = [moment for moment in service.served if moment >= 1020]
    assert 0.4 * capacity <= len(late) / 100 <= capacity
    assert pace.throttled < 0.2 * len(service.served)


def test_the_limit_goes_away_when_the_service_has_recovered():
    service = Service(capacity=100)
    pace = Pace(service.sleep, service.clock)
    while service.now < 1010:
        pace.call(service)
    assert pace.limit is not None
    service.capacity = 10_000
    while service.now < 1200:
        pace.call(service)
    assert pace.limit is None


def test_one_burst_of_refusals_is_one_fall():
    service = Service(capacity=10_000)
    pace = Pace(service.sleep, service.clock)
    for _number in range(2000):
        pace.call(service)
    service.capacity, service.seconds = 0, 0.0
    pace._slow_down()
    first = pace.limit
    pace._slow_down()
    assert pace.limit == first
    assert first == pytest.approx(250, rel=0.05)


def test_it_gives_up_when_nothing_gets_through():
    service = Service(capacity=0)
    pace = Pace(service.sleep, service.clock)
    with pytest.raises(AwsError, match="too much"):
        pace.call(service)
    assert PATIENCE_SECONDS <= service.now - 1000 <= PATIENCE_SECONDS + 3
    assert pace.limit >= SLOWEST
    assert pace.throttled < 300


def test_other_errors_come_through_at_once():
    pace = Pace(lambda _seconds: pytest.fail("waited"))
    calls = []

    def denied():
        calls.append(1)
        raise AwsError("no", code="AccessDenied")

    with pytest.raises(AwsError, match="no"):
        pace.call(denied)
    assert calls == [1]
