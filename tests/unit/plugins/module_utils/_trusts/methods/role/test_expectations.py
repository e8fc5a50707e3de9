# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who must get in and who must be refused once a plan is applied."""

from __future__ import annotations

import datetime

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import plan
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.declarations import (
    ACCOUNTS,
    CUSTOMER_A,
    PLATFORM,
    THIRD_PARTY,
    trust,
)

NOON = datetime.datetime(2027, 1, 1, 12, tzinfo=datetime.timezone.utc)
SHARE = {"purge_trusted": False}


def expectations(*trusts, accounts=None, now=None, host="customer_a", of=None):
    """The expectations on one trusting host by ID, with the part of the ID that they all have taken off."""
    made = plan(list(trusts), accounts or ACCOUNTS, now)["expectations"]
    start = f"{of or trusts[0]['name']}/{host}/"
    return {e["id"][len(start) :]: e for e in made if e["id"].startswith(start)}


def test_the_declared_principal_gets_in_and_others_do_not():
    found = expectations(trust())
    assert {name: e["expect"] for name, e in found.items()} == {
        "role-BackupService/allowed": "allowed",
        "role-BackupService/with-session-tags": "denied",
        "connection-of-platform/other-principal": "denied",
        "connection-of-staging/other-account": "denied",
    }
    assert found["role-BackupService/allowed"] == {
        "id": "backup/customer_a/role-BackupService/allowed",
        "trust": "backup",
        "trusting": "customer_a",
        "actor": {"account": "platform", "principal": "role/BackupService"},
        "call": "assume_role",
        "role_arn": f"arn:aws:iam::{CUSTOMER_A}:role/XacctBackup",
        "external_id": "none",
        "mfa": "none",
        "expect": "allowed",
        "why": "backup lets role/BackupService of platform in",
        "depends_on": [],
    }


def test_what_is_required_is_left_out_one_at_a_time():
    found = expectations(trust(role={"external_id": ["one", "two"], "require_mfa": True}))
    sent = {name: (e["external_id"], e["mfa"], e["expect"]) for name, e in found.items()}
    assert sent == {
        "role-BackupService/allowed": ("declared", "declared", "allowed"),
        "role-BackupService/without-external-id": ("none", "declared", "denied"),
        "role-BackupService/wrong-external-id": ("wrong", "declared", "denied"),
        "role-BackupService/without-mfa": ("declared", "none", "denied"),
        "role-BackupService/with-session-tags": ("declared", "declared", "denied"),
        # Refused because of who they are, so they send everything else as it should be.
        "connection-of-platform/other-principal": ("declared", "declared", "denied"),
        "connection-of-staging/other-account": ("declared", "declared", "denied"),
    }


@pytest.mark.parametrize("role", [{"generate": True}, {"external_id": "abc"}])
def test_generated_external_ids_are_required_too(role):
    assert "role-BackupService/wrong-external-id" in expectations(trust(role=role))


def test_a_greatest_age_of_mfa_requires_mfa():
    assert "role-BackupService/without-mfa" in expectations(trust(role={"mfa_max_age": 900}))


def test_every_declared_principal_is_asked_for():
    found = expectations(trust(principals=["role/app/A", "user/b"]))
    assert {"role-app/A/allowed", "user-b/allowed"} <= set(found)


def test_conditions_that_the_place_of_the_proof_may_not_meet():
    found = expectations(trust(role={"source_ips": ["198.51.100.0/24"], "require_mfa": True}))
    assert found["role-BackupService/allowed"]["depends_on"] == ["source_ips"]


class TestOtherPrincipal:
    def test_another_declared_role_is_preferred_to_the_connection(self):
        found = expectations(trust(), trust("b", principals=["role/Reader"], role={"name": "Reports"}))
        assert found["role-Reader/other-principal"]["actor"] == {"account": "platform", "principal": "role/Reader"}
        assert "connection-of-platform/other-principal" not in found

    def test_the_connection_is_preferred_to_a_user(self):
        found = expectations(trust(), trust("b", principals=["user/alice"], role={"name": "Reports"}))
        assert "connection-of-platform/other-principal" in found

    def test_a_principal_that_shares_the_role_is_not_another_one(self):
        found = expectations(trust(role=SHARE), trust("b", principals=["role/Reader"], role=SHARE))
        assert "role-Reader/other-principal" not in found

    def test_who_the_connection_must_not_be(self):
        found = expectations(trust(role=SHARE), trust("b", principals=["role/app/Reader"], role=SHARE))
        assert found["connection-of-platform/other-principal"]["unless"] == [
            f"arn:aws:iam::{PLATFORM}:role/BackupService",
            f"arn:aws:iam::{PLATFORM}:role/app/Reader",
        ]
        assert found["connection-of-staging/other-account"]["unless"] == []

    def test_of_a_whole_account_only_a_principal_whose_statements_do_not_reach_the_role(self):
        group = trust(principals=["group/admins"], role={"name": "Admins"})
        assert not any("other-principal" in name for name in expectations(group))
        with_reader = expectations(group, trust("b", principals=["role/Reader"]))
        assert "role-Reader/other-principal" in with_reader

    def test_a_pattern_reaches_roles_of_that_name_everywhere(self):
        group = trust("admins", principals=["group/admins"], role={"name": "XacctBackup"}, trusting=["customer_a"])
        reader = trust(
            "b",
            principals=["role/Reader"],
            trusting=["customer_b"],
            trusted_side="pattern",
            organization="o-exampleorgid",
        )
        assert not any("other-principal" in name for name in expectations(group, reader))
        narrowed = {**reader, "trusted_side": "exact"}
        del narrowed["organization"]
        assert "role-Reader/other-principal" in expectations(group, narrowed)

    def test_a_whole_account_that_shares_the_role_lets_everybody_ask(self):
        found = expectations(trust(role=SHARE), trust("b", principals=["root"], role=SHARE))
        assert not any("other-principal" in name for name in found)


