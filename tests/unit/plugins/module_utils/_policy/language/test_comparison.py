# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWS reads as the same, and what only looks alike: one table a rule, and one row a known trap."""

from __future__ import annotations

import datetime
import json
import urllib.parse

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import (
    Difference,
    canonical_document,
    differences,
    policies_equal,
    sid_of,
    statements_equal,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError

A = "111111111111"
B = "222222222222"
ROOT = f"arn:aws:iam::{A}:root"
CN_ROOT = f"arn:aws-cn:iam::{A}:root"
GOV_ROOT = f"arn:aws-us-gov:iam::{A}:root"
ROLE = f"arn:aws:iam::{A}:role/Role"
SESSION = f"arn:aws:sts::{A}:assumed-role/Role/Session"
UNIQUE_ID = "AROAEXAMPLE1234567890"
CANONICAL = "a" * 64
IDENTITY = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE"


def policy(*statements, **elements):
    return {"Version": "2012-10-17", **elements, "Statement": list(statements)}


def statement(**elements):
    base = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "sts:AssumeRole", **elements}
    return {name: value for name, value in base.items() if value != "absent"}


def one(**elements):
    return policy(statement(**elements))


def condition(operator, key, values):
    return one(Condition={operator: {key: values}})


S1, S2 = statement(Sid="One"), statement(Sid="Two", Action="sts:TagSession")

