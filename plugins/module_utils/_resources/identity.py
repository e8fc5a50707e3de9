# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An IAM user, group or role as a holder of policies, and one inline policy of it.

Private to this collection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._aws.calls.errors import AwsError, is_unanswered
from .._policy.language.documents import PolicyError, compact_json, stored_document
from .._policy.language.identity_names import parse_identity
from .._policy.language.sizes import PolicyTooLarge, policy_size
from .._policy.statements.own_statements import SidAlphabet
from . import iam
from .quotas import INLINE_SIZE, Quotas

if TYPE_CHECKING:
    from .._aws.sessions.connection import Account


@dataclass(frozen=True)
class IdentityFacts:
    """What IAM says of an identity."""

    arn: str
    name: str
    path: str
    unique_id: str


class Identity:
    """A user, group or role of one account by its name, which is unique in the account whatever its path."""

    def __init__(self, account: Account, kind: str, name: str) -> None:
        """Do nothing yet."""
        self.account = account
        self.kind = kind
        self.name = name
        self.label = f"{kind} {name}"
        self._by_name = {f"{kind.title()}Name": name}

    @classmethod
    def of(cls, account: Account, text: str) -> Identity | None:
        """Return what a user's text or a principal's ARN names, None when it is no user, group or role."""
        try:
            name = parse_identity(text)
        except PolicyError:
            return None
        return cls(account, name.kind, name.name)

    def read(self) -> IdentityFacts | None:
        """Return the identity, None when there is none of that name."""
        answer = iam.found(lambda: self._call(f"get_{self.kind}"))
        if answer is None:
            return None
        entity = answer[self.kind.title()]
        title = self.kind.title()
        return IdentityFacts(entity["Arn"], entity[f"{title}Name"], entity["Path"], entity[f"{title}Id"])

    def attached(self) -> list[str]:
        """Return the ARNs of the attached managed policies."""
        pages = iam.listed(
            self.account, self.label, f"list_attached_{self.kind}_policies", "AttachedPolicies", **self._by_name
        )
        return [policy["PolicyArn"] for policy in pages]

    def inline_names(self) -> list[str]:
        """Return the names of the inline policies."""
        return list(iam.listed(self.account, self.label, f"list_{self.kind}_policies", "PolicyNames", **self._by_name))

    def inline(self, policy_name: str) -> dict | None:
        """Return an inline policy's document; None when there is no such policy, or no such identity."""
        answer = iam.found(lambda: self._call(f"get_{self.kind}_policy", PolicyName=policy_name))
        if answer is None:
            return None
        return stored_document(answer["PolicyDocument"], f"inline policy {policy_name} of {self.label}")

    def put_inline_once(self, policy_name: str, document: dict) -> None:
        """Add or replace an inline policy with one request: see `iam.call_once`."""
        arguments = {"PolicyName": policy_name, "PolicyDocument": compact_json(document)}
        iam.call_once(self.account, self.label, f"put_{self.kind}_policy", **self._by_name, **arguments)

    def remove_inline(self, policy_name: str) -> None:
        """Delete an inline policy."""
        with iam.absent_is_fine():
            self._call(f"delete_{self.kind}_policy", PolicyName=policy_name)

    def attach(self, policy_arn: str) -> None:
        """Attach a managed policy."""
        self._call(f"attach_{self.kind}_policy", PolicyArn=policy_arn)

    def detach(self, policy_arn: str) -> None:
        """Detach a managed policy."""
        with iam.absent_is_fine():
            self._call(f"detach_{self.kind}_policy", PolicyArn=policy_arn)

    def _call(self, operation: str, **arguments: object) -> dict:
        return iam.call(self.account, self.label, operation, **self._by_name, **arguments)


class InlinePolicy:
    """One inline policy of an identity as something that several writers share (a `PolicyCarrier`)."""

    alphabet = SidAlphabet.IAM

    def __init__(self, identity: Identity, policy_name: str, quotas: Quotas) -> None:
        """Do nothing yet."""
        self.identity = identity
        self.policy_name = policy_name
        self.quotas = quotas
        self.label = f"inline policy {policy_name} of {identity.label}"
        self._others_size: int | None = None

    def read(self) -> dict | None:
        """Return the document, None when there is no such policy (or no such identity)."""
        return self.identity.inline(self.policy_name)

    def write(self, document: dict | None) -> None:
        """Replace the policy; None deletes it."""
        if document is None:
            self.identity.remove_inline(self.policy_name)
        else:
            self.identity.put_inline_once(self.policy_name, document)

    def check_size(self, document: dict | None) -> None:
        """Raise `PolicyTooLarge` when all inline policies together would exceed the identity's limit."""
        limit = self.quotas.limit(INLINE_SIZE[self.identity.kind])
        if limit is None or document is None:
            return
        if self._others_size is None:
            self._others_size = self._size_of_others()
        total = policy_size(document, "characters") + self._others_size
        if total > limit:
            together = f" together with the other inline policies ({self._others_size:,})" if self._others_size else ""
            where = self.identity.account.description
            raise PolicyTooLarge(f"{self.label} in {where}{together}", total, limit, "characters")

    def _size_of_others(self) -> int:
        """Return how much room the other inline policies take, 0 where that is not known: IAM judges then."""
        try:
            others = [name for name in self.identity.inline_names() if name != self.policy_name]
            return sum(policy_size(self.identity.inline(name), "characters") for name in others)
        except AwsError as error:
            if is_unanswered(error):
                return 0
            raise
