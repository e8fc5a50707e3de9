# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proxy in front of the local AWS: the journal, and each fault as boto3 sees it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator

import botocore.exceptions
import pytest

from tests.local_aws.server import LocalAws, LocalAwsError

ACCOUNT = "610000000001"
OTHER = "610000000002"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
        ],
    }
)
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def document(statement: dict) -> str:
    """A policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module", params=["gate", "ministack"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """A local AWS of each kind in turn."""
    local_aws = LocalAws(tmp_path_factory.mktemp(request.param), request.param)
    local_aws.start(with_parent=True)
    yield local_aws
    local_aws.stop()


@pytest.fixture
def aws(server: LocalAws) -> LocalAws:
    """An empty local AWS."""
    server.reset()
    return server


def refusal(call, **arguments: object) -> tuple[int, str, str]:
    """Status, code and message of the ClientError that a call raises."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


class TestJournal:
    """Every call, by account and operation."""

    def test_says_account_operation_and_resource(self, aws: LocalAws) -> None:
        aws.client("iam", ACCOUNT).create_role(RoleName="Reader", AssumeRolePolicyDocument=TRUST)
        aws.client("iam", OTHER).list_roles()
        first, second = aws.journal()
        assert (first.account, first.service, first.operation) == (ACCOUNT, "iam", "CreateRole")
        assert (first.resource, first.status, first.fault) == ("Reader", 200, None)
        assert (second.account, second.operation) == (OTHER, "ListRoles")

    def test_counts(self, aws: LocalAws) -> None:
        for account in (ACCOUNT, ACCOUNT, OTHER):
            aws.client("iam", account).list_users()
        assert aws.journal().count("iam:ListUsers") == 3
        assert aws.journal().count("iam:ListUsers", ACCOUNT) == 2
        assert aws.journal().operations(OTHER) == {"iam:ListUsers": 1}

    def test_knows_the_account_of_user_keys_and_sessions(self, aws: LocalAws) -> None:
        everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        seeded = aws.seed(
            {
                "accounts": {
                    ACCOUNT: {"users": {"alice": {"policies": {"all": everything}}}},
                    OTHER: {"roles": {"Reader": {"trust": json.loads(TRUST), "policies": {"all": everything}}}},
                }
            }
        )
        alice = seeded["accounts"][ACCOUNT]["users"]["alice"]
        session = aws.client("sts", alice).assume_role(
            RoleArn=f"arn:aws:iam::{OTHER}:role/Reader", RoleSessionName="test"
        )["Credentials"]
        aws.clear_journal()
        aws.client("iam", alice).list_roles()
        aws.client(
            "iam",
            {
                "access_key": session["AccessKeyId"],
                "secret_key": session["SecretAccessKey"],
                "session_token": session["SessionToken"],
            },
        ).list_roles()
        assert [call.account for call in aws.journal()] == [ACCOUNT, OTHER]

    def test_names_operations_of_every_protocol(self, aws: LocalAws) -> None:
        aws.client("s3", ACCOUNT).create_bucket(Bucket="proxy-test")
        aws.client("s3", ACCOUNT).put_object(Bucket="proxy-test", Key="a/b c", Body=b"content")
        aws.client("s3", ACCOUNT).list_objects_v2(Bucket="proxy-test")
        aws.client("secretsmanager", ACCOUNT).create_secret(Name="proxy-test", SecretString="x")
        aws.client("lambda", ACCOUNT).list_functions()
        aws.client("sqs", ACCOUNT).create_queue(QueueName="proxy-test")
        aws.client("sns", ACCOUNT).create_topic(Name="proxy-test")
        assert [f"{call.service}:{call.operation}" for call in aws.journal()] == [
            "s3:CreateBucket", "s3:PutObject", "s3:ListObjectsV2", "secretsmanager:CreateSecret",
            "lambda:ListFunctions", "sqs:CreateQueue", "sns:CreateTopic",
        ]  # fmt: skip

    def test_is_emptied(self, aws: LocalAws) -> None:
        aws.client("iam", ACCOUNT).list_roles()
        aws.clear_journal()
        assert aws.journal() == []


