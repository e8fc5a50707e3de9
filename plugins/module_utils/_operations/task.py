# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operation is given and what it gives back, whichever face (module or action plugin) it was called through."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .plan import Plan

if TYPE_CHECKING:
    from .._aws.sessions.connection import Account


class TaskError(Exception):
    """An operation refuses or cannot go on; the message says why and what to do.

    `details` goes into the failure beside the message (`done`: the steps that were carried out before it, …).
    """

    def __init__(self, message: str, **details: object) -> None:
        """Keep the message for people and the details for programs."""
        super().__init__(message)
        self.message = message
        self.details = details


@contextlib.contextmanager
def said_of(account: Account) -> Iterator[None]:
    """Have every `TaskError` of the block begin with the account that it is about."""
    try:
        yield
    except TaskError as error:
        raise TaskError(f"In {account.description}: {error.message}", **error.details) from error


def nobody_listens(_message: str) -> None:
    """Take a message and drop it (the default for `warn` and `progress`)."""


def nothing_to_object(_params: Mapping) -> list[str]:
    """Accept any input (the default for `Operation.check`)."""
    return []


@dataclass
class Task:
    """One call of an operation.

    `params` are validated against the operation's argument spec. `warn` says something the user should read in the
    result, `progress` something that explains a wait while it lasts.
    """

    params: dict
    check_mode: bool
    account: Account
    warn: Callable[[str], None] = nobody_listens
    progress: Callable[[str], None] = nobody_listens


@dataclass(frozen=True)
class Operation:
    """What the faces need to know of one module.

    `argument_spec` holds the module's own options only: the faces add those of the connection.
    `rules` are keyword arguments of AnsibleModule (mutually_exclusive, required_if …).
    `check` returns every error in the input at once, before the first call; `services` are the botocore models
    that the controller loads before it forks; `secret_result` keeps the result from being printed.
    """

    name: str
    argument_spec: dict
    run: Callable[[Task], dict]
    services: tuple[str, ...]
    rules: dict = field(default_factory=dict)
    secret_result: bool = False
    check: Callable[[dict], list[str]] = nothing_to_object


def result(plan: Plan, **returned: object) -> dict:
    """Return the result of a module: what changed and how it looked before and after, with what it returns besides."""
    return {
        "changed": plan.changed,
        "changes": [change.as_result() for change in plan.changes],
        "diff": {"before": plan.before, "after": plan.after},
        **returned,
    }
