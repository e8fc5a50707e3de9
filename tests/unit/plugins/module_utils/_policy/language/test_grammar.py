# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policy documents that IAM refuses, and what is said of them."""

from __future__ import annotations

import re

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.grammar import (
    arn_error,
    element_errors,
    identity_policy_errors,
)
from hypothesis import HealthCheck, given, settings

from tests.unit.plugins.module_utils._policy import strangers

READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}


def document(*statements: dict, **more: object) -> dict:
    return {"Version": "2012-10-17", "Statement": list(statements), **more}


def without(name: str, **more: object) -> dict:
    return {**{key: value for key, value in READ.items() if key != name}, **more}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (document(READ, Version="2012-10-17 "), r"Version is '2012-10-17 '; it is '2012-10-17'"),
        (document(READ, Version="2030-01-01"), "Version is '2030-01-01'"),
        (document({**READ, "Sid": "a-b"}), r"Statement\[0\]: Sid 'a-b': IAM accepts letters and digits only"),
        (document({**READ, "Sid": "A"}, {**READ, "Sid": "A"}), r"Statement\[1\]: Sid A: another statement has it"),
        (document({**READ, "Principal": "*"}), "Principal: only policies of resources name principals"),
        (document({**READ, "Condition": {"StringEqual": {"aws:SourceIp": "x"}}}), "did you mean StringEquals?"),
        (document({**READ, "Condition": {"StringEquals": {"SourceIp": "x"}}}), "the key 'SourceIp' has no prefix"),
        (document(without("Resource")), "neither: a statement has either Resource or NotResource"),
        (document({**READ, "Resource": "data/*"}), "Resource 'data/.*' is not an ARN"),
        (document({**READ, "Resource": "arn:aws:s3::data/*"}), r"did you mean arn:aws:s3:::data/\*\?"),
        (document({**READ, "Resource": "arn:aws:iam:us-east-1:111111111111:role/x"}), "ARNs of iam have none"),
        (document({**READ, "Resource": []}), "Resource is empty"),
        (document({**READ, "Action": "GetObject"}), "Action 'GetObject' is not an action: write SERVICE:ACTION"),
        (document({**READ, "Action": []}), "Action is empty"),
        (document({**READ, "NotAction": "s3:*"}), "Action and NotAction: a statement has either Action or NotAction"),
        (document({**READ, "Effect": "allow"}), "Effect is 'allow'; it is Allow or Deny, spelled like that"),
        (document(without("Effect", effect="Allow")), "no element 'effect'; did you mean Effect?"),
        (document({**READ, "Conditions": {}}), "no element 'Conditions'; did you mean Condition?"),
        ({"version": "2012-10-17", "statement": [READ]}, "the document has no statement"),
        (document(), "the document has no statement"),
        ({}, "the document has no statement"),
        ("", "the document has no statement"),
        (5, "the document has no statement"),
        ('{"Statement": [', "the policy document is not valid JSON"),
    ],
)  # fmt: skip
def test_what_iam_refuses(given, says):
    errors = identity_policy_errors(given)
    assert any(re.search(says, error) for error in errors), errors


@pytest.mark.parametrize(
    "given",
    [
        document(READ),
        {"Statement": READ},
        document({**READ, "Sid": ""}, {**READ, "Sid": ""}, Id="mine", Version="2008-10-17"),
        document({"Effect": "Deny", "NotAction": ["iam:*", "sts:Get*"], "NotResource": "*"}),
        document({**READ, "Action": "*", "Resource": "*"}),
        document(
            {**READ, "Resource": ["arn:aws:sqs", "arn:aws:s3:*", "arn:*:s3:::${aws:username}/*", "arn:aws:s3:::a"]}
        ),
        document({**READ, "Resource": "arn:aws:iam::*:role/x", "Condition": {"StringEquals": {"aws:a": ["b"]}}}),
        document({**READ, "Resource": "arn:aws-cn:sqs:cn-north-1:111111111111:q"}),
        document({**READ, "Resource": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
    ],
)
def test_what_iam_accepts(given):
    assert identity_policy_errors(given) == []


def test_everything_at_once():
    wrong = document({**READ, "Effect": "allow", "Sid": "a-b", "Resource": "x"}, {**READ, "Action": "y"})
    assert len(identity_policy_errors(wrong)) == 4


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("arn:aws:s3:::b/*", False),
        ("arn:awss:s3:::b", True),
        ("arn:aws:sqs:eu-west-1:12345:q", True),
        ("arn:aws:sqs:eu-west-1:1111*:q", False),
        ("arn:aws:s3:::", True),
        ("arn:aws", True),
        ("s3:::b", True),
    ],
)
def test_arns(text, wrong):
    assert bool(arn_error(text)) == wrong


def test_elements_are_those_of_the_language():
    assert list(element_errors(document(READ, Id="x"))) == []
    (error,) = element_errors({"Statement": {**READ, "Comment": "x"}})
    assert error.startswith("Statement[0]: the policy language has no element 'Comment'; there are Sid, Effect, ")
    assert "did you mean Statement?" in identity_policy_errors({"statement": [READ]})[0]


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(strangers.texts())
def test_whatever_is_given_is_answered(text):
    assert isinstance(identity_policy_errors(text), list)
