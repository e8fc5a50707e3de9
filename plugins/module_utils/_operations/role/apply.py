# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying out the steps of a decision about a role: each a call or two, and what can go wrong with it.

Private to this collection.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from ..._aws.calls.errors import AwsError, aws_text, is_code, last_call
from ..._aws.calls.retries import retry_while
from ..._aws.files.locks import controller_lock
from ..._policy.language.documents import PolicyError
from ..._resources import iam
from ..._resources.quotas import Quotas
from ..._resources.role import Role, RoleFacts, TrustPolicy
from ..task import Task, TaskError
from ..writing.principal_propagation import while_principals_propagate
from ..writing.shared_policy import converge_policy, same_policy
from .decide import RoleDecision, Step, name_is_taken
from .state import RoleState

Result = TypeVar("Result")

DELETE_ROUNDS = 3
NEW_ROLE_SECONDS = 30
"""How long a role that was made just now may take to be visible to the calls that follow."""


class RoleChangedMeanwhile(Exception):
    """Somebody else made or changed the role after it was read: read it again and decide anew."""


def apply(task: Task, role: Role, state: RoleState | None, decision: RoleDecision, quotas: Quotas) -> RoleFacts | None:
    """Carry out the steps in their order and return the role as it is then; None when it was removed.

    The role is not read again for that: what was just written need not be visible yet.
    When a step fails the error also says which steps were carried out; running again goes on from there.
    Raises `RoleChangedMeanwhile` before anything was done when the decision does not hold any more.
    """
    done: list[Step] = []
    applier = _Applier(task, role, state, decision, quotas)
    for step in decision.steps:
        try:
            applier.carry_out(step)
        except (AwsError, PolicyError, TaskError) as error:
            if not done:
                raise
            raise _stopped_after(error, done, decision.steps[len(done) :]) from error
        done.append(step)
    return applier.role_afterwards(decision) if decision.trust_policy else None


