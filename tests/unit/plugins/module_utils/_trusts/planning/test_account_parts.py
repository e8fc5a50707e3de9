# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan cut into the parts of its accounts, and what a run registered put together again."""

from __future__ import annotations

import json

import pytest
from ansible_collections.xacct.aws.plugins.filter.external_ids import external_ids_of_run
from ansible_collections.xacct.aws.plugins.filter.plan_problems import plan_problems
from ansible_collections.xacct.aws.plugins.filter.taking_part import taking_part
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.account_parts import (
    external_ids,
    part_of,
    per_account,
)
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import plan
from ansible_collections.xacct.aws.plugins.module_utils._trusts.reporting.run_results import (
    not_applied,
    results_of_host,
    results_of_hosts,
)

ACCOUNTS = {
    "platform": {"account_id": "111111111111", "groups": ["accounts"]},
    "customer_a": {"account_id": "222222222222", "groups": ["accounts", "customers"]},
    "customer_b": {"account_id": "333333333333", "groups": ["accounts", "customers"]},
    "idle": {"account_id": "444444444444", "groups": ["accounts"]},
}
TRUSTS = [
    {
        "name": "backup",
        "trusted": {"account": "platform", "principals": ["role/BackupService"]},
        "trusting": ["customers"],
        "role": {"name": "XacctBackup", "generate": True},
    },
    {
        "name": "audit",
        "trusted": {"account": "platform", "principals": ["role/Auditor"]},
        "trusting": ["customer_a"],
        "role": {"name": "XacctAudit", "external_id": ["one", "two"]},
    },
]


@pytest.fixture(name="planned")
def _planned() -> dict:
    return plan(TRUSTS, ACCOUNTS)


def test_every_account_gets_its_part_as_text(planned: dict) -> None:
    parts = per_account(planned)
    assert set(parts["accounts"]) == set(ACCOUNTS)
    part = part_of(parts, "customer_a")
    assert part["account_id"] == "222222222222"
    assert [operation["trust"] for operation in part["trusting"]] == ["audit", "backup"]
    cut = [e for text in parts["accounts"].values() for e in json.loads(text)["expectations"]]
    assert sorted(e["id"] for e in cut) == sorted(e["id"] for e in planned["expectations"])
    for host, text in parts["accounts"].items():
        assert {e["actor"]["account"] for e in json.loads(text)["expectations"]} <= {host}


def test_the_hosts_of_a_play_are_those_with_something_to_do(planned: dict) -> None:
    assert taking_part({}, "role", "accounts") == "accounts"
    assert taking_part({"localhost": {}}, "role", "accounts") == "accounts"
    hostvars = {host: {} for host in ACCOUNTS} | {"localhost": {"_trust_plan_work": per_account(planned)}}
    assert taking_part(hostvars, "role", "accounts") == ["customer_a", "customer_b"]
    assert taking_part(hostvars, "bucket", "accounts") == []
    assert taking_part(hostvars, "reading", "accounts") == ["customer_a", "customer_b"]
    hostvars["customer_a"] = {"_trusting_account_role_results": {"results": []}}
    assert taking_part(hostvars, "reading", "accounts") == ["customer_b"]


def test_an_unknown_host_has_nothing_to_do(planned: dict) -> None:
    part = part_of(per_account(planned), "localhost")
    assert (part["trusting"], part["trusted"], part["expectations"]) == ([], [], [])


def test_hosts_are_listed_by_what_they_have_to_do(planned: dict) -> None:
    hosts = per_account(planned)["hosts"]
    assert hosts["trusting"] == ["customer_a", "customer_b"]
    assert hosts["trusted"] == ["platform"]
    assert hosts["generating"] == ["customer_a", "customer_b"]
    assert "platform" in hosts["proving"]


