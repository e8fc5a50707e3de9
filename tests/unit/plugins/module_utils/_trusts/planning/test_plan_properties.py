# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every plan, whatever is declared."""

from __future__ import annotations

import copy
import datetime
import json
import random

from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.trust import check_trusted, trust_statement
from ansible_collections.xacct.aws.plugins.module_utils._trusts.declaration.directory import read_directory
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import PlanError, plan
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.declarations import THIRD_PARTY
from hypothesis import given, settings
from hypothesis import strategies as st

HOSTS = [f"host{number}" for number in range(6)]
GROUPS = ["east", "west", "empty"]


@st.composite
def accounts(draw):
    made = {}
    for number, host in enumerate(HOSTS):
        groups = draw(st.sets(st.sampled_from(GROUPS[:2])))
        made[host] = {"account_id": f"{100000000000 + number}", "groups": sorted(groups)}
    # Nobody declares an empty group.
    made["host0"]["groups"], made["host1"]["groups"] = ["east"], ["west"]
    return made


@st.composite
def trust_lists(draw):
    made = []
    for number in range(draw(st.integers(1, 4))):
        trusted = draw(st.sampled_from(HOSTS[2:]))
        trusting = draw(st.sets(st.sampled_from([*HOSTS, "east", "west", "all"]), min_size=1)) - {trusted}
        principals = draw(
            st.lists(
                st.sampled_from(["role/A", "role/app/B", "user/c", "group/d"]), min_size=1, max_size=3, unique=True
            )
        )
        role = draw(
            st.fixed_dictionaries(
                {"name": st.just(f"Role{number}")},
                optional={
                    "path": st.just("/xacct/"),
                    "generate": st.booleans(),
                    "require_mfa": st.booleans(),
                    "session_tags": st.booleans(),
                    "follow": st.just(not any(principal.startswith("group/") for principal in principals)),
                },
            )
        )
        trust = {
            "name": f"trust{number}",
            "state": draw(st.sampled_from(["present", "present", "absent"])),
            "trusted": {"account": trusted, "principals": principals},
            # Groups that hold nobody but the trusted account are refused, so somebody else is always there.
            "trusting": sorted(trusting | {"host0" if trusted != "host0" else "host1"}),
            "trusted_side": draw(st.sampled_from(["exact", "pattern", "managed"])),
            "role": role,
        }
        if draw(st.integers(0, 4)) == 0:
            trust["trusted"] = {"account_id": THIRD_PARTY, "principals": principals}
            role["generate"] = True
        made.append(trust)
    return made


few = settings(max_examples=25, deadline=None)


@few
@given(accounts(), trust_lists(), st.randoms(use_true_random=False))
def test_the_order_of_accounts_and_trusts_does_not_matter(known, trusts, shuffled: random.Random):
    hosts = list(known)
    shuffled.shuffle(hosts)
    mixed = list(trusts)
    shuffled.shuffle(mixed)
    assert json.dumps(plan(mixed, {host: known[host] for host in hosts})) == json.dumps(plan(trusts, known))


@few
@given(accounts(), trust_lists())
def test_what_is_planned_is_what_is_declared(known, trusts):
    made = plan(trusts, known)
    for trust in trusts:
        to = made["trusts"][trust["name"]]["to"]
        assert to == sorted(to)
        for host, sides in made["accounts"].items():
            mine = [operation for operation in sides["trusting"] if operation["trust"] == trust["name"]]
            assert len(mine) == (1 if host in to else 0)


@few
@given(accounts(), trust_lists())
def test_each_statement_covers_exactly_the_trusting_accounts(known, trusts):
    made = plan(trusts, known)
    for trust in trusts:
        host = trust["trusted"].get("account")
        if not host or trust["state"] == "absent":
            continue
        wanted = {known[to]["account_id"] for to in made["trusts"][trust["name"]]["to"]}
        for principal in trust["trusted"]["principals"]:
            statements = [
                grant
                for operation in made["accounts"][host]["trusted"]
                if operation["principal"] == principal
                for grant in operation["options"]["grants"]
                if grant["name"] == trust["name"] and grant["state"] == "present"
            ]
            assert len(statements) == 1
            assert covered_accounts(statements[0]) == wanted


def covered_accounts(grant):
    """The accounts whose roles a statement reaches, read as IAM reads it."""
    found = {resource.split(":")[4] for resource in grant["resources"]}
    return set(grant["conditions"]["StringEquals"]["aws:ResourceAccount"]) if found == {"*"} else found


