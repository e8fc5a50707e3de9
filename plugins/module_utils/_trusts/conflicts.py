# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong between trusts that are right by themselves: one role in two of them, one account under two hosts."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.xacct.aws.plugins.module_utils._trusts.declaration import Trust
from ansible_collections.xacct.aws.plugins.module_utils._trusts.directory import Account
from ansible_collections.xacct.aws.plugins.module_utils._trusts.problems import Problems, some_of

# Trusts that share a role may each leave these out, but not contradict each other.
_OF_THE_WHOLE_ROLE = (
    "path",
    "description",
    "max_session_duration",
    "permissions_boundary",
    "managed_policies",
    "purge_managed_policies",
    "inline_policies",
    "purge_inline_policies",
    "tags",
    "purge_tags",
)

RoleKey = tuple[tuple[str, str], str]


def role_key(trust: Trust, account: Account) -> RoleKey:
    """The role of a trust in one account. IAM keeps role names unique whatever their case and path."""
    return account.key, trust.role.name.lower()


def trusts_by_role(trusts: Iterable[Trust]) -> dict[RoleKey, list[Trust]]:
    """For every role of every trusting account the trusts that declare it."""
    by_role: dict[RoleKey, list[Trust]] = {}
    for trust in trusts:
        for account in trust.trusting:
            sharing = by_role.setdefault(role_key(trust, account), [])
            # Two hosts of one account bring a trust here twice; that is refused elsewhere.
            sharing.extend([trust] if trust not in sharing[-1:] else [])
    return by_role


def check_conflicts(trusts: list[Trust], problems: Problems) -> None:
    """Add every contradiction between two trusts to ``problems``."""
    _check_accounts(trusts, problems)
    _check_shared_roles(trusts, problems)


def _check_accounts(trusts: list[Trust], problems: Problems) -> None:
    """Two hosts may stand for one account, but not on the same side: each would write without knowing of the other."""
    trusting: dict[tuple[str, str], set[str]] = {}
    trusted: dict[tuple[str, str], set[str]] = {}
    for trust in trusts:
        for account in trust.trusting:
            trusting.setdefault(account.key, set()).add(account.host)
        if trust.trusted.host:
            trusted.setdefault((trust.trusted.partition, trust.trusted.account_id), set()).add(trust.trusted.host)
    for side, accounts in (("trusting", trusting), ("trusted", trusted)):
        for (_partition, account_id), hosts in sorted(accounts.items()):
            if len(hosts) > 1:
                problems.add(
                    f"account {account_id}",
                    f"it is on the {side} side under {len(hosts)} host names ({some_of(hosts)})",
                    "use one host for it in all trusts (a group may bring in the other one)",
                )


def _check_shared_roles(trusts: list[Trust], problems: Problems) -> None:
    pairs: dict[tuple[str, str], list[str]] = {}
    by_name = {trust.name: trust for trust in trusts}
    hosts = {account.key: account.host for trust in trusts for account in trust.trusting}
    for (account_key, _role), sharing in trusts_by_role(trusts).items():
        for position, first in enumerate(sharing):
            for second in sharing[position + 1 :]:
                pairs.setdefault((first.name, second.name), []).append(hosts[account_key])
    for (first, second), shared_in in sorted(pairs.items()):
        _check_pair(by_name[first], by_name[second], sorted(set(shared_in)), problems)


def _check_pair(first: Trust, second: Trust, hosts: list[str], problems: Problems) -> None:
    where = f"trusts '{first.name}' and '{second.name}'"
    role = first.role.name
    if role != second.role.name:
        problems.add(
            where,
            f"both declare a role in {some_of(hosts)} whose names differ only in case ({role}, {second.role.name})",
            "IAM has only one of them: write it the same way",
        )
    if first.role.purge_trusted or second.role.purge_trusted:
        problems.add(
            where,
            f"both declare the role {role} in {some_of(hosts)}, each as the only one",
            "give both role.purge_trusted: false to share it, or one of them another role.name",
        )
    for option in _OF_THE_WHOLE_ROLE:
        left, right = first.role.options.get(option), second.role.options.get(option)
        if left is not None and right is not None and left != right:
            problems.add(
                where,
                f"they say different things about role.{option} of the role {role} in {some_of(hosts)}",
                "say it in one of them, or the same in both",
            )
    if first.role.path != second.role.path:
        problems.add(
            where,
            f"they give the role {role} in {some_of(hosts)} different paths ({first.role.path}, {second.role.path})",
            "a role has one path: write the same in both",
        )
