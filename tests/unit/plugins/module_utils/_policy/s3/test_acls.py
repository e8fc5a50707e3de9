# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ACLs as sets: what is added, what goes, what stays, and that the owner's full control always does."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import (
    ALL_USERS,
    AUTHENTICATED_USERS,
    AclGrant,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError
from ansible_collections.xacct.aws.plugins.module_utils._policy.s3 import acls
from ansible_collections.xacct.aws.plugins.module_utils._policy.s3.acls import (
    BUCKET_OWNER,
    FULL_CONTROL,
    GROUPS,
    LOG_DELIVERY,
    PERMISSIONS,
    Acl,
    DeclaredGrants,
    canned_grants,
    covers,
    merged,
    still_granted,
)
from hypothesis import given, settings
from hypothesis import strategies as st

OWNER, X, Y = "a" * 64, "b" * 64, "c" * 64
OWN = AclGrant(OWNER, FULL_CONTROL)
OBJECT_PARTS = ("READ", "READ_ACP", "WRITE_ACP")
BUCKET_PARTS = ("READ", "WRITE", "READ_ACP", "WRITE_ACP")


def grants(*pairs: str) -> frozenset[AclGrant]:
    """`"x READ"` and so on, as grants."""
    names = {"owner": OWNER, "x": X, "y": Y, "all": ALL_USERS, "log": LOG_DELIVERY}
    return frozenset(AclGrant(names[who], permission) for who, permission in (pair.split() for pair in pairs))


# what is there, what is declared (present, absent, purge), what must come out; an object's ACL, the owner's grant is
# in all of them
CASES = {
    "added": ((), ("x READ",), (), False, ("x READ",)),
    "there already": (("x READ",), ("x READ",), (), False, ("x READ",)),
    "others stay": (("y READ", "all READ"), ("x READ",), (), False, ("y READ", "all READ", "x READ")),
    "covered by full control": (("x FULL_CONTROL",), ("x READ",), (), False, ("x FULL_CONTROL",)),
    "covered by its parts": (
        ("x READ", "x READ_ACP", "x WRITE_ACP"),
        ("x FULL_CONTROL",),
        (),
        False,
        ("x READ", "x READ_ACP", "x WRITE_ACP"),
    ),
    "more than there is": (("x READ",), ("x FULL_CONTROL",), (), False, ("x READ", "x FULL_CONTROL")),
    "declared twice over": ((), ("x FULL_CONTROL", "x READ"), (), False, ("x FULL_CONTROL",)),
    "declared in parts": ((), ("x READ", "x READ_ACP", "x WRITE_ACP"), (), False, ("x FULL_CONTROL",)),
    "one part wanted, the whole not": (
        ("x READ", "x READ_ACP"),
        ("x WRITE_ACP",),
        ("x FULL_CONTROL",),
        False,
        ("x WRITE_ACP",),
    ),
    "taken out": (("x READ", "y READ"), (), ("x READ",), False, ("y READ",)),
    "not there to take out": (("y READ",), (), ("x READ",), False, ("y READ",)),
    "one of two": (("x READ", "x FULL_CONTROL"), (), ("x FULL_CONTROL",), False, ("x READ",)),
    "the smaller of two": (("x READ", "x FULL_CONTROL"), (), ("x READ",), False, ("x FULL_CONTROL",)),
    "full control in parts": (("x READ", "x READ_ACP", "x WRITE_ACP"), (), ("x FULL_CONTROL",), False, ()),
    "less than full control stays": (
        ("x READ", "x READ_ACP"),
        (),
        ("x FULL_CONTROL",),
        False,
        ("x READ", "x READ_ACP"),
    ),
    "purged": (("y READ", "log WRITE"), ("x READ",), (), True, ("x READ",)),
    "purged to nothing": (("y READ",), (), (), True, ()),
    "purged, the same in other words": (
        ("x READ", "x FULL_CONTROL"),
        ("x FULL_CONTROL",),
        (),
        True,
        ("x READ", "x FULL_CONTROL"),
    ),
    "purged, less of it": (("x FULL_CONTROL",), ("x READ",), (), True, ("x READ",)),
    "the owner's is not taken out": ((), (), ("owner FULL_CONTROL",), False, ()),
    "the owner's others are": (("owner READ",), (), ("owner READ",), False, ()),
}