def test_a_smaller_run_has_fewer_hosts_and_the_same_parts(planned: dict) -> None:
    whole, some = per_account(planned), per_account(planned, ["customer_b", "platform"])
    assert some["accounts"] == whole["accounts"]
    assert some["hosts"]["all"] == ["customer_b", "platform"]
    assert some["hosts"]["trusting"] == ["customer_b"]
    assert some["hosts"]["trusted"] == ["platform"]
    assert whole["outside"] == []
    assert some["outside"] == ["audit/customer_a", "backup/customer_a"]
    everything = ["audit/customer_a", "backup/customer_a", "backup/customer_b"]
    assert per_account(planned, ["customer_a", "customer_b"])["outside"] == everything


def test_external_ids_come_from_the_run_else_from_the_declaration(planned: dict) -> None:
    parts = per_account(planned)
    expectations = json.loads(parts["accounts"]["platform"])["expectations"]
    assert external_ids(expectations, parts, {}) == {"audit/customer_a": ["one", "two"]}
    known = {"customer_b": {"backup": ["made-once"]}, "customer_a": {"backup": ["(generated when applied)"]}}
    assert external_ids(expectations, parts, known) == {
        "audit/customer_a": ["one", "two"],
        "backup/customer_b": ["made-once"],
    }


def test_external_ids_are_found_in_what_the_roles_registered(planned: dict) -> None:
    parts = per_account(planned)
    expectations = json.loads(parts["accounts"]["platform"])["expectations"]
    item = {"trust": "backup"}
    hostvars = {
        "customer_a": {"_verify_trust_roles": {"results": [{"item": item, "external_ids": {"backup": ["read"]}}]}},
        "customer_b": {
            "_verify_trust_roles": {"results": [{"item": item, "external_ids": {"backup": ["read"]}}]},
            "_trusting_account_role_results": {"results": [{"item": item, "external_ids": {"backup": ["applied"]}}]},
        },
    }
    found = external_ids_of_run(expectations, parts, hostvars)
    assert found["backup/customer_a"] == ["read"]
    assert found["backup/customer_b"] == ["applied"]


REGISTERED = {
    "_trusting_account_role_results": {
        "failed": True,
        "results": [
            {"item": {"trust": "backup"}, "changed": True, "external_ids": {"backup": ["x"]}, "diff": {"before": {}}},
            {"item": {"trust": "audit"}, "failed": True, "msg": "denied"},
        ],
    },
    "_trusted_account_preflight": {
        "results": [
            {"item": {"principal": "role/Ghost", "via": "inline", "trusts": ["ghost"]}, "failed": True, "msg": "none"},
            {"item": {"principal": "role/A", "via": "inline", "trusts": ["other"]}, "changed": False},
        ]
    },
    "_trusted_account_results": {
        "results": [
            {
                "item": {"principal": "role/A", "via": "inline", "trusts": ["other", "settled"]},
                "changed": True,
                "changes": [{"what": "grants", "name": "other", "before": None, "after": {}}],
            }
        ]
    },
    "_verify_trust_proofs": {"proofs": [{"id": "a", "outcome": "proved"}]},
}


def test_results_of_a_host() -> None:
    found = results_of_host(REGISTERED)
    assert found["trusting"]["backup"] == {
        "changed": True,
        "external_ids": {"backup": ["x"]},
        "failed": False,
        "wrong_account": False,
        "trusts": ["backup"],
    }
    assert found["trusting"]["audit"]["msg"] == "denied"
    assert found["trusted"]["role/Ghost inline"]["failed"]
    assert found["trusted"]["role/A inline"]["changed"]
    assert found["proofs"] == [{"id": "a", "outcome": "proved"}]
    assert found["external_ids"] == {"backup": ["x"]}
    assert "failed" not in found


def test_a_side_that_took_no_part_has_no_results() -> None:
    assert results_of_host({}) == {"external_ids": {}}
    preflight = {"_trusted_account_preflight": REGISTERED["_trusted_account_preflight"]}
    assert list(results_of_host(preflight)["trusted"]) == ["role/Ghost inline"]
    skipped = {"_trusting_account_role_results": {"skipped": True, "results": []}}
    assert results_of_host(skipped)["trusting"] == {}


