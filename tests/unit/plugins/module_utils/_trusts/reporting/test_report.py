# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run did with a plan, as data and as lines that a person reads."""

from __future__ import annotations

import json

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import plan
from ansible_collections.xacct.aws.plugins.module_utils._trusts.reporting.lines import WIDTH, table
from ansible_collections.xacct.aws.plugins.module_utils._trusts.reporting.report import report
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._trusts.declarations import (
    ACCOUNTS,
    THIRD_PARTY,
    many_accounts,
    trust,
)

AUDIT = trust(
    "audit",
    trusted={"account_id": THIRD_PARTY, "principals": ["role/Auditor"]},
    trusting=["customer_a"],
    role={"name": "XacctAudit", "external_id": "id-of-auditor"},
)


def results_of(made, changed=False, outcome="proved"):
    """The results of a run in which everything went well."""
    return {
        host: {
            "trusting": {
                operation["trust"]: {
                    "changed": changed,
                    "failed": False,
                    "external_ids": {operation["trust"]: ["s3cret"]},
                }
                for operation in sides["trusting"]
            },
            "trusted": {
                f"{operation['principal']} {operation['via']}": {"changed": changed, "failed": False}
                for operation in sides["trusted"]
            },
            "proofs": [
                {"id": expectation["id"], "outcome": outcome, "said": "let in"}
                for expectation in made["expectations"]
                if expectation["actor"]["account"] == host
            ],
        }
        for host, sides in made["accounts"].items()
    }


def rows(data):
    return {(row["trust"], row["to"]): row for row in data["rows"]}


class TestStates:
    @pytest.mark.parametrize(
        ("state", "changed", "check_mode", "expected"),
        [
            ("present", False, False, "in place"),
            ("present", True, False, "changed"),
            ("present", False, True, "in place"),
            ("present", True, True, "would change"),
            ("absent", False, False, "absent"),
            ("absent", True, False, "removed"),
            ("absent", True, True, "would be removed"),
        ],
    )
    def test_both_sides_alike(self, state, changed, check_mode, expected):
        made = plan([trust(state=state)], ACCOUNTS)
        data = report(made, results_of(made, changed), check_mode)
        assert {row["state"] for row in data["rows"]} == {expected}
        assert data["changed"] is changed
        assert data["ok"] is True
        assert data["counts"]["states"] == {expected: 2}

    def test_one_side_changed(self):
        made = plan([trust()], ACCOUNTS)
        results = results_of(made)
        results["customer_a"]["trusting"]["backup"]["changed"] = True
        data = report(made, results)
        assert [row["state"] for row in data["rows"]] == ["changed", "in place"]

    def test_only_the_trust_whose_statement_changed(self):
        made = plan([trust("a", role={"name": "A"}), trust("b", role={"name": "B"})], ACCOUNTS)
        results = results_of(made)
        operation = results["platform"]["trusted"]["role/BackupService inline"]
        operation.update(changed=True, changes=[{"what": "grants", "name": "b", "before": None, "after": {}}])
        data = report(made, results)
        assert {trust: row["state"] for (trust, _host), row in rows(data).items()} == {"a": "in place", "b": "changed"}

    def test_hosts_that_were_not_in_the_run(self):
        made = plan([trust()], ACCOUNTS)
        results = results_of(made, changed=True)
        del results["customer_b"]
        del results["customer_a"]["trusting"]
        data = report(made, results)
        assert {row["state"] for row in data["rows"]} == {"changed, trusting side not in this run"}
        assert data["not_in_run"] == [
            {"host": "customer_a", "sides": ["trusting"]},
            {"host": "customer_b", "sides": ["trusting"]},
        ]
        assert "  trusting side of customer_a, customer_b" in data["lines"]

    def test_the_trusted_account_was_not_in_the_run(self):
        made = plan([trust()], ACCOUNTS)
        results = results_of(made)
        del results["platform"]
        data = report(made, results)
        assert {row["state"] for row in data["rows"]} == {"in place, trusted side not in this run"}

    def test_nothing_was_in_the_run(self):
        made = plan([trust()], ACCOUNTS)
        data = report(made, {})
        assert {row["state"] for row in data["rows"]} == {"not in this run"}
        assert (data["ok"], data["changed"]) == (True, False)

    def test_one_principal_in_two_policies(self):
        made = plan([trust(trusted_side="managed"), trust("b", role={"name": "B"})], ACCOUNTS)
        results = results_of(made)
        results["platform"]["trusted"]["role/BackupService managed"]["changed"] = True
        data = report(made, results)
        assert {trust: row["state"] for (trust, _host), row in rows(data).items()} == {
            "backup": "changed",
            "b": "in place",
        }

    def test_results_under_the_bare_principal(self):
        made = plan([trust()], ACCOUNTS)
        results = results_of(made)
        results["platform"]["trusted"] = {"role/BackupService": {"changed": True}}
        assert {row["trusted_side"] for row in report(made, results)["rows"]} == {"changed"}


