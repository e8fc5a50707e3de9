# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_verify`: prove who gets in and who does not, by trying.

Read the expectations -> make each actor once -> make every call, side by side -> judge -> try again, for a bounded
time, what a change made seconds ago may still be turning -> report. Sessions that are won are dropped at once.
Private to this collection.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ansible_collections.xacct.aws.plugins.module_utils._aws.errors import SDK_ERRORS, AwsError, error_code, translate
from ansible_collections.xacct.aws.plugins.module_utils._aws.hops import (
    SHORTEST_DURATION,
    role_arn_errors,
    text_errors,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations._task import Operation, Task, TaskError
from ansible_collections.xacct.aws.plugins.module_utils._operations.verify_actors import (
    SESSION_NAME,
    Actor,
    CannotAct,
    is_arn_of,
    make_actor,
    principal_options,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.verify_judgement import (
    ALLOWED,
    BROKEN,
    DENIED,
    NOT_PROVED,
    Attempt,
    Judgement,
    Question,
    counted,
    judge,
    worst,
)

DECLARED = "declared"
NONE = "none"
WRONG = "wrong"

LONGEST_PAUSE = 5.0
"""Seconds between two rounds of attempts at most."""

ARGUMENT_SPEC = {
    "expectations": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "id": {"type": "str", "required": True},
            "trust": {"type": "str", "required": True},
            "trusting": {"type": "str", "required": True},
            "actor": {
                "type": "dict",
                "required": True,
                "options": {
                    "account": {"type": "str", "required": True},
                    "principal": {"type": "str", "required": True},
                },
            },
            "call": {"type": "str", "default": "assume_role", "choices": ["assume_role"]},
            "role_arn": {"type": "str", "required": True},
            "external_id": {"type": "str", "default": NONE, "choices": [DECLARED, NONE, WRONG]},
            "mfa": {"type": "str", "default": NONE, "choices": [DECLARED, NONE]},
            "expect": {"type": "str", "required": True, "choices": [ALLOWED, DENIED]},
            "why": {"type": "str", "default": ""},
            "depends_on": {"type": "list", "elements": "str", "default": []},
            "unless": {"type": "list", "elements": "str", "default": []},
        },
    },
    "principals": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "principal": {"type": "str", "required": True},
            "connection": {
                "type": "dict",
                "required": True,
                "options": principal_options(),
                "required_together": [("mfa_serial", "mfa_token"), ("access_key", "secret_key")],
                "mutually_exclusive": [("profile", "access_key")],
            },
        },
    },
    "external_ids": {"type": "dict", "default": {}},
    "concurrency": {"type": "int", "default": 8},
    "propagation_timeout": {"type": "int", "default": 20},
    "fail_on_broken": {"type": "bool", "default": True},
}


@dataclass(frozen=True)
class Trial:
    """One call to make for an expectation. Its arguments hold an external ID, which is shown to nobody."""

    position: int
    """Which expectation."""
    question: Question
    client: object = field(repr=False)
    account: object = field(repr=False)
    actor_arn: str
    arguments: dict = field(repr=False)


def check_verify(params: Mapping) -> list[str]:
    """Return every error in the options of `xacct_verify`."""
    errors = []
    seen = set()
    for expectation in params["expectations"]:
        name = f"expectation {expectation['id']}"
        errors += [f"{name}: {error}" for error in role_arn_errors("role_arn", expectation["role_arn"])]
        if expectation["id"] in seen:
            errors.append(f"{name} is there twice")
        seen.add(expectation["id"])
    for name, ids in params["external_ids"].items():
        if not isinstance(ids, list):
            errors.append(f"external_ids: {name} must be a list")
            continue
        errors += [f"external_ids: {name}: {error}" for one in ids for error in text_errors("external_id", one)]
    principals = [entry["principal"] for entry in params["principals"]]
    errors += [f"principals: {name} is there twice" for name in sorted(set(principals)) if principals.count(name) > 1]
    if params["concurrency"] < 1:
        errors.append("concurrency must be 1 or more")
    if params["propagation_timeout"] < 0:
        errors.append("propagation_timeout is a number of seconds, 0 or more")
    return errors


def run(task: Task, sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic) -> dict:
    """Try every expectation and return the proofs. Raises `TaskError`, which holds them too, when one is broken."""
    expectations = task.params["expectations"]
    actors = make_actors(task, expectations) if expectations else {}
    judgements: dict[int, Judgement] = {}
    trials: list[Trial] = []
    for position, expectation in enumerate(expectations):
        try:
            trials += trials_of(position, expectation, actors, task.params["external_ids"])
        except CannotAct as reason:
            judgements[position] = Judgement(NOT_PROVED, str(reason))
    deadline = clock() + task.params["propagation_timeout"]
    # Access first: before a new grant works everywhere, everything is refused, and a refusal would show nothing.
    for expect in (ALLOWED, DENIED):
        judgements.update(settled(task, [t for t in trials if t.question.expect == expect], deadline, sleep, clock))
    proofs = [proof(expectation, judgements[position]) for position, expectation in enumerate(expectations)]
    returned = {"changed": False, "proofs": proofs, "counts": counted([entry["outcome"] for entry in proofs])}
    if returned["counts"][BROKEN] and task.params["fail_on_broken"]:
        raise TaskError(failure_message(proofs), **returned)
    return returned


