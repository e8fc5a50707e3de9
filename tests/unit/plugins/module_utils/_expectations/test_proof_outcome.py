# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one attempt says about one expectation: the whole table."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._expectations.proof_outcome import (
    AT_A_BUCKET,
    AT_A_RESOURCE,
    AT_A_ROLE,
    BROKEN,
    EVALUATED,
    NOT_PROVED,
    PROVED,
    Attempt,
    Evaluation,
    Judgement,
    Question,
    counted,
    judge,
    missing_side,
    with_evaluation,
    worst,
)

ROLE = "arn:aws:iam::222222222222:role/Backup"
SESSION = "arn:aws:sts::111111111111:assumed-role/BackupService/xacct-verify"
USER = "arn:aws:iam::111111111111:user/alice"
ROOT = "arn:aws:iam::111111111111:root"
DENIED = f"User: {SESSION} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"

TABLE = [
    # expect, actor, let in, code, message, outcome, may settle
    ("allowed", SESSION, True, "", "", "proved", False),
    ("allowed", USER, True, "", "", "proved", False),
    ("allowed", ROOT, True, "", "", "proved", False),
    ("denied", SESSION, True, "", "", "broken", True),
    ("denied", ROOT, True, "", "", "broken", True),
    ("denied", SESSION, False, "AccessDenied", DENIED, "proved", False),
    ("denied", SESSION, False, "AccessDeniedException", DENIED, "proved", False),
    ("allowed", SESSION, False, "AccessDenied", DENIED, "broken", True),
    # A root user is no witness: AWS refuses it whatever the trust says.
    ("denied", ROOT, False, "AccessDenied", "Roles may not be assumed by root accounts.", "not_proved", False),
    ("allowed", ROOT, False, "AccessDenied", "Roles may not be assumed by root accounts.", "not_proved", False),
    ("denied", ROOT, False, "AccessDenied", DENIED, "not_proved", False),
    # A code that is not accepted says nothing about the trust.
    (
        "allowed",
        USER,
        False,
        "AccessDenied",
        "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
        "not_proved",
        False,
    ),
    (
        "denied",
        USER,
        False,
        "AccessDenied",
        "MultiFactorAuthentication failed, unable to validate",
        "not_proved",
        False,
    ),
]
NO_VERDICT = [
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "RegionDisabledException",
    "EndpointConnectionError",
    "ReadTimeoutError",
    "Throttling",
    "ServiceUnavailable",
    "InternalFailure",
    "ValidationError",
    "NoCredentialsError",
    "SomethingNew",
]


@pytest.mark.parametrize(("expect", "actor", "let_in", "code", "message", "outcome", "may_settle"), TABLE)
def test_table(expect, actor, let_in, code, message, outcome, may_settle) -> None:
    question = Question("backup", ROLE, expect, "without an external ID")
    judgement = judge(question, Attempt(actor, let_in, code, message))
    assert (judgement.outcome, judgement.may_settle) == (outcome, may_settle)
    assert judgement.answer == message
    if outcome == "broken":
        assert "'backup'" in judgement.said
    if outcome in ("broken", "proved"):
        assert f"{actor} without an external ID" in judgement.said
        assert ROLE in judgement.said


@pytest.mark.parametrize("actor", [SESSION, ROOT])
@pytest.mark.parametrize("code", NO_VERDICT)
@pytest.mark.parametrize("expect", ["allowed", "denied"])
def test_what_is_not_about_access_proves_nothing(expect: str, code: str, actor: str) -> None:
    judgement = judge(Question("backup", ROLE, expect), Attempt(actor, False, code, "some text"))
    assert (judgement.outcome, judgement.may_settle) == ("not_proved", False)
    assert judgement.said
    assert judgement.answer == "some text"


def test_a_condition_that_this_place_may_not_meet_breaks_nothing() -> None:
    question = Question("backup", ROLE, "allowed", depends_on=("source_ips",))
    judgement = judge(question, Attempt(SESSION, False, "AccessDenied", DENIED))
    assert (judgement.outcome, judgement.may_settle) == ("not_proved", True)
    assert "source_ips" in judgement.said
    assert judge(question, Attempt(SESSION, True)).outcome == "proved"


def test_a_broken_trust_repeats_aws_and_says_where_to_look() -> None:
    judgement = judge(Question("backup", ROLE, "allowed"), Attempt(SESSION, False, "AccessDenied", DENIED))
    assert DENIED in judgement.said
    assert "AWS does not say which side refused" in judgement.said