class TestFailures:
    def failed(self, made):
        results = results_of(made)
        results["customer_a"]["trusting"]["b"] = {"failed": True, "msg": "account 222222222222: iam:CreateRole: denied"}
        del results["customer_a"]["trusting"]["c"]
        return results

    def test_how_far_the_account_got(self):
        made = plan([trust(name, role={"name": f"Role-{name}"}) for name in "abc"], ACCOUNTS)
        data = report(made, self.failed(made))
        assert data["ok"] is False
        assert data["failed"] == [
            {
                "host": "customer_a",
                "account_id": "222222222222",
                "side": "trusting",
                "what": "b",
                "msg": "account 222222222222: iam:CreateRole: denied",
                "done": ["a"],
                "not_tried": ["c"],
            }
        ]
        states = {key: row["state"] for key, row in rows(data).items()}
        assert states["a", "customer_a"] == "in place"
        assert states["b", "customer_a"] == "failed (trusting side)"
        assert states["c", "customer_a"] == "not tried (trusting side)"
        assert states["b", "customer_b"] == "in place"
        assert "      done: a; not tried: c" in data["lines"]

    def test_a_trusted_side_that_failed(self):
        made = plan([trust()], ACCOUNTS)
        results = results_of(made, changed=True)
        results["platform"]["trusted"] = {"role/BackupService inline": {"failed": True, "msg": "no such role"}}
        data = report(made, results)
        assert {row["state"] for row in data["rows"]} == {"failed (trusted side)"}
        assert data["failed"][0]["what"] == "role/BackupService"

    def test_an_account_that_failed_as_a_whole(self):
        made = plan([trust()], ACCOUNTS)
        results = {**results_of(made), "customer_a": {"failed": True, "msg": "the credentials belong to 999999999999"}}
        data = report(made, results)
        assert rows(data)["backup", "customer_a"]["state"] == "failed (trusting side)"
        assert data["failed"][0]["msg"] == "the credentials belong to 999999999999"
        assert data["failed"][0]["not_tried"] == ["backup"]
        assert "customer_a" not in [entry["host"] for entry in data["not_in_run"]]


