# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `xacct_verify` does about roles: assume them, and drop the session that may come of it.

Private to this collection.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..._aws.calls.errors import SDK_ERRORS, AwsError, error_code, translate
from ..._aws.sessions.hops import SHORTEST_DURATION
from ..._expectations.proof_outcome import DENIED, Attempt, Judgement, Question, judge
from ..actors import SESSION_NAME, Actor, CannotAct

DECLARED = "declared"
NONE = "none"
WRONG = "wrong"

SESSION_TAGS = {"xacct-verify": "refuse-me"}
"""Tags to send where a trust has to refuse them."""


@dataclass(frozen=True)
class RoleTrial:
    """One call to make for an expectation. Its arguments hold an external ID, which is shown to nobody."""

    position: int
    """Which expectation."""
    question: Question
    client: object = field(repr=False)
    account: object = field(repr=False)
    actor_arn: str
    arguments: dict = field(repr=False)

    def judged(self) -> Judgement:
        """Make the call and judge it."""
        return judge(self.question, self.attempt())

    def attempt(self) -> Attempt:
        """Make the call. The session that may come of it is dropped here: only that there was one is kept."""
        try:
            self.client.assume_role(**self.arguments)
        except (AwsError, *SDK_ERRORS) as error:
            said = translate(error, self.account, "").aws_message or str(error)
            external_id = self.arguments.get("ExternalId")
            if external_id:
                said = said.replace(external_id, "(the external ID)")
            return Attempt(self.actor_arn, let_in=False, code=error_code(error), message=said)
        return Attempt(self.actor_arn, let_in=True)


def role_trials(
    position: int, expectation: Mapping, actor: Actor, external_ids: Mapping[str, Sequence[str]]
) -> list[RoleTrial]:
    """Return the calls that an expectation takes: one, or one for each external ID that has to work."""
    account = actor.account
    if expectation["mfa"] == DECLARED:
        if actor.with_mfa is None:
            raise CannotAct(actor.no_mfa_because)
        account = actor.with_mfa
    try:
        client = account.client("sts")
    except AwsError as error:
        raise CannotAct(f"cannot act as {expectation['actor']['principal']}: {error.message}") from None
    arguments = {
        "RoleArn": expectation["role_arn"],
        "RoleSessionName": SESSION_NAME,
        "DurationSeconds": SHORTEST_DURATION,
    }
    if expectation["session_tags"]:
        arguments["Tags"] = [{"Key": key, "Value": value} for key, value in SESSION_TAGS.items()]
    return [
        RoleTrial(
            position=position,
            question=Question(
                trust=expectation["trust"],
                target=expectation["role_arn"],
                expect=expectation["expect"],
                how=how + (" and with session tags" if expectation["session_tags"] else ""),
                depends_on=tuple(expectation["depends_on"]),
            ),
            client=client,
            account=account,
            actor_arn=actor.caller.arn,
            arguments={**arguments, **more},
        )
        for how, more in ways(expectation, external_ids)
    ]


def ways(expectation: Mapping, external_ids: Mapping[str, Sequence[str]]) -> list[tuple[str, dict]]:
    """Return how an expectation is tried, in words and in arguments.

    "declared" is every external ID of the trust when access is expected (both of them while they are rotated), and the
    latest when a refusal is: one ID alone would say nothing about the other, one refusal does about access.
    """
    mfa = {DECLARED: " and with MFA", NONE: ""}[expectation["mfa"]]
    if expectation["external_id"] == WRONG:
        return [(f"with a wrong external ID{mfa}", {"ExternalId": secrets.token_hex(16)})]
    if expectation["external_id"] == NONE:
        return [(f"without an external ID{mfa}", {})]
    declared = external_ids.get(f"{expectation['trust']}/{expectation['trusting']}")
    if declared is None:
        raise CannotAct("the external ID is not known to this run: the trusting account was not part of it")
    if not declared:
        return [(f"without an external ID{mfa}", {})]
    if len(declared) == 1 or expectation["expect"] == DENIED:
        return [(f"with the external ID{mfa}", {"ExternalId": declared[-1]})]
    return [
        (f"with external ID number {number} of {len(declared)}{mfa}", {"ExternalId": external_id})
        for number, external_id in enumerate(declared, start=1)
    ]