class TestOtherAccount:
    def test_one_outside_the_trust_is_preferred(self):
        assert "connection-of-staging/other-account" in expectations(trust())

    def test_a_fellow_trusting_account_else(self):
        accounts = {host: entry for host, entry in ACCOUNTS.items() if host != "staging"}
        found = expectations(trust(), accounts=accounts)
        assert "connection-of-customer_b/other-account" in found

    def test_nobody_is_left(self):
        accounts = {host: ACCOUNTS[host] for host in ("platform", "customer_a")}
        assert not any("other-account" in name for name in expectations(trust(), accounts=accounts))

    def test_an_account_that_another_trust_names_on_this_role_is_no_stranger(self):
        other = trust("b", trusted={"account": "staging", "principals": ["role/X"]}, role=SHARE)
        assert "connection-of-customer_b/other-account" in expectations(trust(role=SHARE), other)

    def test_an_account_of_another_partition_proves_nothing(self):
        accounts = {**ACCOUNTS, "a_first": {"account_id": "555555555555", "partition": "aws-cn"}}
        assert "connection-of-staging/other-account" in expectations(trust(), accounts=accounts)


class TestSharedRole:
    def test_what_another_trust_gives_is_not_expected_to_be_refused(self):
        found = expectations(trust(role={**SHARE, "external_id": "abc"}), trust("b", role=SHARE))
        assert "role-BackupService/allowed" in found
        assert "role-BackupService/without-external-id" not in found

    def test_what_another_trust_still_gives_is_not_taken_back(self):
        found = expectations(trust(state="absent", role=SHARE), trust("b", role=SHARE))
        assert found == {}


class TestTakenBack:
    def test_the_declared_principal_is_refused(self):
        found = expectations(trust(state="absent", role={"external_id": "abc"}))
        assert list(found) == ["role-BackupService/taken-back"]
        assert found["role-BackupService/taken-back"]["external_id"] == "declared"
        assert found["role-BackupService/taken-back"]["expect"] == "denied"

    def test_a_generated_id_went_with_the_role(self):
        found = expectations(trust(state="absent", role={"generate": True}))
        assert found["role-BackupService/taken-back"]["external_id"] == "none"


class TestEnd:
    @pytest.mark.parametrize(
        ("not_after", "what"),
        [
            ("2027-01-01T11:59:59Z", "ended"),
            ("2027-01-01T11:59:59.1234567Z", "ended"),
            ("2027-01-01T13:00:00+02:00", "ended"),
            ("2027-01-01T12:00:01Z", "allowed"),
        ],
    )
    def test_a_trust_that_ended_lets_nobody_in(self, not_after, what):
        found = expectations(trust(role={"not_after": not_after}), now=NOON)
        assert f"role-BackupService/{what}" in found
        assert (found.keys() == {"role-BackupService/ended"}) is (what == "ended")

    def test_the_plan_says_so(self):
        made = plan([trust(role={"not_after": "2026-12-31T00:00:00Z"})], ACCOUNTS, NOON)
        assert made["trusts"]["backup"]["notes"] == ["it ended at 2026-12-31T00:00:00Z: it gives no access any more"]


def test_nobody_can_be_asked_for_a_third_party_but_strangers_are_refused():
    third = trust(trusted={"account_id": THIRD_PARTY, "principals": ["role/X"]}, role={"generate": True})
    assert list(expectations(third)) == ["connection-of-platform/other-account"]


def test_the_whole_account_is_asked_for_as_root():
    assert expectations(trust(principals=["root"]))["root/allowed"]["actor"] == {
        "account": "platform",
        "principal": "root",
    }


def test_an_end_is_shown_by_asking_after_it():
    found = expectations(trust(role={"not_after": "2031-01-01T00:00:00+01:00"}))
    after = found["role-BackupService/after-its-end"]
    assert (after["expect"], after["at"]) == ("denied", "2030-12-31T23:00:02Z")


def test_session_tags_are_refused_unless_the_trust_takes_them():
    assert expectations(trust())["role-BackupService/with-session-tags"]["session_tags"] is True
    assert "role-BackupService/with-session-tags" not in expectations(trust(role={"session_tags": True}))


def test_where_a_whole_account_is_let_in_a_caller_without_the_permission_is_refused():
    found = expectations(trust(principals=["group/developers"]))
    lacking = found["connection-of-platform/without-permission"]
    assert (lacking["expect"], lacking["without_permission"]) == ("denied", True)
    assert lacking["actor"] == {"account": "platform", "principal": "connection"}


def test_where_an_external_id_is_declared_is_known_but_not_which():
    assert "secret-words" not in str(expectations(trust(role={"external_id": "secret-words"})))
    assert expectations(trust(role={"external_id": "abc"}))["role-BackupService/allowed"]["external_id_is_declared"]
    assert "external_id_is_declared" not in expectations(trust(role={"generate": True}))["role-BackupService/allowed"]
