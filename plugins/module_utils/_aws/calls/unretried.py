# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeping botocore from sending a call again, where whoever makes the call knows better what to do then.

Private to this collection.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator

from .hooks import mark_error


@contextlib.contextmanager
def sent_once(client: object, *operations: str, codes: Collection[str] = ()) -> Iterator[None]:
    """Raise the first error of these operations (methods of the client) at once, for as long as the block lasts.

    With `codes` only those errors of AWS; without, every error, and connections that break too. It holds for all
    threads that use the client.
    """
    service = client.meta.service_model.service_name

    def refuse(response, operation, caught_exception, **_others):  # type: ignore[no-untyped-def]
        call = f"{service}:{operation.name}"
        if caught_exception is not None and not codes:
            mark_error(caught_exception, call)
            raise caught_exception
        error = response[1].get("Error") if response else None
        if error and (not codes or error.get("Code", "") in codes):
            failure = client.exceptions.from_code(error.get("Code", ""))(response[1], operation.name)
            mark_error(failure, call)
            raise failure

    events = [f"needs-retry.{service}.{client.meta.method_to_api_mapping[operation]}" for operation in operations]
    for event in events:
        client.meta.events.register_first(event, refuse)
    try:
        yield
    finally:
        for event in events:
            client.meta.events.unregister(event, refuse)
