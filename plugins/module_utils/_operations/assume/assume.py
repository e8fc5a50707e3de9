# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_assume`: temporary credentials of a role, ready to use, written to a profile, or kept for the next run.

Nothing in an account changes, so check mode makes the call as well: tasks that need the credentials can then be checked
too. What a run may change is a profile on this machine.
Private to this collection.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
from collections.abc import Iterator

from ..._aws.calls.errors import AwsError, aws_call
from ..._aws.files.locks import file_lock, private_directory
from ..._aws.sessions.connection import Account
from ..._aws.sessions.hop_chain import assume_role
from ..._aws.sessions.hops import LONGEST_CHAINED_DURATION
from ..._aws.sessions.signin import signin_token
from ..._aws.sessions.sts_answers import unnamed_session
from ..plan import Plan
from ..task import Operation, Task, TaskError, result
from .cache import keep_session, kept_session
from .console import federation_endpoint, login_url, switch_role_url
from .options import ARGUMENT_SPEC, RULES, check_assume, read_token, useful_life
from .profile import ProfileFile, open_profile
from .request import METHODS, WITH_WEB_IDENTITY, AssumeRequest, assume_request, leading_hops
from .session import Session, environment_of_profile, fullness_warning, session_of, session_result

LOCK_TIMEOUT = 180.0
"""Seconds to wait for another process that gets the same session or writes the same file."""


def run(task: Task) -> dict:
    """Return a living session of the role: kept from before where that was asked for, new otherwise."""
    params = task.params
    request = assume_request(params, web_identity_token(params))
    profile = open_profile(params["write_profile"]) if params["write_profile"] else None
    caller = calling_account(task.account, request, params)
    refuse_what_chaining_forbids(caller, request, params)
    fingerprint = request.fingerprint(identity(caller, request), caller.options.endpoint_url) if is_kept(params) else ""
    with one_at_a_time(fingerprint, f"a session of {request.role_arn}"):
        session = living_session(params, profile, fingerprint, request)
        reused = session is not None
        if session is None:
            session = assume(task, caller, request)
            if params["cache"] and not task.check_mode:
                keep_session(params["cache_dir"], fingerprint, session)
        plan = Plan()
        if profile is not None:
            with one_at_a_time(os.path.realpath(profile.path), f"the credentials file {profile.path}"):
                plan = profile.put(session, fingerprint, write=not task.check_mode)
    warning = fullness_warning(session)
    if warning:
        task.warn(warning)
    return result(
        plan,
        reused=reused,
        **session_result(session, params, caller.region),
        profile_environment=profile and environment_of_profile(profile.name, profile.path, params, caller.region),
        switch_role_url=switch_role_url(session.role_arn),
        console_url=console_url(session, params) if params["console_url"] else None,
    )


def web_identity_token(params: dict) -> str | None:
    """Return the token that stands for the caller, from its option or its file."""
    if params.get("web_identity_token_file"):
        return read_token(params["web_identity_token_file"])
    return params.get("web_identity_token")


def is_kept(params: dict) -> bool:
    """Tell whether the session may be there from an earlier run, or be kept for a later one."""
    return bool(params["cache"] or params["write_profile"])


def calling_account(account: Account, request: AssumeRequest, params: dict) -> Account:
    """Return who makes the call: the connection as it is, or without its last hop when that hop is what we do here.

    Raises `AwsError` when the connection is not that of the account that is expected. (Of a last hop the role's ARN
    tells, and of a web identity or a SAML assertion as well: there is no other account then.)
    """
    account.propagation_timeout = params["propagation_timeout"]
    if len(request.hops) != len(params.get("assume_role") or []):
        return account.over_hops(leading_hops(params))
    if request.is_signed and account.options.expected_account_id:
        account.confirm_account()
    return account


def refuse_what_chaining_forbids(caller: Account, request: AssumeRequest, params: dict) -> None:
    """Raise `TaskError` for times that AWS refuses to the session of a role, which only the caller's identity tells."""
    if not request.is_signed or request.hops:
        return
    is_long = request.duration_seconds > LONGEST_CHAINED_DURATION
    if not (is_long or params.get("console_duration") is not None):
        return
    who = caller.told_caller
    if who is None or ":assumed-role/" not in who.arn:
        return
    if is_long:
        raise TaskError(
            f"duration_seconds is {request.duration_seconds}, but the caller {who.arn} is itself the session "
            f"of a role: what starts from such a session lives {LONGEST_CHAINED_DURATION} seconds at most"
        )
    raise TaskError(
        f"console_duration can't be asked for: the caller {who.arn} is itself the session of a role, and AWS "
        f"refuses it then"
    )


