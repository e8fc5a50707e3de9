# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ``object_acl:`` method of a trust: a grant to the trusted account in the access control lists of objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...._expectations.proof_calls import GET
from ...._services.s3_bucket.statements import bucket_arn, object_arns
from ...declaration.account_ids import account_id_problem
from ...declaration.directory import Account
from ...declaration.problems import Problems
from ...declaration.trust import Trust
from ...declaration.values import read_text, read_texts, read_values
from ..base import Declared, Method, operation
from .access_spec import (
    BucketAccessSpec,
    Scope,
    check_bucket,
    check_keys,
    check_mapping,
    check_trusted_side,
    statement,
)
from .acl_rights import (
    FULL_CONTROL,
    OBJECT_ACTIONS,
    granted_account_ids,
    grantee,
    permissions_of,
    rather_a_bucket_grant,
    whole_account_note,
)
from .bucket_acl import check_permission
from .canonical_ids import check_canonical_id
from .expectations import s3_expectations

_SELECTIONS = ("prefix", "key", "keys")
OBJECT_ACL_KEYS = {
    "bucket": read_text,
    "prefix": read_text,
    "key": read_text,
    "keys": read_texts,
    "permission": read_text,
    "bucket_owner": read_text,
    "canonical_id": read_text,
}
PERMISSIONS = (*OBJECT_ACTIONS, FULL_CONTROL)


@dataclass(frozen=True)
class ObjectAclAccessSpec(BucketAccessSpec):
    """``bucket_owner`` is empty where the bucket is the trusting account's own, which then owns its objects too.

    ``selection`` is what of xacct_object_acl's options says which objects: ``{"prefix": …}``, ``key`` or ``keys``.
    """

    bucket: str
    selection: dict
    permission: str
    bucket_owner: str
    canonical_id: str
    names_accounts = True

    @property
    def scope(self) -> Scope:
        """The objects."""
        if "prefix" in self.selection:
            return Scope(prefixes=(self.selection["prefix"],))
        return Scope(keys=tuple(self.selection.get("keys") or [self.selection["key"]]))

    @property
    def permissions(self) -> list[str]:
        return permissions_of(self.permission, OBJECT_ACTIONS)

    @property
    def rights(self) -> Mapping[str, Scope]:
        """READ is to get; nothing in an object's ACL lets anybody list."""
        return {GET: self.scope} if "READ" in self.permissions else {}

    @property
    def depends_on(self) -> list[str]:
        """An ACL has no conditions."""
        return []

    @property
    def not_after(self) -> str:
        """An ACL has no end."""
        return ""

    def owner_in(self, account: Account) -> str:
        """The bucket's owner, who need not be the owner of these objects."""
        return self.bucket_owner or account.account_id

    def statements_in(self, bucket: str, partition: str) -> dict[str, dict]:
        """What the permission allows, on these objects."""
        actions = [action for name in self.permissions for action in OBJECT_ACTIONS[name]]
        if self.scope.keys:
            return {"": statement(actions, [f"{bucket_arn(bucket, partition)}/{key}" for key in self.scope.keys])}
        prefixes = [prefix for prefix in self.scope.prefixes if prefix]
        return {"": statement(actions, object_arns(bucket, prefixes, partition))}


def read_object_acl_method(declaration: Declared, problems: Problems) -> ObjectAclAccessSpec | None:
    """Check and read the mapping under ``object_acl:``; what is wrong goes to ``problems``."""
    declared, where, before = declaration.value, declaration.where, len(problems)
    example = "{bucket: BUCKET, prefix: reports/, permission: READ}"
    if not check_mapping(declared, "object_acl", example, OBJECT_ACL_KEYS, where, problems):
        return None
    values = read_values(declared, "object_acl", OBJECT_ACL_KEYS, where, problems)
    owner = values.get("bucket_owner", "")
    check_bucket(declared.get("bucket"), "object_acl.bucket", () if owner else declaration.trusting, where, problems)
    check_permission(values.get("permission"), "object_acl", PERMISSIONS, where, problems)
    check_canonical_id(values.get("canonical_id", ""), "object_acl", declaration.trusted, where, problems)
    check_trusted_side(declaration.trusted_side, "object_acl", where, problems)
    selection = {name: values[name] for name in _SELECTIONS if name in values}
    if len(selection) != 1:
        problems.add(
            where,
            f"object_acl names {'no objects' if not selection else ' and '.join(selection)}",
            "one of prefix, key or keys is expected",
        )
    elif selection.get("keys") == []:
        problems.add(where, "object_acl.keys is an empty list", "list at least one key")
    elif selection != {"prefix": ""}:
        check_keys(selection, "object_acl", where, problems, _SELECTIONS)
    if owner:
        _check_owner(owner, declaration, problems)
    if len(problems) > before:
        return None
    return ObjectAclAccessSpec(values["bucket"], selection, values["permission"], owner, values.get("canonical_id", ""))


def _check_owner(owner: str, declaration: Declared, problems: Problems) -> None:
    problem = account_id_problem(owner)
    if problem:
        problems.add(
            declaration.where,
            f"object_acl.bucket_owner is '{owner}'",
            "the account ID of the bucket's owner is expected, in quotes, where the trusting account wrote the objects "
            "but does not own the bucket",
        )
    elif owner in [account.account_id for account in declaration.trusting]:
        problems.add(
            declaration.where,
            f"object_acl.bucket_owner {owner} is the trusting account itself",
            "leave it out: it is for objects in somebody else's bucket",
        )


def object_acl_operations(trusts: list[Trust], account: Account) -> list[dict]:
    """One run of xacct_object_acl a trust, as the account that owns the objects."""
    operations = []
    for trust in trusts:
        spec = trust.spec
        grant = {"permission": spec.permission, **grantee(trust.trusted, spec.canonical_id), "state": trust.state}
        options = {
            "bucket": spec.bucket_in(account),
            **spec.selection,
            "grants": [grant],
            "expected_bucket_owner": spec.owner_in(account),
        }
        operations.append(operation("object_acl", [trust], trust.state, options))
    return operations


def object_acl_notes(trust: Trust, _sharing: list[Trust]) -> list[str]:
    """An ACL names accounts, and is on the objects of the day."""
    return [
        whole_account_note(trust, f"the objects in {trust.spec.bucket}"),
        "objects that are written later get the grant when it is applied again",
    ]


def object_acl_warnings(trust: Trust) -> list[str]:
    """Where the trusting account owns the bucket, a bucket grant reaches the same objects."""
    spec = trust.spec
    if spec.bucket_owner or "READ" not in spec.permissions:
        return []
    prefix = spec.selection.get("prefix") or (spec.scope.keys[0] if spec.scope.keys else "")
    narrowed = f", prefixes: [{prefix}]" if prefix else ""
    return [rather_a_bucket_grant("object_acl", f"{{name: {spec.bucket}, access: read{narrowed}}}")]


METHOD = Method(
    read=read_object_acl_method,
    operations=object_acl_operations,
    expectations=s3_expectations,
    notes=object_acl_notes,
    warnings=object_acl_warnings,
    label="ACLs of objects in {bucket}".format_map,
    keys=OBJECT_ACL_KEYS,
    grantees=granted_account_ids,
)