EQUAL = {
    "R1 statement object and list": (policy(S1), {"Version": "2012-10-17", "Statement": S1}),
    "R2 action scalar and list": (one(Action="s3:Get*"), one(Action=["s3:Get*"])),
    "R2 not-action scalar and list": (
        one(Action="absent", NotAction="s3:Get*"),
        one(Action="absent", NotAction=["s3:Get*"]),
    ),
    "R2 resource scalar and list": (one(Resource="*"), one(Resource=["*"])),
    "R2 not-resource scalar and list": (one(NotResource="*"), one(NotResource=["*"])),
    "R2 condition value scalar and list": (
        condition("StringEquals", "sts:ExternalId", "x1"),
        condition("StringEquals", "sts:ExternalId", ["x1"]),
    ),
    "R2 principal scalar and list": (one(Principal={"AWS": ROLE}), one(Principal={"AWS": [ROLE]})),
    "R3 order of statements": (policy(S1, S2), policy(S2, S1)),
    "R3 order of actions": (one(Action=["a:B", "c:D"]), one(Action=["c:D", "a:B"])),
    "R3 order of principals": (one(Principal={"AWS": [ROLE, B]}), one(Principal={"AWS": [B, ROLE]})),
    "R3 order of keys": (
        policy({"Effect": "Allow", "Action": "a:B"}),
        {"Statement": [{"Action": "a:B", "Effect": "Allow"}], "Version": "2012-10-17"},
    ),
    "R3 duplicate action": (one(Action=["a:B", "a:B"]), one(Action="a:B")),
    "R3 duplicate resource": (one(Resource=["*", "*"]), one(Resource="*")),
    "R3 duplicate condition value": (
        condition("StringLike", "aws:userid", ["x", "x"]),
        condition("StringLike", "aws:userid", "x"),
    ),
    "R3 duplicate statements": (policy(S1, S1, S2), policy(S1, S2, S2)),
    "R3 statements that are duplicates in AWS's eyes": (
        policy(S1, {**S1, "Action": ["STS:assumerole"]}),
        policy(S1),
    ),
    "R4 action case": (one(Action="sts:AssumeRole"), one(Action="STS:assumerole")),
    "R4 not-action case": (
        one(Action="absent", NotAction=["s3:Get*"]),
        one(Action="absent", NotAction=["S3:GET*"]),
    ),
    "R5 operator case": (
        condition("StringEquals", "sts:ExternalId", "x1"),
        condition("stringequals", "sts:ExternalId", "x1"),
    ),
    "R5 key case": (
        condition("StringEquals", "aws:PrincipalOrgID", "x1"),
        condition("StringEquals", "aws:principalorgid", "x1"),
    ),
    "R5 case of a tag key": (
        condition("StringEquals", "aws:PrincipalTag/Team", "x1"),
        condition("StringEquals", "aws:PrincipalTag/team", "x1"),
    ),
    "R5 value case with IgnoreCase": (
        condition("StringEqualsIgnoreCase", "aws:username", "Ann"),
        condition("StringEqualsIgnoreCase", "aws:username", "aNN"),
    ),
    "R5 value case with a qualified IgnoreCase": (
        condition("ForAnyValue:StringNotEqualsIgnoreCaseIfExists", "aws:TagKeys", ["Ann"]),
        condition("foranyvalue:StringNotEqualsIgnoreCaseIfExists", "aws:TagKeys", ["aNN"]),
    ),
    "R5 one operator in two spellings": (
        one(Condition={"StringEquals": {"k:a": "1"}, "stringequals": {"k:b": "2"}}),
        one(Condition={"StringEquals": {"k:b": "2", "k:a": "1"}}),
    ),
    "R5 the same line in two spellings": (
        one(Condition={"StringEquals": {"k:a": "1"}, "stringequals": {"K:A": ["1"]}}),
        one(Condition={"StringEquals": {"k:a": "1"}}),
    ),
    "R6 boolean and text": (
        condition("Bool", "aws:SecureTransport", True),
        condition("Bool", "aws:SecureTransport", "true"),
    ),
    "R6 boolean and text under another operator": (
        condition("Null", "aws:TokenIssueTime", False),
        condition("Null", "aws:TokenIssueTime", "false"),
    ),
    "R6 number and text": (condition("StringEquals", "k:a", 15), condition("StringEquals", "k:a", "15")),
    "R6 number and text in a list": (
        condition("StringEquals", "k:a", [15, "x"]),
        condition("StringEquals", "k:a", ["x", "15"]),
    ),
    "R6 float and its JSON text": (condition("StringEquals", "k:a", 1.0), condition("StringEquals", "k:a", "1.0")),
    "R6 numbers of a numeric operator": (
        condition("NumericLessThan", "aws:MultiFactorAuthAge", [1.0]),
        condition("NumericLessThan", "aws:MultiFactorAuthAge", "1"),
    ),
    "R6 exponents of a numeric operator": (
        condition("ForAnyValue:NumericEqualsIfExists", "k:a", ["1e2", "-0.50", "0.0"]),
        condition("ForAnyValue:NumericEqualsIfExists", "k:a", ["-5E-1", 100, 0]),
    ),
    "R6 Sid as a number": (one(Sid=1), one(Sid="1")),
    "R7 account ID and root": (one(Principal={"AWS": A}), one(Principal={"AWS": ROOT})),
    "R7 account ID and root of China": (one(Principal={"AWS": A}), one(Principal={"AWS": CN_ROOT})),
    "R7 account ID and root of GovCloud": (one(Principal={"AWS": [A]}), one(Principal={"AWS": GOV_ROOT})),
    "R7 not-principal": (
        one(Principal="absent", NotPrincipal={"AWS": A}),
        one(Principal="absent", NotPrincipal={"AWS": CN_ROOT}),
    ),
    "R7 both spellings in one list": (one(Principal={"AWS": [A, CN_ROOT]}), one(Principal={"AWS": CN_ROOT})),
    "R7 the partition is named elsewhere in the document": (
        policy(statement(Principal={"AWS": A}), statement(Principal={"AWS": f"arn:aws-cn:iam::{B}:role/x"})),
        policy(statement(Principal={"AWS": CN_ROOT}), statement(Principal={"AWS": f"arn:aws-cn:iam::{B}:role/x"})),
    ),
    "R8 star and AWS star": (one(Principal="*"), one(Principal={"AWS": "*"})),
    "R8 star and star star": (one(Principal="*"), one(Principal={"*": "*"})),
    "R8 star and list of star": (one(Principal="*"), one(Principal=["*"])),
    "R8 star and AWS list of star": (one(Principal="*"), one(Principal={"AWS": ["*"]})),
    "R8 star and star list of star": (one(Principal={"AWS": "*"}), one(Principal={"*": ["*"]})),
    "R8 not-principal": (
        one(Principal="absent", NotPrincipal="*"),
        one(Principal="absent", NotPrincipal={"AWS": ["*"]}),
    ),
    "R9 bare string is AWS": (one(Principal=ROLE), one(Principal={"AWS": ROLE})),
    "R9 bare account ID is AWS and root": (one(Principal=A), one(Principal={"AWS": [ROOT]})),
    "R9 bare list": (one(Principal=[ROLE, B]), one(Principal={"AWS": [B, ROLE]})),
    "R10 the same unique id": (one(Principal={"AWS": UNIQUE_ID}), one(Principal=[UNIQUE_ID])),
    "R11 service case": (
        one(Principal={"Service": "EC2.amazonaws.com"}),
        one(Principal={"Service": ["ec2.AmazonAWS.com"]}),
    ),
    "R12 canonical user scalar and list": (
        one(Principal={"CanonicalUser": CANONICAL}),
        one(Principal={"CanonicalUser": [CANONICAL]}),
    ),
    "R13 missing version": ({"Statement": [S1]}, {"Version": "2008-10-17", "Statement": [S1]}),
    "R13 null version": ({"Version": None, "Statement": [S1]}, {"Statement": [S1]}),
    "R13 null Id": (policy(S1, Id=None), policy(S1)),
    "R14 empty Sid": (one(Sid=""), one()),
    "R14 null Sid": (one(Sid=None), one()),
    "R15 principal object": (one(Principal={}), one(Principal="absent")),
    "R15 principal list": (one(Principal=[]), one(Principal="absent")),
    "R15 condition": (one(Condition={}), one()),
    "R16 URL-encoded text": (policy(S1), urllib.parse.quote(json.dumps(policy(S1)))),
    "R16 whitespace": (json.dumps(policy(S1)), json.dumps(policy(S1), indent=4)),
    "R16 text and dict": (json.dumps(policy(S1)), policy(S1)),
    "R17 the same session": (one(Principal={"AWS": SESSION}), one(Principal=SESSION)),
}

