# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of `xacct_bucket_grant`, everything that is wrong with them, and what they declare.

Pure. Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ansible_collections.xacct.aws.plugins.module_utils._operations.declared_grants import DeclaredGrants
from ansible_collections.xacct.aws.plugins.module_utils._policy.bucket_statements import (
    BUCKET_GRANT_OPTIONS,
    bucket_statements,
    check_bucket_grants,
    grant_sids,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.principals import is_account_id
from ansible_collections.xacct.aws.plugins.module_utils._resources.bucket import bucket_name_error

ARGUMENT_SPEC = {
    "bucket": {"type": "str", "required": True},
    "grants": {
        "type": "list",
        "elements": "dict",
        "options": {
            **BUCKET_GRANT_OPTIONS,
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
    },
    "purge_grants": {"type": "bool", "default": False},
    "allow_public": {"type": "bool", "default": False},
    "expected_bucket_owner": {"type": "str"},
    "propagation_timeout": {"type": "int"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def declared_grants(params: Mapping, partition: str) -> DeclaredGrants:
    """Return what the options declare; without `grants`, `state: absent` takes all own statements away."""
    grants = params.get("grants") or []
    names = {sid: grant["name"] for grant in grants for sid in grant_sids(grant["name"])}
    absent = params["state"] == "absent"
    statements = tuple(
        statement
        for grant in grants
        if grant["state"] == "present" and not absent
        for statement in bucket_statements(_statement_options(grant), params["bucket"], partition)
    )
    removed = names.keys() - {statement["Sid"] for statement in statements}
    purge = params["purge_grants"] or (absent and not grants)
    return DeclaredGrants(statements, frozenset(removed), purge, names)


def check(params: Mapping) -> list[str]:
    """Return every error in the options, each naming its option."""
    return [*_check_bucket(params), *_check_grants(params)]


def _check_bucket(params: Mapping) -> Iterator[str]:
    error = bucket_name_error(params["bucket"])
    if error:
        yield f"bucket: {error}"
    owner, account_id = params.get("expected_bucket_owner"), params.get("expected_account_id")
    if owner is not None and not is_account_id(owner):
        yield f"expected_bucket_owner: {owner!r} is not an account ID: its 12 digits, in quotes"
    elif owner and account_id and owner != account_id:
        yield (
            f"expected_bucket_owner: only the owner's own credentials get at a bucket's policy, but the owner is to be "
            f"{owner} and the credentials are to belong to {account_id} (expected_account_id)"
        )
    timeout = params.get("propagation_timeout")
    if timeout is not None and timeout < 0:
        yield f"propagation_timeout: {timeout} is not a number of seconds from 0"


def _check_grants(params: Mapping) -> Iterator[str]:
    grants = params.get("grants") or []
    if not grants and params["state"] == "present" and not params["purge_grants"]:
        yield "grants: nothing is declared; name a grant, or set purge_grants: true or state: absent to remove all"
    names = [grant["name"] for grant in grants]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"grants: {name}: two entries have this name; give each its own"
    for name in names:
        if not name.strip():
            yield "grants: name is empty"
    if params["state"] == "absent":
        return
    present = [_statement_options(grant) for grant in grants if grant["state"] == "present" and grant["name"].strip()]
    for error in check_bucket_grants(present, params["allow_public"]):
        if "two entries have this name" not in error:
            yield f"grants: {error}"


def _statement_options(grant: Mapping) -> dict:
    return {name: value for name, value in grant.items() if name != "state"}
