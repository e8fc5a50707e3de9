# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of a DynamoDB table.

Private to this collection.
"""

from __future__ import annotations

from ..._aws.calls.errors import AwsError, is_code
from ..._policy.language.documents import compact_json
from ..resource_policy import PolicyRevision, RevisionedPolicy

_NO_POLICY = "NO_POLICY"
_POLICY_NOT_FOUND = "PolicyNotFoundException"


class TablePolicy(RevisionedPolicy):
    """A table's policy.

    A reading may be some seconds old. A write on top of it is refused like one that comes after somebody else's.
    """

    conflicts = (_POLICY_NOT_FOUND, "ResourceInUseException", "LimitExceededException")

    def read_with_revision(self) -> PolicyRevision:
        """Return the policy with its revision."""
        try:
            answer = self.call("get_resource_policy", ResourceArn=str(self.arn))
        except AwsError as error:
            if is_code(error, _POLICY_NOT_FOUND):
                return PolicyRevision(None, None)
            raise
        return PolicyRevision(self.parsed(answer["Policy"]), answer["RevisionId"])

    def write_on_revision(self, present: PolicyRevision, document: dict | None) -> None:
        """Replace the policy or take it away, on top of the revision that was read."""
        where = {"ResourceArn": str(self.arn), "ExpectedRevisionId": present.revision or _NO_POLICY}
        if document is None:
            self.call_once("delete_resource_policy", **where)
        else:
            self.call_once("put_resource_policy", **where, Policy=compact_json(document))
