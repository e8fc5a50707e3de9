# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All types of resources that can be granted on, and which one an ARN or a user's words mean."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .._policy.language.documents import PolicyError
from .._policy.language.principals import Arn, is_account_id, parse_arn
from .._policy.statements.service_rules import ServiceRules
from .acm_pca import rules as acm_pca
from .apigateway import rules as apigateway
from .backup import rules as backup
from .dynamodb import rules as dynamodb
from .ecr import rules as ecr
from .efs import rules as efs
from .events import rules as events
from .glue import rules as glue
from .kinesis import rules as kinesis
from .kms import rules as kms
from .lambda_function import rules as lambda_function
from .lambda_layer import rules as lambda_layer
from .logs import rules as logs
from .opensearch import rules as opensearch
from .s3_access_point import rules as s3_access_point
from .s3_bucket import rules as s3_bucket
from .secretsmanager import rules as secretsmanager
from .sns import rules as sns
from .sqs import rules as sqs
from .ssm import rules as ssm

_ALL = (
    sns.RULES,
    sqs.RULES,
    lambda_function.RULES,
    secretsmanager.RULES,
    kms.RULES,
    ecr.RULES,
    events.RULES,
    dynamodb.RULES,
    kinesis.RULES,
    s3_access_point.RULES,
    logs.RULES,
    backup.RULES,
    glue.RULES,
    efs.RULES,
    opensearch.RULES,
    apigateway.RULES,
    ssm.RULES,
    acm_pca.RULES,
    lambda_layer.RULES,
)

SERVICES: Mapping[str, ServiceRules] = {rules.type: rules for rules in _ALL}
"""By type, as users write it."""

EVERY = (*SERVICES.values(), s3_bucket.RULES)
"""All that there are rules for, buckets among them."""


def rules_of_arn(arn: Arn) -> ServiceRules | None:
    """Return the rules for the resource that an ARN names, None when there are none."""
    return next((rules for rules in SERVICES.values() if rules.is_meant_by(arn)), None)


def rules_for(resource: str, type_: str | None) -> ServiceRules:
    """Return the rules for what a user calls a resource: its ARN, or its name with the type.

    Raises :class:`PolicyError` when it is neither, or the two contradict each other.
    """
    if resource.startswith("arn:"):
        arn = parse_arn(resource)
        rules = rules_of_arn(arn)
        if rules is None:
            raise PolicyError(
                f"{resource!r} is not the ARN of a resource that can be granted on here: "
                + (_granted_elsewhere(arn) or f"it takes {', '.join(SERVICES)}")
            )
        if type_ is not None and type_ != rules.type:
            raise PolicyError(f"{resource!r} is of the type {rules.type}, not {type_}; an ARN needs no type")
        if rules.needs_account and not (arn.region and is_account_id(arn.account_id)):
            raise PolicyError(f"{resource!r} names no region or no account: its fourth and fifth parts")
        return rules
    for each in SERVICES.values():
        meant = each.meant_by_words(resource)
        if meant:
            raise PolicyError(f"{resource!r} is {meant[0]}; write its ARN, {meant[1]}")
    if type_ is None:
        raise PolicyError(f"type is missing: {resource!r} is no ARN, so say what it is ({', '.join(SERVICES)})")
    rules = SERVICES.get(type_)
    if rules is None:
        raise PolicyError(f"type: one of {', '.join(SERVICES)}, not {type_!r}")
    if not re.fullmatch(rules.name, resource):
        raise PolicyError(f"{resource!r} is no {rules.title}'s name: {rules.name_words}; or write the ARN")
    return rules


def _granted_elsewhere(arn: Arn) -> str | None:
    """Return which module grants on what an ARN names, None when none does, or the ARN is none of these."""
    if arn.service == "s3" and not arn.region and not arn.account_id:
        return f"for buckets and their objects there is xacct_bucket_grant, with bucket: {arn.resource.split('/')[0]}"
    if arn.service == "iam" and arn.resource.startswith("role/"):
        return f"who may assume a role is said with xacct_role, name: {arn.resource.rpartition('/')[2]}"
    return None
