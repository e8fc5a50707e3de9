# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `xacct_verify` does about topics, queues, functions, keys, secrets …: one harmless call as somebody.

Calls that others would notice are made only where a trust allows it. Nothing of an answer is kept: no message, no
secret, no key. Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..._aws.calls.errors import SDK_ERRORS, AwsError, error_code, translate
from ..._expectations.proof_calls import CALLS, EVALUATE, RULES_OF
from ..._expectations.proof_outcome import AT_A_RESOURCE, Attempt, Judgement, Question, judge
from ..._policy.language.principals import Arn, parse_arn
from ..._policy.s3.actions import matches
from ..._policy.statements.service_rules import POLICY, ServiceRules
from ..._services.registry import ADAPTERS
from ..._services.rules_registry import SERVICES
from ..access_check.connections import Connections
from ..actors import Actor, CannotAct
from ..task import Task
from .buckets import conditions_of

RESOURCE_CALLS = (*CALLS, EVALUATE)


@dataclass(frozen=True)
class ResourceTrial:
    """One call to make for an expectation."""

    position: int
    """Which expectation."""
    question: Question
    make: Callable[[object, Arn], object] = field(repr=False)
    arn: Arn
    client: object = field(repr=False)
    account: object = field(repr=False)
    actor_arn: str
    dry_run_codes: tuple[str, ...] = ()

    def judged(self) -> Judgement:
        """Make the call and judge it. What it answers is dropped here."""
        try:
            self.make(self.client, self.arn)
        except (AwsError, *SDK_ERRORS) as error:
            said = translate(error, self.account, "").aws_message or str(error)
            code = error_code(error)
            return judge(self.question, Attempt(self.actor_arn, code in self.dry_run_codes, code, said))
        return judge(self.question, Attempt(self.actor_arn, let_in=True))


def resource_trial(position: int, expectation: Mapping, actor: Actor, task: Task) -> ResourceTrial:
    """Return the call that an expectation takes. Raises `CannotAct` when it is not to be made, with the reason."""
    action = expectation["action"]
    call = CALLS.get(expectation["call"])
    if call is None:
        raise CannotAct(f"no call is made to show {action}")
    if call.effect and not expectation["by_writing"]:
        raise CannotAct(f"{action} is tried only where the trust says verify_by_writing: true, since {call.effect}")
    if call.effect and task.check_mode:
        raise CannotAct(f"check mode: {action} is not tried, since {call.effect}")
    rules = RULES_OF[call.name]
    arn = _callable_arn(parse_arn(expectation["resource"]), task)
    try:
        client = actor.account.client(arn.service, arn.region)
    except AwsError as error:
        raise CannotAct(f"cannot act as {expectation['actor']['principal']}: {error.message}") from None
    question = Question(
        trust=expectation["trust"],
        target=str(arn),
        expect=expectation["expect"],
        depends_on=tuple(conditions_of(expectation, client)),
        done=call.done,
        permission=action,
        place=rules.title,
        trusting_side=AT_A_RESOURCE,
    )
    make = ADAPTERS[rules.type][POLICY].proofs[call.name]
    who, codes = actor.caller.arn, rules.dry_run_codes
    return ResourceTrial(position, question, make, arn, client, actor.account, who, codes)


def by_name(arn: Arn) -> tuple[ServiceRules, str] | None:
    """Return the rules and the name where an ARN ends in the pattern of what AWS adds to a name, None where not."""
    found = ((rules, rules.pattern_name_in(arn)) for rules in SERVICES.values())
    return next(((rules, name) for rules, name in found if name is not None), None)


def whole_arn(connections: Connections, arn: Arn) -> Arn | None:
    """Return what AWS calls a resource of which only the name is known; None when its account cannot be asked.

    Raises `AwsError` when it is asked in vain.
    """
    named = by_name(arn)
    account = connections.of(arn.account_id) if named else None
    if not named or not account:
        return None
    rules, name = named
    return ADAPTERS[rules.type][POLICY].find(account, rules, name, {"region": arn.region})


def connections_of(task: Task, **others: Mapping | None) -> Connections:
    """Return the connections of a task by the account that each of them leads to; none is opened yet."""
    by_account = {entry["account_id"]: entry["connection"] for entry in task.params["connections"]}
    return Connections(task, by_account=by_account, **others)


def _callable_arn(arn: Arn, task: Task) -> Arn:
    """Return the ARN for a call, the whole one where the name ends like what AWS adds to names (`app-master`).

    Secrets Manager takes that end of an ARN for what it added, and finds no secret (its API Reference, `SecretId`).
    """
    named = by_name(arn)
    if not named or not matches(named[0].name_pattern.format(name="*"), named[1]):
        return arn
    unknown = f"{named[0].title} {named[1]}: its name ends like what AWS adds to names, so its whole ARN is needed"
    try:
        whole = whole_arn(connections_of(task), arn)
    except AwsError as error:
        raise CannotAct(f"{unknown}, and asking for it failed: {error.message}") from None
    if whole is None:
        raise CannotAct(f"{unknown}, and no connection leads to account {arn.account_id}: write resource.arn")
    return whole
