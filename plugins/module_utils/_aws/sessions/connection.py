# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who we are on AWS: a connection made of the task's options, and the account that it leads to.

`open_account` is the way in. It makes no call; clients, hops and the identity are made when they are first needed and
are shared by all that open the same connection in this process.
Private to this collection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..calls.errors import AwsError, is_not_offered
from ..calls.hooks import CallJournal, is_writing_call
from .hops import read_hops
from .options import CONNECTION_ARGUMENTS, ConnectionOptions, is_aws_endpoint, read_options
from .sdk import BOTO3_IMPORT_ERROR, HAS_BOTO3, outdated_sdk, preload
from .session_files import SessionCredentials
from .shared_connection import Caller, shared_connection

__all__ = [
    "BOTO3_IMPORT_ERROR",
    "CONNECTION_ARGUMENTS",
    "HAS_BOTO3",
    "Account",
    "Caller",
    "SessionCredentials",
    "open_account",
    "preload",
]


def print_nothing(_message: str) -> None:
    """Take a warning and drop it."""


def open_account(
    params: Mapping,
    *,
    session_directory: str | None = None,
    warn: Callable[[str], None] = print_nothing,
    label: str = "",
    propagation_timeout: float = 0.0,
) -> Account:
    """Return the account that the connection options in `params` lead to. No call is made and no file is read.

    `session_directory` (0700, ours) keeps sessions for all processes of a run; without it they live in this process.
    `label` is the account's name in messages, such as the inventory's. `propagation_timeout` (seconds) lets hops wait
    for a role that was made a moment ago. Raises AwsError for options that contradict themselves, or without boto3.
    """
    if not HAS_BOTO3:
        raise AwsError("boto3 and botocore are missing in this Python", hint="Install boto3.", code="NoBoto3")
    outdated = outdated_sdk()
    if outdated:
        raise AwsError(outdated, code="OldBoto3")
    options = read_options(params, warn)
    return Account(options, session_directory, warn=warn, label=label, propagation_timeout=propagation_timeout)


