# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything on a user's or role's own side: its policies, those of its groups, its permissions boundary and tags.

Many identities of one account are read with GetAccountAuthorizationDetails, a few one by one; groups and managed
policies once each. What may not be read is UNKNOWN, and said.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Union

from .._aws.calls.errors import AwsError, aws_call, is_unanswered
from .._policy.evaluation.compiled_policies import CompiledPolicy, compile_policy
from .._policy.language.context import UNKNOWN, Unknown
from .._policy.language.documents import PolicyError
from . import iam
from .identity import Identity
from .managed_policies import default_version

if TYPE_CHECKING:
    from .._aws.sessions.connection import Account

Policy = Union[CompiledPolicy, Unknown]

_EVERYTHING = ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")


@dataclass(frozen=True)
class IdentitySide:
    """What IAM says of one user or role. `arn` is None when there is none of that name, UNKNOWN when nobody may look.

    `trust_policy` is a role's, as IAM stores it. `unread` says what could not be read, and why.
    """

    arn: str | Unknown | None
    unique_id: str | Unknown | None = UNKNOWN
    tags: Mapping[str, str] | Unknown = UNKNOWN
    policies: tuple[Policy, ...] | Unknown = UNKNOWN
    boundary: Policy | None = UNKNOWN
    boundary_arn: str | None = None
    trust_policy: dict | str | None = None
    unread: tuple[str, ...] = field(default=())


