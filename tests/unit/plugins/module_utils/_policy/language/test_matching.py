# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Patterns of the policy language: wildcards, variables, ARNs, actions."""

from __future__ import annotations

import re

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.context import (
    NOT_DERIVED,
    UNKNOWN,
    ContextView,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.matching import (
    ActionPattern,
    ArnPattern,
    Pattern,
    ResourcePattern,
    arn_parts,
)
from hypothesis import given, settings
from hypothesis import strategies as st

CONTEXT = ContextView(
    {
        "aws:username": "ann",
        "aws:PrincipalTag/team": "red",
        "s3:prefix": "a*b",
        "aws:TagKeys": ["one", "two"],
        "aws:SourceVpc": UNKNOWN,
    },
    lambda _key: NOT_DERIVED,
)


def matches(pattern, value, **options):
    return Pattern(pattern, **options).matches(value, CONTEXT)


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("*", "anything: at/all", True),
        ("a*", "a", True),
        ("a*", "ba", False),
        ("*a", "a", True),
        ("*a", "ab", False),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("a**b", "ab", True),
        ("?", "", False),
        ("?", "a", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("*?b*", "ab", True),
        ("*?b*", "b", False),
        ("a*?d?*f", "abcdef", True),
        ("ab*ab", "abab", True),
        ("ab*ab", "aba", False),
        ("*aab*", "aaab", True),
        ("Case", "case", False),
    ],
)
def test_wildcards(pattern, value, expected):
    assert matches(pattern, value) is expected


@settings(max_examples=500, deadline=None)
@given(st.text("ab*?", max_size=8), st.text("ab", max_size=10))
def test_wildcards_are_what_a_regular_expression_says(pattern, value):
    expression = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    assert matches(pattern, value) is (re.fullmatch(expression, value, re.DOTALL) is not None)


@pytest.mark.parametrize("pattern", ["*a" * 400 + "b", "?*" * 400 + "b", "*a?" * 300 + "b", "a*" * 400 + "?b"])
def test_a_hostile_pattern_costs_no_more_than_its_length_times_the_texts(pattern):
    assert matches(pattern, "a" * 4000) is False
    assert (
        ArnPattern(f"arn:aws:s3:::{pattern}").matches(
            "arn:aws:s3:::" + "a" * 4000, arn_parts("arn:aws:s3:::" + "a" * 4000), CONTEXT
        )
        is False
    )


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("home/${aws:username}", "home/ann", True),
        ("home/${AWS:UserName}", "home/ann", True),
        ("home/${aws:username}", "home/bob", False),
        ("${aws:PrincipalTag/Team}-${aws:username}", "red-ann", True),
        ("${aws:principaltype}", "", False),
        ("${aws:principaltype}", "${aws:principaltype}", False),
        ("${aws:principaltype, 'nobody'}", "nobody", True),
        ("${aws:username, 'nobody'}", "ann", True),
        ("${aws:principaltype,'nobody'}", "nobody", True),
        ("${aws:principaltype, ''}x", "x", True),
        ("${aws:TagKeys}", "one", False),
        ("${s3:prefix}", "a*b", True),
        ("${s3:prefix}", "axxb", False),
        ("${*}", "*", True),
        ("${*}", "a", False),
        ("a${?}", "a?", True),
        ("a${?}", "ab", False),
        ("${$}{aws:username}", "${aws:username}", True),
        ("${}", "${}", True),
        ("${aws:SourceVpc}/x", "vpc-1/x", None),
        ("${aws:SourceVpc}/x", "vpc-1/y", False),
        ("$(aws:username)", "$(aws:username)", True),
    ],
)
def test_policy_variables(pattern, value, expected):
    """IAM User Guide, "IAM policy elements: Variables and tags", with "Policy variables with no value"."""
    assert matches(pattern, value) is expected


def test_without_variables_they_are_text():
    """Version 2008-10-17 has none ("Policy variables": they are treated as literal strings)."""
    assert matches("${aws:username}", "${aws:username}", variables=False) is True
    assert matches("${aws:username}", "ann", variables=False) is False
    assert matches("${*}", "${anything}", variables=False) is True


def test_equality_takes_no_wildcards_but_variables():
    assert matches("a*", "ab", wildcards=False) is False
    assert matches("a*${aws:username}", "a*ann", wildcards=False) is True


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("ROLE", "role", True),
        ("R*E", "role", True),
        ("${aws:username}X", "ANNx", True),
        ("role", "roles", False),
    ],
)
def test_without_case(pattern, value, expected):
    assert matches(pattern, value, ignore_case=True) is expected


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        # IAM User Guide, "ARN condition operators": each part is checked separately.
        (
            "arn:aws:someservice:*:111122223333:finance/*",
            "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
            False,
        ),
        ("arn:aws:sns:*:*:topic", "arn:aws:sns:eu-west-1:111111111111:topic", True),
        ("arn:aws:sns:*:topic", "arn:aws:sns:eu-west-1:111111111111:topic", None),
        ("arn:aws:sns:*:other", "arn:aws:sns:eu-west-1:111111111111:topic", False),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b:c:d", True),
        ("arn:aws:s3:::B/*", "arn:aws:s3:::b/a", False),
        ("arn:*:iam::1111111111??:role/*", "arn:aws:iam::111111111111:role/a/b", True),
        ("arn:aws:logs:*:*:log-group:x:*", "arn:aws:logs:eu-west-1:111111111111:log-group:x:log-stream:y", True),
        ("arn:aws:iam::111111111111:user/${aws:username}", "arn:aws:iam::111111111111:user/ann", True),
        ("arn:aws:iam::111111111111:user/${aws:username}", "arn:aws:iam::111111111111:user/bob", False),
        ("arn:aws:s3:::${aws:PrincipalTag/team}/*", "arn:aws:s3:::red/x", True),
        ("arn:aws:s3:::${aws:SourceVpc}/*", "arn:aws:s3:::red/x", None),
        ("arn:aws:s3:::${aws:SourceVpc}/y", "arn:aws:s3:::red/x", False),
        ("*", "arn:aws:s3:::b", None),
        ("arn:aws:s3:::b", "b", False),
    ],
)
def test_arns_part_by_part(pattern, value, expected):
    assert ArnPattern(pattern).matches(value, arn_parts(value), CONTEXT) is expected


