# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of an S3 access point.

Private to this collection.
"""

from __future__ import annotations

from ..._aws.calls.errors import AwsError, is_code
from ..._aws.calls.s3_control import without_host_prefix
from ..._policy.language.documents import compact_json
from ..resource_policy import ResourcePolicy


class AccessPointPolicy(ResourcePolicy):
    """An access point's policy, which the account of the access point keeps, whosever the bucket is."""

    sdk = "s3control"
    missing = ("NoSuchAccessPoint",)

    @property
    def client(self) -> object:
        """The client of S3 Control in the access point's region."""
        return without_host_prefix(super().client, self.arn.account_id, self.account.options.endpoint_url)

    @property
    def _access_point(self) -> dict:
        return {"AccountId": self.arn.account_id, "Name": self.name}

    def read(self) -> dict | None:
        """Return the policy."""
        try:
            return self.parsed(self.call("get_access_point_policy", **self._access_point)["Policy"])
        except AwsError as error:
            if is_code(error, "NoSuchAccessPointPolicy"):
                return None
            raise

    def write(self, document: dict | None) -> None:
        """Replace the policy or take it away."""
        if document is None:
            self.call_once("delete_access_point_policy", **self._access_point)
        else:
            self.call_once("put_access_point_policy", **self._access_point, Policy=compact_json(document))
