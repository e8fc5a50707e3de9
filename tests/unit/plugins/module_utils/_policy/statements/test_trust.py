# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A role's `trusted` entries: what each option becomes, and everything that is refused."""

from __future__ import annotations

import datetime

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import policies_equal
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError, new_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.own_statements import merge_statements
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.trust import (
    TRUSTED_GRANT_OPTIONS,
    check_trusted,
    external_ids,
    trust_statement,
)
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._policy.strategies import ACCOUNTS
from hypothesis import given, settings
from hypothesis import strategies as st

A, B = "111111111111", "222222222222"
ROOT = f"arn:aws:iam::{A}:root"
ROLE = f"arn:aws:iam::{A}:role/BackupService"
OIDC = f"arn:aws:iam::{A}:oidc-provider/token.actions.githubusercontent.com"
UTC = datetime.timezone.utc


def entry(**options):
    return {"name": "backup", "principals": [ROLE], **options}


def condition(**options):
    return trust_statement(entry(**options)).get("Condition")


def test_the_least_entry():
    assert trust_statement(entry()) == {
        "Sid": "Xacctbackup",
        "Effect": "Allow",
        "Principal": {"AWS": ROLE},
        "Action": "sts:AssumeRole",
    }


def test_options_that_are_not_given_may_be_none():
    unset = dict.fromkeys(TRUSTED_GRANT_OPTIONS)
    assert trust_statement({**unset, **entry()}) == trust_statement(entry())


def test_every_option_at_once():
    options = entry(
        principals=[A, ROLE, "service:ec2.amazonaws.com"],
        external_id=["one", "two"],
        organizations=["o-abcdefghij"],
        principal_arns=[f"arn:aws:iam::{A}:role/app-*"],
        source_ips=["198.51.100.0/24", "2001:db8::/32", "203.0.113.9"],
        session_tags=True,
        source_identity=True,
        not_after="2027-01-01T00:00:00Z",
        conditions={"stringequals": {"aws:PrincipalTag/Team": "Red"}, "StringLike": {"sts:RoleSessionName": ["a*"]}},
        allow_anyone=False,
    )
    assert trust_statement(options) == {
        "Sid": "Xacctbackup",
        "Effect": "Allow",
        "Principal": {"AWS": [ROOT, ROLE], "Service": "ec2.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        "Condition": {
            "StringEquals": {
                "sts:ExternalId": ["one", "two"],
                "aws:PrincipalOrgID": "o-abcdefghij",
                "aws:PrincipalTag/Team": "Red",
            },
            "ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{A}:role/app-*"},
            "IpAddress": {"aws:SourceIp": ["198.51.100.0/24", "2001:db8::/32", "203.0.113.9"]},
            "DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"},
            "StringLike": {"sts:RoleSessionName": ["a*"]},
        },
    }


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"external_id": "abc"}, {"StringEquals": {"sts:ExternalId": "abc"}}),
        ({"external_id": ["a,b", "a,b"]}, {"StringEquals": {"sts:ExternalId": "a,b"}}),
        ({"external_id": "a" * 1224}, {"StringEquals": {"sts:ExternalId": "a" * 1224}}),
        ({"require_mfa": True}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        ({"require_mfa": False}, None),
        ({"mfa_max_age": 3600}, {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}),
        ({"organizations": ["o-abcdefghij"]}, {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}),
        ({"principal_arns": ["arn:*:iam::*:role/x"]}, {"ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:role/x"}}),
        ({"source_ips": ["10.0.0.0/8"]}, {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
        ({"conditions": {}}, None),
        ({"conditions": {"Null": {"aws:TokenIssueTime": False}}}, {"Null": {"aws:TokenIssueTime": "false"}}),
        ({"session_tags": False, "source_identity": False}, None),
    ],
)
def test_conditions(options, wanted):
    assert condition(**options) == wanted


@pytest.mark.parametrize(
    ("given_time", "written"),
    [
        ("2027-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2027-01-01T00:00:00+00:00", "2027-01-01T00:00:00Z"),
        ("2027-01-01 00:00:00+00:00", "2027-01-01T00:00:00Z"),
        ("2027-01-01T01:30:00+01:30", "2027-01-01T00:00:00Z"),
        ("2027-01-01T00:00:00.999Z", "2027-01-01T00:00:00Z"),
        (datetime.datetime(2027, 1, 1, tzinfo=UTC), "2027-01-01T00:00:00Z"),
    ],
)
def test_not_after_takes_what_yaml_makes_of_a_time(given_time, written):
    assert condition(not_after=given_time) == {"DateLessThan": {"aws:CurrentTime": written}}


