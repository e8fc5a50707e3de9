# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_role`: a role, who may assume it, and what it may do.

Read what the options concern, decide what differs, check that it fits, carry it out.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..._options.role import ARGUMENT_SPEC, check
from ..._policy.language.principals import unresolved_ids
from ..._resources.quotas import Quotas
from ..._resources.role import Role, RoleFacts
from ..task import Operation, Task, TaskError, result, said_of
from .apply import RoleChangedMeanwhile, apply
from .decide import RoleDecision, decide
from .limits import check_limits
from .state import RoleState, read_state
from .trust import shown, shown_external_ids

ROUNDS = 5
"""How often a role that others make or change at the same moment is read and decided about."""


def run(task: Task) -> dict:
    """Bring the role to what is declared and return the module's result."""
    with said_of(task.account):
        return _run(task)


def _run(task: Task) -> dict:
    role = Role(task.account, task.params["name"])
    quotas = Quotas(task.account)
    for _round in range(ROUNDS):
        state = read_state(role, task.params)
        task.account.confirm_account(state.facts.arn if state else None)
        decision = decide(task.params, state, task.account.partition)
        _warn_of_deleted_principals(task, role, decision)
        if decision.steps:
            check_limits(role, quotas, state, decision)
        if task.check_mode or not decision.steps:
            return _foretold(decision, state)
        try:
            return _reported(decision, apply(task, role, state, decision, quotas))
        except RoleChangedMeanwhile:
            task.progress(f"{role.label} was changed by another writer at the same time; reading it again")
    raise TaskError(f"{role.label} was changed by another writer on all {ROUNDS} attempts. Re-run")


def _foretold(decision: RoleDecision, state: RoleState | None) -> dict:
    """Return the result of a run that wrote nothing: the role as it is, the trust policy as it would be."""
    names = decision.trust.names if decision.trust else {}
    return result(
        decision.plan,
        role=described(state.facts) if state else None,
        trust_policy=shown(decision.trust_policy),
        external_ids=shown_external_ids(decision.trust_policy, names),
    )


def _reported(decision: RoleDecision, facts: RoleFacts | None) -> dict:
    names = decision.trust.names if decision.trust else {}
    trust_policy = facts.trust_policy if facts else None
    return result(
        decision.plan,
        role=described(facts) if facts else None,
        trust_policy=trust_policy,
        external_ids=shown_external_ids(trust_policy, names),
    )


def described(facts: RoleFacts) -> Mapping:
    """Return the facts of a role for a result."""
    return {
        "arn": facts.arn,
        "name": facts.name,
        "path": facts.path,
        "unique_id": facts.unique_id,
        "account_id": facts.account_id,
        "create_date": facts.create_date,
        "description": facts.description,
        "max_session_duration": facts.max_session_duration,
        "permissions_boundary": facts.permissions_boundary,
        "tags": facts.tags,
    }


def _warn_of_deleted_principals(task: Task, role: Role, decision: RoleDecision) -> None:
    """Point at principals that are gone, where this run leaves them in the trust policy."""
    for unique_id in unresolved_ids(decision.trust_policy):
        task.warn(
            f"{role.label} trusts {unique_id}, the unique ID of a principal that was deleted (or made moments ago). "
            "The statement is not declared here and stays as it is."
        )


OPERATION = Operation(
    name="xacct_role",
    argument_spec=ARGUMENT_SPEC,
    run=run,
    services=("iam", "sts"),
    check=check,
)
