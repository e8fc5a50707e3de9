# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of `xacct_assume`, and everything that can be wrong with them before anything is called.

Private to this collection.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from ..._aws.files.regular_files import TOKEN_BYTES, read_regular, said
from ..._aws.sessions import hops
from ..._border.redaction import remember_secrets
from ..._policy.language.documents import PolicyError, compact_json, parse_document, with_text_conditions
from ..._policy.language.principals import Arn, parse_arn
from ..task import TaskError
from . import limits
from .request import leading_hops, role_options

DEFAULT_MIN_TTL = 900

ARGUMENT_SPEC = {
    "role_arn": {"type": "str"},
    "session_name": {"type": "str"},
    "external_id": {"type": "str"},
    "duration_seconds": {"type": "int"},
    "mfa_serial": {"type": "str"},
    "mfa_token": {"type": "str", "no_log": True},
    "policy": {"type": "json"},
    "policy_arns": {"type": "list", "elements": "str"},
    "tags": {"type": "dict"},
    "transitive_tag_keys": {"type": "list", "elements": "str", "no_log": False},
    "source_identity": {"type": "str"},
    "provided_contexts": {
        "type": "list",
        "elements": "dict",
        "options": {
            "provider_arn": {"type": "str", "required": True},
            "context_assertion": {"type": "str", "required": True, "no_log": True},
        },
    },
    "web_identity_token": {"type": "str", "no_log": True},
    "web_identity_token_file": {"type": "path", "no_log": False},
    "web_identity_provider": {"type": "str"},
    "saml_assertion": {"type": "str", "no_log": True},
    "principal_arn": {"type": "str"},
    "write_profile": {
        "type": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "file": {"type": "path"},
            "region": {"type": "str"},
            "take_over": {"type": "bool", "default": False},
        },
    },
    "cache": {"type": "bool", "default": False},
    "cache_dir": {"type": "path", "default": "~/.ansible/xacct"},
    "min_ttl": {"type": "int"},
    "console_url": {"type": "bool", "default": False},
    "console_destination": {"type": "str"},
    "console_duration": {"type": "int"},
    "signin_endpoint": {"type": "str"},
    "propagation_timeout": {"type": "int", "default": 0},
}

RULES = {
    "required_together": [("mfa_serial", "mfa_token"), ("saml_assertion", "principal_arn")],
    "mutually_exclusive": [("web_identity_token", "web_identity_token_file", "saml_assertion")],
    "required_one_of": [("role_arn", "assume_role")],
}

ONLY_WITH_ASSUME_ROLE = (
    "assume_role",
    "external_id",
    "mfa_serial",
    "tags",
    "transitive_tag_keys",
    "source_identity",
    "provided_contexts",
)
"""What a web identity and a SAML assertion leave no room for: they say it themselves, or nobody signs the call."""


def check_assume(params: Mapping) -> list[str]:
    """Return every error in the options of `xacct_assume`."""
    wanted = role_options(params)
    if not wanted.get("role_arn"):
        return ["role_arn or at least one hop in assume_role is needed: which role is to be assumed?"]
    errors = role_errors(wanted["role_arn"])
    role = None if errors else parse_arn(wanted["role_arn"])
    errors += double_errors(params)
    errors += source_errors(params, role)
    for option in hops.TEXTS:
        errors += hops.text_errors(option, wanted.get(option))
    for option in limits.LENGTHS:
        errors += limits.length_errors(option, params.get(option))
    errors += time_errors(params, wanted)
    errors += policy_errors(params, wanted, role)
    tags = wanted.get("tags") or {}
    errors += hops.tag_errors(tags)
    errors += limits.session_tag_errors(tags, params.get("transitive_tag_keys") or [])
    errors += context_errors(params.get("provided_contexts") or [])
    errors += profile_errors(params.get("write_profile"))
    return errors


def role_errors(role_arn: str) -> list[str]:
    """Return what is wrong with a role's ARN."""
    session = re.fullmatch(r"arn:([a-z-]+):sts::(\d{12}):assumed-role/([^/]+)/.*", role_arn)
    if session:
        role = "arn:{}:iam::{}:role/{}".format(*session.groups())
        return [f"role_arn {role_arn} is a session of a role; the role itself is {role} (with its path, if it has one)"]
    return hops.role_arn_errors("role_arn", role_arn)


def double_errors(params: Mapping) -> list[str]:
    """Return contradictions between the module's options and the last hop's, when that hop is the wanted role."""
    hop_options = params.get("assume_role") or []
    if params.get("role_arn") is not None or not hop_options:
        return []
    return [
        f"{option} is given twice and differently: in the last hop of assume_role and beside it"
        for option, value in role_options(params).items()
        if hop_options[-1].get(option) is not None and hop_options[-1][option] != value
    ]


def source_errors(params: Mapping, role: Arn | None) -> list[str]:
    """Return what does not go together with a web identity or a SAML assertion."""
    errors = []
    by_token = params.get("web_identity_token") is not None or params.get("web_identity_token_file") is not None
    by_assertion = params.get("saml_assertion") is not None
    if by_token or by_assertion:
        kind = "a web identity" if by_token else "a SAML assertion"
        errors += [
            f"{option} can't be used with {kind}: AWS takes it with AssumeRole only"
            for option in ONLY_WITH_ASSUME_ROLE
            if params.get(option)
        ]
        expected = params.get("expected_account_id")
        if role and expected and expected != role.account_id:
            errors.append(f"expected_account_id is {expected}, but the role is in account {role.account_id}")
    if by_assertion and params.get("session_name"):
        errors.append("session_name can't be used with a SAML assertion: AWS takes it from the assertion")
    if params.get("web_identity_provider") and not by_token:
        errors.append("web_identity_provider belongs to web_identity_token or web_identity_token_file")
    if params.get("web_identity_token_file"):
        try:
            token = read_token(params["web_identity_token_file"])
        except TaskError as error:
            errors.append(str(error))
        else:
            errors += limits.length_errors("web_identity_token", token)
    return errors


