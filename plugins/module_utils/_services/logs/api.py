# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The access policy of a CloudWatch Logs destination.

Private to this collection.
"""

from __future__ import annotations

from ..._aws.calls.errors import AwsError
from ..._policy.language.documents import compact_json
from ..resource_policy import ResourcePolicy


class DestinationPolicy(ResourcePolicy):
    """A destination's access policy."""

    def read(self) -> dict | None:
        """Return the policy; Logs can only list destinations, by what their names begin with."""
        following: dict = {}
        while True:
            answer = self.call("describe_destinations", DestinationNamePrefix=self.name, **following)
            for destination in answer.get("destinations", []):
                if destination["destinationName"] == self.name:
                    return self.parsed(destination.get("accessPolicy"))
            if not answer.get("nextToken"):
                raise AwsError(
                    f"{self.resource_label}: there is none in {self.account.description}",
                    code=self.missing[0],
                    call="logs:DescribeDestinations",
                )
            following = {"nextToken": answer["nextToken"]}

    def write(self, document: dict | None) -> None:
        """Replace the policy. Logs takes no empty one: what is left then lets only the own account in."""
        text = compact_json(document or self.empty())
        self.call_once("put_destination_policy", destinationName=self.name, accessPolicy=text)