class Account:
    """One caller in one account. Cheap: what costs something is shared by all with the same options.

    `calls` counts the API calls ("iam:GetRole": 1). With `read_only` (check mode) a writing call raises instead of
    being sent, and with an expected account the first writing call is held until the account is confirmed: no
    operation can forget either. The accounts that `connection_for`, `over_hops` and `beside` return belong to the same
    task: they share its counter and its check mode.
    """

    def __init__(
        self,
        options: ConnectionOptions,
        session_directory: str | None,
        *,
        warn: Callable[[str], None] = print_nothing,
        label: str = "",
        propagation_timeout: float = 0.0,
        journal: CallJournal | None = None,
    ) -> None:
        """Use the shared connection of these options, from here on for this account's calls."""
        self.options = options
        self.label = label
        self.warn = warn
        self.read_only = False
        self.propagation_timeout = propagation_timeout
        self.journal = journal or CallJournal()
        self._session_directory = session_directory
        self._untold: AwsError | None = None
        self._connection = shared_connection(options, session_directory)
        self._connection.account = self

    def __repr__(self) -> str:
        """Say which account; never a credential."""
        return f"<Account {self.description}>"

    def client(self, service: str, region: str | None = None) -> object:
        """Return the botocore client of a service, with the last hop's session. Raises AwsError."""
        self._connection.account = self
        return self._connection.client(service, region)

    def is_at_aws(self, service: str) -> bool:
        """Say whether the calls of a service go to AWS, and to no other server. No call is made for it."""
        return is_aws_endpoint(self.client(service).meta.endpoint_url)

    @property
    def caller(self) -> Caller:
        """Who we are: named by the last hop's answer, otherwise by one GetCallerIdentity in a run."""
        self._connection.account = self
        return self._connection.caller()

    @property
    def told_caller(self) -> Caller | None:
        """Who we are, None where the server does not offer GetCallerIdentity."""
        if self._untold is None:
            try:
                return self.caller
            except AwsError as error:
                if self.options.hops or not is_not_offered(error):
                    raise
                self._untold = error
        return None

    @property
    def account_id(self) -> str:
        """The account that the credentials really belong to; refuses one that is not the expected one."""
        account_id = self.told_account_id
        if self._connection.proved is None and self._untold is not None:
            raise self._untold
        return account_id

    @property
    def told_account_id(self) -> str:
        """Like `account_id`, but empty where the server does not tell and no account is expected."""
        self.confirm_account()
        return self._connection.proved or ""

    @property
    def known_account_id(self) -> str:
        """The account ID as far as it is known without a call: proved, else expected, else that of the last hop."""
        hops = self.options.hops
        return self._connection.proved or self.options.expected_account_id or (hops[-1].account_id if hops else "")

    @property
    def known_caller(self) -> str:
        """The ARN of who calls as far as it is known without a call: named by AWS, else the last hop's role."""
        hops = self.options.hops
        return self._connection.known_caller or (hops[-1].role_arn if hops else "")

    def confirm_account(self, arn: str | None = None) -> None:
        """Make sure that this is the expected account, before anything is written; once in a process.

        `arn` is one that was read anyway and can only be of the caller's own account (of a role that GetRole
        returned, say); without it the caller's identity is asked for. Raises AwsError if the account is another one.
        A server that does not tell is good enough only where no account is expected.
        """
        connection = self._connection
        connection.account = self
        expected = self.options.expected_account_id
        if connection.proved is None:
            connection.proved = arn.split(":")[4] if arn else self._asked_account_id()
        if expected and connection.proved != expected:
            name = f" of {self.label}" if self.label else ""
            raise AwsError(
                f"The credentials{name} belong to account {connection.proved}, but account {expected} is expected: "
                "nothing was written there",
                code="WrongAccount",
                account=connection.proved,
                hint="Correct the account ID (expected_account_id; in the inventory xacct_account_id) or the "
                "connection options.",
            )

    def _asked_account_id(self) -> str | None:
        is_new = self._untold is None
        caller = self.told_caller
        if caller is not None:
            return caller.account_id
        if self.options.expected_account_id:
            raise self._untold
        if is_new:
            self.warn(
                "The server does not offer sts:GetCallerIdentity: whose account the credentials belong to is not known "
                "and was compared with nothing"
            )
        return None

    @property
    def region(self) -> str | None:
        """The region of the options, the environment or the profile; None when there is none."""
        return self.options.region or self._connection.configured_region()

    @property
    def partition(self) -> str:
        """The partition, without a call: that of the last hop's role, else the region's, else "aws"."""
        return self._connection.partition()

    @property
    def calls(self) -> Counter[str]:
        """The calls made so far, by name; clear it to begin anew."""
        return self.journal.calls

    @property
    def writes(self) -> Counter[str]:
        """Those of `calls` that may change something."""
        return self.journal.writes

    @property
    def description(self) -> str:
        """Which account, as far as it is known without a call: "account 111111111111 (platform)"."""
        known = self.known_account_id
        if known:
            return f"account {known} ({self.label})" if self.label else f"account {known}"
        if self.label:
            return f"the account of {self.label}"
        if self.options.profile:
            return f"the account of profile {self.options.profile}"
        if self.options.access_key:
            return f"the account of access key {self.options.access_key}"
        return "the account of the default credentials"

    def frozen_credentials(self) -> SessionCredentials:
        """Return the credentials that calls are made with, as they are now. Raises AwsError when there are none."""
        self._connection.account = self
        return self._connection.frozen_credentials()

    def connection_for(self, credentials: SessionCredentials, label: str = "") -> Account:
        """Return the account that these credentials lead to, over the same region, endpoint and settings."""
        options = replace(
            self.options,
            profile=None,
            access_key=credentials.access_key,
            secret_key=credentials.secret_key,
            session_token=credentials.session_token,
            region=self.region,
            hops=(),
            expected_account_id=None,
        )
        return self._sibling(options, label)

    def over_hops(self, hops: Sequence[Mapping], label: str = "") -> Account:
        """Return the account that the same starting credentials reach over these hops (options of `assume_role`)."""
        return self._sibling(replace(self.options, hops=read_hops(hops), expected_account_id=None), label)

    def beside(self, params: Mapping, label: str = "") -> Account:
        """Return the account that other connection options lead to, in the same run. Raises AwsError, see above."""
        return self._sibling(read_options(params, self.warn), label)

    def _sibling(self, options: ConnectionOptions, label: str) -> Account:
        """Return another account of the same task: its calls are counted here, and check mode holds there too."""
        account = Account(
            options,
            self._session_directory,
            warn=self.warn,
            label=label,
            propagation_timeout=self.propagation_timeout,
            journal=self.journal,
        )
        account.read_only = self.read_only
        return account

    def secrets(self) -> tuple[str, ...]:
        """Return the values that must not appear in a message."""
        return self._connection.secrets()

    def before_call(self, call: str) -> None:
        """Look at a call before it is sent, and count it."""
        if is_writing_call(call):
            if self.read_only:
                raise AwsError(
                    f"Internal error: {call} would write, but this is check mode. The call was not sent; report this "
                    "as a bug",
                    code="WriteInCheckMode",
                    call=call,
                    account=self.known_account_id,
                )
            if self.options.expected_account_id:
                self.confirm_account()
        self.journal.count(call)
