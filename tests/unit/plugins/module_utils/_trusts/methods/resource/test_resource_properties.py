# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every plan of trusts on resources, whatever is declared."""

from __future__ import annotations

import copy
import json
import random
import re
from pathlib import Path

from ansible_collections.xacct.aws.plugins.module_utils._operations.verify.verify import call_errors
from ansible_collections.xacct.aws.plugins.module_utils._options.resource_grant import (
    ARGUMENT_SPEC,
    check,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.identity import check_identity_grants
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import PlanError, plan
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.trusted_side import stateless
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.declarations import ACCOUNTS, THIRD_PARTY
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.resource_declarations import (
    KEY,
    REGION,
    resource_trust,
    topic_trust,
)
from hypothesis import given, settings
from hypothesis import strategies as st

GOLDEN = Path(__file__).with_name("resource_trusts.json")
few = settings(max_examples=25, deadline=None)
PRINCIPALS = ["role/A", "role/app/B", "user/c", "group/d"]


@st.composite
def trust_lists(draw):
    made = []
    for number in range(draw(st.integers(1, 4))):
        principals = draw(st.lists(st.sampled_from(PRINCIPALS), min_size=1, unique=True))
        options = {
            "principals": principals,
            "state": draw(st.sampled_from(["present", "present", "absent"])),
            "side": draw(st.sampled_from(["exact", "managed"])),
        }
        if draw(st.integers(0, 4)) == 0:
            options["trusted"] = {"account_id": THIRD_PARTY, "principals": principals}
        rules = SERVICES[draw(st.sampled_from(["sns_topic", "sqs_queue", "lambda_function", "secret", "kms_key"]))]
        options["access"] = draw(st.sampled_from(list(rules.access)))
        if rules.type == "kms_key":
            options["arn"] = KEY
        else:
            options["name"] = draw(st.sampled_from(["one", "two"]))
            options["type"] = rules.type
            options["regions"] = draw(st.lists(st.sampled_from([REGION, "us-east-1"]), min_size=1, unique=True))
        made.append(resource_trust(f"trust{number}", **options))
    return made


def test_golden_plan():
    """Read through by a person once: what differs from it is a change for users.

    One that is meant: write {"accounts", "trusts", "plan"} anew with json.dumps(…, indent=1), and read what differs.
    """
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    made = plan(golden["trusts"], golden["accounts"])
    assert json.loads(json.dumps(made)) == golden["plan"]


def test_the_modules_take_the_golden_plan():
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    given = {name: spec.get("default") for name, spec in ARGUMENT_SPEC.items()}
    for sides in golden["plan"]["accounts"].values():
        for operation in sides["trusting"]:
            assert check({**given, **operation["options"]}) == []
        for operation in sides["trusted"]:
            entries = [grant for grant in operation["options"]["grants"] if grant["state"] == "present"]
            assert check_identity_grants([stateless(entry) for entry in entries]) == []
    assert all(call_errors(expectation) == [] for expectation in golden["plan"]["expectations"])


@few
@given(trust_lists(), st.randoms(use_true_random=False))
def test_the_order_of_accounts_and_trusts_does_not_matter(trusts, shuffled: random.Random):
    hosts, mixed = list(ACCOUNTS), list(trusts)
    shuffled.shuffle(hosts)
    shuffled.shuffle(mixed)
    assert json.dumps(plan(mixed, {host: ACCOUNTS[host] for host in hosts})) == json.dumps(plan(trusts, ACCOUNTS))


@few
@given(trust_lists())
def test_every_trust_is_in_one_operation_for_each_region_and_one_of_each_principal(trusts):
    made = plan(trusts, ACCOUNTS)
    for trust in trusts:
        name, sides = trust["name"], made["accounts"]
        regions = trust["resource"].get("regions", [REGION])
        assert sum(name in operation["trusts"] for operation in sides["customer_a"]["trusting"]) == len(regions)
        by_others = "account_id" in trust["trusted"]
        for principal in () if by_others else trust["trusted"]["principals"]:
            mine = [
                grant
                for operation in sides["platform"]["trusted"]
                if operation["principal"] == principal
                for grant in operation["options"]["grants"]
                if grant["name"].split("/")[0] == name
            ]
            assert [grant["name"] for grant in mine] == [name, f"{name}/key"]
            assert any(grant["state"] == "present" for grant in mine) == (trust["state"] == "present")


@few
@given(trust_lists())
def test_a_resource_is_written_once_and_the_modules_take_what_is_planned(trusts):
    made = plan(trusts, ACCOUNTS)
    operations = made["accounts"]["customer_a"]["trusting"]
    written = [(o["options"]["resource"], o["options"].get("region"), o["options"]["type"]) for o in operations]
    assert len(written) == len(set(written))
    given = {name: spec.get("default") for name, spec in ARGUMENT_SPEC.items()}
    for operation in operations:
        assert check({**given, **operation["options"]}) == []
    for operation in made["accounts"]["platform"]["trusted"]:
        entries = [grant for grant in operation["options"]["grants"] if grant["state"] == "present"]
        assert check_identity_grants([stateless(entry) for entry in entries]) == []


@few
@given(trust_lists())
def test_nobody_is_expected_both_ways(trusts):
    made = plan(trusts, ACCOUNTS)["expectations"]
    ids = [expectation["id"] for expectation in made]
    assert len(ids) == len(set(ids))
    asked: dict[tuple, set[str]] = {}
    for e in made:
        assert call_errors(e) == []
        asked.setdefault((str(e["actor"]), e["action"], e["resource"]), set()).add(e["expect"])
    assert all(len(expected) == 1 for expected in asked.values())


@few
@given(st.data(), st.sampled_from([rules for rules in SERVICES.values() if rules.name_gives_arn]))
def test_every_type_by_name_and_by_arn(data, rules):
    name = data.draw(st.from_regex(re.compile(rules.name, re.ASCII), fullmatch=True))
    access = data.draw(st.sampled_from(list(rules.access)))
    region = {"region": REGION} if rules.needs_account else {}
    arn = str(rules.arn(name, REGION, ACCOUNTS["customer_a"]["account_id"], "aws"))
    by_name = resource_trust("t", type=rules.type, name=name, access=access, **region)
    assert planned(resource_trust("t", arn=arn, access=access)) == planned(by_name)


def planned(trust: dict) -> object:
    """The plan, or how many things are wrong."""
    try:
        return plan([trust], ACCOUNTS)
    except PlanError as refused:
        return len(refused.errors)


@few
@given(trust_lists())
def test_a_plan_is_plain_data(trusts):
    made = plan(trusts, ACCOUNTS)
    assert json.loads(json.dumps(made)) == made


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(["", "publish"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
EVERYTHING = [
    topic_trust(
        organizations=["o-exampleorgid"],
        source_ips=["198.51.100.0/24"],
        require_tls=True,
        not_after="2027-01-01T00:00:00Z",
        conditions={"StringEquals": {"aws:x": "y"}},
        kms_key=KEY,
        verify_by_writing=True,
    ),
    resource_trust("key", arn=KEY, access="use", via="grant", encryption_context={"a": "b"}),
]
PLACES = [
    (number, key)
    for number, trust in enumerate(EVERYTHING)
    for key in (
        *trust["resource"],
        "arn",
        "name",
        "regions",
        "actions",
        "source_vpces",
        "via_services",
        "principals",
        "",
    )
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACES), junk)
def test_whatever_is_declared_is_planned_or_refused(place, value):
    number, key = place
    declared = copy.deepcopy(EVERYTHING[number])
    if key:
        declared["resource"][key] = value
    else:
        declared["resource"] = value
    try:
        json.dumps(plan([declared], ACCOUNTS))
    except PlanError as refused:
        assert all(error.startswith("trust ") for error in refused.errors)
