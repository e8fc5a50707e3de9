# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of a private certificate authority.

Private to this collection.
"""

from __future__ import annotations

from ..._aws.calls.errors import AwsError, is_code
from ..._policy.language.documents import compact_json
from ..resource_policy import ResourcePolicy


class AuthorityPolicy(ResourcePolicy):
    """A private CA's policy."""

    def read(self) -> dict | None:
        """Return the policy. A CA without one, and one that does not exist, are the same code."""
        try:
            answer = self.call("get_policy", ResourceArn=str(self.arn))
        except AwsError as error:
            if not is_code(error, *self.missing):
                raise
            self.look_for("describe_certificate_authority", CertificateAuthorityArn=str(self.arn))
            return None
        return self.parsed(answer.get("Policy"))

    def write(self, document: dict | None) -> None:
        """Replace the policy or take it away."""
        if document is None:
            self.call_once("delete_policy", ResourceArn=str(self.arn))
        else:
            self.call_once("put_policy", ResourceArn=str(self.arn), Policy=compact_json(document))
