# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_identity_grant`: named statements in a policy of a user, group or role.

Read the policy that holds them (and the one of the other kind, which may hold them still), decide what differs, check
that it fits, write. A grant that moves from one kind to the other is written first and taken away last.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._aws.calls.errors import AwsError, is_not_offered, is_unanswered
from ..._aws.files.locks import controller_lock
from ..._options.identity_grant import (
    ARGUMENT_SPEC,
    INLINE,
    MANAGED,
    DeclaredGrants,
    check,
    declared_grants,
    policy_names,
)
from ..._policy.language.comparison import differences
from ..._policy.language.identity_names import IdentityName, parse_identity
from ..._policy.statements.render import readable_policy
from ..._resources.identity import Identity, InlinePolicy
from ..._resources.managed_policies import ManagedPolicies
from ..._resources.quotas import Quotas
from ..plan import Change, Plan
from ..task import Operation, Task, TaskError, result, said_of
from ..writing.shared_policy import Merge, converge_policy, same_policy

_WORDS = {INLINE: "inline_policy", MANAGED: "managed_policies"}
_OTHER = {INLINE: MANAGED, MANAGED: INLINE}


@dataclass(frozen=True)
class IdentityDecision:
    """The plan, and the policies as they will be: the one declared, and the one of the other kind."""

    plan: Plan
    here: dict | None
    there: dict | None
    writes_here: bool
    writes_there: bool


def run(task: Task) -> dict:
    """Bring the policy to what is declared and return the module's result."""
    with said_of(task.account):
        return _run(task)


def _run(task: Task) -> dict:
    params = task.params
    name = parse_identity(params["principal"])
    grants = declared_grants(params)
    via = params["via"]
    identity = Identity(task.account, name.kind, name.name)
    carriers = _carriers(identity, policy_names(params, name))
    here, there = carriers[via], carriers[_OTHER[via]]
    _confirm_principal(task, identity, name)
    # A name means whatever account the credentials belong to: also "nothing to change" is to be said of the right one.
    task.account.confirm_account()

    policy = here.read()
    decision = decide(via, grants, policy, _read_there(task, there) if grants.statements else None)
    if decision.writes_here:
        if policy is None:
            _require(task, identity)
        here.check_size(decision.here)
    if not task.check_mode:
        policy = _apply(task, identity, grants, decision, here, there, policy)
    return result(
        decision.plan,
        principal=params["principal"],
        policy=decision.here if task.check_mode else policy,
        policies=carriers[MANAGED].arns if via == MANAGED else [],
    )


def _read_there(task: Task, there: InlinePolicy | ManagedPolicies) -> dict | None:
    """Return the policy of the other kind; it is no reason to fail that the caller may not look at it."""
    try:
        return there.read()
    except AwsError as error:
        if not is_unanswered(error):
            raise
        task.warn(f"Could not check whether grants are still in the {there.label}: {error}")
        return None


def decide(via: str, grants: DeclaredGrants, here: dict | None, there: dict | None) -> IdentityDecision:
    """Return what differs between what is there and what is declared (`there`: the policy of the other kind). Pure."""
    new_here, new_there = grants.merge(here), grants.take_out(there)
    writes_here, writes_there = not same_policy(here, new_here), not same_policy(there, new_there)
    other = _OTHER[via]
    changes = [
        *(_changes("grants", here, new_here, grants.names) if writes_here else ()),
        *(_changes(_WORDS[other], there, new_there, grants.names) if writes_there else ()),
    ]
    before, after = _view(via, here, there, grants.names), _view(via, new_here, new_there, grants.names)
    plan = Plan(tuple(changes), before, after) if changes else Plan((), before, before)
    return IdentityDecision(plan, new_here, new_there, writes_here, writes_there)


def _carriers(identity: Identity, names: Mapping[str, str]) -> dict[str, InlinePolicy | ManagedPolicies]:
    quotas = Quotas(identity.account)
    return {
        INLINE: InlinePolicy(identity, names[INLINE], quotas),
        MANAGED: ManagedPolicies(identity, names[MANAGED], quotas),
    }


def _confirm_principal(task: Task, identity: Identity, name: IdentityName) -> None:
    """Make sure of the account, and that it is this principal: IAM looks it up by its last name alone."""
    if name.account_id and name.account_id != task.account.account_id:
        raise TaskError(
            f"principal {task.params['principal']} is in account {name.account_id}, and the credentials belong to "
            f"account {task.account.account_id}: only an account's own credentials can change its principals' policies"
        )
    if name.path is None:
        if task.account.options.expected_account_id:
            task.account.confirm_account()
        return
    facts = identity.read()
    task.account.confirm_account(facts.arn if facts else None)
    if facts is not None and facts.path != name.path:
        raise TaskError(
            f"{identity.label} has the path {facts.path}, not {name.path}: it is {facts.arn}. Correct principal, here "
            "and where it is trusted"
        )


def _require(task: Task, identity: Identity) -> None:
    """Raise `TaskError` when the principal does not exist. Where the server can't be asked, the write will tell."""
    try:
        facts = identity.read()
    except AwsError as error:
        if not is_not_offered(error):
            raise
        task.warn(f"Could not check whether {identity.label} exists: {error}")
        return
    if facts is None:
        raise TaskError(
            f"{identity.label} does not exist (iam:Get{identity.kind.title()} "
            f"says NoSuchEntity). Make it first, or correct principal ({task.params['principal']}); upper and lower "
            "case count"
        )


def _apply(
    task: Task,
    identity: Identity,
    grants: DeclaredGrants,
    decision: IdentityDecision,
    here: InlinePolicy | ManagedPolicies,
    there: InlinePolicy | ManagedPolicies,
    policy: dict | None,
) -> dict | None:
    """Write what differs and return the policy as it is then."""
    if decision.writes_here:
        policy = _converge(task, identity, here, grants.merge, grants)
    if decision.writes_there:
        try:
            _converge(task, identity, there, grants.take_out, grants)
        except AwsError as error:
            raise TaskError(
                f"{error} The grants are in the {here.label}; in the {there.label} they are still as well. Re-running "
                "removes them there."
            ) from error
    return policy


def _converge(
    task: Task, identity: Identity, carrier: InlinePolicy | ManagedPolicies, merge: Merge, grants: DeclaredGrants
) -> dict | None:
    return converge_policy(
        carrier,
        merge,
        grants.own_sids,
        lock=lambda: controller_lock(task.account.told_account_id, identity.label),
        progress=task.progress,
    ).after


def _changes(what: str, before: dict | None, after: dict | None, names: Mapping[str, str]) -> list[Change]:
    found = []
    for difference in differences(before, after):
        if difference.sid is None:
            continue
        name = names.get(difference.sid, difference.sid) or "statement without a Sid"
        found.append(Change(what, name, difference.before, difference.after))
    return found


def _view(via: str, here: dict | None, there: dict | None, names: Mapping[str, str]) -> dict:
    documents = {_WORDS[via]: here, _WORDS[_OTHER[via]]: there}
    return {word: readable_policy(document, names) for word, document in documents.items() if document}


OPERATION = Operation(
    name="xacct_identity_grant",
    argument_spec=ARGUMENT_SPEC,
    run=run,
    services=("iam", "sts"),
    check=check,
)
