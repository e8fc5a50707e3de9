# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""REST APIs of API Gateway.

Sources: API Gateway Developer Guide, "Control access to a REST API with API Gateway resource policies" and "Quotas for
configuring and running a REST API" (8,192 characters); service authorization reference, "Amazon API Gateway".
"""

from __future__ import annotations

from collections.abc import Mapping

from ..._policy.language.principals import Arn
from ..._policy.statements.service_rules import Granted, ServiceRules


class RestApi(ServiceRules):
    """REST APIs: what their policies may say."""

    type = "rest_api"
    title = "REST API"
    service = "execute-api"
    name = r"[a-z0-9]{8,12}"
    name_words = "its ID, such as a1b2c3d4e5"
    access = {"invoke": Granted(("execute-api:Invoke",))}
    limit = 8192
    count = "characters"
    invalid_principal = {"BadRequestException": "principals are valid"}
    api = ("GetRestApi", "UpdateRestApi (replace /policy)")
    to_know = (
        "**Nothing changes for callers until the API is deployed to its stages again.** The module warns of that, and "
        "deploys nothing.",
        "The ARN is that of calls, `arn:aws:execute-api:REGION:ACCOUNT:ID`.",
        "Reading the policy takes the permission `apigateway:GET`, changing it `apigateway:PATCH` and "
        "`apigateway:UpdateRestApiPolicy`.",
        "Across accounts, methods have to use IAM authorization (`AWS_IAM`) for roles and users to be known.",
        "HTTP APIs and WebSocket APIs have no such policy.",
    )
    proved = "recorded answers"

    def named(self, arn: Arn, _options: Mapping) -> tuple[str, ...]:
        """Return all stages, methods and paths of the API, since requests name one."""
        return (f"{arn}/*",)


RULES = RestApi()