class TestProofs:
    def outcome(self, outcomes, made=None):
        """The first row of a report where the first expectations came out like this."""
        made = made or plan([trust(trusting=["customer_a"], role={"generate": True})], ACCOUNTS)
        results = results_of(made)
        proofs = [proof for result in results.values() for proof in result["proofs"]]
        for proof, (outcome, said) in zip(proofs, outcomes, strict=False):
            proof.update(outcome=outcome, said=said)
        return report(made, results)

    def test_all(self):
        data = self.outcome([])
        assert data["rows"][0]["proof"] == "proved 6/6"
        assert (data["counts"]["proved"], data["counts"]["expected"]) == (6, 6)

    def test_broken(self):
        data = self.outcome([("broken", "role/X was let in"), ("broken", "so was Y")])
        assert data["rows"][0]["proof"] == "2 of 6 BROKEN"
        assert data["ok"] is False
        assert {proof["said"] for proof in data["broken"]} == {"role/X was let in", "so was Y"}

    def test_some_not_proved(self):
        data = self.outcome([("not_proved", "no credentials for user/alice")])
        assert data["rows"][0]["proof"] == "proved 5/6, 1 not proved (no credentials for user/alice)"
        assert data["not_proved"][0]["reason"] == "no credentials for user/alice"
        assert data["ok"] is True

    def test_none_proved(self):
        data = self.outcome([("not_proved", "no MFA code for user/alice")] * 6)
        assert data["rows"][0]["proof"] == "not proved (no MFA code for user/alice)"

    def test_a_long_reason_is_left_to_the_list(self):
        data = self.outcome([("not_proved", "because " * 20)])
        assert data["rows"][0]["proof"] == "proved 5/6, 1 not proved (see below)"
        assert any("because because" in line for line in data["lines"])

    def test_what_was_evaluated_only(self):
        data = self.outcome([("evaluated", "no MFA code; by the policies it is allowed, as declared")])
        assert data["rows"][0]["proof"] == "proved 5/6, 1 evaluated"
        assert (data["rows"][0]["evaluated"], data["counts"]["evaluated"]) == (1, 1)
        assert data["ok"] is True
        assert "Confirmed by policy evaluation only" in data["lines"]
        assert data["lines"][-1].endswith("; 5 of 6 expectations proved, 1 evaluated, 0 broken")

    def test_what_is_broken_is_explained_and_the_fix_can_be_copied(self):
        made = plan([trust(trusting=["customer_a"])], ACCOUNTS)
        results = results_of(made)
        proof = results["platform"]["proofs"][0]
        yaml = "# in account 111111111111: Let X in\n- name: " + "x" * 150 + "\n"
        proof.update(outcome="broken", said="it was refused")
        proof["evaluation"] = {
            "answer": "denied", "holds": False, "why": ["no statement matches"], "unread": [],
            "fix": [{"text": "Let X in", "yaml": yaml, "instead": False}],
        }  # fmt: skip
        data = report(made, results)
        assert "      no statement matches" in data["lines"]
        assert "        - name: " + "x" * 150 in data["lines"]
        (entry,) = [entry for entry in data["proofs"] if entry["outcome"] == "broken"]
        assert entry["evaluation"] == proof["evaluation"]

    def test_every_expectation_is_among_the_proofs(self):
        made = plan([trust(), AUDIT], ACCOUNTS)
        outcomes = {entry["id"]: entry["outcome"] for entry in report(made, {})["proofs"]}
        assert outcomes == dict.fromkeys([expectation["id"] for expectation in made["expectations"]], "not_proved")

    def test_nobody_asked(self):
        made = plan([trust()], ACCOUNTS)
        assert report(made, {})["rows"][0]["proof"] == "not proved (not in this run)"
        assert report(made, {}, check_mode=True)["rows"][0]["proof"] == "not proved (check mode)"

    def test_an_outcome_that_nobody_knows_is_not_proved(self):
        data = self.outcome([("fine", "trust me")])
        assert data["rows"][0]["proof"] == "proved 5/6, 1 not proved (trust me)"

    def test_nothing_to_ask_with(self):
        accounts = {host: ACCOUNTS[host] for host in ("customer_a",)}
        data = report(plan([AUDIT], accounts), {})
        assert data["rows"][0]["proof"] == "not proved (no credentials to try with)"

    def test_a_third_party_is_never_proved(self):
        made = plan([AUDIT], ACCOUNTS)
        data = report(made, results_of(made))
        assert data["rows"][0]["proof"] == "proved 1/1, the third party itself not proved"


