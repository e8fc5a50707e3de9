# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The accounts that a plan knows: one inventory host each, with its account ID and its groups.

The directory is always the whole inventory, never the hosts of a play: a grant that covers a group of accounts must
not shrink because some of them were left out of a run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .account_ids import PARTITIONS, account_id_problem
from .plain_values import plain
from .problems import PlanError, Problems, did_you_mean, kind_of, some_of

_KEYS = ("account_id", "groups", "partition", "organization")
_EVERY_HOST = "all"


@dataclass(frozen=True)
class Account:
    """One account of the inventory. ``organization`` is empty when nobody said it."""

    host: str
    account_id: str
    groups: tuple[str, ...] = ()
    partition: str = "aws"
    organization: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same account: the same digits in another partition are another account."""
        return self.partition, self.account_id


@dataclass(frozen=True)
class Directory:
    """Every account by host name, and the hosts of every group."""

    accounts: Mapping[str, Account]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def hosts_of(self, name: str) -> tuple[str, ...] | None:
        """The hosts that a word in ``trusting`` stands for: a host, a group or ``all``; None when it is unknown."""
        if name in self.accounts:
            return (name,)
        if name == _EVERY_HOST:
            return tuple(sorted(self.accounts))
        return self.groups.get(name)

    def host_of(self, partition: str, account_id: str) -> str | None:
        """The first host (by name) of an account."""
        for host in sorted(self.accounts):
            if self.accounts[host].key == (partition, account_id):
                return host
        return None

    def known(self) -> str:
        """What there is, for the end of an error text."""
        return f"known hosts: {some_of(self.accounts)}; known groups: {some_of(self.groups)}"


def accounts_of_inventory(hostvars: Mapping[str, Mapping[str, object]], groups: Mapping[str, Iterable[str]]) -> dict:
    """The directory as data, from Ansible's ``hostvars`` and ``groups``: every host with an ``xacct_account_id``.

    Also reads ``xacct_partition`` and ``xacct_organization``. Raises PlanError, with all bad account IDs at once.
    """
    groups_of: dict[str, list[str]] = {}
    for group in sorted(groups):
        if group in (_EVERY_HOST, "ungrouped"):
            continue
        for host in groups[group]:
            groups_of.setdefault(str(host), []).append(str(group))
    accounts: dict[str, dict] = {}
    for host in hostvars:
        variables = hostvars[host]
        if "xacct_account_id" not in variables:
            continue
        name = str.__str__(host)
        accounts[name] = {"account_id": plain(variables["xacct_account_id"]), "groups": groups_of.get(name, [])}
        accounts[name]["partition"] = plain(variables["xacct_partition"]) if "xacct_partition" in variables else "aws"
        if "xacct_organization" in variables:
            accounts[name]["organization"] = plain(variables["xacct_organization"])
    read_directory(accounts)
    return accounts


def read_directory(accounts: object) -> Directory:
    """Check the directory given as data (``xacct_accounts``) and return it. Raises PlanError."""
    accounts = plain(accounts)
    if not isinstance(accounts, dict):
        raise PlanError([f"xacct_accounts: it is {kind_of(accounts)}; a mapping of host names to accounts is expected"])
    problems = Problems()
    read = {}
    for host in sorted(accounts):
        account = _read_account(host, accounts[host], problems)
        if account:
            read[host] = account
    problems.raise_if_any()
    members: dict[str, list[str]] = {}
    for host, account in read.items():
        for group in account.groups:
            members.setdefault(group, []).append(host)
    return Directory(read, {group: tuple(hosts) for group, hosts in sorted(members.items())})


def _read_account(host: str, entry: object, problems: Problems) -> Account | None:
    where = f"host '{host}'"
    if not isinstance(entry, dict):
        problems.add(where, f"its entry is {kind_of(entry)}", 'a mapping is expected: {account_id: "111111111111"}')
        return None
    before = len(problems)
    for key in sorted(set(entry) - set(_KEYS)):
        problems.add(where, f"unknown key '{key}'", f"{did_you_mean(key, _KEYS)}it takes {some_of(_KEYS)}")
    wrong = account_id_problem(entry.get("account_id"))
    if wrong:
        problems.add(where, *wrong)
    partition = entry.get("partition") or "aws"
    if partition not in PARTITIONS:
        problems.add(where, f"unknown partition '{partition}'", f"one of {', '.join(PARTITIONS)} is expected")
    groups = entry.get("groups") or []
    if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
        problems.add(where, f"its groups are {groups!r}", "a list of group names is expected")
        groups = []
    organization = entry.get("organization") or ""
    if not isinstance(organization, str):
        problems.add(where, f"its organization is {organization!r}", "an ID such as o-exampleorgid is expected")
    if len(problems) > before:
        return None
    return Account(host, entry["account_id"], tuple(sorted(groups)), partition, organization)
