# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole plan: declared trusts and accounts in, the work of every account on either side out.

Pure and total: the plan is made over the whole inventory whatever the run is limited to, does not depend on the order
of hosts or trusts, and is plain data that can be written as JSON.
"""

from __future__ import annotations

import datetime

from ansible_collections.xacct.aws.plugins.module_utils._policy.documents import new_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.identity_statements import identity_statement
from ansible_collections.xacct.aws.plugins.module_utils._trusts.conflicts import (
    check_conflicts,
    role_key,
    trusts_by_role,
)
from ansible_collections.xacct.aws.plugins.module_utils._trusts.declaration import Trust, read_trusts
from ansible_collections.xacct.aws.plugins.module_utils._trusts.directory import Account, read_directory
from ansible_collections.xacct.aws.plugins.module_utils._trusts.expectations import expectations_of
from ansible_collections.xacct.aws.plugins.module_utils._trusts.expiry import has_ended
from ansible_collections.xacct.aws.plugins.module_utils._trusts.plain_values import plain
from ansible_collections.xacct.aws.plugins.module_utils._trusts.problems import PlanError, Problems, some_of
from ansible_collections.xacct.aws.plugins.module_utils._trusts.role_method import trusted_entry
from ansible_collections.xacct.aws.plugins.module_utils._trusts.trusted_side import (
    MANAGED_CHARACTERS,
    check_sizes,
    statement_size,
    trusted_grant,
    trusted_operations,
)

__all__ = ["PlanError", "plan"]


def plan(trusts: object, accounts: object, now: datetime.datetime | None = None) -> dict:
    """Plan both sides of every trust.

    :param trusts: the declared list (``xacct_trusts``)
    :param accounts: the directory of the whole inventory (``xacct_accounts``): host -> account_id, groups …
    :param now: the time that ``role.not_after`` is compared with; without it nothing counts as ended
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
    for trust in sorted(declared, key=lambda trust: (not trust.present, trust.name)):
        for account in trust.trusting:
            work[account.host]["trusting"].append(_trusting_operation(trust, account))
    for host, sides in work.items():
        sides["trusted"] = [operation.as_data() for operation in trusted_operations(declared, host)]
    return {
        "trusts": {trust.name: _summary(trust, declared, trust.name in ended) for trust in declared},
        "accounts": work,
        "expectations": expectations_of(declared, directory, ended),
        "third_parties": [entry for trust in declared if trust.present for entry in _by_others(trust)],
        "warnings": warnings,
    }


def _trusting_operation(trust: Trust, account: Account) -> dict:
    options = {**trust.role.options_in(account), "state": trust.state}
    entry = trusted_entry(trust.role, trust.name, trust.trusted)
    if not trust.present:
        kept = ("name", "path", "purge_trusted", "take_over", "state")
        options = {key: value for key, value in options.items() if key in kept}
        entry = {"name": entry["name"], "principals": entry["principals"]}
    return {
        "trust": trust.name,
        "method": trust.method,
        "state": trust.state,
        "options": {**options, "trusted": [entry]},
    }


def _summary(trust: Trust, declared: list[Trust], ended: bool) -> dict:
    return {
        "method": trust.method,
        "state": trust.state,
        "description": trust.description,
        "third_party": not trust.trusted.host,
        "from": trust.trusted.label,
        "to": [account.host for account in trust.trusting],
        "notes": [*trust.notes, *_notes(trust, declared, ended)] if trust.present else list(trust.notes),
    }


def _notes(trust: Trust, declared: list[Trust], ended: bool) -> list[str]:
    """What the plan does in a way that the user may not expect."""
    trusted, role = trust.trusted, trust.role
    account = trusted.host or f"the account {trusted.account_id}"
    notes = []
    groups = [principal.spelling for principal in trusted.principals if principal.kind == "group"]
    if groups:
        notes.append(
            f"IAM cannot name {some_of(groups)} in a trust policy: {role.name} names the whole account of {account}, "
            "and the policies there narrow it"
        )
    if any(principal.kind == "root" for principal in trusted.principals):
        notes.append(
            f"{role.name} trusts the whole account: {account} says itself who may assume it, nothing is applied there"
        )
    if role.follow:
        notes.append(
            f"{role.name} names the account narrowed by aws:PrincipalArn: a principal made again gets in again"
        )
    if not trusted.host:
        notes.append(f"{trusted.account_id} is a third party: only the trusting side is applied")
    kept = [principal.spelling for principal in trusted.principals if principal.is_kept_by_aws]
    if kept and trusted.host:
        notes.append(f"{some_of(kept)} is kept by AWS: its permission set has to allow it, nothing is applied there")
    roles = [principal.spelling for principal in trusted.principals if principal.kind == "role"]
    if role.wants_mfa and roles:
        notes.append(
            f"{role.name} requires MFA: a session of {some_of(roles)} has it only when it was assumed with MFA, "
            "and an instance or a service never does"
        )
    if trust.trusted_side == "pattern" and trust.organization and trusted.host:
        notes.append(
            f"{account} may ask for {role.name} in every account of {trust.organization}, not only in those listed"
        )
    if not role.purge_trusted:
        by_role = trusts_by_role(declared)
        sharing = {other.name for a in trust.trusting for other in by_role[role_key(trust, a)]} - {trust.name}
        if sharing:
            notes.append(f"{role.name} is shared with {some_of(sharing)}")
    if ended:
        notes.append(f"it ended at {role.grant['not_after']}: nobody gets in by it any more")
    return notes


def _by_others(trust: Trust) -> list[dict]:
    """What has to be attached where this collection cannot write: to principals of a third party, or kept by AWS."""
    principals = trust.trusted.principals
    if trust.trusted.host:
        principals = tuple(principal for principal in principals if principal.is_kept_by_aws)
    if not principals:
        return []
    grant = trusted_grant(trust)
    notes = []
    if trust.role.generate:
        notes.append("external ID: generated, one for each trusting account, in the trust policy of the role there")
    elif trust.role.external_ids:
        notes.append(f"external ID: given as role.external_id of trust {trust.name} in xacct_trusts")
    size = statement_size([grant])
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
            "policy": new_document([identity_statement({key: grant[key] for key in grant if key != "state"})]),
            "trusting": [trust.role_arn(account) for account in trust.trusting],
        }
    ]
