# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a trust with ``resource:`` opens: one resource in each trusting account and region, of any type with rules."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ...._expectations.proof_calls import EVALUATE, granted_calls, tried_actions
from ...._policy.kms.required_access import taken_on_key
from ...._policy.language.principals import Arn, parse_arn
from ...._policy.s3.actions import matches
from ...._policy.statements.resource import granted_actions, resource_statement
from ...._policy.statements.service_rules import ServiceRules
from ...declaration.directory import Account
from ...declaration.trust import ResourceKey, Trust

ACCOUNT_ID = "{account_id}"
"""Stands in a resource's name or ARN for the ID of the trusting account."""

_OF_THE_CALLER = ("organizations", "not_after")
"""Conditions that are met wherever a proof runs."""


@dataclass(frozen=True)
class ResourceAccessSpec:
    """How a trust gives access to a resource. Either ``name`` or ``arn`` is set; both may hold ``ACCOUNT_ID``.

    ``regions`` holds "" for a resource whose ARN has none. ``options`` are those of the module that the type has beside
    the usual ones, ``grant`` those of an entry of its ``grants``, as far as declared.
    """

    rules: ServiceRules
    name: str
    arn: str
    regions: tuple[str, ...]
    options: dict = field(default_factory=dict)
    grant: dict = field(default_factory=dict)
    kms_keys: tuple[str, ...] = ()
    verify_by_writing: bool = False

    @property
    def actions(self) -> tuple[str, ...]:
        """What the trusted principals may do, as their own policies say it."""
        return granted_actions(self.grant, self.rules).identity

    @property
    def tried(self) -> dict[str, str]:
        """Granted actions that are worth a proof, each with the name of its call."""
        return granted_calls(self.rules, self.actions)

    @property
    def not_granted(self) -> dict[str, str]:
        """The same of those that it does not grant: what a call shows, or else what can be evaluated."""
        found = {action: call for action, call in tried_actions(self.rules).items() if not self.allows(action)}
        shown = {action: call for action, call in found.items() if call != EVALUATE}
        return shown or found

    def allows(self, action: str) -> bool:
        """Whether an action is granted."""
        return any(matches(pattern, action) for pattern in self.actions)

    @functools.cached_property
    def depends_on(self) -> list[str]:
        """The options that make conditions which the place where a proof runs, or its call, may not meet."""
        some = Arn("aws", self.rules.service, "region", "0" * 12, "resource")
        always = {name: value for name, value in self.grant.items() if name in ("access", "actions", "via")}

        def conditions(options: Mapping) -> list:
            entry = {"name": "some", "principals": ["111111111111"], **options}
            written = self.rules.split(entry, resource_statement(entry, self.rules, some))
            return [statement["Condition"] for statement in written if "Condition" in statement]

        narrowing = [name for name in self.grant if name not in (*always, *_OF_THE_CALLER)]
        found = [name for name in narrowing if conditions({**always, name: self.grant[name]}) != conditions(always)]
        return [*(["access"] if conditions(always) else []), *found]

    @property
    def not_after(self) -> str:
        """When it ends by itself, empty when it does not."""
        return str(self.grant.get("not_after", ""))

    @property
    def key_actions(self) -> list[str]:
        """What using the resource takes on the KMS key that encrypts it."""
        return taken_on_key(self.rules.key_actions, self.allows)

    def arn_in(self, account: Account, region: str) -> Arn:
        """The ARN in one trusting account; with the type's pattern where the name alone does not tell it."""
        if self.arn:
            return parse_arn(self.arn.replace(ACCOUNT_ID, account.account_id))
        name = self.name_in(account)
        if not self.rules.name_gives_arn:
            name = self.rules.name_pattern.format(name=name)
        return self.rules.arn(name, region, account.account_id, account.partition)

    def name_in(self, account: Account) -> str:
        """The name in one trusting account; of an ARN without what AWS added to it."""
        if not self.arn:
            return self.name.replace(ACCOUNT_ID, account.account_id)
        arn = parse_arn(self.arn.replace(ACCOUNT_ID, account.account_id))
        name = self.rules.name_in(arn) or arn.resource
        added = len(self.rules.name_pattern.format(name=""))
        return name[:-added] if added else name

    def spelled_in(self, account: Account, region: str) -> str:
        """The resource as the module takes it: its ARN, or its name where AWS has to be asked for the ARN."""
        by_name = not self.arn and not self.rules.name_gives_arn
        return self.name_in(account) if by_name else str(self.arn_in(account, region))

    def resource_in(self, account: Account) -> ResourceKey:
        """The resource, in whichever of its regions."""
        options = json.dumps(self.options, sort_keys=True)
        name = self.rules.in_arn(self.name_in(account))
        return ("resource", *account.key, self.rules.type, name, options)

    def identity_resources(self, account: Account, region: str) -> tuple[str, ...]:
        """What the own policies of the trusted principals name in one account and region."""
        return self.rules.in_own_policies(self.arn_in(account, region), self.options)

    def resource_arns(self, account: Account) -> list[str]:
        """The ARNs in one trusting account."""
        return [str(self.arn_in(account, region)) for region in self.regions]

    def identity_grants(self, trust: Trust) -> list[dict]:
        """A statement on the resources and one on their keys; where it needs none, that is declared absent."""
        places = [(account, region) for account in trust.trusting for region in self.regions]
        resources = sorted({text for place in places for text in self.identity_resources(*place)})
        key: dict[str, object] = {"name": f"{trust.name}/key", "state": "absent"}
        if self.kms_keys and self.key_actions:
            key |= {"state": "present", "actions": self.key_actions, "resources": sorted(self.kms_keys)}
        return [
            {"name": trust.name, "state": "present", "actions": list(self.actions), "resources": resources},
            key,
        ]

    def entry(self, trust: Trust) -> dict:
        """The entry of xacct_resource_grant for a trust."""
        if not trust.present:
            return {"name": trust.name, "state": "absent"}
        return {"name": trust.name, "state": "present", "principals": trust.trusted.policy_principals, **self.grant}


def places_of(trusts: list[Trust]) -> Iterator[tuple[Trust, Account, str]]:
    """Every trust with each account and region in which it opens a resource."""
    for trust in trusts:
        for account in trust.trusting:
            for region in trust.spec.regions:
                yield trust, account, region
