# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad declarations are refused all at once, each with the trust's name, what is wrong and what would be right."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import PlanError, plan
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.declarations import (
    ACCOUNTS,
    CUSTOMER_A,
    PLATFORM,
    THIRD_PARTY,
    trust,
)

IN_CHINA = {**ACCOUNTS, "beijing": {"account_id": "555555555555", "partition": "aws-cn"}}


def errors(trusts, accounts=None):
    with pytest.raises(PlanError) as caught:
        plan(trusts, accounts or ACCOUNTS)
    return caught.value.errors


# What is declared, what is wrong with it, what the error says would be right.
BAD_TRUSTS = {
    "typo in a key": (trust(trustin=["x"]), "unknown key 'trustin'", "did you mean 'trusting'?"),
    "typo in trusted": (
        trust(trusted={"acount": "platform"}),
        "unknown key 'acount' in trusted",
        "did you mean 'account'?",
    ),
    "typo in role": (trust(role={"max_session": 3600}), "unknown key 'max_session' in role", "'max_session_duration'"),
    "typo in state": (trust(state="presnet"), "state is 'presnet'", "did you mean 'present'?"),
    "typo in trusted_side": (trust(trusted_side="patern"), "trusted_side is 'patern'", "did you mean 'pattern'?"),
    "unknown host": (
        trust(trusted={"account": "platfrom"}),
        "unknown account 'platfrom'",
        "did you mean 'platform'? known hosts: customer_a",
    ),
    "host in other case": (trust(trusted={"account": "PLATFORM"}), "unknown account 'PLATFORM'", "'platform'?"),
    "unknown group": (
        trust(trusting=["custommers"]),
        "unknown account or group 'custommers' in trusting",
        "did you mean 'customers'?",
    ),
    "trusted group": (trust(trusted={"account": "customers"}), "'customers' is a group", "one host is expected"),
    "trusted account ID as host": (trust(trusted={"account": PLATFORM}), "trusted.account is", "account_id: in quotes"),
    "trusting account ID": (trust(trusting=[CUSTOMER_A]), "trusting names '222222222222'", "hosts and groups"),
    "trusting number": (trust(trusting=[222222222222]), "trusting names 222222222222", "hosts and groups"),
    "trusting pattern": (trust(trusting=["customers:!customer_a"]), "names the pattern", "make it a group"),
    "no trusting": (trust(trusting=None), "no trusting account", "trusting: [hosts and groups]"),
    "empty trusting": (trust(trusting=[]), "no trusting account", "trusting: [hosts and groups]"),
    "itself": (trust(trusting=["platform"]), "both the trusted and the trusting", "between two accounts"),
    "no trusted": (trust(trusted=None), "does not say who is trusted", "account: HOST"),
    "trusted is text": (trust(trusted="platform"), "trusted is text", "a mapping is expected"),
    "no account": (trust(trusted={"principals": ["role/x"]}), "names no account", "account: HOST"),
    "two accounts": (
        trust(trusted={"account": "platform", "account_id": THIRD_PARTY}),
        "both account and account_id",
        "keep one",
    ),
    "partition of a host": (trust(trusted={"account": "platform", "partition": "aws"}), "a partition", "leave it out"),
    "account ID of twelve digits as number": (
        trust(trusted={"account_id": 999999999999}, role={"generate": True}),
        "the account ID is the number 999999999999",
        '"999999999999"',
    ),
    "octal account ID": (
        trust(trusted={"account_id": 0o12345670123}, role={"generate": True}),
        "the account ID is the number 1402433619",
        'was "012345670123" meant?',
    ),
    "short account ID": (trust(trusted={"account_id": "1234"}, role={"generate": True}), "'1234'", "this has 4 digits"),
    "third party of the inventory": (
        trust(trusted={"account_id": PLATFORM}, role={"generate": True}),
        "is host 'platform' of the inventory",
        "account: platform",
    ),
    "third party without external ID": (
        trust(trusted={"account_id": THIRD_PARTY}),
        "gets in without an external ID",
        "role.generate: true",
    ),
    "third party in an unknown partition": (
        trust(trusted={"account_id": THIRD_PARTY, "partition": "aws-cm"}, role={"generate": True}),
        "unknown partition 'aws-cm'",
        "aws-cn",
    ),
    "principal as ARN": (
        trust(principals=[f"arn:aws:iam::{PLATFORM}:role/app/Backup"]),
        "is an ARN",
        "write just role/app/Backup",
    ),
    "session": (
        trust(principals=[f"arn:aws:sts::{PLATFORM}:assumed-role/Backup/me"]),
        "one session of a role",
        "role/Backup",
    ),
    "service": (trust(principals=["arn:aws:s3:::bucket"]), "not a role, user or group", "role/NAME"),
    "principal without kind": (trust(principals=["Backup"]), "does not say what it is", "role/Backup"),
    "principal of unknown kind": (trust(principals=["rolle/Backup"]), "unknown kind", "did you mean 'role'?"),
    "principal as account ID": (trust(principals=[PLATFORM]), "is an account ID", "write root"),
    "principal with wildcard": (trust(principals=["role/app-*"]), "has a wildcard", "list the principals"),
    "everybody": (trust(principals=["*"]), "has a wildcard", "list the principals"),
    "principal as number": (trust(principals=[12]), "is a number", "role/NAME"),
    "below root": (trust(principals=["root/x"]), "something below root", "just root"),
    "bad name": (trust(principals=["role/a b"]), "not a possible name of a role", "1 to 64"),
    "no name": (trust(principals=["role/"]), "not a possible name of a role", "1 to 64"),
    "double slash": (trust(principals=["role/a//b"]), "not a possible name of a role", "single slashes"),
    "service-linked role": (
        trust(principals=["role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"]),
        "service-linked",
        "a role of your own",
    ),
    "no principals": (trust(principals=[]), "an empty list", "leave it out for the whole account"),
    "principal twice": (trust(principals=["role/A", "role/b/a"]), "listed twice", "unique in an account"),
    "root and others": (trust(principals=["root", "role/A"]), "root beside others", "either root or the others"),
    "no method": (trust(role=None), "no method", "role: {name: ROLE}"),
    "two methods": (trust(bucket={"name": "x"}), "2 methods (role, bucket)", "one trust for each method"),
    "role as text": (trust(role="XacctBackup"), "role is text", "role: {name: XacctBackup}"),
    "role without name": (trust(role={"name": None}), "role has no name", "role: {name: ROLE}"),
    "role name as ARN": (trust(role={"name": "arn:aws:iam::1:role/x"}), "role.name is 'arn:", "the bare name"),
    "role name as number": (trust(role={"name": 12}), "role.name is the number 12", "in quotes"),
    "role name with blank": (trust(role={"name": "a b"}), "role.name is 'a b'", "1 to 64"),
    "long role name": (trust(role={"name": "x" * 65}), "role.name is", "1 to 64"),
    "path without slashes": (trust(role={"path": "app"}), "role.path is 'app'", "/app/"),
    "path of AWS": (trust(role={"path": "/aws-reserved/x/"}), "role.path is", "choose another one"),
    "short session": (trust(role={"max_session_duration": 900}), "is 900", "3600 to 43200"),
    "session as text": (trust(role={"max_session_duration": "1h"}), "is '1h'", "a whole number"),
    "long description": (trust(role={"description": "x" * 1001}), "1001 characters", "1000"),
    "tags as list": (trust(role={"tags": ["a"]}), "role.tags is a list", "a mapping"),
    "tag as list": (trust(role={"tags": {"a": []}}), "a tag 'a' that is a list", "text"),
    "many tags": (trust(role={"tags": {str(n): "" for n in range(51)}}), "51 tags", "50"),
    "tag of AWS": (trust(role={"tags": {"aws:x": "y"}}), "the tag 'aws:x'", "do not begin with aws:"),
    "policy by name": (
        trust(role={"managed_policies": ["ReadOnlyAccess"]}),
        "'ReadOnlyAccess' is not the ARN",
        "arn:aws:iam::aws:policy/ReadOnlyAccess meant, or policy/ReadOnlyAccess",
    ),
    "policy of another account": (
        trust(role={"permissions_boundary": f"arn:aws:iam::{CUSTOMER_A}:policy/Limits"}),
        "cannot be used in customer_b",
        "policy/Limits",
    ),
    "policy of another partition": (
        trust(role={"managed_policies": ["arn:aws-cn:iam::aws:policy/ReadOnlyAccess"]}),
        "of the partition aws-cn",
        "a policy of its partition",
    ),
    "inline policy that is no policy": (
        trust(role={"inline_policies": {"a": "{not json"}}),
        "role.inline_policies.a",
        "a policy document",
    ),
    "empty inline policy": (trust(role={"inline_policies": {"a": {}}}), "role.inline_policies.a is empty", "document"),
    "inline policy name": (trust(role={"inline_policies": {"a b": {"Version": "2012-10-17"}}}), "'a b'", "1 to 128"),
    "external ID as number": (trust(role={"external_id": 12345}), "role.external_id is the number 12345", "in quotes"),
    "external ID with blank": (trust(role={"external_id": "a b"}), "role.external_id", "external ID"),
    "generate and external ID": (trust(role={"generate": True, "external_id": "abc"}), "both", "keep one"),
    "generate as text": (trust(role={"generate": "maybe"}), "role.generate is 'maybe'", "true or false"),
    "MFA age": (trust(role={"mfa_max_age": 0}), "role.mfa_max_age", "seconds"),
    "organization of the role": (trust(role={"organizations": ["o-1"]}), "role.organizations", "o-"),
    "address": (trust(role={"source_ips": ["10.0.0.300/8"]}), "role.source_ips", "198.51.100.0/24"),
    "time without zone": (trust(role={"not_after": "2027-01-01"}), "role.not_after", "2027-01-01T00:00:00Z"),
    "conditions as list": (trust(role={"conditions": ["x"]}), "role.conditions is a list", "a mapping"),
    "condition twice": (
        trust(role={"require_mfa": True, "conditions": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}),
        "given twice",
        "one place",
    ),
    "follow a group": (
        trust(principals=["group/x"], role={"follow": True}),
        "cannot narrow to group/x",
        "leave it out",
    ),
    "organization without pattern": (
        trust(organization="o-exampleorgid"),
        "organization is given with trusted_side: exact",
        "organizations under the method",
    ),
    "bad organization": (trust(trusted_side="pattern", organization="exampleorg"), "'exampleorg'", "o-exampleorgid"),
    "not a mapping": ("backup", "trust number 1 of the list: it is text", "a mapping"),
    "no name of the trust": (trust(name=""), "trust number 1 of the list: it has no name", "unique name"),
    "name as number": (trust(name=5), "its name is a number", "in quotes"),
    "name with blank": (trust(name="my trust"), "other characters", "1 to 64"),
    "description as list": (trust(description=["x"]), "description is a list", "text"),
}


