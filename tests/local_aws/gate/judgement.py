# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One question to the collection's evaluator: the caller, what the call is about, and AWS's words for a no."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.xacct.aws.plugins.module_utils._operations.access_check.request_contexts import is_own_only
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import (
    CompiledPolicy,
    compile_policy,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.decision import UNDECIDED, Decision
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.evaluate import evaluate
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import (
    Request,
    ResourcePolicy,
    S3Access,
)

from .errors import Refusal
from .identities import Caller
from .organization import RCP, RCP_SERVICES, SCP, control_policies, organization_keys

# What AWS calls the kinds of policies in its messages.
POLICY_WORDS = {
    "identity_policy": "identity-based policy",
    "permissions_boundary": "permissions boundary",
    "session_policy": "session policy",
    "resource_policy": "resource-based policy",
    "service_control_policy": "service control policy",
    "resource_control_policy": "resource control policy",
}

# NotPrincipal with Deny that names a part of who asks: AWS says that it "might" deny. Here it does.
MAY_NOT_NAME = "principal: the statement may not name"


@dataclass(frozen=True)
class Target:
    """What a call is about: an ARN (`*` for an action that knows none), whose it is, and the policy it carries."""

    arn: str
    account: str
    policy: str | dict | CompiledPolicy | None = None
    policy_kind: str | None = None  # None: it carries none and cannot
    tags: Mapping[str, str] = field(default_factory=dict)
    s3_access: S3Access | None = None
    granted: tuple[CompiledPolicy, ...] = ()  # what speaks for the caller beside its own policies: a KMS grant


class Undecided(Exception):
    """The evaluator did not know: the gate forgot to say something."""


@dataclass(frozen=True)
class Circumstances:
    """What every call brings."""

    now: datetime.datetime
    region: str
    source_ip: str
    user_agent: str

    def keys(self) -> dict[str, object]:
        """The context keys. What comes in came by plain HTTP."""
        return {
            "aws:CurrentTime": self.now,
            "aws:EpochTime": int(self.now.timestamp()),
            "aws:RequestedRegion": self.region,
            "aws:SecureTransport": "false",
            "aws:SourceIp": self.source_ip,
            "aws:UserAgent": self.user_agent,
        }


def decide(
    caller: Caller, action: str, target: Target, circumstances: Circumstances, context: Mapping[str, object]
) -> Decision:
    """Ask the evaluator."""
    keys = {
        **circumstances.keys(),
        **organization_keys(caller.account, "Principal"),
        **organization_keys(target.account, "Resource"),
        **{f"aws:ResourceTag/{tag}": value for tag, value in target.tags.items()},
        **caller.context,
        **context,
    }
    if caller.session and caller.session.mfa_at:
        keys["aws:MultiFactorAuthAge"] = int((circumstances.now - caller.session.mfa_at).total_seconds())
    if not caller.session and caller.account:
        keys.setdefault("aws:TokenIssueTime", None)
    policy = target.policy
    carrier = None
    if target.policy_kind is not None:
        carrier = ResourcePolicy(target.policy_kind, None if policy is None else compile_policy(policy, target.arn))
    has_rcps = action.partition(":")[0] in RCP_SERVICES
    decision = evaluate(
        Request(
            principal=caller.principal,
            action=action,
            resource=target.arn,
            resource_account=target.account,
            context=keys,
            identity_policies=(*caller.identity_policies, *target.granted),
            permissions_boundary=caller.permissions_boundary,
            session_policies=caller.session_policies,
            resource_policy=carrier,
            service_control_policies=control_policies(caller.account, SCP),
            resource_control_policies=control_policies(target.account, RCP) if has_rcps else None,
            s3_access=target.s3_access,
            resource_tags=target.tags,
            own_account_only=is_own_only(action, target.arn),
        )
    )
    if decision.answer == UNDECIDED and not all(MAY_NOT_NAME in reason for reason in decision.unknown_because):
        raise Undecided(f"{action} on {target.arn}: {decision.unknown_because}")
    return decision


def demand(
    caller: Caller, action: str, target: Target, circumstances: Circumstances, context: Mapping[str, object]
) -> None:
    """Refuse the call unless it is allowed."""
    decision = decide(caller, action, target, circumstances, context)
    if not decision.allowed:
        raise denied(caller, action, target, decision)


def denied(caller: Caller, action: str, target: Target, decision: Decision | None = None) -> Refusal:
    """AWS's refusal of a call."""
    service = action.partition(":")[0]
    if service == "s3" and caller.account != target.account:
        return Refusal("AccessDenied", "Access Denied", 403)
    who = f"User: {caller.arn or 'anonymous'}"
    quoted = f'"{target.arn}"' if service == "s3" else target.arn
    message = f"{who} is not authorized to perform: {action}"
    if target.arn != "*" or service == "s3":
        message += f" on resource: {quoted}"
    message += because(action, decision) if decision is not None else ""
    if service in ("iam", "sts", "s3", "ec2", "cloudformation"):
        return Refusal("AccessDenied", message, 403)
    if service == "sns":
        return Refusal("AuthorizationError", message, 403)
    if service == "sqs":
        return Refusal("AccessDenied", message, 403)
    status = 403 if service in ("lambda", "backup", "efs") else 400
    return Refusal("AccessDeniedException", message, status)


def because(action: str, decision: Decision) -> str:
    """The end of the message. Of a role's own trust policy STS says nothing."""
    if not decision.blocked_by:
        return ""
    outcome = decision.blocked_by[0]
    words = POLICY_WORDS.get(outcome.kind)
    if words is None or (action.startswith("sts:AssumeRole") and outcome.kind == "resource_policy"):
        return ""
    article = "an" if words[0] in "aeiou" else "a"
    if outcome.said == "explicitly_denied":
        return f" with an explicit deny in {article} {words}"
    return f" because no {words} allows the {action} action"