@few
@given(accounts(), trust_lists())
def test_every_operation_has_its_counterpart(known, trusts):
    made = plan(trusts, known)
    trusting = {(op["trust"], op["state"]) for sides in made["accounts"].values() for op in sides["trusting"]}
    trusted = {
        (grant["name"], made["trusts"][grant["name"]]["state"])
        for sides in made["accounts"].values()
        for op in sides["trusted"]
        for grant in op["options"]["grants"]
    }
    by_others = {third["trust"] for third in made["third_parties"]}
    for trust in trusts:
        key = trust["name"], trust["state"]
        assert key in trusting
        third_party = "account_id" in trust["trusted"]
        assert (key in trusted) is not third_party
        assert (trust["name"] in by_others) is (third_party and trust["state"] == "present")


@few
@given(accounts(), trust_lists())
def test_every_entry_is_one_that_the_role_module_takes(known, trusts):
    made = plan(trusts, known)
    for sides in made["accounts"].values():
        for operation in sides["trusting"]:
            for entry in operation["options"]["trusted"]:
                taken = {key: value for key, value in entry.items() if key != "generate_external_id"}
                assert check_trusted([taken]) == []
                trust_statement(taken)


@few
@given(accounts(), trust_lists())
def test_expectations_are_unique_and_about_planned_roles(known, trusts):
    made = plan(trusts, known)
    ids = [expectation["id"] for expectation in made["expectations"]]
    assert len(ids) == len(set(ids))
    for expectation in made["expectations"]:
        account_id = made["accounts"][expectation["trusting"]]["account_id"]
        assert expectation["role_arn"].split(":")[4] == account_id
        assert expectation["actor"]["account"] in made["accounts"]
        assert expectation["trusting"] in made["trusts"][expectation["trust"]]["to"]
        if expectation["expect"] == "allowed":
            assert made["trusts"][expectation["trust"]]["state"] == "present"


@few
@given(accounts(), trust_lists())
def test_a_plan_is_plain_data(known, trusts):
    made = plan(trusts, known)
    assert json.loads(json.dumps(made)) == made


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(["root", "aws"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
EVERYTHING = {
    "name": "everything",
    "state": "present",
    "description": "text",
    "trusted": {"account": "host5", "principals": ["role/A"]},
    "trusting": ["east"],
    "trusted_side": "pattern",
    "organization": "o-exampleorgid",
    "role": {
        "name": "Role",
        "path": "/a/",
        "description": "text",
        "max_session_duration": 3600,
        "permissions_boundary": "policy/B",
        "managed_policies": ["policy/C"],
        "purge_managed_policies": True,
        "inline_policies": {"a": {"Version": "2012-10-17", "Statement": []}},
        "purge_inline_policies": True,
        "tags": {"a": "b"},
        "purge_tags": True,
        "external_id": ["abc"],
        "generate": False,
        "require_mfa": True,
        "mfa_max_age": 60,
        "organizations": ["o-exampleorgid"],
        "source_ips": ["198.51.100.0/24"],
        "session_tags": True,
        "source_identity": True,
        "not_after": "2027-01-01T00:00:00Z",
        "conditions": {"StringEquals": {"aws:x": "y"}},
        "follow": True,
        "purge_trusted": True,
        "take_over": True,
    },
}
PLACES = [
    *((key,) for key in EVERYTHING),
    *(("role", key) for key in EVERYTHING["role"]),
    *(("trusted", key) for key in ("account", "account_id", "principals", "partition")),
    ("role", "inline_policies", "a"),
    ("role", "tags", "a"),
    ("role", "conditions", "StringEquals"),
]


@settings(max_examples=150, deadline=None)
@given(accounts(), st.sampled_from(PLACES), junk)
def test_whatever_is_declared_is_planned_or_refused(known, place, value):
    declared = copy.deepcopy(EVERYTHING)
    inner = declared
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    try:
        json.dumps(plan([declared], known, datetime.datetime.now(datetime.timezone.utc)))
    except PlanError as refused:
        assert all(error.startswith("trust ") for error in refused.errors)


@few
@given(st.dictionaries(st.text(max_size=8), junk, max_size=3) | junk)
def test_whatever_the_directory_is_it_is_read_or_refused(value):
    try:
        read_directory(value)
    except PlanError as refused:
        assert refused.errors
