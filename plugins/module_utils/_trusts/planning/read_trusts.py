# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declared list of trusts, checked and read.

Everything that is wrong is said at once, each with the trust's name, what is wrong and what would be right, before any
call is made. What needs several trusts to be seen (one role in two trusts …) is in ``conflicts.py``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..declaration.account_ids import PARTITIONS, account_id_problem
from ..declaration.directory import Account, Directory
from ..declaration.principals import DeclaredPrincipal, read_principal
from ..declaration.problems import Problems, did_you_mean, kind_of, some_of
from ..declaration.trust import Trust, Trusted
from ..methods.base import Declared
from ..methods.registry import METHODS
from .module_checks import NOBODY, check_trust

STATES = ("present", "absent")
TRUSTED_SIDES = ("exact", "pattern", "managed")

_KEYS = ("name", "state", "description", "trusted", "trusting", "trusted_side", "organization")
_TRUSTED_KEYS = ("account", "account_id", "principals", "partition")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", re.ASCII)
_PATTERN = re.compile(r"[*?:,!&~\[]")
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}", re.ASCII)


def read_trusts(declared: object, directory: Directory, problems: Problems) -> list[Trust]:
    """The trusts of a declared list, sorted by name; what is wrong goes to ``problems``.

    A trust with a problem is not returned, so an answer is only good when ``problems`` is empty.
    """
    if not isinstance(declared, list):
        problems.add("xacct_trusts", f"it is {kind_of(declared)}", "a list of trusts is expected")
        return []
    _check_names(declared, problems)
    trusts = []
    for position, entry in enumerate(declared, 1):
        trust = _Reader(position, entry, directory, problems).read()
        if trust:
            trusts.append(trust)
    return sorted(trusts, key=lambda trust: trust.name)


def _check_names(declared: Sequence[object], problems: Problems) -> None:
    places: dict[str, list[str]] = {}
    for position, entry in enumerate(declared, 1):
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            places.setdefault(entry["name"], []).append(str(position))
    for name, positions in sorted(places.items()):
        if len(positions) > 1:
            problems.add(
                f"trust '{name}'",
                f"{len(positions)} trusts have this name (entries {', '.join(positions)})",
                "the name marks what belongs to a trust and has to be unique",
            )


