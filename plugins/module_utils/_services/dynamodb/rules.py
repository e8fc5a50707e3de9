# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""DynamoDB tables, with their indexes.

Sources: DynamoDB Developer Guide, "Using resource-based policies for DynamoDB" (considerations), "DynamoDB API
operations supported by resource-based policies" (and which of them across accounts) and "Quotas"; DynamoDB API
Reference, PutResourcePolicy; service authorization reference, "Amazon DynamoDB".
"""

from __future__ import annotations

from collections.abc import Mapping

from ..._policy.language.principals import Arn
from ..._policy.statements.service_rules import Granted, ServiceRules

_READ = (
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DescribeTable",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
)
_WRITE = (
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:DescribeTable",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
)
_OF_THE_ACCOUNT = "it is about all tables of an account, and no table's policy can allow it"
_NO_SQL = "its permissions are PartiQLSelect, PartiQLInsert, PartiQLUpdate and PartiQLDelete"


class Table(ServiceRules):
    """DynamoDB tables: what their policies may say."""

    type = "dynamodb_table"
    title = "DynamoDB table"
    service = "dynamodb"
    name = r"[A-Za-z0-9_.-]{3,255}"
    name_words = "3 to 255 of a-z A-Z 0-9 _ . -"
    resource = "table/{name}"
    access = {
        "read": Granted(_READ),
        "write": Granted(_WRITE),
        "read_write": Granted(tuple(dict.fromkeys((*_READ, *_WRITE)))),
    }
    limit = 20 * 1024
    not_actions = {
        "dynamodb:createtable": _OF_THE_ACCOUNT,
        "dynamodb:describeendpoints": _OF_THE_ACCOUNT,
        "dynamodb:describelimits": _OF_THE_ACCOUNT,
        "dynamodb:listbackups": _OF_THE_ACCOUNT,
        "dynamodb:listexports": _OF_THE_ACCOUNT,
        "dynamodb:listglobaltables": _OF_THE_ACCOUNT,
        "dynamodb:listimports": _OF_THE_ACCOUNT,
        "dynamodb:listtables": _OF_THE_ACCOUNT,
        "dynamodb:batchexecutestatement": _NO_SQL,
        "dynamodb:executestatement": _NO_SQL,
        "dynamodb:executetransaction": _NO_SQL,
    }
    propagation_seconds = 30.0
    control = ("dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy")
    invalid_principal = {"ValidationException": "invalid principal"}
    api = ("GetResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy")
    to_know = (
        "Each write says on top of which revision it is (`ExpectedRevisionId`, `NO_POLICY` for the first one).",
        "DynamoDB shows a written policy only after some seconds; a further write until then is tried again.",
        "Grants reach the indexes of the table, too. They do not reach its stream, which has a policy of its own.",
        "Other accounts name the table by its ARN, and can't use PartiQL, so no word allows it.",
        "It takes boto3 1.34.67 or newer.",
    )
    proved = "local AWS"

    def named(self, arn: Arn, _options: Mapping) -> tuple[str, ...]:
        """Return the table and its indexes, which are queried by ARNs of their own."""
        return (str(arn), f"{arn}/index/*")


RULES = Table()