@pytest.mark.parametrize(("bad", "wrong", "right"), BAD_TRUSTS.values(), ids=BAD_TRUSTS.keys())
def test_refused_with_what_is_wrong_and_what_would_be_right(bad, wrong, right):
    matching = [error for error in errors([bad]) if wrong in error]
    assert len(matching) == 1, errors([bad])
    assert right in matching[0]


@pytest.mark.parametrize("bad", [bad for bad, _wrong, _right in BAD_TRUSTS.values() if isinstance(bad, dict)])
def test_errors_name_the_trust(bad):
    where = f"trust '{bad['name']}'" if isinstance(bad["name"], str) and bad["name"] else "trust number 1 of the list"
    assert all(error.startswith(where) for error in errors([bad]))


def test_everything_is_said_at_once():
    bad = [
        trust("first", state="presnet", trusting=["nowhere"]),
        trust("second", role={"path": "x", "max_session_duration": 1}),
        trust("third", trusted={"account": "nobody"}),
    ]
    found = errors(bad)
    assert [error.split(":")[0] for error in found] == [
        "trust 'first'",
        "trust 'first'",
        "trust 'second'",
        "trust 'second'",
        "trust 'third'",
    ]
    with pytest.raises(PlanError, match="5 problems in the declared trusts and accounts"):
        plan(bad, ACCOUNTS)


