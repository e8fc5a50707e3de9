# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenSearch domains.

Sources: OpenSearch Service Developer Guide, "Identity and Access Management in Amazon OpenSearch Service" and "Quotas";
OpenSearch Service API Reference, UpdateDomainConfig; service authorization reference, "Amazon OpenSearch Service".
"""

from __future__ import annotations

from collections.abc import Mapping

from ..._policy.language.principals import Arn
from ..._policy.statements.service_rules import Granted, ServiceRules

_READ = ("es:ESHttpGet", "es:ESHttpHead")
_WRITE = ("es:ESHttpDelete", "es:ESHttpPatch", "es:ESHttpPost", "es:ESHttpPut")


class Domain(ServiceRules):
    """OpenSearch domains: what their policies may say."""

    type = "opensearch_domain"
    title = "OpenSearch domain"
    service = "es"
    name = r"[a-z][a-z0-9-]{2,27}"
    name_words = "3 to 28 of a-z 0-9 -, a letter first"
    resource = "domain/{name}"
    access = {
        "read": Granted(_READ),
        "search": Granted((*_READ, "es:ESHttpPost")),
        "read_write": Granted((*_READ, *_WRITE)),
    }
    limit = 100 * 1024
    control = ("es:UpdateDomainConfig",)
    invalid_principal = {"InvalidTypeException": "error setting policy"}
    says_no_more = True
    passing_codes = ("InternalException",)
    api = ("DescribeDomainConfig", "UpdateDomainConfig (AccessPolicies)")
    to_know = (
        "`read` is GET and HEAD. Searches with a body are often sent by POST, so `search` allows that too, and with it "
        "what else is done by POST (bulk writing). Only fine-grained access control of the domain can tell them apart.",
        "A change takes the domain some minutes, and it may refuse another one meanwhile.",
        "A domain with fine-grained access control wants the role mapped there, too.",
    )
    propagation_seconds = 30.0
    proved = "local AWS"

    def named(self, arn: Arn, _options: Mapping) -> tuple[str, ...]:
        """Return all paths of the domain, since requests name one."""
        return (f"{arn}/*",)


RULES = Domain()
