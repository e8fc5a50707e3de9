# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls to IAM: an absent entity as None, lists as one, and a write that is sent once only.

Private to this collection.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from .._aws.calls.errors import AwsError, aws_call, is_code, is_not_offered

if TYPE_CHECKING:
    from .._aws.sessions.connection import Account

Result = TypeVar("Result")

SERVICE = "iam"


def call(account: Account, resource: str, operation: str, **arguments: object) -> dict:
    """Call `operation` (a method of the IAM client) and return its answer; raise `AwsError` about `resource`."""
    with aws_call(account, resource):
        return getattr(account.client(SERVICE), operation)(**arguments)


def call_once(account: Account, resource: str, operation: str, **arguments: object) -> dict:
    """Like `call`, but never let botocore send the request again.

    A whole policy that is sent again after a pause overwrites what others wrote during the pause: who shares a policy
    has to read it again first.
    """
    client = account.client(SERVICE)

    def refuse(response, operation, **_others):  # type: ignore[no-untyped-def]
        parsed = response[1] if response else {}
        if "Error" in parsed:
            raise client.exceptions.from_code(parsed["Error"].get("Code", ""))(parsed, operation.name)

    def refuse_exception(caught_exception, **_others):  # type: ignore[no-untyped-def]
        if caught_exception is not None:
            raise caught_exception

    event = f"needs-retry.{SERVICE}.{client.meta.method_to_api_mapping[operation]}"
    client.meta.events.register_first(event, refuse)
    client.meta.events.register_first(event, refuse_exception)
    try:
        return call(account, resource, operation, **arguments)
    finally:
        client.meta.events.unregister(event, refuse)
        client.meta.events.unregister(event, refuse_exception)


def found(read: Callable[[], Result]) -> Result | None:
    """Return what `read` returns, None when IAM says that the entity does not exist."""
    try:
        return read()
    except AwsError as error:
        if is_code(error, "NoSuchEntity"):
            return None
        raise


@contextlib.contextmanager
def absent_is_fine() -> Iterator[None]:
    """Removing something: that it is not there any more is as good."""
    try:
        yield
    except AwsError as error:
        if not is_code(error, "NoSuchEntity"):
            raise


def listed(account: Account, resource: str, operation: str, key: str, **arguments: object) -> Iterator:
    """Yield the entries under `key` of all pages of a list operation."""
    with aws_call(account, resource):
        for page in account.client(SERVICE).get_paginator(operation).paginate(**arguments):
            yield from page[key]


def listed_if_offered(account: Account, resource: str, operation: str, key: str, **arguments: object) -> list:
    """Return like `listed`; nothing where the server does not have the call, and so nothing that it could list."""
    try:
        return list(listed(account, resource, operation, key, **arguments))
    except AwsError as error:
        if is_not_offered(error):
            return []
        raise
