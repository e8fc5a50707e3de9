# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Event buses of EventBridge.

Sources: EventBridge API Reference, PutPermission; EventBridge User Guide, "Permissions for event buses in Amazon
EventBridge"; service authorization reference, "Amazon EventBridge".
"""

from __future__ import annotations

from ..._policy.statements.service_rules import Granted, ServiceRules

_PUT = "events:PutEvents"
_ON_RULES = "it is on a rule, not on the bus, and this policy would have to name the rule"


class EventBus(ServiceRules):
    """Event buss: what their policies may say."""

    type = "event_bus"
    title = "event bus"
    service = "events"
    name = r"[A-Za-z0-9._-]{1,256}"
    name_words = "1 to 256 of a-z A-Z 0-9 . _ -; the one that every account has is called default"
    resource = "event-bus/{name}"
    access = {
        "put_events": Granted((_PUT,)),
        "describe": Granted(("events:DescribeEventBus",)),
    }
    limit = 10240
    not_actions = {
        f"events:{action}": _ON_RULES
        for action in (
            "deleterule",
            "describerule",
            "disablerule",
            "enablerule",
            "listtagsforresource",
            "listtargetsbyrule",
            "putrule",
            "puttargets",
            "removetargets",
        )
    }
    control = ("events:PutPermission", "events:RemovePermission")
    invalid_principal = {"ValidationException": "invalid principal"}
    passing_codes = ("InternalException",)
    api = ("DescribeEventBus", "PutPermission (with Policy)", "RemovePermission (all)")
    to_know = (
        "`default` is the bus that every account has.",
        "A rule of another account that sends to the bus needs a role with `events:PutEvents` on it, as its target's "
        "role; a bus that takes events from a whole organization wants that in any case.",
    )
    proved = "local AWS"


RULES = EventBus()
