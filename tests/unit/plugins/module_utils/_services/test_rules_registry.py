# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for the rules of every service, whoever adds one; how a resource is found in what users write."""

from __future__ import annotations

import re

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError, new_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.condition_options import as_list
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.resource import (
    check_resource_grants,
    resource_statement,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.service_rules import NEVER, ServiceRules
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import (
    SERVICES,
    rules_for,
    rules_of_arn,
)
from hypothesis import given, settings
from hypothesis import strategies as st

OWNER = "111111111111"
ALL = pytest.mark.parametrize("rules", SERVICES.values(), ids=SERVICES)


@ALL
def test_the_words_of_a_service(rules):
    assert re.fullmatch("[a-z0-9_]+", rules.type) and rules.title and rules.proved
    assert rules.access and (rules.limit is None or rules.limit > 0)
    for granted in rules.access.values():
        assert all(rules.is_action(action) for action in granted.resource)
        assert not {action.lower() for action in granted.resource} & set(rules.not_actions)
        assert set(granted.resource) <= set(rules.actions or granted.resource)
    assert all(rules.is_action(action) for action in rules.key_actions)
    assert all(action == action.lower() for action in rules.not_actions)
    assert set(NEVER) <= set(rules.principals_never)
    assert set(rules.condition_options) <= set(rules.grant_options)
    assert not (rules.limit_of_each and rules.limit is None)
    assert (len(rules.ways) > 1) == ("via" in rules.grant_options)
    if "via" in rules.grant_options:
        assert rules.grant_options["via"]["choices"] == list(rules.ways)


def test_the_words_of_a_table_work_across_accounts():
    """PartiQL does not (DynamoDB Developer Guide, "DynamoDB API operations supported by resource-based policies")."""
    for granted in SERVICES["dynamodb_table"].access.values():
        assert not [action for action in (*granted.resource, *granted.identity) if "PartiQL" in action]


@ALL
def test_an_option_means_the_same_wherever_it_is(rules):
    for other in SERVICES.values():
        for mine, theirs in ((rules.options, other.options), (rules.grant_options, other.grant_options)):
            assert all(mine[name] == theirs[name] for name in mine.keys() & theirs.keys())


@settings(max_examples=60, deadline=None)
@given(data=st.data(), rules=st.sampled_from(list(SERVICES.values())))
def test_a_name_and_its_arn_are_the_same_resource(data, rules):
    name = data.draw(st.from_regex(re.compile(rules.name, re.ASCII), fullmatch=True))
    assert rules_for(name, rules.type) is rules
    if not rules.name_gives_arn:
        return
    arn = rules.arn(name, "eu-central-1", OWNER, "aws-us-gov")
    assert rules.name_in(arn) == rules.in_arn(name)
    assert rules_of_arn(parse_arn(str(arn))) is rules
    assert rules_for(str(arn), None) is rules_for(str(arn), rules.type) is rules


@pytest.mark.parametrize(
    ("rules", "word"), [(rules, word) for rules in SERVICES.values() for word in rules.access],
    ids=[f"{rules.type}-{word}" for rules in SERVICES.values() for word in rules.access],
)  # fmt: skip
def test_a_grant_of_each_word_is_a_statement_that_its_service_takes(rules, word):
    """Of an account, a role and a service, as far as the policy takes them; on what the service names."""
    arn = rules.arn(A_NAME.get(rules.type, "a1b2c3d4e5"), "eu-central-1", OWNER, "aws")
    assert rules.name_in(arn)
    principals = [["222222222222"], ["arn:aws:iam::222222222222:role/Team"], ["service:events.amazonaws.com"]]
    for who in principals:
        grant = {"name": "team", "principals": who, "access": word}
        if who[0].startswith("service:"):
            if "service" in rules.principals_never:
                continue
            grant["source_accounts"] = ["222222222222"]
        for effect in rules.effects:
            errors = check_resource_grants([{**grant, "effect": effect}], rules)
            assert not errors or type(rules).check is not ServiceRules.check, errors
            if errors:
                continue
            statement = resource_statement({**grant, "effect": effect}, rules, arn)
            assert statement["Effect"] == effect and statement["Sid"] == "Xacctteam"
            assert tuple(as_list(statement["Action"])) == rules.access[word].resource
            assert tuple(as_list(statement.get("Resource", []))) == rules.resources(arn)
            assert not list(rules.too_much(new_document([statement])))


UUID = "1234abcd-12ab-34cd-56ef-1234567890ab"
A_NAME = {
    "glue_catalog": "catalog",
    "efs_file_system": "fs-0123456789abcdef0",
    "kms_key": UUID,
    "acm_pca": UUID,
    "lambda_layer_version": "shared:3",
}
"""Names of the types that do not let one choose."""


@pytest.mark.parametrize(
    ("resource", "type_", "says"),
    [
        ("events", None, "type is missing: 'events' is no ARN"),
        ("events", "topic", "type: one of sns_topic, sqs_queue"),
        ("a topic", "sns_topic", "'a topic' is no SNS topic's name: 1 to 256 of a-z"),
        ("events.fifo.fifo", "sqs_queue", "is no SQS queue's name"),
        ("x" * 81, "sqs_queue", "is no SQS queue's name"),
        ("https://sqs.eu-west-1.amazonaws.com/111111111111/q", "sqs_queue", "arn:aws:sqs:eu-west-1:111111111111:q"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/111111111111/q", None, "arn:aws-cn:sqs:cn-north-1:111111111111:q"),
        ("https://sqs-fips.us-gov-west-1.amazonaws.com/111111111111/q.fifo", None, "arn:aws-us-gov:sqs:us-gov-west-1:"),
        ("https://eu-west-1.queue.amazonaws.com/111111111111/q", None, "arn:aws:sqs:eu-west-1:111111111111:q"),
        ("http://localhost:4566/111111111111/q", None, "write its ARN, arn:aws:sqs:REGION:111111111111:q"),
        ("https://example.com/q", "sqs_queue", "is no SQS queue's name"),
        ("arn:aws:s3:::data", None, "for buckets and their objects there is xacct_bucket_grant, with bucket: data"),
        ("arn:aws:s3:::data/exports/*", "s3_access_point", "there is xacct_bucket_grant, with bucket: data"),
        ("arn:aws:iam::111111111111:role/path/App", None, "who may assume a role is said with xacct_role, name: App"),
        ("arn:aws:iam::111111111111:user/App", None, "that can be granted on here: it takes sns_topic, sqs_queue"),
        ("arn:aws:sns", None, "is not an ARN"),
        ("arn:aws:ec2:eu-west-1:111111111111:instance/i-1", None, "is not the ARN of a resource that can be"),
        ("arn:aws:sns:eu-west-1:111111111111:events:0a1b2c3d", None, "is not the ARN of a resource"),
        ("arn:aws:sns:eu-west-1:111111111111:events", "sqs_queue", "of the type sns_topic, not sqs_queue"),
        ("arn:aws:sns::111111111111:events", None, "names no region or no account"),
        ("arn:aws:sns:eu-west-1:12345:events", None, "names no region or no account"),
    ],
)
def test_what_is_no_resource(resource, type_, says):
    with pytest.raises(PolicyError, match=re.escape(says)):
        rules_for(resource, type_)
