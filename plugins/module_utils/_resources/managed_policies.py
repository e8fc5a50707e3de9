# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A policy that is too large for one document: customer managed policies NAME-1 … NAME-n attached to one identity.

Together they are one `PolicyCarrier`. They live under the path /xacct/; their names are unique in the account, so the
identity's own name should be part of NAME.
Private to this collection.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._aws.calls.errors import AwsError, is_code
from .._aws.calls.retries import retry_while
from .._options.role import MANAGED_BY, MANAGER
from .._policy.language.documents import PolicyError, compact_json, statements, stored_document, texts
from .._policy.statements.own_statements import SidAlphabet
from .._policy.statements.packing import joined, spread
from . import iam
from .identity import Identity
from .quotas import ATTACHMENTS, MANAGED_POLICY_SIZE, MANAGED_POLICY_VERSIONS, Quotas

if TYPE_CHECKING:
    from .._aws.sessions.connection import Account

PATH = "/xacct/"
NEW_POLICY_SECONDS = 30


@dataclass(frozen=True)
class _Part:
    """One of the policies: its number, ARN and document."""

    number: int
    arn: str
    document: dict


class ManagedPolicies:
    """The managed policies of one name that are attached to an identity, read and written as one document."""

    alphabet = SidAlphabet.IAM

    def __init__(self, identity: Identity, name: str, quotas: Quotas) -> None:
        """Do nothing yet."""
        self.identity = identity
        self.account = identity.account
        self.name = name
        self.quotas = quotas
        self.label = f"managed policies {name}-1 … of {identity.label}"
        self._parts: list[_Part] = []
        self._others = 0

    @property
    def arns(self) -> list[str]:
        """The ARNs of the policies, as last read."""
        return [part.arn for part in self._parts]

    def read(self) -> dict | None:
        """Return the statements of all of them as one document, None when there are none (or no such identity)."""
        try:
            attached = self.identity.attached()
        except AwsError as error:
            if not is_code(error, "NoSuchEntity"):
                raise
            attached = []
        pattern = re.compile(rf"arn:[^:]+:iam::\d{{12}}:policy{PATH}{re.escape(self.name)}-([1-9]\d*)")
        numbered = sorted((int(match[1]), arn) for arn in attached if (match := pattern.fullmatch(arn)))
        self._others = len(attached) - len(numbered)
        documents = [(number, arn, self._document(arn)) for number, arn in numbered]
        self._parts = [_Part(number, arn, document) for number, arn, document in documents if document is not None]
        return joined([part.document for part in self._parts])

    def check_size(self, document: dict | None) -> None:
        """Raise `PolicyTooLarge` for a statement that fits nowhere, `PolicyError` when too many would be attached."""
        limit = self.quotas.limit(ATTACHMENTS[self.identity.kind])
        count = len([each for each in self._spread(document) if each])
        if limit is not None and count > len(self._parts) and count + self._others > limit:
            raise PolicyError(
                f"{self.label}: {count} managed policies are needed and {self._others} others are attached; the "
                f"account's limit is {limit} a {self.identity.kind}. Name fewer resources, use a pattern, or ask AWS "
                "to raise the quota"
            )

    def write(self, document: dict | None) -> None:
        """Write the policies that differ: first those that gain something, last those that are not needed any more."""
        documents = self._spread(document)
        kept = list(zip(self._parts, documents, strict=False))
        differing = [(part, new) for part, new in kept if new is not None and new is not part.document]
        for new in documents[len(self._parts) :]:
            self._create(new)
        for part, new in sorted(differing, key=lambda pair: not _gains(pair[0].document, pair[1])):
            self._put(part.arn, new)
        for part, new in kept:
            if new is None:
                self._remove(part.arn)

    def _spread(self, document: dict | None) -> list[dict | None]:
        limit = self.quotas.limit(MANAGED_POLICY_SIZE)
        return spread(document, [part.document for part in self._parts], limit)

    def _document(self, arn: str) -> dict | None:
        """Return the default version's document; None when the policy is gone, or not visible yet."""
        return iam.found(lambda: default_version(self.account, arn))

    def _create(self, document: dict) -> None:
        """Make the next policy and attach it; take over one of that name which a broken-off run has left."""
        taken = {part.number for part in self._parts}
        number = next(number for number in range(1, len(taken) + 2) if number not in taken)
        name = f"{self.name}-{number}"
        try:
            answer = self._call(
                name,
                "create_policy",
                PolicyName=name,
                Path=PATH,
                PolicyDocument=compact_json(document),
                Description=f"Made by {MANAGER} for {self.identity.label}",
                Tags=[{"Key": MANAGED_BY, "Value": MANAGER}],
            )
            arn = answer["Policy"]["Arn"]
        except AwsError as error:
            if not is_code(error, "EntityAlreadyExists"):
                raise
            arn = self._left_over(name, error)
            self._put(arn, document)
        # What was made a moment ago need not be visible yet to the call that attaches it.
        retry_while(lambda: self.identity.attach(arn), _is_not_found, NEW_POLICY_SECONDS)
        self._parts.append(_Part(number, arn, document))

    def _left_over(self, name: str, error: AwsError) -> str:
        caller = self.account.caller
        arn = f"arn:{caller.partition}:iam::{caller.account_id}:policy{PATH}{name}"
        found = iam.found(lambda: self._call(name, "get_policy", PolicyArn=arn))
        if found is None or found["Policy"].get("AttachmentCount"):
            where = "under another path" if found is None else "and is attached to somebody else"
            raise PolicyError(
                f"{self.label}: the account has a policy {name} already, {where}. Names of managed policies are unique "
                "in an account: give another policy_name"
            ) from error
        return arn

    def _put(self, arn: str, document: dict) -> None:
        """Make a new default version; IAM keeps five, so the oldest one may have to go first."""
        versions = iam.listed_if_offered(self.account, arn, "list_policy_versions", "Versions", PolicyArn=arn)
        if len(versions) >= self.quotas.limit(MANAGED_POLICY_VERSIONS):
            oldest = min((each for each in versions if not each["IsDefaultVersion"]), key=_version_number)
            self._call(arn, "delete_policy_version", PolicyArn=arn, VersionId=oldest["VersionId"])
        text = compact_json(document)
        iam.call_once(self.account, arn, "create_policy_version", PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)

    def _remove(self, arn: str) -> None:
        """Detach a policy, and delete it unless somebody else has it attached."""
        self.identity.detach(arn)
        with iam.absent_is_fine():
            for version in iam.listed_if_offered(self.account, arn, "list_policy_versions", "Versions", PolicyArn=arn):
                if not version["IsDefaultVersion"]:
                    self._call(arn, "delete_policy_version", PolicyArn=arn, VersionId=version["VersionId"])
            try:
                self._call(arn, "delete_policy", PolicyArn=arn)
            except AwsError as error:
                if not is_code(error, "DeleteConflict"):
                    raise

    def _call(self, name: str, operation: str, **arguments: object) -> dict:
        return iam.call(self.account, f"managed policy {name.rpartition('/')[2]}", operation, **arguments)


def default_version(account: Account, arn: str) -> dict:
    """Return the document of a managed policy that is in force. Raises `AwsError`."""
    label = f"managed policy {arn.rpartition('/')[2]}"
    policy = iam.call(account, label, "get_policy", PolicyArn=arn)["Policy"]
    version = iam.call(account, label, "get_policy_version", PolicyArn=arn, VersionId=policy["DefaultVersionId"])
    return stored_document(version["PolicyVersion"]["Document"], label) or {}


def _is_not_found(error: Exception) -> bool:
    return is_code(error, "NoSuchEntity")


def _gains(old: dict, new: dict) -> bool:
    """Whether the new document names a resource that the old one does not."""
    return bool(_resources(new) - _resources(old))


def _resources(document: dict) -> set[str]:
    return {text for statement in statements(document) for text in texts(statement.get("Resource", []), "Resource")}


def _version_number(version: dict) -> int:
    return int(version["VersionId"].removeprefix("v"))
