# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The assume-role chain: each hop's session starts the next one, and each is made once a run.

Private to this collection.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence

from ..calls.errors import WhereItHappened, aws_call, aws_text, is_code
from ..calls.retries import retry_while
from .hops import Hop
from .session_files import SessionCredentials, SessionFiles
from .sts_answers import credentials_in, unnamed_session

DENIED = ("AccessDenied", "AccessDeniedException")


def assume_role(
    client: object,
    request: dict,
    *,
    account: WhereItHappened | None = None,
    propagation_timeout: float = 0.0,
    warn: Callable[[str], None] | None = None,
) -> dict:
    """Call AssumeRole with this request and return STS's answer. Raises AwsError.

    A role that was made, or trusted, seconds ago may still be denied: with `propagation_timeout` (seconds) a denial is
    tried again until then. By default denied is denied.
    """

    def call() -> dict:
        with aws_call(account, f"assuming role {request['RoleArn']}", request["RoleArn"]):
            return client.assume_role(**request)

    answer = retry_while(
        call,
        may_be_propagating,
        propagation_timeout,
        what=f"role {request['RoleArn']}, which may be new, to become assumable",
        warn=warn,
    )
    unnamed = unnamed_session(answer, request)
    if unnamed and warn is not None:
        warn(unnamed)
    return answer


def may_be_propagating(error: Exception) -> bool:
    """Say whether a denied AssumeRole may pass by itself: not for a wrong MFA code, and never for a root user."""
    text = aws_text(error)
    return is_code(error, *DENIED) and "MultiFactorAuthentication" not in text and "root accounts" not in text


class Chain:
    """The hops of one connection. Sessions come from `files` while they live long enough."""

    def __init__(
        self,
        hops: Sequence[Hop],
        start: Sequence[object],
        sts_client: Callable[[SessionCredentials | None], object],
        files: SessionFiles,
        assume: Callable[[object, dict], dict],
    ) -> None:
        """Make no call.

        `start` says who makes the first hop and where (JSON-able): it is part of what makes two sessions the same.
        `sts_client` makes an STS client for a session, or for the starting credentials (None).
        """
        self._hops = tuple(hops)
        self._keys = _keys(start, self._hops)
        self._sts_client = sts_client
        self._files = files
        self._assume = assume

    def credentials(self) -> SessionCredentials:
        """Return the last hop's session, making what is missing. Raises AwsError."""
        return self._session(len(self._hops) - 1)

    def _session(self, position: int) -> SessionCredentials:
        hop = self._hops[position]

        def make() -> SessionCredentials:
            before = self._session(position - 1) if position else None
            request = hop.request()
            return credentials_in(self._assume(self._sts_client(before), request), request)

        return self._files.session(self._keys[position], f"the session of {hop.role_arn}", make)


def digest(value: object) -> str:
    """Return a hash of something JSON-able, for the name of a file."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _keys(start: Sequence[object], hops: Sequence[Hop]) -> tuple[str, ...]:
    """A hop's key covers all hops before it, so chains that begin alike share the sessions of their beginning."""
    keys: list[str] = []
    key = digest(list(start))
    for hop in hops:
        key = digest([key, hop.identity()])
        keys.append(key)
    return tuple(keys)
