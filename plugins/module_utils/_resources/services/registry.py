# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The adapters of all types of resources, and the one for a resource.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ansible_collections.xacct.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._policy.principals import Arn, parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._policy.services._rules import POLICY, ServiceRules
from ansible_collections.xacct.aws.plugins.module_utils._policy.services.kms import GRANT
from ansible_collections.xacct.aws.plugins.module_utils._policy.services.registry import rules_of_arn
from ansible_collections.xacct.aws.plugins.module_utils._resources.services._port import ResourcePolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.acm_pca import AuthorityPolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.apigateway import ApiPolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.backup import VaultPolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.dynamodb import TablePolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.ecr import RepositoryPolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.efs import FileSystemPolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.events import EventBusPolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.glue import CatalogPolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.kinesis import StreamPolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.kms import KeyGrants, KeyPolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.lambda_function import FunctionPolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.logs import DestinationPolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.opensearch import DomainPolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.s3_access_point import AccessPointPolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.secretsmanager import SecretPolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.sns import TopicPolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.sqs import QueuePolicy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.ssm import ParameterPolicies

if TYPE_CHECKING:
    from ansible_collections.xacct.aws.plugins.module_utils._aws.connection import Account

ADAPTERS: Mapping[str, Mapping[str, type[ResourcePolicy]]] = {
    "sns_topic": {POLICY: TopicPolicy},
    "sqs_queue": {POLICY: QueuePolicy},
    "lambda_function": {POLICY: FunctionPolicy},
    "kms_key": {POLICY: KeyPolicy, GRANT: KeyGrants},
    "secret": {POLICY: SecretPolicy},
    "ecr_repository": {POLICY: RepositoryPolicy},
    "event_bus": {POLICY: EventBusPolicy},
    "dynamodb_table": {POLICY: TablePolicy},
    "kinesis_stream": {POLICY: StreamPolicy},
    "s3_access_point": {POLICY: AccessPointPolicy},
    "logs_destination": {POLICY: DestinationPolicy},
    "backup_vault": {POLICY: VaultPolicy},
    "glue_catalog": {POLICY: CatalogPolicy},
    "efs_file_system": {POLICY: FileSystemPolicy},
    "opensearch_domain": {POLICY: DomainPolicy},
    "rest_api": {POLICY: ApiPolicy},
    "ssm_parameter": {POLICY: ParameterPolicies},
    "acm_pca": {POLICY: AuthorityPolicy},
}
"""By type and way of granting (`ServiceRules.ways`)."""


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