def identity(caller: Account, request: AssumeRequest) -> str:
    """Return who it is that may use a kept session again."""
    if request.is_signed:
        # Of the starting credentials, not of the hops: a kept session saves those too, with their MFA codes.
        start = caller.over_hops([]) if request.hops else caller
        who = start.told_caller
        return who.arn if who is not None else f"access key {start.frozen_credentials().access_key}"
    if request.operation == WITH_WEB_IDENTITY:
        return token_subject(request.arguments["WebIdentityToken"])
    return hashlib.sha256(request.arguments["SAMLAssertion"].encode()).hexdigest()


def token_subject(token: str) -> str:
    """Return whom a web identity token speaks of, which stays the same when the token is renewed.

    Not verified: this only chooses among files that belong to this user anyway.
    """
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return json.dumps([claims["iss"], claims["sub"], claims.get("aud")])
    except (IndexError, ValueError, KeyError, TypeError):
        return hashlib.sha256(token.encode()).hexdigest()


@contextlib.contextmanager
def one_at_a_time(name: str, what: str) -> Iterator[None]:
    """Let the forks of a run, and other runs of this user, pass one after the other; no name, no waiting."""
    if not name:
        yield
        return
    lock = os.path.join(private_directory(), f"{hashlib.sha256(name.encode()).hexdigest()}.lock")
    with file_lock(lock, what, timeout=LOCK_TIMEOUT):
        yield


def living_session(
    params: dict, profile: ProfileFile | None, fingerprint: str, request: AssumeRequest
) -> Session | None:
    """Return a session that was asked for like this before and lives long enough, from the profile or the cache."""
    candidates = []
    if profile is not None:
        candidates.append(profile.session(fingerprint))
    if params["cache"]:
        candidates.append(kept_session(params["cache_dir"], fingerprint))
    least = useful_life(params, request.duration_seconds)
    return next((session for session in candidates if session is not None and session.lives(least)), None)


def assume(task: Task, caller: Account, request: AssumeRequest) -> Session:
    """Make the call and return the session. Raises `AwsError` that says what was sent, as far as it is no secret."""
    client = caller.client("sts")
    try:
        if request.is_signed:
            answer = assume_role(
                client,
                request.arguments,
                account=caller,
                propagation_timeout=task.params["propagation_timeout"],
                warn=task.progress,
            )
        else:
            with aws_call(None, f"assuming role {request.role_arn}", request.role_arn):
                answer = getattr(client, METHODS[request.operation])(**request.arguments)
    except AwsError as error:
        raise explained(error, caller, request) from None
    unnamed = unnamed_session(answer, request.arguments)
    if unnamed:
        task.warn(unnamed)
    return session_of(request.arguments, answer, caller if request.is_signed else None)


def explained(error: AwsError, caller: Account, request: AssumeRequest) -> AwsError:
    """Return the error with what this module knows about it."""
    more = ""
    if "MaxSessionDuration" in error.aws_message:
        more = role_maximum(caller, request)
    elif error.code in ("AccessDenied", "AccessDeniedException") and request.is_signed:
        given = [
            f"{'with' if parameter in request.arguments else 'without'} {name}"
            for parameter, name in (("ExternalId", "an external ID"), ("TokenCode", "an MFA code"))
        ]
        more = f"It was called {' and '.join(given)}."
    if not more:
        return error
    return AwsError(
        f"{error.message} {more}",
        code=error.code,
        call=error.call,
        account=error.account,
        resource=error.resource,
        aws_message=error.aws_message,
    )


def role_maximum(caller: Account, request: AssumeRequest) -> str:
    """Return a sentence with the longest session that the role allows, where the caller can see it."""
    asked = f"Asked for were {request.duration_seconds} seconds"
    account_id, resource = request.role_arn.split(":", 5)[4:]
    who = caller.told_caller if request.is_signed else None
    if who is None or who.account_id != account_id:
        return f"{asked}; the owner of account {account_id} can tell the role's maximum, and 3600 always works."
    try:
        with aws_call(caller, f"reading role {request.role_arn}", request.role_arn):
            role = caller.client("iam").get_role(RoleName=resource.rpartition("/")[2])["Role"]
    except AwsError:
        return f"{asked}; the caller may not read the role's maximum, and 3600 always works."
    return f"{asked}; the role's maximum is {role.get('MaxSessionDuration', 3600)}."


def console_url(session: Session, params: dict) -> str:
    """Return an address that opens the console signed in as the role. Whoever has it is in, for 15 minutes."""
    partition = session.role_arn.split(":")[1]
    endpoint = federation_endpoint(partition, params.get("signin_endpoint"))
    verify = False if params.get("validate_certs") is False else params.get("aws_ca_bundle") or True
    token = signin_token(
        endpoint,
        session.access_key,
        session.secret_key,
        session.session_token,
        session_duration=params.get("console_duration"),
        verify=verify,
    )
    return login_url(endpoint, token, partition, params.get("console_destination"))


OPERATION = Operation(
    name="xacct_assume",
    argument_spec=ARGUMENT_SPEC,
    run=run,
    services=("sts",),
    rules=RULES,
    secret_result=True,
    check=check_assume,
)
