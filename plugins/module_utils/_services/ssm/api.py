# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policies of an SSM parameter.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from ..._aws.calls.errors import AwsError, is_unanswered
from ..._policy.language.documents import PolicyError, compact_json, statements
from ..._policy.language.principals import Arn
from ..._policy.statements.service_rules import ServiceRules
from ..kms_key import KmsKey
from ..resource_policy import PolicyRevision, RevisionedPolicy
from .parameter_policies import ParameterPolicy, joined, to_write

if TYPE_CHECKING:
    from ..._aws.sessions.connection import Account


def _read_parameter(client: object, arn: Arn) -> None:
    """Decrypted, because reading an encrypted one takes its key as well."""
    client.get_parameter(Name=str(arn), WithDecryption=True)


class ParameterPolicies(RevisionedPolicy):
    """All policies of a parameter as one. Each has a hash, and is written only on top of it."""

    missing = ("ResourceNotFoundException", "ParameterNotFound")
    conflicts = ("ResourcePolicyConflictException", "ResourcePolicyNotFoundException")

    _policies: tuple[ParameterPolicy, ...] = ()
    _key: KmsKey | None = None
    proofs = {"parameter_read": _read_parameter}

    def __init__(self, account: Account, rules: ServiceRules, arn: Arn, options: Mapping) -> None:
        """Do nothing yet."""
        super().__init__(account, rules, arn, options)
        self._made: dict[str, ParameterPolicy] = {}

    def read_with_revision(self) -> PolicyRevision:
        """Return the statements of all policies. What has a revision is each policy, not all of them together.

        A policy that was made just now is there, even if a reading does not show it yet: it is not made once more.
        """
        shown = [
            ParameterPolicy(each["PolicyId"], each["PolicyHash"], self.parsed(each["Policy"]))
            for each in self._all("get_resource_policies", "Policies", ResourceArn=str(self.arn))
        ]
        for policy in shown:
            self._made.pop(policy.id, None)
        self._policies = (*shown, *self._made.values())
        return PolicyRevision(joined(self._policies), None)

    def write_on_revision(self, present: PolicyRevision, document: dict | None) -> None:  # noqa: ARG002
        """Write the policies that differ, each on top of the hash that it had when all of them were read last."""
        for policy in to_write(self._policies, document):
            of_this = {"PolicyId": policy.id, "PolicyHash": policy.hash} if policy.id else {}
            if policy.document is None:
                self.call_once("delete_resource_policy", ResourceArn=str(self.arn), **of_this)
            else:
                text = compact_json(policy.document)
                made = self.call_once("put_resource_policy", ResourceArn=str(self.arn), Policy=text, **of_this)
                if policy.id is None:
                    new = ParameterPolicy(made["PolicyId"], made["PolicyHash"], policy.document)
                    self._made[new.id] = new

    def look_before_write(self, before: dict | None, wanted: dict | None, warn: Callable[[str], None]) -> None:
        """Refuse what is granted on a parameter that takes no policy. Not being let to look is worth a warning."""
        old = statements(before)
        if all(each in old for each in statements(wanted)):
            return
        try:
            shown = self._described()
        except AwsError as error:
            if not is_unanswered(error):
                raise
            warn(f"Of which tier {self.resource_label} is, and which KMS key encrypts it, is not known: {error}")
            return
        if shown.get("Tier") == "Standard":
            raise PolicyError(
                f"{self.resource_label} in {self.account.description} is of the standard tier, and only advanced "
                "parameters carry policies; put it again with Tier: Advanced, which AWS charges for"
            )
        self._key = _key_of(shown)

    def read_key(self) -> KmsKey | None:
        """Ask for the key of a SecureString: the policies do not show it."""
        return _key_of(self._described())

    def key(self) -> KmsKey | None:
        """Return the key, None for another type of parameter, and when nobody told."""
        return self._key

    def _described(self) -> dict:
        """Return what Systems Manager knows of the parameter; nothing of what it does not find.

        It is asked for by its name, of which the ARN does not say whether it begins with a slash.
        """
        names = [self.name, f"/{self.name}"]
        filters = [{"Key": "Name", "Option": "Equals", "Values": names}]
        found = self._all("describe_parameters", "Parameters", ParameterFilters=filters)
        return next((each for each in found if each["Name"] in names), {})

    def _all(self, operation: str, member: str, **arguments: object) -> Iterator[dict]:
        """Yield what is in a list of all pages. A page may be empty and have a next one all the same."""
        token = None
        while token != "":
            answer = self.call(operation, **arguments, **({"NextToken": token} if token else {}))
            yield from answer.get(member, ())
            token = answer.get("NextToken") or ""


def _key_of(shown: dict) -> KmsKey | None:
    return KmsKey(shown["KeyId"], "aws/ssm") if shown.get("KeyId") else None
