# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access control lists of S3 as sets of grants: what is there, what is declared, and what to make of both.

An ACL has no names in it: a grant is a grantee (the canonical ID of an account, or a predefined group) and a
permission, and who put it there is not known. So what is declared is added, what is declared absent is taken out, and
everything else stays, unless the list is purged. The owner's own full control is never taken out.

Source: S3 User Guide, "Access control list (ACL) overview" (grantees, permissions, canned ACLs, at most 100 grants).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ..evaluation.requests import ALL_USERS, AUTHENTICATED_USERS, AclGrant
from ..language.documents import PolicyError, new_document, statements

Kind = Literal["bucket", "object"]

FULL_CONTROL = "FULL_CONTROL"
PERMISSIONS = ("READ", "WRITE", "READ_ACP", "WRITE_ACP", FULL_CONTROL)
MOST_GRANTS = 100
"""How many grants one ACL takes."""

LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"
GROUPS = {"AllUsers": ALL_USERS, "AuthenticatedUsers": AUTHENTICATED_USERS, "LogDelivery": LOG_DELIVERY}
"""The predefined groups by the names that users give."""

BUCKET_OWNER = "the bucket owner"
"""Stands in a canned ACL for the canonical ID of the bucket's owner."""

_EC2 = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c"
"""The canonical user of EC2 (za-team), which reads AMI bundles."""

_CANNED: dict[str, tuple[tuple[Kind, ...], tuple[tuple[str, str], ...]]] = {
    "private": (("bucket", "object"), ()),
    "public-read": (("bucket", "object"), ((ALL_USERS, "READ"),)),
    "public-read-write": (("bucket", "object"), ((ALL_USERS, "READ"), (ALL_USERS, "WRITE"))),
    "authenticated-read": (("bucket", "object"), ((AUTHENTICATED_USERS, "READ"),)),
    "aws-exec-read": (("bucket", "object"), ((_EC2, "READ"),)),
    "bucket-owner-read": (("object",), ((BUCKET_OWNER, "READ"),)),
    "bucket-owner-full-control": (("object",), ((BUCKET_OWNER, FULL_CONTROL),)),
    "log-delivery-write": (("bucket",), ((LOG_DELIVERY, "WRITE"), (LOG_DELIVERY, "READ_ACP"))),
}
"""What each canned ACL grants besides the owner's full control, and on what."""

_PARTS: dict[Kind, frozenset[str]] = {
    "bucket": frozenset({"READ", "WRITE", "READ_ACP", "WRITE_ACP"}),
    "object": frozenset({"READ", "READ_ACP", "WRITE_ACP"}),
}
"""What full control consists of. On an object WRITE means nothing."""


@dataclass(frozen=True)
class Acl:
    """An access control list: whose the bucket or object is (a canonical ID), and what is granted."""

    owner: str
    grants: frozenset[AclGrant]

    @property
    def owners_grant(self) -> AclGrant:
        """The grant that is never taken away."""
        return AclGrant(self.owner, FULL_CONTROL)


@dataclass(frozen=True)
class DeclaredGrants:
    """Grants that are to be in an ACL, grants that are not, and whether all others go as well.

    `kind` says what the ACL belongs to, and so what full control consists of. What is present covers nothing that is
    absent: see `contradictions`.
    """

    kind: Kind
    present: frozenset[AclGrant] = frozenset()
    absent: frozenset[AclGrant] = frozenset()
    purge: bool = False


def canned_names(kind: Kind) -> list[str]:
    """Return the names of the canned ACLs that a bucket or an object takes."""
    return [name for name, (kinds, _grants) in _CANNED.items() if kind in kinds]


def canned_grants(name: str) -> frozenset[AclGrant]:
    """Return what a canned ACL grants besides the owner's full control; `BUCKET_OWNER` is to be filled in."""
    return frozenset(AclGrant(grantee, permission) for grantee, permission in _CANNED[name][1])


def merged(acl: Acl, declared: DeclaredGrants) -> frozenset[AclGrant]:
    """Return the grants that the ACL should have; exactly `acl.grants` when it says what is declared already.

    S3 may show one grant of full control where its parts were granted one by one, and the other way round: a grant
    counts as there when what it gives is given. So what is declared is never added beside a grant that covers it.
    """
    wanted = _without_covered(declared.present, declared.kind)
    if declared.purge:
        whole = _without_covered({acl.owners_grant, *wanted}, declared.kind)
        same = _permissions(whole, declared.kind) == _permissions(acl.grants, declared.kind)
        # One that is declared absent goes also where another one covers it.
        return acl.grants if same and not acl.grants & (declared.absent - {acl.owners_grant}) else whole
    kept = acl.grants - _to_remove(acl, declared, wanted)
    return kept | {grant for grant in wanted if not covers(kept, grant, declared.kind)}


def covers(grants: Iterable[AclGrant], grant: AclGrant, kind: Kind) -> bool:
    """Say whether `grants` give what `grant` gives: by itself, with full control, or part by part."""
    theirs = {each.permission for each in grants if each.grantee == grant.grantee}
    if grant.permission in theirs or FULL_CONTROL in theirs:
        return True
    return grant.permission == FULL_CONTROL and theirs >= _PARTS[kind]


def contradictions(declared: DeclaredGrants) -> list[AclGrant]:
    """Return what is declared absent and present at once, by itself or as a part of full control."""
    return [grant for grant in sorted_grants(declared.absent) if covers(declared.present, grant, declared.kind)]


