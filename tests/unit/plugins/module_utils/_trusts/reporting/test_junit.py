# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proofs of a run as JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._trusts.reporting.junit import junit
from hypothesis import given
from hypothesis import strategies as st


def proof(outcome: str, name: str = "role-Reader/allowed", trust: str = "backup", **more: object) -> dict:
    identifier = f"{trust}/customer_a/{name}"
    made = {"id": identifier, "trust": trust, "trusting": "customer_a", "expect": "allowed", "why": "it is declared"}
    return {**made, "outcome": outcome, "said": "what happened", **more}


def parsed(*proofs: dict, failed: tuple = ()) -> ElementTree.Element:
    text = junit({"proofs": list(proofs), "failed": list(failed)})
    return ElementTree.fromstring(text)


def counts(element: ElementTree.Element) -> dict[str, str]:
    return {name: element.get(name) for name in ("tests", "failures", "errors", "skipped")}


def test_a_suite_a_trust_and_a_case_an_expectation():
    root = parsed(proof("proved"), proof("proved", "role-Reader/without-mfa"), proof("proved", trust="exports"))
    assert [(suite.get("name"), suite.get("tests")) for suite in root] == [("backup", "2"), ("exports", "1")]
    case = root[0][1]
    assert (case.get("classname"), case.get("name")) == ("backup.customer_a", "role-Reader/without-mfa")
    assert counts(root) == {"tests": "3", "failures": "0", "errors": "0", "skipped": "0"}


@pytest.mark.parametrize(
    ("outcome", "tag"), [("broken", "failure"), ("not_proved", "skipped"), ("evaluated", "system-out")]
)
def test_what_is_not_proved_says_so(outcome, tag):
    (case,) = parsed(proof(outcome)).iter("testcase")
    (found,) = case
    assert found.tag == tag
    assert "what happened" in (found.get("message") or "") + (found.text or "")


def test_a_failure_has_the_explanation_and_the_fix():
    fix = {"yaml": "# in account 1: Let X in\n- name: Let X in\n", "instead": False}
    evaluation = {"answer": "denied", "holds": False, "why": ["no statement matches"], "unread": [], "fix": [fix]}
    (case,) = parsed(proof("broken", evaluation=evaluation)).iter("testcase")
    text = case.findtext("failure")
    assert text.splitlines() == [
        "it is declared", "what happened", "no statement matches", "to fix it:", "  # in account 1: Let X in",
        "  - name: Let X in",
    ]  # fmt: skip


def test_an_account_that_failed_is_an_error():
    root = parsed(proof("proved"), failed=({"host": "customer_b", "what": "backup", "msg": "no credentials"},))
    assert counts(root)["errors"] == "1"
    case = root.find("testsuite[@name='accounts']/testcase")
    assert (case.get("classname"), case.get("name")) == ("customer_b", "backup")
    assert case.find("error").get("message") == "no credentials"


def test_nothing_to_prove_is_a_document_too():
    assert counts(parsed()) == {"tests": "0", "failures": "0", "errors": "0", "skipped": "0"}


@given(st.text())
def test_whatever_aws_says_is_xml(said):
    for outcome in ("broken", "not_proved", "evaluated"):
        parsed(proof(outcome, said=said, why=said))


def test_no_text_of_a_stranger_makes_a_line_or_moves_a_cursor():
    said = "no\nPLAY RECAP ***\r\x9b2K\u202e"
    text = junit({"proofs": [proof("broken", said=said, why=said)], "failed": []})
    assert "\nPLAY RECAP" not in text and "no\\nPLAY RECAP ***\\r\\x9b2K\\u202e" in text
    assert not set(text) & set("\r\x9b\u202e")
