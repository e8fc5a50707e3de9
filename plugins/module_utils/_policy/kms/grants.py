# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""KMS grants, written as the statements that they amount to, and back.

A KMS grant allows one principal some operations on one key, beside the key's policy. Its constraints are conditions by
another name. Only ``RetiringPrincipal`` has no word in policies, and keeps its own.
Source: KMS API Reference, CreateGrant, ListGrants and GrantConstraints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..language.documents import statements
from ..language.matching import ActionPattern
from ..statements.condition_options import as_list
from ..statements.own_statements import is_own_sid

OPERATIONS = (
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
    "Sign",
    "Verify",
    "GetPublicKey",
    "CreateGrant",
    "RetireGrant",
    "DescribeKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateMac",
    "VerifyMac",
    "DeriveSharedSecret",
)
"""What a KMS grant can allow."""

MOST_GRANTS = 50_000
"""How many grants a key has room for, those that AWS services made included (KMS Developer Guide, "Quotas")."""

MOST_CONTEXT_PAIRS = 8
MOST_CONTEXT_CHARACTERS = 384
"""How many pairs of an encryption context a grant can demand, and how long a value may be."""

CONTEXT_KEY = "kms:EncryptionContext:"
_ALL_CONTEXT_KEYS = "kms:EncryptionContextKeys"
_AS_SHOWN_FOR_SERVICES = ".amazonaws.com"


def operations_of(actions: Iterable[str]) -> list[str]:
    """Return the operations of a grant that actions stand for, wildcards resolved, in KMS's order."""
    pattern = ActionPattern(tuple(actions))
    return [name for name in OPERATIONS if pattern.matches(f"kms:{name}".lower())]


def grant_statement(entry: Mapping) -> dict:
    """Return a grant, as ListGrants shows it, as a statement."""
    operations = [f"kms:{name}" for name in entry.get("Operations") or []]
    statement = {
        "Sid": entry.get("Name") or "",
        "Effect": "Allow",
        "Principal": _grantee(entry),
        "Action": operations if len(operations) != 1 else operations[0],
        "Resource": "*",
    }
    condition = _condition(entry.get("Constraints") or {})
    if condition:
        statement["Condition"] = condition
    if entry.get("RetiringPrincipal"):
        statement["RetiringPrincipal"] = entry["RetiringPrincipal"]
    return statement


def policy_statements(entries: Iterable[Mapping]) -> list[dict]:
    """Return grants as statements that a policy could have."""
    made = [grant_statement(entry) for entry in entries]
    return [{name: value for name, value in each.items() if name != "RetiringPrincipal"} for each in made]


def grant_request(statement: Mapping) -> dict:
    """Return what CreateGrant takes for a statement of our own, beside the key."""
    request = {
        "Name": statement["Sid"],
        "GranteePrincipal": statement["Principal"]["AWS"],
        "Operations": [action.partition(":")[2] for action in as_list(statement["Action"])],
    }
    pairs = statement.get("Condition", {}).get("StringEquals", {})
    if pairs:
        context = {key.removeprefix(CONTEXT_KEY): value for key, value in pairs.items()}
        request["Constraints"] = {"EncryptionContextSubset": context}
    if "RetiringPrincipal" in statement:
        request["RetiringPrincipal"] = statement["RetiringPrincipal"]
    return request


def own_grants(entries: Iterable[Mapping]) -> Iterator[tuple[str, dict]]:
    """Yield the IDs and statements of the grants, of those that ListGrants shows, that bear an own name."""
    for entry in entries:
        if is_own_sid(entry.get("Name")):
            yield entry["GrantId"], grant_statement(entry)


def too_many_grants(others: int, document: dict | None) -> str | None:
    """Say in numbers that a key has no room for the grants of a document beside ``others``; None if it has."""
    number = others + len(statements(document))
    if number <= MOST_GRANTS:
        return None
    return (
        f"{number:,} grants, {others:,} of them of others; the limit is {MOST_GRANTS:,}, {number - MOST_GRANTS:,} fewer"
    )


def _grantee(entry: Mapping) -> dict:
    service = entry.get("GranteeServicePrincipal")
    principal = service or entry.get("GranteePrincipal") or ""
    return {"Service" if service or principal.endswith(_AS_SHOWN_FOR_SERVICES) else "AWS": principal}


def _condition(constraints: Mapping) -> dict:
    condition: dict[str, dict] = {}
    exact = constraints.get("EncryptionContextEquals") or {}
    for key, value in {**(constraints.get("EncryptionContextSubset") or {}), **exact}.items():
        condition.setdefault("StringEquals", {})[f"{CONTEXT_KEY}{key}"] = value
    if exact:
        condition["ForAllValues:StringEquals"] = {_ALL_CONTEXT_KEYS: sorted(exact)}
    if constraints.get("SourceArn"):
        condition["ArnEquals"] = {"aws:SourceArn": constraints["SourceArn"]}
    return condition