class _Reader:
    """Reads one entry of the list; a class because every step reports to the same place."""

    def __init__(self, position: int, entry: Any, directory: Directory, problems: Problems) -> None:
        self.entry = entry
        self.directory = directory
        self.problems = problems
        name = entry.get("name") if isinstance(entry, dict) else None
        self.where = f"trust '{name}'" if isinstance(name, str) and name else f"trust number {position} of the list"
        self.notes: list[str] = []

    def wrong(self, wrong: str, right: str) -> None:
        self.problems.add(self.where, wrong, right)

    def read(self) -> Trust | None:
        before = len(self.problems)
        if not isinstance(self.entry, dict):
            self.wrong(
                f"it is {kind_of(self.entry)}", "a mapping with name, trusted, trusting and a method is expected"
            )
            return None
        self._check_keys()
        name = self._name()
        state = self._choice("state", STATES)
        trusted = self._trusted()
        trusting = self._trusting(trusted)
        method = self._method()
        trusted_side = self._choice("trusted_side", TRUSTED_SIDES)
        organization = self._organization(trusted_side, trusting)
        description = self._text("description")
        spec = None
        if method:
            declared = Declared(self.entry[method], self.where, state, trusted, trusting, trusted_side)
            spec = METHODS[method].read(declared, self.problems)
        if spec is None:
            return None
        trust = Trust(
            name or "NAME",
            state,
            description,
            trusted or NOBODY,
            trusting,
            method,
            spec,
            trusted_side,
            organization,
            tuple(self.notes),
        )
        check_trust(trust, self.where, self.problems)
        return trust if len(self.problems) == before else None

    def _check_keys(self) -> None:
        known = (*_KEYS, *METHODS)
        for key in sorted(set(self.entry) - set(known)):
            self.wrong(
                f"unknown key '{key}'", f"{did_you_mean(key, known)}a trust takes {some_of([*_KEYS, *METHODS], 20)}"
            )

    def _name(self) -> str:
        name = self.entry.get("name")
        if name is None or name == "":
            self.wrong("it has no name", "a unique name is expected: it marks what belongs to the trust")
        elif not isinstance(name, str):
            self.wrong(f"its name is {kind_of(name)} ({name})", "text is expected: write it in quotes")
        elif not _NAME.fullmatch(name):
            self.wrong(
                "the name has other characters or is too long",
                "1 to 64 letters, digits or any of _.- are expected, a letter or digit first",
            )
        else:
            return name
        return ""

    def _choice(self, key: str, choices: tuple[str, ...]) -> str:
        value = self.entry.get(key)
        if value is None:
            return choices[0]
        if value not in choices:
            guess = did_you_mean(value, choices) if isinstance(value, str) else ""
            self.wrong(f"{key} is {value!r}", f"{guess}one of {', '.join(choices)} is expected")
            return choices[0]
        return str(value)

    def _text(self, key: str) -> str:
        value = self.entry.get(key)
        if value is None or isinstance(value, str):
            return value or ""
        self.wrong(f"{key} is {kind_of(value)}", "text is expected")
        return ""

    # -- who gets access ------------------------------------------------------------------------------------------

    def _trusted(self) -> Trusted | None:
        trusted = self.entry.get("trusted")
        example = "trusted: {account: HOST, principals: [role/NAME]}"
        if trusted is None:
            self.wrong("it does not say who is trusted", f"write {example}")
            return None
        if not isinstance(trusted, dict):
            self.wrong(f"trusted is {kind_of(trusted)}", f"a mapping is expected: {example}")
            return None
        before = len(self.problems)
        for key in sorted(set(trusted) - set(_TRUSTED_KEYS)):
            self.wrong(
                f"unknown key '{key}' in trusted",
                f"{did_you_mean(key, _TRUSTED_KEYS)}it takes {some_of(_TRUSTED_KEYS)}",
            )
        principals = self._principals(trusted)
        account = self._trusted_account(trusted)
        if len(self.problems) > before or account is None:
            return None
        return Trusted(account.host or None, account.account_id, account.partition, principals)

    def _trusted_account(self, trusted: dict) -> Account | None:
        has_host, has_id = trusted.get("account") is not None, trusted.get("account_id") is not None
        if has_host and has_id:
            self.wrong(
                "trusted has both account and account_id",
                "account names a host of the inventory, account_id an account outside it: keep one",
            )
            return None
        if has_host:
            if trusted.get("partition") is not None:
                self.wrong("trusted has a partition beside account", "the host says its partition: leave it out")
            return self._host(trusted["account"])
        if has_id:
            return self._third_party(trusted)
        self.wrong(
            "trusted names no account", "account: HOST is expected, or account_id: for one outside the inventory"
        )
        return None

    def _host(self, name: object) -> Account | None:
        if not isinstance(name, str) or re.fullmatch(r"[0-9]{12}", name):
            self.wrong(
                f"trusted.account is {name!r}",
                "a host of the inventory is expected; an account outside it is written account_id: in quotes",
            )
            return None
        account = self.directory.accounts.get(name)
        if account is None and name in self.directory.groups:
            self.wrong(
                f"trusted.account '{name}' is a group", "one host is expected: declare one trust for each account"
            )
        elif account is None:
            known = self.directory.accounts
            self.wrong(f"unknown account '{name}'", f"{did_you_mean(name, known)}known hosts: {some_of(known)}")
        return account

    def _third_party(self, trusted: dict) -> Account | None:
        account_id, partition = trusted["account_id"], trusted.get("partition") or "aws"
        problem = account_id_problem(account_id)
        if problem:
            self.wrong(f"in trusted, {problem[0]}", problem[1])
            return None
        if partition not in PARTITIONS:
            self.wrong(f"unknown partition {partition!r}", f"one of {', '.join(PARTITIONS)} is expected")
            return None
        host = self.directory.host_of(partition, account_id)
        if host:
            self.wrong(
                f"the third party {account_id} is host '{host}' of the inventory",
                f"write account: {host}, so that both sides are applied",
            )
            return None
        return Account("", account_id, partition=partition)

    def _principals(self, trusted: dict) -> tuple[DeclaredPrincipal, ...]:
        declared = trusted.get("principals")
        if declared is None:
            return (DeclaredPrincipal("root"),)
        if not isinstance(declared, list):
            declared = [declared]
        if not declared:
            self.wrong("principals is an empty list", "list at least one, or leave it out for the whole account")
        read: dict[str, DeclaredPrincipal] = {}
        for value in declared:
            principal = read_principal(value)
            if not isinstance(principal, DeclaredPrincipal):
                self.wrong(*principal)
                continue
            twin = read.setdefault(f"{principal.kind}/{principal.name.lower()}", principal)
            if twin is not principal:
                self.wrong(
                    f"the principal '{principal.spelling}' is listed twice",
                    "names are unique in an account whatever their case and path: keep one",
                )
        if len(read) > 1 and any(principal.kind == "root" for principal in read.values()):
            self.wrong("principals has root beside others", "root is the whole account: keep either root or the others")
        return tuple(sorted(read.values(), key=lambda principal: principal.spelling))

    # -- where ----------------------------------------------------------------------------------------------------

    def _trusting(self, trusted: Trusted | None) -> tuple[Account, ...]:
        declared = self.entry.get("trusting")
        words = declared if isinstance(declared, list) else [declared]
        if declared is None or words == []:
            self.wrong("it names no trusting account", "trusting: [hosts and groups] is expected")
            return ()
        own = (trusted.partition, trusted.account_id) if trusted else None
        accounts: dict[str, Account] = {}
        for word in words:
            for account in self._accounts_of(word):
                if account.key != own:
                    accounts[account.host] = account
                elif account.host == word:
                    self.wrong(
                        f"'{word}' is both the trusted and the trusting account",
                        "a trust is between two accounts: take it out of trusting",
                    )
                else:
                    note = f"{account.host} is in {word} and is the trusted account itself: left out"
                    self.notes.extend([note] if note not in self.notes else [])
        if not accounts and self.notes:
            self.wrong(
                "no trusting account is left beside the trusted account itself", "name another account in trusting"
            )
        if trusted:
            self._check_partitions(trusted, accounts)
        return tuple(accounts[host] for host in sorted(accounts))

    def _accounts_of(self, word: object) -> list[Account]:
        if not isinstance(word, str) or re.fullmatch(r"[0-9]{12}", word):
            self.wrong(f"trusting names {word!r}", "hosts and groups of the inventory are expected")
            return []
        hosts = self.directory.hosts_of(word)
        if hosts is None and _PATTERN.search(word):
            self.wrong(
                f"trusting names the pattern '{word}'", "names of hosts and groups are expected: make it a group"
            )
            return []
        if hosts is None:
            names = [*self.directory.accounts, *self.directory.groups]
            self.wrong(
                f"unknown account or group '{word}' in trusting",
                f"{did_you_mean(word, names)}{self.directory.known()} (hosts without an account ID do not count)",
            )
            return []
        return [self.directory.accounts[host] for host in hosts]

    def _check_partitions(self, trusted: Trusted, accounts: dict[str, Account]) -> None:
        others = [host for host, account in accounts.items() if account.partition != trusted.partition]
        if others:
            self.wrong(
                f"{some_of(others)} is in another partition than the trusted account ({trusted.partition})",
                "AWS has no trust between partitions: declare a trusted account in the same one",
            )

    # -- how ------------------------------------------------------------------------------------------------------

    def _method(self) -> str:
        methods = [method for method in METHODS if self.entry.get(method) is not None]
        if len(methods) > 1:
            self.wrong(f"it has {len(methods)} methods ({', '.join(methods)})", "declare one trust for each method")
        elif not methods:
            self.wrong(
                "it has no method",
                "say how access is given: role: {name: ROLE} or bucket: {name: BUCKET, access: read}",
            )
        else:
            return methods[0]
        return ""

    def _organization(self, trusted_side: str, trusting: tuple[Account, ...]) -> str:
        organization = self._text("organization")
        if not organization:
            return ""
        if trusted_side != "pattern":
            self.wrong(
                f"organization is given with trusted_side: {trusted_side}",
                "it narrows trusted_side: pattern; organizations under the method is what narrows who gets in",
            )
        if not _ORGANIZATION.fullmatch(organization):
            self.wrong(f"organization is '{organization}'", "an ID such as o-exampleorgid is expected")
        strangers = [a.host for a in trusting if a.organization and a.organization != organization]
        if strangers:
            self.wrong(
                f"{some_of(strangers)} is not in the organization {organization} according to its xacct_organization",
                "the pattern would not reach it: use trusted_side: managed, or a trust of its own",
            )
        return organization
