# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of a Kinesis data stream.

Private to this collection.
"""

from __future__ import annotations

from ..._policy.language.documents import compact_json
from ..kms_key import KmsKey
from ..resource_policy import ResourcePolicy


class StreamPolicy(ResourcePolicy):
    """A data stream's policy."""

    def read(self) -> dict | None:
        """Return the policy; a stream without one answers `{}`."""
        return self.parsed(self.call("get_resource_policy", ResourceARN=str(self.arn))["Policy"])

    def write(self, document: dict | None) -> None:
        """Replace the policy or take it away."""
        if document is None:
            self.call_once("delete_resource_policy", ResourceARN=str(self.arn))
        else:
            self.call_once("put_resource_policy", ResourceARN=str(self.arn), Policy=compact_json(document))

    def key(self) -> KmsKey | None:
        """Return the key that encrypts the stream."""
        stream = self.call("describe_stream_summary", StreamARN=str(self.arn))["StreamDescriptionSummary"]
        return KmsKey(stream.get("KeyId"), "aws/kinesis") if stream.get("EncryptionType") == "KMS" else None
