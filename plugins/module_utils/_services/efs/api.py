# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of an EFS file system.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable

from ..._aws.calls.errors import AwsError, is_code
from ..._policy.language.documents import compact_json
from ..resource_policy import ResourcePolicy


class FileSystemPolicy(ResourcePolicy):
    """A file system's policy. Without one, whoever reaches a mount target has full access."""

    sdk = "efs"
    missing = ("FileSystemNotFound",)

    def read(self) -> dict | None:
        """Return the policy."""
        try:
            return self.parsed(self.call("describe_file_system_policy", FileSystemId=self.name)["Policy"])
        except AwsError as error:
            if is_code(error, "PolicyNotFound"):
                return None
            raise

    def write(self, document: dict | None) -> None:
        """Replace the policy, or take it away and with it all that it kept out."""
        if document is None:
            self.call_once("delete_file_system_policy", FileSystemId=self.name)
        else:
            self.call_once("put_file_system_policy", FileSystemId=self.name, Policy=compact_json(document))

    def look_before_write(self, before: dict | None, wanted: dict | None, warn: Callable[[str], None]) -> None:
        """Warn where the default begins or ends."""
        if before is None and wanted is not None:
            warn(
                f"{self.resource_label} has had no policy, which lets everyone who reaches a mount target read, write "
                "and be root. With its first policy only those get in whom this or their own policy allows it"
            )
        elif before is not None and wanted is None:
            warn(
                f"{self.resource_label} is left without a policy, which lets everyone who reaches a mount target read, "
                "write and be root"
            )