DIFFERENT = {
    "R2 empty action and none": (one(Action=[]), one(Action="absent")),
    "R3 another statement": (policy(S1), policy(S1, S2)),
    "R3 order does not make pairs": (
        policy(statement(Sid="a", Action="x:A"), statement(Sid="b", Action="x:B")),
        policy(statement(Sid="a", Action="x:B"), statement(Sid="b", Action="x:A")),
    ),
    "R4 resource case": (one(Resource="arn:aws:s3:::b/Key"), one(Resource="arn:aws:s3:::b/key")),
    "R4 not-resource case": (one(NotResource="arn:aws:s3:::b/Key"), one(NotResource="arn:aws:s3:::b/key")),
    "R4 only ASCII letters have case": (one(Action="kms:Decrypt"), one(Action="\u212ams:Decrypt")),
    "R5 value case": (condition("StringEquals", "k:a", "Ann"), condition("StringEquals", "k:a", "ann")),
    "R5 value case with StringLike": (condition("StringLike", "k:a", "A*"), condition("StringLike", "k:a", "a*")),
    "R5 both values and either": (
        one(Condition={"StringEquals": {"k:a": "1"}, "stringequals": {"K:a": "2"}}),
        one(Condition={"StringEquals": {"k:a": ["1", "2"]}}),
    ),
    "R5 both values and either, in one block": (
        one(Condition={"StringEquals": {"k:a": "1", "K:A": "2"}}),
        one(Condition={"StringEquals": {"k:a": ["1", "2"]}}),
    ),
    "R5 an operator without keys": (one(Condition={"StringEquals": {}}), one()),
    "R5 IfExists": (condition("StringEquals", "k:a", "1"), condition("StringEqualsIfExists", "k:a", "1")),
    "R5 qualifier": (condition("StringEquals", "k:a", "1"), condition("ForAllValues:StringEquals", "k:a", "1")),
    "R6 1 and 1.0 as text": (condition("StringEquals", "k:a", 1), condition("StringEquals", "k:a", 1.0)),
    "R6 leading zeros": (condition("NumericEquals", "k:a", "0010"), condition("NumericEquals", "k:a", "10")),
    "R6 leading zeros as text": (condition("StringEquals", "k:a", "0010"), condition("StringEquals", "k:a", 10)),
    "R6 long numbers are not rounded": (
        condition("NumericEquals", "k:a", "1." + "0" * 40 + "1"),
        condition("NumericEquals", "k:a", "1"),
    ),
    "R6 True as text of another operator": (
        condition("StringEquals", "k:a", "True"),
        condition("StringEquals", "k:a", "true"),
    ),
    "R6 true and 1": (condition("Bool", "k:a", True), condition("Bool", "k:a", 1)),
    "R7 two accounts": (one(Principal={"AWS": A}), one(Principal={"AWS": B})),
    "R7 two partitions": (one(Principal={"AWS": ROOT}), one(Principal={"AWS": CN_ROOT})),
    "R7 two other partitions": (one(Principal={"AWS": GOV_ROOT}), one(Principal={"AWS": CN_ROOT})),
    "R7 a root of a partition that the document is not in": (
        policy(statement(Principal={"AWS": [A, f"arn:aws:iam::{B}:role/x"]})),
        policy(statement(Principal={"AWS": [CN_ROOT, f"arn:aws:iam::{B}:role/x"]})),
    ),
    "R7 each document's bare IDs are in its own partition": (
        one(Principal={"AWS": [A, f"arn:aws:iam::{B}:root"]}),
        one(Principal={"AWS": [CN_ROOT, B]}),
    ),
    "R7 no partition is guessed out of two": (
        one(Principal={"AWS": [A, f"arn:aws:iam::{B}:root", f"arn:aws-cn:iam::{B}:root"]}),
        one(Principal={"AWS": [ROOT, f"arn:aws:iam::{B}:root", f"arn:aws-cn:iam::{B}:root"]}),
    ),
    "R7 nor the other one": (
        one(Principal={"AWS": [A, f"arn:aws:iam::{B}:root", f"arn:aws-cn:iam::{B}:root"]}),
        one(Principal={"AWS": [CN_ROOT, f"arn:aws:iam::{B}:root", f"arn:aws-cn:iam::{B}:root"]}),
    ),
    "R7 in a federated principal of a known partition": (
        one(Principal={"Federated": A, "AWS": ROLE}),
        one(Principal={"Federated": ROOT, "AWS": ROLE}),
    ),
    "R7 one bare ID is not two roots": (one(Principal={"AWS": A}), one(Principal={"AWS": [ROOT, CN_ROOT]})),
    "R7 eleven digits": (one(Principal={"AWS": A[1:]}), one(Principal={"AWS": f"arn:aws:iam::{A[1:]}:root"})),
    "R7 in a federated principal": (one(Principal={"Federated": A}), one(Principal={"Federated": ROOT})),
    "R7 in a canonical user": (one(Principal={"CanonicalUser": A}), one(Principal={"CanonicalUser": ROOT})),
    "R7 in a condition": (
        condition("ArnLike", "aws:PrincipalArn", ROOT),
        condition("ArnLike", "aws:PrincipalArn", A),
    ),
    "R7 in a resource": (one(Resource=ROOT), one(Resource=A)),
    "R7 a role called root": (
        one(Principal={"AWS": A}),
        one(Principal={"AWS": f"arn:aws:iam::{A}:role/root"}),
    ),
    "R8 any service": (one(Principal="*"), one(Principal={"Service": "*"})),
    "R8 any federated": (one(Principal="*"), one(Principal={"Federated": "*"})),
    "R8 any canonical user": (one(Principal="*"), one(Principal={"CanonicalUser": "*"})),
    "R8 star among others": (one(Principal="*"), one(Principal={"AWS": ["*", ROLE]})),
    "R8 something else under star": (one(Principal={"AWS": ROLE}), one(Principal={"*": ROLE})),
    "R9 two unlike bare strings": (one(Principal=A), one(Principal=B)),
    "R9 a bare string and star": (one(Principal=ROLE), one(Principal="*")),
    "R9 bare string and another type": (
        one(Principal="ec2.amazonaws.com"),
        one(Principal={"Service": "ec2.amazonaws.com"}),
    ),
    "R10 unique id and ARN": (one(Principal={"AWS": UNIQUE_ID}), one(Principal={"AWS": ROLE})),
    "R10 two unique ids": (one(Principal={"AWS": UNIQUE_ID}), one(Principal={"AWS": UNIQUE_ID[:-1] + "1"})),
    "R11 global and regional": (
        one(Principal={"Service": "sns.amazonaws.com"}),
        one(Principal={"Service": "sns.eu-west-1.amazonaws.com"}),
    ),
    "R11 China": (
        one(Principal={"Service": "ec2.amazonaws.com"}),
        one(Principal={"Service": "ec2.amazonaws.com.cn"}),
    ),
    "R12 canonical user and ARN": (one(Principal={"CanonicalUser": CANONICAL}), one(Principal={"AWS": IDENTITY})),
    "R12 canonical user and account": (one(Principal={"CanonicalUser": CANONICAL}), one(Principal={"AWS": A})),
    "R13 versions": (policy(S1), {"Version": "2008-10-17", "Statement": [S1]}),
    "R13 missing version and 2012": (policy(S1), {"Statement": [S1]}),
    "R13 Id": (policy(S1, Id="a"), policy(S1, Id="A")),
    "R13 Id on one side": (policy(S1, Id="a"), policy(S1)),
    "R13 empty Id": (policy(S1, Id=""), policy(S1)),
    "R14 Sid": (one(Sid="a"), one(Sid="A")),
    "R14 Sid on one side": (one(Sid="a"), one()),
    "R15 condition that never matches": (condition("StringEquals", "k:a", []), one()),
    "R15 no value and empty value": (condition("StringEquals", "k:a", []), condition("StringEquals", "k:a", "")),
    "R15 not-principal that excludes nobody": (
        one(Principal="absent", NotPrincipal=[]),
        one(Principal="absent"),
    ),
    "R17 role and session": (one(Principal={"AWS": ROLE}), one(Principal={"AWS": SESSION})),
    "R17 role name case": (one(Principal={"AWS": ROLE}), one(Principal={"AWS": ROLE.replace("Role", "rOLE")})),
    "R17 role path": (one(Principal={"AWS": ROLE}), one(Principal={"AWS": ROLE.replace("Role", "path/Role")})),
    "R18 pattern and action": (one(Action="s3:Get*"), one(Action="s3:GetObject")),
    "R18 pattern and pattern with what it covers": (one(Action="s3:Get*"), one(Action=["s3:Get*", "s3:GetObject"])),
    "R18 account and its role": (one(Principal={"AWS": A}), one(Principal={"AWS": [A, ROLE]})),
    "an element that AWS does not know": (one(), one(Comment="x")),
    "an element in another case": (one(), one(effect="Allow")),
    "a document element that AWS does not know": (policy(S1), policy(S1, Comment="x")),
    "unknown elements keep JSON's types": (one(Comment=True), one(Comment=1)),
    "effect": (one(Effect="Allow"), one(Effect="Deny")),
    "effect in another case": (one(Effect="Allow"), one(Effect="allow")),
    "effect as a list": (one(Effect="Allow"), one(Effect=["Allow"])),
    "no effect": (one(Effect="Allow"), one(Effect="absent")),
    "principal and not-principal": (one(), one(Principal="absent", NotPrincipal={"AWS": ROLE})),
    "action and not-action": (one(), one(Action="absent", NotAction="sts:AssumeRole")),
    "resource and not-resource": (one(Resource="*"), one(NotResource="*")),
    "principal type": (one(Principal={"AWS": "x.y"}), one(Principal={"Service": "x.y"})),
    "no statement and no policy": ({"Version": "2012-10-17", "Statement": []}, None),
}

