# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions of Lambda layers.

Sources: Lambda Developer Guide, "Granting Lambda layer access to other accounts"; Lambda API Reference,
AddLayerVersionPermission (who can be named, the one action, Sids); service authorization reference, "AWS Lambda".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..._policy.statements.condition_options import as_list
from ..._policy.statements.grant_sids import NUMBERED
from ..._policy.statements.own_statements import SidAlphabet
from ..._policy.statements.service_rules import NEVER, Granted, ServiceRules
from ..lambda_function.permissions import merge_permissions, split_statement

_USE = "lambda:GetLayerVersion"


class LayerVersion(ServiceRules):
    """Lambda layer versions: what their policies may say."""

    type = "lambda_layer_version"
    title = "Lambda layer version"
    service = "lambda"
    name = r"[A-Za-z0-9_-]{1,140}:[1-9][0-9]{0,17}"
    name_words = "1 to 140 of a-z A-Z 0-9 - _, then : and the number of the version"
    resource = "layer:{name}"
    alphabet = SidAlphabet.LAMBDA
    access = {"use": Granted((_USE,))}
    actions = (_USE,)
    principals_never = {
        **NEVER,
        "iam": "a layer is shared with whole accounts: name the account ID, or in a trust root",
        "service": "a layer is shared with accounts, not with AWS services",
    }
    effects = ("Allow",)
    conditions = ("organizations",)
    other_conditions = "a layer's policy is written by Lambda's AddLayerVersionPermission, which has no word for it"
    parts = NUMBERED
    invalid_principal = {"InvalidParameterValueException": "principal"}
    passing_codes = ("ServiceException",)
    api = (
        "GetLayerVersionPolicy",
        "GetLayerVersion (without a policy)",
        "AddLayerVersionPermission",
        "RemoveLayerVersionPermission",
    )
    to_know = (
        "Each version of a layer has a policy of its own: write `resource: NAME:VERSION`, and grant anew on a new one.",
        "A layer is shared with whole accounts, or with an organization (`principals: ['*']` and `organizations`). Who "
        "configures a function with it needs `lambda:GetLayerVersion` in an own policy.",
        "The policy is made statement by statement, each for one account or one organization. When a grant changes, "
        "its new statements are added before the old ones are removed.",
    )
    proved = "recorded answers"

    def merge(self, *arguments: Any, **options: Any) -> dict | None:
        """Return a policy with such statements in it, of which the service has one an action and principal."""
        return merge_permissions(*arguments, **options)

    def check(self, grant: Mapping) -> Iterator[str]:
        """Yield what AddLayerVersionPermission could not say of an entry."""
        if "organizations" in grant and as_list(grant.get("principals", [])) != ["*"]:
            yield "organizations: the policy of a layer takes an organization with principals: ['*'] only"

    def split(self, _grant: Mapping, statement: dict) -> list[dict]:
        """Return the statements of an entry, each as one call of AddLayerVersionPermission makes it."""
        return split_statement(statement)


RULES = LayerVersion()