def make_actors(task: Task, expectations: Sequence[Mapping]) -> dict[str, Actor | CannotAct]:
    """Return who acts as each principal, or why nobody can; each is made once, whatever it has to do.

    Raises `AwsError` when the connection leads to another account than the inventory says. One that leads nowhere is no
    reason to stop: then nothing is proved.
    """
    principals = dict.fromkeys(expectation["actor"]["principal"] for expectation in expectations)
    try:
        task.account.confirm_account()
    except AwsError as error:
        if error.code == "WrongAccount":
            raise
        reason = CannotAct(f"the connection does not work: {error.aws_message or error.message}")
        return dict.fromkeys(principals, reason)
    given = {entry["principal"]: entry["connection"] for entry in task.params["principals"]}
    with_mfa = {entry["actor"]["principal"] for entry in expectations if entry["mfa"] == DECLARED}
    actors: dict[str, Actor | CannotAct] = {}
    for principal in principals:
        try:
            actors[principal] = make_actor(
                task.account, task.params, principal, given.get(principal), with_mfa=principal in with_mfa
            )
        except CannotAct as reason:
            actors[principal] = reason
    return actors


def trials_of(
    position: int,
    expectation: Mapping,
    actors: Mapping[str, Actor | CannotAct],
    external_ids: Mapping[str, Sequence[str]],
) -> list[Trial]:
    """Return the calls that an expectation takes: one, or one for each external ID that has to work."""
    actor = actors[expectation["actor"]["principal"]]
    if isinstance(actor, CannotAct):
        raise actor
    named = next((arn for arn in expectation["unless"] if is_arn_of(actor.caller.arn, arn)), None)
    if named is not None:
        raise CannotAct(f"{actor.caller.arn} is itself one of those whom the trust names ({named})")
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
    return [
        Trial(
            position=position,
            question=Question(
                trust=expectation["trust"],
                role_arn=expectation["role_arn"],
                expect=expectation["expect"],
                how=how,
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


def settled(
    task: Task,
    trials: Sequence[Trial],
    deadline: float,
    sleep: Callable[[float], None],
    clock: Callable[[], float],
) -> dict[int, Judgement]:
    """Make all calls and judge them; try again those that a recent change may still be turning, until the time is over.

    The time runs for all of them together, from the beginning of the run: what was changed, was changed before.
    """
    pause = 0.5
    latest: dict[int, Judgement] = {}
    pending = list(range(len(trials)))
    with ThreadPoolExecutor(max_workers=task.params["concurrency"]) as pool:
        while pending:
            for number, judgement in zip(
                pending, pool.map(judged, (trials[number] for number in pending)), strict=True
            ):
                latest[number] = judgement
            pending = [number for number in pending if latest[number].may_settle]
            left = deadline - clock()
            if left <= 0:
                break
            if pending:
                task.progress(f"Trying {len(pending)} calls again for up to {left:.0f} s: a change may be on its way")
                sleep(min(pause, left))
                pause = min(pause * 2, LONGEST_PAUSE)
    by_expectation: dict[int, list[Judgement]] = {}
    for number, trial in enumerate(trials):
        by_expectation.setdefault(trial.position, []).append(latest[number])
    return {position: worst(judgements) for position, judgements in by_expectation.items()}


def judged(trial: Trial) -> Judgement:
    """Make one call and judge it."""
    return judge(trial.question, attempt(trial))


def attempt(trial: Trial) -> Attempt:
    """Make the call. The session that may come of it is dropped here: only that there was one is kept."""
    try:
        trial.client.assume_role(**trial.arguments)
    except (AwsError, *SDK_ERRORS) as error:
        said = translate(error, trial.account, "").aws_message or str(error)
        external_id = trial.arguments.get("ExternalId")
        if external_id:
            said = said.replace(external_id, "(the external ID)")
        return Attempt(trial.actor_arn, let_in=False, code=error_code(error), message=said)
    return Attempt(trial.actor_arn, let_in=True)


def proof(expectation: Mapping, judgement: Judgement) -> dict:
    """Return one entry of the result's `proofs`."""
    kept = ("id", "trust", "trusting", "actor", "role_arn", "expect", "why")
    return {
        **{name: expectation[name] for name in kept},
        "outcome": judgement.outcome,
        "said": judgement.said,
        "answer": judgement.answer,
    }


def failure_message(proofs: Sequence[Mapping]) -> str:
    """Return what a person reads first: how many do not hold, and each of them."""
    broken = [entry for entry in proofs if entry["outcome"] == BROKEN]
    lines = "".join(f"\n- {entry['id']}: {entry['said']}" for entry in broken)
    return f"{len(broken)} of {len(proofs)} expectations do not hold:{lines}"


OPERATION = Operation(
    name="xacct_verify",
    argument_spec=ARGUMENT_SPEC,
    run=run,
    services=("sts",),
    check=check_verify,
)