class IdentityPolicies:
    """The users, groups and roles of one account, each read at most once."""

    def __init__(self, account: Account) -> None:
        """Do nothing yet."""
        self.account = account
        self._entities: dict[tuple[str, str], Mapping] = {}
        self._whole = False
        self._managed: dict[str, object] = {}
        self._read: dict[tuple[str, str, bool], IdentitySide] = {}

    def read_all(self) -> None:
        """Read the whole account at once, a page for some hundred identities; do nothing where that can't be asked."""
        try:
            with aws_call(self.account, "authorization details"):
                pages = self.account.client("iam").get_paginator("get_account_authorization_details")
                for page in pages.paginate(Filter=list(_EVERYTHING), PaginationConfig={"PageSize": 1000}):
                    self._keep(page)
        except AwsError as error:
            if not is_unanswered(error):
                raise
            self._entities.clear()
            self._managed.clear()
            return
        self._whole = True

    def role(self, name: str) -> IdentitySide:
        """Return a role without its permissions: ARN, unique ID, tags and trust policy."""
        return self._side("role", name, with_policies=False)

    def of(self, kind: str, name: str) -> IdentitySide:
        """Return a user (`kind` "user") or role with all that says what it may do."""
        return self._side(kind, name, with_policies=True)

    def _side(self, kind: str, name: str, *, with_policies: bool) -> IdentitySide:
        key = (kind, name, with_policies)
        if key not in self._read:
            self._read[key] = self._read_side(kind, name, with_policies)
        return self._read[key]

    def _read_side(self, kind: str, name: str, with_policies: bool) -> IdentitySide:
        try:
            entity = self._entity(kind, name)
        except AwsError as error:
            return IdentitySide(UNKNOWN, unread=(said(f"{kind} {name}", error),))
        if entity is None:
            return IdentitySide(None, None, {}, (), None)
        unread: list[str] = []
        boundary_arn = (entity.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
        policies: tuple[Policy, ...] | Unknown = UNKNOWN
        boundary: Policy | None = UNKNOWN
        if with_policies:
            policies = self._policies(kind, name, unread)
            boundary = self._managed_policy(boundary_arn, unread) if boundary_arn else None
        return IdentitySide(
            entity["Arn"],
            entity[f"{kind.title()}Id"],
            {tag["Key"]: tag["Value"] for tag in entity.get("Tags", ())},
            policies,
            boundary,
            boundary_arn,
            entity.get("AssumeRolePolicyDocument"),
            tuple(unread),
        )

    def _entity(self, kind: str, name: str) -> Mapping | None:
        """What IAM says of it; GetAccountAuthorizationDetails has it whole, with its policies."""
        key = (kind, name)
        if key not in self._entities and not self._whole:
            answer = iam.found(
                lambda: iam.call(self.account, f"{kind} {name}", f"get_{kind}", **{f"{kind.title()}Name": name})
            )
            self._entities[key] = answer[kind.title()] if answer else None
        return self._entities.get(key)

    def _policies(self, kind: str, name: str, unread: list[str]) -> tuple[Policy, ...]:
        found = self._own_policies(kind, name, unread)
        if kind == "user":
            try:
                groups = self._groups_of(name)
            except AwsError as error:
                unread.append(said(f"the groups of user {name}", error))
                return (*found, UNKNOWN)
            for group in groups:
                found += self._own_policies("group", group, unread)
        return tuple(found)

    def _groups_of(self, user: str) -> list[str]:
        if self._whole:
            return list(self._entities["user", user].get("GroupList", ()))
        pages = iam.listed(self.account, f"user {user}", "list_groups_for_user", "Groups", UserName=user)
        return [group["GroupName"] for group in pages]

    def _own_policies(self, kind: str, name: str, unread: list[str]) -> list[Policy]:
        """Return inline and attached policies of one holder."""
        label = f"{kind} {name}"
        identity = Identity(self.account, kind, name)
        entity = self._entities.get((kind, name)) if self._whole else None
        found: list[Policy] = []
        if entity is not None:
            for policy in entity.get(f"{kind.title()}PolicyList", ()):
                title = f"inline policy {policy['PolicyName']} of {label}"
                found.append(compiled(policy["PolicyDocument"], title, unread))
            arns = [policy["PolicyArn"] for policy in entity.get("AttachedManagedPolicies", ())]
            return found + [self._managed_policy(arn, unread) for arn in arns]
        for what, read in (
            ("inline policies", lambda: self._inline(identity, unread)),
            ("attached policies", lambda: [self._managed_policy(arn, unread) for arn in identity.attached()]),
        ):
            try:
                found += read()
            except AwsError as error:
                unread.append(said(f"{what} of {label}", error))
                found.append(UNKNOWN)
        return found

    def _inline(self, identity: Identity, unread: list[str]) -> list[Policy]:
        found: list[Policy] = []
        for policy_name in identity.inline_names():
            title = f"inline policy {policy_name} of {identity.label}"
            found.append(readable(lambda name=policy_name: identity.inline(name), title, unread))
        return found

    def _managed_policy(self, arn: str, unread: list[str]) -> Policy:
        """Return a managed policy; each is read once for all that have it."""
        title = f"managed policy {arn.rpartition('/')[2]}"
        if arn not in self._managed:
            own: list[str] = []
            self._managed[arn] = (readable(lambda: default_version(self.account, arn), title, own), own)
        policy, why = self._managed[arn]
        unread += why
        return policy

    def _keep(self, page: Mapping) -> None:
        for kind in ("User", "Role", "Group"):
            for entity in page.get(f"{kind}DetailList", ()):
                self._entities[kind.lower(), entity[f"{kind}Name"]] = entity
        for policy in page.get("Policies", ()):
            default = next((each for each in policy.get("PolicyVersionList", ()) if each["IsDefaultVersion"]), None)
            if default is not None and default.get("Document"):
                why: list[str] = []
                title = f"managed policy {policy['PolicyName']}"
                self._managed[policy["Arn"]] = (compiled(default["Document"], title, why), why)


def readable(read: Callable[[], dict | str | None], title: str, unread: list[str]) -> Policy:
    """Return the policy that `read` reads, ready for evaluation; UNKNOWN, and why, where that fails."""
    try:
        document = read()
    except AwsError as error:
        unread.append(said(title, error))
        return UNKNOWN
    except PolicyError as error:
        unread.append(f"{title}: {error}")
        return UNKNOWN
    return compiled(document, title, unread)


def compiled(document: dict | str | None, title: str, unread: list[str]) -> Policy:
    """Return a policy ready for evaluation; UNKNOWN, and why, for one that this collection does not understand."""
    try:
        return compile_policy(document, title)
    except PolicyError as error:
        unread.append(f"{title}: {error}")
        return UNKNOWN


def said(what: str, error: AwsError) -> str:
    """Return why something was not read, on one line."""
    where = f" in account {error.account}" if error.account else ""
    reason = error.aws_message or error.message
    return f"{what}{where}: {error.call or 'the call'} failed with {error.code}: {reason}"
