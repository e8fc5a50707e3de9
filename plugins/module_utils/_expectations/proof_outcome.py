# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one attempt says about one expectation of a trust. Pure: the calls were made elsewhere.

The rule of the house: "proved" is said of what AWS itself has shown, "broken" of what it has shown to be otherwise.
What could not be tried is "evaluated" where the policies of both accounts say that it is as declared, broken where they
say that it is not, and "not proved", with the reason, where they could not be read either. A refusal counts only when
it is about the trust: keys that have expired, an endpoint that does not answer or a root user are refused too, and that
shows nothing.
Private to this collection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .._policy.evaluation.verdicts import BOUNDARY, RCP, SCP, SERVICE_RULE, SESSION_POLICY
from .._services.rules_registry import EVERY

ALLOWED = "allowed"
DENIED = "denied"

PROVED = "proved"
EVALUATED = "evaluated"
BROKEN = "broken"
NOT_PROVED = "not_proved"
OUTCOMES = (PROVED, EVALUATED, BROKEN, NOT_PROVED)

_TO_ASSUME = "sts:AssumeRole"
AT_A_ROLE = "the role's trust policy, its external ID, MFA or other conditions"
AT_A_BUCKET = "the bucket's policy or access control lists, who owns the object, Block Public Access"
AT_A_RESOURCE = "the policy of the resource, its conditions, and the key that encrypts it"
"""Where to look on the trusting side."""

OF_NO_TRUST = frozenset({BOUNDARY, SESSION_POLICY, SCP, RCP, SERVICE_RULE})
"""Kinds of policy that applying a trust does not touch."""

ACCESS_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        *(code for rules in EVERY for code in rules.denied_codes),
    }
)

WITHOUT_VERDICT = {
    "ExpiredToken": "the actor's credentials have expired",
    "ExpiredTokenException": "the actor's credentials have expired",
    "InvalidClientTokenId": "AWS does not know the actor's access key",
    "UnrecognizedClientException": "AWS does not know the actor's access key",
    "SignatureDoesNotMatch": "the actor's secret key does not match its access key",
    "RegionDisabledException": "STS is not active in this region for the account",
    "InvalidAnswer": "what answered is not AWS",
    "EndpointConnectionError": "AWS could not be reached",
    "ConnectTimeoutError": "AWS could not be reached",
    "ReadTimeoutError": "AWS did not answer in time",
    "NoCredentialsError": "there are no credentials for the actor",
    "ValidationError": "AWS did not accept the call",
    "Throttling": "AWS throttled the call",
    "ThrottlingException": "AWS throttled the call",
    "ResourceNotFoundException": "there is no such resource",
    **{code: meaning for rules in EVERY for code, meaning in rules.without_verdict.items()},
}
"""Code of a failure to what it means; any other code than these and those of refused access says nothing either."""


@dataclass(frozen=True)
class Attempt:
    """One call that was made: let in, or refused with AWS's code and message. No credentials are kept of it."""

    actor_arn: str
    let_in: bool
    code: str = ""
    message: str = ""

    @property
    def by_root(self) -> bool:
        """Whether the root user of an account made the call."""
        return self.actor_arn.endswith(":root")

    @property
    def refused(self) -> bool:
        """Whether AWS answered that the caller may not."""
        return self.code in ACCESS_DENIED


@dataclass(frozen=True)
class Judgement:
    """The outcome for one expectation and the sentence that says why; `answer` is AWS's own message, or nothing.

    `may_settle`: a change made seconds ago may not have reached AWS everywhere, so that another attempt can differ.
    """

    outcome: str
    said: str
    answer: str = ""
    may_settle: bool = False


@dataclass(frozen=True)
class Question:
    """What an attempt is to show: who was expected to get where, and how it was tried ("without an external ID").

    `depends_on` names conditions of the trust that may not be met where this runs (`source_ips`, `conditions`). The
    `permission` is asked on the `place` (role, bucket, SNS topic …) at which the `target` is, where the `trusting_side`
    has its say; `done` is what an actor has then done.
    """

    trust: str
    target: str
    expect: str
    how: str = ""
    depends_on: tuple[str, ...] = ()
    done: str = "assumed"
    permission: str = _TO_ASSUME
    place: str = "role"
    trusting_side: str = AT_A_ROLE


def judge(question: Question, attempt: Attempt) -> Judgement:
    """Return what an attempt says about an expectation."""
    target = question.target
    tried = f"{attempt.actor_arn} {question.how}".rstrip()
    if attempt.let_in and question.expect == ALLOWED:
        return Judgement(PROVED, f"{tried} {question.done} {target}")
    if attempt.let_in:
        did = f"{tried} {question.done} {target}"
        said = f"trust '{question.trust}' does not hold: expected denied, but the call succeeded: {did}"
        return Judgement(BROKEN, said, may_settle=True)
    if not attempt.refused:
        meaning = WITHOUT_VERDICT.get(attempt.code, f"the call failed with {attempt.code}")
        return Judgement(NOT_PROVED, meaning, attempt.message)
    if attempt.by_root and question.permission == _TO_ASSUME:
        said = (
            f"{attempt.actor_arn} is a root user, which AWS lets assume no role: use a user or a role of that account"
        )
        return Judgement(NOT_PROVED, said, attempt.message)
    if is_wrong_mfa_code(attempt.message):
        return Judgement(NOT_PROVED, "the MFA code was not accepted: wrong, used before, or too old", attempt.message)
    if question.expect == DENIED:
        return Judgement(PROVED, f"{tried} was refused at {target}", attempt.message)
    if question.depends_on:
        said = f"refused, but the trust depends on {', '.join(question.depends_on)}, which may not be met from here"
        return Judgement(NOT_PROVED, said, attempt.message, may_settle=True)
    said = (
        f"trust '{question.trust}' does not hold: expected allowed, but {tried} was denied at {target}: "
        f"{attempt.message.rstrip('.')}. {missing_side(attempt.message, question)}"
    )
    return Judgement(BROKEN, said, attempt.message, may_settle=True)


