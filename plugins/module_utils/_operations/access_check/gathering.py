# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that decides about a question of `xacct_access_check`: given by the user, or read live, each part once.

What is neither given nor readable is UNKNOWN, which the evaluator never takes for an allow.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..._advice.sentences import Sides
from ..._aws.calls.errors import AwsError
from ..._policy.evaluation.compiled_policies import compile_policy
from ..._policy.evaluation.request_principals import (
    IAM_KINDS,
    ROLE,
    ROOT,
    SESSION,
    USER,
    RequestPrincipal,
    request_principal,
)
from ..._policy.evaluation.requests import (
    BUCKET_POLICY,
    KEY_POLICY,
    OTHER_RESOURCE,
    ROLE_TRUST,
    Request,
    ResourcePolicy,
    S3Access,
)
from ..._policy.evaluation.second_permissions import second_permissions
from ..._policy.language.context import UNKNOWN, Unknown
from ..._policy.language.documents import ascii_lower
from ..._policy.language.principals import Arn, parse_arn
from ..._policy.s3.actions import aws_key_policy
from ..._resources.bucket_side import BucketSide, canonical_id_is_needed
from ..._resources.canonical_ids import own_canonical_id
from ..._resources.identity_side import IdentityPolicies, IdentitySide, compiled, said
from ..._resources.organization import RESOURCE_CONTROL, SERVICE_CONTROL
from ..._resources.resource_side import WITHOUT_POLICIES, ResourceSide, can_read, read_resource
from ..task import Task
from .connections import Connections
from .given_policies import GivenPolicies
from .organizations import Organizations
from .request_contexts import (
    AWS_KEYS,
    ENCRYPTION_CONTEXTS,
    S3_KEY_ACTIONS,
    context_of_a_call,
    encryption_context,
    is_own_only,
    key_actions,
    merged_context,
)

MANY_IDENTITIES = 8
"""From so many identities of one account on, the account is read as a whole: that takes a call for some hundred."""


@dataclass(frozen=True)
class Question:
    """One request with everything that was found out about it. `needs` are the requests that it takes besides, each
    with the reason in `because`; with `key_is_unknown` there is one more, nobody knows on which key."""

    request: Request
    sides: Sides
    boundary_arn: str | None = None
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    needs: tuple[Question, ...] = field(default=())
    key_is_unknown: bool = False
    because: str = ""


