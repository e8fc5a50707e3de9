# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_verify`: prove who gets in and who does not, by trying.

Read the expectations -> make each actor once -> make every call, side by side -> judge -> try again, for a bounded
time, what a change made seconds ago may still be turning -> evaluate the policies of both sides -> report. Sessions
that are won are dropped at once.
Private to this collection.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Union

from ..._advice.sentences import explained
from ..._aws.calls.errors import AwsError
from ..._aws.sessions.hops import role_arn_errors, text_errors
from ..._border.texts import one_line
from ..._expectations.proof_calls import ASSUME_ROLE, BUCKET_CALLS, GET
from ..._expectations.proof_outcome import (
    ALLOWED,
    BROKEN,
    DENIED,
    NOT_PROVED,
    Evaluation,
    Judgement,
    counted,
    with_evaluation,
    worst,
)
from ..access_check.connections import CONNECTION_RULES, connection_option, connection_options
from ..access_check.given_policies import OF_ORGANIZATIONS, organization_errors
from ..actors import Actor, CannotAct, NoStranger, is_arn_of, make_actor, principal_options, weakened
from ..task import Operation, Task, TaskError
from .buckets import LOOKUP_OPTIONS, BucketTrial, bucket_trial, found_objects
from .evaluation import Evaluations
from .resources import RESOURCE_CALLS, ResourceTrial, resource_trial
from .roles import DECLARED, NONE, WRONG, RoleTrial, role_trials

Trial = Union[RoleTrial, BucketTrial, ResourceTrial]

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
            "call": {"type": "str", "default": ASSUME_ROLE, "choices": [ASSUME_ROLE, *BUCKET_CALLS, *RESOURCE_CALLS]},
            "role_arn": {"type": "str"},
            "external_id": {"type": "str", "default": NONE, "choices": [DECLARED, NONE, WRONG]},
            "mfa": {"type": "str", "default": NONE, "choices": [DECLARED, NONE]},
            "resource": {"type": "str"},
            "action": {"type": "str"},
            "bucket": {"type": "str"},
            "bucket_owner": {"type": "str"},
            "prefix": {"type": "str", "default": ""},
            "key": {"type": "str", "no_log": False},
            "lookup": {"type": "str"},
            "outside": {"type": "list", "elements": "str", "default": []},
            "by_writing": {"type": "bool", "default": False},
            "expect": {"type": "str", "required": True, "choices": [ALLOWED, DENIED]},
            "why": {"type": "str", "default": ""},
            "depends_on": {"type": "list", "elements": "str", "default": []},
            "unless": {"type": "list", "elements": "str", "default": []},
            "at": {"type": "str"},
            "session_tags": {"type": "bool", "default": False},
            "without_permission": {"type": "bool", "default": False},
            "external_id_is_declared": {"type": "bool", "default": False},
        },
    },
    "evaluate": {"type": "bool", "default": True},
    "connections": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "account_id": {"type": "str", "required": True},
            "connection": {"type": "dict", "required": True, "options": connection_options(), **CONNECTION_RULES},
        },
    },
    "organization_connection": connection_option(),
    "assume_none": {"type": "list", "elements": "str", "choices": list(OF_ORGANIZATIONS), "default": []},
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
    "objects": {"type": "dict", "default": {}},
    "lookups": {"type": "list", "elements": "dict", "default": [], "options": LOOKUP_OPTIONS},
    "concurrency": {"type": "int", "default": 8},
    "propagation_timeout": {"type": "int", "default": 20},
    "fail_on_broken": {"type": "bool", "default": True},
}


def check_verify(params: Mapping) -> list[str]:
    """Return every error in the options of `xacct_verify`."""
    errors = []
    seen = set()
    for expectation in params["expectations"]:
        name = f"expectation {expectation['id']}"
        errors += [f"{name}: {error}" for error in call_errors(expectation)]
        if expectation["id"] in seen:
            errors.append(f"{name} is listed twice")
        seen.add(expectation["id"])
    for name, ids in params["external_ids"].items():
        if not isinstance(ids, list):
            errors.append(f"external_ids: {name} must be a list")
            continue
        errors += [f"external_ids: {name}: {error}" for one in ids for error in text_errors("external_id", one)]
    principals = [entry["principal"] for entry in params["principals"]]
    errors += [f"principals: {name} is listed twice" for name in sorted(set(principals)) if principals.count(name) > 1]
    errors += organization_errors({**params, "policies": None})
    if params["concurrency"] < 1:
        errors.append("concurrency must be 1 or more")
    if params["propagation_timeout"] < 0:
        errors.append("propagation_timeout is a number of seconds, 0 or more")
    return errors


def call_errors(expectation: Mapping) -> list[str]:
    """Return what is missing for an expectation's call."""
    if expectation["call"] == ASSUME_ROLE:
        return role_arn_errors("role_arn", expectation["role_arn"] or "")
    if expectation["call"] in RESOURCE_CALLS:
        return [
            f"{name} is needed for {expectation['call']}" for name in ("resource", "action") if not expectation[name]
        ]
    errors = [] if expectation["bucket"] else [f"bucket is needed for {expectation['call']}"]
    if expectation["call"] == GET and not (expectation["key"] or expectation["lookup"]):
        errors.append("key or lookup is needed to get an object")
    return errors


