# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of `xacct_role`, and everything that is wrong with them before a call is made.

Limits of names, paths and tags are those of IAM's API model.
Private to this collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .._policy.language.grammar import NO_STATEMENT, identity_policy_errors
from .._policy.statements.trust import TRUSTED_GRANT_OPTIONS, check_trusted

ARGUMENT_SPEC = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "path": {"type": "str"},
    "description": {"type": "str"},
    "max_session_duration": {"type": "int"},
    "permissions_boundary": {"type": "str"},
    "managed_policies": {"type": "list", "elements": "str"},
    "purge_managed_policies": {"type": "bool", "default": False},
    "inline_policies": {"type": "dict"},
    "purge_inline_policies": {"type": "bool", "default": False},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": False},
    "trusted": {
        "type": "list",
        "elements": "dict",
        "options": {
            **{name: option for name, option in TRUSTED_GRANT_OPTIONS.items() if name != "allow_anyone"},
            "principals": {"type": "list", "elements": "raw"},
            "generate_external_id": {"type": "bool", "default": False},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
    },
    "purge_trusted": {"type": "bool", "default": True},
    "allow_anyone": {"type": "bool", "default": False},
    "take_over": {"type": "bool", "default": False},
    "propagation_timeout": {"type": "int"},
}

MANAGED_BY = "xacct:managed-by"
"""Tag key that says who made a role or policy; its value is `MANAGER`."""
MANAGER = "xacct.aws"

MODULE_WORDS = ("state", "generate_external_id")
"""Options of a `trusted` entry that are not part of its statement."""
EXTERNAL_ID_BYTES = 24
ANY_EXTERNAL_ID = "xacct:generated-when-applied".ljust(32, ".")
"""Stands in a statement for an external ID that is to be generated, and is as long as one (base64 of the bytes)."""

_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_POLICY_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_PATH = re.compile(r"/|/([!-.0-~]+/)+")
_POLICY_ARN = re.compile(r"arn:([^:]+):iam::(aws|[0-9]{12}):policy/[!-~]+")
_DESCRIPTION = re.compile(r"[\t\n\r\x20-\x7e\xa1-\xff]{0,1000}")
_TAG_CHARACTERS = re.compile(r"[\w\s.:/=+\-@]*")
_AWS_PATHS = ("/aws-service-role/", "/aws-reserved/")
MAX_TAGS = 50


def check(params: Mapping) -> list[str]:
    """Return every error in the options, each naming its option."""
    return [
        *_check_identity(params),
        *_check_attributes(params),
        *_check_managed_policies(params),
        *_check_inline_policies(params),
        *_check_tags(params),
        *_check_trusted(params),
    ]


def statement_options(grant: Mapping, allow_anyone: bool) -> dict:
    """Return what an entry of `trusted` says about its statement."""
    options = {name: value for name, value in grant.items() if name not in MODULE_WORDS}
    if grant.get("generate_external_id"):
        options["external_id"] = ANY_EXTERNAL_ID
    return {**options, "allow_anyone": allow_anyone}


def policy_owner(arn: str) -> tuple[str, str] | None:
    """Return partition and account (`aws` for AWS's own) of a managed policy, None for what is not the ARN of one."""
    match = _POLICY_ARN.fullmatch(arn)
    return (match[1], match[2]) if match else None


def refused_role(name: str, path: str | None) -> str | None:
    """Say why a role cannot be changed by anybody but AWS, None when it can."""
    if path and path.startswith(_AWS_PATHS[0]):
        return (
            f"role {name} is a service-linked role ({path}): only its service can change it, and it is removed through "
            "that service"
        )
    if path and path.startswith(_AWS_PATHS[1]):
        return (
            f"role {name} is reserved by AWS ({path}): change the permission set in IAM Identity Center, which makes "
            "and updates this role"
        )
    return None


def _check_identity(params: Mapping) -> Iterator[str]:
    name, path = params["name"], params.get("path")
    if not _NAME.fullmatch(name):
        yield f"name: {name!r} is not a role's name: 1 to 64 of A-Z a-z 0-9 _ + = , . @ - (the path goes into path)"
    if path is not None and not (_PATH.fullmatch(path) and len(path) <= 512):
        yield (
            f"path: {path!r} is not a path: / or /…/ with a slash at both ends and single ones between, at most 512 "
            "characters"
        )
    if refused_role(name, path):
        yield f"path: {refused_role(name, path)}"


