# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of the Glue Data Catalog.

Private to this collection.
"""

from __future__ import annotations

from ..._aws.calls.errors import AwsError, is_code
from ..._policy.language.documents import compact_json
from ..resource_policy import PolicyRevision, RevisionedPolicy

_NO_POLICY = "EntityNotFoundException"


class CatalogPolicy(RevisionedPolicy):
    """The policy of the catalog of an account and region; the calls name neither."""

    missing = ()
    conflicts = ("ConditionCheckFailureException", _NO_POLICY)

    def read_with_revision(self) -> PolicyRevision:
        """Return the policy with its hash."""
        try:
            answer = self.call("get_resource_policy")
        except AwsError as error:
            if is_code(error, _NO_POLICY):
                return PolicyRevision(None, None)
            raise
        return PolicyRevision(self.parsed(answer.get("PolicyInJson")), answer.get("PolicyHash"))

    def write_on_revision(self, present: PolicyRevision, document: dict | None) -> None:
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
