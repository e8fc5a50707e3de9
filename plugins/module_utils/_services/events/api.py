# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of an event bus.

Private to this collection.
"""

from __future__ import annotations

from ..._policy.language.documents import compact_json
from ..resource_policy import ResourcePolicy


class EventBusPolicy(ResourcePolicy):
    """An event bus's policy, written as a whole."""

    def read(self) -> dict | None:
        """Return the policy."""
        return self.parsed(self.call("describe_event_bus", Name=self.name).get("Policy"))

    def write(self, document: dict | None) -> None:
        """Replace the policy, or take all statements away."""
        if document is None:
            self.call_once("remove_permission", EventBusName=self.name, RemoveAllPermissions=True)
        else:
            self.call_once("put_permission", EventBusName=self.name, Policy=compact_json(document))
