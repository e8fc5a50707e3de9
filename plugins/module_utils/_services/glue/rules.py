# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Data Catalog of AWS Glue: one in each region of an account, and one policy for all that is in it.

Sources: Glue Developer Guide, "AWS Glue resource policies for access control" (10 KB, one a catalog) and "Granting
cross-account access"; Glue API Reference, PutResourcePolicy; service authorization reference, "AWS Glue".
"""

from __future__ import annotations

from collections.abc import Mapping

from ..._policy.language.principals import Arn
from ..._policy.statements.service_rules import Granted, ServiceRules

_READ = (
    "glue:BatchGetPartition",
    "glue:GetDatabase",
    "glue:GetDatabases",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:GetTable",
    "glue:GetTableVersion",
    "glue:GetTableVersions",
    "glue:GetTables",
    "glue:GetUserDefinedFunction",
    "glue:GetUserDefinedFunctions",
    "glue:SearchTables",
)
_WRITE = (
    "glue:BatchCreatePartition",
    "glue:BatchDeletePartition",
    "glue:BatchDeleteTable",
    "glue:BatchUpdatePartition",
    "glue:CreatePartition",
    "glue:CreateTable",
    "glue:DeletePartition",
    "glue:DeleteTable",
    "glue:UpdatePartition",
    "glue:UpdateTable",
)


class DataCatalog(ServiceRules):
    """Glue Data Catalogs: what their policies may say."""

    type = "glue_catalog"
    title = "Glue Data Catalog"
    service = "glue"
    name = "catalog"
    name_words = "there is one in each region of an account, which is called catalog"
    access = {
        "read": Granted(_READ),
        "read_write": Granted((*_READ, *_WRITE)),
    }
    limit = 10 * 1024
    options = {"enable_hybrid": {"type": "bool"}}
    control = ("glue:PutResourcePolicy", "glue:DeleteResourcePolicy")
    invalid_principal = {"InvalidInputException": "principal", "ValidationException": "invalid principal"}
    passing_codes = ("InternalServiceException", "OperationTimeoutException")
    api = ("GetResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy")
    to_know = (
        "A grant is on the whole catalog of the region, all databases and tables. The data is in buckets, and wants "
        "grants there.",
        "Each write says on top of which policy it is (`PolicyHashCondition`, `NOT_EXIST` for the first one).",
        "Where Lake Formation or the console granted across accounts as well, Glue takes a write only with "
        "`enable_hybrid: true` of the module.",
    )
    proved = "local AWS"

    def named(self, arn: Arn, _options: Mapping) -> tuple[str, ...]:
        """Return the catalog, and all that is in it: Glue asks for the catalog, the database and the table at once."""
        front = str(arn).removesuffix(arn.resource)
        return tuple(f"{front}{each}" for each in ("catalog", "database/*", "table/*", "userDefinedFunction/*"))


RULES = DataCatalog()
