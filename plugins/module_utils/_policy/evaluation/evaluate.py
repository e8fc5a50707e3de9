# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""May this principal do that there? AWS's policy evaluation logic, over everything that was gathered.

Sources: IAM User Guide, "Policy evaluation logic" (single account, cross-account, resource-based policies and implicit
denies) and "Permissions boundaries"; Organizations User Guide, "SCP evaluation" and "RCP evaluation"; KMS Developer
Guide, "Key policies"; STS API Reference.

Not modelled: KMS grants, S3 access points, calls that a service makes in a caller's name.
"""

from __future__ import annotations

from ..language.context import UNKNOWN, Unknown
from ..language.three_valued import agreed, both
from .decision import ALLOWED, DENIED, UNDECIDED, Decision
from .principal_matching import ACCOUNT, BEHIND, DIRECT, NONE
from .request_facts import RequestFacts
from .request_principals import FEDERATED_USER, IAM_KINDS, ROOT
from .requests import BUCKET_POLICY, KEY_POLICY, ROLE_TRUST, Request
from .s3_access import judge_acl, judge_public_access, object_account
from .verdicts import (
    BOUNDARY,
    IDENTITY,
    RESOURCE,
    SERVICE_RULE,
    SESSION_POLICY,
    Verdict,
    judge_control_levels,
    judge_identity,
    judge_resource,
    judge_resource_control,
    judge_vpc_endpoint,
)

_POLICY_SERVICES = {ROLE_TRUST: ("sts",), KEY_POLICY: ("kms",), BUCKET_POLICY: ("s3", "s3express")}
"""For which service's actions these kinds of policies speak: iam:GetRole is no matter of the role's trust policy."""

_ASSUME_ACTIONS = frozenset(
    {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:setcontext",
        "sts:setsourceidentity",
        "sts:tagsession",
    }
)
_RESERVED_ROLE_ACTIONS = frozenset(
    {
        "iam:attachrolepolicy",
        "iam:deleterole",
        "iam:deleterolepermissionsboundary",
        "iam:deleterolepolicy",
        "iam:detachrolepolicy",
        "iam:passrole",
        "iam:putrolepermissionsboundary",
        "iam:putrolepolicy",
        "iam:tagrole",
        "iam:untagrole",
        "iam:updateassumerolepolicy",
        "iam:updaterole",
        "iam:updateroledescription",
    }
)
_BUCKET_RESCUE = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})


def evaluate(request: Request) -> Decision:
    """Return the decision about ``request``.

    It is ``allowed`` or ``denied`` only if it would be so whatever the unknown inputs turned out to be; ``unknown``
    otherwise. The decision works out its explanation when it is asked for it.
    """
    return _Evaluation(request).decision()


class _Evaluation:
    """One request on its way to a decision: what each kind of policy says, then the rules that put it together."""

    __slots__ = ("acl", "endpoint", "facts", "identity", "limits", "public", "rcps", "request", "resource", "scps")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.facts = RequestFacts(request)

    def decision(self) -> Decision:
        rule = self._service_rule()
        if rule is not None:
            return Decision(DENIED if rule.deny else ALLOWED, self.facts, (rule,), (rule,) if rule.deny else ())
        self._judge()
        verdicts = tuple(self._verdicts())
        undenied: bool | None = True
        for verdict in verdicts:
            deny = verdict.deny
            if deny is not False:
                undenied = both(undenied, None if deny is None else False)
        allowed = both(undenied, self._granted())
        for verdict in self._guardrails():
            allowed = both(allowed, verdict.allow)
        if allowed:
            return Decision(ALLOWED, self.facts, verdicts, ())
        if allowed is None:
            return Decision(UNDECIDED, self.facts, verdicts, ())
        return Decision(DENIED, self.facts, verdicts, tuple(self._blocking(verdicts)))

    def _service_rule(self) -> Verdict | None:
        """What no policy changes.

        ``GetCallerIdentity`` answers even who is explicitly denied it (STS API Reference); the root user cannot assume
        roles (STS API Reference, AssumeRole); roles below ``aws-reserved/`` are changed by IAM Identity Center only.
        """
        kind, action = self.facts.principal.kind, self.facts.action
        if self.request.own_account_only and self._is_from_elsewhere():
            return Verdict(SERVICE_RULE, deny=True, note=f"{action} is for the resource's own account alone")
        if kind not in IAM_KINDS:
            return None
        if action == "sts:getcalleridentity":
            return Verdict(SERVICE_RULE, allow=True, note="sts:GetCallerIdentity cannot be denied")
        if action == "sts:assumerole" and kind == ROOT:
            return Verdict(SERVICE_RULE, deny=True, note="the root user of an account cannot assume a role")
        if action in _RESERVED_ROLE_ACTIONS and ":role/aws-reserved/" in self.facts.resource:
            return Verdict(
                SERVICE_RULE, deny=True, note="only AWS changes roles below aws-reserved/, and none is passed on"
            )
        return None

    def _is_from_elsewhere(self) -> bool:
        owner = self.request.resource_account
        return owner is not UNKNOWN and owner not in (None, self.facts.principal.account_id)

    def _judge(self) -> None:
        request, facts = self.request, self.facts
        self.scps = judge_control_levels(request.service_control_policies, facts)
        self.rcps = judge_resource_control(request.resource_control_policies, facts)
        endpoint = request.vpc_endpoint_policy
        self.endpoint = None if endpoint is None else judge_vpc_endpoint(endpoint, facts)
        self._judge_own_side()
        self._judge_resource_side()
        access = request.s3_access
        self.acl = None if access is None else judge_acl(access, facts)
        self.public = None if access is None else judge_public_access(request, facts)

    def _judge_own_side(self) -> None:
        """The principal's own policies. The root user has none and needs none; nor has who belongs to no account."""
        request, facts = self.request, self.facts
        kind = facts.principal.kind
        self.identity: Verdict | None = None
        self.limits: list[Verdict] = []
        if kind not in IAM_KINDS or kind == ROOT:
            return
        self.identity = judge_identity(IDENTITY, request.identity_policies, facts)
        boundary, session = request.permissions_boundary, request.session_policies
        if boundary is not None:
            policies = UNKNOWN if boundary is UNKNOWN else (boundary,)
            self.limits.append(judge_identity(BOUNDARY, policies, facts))
        if session is UNKNOWN or session:
            self.limits.append(judge_identity(SESSION_POLICY, session, facts))
        elif kind == FEDERATED_USER:
            note = "a federated user's session without session policies has no permissions of its own"
            self.limits.append(Verdict(SESSION_POLICY, note=note))

    def _judge_resource_side(self) -> None:
        carrier = self.request.resource_policy
        self.resource: Verdict | None = None
        if carrier is None:
            return
        services = _POLICY_SERVICES.get(carrier.kind)
        if services is not None and self.facts.service not in services:
            return
        verdict = judge_resource(RESOURCE, carrier.policy, self.facts, carrier.kind)
        if verdict.deny is not False and self._is_bucket_rescue():
            verdict.deny = False
            verdict.denying = None
        self.resource = verdict

    def _is_bucket_rescue(self) -> bool:
        """The bucket owner's root user gets at the bucket policy even if that denies it (S3 API, PutBucketPolicy)."""
        principal = self.facts.principal
        return (
            principal.kind == ROOT
            and self.facts.action in _BUCKET_RESCUE
            and self.request.resource_account in (None, principal.account_id)
        )

    def _verdicts(self) -> list[Verdict]:
        single = (self.identity, *self.limits, self.resource, self.acl, self.public, self.endpoint)
        return [verdict for verdict in single if verdict is not None] + self.scps + self.rcps

    def _guardrails(self) -> list[Verdict]:
        """What has to allow whatever grants the access."""
        return self.scps if self.endpoint is None else [*self.scps, self.endpoint]

    def _granted(self) -> bool | None:
        """Whether somebody who may grants the access, explicit denies and guardrails aside."""
        owner = object_account(self.request, self.facts)
        if owner is None:
            return self._granted_by(self._levels(with_policy=True), self._same_account(self.request.resource_account))
        by_owner = self._granted_by(self._levels(with_policy=False), self._same_account(owner))
        if owner is not UNKNOWN:
            return by_owner
        by_bucket = self._granted_by(self._levels(with_policy=True), self._same_account(self.request.resource_account))
        return agreed(by_owner, by_bucket)

    def _same_account(self, owner: str | Unknown | None) -> bool | None:
        if owner is UNKNOWN:
            return None
        return owner is None or owner == self.facts.principal.account_id

    def _levels(self, *, with_policy: bool) -> tuple[int, int]:
        """The levels at which the resource's side allows; an object's owner speaks by access control list only."""
        certain = possible = NONE
        if with_policy and self.resource is not None:
            certain, possible = self.resource.certain, self.resource.possible
        if self.acl is not None:
            certain, possible = max(certain, self.acl.certain), max(possible, self.acl.possible)
        return certain, possible

    def _granted_by(self, levels: tuple[int, int], same_account: bool | None) -> bool | None:
        certain, possible = levels
        if same_account is None:
            return agreed(self._granted_by(levels, True), self._granted_by(levels, False))
        low = self._granted_at(certain, same_account)
        if low or certain == possible:
            return low
        return False if self._granted_at(possible, same_account) is False else None

    def _granted_at(self, level: int, same_account: bool) -> bool | None:
        """The heart of it: what else is needed if the resource's side allows at ``level``.

        In one account, a user or session that is named itself needs nothing else; a role that is named passes its
        boundary and session policies on to its sessions; a named account, and most resources without any statement,
        leave it to IAM policies. Across accounts both sides have to allow.
        """
        if self.facts.principal.kind not in IAM_KINDS:
            return level == DIRECT
        if same_account and level == DIRECT:
            return True
        within: bool | None = True
        for verdict in self.limits:
            within = both(within, verdict.allow)
        if same_account and level == BEHIND:
            return within
        if level == NONE and not (same_account and self._trusts_own_account()):
            return False
        return within if self.identity is None else both(self.identity.allow, within)

    def _trusts_own_account(self) -> bool:
        """Whether IAM policies of the resource's own account count without the resource's policy saying so.

        Not for roles being assumed and for KMS keys ("Policy evaluation logic"; KMS Developer Guide, "Default key
        policy"): those policies have to name the account.
        """
        facts = self.facts
        if facts.action in _ASSUME_ACTIONS:
            return False
        return not (facts.service == "kms" and ":key/" in facts.resource)

    def _blocking(self, verdicts: tuple[Verdict, ...]) -> list[Verdict]:
        """What stood in the way: explicit denies first, then what should have allowed and did not."""
        blocking = [verdict for verdict in verdicts if verdict.deny]
        missing = [verdict for verdict in self._guardrails() if verdict.allow is False]
        if self._granted() is False:
            missing += self._missing_grants()
        return blocking + [verdict for verdict in missing if verdict not in blocking]

    def _missing_grants(self) -> list[Verdict]:
        owner = object_account(self.request, self.facts)
        level = self._levels(with_policy=owner is None or owner is UNKNOWN)[1]
        same_account = self._same_account(self.request.resource_account if owner is None else owner)
        resource = self.resource if self.resource is not None and owner is None else self.acl
        missing = []
        if level == NONE and not (same_account and self._trusts_own_account()):
            missing.append(resource or Verdict(RESOURCE, note="the resource has no policy that could allow it"))
        elif self.facts.principal.kind not in IAM_KINDS and resource is not None:
            missing.append(resource)
        unneeded = same_account and (level > ACCOUNT or (level == NONE and not self._trusts_own_account()))
        if self.identity is not None and self.identity.allow is False and not unneeded:
            missing.append(self.identity)
        return missing + [verdict for verdict in self.limits if verdict.allow is False]
