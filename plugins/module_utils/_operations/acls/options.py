# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `xacct_bucket_acl` and `xacct_object_acl` have in common: options, what is wrong with them, what they declare.

Private to this collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ..._aws.calls.errors import AwsError, is_code
from ..._aws.sessions.options import is_aws_endpoint
from ..._policy.evaluation.requests import AclGrant
from ..._policy.s3.acls import (
    BUCKET_OWNER,
    GROUPS,
    PERMISSIONS,
    DeclaredGrants,
    Kind,
    canned_grants,
    canned_names,
    contradictions,
    public_grants,
    shown_grant,
    shown_grants,
    sorted_grants,
)
from ..._policy.s3.canonical_ids import canonical_id_error
from ..._resources.bucket_acl import ACLS_DISABLED, ENFORCED
from ..._resources.canonical_ids import CanonicalIds
from ..plan import Change
from ..task import Task, TaskError

GRANTEES = ("canonical_id", "account_id", "group", "email")
OWNERS_CANNED = frozenset({"private", "bucket-owner-read", "bucket-owner-full-control"})
"""Canned ACLs that say nothing which is not so anyway where ACLs are disabled and the bucket's owner owns all."""

_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)


def acl_arguments(kind: Kind) -> dict:
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


def check_acl_options(params: Mapping) -> list[str]:
    """Return every error in these options, each naming its option."""
    endpoint = params.get("endpoint_url")
    at_aws = is_aws_endpoint(endpoint) if endpoint else None
    checks = (_check_declared(params), _check_grants(params), _check_ids(params), _canonical_id_errors(params, at_aws))
    return [error for errors in checks for error in errors]


def confirm_canonical_ids(task: Task) -> None:
    """Raise `TaskError` for canonical IDs that AWS has not. Whether it is AWS, a profile may say as well."""
    errors = list(_canonical_id_errors(task.params, task.account.is_at_aws("s3")))
    if errors:
        raise TaskError("; ".join(errors))


def declared_grants(params: Mapping, kind: Kind, canonical_ids: CanonicalIds) -> DeclaredGrants:
    """Return the grants that the options declare, by canonical ID. Raises `AwsError` for one that can't be found."""
    absent = params["state"] == "absent"
    sides: dict[bool, set[AclGrant]] = {True: set(), False: set()}
    for grant in params["grants"] or []:
        sides[not absent and grant["state"] == "present"].add(_by_canonical_id(grant, canonical_ids))
    if params["canned"]:
        sides[not absent].update(_owner_named(grant, canonical_ids) for grant in canned_grants(params["canned"]))
    declared = DeclaredGrants(
        kind=kind, present=frozenset(sides[True]), absent=frozenset(sides[False]), purge=params["purge_grants"]
    )
    both = contradictions(declared)
    if both:
        shown = "; ".join(in_words(grant, canonical_ids.accounts) for grant in both)
        raise TaskError(f"grants: present and absent at once: {shown}")
    return declared


def acls_are_disabled(bucket: str) -> TaskError:
    """Return the error of a bucket that takes no ACLs."""
    return TaskError(
        f"ACLs are disabled in bucket {bucket}: its object ownership is BucketOwnerEnforced, which new buckets have "
        "since April 2023. S3 takes no grant there, and the bucket's owner owns every object. No ACL was written. Use "
        "a bucket grant instead (xacct.aws.xacct_bucket_grant, method bucket of a trust): it gives other accounts "
        "the same access, and its prefixes narrow it to these objects. If it has to be an ACL, set object_ownership: "
        "ObjectWriter with xacct.aws.xacct_bucket_acl as the bucket's owner. Objects that other accounts upload then "
        "belong to those accounts, and what ACLs granted before they were disabled counts again",
        object_ownership=ENFORCED,
    )


def explained(error: AwsError, bucket: str, grants: Iterable[AclGrant]) -> AwsError | TaskError:
    """Return the error of a refused write with what S3's answer does not say."""
    if is_code(error, ACLS_DISABLED):
        return acls_are_disabled(bucket)
    if is_code(error, "AccessDenied") and public_grants(grants):
        return AwsError(
            f"{error.message} The ACL would have public grants, and BlockPublicAcls refuses those: look at Block "
            f"Public Access of bucket {bucket}, of its account and of the organization",
            code=error.code,
            call=error.call,
            account=error.account,
            resource=error.resource,
            aws_message=error.aws_message,
        )
    return error


def wants_acls(params: Mapping) -> bool:
    """Say whether the options grant something that needs ACLs to be enabled."""
    if params["state"] == "absent":
        return False
    grants = [grant for grant in params["grants"] or [] if grant["state"] == "present"]
    return bool(grants) or (params["canned"] or "private") not in OWNERS_CANNED


def in_words(grant: AclGrant, accounts: Mapping[str, str]) -> str:
    """Return a grant's name for messages and changes: "READ for 222222222222"."""
    shown = shown_grant(grant, accounts)
    return f"{shown['permission']} for {shown.get('account_id') or shown.get('group') or shown['canonical_id']}"


def grant_changes(before: frozenset[AclGrant], after: frozenset[AclGrant], accounts: Mapping[str, str]) -> list[Change]:
    """Return what differs between two ACLs, grant by grant."""
    gone = [
        Change("grants", in_words(grant, accounts), before=shown_grant(grant, accounts))
        for grant in sorted_grants(before - after)
    ]
    come = [
        Change("grants", in_words(grant, accounts), after=shown_grant(grant, accounts))
        for grant in sorted_grants(after - before)
    ]
    return [*gone, *come]


def acl_view(owner: str, grants: frozenset[AclGrant], accounts: Mapping[str, str]) -> dict:
    """Return an ACL for a diff."""
    shown = {"canonical_id": owner}
    owner_view = {**shown, "account_id": accounts[owner]} if owner in accounts else shown
    return {"owner": owner_view, "grants": shown_grants(grants, accounts)}


def _by_canonical_id(grant: Mapping, canonical_ids: CanonicalIds) -> AclGrant:
    if grant["group"]:
        return AclGrant(GROUPS[grant["group"]], grant["permission"])
    return AclGrant(grant["canonical_id"] or canonical_ids.of(grant["account_id"]), grant["permission"])


def _owner_named(grant: AclGrant, canonical_ids: CanonicalIds) -> AclGrant:
    if grant.grantee != BUCKET_OWNER:
        return grant
    return AclGrant(canonical_ids.of_bucket_owner(), grant.permission)


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
                f"{where}: S3 takes no e-mail addresses as grantees since October 2025: name the account by account_id "
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


def _canonical_id_errors(params: Mapping, at_aws: bool | None) -> Iterator[str]:
    """Yield what is wrong with the canonical IDs, as far as it is known whether they are AWS's."""
    for number, grant in enumerate(params["grants"] or [], start=1):
        if grant["canonical_id"] is not None:
            error = canonical_id_error(grant["canonical_id"], at_aws=at_aws)
            yield from [f"grants[{number}]: canonical_id {error}"] if error else []
    for account_id, canonical_id in params["canonical_ids"].items():
        error = canonical_id_error(canonical_id, at_aws=at_aws)
        yield from [f"canonical_ids: {account_id}: {error}"] if error else []
