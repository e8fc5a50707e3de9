# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a request on something encrypted takes on its key."""

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._operations.access_check.request_contexts import (
    encryption_context,
    is_own_only,
    key_actions,
    merged_context,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_principals import request_principal
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import Request
from ansible_collections.xacct.aws.plugins.module_utils._resources.resource_side import ResourceSide

KEY = "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OBJECT = "arn:aws:s3:::customer-data/exports/today.csv"
QUEUE = "arn:aws:sqs:eu-central-1:222222222222:jobs"


@pytest.mark.parametrize(
    ("action", "resource", "taken"),
    [
        ("s3:GetObject", OBJECT, ("kms:Decrypt",)),
        ("S3:putobject", OBJECT, ("kms:GenerateDataKey",)),
        ("s3:ListBucket", "arn:aws:s3:::customer-data", ()),
        ("sqs:SendMessage", QUEUE, ("kms:Decrypt", "kms:GenerateDataKey")),
        ("sqs:ReceiveMessage", QUEUE, ("kms:Decrypt",)),
    ],
)
def test_a_request_takes_on_the_key_what_its_one_call_takes(action, resource, taken):
    request = Request(request_principal("arn:aws:iam::111111111111:role/Reader"), action, resource, "222222222222")
    assert key_actions(request, ResourceSide("222222222222", kms_key=KEY)) == taken
    assert key_actions(request, ResourceSide("222222222222")) == ()


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("sqs:DeleteQueue", QUEUE, True),
        ("SQS:addPermission", QUEUE, True),
        ("sqs:SendMessage", QUEUE, False),
        ("kms:ScheduleKeyDeletion", KEY, True),
        ("kms:PutKeyPolicy", KEY, True),
        ("kms:Decrypt", KEY, False),
        ("s3:PutBucketPolicy", "arn:aws:s3:::data", True),
        ("s3:GetObject", OBJECT, False),
        ("backup:DeleteBackupVault", "arn:aws:backup:eu-central-1:222222222222:backup-vault:vault", True),
        ("backup:CopyIntoBackupVault", "arn:aws:backup:eu-central-1:222222222222:backup-vault:vault", False),
        ("iam:GetRole", "arn:aws:iam::222222222222:role/x", False),
        ("s3:ListAllMyBuckets", "*", False),
    ],
)
def test_what_a_service_gives_to_no_other_account(action, resource, expected):
    assert is_own_only(action, resource) == expected


def test_the_encryption_context_of_the_user_wins_over_what_is_usual():
    usual = {"kms:EncryptionContext:aws:sqs:arn": "usual", "kms:ViaService": "sqs"}
    given = {"KMS:encryptionContext:AWS:SQS:ARN": "given", "sts:ExternalId": "x"}
    assert merged_context(usual, encryption_context(given)) == {
        "kms:ViaService": "sqs",
        "KMS:encryptionContext:AWS:SQS:ARN": "given",
    }