def test_two_trusts_with_one_name():
    assert errors([trust(), trust(trusting=["staging"])]) == [
        "trust 'backup': 2 trusts have this name (entries 1, 2); "
        "the name marks what belongs to a trust and has to be unique"
    ]


def test_the_list_itself():
    assert errors({"backup": {}}) == ["xacct_trusts: it is a mapping; a list of trusts is expected"]


class TestTwoTrustsOnOneRole:
    def test_each_as_the_only_one(self):
        found = errors([trust("a"), trust("b", principals=["role/Other"])])
        assert len(found) == 1
        assert "trusts 'a' and 'b': both declare the role XacctBackup in customer_a, customer_b" in found[0]
        assert "role.purge_trusted: false" in found[0]

    def test_one_of_them_shares(self):
        assert len(errors([trust("a", role={"purge_trusted": False}), trust("b")])) == 1

    def test_removed_by_one_and_kept_by_the_other(self):
        assert "each as the only one" in errors([trust("a", state="absent"), trust("b")])[0]

    def test_both_share(self):
        share = {"purge_trusted": False}
        shared = plan([trust("a", role=share), trust("b", principals=["role/Other"], role=share)], ACCOUNTS)
        assert [op["trust"] for op in shared["accounts"]["customer_a"]["trusting"]] == ["a", "b"]
        assert "XacctBackup is shared with b" in shared["trusts"]["a"]["notes"]

    def test_in_different_accounts(self):
        plan([trust("a", trusting=["customer_a"]), trust("b", trusting=["customer_b"])], ACCOUNTS)

    @pytest.mark.parametrize(
        ("left", "right", "wrong"),
        [
            ({"name": "Shared"}, {"name": "shared"}, "differ only in case"),
            ({"path": "/a/"}, {"path": "/b/"}, "different paths"),
            ({"path": "/a/"}, {}, "different paths"),
            ({"max_session_duration": 3600}, {"max_session_duration": 7200}, "role.max_session_duration"),
            ({"tags": {"a": "1"}}, {"tags": {"a": "2"}}, "role.tags"),
        ],
    )
    def test_contradictions(self, left, right, wrong):
        share = {"purge_trusted": False, "name": "Shared"}
        found = errors([trust("a", role={**share, **left}), trust("b", role={**share, **right})])
        assert any(wrong in error for error in found), found