@pytest.mark.parametrize("name", ["_trusting_account_role_results", "_trusted_account_results", "_verify_trust_proofs"])
def test_a_task_that_failed_as_a_whole_fails_the_host(name: str) -> None:
    found = results_of_host({name: {"failed": True, "msg": "'xacct_connection' is undefined"}})
    assert found["failed"]
    assert found["msg"] == "'xacct_connection' is undefined"


def test_not_applied_names_trusts_and_single_accounts() -> None:
    results = results_of_hosts({"platform": REGISTERED}, ["platform", "unknown"])
    assert set(results) == {"platform"}
    assert not_applied(results) == ["ghost", "audit/platform"]
    assert not_applied(results, check_mode=True) == ["ghost", "other", "audit/platform", "backup/platform"]


def test_a_wrong_account_leaves_out_the_whole_trust() -> None:
    """Nothing may be allowed to or in an account that is somebody else's."""
    wrong = {"item": {"trust": "backup"}, "failed": True, "msg": "wrong", "error": {"code": "WrongAccount"}}
    results = {"customer_a": results_of_host({"_trusting_account_role_results": {"results": [wrong]}})}
    assert not_applied(results) == ["backup", "backup/customer_a"]
    item = {"label": "the account itself", "principal": "root", "via": "inline", "trusts": ["everybody"]}
    whole = {"_trusted_account_info": {"results": [{**wrong, "item": item}]}}
    assert not_applied({"platform": results_of_host(whole)}) == ["everybody"]


def test_accounts_that_are_trusted_as_a_whole_are_asked_whose_they_are() -> None:
    whole = {**TRUSTS[1], "name": "whole", "trusted": {"account": "platform"}, "role": {"name": "XacctWhole"}}
    parts = per_account(plan([TRUSTS[0], whole], ACCOUNTS))
    assert parts["hosts"]["named"] == ["platform"]
    assert [item["trusts"] for item in part_of(parts, "platform")["named"]] == [["whole"]]
    assert per_account(plan(TRUSTS, ACCOUNTS))["hosts"]["named"] == []


def test_what_is_outside_a_run_counts_where_it_applied_something() -> None:
    outside = ["backup/customer_b"]
    assert not_applied({"platform": {"proofs": []}}, outside=outside) == []
    assert not_applied({"platform": {"trusting": {}}}, outside=outside) == outside


def test_problems_are_returned_as_a_list() -> None:
    assert plan_problems(TRUSTS, ACCOUNTS) == []
    wrong = plan_problems([{**TRUSTS[0], "trusting": ["customer"]}, {**TRUSTS[1], "role": {}}], ACCOUNTS)
    assert len(wrong) >= 2
    assert wrong[0].startswith("trust 'backup'")
    hostvars = {"platform": {"xacct_account_id": 111111111111}}
    assert "platform" in plan_problems([], hostvars=hostvars, groups={})[0]


def test_a_trust_of_several_regions_has_one_result_of_all_of_them() -> None:
    def result(trusts: list[str], **more: object) -> dict:
        return {"item": {"trusts": trusts}, "changed": False, "failed": False, **more}

    done = [
        result(["events", "watch"], changed=True, changes=[{"name": "watch"}]),
        result(["events"], failed=True, msg="no topic", error={"code": "NotFound"}),
    ]
    variables = {"_trusting_account_resource_results": {"results": done, "failed": True}}
    found = results_of_host(variables)["trusting"]
    assert found["watch"] == {
        "changed": True, "failed": False, "wrong_account": False, "trusts": ["events", "watch"],
        "changes": [{"name": "watch"}],
    }  # fmt: skip
    assert found["events"]["failed"] and found["events"]["changed"]
    assert found["events"]["msg"] == "no topic"
    assert found["events"]["trusts"] == ["events", "watch"]
    assert not_applied({"customer_a": results_of_host(variables)}) == ["events/customer_a"]
