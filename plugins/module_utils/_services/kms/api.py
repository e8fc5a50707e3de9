# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of a KMS key, and the KMS grants on it.

Private to this collection.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..._aws.calls.errors import SDK_ERRORS, AwsError, aws_call, is_code
from ..._policy.evaluation.request_principals import request_principal
from ..._policy.evaluation.requests import KEY_POLICY
from ..._policy.kms.grants import grant_request, own_grants, policy_statements, too_many_grants
from ..._policy.language.comparison import canonical_statements
from ..._policy.language.context import UNKNOWN
from ..._policy.language.documents import PolicyError, compact_json, new_document
from ..._policy.language.principals import Arn, parse_arn
from ..._policy.statements.lockout import Keepers
from ..._policy.statements.service_rules import ServiceRules
from ..proof_message import MESSAGE
from ..resource_policy import ResourcePolicy
from .rules import GRANT

if TYPE_CHECKING:
    from ..._aws.sessions.connection import Account

_GRANTS_A_PAGE = 100
_GONE = ("NotFoundException", "InvalidGrantIdException")


def _encrypt(client: object, arn: Arn) -> None:
    client.encrypt(KeyId=str(arn), Plaintext=MESSAGE.encode(), DryRun=True)


def _decrypt(client: object, arn: Arn) -> None:
    """Without a ciphertext of the key KMS may not get as far as to ask for the permission; then nothing is shown."""
    try:
        text = client.encrypt(KeyId=str(arn), Plaintext=MESSAGE.encode())["CiphertextBlob"]
    except (AwsError, *SDK_ERRORS):
        text = MESSAGE.encode()
    client.decrypt(KeyId=str(arn), CiphertextBlob=text, DryRun=True)


def _generate(client: object, arn: Arn) -> None:
    client.generate_data_key(KeyId=str(arn), KeySpec="AES_256", DryRun=True)


class KeyPolicy(ResourcePolicy):
    """A key's policy, the only one that it can have ("default")."""

    missing = ("NotFoundException",)
    kind = KEY_POLICY
    proofs = {"kms_encrypt": _encrypt, "kms_decrypt": _decrypt, "kms_generate": _generate}

    @classmethod
    def find(cls, account: Account, rules: ServiceRules, name: str, options: Mapping) -> Arn:  # noqa: ARG003
        """Return the key that an ID or an alias means in the account and region of the credentials."""
        return _described(account, rules, name, account.region)

    @classmethod
    def of_arn(cls, account: Account, rules: ServiceRules, arn: Arn, options: Mapping) -> Arn:  # noqa: ARG003
        """Return a key's ARN as it is, for an alias the key behind it."""
        if not arn.resource.startswith("alias/"):
            return arn
        caller = account.known_account_id or account.account_id
        if arn.account_id != caller:
            raise PolicyError(
                f"resource: {arn} is an alias of account {arn.account_id}, and the credentials belong to account "
                f"{caller}: only the owner's own credentials can change a key's policy"
            )
        return _described(account, rules, str(arn), arn.region)

    def read(self) -> dict | None:
        """Return the policy; KMS gives every key one."""
        return self.parsed(self.call("get_key_policy", KeyId=str(self.arn), PolicyName="default").get("Policy"))

    def write(self, document: dict | None) -> None:
        """Replace the policy. A key is never without: without a statement it gets the one of a new key."""
        text = compact_json(document or self.empty())
        self.call_once("put_key_policy", KeyId=str(self.arn), PolicyName="default", Policy=text)

    def keepers(self, wanted: dict | None) -> list[Keepers]:  # noqa: ARG002
        """Return the account, and who makes the change: KMS asks for the latter, and a role may be deleted."""
        account, caller = request_principal(self.arn.account_id), self.account.caller
        found = [Keepers(f"account {account.account_id}", (account,))]
        if caller.account_id == account.account_id and caller.arn != account.arn:
            who = request_principal(caller.arn, unique_id=caller.user_id or UNKNOWN)
            found.append(Keepers(f"{caller.arn}, who makes this change,", (who,)))
        return found


