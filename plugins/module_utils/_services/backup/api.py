# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The access policy of a backup vault.

Private to this collection.
"""

from __future__ import annotations

from ..._aws.calls.errors import AwsError, is_code
from ..._policy.language.documents import compact_json
from ..resource_policy import ResourcePolicy


class VaultPolicy(ResourcePolicy):
    """A backup vault's access policy."""

    def read(self) -> dict | None:
        """Return the policy. A vault without one, and one that does not exist, are the same code."""
        try:
            answer = self.call("get_backup_vault_access_policy", BackupVaultName=self.name)
        except AwsError as error:
            if not is_code(error, *self.missing):
                raise
            self.look_for("describe_backup_vault", BackupVaultName=self.name)
            return None
        return self.parsed(answer.get("Policy"))

    def write(self, document: dict | None) -> None:
        """Replace the policy or take it away."""
        if document is None:
            self.call_once("delete_backup_vault_access_policy", BackupVaultName=self.name)
        else:
            self.call_once("put_backup_vault_access_policy", BackupVaultName=self.name, Policy=compact_json(document))
