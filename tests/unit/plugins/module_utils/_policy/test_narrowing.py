# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which conditions narrow everyone to somebody."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.narrowing import narrows

A = "111111111111"


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
