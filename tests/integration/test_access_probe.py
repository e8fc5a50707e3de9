# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every call that `xacct_access_check` makes as a probe, let in and refused, and agreeing with the evaluation."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._operations.access_check.access_check import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._operations.access_check.probe import _CALLS

from tests.integration.in_process import TestAccount
from tests.local_aws.server import LocalAws

PLATFORM = "111111111885"
CUSTOMER = "222222222885"
PROBER = f"arn:aws:iam::{PLATFORM}:role/Prober"
BUCKET = "probed-885"
FOREIGN = {
    "kms:describekey", "lambda:getfunction", "lambda:getfunctionconfiguration", "s3:getbucketacl",
    "s3:getbucketlocation", "s3:getobject", "s3:listbucket", "secretsmanager:describesecret",
    "sns:gettopicattributes", "sqs:getqueueattributes", "sqs:getqueueurl", "sts:assumerole",
}  # fmt: skip
"""What can be asked of another account; the others are of the own account by AWS's rules."""


def document(*statements: Mapping) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]})


def letting_in(action: str, resource: str) -> str:
    return document({"Principal": {"AWS": PROBER}, "Action": action, "Resource": resource})


@pytest.fixture(scope="module")
def resources(local_aws: LocalAws) -> dict[str, str]:
    """The resource of each probe by its action, in the customer's account where another account can be let in."""
    local_aws.reset()
    local_aws.seed(
        {
            "accounts": {
                "platform": {"account_id": PLATFORM, "roles": {"Prober": {}, "Own": {}}, "users": {"own": {}}},
                "customer": {"account_id": CUSTOMER, "roles": {"Open": {}}},
            }
        }
    )

    def client(service: str, account: str = CUSTOMER):
        return local_aws.client(service, account)

    trust = document({"Principal": {"AWS": PROBER}, "Action": "sts:AssumeRole"})
    client("iam").update_assume_role_policy(RoleName="Open", PolicyDocument=trust)
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="one", Body=b"1")
    arns = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    reads = ["s3:GetObject", "s3:ListBucket", "s3:GetBucketAcl", "s3:GetBucketLocation"]
    statement = [{"Principal": {"AWS": PROBER}, "Action": reads, "Resource": arns}]
    s3.put_bucket_policy(Bucket=BUCKET, Policy=document(*statement))
    client("s3", PLATFORM).create_bucket(Bucket=f"{BUCKET}-own")
    client("s3", PLATFORM).put_bucket_policy(
        Bucket=f"{BUCKET}-own",
        Policy=document(
            {"Principal": {"AWS": PLATFORM}, "Action": "s3:List*", "Resource": f"arn:aws:s3:::{BUCKET}-own"}
        ),
    )
    queues = client("sqs")
    url = queues.create_queue(QueueName="probed")["QueueUrl"]
    queue = f"arn:aws:sqs:us-east-1:{CUSTOMER}:probed"
    allowed = document(
        {"Principal": {"AWS": PROBER}, "Action": ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"], "Resource": queue}
    )
    queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": allowed})
    topic = client("sns").create_topic(Name="probed")["TopicArn"]
    client("sns").set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=letting_in("sns:GetTopicAttributes", topic)
    )
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    client("kms").put_key_policy(
        KeyId=key,
        PolicyName="default",
        Policy=document(
            {"Principal": {"AWS": PROBER}, "Action": "kms:DescribeKey", "Resource": "*"},
            {"Principal": {"AWS": f"arn:aws:iam::{CUSTOMER}:root"}, "Action": "kms:*", "Resource": "*"},
        ),
    )
    secret = client("secretsmanager").create_secret(Name="probed", SecretString="-")["ARN"]
    client("secretsmanager").put_resource_policy(
        SecretId=secret, ResourcePolicy=letting_in("secretsmanager:DescribeSecret", "*")
    )
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("code.py", "")
    function = client("lambda").create_function(
        FunctionName="probed", Runtime="python3.12", Handler="code.x", Code={"ZipFile": code.getvalue()},
        Role=f"arn:aws:iam::{CUSTOMER}:role/Open",
    )["FunctionArn"]  # fmt: skip
    for action in ("GetFunction", "GetFunctionConfiguration"):
        client("lambda").add_permission(
            FunctionName="probed", StatementId=action, Action=f"lambda:{action}", Principal=PROBER
        )
    return {
        "iam:GetRole": f"arn:aws:iam::{PLATFORM}:role/Own",
        "iam:GetUser": f"arn:aws:iam::{PLATFORM}:user/own",
        "kms:DescribeKey": key,
        "lambda:GetFunction": function,
        "lambda:GetFunctionConfiguration": function,
        "s3:GetBucketAcl": f"arn:aws:s3:::{BUCKET}",
        "s3:GetBucketLocation": f"arn:aws:s3:::{BUCKET}",
        "s3:GetBucketPolicy": f"arn:aws:s3:::{BUCKET}-own",
        "s3:GetObject": f"arn:aws:s3:::{BUCKET}/one",
        "s3:ListBucket": f"arn:aws:s3:::{BUCKET}",
        "secretsmanager:DescribeSecret": secret,
        "sns:GetTopicAttributes": topic,
        "sqs:GetQueueAttributes": queue,
        "sqs:GetQueueUrl": queue,
        "sts:AssumeRole": f"arn:aws:iam::{CUSTOMER}:role/Open",
        "sts:GetCallerIdentity": "*",
    }