@pytest.mark.parametrize(
    ("texts", "action", "expected"),
    [
        (["s3:GetObject"], "s3:getobject", True),
        (["S3:getOBJECT"], "s3:getobject", True),
        (["s3:Get*"], "s3:getobjectacl", True),
        (["s3:Get*"], "s3:putobject", False),
        (["s3:*Object"], "s3:getobject", True),
        (["s3:?etObject"], "s3:getobject", True),
        (["*"], "sts:assumerole", True),
        (["s3:*"], "s3express:createsession", False),
        (["iam:*", "sts:AssumeRole"], "sts:assumerole", True),
        ([], "sts:assumerole", False),
    ],
)
def test_actions_without_case(texts, action, expected):
    """IAM User Guide, "IAM JSON policy elements: Action": the prefix and the action name are case insensitive."""
    assert ActionPattern(texts).matches(action) is expected


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        # IAM User Guide, "Using wildcards in resource ARNs": a * that ends a segment reaches beyond the colon.
        ("arn:aws:sqs:*", "arn:aws:sqs:eu-west-1:111111111111:jobs", True),
        ("arn:aws:sqs:*:jobs", "arn:aws:sqs:eu-west-1:111111111111:jobs", True),
        ("arn:aws:sqs:*:jobs", "arn:aws:sqs:eu-west-1:111111111111:other", False),
        # "Incomplete ARNs": AWS takes the parts that are missing for *.
        ("arn:aws:sqs", "arn:aws:sqs:eu-west-1:111111111111:jobs", True),
        ("arn:aws:sqs:eu-west-1", "arn:aws:sqs:eu-west-1:111111111111:jobs", True),
        ("arn:aws:sqs:eu-west-2", "arn:aws:sqs:eu-west-1:111111111111:jobs", False),
        ("arn:aws:sns", "arn:aws:sqs:eu-west-1:111111111111:jobs", False),
        ("arn:*", "arn:aws:sqs:eu-west-1:111111111111:jobs", True),
        ("arn:aws:s3:*", "arn:aws:sqs:eu-west-1:111111111111:jobs", False),
        ("arn:aws:sqs:eu*:*:jobs", "arn:aws:sqs:eu-west-1:111111111111:jobs", True),
        ("arn:aws:sqs:eu-*-1:111111111111:jobs", "arn:aws:sqs:eu-west-1:111111111111:jobs", True),
        ("arn:aws:sqs:eu-*1:jobs", "arn:aws:sqs:eu-west-1:111111111111:jobs", None),
        ("arn:aws:sqs:eu-?est-1:*", "arn:aws:sqs:eu-west-1:111111111111:jobs", None),
        ("arn:aws:sqs:us-?est-1:*", "arn:aws:sqs:eu-west-1:111111111111:jobs", False),
        ("arn:aws:s3:::b/*.txt", "arn:aws:s3:::b/a:b.txt", True),
        ("arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/ann/x", True),
        ("arn:aws:s3:::b/${aws:SourceVpc}/*", "arn:aws:s3:::b/ann/x", None),
        ("arn:aws:s3:::b/${aws:SourceVpc}/*", "arn:aws:s3:::c/ann/x", False),
        ("arn:aws:s3:::b/${aws:PrincipalTag/none}*", "arn:aws:s3:::b/ann/x", False),
        ("arn:*", "*", False),
    ],
)
def test_resources(pattern, value, expected):
    assert ResourcePattern([pattern], variables=True).matches(value, arn_parts(value), CONTEXT) is expected


def test_a_resource_list_takes_what_any_of_it_takes():
    pattern = ResourcePattern(["arn:aws:s3:::${aws:SourceVpc}", "arn:aws:s3:::b"], variables=True)
    assert pattern.matches("arn:aws:s3:::b", arn_parts("arn:aws:s3:::b"), CONTEXT) is True
    assert pattern.matches("arn:aws:s3:::c", arn_parts("arn:aws:s3:::c"), CONTEXT) is None
    assert pattern.matches("arn:aws:sns:::c", arn_parts("arn:aws:sns:::c"), CONTEXT) is False
    assert ResourcePattern(["*"], variables=True).matches("*", ["*"], CONTEXT) is True
    assert ResourcePattern(["arn:aws:s3:::b"], variables=True).matches("*", ["*"], CONTEXT) is False
