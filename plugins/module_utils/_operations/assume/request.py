# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one STS call that `xacct_assume` is asked to make, from its options: which call, with what, from where.

Without `role_arn` the last of the `assume_role` hops is the role that is wanted, and the hops before it lead there.
Private to this collection.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from ..._aws.sessions.hops import default_session_name
from ..._policy.language.documents import compact_json, parse_document, with_text_conditions
from .limits import DEFAULT_SESSION

ROLE_OPTIONS = (
    "role_arn",
    "session_name",
    "external_id",
    "duration_seconds",
    "mfa_serial",
    "mfa_token",
    "policy",
    "tags",
    "source_identity",
)
"""Options that a hop has as well as the module."""

ASSUME_ROLE = "AssumeRole"
WITH_WEB_IDENTITY = "AssumeRoleWithWebIdentity"
WITH_SAML = "AssumeRoleWithSAML"

METHODS = {
    ASSUME_ROLE: "assume_role",
    WITH_WEB_IDENTITY: "assume_role_with_web_identity",
    WITH_SAML: "assume_role_with_saml",
}
"""STS operation to the name of botocore's method."""

PASSING_ARGUMENTS = ("TokenCode", "WebIdentityToken", "SAMLAssertion")
"""Arguments that are new each time though the session that is asked for is the same; never part of a fingerprint."""


@dataclass(frozen=True)
class AssumeRequest:
    """One call of STS. `arguments` may hold secrets, so they are not part of the value's representation."""

    operation: str
    role_arn: str
    hops: tuple[Mapping, ...]
    """What leads from the connection's own credentials to the caller of this call."""
    duration_seconds: int
    arguments: dict
    """Keyword arguments of botocore's method."""

    def __repr__(self) -> str:
        """Name the call without its arguments."""
        return f"AssumeRequest({self.operation}, {self.role_arn}, {len(self.hops)} hops)"

    @property
    def is_signed(self) -> bool:
        """Whether the caller's own credentials take part: a web identity and a SAML assertion stand for themselves."""
        return self.operation == ASSUME_ROLE

    def fingerprint(self, identity: str, endpoint_url: str | None) -> str:
        """Return a name for sessions that are interchangeable: same call, same hops, same identity that starts them."""
        lasting = {key: value for key, value in self.arguments.items() if key not in PASSING_ARGUMENTS}
        hops = [{key: value for key, value in hop.items() if key != "mfa_token"} for hop in self.hops]
        told = json.dumps([self.operation, lasting, hops, identity, endpoint_url], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


def role_options(params: Mapping) -> dict:
    """Return the options that describe the wanted role: the module's own, over the last hop's without `role_arn`."""
    own = {option: params[option] for option in ROLE_OPTIONS if params.get(option) is not None}
    hops = params.get("assume_role") or []
    if "role_arn" in own or not hops:
        return own
    last = {option: hops[-1][option] for option in ROLE_OPTIONS if hops[-1].get(option) is not None}
    return {**last, **own}


def leading_hops(params: Mapping) -> list[Mapping]:
    """Return the hops that are made before the call: all of them with `role_arn`, all but the last without it."""
    hops = list(params.get("assume_role") or [])
    return hops if params.get("role_arn") is not None else hops[:-1]


def assume_request(params: Mapping, web_identity_token: str | None = None) -> AssumeRequest:
    """Return the call that these options (already checked) ask for; the token may come from a file."""
    wanted = role_options(params)
    arguments: dict = {"RoleArn": wanted["role_arn"]}
    if "duration_seconds" in wanted:
        arguments["DurationSeconds"] = wanted["duration_seconds"]
    if "policy" in wanted and parse_document(wanted["policy"]) is not None:
        arguments["Policy"] = compact_json(with_text_conditions(parse_document(wanted["policy"])))
    if params.get("policy_arns"):
        arguments["PolicyArns"] = [{"arn": arn} for arn in params["policy_arns"]]
    if params.get("saml_assertion"):
        operation = WITH_SAML
        arguments.update(PrincipalArn=params["principal_arn"], SAMLAssertion=params["saml_assertion"])
    else:
        arguments["RoleSessionName"] = session_name(wanted)
        if web_identity_token:
            operation = WITH_WEB_IDENTITY
            arguments["WebIdentityToken"] = web_identity_token
            if params.get("web_identity_provider"):
                arguments["ProviderId"] = params["web_identity_provider"]
        else:
            operation = ASSUME_ROLE
            arguments.update(signed_arguments(wanted, params))
    return AssumeRequest(
        operation=operation,
        role_arn=wanted["role_arn"],
        hops=tuple(leading_hops(params)),
        duration_seconds=wanted.get("duration_seconds") or DEFAULT_SESSION,
        arguments=arguments,
    )


def session_name(wanted: Mapping) -> str:
    """Return the session's name: as given, else that of the person behind it, else that of the user who runs this."""
    return wanted.get("session_name") or wanted.get("source_identity") or default_session_name()


def signed_arguments(wanted: Mapping, params: Mapping) -> dict:
    """Return the arguments that only AssumeRole has."""
    arguments: dict = {}
    for option, parameter in (
        ("external_id", "ExternalId"),
        ("mfa_serial", "SerialNumber"),
        ("mfa_token", "TokenCode"),
        ("source_identity", "SourceIdentity"),
    ):
        if wanted.get(option):
            arguments[parameter] = wanted[option]
    if wanted.get("tags"):
        arguments["Tags"] = [{"Key": str(key), "Value": str(value)} for key, value in wanted["tags"].items()]
    if params.get("transitive_tag_keys"):
        arguments["TransitiveTagKeys"] = list(params["transitive_tag_keys"])
    if params.get("provided_contexts"):
        arguments["ProvidedContexts"] = [
            {"ProviderArn": context["provider_arn"], "ContextAssertion": context["context_assertion"]}
            for context in params["provided_contexts"]
        ]
    return arguments