@dataclass(frozen=True)
class Evaluation:
    """What the policies say, whatever a call shows: `answer` is allowed, denied or unknown.

    `why` are sentences, `fix` entries as `xacct_access_check` returns them, `unread` says what could not be read.
    `blocked_by` are the kinds of policy that would have to change.
    """

    answer: str
    why: tuple[str, ...] = ()
    fix: tuple[dict, ...] = ()
    unread: tuple[str, ...] = ()
    blocked_by: frozenset[str] = frozenset()

    def is_final(self, expect: str) -> bool:
        """Whether waiting is in vain: access is blocked by what no trust is made of, so that nothing is on its way."""
        return self.answer == DENIED != expect and bool(self.blocked_by & OF_NO_TRUST)

    def holds(self, expect: str) -> bool | None:
        """Whether it is as expected; None where that is not known."""
        return self.answer == expect if self.answer in (ALLOWED, DENIED) else None

    def as_result(self, expect: str) -> dict:
        """Return it for the result of the module: reasons and fixes only where it is not as expected."""
        holds = self.holds(expect)
        return {
            "answer": self.answer,
            "holds": holds,
            "why": [] if holds else list(self.why),
            "fix": list(self.fix) if holds is False else [],
            "unread": [] if holds else list(self.unread),
        }


def with_evaluation(expectation: Mapping, judgement: Judgement, evaluation: Evaluation | None) -> Judgement:
    """Return the judgement on an expectation after its evaluation: it decides where no call has shown anything."""
    holds = evaluation.holds(expectation["expect"]) if evaluation else None
    if judgement.outcome != NOT_PROVED or evaluation is None or holds is None:
        return judgement
    if holds:
        said = f"{judgement.said}; by the policies it is {evaluation.answer}, as declared"
        return Judgement(EVALUATED, said, judgement.answer)
    if expectation["expect"] == ALLOWED and expectation["depends_on"]:
        return judgement
    said = f"trust '{expectation['trust']}' does not hold: by the policies it is {evaluation.answer} ({judgement.said})"
    return Judgement(BROKEN, said, judgement.answer)


def worst(judgements: Sequence[Judgement]) -> Judgement:
    """Return the judgement that decides where one expectation took several attempts (two external IDs, say)."""
    return max(judgements, key=lambda judgement: (PROVED, EVALUATED, NOT_PROVED, BROKEN).index(judgement.outcome))


def is_wrong_mfa_code(message: str) -> bool:
    """Tell whether AWS refused the MFA code itself, not the access."""
    return "MultiFactorAuthentication failed" in message


def missing_side(message: str, question: Question) -> str:
    """Return where to look after a call was denied, from AWS's message, as far as that can be trusted.

    Across accounts AWS says "no resource-based policy allows" also when the trust policy names the caller's account and
    only the caller's own policy lacks the permission, so that text never clears the trusted side.
    """
    permission, place, where_to_look = question.permission, question.place, question.trusting_side
    if "kms:" in message and not permission.startswith("kms:"):
        return "The KMS key that encrypts it refuses: its policy and the actor's own have to allow it."
    if "explicit deny" in message:
        kind = re.search(r"explicit deny in an? ([a-z -]*policy)", message)
        where = f"a {kind.group(1)}" if kind else "some policy"
        return f"An explicit Deny in {where} forbids it; an Allow elsewhere does not help."
    if "no identity-based policy allows" in message:
        return f"The trusted side is missing: the actor's own policies do not allow {permission} on that {place}."
    if "no permissions boundary allows" in message:
        return f"The actor's permissions boundary does not allow {permission} on that {place}."
    if "no session policy allows" in message:
        return f"The actor's session policy does not allow {permission} on that {place}."
    if "no service control policy allows" in message or "no resource control policy allows" in message:
        return "The organization's policies do not allow it; nothing in these accounts can change that."
    if "no resource-based policy allows" in message:
        return (
            f"The trusting side is likely missing ({where_to_look}); AWS says the same when only the actor's "
            f"own policy lacks {permission}, so look at both."
        )
    return (
        f"AWS does not say which side refused: look at {where_to_look} (and whether the {place} exists), and "
        f"at the actor's own policies, which must allow {permission} on that {place}."
    )


def counted(outcomes: Sequence[str]) -> dict[str, int]:
    """Return how many expectations came out which way; every outcome is there."""
    return {outcome: list(outcomes).count(outcome) for outcome in OUTCOMES}