def test_every_probe_is_tried_here(resources):
    assert {action.lower() for action in resources} == set(_CALLS)


@pytest.mark.parametrize("action", sorted(_CALLS))
@pytest.mark.parametrize("expected", ["allowed", "denied"])
def test_a_probe_agrees(local_aws, resources, action, expected):
    (action,) = [name for name in resources if name.lower() == action]
    resource = resources[action]
    iam = local_aws.client("iam", PLATFORM)
    own = document({"Action": action if expected == "allowed" else "ec2:DescribeInstances", "Resource": "*"})
    iam.put_role_policy(RoleName="Prober", PolicyName="own", PolicyDocument=own)
    # AWS tells everybody who they are, whatever the policies say.
    answer = "allowed" if action == "sts:GetCallerIdentity" else expected
    owner = CUSTOMER if action.lower() in FOREIGN else PLATFORM
    platform = TestAccount(local_aws, PLATFORM)
    local_aws.clear_journal()
    outcome = platform.run(
        OPERATION, check_mode=True, principals=[PROBER], actions=[action], resources=[resource],
        resource_account=owner, resource_connection={"access_key": owner, "secret_key": "local"},
        assume_none=["service_control_policies", "resource_control_policies"], probe=True, expect=answer,
        principal_connection=acting_as_prober(local_aws),
    )  # fmt: skip
    (entry,) = outcome.result["checks"]
    assert entry["probe"]["answer"] == answer, entry
    assert entry["probe"]["agrees"] is True
    assert outcome.result["counts"]["disagreeing"] == 0
    assert not outcome.writes


def acting_as_prober(local_aws: LocalAws) -> dict:
    """Connection options of the role; the account's root, whose keys tests have, may not assume roles."""
    iam = local_aws.client("iam", PLATFORM)
    if not [user for user in iam.list_users()["Users"] if user["UserName"] == "starter"]:
        iam.create_user(UserName="starter")
        iam.put_user_policy(
            UserName="starter", PolicyName="sts", PolicyDocument=document({"Action": "sts:AssumeRole", "Resource": "*"})
        )
        trust = document({"Principal": {"AWS": f"arn:aws:iam::{PLATFORM}:user/starter"}, "Action": "sts:AssumeRole"})
        iam.update_assume_role_policy(RoleName="Prober", PolicyDocument=trust)
    for known in iam.list_access_keys(UserName="starter")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="starter", AccessKeyId=known["AccessKeyId"])
    key = iam.create_access_key(UserName="starter")["AccessKey"]
    return {
        "access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"], "assume_role": [{"role_arn": PROBER}],
    }  # fmt: skip