@pytest.mark.parametrize("name", CASES)
def test_merging(name):
    there, present, absent, purge, expected = CASES[name]
    acl = Acl(OWNER, grants(*there) | {OWN})
    declared = DeclaredGrants("object", grants(*present), grants(*absent), purge)
    assert merged(acl, declared) == grants(*expected) | {OWN}


def test_an_acl_without_the_owners_grant_is_left_so_unless_it_is_purged():
    acl = Acl(OWNER, grants("x FULL_CONTROL"))
    assert merged(acl, DeclaredGrants("object", grants("x READ"))) == acl.grants
    assert merged(acl, DeclaredGrants("object", grants("x READ"), purge=True)) == grants("x READ") | {OWN}


def test_write_is_a_part_of_full_control_on_buckets_only():
    parts = frozenset(AclGrant(X, part) for part in OBJECT_PARTS)
    assert covers(parts, AclGrant(X, FULL_CONTROL), "object")
    assert not covers(parts, AclGrant(X, FULL_CONTROL), "bucket")
    assert covers(parts | {AclGrant(X, "WRITE")}, AclGrant(X, FULL_CONTROL), "bucket")


def test_what_another_grant_still_gives_is_told():
    acl = Acl(OWNER, grants("x READ", "x FULL_CONTROL", "y READ") | {OWN})
    declared = DeclaredGrants("object", absent=grants("x READ", "y READ", "owner READ"))
    assert still_granted(acl, declared) == [AclGrant(X, "READ")]


# S3 User Guide, "Canned ACL": what each grants besides the owner's full control
CANNED = {
    "private": ("bucket object", set()),
    "public-read": ("bucket object", {(ALL_USERS, "READ")}),
    "public-read-write": ("bucket object", {(ALL_USERS, "READ"), (ALL_USERS, "WRITE")}),
    "aws-exec-read": ("bucket object", {("6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c", "READ")}),
    "authenticated-read": ("bucket object", {(AUTHENTICATED_USERS, "READ")}),
    "bucket-owner-read": ("object", {(BUCKET_OWNER, "READ")}),
    "bucket-owner-full-control": ("object", {(BUCKET_OWNER, "FULL_CONTROL")}),
    "log-delivery-write": ("bucket", {(LOG_DELIVERY, "WRITE"), (LOG_DELIVERY, "READ_ACP")}),
}


@pytest.mark.parametrize("name", CANNED)
def test_canned_acls(name):
    kinds, expected = CANNED[name]
    assert {(grant.grantee, grant.permission) for grant in canned_grants(name)} == expected
    assert [kind for kind in ("bucket", "object") if name in acls.canned_names(kind)] == kinds.split()


def test_public_is_who_is_nobody_in_particular():
    everything = grants("all READ", "log WRITE", "x READ") | {AclGrant(AUTHENTICATED_USERS, "READ")}
    assert {grant.grantee for grant in acls.public_grants(everything)} == {ALL_USERS, AUTHENTICATED_USERS}


def test_the_limit_is_told_with_both_numbers():
    many = frozenset(AclGrant(f"{number:064x}", "READ") for number in range(103))
    with pytest.raises(PolicyError, match=r"ACL of x would have 103 grants, and an ACL takes 100, 3 fewer"):
        acls.check_count(many, "ACL of x")
    acls.check_count(frozenset(sorted(many, key=str)[:100]), "ACL of x")