class TestAccounts:
    def test_same_account_under_two_hosts_on_one_side(self):
        twice = {**ACCOUNTS, "customer_a_eu": {"account_id": CUSTOMER_A, "groups": ["customers"]}}
        found = errors([trust()], twice)
        assert found == [
            "account 222222222222: it is on the trusting side under 2 host names (customer_a, customer_a_eu); "
            "use one host for it in all trusts (a group may bring in the other one)"
        ]

    def test_same_account_under_two_hosts_on_both_sides_of_different_trusts(self):
        twice = {**ACCOUNTS, "platform_eu": {"account_id": PLATFORM}}
        plan([trust(), trust("b", trusted={"account": "customer_a"}, trusting=["platform_eu"])], twice)

    def test_trusted_under_two_hosts(self):
        twice = {**ACCOUNTS, "platform_eu": {"account_id": PLATFORM}}
        found = errors([trust(), trust("b", trusted={"account": "platform_eu"}, role={"name": "B"})], twice)
        assert "on the trusted side under 2 host names (platform, platform_eu)" in found[0]

    def test_same_account_under_another_host_name_is_itself(self):
        twice = {**ACCOUNTS, "platform_eu": {"account_id": PLATFORM}}
        assert "both the trusted and the trusting account" in errors([trust(trusting=["platform_eu"])], twice)[0]

    def test_other_partition(self):
        found = errors([trust(trusting=["beijing"])], IN_CHINA)
        assert "beijing is in another partition than the trusted account (aws)" in found[0]

    def test_group_that_brings_in_the_trusted_account_itself(self):
        made = plan([trust(trusting=["accounts"])], ACCOUNTS)
        assert made["trusts"]["backup"]["to"] == ["customer_a", "customer_b", "staging"]
        assert made["trusts"]["backup"]["notes"] == [
            "platform is in accounts and is the trusted account itself: left out"
        ]

    def test_group_of_nobody_else(self):
        alone = {**ACCOUNTS, "platform": {"account_id": PLATFORM, "groups": ["alone"]}}
        assert "no trusting account is left" in errors([trust(trusting=["alone"])], alone)[0]

    def test_organization_that_a_trusting_account_is_not_in(self):
        accounts = {**ACCOUNTS, "customer_b": {**ACCOUNTS["customer_b"], "organization": "o-otherorgid"}}
        found = errors([trust(trusted_side="pattern", organization="o-exampleorgid")], accounts)
        assert "customer_b is not in the organization o-exampleorgid" in found[0]


def test_an_absent_third_party_needs_no_external_id():
    plan([trust(state="absent", trusted={"account_id": THIRD_PARTY})], ACCOUNTS)


def test_words_instead_of_lists_and_text_instead_of_numbers():
    made = plan(
        [
            trust(
                principals="role/A",
                trusting="customers",
                role={"max_session_duration": "7200", "require_mfa": "yes", "generate": "no", "external_id": "abc"},
            )
        ],
        ACCOUNTS,
    )
    options = made["accounts"]["customer_a"]["trusting"][0]["options"]
    assert options["max_session_duration"] == 7200
    assert options["trusted"] == [
        {
            "name": "backup",
            "principals": ["arn:aws:iam::111111111111:role/A"],
            "external_id": ["abc"],
            "require_mfa": True,
        }
    ]
