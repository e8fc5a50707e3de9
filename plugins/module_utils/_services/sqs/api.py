# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of an SQS queue, one of its attributes.

Private to this collection.
"""

from __future__ import annotations

import functools

from ..._policy.language.documents import compact_json
from ..._policy.language.principals import Arn
from ..kms_key import KmsKey
from ..proof_message import MESSAGE, ordered
from ..resource_policy import ResourcePolicy


def _queue_url(client: object, arn: Arn) -> str:
    """The queue's URL is put together: asking for it takes another permission."""
    return f"{client.meta.endpoint_url.rstrip('/')}/{arn.account_id}/{arn.resource}"


def _send(client: object, arn: Arn) -> None:
    client.send_message(QueueUrl=_queue_url(client, arn), MessageBody=MESSAGE, **ordered(arn))


def _receive(client: object, arn: Arn) -> None:
    """A message that is received stays where it is, and can be received at once by others."""
    client.receive_message(
        QueueUrl=_queue_url(client, arn), MaxNumberOfMessages=1, VisibilityTimeout=0, WaitTimeSeconds=0
    )


class QueuePolicy(ResourcePolicy):
    """A queue's policy."""

    missing = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
    _key: KmsKey | None = None
    proofs = {"sqs_send": _send, "sqs_receive": _receive}

    @functools.cached_property
    def url(self) -> str:
        """The queue's URL, by which SQS calls it; it has no rule that could be relied on."""
        answer = self.call("get_queue_url", QueueName=self.name, QueueOwnerAWSAccountId=self.arn.account_id)
        return answer["QueueUrl"]

    def read(self) -> dict | None:
        """Return the policy."""
        names = ["Policy", "KmsMasterKeyId"]
        attributes = self.call("get_queue_attributes", QueueUrl=self.url, AttributeNames=names).get("Attributes", {})
        key = attributes.get("KmsMasterKeyId")
        self._key = KmsKey(key, "aws/sqs") if key else None
        return self.parsed(attributes.get("Policy"))

    def write(self, document: dict | None) -> None:
        """Replace the policy; an empty text takes it away."""
        text = compact_json(document) if document else ""
        self.call_once("set_queue_attributes", QueueUrl=self.url, Attributes={"Policy": text})

    def key(self) -> KmsKey | None:
        """Return the key, as the last reading showed it."""
        return self._key
