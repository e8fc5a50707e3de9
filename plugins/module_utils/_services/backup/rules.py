# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vaults of AWS Backup.

Sources: AWS Backup Developer Guide, "Vault access policies" (what works across accounts, no wildcards in actions) and
"Creating backup copies across AWS accounts"; service authorization reference, "AWS Backup".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..._policy.language.principals import Arn
from ..._policy.statements.condition_options import as_list
from ..._policy.statements.service_rules import Granted, ServiceRules


class BackupVault(ServiceRules):
    """Backup vaults: what their policies may say."""

    type = "backup_vault"
    title = "backup vault"
    service = "backup"
    name = r"[A-Za-z0-9_-]{2,50}"
    name_words = "2 to 50 of a-z A-Z 0-9 _ -"
    resource = "backup-vault:{name}"
    access = {"copy_into": Granted(("backup:CopyIntoBackupVault",))}
    limit = None
    control = ("backup:PutBackupVaultAccessPolicy", "backup:DeleteBackupVaultAccessPolicy")
    invalid_principal = {"InvalidParameterValueException": "principal"}
    api = (
        "GetBackupVaultAccessPolicy",
        "DescribeBackupVault (without a policy)",
        "PutBackupVaultAccessPolicy",
        "DeleteBackupVaultAccessPolicy",
    )
    to_know = (
        "Across accounts AWS Backup refuses everything else than copying into the vault, whatever the policy says. "
        "Both accounts have to be of one organization, with cross-account backup switched on in it.",
        "Statements name `*`, as in AWS's own examples: recovery points have ARNs of the services they are of.",
        "Wildcards in actions are refused.",
    )
    proved = "recorded answers"

    def is_own_only(self, action: str) -> bool:
        """Across accounts there is nothing but copying into a vault (AWS Backup Developer Guide, "Vault policies")."""
        return action != "backup:copyintobackupvault"

    def check(self, grant: Mapping) -> Iterator[str]:
        """Yield the actions that a vault's policy does not take."""
        for action in as_list(grant.get("actions") or []):
            if "*" in str(action) or "?" in str(action):
                yield f"actions: {action}: the policy of a backup vault takes no wildcards in actions"

    def named(self, _arn: Arn, _options: Mapping) -> tuple[str, ...]:
        """Return what AWS's own vault policies name: recovery points have ARNs of the services they are of."""
        return ("*",)


RULES = BackupVault()
