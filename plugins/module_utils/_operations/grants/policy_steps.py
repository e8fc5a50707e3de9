# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules of grants on a resource have in common: reading, deciding, and writing what differs.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..._aws.calls.errors import AwsError, is_code
from ..._aws.calls.retries import retry_while
from ..._aws.files.locks import controller_lock
from ..._options.declared_grants import NOTHING_DECLARED, DeclaredGrants
from ..._policy.language.comparison import differences, sid_of
from ..._policy.language.documents import statements
from ..._policy.statements.render import readable_policy
from ..._policy.statements.service_rules import ServiceRules
from ..._services.resource_policy import ResourcePolicy, RevisionedPolicy
from ..plan import Change, Plan
from ..task import Task, TaskError
from ..writing.principal_propagation import while_principals_propagate
from ..writing.replica_policy import await_replica
from ..writing.revisioned_policy import converge_revisioned
from ..writing.shared_policy import Converged, Merge, converge_policy, same_policy

NEW_RESOURCE_SECONDS = 5
"""How long a resource that was made a moment ago may be missing; then it is taken for a mistake."""


@dataclass(frozen=True)
class PolicyDecision:
    """The plan, and the policy as it will be."""

    plan: Plan
    policy: dict | None


@dataclass(frozen=True)
class Outcome:
    """What differed, the policies as they are left (in check mode: would be), and what the resource's key lacks."""

    plan: Plan
    policies: dict[str, dict | None]
    key_access: dict | None


def decide(carrier: ResourcePolicy, grants: DeclaredGrants, policy: dict | None, wanted: dict | None) -> PolicyDecision:
    """Return what differs between a policy as it is and as it is wanted. Pure."""
    title, rules = carrier.returned_as, carrier.rules
    shown = {sid_of(each): "" for document in (policy, wanted) for each in statements(document)}
    for sid in shown:
        own = rules.grant_sid(sid)
        part = sid[len(own) + 1 :] if rules.parts else ""
        name = grants.names.get(own)
        shown[sid] = (f"{name} ({part})" if part else name) if name else sid
    before = {title: readable_policy(policy, shown)} if policy else {}
    if same_policy(policy, wanted):
        return PolicyDecision(Plan((), before, before), policy)
    after = {title: readable_policy(wanted, shown)} if wanted else {}
    return PolicyDecision(Plan(tuple(_changes(policy, wanted, grants.names, rules)), before, after), wanted)


def read_policy(task: Task, carrier: ResourcePolicy, grants: DeclaredGrants) -> dict | None:
    """Return the policy; a resource that is gone has none, which is all right when nothing is to be in it.

    One that is wanted may be so new that AWS does not know it yet.
    """
    try:
        return retry_while(
            carrier.read,
            lambda error: bool(grants.statements) and is_code(error, *carrier.missing),
            new_resource_seconds(task),
            what=f"{carrier.resource_label} to be there",
            warn=task.progress,
        )
    except AwsError as error:
        if grants.statements or not is_code(error, *carrier.missing):
            raise
        return None


def new_resource_seconds(task: Task) -> float:
    """Return how long a resource may be missing that may have been made a moment ago."""
    given = task.params["propagation_timeout"]
    return NEW_RESOURCE_SECONDS if given is None else given


def confirm_owner(task: Task, owner: str | None, label: str, option: str) -> None:
    """Make sure that the credentials belong to the account that a resource belongs to; `option` says so.

    Where the server does not tell whose they are, it alone decides.
    """
    account_id = task.account.told_account_id
    if account_id and owner != account_id:
        raise TaskError(
            f"{label} must belong to account {owner} ({option}), and the credentials belong to account "
            f"{account_id}: only the owner's own credentials can change its policy"
        )


