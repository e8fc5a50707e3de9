# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The KMS key that a resource is encrypted with, as the resource names it.

Private to this collection.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KmsKey:
    """A key by ARN, ID or alias; `key` is None for the account's own key of a service, whose alias is `of_service`."""

    key: str | None
    of_service: str

    @property
    def is_aws_managed(self) -> bool:
        """Whether it is the account's key of the service ("aws/s3"), whose policy nobody can change."""
        return self.key is None or self.key.endswith(f"alias/{self.of_service}")

    @property
    def name(self) -> str:
        """What to call it."""
        return self.key or f"alias/{self.of_service}"