def read_token(path: str) -> str:
    """Return the token that a file holds, without the line's end. Raises `TaskError` for what is no such file."""
    try:
        token = read_regular(os.path.expanduser(path), TOKEN_BYTES).strip()
        remember_secrets([token])
        return token
    except OSError as error:
        why = said(error, path)
    except UnicodeDecodeError:
        why = f"{path} is not UTF-8 text"
    raise TaskError(f"web_identity_token_file can't be read: {why}")


def time_errors(params: Mapping, wanted: Mapping) -> list[str]:
    """Return what is wrong with the times that are asked for."""
    is_chained = bool(leading_hops(params))
    duration = wanted.get("duration_seconds")
    errors = hops.duration_errors(duration, chained=is_chained)
    min_ttl = params.get("min_ttl")
    if min_ttl is not None and not 0 <= min_ttl < (duration or limits.DEFAULT_SESSION):
        errors.append(
            f"min_ttl must be shorter than the session, which lasts {duration or limits.DEFAULT_SESSION} seconds, and "
            f"not negative: with {min_ttl} no session would ever be used again"
        )
    console = params.get("console_duration")
    shortest, longest = hops.SHORTEST_DURATION, hops.LONGEST_DURATION
    if console is not None and not shortest <= console <= longest:
        errors.append(f"console_duration must be {shortest} to {longest}, not {console}")
    if console is not None and is_chained:
        errors.append("console_duration can't be asked for when the role is assumed through a hop: AWS refuses it")
    if not params.get("console_url"):
        errors += [
            f"{option} is of use with console_url: true only"
            for option in ("console_duration", "console_destination")
            if params.get(option) is not None
        ]
    if (params.get("propagation_timeout") or 0) < 0:
        errors.append("propagation_timeout is a number of seconds, 0 or more")
    return errors


def policy_errors(params: Mapping, wanted: Mapping, role: Arn | None) -> list[str]:
    """Return what is wrong with the session policy and the managed policies beside it."""
    errors = []
    try:
        document = with_text_conditions(parse_document(wanted.get("policy")))
    except PolicyError as error:
        errors.append(f"policy: {error}")
        document = None
    if document is not None:
        text = compact_json(document)
        if len(text) > limits.LONGEST_SESSION_POLICY:
            errors.append(
                f"policy has {len(text)} characters without whitespace; a session policy has at most "
                f"{limits.LONGEST_SESSION_POLICY}"
            )
        if not limits.POLICY_CHARACTERS.fullmatch(text):
            errors.append("policy has characters outside of Latin-1, which STS does not accept")
    arns = params.get("policy_arns") or []
    if len(arns) > limits.MOST_POLICY_ARNS:
        errors.append(f"policy_arns has {len(arns)} entries; a session takes at most {limits.MOST_POLICY_ARNS}")
    for position, text in enumerate(arns):
        errors += policy_arn_errors(text, role)
        if text in arns[:position]:
            errors.append(f"policy_arns names {text} twice")
    return errors


def policy_arn_errors(text: str, role: Arn | None) -> list[str]:
    """Return what is wrong with the ARN of a managed session policy, which the role's account has to have."""
    try:
        arn = parse_arn(text)
    except PolicyError:
        arn = None
    if arn is None or arn.service != "iam" or not arn.resource.startswith("policy/"):
        return [f"policy_arns: '{text}' is not the ARN of a managed policy (arn:aws:iam::aws:policy/ReadOnlyAccess)"]
    if role and (arn.account_id not in ("aws", role.account_id) or arn.partition != role.partition):
        return [
            f"policy_arns: {text} has to be AWS's own or to belong to the role's account "
            f"{role.account_id} (partition {role.partition})"
        ]
    return []


def context_errors(contexts: list[Mapping]) -> list[str]:
    """Return what is wrong with the provided contexts (of identity providers that AWS trusts)."""
    errors = []
    if len(contexts) > limits.MOST_CONTEXTS:
        errors.append(f"provided_contexts has {len(contexts)} entries; at most {limits.MOST_CONTEXTS} are allowed")
    for context in contexts:
        try:
            parse_arn(context["provider_arn"])
        except PolicyError as error:
            errors.append(f"provided_contexts: provider_arn '{context['provider_arn']}': {error}")
    return errors


def profile_errors(profile: Mapping | None) -> list[str]:
    """Return what is wrong with the profile to be written."""
    if profile is None:
        return []
    name = profile["name"]
    if not name.strip() or name != name.strip() or re.search(r"[\[\]\x00-\x1f]", name):
        return [f"write_profile: the name '{name}' can't be a section of a credentials file"]
    return []


def useful_life(params: Mapping, duration_seconds: int) -> int:
    """Return how many seconds a kept session must still live to be used again: half of a short session at most."""
    given = params.get("min_ttl")
    return given if given is not None else min(DEFAULT_MIN_TTL, duration_seconds // 2)