def _check_attributes(params: Mapping) -> Iterator[str]:
    description = params.get("description")
    if description is not None and not _DESCRIPTION.fullmatch(description):
        yield "description: at most 1,000 characters of Latin-1 without control characters"
    duration = params.get("max_session_duration")
    if duration is not None and not 3_600 <= duration <= 43_200:
        yield f"max_session_duration: {duration} is not between 3600 and 43200 seconds (1 to 12 hours)"
    boundary = params.get("permissions_boundary")
    if boundary:
        yield from _check_policy_arn("permissions_boundary", boundary)
    timeout = params.get("propagation_timeout")
    if timeout is not None and timeout < 0:
        yield f"propagation_timeout: {timeout} is not a number of seconds from 0"


def _check_managed_policies(params: Mapping) -> Iterator[str]:
    arns = params.get("managed_policies") or []
    for arn in arns:
        yield from _check_policy_arn("managed_policies", arn)
    for arn in sorted({arn for arn in arns if arns.count(arn) > 1}):
        yield f"managed_policies: {arn} is listed twice"


def _check_policy_arn(option: str, text: str) -> Iterator[str]:
    if policy_owner(text) is None:
        name = text.rpartition("/")[2]
        yield (
            f"{option}: {text!r} is not the ARN of a managed policy: write arn:aws:iam::aws:policy/{name} for one of "
            f"AWS's own, arn:aws:iam::ACCOUNT_ID:policy/{name} for one of the account's"
        )


def _check_inline_policies(params: Mapping) -> Iterator[str]:
    for name, document in (params.get("inline_policies") or {}).items():
        where = f"inline_policies: {name}"
        if not _POLICY_NAME.fullmatch(name):
            yield f"inline_policies: {name!r} is not a policy's name: 1 to 128 of A-Z a-z 0-9 _ + = , . @ -"
        for error in identity_policy_errors(document):
            hint = "; to remove the policy leave it out and purge" if error == NO_STATEMENT else ""
            yield f"{where}: {error}{hint}"


def _check_tags(params: Mapping) -> Iterator[str]:
    tags = params.get("tags") or {}
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            yield f"tags: {key}: keys that begin with aws: belong to AWS"
        elif key == MANAGED_BY:
            yield f"tags: {key} is set by this module"
        elif not 1 <= len(key) <= 128 or not _TAG_CHARACTERS.fullmatch(key):
            yield f"tags: {key!r} is not a tag's key: 1 to 128 letters, digits, spaces and _ . : / = + - @"
        if isinstance(value, (dict, list)) or value is None:
            yield f"tags: {key}: a tag's value is text"
        elif len(str(value)) > 256 or not _TAG_CHARACTERS.fullmatch(str(value)):
            yield f"tags: {key}: a value has at most 256 letters, digits, spaces and _ . : / = + - @"
    if len(tags) >= MAX_TAGS:
        yield f"tags: {len(tags)} tags, and a role takes {MAX_TAGS}, one of them this module's own"
    for key in sorted(tags):
        same = [other for other in tags if other.lower() == key.lower() and other > key]
        if same:
            yield f"tags: {key} and {same[0]} are one key to IAM, which does not tell upper from lower case"


def _check_trusted(params: Mapping) -> Iterator[str]:
    trusted = params.get("trusted")
    if trusted is None:
        if params["state"] == "absent" and not params["purge_trusted"]:
            yield "trusted: list the statements to remove (purge_trusted is false), or set purge_trusted: true"
        return
    for grant in trusted:
        if grant.get("generate_external_id") and grant.get("external_id") is not None:
            yield f"trusted: {grant['name']}: either external_id or generate_external_id, not both"
    if params["state"] == "absent":
        return
    wanted = [grant for grant in trusted if grant["state"] == "present"]
    anyone = params["allow_anyone"]
    yield from (f"trusted: {error}" for error in check_trusted([statement_options(grant, anyone) for grant in wanted]))
    names = [grant["name"] for grant in wanted]
    for grant in trusted:
        if grant["state"] == "absent" and grant["name"] in names:
            yield f"trusted: {grant['name']}: present and absent at once"
    if not wanted and params["purge_trusted"]:
        yield (
            "trusted: nobody would be left, and IAM accepts no trust policy without a statement: name a principal, or "
            "remove the role with state: absent"
        )
