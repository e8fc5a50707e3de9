# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of a version of a Lambda layer, which is written statement by statement like that of a function.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable

from ..lambda_function.api import FunctionPolicy
from ..lambda_function.permissions import permission_of


class LayerVersionPolicy(FunctionPolicy):
    """A layer version's policy."""

    reading, adding = "get_layer_version_policy", "add_layer_version_permission"
    removing, looking = "remove_layer_version_permission", "get_layer_version"
    proofs = {}

    @property
    def resource(self) -> dict[str, object]:
        """The arguments of all calls that say which layer it is, and which version."""
        layer, _colon, number = str(self.arn).rpartition(":")
        return {"LayerName": layer, "VersionNumber": int(number)}

    def permission(self, statement: dict) -> dict[str, object]:
        """Return the arguments of the call that adds a statement, which calls an organization by another name."""
        return {
            "OrganizationId" if key == "PrincipalOrgID" else key: text for key, text in permission_of(statement).items()
        }

    def look_before_write(self, before: dict | None, wanted: dict | None, warn: Callable[[str], None]) -> None:
        """Look at nothing: AWS names no limit, and every version of the SDK knows the calls."""
