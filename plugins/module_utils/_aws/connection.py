# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who we are on AWS: a connection made of the task's options, and the account that it leads to.

`open_account` is the way in. It makes no call; clients, hops and the identity are made when they are first needed and
are shared by all that open the same connection in this process.
Private to this collection.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.xacct.aws.plugins.module_utils._aws.chain import Chain, assume_role, digest
from ansible_collections.xacct.aws.plugins.module_utils._aws.errors import AwsError, aws_call
from ansible_collections.xacct.aws.plugins.module_utils._aws.hooks import CallJournal, attach, is_writing_call
from ansible_collections.xacct.aws.plugins.module_utils._aws.hops import read_hops
from ansible_collections.xacct.aws.plugins.module_utils._aws.options import (
    CONNECTION_ARGUMENTS,
    ConnectionOptions,
    read_options,
)
from ansible_collections.xacct.aws.plugins.module_utils._aws.retries import (
    bound_retries,
    client_config,
    user_chose_retries,
)
from ansible_collections.xacct.aws.plugins.module_utils._aws.sdk import (
    BOTO3_IMPORT_ERROR,
    HAS_BOTO3,
    new_session,
    outdated_sdk,
    preload,
)
from ansible_collections.xacct.aws.plugins.module_utils._aws.session_files import SessionCredentials, SessionFiles

try:
    from botocore.credentials import CredentialResolver, Credentials, RefreshableCredentials
    from botocore.exceptions import BotoCoreError
except ImportError:
    # `open_account` refuses before any of them is used.
    pass

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

REFRESH_BEFORE = 300
REFRESH_AT_LAST = 60
"""Seconds before a session ends: from the first on a new one is tried for, from the second on it must succeed."""

_DEFAULT_REGIONS = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
    "aws-eusc": "eusc-de-east-1",
}
"""Where IAM and STS are asked when no region is set anywhere: their answers do not depend on it."""

_SERVICES_WITHOUT_REGION = frozenset({"iam", "sts", "organizations"})


@dataclass(frozen=True)
class Caller:
    """Who STS says we are."""

    account_id: str
    arn: str
    user_id: str

    @property
    def partition(self) -> str:
        """The partition of the caller ("aws", "aws-cn" …)."""
        return self.arn.split(":")[1]


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
    operation can forget either.
    """

    def __init__(
        self,
        options: ConnectionOptions,
        session_directory: str | None,
        *,
        warn: Callable[[str], None] = print_nothing,
        label: str = "",
        propagation_timeout: float = 0.0,
    ) -> None:
        """Use the shared connection of these options, from here on for this account's calls."""
        self.options = options
        self.label = label
        self.warn = warn
        self.read_only = False
        self.propagation_timeout = propagation_timeout
        self.journal = CallJournal()
        self._session_directory = session_directory
        self._connection = _connection(options, session_directory, _environment(), os.getpid())
        self._connection.account = self

    def __repr__(self) -> str:
        """Say which account; never a credential."""
        return f"<Account {self.description}>"

    def client(self, service: str, region: str | None = None) -> object:
        """Return the botocore client of a service, with the last hop's session. Raises AwsError."""
        self._connection.account = self
        return self._connection.client(service, region)

    @property
    def caller(self) -> Caller:
        """Who we are: named by the last hop's answer, otherwise by one GetCallerIdentity in a run."""
        self._connection.account = self
        return self._connection.caller()

    @property
    def account_id(self) -> str:
        """The account that the credentials really belong to; refuses one that is not the expected one."""
        self.confirm_account()
        return self._connection.proved or ""

    @property
    def known_account_id(self) -> str:
        """The account ID as far as it is known without a call: proved, else expected, else that of the last hop."""
        hops = self.options.hops
        return self._connection.proved or self.options.expected_account_id or (hops[-1].account_id if hops else "")

    def confirm_account(self, arn: str | None = None) -> None:
        """Make sure that this is the expected account, before anything is written; once in a process.

        `arn` is one that was read anyway and can only be of the caller's own account (of a role that GetRole
        returned, say); without it the caller's identity is asked for. Raises AwsError if the account is another one.
        """
        connection = self._connection
        connection.account = self
        if connection.proved is None:
            connection.proved = arn.split(":")[4] if arn else connection.caller().account_id
        expected = self.options.expected_account_id
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
        return Account(options, self._session_directory, warn=self.warn, label=label)

    def over_hops(self, hops: Sequence[Mapping], label: str = "") -> Account:
        """Return the account that the same starting credentials reach over these hops (options of `assume_role`)."""
        options = replace(self.options, hops=read_hops(hops), expected_account_id=None)
        return Account(options, self._session_directory, warn=self.warn, label=label)

    def beside(self, params: Mapping, label: str = "") -> Account:
        """Return the account that other connection options lead to, in the same run. Raises AwsError, see above."""
        return Account(read_options(params, self.warn), self._session_directory, warn=self.warn, label=label)

    def secrets(self) -> tuple[str, ...]:
        """Return the values that must not appear in a message."""
        return self._connection.secrets()

    def before_call(self, call: str) -> None:
        """Look at a call before it is sent, and count it."""
        if is_writing_call(call):
            if self.read_only:
                raise AwsError(
                    f"Internal error: {call} would write, but this is check mode. The call was not sent; please report "
                    "this",
                    code="WriteInCheckMode",
                    call=call,
                    account=self.known_account_id,
                )
            if self.options.expected_account_id:
                self.confirm_account()
        self.journal.count(call)


