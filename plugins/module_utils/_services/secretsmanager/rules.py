# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets of Secrets Manager.

Sources: Secrets Manager User Guide, "Attach a permissions policy to a secret", "Access secrets from a different
account", "Secret encryption and decryption", "Replicate secrets across Regions"; its API Reference, PutResourcePolicy
and the SecretId of GetSecretValue; service authorization reference.
"""

from __future__ import annotations

from ..._policy.kms.required_access import DECRYPT, GENERATE
from ..._policy.language.principals import Arn
from ..._policy.statements.service_rules import Granted, ProofCall, ServiceRules

_LOOK = "secretsmanager:DescribeSecret"
_READ = "secretsmanager:GetSecretValue"
_STORE = "secretsmanager:PutSecretValue"
_OF_NO_RESOURCE = (
    "it is about no secret in particular, so no secret's policy can allow it; own principals need their own policies"
)


class Secret(ServiceRules):
    """Secrets: what their policies may say."""

    type = "secret"
    title = "secret"
    service = "secretsmanager"
    name = r"[A-Za-z0-9/_+=.@-]{1,519}"
    name_words = "1 to 512 of a-z A-Z 0-9 / _ + = . @ -"
    name_gives_arn = False
    name_pattern = "{name}-??????"
    resource = "secret:{name}"
    access = {
        "read": Granted((_READ, _LOOK)),
        "write": Granted((_STORE, _LOOK)),
        "read_write": Granted((_READ, _STORE, _LOOK)),
    }
    limit = 20480
    not_actions = {
        "secretsmanager:batchgetsecretvalue": f"what counts for each secret of the batch is {_READ}",
        "secretsmanager:getrandompassword": _OF_NO_RESOURCE,
        "secretsmanager:listsecrets": _OF_NO_RESOURCE,
    }
    control = ("secretsmanager:PutResourcePolicy", "secretsmanager:DeleteResourcePolicy")
    key_actions = {_READ: (DECRYPT,), _STORE: (DECRYPT, GENERATE)}
    key_is_optional = False
    encryption_context = "SecretARN"
    proofs = (ProofCall("secret_read", _READ, "read"), ProofCall("secret_describe", _LOOK, "described"))
    invalid_principal = {"MalformedPolicyDocumentException": "principal", "InvalidParameterException": "principal"}
    passing_codes = ("InternalServiceError",)
    api = (
        "DescribeSecret (for a name, and before a change)",
        "GetResourcePolicy",
        "PutResourcePolicy (with BlockPublicPolicy)",
        "DeleteResourcePolicy",
    )
    to_know = (
        "A secret that encrypts with `aws/secretsmanager` is of no use to other accounts; give it a key of its own.",
        "A replica has the policy of its primary secret, which Secrets Manager copies, and takes no other: nothing is "
        "written there. A run waits until the copy is what is declared (60 seconds, or `propagation_timeout`), which "
        "is no change; if it does not become that, the run fails and names the primary's region. Check mode foretells "
        "no change, and warns. So name the primary's region first: `regions: [us-east-1, eu-west-1]`.",
        "Each replica is encrypted with a key of its own region, which wants a grant of its own.",
        "Where a name ends in a hyphen and six characters (`db-master`), a proof needs the whole ARN, since Secrets "
        "Manager takes that end for what it added. The secret's account is asked for it; if no connection leads there, "
        "nothing is proved: write `resource.arn`.",
        "A change after which nobody could change the policy again is refused.",
    )
    proved = "local AWS"

    def resources(self, _arn: Arn) -> tuple[str, ...]:
        """Return what stands for the secret itself: its ARN ends in characters that nobody chose."""
        return ("*",)


RULES = Secret()
