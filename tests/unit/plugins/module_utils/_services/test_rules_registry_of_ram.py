# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameters and private CAs: their policies are those of AWS RAM's shares, in whose shape ours have to be."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import policies_equal
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import new_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.resource import (
    check_resource_grants,
    resource_statement,
)
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import rules_for

OWNER, OTHER, REGION = "111111111111", "222222222222", "eu-central-1"
CA_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
CA = rules_for(CA_ID, "acm_pca")
PARAMETER = rules_for("/prod/url", "ssm_parameter")
READING = [
    "acm-pca:DescribeCertificateAuthority",
    "acm-pca:GetCertificate",
    "acm-pca:GetCertificateAuthorityCertificate",
    "acm-pca:ListPermissions",
    "acm-pca:ListTags",
]


def entry(**options: object) -> dict:
    return {"name": "team", "principals": [OTHER], "access": "issue", **options}


def written(grant: dict, partition: str = "aws") -> list[dict]:
    assert check_resource_grants([grant], CA, allow_public=True) == []
    return CA.split(grant, resource_statement(grant, CA, CA.arn(CA_ID, REGION, OWNER, partition)))


def template(name: str, partition: str = "aws") -> str:
    return f"arn:{partition}:acm-pca:::template/{name}"


def test_the_policy_of_awss_own_example_for_an_account():
    """AWS Private CA User Guide, "Resource-based policies", policy1.json."""
    arn = str(CA.arn(CA_ID, REGION, OWNER, "aws"))
    who = {"AWS": OTHER}
    equal = {"StringEquals": {"acm-pca:TemplateArn": template("EndEntityCertificate/V1")}}
    issue = ["acm-pca:IssueCertificate"]
    example = [
        {"Sid": "Xacctteam", "Effect": "Allow", "Principal": who, "Action": READING, "Resource": arn},
        {
            "Sid": "Xacctteam-issue", "Effect": "Allow", "Principal": who, "Action": issue, "Resource": arn,
            "Condition": equal,
        },
    ]  # fmt: skip
    assert policies_equal(new_document(written(entry())), new_document(example))


def test_the_policy_of_awss_own_example_for_an_organization():
    """The same, policy2.json: the owner's own principals are left out of it."""
    reading, issuing = written(entry(principals=["*"], organizations=["o-a1b2c3d4z5"]))
    own = {"aws:PrincipalAccount": OWNER}
    assert reading["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4z5"}, "StringNotEquals": own}
    equal = {"acm-pca:TemplateArn": template("EndEntityCertificate/V1"), "aws:PrincipalOrgID": "o-a1b2c3d4z5"}
    assert issuing["Condition"] == {"StringEquals": equal, "StringNotEquals": own}


def test_issuing_always_names_a_template():
    (only,) = written(entry(access=None, actions=["acm-pca:issuecertificate"]), "aws-us-gov")
    assert only["Condition"]["StringEquals"] == {
        "acm-pca:TemplateArn": template("EndEntityCertificate/V1", "aws-us-gov")
    }
    _reading, issuing = written(entry(certificate_template="SubordinateCACertificate_PathLen0/V1"))
    assert issuing["Condition"]["StringEquals"] == {
        "acm-pca:TemplateArn": template("SubordinateCACertificate_PathLen0/V1")
    }


def test_reading_and_revoking_name_none():
    (reading,) = written(entry(access="read", certificate_template=None))
    assert "Condition" not in reading and reading["Sid"] == "Xacctteam"
    (revoking,) = written(entry(access=None, actions=["acm-pca:RevokeCertificate"]))
    assert "Condition" not in revoking


@pytest.mark.parametrize("name", ["a", "a-issue", "issue", "-issue", "a b"])
def test_the_sids_of_two_grants_never_meet(name):
    assert len({*CA.sids("a"), *CA.sids(name)}) == (2 if name == "a" else 4)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"organizations": ["o-abcdefghij", "o-1234567890"], "principals": ["*"]}, "takes one an entry"),
        ({"organizations": ["o-abcdefghij"]}, "with principals: ['*'] only"),
        ({"access": "read", "certificate_template": "EndEntityCertificate/V1"}, "it is about issuing"),
        ({"require_tls": True}, "in the shape of AWS RAM's alone"),
        ({"conditions": {"Bool": {"aws:SecureTransport": "true"}}}, "in the shape of AWS RAM's alone"),
        ({"effect": "Deny"}, "effect: Allow, not 'Deny'"),
        ({"principals": ["service:acm.amazonaws.com"]}, "acm-pca:CreatePermission"),
        ({"access": None, "actions": ["acm-pca:DeleteCertificateAuthority"]}, "takes no others than"),
        ({"access": None, "actions": ["acm-pca:*"]}, "takes no others than"),
    ],
)
def test_what_a_private_ca_does_not_take(options, says):
    (error,) = check_resource_grants([entry(**options)], CA)
    assert error.startswith("team: ") and says in error


def test_a_parameters_name_and_its_arn():
    for name in ("/prod/url", "prod-url", "/prod-url"):
        arn = PARAMETER.arn(name, REGION, OWNER, "aws")
        assert str(arn) == f"arn:aws:ssm:{REGION}:{OWNER}:parameter/{name.lstrip('/')}"
        assert rules_for(str(arn), None) is PARAMETER and PARAMETER.name_in(parse_arn(str(arn))) == name.lstrip("/")
    for name in ("/a", "aws/x", "/aws/service/x", "SSM-x", "a b", "/", "a//b", "a/" * 15 + "a", "x" * 1012):
        assert PARAMETER.name_in(parse_arn(f"arn:aws:ssm:{REGION}:{OWNER}:parameter/{name}")) is None, name


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"access": None, "actions": ["ssm:PutParameter"]}, "takes no others than ssm:GetParameter"),
        ({"access": None, "actions": ["ssm:describeparameters"]}, "alone it lets nobody see the parameter"),
        ({"not_after": "2030-01-01T00:00:00Z"}, "as AWS RAM does it"),
        ({"principals": ["service:ecs.amazonaws.com"]}, "not with AWS services"),
        ({"effect": "Deny"}, "effect: Allow"),
    ],
)
def test_what_a_parameter_does_not_take(options, says):
    (error,) = check_resource_grants([entry(**{"access": "read", **options})], PARAMETER)
    assert says in error


def test_the_limit_is_for_each_grant_and_for_none_of_others():
    """Each grant is a policy of its own: many of them may be longer than one may be."""
    many = [{"Sid": f"Xacct{number}", "Resource": "x" * 900} for number in range(3)]
    theirs = {"Sid": "Theirs", "Resource": "x" * 2000}
    assert PARAMETER.measured(new_document([*many, theirs])) == [new_document([each]) for each in many]
    assert CA.measured(new_document(many)) == [new_document(many)] and CA.measured(None) == []
