# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every plan of trusts on buckets, whatever is declared."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

from ansible_collections.xacct.aws.plugins.module_utils._operations.verify.verify import call_errors
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.identity import check_identity_grants
from ansible_collections.xacct.aws.plugins.module_utils._services.s3_bucket.rules import check_bucket_grants
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import PlanError, plan
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.trusted_side import stateless
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.bucket_declarations import (
    bucket_acl,
    bucket_trust,
    object_acl,
)
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.declarations import ACCOUNTS, THIRD_PARTY
from hypothesis import given, settings
from hypothesis import strategies as st

GOLDEN = Path(__file__).with_name("bucket_trusts.json")
CANONICAL = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
PREFIXES = ["a/", "a/b/", "b", "xacct-verify/"]
few = settings(max_examples=25, deadline=None)


@st.composite
def trust_lists(draw):
    made = []
    for number in range(draw(st.integers(1, 4))):
        principals = draw(
            st.lists(st.sampled_from(["role/A", "role/app/B", "user/c", "group/d"]), min_size=1, unique=True)
        )
        options = {
            "principals": principals,
            "state": draw(st.sampled_from(["present", "present", "absent"])),
            "side": draw(st.sampled_from(["exact", "managed"])),
        }
        if "user/c" in principals and number:
            options["side"] = "managed"  # the inline policies of a user have room for one such trust
        if draw(st.integers(0, 4)) == 0:
            options["trusted"] = {"account_id": THIRD_PARTY, "principals": principals}
        bucket = draw(st.sampled_from(["one", "two"]))
        method = draw(st.sampled_from([bucket_trust, bucket_trust, bucket_acl, object_acl]))
        if method is bucket_trust:
            options["name"] = f"bucket-{bucket}"
            options["access"] = draw(st.sampled_from(["list", "read", "write", "read_write", "full"]))
            options["prefixes"] = draw(st.none() | st.lists(st.sampled_from(PREFIXES), min_size=1, unique=True))
        else:
            # Grants of ACLs that one trust takes and another gives are refused, so each has a permission of its own.
            options["bucket"] = f"bucket-{bucket}"
            options["permission"] = ["READ", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"][number]
            options["canonical_id"] = CANONICAL
        if method is object_acl:
            options["prefix"] = draw(st.sampled_from(["", *PREFIXES]))
        made.append(method(f"trust{number}", **options))
    return made


def test_golden_plan():
    """Read through by a person once: what differs from it is a change for users."""
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert json.loads(json.dumps(plan(golden["trusts"], golden["accounts"]))) == golden["plan"]


@few
@given(trust_lists(), st.randoms(use_true_random=False))
def test_the_order_of_accounts_and_trusts_does_not_matter(trusts, shuffled: random.Random):
    hosts, mixed = list(ACCOUNTS), list(trusts)
    shuffled.shuffle(hosts)
    shuffled.shuffle(mixed)
    assert json.dumps(plan(mixed, {host: ACCOUNTS[host] for host in hosts})) == json.dumps(plan(trusts, ACCOUNTS))


@few
@given(trust_lists())
def test_every_trust_is_in_one_operation_of_each_side(trusts):
    made = plan(trusts, ACCOUNTS)
    for trust in trusts:
        name, sides = trust["name"], made["accounts"]
        assert sum(name in operation["trusts"] for operation in sides["customer_a"]["trusting"]) == 1
        by_others = "account_id" in trust["trusted"]
        for principal in () if by_others else trust["trusted"]["principals"]:
            mine = [
                grant
                for operation in sides["platform"]["trusted"]
                if operation["principal"] == principal
                for grant in operation["options"]["grants"]
                if grant["name"].split("/")[0] == name
            ]
            assert {grant["name"] for grant in mine} == {name, f"{name}/bucket", f"{name}/key"}
            assert len(mine) == 3
            assert any(grant["state"] == "present" for grant in mine) == (trust["state"] == "present")


@few
@given(trust_lists())
def test_the_modules_take_what_is_planned(trusts):
    made = plan(trusts, ACCOUNTS)
    for operation in made["accounts"]["customer_a"]["trusting"]:
        if operation["method"] == "bucket":
            entries = [grant for grant in operation["options"]["grants"] if grant["state"] == "present"]
            assert check_bucket_grants([stateless(entry) for entry in entries]) == []
    for operation in made["accounts"]["platform"]["trusted"]:
        entries = [grant for grant in operation["options"]["grants"] if grant["state"] == "present"]
        assert check_identity_grants([stateless(entry) for entry in entries]) == []


@few
@given(trust_lists())
def test_nobody_is_expected_both_ways(trusts):
    made = plan(trusts, ACCOUNTS)["expectations"]
    ids = [expectation["id"] for expectation in made]
    assert len(ids) == len(set(ids))
    allowed: dict[tuple, list[str]] = {}
    for e in made:
        assert call_errors({"key": None, "lookup": None, **e}) == []
        if e["expect"] == "allowed":
            allowed.setdefault((str(e["actor"]), e["call"], e["bucket"]), []).append(e["prefix"])
    for e in made:
        given_to = allowed.get((str(e["actor"]), e["call"], e["bucket"]), [])
        if e["expect"] == "denied" and e["call"] != "s3_get":
            tried = f"{e['prefix']}xacct-verify-" if e["call"] == "s3_put" else e["prefix"]
            assert not tried.startswith(tuple(given_to)) if given_to else True
        elif e["expect"] == "denied" and e["outside"]:
            assert set(given_to) <= set(e["outside"])


@few
@given(trust_lists())
def test_a_plan_is_plain_data(trusts):
    made = plan(trusts, ACCOUNTS)
    assert json.loads(json.dumps(made)) == made


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(["", "READ"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
EVERYTHING = [
    bucket_trust(
        access=None,
        actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        organizations=["o-exampleorgid"],
        source_ips=["198.51.100.0/24"],
        source_vpces=None,
        require_tls=True,
        not_after="2027-01-01T00:00:00Z",
        conditions={"StringEquals": {"aws:x": "y"}},
        kms_key="arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        verify_by_writing=True,
    ),
    bucket_acl(object_ownership="ObjectWriter", canonical_id=CANONICAL),
    object_acl(bucket_owner="444444444444", canonical_id=CANONICAL),
]
PLACES = [
    (number, method, key)
    for number, trust in enumerate(EVERYTHING)
    for method in ("bucket", "bucket_acl", "object_acl")
    if method in trust
    for key in (*trust[method], "access", "source_vpces", "key", "keys", "")
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACES), junk)
def test_whatever_is_declared_is_planned_or_refused(place, value):
    number, method, key = place
    declared = copy.deepcopy(EVERYTHING[number])
    if key:
        declared[method][key] = value
    else:
        declared[method] = value
    try:
        json.dumps(plan([declared], ACCOUNTS))
    except PlanError as refused:
        assert all(error.startswith("trust ") for error in refused.errors)
