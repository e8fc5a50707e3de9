# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Grants on resources of any service: what they allow (judged by the evaluator), what is refused, and their Sids."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import CompiledPolicy
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.evaluate import evaluate
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_principals import request_principal
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import (
    OTHER_RESOURCE,
    Request,
    ResourcePolicy,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import (
    PolicyError,
    compact_json,
    new_document,
    parse_document,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.sizes import policy_size
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.own_statements import (
    is_own_sid,
    merge_statements,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.resource import (
    check_resource_grants,
    granted_actions,
    grants_for_bare_sources,
    resource_statement,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.service_rules import ServiceRules
from ansible_collections.xacct.aws.plugins.module_utils._services.secretsmanager import rules as secretsmanager
from ansible_collections.xacct.aws.plugins.module_utils._services.sns import rules as sns
from ansible_collections.xacct.aws.plugins.module_utils._services.sqs import rules as sqs
from hypothesis import given, settings
from hypothesis import strategies as st

OWNER, OTHER = "111111111111", "222222222222"
WORKER = f"arn:aws:iam::{OTHER}:role/Worker"
ALL = CompiledPolicy(new_document([{"Effect": "Allow", "Action": "*", "Resource": "*"}]))
TOPIC, QUEUE, SECRET = sns.RULES, sqs.RULES, secretsmanager.RULES


def arn_of(rules: ServiceRules) -> object:
    return rules.arn("shared", "eu-central-1", OWNER, "aws")


def entry(rules: ServiceRules, **options: object) -> dict:
    whole = {"name": "worker", "principals": [WORKER], "access": next(iter(rules.access)), **options}
    return {option: value for option, value in whole.items() if value is not None}


def allows(rules: ServiceRules, grant: dict, action: str, who: str = WORKER, **context: object) -> bool:
    """Whether who can do everything by its own policies may do it with the resource of another account."""
    request = Request(
        request_principal(who),
        action,
        str(arn_of(rules)),
        resource_account=OWNER,
        context=context,
        identity_policies=(ALL,),
        resource_policy=ResourcePolicy(
            OTHER_RESOURCE, CompiledPolicy(new_document([resource_statement(grant, rules, arn_of(rules))]))
        ),
    )
    return evaluate(request).allowed


def test_the_whole_of_a_grant():
    grant = entry(
        QUEUE,
        principals=["service:sns.amazonaws.com", "service:events.amazonaws.com"],
        access=None,
        actions=["sqs:SendMessage"],
        source_accounts=[OTHER],
        source_arns=[f"arn:aws:sns:eu-central-1:{OTHER}:*"],
        source_organizations=["o-abcdefghij"],
        require_tls=True,
        not_after="2027-01-01T00:00:00Z",
        conditions={"StringLike": {"aws:PrincipalServiceName": "sns*"}},
    )
    assert resource_statement(grant, QUEUE, arn_of(QUEUE)) == {
        "Sid": "Xacctworker",
        "Effect": "Allow",
        "Principal": {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]},
        "Action": "sqs:SendMessage",
        "Resource": f"arn:aws:sqs:eu-central-1:{OWNER}:shared",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": OTHER, "aws:SourceOrgID": "o-abcdefghij"},
            "ArnLike": {"aws:SourceArn": f"arn:aws:sns:eu-central-1:{OTHER}:*"},
            "Bool": {"aws:SecureTransport": "true"},
            "DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"},
            "StringLike": {"aws:PrincipalServiceName": "sns*"},
        },
    }


@pytest.mark.parametrize(
    ("rules", "access", "may", "may_not"),
    [
        (TOPIC, "publish", ["sns:Publish"], ["sns:Subscribe", "sns:SetTopicAttributes"]),
        (TOPIC, "subscribe", ["sns:Subscribe"], ["sns:Publish"]),
        (TOPIC, "publish_subscribe", ["sns:Publish", "sns:Subscribe"], ["sns:DeleteTopic"]),
        (QUEUE, "send", ["sqs:SendMessage", "sqs:GetQueueUrl"], ["sqs:ReceiveMessage", "sqs:PurgeQueue"]),
        (QUEUE, "receive", ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"],
         ["sqs:SendMessage", "sqs:PurgeQueue"]),
        (QUEUE, "send_receive", ["sqs:SendMessage", "sqs:ReceiveMessage"], ["sqs:PurgeQueue"]),
        (QUEUE, "full", ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:PurgeQueue"], ["sqs:DeleteQueue"]),
    ],
)  # fmt: skip
def test_access(rules, access, may, may_not):
    grant = entry(rules, access=access)
    assert all(allows(rules, grant, action) for action in may)
    assert not any(allows(rules, grant, action) for action in may_not)
    assert not any(allows(rules, grant, action, f"arn:aws:iam::{OTHER}:role/Another") for action in may)
    assert granted_actions(grant, rules).identity == granted_actions(grant, rules).resource


@pytest.mark.parametrize("rules", [TOPIC, QUEUE], ids=lambda rules: rules.type)
def test_the_policy_of_this_resource_names_no_other(rules):
    statement = resource_statement(entry(rules), rules, arn_of(rules))
    assert statement["Resource"] == str(arn_of(rules))
    china = rules.arn("shared", "cn-north-1", OWNER, "aws-cn")
    there = resource_statement(entry(rules, principals=[OTHER]), rules, china)
    assert there["Principal"] == {"AWS": f"arn:aws-cn:iam::{OTHER}:root"}


SERVICE = ["service:sns.amazonaws.com"]
EVENTS = f"arn:aws:sns:eu-central-1:{OTHER}:events"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"name": " "}, "name must be a non-empty string"),
        ({"principals": []}, "principals is empty: say who gets access"),
        ({"principals": [111111111111]}, "is a number"),
        ({"principals": ["canonical:" + "a" * 64]}, "only S3 knows canonical user IDs"),
        ({"principals": ["AIDAABCDEFGHIJKLMNOPQ"]}, "was deleted or cannot be seen"),
        ({"principals": ["*", OTHER]}, "'*' is everyone already"),
        ({"principals": ["*"]}, "which makes the SQS queue public"),
        ({"principals": ["*"], "source_ips": ["0.0.0.0/0"]}, "wider than /8"),
        ({"access": None}, "give either access or actions"),
        ({"actions": ["sqs:SendMessage"]}, "give either access or actions"),
        ({"access": "publish"}, "access: one of send, receive, send_receive, full for sqs_queue, not 'publish'"),
        ({"access": None, "actions": []}, "actions is empty"),
        ({"access": None, "actions": ["SendMessage"]}, "'SendMessage' is not an action of sqs"),
        ({"access": None, "actions": ["sns:Publish"]}, "'sns:Publish' is not an action of sqs"),
        ({"access": None, "actions": ["*"]}, "write sqs:SendMessage, for instance"),
        ({"access": None, "actions": ["sqs:SendMessageBatch"]}, "its permission is sqs:SendMessage"),
        ({"access": None, "actions": ["sqs:ListQueues"]}, "it is about no queue in particular"),
        ({"prefixes": ["a/"]}, "prefixes is not an option of a grant"),
        ({"effect": "allow"}, "effect: Allow or Deny, not 'allow'"),
        ({"principals": SERVICE}, "sns.amazonaws.com acts for whoever asks it, in any account"),
        ({"principals": SERVICE, "source_arns": ["arn:aws:sns:*:*:events"]}, "acts for whoever asks it"),
        ({"principals": SERVICE, "source_ips": ["198.51.100.0/24"]}, "acts for whoever asks it"),
        ({"principals": SERVICE, "conditions": {"StringEqualsIfExists": {"aws:SourceAccount": OTHER}}}, "any"),
        ({"principals": SERVICE, "organizations": ["o-abcdefghij"]}, "never matches; write source_organizations"),
        ({"source_accounts": [OTHER]}, "accounts, roles and users never match; give the services an entry of"),
        ({"principals": [*SERVICE, OTHER], "source_accounts": [OTHER]}, "entry of their own"),
        ({"principals": [*SERVICE, OTHER], "conditions": {"StringEquals": {"aws:SourceAccount": OTHER}}},
         "worker: conditions: only AWS services say for whom they act"),
        ({"principals": [*SERVICE, OTHER], "conditions": {"ArnLike": {"aws:SourceArn": EVENTS}}}, "entry of their own"),
        ({"conditions": {"ForAnyValue:StringLike": {"AWS:SourceOrgPaths": "o-abcdefghij/*"}}}, "entry of their own"),
        ({"effect": "Deny", "conditions": {"Null": {"aws:SourceArn": False}}}, "entry of their own"),
        ({"principals": SERVICE, "source_accounts": [222222222222]}, "is not an account ID: its 12 digits, in quotes"),
        ({"principals": SERVICE, "source_arns": [WORKER]}, "is who calls, not for whom"),
        ({"principals": SERVICE, "source_arns": ["events"]}, "'events' is not an ARN"),
        ({"principals": SERVICE, "source_accounts": []}, "empty list: omit the option or add a value"),
        ({"source_ips": ["198.51.100.0/24"], "source_vpces": ["vpce-12345678"]}, "never matches together"),
        ({"effect": "Deny", "require_tls": True}, "a Deny that requires TLS"),
        ({"organizations": ["o-abcdefghij"], "conditions": {"StringEquals": {"aws:principalorgid": "o-x"}}}, "twice"),
    ],
)  # fmt: skip
def test_refused_with_the_grants_name(options, says):
    (error, *_more) = check_resource_grants([entry(QUEUE, **options)], QUEUE)
    assert says in error
    assert error.startswith("grants[0]: " if options.get("name") == " " else "worker: ")
    if "public" not in says and "wider" not in says:
        with pytest.raises(PolicyError):
            resource_statement(entry(QUEUE, **options), QUEUE, arn_of(QUEUE))