class TestPassingOn:
    """What goes through arrives as it was sent."""

    def test_bodies_and_signatures(self, aws: LocalAws) -> None:
        s3 = aws.client("s3", ACCOUNT)
        s3.create_bucket(Bucket="proxy-bytes")
        content = bytes(range(256)) * 20_000
        s3.put_object(Bucket="proxy-bytes", Key="k ä/+%", Body=content)
        assert s3.get_object(Bucket="proxy-bytes", Key="k ä/+%")["Body"].read() == content
        assert s3.head_object(Bucket="proxy-bytes", Key="k ä/+%")["ContentLength"] == len(content)

    def test_a_wrong_secret_is_refused(self, aws: LocalAws) -> None:
        alice = aws.seed({"accounts": {ACCOUNT: {"users": {"alice": None}}}})["accounts"][ACCOUNT]["users"]["alice"]
        status, code, _message = refusal(aws.client("iam", {**alice, "secret_key": "wrong"}).list_roles)
        assert (status, code) == (403, "SignatureDoesNotMatch")

    def test_errors_of_the_server(self, aws: LocalAws) -> None:
        assert refusal(aws.client("iam", ACCOUNT).get_role, RoleName="nobody")[:2] == (404, "NoSuchEntity")


class TestFaults:
    """Each effect, in the protocols that differ."""

    def test_throttles_so_many_times(self, aws: LocalAws) -> None:
        aws.faults({"effect": "throttle", "service": "iam", "operation": "List*", "times": 2})
        iam = aws.client("iam", ACCOUNT)
        assert refusal(iam.list_roles) == (400, "Throttling", "Rate exceeded")
        assert refusal(iam.list_users)[1] == "Throttling"
        iam.list_roles()
        assert [call.fault for call in aws.journal()] == ["throttle", "throttle", None]

    @pytest.mark.parametrize(
        ("service", "call", "expected"),
        [
            ("sts", "get_caller_identity", (400, "Throttling")),
            ("secretsmanager", "list_secrets", (400, "ThrottlingException")),
            ("lambda", "list_functions", (429, "TooManyRequestsException")),
            ("s3", "list_buckets", (503, "SlowDown")),
        ],
    )
    def test_throttling_in_every_protocol(self, aws: LocalAws, service: str, call: str, expected: tuple) -> None:
        aws.faults({"effect": "throttle", "service": service})
        assert refusal(getattr(aws.client(service, ACCOUNT), call))[:2] == expected

    @pytest.mark.parametrize(
        ("service", "call", "code"),
        [("iam", "list_roles", "ServiceFailure"), ("s3", "list_buckets", "InternalError"),
         ("sns", "list_topics", "InternalError"), ("sqs", "list_queues", "InternalFailure"),
         ("kms", "list_keys", "KMSInternalException"), ("lambda", "list_functions", "ServiceException"),
         ("secretsmanager", "list_secrets", "InternalServiceError"),
         ("ssm", "describe_parameters", "InternalServerError")],
    )  # fmt: skip
    def test_status_500(self, aws: LocalAws, service: str, call: str, code: str) -> None:
        aws.faults({"effect": "status_500", "service": service})
        assert refusal(getattr(aws.client(service, ACCOUNT), call))[:2] == (500, code)

    def test_slow_down(self, aws: LocalAws) -> None:
        aws.faults({"effect": "slow_down"})
        assert refusal(aws.client("s3", ACCOUNT).list_buckets)[:2] == (503, "SlowDown")
        assert refusal(aws.client("iam", ACCOUNT).list_roles)[:2] == (503, "ServiceUnavailable")

    def test_cut_after_write(self, aws: LocalAws) -> None:
        aws.faults({"effect": "cut_after_write", "operation": "CreateRole"})
        iam = aws.client("iam", ACCOUNT)
        with pytest.raises(botocore.exceptions.ConnectionClosedError):
            iam.create_role(RoleName="Reader", AssumeRolePolicyDocument=TRUST)
        assert iam.get_role(RoleName="Reader")["Role"]["RoleName"] == "Reader"

    def test_an_error_after_the_call_was_carried_out(self, aws: LocalAws) -> None:
        aws.faults({"effect": "status_500", "operation": "CreateRole", "carried_out": True})
        iam = aws.client("iam", ACCOUNT)
        assert refusal(iam.create_role, RoleName="Reader", AssumeRolePolicyDocument=TRUST)[1] == "ServiceFailure"
        assert iam.get_role(RoleName="Reader")["Role"]["RoleName"] == "Reader"

    def test_no_such_entity(self, aws: LocalAws) -> None:
        aws.client("iam", ACCOUNT).create_role(RoleName="Reader", AssumeRolePolicyDocument=TRUST)
        aws.faults({"effect": "no_such_entity", "times": 1})
        status, code, message = refusal(aws.client("iam", ACCOUNT).get_role, RoleName="Reader")
        assert (status, code) == (404, "NoSuchEntity")
        assert message == "The role with name Reader cannot be found."
        aws.client("iam", ACCOUNT).get_role(RoleName="Reader")

    def test_invalid_principal(self, aws: LocalAws) -> None:
        aws.faults({"effect": "invalid_principal", "operation": "CreateRole"})
        status, code, message = refusal(
            aws.client("iam", ACCOUNT).create_role, RoleName="Reader", AssumeRolePolicyDocument=TRUST
        )
        assert (status, code) == (400, "MalformedPolicyDocument")
        assert message == f'Invalid principal in policy: "AWS":"arn:aws:iam::{ACCOUNT}:root"'

    def test_access_denied(self, aws: LocalAws) -> None:
        aws.faults({"effect": "access_denied", "account": OTHER})
        assert refusal(aws.client("iam", OTHER).list_roles)[:2] == (403, "AccessDenied")
        aws.client("iam", ACCOUNT).list_roles()

    @pytest.mark.parametrize(
        ("service", "call", "answer"),
        [
            ("iam", "get_account_summary", (400, "InvalidAction")),
            ("s3", "list_buckets", (501, "NotImplemented")),
            ("secretsmanager", "list_secrets", (400, "UnknownOperationException")),
        ],
    )
    def test_not_offered(self, aws: LocalAws, service: str, call: str, answer: tuple[int, str]) -> None:
        aws.faults({"effect": "not_offered", "service": service})
        assert refusal(getattr(aws.client(service, ACCOUNT), call))[:2] == answer

    def test_answers_that_are_no_services_own(self, aws: LocalAws) -> None:
        for effect, status in (("not_allowed", 405), ("no_route", 404)):
            aws.faults({"effect": effect, "service": "iam", "times": 1})
            with pytest.raises(botocore.exceptions.ClientError) as caught:
                aws.client("iam", ACCOUNT).get_account_summary()
            assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
            assert "Error" not in caught.value.response
        aws.faults({"effect": "empty", "service": "s3", "times": 1})
        assert "Buckets" not in aws.client("s3", ACCOUNT).list_buckets()

    def test_delay(self, aws: LocalAws) -> None:
        aws.faults({"effect": "delay", "delay_ms": 300, "times": 1})
        start = time.monotonic()
        aws.client("iam", ACCOUNT).list_roles()
        assert time.monotonic() - start >= 0.3

    def test_for_a_time(self, aws: LocalAws) -> None:
        aws.faults({"effect": "throttle", "for_seconds": 0.0})
        iam = aws.client("iam", ACCOUNT)
        refusal(iam.list_roles)
        iam.list_roles()

    def test_skips_and_matches_resources(self, aws: LocalAws) -> None:
        aws.faults({"effect": "throttle", "operation": "GetRole", "resource": "Rea*", "skip": 1, "times": 1})
        iam = aws.client("iam", ACCOUNT)
        iam.create_role(RoleName="Reader", AssumeRolePolicyDocument=TRUST)
        iam.get_role(RoleName="Reader")
        assert refusal(iam.get_role, RoleName="Reader")[1] == "Throttling"
        iam.get_role(RoleName="Reader")

    def test_a_principal_is_shown_as_its_unique_id(self, aws: LocalAws) -> None:
        iam, s3, sqs = (aws.client(service, ACCOUNT) for service in ("iam", "s3", "sqs"))
        arn = iam.create_role(RoleName="Service", Path="/app/", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        user = iam.create_user(UserName="alice")["User"]["Arn"]
        allow = {"Effect": "Allow", "Principal": {"AWS": [arn, user]}}
        trust = document({**allow, "Action": "sts:AssumeRole"})
        iam.create_role(RoleName="Reader", AssumeRolePolicyDocument=trust)
        s3.create_bucket(Bucket="proxy-ids")
        read = {**allow, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::proxy-ids/*"}
        s3.put_bucket_policy(Bucket="proxy-ids", Policy=document(read))
        queue = sqs.create_queue(QueueName="proxy-ids")["QueueUrl"]
        send = {**allow, "Action": "sqs:SendMessage", "Resource": f"arn:aws:sqs:us-east-1:{ACCOUNT}:proxy-ids"}
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": document(send)})
        aws.faults({"effect": "show_unique_id", "principal": arn})
        shown = [
            iam.get_role(RoleName="Reader")["Role"]["AssumeRolePolicyDocument"],
            json.loads(s3.get_bucket_policy(Bucket="proxy-ids")["Policy"]),
            json.loads(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])["Attributes"]["Policy"]),
        ]
        ids = {next(iter(set(policy["Statement"][0]["Principal"]["AWS"]) - {user})) for policy in shown}
        assert len(ids) == 1
        assert re.fullmatch("AROA[A-Z2-7]{17}", ids.pop())
        assert iam.get_role(RoleName="Service")["Role"]["Arn"] == arn

    def test_the_effect_of_a_write_on_a_role_is_delayed(self, aws: LocalAws) -> None:
        iam = aws.client("iam", ACCOUNT)
        iam.create_role(RoleName="Reader", AssumeRolePolicyDocument=TRUST)
        rule = {"effect": "delay_effect", "service": "iam", "after_seconds": 600}
        aws.faults(rule)
        iam.put_role_policy(RoleName="Reader", PolicyName="own", PolicyDocument=document(READ))
        assert refusal(iam.get_role_policy, RoleName="Reader", PolicyName="own")[1] == "NoSuchEntity"
        assert iam.list_role_policies(RoleName="Reader")["PolicyNames"] == []
        iam.update_assume_role_policy(RoleName="Reader", PolicyDocument=TRUST.replace(ACCOUNT, OTHER))
        iam.create_role(RoleName="New", AssumeRolePolicyDocument=TRUST)
        trust = iam.get_role(RoleName="Reader")["Role"]["AssumeRolePolicyDocument"]
        assert trust == json.loads(TRUST)
        assert refusal(iam.get_role, RoleName="New")[:2] == (404, "NoSuchEntity")
        aws.clear_faults()
        assert iam.list_role_policies(RoleName="Reader")["PolicyNames"] == ["own"]
        trust = iam.get_role(RoleName="Reader")["Role"]["AssumeRolePolicyDocument"]
        assert OTHER in str(trust)
        assert iam.get_role(RoleName="New")["Role"]["RoleName"] == "New"

    def test_the_effect_of_a_write_on_a_bucket_is_delayed(self, aws: LocalAws) -> None:
        s3 = aws.client("s3", ACCOUNT)
        s3.create_bucket(Bucket="proxy-held")
        everywhere = {**READ, "Principal": {"AWS": ACCOUNT}, "Resource": "arn:aws:s3:::proxy-held/*"}
        aws.faults({"effect": "delay_effect", "operation": "PutBucketPolicy", "after_seconds": 600, "times": 1})
        s3.put_bucket_policy(Bucket="proxy-held", Policy=document(everywhere))
        assert refusal(s3.get_bucket_policy, Bucket="proxy-held")[:2] == (404, "NoSuchBucketPolicy")
        s3.put_bucket_policy(Bucket="proxy-held", Policy=document({**everywhere, "Action": "s3:*Object"}))
        assert refusal(s3.get_bucket_policy, Bucket="proxy-held")[1] == "NoSuchBucketPolicy"
        stranger = aws.client("s3", OTHER)
        assert refusal(stranger.get_bucket_policy, Bucket="proxy-held")[0] in (403, 405)
        aws.clear_faults()
        assert "s3:*Object" in s3.get_bucket_policy(Bucket="proxy-held")["Policy"]

    def test_a_delay_ends_and_a_write_that_fails_has_none(self, aws: LocalAws) -> None:
        iam = aws.client("iam", ACCOUNT)
        iam.create_role(RoleName="Reader", AssumeRolePolicyDocument=TRUST)
        aws.faults({"effect": "delay_effect", "operation": "UpdateAssumeRolePolicy", "after_seconds": 0})
        iam.update_assume_role_policy(RoleName="Reader", PolicyDocument=TRUST.replace(ACCOUNT, OTHER))
        assert OTHER in str(iam.get_role(RoleName="Reader")["Role"]["AssumeRolePolicyDocument"])
        aws.clear_faults()
        aws.faults({"effect": "delay_effect", "operation": "CreateRole", "after_seconds": 600})
        assert refusal(iam.create_role, RoleName="Reader", AssumeRolePolicyDocument=TRUST)[1] == "EntityAlreadyExists"
        iam.update_role_description(RoleName="Reader", Description="new")
        assert iam.get_role(RoleName="Reader")["Role"]["Description"] == "new"

    def test_are_cleared(self, aws: LocalAws) -> None:
        aws.faults({"effect": "throttle"})
        aws.clear_faults()
        aws.client("iam", ACCOUNT).list_roles()

    @pytest.mark.parametrize(
        "rule",
        [{"effect": "explode"}, {"effect": "throttle", "for": 1}, {}, {"effect": "delay_effect"},
         {"effect": "show_unique_id"}, {"effect": "cut_after_write", "carried_out": True}],
    )  # fmt: skip
    def test_a_rule_that_means_nothing_is_refused(self, aws: LocalAws, rule: dict) -> None:
        with pytest.raises(LocalAwsError, match="POST faults"):
            aws.faults(rule)
