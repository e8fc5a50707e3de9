# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who makes the calls that prove a trust: the sessions of the principals that it names, made once each.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from .._aws.calls.errors import AwsError, aws_call
from .._aws.sessions.connection import CONNECTION_ARGUMENTS, Account, Caller
from .._aws.sessions.hops import SHORTEST_DURATION
from .._aws.sessions.sts_answers import credentials_in
from .._expectations.proof_calls import ASSUME_ROLE
from .._policy.language.documents import compact_json, new_document

CONNECTION = "connection"
ROOT = "root"
SESSION_NAME = "xacct-verify"
"""Name of the sessions, so that both accounts' CloudTrail says what they were for."""

IDENTITY_OPTIONS = ("profile", "access_key", "secret_key", "session_token")
"""Connection options that say who starts; a principal that brings one of them brings all of them."""

MFA_OPTIONS = {"mfa_serial": {"type": "str"}, "mfa_token": {"type": "str", "no_log": True}}


class CannotAct(Exception):
    """There is no way to act as a principal; the text says why, in a few words."""


class NoStranger(CannotAct):
    """Who had to be a stranger is not: so the question makes no sense, whoever could be asked."""


@dataclass(frozen=True)
class Actor:
    """One principal that can make calls. `with_mfa` has shown an MFA code, where there was one to show."""

    account: Account
    caller: Caller
    with_mfa: Account | None = None
    no_mfa_because: str = ""


def principal_options() -> dict:
    """Return the argument spec of one principal's connection: no environment, no defaults, the task has those."""
    options = {
        name: {key: value for key, value in spec.items() if key not in ("fallback", "default")}
        for name, spec in CONNECTION_ARGUMENTS.items()
        if name != "expected_account_id"
    }
    return {**options, **MFA_OPTIONS}


def make_actor(home: Account, params: Mapping, principal: str, given: Mapping | None, with_mfa: bool) -> Actor:
    """Return somebody who acts as a principal of the account that the task's connection leads to.

    `given` are the connection options for this principal, if the user has said how to act as it. Raises `CannotAct`.
    """
    try:
        account = account_of(home, params, principal, given)
        caller = account.caller
        is_of_account = caller.account_id == home.caller.account_id
    except AwsError as error:
        hint = "" if principal in (CONNECTION, ROOT) else " (xacct_principal_connections says how to act as it)"
        raise CannotAct(f"cannot act as {principal}{hint}: {error.aws_message or error.message}") from None
    # Who is in a group no ARN tells, so there the user's word has to do.
    is_it = is_principal(caller.arn, principal) or principal.startswith("group/")
    if not (is_of_account and is_it):
        raise CannotAct(f"the connection given for {principal} is that of {caller.arn}")
    if not with_mfa:
        return Actor(account, caller)
    if not given or not given.get("mfa_token"):
        return Actor(account, caller, no_mfa_because=f"no MFA code for {principal}")
    try:
        return Actor(account, caller, with_mfa=with_mfa_shown(account, given))
    except AwsError as error:
        return Actor(account, caller, no_mfa_because=f"no MFA session for {principal}: {error.aws_message}")


def account_of(home: Account, params: Mapping, principal: str, given: Mapping | None) -> Account:
    """Return the account, seen as the principal: as the user says, or by a hop from the task's connection to a role."""
    if given is not None and any(given.get(option) for option in IDENTITY_OPTIONS):
        place = {name: params.get(name) for name in CONNECTION_ARGUMENTS if name not in IDENTITY_OPTIONS}
        place.update(assume_role=None, expected_account_id=None)
        return home.beside({**place, **given_options(given)}, label=principal)
    hops = list(params.get("assume_role") or [])
    if given is not None:
        return home.over_hops([*hops, *(given.get("assume_role") or [])], label=principal)
    if is_principal(home.caller.arn, principal):
        return home
    if not principal.startswith("role/"):
        raise CannotAct(f"no credentials for {principal}: name them in xacct_principal_connections")
    role_arn = f"arn:{home.caller.partition}:iam::{home.caller.account_id}:{principal}"
    return home.over_hops([*hops, {"role_arn": role_arn, "session_name": SESSION_NAME}], label=principal)