@pytest.mark.parametrize(
    "options",
    [
        {"principals": ["*"], "organizations": ["o-abcdefghij"]},
        {"principals": SERVICE, "allow_any_source": True},
        {"principals": SERVICE, "effect": "Deny"},
        {"principals": SERVICE, "source_accounts": [OTHER]},
        {"principals": SERVICE, "source_organizations": ["o-abcdefghij"]},
        {"principals": SERVICE, "source_arns": [f"arn:aws:sns:*:{OTHER}:*"]},
        {"principals": ["service:s3.amazonaws.com"], "source_arns": ["arn:aws:s3:::data"]},
        {"principals": SERVICE, "conditions": {"stringequals": {"AWS:SourceAccount": OTHER}}},
        {"principals": ["*"], "source_arns": [f"arn:aws:sns:eu-central-1:{OTHER}:events"]},
        {"effect": "Deny", "access": None, "actions": ["sqs:SetQueueAttributes", "sqs:*"]},
        {"conditions": {"StringEqualsIfExists": {"aws:SourceAccount": OTHER}}},
        {"conditions": {"ForAllValues:StringEquals": {"aws:SourceAccount": OTHER}}},
        {"conditions": {"StringNotEquals": {"aws:SourceAccount": OTHER}}},
        {"conditions": {"Null": {"aws:SourceAccount": True}}},
        {"conditions": {"StringEquals": {"aws:SourceOwner": OTHER, "aws:SourceVpc": "vpc-12345678"}}},
        {"access": None, "actions": ["sqs:*"]},
    ],
)
def test_right(options):
    assert check_resource_grants([entry(QUEUE, **options)], QUEUE) == []


