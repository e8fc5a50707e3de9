# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of a Lambda function: no document is written, each statement is made by one call of AddPermission.

Such a call names one principal, one action and at most one value of each condition that it knows, so a grant is one
statement or several. Sids tell whose a statement is: the grant's Sid, or that with the first number that is free. A
statement cannot be changed, only added and removed; a grant that changes gets new statements
beside the old ones, under other Sids, and then the old ones go.

Source: Lambda API Reference, AddPermission; Lambda Developer Guide, "Working with resource-based IAM policies".
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Literal

from ..._policy.language.comparison import sid_of
from ..._policy.language.documents import (
    PolicyError,
    ascii_lower,
    condition_lines,
    new_document,
    parse_document,
    statements,
    texts,
)
from ..._policy.language.principals import is_account_id, principal_pairs, root_of
from ..._policy.statements.grant_sids import NUMBERED, grant_sid, numbered_sids
from ..._policy.statements.own_statements import SidAlphabet, is_own_sid

URL_AUTH_TYPE = "lambda:FunctionUrlAuthType"
VIA_URL = "lambda:InvokedViaFunctionUrl"

_ARGUMENTS: dict[str, tuple[str, str]] = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "FunctionUrlAuthType": ("StringEquals", URL_AUTH_TYPE),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "InvokedViaFunctionUrl": ("Bool", VIA_URL),
}
"""What AddPermission takes beside principal and action, and the condition that it becomes, as Lambda spells it."""

_BY_CONDITION = {
    (ascii_lower(operator), ascii_lower(key)): argument for argument, (operator, key) in _ARGUMENTS.items()
} | {("stringlike", "aws:sourcearn"): "SourceArn", ("arnequals", "aws:sourcearn"): "SourceArn"}


def argument_of(operator: str, key: str) -> str | None:
    """Return the argument of AddPermission that makes a condition, None when none does."""
    return _BY_CONDITION.get((ascii_lower(operator), ascii_lower(key)))


def permission_of(statement: dict) -> dict[str, str]:
    """Return the arguments of AddPermission that make a statement; the Sid and the function are not among them.

    Raises :class:`PolicyError` for what no call can make.
    """
    pairs = principal_pairs(statement.get("Principal"))
    actions = texts(statement.get("Action", []), "Action")
    if len(pairs) != 1 or len(actions) != 1 or statement.get("Effect") != "Allow":
        raise PolicyError("a statement of a Lambda function allows one action to one principal")
    found = {"Principal": _account_or_text(pairs[0][1]), "Action": actions[0]}
    for operator, key, values in condition_lines(statement.get("Condition")):
        argument = argument_of(operator, key)
        if argument is None or len(values) != 1:
            raise PolicyError(f"AddPermission cannot say {operator} {key}")
        found[argument] = values[0]
    return found


def statement_of(permission: dict[str, str], sid: str, resource: str) -> dict:
    """Return the statement that AddPermission makes of its arguments; ``resource`` is the function's ARN."""
    principal = permission["Principal"]
    kind = "Service" if _is_service(principal) else "AWS"
    partition = resource.split(":")[1]
    shown = f"arn:{partition}:iam::{principal}:root" if is_account_id(principal) else principal
    condition: dict[str, dict[str, str]] = {}
    for argument, (operator, key) in _ARGUMENTS.items():
        if argument in permission:
            condition.setdefault(operator, {})[key] = permission[argument]
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": "*" if principal == "*" else {kind: shown},
        "Action": permission["Action"],
        "Resource": resource,
    }
    return {**statement, "Condition": condition} if condition else statement


def split_statement(statement: dict) -> list[dict]:
    """Return the statements that Lambda has for one: a principal, an action and a value of each condition in each.

    All of them have the Sid of the one; :func:`merge_permissions` gives each its own.
    """
    sid, resource = sid_of(statement), texts(statement["Resource"], "Resource")[0]
    conditions = condition_lines(statement.get("Condition"))
    found: list[dict] = []
    for (kind, principal), action in itertools.product(
        principal_pairs(statement["Principal"]), texts(statement["Action"], "Action")
    ):
        for values in itertools.product(*(values for _operator, _key, values in conditions)):
            block: dict[str, dict[str, str]] = {}
            for (operator, key, _values), value in zip(conditions, values, strict=True):
                block.setdefault(operator, {})[key] = value
            single = {"Effect": statement["Effect"], "Principal": {kind: principal}, "Action": action}
            permission = permission_of({**single, "Condition": block})
            found.append(statement_of(permission, sid, resource))
    return found


def merge_permissions(
    document: str | dict | None,
    wanted: list[dict],
    remove: Iterable[str] = (),
    purge: Literal["none", "own", "all"] = "none",
) -> dict | None:
    """Return ``document`` with the ``wanted`` statements in it, ``None`` if no statement is left.

    The counterpart of :func:`grants.merge_statements`. Wanted statements carry the Sids of their grants, as do those in
    ``remove``. What a grant has already stays as it is, under whichever of its Sids; what it lacks is appended under
    one that nothing has now; what it has beyond goes. So all new statements can be added before any old one is removed.
    """
    stored = parse_document(document)
    missing = {(sid_of(each), _meaning(each)): each for each in wanted}
    grants = {sid_of(each) for each in wanted}
    removed = set(remove)
    kept = []
    for statement in statements(stored):
        own = grant_sid(sid_of(statement), SidAlphabet.LAMBDA, NUMBERED)
        if own in grants:
            if missing.pop((own, _meaning(statement)), None):
                kept.append(statement)
        elif not (own in removed or purge == "all" or (purge == "own" and is_own_sid(own))):
            kept.append(statement)
    taken = {sid_of(statement) for statement in statements(stored)}
    unused = {own: (sid for sid in numbered_sids(own, SidAlphabet.LAMBDA) if sid not in taken) for own in grants}
    for (own, _meant), statement in missing.items():
        free = next(unused[own])
        taken.add(free)
        kept.append({**statement, "Sid": free})
    if not kept:
        return None
    return {**(stored or {**new_document([]), "Id": "default"}), "Statement": kept}


def added_and_removed(before: dict | None, after: dict | None) -> tuple[list[dict], list[str]]:
    """Return the statements to add, and the Sids of those to remove, to get from one policy to another."""
    old, new = ({sid_of(each): each for each in statements(document)} for document in (before, after))
    return [each for sid, each in new.items() if sid not in old], [sid for sid in old if sid not in new]


def _meaning(statement: dict) -> object:
    """Return what is the same for two statements that the same call makes."""
    try:
        permission = permission_of(statement)
    except PolicyError:
        return repr(statement)
    resource = tuple(texts(statement.get("Resource", []), "Resource"))
    return resource, frozenset({**permission, "Action": ascii_lower(permission["Action"])}.items())


def _account_or_text(text: str) -> str:
    root = root_of(text)
    return root[1] if root else text


def _is_service(text: str) -> bool:
    return "." in text and not text.startswith("arn:")
