# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_access_check`: may this principal do that there? Evaluated over all that applies, with the reason and the fix.

Take the policies that are given, read the others -> evaluate every question -> say why, and what would have to change
-> make the real call, if that is wanted -> fail where another answer was expected.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ..._advice.fixes import fixes
from ..._advice.problems import Fix
from ..._advice.sentences import ANSWERS, chain
from ..._border.texts import one_line
from ..._policy.evaluation.decision import ALLOWED, DENIED, UNDECIDED, Outcome
from ..._policy.evaluation.evaluate import evaluate
from ..._policy.evaluation.near_misses import StatementReference
from ..._policy.evaluation.request_principals import request_principal
from ..._policy.language.context import UNKNOWN, ContextView
from ..._policy.language.documents import PolicyError
from ..._policy.language.principals import is_account_id, parse_arn
from ..._policy.reference.names import action_errors
from ..task import Operation, Task, TaskError
from .connections import Connections, connection_option
from .gathering import Gathering, Question
from .given_policies import ASSUMABLE, POLICIES_OPTIONS, GivenPolicies, organization_errors
from .probe import Prober

ARGUMENT_SPEC = {
    "principals": {"type": "list", "elements": "str", "required": True, "aliases": ["principal"]},
    "actions": {"type": "list", "elements": "str", "required": True, "aliases": ["action"]},
    "resources": {"type": "list", "elements": "str", "default": ["*"], "aliases": ["resource"]},
    "resource_account": {"type": "str"},
    "context": {"type": "dict", "default": {}},
    "unknown_context": {"type": "list", "elements": "str", "default": []},
    "expect": {"type": "str", "choices": [ALLOWED, DENIED]},
    "policies": {"type": "dict", "options": POLICIES_OPTIONS},
    "assume_none": {"type": "list", "elements": "str", "choices": list(ASSUMABLE), "default": []},
    "gather": {"type": "bool", "default": True},
    "resource_connection": connection_option(),
    "organization_connection": connection_option(),
    "probe": {"type": "bool", "default": False},
    "principal_connection": connection_option(with_mfa=True),
}


def check_access_check(params: Mapping) -> list[str]:
    """Return every error in the options of `xacct_access_check`."""
    return list(_errors(params))


def _errors(params: Mapping) -> Iterator[str]:
    for text in params["principals"]:
        try:
            request_principal(text)
        except PolicyError as error:
            yield f"principals: {error}"
    for text in params["actions"]:
        service, colon, operation = text.partition(":")
        if not (service and colon and operation) or "*" in text or "?" in text:
            yield f"actions: {text!r} is not one action: write SERVICE:Operation, without wildcards"
        else:
            yield from (f"actions: {error}" for error in action_errors([text]))
    for text in params["resources"]:
        yield from _resource_errors(text)
    account_id = params.get("resource_account")
    if account_id is not None and not is_account_id(account_id):
        yield f"resource_account: {account_id!r} is not an account ID: its 12 digits, in quotes"
    try:
        ContextView(params["context"], lambda _key: None)
    except PolicyError as error:
        yield f"context: {error}"
    yield from GivenPolicies(params).errors()
    yield from organization_errors(params)
    if params["principal_connection"] and not params["probe"]:
        yield "principal_connection: it says how to act as the principal, which is done with probe: true only"
    if params["principal_connection"] and len(params["principals"]) > 1:
        yield "principal_connection: it leads to one principal; name one, or none"


def _resource_errors(text: str) -> Iterator[str]:
    if text == "*":
        return
    try:
        arn = parse_arn(text)
    except PolicyError as error:
        yield f"resources: {error}"
        return
    if arn.service != "s3" and ("*" in text or "?" in text):
        yield f"resources: {text!r} has a wildcard; name one resource (of a bucket, keys may have one)"


def run(task: Task) -> dict:
    """Answer every question. Raises `TaskError`, which holds the answers too, where another one was expected."""
    params = task.params
    context = _context(params)
    given = GivenPolicies(params)
    connections = Connections(
        task,
        resource=params["resource_connection"],
        organization=params["organization_connection"],
        live=params["gather"],
    )
    gathering = Gathering(task, connections, given, live=params["gather"])
    prober = Prober(task) if params["probe"] else None
    gathering.prepare(params["principals"], params["resources"])
    checks = []
    for principal in params["principals"]:
        for action in params["actions"]:
            for resource in params["resources"]:
                question = gathering.question(principal, action, resource, context, params["resource_account"])
                checks.append(_checked(question, (principal, action, resource), prober))
    returned = {"changed": False, "checks": checks, "counts": counts(checks)}
    failure = failure_message(checks, params["expect"])
    if failure:
        raise TaskError(failure, **returned)
    return returned


