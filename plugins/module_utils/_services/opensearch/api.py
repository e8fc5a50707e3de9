# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The access policy of an OpenSearch domain, a part of its configuration.

Private to this collection.
"""

from __future__ import annotations

from ..._policy.language.documents import compact_json
from ..resource_policy import ResourcePolicy


class DomainPolicy(ResourcePolicy):
    """A domain's access policy."""

    sdk = "opensearch"

    def read(self) -> dict | None:
        """Return the policy as it is to be, also while the domain is still putting it to work."""
        configuration = self.call("describe_domain_config", DomainName=self.name)["DomainConfig"]
        return self.parsed(configuration.get("AccessPolicies", {}).get("Options"))

    def write(self, document: dict | None) -> None:
        """Replace the policy; an empty text takes it away."""
        text = compact_json(document) if document else ""
        self.call_once("update_domain_config", DomainName=self.name, AccessPolicies=text)
