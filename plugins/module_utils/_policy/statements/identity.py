# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Statements for the policies of a user, group or role: the trusted account's side of a trust."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from ..language.documents import PolicyError, checked_copy, conditions_as_text, new_document, texts
from ..language.sizes import PolicyTooLarge, policy_size
from .own_statements import SidAlphabet, own_sid

IDENTITY_GRANT_OPTIONS: dict[str, dict] = {
    "name": {"type": "str", "required": True},
    "effect": {"type": "str", "choices": ["Allow", "Deny"], "default": "Allow"},
    "actions": {"type": "list", "elements": "str"},
    "resources": {"type": "list", "elements": "str"},
    "assume_roles": {"type": "list", "elements": "str"},
    "session_tags": {"type": "bool"},
    "source_identity": {"type": "bool"},
    "conditions": {"type": "dict"},
}
"""The options of one entry by name, each with its piece of an argument spec."""

_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_RESOURCE = re.compile(r"\*|arn:[^\s].*", re.DOTALL)
_ROLE = re.compile(r"arn:aws[a-z0-9-]*:iam::([0-9]{12}|\*):role/[\w+=,.@*?/-]+", re.ASCII)


def identity_statement(grant: Mapping) -> dict:
    """Return the statement of one entry ``{name, actions, resources, conditions, effect}``.

    ``assume_roles: [arn, …]`` stands in for actions and resources. Raises :class:`PolicyError` with all that is wrong.
    """
    errors = _errors(grant)
    if errors:
        raise PolicyError("; ".join(f"{_label(grant, 'grant')}: {error}" for error in errors))
    if grant.get("assume_roles") is not None:
        return assume_roles_statement(
            grant["name"],
            _as_list(grant["assume_roles"]),
            grant.get("conditions"),
            session_tags=bool(grant.get("session_tags")),
            source_identity=bool(grant.get("source_identity")),
        )
    statement = {
        "Sid": own_sid(grant["name"], SidAlphabet.IAM),
        "Effect": grant.get("effect") or "Allow",
        "Action": _scalar_or_list(grant["actions"]),
        "Resource": _scalar_or_list(grant["resources"]),
    }
    return _with_conditions(statement, grant.get("conditions"))


def check_identity_grants(grants: list[Mapping]) -> list[str]:
    """Return everything that is wrong with a list of entries, each error with the name of its entry in front."""
    found = []
    names: list[str] = []
    for index, grant in enumerate(grants):
        label = _label(grant, f"grants[{index}]")
        found.extend(f"{label}: {error}" for error in _errors(grant))
        names.append(label)
        if names.count(label) == 2:
            found.append(f"{label}: two grants have this name; a name is one statement, give each its own")
    return found


def assume_roles_statement(
    name: str,
    role_arns: list[str],
    conditions: dict | None = None,
    *,
    session_tags: bool = False,
    source_identity: bool = False,
) -> dict:
    """Return the statement that lets an identity assume roles, or roles that match a pattern (``arn:…::*:role/NAME``).

    Session tags and a source identity have to be allowed here as well as in the role's trust policy.
    """
    errors = _role_errors(role_arns)
    if errors:
        raise PolicyError("; ".join(f"{name}: {error}" for error in errors))
    actions = ["sts:AssumeRole"]
    if session_tags:
        actions.append("sts:TagSession")
    if source_identity:
        actions.append("sts:SetSourceIdentity")
    statement = {
        "Sid": own_sid(name, SidAlphabet.IAM),
        "Effect": "Allow",
        "Action": _scalar_or_list(actions),
        "Resource": _scalar_or_list(role_arns),
    }
    return _with_conditions(statement, conditions)


