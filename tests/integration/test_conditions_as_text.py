# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conditions with booleans and numbers: text is what is written, and what is stored as JSON's own says the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants import (
    bucket_grant,
    identity_grant,
    resource_grant,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.role import role
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import Operation

from tests.integration.in_process import TestAccount
from tests.local_aws.server import LocalAws

pytestmark = pytest.mark.also_oldest

OTHER = "637000000001"
CONDITIONS = {
    "Bool": {"aws:MultiFactorAuthPresent": True},
    "Null": {"aws:TokenIssueTime": False},
    "NumericLessThan": {"aws:MultiFactorAuthAge": 3600},
}
AS_TEXT = {
    "Bool": {"aws:MultiFactorAuthPresent": "true"},
    "Null": {"aws:TokenIssueTime": "false"},
    "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
}
STORED = {**CONDITIONS, "NumericLessThan": {"aws:MultiFactorAuthAge": [3600]}}
"""In a list, because moto takes no number that stands alone."""
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "a", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": CONDITIONS}],
}
GRANT = {"name": "team", "principals": [OTHER], "conditions": CONDITIONS}


@dataclass(frozen=True)
class Place:
    """A place that the collection writes a policy into: by which module, and how to read and write it without."""

    operation: Operation
    options: Mapping
    read: Callable[[], dict]
    put: Callable[[str], object]

    def condition(self) -> dict:
        (statement,) = self.read()["Statement"]
        return statement["Condition"]


def trust_policy(account: TestAccount) -> Place:
    return Place(
        role.OPERATION,
        {"name": "R", "trusted": [GRANT]},
        lambda: account.iam.get_role(RoleName="R")["Role"]["AssumeRolePolicyDocument"],
        lambda text: account.iam.update_assume_role_policy(RoleName="R", PolicyDocument=text),
    )


def role_policy(account: TestAccount) -> Place:
    where = {"RoleName": "R", "PolicyName": "p"}
    options = {"name": "R", "trusted": [{"name": "x", "principals": [OTHER]}], "inline_policies": {"p": DOCUMENT}}
    return Place(
        role.OPERATION,
        options,
        lambda: account.iam.get_role_policy(**where)["PolicyDocument"],
        lambda text: account.iam.put_role_policy(**where, PolicyDocument=text),
    )


def identity_policy(account: TestAccount) -> Place:
    account.make_user("U")
    where = {"UserName": "U", "PolicyName": "xacct"}
    grant = {"name": "team", "actions": ["s3:GetObject"], "resources": ["*"], "conditions": CONDITIONS}
    return Place(
        identity_grant.OPERATION,
        {"principal": "user/U", "policy_name": "xacct", "grants": [grant]},
        lambda: account.iam.get_user_policy(**where)["PolicyDocument"],
        lambda text: account.iam.put_user_policy(**where, PolicyDocument=text),
    )


def bucket_policy(account: TestAccount) -> Place:
    s3 = account.local_aws.client("s3", account.account_id)
    bucket = f"text-{account.account_id}"
    s3.create_bucket(Bucket=bucket)
    return Place(
        bucket_grant.OPERATION,
        {"bucket": bucket, "grants": [{**GRANT, "actions": ["s3:GetObject"]}]},
        lambda: json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]),
        lambda text: s3.put_bucket_policy(Bucket=bucket, Policy=text),
    )


def queue_policy(account: TestAccount) -> Place:
    sqs = account.local_aws.client("sqs", account.account_id)
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    shown = {"QueueUrl": url, "AttributeNames": ["Policy"]}
    return Place(
        resource_grant.OPERATION,
        {"type": "sqs_queue", "resource": "jobs", "grants": [{**GRANT, "access": "send"}]},
        lambda: json.loads(sqs.get_queue_attributes(**shown)["Attributes"]["Policy"]),
        lambda text: sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text}),
    )


@pytest.mark.parametrize("make", [trust_policy, role_policy, identity_policy, bucket_policy, queue_policy])
def test_text_is_written_and_what_is_stored_otherwise_is_no_change(
    local_aws: LocalAws, make: Callable[[TestAccount], Place]
) -> None:
    account = TestAccount(local_aws)
    place = make(account)
    foretold = account.run(place.operation, check_mode=True, **place.options)
    made = account.run(place.operation, **place.options)
    assert foretold.result["changed"] and made.result["changed"]
    assert made.result["diff"] == foretold.result["diff"]
    assert place.condition() == AS_TEXT
    stored = place.read()
    stored["Statement"][0]["Condition"] = STORED
    for document in (place.read(), stored):
        place.put(json.dumps(document))
        assert (place.condition() == AS_TEXT) is (document is not stored)
        for check_mode in (True, False):
            again = account.run(place.operation, check_mode=check_mode, **place.options)
            assert not again.result["changed"] and not again.writes
