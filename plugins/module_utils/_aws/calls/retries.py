# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How often a call is tried again, how long it may take, and bounded waiting for what AWS has not made visible yet.

botocore's standard mode retries whatever may have been passing: that includes calls that change something. After a
connection broke, a CreateRole may so be sent twice and come back as EntityAlreadyExists; who creates has to look
whether what exists is what it wanted.
Private to this collection.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeVar

from .answers import confirm
from .errors import SDK_ERRORS, AwsError, error_code
from .hooks import mark_error

try:
    from botocore.config import Config
    from botocore.exceptions import (
        BotoCoreError,
        HTTPClientError,
        ReadTimeoutError,
    )
    from botocore.exceptions import (
        ConnectionError as EndpointError,
    )
except ImportError:
    # Nothing here is called without boto3: `open_account` refuses first.
    pass

Result = TypeVar("Result")

CONNECT_TIMEOUT = 5
READ_TIMEOUT = 10
"""Seconds. IAM and STS answer within one or two; botocore's own 60 make a dead endpoint cost minutes."""

MAX_ATTEMPTS = 10
"""For throttled calls: standard mode waits up to 1, 2, 4, 8, 16, 20, 20 … s, 55 s in all on average."""

SERVER_ERROR_ATTEMPTS = 5
"""For answers 500 to 504: 7.5 s of waiting on average."""

UNREACHED_ATTEMPTS = 3
"""For connections that fail: at most 3 x CONNECT_TIMEOUT + 3 s, so a dead endpoint is known after 18 s."""

READ_TIMEOUT_ATTEMPTS = 2
"""For requests that are taken and never answered: at most 2 x READ_TIMEOUT + 1 s."""

MAX_POOL_CONNECTIONS = 64
"""Connections that a client keeps open, for as many threads; botocore's own 10 make others connect for each call."""

SERVICES_WITH_QUOTAS = frozenset({"kms", "secretsmanager", "ecr", "logs", "lambda"})
"""Here `LimitExceededException` is a quota that stays exceeded; botocore takes it for throttling everywhere."""

CONCURRENT_CHANGE = frozenset(
    {"ConcurrentModification", "ConcurrentModificationException", "EntityTemporarilyUnmodifiable", "OperationAborted"}
)
"""Somebody else is changing the same thing right now. botocore gives up on these at once."""

_WHOLE_DOCUMENT = re.compile(r":(Put|Update|Set|Delete|Create)\w*(Policy|PolicyVersion|Acl)$")
"""Sending such a call again could overwrite what the other one wrote: its caller has to read and merge again."""


def client_config(aws_config: Mapping | None, *, user_chose_retries: bool) -> Config:
    """Return the configuration of a client: ours, and over it the user's `aws_config`.

    Raises AwsError for an `aws_config` that botocore does not take.
    """
    settings: dict = {
        "user_agent_extra": "xacct.aws",
        "connect_timeout": CONNECT_TIMEOUT,
        "read_timeout": READ_TIMEOUT,
        "max_pool_connections": MAX_POOL_CONNECTIONS,
    }
    if not user_chose_retries:
        settings["retries"] = {"mode": "standard", "total_max_attempts": MAX_ATTEMPTS}
    config = Config(**settings)
    if not aws_config:
        return config
    try:
        return config.merge(Config(**aws_config))
    except (TypeError, ValueError, BotoCoreError) as error:
        raise AwsError(f"aws_config is not accepted by botocore: {error}", code="InvalidConfig") from None


def user_chose_retries(aws_config: Mapping | None, profile_settings: Mapping) -> bool:
    """Say whether the user has set retries: in `aws_config`, the environment, or the profile. Theirs then hold."""
    return (
        "retries" in (aws_config or {})
        or any(os.environ.get(name) for name in ("AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE"))
        or any(name in profile_settings for name in ("max_attempts", "retry_mode"))
    )


def bound_retries(client: object) -> None:
    """Give a client our own bounds within standard mode: less for what will not pass, more for what will."""

    def decide(response, operation, attempts, caught_exception, request_dict, **_others):  # type: ignore[no-untyped-def]
        call = f"{client.meta.service_model.service_name}:{operation.name}"
        failures = request_dict["context"].setdefault("xacct_failures", Counter())
        if caught_exception is not None:
            kind, limit = _kind_of(caught_exception)
            failures[kind] += 1
            if failures[kind] >= limit:
                # Raising is the only way to overrule botocore's own handler, which would go on.
                mark_error(caught_exception, call)
                raise caught_exception
            return None
        http_response, parsed = response
        code = parsed.get("Error", {}).get("Code", "")
        failures["server error"] += http_response.status_code >= 500
        if _is_quota(call, code) or failures["server error"] >= SERVER_ERROR_ATTEMPTS:
            confirm(parsed, getattr(http_response.raw, "status", 0), call, client.meta.endpoint_url)
            error = client.exceptions.from_code(code)(parsed, operation.name)
            mark_error(error, call)
            raise error
        if code in CONCURRENT_CHANGE and not _WHOLE_DOCUMENT.search(call) and attempts < MAX_ATTEMPTS:
            return random.random() * min(2 ** (attempts - 1), 20)
        return None

    client.meta.events.register_first("needs-retry", decide)


def _is_quota(call: str, code: str) -> bool:
    return code == "LimitExceededException" and call.partition(":")[0] in SERVICES_WITH_QUOTAS


def _kind_of(error: Exception) -> tuple[str, int]:
    """Return what kind of failure this is, and the number of them that is too many."""
    if isinstance(error, ReadTimeoutError):
        return "unanswered", READ_TIMEOUT_ATTEMPTS
    if isinstance(error, (EndpointError, HTTPClientError)):
        return "unreached", UNREACHED_ATTEMPTS
    return "other", MAX_ATTEMPTS


def retry_while(
    call: Callable[[], Result],
    is_transient: Callable[[Exception], bool],
    timeout: float,
    *,
    what: str = "",
    warn: Callable[[str], None] | None = None,
    sleep: Callable[[float], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Result:
    """Call until it succeeds, fails for another reason, or `timeout` seconds are over; then the last error is raised.

    Waits 1, 2, 4 … at most 10 s, with jitter and never past the end. `warn` is told once that there is a wait, why,
    and how long it may take. `is_transient` gets errors of the SDK and `AwsError`s.
    """
    deadline = clock() + timeout
    pause = 1.0
    told = False
    while True:
        try:
            return call()
        except (AwsError, *SDK_ERRORS) as error:
            left = deadline - clock()
            if left <= 0 or not is_transient(error):
                raise
            if warn is not None and not told:
                warn(f"Waiting up to {timeout:g} s for {what or 'AWS'}: {error_code(error)} may pass")
                told = True
            (sleep or time.sleep)(min(left, pause * random.uniform(0.5, 1.0)))
            pause = min(pause * 2, 10.0)
