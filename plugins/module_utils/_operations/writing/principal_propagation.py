# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for a principal that was made moments ago to be accepted in a policy.

IAM says "Invalid principal in policy" both for a principal that is not visible everywhere yet and for one that does not
exist, and the other services say it in their words. In our own account the principal itself tells which; in another
account nobody here can look.
Private to this collection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

from ..._aws.calls.errors import AwsError, aws_text, error_code, is_unanswered
from ..._aws.calls.retries import retry_while
from ..._policy.language.documents import PolicyError, statements
from ..._policy.language.principals import is_account_id, is_unique_id, parse_principal, principal_pairs, unresolved_ids
from ..._resources.identity import Identity
from ..task import Task, TaskError

OWN_ACCOUNT_SECONDS = 120
"""How long a principal of the role's own account, which exists, may take to be accepted."""
OTHER_ACCOUNT_SECONDS = 30
"""The same for one of another account, which may as well be a typing error. Propagation takes 10 to 30 s as a rule."""

IN_IAM: Mapping[str, str] = MappingProxyType({"MalformedPolicyDocument": "invalid principal"})
"""What IAM says of one (`ServiceRules.invalid_principal`)."""

_NAMED = re.compile(r'"(?:AWS|Service|Federated)"\s*:\s*"([^"]+)"')

Result = TypeVar("Result")


def while_principals_propagate(
    task: Task,
    label: str,
    document: dict | None,
    write: Callable[[], Result],
    *,
    whole: dict | None = None,
    invalid: Mapping[str, str] = IN_IAM,
    says_no_more: bool = False,
) -> Result:
    """Call `write`, again while a principal of `document` may still be propagating.

    `document` holds the declared statements, `whole` all that is written, other people's statements included. `invalid`
    and `says_no_more` are what the service says of a principal that it does not see (`ServiceRules`).
    `propagation_timeout` bounds the wait when the user gives it; see the constants above otherwise. Raises `TaskError`
    at once when a principal of the role's own account does not exist.
    """

    def is_invalid(error: Exception) -> bool:
        return is_invalid_principal(error, invalid)

    try:
        return write()
    except AwsError as error:
        if not is_invalid(error):
            raise
        first = error
    suspects = _suspects(aws_text(first), document)
    waits = any(map(_may_come, suspects))
    seconds = _time_to_wait(task, label, suspects) if waits else 0
    try:
        return retry_while(
            _failed_once(first, write),
            is_invalid,
            seconds,
            what=f"{' and '.join(suspects) or 'a principal'} to be visible everywhere ({label})",
            warn=task.progress,
        )
    except AwsError as error:
        if not is_invalid(error):
            raise
        tried = f"This was tried for {seconds} s. " if waits else ""
        raise error.with_hint(f"{tried}{_what_to_do(suspects, whole, says_no_more)}") from error


def _may_come(suspect: str) -> bool:
    """Whether AWS may come to know a principal that it does not know now: an AWS service it never does."""
    return suspect.startswith("arn:") or is_account_id(suspect) or is_unique_id(suspect)


def _what_to_do(suspects: list[str], whole: dict | None, says_no_more: bool) -> str:
    """Say what helps: AWS shows deleted principals by their unique IDs, and stores no policy that names one."""
    dead = [text for text in suspects if is_unique_id(text)] or unresolved_ids(whole)
    if dead:
        return (
            f"The policy names {' and '.join(dead)}: the unique ID of a principal that was deleted, in a statement "
            "that is not declared here and is therefore kept. AWS stores no policy that names one. Take it out of that "
            "statement, or remove the statement, and re-run"
        )
    also = ", and that the actions and conditions do: the service does not say which it is" if says_no_more else ""
    return (
        f"Check that {' and '.join(suspects) or 'the principal'} exists and is spelled exactly so, path and case "
        f"included{also}; if it was made just now, re-run or raise propagation_timeout"
    )


def _failed_once(error: AwsError, write: Callable[[], Result]) -> Callable[[], Result]:
    """Return a function that raises the error that there was already, and calls `write` from then on."""
    errors = [error]

    def call() -> Result:
        if errors:
            raise errors.pop()
        return write()

    return call


def is_invalid_principal(error: Exception, invalid: Mapping[str, str]) -> bool:
    """Say whether a service refused a policy for a principal that it does not see."""
    words = invalid.get(error_code(error))
    return words is not None and words in aws_text(error).lower()


def _time_to_wait(task: Task, label: str, suspects: list[str]) -> float:
    """Return how long to wait, having looked for the suspects of our own account."""
    own_account_id = task.account.told_account_id
    others = False
    for text in suspects:
        try:
            principal = parse_principal(text)
        except PolicyError:
            continue
        if principal.account_id != own_account_id:
            others = others or principal.kind != "service"
        elif principal.kind == "iam" and _is_missing(task, text):
            raise TaskError(
                f"{label}: {text} is to be trusted and does not exist in this account. "
                "Make it first, or correct the ARN (path and case count)"
            )
    if task.params.get("propagation_timeout") is not None:
        return task.params["propagation_timeout"]
    return OTHER_ACCOUNT_SECONDS if others else OWN_ACCOUNT_SECONDS


def _is_missing(task: Task, arn: str) -> bool:
    identity = Identity.of(task.account, arn)
    if identity is None:
        return False
    try:
        facts = identity.read()
    except AwsError as error:
        if is_unanswered(error):
            return False
        raise
    return facts is None or facts.arn != arn


def _suspects(message: str, document: dict | None) -> list[str]:
    """Return the principals that the message names, all of the document when it names none."""
    named = _NAMED.findall(message)
    if named:
        return named
    pairs = [pair for statement in statements(document) for pair in principal_pairs(statement.get("Principal"))]
    return list(dict.fromkeys(text for kind, text in pairs if kind == "AWS" and text != "*"))
