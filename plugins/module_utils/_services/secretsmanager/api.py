# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of a secret.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ..._aws.calls.errors import AwsError, aws_call, is_unanswered
from ..._policy.language.documents import compact_json, statements
from ..._policy.language.principals import Arn, parse_arn
from ..._policy.statements.service_rules import ServiceRules
from ..kms_key import KmsKey
from ..resource_policy import ResourcePolicy
from .rules import RULES

if TYPE_CHECKING:
    from ..._aws.sessions.connection import Account


def _secret_id(arn: Arn) -> str:
    """The ARN, without the pattern of what is not known of it: Secrets Manager finds the secret all the same."""
    name = RULES.pattern_name_in(arn)
    return str(arn if name is None else replace(arn, resource=RULES.resource.format(name=name)))


def _read(client: object, arn: Arn) -> None:
    client.get_secret_value(SecretId=_secret_id(arn))


def _describe(client: object, arn: Arn) -> None:
    client.describe_secret(SecretId=_secret_id(arn))


class SecretPolicy(ResourcePolicy):
    """A secret's policy. Whatever the ARN looks like, Secrets Manager itself says which secret it means.

    A replica in another region has the policy of its primary secret, and can be given no other.
    """

    _key: KmsKey | None = None
    proofs = {"secret_read": _read, "secret_describe": _describe}

    @classmethod
    def find(cls, account: Account, rules: ServiceRules, name: str, options: Mapping) -> Arn:
        """Return the ARN of the secret, which ends in six characters that Secrets Manager chose."""
        with aws_call(account, f"{rules.title} {name}"):
            answer = account.client(rules.service, options.get("region")).describe_secret(SecretId=name)
        return parse_arn(answer["ARN"])

    def read(self) -> dict | None:
        """Return the policy."""
        return self.parsed(self.call("get_resource_policy", SecretId=str(self.arn)).get("ResourcePolicy"))

    def write(self, document: dict | None) -> None:
        """Replace the policy, or take it away. Secrets Manager refuses a public one as well, unless it is meant."""
        if document is None:
            self.call_once("delete_resource_policy", SecretId=str(self.arn))
            return
        self.call_once(
            "put_resource_policy",
            SecretId=str(self.arn),
            ResourcePolicy=compact_json(document),
            BlockPublicPolicy=not self.options.get("allow_public"),
        )

    def look_before_write(self, before: dict | None, wanted: dict | None, warn: Callable[[str], None]) -> None:
        """Find out the key, and whether the policy is a copy of another region's.

        Not being let to look is worth a warning where the key matters: when something is granted anew.
        """
        old = statements(before)
        grants_more = any(each not in old for each in statements(wanted))
        try:
            shown = self._described()
        except AwsError as error:
            if not is_unanswered(error):
                raise
            if grants_more:
                warn(
                    f"Which KMS key encrypts {self.resource_label} is not known, and its policy may have to allow "
                    f"more: {error}"
                )
            return
        self._key = _key_of(shown)
        primary = shown.get("PrimaryRegion")
        self.copied_from = primary if primary != self.arn.region else None

    def read_key(self) -> KmsKey:
        """Ask for the key: the policy does not show it."""
        return _key_of(self._described())

    def key(self) -> KmsKey | None:
        """Return the key, without which no secret is; None when nobody told."""
        return self._key

    def _described(self) -> dict:
        return self.call("describe_secret", SecretId=str(self.arn))


def _key_of(shown: dict) -> KmsKey:
    return KmsKey(shown.get("KmsKeyId"), "aws/secretsmanager")
