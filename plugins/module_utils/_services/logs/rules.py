# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Destinations of CloudWatch Logs, to which other accounts send their log groups.

Sources: CloudWatch Logs User Guide, "Cross-account cross-Region log group level subscriptions" and "… account-level
subscriptions"; CloudWatch Logs API Reference, PutDestinationPolicy (5,120 bytes).
"""

from __future__ import annotations

from ..._policy.language.documents import new_document
from ..._policy.language.principals import Arn
from ..._policy.statements.service_rules import NEVER, Granted, ServiceRules

_GROUP = "logs:PutSubscriptionFilter"
_ACCOUNT = "logs:PutAccountPolicy"


class Destination(ServiceRules):
    """CloudWatch Logs destinations: what their policies may say."""

    type = "logs_destination"
    title = "CloudWatch Logs destination"
    service = "logs"
    name = r"[!-)+-9;-~]{1,512}"
    name_words = "1 to 512 visible ASCII characters, none of them : or *"
    resource = "destination:{name}"
    access = {
        "subscribe": Granted((_GROUP,)),
        "subscribe_account": Granted((_GROUP, _ACCOUNT)),
    }
    limit = 5120
    actions = (_GROUP, _ACCOUNT)
    principals_never = {**NEVER, "service": "accounts send their logs to a destination, services do not"}
    control = ("logs:PutDestinationPolicy",)
    invalid_principal = {"InvalidParameterException": "principal", "ValidationException": "invalid principal"}
    api = ("DescribeDestinations", "PutDestinationPolicy")
    to_know = (
        "`subscribe` is for subscription filters of log groups, `subscribe_account` for those of whole accounts as "
        "well.",
        "There is no call that deletes the policy: what is left without grants lets only the own account in.",
        "CloudWatch Logs refuses to replace accounts by an organization as long as the subscription filters were not "
        "changed for it; that step is not forced here.",
    )
    proved = "local AWS"

    def empty_policy(self, arn: Arn) -> dict:
        """Return what a destination without grants has: Logs takes no empty policy and has no call to delete one."""
        return new_document(
            [
                {
                    "Sid": "OwnAccount",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:{arn.partition}:iam::{arn.account_id}:root"},
                    "Action": _GROUP,
                    "Resource": str(arn),
                }
            ]
        )


RULES = Destination()
