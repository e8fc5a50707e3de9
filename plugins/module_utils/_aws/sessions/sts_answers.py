# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credentials in an answer of STS, or of a server that stands in its place: looked at before anybody uses them.

Some servers leave out who the session is, or its unique ID. Keys that break a request, and times that can't be, are
refused here, with the reason: where they are used, the SDK's error would show them, or say less.
Private to this collection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from ..._border.redaction import remember_secrets
from ..calls.errors import AwsError, UnreadableAnswer, WhereItHappened, aws_call, last_call
from .key_errors import key_errors
from .session_files import SessionCredentials

LONGEST_LIFE = timedelta(days=7)
"""STS gives 36 hours at most. Other servers have other limits, and clocks differ: beyond this one of both is wrong."""

_ROLE_ARN = re.compile(r"arn:([^:]+):iam::([0-9]{12}):role/(?:.*/)?([^/]+)")
_SESSION_ARN = re.compile(r"arn:[a-z0-9-]+:sts::[\w-]*:assumed-role/(?:[!-.0-~]+/)+[\w+=,.@-]+", re.ASCII)


def credentials_in(
    answer: Mapping,
    request: Mapping | None = None,
    *,
    account: WhereItHappened | None = None,
    now: datetime | None = None,
) -> SessionCredentials:
    """Return the credentials in an answer of STS (AssumeRole, GetSessionToken …).

    `request` is what was asked for, if that was a role: an answer that does not name the session of that role still
    belongs to it, and without a unique ID the session has none here. Raises `AwsError`; no credential is in it.
    """
    what = f"assuming role {request['RoleArn']}" if request else "a session"
    with aws_call(account, what, request["RoleArn"] if request else ""):
        found = answer.get("Credentials")
        keys = found if isinstance(found, Mapping) else {}
        access_key, secret_key, token = (keys.get(name) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
        remember_secrets((secret_key, token))
        errors = [error.partition(": ")[0] for error in key_errors(access_key, secret_key, token or "")]
        if errors:
            raise _unreadable(answer, f"its keys can't be those of a session ({'; '.join(errors)})")
        expiration = _expiration(answer, keys.get("Expiration"))
        arn, user_id = _session(answer, request) if request else ("", "")
    _check_life(expiration, what, now or datetime.now(timezone.utc), account)
    return SessionCredentials(access_key, secret_key, token, expiration, arn, user_id)


def unnamed_session(answer: Mapping, request: Mapping) -> str | None:
    """Return a warning where an answer does not name the session of the role that was asked for, None where it does."""
    found = answer.get("AssumedRoleUser")
    if isinstance(found, Mapping) and found.get("Arn"):
        return None
    session = _session_of_role(request)
    return session and (
        f"The answer to AssumeRole does not say who the session is; it is taken for {session}, as AWS calls a session "
        "of that role. Where the server knows no roles, it may be somebody else's"
    )


def is_session_arn(text: object) -> bool:
    """Say whether this is the ARN of a role's session (servers other than AWS have account IDs of their own)."""
    return isinstance(text, str) and _SESSION_ARN.fullmatch(text) is not None


def _expiration(answer: Mapping, moment: object) -> datetime:
    if not isinstance(moment, datetime):
        raise _unreadable(answer, "it does not say when the session ends")
    try:
        return moment.astimezone(timezone.utc) if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    except OverflowError:
        raise _unreadable(answer, "the session ends at a time that there is not") from None


def _session(answer: Mapping, request: Mapping) -> tuple[str, str]:
    """Return the ARN and the unique ID of the session; the latter is empty where the answer does not have it."""
    found = answer.get("AssumedRoleUser")
    user = found if isinstance(found, Mapping) else {}
    arn, user_id = user.get("Arn"), user.get("AssumedRoleId")
    if not arn:
        arn = _session_of_role(request)
    if not is_session_arn(arn):
        raise _unreadable(answer, "it does not say whose session it is")
    return arn, user_id if isinstance(user_id, str) and user_id.isprintable() else ""


def _session_of_role(request: Mapping) -> str | None:
    """Return what AWS calls the session of a role; None where the name of the session is not in the request (SAML)."""
    role = _ROLE_ARN.fullmatch(request["RoleArn"])
    if role is None or "RoleSessionName" not in request:
        return None
    partition, account_id, name = role.groups()
    return f"arn:{partition}:sts::{account_id}:assumed-role/{name}/{request['RoleSessionName']}"


def _check_life(expiration: datetime, what: str, now: datetime, account: WhereItHappened | None) -> None:
    """Raise `AwsError` for a session that is over as it is made, or that never ends."""
    if now < expiration <= now + LONGEST_LIFE:
        return
    wrong = "is over already" if expiration <= now else f"lasts longer than {LONGEST_LIFE.days} days"
    place = f" in {account.description}" if account is not None else ""
    whose = f"{what[:1].upper()}{what[1:]}{place}: the session that {last_call() or 'STS'} gave"
    raise AwsError(
        f"{whose} {wrong}: it ends at {_shown(expiration)}, and this machine's clock says {_shown(now)}",
        code="SessionExpired" if expiration <= now else "SessionNeverEnds",
        account=account.known_account_id if account is not None else "",
        hint="Set the clock of this machine; where it is right, that of the server (endpoint_url) is wrong.",
    )


def _unreadable(answer: Mapping, wrong: str) -> UnreadableAnswer:
    source = getattr(answer, "source", None)
    if source is None:
        return UnreadableAnswer(wrong)
    return UnreadableAnswer(wrong, status=source.status, call=source.call, endpoint=source.endpoint)


def _shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