def run(task: Task, sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic) -> dict:
    """Try every expectation and return the proofs. Raises `TaskError`, which holds them too, when one is broken."""
    expectations = task.params["expectations"]
    actors = make_actors(task, expectations) if expectations else {}
    judgements: dict[int, Judgement] = {}
    not_applicable: set[int] = set()
    trials: list[Trial] = []
    for position, expectation in enumerate(expectations):
        try:
            trials += trials_of(position, expectation, actors, task)
        except CannotAct as reason:
            judgements[position] = Judgement(NOT_PROVED, str(reason))
            if isinstance(reason, NoStranger):
                not_applicable.add(position)
    deadline = clock() + task.params["propagation_timeout"]
    # Access first: before a new grant works everywhere, everything is refused, and a refusal would show nothing.
    for expect in (ALLOWED, DENIED):
        chosen = [trial for trial in trials if trial.question.expect == expect]
        judgements.update(settled(task, chosen, deadline, sleep, clock, lambda asked: evaluated(task, actors, asked)))
    applicable = [number for number in range(len(expectations)) if number not in not_applicable]
    evaluations = evaluated(task, actors, applicable)
    proofs = [
        proof(expectation, judgements[number], evaluations.get(number))
        for number, expectation in enumerate(expectations)
    ]
    returned = {"changed": False, "proofs": proofs, "counts": counted([entry["outcome"] for entry in proofs])}
    if task.params["lookups"]:
        returned["objects"] = found_objects(task)
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
    position: int, expectation: Mapping, actors: Mapping[str, Actor | CannotAct], task: Task
) -> Sequence[Trial]:
    """Return the calls that an expectation takes. Raises `CannotAct` when nobody can make them."""
    actor = actors[expectation["actor"]["principal"]]
    if isinstance(actor, CannotAct):
        raise actor
    named = next((arn for arn in expectation["unless"] if is_arn_of(actor.caller.arn, arn)), None)
    if named is not None:
        raise NoStranger(f"{actor.caller.arn} is itself one of those whom the trust names ({named})")
    if expectation["at"]:
        raise CannotAct(f"no caller is available at {expectation['at']}")
    if expectation["without_permission"]:
        actor = weakened(actor, expectation)
    if expectation["call"] == ASSUME_ROLE:
        return role_trials(position, expectation, actor, task.params["external_ids"])
    if expectation["call"] in RESOURCE_CALLS:
        return [resource_trial(position, expectation, actor, task)]
    return [bucket_trial(position, expectation, actor, task)]


def evaluated(
    task: Task, actors: Mapping[str, Actor | CannotAct], positions: Sequence[int]
) -> dict[int, Evaluation | None]:
    """Evaluate some of the expectations, from what the policies are now."""
    if not (task.params["evaluate"] and positions):
        return {}
    found = Evaluations(task, actors).of_all([task.params["expectations"][position] for position in positions])
    return dict(zip(positions, found, strict=True))


def settled(
    task: Task,
    trials: Sequence[Trial],
    deadline: float,
    sleep: Callable[[float], None],
    clock: Callable[[], float],
    evaluate: Callable[[Sequence[int]], Mapping[int, Evaluation | None]],
) -> dict[int, Judgement]:
    """Make all calls and judge them; try again those that a recent change may still be turning, until the time is over.

    The time runs for all of them together, from the beginning of the run: what was changed, was changed before. Nobody
    waits for what the policies say is blocked by something that is not part of a trust.
    """
    in_vain: set[int] | None = None
    pause = 0.5
    latest: dict[int, Judgement] = {}
    pending = list(range(len(trials)))
    with ThreadPoolExecutor(max_workers=task.params["concurrency"]) as pool:
        while pending:
            for number, judgement in zip(
                pending, pool.map(lambda number: trials[number].judged(), pending), strict=True
            ):
                latest[number] = judgement
            pending = [number for number in pending if latest[number].may_settle]
            if pending and in_vain is None and task.params["propagation_timeout"]:
                found = evaluate(sorted({trials[number].position for number in pending}))
                expected = {trial.position: trial.question.expect for trial in trials}
                in_vain = {at for at, evaluation in found.items() if evaluation and evaluation.is_final(expected[at])}
            pending = [number for number in pending if trials[number].position not in (in_vain or ())]
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


def proof(expectation: Mapping, judgement: Judgement, evaluation: Evaluation | None) -> dict:
    """Return one entry of the result's `proofs`."""
    judgement = with_evaluation(expectation, judgement, evaluation)
    kept = ("id", "trust", "trusting", "actor", "call", "role_arn", "bucket", "resource", "action", "expect", "why")
    return {
        **{name: expectation[name] for name in kept if expectation.get(name) is not None},
        "outcome": judgement.outcome,
        "said": judgement.said,
        "answer": judgement.answer,
        **({"evaluation": evaluation.as_result(expectation["expect"])} if evaluation else {}),
    }


def failure_message(proofs: Sequence[Mapping]) -> str:
    """Return what a person reads first: how many do not hold, and each of them."""
    broken = [entry for entry in proofs if entry["outcome"] == BROKEN]
    lines = []
    for entry in broken:
        lines += [f"- {entry['id']}: {entry['said']}", *(f"    {line}" for line in explained(entry.get("evaluation")))]
    return "\n".join([f"{len(broken)} of {len(proofs)} expectations do not hold:", *map(one_line, lines)])


OPERATION = Operation(
    name="xacct_verify",
    argument_spec=ARGUMENT_SPEC,
    run=run,
    services=("sts", "s3", "iam", "organizations", "kms"),
    check=check_verify,
)
