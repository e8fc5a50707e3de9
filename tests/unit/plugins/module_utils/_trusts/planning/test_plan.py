# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan as a whole."""

from __future__ import annotations

import json
import time
from pathlib import Path

from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import plan
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.declarations import (
    ACCOUNTS,
    CUSTOMER_A,
    CUSTOMER_B,
    PLATFORM,
    THIRD_PARTY,
    many_accounts,
    trust,
)

GOLDEN = Path(__file__).with_name("six_trusts.json")


def role_options(declared, host="customer_a"):
    (operation,) = plan([declared], ACCOUNTS)["accounts"][host]["trusting"]
    return operation["options"]


def test_six_trusts():
    """The plan of a whole demo, read through by a person once: what differs from it is a change for users."""
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    made = plan(golden["trusts"], golden["accounts"])
    assert json.loads(json.dumps(made)) == golden["plan"]


class TestTrustingSide:
    def test_only_what_was_declared_is_handed_over(self):
        assert role_options(trust()) == {
            "name": "XacctBackup",
            "state": "present",
            "propagation_timeout": 120,
            "trusted": [{"name": "backup", "principals": [f"arn:aws:iam::{PLATFORM}:role/BackupService"]}],
        }

    def test_policies_of_each_account_itself(self):
        declared = trust(
            role={
                "permissions_boundary": "policy/limits/Boundary",
                "managed_policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess", "policy/Backup"],
            }
        )
        for host, account_id in (("customer_a", CUSTOMER_A), ("customer_b", CUSTOMER_B)):
            options = role_options(declared, host)
            assert options["permissions_boundary"] == f"arn:aws:iam::{account_id}:policy/limits/Boundary"
            assert options["managed_policies"] == [
                "arn:aws:iam::aws:policy/ReadOnlyAccess",
                f"arn:aws:iam::{account_id}:policy/Backup",
            ]

    def test_an_empty_boundary_removes_it(self):
        assert role_options(trust(role={"permissions_boundary": ""}))["permissions_boundary"] == ""

    def test_a_group_makes_it_the_whole_account(self):
        made = plan([trust(principals=["group/developers", "role/Robot"])], ACCOUNTS)
        (entry,) = made["accounts"]["customer_a"]["trusting"][0]["options"]["trusted"]
        assert entry["principals"] == [PLATFORM]
        assert "IAM cannot name group/developers in a trust policy" in made["trusts"]["backup"]["notes"][0]
        assert [op["principal"] for op in made["accounts"]["platform"]["trusted"]] == ["group/developers", "role/Robot"]

    def test_follow(self):
        (entry,) = role_options(trust(principals=["role/app/A", "user/b"], role={"follow": True}))["trusted"]
        assert entry["principals"] == [PLATFORM]
        assert entry["principal_arns"] == [f"arn:aws:iam::{PLATFORM}:role/app/A", f"arn:aws:iam::{PLATFORM}:user/b"]

    def test_conditions(self):
        grant = {
            "external_id": ["one", "two"],
            "require_mfa": True,
            "mfa_max_age": 3600,
            "organizations": ["o-exampleorgid"],
            "source_ips": ["198.51.100.0/24"],
            "session_tags": True,
            "source_identity": True,
            "not_after": "2027-01-01T00:00:00Z",
            "conditions": {"StringLike": {"sts:RoleSessionName": "x-*"}},
        }
        (entry,) = role_options(trust(role=grant))["trusted"]
        assert {key: value for key, value in entry.items() if key not in ("name", "principals")} == grant

    def test_generate(self):
        (entry,) = role_options(trust(role={"generate": True}))["trusted"]
        assert entry["generate_external_id"] is True
        assert "external_id" not in entry

    def test_absent_says_only_what_removal_needs(self):
        declared = trust(
            state="absent",
            role={"purge_trusted": False, "take_over": True, "path": "/x/", "tags": {"a": "b"}, "external_id": "abc"},
        )
        assert role_options(declared) == {
            "name": "XacctBackup",
            "path": "/x/",
            "purge_trusted": False,
            "take_over": True,
            "state": "absent",
            "trusted": [{"name": "backup", "principals": [f"arn:aws:iam::{PLATFORM}:role/BackupService"]}],
        }

    def test_what_is_absent_comes_last(self):
        share = {"purge_trusted": False}
        made = plan([trust("a", state="absent", role=share), trust("b", role=share)], ACCOUNTS)
        assert [op["trust"] for op in made["accounts"]["customer_a"]["trusting"]] == ["b", "a"]

    def test_other_partitions(self):
        accounts = {
            "beijing": {"account_id": "111111111111", "partition": "aws-cn"},
            "ningxia": {"account_id": "222222222222", "partition": "aws-cn"},
        }
        made = plan([trust(trusted={"account": "beijing", "principals": ["role/A"]}, trusting=["ningxia"])], accounts)
        assert "arn:aws-cn:iam::222222222222:role/XacctBackup" in json.dumps(made["accounts"]["beijing"])
        assert "arn:aws:" not in json.dumps(made)


