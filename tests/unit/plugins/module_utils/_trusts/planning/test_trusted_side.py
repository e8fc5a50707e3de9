# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The trusted side: three ways, measured against IAM's quotas before anything is written."""

from __future__ import annotations

import json

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import compact_json, new_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.identity import identity_statement
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import PlanError, plan
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.declarations import (
    ACCOUNTS,
    CUSTOMER_A,
    CUSTOMER_B,
    many_accounts,
    trust,
)


def operations(trusts, accounts=None):
    return plan(trusts, accounts or ACCOUNTS)["accounts"]["platform"]["trusted"]


def grants(trusts, accounts=None):
    (operation,) = operations(trusts, accounts)
    return operation["options"]["grants"]


def inline_size(operation):
    """Measured from scratch: what IAM counts is the document without whitespace."""
    present = [grant for grant in operation["options"]["grants"] if grant["state"] == "present"]
    statements = [identity_statement({k: v for k, v in grant.items() if k != "state"}) for grant in present]
    return len(json.dumps(new_document(statements), separators=(",", ":")))


class TestThreeWays:
    def test_exact(self):
        assert grants([trust()]) == [
            {
                "name": "backup",
                "state": "present",
                "actions": ["sts:AssumeRole"],
                "resources": [
                    f"arn:aws:iam::{CUSTOMER_A}:role/XacctBackup",
                    f"arn:aws:iam::{CUSTOMER_B}:role/XacctBackup",
                ],
            }
        ]

    def test_pattern_in_an_organization(self):
        made = grants([trust(trusted_side="pattern", organization="o-exampleorgid", role={"path": "/xacct/"})])
        assert made[0]["resources"] == ["arn:aws:iam::*:role/xacct/XacctBackup"]
        assert made[0]["conditions"] == {"StringEquals": {"aws:ResourceOrgID": ["o-exampleorgid"]}}

    def test_pattern_without_an_organization_names_the_accounts(self):
        made = grants([trust(trusted_side="pattern")])
        assert made[0]["conditions"] == {"StringEquals": {"aws:ResourceAccount": [CUSTOMER_A, CUSTOMER_B]}}

    def test_managed(self):
        inline, managed = operations([trust(trusted_side="managed"), trust("b", role={"name": "B"})])
        assert (managed["via"], managed["trusts"]) == ("managed", ["backup"])
        assert [grant["name"] for grant in managed["options"]["grants"]] == ["backup"]
        assert len(managed["options"]["grants"][0]["resources"]) == 2
        assert (inline["via"], inline["trusts"]) == ("inline", ["b"])
        assert {inline["options"]["policy_name"], managed["options"]["policy_name"]} == {"xacct"}

    def test_session_tags_and_source_identity_are_needed_here_too(self):
        made = grants([trust(role={"session_tags": True, "source_identity": True})])
        assert made[0]["actions"] == ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]

    def test_absent(self):
        (operation,) = operations([trust(state="absent")])
        assert operation["options"]["state"] == "absent"
        assert operation["options"]["grants"] == [{"name": "backup", "state": "absent"}]

    def test_the_whole_account_has_no_trusted_side(self):
        assert operations([trust(principals=["root"])]) == []

    def test_one_operation_for_all_trusts_of_a_principal(self):
        (operation,) = operations([trust("b", role={"name": "B"}), trust("a", role={"name": "A"}, state="absent")])
        assert [(grant["name"], grant["state"]) for grant in operation["options"]["grants"]] == [
            ("a", "absent"),
            ("b", "present"),
        ]
        assert operation["options"]["state"] == "present"


class TestIdentityCenter:
    ROLE = "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admins_0123456789abcdef"

    def test_its_roles_cannot_be_written_and_the_plan_says_what_to_add(self):
        made = plan([trust(principals=[self.ROLE])], ACCOUNTS)
        assert made["accounts"]["platform"]["trusted"] == []
        (entry,) = made["third_parties"]
        assert entry["principals"] == [self.ROLE]
        assert len(entry["policy"]["Statement"][0]["Resource"]) == 2
        assert any("its permission set has to allow it" in note for note in made["trusts"]["backup"]["notes"])


