# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""KMS keys.

Sources: KMS Developer Guide, "Default key policy" (what key users get, and through AWS services), "Allowing users in
other accounts to use a KMS key", "Permissions reference" (which actions a key policy can allow, and which of them
across accounts), "Condition keys", "Grants" and "Quotas"; KMS API Reference, PutKeyPolicy and CreateGrant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..._policy.kms.grants import CONTEXT_KEY, MOST_CONTEXT_CHARACTERS, MOST_CONTEXT_PAIRS, OPERATIONS, operations_of
from ..._policy.language.documents import PolicyError, ascii_lower
from ..._policy.language.principals import Arn, parse_principal, principal_element
from ..._policy.statements.condition_options import Piece, as_list, each_text
from ..._policy.statements.service_rules import CONDITIONS, POLICY, Granted, ProofCall, ServiceRules

GRANT = "grant"
"""The way of granting that only KMS has."""

_DESCRIBE = "kms:DescribeKey"
_PUBLIC_KEY = "kms:GetPublicKey"
_GENERATE = "kms:GenerateDataKey*"
_ONLY_FOR_AWS = "grant_only"
_NO_KEY = "it is about no key, so only an IAM policy can allow it"
_OWN_ACCOUNT_ONLY = tuple(
    f"kms:{name}".lower()
    for name in (
        "CancelKeyDeletion",
        "CreateAlias",
        "DeleteAlias",
        "DeleteImportedKeyMaterial",
        "DisableKey",
        "DisableKeyRotation",
        "EnableKey",
        "EnableKeyRotation",
        "GetKeyLastUsage",
        "GetKeyPolicy",
        "GetParametersForImport",
        "ImportKeyMaterial",
        "ListKeyPolicies",
        "ListKeyRotations",
        "ListResourceTags",
        "PutKeyPolicy",
        "ReplicateKey",
        "RotateKeyOnDemand",
        "ScheduleKeyDeletion",
        "TagResource",
        "UntagResource",
        "UpdateAlias",
        "UpdateKeyDescription",
        "UpdatePrimaryRegion",
    )
)
_NOT_IN_A_GRANT = (*CONDITIONS, "via_services")


def _check_context(grant: Mapping, via_grant: bool) -> Iterator[str]:
    given = grant.get("encryption_context")
    if given is None:
        return
    if not given:
        yield "encryption_context: empty: omit the option or add a pair"
    for key, value in given.items():
        if not isinstance(key, str) or not isinstance(value, str):
            yield f"encryption_context: {key}: {value!r} is not text; write it in quotes"
        elif len(value) > MOST_CONTEXT_CHARACTERS and via_grant:
            yield (
                f"encryption_context: {key}: {len(value)} characters; a KMS grant takes {MOST_CONTEXT_CHARACTERS}, "
                f"{len(value) - MOST_CONTEXT_CHARACTERS} fewer"
            )
    if via_grant and len(given) > MOST_CONTEXT_PAIRS:
        yield f"encryption_context: {len(given)} pairs; a KMS grant takes {MOST_CONTEXT_PAIRS}"


def _check_grant(grant: Mapping) -> Iterator[str]:
    if grant.get("effect", "Allow") != "Allow":
        yield "effect: a KMS grant only allows; leave via: grant out"
    for option in _NOT_IN_A_GRANT:
        if option in grant:
            yield f"{option}: a KMS grant knows no other condition than encryption_context; leave via: grant out"
    principals = as_list(grant.get("principals", []))
    if len(principals) > 1:
        yield f"principals: a KMS grant is for one, not {len(principals)}; write an entry for each"
    for principal in principals:
        yield from _check_principal("principals", principal)
    if grant.get("access") == _ONLY_FOR_AWS:
        yield "access: a KMS grant can't allow to list and revoke grants; leave via: grant out"
        return
    for action in _actions(grant):
        if not operations_of([action]):
            names = ", ".join(f"kms:{name}" for name in OPERATIONS)
            yield f"actions: a KMS grant can't allow {action}, only {names}"


def _actions(grant: Mapping) -> list[str]:
    """The actions of an entry, as far as they are texts: what else is wrong with them is said elsewhere."""
    if grant.get("access") in RULES.access:
        return list(RULES.access[grant["access"]].resource)
    return [action for action in as_list(grant.get("actions", [])) if isinstance(action, str)]


def _check_principal(option: str, text: str) -> Iterator[str]:
    try:
        principal = parse_principal(text)
    except PolicyError as error:
        if option != "principals":
            yield f"{option}: {error}"
        return
    if principal.kind not in ("account", "iam"):
        yield f"{option}: a KMS grant takes an account, a role, a user or a session, not {text!r}"


def _services(value: object) -> list[str]:
    return each_text(
        value,
        r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?",
        "a service in a region, such as s3.eu-central-1.amazonaws.com",
    )


