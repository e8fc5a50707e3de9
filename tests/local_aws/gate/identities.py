# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users, roles and sessions as moto keeps them, and what they may do by themselves."""

from __future__ import annotations

import datetime
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import (
    CompiledPolicy,
    compile_policy,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_principals import (
    RequestPrincipal,
    request_principal,
)

from . import store

PARTITION = "aws"


def canonical_id(account: str) -> str:
    """The canonical user ID of an account: always the same, unlike that of any other account."""
    return hashlib.sha256(f"canonical user of {account}".encode()).hexdigest()


def account_of_canonical_id(wanted: str, accounts: set[str]) -> str | None:
    """The account that a canonical user ID belongs to, among these."""
    return next((account for account in accounts if canonical_id(account) == wanted), None)


def iam(account: str):
    """moto's IAM of an account."""
    return store.backend("iam", account)


def role_named(account: str, name: str):
    """A role by its name in any case, None where there is none."""
    return next((role for role in iam(account).roles.values() if role.name.lower() == name.lower()), None)


def user_named(account: str, name: str):
    """A user by its name in any case, None where there is none."""
    return next((user for user in iam(account).users.values() if user.name.lower() == name.lower()), None)


def entity_of(arn: str):
    """The user or role that an ARN names exactly, path and all; None where there is none."""
    account, _separator, resource = arn.removeprefix(f"arn:{PARTITION}:iam::").partition(":")
    kind, _separator, rest = resource.partition("/")
    find = {"user": user_named, "role": role_named}.get(kind)
    entity = find(account, rest.rpartition("/")[2]) if find else None
    return entity if entity is not None and entity.arn == arn else None


def entity_with_id(unique_id: str):
    """The user or role that has a unique ID, in any account; None where it is gone."""
    for account in store.accounts_of("iam"):
        backend = iam(account)
        for entity in (*backend.roles.values(), *backend.users.values()):
            if entity.id == unique_id:
                return entity
    return None


def managed_policy(account: str, arn: str):
    """A managed policy, the customer's or AWS's; None where there is none."""
    backend = iam(account)
    if arn not in backend.managed_policies and arn.startswith(f"arn:{PARTITION}:iam::aws:policy/"):
        _take_in_aws_policy(backend, arn)
    return backend.managed_policies.get(arn)


def document_of(policy) -> str:
    """The default version's document of a managed policy."""
    return next(version.document for version in policy.versions if version.version_id == policy.default_version_id)


def _take_in_aws_policy(backend, arn: str) -> None:
    """Let an account know one of AWS's managed policies: all of them at once would make each account slow to start."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data
    from moto.iam.models import AWSManagedPolicy

    if not _AWS_POLICIES:
        _AWS_POLICIES.update(
            {
                f"arn:{PARTITION}:iam::aws:policy{policy.get('Path', '/')}{name}": (name, policy)
                for name, policy in json.loads(aws_managed_policies_data).items()
            }
        )
    if arn in _AWS_POLICIES:
        name, data = _AWS_POLICIES[arn]
        policy = AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, data)
        backend.managed_policies[policy.arn] = policy


_AWS_POLICIES: dict[str, tuple[str, dict]] = {}


def policies_of(entity) -> tuple[CompiledPolicy, ...]:
    """The inline and managed policies of a user, group or role."""
    inline = [compile_policy(document, name) for name, document in entity.policies.items()]
    managed = [compile_policy(document_of(policy), arn) for arn, policy in entity.managed_policies.items()]
    return (*inline, *managed)


def boundary_of(entity) -> CompiledPolicy | None:
    """The permissions boundary of a user or role."""
    arn = getattr(entity, "permissions_boundary_arn", None)
    if not arn:
        return None
    policy = managed_policy(entity.account_id, arn)
    return compile_policy(document_of(policy) if policy else None, arn)


def tags_of(entity) -> dict[str, str]:
    """The tags of a user or role."""
    tags = entity.tags or []
    return {tag["Key"]: tag["Value"] for tag in tags}


@dataclass(frozen=True)
class Caller:
    """Who made a call, with the policies that go with it."""

    principal: RequestPrincipal
    account: str  # "" for nobody and for who belongs to no account
    user_id: str = ""
    identity_policies: tuple[CompiledPolicy, ...] = ()
    permissions_boundary: CompiledPolicy | None = None
    session_policies: tuple[CompiledPolicy, ...] | None = None
    context: Mapping[str, object] = field(default_factory=dict)
    user: object | None = None  # moto's user, of a user or a session of one
    session: Session | None = None

    @property
    def arn(self) -> str:
        """The ARN that GetCallerIdentity shows."""
        return self.principal.arn


@dataclass(frozen=True)
class Session:
    """Temporary credentials and what they stand for."""

    access_key: str
    secret_key: str
    token: str
    kind: str  # "role", "user" or "federated"
    account: str
    entity_id: str  # the role's or the user's, the account's ID for the root user
    name: str  # of a role's session or a federated user
    issued: datetime.datetime
    expires: datetime.datetime
    policies: tuple[CompiledPolicy, ...] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: frozenset[str] = frozenset()
    source_identity: str | None = None
    mfa_at: datetime.datetime | None = None
    federated: str | None = None  # the provider that vouched for it


def new_session(account: str, seconds: int, now: datetime.datetime, **members) -> Session:
    """Issue temporary credentials."""
    return Session(
        access_key="ASIA" + "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _number in range(16)),
        secret_key=secrets.token_urlsafe(30),
        token=f"FwoGZXIvYXdz{secrets.token_urlsafe(120)}",
        account=account,
        issued=now,
        expires=now + datetime.timedelta(seconds=seconds),
        **members,
    )


def nobody() -> Caller:
    """Who does not sign."""
    return Caller(request_principal("*"), "")


def root_of(account: str) -> Caller:
    """The root user of an account."""
    principal = request_principal(f"arn:{PARTITION}:iam::{account}:root", canonical_id=canonical_id(account))
    return Caller(principal, account, user_id=account)


def user_caller(user, session: Session | None = None) -> Caller:
    """A user, by an access key of its own or by temporary credentials."""
    groups = [group for group in iam(user.account_id).groups.values() if user in group.users]
    tags = {tag["Key"]: tag["Value"] for tag in user.tags or ()}
    principal = request_principal(user.arn, unique_id=user.id, canonical_id=canonical_id(user.account_id), tags=tags)
    return Caller(
        principal,
        user.account_id,
        user.id,
        sum((policies_of(group) for group in groups), policies_of(user)),
        boundary_of(user),
        session.policies if session else None,
        session_context(session) if session else {},
        user,
        session,
    )


def session_caller(session: Session) -> Caller | None:
    """Who temporary credentials stand for; None where the user or role is gone."""
    if session.kind == "user":
        if session.entity_id == session.account:
            root = root_of(session.account)
            return Caller(root.principal, root.account, root.user_id, context=session_context(session), session=session)
        user = entity_with_id(session.entity_id)
        return user_caller(user, session) if user is not None else None
    if session.kind == "federated":
        user = entity_with_id(session.entity_id)
        if user is None:
            return None
        inside = user_caller(user)
        arn = f"arn:{PARTITION}:sts::{session.account}:federated-user/{session.name}"
        principal = request_principal(
            arn, parent_arn=user.arn, canonical_id=canonical_id(session.account), tags=session.tags
        )
        user_id = f"{session.account}:{session.name}"
        return Caller(
            principal, session.account, user_id, inside.identity_policies, inside.permissions_boundary,
            session.policies or (), session_context(session), session=session,
        )  # fmt: skip
    role = iam(session.account).roles.get(session.entity_id)
    if role is None:
        return None
    principal = request_principal(
        f"arn:{PARTITION}:sts::{session.account}:assumed-role/{role.name}/{session.name}",
        parent_arn=role.arn,
        unique_id=role.id,
        canonical_id=canonical_id(session.account),
        tags={**tags_of(role), **session.tags},
    )
    return Caller(
        principal, session.account, f"{role.id}:{session.name}", policies_of(role), boundary_of(role), session.policies,
        session_context(session), session=session,
    )  # fmt: skip


def session_context(session: Session) -> dict[str, object]:
    """The keys that temporary credentials bring into every request (IAM User Guide, "Properties of a role session")."""
    context: dict[str, object] = {
        "aws:TokenIssueTime": session.issued,
        "aws:MultiFactorAuthPresent": "true" if session.mfa_at else "false",
    }
    if session.source_identity:
        context["aws:SourceIdentity"] = session.source_identity
    if session.federated:
        context["aws:FederatedProvider"] = session.federated
    return context