@pytest.mark.parametrize("action", ["sqs:SetQueueAttributes", "SQS:deletequeue"])
def test_what_a_queue_allows_to_its_own_account_only(action):
    def wrong(*principals: str, arn: object = None, **options: object) -> list[str]:
        grant = entry(QUEUE, principals=list(principals), access=None, actions=[action], **options)
        return check_resource_grants([grant], QUEUE, True, arn)

    arn = arn_of(QUEUE)
    own = [OWNER, f"arn:aws:iam::{OWNER}:role/Admin", f"arn:aws:sts::{OWNER}:assumed-role/Admin/ann"]
    assert wrong(*own, arn=arn) == []
    statement = resource_statement(entry(QUEUE, principals=own, access=None, actions=[action]), QUEUE, arn)
    assert statement["Action"] == action
    (found,) = wrong(OWNER, WORKER, arn=arn)
    assert f"actions: {action}: SQS queues allow it to no other account than their own" in found
    assert found.endswith(f"leave it out for {WORKER}")
    with pytest.raises(PolicyError, match="to no other account than their own"):
        resource_statement(entry(QUEUE, principals=[WORKER], access=None, actions=[action]), QUEUE, arn)
    # By a name alone nobody knows whose it is; whoever writes the statement does.
    assert wrong(OWNER) == wrong(WORKER) == wrong(WORKER, arn=arn, effect="Deny") == []