KNOWN_TRAPS = {
    "A1": (condition("NumericLessThan", "k:a", 3600.0), condition("NumericLessThan", "k:a", 999999.0), False),
    "A2 empty list": (condition("StringEquals", "k:a", []), condition("StringEquals", "k:a", 1.5), False),
    "A3": (condition("ArnLike", "k:a", "arn:aws:iam::*:root"), condition("ArnLike", "k:a", "*"), False),
    "A4": (one(Principal={"AWS": "arn:aws:iam::*:root"}), one(Principal="*"), False),
    "A5": (
        condition("StringEquals", "aws:SourceAccount", ROOT),
        condition("StringEquals", "aws:SourceAccount", A),
        False,
    ),
    "A6": (
        condition("StringEquals", "aws:PrincipalArn", ROOT),
        condition("StringEquals", "aws:PrincipalArn", A),
        False,
    ),
    "A7": (one(Resource=ROOT), one(Resource=A), False),
    "A8": (one(Condition={}), one(Condition=None), True),
    "B1 China": (one(Principal={"AWS": A}), one(Principal={"AWS": CN_ROOT}), True),
    "B1 GovCloud": (one(Principal={"AWS": A}), one(Principal={"AWS": GOV_ROOT}), True),
    "B2 twice": (one(Principal={"AWS": [A, A]}), one(Principal={"AWS": A}), True),
    "B2 with its root": (one(Principal={"AWS": [A, ROOT]}), one(Principal={"AWS": A}), True),
    "B3 statements": (policy(S1, S1, S2), policy(S1, S2, S2), True),
    "B3 actions": (one(Action=["a:B", "a:B"]), one(Action=["a:B"]), True),
    "B3 resources": (one(Resource=["*", "*"]), one(Resource="*"), True),
    "B3 values": (condition("StringEquals", "k:a", ["1", 1]), condition("StringEquals", "k:a", 1), True),
    "B4": (one(Action="sts:AssumeRole"), one(Action="STS:assumerole"), True),
    "B5 operator": (condition("StringEquals", "k:a", "1"), condition("stringequals", "k:a", "1"), True),
    "B5 key": (
        condition("StringEquals", "sts:ExternalId", "1"),
        condition("StringEquals", "sts:externalid", "1"),
        True,
    ),
    "B6": (condition("Bool", "k:a", "True"), condition("Bool", "k:a", "true"), True),
    "B6 boolean": (condition("Bool", "k:a", "True"), condition("BOOL", "k:a", True), True),
    "B7": (condition("NumericEquals", "k:a", 1.5), condition("NumericEquals", "k:a", "1.5"), True),
    "B7 any operator": (condition("StringEquals", "k:a", 1.5), condition("StringEquals", "k:a", "1.5"), True),
    "B8 Sid": (one(Sid=""), one(), True),
    "B8 Condition": (one(Condition={}), one(), True),
    "B9": (one(Principal="*"), one(Principal=["*"]), True),
    "B10 needs a lookup": (one(Principal={"CanonicalUser": CANONICAL}), one(Principal={"AWS": IDENTITY}), False),
    "B11 network": (condition("IpAddress", "k:a", "10.0.0.1/8"), condition("IpAddress", "k:a", "10.0.0.0/8"), False),
    "B11 covered": (one(Action="s3:*"), one(Action=["s3:*", "s3:Get*"]), False),
    "B11 split": (
        policy(statement(Principal={"AWS": A}), statement(Principal={"AWS": B})),
        policy(statement(Principal={"AWS": [A, B]})),
        False,
    ),
    "B12 text and dict": (json.dumps(policy(S1)), policy(S1), True),
    "B12 text and text": (json.dumps(policy(S1)), json.dumps(policy(S1), indent=2, sort_keys=True), True),
    "B13 {} and None": ({}, None, True),
    "B13 {} and ''": ({}, "", True),
    "B13 null": ("null", None, True),
    "B15": (one(Principal={"AWS": ROLE}), one(Principal={"AWS": UNIQUE_ID}), False),
    "C id and root": (one(Principal={"AWS": A}), one(Principal={"AWS": ROOT}), True),
    "C star": (one(Principal="*"), one(Principal={"AWS": "*"}), True),
    "C number": (condition("StringEquals", "k:a", 15), condition("StringEquals", "k:a", "15"), True),
    "C mixed numbers": (
        condition("StringEquals", "k:a", [15, "b"]),
        condition("StringEquals", "k:a", ["b", "15"]),
        True,
    ),
    "C boolean": (condition("Bool", "k:a", True), condition("Bool", "k:a", "true"), True),
    "C version": ({"Statement": [S1]}, {"Version": "2008-10-17", "Statement": S1}, True),
    "C other version": ({"Statement": [S1]}, policy(S1), False),
    "C effect": (one(Effect="Allow"), one(Effect="Deny"), False),
    "C not-principal": (one(), one(Principal="absent", NotPrincipal={"AWS": ROLE}), False),
    "C type": (one(Principal={"AWS": "x"}), one(Principal={"Service": "x"}), False),
    "C value case": (condition("StringEquals", "k:a", "X"), condition("StringEquals", "k:a", "x"), False),
}