def given_options(given: Mapping) -> dict:
    """Return the connection options that the user has set for a principal."""
    return {name: value for name, value in given.items() if value is not None and name not in MFA_OPTIONS}


def is_principal(arn: str, principal: str) -> bool:
    """Tell whether a caller of the account is surely this principal; anybody is the connection, or somebody of `root`.

    A session's ARN lacks the path of its role, so names are compared; they are unique in an account whatever the path.
    """
    kind, _slash, path = principal.partition("/")
    resource = arn.split(":", 5)[5].split("/")
    if kind == "role":
        return resource[0] == "assumed-role" and resource[1] == path.rpartition("/")[2]
    if kind == "user":
        return resource[0] == "user" and resource[-1] == path.rpartition("/")[2]
    return principal in (CONNECTION, ROOT)


def is_arn_of(caller_arn: str, arn: str) -> bool:
    """Tell whether a caller is what an IAM ARN names: a role (by its session), a user, or root (anyone)."""
    account_id, resource = arn.split(":", 5)[4:]
    return caller_arn.split(":")[4] == account_id and (resource == ROOT or is_principal(caller_arn, resource))


def with_mfa_shown(account: Account, given: Mapping) -> Account:
    """Return the account, seen by a session that has shown the MFA code. Raises `AwsError`.

    A code is good for one call, and there may be several to make: so it is shown once, for a session token, and the
    token makes the calls. That is for users; the session of a role can't show MFA.
    """
    client = account.client("sts")
    with aws_call(account, "showing the MFA code", given["mfa_serial"]):
        answer = client.get_session_token(
            SerialNumber=given["mfa_serial"], TokenCode=given["mfa_token"], DurationSeconds=SHORTEST_DURATION
        )
    return account.connection_for(credentials_in(answer, account=account))


def all_but(expectation: Mapping) -> dict:
    """Return a session policy that leaves a session everything but what an expectation is about."""
    kept = "sts:AssumeRole" if expectation["call"] == ASSUME_ROLE else f"{_service_of(expectation)}:*"
    return new_document([{"Effect": "Allow", "NotAction": kept, "Resource": "*"}])


def _service_of(expectation: Mapping) -> str:
    return (expectation.get("action") or "s3").partition(":")[0]


def weakened(actor: Actor, expectation: Mapping) -> Actor:
    """Return the actor without the permission that an expectation is about, by a session policy. Raises `CannotAct`.

    So nobody has to be made to show that a caller of the account needs the permission. The last role that the actor got
    in by is assumed again; a user gets a federated session, which STS lets do nothing with roles.
    """
    policy = compact_json(all_but(expectation))
    hops = [{**asdict(hop), "tags": dict(hop.tags)} for hop in actor.account.options.hops]
    try:
        if hops and not hops[-1]["policy"]:
            account = actor.account.over_hops([*hops[:-1], {**hops[-1], "policy": policy}], label="a weaker session")
        elif ":user/" in actor.caller.arn and expectation["call"] != ASSUME_ROLE:
            account = federated(actor.account, policy)
        else:
            raise CannotAct(f"{actor.caller.arn} is reached by no role that could be assumed with less")
        return Actor(account, account.caller)
    except AwsError as error:
        raise CannotAct(f"no weaker session of {actor.caller.arn}: {error.aws_message or error.message}") from None


def federated(account: Account, policy: str) -> Account:
    """Return a federated session of a user, with a session policy. Raises `AwsError`."""
    client = account.client("sts")
    with aws_call(account, "a federated session"):
        answer = client.get_federation_token(Name=SESSION_NAME, Policy=policy, DurationSeconds=SHORTEST_DURATION)
    return account.connection_for(credentials_in(answer, account=account))