def test_federated_principals_assume_in_their_own_way():
    trust = trust_statement(
        entry(
            principals=[f"oidc:{OIDC}"],
            session_tags=True,
            conditions={"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}},
        )
    )
    assert trust["Principal"] == {"Federated": OIDC}
    assert trust["Action"] == ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]


@pytest.mark.parametrize(
    ("partition", "audience"),
    [
        ("aws", "https://signin.aws.amazon.com/saml"),
        ("aws-cn", "https://signin.amazonaws.cn/saml"),
        ("aws-us-gov", "https://signin.amazonaws-us-gov.com/saml"),
    ],
)
def test_saml_is_for_the_sign_in_page_of_its_partition(partition, audience):
    provider = f"arn:{partition}:iam::{A}:saml-provider/Idp"
    trust = trust_statement(entry(principals=[f"saml:{provider}"]))
    assert trust["Principal"] == {"Federated": provider}
    assert trust["Action"] == "sts:AssumeRoleWithSAML"
    assert trust["Condition"] == {"StringEquals": {"SAML:aud": audience}}


def test_saml_audience_can_be_given():
    options = entry(principals=[f"saml:arn:aws-x:iam::{A}:saml-provider/Idp"])
    with pytest.raises(PolicyError, match="say what SAML:aud is in the partition aws-x"):
        trust_statement(options)
    given_audience = {"StringLike": {"saml:aud": "https://*.example.com"}}
    assert trust_statement({**options, "conditions": given_audience})["Condition"] == given_audience


def test_a_bare_account_is_in_the_given_partition():
    assert trust_statement(entry(principals=[A]), "aws-cn")["Principal"] == {"AWS": f"arn:aws-cn:iam::{A}:root"}


def test_input_is_not_changed_nor_shared():
    options = entry(conditions={"StringLike": {"k:a": ["1"]}})
    trust_statement(options)["Condition"]["StringLike"]["k:a"].append("2")
    assert options == entry(conditions={"StringLike": {"k:a": ["1"]}})


