# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of actions, services and regions: right, mistyped, of a call, new."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.reference.actions import actions_of, services
from ansible_collections.xacct.aws.plugins.module_utils._policy.reference.data import REGIONS
from ansible_collections.xacct.aws.plugins.module_utils._policy.reference.names import (
    CALLS,
    action_errors,
    action_warnings,
    region_error,
    service_principal_error,
)
from hypothesis import given, settings
from hypothesis import strategies as st

EVERY_ACTION = [f"{service}:{action.name}" for service in services() for action in actions_of(service).values()]


@pytest.mark.parametrize(
    ("action", "error"),
    [
        ("s3:HeadObject", "s3:HeadObject is a call; its permission is s3:GetObject"),
        ("s3:ListObjectsV2", "s3:ListObjectsV2 is a call; its permission is s3:ListBucket"),
        ("lambda:Invoke", "lambda:Invoke is a call; its permission is lambda:InvokeFunction"),
        ("s3:GetObjet", "there is no action s3:GetObjet; did you mean s3:GetObject?"),
        ("s3:GetObjects", "there is no action s3:GetObjects; did you mean s3:GetObject?"),
        ("s3:getobjet", "there is no action s3:getobjet; did you mean s3:GetObject?"),
        ("sts:AssumRole", "there is no action sts:AssumRole; did you mean sts:AssumeRole?"),
        ("secretmanager:PutSecret", "secretmanager:PutSecret: there is no service secretmanager; did you mean "
         "secretsmanager:PutSecret?"),
        ("lamda:Invoke*", "lamda:Invoke*: there is no service lamda; did you mean lambda:Invoke*?"),
    ],
)  # fmt: skip
def test_what_is_certainly_wrong(action, error):
    assert list(action_errors([action])) == [error]
    assert list(action_warnings([action])) == []


@pytest.mark.parametrize("action", ["s3:GetHologram", "sqs:Teleport", "kms:Zap*"])
def test_what_may_be_new_is_warned_of(action):
    assert list(action_errors([action])) == []
    (warning,) = action_warnings([action])
    assert warning.startswith(f"{action}: AWS had no such action on 20")


@pytest.mark.parametrize(
    "action", ["*", "s3:*", "s3:Get*", "S3:getobject", "s*:Get*", "ec2:RunInstances", "s3:?etObject"]
)
def test_what_is_right(action):
    assert not list(action_errors([action])) and not list(action_warnings([action]))


def test_every_action_of_aws_is_right():
    assert list(action_errors(EVERY_ACTION)) == list(action_warnings(EVERY_ACTION)) == []


def test_no_call_in_the_table_is_an_action():
    assert not {action.lower() for action in EVERY_ACTION} & set(CALLS)


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_one_letter_more_or_less_is_noticed(data):
    """Refused or warned of, unless it happens to be another action."""
    action = data.draw(st.sampled_from(EVERY_ACTION))
    service, _colon, name = action.partition(":")
    position = data.draw(st.integers(0, len(name) - 1))
    mistyped = f"{service}:{name[:position]}{name[position + 1 :]}"
    if mistyped.lower() not in {each.lower() for each in EVERY_ACTION} and not mistyped.endswith(":"):
        assert list(action_errors([mistyped])) or list(action_warnings([mistyped]))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("sns.amazonaw.com", "sns.amazonaws.com"),
        ("sns.amazonaws.co", "sns.amazonaws.com"),
        ("ec2.amazonws.com.cn", "ec2.amazonaws.com.cn"),
        ("sns.amazonaws.com", None),
        ("logs.eu-central-1.amazonaws.com", None),
        ("ec2.amazonaws.com.cn", None),
        ("alexa-appkit.amazon.com", None),
        ("delivery.logs.amazonaws.com", None),
    ],
)
def test_services_as_principals(name, meant):
    error = service_principal_error(name)
    assert error == (f"{name} is not a service of AWS; did you mean {meant}?" if meant else None)


@pytest.mark.parametrize(
    ("region", "meant"),
    [("us-esat-1", "us-east-1"), ("eu-centrl-1", "eu-central-1"), ("eu-central-9", None), ("garage", None)],
)
def test_regions(region, meant):
    assert region_error(region) == (f"{region} is not a region of AWS; did you mean {meant}?" if meant else None)
    assert not any(region_error(known) for known in REGIONS)
