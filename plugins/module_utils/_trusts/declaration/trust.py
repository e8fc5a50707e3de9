# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One declared trust that is right in itself, and what every method of giving access has to say of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from .directory import Account
from .principals import DeclaredPrincipal

ResourceKey = tuple[str, ...]
"""What trusts have in common that meet at one resource: its kind, where it is and its name."""


@dataclass(frozen=True)
class Trusted:
    """Who gets access. ``host`` is None for a third party, an account that is not in the inventory."""

    host: str | None
    account_id: str
    partition: str
    principals: tuple[DeclaredPrincipal, ...]

    @property
    def names_whole_account(self) -> bool:
        """IAM can name neither a group nor "root only": for both a policy there names the account."""
        return any(not principal.is_named_in_trust_policies for principal in self.principals)

    @property
    def label(self) -> str:
        """``platform (role/BackupService)``."""
        who = ", ".join(principal.spelling for principal in self.principals)
        return f"{self.host or self.account_id} ({who})"

    @property
    def account_label(self) -> str:
        """``platform``, or ``the account 999999999999``."""
        return self.host or f"the account {self.account_id}"

    @property
    def policy_principals(self) -> list[str]:
        """The principals as a resource's policy names them: the account ID where it can only name all of it."""
        if self.names_whole_account:
            return [self.account_id]
        return [principal.arn(self.partition, self.account_id) for principal in self.principals]


class AccessSpec(Protocol):
    """How a trust gives access: what was declared under its method, read and checked."""

    @property
    def not_after(self) -> str:
        """When it ends by itself, empty when it does not."""

    def resource_in(self, account: Account) -> ResourceKey:
        """The resource of a trusting account that it opens."""

    def resource_arns(self, account: Account) -> list[str]:
        """The ARN of that resource, or several where it is in several regions."""

    def identity_grants(self, trust: Trust) -> list[dict]:
        """The statements that the trusted principals need, as xacct_identity_grant takes them."""


Spec_co = TypeVar("Spec_co", bound=AccessSpec, covariant=True)


@dataclass(frozen=True)
class Trust(Generic[Spec_co]):
    """One declared trust that is right in itself. ``trusting`` is sorted by host."""

    name: str
    state: str
    description: str
    trusted: Trusted
    trusting: tuple[Account, ...]
    method: str
    spec: Spec_co
    trusted_side: str
    organization: str
    notes: tuple[str, ...]

    @property
    def present(self) -> bool:
        return self.state == "present"