class TestThirdParties:
    def test_the_ready_policy_and_where_the_external_id_is_found(self):
        made = plan([AUDIT], ACCOUNTS)
        data = report(made, results_of(made, changed=True))
        assert data["third_parties"][0]["external_id_counts"] == {"customer_a": 1}
        assert data["third_parties"][0]["policy"] == made["third_parties"][0]["policy"]
        assert "  audit: the account 999999999999 attaches the policy in third_parties to role/Auditor" in data["lines"]
        assert "    external ID: given as role.external_id of trust audit in xacct_trusts" in data["lines"]
        assert "    valid external IDs: 1 in customer_a" in data["lines"]
        assert data["rows"][0]["state"] == "changed"

    def test_an_external_id_that_is_not_made_yet_does_not_count(self):
        made = plan([AUDIT], ACCOUNTS)
        results = results_of(made)
        results["customer_a"]["trusting"]["audit"]["external_ids"] = {"audit": ["(generated when applied)"]}
        assert report(made, results, check_mode=True)["third_parties"][0]["external_id_counts"] == {"customer_a": 0}

    def test_external_ids_are_not_shown(self):
        made = plan([AUDIT, trust(role={"generate": True})], ACCOUNTS)
        data = report(made, results_of(made, changed=True))
        assert "id-of-auditor" not in json.dumps(data)
        assert "s3cret" not in json.dumps(data)


class TestLines:
    def test_the_table(self):
        made = plan([trust(role={"generate": True}), AUDIT], ACCOUNTS)
        lines = report(made, results_of(made))["lines"]
        assert lines[:5] == [
            "TRUST   FROM                           TO                      METHOD  STATE     PROOF",
            "------  -----------------------------  ----------------------  ------  --------  " + "-" * 39,
            "audit   999999999999 (role/Auditor)    customer_a              role    in place  "
            "proved 1/1, the third party itself not",
            " " * 81 + "proved",
            "backup  platform (role/BackupService)  customer_a, customer_b  role    in place  proved 12/12",
        ]
        assert lines[-1] == "2 trusts to 2 accounts: 3 in place; 13 of 13 expectations proved, 0 broken"

    def test_alike_accounts_are_one_row(self):
        made = plan([trust(trusted_side="managed")], many_accounts(300))
        lines = report(made, results_of(made))["lines"]
        assert len(lines) < 12
        assert "proved 1200/1200" in lines[2]
        assert " ".join(line[38:64].strip() for line in lines[2:6]).startswith("customer_000, ")
        assert "296 more" in " ".join(" ".join(lines).split())

    def test_no_line_of_text_is_wider_than_the_table(self):
        names = ["x" * 60 + str(number) for number in range(3)]
        made = plan(
            [trust(name, [f"role/{'y' * 60}"], role={"name": f"R{name[-1]}", "require_mfa": True}) for name in names],
            ACCOUNTS,
        )
        results = results_of(made, outcome="not_proved")
        results["customer_a"]["trusting"][names[0]] = {"failed": True, "msg": "word " * 80}
        lines = report(made, results)["lines"]
        assert max(len(line) for line in lines) <= WIDTH
        assert all(line == line.rstrip() for line in lines)

    def test_nothing_is_cut_off(self):
        lines = table(("A", "B", "C", "D", "E", "F"), [("a" * 50, "b", "c", "d", "e", "f " * 100)])
        assert "".join(lines[2:]).count("a") == 50
        assert "".join(lines[2:]).count("f") == 100

    def test_an_empty_plan(self):
        lines = report(plan([], ACCOUNTS), {})["lines"]
        assert lines[-1] == "0 trusts to 0 accounts: nothing planned; 0 of 0 expectations proved, 0 broken"

    def test_notes_and_warnings(self):
        made = plan([trust(trusted_side="managed", role={"path": f"/{'x' * 400}/"})], many_accounts(300))
        made["trusts"]["backup"]["notes"] = ["something to know"]
        text = "\n".join(report(made, {})["lines"])
        assert "Notes\n  backup: something to know" in text
        assert "Warnings\n  platform's role/BackupService gets" in text


def test_the_report_is_plain_data():
    made = plan([trust(), AUDIT], ACCOUNTS)
    data = report(made, results_of(made))
    assert json.loads(json.dumps(data)) == data
