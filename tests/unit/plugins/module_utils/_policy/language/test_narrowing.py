# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which conditions narrow everyone to somebody."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.narrowing import (
    names_a_source,
    narrows,
    sources_without_account,
)

A, B = "111111111111", "222222222222"


@pytest.mark.parametrize(
    ("operator", "key", "values"),
    [
        ("StringEquals", "aws:PrincipalOrgID", "o-abcdefghij"),
        ("stringequals", "AWS:principalorgid", ["o-abcdefghij", "o-0123456789"]),
        ("StringEqualsIgnoreCase", "aws:PrincipalAccount", A),
        ("StringLike", "aws:PrincipalAccount", A),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-abcdefghij/r-ab12/*"),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{A}:role/app-*"),
        ("ArnEquals", "aws:PrincipalArn", f"arn:aws:iam::{A}:root"),
        ("StringLike", "aws:userid", "AROAEXAMPLE1234567890:*"),
        ("ArnLike", "aws:SourceArn", f"arn:aws:sns:eu-west-1:{A}:*"),
        ("StringEquals", "aws:SourceAccount", A),
        ("StringEquals", "aws:SourceVpce", "vpce-1a2b3c4d"),
        ("IpAddress", "aws:SourceIp", ["198.51.100.0/24", "10.0.0.0/8", "2001:db8::/32", "203.0.113.9"]),
    ],
)
def test_narrows(operator, key, values):
    assert narrows({operator: {key: values}})
    assert narrows({"Bool": {"aws:SecureTransport": "true"}, operator: {"k:other": "x", key: values}})


@pytest.mark.parametrize(
    ("operator", "key", "values"),
    [
        ("StringEquals", "sts:ExternalId", "secret"),
        ("Bool", "aws:MultiFactorAuthPresent", "true"),
        ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-abcdefghij"),
        ("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-abcdefghij"),
        ("StringNotEquals", "aws:PrincipalOrgID", "o-abcdefghij"),
        ("StringLike", "aws:PrincipalOrgID", "o-*"),
        ("StringLike", "aws:PrincipalOrgID", ["o-abcdefghij", "*"]),
        ("StringEquals", "aws:PrincipalOrgID", []),
        ("StringEquals", "aws:PrincipalOrgID", ""),
        ("StringEquals", "aws:PrincipalAccount", "${aws:PrincipalTag/account}"),
        ("StringLike", "aws:PrincipalAccount", "11111111111?"),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "*"),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-*/r-ab12/*"),
        ("ArnLike", "aws:PrincipalArn", "*"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/Admin"),
        ("StringLike", "aws:PrincipalArn", f"arn:*:iam::{A}:role/Admin"),
        ("StringEquals", "aws:PrincipalTag/Team", "Red"),
        ("StringEquals", "aws:username", "Ann"),
        ("StringLike", "aws:userid", "*:Ann"),
        ("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
        ("IpAddress", "aws:SourceIp", ["198.51.100.0/24", "0.0.0.0/1"]),
        ("IpAddress", "aws:SourceIp", "::/0"),
        ("IpAddress", "aws:SourceIp", "not an address"),
        ("StringLike", "aws:SourceIp", "198.51.100.0/24"),
        ("IpAddress", "aws:PrincipalAccount", A),
        ("NotIpAddress", "aws:SourceIp", "198.51.100.0/24"),
    ],
)
def test_does_not_narrow(operator, key, values):
    assert not narrows({operator: {key: values}})


def test_no_condition_does_not_narrow():
    assert not narrows(None)
    assert not narrows({})


TOPIC = f"arn:aws:sns:eu-west-1:{A}:events"
BUCKET = "arn:aws:s3:::data"


@pytest.mark.parametrize(
    ("operator", "key", "values"),
    [
        ("StringEquals", "aws:SourceAccount", A),
        ("stringequals", "AWS:sourceaccount", [A, B]),
        ("StringEqualsIgnoreCase", "aws:SourceAccount", A),
        ("StringLike", "aws:SourceAccount", A),
        ("ForAnyValue:StringEquals", "aws:SourceAccount", A),
        ("StringEquals", "aws:SourceOwner", A),
        ("StringEquals", "aws:SourceOrgID", "o-abcdefghij"),
        ("ForAnyValue:StringLike", "aws:SourceOrgPaths", "o-abcdefghij/r-ab12/*"),
        ("ArnLike", "aws:SourceArn", TOPIC),
        ("ArnEquals", "aws:SourceArn", [TOPIC, f"arn:aws:sns:*:{B}:*"]),
        ("StringLike", "aws:SourceArn", f"arn:aws:events:eu-west-1:{A}:rule/*"),
        ("StringEquals", "aws:SourceArn", TOPIC),
        ("ArnLike", "aws:SourceArn", BUCKET),
        ("ArnLike", "aws:SourceArn", [BUCKET, TOPIC]),
    ],
)
def test_names_a_source(operator, key, values):
    assert names_a_source({operator: {key: values}})
    assert names_a_source({"Bool": {"aws:SecureTransport": "true"}, operator: {"k:other": "x", key: values}})


@pytest.mark.parametrize(
    ("operator", "key", "values"),
    [
        ("ForAllValues:StringEquals", "aws:SourceAccount", A),
        ("ForAllValues:ArnLike", "aws:SourceArn", TOPIC),
        ("ForAllValues:StringLike", "aws:SourceOrgPaths", "o-abcdefghij/r-ab12/*"),
        ("Null", "aws:SourceAccount", "false"),
        ("Null", "aws:SourceArn", A),
        ("StringNotEquals", "aws:SourceAccount", A),
        ("StringNotLike", "aws:SourceAccount", A),
        ("ArnNotLike", "aws:SourceArn", TOPIC),
        ("StringEqualsIfExists", "aws:SourceAccount", A),
        ("ForAnyValue:StringEqualsIfExists", "aws:SourceAccount", A),
        ("ArnLikeIfExists", "aws:SourceArn", TOPIC),
        ("IpAddress", "aws:SourceAccount", A),
        ("Bool", "aws:SourceAccount", A),
        ("StringLike", "aws:SourceAccount", "1*"),
        ("StringLike", "aws:SourceAccount", "*"),
        ("StringLike", "aws:SourceAccount", "11111111111?"),
        ("StringLike", "aws:SourceAccount", [A, "*"]),
        ("StringEquals", "aws:SourceAccount", ""),
        ("StringEquals", "aws:SourceAccount", []),
        ("StringEquals", "aws:SourceAccount", f"{A}2"),
        ("StringEquals", "aws:SourceAccount", "${aws:PrincipalAccount}"),
        ("StringLike", "aws:SourceOwner", "*"),
        ("StringLike", "aws:SourceOrgID", "o-*"),
        ("StringEquals", "aws:SourceOrgID", "${aws:PrincipalOrgID}"),
        ("ForAnyValue:StringLike", "aws:SourceOrgPaths", "*"),
        ("ForAnyValue:StringLike", "aws:SourceOrgPaths", "o-*/r-ab12/*"),
        ("ForAnyValue:StringLike", "aws:SourceOrgPaths", ["o-abcdefghij/*", "*"]),
        ("ForAnyValue:StringLike", "aws:SourceOrgPaths", "o-abcdefghij/${aws:PrincipalTag/unit}/*"),
        ("ArnLike", "aws:SourceArn", "*"),
        ("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:events"),
        ("ArnLike", "aws:SourceArn", "arn:aws:sns:eu-west-1:11111111111?:events"),
        ("ArnLike", "aws:SourceArn", f"arn:*:sns:eu-west-1:{A}:events"),
        ("ArnLike", "aws:SourceArn", f"arn:aws:*:eu-west-1:{A}:events"),
        ("ArnLike", "aws:SourceArn", [TOPIC, "arn:aws:sns:*:*:*"]),
        ("ArnLike", "aws:SourceArn", "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3"),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::*"),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::data-?"),
        ("ArnLike", "aws:SourceArn", [BUCKET, "arn:aws:s3:::data-*"]),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::${aws:PrincipalTag/bucket}"),
        ("ArnEquals", "aws:SourceArn", f"arn:aws:sns:eu-west-1:{A}:${{aws:PrincipalTag/topic}}"),
        ("StringEquals", "aws:SourceVpc", "vpc-12345678"),
        ("StringEquals", "aws:PrincipalAccount", A),
        ("StringEquals", "sts:ExternalId", A),
    ],
)
def test_names_no_source(operator, key, values):
    assert not names_a_source({operator: {key: values}})
    assert not sources_without_account({operator: {key: values}})


def test_no_condition_names_a_source():
    assert not names_a_source(None) and not names_a_source({})
    assert not sources_without_account(None) and not sources_without_account({})


@pytest.mark.parametrize(
    ("condition", "without"),
    [
        ({"ArnLike": {"aws:SourceArn": BUCKET}}, [BUCKET]),
        ({"ArnLike": {"aws:SourceArn": [BUCKET, TOPIC, f"{BUCKET}2"]}}, [BUCKET, f"{BUCKET}2"]),
        ({"ArnLike": {"aws:SourceArn": TOPIC}}, []),
        ({"ArnLike": {"aws:SourceArn": BUCKET}, "StringEquals": {"aws:SourceAccount": A}}, []),
        ({"ArnLike": {"aws:SourceArn": BUCKET}, "StringEquals": {"aws:SourceOrgID": "o-abcdefghij"}}, []),
        ({"ArnLike": {"aws:SourceArn": BUCKET}, "StringLike": {"aws:SourceAccount": "*"}}, [BUCKET]),
        ({"ArnLike": {"aws:SourceArn": BUCKET}, "StringEqualsIfExists": {"aws:SourceAccount": A}}, [BUCKET]),
    ],
)
def test_sources_without_account(condition, without):
    assert sources_without_account(condition) == without
