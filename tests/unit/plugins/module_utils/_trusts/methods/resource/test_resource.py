# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trusts on topics, queues and other resources: what is refused, what each side has to do, what is worth saying."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._options.resource_grant import (
    ARGUMENT_SPEC,
    check,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.identity import check_identity_grants
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES
from ansible_collections.xacct.aws.plugins.module_utils._trusts.methods.resource.resource import resource_keys
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.account_parts import part_of, per_account
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import PlanError, plan
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.trusted_side import stateless
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.declarations import (
    ACCOUNTS,
    CUSTOMER_A,
    CUSTOMER_B,
    PLATFORM,
    THIRD_PARTY,
)
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.resource_declarations import (
    KEY,
    REGION,
    TOPIC,
    resource_trust,
    topic_trust,
)

WHOLE_ACCOUNTS = tuple(rules.type for rules in SERVICES.values() if "iam" in rules.principals_never)
"""The types that are shared with whole accounts alone."""
PUBLISHER = f"arn:aws:iam::{PLATFORM}:role/Reader"


def errors(*trusts: dict) -> list[str]:
    try:
        plan(list(trusts), ACCOUNTS)
    except PlanError as refused:
        return refused.errors
    return []


def trusting(*trusts: dict, host: str = "customer_a") -> list[dict]:
    return plan(list(trusts), ACCOUNTS)["accounts"][host]["trusting"]


def grants(*trusts: dict) -> dict[str, dict]:
    """The statements of the platform's principals by name; one principal is asked for."""
    (operation,) = plan(list(trusts), ACCOUNTS)["accounts"]["platform"]["trusted"]
    return {grant["name"]: grant for grant in operation["options"]["grants"]}


