# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the policies of both accounts say about an expectation, beside what the call shows: the answer, why, the fix.

The reading and the explaining are those of `xacct_access_check`. External IDs are shown by neither.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from ..._advice.problems import Fix
from ..._aws.calls.errors import AwsError
from ..._expectations.proof_calls import ASSUME_ROLE, BUCKET_ACTIONS, GET, LIST, PROBE
from ..._expectations.proof_outcome import Evaluation
from ..._policy.evaluation.compiled_policies import compile_policy
from ..._policy.evaluation.decision import ALLOWED
from ..._policy.evaluation.verdicts import ACL, RESOURCE
from ..._policy.language.context import UNKNOWN
from ..._policy.language.principals import parse_arn
from ..._policy.statements.own_statements import is_own_sid
from ..._policy.statements.trust import external_ids_in
from ..access_check.access_check import answered, worse
from ..access_check.gathering import Gathering, Question
from ..access_check.given_policies import GivenPolicies
from ..access_check.organizations import policies_of
from ..actors import CONNECTION, ROOT, Actor, CannotAct, all_but
from ..task import Task
from .buckets import object_of
from .resources import RESOURCE_CALLS, connections_of, whole_arn
from .roles import DECLARED, SESSION_TAGS, ways

HIDDEN = "(the external ID)"
"""What an external ID is shown as."""

PLACES = ("aws:SourceIp", "aws:VpcSourceIp", "aws:SourceVpc", "aws:SourceVpce")
"""Keys that say where a request comes from: nobody knows that beforehand."""


@dataclass(frozen=True)
class Asked:
    """One thing to evaluate: `owner` is a bucket's account."""

    action: str
    resource: str
    context: Mapping
    owner: str | None = None