def both_ways(one, other):
    result = policies_equal(one, other)
    assert policies_equal(other, one) is result
    assert (differences(one, other) == []) is result
    assert (differences(other, one) == []) is result
    return result


@pytest.mark.parametrize(("left", "right"), EQUAL.values(), ids=EQUAL)
def test_equal(left, right):
    assert both_ways(left, right)


@pytest.mark.parametrize(("left", "right"), DIFFERENT.values(), ids=DIFFERENT)
def test_different(left, right):
    assert not both_ways(left, right)
    assert both_ways(left, left)
    assert both_ways(right, right)


@pytest.mark.parametrize(("left", "right", "same"), KNOWN_TRAPS.values(), ids=KNOWN_TRAPS)
def test_known_trap(left, right, same):
    assert both_ways(left, right) is same


def test_every_rule_has_a_row_and_says_what_it_does_not_equate():
    rows = {row.split()[0] for row in (*EQUAL, *DIFFERENT)}
    assert {f"R{number}" for number in range(1, 19)} <= rows
    traps = {row.split()[0] for row in (*KNOWN_TRAPS, *REFUSED)}
    assert {f"A{number}" for number in range(1, 10)} | {f"B{number}" for number in range(1, 16)} | {"C"} <= traps


def test_id_can_be_left_out():
    """B8, R13: SNS and SQS give a policy an Id that nobody wrote."""
    left, right = policy(S1, Id="__default_policy_ID"), policy(S1)
    assert not policies_equal(left, right)
    assert policies_equal(left, right, ignore_id=True)
    assert differences(left, right, ignore_id=True) == []
    assert not policies_equal(left, policy(S2), ignore_id=True)


