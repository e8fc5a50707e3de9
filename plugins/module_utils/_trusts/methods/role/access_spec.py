# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ``role:`` method of a trust: a role in every trusting account that the trusted principals may assume."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...._options.role import policy_owner
from ...declaration.directory import Account
from ...declaration.problems import Problems, did_you_mean, kind_of, some_of
from ...declaration.trust import ResourceKey, Trust, Trusted
from ...declaration.values import (
    read_boolean,
    read_integer,
    read_mapping,
    read_tags,
    read_text,
    read_texts,
    read_values,
)
from ..base import Declared

# What xacct_role takes beside its list of trusted principals; handed over as declared, when declared.
_ROLE_OPTIONS = {
    "name": read_text,
    "path": read_text,
    "description": read_text,
    "max_session_duration": read_integer,
    "permissions_boundary": read_text,
    "managed_policies": read_texts,
    "purge_managed_policies": read_boolean,
    "inline_policies": read_mapping,
    "purge_inline_policies": read_boolean,
    "tags": read_tags,
    "purge_tags": read_boolean,
    "purge_trusted": read_boolean,
    "take_over": read_boolean,
}
# What the entry of the trusted principals in xacct_role takes.
_GRANT_OPTIONS = {
    "external_id": read_texts,
    "require_mfa": read_boolean,
    "mfa_max_age": read_integer,
    "organizations": read_texts,
    "source_ips": read_texts,
    "session_tags": read_boolean,
    "source_identity": read_boolean,
    "not_after": read_text,
    "conditions": read_mapping,
}
# What the planner itself turns into something else.
_PLANNER_OPTIONS = {"generate": read_boolean, "follow": read_boolean}
ROLE_KEYS = {**_ROLE_OPTIONS, **_GRANT_OPTIONS, **_PLANNER_OPTIONS}

_OWN_POLICY = re.compile(r"policy/([\x21-\x7e]+)", re.ASCII)


@dataclass(frozen=True)
class RoleAccessSpec:
    """``options`` are those of xacct_role, ``grant`` those of its entry of trusted principals; as far as declared."""

    name: str
    path: str
    options: dict
    grant: dict
    generate: bool
    follow: bool

    def arn(self, partition: str, account_id: str) -> str:
        """The role's ARN; ``*`` as account gives the pattern."""
        return f"arn:{partition}:iam::{account_id}:role{self.path}{self.name}"

    def resource_in(self, account: Account) -> ResourceKey:
        """The role in one account. IAM keeps role names unique whatever their case and path."""
        return ("role", *account.key, self.name.lower())

    def resource_arn(self, account: Account) -> str:
        """The ARN of the role in one trusting account."""
        return self.arn(account.partition, account.account_id)

    def resource_arns(self, account: Account) -> list[str]:
        """The role's ARN as the only one."""
        return [self.resource_arn(account)]

    def identity_grants(self, trust: Trust) -> list[dict]:
        """The statement that lets the trusted principals assume the role in all trusting accounts, or in a pattern."""
        if trust.trusted_side != "pattern":
            arns = sorted(self.resource_arn(account) for account in trust.trusting)
            return [{"name": trust.name, "state": "present", "actions": self.actions, "resources": arns}]
        if trust.organization:
            conditions = {"StringEquals": {"aws:ResourceOrgID": [trust.organization]}}
        else:
            account_ids = sorted(account.account_id for account in trust.trusting)
            conditions = {"StringEquals": {"aws:ResourceAccount": account_ids}}
        pattern = [self.arn(trust.trusted.partition, "*")]
        grant = {"name": trust.name, "state": "present", "actions": self.actions, "resources": pattern}
        return [{**grant, "conditions": conditions}]

    @property
    def not_after(self) -> str:
        return str(self.grant.get("not_after", ""))

    @property
    def purge_trusted(self) -> bool:
        """Whether the role is declared whole (the default) or shared with others."""
        return bool(self.options.get("purge_trusted", True))

    @property
    def external_ids(self) -> list[str]:
        return list(self.grant.get("external_id", []))

    @property
    def wants_external_id(self) -> bool:
        return bool(self.external_ids) or self.generate

    @property
    def wants_mfa(self) -> bool:
        """A session without MFA has no age of MFA either, so a greatest age requires MFA too."""
        return bool(self.grant.get("require_mfa") or self.grant.get("mfa_max_age"))

    @property
    def actions(self) -> list[str]:
        """What the trusted side needs: across accounts IAM wants session tags and source identity on both sides."""
        actions = ["sts:AssumeRole"]
        if self.grant.get("source_identity"):
            actions.append("sts:SetSourceIdentity")
        if self.grant.get("session_tags"):
            actions.append("sts:TagSession")
        return actions

    def options_in(self, account: Account) -> dict:
        """The options of xacct_role in one account: ``policy/NAME`` becomes the ARN of that account's own policy."""
        options = dict(self.options)
        if options.get("permissions_boundary"):
            options["permissions_boundary"] = _policy_arn(options["permissions_boundary"], account)
        if "managed_policies" in options:
            options["managed_policies"] = [_policy_arn(policy, account) for policy in options["managed_policies"]]
        return options


