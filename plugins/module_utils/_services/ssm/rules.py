# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Advanced parameters of the Systems Manager Parameter Store.

A parameter carries any number of policies, each with its own ID and hash; AWS RAM makes one for each of its shares. So
every grant is a policy of its own, and those of others are never written.

Sources: Systems Manager User Guide, "Working with shared parameters in Parameter Store" (advanced tier, actions, keys,
the ARN for other accounts) and "Parameter names"; Systems Manager API Reference, PutResourcePolicy (1,024 bytes),
DeleteResourcePolicy, GetResourcePolicies; service authorization reference, "AWS Systems Manager".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..._policy.kms.required_access import DECRYPT
from ..._policy.language.documents import ascii_lower
from ..._policy.statements.condition_options import as_list
from ..._policy.statements.service_rules import NEVER, Granted, ProofCall, ServiceRules

_ONE = "ssm:GetParameter"
_SEVERAL = "ssm:GetParameters"
_HISTORY = "ssm:GetParameterHistory"
_LIST = "ssm:DescribeParameters"


class Parameter(ServiceRules):
    """SSM parameters: what their policies may say."""

    type = "ssm_parameter"
    title = "SSM parameter"
    service = "ssm"
    name = r"(?=.{1,1011}$)/?(?!(?i:aws|ssm))[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+){0,14}"
    name_words = "up to 1,011 of a-z A-Z 0-9 _ . -, with / between up to 15 levels, not beginning with aws or ssm"
    resource = "parameter/{name}"
    # The very actions of the permissions that AWS RAM has for parameters. To list is about no parameter in particular,
    # so an own policy allows it for all or not at all.
    access = {
        "read": Granted((_ONE, _SEVERAL, _LIST), (_ONE, _SEVERAL)),
        "read_history": Granted((_ONE, _SEVERAL, _HISTORY, _LIST), (_ONE, _SEVERAL, _HISTORY)),
    }
    limit = 1024
    limit_of_each = True
    actions = (_ONE, _SEVERAL, _HISTORY, _LIST)
    principals_never = {**NEVER, "service": "a parameter is shared with accounts, not with AWS services"}
    effects = ("Allow",)
    conditions = ("organizations",)
    other_conditions = "a parameter is shared as AWS RAM does it, which has no such condition"
    key_actions = {_ONE: (DECRYPT,), _SEVERAL: (DECRYPT,), _HISTORY: (DECRYPT,)}
    encryption_context = "PARAMETER_ARN"
    proofs = (ProofCall("parameter_read", _ONE, "read"),)
    invalid_principal = {"MalformedResourcePolicyDocumentException": "malformed"}
    says_no_more = True
    api = ("GetResourcePolicies", "DescribeParameters", "PutResourcePolicy", "DeleteResourcePolicy")
    to_know = (
        "Only parameters of the advanced tier carry policies; one of the standard tier is refused before any write.",
        "Each grant is a policy of its own, of up to 1,024 bytes, and is written on top of the hash that was read "
        "(`PolicyHash`). The policies of others, such as those of shares of AWS RAM, are never written.",
        "Other accounts name the parameter by its ARN. It is not in their lists (`--shared`) unless the share that AWS "
        "RAM makes of each policy is promoted there.",
        "A `SecureString` has to be encrypted with a customer managed key, on which others need `kms:Decrypt`.",
    )
    proved = "local AWS"

    def in_arn(self, name: str) -> str:
        """Return a name as ARNs have it: `parameter/prod/url` for `/prod/url`."""
        return name.removeprefix("/")

    def check(self, grant: Mapping) -> Iterator[str]:
        """Yield what alone is of no use on a parameter."""
        if [ascii_lower(str(each)) for each in as_list(grant.get("actions") or [])] == [ascii_lower(_LIST)]:
            yield f"actions: {_LIST}: alone it lets nobody see the parameter; write access: read"


RULES = Parameter()
