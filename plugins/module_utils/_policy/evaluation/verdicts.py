# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each kind of policy says about a request, one kind at a time."""

from __future__ import annotations

from typing import Union

from ..language.context import UNKNOWN, Unknown
from ..language.three_valued import either
from ..reference.data import RCP_SERVICES
from .compiled_policies import CompiledPolicy, CompiledStatement
from .principal_matching import ACCOUNT, DIRECT, NONE
from .request_facts import RequestFacts
from .request_principals import IAM_KINDS
from .requests import KEY_POLICY, ControlPolicies, Level

IDENTITY = "identity_policy"
BOUNDARY = "permissions_boundary"
SESSION_POLICY = "session_policy"
RESOURCE = "resource_policy"
SCP = "service_control_policy"
RCP = "resource_control_policy"
VPC_ENDPOINT = "vpc_endpoint_policy"
ACL = "access_control_list"
BLOCK_PUBLIC_ACCESS = "block_public_access"
SERVICE_RULE = "service_rule"

_MANAGEMENT_DOUBT = "it is not known whether the {}'s account is the management account, which is exempt"

Where = tuple[CompiledPolicy, CompiledStatement]
Policies = tuple[Union[CompiledPolicy, Unknown], ...]


class Verdict:
    """What one policy kind, or one level of it, says.

    ``allow`` and ``deny`` are three-valued and independent; ``certain`` and ``possible`` are the levels at which a
    resource policy allows. ``allowing`` and ``denying`` are the policy and statement that decided it, ``note`` says why
    where no statement does. ``policies`` are those looked at, for the explanation.
    """

    __slots__ = (
        "allow",
        "allowing",
        "certain",
        "deny",
        "denying",
        "kind",
        "name",
        "note",
        "policies",
        "possible",
    )

    def __init__(
        self,
        kind: str,
        *,
        name: str = "",
        allow: bool | None = False,
        deny: bool | None = False,
        note: str = "",
        policies: Policies = (),
    ) -> None:
        self.kind = kind
        self.name = name
        self.allow = allow
        self.deny = deny
        self.allowing: Where | None = None
        self.denying: Where | None = None
        self.certain = NONE
        self.possible = NONE
        self.note = note
        self.policies = policies


def judge_identity(kind: str, policies: Policies | Unknown, facts: RequestFacts, name: str = "") -> Verdict:
    """Return what policies without principals say together: one Allow in any of them allows."""
    if policies is UNKNOWN:
        return Verdict(kind, name=name, allow=None, deny=None, policies=(UNKNOWN,))
    verdict = Verdict(kind, name=name, policies=policies)
    for policy in policies:
        if policy is UNKNOWN:
            verdict.allow = verdict.allow or None
            verdict.deny = verdict.deny or None
            continue
        for statement in policy.on(facts.service):
            denies = statement.denies
            if verdict.deny if denies else verdict.allow:
                continue
            matched = facts.matches(statement)
            if matched is False:
                continue
            if denies:
                verdict.deny = matched
                if matched:
                    verdict.denying = (policy, statement)
            else:
                verdict.allow = matched
                if matched:
                    verdict.allowing = (policy, statement)
    return verdict


def judge_resource(
    kind: str,
    policy: CompiledPolicy | Unknown | None,
    facts: RequestFacts,
    policy_kind: str = "",
    accounts_delegate: bool | None = True,
) -> Verdict:
    """Return what a policy with principals says, with the levels at which it allows.

    ``accounts_delegate`` is ``None`` where an account as principal may or may not mean everybody in it.
    """
    if policy is UNKNOWN:
        verdict = Verdict(kind, allow=None, deny=None, policies=(UNKNOWN,))
        verdict.possible = DIRECT
        return verdict
    if policy is None:
        return Verdict(kind)
    verdict = Verdict(kind, name=policy.name, policies=(policy,))
    for statement in policy.about(facts.principal):
        if statement.principal is None:
            continue
        certain, possible = statement.principal.level(facts.principal, facts.boundary)
        if possible == NONE:
            continue
        matched = _matches_own_resource(statement, facts, policy_kind)
        if matched is False:
            continue
        if certain == ACCOUNT and accounts_delegate is None:
            certain = NONE
        if statement.denies:
            denied = True if matched and certain else None
            if denied and not verdict.deny:
                verdict.denying = (policy, statement)
            verdict.deny = either(verdict.deny, denied)
            continue
        if matched and certain > verdict.certain:
            verdict.certain = certain
            verdict.allowing = (policy, statement)
        verdict.possible = max(verdict.possible, possible)
    verdict.allow = True if verdict.certain else None if verdict.possible else False
    return verdict


