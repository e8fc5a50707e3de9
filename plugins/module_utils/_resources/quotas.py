# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limits of an account, as IAM itself reports them.

Private to this collection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._aws.calls.errors import AwsError, is_unanswered
from . import iam

if TYPE_CHECKING:
    from .._aws.sessions.connection import Account

TRUST_POLICY_SIZE = "AssumeRolePolicySizeQuota"
INLINE_SIZE = {"role": "RolePolicySizeQuota", "user": "UserPolicySizeQuota", "group": "GroupPolicySizeQuota"}
ATTACHMENTS = {
    "role": "AttachedPoliciesPerRoleQuota",
    "user": "AttachedPoliciesPerUserQuota",
    "group": "AttachedPoliciesPerGroupQuota",
}
MANAGED_POLICY_SIZE = "PolicySizeQuota"
MANAGED_POLICY_VERSIONS = "VersionsPerPolicyQuota"

UNCHANGEABLE = {
    "RolePolicySizeQuota": 10_240,
    "UserPolicySizeQuota": 2_048,
    "GroupPolicySizeQuota": 5_120,
    "PolicySizeQuota": 6_144,
    "VersionsPerPolicyQuota": 5,
}
"""Quotas that AWS raises for nobody (IAM User Guide, "IAM and AWS STS quotas"): used when the account's own numbers
cannot be read or leave one out. The others are then left for IAM to judge."""


class Quotas:
    """The quotas of one account: read once, and only when one is asked for."""

    def __init__(self, account: Account) -> None:
        """Do nothing yet."""
        self._account = account
        self._reported: dict[str, int] | None = None

    def limit(self, name: str) -> int | None:
        """Return a quota by its key in GetAccountSummary; None when nobody says how large it is."""
        if self._reported is None:
            self._reported = self._read()
        return self._reported.get(name, UNCHANGEABLE.get(name))

    def _read(self) -> dict[str, int]:
        try:
            return iam.call(self._account, "reading the limits", "get_account_summary")["SummaryMap"]
        except AwsError as error:
            if is_unanswered(error):
                return {}
            raise