def test_nobody_is_let_in_across_partitions():
    china, here = f"arn:aws-cn:iam::{OTHER}:root", arn_of(TOPIC)
    there = TOPIC.arn("shared", "cn-north-1", OWNER, "aws-cn")
    for principal, arn, says in (
        (china, here, "is in the partition aws-cn, and the SNS topic in aws: AWS lets nobody across"),
        (WORKER, there, "is in the partition aws, and the SNS topic in aws-cn: AWS lets nobody across"),
    ):
        grant = entry(TOPIC, principals=[principal])
        (error,) = check_resource_grants([grant], TOPIC, arn=arn)
        assert f"principals: {principal} {says}" in error
        with pytest.raises(PolicyError, match="lets nobody across"):
            resource_statement(grant, TOPIC, arn)
        assert check_resource_grants([grant], TOPIC) == []
    for principal in (OTHER, "service:events.amazonaws.com", china):
        grant = entry(TOPIC, principals=[principal], allow_any_source=True)
        assert check_resource_grants([grant], TOPIC, arn=there) == []


def test_an_arn_without_an_account_is_told():
    bucket, data = "arn:aws:s3:::bucket", "arn:aws:s3:::data"
    grants = [
        entry(QUEUE, name="bucket", principals=SERVICE, source_arns=[bucket, data]),
        entry(QUEUE, name="both", principals=SERVICE, source_arns=[bucket], source_accounts=[OTHER]),
        entry(QUEUE, name="topic", principals=SERVICE, source_arns=[EVENTS]),
        entry(QUEUE, name="everyone", principals=["*"], conditions={"ArnLike": {"aws:SourceArn": bucket}}),
        entry(QUEUE, name="denied", principals=SERVICE, effect="Deny", source_arns=[bucket]),
    ]
    statements = [resource_statement(grant, QUEUE, arn_of(QUEUE)) for grant in grants]
    names = {QUEUE.sids(grant["name"])[0]: grant["name"] for grant in grants}
    assert grants_for_bare_sources(statements, names) == {"bucket": [bucket, data]}


def test_every_error_at_once():
    errors = check_resource_grants([entry(TOPIC, access="send", principals=[]), entry(TOPIC)], TOPIC)
    assert errors == [
        "worker: access: one of publish, subscribe, publish_subscribe for sns_topic, not 'send'",
        "worker: principals is empty: say who gets access",
        "worker: two entries have this name; give each its own",
    ]


def test_a_topics_policy_names_its_own_actions_only():
    for action in ("sns:*", "sns:Get*", "sns:CreateTopic", "sns:Unsubscribe"):
        (error,) = check_resource_grants([entry(TOPIC, access=None, actions=[action])], TOPIC)
        assert f"{action}: this policy takes no others than sns:AddPermission" in error
    assert check_resource_grants([entry(TOPIC, access=None, actions=["SNS:publish"])], TOPIC) == []


def statements_of(number: int, **elements: object) -> dict:
    return new_document([{"Sid": f"s{index}", "Action": "sqs:*", **elements} for index in range(number)])


