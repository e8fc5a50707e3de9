# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Principals as users spell them, and as a policy does."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import (
    Arn,
    Principal,
    is_account_id,
    is_unique_id,
    parse_arn,
    parse_principal,
    principal_element,
    principal_pairs,
    root_of,
    unresolved_ids,
)

A = "111111111111"
ROLE = f"arn:aws:iam::{A}:role/path/Role"
CANONICAL = "0123456789abcdef" * 4
OIDC = f"arn:aws:iam::{A}:oidc-provider/token.actions.githubusercontent.com"
SAML = f"arn:aws-cn:iam::{A}:saml-provider/Idp"


@pytest.mark.parametrize(
    ("text", "arn"),
    [
        (ROLE, Arn("aws", "iam", "", A, "role/path/Role")),
        ("arn:aws:s3:::bucket/a:b c", Arn("aws", "s3", "", "", "bucket/a:b c")),
        (f"arn:aws-us-gov:sns:us-gov-west-1:{A}:topic", Arn("aws-us-gov", "sns", "us-gov-west-1", A, "topic")),
        (f"arn:aws:lambda:eu-west-1:{A}:function:f:alias", Arn("aws", "lambda", "eu-west-1", A, "function:f:alias")),
    ],
)
def test_parse_arn(text, arn):
    assert parse_arn(text) == arn
    assert str(arn) == text


@pytest.mark.parametrize("text", ["", "x", "arn:aws:iam", f"arn:aws:iam::{A}:", f"arn:gcp:iam::{A}:x", None, 5, [ROLE]])
def test_parse_arn_refuses(text):
    with pytest.raises(PolicyError, match="is not an ARN"):
        parse_arn(text)


@pytest.mark.parametrize(
    ("text", "kind", "value", "account"),
    [
        (A, "account", A, A),
        ("012345670123", "account", "012345670123", "012345670123"),
        (f"arn:aws-cn:iam::{A}:root", "account", f"arn:aws-cn:iam::{A}:root", A),
        (ROLE, "iam", ROLE, A),
        (f"arn:aws:iam::{A}:user/Ann", "iam", f"arn:aws:iam::{A}:user/Ann", A),
        (f"arn:aws:sts::{A}:assumed-role/R/S", "iam", f"arn:aws:sts::{A}:assumed-role/R/S", A),
        (f"arn:aws:sts::{A}:federated-user/Ann", "iam", f"arn:aws:sts::{A}:federated-user/Ann", A),
        (
            "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
            "iam",
            "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
            None,
        ),
        ("service:ec2.amazonaws.com", "service", "ec2.amazonaws.com", None),
        ("service:sns.eu-west-1.amazonaws.com", "service", "sns.eu-west-1.amazonaws.com", None),
        (f"oidc:{OIDC}", "oidc", OIDC, A),
        ("oidc:accounts.google.com", "oidc", "accounts.google.com", None),
        (f"saml:{SAML}", "saml", SAML, A),
        (f"canonical:{CANONICAL}", "canonical", CANONICAL, None),
        ("*", "anyone", "*", None),
        ("AROAEXAMPLE1234567890", "unique_id", "AROAEXAMPLE1234567890", None),
    ],
)
def test_parse_principal(text, kind, value, account):
    principal = parse_principal(text)
    assert principal == Principal(kind, value)
    assert principal.account_id == account
    assert principal.partition == (value.split(":")[1] if value.startswith("arn:") else None)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (111111111111, "octal"),
        (1402433619, "all its 12 digits"),
        (True, "is not a principal"),
        (1.5, "is not a principal"),
        (None, "is not a principal"),
        ("", "is not a principal"),
        (["x"], "is not a principal"),
        ("11111111111", "has 12 digits"),
        ("1402433619", "octal"),
        ("¹¹¹¹¹¹¹¹¹¹¹¹", "has 12 digits"),
        (f"arn:aws:iam::{A}:group/Admins", "accepts no IAM group.*name the account"),
        (f"arn:aws:iam::{A}:instance-profile/P", "name the role"),
        (OIDC, f"write 'oidc:{OIDC}'"),
        (SAML, f"write 'saml:{SAML}'"),
        (f"arn:aws:iam::{A}:role/app-*", "principal_arns"),
        ("arn:aws:iam::*:root", "principal_arns"),
        (f"arn:aws:iam::{A}:role/ap?", "principal_arns"),
        (f"arn:aws:iam::{A}:role/", "not the ARN of a role"),
        (f"arn:aws:iam::{A}:policy/x", "not the ARN of a role"),
        ("arn:aws:s3:::bucket", "not the ARN of a role"),
        ("arn:aws:iam::1111:role/x", "12 digits"),
        ("arn:aws:iam::1111:root", "not the ARN of a role"),
        ("arn:x", "is not an ARN"),
        ("ec2.amazonaws.com", "write 'service:ec2.amazonaws.com'"),
        ("service:sns.amazonaw.com", r"did you mean sns\.amazonaws\.com\?"),
        ("service:ec2", "not a service principal"),
        ("service:*", "not a service principal"),
        ("oidc:example.com", "not an identity provider"),
        (f"oidc:{SAML}", "not an identity provider"),
        (f"saml:{OIDC}", "not an identity provider"),
        (f"saml:arn:aws:iam::{A}:saml-provider/", "not an identity provider"),
        (f"canonical:{A}", "not a canonical user ID"),
        ("role/BackupService", "is not a principal"),
        ("**", "is not a principal"),
    ],
)
def test_parse_principal_says_what_is_wrong(wrong, says):
    with pytest.raises(PolicyError, match=says):
        parse_principal(wrong)