def still_granted(acl: Acl, declared: DeclaredGrants) -> list[AclGrant]:
    """Return what is declared absent and is given all the same, by another grant to the same grantee (not the owner's).

    Taking READ away from who has FULL_CONTROL takes away nothing.
    """
    after = merged(acl, declared)
    return [
        grant
        for grant in sorted_grants(declared.absent)
        if grant.grantee != acl.owner and covers(after, grant, declared.kind)
    ]


def public_grants(grants: Iterable[AclGrant]) -> list[AclGrant]:
    """Return the grants that S3 calls public: those to all users and to all users of AWS."""
    return [grant for grant in sorted_grants(grants) if grant.grantee in (ALL_USERS, AUTHENTICATED_USERS)]


def check_count(grants: frozenset[AclGrant], label: str) -> None:
    """Raise `PolicyError` when an ACL would have more grants than it takes; `label` names it in the message."""
    if len(grants) > MOST_GRANTS:
        raise PolicyError(
            f"{label} would have {len(grants)} grants, and an ACL takes {MOST_GRANTS}, {len(grants) - MOST_GRANTS} "
            "fewer. Take grants out, or use a bucket grant"
        )


def sorted_grants(grants: Iterable[AclGrant]) -> list[AclGrant]:
    """Return grants in one order: by grantee, the widest permission last, after it what is no permission of S3."""
    order = {permission: position for position, permission in enumerate(PERMISSIONS)}
    return sorted(
        grants, key=lambda grant: (grant.grantee, order.get(grant.permission, len(order)), str(grant.permission))
    )


def acl_of(answer: Mapping) -> Acl:
    """Return the ACL in an answer of GetBucketAcl or GetObjectAcl."""
    grants = (AclGrant(_grantee_of(each["Grantee"]), each["Permission"]) for each in answer.get("Grants", ()))
    return Acl(answer["Owner"]["ID"], frozenset(grants))


def access_control_policy(owner: str, grants: Iterable[AclGrant]) -> dict:
    """Return the argument of PutBucketAcl and PutObjectAcl."""
    return {
        "Owner": {"ID": owner},
        "Grants": [
            {"Grantee": _grantee_argument(grant.grantee), "Permission": grant.permission}
            for grant in sorted_grants(grants)
        ],
    }


def sid_of_grant(grant: AclGrant) -> str:
    """Return the Sid that stands for a grant in `as_document`."""
    return f"{grant.permission} {grant.grantee}"


def as_document(acl: Acl) -> dict:
    """Return an ACL as a document with a statement for each grant: what the protocol for shared policies works on.

    A grant cannot be changed, only be there or not, so its Sid says it all.
    """
    grants = ({"Sid": sid_of_grant(grant), "Effect": "Allow"} for grant in sorted_grants(acl.grants))
    return {**new_document(list(grants)), "Id": acl.owner}


def of_document(document: Mapping) -> Acl:
    """Return the ACL that `as_document` made a document of."""
    pairs = (statement["Sid"].split(" ", 1) for statement in statements(dict(document)))
    return Acl(document["Id"], frozenset(AclGrant(grantee, permission) for permission, grantee in pairs))


def shown_grant(grant: AclGrant, accounts: Mapping[str, str]) -> dict:
    """Return a grant in the words of the modules' options; `accounts` has account IDs by canonical ID."""
    group = next((name for name, uri in GROUPS.items() if uri == grant.grantee), None)
    if group or _is_group(grant.grantee):
        return {"permission": grant.permission, "group": group or grant.grantee}
    shown = {"permission": grant.permission, "canonical_id": grant.grantee}
    return {**shown, "account_id": accounts[grant.grantee]} if grant.grantee in accounts else shown


def shown_grants(grants: Iterable[AclGrant], accounts: Mapping[str, str]) -> list[dict]:
    """Return grants in the words of the modules' options, in one order."""
    return [shown_grant(grant, accounts) for grant in sorted_grants(grants)]


def _to_remove(acl: Acl, declared: DeclaredGrants, wanted: frozenset[AclGrant]) -> frozenset[AclGrant]:
    """Return what declaring grants absent takes out: they themselves, and the parts that full control is shown as."""
    removed = declared.absent - {acl.owners_grant}
    left = (acl.grants - removed) | wanted
    for grant in removed:
        if grant.permission == FULL_CONTROL and covers(left, grant, declared.kind):
            parts = {AclGrant(grant.grantee, part) for part in _PARTS[declared.kind]}
            removed |= parts - declared.present
    return removed


def _without_covered(grants: Iterable[AclGrant], kind: Kind) -> frozenset[AclGrant]:
    """Return the shortest list of grants that gives the same."""
    shortest: set[AclGrant] = set()
    for grantee, permissions in _permissions(grants, kind).items():
        needed = {FULL_CONTROL} if permissions >= _PARTS[kind] else permissions
        shortest.update(AclGrant(grantee, permission) for permission in needed)
    return frozenset(shortest)


def _permissions(grants: Iterable[AclGrant], kind: Kind) -> dict[str, frozenset[str]]:
    """Return what each grantee is given, with full control as its parts."""
    given: dict[str, frozenset[str]] = {}
    for grant in grants:
        parts = _PARTS[kind] if grant.permission == FULL_CONTROL else frozenset({grant.permission})
        given[grant.grantee] = given.get(grant.grantee, frozenset()) | parts
    return given


def _is_group(grantee: str) -> bool:
    return "://" in grantee


def _grantee_of(grantee: Mapping[str, str]) -> str:
    return grantee.get("ID") or grantee.get("URI") or grantee["EmailAddress"]


def _grantee_argument(grantee: str) -> dict:
    if _is_group(grantee):
        return {"Type": "Group", "URI": grantee}
    return {"Type": "CanonicalUser", "ID": grantee}
