# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SNS topics.

Sources: SNS Developer Guide, "Amazon SNS API permissions: Actions and resources reference" (valid actions, and quotas
"for a policy statement": 1 to 200 principals are those of one) and "Key management" (what encryption takes); service
authorization reference, "Amazon SNS".
"""

from __future__ import annotations

from collections.abc import Iterator

from ..._policy.kms.required_access import DECRYPT, GENERATE
from ..._policy.language.comparison import sid_of
from ..._policy.language.documents import statements
from ..._policy.language.principals import Arn, principal_pairs
from ..._policy.statements.service_rules import Granted, ProofCall, ServiceRules, over

MOST_PRINCIPALS = 200

_PUBLISH = "sns:Publish"
_SUBSCRIBE = "sns:Subscribe"
_IN_A_POLICY = (
    "sns:AddPermission",
    "sns:DeleteTopic",
    "sns:GetDataProtectionPolicy",
    "sns:GetTopicAttributes",
    "sns:ListSubscriptionsByTopic",
    "sns:ListTagsForResource",
    _PUBLISH,
    "sns:PutDataProtectionPolicy",
    "sns:RemovePermission",
    "sns:SetTopicAttributes",
    _SUBSCRIBE,
)


class Topic(ServiceRules):
    """SNS topics: what their policies may say."""

    type = "sns_topic"
    title = "SNS topic"
    service = "sns"
    name = r"[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo"
    name_words = "1 to 256 of a-z A-Z 0-9 - _, with .fifo at the end of a FIFO topic's"
    access = {
        "publish": Granted((_PUBLISH,)),
        "subscribe": Granted((_SUBSCRIBE,)),
        "publish_subscribe": Granted((_PUBLISH, _SUBSCRIBE)),
    }
    limit = 30 * 1024
    most_statements = 100
    actions = _IN_A_POLICY
    not_actions = {"sns:publishbatch": "its permission is sns:Publish"}
    control = ("sns:SetTopicAttributes", "sns:RemovePermission")
    key_actions = {_PUBLISH: (DECRYPT, GENERATE)}
    preload = True
    encryption_context = "aws:sns:topicArn"
    proofs = (ProofCall("sns_publish", _PUBLISH, "published to", "subscribers get a message"),)
    invalid_principal = {"InvalidParameter": "principal"}
    denied_codes = (
        "AuthorizationError",
        "AuthorizationErrorException",
        # The key that encrypts the topic refuses.
        "KMSAccessDenied",
        "KMSAccessDeniedException",
    )
    without_verdict = {"NotFound": "there is no such topic"}
    api = ("GetTopicAttributes", "SetTopicAttributes (Policy)")
    to_know = (
        "A topic always has a policy. Without a statement it gets the one of a new topic, for its own account.",
        "A change after which nobody could change the policy again is refused.",
    )
    proved = "local AWS"

    def limits(self, document: dict) -> Iterator[str]:
        """Yield what SNS would refuse: each statement may name so many principals."""
        for index, statement in enumerate(statements(document), start=1):
            principals = len(principal_pairs(statement.get("Principal")))
            if principals > MOST_PRINCIPALS:
                yield over(
                    principals, MOST_PRINCIPALS, f"principals in statement {sid_of(statement) or f'number {index}'}"
                )

    def empty_policy(self, arn: Arn) -> dict:
        """Return the policy that SNS gives a new topic: its own account may do everything, nobody else anything.

        SNS takes no empty policy and has no call to delete one, so this is what a topic without grants has.
        """
        return {
            "Version": "2008-10-17",
            "Id": "__default_policy_ID",
            "Statement": [
                {
                    "Sid": "__default_statement_ID",
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": [
                        "SNS:GetTopicAttributes",
                        "SNS:SetTopicAttributes",
                        "SNS:AddPermission",
                        "SNS:RemovePermission",
                        "SNS:DeleteTopic",
                        "SNS:Subscribe",
                        "SNS:ListSubscriptionsByTopic",
                        "SNS:Publish",
                    ],
                    "Resource": str(arn),
                    "Condition": {"StringEquals": {"AWS:SourceOwner": arn.account_id}},
                }
            ],
        }


RULES = Topic()
