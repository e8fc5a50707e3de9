# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a key's policy would lock its owner out: nobody could ever change it again, except AWS's support.

KMS makes one check of its own: the caller has to be able to write the policy once more (KMS API Reference,
PutKeyPolicy). That the account keeps the key, too, is more than KMS asks for: a role can be deleted, the account stays
(KMS Developer Guide, "Default key policy").
"""

from __future__ import annotations

from collections.abc import Iterator

from ..evaluation.compiled_policies import compile_policy
from ..evaluation.decision import DENIED, Decision
from ..evaluation.evaluate import evaluate
from ..evaluation.request_principals import RequestPrincipal, request_principal
from ..evaluation.requests import KEY_POLICY, Request, ResourcePolicy
from ..language.context import UNKNOWN
from ..language.principals import Arn

ACTION = "kms:PutKeyPolicy"


def lost_control(before: dict | None, wanted: dict | None, arn: Arn, caller: RequestPrincipal) -> Iterator[str]:
    """Yield who could not change the policy of the key ``arn`` any more, and why: the account, the caller.

    Only what is certain counts; where the caller's own policies decide, KMS decides. The account is not asked for where
    it had lost the key before.
    """
    account = request_principal(arn.account_id)
    after = _judged(wanted, arn, account)
    if after.answer == DENIED and _judged(before, arn, account).answer != DENIED:
        yield f"account {arn.account_id} {_why(after)}"
    if caller.account_id == arn.account_id and caller.arn != account.arn:
        of_caller = _judged(wanted, arn, caller)
        if of_caller.answer == DENIED:
            yield f"{caller.arn}, who makes this change, {_why(of_caller)}"


def _judged(document: dict | None, arn: Arn, who: RequestPrincipal) -> Decision:
    return evaluate(
        Request(
            principal=who,
            action=ACTION,
            resource=str(arn),
            resource_account=arn.account_id,
            context={
                "kms:CallerAccount": arn.account_id,
                "kms:PolicyName": "default",
                "kms:BypassPolicyLockoutSafetyCheck": "false",
                "*": UNKNOWN,
            },
            identity_policies=UNKNOWN,
            resource_policy=ResourcePolicy(KEY_POLICY, compile_policy(document)),
        )
    )


def _why(decision: Decision) -> str:
    denying = [str(statement).partition(" of ")[0] for statement in decision.deciding]
    return f"is denied it by {' and '.join(denying)}" if denying else "is allowed it by no statement"