class TestThirdParty:
    def test_only_the_trusting_side_and_a_ready_policy(self):
        declared = trust(trusted={"account_id": THIRD_PARTY, "principals": ["role/Auditor"]}, role={"generate": True})
        made = plan([declared], ACCOUNTS)
        assert all(not sides["trusted"] for sides in made["accounts"].values())
        assert made["third_parties"] == [
            {
                "trust": "backup",
                "account_id": THIRD_PARTY,
                "principals": ["role/Auditor"],
                "external_id_note": "external ID: generated, one for each trusting account, "
                "in the trust policy of the role there",
                "policy": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "Xacctbackup",
                            "Effect": "Allow",
                            "Action": "sts:AssumeRole",
                            "Resource": [
                                f"arn:aws:iam::{CUSTOMER_A}:role/XacctBackup",
                                f"arn:aws:iam::{CUSTOMER_B}:role/XacctBackup",
                            ],
                        }
                    ],
                },
                "trusting": [
                    f"arn:aws:iam::{CUSTOMER_A}:role/XacctBackup",
                    f"arn:aws:iam::{CUSTOMER_B}:role/XacctBackup",
                ],
            }
        ]

    def test_a_given_external_id_is_not_repeated(self):
        declared = trust(trusted={"account_id": THIRD_PARTY}, role={"external_id": "very-secret"})
        (third,) = plan([declared], ACCOUNTS)["third_parties"]
        assert "very-secret" not in json.dumps(third)
        assert "role.external_id of trust backup" in third["external_id_note"]

    def test_nothing_to_do_for_one_that_is_absent(self):
        declared = trust(state="absent", trusted={"account_id": THIRD_PARTY}, role={"generate": True})
        assert plan([declared], ACCOUNTS)["third_parties"] == []


def test_a_role_that_requires_mfa_of_roles_says_so():
    made = plan([trust(principals=["role/A", "user/b"], role={"require_mfa": True})], ACCOUNTS)
    assert made["trusts"]["backup"]["notes"] == [
        "XacctBackup requires MFA: a session of role/A has it only when it was assumed with MFA, "
        "and an instance or a service never does"
    ]


def test_nothing_declared():
    assert plan([], ACCOUNTS) == {
        "trusts": {},
        "accounts": {
            host: {"account_id": entry["account_id"], "trusting": [], "trusted": []}
            for host, entry in sorted(ACCOUNTS.items())
        },
        "expectations": [],
        "third_parties": [],
        "warnings": [],
    }


def test_time_grows_with_the_number_of_accounts():
    """Not a stopwatch: eight times the accounts may cost twenty times the time, which a quadratic step exceeds."""
    trusts = [
        trust(f"trust{number}", [principal], trusted_side="managed", role={"name": f"Role{number}", "generate": True})
        for number, principal in enumerate(["role/A", "group/b", "role/C"])
    ]
    spent = []
    for count in (100, 800):
        accounts = many_accounts(count)
        laps = []
        for _lap in range(3):
            started = time.process_time()
            plan(trusts, accounts)
            laps.append(time.process_time() - started)
        spent.append(min(laps))
    assert spent[1] < 20 * spent[0]
