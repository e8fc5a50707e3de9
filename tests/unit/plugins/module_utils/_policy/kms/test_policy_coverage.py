# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of the statements for a key's policy the policy lacks: nothing that might be refused counts as allowed."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.kms.policy_coverage import not_allowed_yet
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import parse_arn

OTHER = "222222222222"
KEY = parse_arn("arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab")
ROLE = f"arn:aws:iam::{OTHER}:role/Reader"
TOPIC = {"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:222222222222:orders"}}


def statement(principal: object, *actions: str, **more: object) -> dict:
    made = {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": "*", **more}
    return {name: value for name, value in made.items() if value is not None}


WANTED = statement({"AWS": ROLE}, "kms:Decrypt", "kms:GenerateDataKey", Sid="ForJobs")
OF_SNS = statement({"Service": "sns.amazonaws.com"}, "kms:Decrypt", Condition=TOPIC)


@pytest.mark.parametrize(
    "present",
    [
        [statement({"AWS": ROLE}, "kms:Decrypt", "kms:GenerateDataKey")],
        [statement({"AWS": [ROLE, "333333333333"]}, "kms:*")],
        [statement({"AWS": ROLE}, "KMS:decrypt"), statement({"AWS": ROLE}, "kms:GenerateDataKey*")],
        [statement({"AWS": OTHER}, "kms:Decrypt", "kms:GenerateDataKey")],
        [statement({"AWS": f"arn:aws:iam::{OTHER}:root"}, "kms:*")],
        [statement({"AWS": ROLE}, "kms:Decrypt", "kms:GenerateDataKey", Condition={})],
        [statement({"AWS": ROLE}, "kms:*", Resource=["*"])],
        [statement({"AWS": ROLE}, "kms:*", Resource=str(KEY))],
        [statement({"AWS": ROLE}, NotAction="kms:ScheduleKeyDeletion", Action=None)],
        [statement({"AWS": ROLE}, "kms:*"), {**statement({"AWS": "333333333333"}, "kms:Decrypt"), "Effect": "Deny"}],
    ],
)
def test_allowed_already(present):
    assert not_allowed_yet([WANTED], {"Statement": present}, KEY) == []


@pytest.mark.parametrize(
    "present",
    [
        [statement(None, "kms:*", NotPrincipal={"AWS": "333333333333"})],
        [],
        [statement({"AWS": ROLE}, "kms:Decrypt")],
        [statement({"AWS": f"{ROLE}s"}, "kms:*")],
        [statement({"AWS": "333333333333"}, "kms:*")],
        [statement({"Service": ROLE}, "kms:*")],
        [statement({"AWS": ROLE}, "kms:*", Condition=TOPIC)],
        [statement({"AWS": ROLE}, "kms:*", Resource="arn:aws:kms:eu-west-1:111111111111:key/other")],
        [statement(None, "kms:*", NotPrincipal={"AWS": [OTHER, ROLE]})],
        [statement({"AWS": ROLE}, NotAction="kms:Decrypt", Action=None)],
        [statement({"AWS": ROLE}, "kms:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})],
        [statement({"AWS": ROLE}, "kms:*"), {**statement({"AWS": "*"}, "kms:Decrypt"), "Effect": "Deny"}],
    ],
)
def test_not_allowed_yet(present):
    assert not_allowed_yet([WANTED], {"Statement": present}, KEY) == [WANTED]


def test_only_the_principals_that_lack_something_are_named():
    both = statement({"AWS": [ROLE, "arn:aws:iam::333333333333:role/Other"]}, "kms:Decrypt", Sid="ForJobs")
    present = {"Statement": [statement({"AWS": OTHER}, "kms:Decrypt")]}
    (left,) = not_allowed_yet([both], present, KEY)
    assert left == {**both, "Principal": {"AWS": "arn:aws:iam::333333333333:role/Other"}}


def test_a_service_on_the_same_condition():
    present = {"Statement": [statement({"Service": "sns.amazonaws.com"}, "kms:*", Condition=TOPIC)]}
    assert not_allowed_yet([OF_SNS], present, KEY) == []
    wider = {**OF_SNS, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:222222222222:*"}}}
    assert not_allowed_yet([wider], present, KEY) == [wider]
    assert not_allowed_yet([OF_SNS], None, KEY) == [OF_SNS]