def _matches_own_resource(statement: CompiledStatement, facts: RequestFacts, policy_kind: str) -> bool | None:
    """A statement that names no resource speaks of the one that its policy is attached to.

    So it is in trust policies, which take no Resource element. In key policies it has no effect (KMS Developer Guide,
    "Key policies": Resource is required; AWS_API PutKeyPolicy).
    """
    if statement.names_resources:
        return facts.matches(statement)
    if policy_kind == KEY_POLICY or not statement.action_matches(facts.action):
        return False
    return statement.conditions_hold(facts.context)


def judge_vpc_endpoint(policy: CompiledPolicy | Unknown, facts: RequestFacts) -> Verdict:
    """Return what an endpoint's policy says.

    An account as principal means its root user alone in the policy of a gateway endpoint, everybody in it in that of an
    interface endpoint (AWS PrivateLink Guide, "Endpoint policies", "Principals for gateway endpoints"): not known here.
    """
    return judge_resource(VPC_ENDPOINT, policy, facts, accounts_delegate=None)


def judge_control_levels(control: ControlPolicies | Unknown | None, facts: RequestFacts) -> list[Verdict]:
    """Return what the service control policies say, level by level: each level has to allow.

    (Organizations User Guide, "SCP evaluation".) They bind principals of member accounts, the root user included;
    not the management account, not service-linked roles, nobody outside the organization.
    """
    if control is None or facts.principal.kind not in IAM_KINDS or facts.principal.is_service_linked:
        return []
    if control is UNKNOWN:
        return [Verdict(SCP, allow=None, deny=None, policies=(UNKNOWN,))]
    if control.management_account is True:
        return []
    found = [judge_identity(SCP, level.policies, facts, level.name) for level in control.levels]
    if control.management_account is UNKNOWN:
        for verdict in found:
            if verdict.deny or not verdict.allow:
                verdict.note = _MANAGEMENT_DOUBT.format("principal")
            verdict.allow = verdict.allow or None
            verdict.deny = None if verdict.deny else verdict.deny
    return found


def judge_resource_control(control: ControlPolicies | Unknown | None, facts: RequestFacts) -> list[Verdict]:
    """Return what the resource control policies say, level by level: only their denies count.

    ``RCPFullAWSAccess`` is attached everywhere and cannot be detached, so that there is always an Allow (Organizations
    User Guide, "RCP evaluation"). They bind whoever asks, services and anonymous callers included, but service-linked
    roles; and resources of member accounts, not those of the management account.
    """
    if control is None or facts.principal.is_service_linked:
        return []
    if control is UNKNOWN:
        return [Verdict(RCP, allow=True, deny=None, policies=(UNKNOWN,))]
    if control.management_account is True:
        return []
    doubt = ""
    if control.management_account is UNKNOWN:
        doubt = _MANAGEMENT_DOUBT.format("resource")
    elif facts.service not in RCP_SERVICES:
        doubt = f"it is not known whether resource control policies apply to {facts.service}"
    found = []
    for level in control.levels:
        verdict = _judge_rcp_level(level, facts)
        if doubt and verdict.deny:
            verdict.deny = None
            verdict.note = doubt
        found.append(verdict)
    return found


def _judge_rcp_level(level: Level, facts: RequestFacts) -> Verdict:
    policies: Policies = (UNKNOWN,) if level.policies is UNKNOWN else level.policies
    result = Verdict(RCP, name=level.name, allow=True, policies=policies)
    for policy in policies:
        verdict = judge_resource(RCP, policy, facts)
        if verdict.deny and not result.deny:
            result.denying = verdict.denying
        result.deny = either(result.deny, verdict.deny)
    return result
