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
from ..._policy.language.comparison import differences, sid_of
from ..._policy.language.documents import statements
from ..._policy.statements.render import readable_policy
from ..._policy.statements.service_rules import ServiceRules
from ..._resources.policy_carrier import PolicyCarrier
from ..plan import Change, Plan
from ..task import Task, TaskError
from ..writing.principal_propagation import while_principals_propagate
from ..writing.shared_policy import Converged, Merge, converge_policy, same_policy
from .declared_grants import DeclaredGrants

NEW_RESOURCE_SECONDS = 5
"""How long a resource that was made a moment ago may be missing; then it is taken for a mistake."""

Converge = Callable[[Merge], Converged]


@dataclass(frozen=True)
class PolicyDecision:
    """The plan, and the policy as it will be."""

    plan: Plan
    policy: dict | None


def decide(
    grants: DeclaredGrants, policy: dict | None, wanted: dict | None, rules: ServiceRules, *, title: str = "policy"
) -> PolicyDecision:
    """Return what differs between a policy as it is and as it is wanted. Pure. `title` is its name in the diff."""
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


def read_policy(
    task: Task, carrier: PolicyCarrier, grants: DeclaredGrants, missing: tuple[str, ...], label: str
) -> dict | None:
    """Return the policy; a resource that is gone has none, which is all right when nothing is to be in it.

    `missing` are the codes that say that it is gone. One that is wanted may be so new that AWS does not know it yet.
    """
    try:
        return retry_while(
            carrier.read,
            lambda error: bool(grants.statements) and is_code(error, *missing),
            new_resource_seconds(task),
            what=f"{label} to be there",
            warn=task.progress,
        )
    except AwsError as error:
        if grants.statements or not is_code(error, *missing):
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
            f"{label} is to belong to account {owner} ({option}), and the credentials belong to account "
            f"{account_id}: only the owner's own credentials can change its policy"
        )


def write_policy(
    task: Task,
    carrier: PolicyCarrier,
    grants: DeclaredGrants,
    wanted: dict | None,
    *,
    merge: Merge | None = None,
    lock: str | None = None,
    converge: Converge | None = None,
) -> dict | None:
    """Write what differs and return the policy as it is then; waits for principals that were made moments ago.

    `wanted` is the policy as it was decided. `merge` is how a policy gets there, `grants.merge` if it is nothing more;
    `lock` names the resource to other processes, `carrier.label` if not given. `converge` is for services with
    revisions.
    """
    merge = merge or grants.merge

    def shared(how: Merge) -> Converged:
        return converge_policy(
            carrier,
            how,
            grants.own_sids,
            lock=lambda: controller_lock(task.account.told_account_id, lock or carrier.label),
            progress=task.progress,
            slowest_replica=carrier.rules.propagation_seconds,
            passing=carrier.rules.passing_codes,
        )

    return while_principals_propagate(
        task,
        carrier.label,
        grants.merge(None),
        lambda: (converge or shared)(merge).after,
        whole=wanted,
        invalid=carrier.rules.invalid_principal,
        says_no_more=carrier.rules.says_no_more,
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
