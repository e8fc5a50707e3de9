# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answers of a run on the local AWS, remembered and given again with one of them changed.

This stands where botocore sends a request. What it was not asked in the remembered run still goes to the local AWS, so
that a run with a change is whole and costs little. What can go wrong below that is the hostile endpoint's part.
"""

from __future__ import annotations

import contextlib
import io
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from unittest import mock

from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from botocore.httpsession import URLLib3Session

from tests.border.mutations import Answer
from tests.local_aws.operations import Request, identify

UNFIT = ("transfer-encoding", "content-length", "connection", "date", "server")
"""Headers of an answer that are of the connection alone."""


@dataclass(frozen=True)
class Key:
    """What a request asks, whenever it is signed."""

    method: str
    url: str
    body: bytes


@dataclass(frozen=True)
class Remembered:
    """One answer of a run: the call, what was asked, and for which time."""

    operation: str
    key: Key
    number: int
    answer: Answer


class Replay:
    """`remember` begins a run whose answers are kept; `give_again` one that gets them, but for one."""

    def __init__(self) -> None:
        """Nothing is remembered yet."""
        self.order: list[Remembered] = []
        self._kept: dict[Key, list[Remembered]] = {}
        self._given: Counter[Key] = Counter()
        self._instead: tuple[Remembered, Answer] | None = None
        self._lock = threading.Lock()

    def remember(self) -> None:
        """Forget all answers, and keep those of the calls to come."""
        self._kept, self.order, self._instead = {}, [], None

    def give_again(self, remembered: Remembered, answer: Answer) -> None:
        """Begin a run in which the answers are those that were kept, but for one."""
        self._given = Counter()
        self._instead = (remembered, answer)

    @contextlib.contextmanager
    def installed(self) -> Iterator[Replay]:
        """Stand between botocore and the network."""
        send = URLLib3Session.send

        def instead(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
            answer = self._answer(request, lambda: send(session, request))
            headers = HeadersDict({**answer.headers, "content-length": str(len(answer.body))})
            return AWSResponse(request.url, answer.status, headers, Body(answer.body))

        with mock.patch.object(URLLib3Session, "send", instead):
            yield self

    def _answer(self, request: AWSPreparedRequest, ask) -> Answer:  # type: ignore[no-untyped-def]
        body = request.body or b""
        key = Key(request.method, request.url, body.encode() if isinstance(body, str) else bytes(body))
        if self._instead and key in self._kept:
            with self._lock:
                number = self._given[key]
                self._given[key] += 1
            remembered, answer = self._instead
            if (key, number) == (remembered.key, remembered.number):
                return answer
            kept = self._kept[key]
            return kept[min(number, len(kept) - 1)].answer
        response = ask()
        headers = {name.lower(): value for name, value in response.headers.items()}
        shown = {name: value for name, value in headers.items() if name not in UNFIT}
        answer = Answer(response.status_code, shown, response.content)
        if self._instead is None:
            with self._lock:
                kept = self._kept.setdefault(key, [])
                kept.append(Remembered(called(request, key), key, len(kept), answer))
                self.order.append(kept[-1])
        return answer


class Body(io.BytesIO):
    """The body of an answer, as botocore reads it from a connection."""

    def stream(self, *_arguments: object, **_options: object) -> Iterator[bytes]:
        """Give it whole."""
        yield self.read()


def called(request: AWSPreparedRequest, key: Key) -> str:
    """The name of a call ("iam:GetRole")."""
    headers = {
        name.lower(): value.decode() if isinstance(value, bytes) else str(value)
        for name, value in request.headers.items()
    }
    target = "/" + request.url.split("/", 3)[3]
    operation = identify(Request(request.method, target, headers, key.body))
    return f"{operation.service}:{operation.name}"
