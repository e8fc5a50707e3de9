# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kinesis data streams.

Sources: Kinesis Data Streams Developer Guide, "Sharing your data stream with another account" (resource-based
policies, actions) and "Server-side encryption"; service authorization reference, "Amazon Kinesis Data Streams".
"""

from __future__ import annotations

from ..._policy.kms.required_access import DECRYPT, GENERATE
from ..._policy.statements.service_rules import Granted, ServiceRules

_LOOK = ("kinesis:DescribeStreamSummary", "kinesis:ListShards")
_WRITE = ("kinesis:PutRecord", "kinesis:PutRecords")
_READ = ("kinesis:GetRecords", "kinesis:GetShardIterator")


class Stream(ServiceRules):
    """Kinesis data streams: what their policies may say."""

    type = "kinesis_stream"
    title = "Kinesis data stream"
    service = "kinesis"
    name = r"[A-Za-z0-9_.-]{1,128}"
    name_words = "1 to 128 of a-z A-Z 0-9 _ . -"
    resource = "stream/{name}"
    access = {
        "write": Granted((*_WRITE, *_LOOK)),
        "read": Granted((*_READ, *_LOOK, "kinesis:DescribeStream")),
        "read_write": Granted((*_WRITE, *_READ, *_LOOK, "kinesis:DescribeStream")),
    }
    limit = None
    key_actions = {_WRITE[0]: (GENERATE,), _WRITE[1]: (GENERATE,), _READ[0]: (DECRYPT,)}
    control = ("kinesis:PutResourcePolicy", "kinesis:DeleteResourcePolicy")
    encryption_context = "aws:kinesis:arn"
    invalid_principal = {"InvalidArgumentException": "principal", "ValidationException": "invalid principal"}
    api = (
        "GetResourcePolicy",
        "DescribeStreamSummary (before something is granted to another account)",
        "PutResourcePolicy",
        "DeleteResourcePolicy",
    )
    to_know = (
        "Other accounts name the stream by its ARN.",
        "A consumer with enhanced fan-out is a resource with a policy of its own, which is not managed here.",
        "A stream that encrypts with the key `aws/kinesis` is of no use to other accounts.",
    )
    proved = "local AWS"


RULES = Stream()
