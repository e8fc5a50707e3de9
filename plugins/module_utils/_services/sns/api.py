# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of an SNS topic, one of its attributes.

Private to this collection.
"""

from __future__ import annotations

from ..._policy.language.documents import compact_json
from ..._policy.language.principals import Arn
from ..kms_key import KmsKey
from ..proof_message import MESSAGE, ordered
from ..resource_policy import ResourcePolicy


def _publish(client: object, arn: Arn) -> None:
    client.publish(TopicArn=str(arn), Message=MESSAGE, **ordered(arn))


class TopicPolicy(ResourcePolicy):
    """A topic's policy."""

    missing = ("NotFound", "NotFoundException")
    _key: KmsKey | None = None
    proofs = {"sns_publish": _publish}

    def read(self) -> dict | None:
        """Return the policy; SNS gives every topic one."""
        attributes = self.call("get_topic_attributes", TopicArn=str(self.arn))["Attributes"]
        key = attributes.get("KmsMasterKeyId")
        self._key = KmsKey(key, "aws/sns") if key else None
        return self.parsed(attributes.get("Policy"))

    def write(self, document: dict | None) -> None:
        """Replace the policy. SNS takes no empty one: without a statement the topic gets the one of a new topic."""
        text = compact_json(document or self.empty())
        self.call_once("set_topic_attributes", TopicArn=str(self.arn), AttributeName="Policy", AttributeValue=text)

    def key(self) -> KmsKey | None:
        """Return the key, as the last reading showed it."""
        return self._key