class Key(ServiceRules):
    """KMS keys: what their policies may say."""

    type = "kms_key"
    title = "KMS key"
    service = "kms"
    name = r"mrk-[0-9a-f]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|alias/[a-zA-Z0-9/_-]{1,250}"
    name_words = "a key's ID, or alias/ and the name of an alias"
    resource = "key/{name}"
    other_resource = r"alias/[a-zA-Z0-9/_-]{1,250}"
    name_gives_arn = False
    access = {
        "use": Granted(("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", _GENERATE, _DESCRIBE)),
        "encrypt": Granted(("kms:Encrypt", "kms:ReEncryptTo", _GENERATE, _DESCRIBE)),
        "decrypt": Granted(("kms:Decrypt", _DESCRIBE)),
        "sign": Granted(("kms:Sign", _PUBLIC_KEY, _DESCRIBE)),
        "verify": Granted(("kms:Verify", _PUBLIC_KEY, _DESCRIBE)),
        _ONLY_FOR_AWS: Granted(("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant")),
    }
    limit = 32 * 1024
    not_actions = {
        "kms:createkey": _NO_KEY,
        "kms:generaterandom": _NO_KEY,
        "kms:listaliases": _NO_KEY,
        "kms:listkeys": _NO_KEY,
        "kms:listretirablegrants": _NO_KEY,
        "kms:reencrypt": "its permissions are kms:ReEncryptFrom and kms:ReEncryptTo; write kms:ReEncrypt* for both",
    }
    grant_options = {
        "via": {"type": "str", "choices": [POLICY, GRANT]},
        "via_services": {"type": "list", "elements": "str"},
        "encryption_context": {"type": "dict"},
        "retiring_principal": {"type": "str"},
    }
    condition_options = {"via_services": ("StringEquals", "kms:ViaService", _services)}
    ways = (POLICY, GRANT)
    own_account_only = _OWN_ACCOUNT_ONLY
    control = ("kms:PutKeyPolicy",)
    propagation_seconds = 60.0
    preload = True
    proofs = (
        ProofCall("kms_encrypt", "kms:Encrypt", "could encrypt with"),
        ProofCall("kms_decrypt", "kms:Decrypt", "could decrypt with"),
        ProofCall("kms_generate", "kms:GenerateDataKey", "could make a data key with"),
    )
    dry_run_codes = ("DryRunOperationException",)
    invalid_principal = {"MalformedPolicyDocumentException": "principal", "InvalidArnException": "principal"}
    passing_codes = ("KMSInternalException", "DependencyTimeoutException")
    without_verdict = {
        "NotFoundException": "there is no such topic or key",
        "InvalidCiphertextException": "KMS does not say who may decrypt unless it gets a real ciphertext",
        "InvalidKeyUsageException": "the key is not for this",
        "DisabledException": "the key is disabled",
        "KMSInvalidStateException": "the key can't be used",
    }
    api = (
        "DescribeKey (for an ID or an alias)",
        "GetKeyPolicy",
        "PutKeyPolicy",
        "ListGrants",
        "CreateGrant (`via: grant`)",
        "RevokeGrant (`via: grant`)",
    )
    to_know = (
        "Grants are in the key's policy or, with `via: grant`, KMS grants, of which a key takes 50,000.",
        "Every run lists the KMS grants of the key, 100 a call, also where all grants are in the policy: one may have "
        "been a KMS grant before, and has to end then.",
        "What KMS lets only the key's own account do (`kms:PutKeyPolicy`, `kms:ScheduleKeyDeletion` …) is refused for "
        "principals of other accounts, unless a wildcard stands for it.",
        "`grant_only` holds only for grants that an AWS service makes in the principal's name, such as for a volume.",
        "A key always has a policy. Without a statement it gets the one of a new key: its account's policies decide.",
        "A policy after which the key's account, or the caller, could not change it any more is refused.",
        "Keys that AWS manages (`alias/aws/…`) can't be granted on.",
    )
    proved = "local AWS"

    def more_conditions(self, grant: Mapping) -> Iterator[Piece]:
        """Yield the lines for the encryption context, and for access that only AWS services need."""
        given = grant.get("encryption_context")
        for key, value in (given or {}).items():
            if isinstance(value, str):
                yield ("StringEquals", f"{CONTEXT_KEY}{key}", value, "encryption_context")
        if grant.get("access") == _ONLY_FOR_AWS:
            yield ("Bool", "kms:GrantIsForAWSResource", "true", "access")

    def written(self, grant: Mapping, statement: dict) -> dict:
        """Return the statement of an entry; of one with ``via: grant`` what the KMS grant amounts to."""
        if grant.get("via") != GRANT:
            return statement
        operations = [f"kms:{name}" for name in operations_of(as_list(statement["Action"]))]
        whole = {**statement, "Action": operations if len(operations) > 1 else operations[0]}
        if "retiring_principal" not in grant:
            return whole
        partition = statement["Principal"]["AWS"].split(":")[1]
        element = principal_element([parse_principal(grant["retiring_principal"])], partition)
        return {**whole, "RetiringPrincipal": element["AWS"]}

    def resources(self, _arn: Arn) -> tuple[str, ...]:
        """Return what stands for the key itself: a key's policy is about no other."""
        return ("*",)

    def check(self, grant: Mapping) -> Iterator[str]:
        """Yield what is wrong with an entry on a key."""
        via_grant = grant.get("via") == GRANT
        yield from _check_context(grant, via_grant)
        if not via_grant:
            if "retiring_principal" in grant:
                yield "retiring_principal: only a KMS grant has one (via: grant)"
            if "kms:retiregrant" in map(ascii_lower, _actions(grant)) and grant.get("effect", "Allow") == "Allow":
                yield (
                    "actions: kms:RetireGrant: a key policy has no say in it; "
                    "name a retiring_principal in the KMS grant"
                )
            return
        yield from _check_grant(grant)
        if "retiring_principal" in grant:
            yield from _check_principal("retiring_principal", grant["retiring_principal"])

    def empty_policy(self, arn: Arn) -> dict:
        """Return the policy that KMS gives a new key: IAM policies of its account decide.

        A key always has a policy, so this is what a key gets of whose policy no statement is left.
        """
        return {
            "Version": "2012-10-17",
            "Id": "key-default-1",
            "Statement": [
                {
                    "Sid": "Enable IAM User Permissions",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:{arn.partition}:iam::{arn.account_id}:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                }
            ],
        }


RULES = Key()
