# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What other accounts need on the KMS key that encrypts a resource, beside the resource's own policy.

S3, SNS, SQS and Secrets Manager encrypt and decrypt with the permissions of the caller. Across accounts the key's
policy has to allow it, and the caller's own policy as well. ("Bucket key or default encryption with KMS for
cross-account operations", S3 User Guide.) An AWS service that acts on the resource needs it in the key's policy, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from ..language.documents import ascii_lower, texts
from ..language.narrowing import names_a_source
from ..language.principals import Arn, is_account_id, parse_principal, principal_element, principal_pairs
from ..s3.actions import matches
from ..statements.public_access import why_public

DECRYPT = "kms:Decrypt"
GENERATE = "kms:GenerateDataKey"

S3_CALLS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "s3:GetObject": (DECRYPT,),
        "s3:GetObjectVersion": (DECRYPT,),
        "s3:PutObject": (GENERATE,),
    }
)
"""What one call on an object takes on the key that encrypts it."""

S3_ACTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType({**S3_CALLS, "s3:PutObject": (DECRYPT, GENERATE)})
"""What an action takes, whatever the call: an upload in parts decrypts as well ("Multipart upload API and permissions",
S3 User Guide)."""

_FOR_WHOM = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorg")


def key_statements(
    statements: Iterable[Mapping],
    owner: str | None,
    needs: Mapping[str, tuple[str, ...]] = S3_ACTIONS,
    sid: str = "ObjectsInS3",
    with_services: bool = False,
) -> list[dict]:
    """Return the statements for the key's policy that go with the ``statements`` of a resource's policy.

    ``needs`` says which actions take which on the key. Only for principals outside the account ``owner``: its own are a
    matter of its own policies; ``with_services`` also for AWS services. One statement for each set of actions and
    conditions; of the conditions those on the principal (``aws:Principal…``) are kept, for AWS services those on whom
    they act for (``aws:Source…``), because the others describe the request to the resource.
    """
    found: dict[str, dict] = {}
    for statement in statements:
        actions = _key_actions(statement, needs)
        if statement.get("Effect") != "Allow" or not actions:
            continue
        condition = statement.get("Condition") or {}
        outside = _outside(statement, owner)
        _add(found, actions, outside, _only(condition, ("aws:principal",)) if "*" in outside else {})
        if with_services:
            _add(found, actions, _services(statement), _only(condition, _FOR_WHOM))
    return [_statement(entry, f"{sid}{number if number > 1 else ''}") for number, entry in enumerate(found.values(), 1)]


def taken_on_key(needs: Mapping[str, tuple[str, ...]], allows: Callable[[str], bool]) -> list[str]:
    """Return what the actions that are allowed take on the key, of those that ``needs`` knows."""
    return sorted({each for action, keys in needs.items() if allows(action) for each in keys})


def key_arn_in(key: str, partition: str, region: str, account_id: str) -> str:
    """Return the ARN of the key that something in an account and region means by an ARN, an ID or ``alias/NAME``."""
    if key.startswith("arn:"):
        return key
    resource = key if key.startswith("alias/") else f"key/{key}"
    return str(Arn(partition, "kms", region, account_id, resource))


def key_task(key: str, statements: Iterable[Mapping]) -> dict:
    """Return the options of ``xacct_resource_grant`` with which it puts such statements into the policy of ``key``.

    ``key`` is an ARN: a name would mean another key to whoever runs the task in another region or account.
    """
    statements = list(statements)
    task = {"type": "kms_key", "resource": key, "grants": [_grant(each) for each in statements]}
    return {**task, "allow_public": True} if any(map(why_public, statements)) else task


def _grant(statement: Mapping) -> dict:
    pairs = principal_pairs(statement["Principal"])
    grant = {
        "name": statement["Sid"],
        "principals": [f"service:{text}" if kind == "Service" else text for kind, text in pairs],
        "actions": texts(statement["Action"], "Action"),
    }
    condition = statement.get("Condition")
    if condition:
        grant["conditions"] = condition
    if any(kind == "Service" for kind, text in pairs) and not names_a_source(condition):
        grant["allow_any_source"] = True
    return grant


def _add(found: dict[str, dict], actions: list[str], principals: list[str], condition: dict) -> None:
    if not principals:
        return
    entry = found.setdefault(f"{actions}{condition}", {"actions": actions, "principals": [], "condition": condition})
    entry["principals"].extend(text for text in principals if text not in entry["principals"])


def _key_actions(statement: Mapping, needs: Mapping[str, tuple[str, ...]]) -> list[str]:
    granted = texts(statement.get("Action", []), "Action")
    return taken_on_key(needs, lambda name: any(matches(action, name) for action in granted))


def _outside(statement: Mapping, owner: str | None) -> list[str]:
    found = []
    for kind, text in principal_pairs(statement.get("Principal")):
        account_id = None if kind != "AWS" or text == "*" else _account_of(text)
        if kind == "AWS" and (owner is None or account_id != owner):
            found.append(text)
    return found


def _services(statement: Mapping) -> list[str]:
    return [f"service:{text}" for kind, text in principal_pairs(statement.get("Principal")) if kind == "Service"]


def _account_of(text: str) -> str | None:
    return text if is_account_id(text) else parse_principal(text).account_id


def _only(condition: Mapping, beginnings: tuple[str, ...]) -> dict:
    """The lines of a Condition block whose keys begin like that."""
    kept: dict[str, dict] = {}
    for operator, keys in condition.items():
        for key, values in keys.items():
            if ascii_lower(key).startswith(beginnings):
                kept.setdefault(operator, {})[key] = values
    return kept


def _statement(entry: Mapping, sid: str) -> dict:
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal_element([parse_principal(text) for text in entry["principals"]]),
        "Action": entry["actions"] if len(entry["actions"]) > 1 else entry["actions"][0],
        "Resource": "*",
    }
    return {**statement, "Condition": entry["condition"]} if entry["condition"] else statement
