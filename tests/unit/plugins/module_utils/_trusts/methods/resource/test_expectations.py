# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who must be able to use a topic, a queue and the like once a plan is applied, and who must be refused."""

from __future__ import annotations

import datetime

from ansible_collections.xacct.aws.plugins.module_utils._expectations.proof_calls import CALLS, tried_actions
from ansible_collections.xacct.aws.plugins.module_utils._operations.verify.verify import call_errors
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import plan
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.declarations import ACCOUNTS, PLATFORM
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.resource_declarations import (
    KEY,
    REGION,
    TOPIC,
    resource_trust,
    topic_trust,
)


def expectations(*trusts, of=None, now=None):
    """The expectations on customer_a of one trust, by ID without the part that they all have."""
    made = plan(list(trusts), ACCOUNTS, now)["expectations"]
    start = f"{of or trusts[0]['name']}/customer_a/"
    return {e["id"][len(start) :]: e for e in made if e["id"].startswith(start)}


def outcomes(found):
    return {name: e["expect"] for name, e in found.items()}


def test_a_publisher():
    found = expectations(topic_trust())
    assert outcomes(found) == {
        "role-Reader/Publish": "allowed",
        "role-Reader/no-Subscribe": "denied",
        "connection-of-platform/other-principal Publish": "denied",
        "connection-of-customer_b/other-account Publish": "denied",
    }
    assert found["role-Reader/Publish"] == {
        "id": "events/customer_a/role-Reader/Publish",
        "trust": "events",
        "trusting": "customer_a",
        "actor": {"account": "platform", "principal": "role/Reader"},
        "call": "sns_publish",
        "resource": TOPIC,
        "action": "sns:Publish",
        "by_writing": False,
        "expect": "allowed",
        "why": "events lets role/Reader of platform use sns:Publish",
        "depends_on": [],
    }
    # Nobody can be seen to be refused a subscription without one being made.
    assert found["role-Reader/no-Subscribe"]["call"] == "evaluate"
    assert found["connection-of-platform/other-principal Publish"]["unless"] == [f"arn:aws:iam::{PLATFORM}:role/Reader"]


def test_calls_with_an_effect_are_made_where_the_trust_says_so():
    assert {e["by_writing"] for e in expectations(topic_trust(verify_by_writing=True)).values()} == {True}


def test_each_region():
    found = expectations(topic_trust(region=None, regions=[REGION, "us-east-1"]))
    assert found[f"role-Reader/Publish in {REGION}"]["resource"] == TOPIC
    assert found["role-Reader/Publish in us-east-1"]["resource"] == TOPIC.replace(REGION, "us-east-1")
    assert len(found) == 8


def test_what_another_trust_gives_is_not_refused():
    both = expectations(topic_trust(), topic_trust("watch", access="subscribe"))
    assert "role-Reader/no-Subscribe" not in both
    elsewhere = expectations(topic_trust(), topic_trust("watch", access="subscribe", region="us-east-1"))
    assert "role-Reader/no-Subscribe" in elsewhere


def test_another_principal_that_a_trust_names_is_a_witness():
    found = expectations(topic_trust(), topic_trust("watch", access="subscribe", principals=["role/Watcher"]))
    assert "role-Watcher/other-principal Publish" in found
    named = expectations(topic_trust(), topic_trust("more", principals=["role/Watcher"]))
    assert "connection-of-platform/other-principal Publish" in named


def test_a_whole_account_is_compared_with_a_caller_that_lacks_the_permission():
    found = expectations(topic_trust(principals=["group/writers"]))
    assert found["connection-of-platform/without-permission Publish"]["without_permission"] is True


def test_taken_back_and_ended():
    assert outcomes(expectations(topic_trust(state="absent"))) == {"role-Reader/taken-back Publish": "denied"}
    assert expectations(topic_trust(state="absent"), topic_trust("still")) == {}
    ending = topic_trust(not_after="2027-01-01T00:00:00Z")
    assert expectations(ending)["role-Reader/after-its-end Publish"]["at"] == "2027-01-01T00:00:02Z"
    later = datetime.datetime(2027, 1, 2, tzinfo=datetime.timezone.utc)
    assert list(expectations(ending, now=later)) == ["role-Reader/ended Publish"]


def test_conditions_that_the_place_of_the_proof_may_not_meet():
    narrowed = topic_trust(require_tls=True, organizations=["o-exampleorgid"], source_ips=["198.51.100.0/24"])
    assert expectations(narrowed)["role-Reader/Publish"]["depends_on"] == ["source_ips", "require_tls"]


def test_conditions_that_only_a_key_has():
    context = resource_trust("k", arn=KEY, access="decrypt", encryption_context={"a": "b"})
    assert expectations(context)["role-Reader/Decrypt"]["depends_on"] == ["encryption_context"]
    services = [f"s3.{REGION}.amazonaws.com"]
    through = resource_trust("k", arn=KEY, access="decrypt", via_services=services)
    assert expectations(through)["role-Reader/Decrypt"]["depends_on"] == ["via_services"]
    for_aws = resource_trust("k", arn=KEY, access="grant_only")
    assert expectations(for_aws)["role-Reader/CreateGrant"]["depends_on"] == ["access"]


def test_actions_without_a_call_are_evaluated():
    found = expectations(topic_trust(access=None, actions=["sns:GetTopicAttributes"]))
    assert found["role-Reader/GetTopicAttributes"]["call"] == "evaluate"
    queue = resource_trust("q", type="sqs_queue", name="jobs", region=REGION, actions=["sqs:*"])
    assert {"role-Reader/SendMessage", "role-Reader/ReceiveMessage"} <= set(expectations(queue))


def test_every_call_is_about_a_type_and_one_of_its_actions():
    for rules in SERVICES.values():
        for call in rules.proofs:
            assert rules.is_action(call.action) and CALLS[call.name] is call
            assert tried_actions(rules)[call.action] == call.name


def test_the_module_takes_them():
    for expectation in plan([topic_trust()], ACCOUNTS)["expectations"]:
        assert call_errors(expectation) == []