def element(*spelled, **arguments):
    return principal_element([parse_principal(text) for text in spelled], **arguments)


def test_principal_element():
    assert element(A) == {"AWS": f"arn:aws:iam::{A}:root"}
    assert element(A, partition="aws-cn") == {"AWS": f"arn:aws-cn:iam::{A}:root"}
    assert element(A, f"arn:aws:iam::{A}:root", ROLE) == {"AWS": [f"arn:aws:iam::{A}:root", ROLE]}
    assert element("*") == {"AWS": "*"}
    assert element("service:ec2.amazonaws.com", ROLE) == {"Service": "ec2.amazonaws.com", "AWS": ROLE}
    assert element(f"oidc:{OIDC}", f"saml:{SAML}") == {"Federated": [OIDC, SAML]}
    assert element(f"canonical:{CANONICAL}") == {"CanonicalUser": CANONICAL}
    with pytest.raises(PolicyError, match="no principal"):
        element()


def test_principal_pairs():
    assert principal_pairs(None) == principal_pairs({}) == principal_pairs([]) == []
    assert principal_pairs("*") == principal_pairs({"*": "*"}) == [("AWS", "*")]
    assert principal_pairs(ROLE) == [("AWS", ROLE)]
    assert principal_pairs({"AWS": [A], "Service": "x", "*": "y"}) == [("AWS", A), ("Service", "x"), ("*", "y")]


def test_account_ids_and_unique_ids():
    assert is_account_id(A)
    assert not any(is_account_id(wrong) for wrong in (111111111111, "1", A + "1", A + "\n", "١" * 12, None))
    assert is_unique_id("AROAEXAMPLE1234567890")
    assert is_unique_id("AIDAEXAMPLE1234567890")
    assert is_unique_id("AROAEXAMPLE1234567890:session")
    assert not any(is_unique_id(wrong) for wrong in ("AROA", "AKIAEXAMPLE1234567890", ROLE, None, "aroaexample123456"))
    assert root_of(f"arn:aws-cn:iam::{A}:root") == ("aws-cn", A)
    assert root_of(ROLE) is None


def test_unresolved_ids_are_looked_for_in_principals_only():
    role, user = "AROAEXAMPLE1234567890", "AIDAEXAMPLE1234567890"
    document = {
        "Statement": [
            {"Principal": {"AWS": [role, ROLE]}, "Condition": {"StringLike": {"aws:userid": "AROAINCONDITION12345"}}},
            {"NotPrincipal": user},
            {"Principal": {"AWS": role, "CanonicalUser": "AROANOTAWS1234567890"}},
        ]
    }
    assert unresolved_ids(document) == [role, user]
    assert unresolved_ids(None) == []
