# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What other accounts need on the KMS key of a bucket to get at its objects, beside the bucket's own policy.

S3 encrypts and decrypts with the permissions of the caller. Across accounts the key's policy has to allow it, and the
caller's own policy as well. ("Bucket key or default encryption with KMS for cross-account operations", S3 User Guide.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.xacct.aws.plugins.module_utils._policy.bucket_access import matches
from ansible_collections.xacct.aws.plugins.module_utils._policy.documents import ascii_lower, texts
from ansible_collections.xacct.aws.plugins.module_utils._policy.principals import (
    is_account_id,
    parse_principal,
    principal_element,
    principal_pairs,
)

DECRYPT = "kms:Decrypt"
GENERATE = "kms:GenerateDataKey"


def key_statements(statements: Iterable[Mapping], owner: str | None) -> list[dict]:
    """Return the statements for the key's policy that go with the ``statements`` of a bucket's policy.

    Only for principals outside the account ``owner``: its own are a matter of its own policies. One statement for each
    set of actions and conditions; of the conditions those on the principal (``aws:Principal…``) are kept, because the
    others describe the request to S3.
    """
    found: dict[str, dict] = {}
    for statement in statements:
        actions = _key_actions(statement)
        principals = _outside(statement, owner)
        if statement.get("Effect") != "Allow" or not actions or not principals:
            continue
        condition = _on_the_principal(statement.get("Condition") or {}) if "*" in principals else {}
        entry = {"actions": actions, "principals": [], "condition": condition}
        entry = found.setdefault(f"{actions}{condition}", entry)
        entry["principals"].extend(text for text in principals if text not in entry["principals"])
    return [_statement(entry, number) for number, entry in enumerate(found.values(), start=1)]


def _key_actions(statement: Mapping) -> list[str]:
    """Reading takes kms:Decrypt, writing kms:GenerateDataKey, and an upload in parts both."""
    actions = texts(statement.get("Action", []), "Action")
    if any(matches(action, "s3:PutObject") for action in actions):
        return [DECRYPT, GENERATE]
    reads = any(matches(action, f"s3:{name}") for action in actions for name in ("GetObject", "GetObjectVersion"))
    return [DECRYPT] if reads else []


def _outside(statement: Mapping, owner: str | None) -> list[str]:
    found = []
    for kind, text in principal_pairs(statement.get("Principal")):
        account_id = None if kind != "AWS" or text == "*" else _account_of(text)
        if kind == "AWS" and (owner is None or account_id != owner):
            found.append(text)
    return found


def _account_of(text: str) -> str | None:
    return text if is_account_id(text) else parse_principal(text).account_id


def _on_the_principal(condition: Mapping) -> dict:
    kept: dict[str, dict] = {}
    for operator, keys in condition.items():
        for key, values in keys.items():
            if ascii_lower(key).startswith("aws:principal"):
                kept.setdefault(operator, {})[key] = values
    return kept


def _statement(entry: Mapping, number: int) -> dict:
    statement = {
        "Sid": f"ObjectsInS3{number if number > 1 else ''}",
        "Effect": "Allow",
        "Principal": principal_element([parse_principal(text) for text in entry["principals"]]),
        "Action": entry["actions"] if len(entry["actions"]) > 1 else entry["actions"][0],
        "Resource": "*",
    }
    return {**statement, "Condition": entry["condition"]} if entry["condition"] else statement
