# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules of grants on a resource have in common: reading, deciding, and writing what differs.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..._aws.calls.errors import AwsError, is_code
from ..._aws.calls.retries import retry_while
from ..._aws.files.locks import controller_lock
from ..._options.declared_grants import DeclaredGrants
from ..._policy.language.comparison import differences
from ..._policy.statements.render import readable_policy
from ..._resources.policy_carrier import PolicyCarrier
from ..plan import Change, Plan
from ..task import Task, TaskError
from ..writing.principal_propagation import while_principals_propagate
from ..writing.shared_policy import SLOWEST_REPLICA_SECONDS, Converged, Merge, converge_policy, same_policy

NEW_RESOURCE_SECONDS = 5
"""How long a resource that was made a moment ago may be missing; then it is taken for a mistake."""

Converge = Callable[[Merge], Converged]


@dataclass(frozen=True)
class PolicyDecision:
    """The plan, and the policy as it will be."""

    plan: Plan
    policy: dict | None


def decide(
    grants: DeclaredGrants,
    policy: dict | None,
    wanted: dict | None,
    *,
    title: str = "policy",
    part: str = "",
) -> PolicyDecision:
    """Return what differs between a policy as it is and as it is wanted. Pure.

    `title` is the policy's name in the diff. `part` is what the Sid of a grant's second statement ends with.
    """
    before = _view(title, policy, grants.names, part)
    if same_policy(policy, wanted):
        return PolicyDecision(Plan((), before, before), policy)
    changes = tuple(_changes(policy, wanted, grants.names, part))
    return PolicyDecision(Plan(changes, before, _view(title, wanted, grants.names, part)), wanted)


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
    slowest_replica: float = SLOWEST_REPLICA_SECONDS,
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
            slowest_replica=slowest_replica,
        )

    return while_principals_propagate(
        task, carrier.label, grants.merge(None), lambda: (converge or shared)(merge).after, whole=wanted
    )


def _changes(before: dict | None, after: dict | None, names: Mapping[str, str], part: str) -> list[Change]:
    """Return one change a grant (or foreign Sid), with those of its statements that differ."""
    found: dict[str, tuple[list, list]] = {}
    for difference in differences(before, after):
        if difference.sid is None:
            continue
        sid = difference.sid
        name = names.get(sid) or (sid.removesuffix(part) if part else sid) or "statement without a Sid"
        old, new = found.setdefault(name, ([], []))
        old.extend([difference.before] if difference.before else [])
        new.extend([difference.after] if difference.after else [])
    return [Change("grants", name, old or None, new or None) for name, (old, new) in found.items()]


def _view(title: str, document: dict | None, names: Mapping[str, str], part: str) -> dict:
    shown = {sid: f"{name} ({part.strip('/')})" if part and sid.endswith(part) else name for sid, name in names.items()}
    return {title: readable_policy(document, shown)} if document else {}
