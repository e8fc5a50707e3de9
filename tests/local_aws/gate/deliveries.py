# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SNS delivers to queues of any account, as far as their policies, and those of their keys, let it.

moto asks nobody, and looks for the queue in the topic's own account. Sources: SNS Developer Guide, "Subscribing an
Amazon SQS queue to an Amazon SNS topic in a different account" and "Configuring Amazon SNS encryption at rest"; a
message that is refused is not delivered, and the publisher hears nothing of it.
"""

from __future__ import annotations

import datetime
import functools

from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_principals import request_principal
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import OTHER_RESOURCE
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._services.sqs.rules import RULES

from . import encryption, store
from .errors import Refusal
from .identities import Caller
from .judgement import Circumstances, Target, decide

SEND = "sqs:SendMessage"


@functools.cache
def install() -> None:
    """Have moto deliver to queues that way."""
    from moto.sns.models import Subscription

    publish = Subscription.publish

    def judged(self, *arguments: object, **options: object) -> None:
        if self.protocol != "sqs":
            publish(self, *arguments, **options)
            return
        if not may_deliver(self.topic.arn, self.endpoint):
            return
        owner, self.account_id = self.account_id, parse_arn(self.endpoint).account_id
        try:
            publish(self, *arguments, **options)
        finally:
            self.account_id = owner

    Subscription.publish = judged


def may_deliver(topic: str, queue: str) -> bool:
    """Whether SNS may send what a topic gets to a queue, and encrypt it there."""
    where, source = parse_arn(queue), parse_arn(topic)
    found = store.backend("sqs", where.account_id, where.region).queues.get(where.resource)
    if found is None:
        return False
    service = Caller(request_principal("service:sns.amazonaws.com"), "")
    now = Circumstances(datetime.datetime.now(datetime.timezone.utc), where.region, "127.0.0.1", "sns.amazonaws.com")
    context = {
        "aws:SourceArn": topic,
        "aws:SourceAccount": source.account_id,
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": "sns.amazonaws.com",
    }
    asked = [(SEND, Target(queue, where.account_id, found.policy, OTHER_RESOURCE))]
    key = getattr(found, "kms_master_key_id", None)
    if key and "alias/aws/" in key:
        return False  # its policy cannot be changed, and it names no service
    if key:
        try:
            target = encryption.known_key(service, key, where.account_id, where.region)
        except Refusal:
            return False
        asked += [(action, target) for action in RULES.key_actions[SEND]]
    return all(decide(service, action, target, now, context).allowed for action, target in asked)