@pytest.mark.parametrize(
    "narrowed",
    [
        {"organizations": ["o-abcdefghij"]},
        {"principal_arns": [f"arn:aws:iam::{A}:role/*"]},
        {"source_ips": ["198.51.100.0/24"]},
        {"conditions": {"StringEquals": {"aws:PrincipalAccount": [A, B]}}},
        {"conditions": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-abcdefghij/*"}}},
        {"allow_anyone": True},
    ],
)
def test_anyone_who_is_narrowed(narrowed):
    assert trust_statement(entry(principals=["*"], **narrowed))["Principal"] == {"AWS": "*"}


REFUSED = {
    "unknown option": ({"external": "x"}, "external is not an option of a trusted entry"),
    "no principals": ({"principals": []}, "principals is empty"),
    "null principals": ({"principals": None}, "principals is empty"),
    "number": ({"principals": [1402433619]}, "1402433619 is a number.*octal"),
    "group": ({"principals": [f"arn:aws:iam::{A}:group/x"]}, "accepts no IAM group"),
    "wildcard": ({"principals": [f"arn:aws:iam::{A}:role/*"]}, "principal_arns"),
    "duplicate": ({"principals": [ROLE, ROLE]}, f"'{ROLE}' is listed twice"),
    "duplicate account": ({"principals": [A, ROOT]}, f"'{ROOT}' is listed twice, which is the same as '{A}'"),
    "duplicate service": ({"principals": ["service:a.b", "service:A.b"]}, "listed twice, which is the same as"),
    "canonical": ({"principals": ["canonical:" + "a" * 64]}, "no canonical user ID in a trust policy"),
    "unique id": ({"principals": ["AROAEXAMPLE1234567890"]}, "name its ARN"),
    "two partitions": ({"principals": [ROLE, f"arn:aws-cn:iam::{B}:root"]}, "one partition, not of aws and aws-cn"),
    "oidc and account": ({"principals": [f"oidc:{OIDC}", A]}, "oidc: principals assume with .*an entry of their own"),
    "saml and oidc": (
        {"principals": [f"oidc:{OIDC}", f"saml:arn:aws:iam::{A}:saml-provider/I"]},
        "an entry of their own",
    ),
    "oidc and external ID": ({"principals": [f"oidc:{OIDC}"], "external_id": "abc"}, "external_id: .* takes none"),
    "oidc and MFA": (
        {"principals": [f"oidc:{OIDC}"], "require_mfa": True},
        "require_mfa: oidc: .* never come with MFA",
    ),
    "service and MFA": ({"principals": ["service:a.b", A], "mfa_max_age": 60}, "mfa_max_age: service: .* never"),
    "anyone": ({"principals": ["*"]}, "allow_anyone: true"),
    "anyone with an external ID": ({"principals": ["*"], "external_id": "abc"}, "an external ID does not narrow"),
    "anyone of any account": ({"principals": ["*"], "principal_arns": ["arn:aws:iam::*:role/x"]}, "allow_anyone"),
    "anyone and somebody": ({"principals": ["*", A], "allow_anyone": True}, "everyone already"),
    "short external ID": ({"external_id": "a"}, "2 to 1,224"),
    "long external ID": ({"external_id": "a" * 1225}, "2 to 1,224"),
    "external ID alphabet": ({"external_id": "a b"}, "2 to 1,224"),
    "external ID beyond ASCII": ({"external_id": "éé"}, "2 to 1,224"),
    "external ID number": ({"external_id": [12345]}, "12345 is not text: put it in quotes"),
    "no external ID": ({"external_id": []}, "an empty list lets nobody in"),
    "MFA text": ({"require_mfa": "yes"}, "require_mfa: true or false, not 'yes'"),
    "MFA age 0": ({"mfa_max_age": 0}, "mfa_max_age: a number of seconds from 1"),
    "MFA age boolean": ({"mfa_max_age": True}, "mfa_max_age: a number of seconds from 1"),
    "organization": ({"organizations": ["o-x"]}, "not an organization ID"),
    "organizational unit": ({"organizations": ["ou-ab12-11111111"]}, "not an organization ID"),
    "principal ARN": ({"principal_arns": ["*"]}, "principal_arns: '[*]' is not an ARN"),
    "session ARN": ({"principal_arns": [f"arn:aws:sts::{A}:assumed-role/R/*"]}, "never matches.*ARN of its role"),
    "address": ({"source_ips": ["198.51.100.300"]}, "not an IP address or a range"),
    "address number": ({"source_ips": [10]}, "not an IP address or a range"),
    "prefix": ({"source_ips": ["10.0.0.0/33"]}, "not an IP address or a range"),
    "bits": ({"source_ips": ["10.0.0.1/8"]}, "the range is 10.0.0.0/8, the address 10.0.0.1"),
    "netmask": ({"source_ips": ["10.0.0.0/255.0.0.0"]}, "not an IP address or a range"),
    "time without zone": ({"not_after": "2027-01-01T00:00:00"}, "not a time with its time zone"),
    "object without zone": ({"not_after": datetime.datetime(2027, 1, 1)}, "not a time with its time zone"),
    "date": ({"not_after": "2027-01-01"}, "not a time with its time zone"),
    "date object": ({"not_after": datetime.date(2027, 1, 1)}, "not a time with its time zone"),
    "no such day": ({"not_after": "2027-02-30T00:00:00Z"}, "2027-02-30T00:00:00Z is not a time"),
    "no such hour": ({"not_after": "2027-02-20T25:00:00Z"}, "not a time"),
    "epoch": ({"not_after": 1798761600}, "not a time"),
    "no organization at all": ({"organizations": []}, "organizations: empty list: omit the option or add a value"),
    "no address at all": ({"source_ips": []}, "source_ips: empty list: omit the option or add a value"),
    "flag": ({"session_tags": "yes"}, "session_tags: true or false"),
    "conditions list": ({"conditions": ["x"]}, "conditions: an object"),
    "conditions flat": ({"conditions": {"StringEquals": "x"}}, "conditions: StringEquals is an object"),
    "conditions nested": ({"conditions": {"StringEquals": {"a": {"b": "c"}}}}, "conditions: StringEquals.a holds"),
    "conditions null": ({"conditions": {"StringEquals": {"a": None}}}, "conditions.StringEquals.a is null"),
    "conditions operator without key": ({"conditions": {"StringEquals": {}}}, "conditions: StringEquals is an object"),
    "the same condition twice": (
        {"external_id": "abc", "conditions": {"stringequals": {"sts:externalid": "def"}}},
        "StringEquals sts:externalid is given twice, by external_id and by conditions",
    ),
    "the same condition twice in conditions": (
        {"conditions": {"StringLike": {"a:b": "1"}, "stringlike": {"A:B": "2"}}},
        "StringLike A:B is given twice, by conditions and by conditions",
    ),
}


@pytest.mark.parametrize(("options", "says"), REFUSED.values(), ids=REFUSED)
def test_refused(options, says):
    with pytest.raises(PolicyError, match=says):
        trust_statement(entry(**options))
    found = check_trusted([entry(**options)])
    assert found
    assert all(error.startswith("backup: ") for error in found)


@pytest.mark.parametrize("name", [None, "", "  ", 5, ["x"]])
def test_a_name_is_needed(name):
    assert check_trusted([entry(), entry(name=name)]) == [f"trusted[1]: name must be a non-empty string, not {name!r}"]
    with pytest.raises(PolicyError, match="trusted entry: name must be"):
        trust_statement(entry(name=name))


def test_check_trusted_reports_everything_at_once():
    wrong = [
        entry(principals=[5, f"arn:aws:iam::{A}:group/x", "nonsense"], external_id="a", not_after="soon"),
        entry(name="other", organizations=["x"], source_ips=["y"]),
        entry(name="other"),
        entry(name="other"),
        entry(name="right"),
    ]
    found = check_trusted(wrong)
    assert [error.partition(":")[0] for error in found] == ["backup"] * 5 + ["other"] * 3
    assert sum("two entries have this name" in error for error in found) == 1
    with pytest.raises(PolicyError) as info:
        trust_statement(wrong[0])
    assert str(info.value) == "; ".join(found[:5])


def test_check_trusted_finds_nothing_wrong():
    assert check_trusted([]) == []
    assert check_trusted([entry(), entry(name="Backup"), entry(name="third", principals=[A])]) == []


def test_external_ids():
    first = trust_statement(entry(external_id=["one", "two"]))
    second = trust_statement(entry(name="second", external_id="three"))
    third = {"Condition": {"stringequals": {"STS:externalid": "four"}, "StringLike": {"sts:ExternalId": "no*"}}}
    assert external_ids(new_document([first, second, third, trust_statement(entry(name="fourth"))])) == {
        "Xacctbackup": ["one", "two"],
        "Xacctsecond": ["three"],
        "": ["four"],
    }
    assert external_ids(None) == {}
    assert external_ids("") == {}


lists = {
    "principals": st.lists(st.sampled_from((*ACCOUNTS, ROLE, "service:ec2.amazonaws.com")), min_size=1, unique=True),
    "organizations": st.lists(st.from_regex(r"o-[a-z0-9]{10}", fullmatch=True), min_size=1, max_size=2),
    "external_id": st.lists(
        st.from_regex(r"[\w+=,.@:/-]{2,20}", fullmatch=True, alphabet=st.characters(max_codepoint=126)),
        min_size=1,
        max_size=2,
    ),
    "source_ips": st.lists(st.ip_addresses().map(str), min_size=1, max_size=2),
    "session_tags": st.booleans(),
    "source_identity": st.booleans(),
    "not_after": st.datetimes(min_value=datetime.datetime(2000, 1, 1), timezones=st.just(UTC)),
}


@settings(max_examples=50, deadline=None)
@given(st.fixed_dictionaries({"principals": lists.pop("principals")}, optional=lists))
def test_what_is_right_makes_a_statement_that_merges(options):
    assert check_trusted([entry(**options)]) == []
    trust = trust_statement(entry(**options))
    document = merge_statements(None, [trust])
    assert policies_equal(document, new_document([trust]))
    assert merge_statements(document, [trust_statement(entry(**options))]) == document