REFUSED = {
    "A2 null value": condition("StringEquals", "k:a", None),
    "A9 nested list": one(Principal={"AWS": [[A, B]]}),
    "nested list of actions": one(Action=[["a:B"]]),
    "nested list of resources": one(Resource=[["*"]]),
    "nested list of values": condition("StringEquals", "k:a", [["1"]]),
    "object as a value": condition("StringEquals", "k:a", {"x": "1"}),
    "object as an action": one(Action={"a": "b"}),
    "list of objects as a principal": one(Principal=[{"AWS": A}]),
    "condition list": one(Condition=[]),
    "condition text": one(Condition="x"),
    "condition operator without an object": one(Condition={"StringEquals": "x"}),
    "B14 date": {"Version": datetime.date(2012, 10, 17), "Statement": []},
    "B14 tuple": {"Version": "2012-10-17", "Statement": (S1,)},
    "time": condition("DateLessThan", "aws:CurrentTime", datetime.datetime(2027, 1, 1)),
    "tuple of actions": one(Action=("a:B",)),
    "set": one(Action={"a:B"}),
    "bytes": one(Action=b"a:B"),
    "NaN": condition("NumericEquals", "k:a", float("nan")),
    "infinity": condition("NumericEquals", "k:a", float("inf")),
    "NaN as JSON": '{"Statement": [{"Condition": {"NumericEquals": {"a": NaN}}}]}',
    "infinity as JSON": '{"Statement": [{"Condition": {"NumericEquals": {"a": -Infinity}}}]}',
    "null action": one(Action=None),
    "null principal": one(Principal={"AWS": None}),
    "null unknown element": one(Comment=None),
    "account ID as a number": one(Principal={"AWS": 111111111111}),
    "account ID as a bare number": one(Principal=111111111111),
    "boolean principal": one(Principal={"AWS": True}),
    "key that is not text": {1: "x", "Statement": []},
    "key that is not text, inside": one(Condition={"StringEquals": {1: "x"}}),
    "statement text": {"Statement": "x"},
    "statement list of text": {"Statement": ["x"]},
    "null statement": {"Statement": None},
    "a list": [S1],
    "a number": 5,
    "false": False,
    "not JSON": "{'Statement': []}",
    "cut JSON": '{"Statement": [',
    "JSON list": "[]",
    "JSON text": '"x"',
    "key twice": '{"Statement": [], "Statement": [{"Effect": "Allow"}]}',
    "key twice inside": '{"Statement": [{"Effect": "Deny", "Effect": "Allow"}]}',
    "deep JSON": '{"Statement":' + "[" * 100_000 + "]" * 100_000 + "}",
    "a number too long to read": '{"Statement": [], "Id": ' + "1" * 10_000 + "}",
}
for _level in range(30):
    REFUSED["deep"] = {"Statement": [{"x": REFUSED.get("deep", {})}]}


