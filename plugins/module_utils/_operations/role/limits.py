# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether what is about to be written to a role fits into the account's limits, asked before the first write.

Private to this collection.
"""

from __future__ import annotations

from ..._aws.calls.errors import AwsError, is_unanswered
from ..._options.role import MAX_TAGS
from ..._policy.language.sizes import PolicyTooLarge, policy_size
from ..._resources.quotas import ATTACHMENTS, INLINE_SIZE, Quotas
from ..._resources.role import Role, TrustPolicy
from ..task import TaskError
from .decide import RoleDecision
from .state import RoleState

_TRUSTING = ("create", "put_trust", "share_trust")


def check_limits(role: Role, quotas: Quotas, state: RoleState | None, decision: RoleDecision) -> None:
    """Raise `PolicyTooLarge` or `TaskError` with the numbers when a step of the decision cannot succeed."""
    verbs = {step.verb for step in decision.steps}
    if verbs & set(_TRUSTING):
        TrustPolicy(role, quotas).check_size(decision.trust_policy)
    if "attach" in verbs:
        _check_attachments(role, quotas, state, decision)
    if "put_inline" in verbs:
        _check_inline(role, quotas, state, decision)
    tags = decision.plan.after.get("tags", {})
    if "tag" in verbs and len(tags) > MAX_TAGS:
        raise TaskError(f"{role.label} would have {len(tags)} tags; IAM takes {MAX_TAGS}")


def _check_attachments(role: Role, quotas: Quotas, state: RoleState | None, decision: RoleDecision) -> None:
    count = len(decision.plan.after["managed_policies"])
    limit = quotas.limit(ATTACHMENTS["role"])
    if limit is not None and count > limit:
        attached = len(state.attached) if state else 0
        raise TaskError(
            f"{role.label} would have {count} managed policies attached (now {attached}); the account's limit is "
            f"{limit}. Put several policies into one, or ask AWS to raise the quota"
        )


def _check_inline(role: Role, quotas: Quotas, state: RoleState | None, decision: RoleDecision) -> None:
    limit = quotas.limit(INLINE_SIZE["role"])
    if limit is None:
        return
    arguments = [step.arguments for step in decision.steps if step.verb == "put_inline"]
    new = {each["policy_name"]: each["document"] for each in arguments}
    removed = {step.arguments["policy_name"] for step in decision.steps if step.verb == "remove_inline"}
    known = state.inline if state else {}
    try:
        names = role.inline_names() if state else []
        others = [name for name in names if name not in new and name not in removed]
        others_size = sum(policy_size(known.get(name) or role.inline(name), "characters") for name in others)
    except AwsError as error:
        if not is_unanswered(error):
            raise
        # How much room the others take is left for IAM to judge.
        others, others_size = [], 0
    total = others_size + sum(policy_size(document, "characters") for document in new.values())
    if total > limit:
        rest = f" and {len(others)} others ({others_size:,})" if others else ""
        raise PolicyTooLarge(
            f"{role.label} in {role.account.description}: inline policies {', '.join(sorted(new))}{rest} together",
            total,
            limit,
            "characters",
        )
