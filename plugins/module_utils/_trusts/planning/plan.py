# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole plan: declared trusts and accounts in, the work of every account on either side out.

Pure and total: the plan is made over the whole inventory whatever the run is limited to, does not depend on the order
of hosts or trusts, and is plain data that can be written as JSON.
"""

from __future__ import annotations

import datetime

from ..._policy.language.documents import new_document
from ..._policy.statements.identity import identity_statement
from ..declaration.directory import Account, read_directory
from ..declaration.plain_values import plain
from ..declaration.problems import PlanError, Problems, some_of
from ..declaration.trust import ResourceKey, Trust
from ..methods.expiry import has_ended
from ..methods.registry import METHODS
from ..methods.related_trusts import trusts_by_resource
from .conflicts import check_conflicts
from .expectations import expectations_of
from .read_trusts import read_trusts
from .trusted_side import MANAGED_CHARACTERS, check_sizes, stateless, statement_size, trusted_grants, trusted_operations

__all__ = ["PlanError", "plan"]


def plan(trusts: object, accounts: object, now: datetime.datetime | None = None) -> dict:
    """Plan both sides of every trust.

    :param trusts: the declared list (``xacct_trusts``)
    :param accounts: the directory of the whole inventory (``xacct_accounts``): host -> account_id, groups …
    :param now: the time that ``not_after`` is compared with; without it nothing counts as ended
    :returns: ``trusts``, ``accounts``, ``expectations``, ``third_parties`` and ``warnings``
    :raises PlanError: with everything that is wrong at once
    """
    directory = read_directory(accounts)
    problems = Problems()
    declared = read_trusts(plain(trusts), directory, problems)
    check_conflicts(declared, problems)
    warnings = check_sizes(declared, problems)
    problems.raise_if_any()
    ended = {trust.name for trust in declared if has_ended(trust, now)}
    work = {
        host: {"account_id": account.account_id, "trusting": [], "trusted": []}
        for host, account in sorted(directory.accounts.items())
    }
    # Present before absent: a shared role must not lose its last statement just before it gets another one.
    by_account: dict[Account, dict[str, list[Trust]]] = {}
    for trust in sorted(declared, key=lambda trust: (not trust.present, trust.name)):
        for account in trust.trusting:
            by_account.setdefault(account, {}).setdefault(trust.method, []).append(trust)
    for account, by_method in by_account.items():
        work[account.host]["trusting"] = [
            operation
            for name, method in METHODS.items()
            for operation in method.operations(by_method.get(name, []), account)
        ]
    by_resource = trusts_by_resource(declared)
    warnings += [f"trust '{trust.name}': {w}" for trust in declared if trust.present for w in _warnings(trust)]
    for host, sides in work.items():
        sides["trusted"] = [operation.as_data() for operation in trusted_operations(declared, host)]
    return {
        "trusts": {trust.name: _summary(trust, by_resource, trust.name in ended) for trust in declared},
        "accounts": work,
        "expectations": expectations_of(declared, directory, ended),
        "third_parties": [entry for trust in declared if trust.present for entry in _by_others(trust)],
        "warnings": warnings,
    }


def _warnings(trust: Trust) -> list[str]:
    return METHODS[trust.method].warnings(trust)


def _summary(trust: Trust, by_resource: dict[ResourceKey, list[Trust]], ended: bool) -> dict:
    return {
        "method": trust.method,
        "state": trust.state,
        "description": trust.description,
        "third_party": not trust.trusted.host,
        "trusted_account": trust.trusted.host,
        "from": trust.trusted.label,
        "to": [account.host for account in trust.trusting],
        "notes": [*trust.notes, *_notes(trust, by_resource, ended)] if trust.present else list(trust.notes),
    }


def _notes(trust: Trust, by_resource: dict[ResourceKey, list[Trust]], ended: bool) -> list[str]:
    """What the plan does in a way that the user may not expect."""
    trusted = trust.trusted
    sharing = [other for account in trust.trusting for other in by_resource[trust.spec.resource_in(account)]]
    notes = METHODS[trust.method].notes(trust, sharing)
    if not trusted.host:
        notes.append(f"{trusted.account_id} is a third party: only the trusting side is applied")
    kept = [principal.spelling for principal in trusted.principals if principal.is_kept_by_aws]
    if kept and trusted.host:
        notes.append(f"{some_of(kept)} is managed by AWS: its permission set has to allow it; nothing is applied there")
    if ended:
        notes.append(f"it ended at {trust.spec.not_after}: it gives no access any more")
    return notes


def _by_others(trust: Trust) -> list[dict]:
    """What has to be attached where this collection cannot write: to principals of a third party, or kept by AWS."""
    principals = trust.trusted.principals
    if trust.trusted.host:
        principals = tuple(principal for principal in principals if principal.is_kept_by_aws)
    if not principals:
        return []
    grants = [grant for grant in trusted_grants(trust) if grant["state"] == "present"]
    notes = METHODS[trust.method].handover(trust)
    size = statement_size(grants)
    if size > MANAGED_CHARACTERS:
        notes.append(
            f"the policy has {size:,} characters, a managed policy holds {MANAGED_CHARACTERS:,}: it takes several"
        )
    return [
        {
            "trust": trust.name,
            "account_id": trust.trusted.account_id,
            "principals": [principal.spelling for principal in principals],
            "external_id_note": "; ".join(notes),
            "policy": new_document([identity_statement(stateless(grant)) for grant in grants]),
            "trusting": [arn for account in trust.trusting for arn in trust.spec.resource_arns(account)],
        }
    ]
