# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Twenty processes write one policy at the same moment, with and without the controller's lock: nothing is lost."""

from __future__ import annotations

import json

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants import (
    bucket_grant,
    identity_grant,
    resource_grant,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.role import role

from tests.integration.in_process import TestAccount
from tests.integration.shared_writers import NEW, OLD, SHORT, write_at_once
from tests.local_aws.server import LocalAws

FOREIGN_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": "333333333333"}, "Action": "sts:AssumeRole"},
        {"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"},
    ],
}
FOREIGN_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Theirs", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}
FOREIGN_BUCKET_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Theirs",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
            "Action": "s3:ListBucket",
            "Resource": "arn:aws:s3:::BUCKET",
        },
        {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": "arn:aws:s3:::BUCKET"},
    ],
}
OURS = [f"Xacct{name}" for name in NEW]


@pytest.fixture
def account(local_aws: LocalAws) -> TestAccount:
    return TestAccount(local_aws)


@pytest.mark.parametrize("lock", [True, False], ids=["lock", "no lock"])
def test_no_statement_of_a_trust_policy_is_lost(account: TestAccount, lock: bool) -> None:
    account.iam.create_role(RoleName="Shared", AssumeRolePolicyDocument=json.dumps(FOREIGN_TRUST))
    old = [{"name": name, "principals": [SHORT]} for name in OLD]
    account.run(role.OPERATION, name="Shared", purge_trusted=False, trusted=old)
    write_at_once("role", account, lock)
    assert sorted(account.trust_sids("Shared")) == sorted(["", "Theirs", *OURS])


@pytest.mark.parametrize("lock", [True, False], ids=["lock", "no lock"])
def test_no_statement_of_an_inline_policy_is_lost(account: TestAccount, lock: bool) -> None:
    account.iam.create_role(RoleName="Shared", AssumeRolePolicyDocument=json.dumps(FOREIGN_TRUST))
    account.iam.put_role_policy(RoleName="Shared", PolicyName="xacct", PolicyDocument=json.dumps(FOREIGN_POLICY))
    old = [{"name": name, "actions": ["s3:ListAllMyBuckets"], "resources": ["*"]} for name in OLD]
    account.run(identity_grant.OPERATION, principal="role/Shared", grants=old)
    write_at_once("identity_grant", account, lock)
    document = account.iam.get_role_policy(RoleName="Shared", PolicyName="xacct")["PolicyDocument"]
    assert sorted(statement["Sid"] for statement in document["Statement"]) == sorted(["Theirs", *OURS])


@pytest.mark.parametrize("lock", [True, False], ids=["lock", "no lock"])
def test_no_statement_of_a_bucket_policy_is_lost(account: TestAccount, lock: bool) -> None:
    s3 = account.local_aws.client("s3", account.account_id)
    name = f"shared-{account.account_id}"
    s3.create_bucket(Bucket=name)
    written = json.dumps(FOREIGN_BUCKET_POLICY).replace("BUCKET", name)
    s3.put_bucket_policy(Bucket=name, Policy=written)
    old = [{"name": name, "principals": [SHORT], "access": "write"} for name in OLD]
    account.run(bucket_grant.OPERATION, bucket=name, grants=old)
    write_at_once("bucket_grant", account, lock)
    found = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    foreign = json.loads(written)["Statement"]
    assert found[: len(foreign)] == foreign
    assert sorted(each["Sid"] for each in found[len(foreign) :]) == sorted([*OURS, *(f"{sid}/bucket" for sid in OURS)])


@pytest.mark.parametrize("lock", [True, False], ids=["lock", "no lock"])
def test_no_statement_of_a_topics_policy_is_lost(account: TestAccount, lock: bool) -> None:
    sns = account.local_aws.client("sns", account.account_id)
    arn = sns.create_topic(Name="shared")["TopicArn"]
    foreign = json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])["Statement"]
    old = [{"name": name, "principals": [SHORT], "access": "publish", "allow_any_source": True} for name in OLD]
    account.run(resource_grant.OPERATION, resource=arn, grants=old)
    write_at_once("topic", account, lock)
    found = json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])["Statement"]
    assert found[: len(foreign)] == foreign
    assert sorted(each["Sid"] for each in found[len(foreign) :]) == sorted(OURS)


@pytest.mark.parametrize("lock", [True, False], ids=["lock", "no lock"])
def test_no_statement_of_a_queues_policy_is_lost(account: TestAccount, lock: bool) -> None:
    sqs = account.local_aws.client("sqs", account.account_id)
    url = sqs.create_queue(QueueName="shared")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{account.account_id}:shared"
    theirs = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
              "Action": "sqs:SendMessage", "Resource": arn}  # fmt: skip
    policy = {"Version": "2012-10-17", "Statement": [theirs]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    old = [{"name": name, "principals": [SHORT], "access": "send", "allow_any_source": True} for name in OLD]
    account.run(resource_grant.OPERATION, resource=arn, grants=old)
    write_at_once("queue", account, lock)
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]
    found = json.loads(attributes["Policy"])["Statement"]
    assert found[0] == theirs
    assert sorted(each["Sid"] for each in found[1:]) == sorted(OURS)


def test_runs_that_make_one_role_at_once_share_it(account: TestAccount) -> None:
    write_at_once("role", account, lock=False)
    assert sorted(account.trust_sids("Shared")) == sorted(OURS)
