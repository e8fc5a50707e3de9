# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One IAM role: reading it and its parts, and each single change of it.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._policy.language.documents import compact_json, stored_document
from .._policy.language.principals import parse_arn
from .._policy.language.sizes import check_size
from .._policy.statements.own_statements import SidAlphabet
from . import iam
from .quotas import TRUST_POLICY_SIZE, Quotas

if TYPE_CHECKING:
    from .._aws.sessions.connection import Account


@dataclass(frozen=True)
class RoleFacts:
    """What GetRole says. `create_date` is ISO 8601; absent `description` is "", absent boundary None."""

    arn: str
    name: str
    path: str
    unique_id: str
    create_date: str
    description: str
    max_session_duration: int
    permissions_boundary: str | None
    tags: dict[str, str]
    trust_policy: dict | None

    @property
    def account_id(self) -> str:
        """The account that the role is in."""
        return parse_arn(self.arn).account_id

    @property
    def partition(self) -> str:
        """The partition that the role is in."""
        return parse_arn(self.arn).partition


class Role:
    """A role of one account by its name, which is unique in the account whatever its path."""

    def __init__(self, account: Account, name: str) -> None:
        """Do nothing yet."""
        self.account = account
        self.name = name
        self.label = f"role {name}"

    def read(self) -> RoleFacts | None:
        """Return the role, None when there is none of that name."""
        return iam.found(self.require)

    def require(self) -> RoleFacts:
        """Return the role; raise `AwsError` when there is none of that name."""
        return facts_of(self._call("get_role")["Role"])

    def attached(self) -> list[str]:
        """Return the ARNs of the attached managed policies."""
        pages = iam.listed(
            self.account, self.label, "list_attached_role_policies", "AttachedPolicies", RoleName=self.name
        )
        return [policy["PolicyArn"] for policy in pages]

    def inline_names(self) -> list[str]:
        """Return the names of the inline policies."""
        return list(iam.listed(self.account, self.label, "list_role_policies", "PolicyNames", RoleName=self.name))

    def inline(self, policy_name: str) -> dict | None:
        """Return an inline policy's document, None when there is none of that name."""
        answer = iam.found(lambda: self._call("get_role_policy", PolicyName=policy_name))
        if answer is None:
            return None
        return stored_document(answer["PolicyDocument"], f"inline policy {policy_name} of {self.label}")

    def instance_profiles(self) -> list[str]:
        """Return the names of the instance profiles that hold the role; none where the server has none of them."""
        pages = iam.listed_if_offered(
            self.account, self.label, "list_instance_profiles_for_role", "InstanceProfiles", RoleName=self.name
        )
        return [profile["InstanceProfileName"] for profile in pages]

    def create(
        self,
        trust_policy: dict,
        path: str | None = None,
        description: str | None = None,
        max_session_duration: int | None = None,
        permissions_boundary: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> RoleFacts:
        """Make the role with all that CreateRole takes, so that it never exists without its tags and boundary."""
        arguments = {
            "Path": path,
            "Description": description,
            "MaxSessionDuration": max_session_duration,
            "PermissionsBoundary": permissions_boundary,
            "Tags": _tag_list(tags or {}),
        }
        given = {name: value for name, value in arguments.items() if value}
        answer = self._call("create_role", AssumeRolePolicyDocument=compact_json(trust_policy), **given)
        return facts_of(answer["Role"])

    def put_trust_policy(self, document: dict) -> None:
        """Replace the trust policy."""
        self._call("update_assume_role_policy", PolicyDocument=compact_json(document))

    def put_trust_policy_once(self, document: dict) -> None:
        """Replace the trust policy, with one request: see `iam.call_once`."""
        text = compact_json(document)
        iam.call_once(self.account, self.label, "update_assume_role_policy", RoleName=self.name, PolicyDocument=text)

    def put_description(self, description: str) -> None:
        """Set the description; not with UpdateRole, which resets the session duration to one hour unless it is sent."""
        self._call("update_role_description", Description=description)

    def put_max_session_duration(self, seconds: int) -> None:
        """Set how long a session may be; UpdateRole leaves a description alone that is not sent."""
        self._call("update_role", MaxSessionDuration=seconds)

    def put_boundary(self, policy_arn: str) -> None:
        """Set the permissions boundary."""
        self._call("put_role_permissions_boundary", PermissionsBoundary=policy_arn)

    def remove_boundary(self) -> None:
        """Remove the permissions boundary."""
        with iam.absent_is_fine():
            self._call("delete_role_permissions_boundary")

    def tag(self, tags: Mapping[str, str]) -> None:
        """Add or change tags."""
        self._call("tag_role", Tags=_tag_list(tags))

    def untag(self, tag_keys: list[str]) -> None:
        """Remove tags."""
        self._call("untag_role", TagKeys=tag_keys)

    def attach(self, policy_arn: str) -> None:
        """Attach a managed policy."""
        self._call("attach_role_policy", PolicyArn=policy_arn)

    def detach(self, policy_arn: str) -> None:
        """Detach a managed policy."""
        with iam.absent_is_fine():
            self._call("detach_role_policy", PolicyArn=policy_arn)

    def put_inline(self, policy_name: str, document: dict) -> None:
        """Add or replace an inline policy."""
        self._call("put_role_policy", PolicyName=policy_name, PolicyDocument=compact_json(document))

    def remove_inline(self, policy_name: str) -> None:
        """Delete an inline policy."""
        with iam.absent_is_fine():
            self._call("delete_role_policy", PolicyName=policy_name)

    def leave_instance_profile(self, instance_profile: str) -> None:
        """Take the role out of an instance profile; the profile stays."""
        with iam.absent_is_fine():
            self._call("remove_role_from_instance_profile", InstanceProfileName=instance_profile)

    def delete(self) -> None:
        """Delete the role, which must hold nothing any more."""
        with iam.absent_is_fine():
            self._call("delete_role")

    def _call(self, operation: str, **arguments: object) -> dict:
        return iam.call(self.account, self.label, operation, RoleName=self.name, **arguments)


class TrustPolicy:
    """A role's trust policy as something that several writers share (a `PolicyCarrier`)."""

    alphabet = SidAlphabet.IAM

    def __init__(self, role: Role, quotas: Quotas) -> None:
        """Do nothing yet."""
        self.role = role
        self.quotas = quotas
        self.label = f"trust policy of {role.label}"

    def check_size(self, document: dict | None) -> None:
        """Raise `PolicyTooLarge` when the account's limit for trust policies is exceeded."""
        limit = self.quotas.limit(TRUST_POLICY_SIZE)
        if limit is not None:
            where = self.role.account.description
            check_size(document, limit, "characters", f"{self.label} in {where}")

    def read(self) -> dict | None:
        """Return the trust policy, None when the role is gone."""
        facts = self.role.read()
        return facts.trust_policy if facts else None

    def write(self, document: dict | None) -> None:
        """Replace the trust policy; IAM has no role without one."""
        if document is None:
            raise ValueError("a role has a trust policy as long as it exists")
        self.role.put_trust_policy_once(document)


def facts_of(role: Mapping) -> RoleFacts:
    """Return an entry of IAM's answer as facts."""
    return RoleFacts(
        arn=role["Arn"],
        name=role["RoleName"],
        path=role["Path"],
        unique_id=role["RoleId"],
        create_date=role["CreateDate"].isoformat(),
        description=role.get("Description", ""),
        max_session_duration=role.get("MaxSessionDuration", 3600),
        permissions_boundary=role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        tags={tag["Key"]: tag["Value"] for tag in role.get("Tags", [])},
        trust_policy=stored_document(role.get("AssumeRolePolicyDocument"), f"trust policy of role {role['RoleName']}"),
    )


def _tag_list(tags: Mapping[str, str]) -> list[dict]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
