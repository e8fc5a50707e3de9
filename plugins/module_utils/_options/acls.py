# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of `xacct_bucket_acl` and `xacct_object_acl`, and everything that is wrong with them before a call.

Private to this collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .._policy.s3.acls import GROUPS, PERMISSIONS, Kind, canned_grants, canned_names, public_grants, shown_grant
from .._policy.s3.canonical_ids import canonical_id_error

GRANTEES = ("canonical_id", "account_id", "group", "email")
OBJECT_WRITER = "ObjectWriter"
OWNER_PREFERRED = "BucketOwnerPreferred"
MOST_CONCURRENT = 64
"""Calls at a time; a client keeps that many connections."""

_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)


def _arguments(kind: Kind) -> dict:
    """Return the options that both modules have; an object takes no grant of WRITE."""
    permissions = [each for each in PERMISSIONS if kind == "bucket" or each != "WRITE"]
    states = {"type": "str", "choices": ["present", "absent"], "default": "present"}
    return {
        "bucket": {"type": "str", "required": True},
        "grants": {
            "type": "list",
            "elements": "dict",
            "options": {
                "permission": {"type": "str", "choices": permissions, "required": True},
                "canonical_id": {"type": "str"},
                "account_id": {"type": "str"},
                "group": {"type": "str", "choices": list(GROUPS)},
                "email": {"type": "str"},
                "state": dict(states),
            },
            "mutually_exclusive": [GRANTEES],
            "required_one_of": [GRANTEES],
        },
        "canned": {"type": "str", "choices": canned_names(kind)},
        "purge_grants": {"type": "bool", "default": False},
        "allow_public": {"type": "bool", "default": False},
        "canonical_ids": {"type": "dict", "default": {}},
        "expected_bucket_owner": {"type": "str"},
        "state": dict(states),
    }


BUCKET_ACL_ARGUMENTS = {
    **_arguments("bucket"),
    "object_ownership": {"type": "str", "choices": [OBJECT_WRITER, OWNER_PREFERRED]},
}
OBJECT_ACL_ARGUMENTS = {
    **_arguments("object"),
    "key": {"type": "str", "no_log": False},
    "keys": {"type": "list", "elements": "str", "no_log": False},
    "prefix": {"type": "str"},
    "version_id": {"type": "str"},
    "versions": {"type": "str", "choices": ["current", "all"], "default": "current"},
    "concurrency": {"type": "int", "default": 16},
}
OBJECT_ACL_RULES = {
    "mutually_exclusive": [("key", "keys", "prefix")],
    "required_one_of": [("key", "keys", "prefix")],
}


def check_bucket_acl(params: Mapping, at_aws: bool | None = None) -> list[str]:
    """Return every error in the options of `xacct_bucket_acl`, each naming its option.

    `at_aws` says whether it is AWS that is called, None where that is not known.
    """
    errors = _check(params, at_aws)
    if params["object_ownership"] and params["state"] == "absent":
        errors.append("object_ownership: only with state: present, where it makes room for grants")
    return errors


def check_object_acl(params: Mapping, at_aws: bool | None = None) -> list[str]:
    """Return every error in the options of `xacct_object_acl`, likewise."""
    return [*_check(params, at_aws), *_check_objects(params)]


def canonical_id_errors(params: Mapping, at_aws: bool | None) -> Iterator[str]:
    """Yield what is wrong with the canonical IDs, as far as it is known whether they are AWS's."""
    for number, grant in enumerate(params["grants"] or [], start=1):
        if grant["canonical_id"] is not None:
            error = canonical_id_error(grant["canonical_id"], at_aws=at_aws)
            yield from [f"grants[{number}]: canonical_id {error}"] if error else []
    for account_id, canonical_id in params["canonical_ids"].items():
        error = canonical_id_error(canonical_id, at_aws=at_aws)
        yield from [f"canonical_ids: {account_id}: {error}"] if error else []


def _check(params: Mapping, at_aws: bool | None) -> list[str]:
    checks = (_check_declared(params), _check_grants(params), _check_ids(params), canonical_id_errors(params, at_aws))
    return [error for errors in checks for error in errors]


def _check_declared(params: Mapping) -> Iterator[str]:
    nothing = not params["grants"] and not params["canned"]
    if params["state"] == "absent" and nothing:
        yield (
            "grants: say what is to be taken out; for an ACL that grants nothing to anybody but the owner set canned: "
            "private and purge_grants: true"
        )
    elif params["state"] == "absent" and params["purge_grants"]:
        yield "purge_grants: only with state: present, where it takes out what grants and canned do not name"
    elif nothing and not params["purge_grants"] and not params.get("object_ownership"):
        yield "grants: nothing is declared; name a grant or a canned ACL, or set purge_grants: true"


def _check_grants(params: Mapping) -> Iterator[str]:
    present = params["state"] == "present"
    for number, grant in enumerate(params["grants"] or [], start=1):
        where = f"grants[{number}]"
        wanted = present and grant["state"] == "present"
        if grant["email"]:
            yield (
                f"{where}: S3 accepts no e-mail addresses as grantees since October 2025: name the account by "
                "account_id "
                "or canonical_id"
            )
        if grant["account_id"] is not None and not _ACCOUNT_ID.fullmatch(grant["account_id"]):
            yield f"{where}: account_id {grant['account_id']!r} is not an account ID: 12 digits, in quotes"
        if grant["group"] in ("AllUsers", "AuthenticatedUsers") and wanted and not params["allow_public"]:
            yield f"{where}: {_why_public(grant['group'])}; if that is meant, set allow_public: true"
    canned = params["canned"]
    public = public_grants(canned_grants(canned)) if canned and present else []
    if public and not params["allow_public"]:
        groups = " and ".join(sorted({_why_public(shown_grant(grant, {})["group"]) for grant in public}))
        yield f"canned: {canned}: {groups}; if that is meant, set allow_public: true"


def _why_public(group: str) -> str:
    if group == "AllUsers":
        return "AllUsers is anybody in the world, without credentials"
    return "AuthenticatedUsers is everybody with an AWS account, not the users of this one"


def _check_ids(params: Mapping) -> Iterator[str]:
    for account_id in params["canonical_ids"]:
        if not isinstance(account_id, str) or not _ACCOUNT_ID.fullmatch(account_id):
            yield f"canonical_ids: {account_id!r} is not an account ID: 12 digits, in quotes"
    owner = params["expected_bucket_owner"]
    if owner is not None and not _ACCOUNT_ID.fullmatch(owner):
        yield f"expected_bucket_owner: {owner!r} is not an account ID: 12 digits, in quotes"


def _check_objects(params: Mapping) -> Iterator[str]:
    if params["key"] == "":
        yield 'key: is empty; prefix: "" stands for all objects of the bucket'
    if params["keys"] is not None and ("" in params["keys"] or not params["keys"]):
        yield "keys: name at least one object, and none with an empty name"
    if params["version_id"] is not None and params["key"] is None:
        yield "version_id: only together with key, whose version it is"
    if params["version_id"] is not None and params["versions"] == "all":
        yield "versions: either all of them, or the one of version_id"
    if not 1 <= params["concurrency"] <= MOST_CONCURRENT:
        yield f"concurrency: {params['concurrency']} is not a number from 1 to {MOST_CONCURRENT}"
