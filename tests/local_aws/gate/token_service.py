# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""STS: who may become whom, for how long, with what. moto has no part in it; the sessions are ours.

Sources: STS API Reference; IAM User Guide, "Methods to assume a role", "Pass session tags", "Monitor and control
actions taken with assumed roles", "Secure API access with MFA".
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import (
    CompiledPolicy,
    compile_policy,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_principals import (
    ROOT,
    request_principal,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import ROLE_TRUST
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError

from . import identities, web_identities
from .calls import Call
from .errors import Refusal, Response, query_answer, xml
from .identities import Caller, Session, new_session
from .judgement import Target, demand

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
HOUR = 3600
SESSION_POLICY_CHARACTERS = 2048
_NAME = re.compile(r"[\w+=,.@-]{2,64}")
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}")
_SIX_DIGITS = re.compile(r"\d{6}")
_ROLE_ARN = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):role/.+")


@dataclass
class TokenService:
    """The sessions that were issued, by access key."""

    sessions: dict[str, Session] = field(default_factory=dict)

    def answer(self, call: Call) -> Response:
        """Answer a call to STS."""
        operations: Mapping[str, Callable[[Call], dict]] = {
            "AssumeRole": self.assume_role,
            "AssumeRoleWithWebIdentity": self.assume_role_with_web_identity,
            "GetCallerIdentity": who,
            "GetSessionToken": self.session_token,
            "GetFederationToken": self.federation_token,
            "GetAccessKeyInfo": self.access_key_info,
            "DecodeAuthorizationMessage": decoded,
        }
        do = operations.get(call.operation.name)
        if do is None:
            raise Refusal("InvalidAction", f"Could not find operation {call.operation.name} for version 2011-06-15")
        if not call.account and call.operation.name != "AssumeRoleWithWebIdentity":
            raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
        return query_answer(call.operation.name, NAMESPACE, xml(do(call)))

    def issue(self, session: Session) -> dict:
        """Remember a session; its credentials as STS shows them."""
        self.sessions[session.access_key] = session
        return {
            "AccessKeyId": session.access_key,
            "SecretAccessKey": session.secret_key,
            "SessionToken": session.token,
            "Expiration": session.expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def assume_role(self, call: Call) -> dict:
        """AssumeRole."""
        check_names(call, "RoleArn", "RoleSessionName")
        caller = call.caller
        if caller.principal.kind == ROOT:
            raise Refusal("AccessDenied", "Roles may not be assumed by root accounts.", 403)
        arn = call.text("RoleArn")
        role = identities.entity_of(arn)
        account = _ROLE_ARN.fullmatch(arn).group(1)
        target = Target(arn, account, role.assume_role_policy_document if role else None, ROLE_TRUST)
        before = caller.session if caller.session and caller.session.kind == "role" else None
        tags, transitive = session_tags(call, before)
        source_identity = call.text("SourceIdentity") or (before.source_identity if before else None)
        context = assume_context(call, tags, transitive, source_identity, mfa_at(call))
        if role is not None:
            target = Target(arn, account, target.policy, ROLE_TRUST, identities.tags_of(role))
        actions = ["sts:AssumeRole"] + (["sts:TagSession"] if tags else [])
        if source_identity:
            actions.append("sts:SetSourceIdentity")
        for action in actions:
            demand(caller, action, target, call.circumstances, context)
        if role is None:  # whoever may call it on anything in the own account sees no more than that it is refused
            raise Refusal(
                "AccessDenied",
                f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}",
                403,
            )
        seconds = duration(call, role, chained=before is not None)
        policies = session_policies(call, account)
        session = new_session(
            account, seconds, call.circumstances.now, kind="role", entity_id=role.id, name=call.text("RoleSessionName"),
            policies=policies, tags=tags, transitive=transitive, source_identity=source_identity,
        )  # fmt: skip
        return self.of_role(call, role, session, SourceIdentity=source_identity)

    def of_role(self, call: Call, role, session: Session, **members: object) -> dict:
        """The answer that issues a session of a role."""
        role.last_used, role.last_used_region = call.circumstances.now.replace(tzinfo=None), call.region
        arn = f"arn:aws:sts::{session.account}:assumed-role/{role.name}/{session.name}"
        return {
            "AssumedRoleUser": {"AssumedRoleId": f"{role.id}:{session.name}", "Arn": arn},
            "Credentials": self.issue(session),
            "PackedPolicySize": packed_size(call, session),
            **members,
        }

    def assume_role_with_web_identity(self, call: Call) -> dict:
        """AssumeRoleWithWebIdentity: the token is checked with the provider's keys, then the role's trust policy."""
        check_names(call, "RoleArn", "RoleSessionName")
        arn = call.text("RoleArn")
        role, account = identities.entity_of(arn), _ROLE_ARN.fullmatch(arn).group(1)
        token = web_identities.verified(call.text("WebIdentityToken"), account, call.circumstances.now)
        caller = Caller(request_principal(f"oidc:{token.provider_arn}"), "")
        context = {
            **{f"{token.host}:{claim}": value for claim, value in token.claims.items()},
            "sts:RoleSessionName": call.text("RoleSessionName"),
            "aws:FederatedProvider": token.provider_arn,
        }
        target = Target(arn, account, role.assume_role_policy_document if role else None, ROLE_TRUST)
        try:
            demand(caller, "sts:AssumeRoleWithWebIdentity", target, call.circumstances, context)
        except Refusal:
            role = None
        if role is None:
            raise Refusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403)
        session = new_session(
            account, duration(call, role, chained=False), call.circumstances.now, kind="role", entity_id=role.id,
            name=call.text("RoleSessionName"), policies=session_policies(call, account), federated=token.provider_arn,
        )  # fmt: skip
        names = {"SubjectFromWebIdentityToken": token.claims.get("sub"), "Audience": token.claims.get("aud")}
        return self.of_role(call, role, session, Provider=token.provider_arn, **names)

    def session_token(self, call: Call) -> dict:
        """GetSessionToken: the caller's own credentials for a while, with MFA where it was given."""
        if call.caller.session:
            raise Refusal("AccessDenied", "Cannot call GetSessionToken with session credentials", 403)
        at = mfa_at(call)
        seconds = int(call.text("DurationSeconds") or 12 * HOUR)
        entity = call.caller.user.id if call.caller.user else call.account
        session = new_session(
            call.account, seconds, call.circumstances.now, kind="user", entity_id=entity, name="", mfa_at=at
        )
        return {"Credentials": self.issue(session)}

    def federation_token(self, call: Call) -> dict:
        """GetFederationToken."""
        if call.caller.session or call.caller.user is None:
            raise Refusal("AccessDenied", "Cannot call GetFederationToken with session credentials", 403)
        arn = f"arn:aws:sts::{call.account}:federated-user/{call.text('Name')}"
        demand(call.caller, call.action, Target(arn, call.account), call.circumstances, {})
        session = new_session(
            call.account, int(call.text("DurationSeconds") or 12 * HOUR), call.circumstances.now, kind="federated",
            entity_id=call.caller.user.id, name=call.text("Name"), policies=session_policies(call, call.account),
            tags=call.pairs("Tags"),
        )  # fmt: skip
        user = {"FederatedUserId": f"{call.account}:{session.name}", "Arn": arn}
        return {
            "Credentials": self.issue(session),
            "FederatedUser": user,
            "PackedPolicySize": packed_size(call, session),
        }

    def access_key_info(self, call: Call) -> dict:
        """GetAccessKeyInfo: the account of any key."""
        key = call.text("AccessKeyId")
        if key in self.sessions:
            return {"Account": self.sessions[key].account}
        for account in identities.store.accounts_of("iam"):
            if key in identities.iam(account).access_keys:
                return {"Account": account}
        raise Refusal("ValidationError", "Access key not found")


