# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of a REST API of API Gateway, one of its properties.

Private to this collection.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from ..._policy.language.documents import compact_json
from ..resource_policy import ResourcePolicy


class ApiPolicy(ResourcePolicy):
    """A REST API's policy, as it is to be deployed."""

    sdk = "apigateway"
    missing = ("NotFoundException",)

    def read(self) -> dict | None:
        """Return the policy. API Gateway answers the text of a JSON string, with its quotes escaped."""
        text = self.call("get_rest_api", restApiId=self.name).get("policy") or None
        return self.parsed(_unescaped(text) if text and text.startswith('{\\"') else text)

    def write(self, document: dict | None) -> None:
        """Replace the policy; an empty text takes it away."""
        patch = {"op": "replace", "path": "/policy", "value": compact_json(document) if document else ""}
        self.call_once("update_rest_api", restApiId=self.name, patchOperations=[patch])

    def look_before_write(self, before: dict | None, wanted: dict | None, warn: Callable[[str], None]) -> None:  # noqa: ARG002
        """Warn that a policy alone changes nothing."""
        warn(f"{self.resource_label}: callers see the new policy once the API is deployed to its stages again")


def _unescaped(text: str) -> str:
    """Return what a JSON string without its quotes says; what is none stays, and is no policy either."""
    try:
        return json.loads(f'"{text}"')
    except ValueError:
        return text