def trusted_entry(role: RoleAccessSpec, trust: str, trusted: Trusted) -> dict:
    """The entry of xacct_role's ``trusted`` list for one trust.

    A group cannot be named in a trust policy: then the account is named, and what the group's own policy says is what
    narrows it. With ``follow`` the account is named too, narrowed by aws:PrincipalArn to the declared principals, so
    that a principal which is deleted and made again gets in again.
    """
    entry: dict = {"name": trust}
    arns = [principal.arn(trusted.partition, trusted.account_id) for principal in trusted.principals]
    if trusted.names_whole_account:
        entry["principals"] = [trusted.account_id]
    elif role.follow:
        entry["principals"] = [trusted.account_id]
        entry["principal_arns"] = arns
    else:
        entry["principals"] = arns
    entry.update(role.grant)
    if role.generate:
        entry["generate_external_id"] = True
    return entry


def read_role_method(declaration: Declared, problems: Problems) -> RoleAccessSpec | None:
    """Check and read the mapping under ``role:``; what is wrong goes to ``problems``."""
    declared, where, trusted = declaration.value, declaration.where, declaration.trusted
    if not isinstance(declared, dict):
        hint = f"role: {{name: {declared}}}" if isinstance(declared, str) else "role: {name: ROLE, …}"
        problems.add(where, f"role is {kind_of(declared)}", f"a mapping is expected: {hint}")
        return None
    for key in sorted(set(declared) - set(ROLE_KEYS)):
        problems.add(where, f"unknown key '{key}' in role", f"{_meant(key)}it takes {some_of(ROLE_KEYS, 30)}")
    values = read_values(declared, "role", ROLE_KEYS, where, problems)
    if declared.get("name") is None:
        problems.add(where, "role has no name", "role: {name: ROLE} is expected")
    values.setdefault("name", "NAME")
    _check_policies(values, where, list(declaration.trusting), problems)
    role = _role_method(values)
    _check_external_id(role, where, declaration.state, trusted, problems)
    if trusted:
        _check_follow(role, where, trusted, problems)
    return role


def _meant(key: str) -> str:
    if key in ("managed_policy", "policies", "policy_arns"):
        return "did you mean 'managed_policies'? "
    return did_you_mean(key, ROLE_KEYS)


def _role_method(values: dict) -> RoleAccessSpec:
    return RoleAccessSpec(
        name=values["name"],
        path=values.get("path", "/"),
        options={key: values[key] for key in _ROLE_OPTIONS if key in values},
        grant={key: values[key] for key in _GRANT_OPTIONS if key in values},
        generate=values.get("generate", False),
        follow=values.get("follow", False),
    )


def _check_policies(values: dict, where: str, trusting: list[Account], problems: Problems) -> None:
    managed = values.get("managed_policies", [])
    boundary = [values["permissions_boundary"]] if values.get("permissions_boundary") else []
    for option, policies in (("managed_policies", managed), ("permissions_boundary", boundary)):
        for policy in policies:
            problem = _policy_problem(policy, trusting)
            if problem:
                problems.add(where, f"role.{option}: {problem[0]}", problem[1])


def _policy_problem(policy: str, trusting: list[Account]) -> tuple[str, str] | None:
    if _OWN_POLICY.fullmatch(policy):
        return None
    found = policy_owner(policy)
    if not found:
        return None  # The module's check says so.
    partition, owner = found
    elsewhere = [account.host for account in trusting if account.partition != partition]
    if elsewhere:
        return (
            f"'{policy}' is of the partition {partition}, {some_of(elsewhere)} is not",
            "name a policy of its partition",
        )
    others = [account.host for account in trusting if owner not in ("aws", account.account_id)]
    if others:
        return (
            f"'{policy}' belongs to the account {owner} and cannot be used in {some_of(others)}",
            f"write {policy.rpartition(':')[2]}: the policy of that name in each trusting account",
        )
    return None


def _policy_arn(policy: str, account: Account) -> str:
    if _OWN_POLICY.fullmatch(policy):
        return f"arn:{account.partition}:iam::{account.account_id}:{policy}"
    return policy


def _check_external_id(
    role: RoleAccessSpec, where: str, state: str, trusted: Trusted | None, problems: Problems
) -> None:
    if trusted and not trusted.host and state == "present" and not role.wants_external_id:
        problems.add(
            where,
            f"the third party {trusted.account_id} gets in without an external ID",
            "give role.external_id or role.generate: true, so that nobody else can send it here",
        )


def _check_follow(role: RoleAccessSpec, where: str, trusted: Trusted, problems: Problems) -> None:
    if role.follow and trusted.names_whole_account:
        unnamed = [p.spelling for p in trusted.principals if not p.is_named_in_trust_policies]
        problems.add(
            where,
            f"role.follow cannot narrow to {some_of(unnamed)}",
            "follow is for role/… and user/…: leave it out, the trust policy names the account anyway",
        )
