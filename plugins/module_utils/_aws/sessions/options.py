# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options: those that users of `amazon.aws` know, with the same names, aliases, fallbacks and refusals.

Beside them `assume_role` (hops) and `expected_account_id`. Nothing here makes a call or reads a file.
Private to this collection.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ansible.module_utils.basic import env_fallback

from ..._border.texts import one_line
from ..calls.errors import AwsError
from .hops import HOP_ARGUMENTS, Hop, hop_errors, read_hops
from .key_errors import key_error

CONNECTION_ARGUMENTS = {
    "access_key": {
        "type": "str",
        "aliases": ["aws_access_key_id", "aws_access_key"],
        "fallback": (env_fallback, ["AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"]),
        "no_log": False,
    },
    "secret_key": {
        "type": "str",
        "aliases": ["aws_secret_access_key", "aws_secret_key"],
        "fallback": (env_fallback, ["AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"]),
        "no_log": True,
    },
    "session_token": {
        "type": "str",
        "aliases": ["aws_session_token"],
        "fallback": (env_fallback, ["AWS_SESSION_TOKEN"]),
        "no_log": True,
    },
    "profile": {
        "type": "str",
        "aliases": ["aws_profile"],
        "fallback": (env_fallback, ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]),
    },
    "region": {
        "type": "str",
        "aliases": ["aws_region"],
        "fallback": (env_fallback, ["AWS_REGION", "AWS_DEFAULT_REGION"]),
    },
    "endpoint_url": {
        "type": "str",
        "aliases": ["aws_endpoint_url"],
        "fallback": (env_fallback, ["AWS_URL"]),
    },
    "aws_ca_bundle": {
        "type": "path",
        "fallback": (env_fallback, ["AWS_CA_BUNDLE"]),
    },
    "validate_certs": {"type": "bool", "default": True},
    "aws_config": {"type": "dict"},
    "assume_role": {"type": "list", "elements": "dict", "options": HOP_ARGUMENTS},
    "expected_account_id": {"type": "str"},
}
"""Argument spec of the connection; `doc_fragments/connection.py` documents it."""

_HOSTS_OF_AWS = re.compile(
    r"(.+\.)?(amazonaws\.(com|com\.cn|eu)|api\.aws|api\.amazonwebservices\.com\.cn|c2s\.ic\.gov|sc2s\.sgov\.gov"
    r"|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)
_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)


@dataclass(frozen=True)
class ConnectionOptions:
    """The connection options of one task, checked. `repr` shows no secret.

    `verify` is what botocore takes: False, the path of a CA bundle, or None for its own rules.
    `aws_config` is JSON text, so that the whole is hashable.
    """

    profile: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    session_token: str | None = field(default=None, repr=False)
    region: str | None = None
    endpoint_url: str | None = None
    verify: bool | str | None = None
    aws_config: str | None = field(default=None, repr=False)
    hops: tuple[Hop, ...] = ()
    expected_account_id: str | None = None


def read_options(params: Mapping, warn: Callable[[str], None]) -> ConnectionOptions:
    """Return the checked options of a task's parameters; other parameters are ignored.

    An empty string is "not given", which is how an option is kept from its environment variable.
    Raises AwsError with everything that contradicts itself.
    """
    errors = [
        *_key_errors(params),
        *_endpoint_errors(params.get("endpoint_url")),
        *hop_errors(params.get("assume_role")),
        *_expected_account_errors(params),
    ]
    if errors:
        raise AwsError(_all_of(errors), code="InvalidConnection")
    access_key = params.get("access_key") or None
    validate_certs = params.get("validate_certs")
    verify = params.get("aws_ca_bundle") or None
    config = params.get("aws_config")
    return ConnectionOptions(
        profile=params.get("profile") or None,
        access_key=access_key,
        secret_key=(params.get("secret_key") or None) if access_key else None,
        session_token=_session_token(params, warn) if access_key else None,
        region=params.get("region") or None,
        endpoint_url=params.get("endpoint_url") or None,
        verify=False if validate_certs is False else verify,
        aws_config=json.dumps(config, sort_keys=True) if config else None,
        hops=read_hops(params.get("assume_role")),
        expected_account_id=params.get("expected_account_id") or None,
    )


def is_aws_endpoint(url: str) -> bool:
    """Say whether an address is one of AWS's own, in any partition."""
    return _HOSTS_OF_AWS.fullmatch(urlsplit(url).hostname or "") is not None


def _key_errors(params: Mapping) -> list[str]:
    """The refusals of `amazon.aws` (the first in its words), and half a pair of keys before botocore meets it."""
    keys = [name for name in ("access_key", "secret_key", "session_token") if params.get(name)]
    if params.get("profile") and keys:
        sources = [f"{name} is set{_from_environment(name, params[name])}" for name in ("profile", *keys)]
        return [
            f"Passing both a profile and access tokens is not supported. Here {', '.join(sources)}. Set the one that "
            'is not meant to an empty string, for instance profile: ""'
        ]
    if ("access_key" in keys) != ("secret_key" in keys):
        given, missing = ("access_key", "secret_key") if "access_key" in keys else ("secret_key", "access_key")
        return [f"{given} is set{_from_environment(given, params[given])} but {missing} is not: give both or neither"]
    return [
        f"{error}{_from_environment(name, params[name])}"
        for name, error in ((name, key_error(name, params[name])) for name in keys)
        if error
    ]


def _endpoint_errors(url: str | None) -> list[str]:
    """What botocore and the HTTP library would stumble over later; a password in it is not quoted."""
    if not url:
        return []
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if whole and re.fullmatch(r"[\x21-\x7e]+", url):
        return []
    return ["endpoint_url must be a URL like https://s3.example.com or http://127.0.0.1:4566, without blanks"]


def _from_environment(name: str, value: object) -> str:
    """Name the environment variable that an option's value comes from, as far as one can tell."""
    for variable in CONNECTION_ARGUMENTS[name]["fallback"][1]:
        if os.environ.get(variable) == value:
            return f" (as in {variable})"
    return ""


def _session_token(params: Mapping, warn: Callable[[str], None]) -> str | None:
    """Return the session token, but not one that the environment holds for another access key.

    Keys in the task and AWS_SESSION_TOKEN left over in the environment are the classic mix: AWS refuses the pair as
    an invalid token.
    """
    token = params.get("session_token") or None
    keys_there = [os.environ.get(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY") if os.environ.get(name)]
    if token and token == os.environ.get("AWS_SESSION_TOKEN") and keys_there and keys_there[0] != params["access_key"]:
        warn("AWS_SESSION_TOKEN belongs to the access key in the environment, not to access_key: it is not used")
        return None
    return token


def _expected_account_errors(params: Mapping) -> list[str]:
    expected = params.get("expected_account_id")
    if not expected:
        return []
    if not isinstance(expected, str) or not _ACCOUNT_ID.fullmatch(expected):
        return [
            f"expected_account_id must be the 12 digits of an account ID in quotes, not {expected!r}: YAML takes a "
            "number for a number, and one that begins with 0 for an octal one"
        ]
    hops = params.get("assume_role") or []
    last_role = hops[-1].get("role_arn") if hops else None
    parts = last_role.split(":") if isinstance(last_role, str) else []
    if len(parts) > 4 and _ACCOUNT_ID.fullmatch(parts[4]) and parts[4] != expected:
        return [f"the last role of assume_role is in account {parts[4]}, but expected_account_id is {expected}"]
    return []


def _all_of(errors: list[str]) -> str:
    if len(errors) == 1:
        return errors[0]
    return f"{len(errors)} errors in the connection options:" + "".join(f"\n- {one_line(error)}" for error in errors)