class TestSizes:
    """300 trusting accounts: an inline policy of a role holds 10,240 characters, that is 224 such ARNs."""

    ACCOUNTS = many_accounts(300)

    @pytest.mark.parametrize(
        ("kind", "limit", "listed"),
        [("role", "10,240", True), ("group", "5,120", True), ("user", "2,048", False)],
    )
    def test_exact_is_refused_with_the_numbers_and_the_ways_out(self, kind, limit, listed):
        with pytest.raises(PlanError) as caught:
            plan([trust(principals=[f"{kind}/BackupService"])], self.ACCOUNTS)
        (error,) = caught.value.errors
        assert f"the statements of platform's {kind}/BackupService take 13,616 characters" in error
        assert f"the inline policies of a {kind} hold {limit}" in error
        assert "trusted_side: pattern with organization: o-…" in error
        assert "trusted_side: managed (3 managed policies; 10 can be attached by default)" in error
        assert ("narrowed to the account IDs, 4,703 characters" in error) is listed

    def test_the_organization_is_named_when_all_accounts_are_known_to_be_in_it(self):
        accounts = {host: {**entry, "organization": "o-exampleorgid"} for host, entry in self.ACCOUNTS.items()}
        with pytest.raises(PlanError, match="trusted_side: pattern with organization: o-exampleorgid "):
            plan([trust()], accounts)

    def test_the_numbers_are_those_of_iam(self):
        """The last number of accounts that fits is 10,240 characters or less, one more is refused with its size."""
        (fits,) = operations([trust()], many_accounts(224))
        assert inline_size(fits) == 10196
        with pytest.raises(PlanError, match="take 10,241 characters"):
            plan([trust()], many_accounts(225))

    @pytest.mark.parametrize("side", ["pattern", "managed"])
    def test_both_ways_out_work(self, side):
        made = plan([trust(trusted_side=side)], self.ACCOUNTS)
        assert made["warnings"] == []

    def test_a_pattern_that_names_too_many_accounts(self):
        with pytest.raises(PlanError) as caught:
            plan([trust(principals=["user/backup"], trusted_side="pattern")], self.ACCOUNTS)
        assert "take 4,703 characters" in caught.value.errors[0]
        assert "narrowed to the account IDs" not in caught.value.errors[0]

    def test_an_organization_makes_it_fit(self):
        made = plan(
            [trust(principals=["user/backup"], trusted_side="pattern", organization="o-exampleorgid")], self.ACCOUNTS
        )
        (operation,) = made["accounts"]["platform"]["trusted"]
        assert inline_size(operation) < 300

    def test_all_trusts_of_a_principal_count_together(self):
        accounts = many_accounts(150)
        plan([trust("a")], accounts)
        with pytest.raises(PlanError) as caught:
            plan([trust("a"), trust("b", role={"name": "XacctBackupOfOther"})], accounts)
        (error,) = caught.value.errors
        assert error.startswith("trust 'b': ")
        assert "of them for this trust" in error

    def test_more_managed_policies_than_can_be_attached_is_a_warning(self):
        made = plan([trust(trusted_side="managed", role={"path": f"/{'x' * 400}/"})], self.ACCOUNTS)
        assert len(made["warnings"]) == 1
        assert "by default IAM attaches at most 10" in made["warnings"][0]

    def test_absent_trusts_are_not_measured(self):
        plan([trust(state="absent")], self.ACCOUNTS)

    def test_a_third_party_is_told_that_it_takes_several_policies(self):
        made = plan([trust(trusted={"account_id": "999999999999"}, role={"generate": True})], many_accounts(200))
        (third,) = made["third_parties"]
        size = len(compact_json(third["policy"]))
        assert size > 6144
        assert f"the policy has {size:,} characters" in third["external_id_note"]