@pytest.mark.parametrize("wrong", REFUSED.values(), ids=REFUSED)
def test_refused_on_either_side(wrong):
    for left, right in ((wrong, one()), (one(), wrong), (wrong, wrong), (wrong, None)):
        with pytest.raises(PolicyError):
            policies_equal(left, right)
        with pytest.raises(ValueError):
            differences(left, right)


def test_a_refusal_says_where():
    with pytest.raises(PolicyError, match=r"Statement\[1\]\.Condition\.StringEquals\.k:a\[0\] is null"):
        policies_equal(policy(S1, statement(Condition={"StringEquals": {"k:a": [None]}})), None)
    with pytest.raises(PolicyError, match="YAML makes one of an unquoted date"):
        policies_equal({"Version": datetime.date(2012, 10, 17)}, None)
    with pytest.raises(PolicyError, match=r"Principal\.AWS holds the number 12345.*octal"):
        policies_equal(one(Principal={"AWS": 12345}), None)
    with pytest.raises(PolicyError, match="the key 'Effect' twice"):
        policies_equal('{"Statement": [{"Effect": "Deny", "Effect": "Allow"}]}', None)


def test_statements_equal():
    assert statements_equal(statement(Action="a:B"), statement(Action=["A:b"]))
    assert statements_equal(statement(Principal=A), statement(Principal={"AWS": CN_ROOT}))
    assert not statements_equal(statement(Sid="a"), statement(Sid="b"))
    assert statements_equal(statement(Sid="a"), statement(Sid="b"), ignore_sid=True)
    assert not statements_equal(statement(Sid="a", Action="a:B"), statement(Sid="a"), ignore_sid=True)
    with pytest.raises(PolicyError):
        statements_equal(["x"], statement())


