# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a policy would lock the owner of its resource out: who has to be able to change it again no longer could.

The whole policy that would result is evaluated, foreign statements with it: two denials may do together what neither
does alone. Only what is certain counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..evaluation.compiled_policies import compile_policy
from ..evaluation.decision import DENIED, Decision
from ..evaluation.evaluate import evaluate
from ..evaluation.request_principals import USER, RequestPrincipal, request_principal
from ..evaluation.requests import OTHER_RESOURCE, Request, ResourcePolicy
from ..language.context import UNKNOWN
from ..language.documents import PolicyError, statements
from ..language.principals import principal_pairs

_USER_OR_ROLE = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:(?:user|role)/[!-~]+")
_UNNAMED = {
    "aws:PrincipalArn": UNKNOWN,
    "aws:PrincipalType": UNKNOWN,
    "aws:userid": UNKNOWN,
    "aws:username": UNKNOWN,
}

_KMS_CONTEXT = {"kms:PolicyName": "default", "kms:BypassPolicyLockoutSafetyCheck": "false"}
"""What a change brings with it that leaves KMS's own check on (KMS API Reference, PutKeyPolicy)."""


@dataclass(frozen=True)
class Keepers:
    """Those of whom one has to be able to change the policy again; ``label`` begins a sentence about all of them."""

    label: str
    principals: tuple[RequestPrincipal, ...]
    unnamed: bool = False
    """Whether the first of them stands for any user or role of the account that the policy does not name."""


def everybody_in(account_id: str, document: dict | None) -> Keepers:
    """Return every user and role of an account: those that the policy excepts from a denial, and any other one."""
    someone = f"arn:aws:iam::{account_id}:user/someone"
    excepted = [
        text
        for statement in statements(document)
        for kind, text in principal_pairs(statement.get("NotPrincipal"), "NotPrincipal")
        if kind == "AWS" and _USER_OR_ROLE.fullmatch(text) and f":iam::{account_id}:" in text
    ]
    return Keepers(
        f"every user and role of account {account_id}",
        (
            RequestPrincipal(USER, someone, account_id, unique_id=UNKNOWN, tags=UNKNOWN),
            *(request_principal(arn, unique_id=UNKNOWN, tags=UNKNOWN) for arn in dict.fromkeys(excepted)),
        ),
        unnamed=True,
    )


def lost_control(
    before: dict | None,
    wanted: dict | None,
    arn: str,
    actions: Sequence[str],
    keepers: Sequence[Keepers],
    *,
    account_id: str,
    kind: str = OTHER_RESOURCE,
) -> Iterator[str]:
    """Yield which keepers could not change the policy of the resource ``arn`` any more, and why.

    ``actions`` are those that change it, of which one is enough; ``kind`` is the kind of policy (`evaluation.requests`)
    and ``account_id`` its owner. Those who had lost it before are not asked about. Raises `PolicyError` for a document
    that is no policy.
    """
    documents = [ResourcePolicy(kind, compile_policy(document)) for document in (wanted, before)]
    for group in keepers:
        after, at_present = (_denials(group, policy, arn, actions, account_id) for policy in documents)
        if after and not at_present:
            yield f"{group.label} {_why(after)}"


def check_control(
    label: str,
    before: dict | None,
    wanted: dict | None,
    arn: str,
    actions: Sequence[str],
    keepers: Sequence[Keepers],
    *,
    account_id: str,
    kind: str = OTHER_RESOURCE,
) -> None:
    """Raise `PolicyError` about the policy ``label`` when `lost_control` finds somebody."""
    lost = list(lost_control(before, wanted, arn, actions, keepers, account_id=account_id, kind=kind))
    if lost:
        changing = " and ".join(actions)
        raise PolicyError(
            f"{label} would lock its owner out: {'; '.join(lost)}. Nobody could change it any more ({changing}) but "
            f"AWS's support. Leave {actions[0]} out of what is denied, exempt whoever administers it (for example by "
            "ArnNotLike on aws:PrincipalArn), or keep a statement that allows it where the policy alone decides"
        )


def _denials(
    group: Keepers, policy: ResourcePolicy, arn: str, actions: Sequence[str], account_id: str
) -> list[Decision]:
    """Return a denial of each action to each of them; nothing as soon as something is not certainly denied."""
    found = []
    for index, who in enumerate(group.principals):
        for action in actions:
            decision = evaluate(
                Request(
                    principal=who,
                    action=action,
                    resource=arn,
                    resource_account=account_id,
                    context={
                        **(_UNNAMED if group.unnamed and index == 0 else {}),
                        **_KMS_CONTEXT,
                        "kms:CallerAccount": who.account_id,
                        "*": UNKNOWN,
                    },
                    identity_policies=UNKNOWN,
                    permissions_boundary=UNKNOWN,
                    resource_policy=policy,
                )
            )
            if decision.answer != DENIED:
                return []
            found.append(decision)
    return found


def _why(denials: Sequence[Decision]) -> str:
    denying = dict.fromkeys(
        str(statement).partition(" of ")[0] for decision in denials for statement in decision.deciding
    )
    return f"is denied it by {' and '.join(denying)}" if denying else "is allowed it by no statement"
