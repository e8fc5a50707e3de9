# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Statements for the policies of a user, group or role: the trusted account's side of a trust."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from ..language.documents import PolicyError, checked_copy, new_document, texts
from ..language.sizes import PolicyTooLarge, policy_size
from ..reference.names import action_errors
from .condition_options import as_list, merged_pieces
from .grant_entry import GrantEntry, errors_of, scalar_or_list
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

    ``assume_roles: [arn, …]`` stands in for actions and resources; its ARNs may be patterns. Session tags and a source
    identity have to be allowed here as well as in the role's trust policy. Raises :class:`PolicyError` with all that is
    wrong.
    """
    reading = _Reading(grant)
    reading.raise_errors()
    return reading.written()


def check_identity_grants(grants: Sequence[Mapping]) -> list[str]:
    """Return everything that is wrong with a list of entries, each error with the name of its entry in front."""
    return errors_of(map(_Reading, grants))


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
    return new_document([{**checked_copy(statement, "Statement"), "Resource": scalar_or_list(resources)}])


class _Reading(GrantEntry):
    """One entry being read."""

    def __init__(self, grant: Mapping) -> None:
        super().__init__(grant)
        self.check_options(IDENTITY_GRANT_OPTIONS)
        if "assume_roles" in self.grant:
            self.actions, self.resources = self._assume_roles()
        else:
            self.errors.extend(
                f"{option}: only together with assume_roles"
                for option in ("session_tags", "source_identity")
                if self.grant.get(option)
            )
            self.actions = self._texts("actions", _ACTION, "an action such as s3:GetObject or s3:Get*")
            self.errors.extend(f"actions: {error}" for error in action_errors(self.actions))
            self.resources = self._texts("resources", _RESOURCE, "an ARN or *")
        self.pieces = self.read_conditions({})
        self.errors.extend(merged_pieces(self.pieces)[1])

    def written(self) -> dict:
        """Return the entry as a statement."""
        sid = own_sid(self.name, SidAlphabet.IAM)
        return self.statement(sid, self.actions, self.resources, self.pieces, "")

    def _assume_roles(self) -> tuple[list, list]:
        self.errors.extend(
            f"{option}: not together with assume_roles" for option in ("actions", "resources") if option in self.grant
        )
        if not self.allows:
            self.errors.append("effect: assume_roles allows; write a Deny with actions and resources")
        wanted = "the ARN of a role, such as arn:aws:iam::111111111111:role/NAME (wildcards allowed)"
        roles = self._texts("assume_roles", _ROLE, wanted)
        more = {"session_tags": "sts:TagSession", "source_identity": "sts:SetSourceIdentity"}
        return ["sts:AssumeRole", *(action for option, action in more.items() if self.grant.get(option))], roles

    def _texts(self, option: str, pattern: re.Pattern, wanted: str) -> list[str]:
        values = as_list(self.grant.get(option, []))
        if not values:
            self.errors.append(f"{option} is empty")
        right = [value for value in values if isinstance(value, str) and pattern.fullmatch(value)]
        self.errors.extend(f"{option}: {value!r} is not {wanted}" for value in values if value not in right)
        return list(dict.fromkeys(right))
