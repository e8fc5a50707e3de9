# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connections of `xacct_access_check`: each account is read by the connection that leads to it, if there is one.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..._aws.calls.errors import AwsError
from ..._aws.sessions.connection import CONNECTION_ARGUMENTS, Account
from ..actors import IDENTITY_OPTIONS, given_options, principal_options
from ..task import Task

CONNECTION_RULES = {
    "required_together": [("access_key", "secret_key")],
    "mutually_exclusive": [("profile", "access_key")],
}


def connection_option(*, with_mfa: bool = False) -> dict:
    """Return the argument spec of a connection in an option."""
    options = principal_options()
    rules = dict(CONNECTION_RULES)
    if with_mfa:
        rules["required_together"] = [*CONNECTION_RULES["required_together"], ("mfa_serial", "mfa_token")]
    else:
        options = {name: spec for name, spec in options.items() if not name.startswith("mfa_")}
    return {"type": "dict", "options": options, **rules}


def connection_options() -> dict:
    """Return the argument spec of the connection of another host, which has an environment and defaults like a task."""
    return {name: spec for name, spec in CONNECTION_ARGUMENTS.items() if name != "expected_account_id"}


def account_beside(home: Account, params: Mapping, given: Mapping, label: str) -> Account:
    """Return the account that an option's connection leads to; what it does not say is as in the task's own.

    With credentials of its own they start it, otherwise those of the task. Raises `AwsError`.
    """
    starts_itself = any(given.get(option) for option in IDENTITY_OPTIONS)
    left_out = IDENTITY_OPTIONS if starts_itself else ()
    place = {name: params.get(name) for name in CONNECTION_ARGUMENTS if name not in left_out}
    before = [] if starts_itself else params.get("assume_role") or []
    hops = [*before, *(given.get("assume_role") or [])] or None
    place.update(assume_role=None, expected_account_id=None)
    return home.beside({**place, **given_options(given), "assume_role": hops}, label=label)


class Connections:
    """Who can read which account: connections by the account that each of them leads to.

    Account IDs are known of some (`by_account`), which are opened when they are needed; the connection of the task, and
    the one that is said to lead to the resource, are asked for theirs.
    """

    def __init__(
        self,
        task: Task,
        *,
        resource: Mapping | None = None,
        organization: Mapping | None = None,
        by_account: Mapping[str, Mapping] | None = None,
        live: bool = True,
    ) -> None:
        """Do nothing yet. Unless `live`, nothing is read."""
        self._task = task
        self._given = {"": None, **({"resource_connection": resource} if resource else {})}
        self._organization = organization
        self._unopened = dict(by_account or {})
        self._live = live
        self._by_account: dict[str, Account] | None = None
        self._names: dict[str, str | None] = {}
        self.failures: list[str] = []

    def of(self, account_id: str) -> Account | None:
        """Return the connection that leads to an account, None when there is none."""
        known = self._all()
        if account_id not in known and account_id in self._unopened:
            self._open(account_id, self._unopened.pop(account_id))
        return known.get(account_id)

    @property
    def resource_account(self) -> str | None:
        """The account that `resource`, or else the task's own connection, leads to; None: it does not work.

        It is whose bucket a bucket is taken for as long as nobody says otherwise.
        """
        self._all()
        return self._names.get(list(self._given)[-1])

    def reader_of_organization(self, management_account: str | None) -> Account | None:
        """Return who may read the organization's policies: `organization`, or the management account."""
        if self._organization:
            return account_beside(self._task.account, self._task.params, self._organization, "organization_connection")
        return self.of(management_account) if management_account else None

    def why_unread(self, what: str, account_id: object) -> str:
        """Say why something was not read: it was not to be, or no connection leads there."""
        where = f" of account {account_id}" if account_id else ""
        if not self._live:
            return f"{what}{where}: not given, and nothing is read (gather: false)"
        failed = "".join(f"; {failure}" for failure in self.failures)
        return f"{what}{where}: no connection leads to that account{failed}"

    def _all(self) -> dict[str, Account]:
        if self._by_account is None:
            self._by_account = {}
            for name, given in self._given.items():
                self._names[name] = self._add(name, given)
        return self._by_account

    def _add(self, name: str, given: Mapping | None) -> str | None:
        """Take in a connection. One that leads nowhere reads nothing; one that leads astray is an error of the task."""
        task = self._task
        try:
            account = account_beside(task.account, task.params, given, name) if given else task.account
            account_id = account.account_id
        except AwsError as error:
            if error.code == "WrongAccount":
                raise
            self.failures.append(f"{name or 'the connection'}: {error.aws_message or error.message}")
            return None
        self._by_account.setdefault(account_id, account)
        return account_id

    def _open(self, account_id: str, given: Mapping) -> None:
        """Open the connection to an account; one that does not lead there reads nothing."""
        try:
            account = self._task.account.beside({**given, "expected_account_id": account_id}, label=account_id)
            account.confirm_account()
        except AwsError as error:
            self.failures.append(f"the connection to {account_id}: {error.aws_message or error.message}")
            return
        self._by_account[account_id] = account
