# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What makes the calls of each type, by way of granting (`ServiceRules.ways`). Written by `tools/resources_page.py`.

By name, because Ansible sends to a host those files alone that it sees imported.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping

from .acm_pca.api import AuthorityPolicy
from .apigateway.api import ApiPolicy
from .backup.api import VaultPolicy
from .dynamodb.api import TablePolicy
from .ecr.api import RepositoryPolicy
from .efs.api import FileSystemPolicy
from .events.api import EventBusPolicy
from .glue.api import CatalogPolicy
from .kinesis.api import StreamPolicy
from .kms.api import KeyGrants, KeyPolicy
from .lambda_function.api import FunctionPolicy
from .lambda_layer.api import LayerVersionPolicy
from .logs.api import DestinationPolicy
from .opensearch.api import DomainPolicy
from .resource_policy import ResourcePolicy
from .s3_access_point.api import AccessPointPolicy
from .secretsmanager.api import SecretPolicy
from .sns.api import TopicPolicy
from .sqs.api import QueuePolicy
from .ssm.api import ParameterPolicies

ADAPTERS: Mapping[str, Mapping[str, type[ResourcePolicy]]] = {
    "sns_topic": {"policy": TopicPolicy},
    "sqs_queue": {"policy": QueuePolicy},
    "lambda_function": {"policy": FunctionPolicy},
    "secret": {"policy": SecretPolicy},
    "kms_key": {"policy": KeyPolicy, "grant": KeyGrants},
    "ecr_repository": {"policy": RepositoryPolicy},
    "event_bus": {"policy": EventBusPolicy},
    "dynamodb_table": {"policy": TablePolicy},
    "kinesis_stream": {"policy": StreamPolicy},
    "s3_access_point": {"policy": AccessPointPolicy},
    "logs_destination": {"policy": DestinationPolicy},
    "backup_vault": {"policy": VaultPolicy},
    "glue_catalog": {"policy": CatalogPolicy},
    "efs_file_system": {"policy": FileSystemPolicy},
    "opensearch_domain": {"policy": DomainPolicy},
    "rest_api": {"policy": ApiPolicy},
    "ssm_parameter": {"policy": ParameterPolicies},
    "acm_pca": {"policy": AuthorityPolicy},
    "lambda_layer_version": {"policy": LayerVersionPolicy},
}
