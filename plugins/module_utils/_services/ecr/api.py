# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of an ECR repository.

Private to this collection.
"""

from __future__ import annotations

from ..._aws.calls.errors import AwsError, is_code
from ..._policy.language.documents import compact_json
from ..resource_policy import ResourcePolicy


class RepositoryPolicy(ResourcePolicy):
    """A repository's policy."""

    missing = ("RepositoryNotFoundException",)

    @property
    def _repository(self) -> dict:
        return {"registryId": self.arn.account_id, "repositoryName": self.name}

    def read(self) -> dict | None:
        """Return the policy."""
        try:
            return self.parsed(self.call("get_repository_policy", **self._repository)["policyText"])
        except AwsError as error:
            if is_code(error, "RepositoryPolicyNotFoundException"):
                return None
            raise

    def write(self, document: dict | None) -> None:
        """Replace the policy or take it away; never by force, which could keep its owner out."""
        if document is None:
            self.call_once("delete_repository_policy", **self._repository)
        else:
            self.call_once("set_repository_policy", **self._repository, policyText=compact_json(document))