def test_what_s3_says_is_read_and_written_as_it_is():
    answer = {
        "Owner": {"ID": OWNER, "DisplayName": "old"},
        "Grants": [
            {"Grantee": {"Type": "CanonicalUser", "ID": OWNER, "DisplayName": "old"}, "Permission": FULL_CONTROL},
            {"Grantee": {"Type": "Group", "URI": ALL_USERS}, "Permission": "READ"},
        ],
    }
    acl = acls.acl_of(answer)
    assert acl == Acl(OWNER, grants("owner FULL_CONTROL", "all READ"))
    assert acls.access_control_policy(acl.owner, acl.grants) == {
        "Owner": {"ID": OWNER},
        "Grants": [
            {"Grantee": {"Type": "CanonicalUser", "ID": OWNER}, "Permission": FULL_CONTROL},
            {"Grantee": {"Type": "Group", "URI": ALL_USERS}, "Permission": "READ"},
        ],
    }


def test_grants_are_shown_by_account_and_group():
    unknown = AclGrant("http://acs.example.com/groups/x", "READ")
    shown = acls.shown_grants(grants("x READ", "y READ", "log WRITE") | {unknown}, {X: "111111111111"})
    assert shown == [
        {"permission": "READ", "canonical_id": X, "account_id": "111111111111"},
        {"permission": "READ", "canonical_id": Y},
        {"permission": "WRITE", "group": "LogDelivery"},
        {"permission": "READ", "group": "http://acs.example.com/groups/x"},
    ]


kinds = st.sampled_from(["bucket", "object"])
some_grants = st.frozensets(
    st.builds(AclGrant, st.sampled_from([OWNER, X, Y, *GROUPS.values()]), st.sampled_from(PERMISSIONS)), max_size=8
)
some_acls = st.builds(Acl, st.just(OWNER), some_grants)


@st.composite
def some_declared(draw):
    kind, present, absent = draw(kinds), draw(some_grants), draw(some_grants)
    if kind == "object":  # there is no WRITE on an object, and none can be declared
        present, absent = (
            frozenset(grant for grant in each if grant.permission != "WRITE") for each in (present, absent)
        )
    contrary = frozenset(acls.contradictions(DeclaredGrants(kind, present, absent)))
    return DeclaredGrants(kind, present, absent - contrary, draw(st.booleans()))


@settings(max_examples=150, deadline=None)
@given(some_acls, some_declared())
def test_what_is_declared_holds_afterwards(acl, declared):
    after = merged(acl, declared)
    assert all(covers(after, grant, declared.kind) for grant in declared.present)
    assert not after & (declared.absent - {OWN})
    if OWN in acl.grants or declared.purge:
        assert covers(after, OWN, declared.kind)
    if not declared.purge:
        foreign = {grant for grant in acl.grants if grant not in declared.absent}
        parts_of_absent = {grant.grantee for grant in declared.absent if grant.permission == FULL_CONTROL}
        assert {grant for grant in foreign if grant.grantee not in parts_of_absent} <= after


@settings(max_examples=150, deadline=None)
@given(some_acls, some_declared())
def test_twice_is_once(acl, declared):
    after = merged(acl, declared)
    assert merged(Acl(OWNER, after), declared) == after


@settings(max_examples=100, deadline=None)
@given(some_acls, some_grants, kinds)
def test_taking_out_again_leaves_what_was_there(acl, present, kind):
    """What is added and taken out again leaves the ACL as it was, but the owner's full control stays."""
    new = frozenset(grant for grant in present if not covers(acl.grants, grant, kind))
    added = Acl(OWNER, merged(acl, DeclaredGrants(kind, new)))
    removed = merged(added, DeclaredGrants(kind, absent=added.grants - acl.grants))
    assert removed == acl.grants | ({OWN} & added.grants)


@settings(max_examples=100, deadline=None)
@given(some_acls)
def test_as_a_document_and_back(acl):
    assert acls.of_document(acls.as_document(acl)) == acl


def test_a_permission_that_s3_does_not_have_is_shown_last():
    grants = [AclGrant("id=b", "READ"), AclGrant("id=a", "EVERYTHING"), AclGrant("id=a", ""), AclGrant("id=a", "READ")]
    assert [grant.permission for grant in acls.sorted_grants(grants)] == [
        "READ",
        "",
        "EVERYTHING",
        "READ",
    ]