class KeyGrants(ResourcePolicy):
    """The KMS grants on a key that bear a name of ours, each as the statement that it amounts to.

    Nobody can change a KMS grant: what differs is made anew, and the old one is revoked after that. Two may have the
    same name. A grant shows its principal by the unique ID when that was deleted, but also for a minute or so after it
    was made; KMS answers CreateGrant with the same grant then, which stays.
    """

    missing = ("NotFoundException",)
    way = GRANT
    returned_as = "kms_grants"

    def __init__(self, account: Account, rules: ServiceRules, arn: Arn, options: Mapping) -> None:
        """Know of no grant yet."""
        super().__init__(account, rules, arn, options)
        self.label = f"KMS grants on {self.resource_label}"
        self._present: list[tuple[str, dict]] = []
        self._others = 0
        self._made: dict[str, dict] = {}

    def read(self) -> dict | None:
        """Return our grants."""
        entries = self._entries()
        self._present = [(grant_id, self._as_made(grant_id, found)) for grant_id, found in own_grants(entries)]
        self._others = len(entries) - len(self._present)
        return new_document([statement for grant_id, statement in self._present]) if self._present else None

    def everybodys(self) -> list[dict]:
        """Return what all grants on the key amount to, those of others too, as statements of a policy."""
        return policy_statements(self._entries())

    def write(self, document: dict | None) -> None:
        """Make the grants that are not there yet, then revoke those that are not in the document, of those read."""
        present = canonical_statements(new_document([statement for _id, statement in self._present]))
        spare: dict[frozenset, list[str]] = {}
        for (grant_id, _statement), (_same, said) in zip(self._present, present, strict=True):
            spare.setdefault(said, []).append(grant_id)
        lacking = []
        for statement, said in canonical_statements(document):
            if spare.get(said):
                spare[said].pop(0)
            else:
                lacking.append(statement)
        for statement in lacking:
            made = self.call("create_grant", KeyId=str(self.arn), **grant_request(statement))
            self._made[made["GrantId"]] = statement
        for grant_id in itertools.chain.from_iterable(spare.values()):
            if grant_id not in self._made:
                self._revoke(grant_id)

    def empty(self) -> dict | None:
        """Return None: the key can be without grants."""

    def keepers(self, wanted: dict | None) -> list[Keepers]:  # noqa: ARG002
        """Return nobody: a KMS grant denies nothing."""
        return []

    def check_size(self, document: dict | None) -> None:
        """Raise `PolicyError` with the numbers when the key has no room for the grants."""
        too_many = too_many_grants(self._others, document)
        if too_many:
            raise PolicyError(f"{self.resource_label} in {self.account.description} would have {too_many}")

    def _entries(self) -> list[dict]:
        arguments = {"KeyId": str(self.arn), "Limit": _GRANTS_A_PAGE}
        found: list[dict] = []
        while True:
            page = self.call("list_grants", **arguments)
            found.extend(page.get("Grants") or [])
            if not page.get("Truncated"):
                return found
            arguments["Marker"] = page["NextMarker"]

    def _as_made(self, grant_id: str, statement: dict) -> dict:
        """Return a grant of this run with the principals that it was made for, while KMS shows their unique IDs."""
        return self._made.get(grant_id, statement)

    def _revoke(self, grant_id: str) -> None:
        try:
            self.call("revoke_grant", KeyId=str(self.arn), GrantId=grant_id)
        except AwsError as error:
            if not is_code(error, *_GONE):
                raise


def _described(account: Account, rules: ServiceRules, name: str, region: str | None) -> Arn:
    with aws_call(account, f"{rules.title} {name}"):
        found = account.client("kms", region).describe_key(KeyId=name)["KeyMetadata"]
    if found.get("KeyManager") == "AWS":
        raise PolicyError(
            f"resource: {name} is a key that AWS manages for one of its services; nobody can change its policy, and no "
            "other account can use it. Have the service use a customer managed key"
        )
    return parse_arn(found["Arn"])
