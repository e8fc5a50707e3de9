# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session that STS gave, and the shapes in which `xacct_assume` hands it on.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone

from ..._aws.calls.errors import WhereItHappened
from ..._aws.sessions.key_errors import key_errors
from ..._aws.sessions.sts_answers import credentials_in, is_session_arn

FULL_PACKED_POLICY = 80
"""Per cent of the packed policy size above which the user is warned."""

CONNECTION_DETAILS = ("endpoint_url", "aws_ca_bundle", "validate_certs", "aws_config")
"""What `connection` keeps of the connection that assumed: where AWS is, never who we are there."""


@dataclass(frozen=True)
class Session:
    """Temporary credentials of a role. The secrets are no part of the value's representation.

    `expiration` is in UTC, `packed_policy_size` in per cent of what AWS allows, None when AWS did not say.
    """

    role_arn: str
    arn: str
    """arn:aws:sts::222222222222:assumed-role/NAME/SESSION"""
    unique_id: str | None
    """AROA…:SESSION; None from a server that gives none."""
    access_key: str
    secret_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expiration: datetime
    packed_policy_size: int | None = None
    source_identity: str | None = None

    def lives(self, seconds: int, now: datetime | None = None) -> bool:
        """Tell whether the session is good for at least so many seconds more."""
        return self.expiration - (now or datetime.now(timezone.utc)) >= timedelta(seconds=seconds)

    def to_json(self) -> dict:
        """Return everything as JSON-able values (secrets too: for private files alone)."""
        return {**asdict(self), "expiration": utc_text(self.expiration)}

    @classmethod
    def from_json(cls, value: Mapping) -> Session:
        """Return the session that `to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        session = cls(**{**value, "expiration": utc_time(value["expiration"])})
        wrong = key_errors(session.access_key, session.secret_key, session.session_token or "")
        if wrong or not is_session_arn(session.arn) or not isinstance(session.unique_id or "", str):
            raise ValueError("this is no session of a role")
        return session


def session_of(request: Mapping, answer: Mapping, account: WhereItHappened | None = None) -> Session:
    """Return the session in an answer of AssumeRole, AssumeRoleWithWebIdentity or AssumeRoleWithSAML.

    `request` is what was asked for. Raises `AwsError` for an answer with which nobody could do anything.
    """
    found = credentials_in(answer, request, account=account)
    return Session(
        role_arn=request["RoleArn"],
        arn=found.arn,
        unique_id=found.user_id or None,
        access_key=found.access_key,
        secret_key=found.secret_key,
        session_token=found.session_token,
        expiration=found.expiration,
        packed_policy_size=answer.get("PackedPolicySize"),
        source_identity=answer.get("SourceIdentity"),
    )


def utc_text(moment: datetime) -> str:
    """Return a time as `2026-11-22T05:17:52Z`."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_time(text: str) -> datetime:
    """Return the time that `utc_text` wrote, or ISO 8601 with an offset. Raises ValueError for anything else."""
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no time")
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset from UTC")
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError:
        raise ValueError(f"{text} is no time in UTC") from None


def session_result(session: Session, params: Mapping, region: str | None) -> dict:
    """Return what `xacct_assume` returns of a session; `params` are the options of the connection that assumed."""
    return {
        "credentials": {
            "access_key": session.access_key,
            "secret_key": session.secret_key,
            "session_token": session.session_token,
            "expiration": utc_text(session.expiration),
        },
        "environment": environment_of(session, params, region),
        "connection": connection_of(session, params, region),
        "assumed_role": assumed_role_of(session),
        "packed_policy_size": session.packed_policy_size,
    }


def environment_of(session: Session, params: Mapping, region: str | None) -> dict:
    """Return the variables that every AWS tool understands, for a task's `environment:`."""
    return {
        "AWS_ACCESS_KEY_ID": session.access_key,
        "AWS_SECRET_ACCESS_KEY": session.secret_key,
        "AWS_SESSION_TOKEN": session.session_token,
        **place_of(params, region),
    }


def environment_of_profile(name: str, path: str, params: Mapping, region: str | None) -> dict:
    """Return variables that lead to a profile: no secret is in them, so that they may be seen.

    Empty keys count as none: otherwise keys that are in the environment anyway would win over the profile.
    """
    variables = {
        "AWS_PROFILE": name,
        "AWS_SHARED_CREDENTIALS_FILE": path,
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
        "AWS_SESSION_TOKEN": "",
    }
    return {**variables, **place_of(params, region)}


def place_of(params: Mapping, region: str | None) -> dict:
    """Return the environment variables that say where AWS is, as far as the connection says it."""
    variables = {}
    if region:
        variables.update(AWS_REGION=region, AWS_DEFAULT_REGION=region)
    if params.get("endpoint_url"):
        variables["AWS_ENDPOINT_URL"] = params["endpoint_url"]
    if params.get("aws_ca_bundle"):
        variables["AWS_CA_BUNDLE"] = params["aws_ca_bundle"]
    return variables


def connection_of(session: Session, params: Mapping, region: str | None) -> dict:
    """Return the connection options of this collection and of amazon.aws, for `module_defaults`.

    The empty profile keeps AWS_PROFILE in the environment from contradicting the keys.
    """
    connection = {
        "profile": "",
        "access_key": session.access_key,
        "secret_key": session.secret_key,
        "session_token": session.session_token,
    }
    if region:
        connection["region"] = region
    connection.update({name: params[name] for name in CONNECTION_DETAILS if params.get(name) is not None})
    return connection


def assumed_role_of(session: Session) -> dict:
    """Return who one is in the session, in parts."""
    account_id, resource = session.arn.split(":", 5)[4:]
    name, session_name = resource.split("/")[-2:]
    return {
        "arn": session.arn,
        "role_arn": session.role_arn,
        "account_id": account_id,
        "role_name": name,
        "session_name": session_name,
        "unique_id": session.unique_id,
        "source_identity": session.source_identity,
    }


def fullness_warning(session: Session) -> str | None:
    """Return a warning when session policies and tags are near the size that AWS allows, or None."""
    size = session.packed_policy_size
    if size is None or size <= FULL_PACKED_POLICY:
        return None
    return (
        f"The session policies and tags of {session.role_arn} take {size} % of the packed size that AWS allows; "
        f"above 100 % the role can't be assumed"
    )