def _context(params: Mapping) -> dict:
    """Return what the request brings; a key that is null is one that it does not have."""
    return {**params["context"], **dict.fromkeys(params["unknown_context"], UNKNOWN)}


def _checked(question: Question, asked: Sequence[str], prober: Prober | None) -> dict:
    """Return one entry of `checks`."""
    principal, action, resource = asked
    result = {"principal": principal, "action": action, "resource": resource, **answered(question)}
    if prober is not None:
        result["probe"] = prober.probe(question.request, result["answer"]).as_result()
    return result


def answered(question: Question, presented: Callable[[list[Fix]], list[Fix]] = list) -> dict:
    """Evaluate a question and what it needs besides; return the answer with everything that explains it.

    `presented` has the last word on the fixes, as people are to see them.
    """
    decision = evaluate(question.request)
    sides = question.sides
    blocked_by = [blocked(outcome, sides.account_of(outcome.kind)) for outcome in decision.blocked_by]
    sentences = [*question.notes, *chain(decision, sides)]
    found = fixes(decision, question.request, sides, question.boundary_arn)
    mended = [fix.as_result() for fix in presented(found)]
    unread = list(question.unread)
    answer = worse(decision.answer, UNDECIDED) if question.key_is_unknown else decision.answer
    for need in question.needs:
        other = answered(need, presented)
        answer = worse(answer, other["answer"])
        what = f"{need.request.action} on {need.request.resource}"
        blocked_by += [{**entry, "needed": what} for entry in other["blocked_by"]]
        sentences += [f"{need.because}, so it takes {what}:", *other["chain"]]
        mended += other["fix"]
        unread += [each for each in other["unread"] if each not in unread]
    return {
        "answer": answer,
        "allowed_by": [allowing(each, sides.account_of(each.kind)) for each in decision.deciding if answer == ALLOWED],
        "blocked_by": blocked_by,
        "chain": sentences,
        "fix": mended,
        "unread": unread,
    }


def worse(answer: str, other: str) -> str:
    """Return the answer to a question that takes two things."""
    for one in (DENIED, UNDECIDED):
        if one in (answer, other):
            return one
    return ALLOWED


def blocked(outcome: Outcome, account: str | None) -> dict:
    """Return what blocks a request, for programs."""
    statement = outcome.statement
    return {
        "kind": outcome.kind,
        "said": outcome.said,
        "account": account or None,
        "level": outcome.name if statement is None or outcome.name != statement.policy else "",
        "policy": statement.policy if statement else "",
        "statement": (statement.sid or str(statement.number)) if statement else "",
    }


def allowing(statement: StatementReference, account: str | None) -> dict:
    """Return a statement that allows a request, for programs."""
    return {
        "kind": statement.kind,
        "account": account or None,
        "policy": statement.policy,
        "statement": statement.sid or str(statement.number),
    }


def counts(checks: Sequence[Mapping]) -> dict:
    """Return how many questions came out which way; every answer is there. Disagreeing probes are counted as well."""
    answers = [entry["answer"] for entry in checks]
    disagree = [entry for entry in checks if entry.get("probe", {}).get("agrees") is False]
    return {**{answer: answers.count(answer) for answer in ANSWERS}, "disagreeing": len(disagree)}


def failure_message(checks: Sequence[Mapping], expect: str | None) -> str:
    """Return what is otherwise than expected, nothing when all is well."""
    wrong = [entry for entry in checks if expect and entry["answer"] != expect]
    if not wrong:
        return ""
    lines = []
    for entry in wrong:
        lines.append(f"- {entry['principal']}, {entry['action']} on {entry['resource']}: {entry['answer']}")
        lines += [f"    {sentence}" for sentence in entry["chain"]]
        if expect == ALLOWED:
            lines += [f"    to fix it: {fix['text']}" for fix in entry["fix"]]
    return "\n".join([f"{len(wrong)} of {len(checks)} checks are not {expect}:", *map(one_line, lines)])


OPERATION = Operation(
    name="xacct_access_check",
    argument_spec=ARGUMENT_SPEC,
    run=run,
    services=("sts", "iam", "s3", "organizations", "kms"),
    check=check_access_check,
)