class _Connection:
    """What accounts with the same options share: sessions, clients, identity."""

    def __init__(self, options: ConnectionOptions, files: SessionFiles) -> None:
        self.options = options
        self.account: Account | None = None
        self.proved: str | None = None
        self._files = files
        self._lock = threading.RLock()
        self._clients: dict[tuple[str, str | None], object] = {}
        self._caller: Caller | None = None
        self._chain = (
            Chain(options.hops, _start(options), self._sts_client, files, self._assume) if options.hops else None
        )

    def __repr__(self) -> str:
        return "<_Connection>"

    @functools.cached_property
    def _base(self) -> object:
        """The session of the starting credentials."""
        options = self.options
        session = new_session(options.profile, ignore_profiles=bool(options.access_key))
        # The default since botocore 1.42 or so; tokens of the global endpoint are refused in opt-in regions.
        session.set_config_variable("sts_regional_endpoints", "regional")
        if options.access_key:
            keys = Credentials(options.access_key, options.secret_key, options.session_token)
            _use_credentials(session, lambda: keys)
        return session

    @functools.cached_property
    def _session(self) -> object:
        """The session that calls are made with."""
        if self._chain is None:
            return self._base
        session = new_session(self.options.profile, ignore_profiles=bool(self.options.access_key))
        session.set_config_variable("sts_regional_endpoints", "regional")
        _use_credentials(session, self._refreshable)
        return session

    def _refreshable(self) -> RefreshableCredentials:
        return RefreshableCredentials.create_from_metadata(
            self._hop_metadata(),
            refresh_using=self._hop_metadata,
            method="xacct-assume-role",
            advisory_timeout=REFRESH_BEFORE,
            mandatory_timeout=REFRESH_AT_LAST,
        )

    def _hop_metadata(self) -> dict:
        session = self._chain.credentials()
        return {
            "access_key": session.access_key,
            "secret_key": session.secret_key,
            "token": session.session_token,
            "expiry_time": session.expiration.isoformat(),
        }

    def _assume(self, client: object, request: dict) -> dict:
        account = self.account
        return assume_role(
            client, request, account=account, propagation_timeout=account.propagation_timeout, warn=account.warn
        )

    def _sts_client(self, credentials: SessionCredentials | None) -> object:
        keys = {}
        if credentials is not None:
            keys = {
                "aws_access_key_id": credentials.access_key,
                "aws_secret_access_key": credentials.secret_key,
                "aws_session_token": credentials.session_token,
            }
        return self._new_client(self._base, "sts", None, **keys)

    def client(self, service: str, region: str | None) -> object:
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._new_client(self._session, service, region)
            return self._clients[service, region]

    def _new_client(self, session: object, service: str, region: str | None, **keys: str | None) -> object:
        options = self.options
        with aws_call(self.account, f"connecting to {service}"):
            aws_config = json.loads(options.aws_config) if options.aws_config else None
            own_retries = user_chose_retries(aws_config, session.get_scoped_config())
            config = client_config(aws_config, user_chose_retries=own_retries)
            try:
                client = session.create_client(
                    service,
                    region_name=region or options.region or self._default_region(service),
                    endpoint_url=options.endpoint_url,
                    verify=options.verify,
                    config=config,
                    **keys,
                )
            except ValueError as error:
                raise AwsError(f"Connecting to {service}: {error}", code="InvalidEndpoint") from None
        attach(client, self._before_call)
        if not own_retries:
            bound_retries(client)
        return client

    def _before_call(self, call: str) -> None:
        """Ask the account that uses this connection now: clients are shared, accounts come and go."""
        self.account.before_call(call)

    def _default_region(self, service: str) -> str | None:
        """Return the configured region, or for IAM and STS one of the partition when there is none."""
        configured = self.configured_region()
        if configured is None and service in _SERVICES_WITHOUT_REGION:
            return _DEFAULT_REGIONS.get(self.partition())
        return configured

    def configured_region(self) -> str | None:
        try:
            return self._base.get_config_variable("region")
        except BotoCoreError:
            # A profile that does not exist; the first client says so.
            return None

    def partition(self) -> str:
        if self.options.hops:
            return self.options.hops[-1].partition
        region = self.options.region or self.configured_region()
        if region is None:
            return "aws"
        try:
            return self._base.get_partition_for_region(region)
        except BotoCoreError:
            return "aws"

    def caller(self) -> Caller:
        with self._lock:
            if self._caller is None:
                self._caller = self._caller_by_hop() if self._chain else self._caller_by_call()
            return self._caller

    def _caller_by_hop(self) -> Caller:
        session = self._chain.credentials()
        return Caller(account_id=session.arn.split(":")[4], arn=session.arn, user_id=session.user_id)

    def _caller_by_call(self) -> Caller:
        credentials = self.frozen_credentials()
        key = digest(
            ["caller", credentials.access_key, _fingerprint(credentials.secret_key), self.options.endpoint_url]
        )
        return Caller(**self._files.fact(key, "the caller's identity", self._ask_who_we_are))

    def _ask_who_we_are(self) -> dict:
        client = self.client("sts", None)
        with aws_call(self.account, "asking whose credentials these are", "credentials"):
            answer = client.get_caller_identity()
        return {"account_id": answer["Account"], "arn": answer["Arn"], "user_id": answer["UserId"]}

    def frozen_credentials(self) -> SessionCredentials:
        with self._lock:
            if self._chain is not None:
                return self._chain.credentials()
            with aws_call(self.account, "looking for credentials", "credentials"):
                found = self._base.get_credentials()
                frozen = found.get_frozen_credentials() if found is not None else None
        if frozen is None:
            raise AwsError(
                "No credentials were found",
                code="NoCredentialsError",
                hint="Give profile or access_key and secret_key, set AWS_PROFILE or AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY in the environment, or run where AWS provides credentials.",
            )
        return SessionCredentials(frozen.access_key, frozen.secret_key, frozen.token, None)

    def secrets(self) -> tuple[str, ...]:
        options = self.options
        codes = (hop.mfa_token for hop in options.hops)
        return tuple(secret for secret in (options.secret_key, options.session_token, *codes) if secret)