def test_sid_of():
    assert [sid_of(each) for each in ({}, {"Sid": None}, {"Sid": ""}, {"Sid": 5}, {"Sid": "x"})] == [
        "",
        "",
        "",
        "5",
        "x",
    ]


def test_canonical_document():
    assert canonical_document("") is None
    assert canonical_document(policy(S1, S2)) == canonical_document(json.dumps(policy(S2, S1)))
    assert hash(canonical_document(policy(S1))) != hash(canonical_document(policy(S2)))


def test_differences_name_statements_by_sid():
    before = policy(S1, S2, statement(Action="x:Y"))
    after = policy(statement(Sid="One", Action="a:B"), statement(Sid="Three"), statement(Action="x:Z"))
    assert differences(before, after) == [
        Difference("changed", "One", S1, statement(Sid="One", Action="a:B")),
        Difference("removed", "Two", S2, None),
        Difference("removed", "", statement(Action="x:Y"), None),
        Difference("added", "Three", None, statement(Sid="Three")),
        Difference("added", "", None, statement(Action="x:Z")),
    ]


def test_differences_of_the_document_itself_come_first():
    assert differences({"Statement": [S1]}, policy(S2, Id="x")) == [
        Difference("changed", None, {}, {"Version": "2012-10-17", "Id": "x"}),
        Difference("removed", "One", S1, None),
        Difference("added", "Two", None, S2),
    ]


def test_differences_with_no_document():
    assert differences(None, policy(S1)) == [Difference("added", "One", None, S1)]
    assert differences(policy(S1), "") == [Difference("removed", "One", S1, None)]
    assert differences(None, policy()) == [Difference("added", None, None, {"Version": "2012-10-17"})]
    assert differences(policy(), None) == [Difference("removed", None, {"Version": "2012-10-17"}, None)]
    assert differences(None, {}) == []