def who(call: Call) -> dict:
    """GetCallerIdentity."""
    return {"Arn": call.caller.arn, "UserId": call.caller.user_id, "Account": call.account}


def decoded(call: Call) -> dict:
    """DecodeAuthorizationMessage: there are no encoded messages here."""
    demand(call.caller, call.action, Target("*", call.account), call.circumstances, {})
    raise Refusal("InvalidAuthorizationMessageException", "Message is not valid")


def check_names(call: Call, *needed: str) -> None:
    """Refuse what STS does not accept for a name."""
    for name in needed:
        if not call.text(name):
            value = "Value null"
            raise _invalid(value, name, "Member must not be null")
    if not _ROLE_ARN.fullmatch(call.text("RoleArn")):
        raise Refusal("ValidationError", f"{call.text('RoleArn')} is invalid")
    patterns = {"RoleSessionName": _NAME, "SourceIdentity": _NAME, "ExternalId": _EXTERNAL_ID, "TokenCode": _SIX_DIGITS}
    for name, pattern in patterns.items():
        value = call.text(name)
        if name in call.fields and not pattern.fullmatch(value):
            raise _invalid(
                f"Value '{value}'", name, f"Member must satisfy regular expression pattern: {pattern.pattern}"
            )
    if call.text("SourceIdentity").startswith("aws:"):
        raise _invalid(f"Value '{call.text('SourceIdentity')}'", "SourceIdentity", "Member must not begin with aws:")