def _use_credentials(session: object, load: Callable[[], object]) -> None:
    """Have a session take its credentials from `load`, called once, when they are first needed."""
    session.register_component("credential_provider", CredentialResolver([_Provider(load)]))


class _Provider:
    """What botocore's resolver asks for credentials."""

    METHOD = "xacct"
    CANONICAL_NAME = None

    def __init__(self, load: Callable[[], object]) -> None:
        self.load = load


@functools.lru_cache(maxsize=64)
def _connection(
    options: ConnectionOptions, session_directory: str | None, _environment_now: tuple, process: int
) -> _Connection:
    """Return the shared connection of these options; another environment or process has one of its own."""
    return _Connection(options, _session_files(session_directory, process))


@functools.lru_cache(maxsize=8)
def _session_files(session_directory: str | None, _process: int) -> SessionFiles:
    return SessionFiles(session_directory)


def _environment() -> tuple[tuple[str, str], ...]:
    """Return what botocore reads from the environment, as it is now: a task may bring an `environment:` of its own."""
    return tuple(
        sorted(
            (name, value)
            for name, value in os.environ.items()
            if name.upper().startswith("AWS_")
            or name in ("HOME", "BOTO_CONFIG", "REQUESTS_CA_BUNDLE")
            or name.upper().endswith("_PROXY")
        )
    )


def _start(options: ConnectionOptions) -> list[object]:
    """Return who makes the first hop and where, for the key of its session; secrets are hashed.

    For a profile or the default credentials that is where they are read from: files (as they are now) and environment.
    """
    if options.access_key:
        return ["keys", options.access_key, _fingerprint(options.secret_key), options.endpoint_url]
    home = os.path.expanduser("~")
    files = (
        os.environ.get("AWS_CONFIG_FILE") or os.path.join(home, ".aws", "config"),
        os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or os.path.join(home, ".aws", "credentials"),
    )
    environment = [(name, _fingerprint(value)) for name, value in _environment() if name.startswith("AWS_")]
    return ["profile", options.profile, [_state_of(path) for path in files], environment, options.endpoint_url]


def _state_of(path: str) -> list[object]:
    try:
        status = os.stat(os.path.expanduser(path))
    except OSError:
        return [path, None]
    return [path, status.st_mtime_ns, status.st_size, status.st_ino]


def _fingerprint(value: str | None) -> str:
    return hashlib.sha256((value or "").encode()).hexdigest()
