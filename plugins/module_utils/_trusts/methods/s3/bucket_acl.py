# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ``bucket_acl:`` method of a trust: a grant to the trusted account in the bucket's access control list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...._expectations.proof_calls import LIST, PUT
from ...._services.s3_bucket.statements import bucket_arn, object_arns
from ...declaration.directory import Account
from ...declaration.problems import Problems, did_you_mean
from ...declaration.trust import Trust
from ...declaration.values import read_text, read_values
from ..base import Declared, Method, operation
from .access_spec import BucketAccessSpec, Scope, check_bucket, check_mapping, check_trusted_side, statement
from .acl_rights import (
    BUCKET_ACTIONS,
    FULL_CONTROL,
    granted_account_ids,
    grantee,
    permissions_of,
    rather_a_bucket_grant,
    whole_account_note,
)
from .canonical_ids import check_canonical_id
from .expectations import s3_expectations

BUCKET_ACL_KEYS = {
    "bucket": read_text,
    "permission": read_text,
    "object_ownership": read_text,
    "canonical_id": read_text,
}
PERMISSIONS = (*BUCKET_ACTIONS, FULL_CONTROL)
OWNERSHIPS = ("ObjectWriter", "BucketOwnerPreferred")
_EVERY_KEY = Scope(("",))
_CALLS = {"READ": LIST, "WRITE": PUT}
_INSTEAD = {"READ": "list", "WRITE": "write", FULL_CONTROL: "read_write"}


@dataclass(frozen=True)
class BucketAclAccessSpec(BucketAccessSpec):
    """``object_ownership`` and ``canonical_id`` are empty when nobody said them."""

    bucket: str
    permission: str
    object_ownership: str
    canonical_id: str
    names_accounts = True

    @property
    def permissions(self) -> list[str]:
        return permissions_of(self.permission, BUCKET_ACTIONS)

    @property
    def rights(self) -> Mapping[str, Scope]:
        """READ is to list, WRITE to put objects, in the whole bucket."""
        return {_CALLS[name]: _EVERY_KEY for name in self.permissions if name in _CALLS}

    @property
    def depends_on(self) -> list[str]:
        """An ACL has no conditions."""
        return []

    @property
    def not_after(self) -> str:
        """An ACL has no end."""
        return ""

    def statements_in(self, bucket: str, partition: str) -> dict[str, dict]:
        """What the permission allows, on the bucket or on its objects."""
        on_bucket = [action for name in self.permissions if name != "WRITE" for action in BUCKET_ACTIONS[name]]
        found = {}
        if "WRITE" in self.permissions:
            found[""] = statement(BUCKET_ACTIONS["WRITE"], object_arns(bucket, None, partition))
        if on_bucket:
            found["bucket"] = statement(on_bucket, [bucket_arn(bucket, partition)])
        return found


def read_bucket_acl_method(declaration: Declared, problems: Problems) -> BucketAclAccessSpec | None:
    """Check and read the mapping under ``bucket_acl:``; what is wrong goes to ``problems``."""
    declared, where, before = declaration.value, declaration.where, len(problems)
    example = "{bucket: BUCKET, permission: READ}"
    if not check_mapping(declared, "bucket_acl", example, BUCKET_ACL_KEYS, where, problems):
        return None
    values = read_values(declared, "bucket_acl", BUCKET_ACL_KEYS, where, problems)
    check_bucket(declared.get("bucket"), "bucket_acl.bucket", declaration.trusting, where, problems)
    check_permission(values.get("permission"), "bucket_acl", PERMISSIONS, where, problems)
    check_canonical_id(values.get("canonical_id", ""), "bucket_acl", declaration.trusted, where, problems)
    check_trusted_side(declaration.trusted_side, "bucket_acl", where, problems)
    ownership = values.get("object_ownership", "")
    if ownership and ownership not in OWNERSHIPS:
        problems.add(
            where,
            f"bucket_acl.object_ownership is '{ownership}'",
            f"{did_you_mean(ownership, OWNERSHIPS)}one of {', '.join(OWNERSHIPS)} is expected, or nothing to leave it "
            "as it is",
        )
    if len(problems) > before:
        return None
    return BucketAclAccessSpec(values["bucket"], values["permission"], ownership, values.get("canonical_id", ""))


def check_permission(
    value: str | None, option: str, permissions: tuple[str, ...], where: str, problems: Problems
) -> None:
    """A permission of an access control list, in capitals."""
    if value is None:
        problems.add(where, f"{option}.permission is missing", f"one of {', '.join(permissions)} is expected")
    elif value not in permissions:
        guess = did_you_mean(value, permissions)
        problems.add(where, f"{option}.permission is '{value}'", f"{guess}one of {', '.join(permissions)} is expected")


def bucket_acl_operations(trusts: list[Trust], account: Account) -> list[dict]:
    """One run of xacct_bucket_acl a bucket, with the grants of all trusts on it: its ACL is written once."""
    by_bucket: dict[str, list[Trust]] = {}
    for trust in trusts:
        by_bucket.setdefault(trust.spec.bucket_in(account), []).append(trust)
    operations = []
    for bucket, sharing in by_bucket.items():
        present = [trust for trust in sharing if trust.present]
        options: dict = {"bucket": bucket, "grants": _grants(sharing), "expected_bucket_owner": account.account_id}
        ownership = next((trust.spec.object_ownership for trust in present if trust.spec.object_ownership), "")
        if ownership:
            options["object_ownership"] = ownership
        operations.append(operation("bucket_acl", sharing, "present" if present else "absent", options))
    return operations


def _grants(trusts: list[Trust]) -> list[dict]:
    """What is declared present, and what is declared absent by some trust and present by none."""
    grants: dict[tuple, dict] = {}
    for trust in trusts:
        who = grantee(trust.trusted, trust.spec.canonical_id)
        key = trust.spec.permission, *who.items()
        grants.setdefault(key, {"permission": trust.spec.permission, **who, "state": trust.state})
    return list(grants.values())


def bucket_acl_notes(trust: Trust, _sharing: list[Trust]) -> list[str]:
    """An ACL names accounts; the bucket's ownership setting may change who owns new objects."""
    notes = [whole_account_note(trust, trust.spec.bucket)]
    if trust.spec.object_ownership == "ObjectWriter":
        notes.append(
            f"ACLs are enabled on {trust.spec.bucket}: objects that other accounts upload belong to those accounts"
        )
    return notes


def bucket_acl_warnings(trust: Trust) -> list[str]:
    """A bucket grant does the same, to principals; only reading and writing the ACL itself has no counterpart."""
    access = _INSTEAD.get(trust.spec.permission)
    return [rather_a_bucket_grant("bucket_acl", f"{{name: {trust.spec.bucket}, access: {access}}}")] if access else []


METHOD = Method(
    read=read_bucket_acl_method,
    operations=bucket_acl_operations,
    expectations=s3_expectations,
    notes=bucket_acl_notes,
    warnings=bucket_acl_warnings,
    label="ACL of bucket {bucket}".format_map,
    keys=BUCKET_ACL_KEYS,
    grantees=granted_account_ids,
)