def _invalid(value: str, name: str, constraint: str) -> Refusal:
    member = name[0].lower() + name[1:]
    return Refusal(
        "ValidationError",
        f"1 validation error detected: {value} at '{member}' failed to satisfy constraint: {constraint}",
    )


def duration(call: Call, role, chained: bool) -> int:
    """How long a session lasts, in seconds."""
    longest = int(role.max_session_duration or HOUR)
    seconds = int(call.text("DurationSeconds") or HOUR)
    if seconds < 900 or seconds > 43200:
        limit = "greater than or equal to 900" if seconds < 900 else "less than or equal to 43200"
        raise _invalid(f"Value '{seconds}'", "DurationSeconds", f"Member must have value {limit}")
    if chained and seconds > HOUR:
        text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        raise Refusal("ValidationError", text)
    if seconds > longest:
        text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        raise Refusal("ValidationError", text)
    return seconds


def mfa_at(call: Call) -> datetime.datetime | None:
    """When the caller proved to have its MFA device: now, with any six digits of a device that it has."""
    serial, code = call.text("SerialNumber"), call.text("TokenCode")
    if not serial and not code:
        return None
    user = call.caller.user
    failed = "MultiFactorAuthentication failed"
    if user is None or not serial or not code:
        raise Refusal("AccessDenied", f"{failed}, must provide both MFA serial number and one time pass code.", 403)
    if serial not in user.mfa_devices:
        text = (
            "unable to validate MFA code. Please verify your MFA serial number is valid and associated with this user."
        )
        raise Refusal("AccessDenied", f"{failed}, {text}", 403)
    if not _SIX_DIGITS.fullmatch(code):
        raise Refusal("AccessDenied", f"{failed} with invalid MFA one time pass code.", 403)
    return call.circumstances.now


def session_tags(call: Call, before: Session | None) -> tuple[dict[str, str], frozenset[str]]:
    """The tags of the session that is made, and which of them it hands on."""
    given = call.pairs("Tags")
    transitive = frozenset(call.members("TransitiveTagKeys"))
    inherited = {key: value for key, value in before.tags.items() if key in before.transitive} if before else {}
    if len(given) > 50:
        raise _invalid("Value", "Tags", "Member must have length less than or equal to 50")
    for key in given:
        if key.lower() in {known.lower() for known in inherited}:
            text = (
                "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key "
                "from the calling session."
            )
            raise Refusal("InvalidParameterValue", text)
    return {**given, **inherited}, transitive | frozenset(inherited)


def assume_context(
    call: Call,
    tags: Mapping[str, str],
    transitive: frozenset[str],
    source_identity: str | None,
    mfa: datetime.datetime | None,
) -> dict[str, object]:
    """The keys that AssumeRole brings (IAM User Guide, "IAM and AWS STS condition context keys")."""
    context: dict[str, object] = {"sts:RoleSessionName": call.text("RoleSessionName")}
    if call.text("ExternalId"):
        context["sts:ExternalId"] = call.text("ExternalId")
    if source_identity:
        context["sts:SourceIdentity"] = source_identity
    if mfa:
        context |= {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": 0}
    if tags:
        context |= {f"aws:RequestTag/{key}": value for key, value in tags.items()}
        context["aws:TagKeys"] = sorted(tags)
    if transitive:
        context["sts:TransitiveTagKeys"] = sorted(transitive)
    return context


def session_policies(call: Call, account: str) -> tuple[CompiledPolicy, ...] | None:
    """The session policies that were passed, None for none."""
    arns = [call.fields[name] for name in sorted(call.fields) if re.fullmatch(r"PolicyArns\.member\.\d+\.arn", name)]
    text = call.text("Policy")
    if not text and not arns:
        return None
    if len(text) > SESSION_POLICY_CHARACTERS:
        raise _invalid("Value", "Policy", f"Member must have length less than or equal to {SESSION_POLICY_CHARACTERS}")
    policies = []
    try:
        if text:
            if not isinstance(json.loads(text), dict):
                raise PolicyError("no object")
            policies.append(compile_policy(text, "session policy"))
    except ValueError as error:
        raise Refusal("MalformedPolicyDocument", "The policy is not in the valid JSON format.") from error
    for arn in arns:
        policy = identities.managed_policy(account, arn)
        if policy is None:
            raise Refusal("MalformedPolicyDocument", f"The managed policy {arn} does not exist")
        policies.append(compile_policy(identities.document_of(policy), arn))
    return tuple(policies)


def packed_size(call: Call, session: Session) -> int | None:
    """The percentage of the packed size that was used: AWS's packing is not known, so a plain share of characters."""
    characters = len(call.text("Policy")) + sum(len(key) + len(value) for key, value in session.tags.items())
    if not characters and session.policies is None:
        return None
    return max(1, min(100, characters * 100 // 4096))
