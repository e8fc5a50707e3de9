# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SQS queues.

Sources: SQS Developer Guide, "Amazon SQS policy quotas", "Limitations of Amazon SQS custom policies" (to what actions
cross-account permissions don't apply), "Using policies with Amazon SQS" (ListQueues), "Queue and message
identifiers" (URLs) and "Key management"; service authorization reference, "Amazon SQS"; AWS General Reference, "Amazon
SQS endpoints and quotas".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..._policy.kms.required_access import DECRYPT, GENERATE
from ..._policy.language.comparison import sid_of
from ..._policy.language.documents import statements
from ..._policy.statements.condition_options import as_list
from ..._policy.statements.service_rules import Granted, ProofCall, ServiceRules, count_principals, over

MOST_PRINCIPALS = 50
MOST_ACTIONS = 7

_LOOK = ("sqs:GetQueueUrl", "sqs:GetQueueAttributes")
_SEND = ("sqs:SendMessage",)
_RECEIVE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility")
_OWN_ACCOUNT_ONLY = (
    "sqs:addpermission",
    "sqs:cancelmessagemovetask",
    "sqs:createqueue",
    "sqs:deletequeue",
    "sqs:listmessagemovetasks",
    "sqs:listqueuetags",
    "sqs:removepermission",
    "sqs:setqueueattributes",
    "sqs:startmessagemovetask",
    "sqs:tagqueue",
    "sqs:untagqueue",
)
_URL = re.compile(r"https?://([^/]+)/([0-9]{12})/([A-Za-z0-9_.-]+)", re.ASCII)
_HOSTS = (
    re.compile(r"sqs(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?", re.ASCII),
    re.compile(r"(?P<region>[a-z0-9-]+)\.queue\.amazonaws\.com(?:\.cn)?", re.ASCII),
)


class Queue(ServiceRules):
    """SQS queues: what their policies may say."""

    type = "sqs_queue"
    title = "SQS queue"
    service = "sqs"
    name = r"[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo"
    name_words = "1 to 80 of a-z A-Z 0-9 - _, with .fifo at the end of a FIFO queue's"
    access = {
        "send": Granted((*_SEND, *_LOOK)),
        "receive": Granted((*_RECEIVE, *_LOOK)),
        "send_receive": Granted((*_SEND, *_RECEIVE, *_LOOK)),
        "full": Granted((*_SEND, *_RECEIVE, "sqs:PurgeQueue", *_LOOK)),
    }
    limit = 8192
    most_statements = 20
    not_actions = {
        "sqs:listqueues": "it is about no queue in particular, so only an IAM policy can allow it",
        "sqs:sendmessagebatch": "its permission is sqs:SendMessage",
        "sqs:deletemessagebatch": "its permission is sqs:DeleteMessage",
        "sqs:changemessagevisibilitybatch": "its permission is sqs:ChangeMessageVisibility",
    }
    own_account_only = _OWN_ACCOUNT_ONLY
    control = ("sqs:SetQueueAttributes", "sqs:RemovePermission")
    key_actions = {_SEND[0]: (DECRYPT, GENERATE), _RECEIVE[0]: (DECRYPT,)}
    propagation_seconds = 60.0
    preload = True
    encryption_context = "aws:sqs:arn"
    proofs = (
        ProofCall("sqs_send", _SEND[0], "sent a message to", "consumers get a message"),
        ProofCall("sqs_receive", _RECEIVE[0], "received from", "a message counts as received"),
    )
    invalid_principal = {"InvalidAttributeValue": "policy"}
    says_no_more = True
    # The key that encrypts the queue refuses.
    denied_codes = ("KMS.AccessDeniedException", "KmsAccessDenied")
    without_verdict = {
        "AWS.SimpleQueueService.NonExistentQueue": "there is no such queue",
        "QueueDoesNotExist": "there is no such queue",
    }
    api = ("GetQueueUrl", "GetQueueAttributes", "SetQueueAttributes (Policy)")
    to_know = (
        "What SQS allows to no other account (such as deleting the queue) is refused for principals of others.",
        "A change after which nobody could change the policy again is refused.",
    )
    proved = "local AWS"

    def meant_by_words(self, text: str) -> tuple[str, str] | None:
        """Return the ARN of the queue that a URL means, with REGION where the URL does not say it."""
        match = _URL.fullmatch(text)
        if match is None:
            return None
        host, account_id, name = match.groups()
        region = next((found["region"] for pattern in _HOSTS if (found := pattern.fullmatch(host))), "REGION")
        return "the URL of an SQS queue", f"arn:{_partition(region)}:sqs:{region}:{account_id}:{name}"

    def limits(self, document: dict) -> Iterator[str]:
        """Yield what SQS would refuse; what it counts as one of the 10 conditions is not said."""
        principals = count_principals(document)
        if principals > MOST_PRINCIPALS:
            yield over(principals, MOST_PRINCIPALS, "principals")
        for index, statement in enumerate(statements(document), start=1):
            actions = len(as_list(statement.get("Action", [])))
            if actions > MOST_ACTIONS:
                label = sid_of(statement) or f"number {index}"
                yield over(actions, MOST_ACTIONS, f"actions in statement {label}")


def _partition(region: str) -> str:
    start = re.match(r"us-gov|[a-z]*", region)
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(start.group() if start else "", "aws")


RULES = Queue()