@pytest.mark.parametrize(
    ("rules", "document", "says"),
    [
        (QUEUE, statements_of(20), []),
        (QUEUE, statements_of(21), ["21 statements; the limit is 20, 1 fewer"]),
        (TOPIC, statements_of(100), []),
        (TOPIC, statements_of(103), ["103 statements; the limit is 100, 3 fewer"]),
        (QUEUE, statements_of(2, Principal={"AWS": [f"{n:012}" for n in range(25)]}), []),
        (QUEUE, statements_of(2, Principal={"AWS": [f"{n:012}" for n in range(26)]}),
         ["52 principals; the limit is 50, 2 fewer"]),
        (TOPIC, statements_of(3, Principal={"AWS": [f"{n:012}" for n in range(200)]}), []),
        (TOPIC, statements_of(1, Principal={"AWS": [f"{n:012}" for n in range(201)]}),
         ["201 principals in statement s0; the limit is 200, 1 fewer"]),
        (QUEUE, statements_of(1, Action=[f"sqs:{n}" for n in range(7)]), []),
        (QUEUE, statements_of(1, Action=[f"sqs:{n}" for n in range(9)]),
         ["9 actions in statement s0; the limit is 7, 2 fewer"]),
        (QUEUE, None, []),
    ],
)  # fmt: skip
def test_limits(rules, document, says):
    assert list(rules.too_much(document)) == says


def test_full_access_to_a_queue_fits_into_one_statement():
    assert all(len(granted.resource) <= sqs.MOST_ACTIONS for granted in QUEUE.access.values())


def test_a_topics_default_policy_is_for_its_own_account():
    document = TOPIC.empty_policy(arn_of(TOPIC))
    compiled = CompiledPolicy(document)
    for who, owner, may in ((OTHER, OTHER, False), (OWNER, OWNER, True)):
        request = Request(
            request_principal(f"arn:aws:iam::{who}:user/x"),
            "sns:Publish",
            str(arn_of(TOPIC)),
            resource_account=OWNER,
            context={"aws:SourceOwner": owner},
            identity_policies=(ALL,),
            resource_policy=ResourcePolicy(OTHER_RESOURCE, compiled),
        )
        assert evaluate(request).allowed is may


names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(first=names, second=names, rules=st.sampled_from([TOPIC, QUEUE]))
def test_no_two_grants_share_a_sid_and_merging_twice_is_merging_once(first, second, rules):
    arn = arn_of(rules)
    wanted = [resource_statement(entry(rules, name=name), rules, arn) for name in dict.fromkeys((first, second))]
    sids = [statement["Sid"] for statement in wanted]
    assert len(set(sids)) == len(wanted)
    assert all(is_own_sid(sid) and sid.isalnum() and sid.isascii() for sid in sids)
    foreign = {"Sid": "Theirs", "Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": str(arn)}
    once = merge_statements(new_document([foreign]), wanted)
    assert merge_statements(once, wanted) == once and once["Statement"][0] == foreign
    assert merge_statements(once, [], remove=sids) == new_document([foreign])
    assert [rules.sids(name)[0] for name in dict.fromkeys((first, second))] == sids


option_values = st.fixed_dictionaries(
    {},
    optional={
        "organizations": st.just(["o-abcdefghij"]),
        "source_ips": st.just(["198.51.100.0/24"]),
        "source_vpces": st.just(["vpce-12345678"]),
        "require_tls": st.booleans(),
        "not_after": st.just("2027-01-01T00:00:00Z"),
        "source_accounts": st.just([OTHER]),
        "effect": st.sampled_from(["Allow", "Deny"]),
        "allow_any_source": st.booleans(),
        "conditions": st.just({"StringLike": {"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:role/*"}}),
        "principals": st.lists(st.sampled_from(["*", OTHER, WORKER, *SERVICE]), min_size=1, max_size=3, unique=True),
    },
)


@settings(max_examples=120, deadline=None)
@given(options=option_values, rules=st.sampled_from([TOPIC, QUEUE]), allow_public=st.booleans())
def test_what_is_checked_can_be_written_and_nothing_else(options, rules, allow_public):
    grant = entry(rules, **options)
    errors = check_resource_grants([grant], rules, allow_public)
    try:
        statement = resource_statement(grant, rules, arn_of(rules))
    except PolicyError:
        assert errors
        return
    assert not errors or (not allow_public and "public" in errors[0])
    document = new_document([statement])
    assert parse_document(compact_json(document)) == document
    assert policy_size(document, rules.count) < rules.limit
    assert not list(rules.too_much(document))
