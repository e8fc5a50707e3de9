# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is attached to every client: counting calls, naming the failed call, and a net under check mode and accounts.

Private to this collection.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from ..._border.redaction import remark
from .answers import Pages, confirm
from .errors import CALL_MARK, SDK_ERRORS, AwsError, UnreadableAnswer, call_begins

_READING_VERBS = (
    "Get", "List", "Describe", "Head", "BatchGet", "Lookup", "Search", "Simulate", "Validate", "Check",
    "Assume", "Decode", "Select", "Query", "Scan",
)  # fmt: skip
_READING_CALLS = frozenset(
    {
        # They start a report or draw a number and change no resource.
        "iam:GenerateCredentialReport",
        "iam:GenerateServiceLastAccessedDetails",
        "iam:GenerateOrganizationsAccessReport",
        "kms:GenerateRandom",
        # They compute, and the collection makes them as dry runs only.
        "kms:Decrypt",
        "kms:Encrypt",
        "kms:GenerateDataKey",
    }
)


def is_writing_call(call: str) -> bool:
    """Say whether a call ("iam:CreateRole") may change something. What is not known to read only is taken to write."""
    operation = call.partition(":")[2]
    return not (operation.startswith(_READING_VERBS) or call in _READING_CALLS)


class CallJournal:
    """Counts the calls of one account; safe with threads. One call is counted once, however often it is retried."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self.calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def count(self, call: str) -> None:
        """Add one call ("iam:GetRole")."""
        with self._lock:
            self.calls[call] += 1

    @property
    def writes(self) -> Counter[str]:
        """The calls that may change something."""
        return Counter({call: count for call, count in self.calls.items() if is_writing_call(call)})


def attach(client: object, before: Callable[[str, bool], None]) -> None:
    """Have `before` called with the name of each call of a client ("iam:CreateRole"), and whether it is signed.

    That is before the call is sent, and an exception there keeps it from being sent. The name is also put on the errors
    of the client, and what is no answer of AWS becomes one.
    """
    service = client.meta.service_model.service_name
    endpoint = client.meta.endpoint_url

    listings = threading.local()

    def before_call(model, **_others):  # type: ignore[no-untyped-def]
        before(f"{service}:{model.name}", model.auth_type != "none")

    def after_call(http_response, parsed, model, **_others):  # type: ignore[no-untyped-def]
        pages = vars(listings).setdefault("pages", Pages())
        endless = pages.count(parsed, f"{service}:{model.name}")
        if endless:
            raise UnreadableAnswer(endless, status=http_response.status_code).of_call(
                f"{service}:{model.name}", endpoint
            )
        confirm(parsed, getattr(http_response.raw, "status", 0), f"{service}:{model.name}", endpoint)
        if "Error" in parsed:
            parsed.setdefault("ResponseMetadata", {})[CALL_MARK] = f"{service}:{model.name}"

    def after_call_error(exception, event_name, **_others):  # type: ignore[no-untyped-def]
        call = f"{service}:{event_name.rpartition('.')[2]}"
        if isinstance(exception, UnreadableAnswer):
            raise exception.of_call(call, endpoint) from None
        if not isinstance(exception, (AwsError, *SDK_ERRORS)):
            # Of signing, of the HTTP library: whatever an address, a header or a clock makes them stumble over.
            what = f"{call} to {endpoint} could not be sent ({type(exception).__name__}): {remark(str(exception))}"
            raise AwsError(what, code="NotSent", call=call) from None
        mark_error(exception, call)

    def begin(model, **_others):  # type: ignore[no-untyped-def]
        call_begins(f"{service}:{model.name}")

    client.meta.events.register_first("before-parameter-build", begin)
    client.meta.events.register("before-call", before_call)
    client.meta.events.register("after-call", after_call)
    client.meta.events.register("after-call-error", after_call_error)


def mark_error(error: Exception, call: str) -> None:
    """Put the name of the failed call on an error of the SDK."""
    if not getattr(error, CALL_MARK, ""):
        setattr(error, CALL_MARK, call)