@pytest.mark.parametrize(
    ("ending", "where"),
    [
        ("", "does not say which side"),
        ("because no identity-based policy allows the sts:AssumeRole action", "The trusted side is missing"),
        # This text comes also when only the identity side lacks: neither side may be cleared.
        ("because no resource-based policy allows the sts:AssumeRole action", "look at both"),
        ("because no permissions boundary allows the sts:AssumeRole action", "permissions boundary"),
        ("because no session policy allows the sts:AssumeRole action", "session policy"),
        ("because no service control policy allows the sts:AssumeRole action", "organization"),
        ("because no resource control policy allows the sts:AssumeRole action", "organization"),
        (
            "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/x",
            "a service control policy",
        ),
        ("with an explicit deny in an identity-based policy", "a identity-based policy"),
        ("with an explicit deny", "some policy"),
    ],
)
def test_which_side_is_missing(ending: str, where: str) -> None:
    assert where in missing_side(f"{DENIED} {ending}", Question("backup", ROLE, "allowed"))


@pytest.mark.parametrize("where", [AT_A_ROLE, AT_A_BUCKET, AT_A_RESOURCE])
def test_the_trusting_side_is_that_of_the_question(where: str) -> None:
    question = Question("backup", "data", "allowed", permission="x:Do", place="thing", trusting_side=where)
    assert f"look at {where} (and whether the thing exists)" in missing_side(DENIED, question)


def test_the_worst_of_several_attempts_counts() -> None:
    proved, not_proved, broken = (Judgement(outcome, "") for outcome in ("proved", "not_proved", "broken"))
    assert worst([proved]) is proved
    assert worst([proved, not_proved]) is not_proved
    assert worst([not_proved, broken, proved]) is broken


def test_every_outcome_is_counted() -> None:
    assert counted(["proved", "broken", "proved"]) == {"proved": 2, "evaluated": 0, "broken": 1, "not_proved": 0}


class TestWithEvaluation:
    ALLOWED = {"trust": "backup", "expect": "allowed", "depends_on": []}
    DENIED = {**ALLOWED, "expect": "denied"}
    NOT_TRIED = Judgement(NOT_PROVED, "no MFA code for user/alice")

    def test_aws_own_answer_stands(self):
        for judgement in (Judgement(PROVED, "got in"), Judgement(BROKEN, "was refused")):
            for answer in ("allowed", "denied", "unknown"):
                assert with_evaluation(self.ALLOWED, judgement, Evaluation(answer)) == judgement

    @pytest.mark.parametrize("expectation", [ALLOWED, DENIED])
    def test_what_could_not_be_tried_is_as_the_policies_say(self, expectation):
        judgement = with_evaluation(expectation, self.NOT_TRIED, Evaluation(expectation["expect"]))
        assert judgement.outcome == EVALUATED
        said = f"no MFA code for user/alice; by the policies it is {expectation['expect']}, as declared"
        assert judgement.said == said

    @pytest.mark.parametrize(("expectation", "answer"), [(ALLOWED, "denied"), (DENIED, "allowed")])
    def test_what_the_policies_say_otherwise_is_broken(self, expectation, answer):
        judgement = with_evaluation(expectation, self.NOT_TRIED, Evaluation(answer))
        assert judgement.outcome == BROKEN
        assert judgement.said.startswith(f"trust 'backup' does not hold: by the policies it is {answer}")

    @pytest.mark.parametrize("evaluation", [None, Evaluation("unknown")])
    def test_what_is_not_known_either_is_not_proved(self, evaluation):
        assert with_evaluation(self.ALLOWED, self.NOT_TRIED, evaluation) == self.NOT_TRIED

    def test_a_denial_shows_nothing_where_the_place_may_not_meet_the_conditions(self):
        expectation = {**self.ALLOWED, "depends_on": ["conditions"]}
        assert with_evaluation(expectation, self.NOT_TRIED, Evaluation("denied")) == self.NOT_TRIED

    def test_reasons_and_fixes_are_returned_where_it_is_not_as_expected(self):
        evaluation = Evaluation("denied", ("no statement matches",), ({"text": "add one"},), ("the organization",))
        assert evaluation.as_result("denied") == {
            "answer": "denied", "holds": True, "why": [], "fix": [], "unread": [],
        }  # fmt: skip
        assert evaluation.as_result("allowed") == {
            "answer": "denied",
            "holds": False,
            "why": ["no statement matches"],
            "fix": [{"text": "add one"}],
            "unread": ["the organization"],
        }
