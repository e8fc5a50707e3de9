# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all accounts with the same connection options share in a process: sessions, clients, hops, identity.

Private to this collection.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..._border.redaction import remark, remember_secrets
from ..calls.errors import AwsError, WhereItHappened, aws_call
from ..calls.hooks import attach
from ..calls.retries import bound_retries, client_config, user_chose_retries
from .credential_sources import frozen_credentials, loaded, refuse_prompts, share_sessions, use_credentials
from .hop_chain import Chain, assume_role, digest
from .sdk import new_session
from .sdk_files import check_sdk_files
from .session_files import ProviderCache, SessionCredentials, SessionFiles
from .starting_identity import caller_key, sdk_environment, starting_identity

try:
    from botocore.credentials import Credentials, RefreshableCredentials
    from botocore.exceptions import BotoCoreError
except ImportError:
    # `open_account` refuses before any of them is used.
    pass

if TYPE_CHECKING:
    from .options import ConnectionOptions

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


class UsingAccount(WhereItHappened, Protocol):
    """What is asked of the account that uses a shared connection; `Account` is one."""

    propagation_timeout: float
    """How many seconds a hop may wait for a role that was made a moment ago."""

    warn: Callable[[str], None]

    def before_call(self, call: str) -> None:
        """Hear of a call before it is sent, and raise to keep it from being sent."""


def shared_connection(options: ConnectionOptions, session_directory: str | None) -> SharedConnection:
    """Return the connection of these options; another environment or process has one of its own."""
    return _shared_connection(options, session_directory, sdk_environment(), os.getpid())


@functools.lru_cache(maxsize=64)
def _shared_connection(
    options: ConnectionOptions, session_directory: str | None, _environment: tuple, process: int
) -> SharedConnection:
    return SharedConnection(options, _session_files(session_directory, process))


@functools.lru_cache(maxsize=8)
def _session_files(session_directory: str | None, _process: int) -> SessionFiles:
    return SessionFiles(session_directory)


class SharedConnection:
    """Sessions, clients, hops and identity; each made when it is first needed, safe with threads.

    `account` is the account that uses it now: clients outlive it, and it is the one that their calls belong to.
    `proved` is the account ID once an answer of AWS has named it.
    """

    def __init__(self, options: ConnectionOptions, files: SessionFiles) -> None:
        self.options = options
        self.account: UsingAccount | None = None
        self.proved: str | None = None
        self._files = files
        self._lock = threading.RLock()
        self._clients: dict[tuple[str, str | None], object] = {}
        self._caller: Caller | None = None
        remember_secrets((options.secret_key, options.session_token, *(hop.mfa_token for hop in options.hops)))
        self._chain = (
            Chain(options.hops, starting_identity(options), self._sts_client, files, self._assume)
            if options.hops
            else None
        )

    def __repr__(self) -> str:
        return "<SharedConnection>"

    @functools.cached_property
    def _base(self) -> object:
        """The session of the starting credentials."""
        options = self.options
        session = self._new_session()
        if options.access_key:
            keys = Credentials(options.access_key, options.secret_key, options.session_token)
            use_credentials(session, lambda: keys)
        else:
            with contextlib.suppress(BotoCoreError):  # A profile that does not exist, say: the first client reports it.
                refuse_prompts(session)
                share_sessions(session, ProviderCache(self._files, digest(starting_identity(options))))
        return session

    @functools.cached_property
    def _session(self) -> object:
        """The session that calls are made with."""
        if self._chain is None:
            return self._base
        session = self._new_session()
        use_credentials(session, self._refreshable)
        return session

    def _new_session(self) -> object:
        session = new_session(self.options.profile, ignore_profiles=bool(self.options.access_key))
        # The default of newer versions; the tokens of the global endpoint are refused in opt-in regions.
        session.set_config_variable("sts_regional_endpoints", "regional")
        if self.options.region:
            # For the clients that botocore makes by itself, to assume the role of a profile.
            session.set_config_variable("region", self.options.region)
        check_sdk_files(session, self.options.verify)
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
        remember_secrets((session.secret_key, session.session_token))
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
            aws_config = self._aws_config()
            own_retries = user_chose_retries(aws_config, session.get_scoped_config())
            config = client_config(aws_config, user_chose_retries=own_retries)
            if not keys:
                # botocore's client does it anyway, and lets through whatever the source of the credentials raises.
                loaded(session.get_credentials, self._source(session), self._known_account_id())
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
                raise AwsError(f"Connecting to {service}: {remark(str(error))}", code="InvalidEndpoint") from None
        attach(client, functools.partial(self._before_call, None if keys else session))
        if not own_retries:
            bound_retries(client)
        return client

    def _aws_config(self) -> dict:
        return json.loads(self.options.aws_config) if self.options.aws_config else {}

    def _before_call(self, session: object | None, call: str, is_signed: bool) -> None:
        """Look at what signs the call (`session`; None: a hop's keys), and ask the account that makes it now."""
        if is_signed and session is not None:
            self._frozen(session)
        self.account.before_call(call)

    def _frozen(self, session: object) -> object:
        return frozen_credentials(session, self._source(session), self._known_account_id())

    def _known_account_id(self) -> str:
        return self.account.known_account_id if self.account is not None else ""

    def _source(self, session: object) -> str:
        if session is not self._base:
            return f"the session of {self.options.hops[-1].role_arn}"
        if self.options.access_key:
            return f"access key {self.options.access_key}"
        return f"profile {self.options.profile}" if self.options.profile else "the environment"

    def _default_region(self, service: str) -> str | None:
        """Return the configured region, or for IAM and STS one of the partition when there is none."""
        configured = self.configured_region()
        if configured is None and service in _SERVICES_WITHOUT_REGION:
            return _DEFAULT_REGIONS.get(self.partition())
        return configured

    def configured_region(self) -> str | None:
        try:
            region = self._base.get_config_variable("region")
        except BotoCoreError:
            # A profile that does not exist; the first client says so.
            return None
        return region or self._aws_config().get("region_name")

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

    @property
    def known_caller(self) -> str:
        return self._caller.arn if self._caller is not None else ""

    def _caller_by_hop(self) -> Caller:
        session = self._chain.credentials()
        return Caller(account_id=session.arn.split(":")[4], arn=session.arn, user_id=session.user_id)

    def _caller_by_call(self) -> Caller:
        credentials = self.frozen_credentials()
        key = caller_key(credentials.access_key, credentials.secret_key, self.options.endpoint_url)
        return Caller(**self._files.fact(key, "the caller's identity", self._ask_who_we_are))

    def _ask_who_we_are(self) -> dict:
        client = self.client("sts", None)
        with aws_call(self.account, "identifying the caller", "credentials"):
            answer = client.get_caller_identity()
        if not re.fullmatch(r"arn:[\w-]+:(?:iam|sts)::\d{12}:\S+", answer["Arn"]):
            raise answer.without("ARN of an identity").about(self.account, "identifying the caller")
        if not re.fullmatch(r"\d{12}", answer["Account"]):
            raise answer.without("account ID of 12 digits").about(self.account, "identifying the caller")
        return {"account_id": answer["Account"], "arn": answer["Arn"], "user_id": answer.get("UserId", "")}

    def frozen_credentials(self) -> SessionCredentials:
        with self._lock:
            if self._chain is not None:
                return self._chain.credentials()
            with aws_call(self.account, "looking for credentials", "credentials"):
                frozen = self._frozen(self._base)
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
