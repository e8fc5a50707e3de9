# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls that show whether somebody gets in: into a role, at a bucket, or at a resource, by type.

Some have an effect: they are made only where a trust allows it, and evaluated otherwise. What no call shows is
evaluated as well (``EVALUATE``).
"""

from __future__ import annotations

from collections.abc import Iterable

from .._policy.s3.actions import matches
from .._policy.statements.service_rules import ServiceRules
from .._services.rules_registry import SERVICES

ASSUME_ROLE = "assume_role"

GET, LIST, PUT = BUCKET_CALLS = ("s3_get", "s3_list", "s3_put")
"""What proofs do with a bucket, the first of them first."""

BUCKET_ACTIONS = {GET: "s3:GetObject", LIST: "s3:ListBucket", PUT: "s3:PutObject"}
"""What each of them takes."""

PROBE = "xacct-verify-"
"""What the keys of objects begin with that a proof tries to put."""

EVALUATE = "evaluate"
"""Stands for a call where there is none that shows an action and is safe."""


RULES_OF = {call.name: rules for rules in SERVICES.values() for call in rules.proofs}
"""The rules of the type that each call is about, by its name."""

CALLS = {call.name: call for rules in SERVICES.values() for call in rules.proofs}
"""By name, as expectations have it."""


def tried_actions(rules: ServiceRules) -> dict[str, str]:
    """Return the actions of a type that are worth a proof, each with the name of its call.

    Those are the actions of its calls, and the first of every word of ``access``.
    """
    found = {call.action: call.name for call in rules.proofs}
    for granted in rules.access.values():
        first = granted.identity[0]
        if not _is_pattern(first):
            found.setdefault(first, EVALUATE)
    return found


def granted_calls(rules: ServiceRules, actions: Iterable[str]) -> dict[str, str]:
    """Return what of ``tried_actions`` is among the granted actions, which may hold wildcards.

    Where nothing of it is, the first action that is none of a pattern stands for all of them.
    """
    actions = list(actions)
    found = {action: call for action, call in tried_actions(rules).items() if allows(actions, action)}
    if found:
        return found
    return dict.fromkeys([each for each in actions if not _is_pattern(each)][:1], EVALUATE)


def allows(granted: Iterable[str], action: str) -> bool:
    """Whether an action is among granted ones, which may hold wildcards. The case does not count."""
    return any(matches(pattern, action) for pattern in granted)


def _is_pattern(action: str) -> bool:
    return "*" in action or "?" in action