def split_by_size(statement: dict, limit: int) -> list[dict]:
    """Return documents of at most ``limit`` characters that share the statement's Resource list between them.

    Each holds the statement with the next part of the list, as much as fits, in the order given: a resource that is
    added at the end changes the last document only. Raises :class:`sizes.PolicyTooLarge` if one resource does not fit.
    """
    resources = list(dict.fromkeys(texts(statement.get("Resource", []), "Resource")))
    if not resources:
        raise PolicyError("the statement has no Resource to share out")
    frame = policy_size(_part(statement, []), "characters")
    parts: list[list[str]] = []
    size = limit
    for resource in resources:
        length = len(json.dumps(resource, ensure_ascii=False))
        size += length + len(",")
        if size > limit:
            parts.append([])
            size = frame + length
            _check_alone(statement, resource, limit)
        parts[-1].append(resource)
    return [_part(statement, part) for part in parts]


def _check_alone(statement: dict, resource: str, limit: int) -> None:
    size = policy_size(_part(statement, [resource]), "characters")
    if size > limit:
        raise PolicyTooLarge(f"a policy with {resource} alone", size, limit, "characters")


def _part(statement: dict, resources: list[str]) -> dict:
    return new_document([{**checked_copy(statement, "Statement"), "Resource": _scalar_or_list(resources)}])


def _errors(grant: Mapping) -> list[str]:
    errors = []
    given = {key: value for key, value in grant.items() if value is not None}
    if not isinstance(given.get("name"), str) or not given["name"].strip():
        errors.append(f"name must be a non-empty string, not {given.get('name')!r}")
    errors.extend(
        f"{option} is not an option of a grant ({', '.join(IDENTITY_GRANT_OPTIONS)})"
        for option in given
        if option not in IDENTITY_GRANT_OPTIONS
    )
    if given.get("effect", "Allow") not in ("Allow", "Deny"):
        errors.append(f"effect: Allow or Deny, not {given['effect']!r}")
    if "assume_roles" in given:
        errors.extend(
            f"{option}: not together with assume_roles" for option in ("actions", "resources") if option in given
        )
        if given.get("effect", "Allow") != "Allow":
            errors.append("effect: assume_roles allows; write a Deny with actions and resources")
        errors.extend(f"assume_roles: {error}" for error in _role_errors(_as_list(given["assume_roles"])))
    else:
        errors.extend(
            f"{option}: only together with assume_roles"
            for option in ("session_tags", "source_identity")
            if given.get(option)
        )
        errors.extend(_list_errors(given, "actions", _ACTION, "an action such as s3:GetObject or s3:Get*"))
        errors.extend(_list_errors(given, "resources", _RESOURCE, "an ARN or *"))
    try:
        _with_conditions({}, given.get("conditions"))
    except PolicyError as error:
        errors.append(f"conditions: {error}")
    return errors


def _list_errors(given: dict, option: str, pattern: re.Pattern, wanted: str) -> list[str]:
    values = _as_list(given.get(option, []))
    if not values:
        return [f"{option} is empty"]
    return [
        f"{option}: {value!r} is not {wanted}"
        for value in values
        if not isinstance(value, str) or not pattern.fullmatch(value)
    ]


def _role_errors(role_arns: list) -> list[str]:
    if not role_arns:
        return ["there is no role to assume"]
    return [
        f"{value!r} is not the ARN of a role, such as arn:aws:iam::111111111111:role/NAME (wildcards allowed)"
        for value in role_arns
        if not isinstance(value, str) or not _ROLE.fullmatch(value)
    ]


def _with_conditions(statement: dict, conditions: object) -> dict:
    if not conditions:
        return statement
    if not isinstance(conditions, dict):
        raise PolicyError("an object {OPERATOR: {KEY: VALUES}}")
    copy = checked_copy(conditions, "conditions")
    for operator, keys in copy.items():
        if not isinstance(keys, dict) or not keys:
            raise PolicyError(f"{operator} is an object {{KEY: VALUES}}")
        for key, values in keys.items():
            texts(values, f"{operator}.{key}")
    return {**statement, "Condition": conditions_as_text(copy)}


def _label(grant: Mapping, otherwise: str) -> str:
    name = grant.get("name")
    return name if isinstance(name, str) and name.strip() else otherwise


def _as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]


def _scalar_or_list(values: object) -> object:
    unique = list(dict.fromkeys(_as_list(values)))
    return unique[0] if len(unique) == 1 else unique