class Evaluations:
    """Evaluates expectations of one task; everything that several of them need is read once."""

    def __init__(self, task: Task, actors: Mapping[str, Actor | CannotAct]) -> None:
        """Do nothing yet. `actors` are those that make the calls, as far as there are any."""
        connections = connections_of(task, organization=task.params["organization_connection"])
        given = GivenPolicies({"policies": None, "assume_none": task.params["assume_none"]})
        self._gathering = Gathering(task, connections, given)
        self._task = task
        self._actors = actors
        self._ids = {each for ids in task.params["external_ids"].values() for each in ids if each}

    def of_all(self, expectations: Sequence[Mapping]) -> list[Evaluation | None]:
        """Return the evaluation of each expectation; None where there is nobody to ask for."""
        roles: dict[str, set[str]] = {}
        for expectation in expectations:
            if expectation["call"] == ASSUME_ROLE:
                roles.setdefault(parse_arn(expectation["role_arn"]).account_id, set()).add(expectation["role_arn"])
        with ThreadPoolExecutor(max_workers=self._task.params["concurrency"]) as pool:
            list(pool.map(self._gathering.read_roles, roles.values()))
        return [self._of(expectation) for expectation in expectations]

    def _of(self, expectation: Mapping) -> Evaluation | None:
        principal = self._principal(expectation)
        if principal is None:
            return None
        try:
            questions = [self._question(expectation, principal, asked) for asked in self._asked(expectation)]
        except AwsError as error:
            return Evaluation("unknown", unread=(error.message,))
        hidden = self._ids.union(*(_external_ids_of(question) for question in questions))
        from_inventory = declared_in_inventory(expectation["trust"])
        declared = dict.fromkeys(self._ids, from_inventory if expectation["external_id_is_declared"] else HIDDEN)
        shown = {**dict.fromkeys(hidden, HIDDEN), **declared}
        results = [answered(question, lambda found: usable(found, shown)) for question in questions]
        answer = ALLOWED
        for result in results:
            answer = worse(answer, result["answer"])
        deciding = next((result for result in results if result["answer"] == answer), results[0])
        return Evaluation(
            answer,
            tuple(without(hidden, sentence) for sentence in deciding["chain"]),
            tuple(deciding["fix"] or closing(deciding["allowed_by"], expectation)),
            tuple(without(hidden, each) for each in deciding["unread"]),
            frozenset(block["kind"] for block in deciding["blocked_by"]),
        )

    def _principal(self, expectation: Mapping) -> str | None:
        """Return the ARN of who is to make the call: who really would, or whom the expectation names."""
        name = expectation["actor"]["principal"]
        actor = self._actors[name]
        if isinstance(actor, Actor):
            # AWS lets a root user assume no role: what it is refused says nothing of a trust.
            is_root = actor.caller.arn.endswith(":root")
            return None if is_root and expectation["call"] == ASSUME_ROLE else actor.caller.arn
        if name in (CONNECTION, ROOT):
            return None
        try:
            caller = self._task.account.caller
        except AwsError:
            return None
        return f"arn:{caller.partition}:iam::{caller.account_id}:{name}"

    def _question(self, expectation: Mapping, principal: str, asked: Asked) -> Question:
        question = self._gathering.question(principal, asked.action, asked.resource, asked.context, asked.owner)
        policy = all_but(expectation) if expectation["without_permission"] else self._session_policy(expectation)
        if policy:
            session = (compile_policy(policy, "session policy of this proof"),)
            question = replace(question, request=replace(question.request, session_policies=session))
        return question

    def _session_policy(self, expectation: Mapping) -> str | None:
        """Return the session policy that an actor's own connection brings."""
        actor = self._actors[expectation["actor"]["principal"]]
        hops = actor.account.options.hops if isinstance(actor, Actor) else ()
        return hops[-1].policy if hops else None

    def _asked(self, expectation: Mapping) -> Iterator[Asked]:
        context: dict = dict.fromkeys(PLACES, UNKNOWN)
        if expectation["at"]:
            context["aws:CurrentTime"] = expectation["at"]
        if expectation["call"] in RESOURCE_CALLS:
            yield self._of_resource(expectation, context)
            return
        if expectation["call"] != ASSUME_ROLE:
            yield self._of_bucket(expectation, context)
            return
        shown = expectation["mfa"] == DECLARED
        context.update({"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "1"} if shown else {})
        for external_id in self._sent(expectation):
            sent = {} if external_id is None else {"sts:ExternalId": external_id}
            yield Asked("sts:AssumeRole", expectation["role_arn"], {**context, **sent})
        if expectation["session_tags"]:
            tags = {f"aws:RequestTag/{key}": value for key, value in SESSION_TAGS.items()}
            tags["aws:TagKeys"] = list(SESSION_TAGS)
            yield Asked("sts:TagSession", expectation["role_arn"], {**context, **sent, **tags})

    def _sent(self, expectation: Mapping) -> list[object]:
        try:
            return [more.get("ExternalId") for _how, more in ways(expectation, self._task.params["external_ids"])]
        except CannotAct:
            return [UNKNOWN]

    def _of_bucket(self, expectation: Mapping, context: dict) -> Asked:
        call, prefix = expectation["call"], expectation["prefix"]
        bucket = f"arn:{self._task.account.partition}:s3:::{expectation['bucket']}"
        if call == LIST:
            return Asked(BUCKET_ACTIONS[call], bucket, {**context, "s3:prefix": prefix}, expectation["bucket_owner"])
        key = f"{prefix}{PROBE}"
        if call == GET:
            try:
                key = expectation["key"] or object_of(expectation, self._task.params["objects"])
            except CannotAct:
                key = f"{prefix}{PROBE}"
        return Asked(BUCKET_ACTIONS[call], f"{bucket}/{key}", context, expectation["bucket_owner"])

    def _of_resource(self, expectation: Mapping, context: dict) -> Asked:
        """What is asked of a resource; where the plan knows only its name, its account is asked for its ARN."""
        arn = parse_arn(expectation["resource"])
        whole = whole_arn(self._gathering.connections, arn)
        return Asked(expectation["action"], str(whole or arn), context)


def _external_ids_of(question: Question) -> set[str]:
    """Return the external IDs that the policies of a request have: also those that nobody declared."""
    return {each for policy in policies_of(question.request) for each in external_ids_in(policy.document)}


def closing(allowed_by: Sequence[Mapping], expectation: Mapping) -> list[dict]:
    """Return what would close the trusting side again: statements that let somebody in who is to be refused."""
    made = []
    for entry in allowed_by:
        if entry["kind"] not in (RESOURCE, ACL):
            continue
        where = f"{entry['statement']} of {entry['policy']}"
        if is_own_sid(entry["statement"]):
            text = (
                f"Apply the trust {expectation['trust']} again (ansible-playbook xacct.aws.bootstrap_trust), which "
                f"writes statement {where} as it is declared"
            )
        else:
            text = f"Take statement {where} out, or narrow it: no trust of this inventory says what it allows"
        made.append(Fix(entry["kind"], entry["account"], text).as_result())
    return made


def declared_in_inventory(trust: str) -> str:
    """Return the template of the external ID that a trust declares, so that a fix can be applied and shows none."""
    way = f"(xacct_trusts | selectattr('name', 'equalto', '{trust}') | first).role.external_id"
    return f"{{{{ [{way}] | flatten | last }}}}"


def without(hidden: Iterable[str], text: str) -> str:
    """Return a text in which no external ID is left."""
    for external_id in sorted(hidden, key=len, reverse=True):
        text = text.replace(external_id, HIDDEN)
    return text


def usable(found: Sequence[Fix], shown: Mapping[str, str]) -> list[Fix]:
    """Return fixes without external IDs. `shown` says what each becomes: where its trust declares it, if it does.

    What whoever asks could send instead is no way to mend a trust where there is another one.
    """
    made: list[Fix] = []
    for fix in found:
        replaces_one = bool(made) and fix.instead and made[-1].module == "xacct_assume"
        if replaces_one:
            made.pop()
        made.append(
            replace(
                fix,
                text=without(shown, fix.text),
                options=_replaced(fix.options, shown),
                statement=_replaced(fix.statement, shown),
                context=_replaced(fix.context, shown),
                instead=fix.instead and not replaces_one,
            )
        )
    return made


def _replaced(value: object, shown: Mapping[str, str]) -> object:
    if isinstance(value, Mapping):
        return {key: _replaced(each, shown) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_replaced(each, shown) for each in value]
    if not isinstance(value, str):
        return value
    return shown[value] if value in shown else without(shown, value)