class Gathering:
    """Makes questions of a task, and reads each thing that several of them need once."""

    def __init__(self, task: Task, connections: Connections, given: GivenPolicies, *, live: bool = True) -> None:
        """Do nothing yet. Unless `live`, nothing is read."""
        self.task = task
        self.given = given
        self.live = live
        self.connections = connections
        self._identities: dict[str, IdentityPolicies] = {}
        self._buckets: dict[str, BucketSide] = {}
        self._resources: dict[str, ResourceSide] = {}
        self._principals: dict[str, tuple[RequestPrincipal, IdentitySide, list[str]]] = {}
        self._organizations = Organizations(self.connections, live=live, none=given.is_without_organization)
        self._canonical: dict[str, str | Unknown] = {}

    def prepare(self, principals: Sequence[str], resources: Sequence[str]) -> None:
        """Read accounts as a whole of which many identities are asked about."""
        if not self.live:
            return
        names: dict[str, set[str]] = {}
        for text in [*principals, *resources]:
            parts = text.split(":", 5)
            if (
                len(parts) == 6
                and parts[2] in ("iam", "sts")
                and parts[5].split("/")[0]
                in (
                    "role",
                    "user",
                    "assumed-role",
                )
            ):
                names.setdefault(parts[4], set()).add(parts[5])
        for account_id, found in names.items():
            reader = self._identity_reader(account_id) if len(found) >= MANY_IDENTITIES else None
            if reader is not None:
                reader.read_all()

    def read_roles(self, arns: Iterable[str]) -> None:
        """Read roles of one account that will be asked for. Several accounts may be read at the same time."""
        for arn in arns:
            if arn not in self._resources:
                self._resources[arn] = self._role_side(parse_arn(arn))

    def question(
        self, principal: str, action: str, resource: str, context: Mapping, owner: str | None = None
    ) -> Question:
        """Return one request, ready to be evaluated.

        `context` is what it brings. `owner` is the account of a bucket; None: the one that `connections` take for it.
        `principal` may be the ARN of a group: then it is any member of that group who is nothing else.
        """
        if principal not in self._principals:
            self._principals[principal] = self._who(principal)
        who, own, unread_own = self._principals[principal]
        unread = list(unread_own)
        side = self._resource_side(who, action, resource, owner)
        if canonical_id_is_needed(side.s3_access):
            who = replace(who, canonical_id=self._canonical_id(who.account_id, unread))
        request = self._request(who, own, side, action, resource, context, unread)
        sides = Sides(who.account_id, side.account_id if isinstance(side.account_id, str) else None)
        if resource == "*" or side.account_id is None:
            sides = Sides(who.account_id, who.account_id)
        notes = list(side.notes)
        if own.arn is None:
            notes.append(f"there is no {principal.split(':', 5)[-1]} in account {who.account_id}")
        if side.is_missing:
            notes.append(f"there is no {resource} in account {side.account_id}")
        on_key = key_actions(request, side)
        key_is_unknown = bool(on_key) and side.kms_key is UNKNOWN
        if key_is_unknown:
            notes.append(f"which KMS key encrypts it is not known, and so not who may use {' and '.join(on_key)} there")
            on_key = ()
        needs = [self._key_question(request, own, side, context, each) for each in on_key]
        needs += [
            Question(replace(request, action=further), sides, own.boundary_arn, because=why)
            for further, why in second_permissions(action, context)
        ]
        return Question(
            request,
            sides,
            own.boundary_arn,
            tuple(dict.fromkeys([*unread, *own.unread, *side.unread])),
            tuple(notes),
            tuple(needs),
            key_is_unknown,
        )

    def _request(
        self,
        who: RequestPrincipal,
        own: IdentitySide,
        side: ResourceSide,
        action: str,
        resource: str,
        context: Mapping,
        unread: list[str],
    ) -> Request:
        owner = side.account_id if side.account_id is not None else who.account_id
        request = Request(
            who,
            action,
            resource,
            side.account_id,
            identity_policies=self.given.identity(own.policies),
            permissions_boundary=self.given.boundary(own.boundary),
            session_policies=self.given.session(),
            resource_policy=self.given.resource(side.policy),
            service_control_policies=self.given.control(
                "service_control", lambda: self._organizations.control(who.account_id, SERVICE_CONTROL, unread)
            )
            if who.kind in IAM_KINDS
            else None,
            resource_control_policies=self.given.control(
                "resource_control", lambda: self._organizations.control(owner, RESOURCE_CONTROL, unread)
            ),
            vpc_endpoint_policy=self.given.vpc_endpoint(),
            s3_access=side.s3_access,
            resource_tags=side.tags,
            own_account_only=is_own_only(action, resource),
        )
        known = {**context_of_a_call(action, resource), **self._organizations.keys(request, owner)}
        return replace(request, context=merged_context(known, context))

    def _who(self, text: str) -> tuple[RequestPrincipal, IdentitySide, list[str]]:
        """Return who asks, with what is on its own side."""
        if ":group/" in text:
            return self._member_of(parse_arn(text))
        who = request_principal(text)
        nothing = IdentitySide("", None, {}, (), None)
        if who.kind not in (USER, ROLE, SESSION):
            return who, nothing if who.kind not in IAM_KINDS or who.kind == ROOT else IdentitySide(UNKNOWN), []
        kind = "user" if who.kind == USER else "role"
        name = who.arn.split("/")[1] if who.kind == SESSION else who.arn.rpartition("/")[2]
        reader = self._identity_reader(str(who.account_id))
        if reader is None or self.given.has_own_side:
            unread = [] if self.given.has_own_side else [self.connections.why_unread(f"{kind} {name}", who.account_id)]
            return replace(who, unique_id=UNKNOWN, tags=UNKNOWN), IdentitySide(UNKNOWN), unread
        own = reader.of(kind, name)
        if not isinstance(own.arn, str):
            return replace(who, unique_id=own.unique_id, tags=own.tags), own, []
        parent = own.arn if who.kind == SESSION else None
        arn = text if who.kind == SESSION else own.arn
        known = request_principal(arn, parent_arn=parent, unique_id=own.unique_id, tags=own.tags)
        return known, own, []

    def _member_of(self, group: Arn) -> tuple[RequestPrincipal, IdentitySide, list[str]]:
        name = group.resource.rpartition("/")[2]
        who = request_principal(f"arn:{group.partition}:iam::{group.account_id}:user/a-member-of-{name}")
        reader = self._identity_reader(group.account_id)
        if reader is None:
            return who, IdentitySide(UNKNOWN), [self.connections.why_unread(f"group {name}", group.account_id)]
        return replace(who, unique_id=UNKNOWN, tags=UNKNOWN), reader.of("group", name), []

    def _resource_side(self, who: RequestPrincipal, action: str, resource: str, owner: str | None) -> ResourceSide:
        if resource == "*":
            return ResourceSide()
        arn = parse_arn(resource)
        service = ascii_lower(action).partition(":")[0]
        if arn.service == "iam":
            if service != "sts" or not arn.resource.startswith("role/"):
                return ResourceSide(arn.account_id)
            if resource not in self._resources:
                self._resources[resource] = self._role_side(arn)
            return self._resources[resource]
        if arn.service == "s3" and arn.account_id:
            # The policies of the access point and of the bucket behind it count together.
            unread = (f"{resource}: access points are not evaluated",)
            return ResourceSide(arn.account_id, ResourcePolicy(OTHER_RESOURCE, UNKNOWN), unread=unread)
        if arn.service == "s3":
            return self._bucket_side(arn, ascii_lower(action), who, owner)
        if arn.service in WITHOUT_POLICIES or not arn.account_id:
            return ResourceSide(arn.account_id or None)
        kind = KEY_POLICY if arn.service == "kms" else OTHER_RESOURCE
        account = self._account(arn.account_id)
        if account is None or self.given.has_resource:
            unread = () if self.given.has_resource else (self.connections.why_unread(resource, arn.account_id),)
            return ResourceSide(arn.account_id, ResourcePolicy(kind, UNKNOWN), unread=unread)
        if not can_read(arn):
            unread = (f"policy of {resource}: this module reads no policies of {arn.service}",)
            return ResourceSide(arn.account_id, ResourcePolicy(kind, UNKNOWN), unread=unread)
        if resource not in self._resources:
            self._resources[resource] = read_resource(account, arn)
        return self._resources[resource]

    def _role_side(self, arn: Arn) -> ResourceSide:
        name = arn.resource.rpartition("/")[2]
        reader = self._identity_reader(arn.account_id)
        if reader is None or self.given.has_resource:
            unread = () if self.given.has_resource else (self.connections.why_unread(f"role {name}", arn.account_id),)
            return ResourceSide(arn.account_id, ResourcePolicy(ROLE_TRUST, UNKNOWN), unread=unread)
        role = reader.role(name)
        if role.arn is UNKNOWN:
            return ResourceSide(arn.account_id, ResourcePolicy(ROLE_TRUST, UNKNOWN), unread=role.unread)
        if role.arn is None:
            return ResourceSide(arn.account_id, ResourcePolicy(ROLE_TRUST, None), is_missing=True)
        unread_policy: list[str] = []
        policy = compiled(role.trust_policy, f"trust policy of role {name}", unread_policy)
        # STS finds a role by its name, whatever path the request says.
        notes = (f"IAM calls the role {role.arn}",) if not role.arn.endswith(f":{arn.resource}") else ()
        carrier = ResourcePolicy(ROLE_TRUST, policy)
        return ResourceSide(arn.account_id, carrier, unread=tuple(unread_policy), notes=notes, tags=role.tags)

    def _bucket_side(self, arn: Arn, action: str, who: RequestPrincipal, owner: str | None) -> ResourceSide:
        bucket, _slash, key = arn.resource.partition("/")
        if self.live and owner is None:
            owner = self.connections.resource_account
        account = self._account(owner) if owner else None
        given = self.given.resource(None)
        if account is None:
            # With a given policy the access control lists count as disabled, as in new buckets; whether Block Public
            # Access is on is not said by it.
            access = UNKNOWN if given is None else S3Access(restrict_public_buckets=UNKNOWN)
            unread = () if given is not None else (self.connections.why_unread(f"bucket {bucket}", owner),)
            policy = ResourcePolicy(BUCKET_POLICY, UNKNOWN)
            return ResourceSide(owner or UNKNOWN, policy, s3_access=access, unread=unread)
        if bucket not in self._buckets:
            self._buckets[bucket] = BucketSide(account, bucket, owner)
        with_key = action in S3_KEY_ACTIONS
        return self._buckets[bucket].side(action, key, who.account_id, with_key=with_key, given=given)

    def _key_question(
        self, request: Request, own: IdentitySide, side: ResourceSide, context: Mapping, action: str
    ) -> Question:
        """Return one thing that the caller has to be allowed on the key of a resource, or of a bucket's objects."""
        _arn, _partition, service, region = request.resource.split(":")[:4]
        key = side.kms_key
        if key.startswith(AWS_KEYS):
            account = self.connections.of(side.account_id)
            region = region or (account.region if account else None) or self.task.params.get("region") or "us-east-1"
            resource = f"arn:aws:kms:{region}:{side.account_id}:key/aws-{service}"
            arn = parse_arn(resource)
            policy = compile_policy(aws_key_policy(side.account_id, region, service), f"policy of AWS's key {key}")
            found = ResourceSide(side.account_id, ResourcePolicy(KEY_POLICY, policy))
        else:
            resource, arn = key, parse_arn(key)
            found = self._key_side(arn, resource)
        via = {
            "kms:ViaService": f"{service}.{arn.region}.amazonaws.com",
            "kms:CallerAccount": request.principal.account_id,
            **dict.fromkeys(ENCRYPTION_CONTEXTS, UNKNOWN),
            "aws:ViaAWSService": "true",
        }
        unread: list[str] = []
        asked = self._request(request.principal, own, found, action, resource, context, unread)
        asked = replace(
            asked,
            context=merged_context(merged_context(asked.context, via), encryption_context(context)),
            resource_policy=found.policy,
            s3_access=None,
            # "RCPs do not apply to AWS managed keys" (Organizations User Guide, "Resource control policies").
            **({"resource_control_policies": None} if key.startswith(AWS_KEYS) else {}),
        )
        sides = Sides(request.principal.account_id, arn.account_id)
        because = "objects there are encrypted"
        return Question(asked, sides, own.boundary_arn, (*unread, *found.unread), found.notes, because=because)

    def _key_side(self, arn: Arn, resource: str) -> ResourceSide:
        account = self._account(arn.account_id)
        if account is None:
            unread = (self.connections.why_unread(resource, arn.account_id),)
            return ResourceSide(arn.account_id, ResourcePolicy(KEY_POLICY, UNKNOWN), unread=unread)
        if resource not in self._resources:
            self._resources[resource] = read_resource(account, arn)
        return self._resources[resource]

    def _canonical_id(self, account_id: str | None, unread: list[str]) -> str | Unknown | None:
        if account_id is None:
            return None
        if account_id not in self._canonical:
            account = self._account(account_id)
            self._canonical[account_id] = UNKNOWN
            if account is None:
                unread.append(self.connections.why_unread("the canonical ID", account_id))
            else:
                try:
                    self._canonical[account_id] = own_canonical_id(account)
                except AwsError as error:
                    unread.append(said("the canonical ID", error))
        return self._canonical[account_id]

    def _identity_reader(self, account_id: str) -> IdentityPolicies | None:
        account = self._account(account_id)
        if account is None:
            return None
        return self._identities.setdefault(account_id, IdentityPolicies(account))

    def _account(self, account_id: str) -> object:
        return self.connections.of(account_id) if self.live else None