def bring_about(
    task: Task,
    ways: Mapping[str, ResourcePolicy],
    grants: Mapping[str, DeclaredGrants],
    found: Mapping[str, dict | None],
    look: Callable[[], dict | None],
) -> Outcome:
    """Bring policies from what was found to what is declared, by way of granting; in check mode say what would be.

    What is to change is looked at before anything is written: whether it fits, whether it locks the owner out, and by
    `look` whether it comes about at all; that returns what the resource's key has to allow.
    """
    merges = {way: _merge(carrier, grants[way]) for way, carrier in ways.items()}
    decisions = {way: decide(ways[way], grants[way], found[way], merges[way](found[way])) for way in ways}
    plan = _joined([decision.plan for decision in decisions.values()])
    missing = None
    if plan.changed:
        for way, decision in decisions.items():
            if decision.plan.changed:
                ways[way].check_size(decision.policy)
                ways[way].check_control(found[way], decision.policy)
                ways[way].look_before_write(found[way], decision.policy, task.warn)
        missing = look()
        if any(carrier.copied_from for carrier in ways.values()):
            found = {way: await_replica(task, ways[way], merges[way], found[way]) for way in ways}
            decisions = {way: decide(ways[way], NOTHING_DECLARED, found[way], found[way]) for way in ways}
            plan = _joined([decision.plan for decision in decisions.values()])
        elif not task.check_mode:
            return Outcome(plan, _apply(task, ways, grants, decisions), missing)
    policies = {way: decision.policy for way, decision in decisions.items()} if task.check_mode else found
    return Outcome(plan, dict(policies), missing)


def _merge(carrier: ResourcePolicy, grants: DeclaredGrants) -> Merge:
    """Return how a policy gets the grants; where no statement is left, it becomes what the service has for that."""

    def merge(policy: dict | None) -> dict | None:
        wanted = grants.merge(policy)
        return carrier.empty() if wanted is None and statements(policy) else wanted

    return merge


def _joined(plans: list[Plan]) -> Plan:
    """Return the plans of all ways of granting as one."""
    before = {name: view for plan in plans for name, view in plan.before.items()}
    after = {name: view for plan in plans for name, view in plan.after.items()}
    return Plan(tuple(change for plan in plans for change in plan.changes), before, after)


def _apply(
    task: Task,
    ways: Mapping[str, ResourcePolicy],
    grants: Mapping[str, DeclaredGrants],
    decisions: Mapping[str, PolicyDecision],
) -> dict[str, dict | None]:
    """Write what differs, and return the policies as they are then.

    With several ways of granting, all of them get what is new before any of them loses something: a grant that moves
    from one to the other is never gone.
    """
    after = {way: decision.policy for way, decision in decisions.items()}
    changed = [way for way, decision in decisions.items() if decision.plan.changed]
    if len(changed) > 1:
        for way in changed:
            _write(task, ways[way], grants[way].without_removals(), decisions[way].policy)
    for way in changed:
        after[way] = _write(task, ways[way], grants[way], decisions[way].policy)
    return after


def _write(task: Task, carrier: ResourcePolicy, grants: DeclaredGrants, wanted: dict | None) -> dict | None:
    """Write what differs and return the policy as it is then; waits for principals that were made moments ago."""
    rules, merge = carrier.rules, _merge(carrier, grants)

    def converged() -> Converged:
        if isinstance(carrier, RevisionedPolicy):
            return converge_revisioned(carrier, merge, progress=task.progress, passing=rules.passing_codes)
        return converge_policy(
            carrier,
            merge,
            grants.own_sids,
            lock=lambda: controller_lock(task.account.told_account_id, str(carrier.arn)),
            progress=task.progress,
            slowest_replica=rules.propagation_seconds,
            passing=rules.passing_codes,
        )

    return while_principals_propagate(
        task,
        carrier.label,
        grants.merge(None),
        lambda: converged().after,
        whole=wanted,
        invalid=rules.invalid_principal,
        says_no_more=rules.says_no_more,
    )


def _changes(
    before: dict | None, after: dict | None, names: Mapping[str, str], rules: ServiceRules
) -> Iterator[Change]:
    """Yield one change a grant (or foreign Sid), with those of its statements that differ."""
    found: dict[str, tuple[list, list]] = {}
    for difference in differences(before, after):
        if difference.sid is None:
            continue
        own = rules.grant_sid(difference.sid)
        old, new = found.setdefault(names.get(own) or own or "statement without a Sid", ([], []))
        old.extend([difference.before] if difference.before else [])
        new.extend([difference.after] if difference.after else [])
    yield from (Change("grants", name, old or None, new or None) for name, (old, new) in found.items())
