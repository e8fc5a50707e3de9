# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of the Glue Data Catalog.

Private to this collection.
"""

from __future__ import annotations

from ansible_collections.xacct.aws.plugins.module_utils._aws.errors import AwsError, is_code
from ansible_collections.xacct.aws.plugins.module_utils._policy.documents import compact_json
from ansible_collections.xacct.aws.plugins.module_utils._resources.services._port import Revised, RevisedPolicy

_NO_POLICY = "EntityNotFoundException"


class CatalogPolicy(RevisedPolicy):
    """The policy of the catalog of an account and region; the calls name neither."""

    missing = ()
    conflicts = ("ConditionCheckFailureException", _NO_POLICY)

    def read_revised(self) -> Revised:
        """Return the policy with its hash."""
        try:
            answer = self.call("get_resource_policy")
        except AwsError as error:
            if is_code(error, _NO_POLICY):
                return Revised(None, None)
            raise
        return Revised(self.parsed(answer.get("PolicyInJson")), answer.get("PolicyHash"))

    def write_revised(self, present: Revised, document: dict | None) -> None:
        """Replace the policy or take it away, on top of the one that was read."""
        if document is None:
            self.call_once("delete_resource_policy", PolicyHashCondition=present.revision)
            return
        condition = {"PolicyHashCondition": present.revision} if present.revision else {}
        if self.options.get("enable_hybrid") is not None:
            condition["EnableHybrid"] = "TRUE" if self.options["enable_hybrid"] else "FALSE"
        self.call_once(
            "put_resource_policy",
            PolicyInJson=compact_json(document),
            PolicyExistsCondition="MUST_EXIST" if present.revision else "NOT_EXIST",
            **condition,
        )
