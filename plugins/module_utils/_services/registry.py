# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The adapter for a resource.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .._aws.calls.errors import AwsError
from .._policy.language.principals import Arn, parse_arn
from .._policy.statements.service_rules import POLICY, ServiceRules
from .adapters import ADAPTERS
from .resource_policy import ResourcePolicy
from .rules_registry import rules_of_arn

if TYPE_CHECKING:
    from .._aws.sessions.connection import Account


def resource_arn(account: Account, rules: ServiceRules, resource: str, options: Mapping) -> Arn:
    """Return the ARN of what a user calls a resource. Raises `AwsError`.

    A name means one in the account of the credentials, in their region.
    """
    return rules.part(_whole_arn(account, rules, resource, options), options)


def _whole_arn(account: Account, rules: ServiceRules, resource: str, options: Mapping) -> Arn:
    if resource.startswith("arn:"):
        return ADAPTERS[rules.type][POLICY].of_arn(account, rules, parse_arn(resource), options)
    if not rules.needs_account:
        return rules.arn(resource, "", "", account.partition)
    if not account.region:
        raise AwsError(
            f"{rules.title} {resource}: no region is set",
            code="NoRegionError",
            hint="Set region, AWS_REGION, or a region in the profile, or write the ARN.",
        )
    if not rules.name_gives_arn:
        return ADAPTERS[rules.type][POLICY].find(account, rules, resource, options)
    account_id = account.known_account_id or account.account_id
    return rules.arn(resource, account.region, account_id, account.partition)


def carriers(account: Account, rules: ServiceRules, arn: Arn, options: Mapping) -> dict[str, ResourcePolicy]:
    """Return what holds the grants on a resource, by way of granting. No call is made."""
    return {way: ADAPTERS[rules.type][way](account, rules, arn, options) for way in rules.ways}


def policy_of(account: Account, arn: Arn) -> ResourcePolicy | None:
    """Return the policy of the resource that an ARN names, None when no adapter is for it. No call is made."""
    rules = rules_of_arn(arn)
    return ADAPTERS[rules.type][POLICY](account, rules, arn, {}) if rules else None
