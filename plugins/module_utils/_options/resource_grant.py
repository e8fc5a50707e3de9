# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of `xacct_resource_grant`, everything that is wrong with them, and what they declare.

Pure. Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .._policy.language.documents import PolicyError
from .._policy.language.principals import Arn, parse_arn
from .._policy.statements.resource import (
    RESOURCE_GRANT_OPTIONS,
    check_resource_grants,
    resource_statement,
)
from .._policy.statements.service_rules import ServiceRules
from .._services.rules_registry import SERVICES, rules_for
from .declared_grants import GRANT_LIST_ARGUMENTS, GRANT_STATE, DeclaredGrants, check_grant_list, declare

_ONLY_SOME = {name: spec for rules in SERVICES.values() for name, spec in rules.options.items()}
_ONLY_SOME_GRANTS = {name: spec for rules in SERVICES.values() for name, spec in rules.grant_options.items()}

ARGUMENT_SPEC = {
    "type": {"type": "str", "choices": list(SERVICES)},
    "resource": {"type": "str", "required": True},
    "grants": {
        "type": "list",
        "elements": "dict",
        "options": {**RESOURCE_GRANT_OPTIONS, **_ONLY_SOME_GRANTS, **GRANT_STATE},
    },
    **_ONLY_SOME,
    **GRANT_LIST_ARGUMENTS,
}


def declared_grants(params: Mapping, rules: ServiceRules, arn: Arn) -> dict[str, DeclaredGrants]:
    """Return what the options declare, by way of granting.

    A grant is present in its own way and absent in the others. Without `grants`, `state: absent` takes all own
    statements away.
    """
    return {way: _declared(params, rules, arn, way) for way in rules.ways}


def _declared(params: Mapping, rules: ServiceRules, arn: Arn, way: str) -> DeclaredGrants:
    def statements(grant: Mapping) -> list[dict]:
        if (grant.get("via") or rules.ways[0]) != way:
            return []
        return rules.split(grant, resource_statement(grant, rules, arn))

    return declare(params, rules.sids, statements, rules.merge)


def check(params: Mapping) -> list[str]:
    """Return every error in the options, each naming its option."""
    errors: list[str] = []
    arn: Arn | None = None
    rules: ServiceRules | None
    try:
        rules = rules_for(params["resource"], params["type"])
        arn = parse_arn(params["resource"]) if params["resource"].startswith("arn:") else None
    except PolicyError as error:
        errors.append(f"resource: {error}")
        rules = SERVICES.get(params["type"] or "")
    else:
        errors.extend([*_check_account(params, arn), *rules.check_options(params["resource"], params)])
    if rules is None:
        return errors
    return [
        *errors,
        *_check_other_options(params, rules),
        *check_grant_list(params, lambda grants: check_resource_grants(grants, rules, params["allow_public"], arn)),
    ]


def _check_account(params: Mapping, arn: Arn | None) -> Iterator[str]:
    expected = params.get("expected_account_id")
    owner = arn.account_id if arn else ""
    if owner and expected and owner != expected:
        yield (
            f"resource: only the owner's own credentials can change its policy, but it belongs to account {owner} and "
            f"the credentials must belong to {expected} (expected_account_id)"
        )


def _check_other_options(params: Mapping, rules: ServiceRules) -> Iterator[str]:
    for name in _ONLY_SOME:
        if params.get(name) is not None and name not in rules.options:
            yield f"{name}: {rules.type} has no such option"