def module_takes(options: dict) -> list[str]:
    """What xacct_resource_grant has against options of the plan."""
    given = {name: spec.get("default") for name, spec in ARGUMENT_SPEC.items()}
    return check({**given, "expected_account_id": CUSTOMER_A, **options})


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("bad", "wrong", "right"),
        [
            (topic_trust(type="topic"), "resource.type is 'topic'", "one of sns_topic, sqs_queue"),
            (topic_trust(type=None), "resource.type is missing", "sns_topic"),
            (topic_trust(type=1), "resource.type is the number 1", "quotes"),
            (topic_trust(name=None), "has neither name nor arn", "resource: {type: sns_topic, name: TOPIC"),
            (topic_trust(arn=TOPIC, region=None), "has both name and arn", "one of them"),
            (topic_trust(name="a topic"), "'a topic' is no SNS topic's name", "or write the ARN"),
            (topic_trust(name=TOPIC), f"resource.name is '{TOPIC}'", "as resource.arn"),
            (topic_trust(name=None, arn="events"), "resource.arn is 'events'", "as resource.name"),
            (
                topic_trust(name=None, arn="arn:aws:ec2:x:1:y", region=None),
                "resource.arn: ",
                "not the ARN of a resource",
            ),
            (
                topic_trust(name=None, arn=TOPIC, type="sqs_queue", region=None),
                "of the type sns_topic",
                "needs no type",
            ),
            (topic_trust(name=None, arn=TOPIC), "resource has region beside arn", "leave it out"),
            (topic_trust(region=None), "resource says no region", "regions: ["),
            (topic_trust(regions=["us-east-1"]), "both region and regions", "is expected"),
            (topic_trust(region=None, regions=[]), "resource says no region", "is expected"),
            (topic_trust(region="Frankfurt"), "resource.region is 'Frankfurt'", "such as eu-central-1"),
            (topic_trust(access="send"), "resource.access: one of publish, subscribe", "'send'"),
            (topic_trust(access=None), "give either access or actions", ""),
            (topic_trust(acces="publish"), "unknown key 'acces' in resource of sns_topic", "did you mean 'access'?"),
            (topic_trust(via="grant"), "unknown key 'via' in resource of sns_topic", "it takes access"),
            (topic_trust(source_arns=["x"]), "source_arns in resource", "a trust is between accounts"),
            (topic_trust(not_after="tomorrow"), "resource.not_after", ""),
            (topic_trust(side="pattern"), "trusted_side is pattern with resource", "exact and managed"),
            (topic_trust(kms_key="alias/x"), "resource.kms_key is 'alias/x'", "can't use an alias"),
            (topic_trust(region="us-east-1", kms_key=KEY), f"resource.kms_key is '{KEY}'", "same region (us-east-1)"),
            (
                topic_trust(name=None, region=None, arn=TOPIC.replace(CUSTOMER_A, CUSTOMER_B)),
                f"belongs to the account {CUSTOMER_B}",
                "name the account that owns it",
            ),
            (
                topic_trust(name=None, region=None, arn=TOPIC, where=["customers"]),
                "for 2 accounts (customer_a, customer_b)",
                "write {account_id} in its place",
            ),
            (
                topic_trust(name=None, region=None, arn=TOPIC.replace("arn:aws:", "arn:aws-cn:")),
                "in the partition aws-cn",
                "customer_a is in aws",
            ),
            (
                resource_trust("key", type="kms_key", name="alias/data", region=REGION, access="decrypt"),
                "the ARN of a KMS key does not follow from a name",
                "write resource.arn",
            ),
            (
                resource_trust("key", arn=KEY.partition("key/")[0] + "alias/data", access="decrypt"),
                "which is not the KMS key itself",
                "…:key/…",
            ),
            (
                resource_trust("key", arn=KEY, access="decrypt", kms_key=KEY),
                "kms_key is given for a KMS key",
                "leave it out",
            ),
            (
                resource_trust("key", arn=KEY, access="decrypt", via="grant", principals=["role/A", "role/B"]),
                "resource.principals: a KMS grant is for one, not 2",
                "",
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_with_what_is_wrong_and_what_would_be_right(self, bad, wrong, right):
        found = [error for error in errors(bad) if wrong in error]
        assert len(found) == 1, errors(bad)
        assert right in found[0]
        assert found[0].startswith(f"trust '{bad['name']}': ")

    def test_it_is_no_mapping(self):
        (error,) = errors({**topic_trust(), "resource": "events"})
        assert "resource is text; a mapping is expected: resource: {type: sns_topic" in error

    def test_everything_at_once(self):
        bad = topic_trust(name="a b", region="x", access=1, unknown=2, kms_key="x", side="pattern")
        assert len(errors(bad, topic_trust("other", type="x"))) == 7

    def test_what_kms_lets_only_the_own_account_do(self):
        (error,) = errors(resource_trust("k", arn=KEY, actions=["kms:ScheduleKeyDeletion"]))
        assert (
            "resource.actions: kms:ScheduleKeyDeletion: KMS keys allow it to no other account than their own" in error
        )

    def test_a_secret_is_encrypted_in_every_region(self):
        secret = {"type": "secret", "name": "password", "access": "read", "regions": [REGION, "us-east-1"]}
        (error,) = errors(resource_trust("s", **secret, kms_key=KEY))
        assert "resource.kms_key names no key in us-east-1" in error
        assert errors(resource_trust("s", **secret, kms_key=[KEY, KEY.replace(REGION, "us-east-1")])) == []
        assert errors(resource_trust("s", **secret)) == []
        assert errors(topic_trust(region=None, regions=[REGION, "us-east-1"], kms_key=KEY)) == []

    def test_what_is_wrong_elsewhere_hides_nothing_of_the_grant(self):
        found = errors(topic_trust(region=["x"], access="publsh", not_after=5))
        assert len(found) == 3
        for what in ("resource.region", "resource.access: one of publish, subscribe", "resource.not_after"):
            assert any(what in error for error in found), what

    def test_a_version_that_has_no_policy(self):
        function = {"type": "lambda_function", "region": REGION, "access": "invoke"}
        for declared in ({"name": "resize", "qualifier": "$LATEST"}, {"name": "resize:live", "qualifier": "next"}):
            (error,) = errors(resource_trust("f", **function, **declared))
            assert "resource.qualifier: " in error
        assert errors(resource_trust("f", **function, name="resize", qualifier="live")) == []

    def test_invoking_through_a_url_is_not_what_a_call_proves(self):
        """A refusal of an ordinary call says nothing about it."""
        function = {"type": "lambda_function", "region": REGION, "name": "resize"}
        for access, depends_on in (("invoke", []), ("invoke_url", ["access"])):
            made = plan([resource_trust("f", **function, access=access)], ACCOUNTS)["expectations"]
            found = [each["depends_on"] for each in made if each["expect"] == "allowed"]
            assert found and all(each == depends_on for each in found)

    def test_two_spellings_of_one_secret(self):
        by_name = resource_trust("a", type="secret", name="password", region=REGION, access="read")
        arn = f"arn:aws:secretsmanager:{REGION}:{CUSTOMER_A}:secret:password-AbCdEf"
        by_arn = resource_trust("b", arn=arn, access="read")
        (error,) = errors(by_name, by_arn)
        assert error.startswith("trusts 'a' and 'b': they call one secret by different names")
        assert errors(by_name, {**by_arn, "trusting": ["customer_b"]}) != []
        assert errors(by_arn) == []

    def test_statements_that_do_not_fit_into_the_policy(self):
        many = [
            topic_trust(f"trust{number}", principals=[f"role/{'x' * 60}{n}" for n in range(70)]) for number in range(5)
        ]
        found = errors(*many)
        assert any("bytes, it holds 30,720; name whole accounts" in error for error in found)
        assert errors(*many[:2]) == []
        (error,) = errors(topic_trust("one", principals=[f"role/{n}" for n in range(201)]))
        assert "201 principals in statement Xacctone; the limit is 200, 1 fewer" in error


class TestTrustingSide:
    def test_all_trusts_on_a_resource_are_one_write(self):
        by_arn = topic_trust("watch", name=None, type=None, region=None, arn=TOPIC, access="subscribe")
        (operation,) = trusting(topic_trust(require_tls=True), by_arn, topic_trust("old", state="absent"))
        assert operation == {
            "trust": "events, watch, old",
            "trusts": ["events", "watch", "old"],
            "method": "resource",
            "state": "present",
            "options": {
                "type": "sns_topic",
                "resource": TOPIC,
                "grants": [
                    {
                        "name": "events",
                        "state": "present",
                        "principals": [PUBLISHER],
                        "access": "publish",
                        "require_tls": True,
                    },
                    {"name": "watch", "state": "present", "principals": [PUBLISHER], "access": "subscribe"},
                    {"name": "old", "state": "absent"},
                ],
            },
        }
        assert module_takes(operation["options"]) == []

    def test_one_write_for_each_region(self):
        declared = topic_trust(region=None, regions=[REGION, "us-east-1"])
        operations = trusting(declared, topic_trust("more"))
        assert [operation["trusts"] for operation in operations] == [["events", "more"], ["events"]]
        arns = [operation["options"]["resource"] for operation in operations]
        assert arns == [TOPIC, TOPIC.replace(REGION, "us-east-1")]
        assert grants(declared)["events"]["resources"] == sorted(arns)

    def test_a_resource_in_each_account(self):
        for name, arn in (
            ("events-{account_id}", None),
            (None, f"arn:aws:sns:{REGION}:{{account_id}}:events-{{account_id}}"),
        ):
            declared = topic_trust(name=name, arn=arn, region=REGION if name else None, where=["customers"])
            expected = [f"arn:aws:sns:{REGION}:{account}:events-{account}" for account in (CUSTOMER_A, CUSTOMER_B)]
            assert [
                trusting(declared, host=h)[0]["options"]["resource"] for h in ("customer_a", "customer_b")
            ] == expected
            assert grants(declared)["events"]["resources"] == expected

    def test_a_secret_is_asked_for_by_its_name(self):
        declared = resource_trust("s", type="secret", name="app/password", region=REGION, access="read")
        (operation,) = trusting(declared)
        assert operation["options"]["resource"] == "app/password"
        assert operation["options"]["region"] == REGION
        pattern = f"arn:aws:secretsmanager:{REGION}:{CUSTOMER_A}:secret:app/password-??????"
        assert grants(declared)["s"]["resources"] == [pattern]
        (note,) = plan([declared], ACCOUNTS)["trusts"]["s"]["notes"]
        assert "the policies of the trusted side say app/password-??????" in note

    def test_a_group_makes_it_the_whole_account(self):
        declared = topic_trust(principals=["group/readers"])
        (operation,) = trusting(declared)
        assert operation["options"]["grants"][0]["principals"] == [PLATFORM]
        assert "cannot name group/readers" in plan([declared], ACCOUNTS)["trusts"]["events"]["notes"][0]

    def test_what_only_some_types_have(self):
        context = {"department": "sales"}
        declared = resource_trust("k", arn=KEY, access="decrypt", via="grant", encryption_context=context)
        (operation,) = trusting(declared)
        (entry,) = operation["options"]["grants"]
        assert (entry["via"], entry["encryption_context"]) == ("grant", context)

    def test_a_version_of_a_function(self):
        work = {"type": "lambda_function", "name": "work", "region": REGION, "access": "invoke"}
        arn = f"arn:aws:lambda:{REGION}:{CUSTOMER_A}:function:work"
        first, second = trusting(resource_trust("f", **work), resource_trust("g", **work, qualifier="live"))
        assert (first["options"]["resource"], "qualifier" in first["options"]) == (arn, False)
        assert (second["options"]["resource"], second["options"]["qualifier"]) == (arn, "live")
        assert grants(resource_trust("g", **work, qualifier="live"))["g"]["resources"] == [f"{arn}:live"]
        (error,) = errors(resource_trust("g", **work, qualifier="$LATEST"))
        assert "resource.qualifier: Lambda keeps no policy for $LATEST" in error
        (error,) = errors(resource_trust("g", **work, not_after="2030-01-01T00:00:00Z"))
        assert "unknown key 'not_after' in resource of lambda_function" in error

    def test_nothing_to_do_for_absent_trusts_is_said_as_absent(self):
        (operation,) = trusting(topic_trust(state="absent"))
        assert operation["state"] == "absent"
        assert {grant["state"] for grant in grants(topic_trust(state="absent")).values()} == {"absent"}

    def test_each_operation_has_a_label_of_its_own(self):
        regions = topic_trust(region=None, regions=[REGION, "us-east-1"])
        secrets = resource_trust("s", type="secret", name="password", regions=[REGION, "us-east-1"], access="read")
        parts = per_account(plan([regions, secrets], ACCOUNTS))
        labels = [operation["label"] for operation in part_of(parts, "customer_a")["trusting"]]
        assert len(labels) == len(set(labels)) == 4
        assert f"events -> sns_topic {TOPIC}" in labels
        assert f"s -> secret password {REGION}" in labels
        assert parts["hosts"]["resource"] == ["customer_a"]


class TestTrustedSide:
    @pytest.mark.parametrize(
        ("type_", "access"),
        [
            (rules.type, word)
            for rules in SERVICES.values()
            if rules.type not in WHOLE_ACCOUNTS
            for word in rules.access
        ],
    )
    def test_the_actions_of_the_word(self, type_, access):
        rules = SERVICES[type_]
        declared = {"arn": KEY} if type_ == "kms_key" else {"type": type_, "name": NAMES.get(type_, "events")}
        if type_ != "kms_key" and rules.needs_account:
            declared["region"] = REGION
        made = resource_trust("t", access=access, **declared)
        assert tuple(grants(made)["t"]["actions"]) == rules.access[access].identity
        (operation,) = trusting(made)
        assert module_takes(operation["options"]) == []
        present = [stateless(grant) for grant in grants(made).values() if grant["state"] == "present"]
        assert check_identity_grants(present) == []

    @pytest.mark.parametrize("type_", WHOLE_ACCOUNTS)
    def test_a_type_that_is_shared_with_whole_accounts(self, type_):
        """Who of them uses it is then the trusted account's own matter."""
        declared = {"type": type_, "name": NAMES[type_], "region": REGION, "access": next(iter(SERVICES[type_].access))}
        (refused,) = errors(resource_trust("t", **declared))
        assert "whole accounts: name the account ID, or in a trust root" in refused
        made = resource_trust("t", **declared, trusted={"account": "platform", "principals": ["root"]})
        (operation,) = trusting(made)
        assert module_takes(operation["options"]) == []
        assert operation["options"]["grants"][0]["principals"] == [PLATFORM]

    def test_narrowing_is_the_resources_own_matter(self):
        assert "conditions" not in grants(topic_trust(source_ips=["198.51.100.0/24"]))["events"]

    def test_the_key_that_encrypts(self):
        made = grants(topic_trust(kms_key=KEY))["events/key"]
        assert made["actions"] == ["kms:Decrypt", "kms:GenerateDataKey"]
        assert made["resources"] == [KEY]
        (note,) = plan([topic_trust(kms_key=KEY)], ACCOUNTS)["trusts"]["events"]["notes"]
        assert KEY in note and "kms:GenerateDataKey" in note
        assert grants(topic_trust(kms_key=KEY, access="subscribe"))["events/key"]["state"] == "absent"

    def test_several_keys(self):
        keys = [KEY, KEY.replace(REGION, "us-east-1")]
        made = topic_trust(region=None, regions=[REGION, "us-east-1"], kms_key=keys)
        assert grants(made)["events/key"]["resources"] == sorted(keys)

    def test_managed_policies(self):
        (operation,) = plan([topic_trust(side="managed")], ACCOUNTS)["accounts"]["platform"]["trusted"]
        assert operation["via"] == "managed"

    def test_a_third_party_gets_a_ready_policy(self):
        declared = topic_trust(
            trusted={"account_id": THIRD_PARTY, "principals": ["role/Partner"]},
            region=None,
            regions=[REGION, "us-east-1"],
        )
        (third,) = plan([declared], ACCOUNTS)["third_parties"]
        assert third["trusting"] == [TOPIC, TOPIC.replace(REGION, "us-east-1")]
        (statement,) = third["policy"]["Statement"]
        assert statement["Action"] in ("sns:Publish", ["sns:Publish"])


NAMES = {
    "efs_file_system": "fs-0123456789abcdef0",
    "glue_catalog": "catalog",
    "rest_api": "a1b2c3d4e5",
    "acm_pca": "1234abcd-12ab-34cd-56ef-1234567890ab",
    "lambda_layer_version": "shared:3",
}
"""Names of resources that are not called what one likes."""


def test_every_option_of_the_module_can_be_declared():
    for rules in SERVICES.values():
        assert {*rules.options, *rules.grant_options, *rules.conditions} - {
            "source_accounts", "source_arns", "source_organizations"
        } <= set(resource_keys(rules))  # fmt: skip