class _Applier:
    """Knows how to carry out each verb. What has no method here is a method of `Role`."""

    def __init__(self, task: Task, role: Role, state: RoleState | None, decision: RoleDecision, quotas: Quotas) -> None:
        self.task = task
        self.role = role
        self.facts = state.facts if state else None
        self.is_new = False
        self.trust = decision.trust.with_external_ids() if decision.trust else None
        self.whole_trust_policy = decision.trust_policy
        self.quotas = quotas

    def carry_out(self, step: Step) -> None:
        """Carry out one step; wait for a role that this run has made."""
        verb = functools.partial(getattr(self, step.verb, None) or getattr(self.role, step.verb), **step.arguments)
        if self.is_new:
            what = f"{self.role.label} to be visible to IAM"
            retry_while(verb, _role_is_not_found, NEW_ROLE_SECONDS, what=what, warn=self.task.progress)
        else:
            verb()

    def role_afterwards(self, decision: RoleDecision) -> RoleFacts:
        """Return the role as all steps have left it."""
        known = ("description", "max_session_duration", "permissions_boundary", "tags")
        return replace(self.facts, **{name: decision.plan.after[name] for name in known})

    def create(self, **arguments: object) -> None:
        """Make the role. A creation whose answer was lost is one: the retry says that the role exists."""
        document = self.trust.merge(None)
        try:
            facts = self._while_propagating(document, lambda: self.role.create(document, **arguments))
        except AwsError as error:
            if not is_code(error, "EntityAlreadyExists"):
                raise
            facts = self._existing(error)
            if not _as_asked(facts, document, arguments):
                raise RoleChangedMeanwhile from error
        self.facts = replace(facts, trust_policy=document)
        self.is_new = True

    def put_trust(self) -> None:
        """Replace the trust policy, which is declared whole."""
        document = self.trust.merge(self.facts.trust_policy)
        self._while_propagating(document, lambda: self.role.put_trust_policy(document))
        self.facts = replace(self.facts, trust_policy=document)

    def share_trust(self) -> None:
        """Merge our statements into the trust policy, and lose nobody's."""
        converge = functools.partial(
            converge_policy,
            TrustPolicy(self.role, self.quotas),
            self.trust.merge,
            self.trust.own_sids,
            lock=lambda: controller_lock(self.task.account.told_account_id, self.role.label),
            progress=self.task.progress,
        )
        converged = self._while_propagating(self.trust.merge(None), converge)
        self.facts = replace(self.facts, trust_policy=converged.after)

    def delete(self) -> None:
        """Delete the role; what was attached to it meanwhile goes too."""
        for _round in range(DELETE_ROUNDS - 1):
            try:
                return self.role.delete()
            except AwsError as error:
                if not is_code(error, "DeleteConflict"):
                    raise
            self._strip()
        return self.role.delete()

    def delete_if_unshared(self) -> None:
        """Delete the role unless somebody has added a statement since it was read."""
        facts = self.role.read()
        if facts and self.trust.merge(facts.trust_policy):
            raise TaskError(
                f"{self.role.label}: somebody added a statement to its trust policy while it was being removed. It was "
                "not deleted, but its permissions are gone already: run what declares them again"
            )
        self.delete()

    def _strip(self) -> None:
        for instance_profile in self.role.instance_profiles():
            self.role.leave_instance_profile(instance_profile)
        for policy_arn in self.role.attached():
            self.role.detach(policy_arn)
        for policy_name in self.role.inline_names():
            self.role.remove_inline(policy_name)

    def _while_propagating(self, document: dict | None, write: Callable[[], Result]) -> Result:
        whole = self.whole_trust_policy
        return while_principals_propagate(self.task, self.role.label, document, write, whole=whole)

    def _existing(self, error: AwsError) -> RoleFacts:
        """Return the role that IAM says exists; raise `TaskError` when it is another one with nearly the same name."""
        facts = self.role.read()
        if facts is None:
            # IAM compares names without case; whether GetRole does is not documented.
            for other in iam.listed(self.task.account, self.role.label, "list_roles", "Roles"):
                if other["RoleName"] != self.role.name and other["RoleName"].lower() == self.role.name.lower():
                    raise TaskError(name_is_taken(self.role.name, other["RoleName"], other["Path"])) from error
            facts = retry_while(self.role.require, _role_is_not_found, NEW_ROLE_SECONDS)
        if facts.name != self.role.name:
            raise TaskError(name_is_taken(self.role.name, facts.name, facts.path)) from error
        return facts


def _role_is_not_found(error: Exception) -> bool:
    """Whether IAM does not see the role itself (rather than a policy that is to be attached to it)."""
    return is_code(error, "NoSuchEntity") and aws_text(error).lower().startswith(("the role", "role"))


def _as_asked(facts: RoleFacts, document: dict, arguments: dict) -> bool:
    """Whether a role is exactly what CreateRole was asked for."""
    asked = {
        "path": arguments["path"] or "/",
        "description": arguments["description"] or "",
        "max_session_duration": arguments["max_session_duration"] or 3600,
        "permissions_boundary": arguments["permissions_boundary"] or None,
        "tags": arguments["tags"],
    }
    return same_policy(facts.trust_policy, document) and all(
        getattr(facts, name) == value for name, value in asked.items()
    )


def _stopped_after(error: Exception, done: list[Step], left: tuple[Step, ...]) -> Exception:
    """Return the error with how far the run had come."""
    steps = [step.says for step in done]
    said = f"{last_call()}: {error}" if isinstance(error, PolicyError) else str(error)
    said = said if said.endswith((".", "!", "?")) else f"{said}."
    text = (
        f"{said} Stopped after step {len(done)} of {len(done) + len(left)}. Completed: {'; '.join(steps)}. Safe to "
        "re-run: completed steps are detected."
    )
    if isinstance(error, AwsError):
        return AwsError(
            text,
            code=error.code,
            call=error.call,
            account=error.account,
            resource=error.resource,
            aws_message=error.aws_message,
        )
    details = error.details if isinstance(error, TaskError) else {}
    return TaskError(text, **{**details, "done": steps})
