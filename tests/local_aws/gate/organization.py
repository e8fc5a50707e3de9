# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The organization of an account as moto keeps it, and the control policies that are in force there."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import compile_policy
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import ControlPolicies, Level

from . import store

SCP = "SERVICE_CONTROL_POLICY"
RCP = "RESOURCE_CONTROL_POLICY"
# The services whose resources RCPs are for (Organizations User Guide, "Services that support RCPs").
RCP_SERVICES = frozenset(
    {"s3", "sts", "kms", "sqs", "secretsmanager", "cognito-identity", "logs", "dynamodb", "ecr", "aoss"}
)


def organization_of(account: str):
    """moto's organization of an account and the account in it; (None, None) where it is in none."""
    organizations = store.backends("organizations")
    for owner in list(organizations):
        backend = organizations[owner]["aws"]
        for member in backend.accounts if backend.org else ():
            if member.id == account:
                return backend, member
    return None, None


def organization_keys(account: str, prefix: str) -> dict[str, object]:
    """`aws:PrincipalOrgID` and `aws:PrincipalOrgPaths` of an account, or the same of the resource's; None: in none."""
    backend, member = organization_of(account) if account else (None, None)
    if backend is None:
        return {f"aws:{prefix}OrgID": None, f"aws:{prefix}OrgPaths": None}
    path = "/".join(unit.id for unit in units(backend, member))
    return {f"aws:{prefix}OrgID": backend.org.id, f"aws:{prefix}OrgPaths": [f"{backend.org.id}/{path}/"]}


def units(backend, member) -> list:
    """The root and the units above an account, from the root down."""
    found = []
    parent = member.parent_id
    while parent:
        unit = next(unit for unit in backend.ou if unit.id == parent)
        found.insert(0, unit)
        parent = getattr(unit, "parent_id", None)
    return found


def control_policies(account: str, kind: str) -> ControlPolicies | None:
    """The SCPs or RCPs in force for an account; None where its organization has that type of policy switched off."""
    backend, member = organization_of(account) if account else (None, None)
    if backend is None or not is_enabled(backend, kind):
        return None
    levels = tuple(Level(name, policies) for name, policies in attached(backend, member, kind))
    return ControlPolicies(levels, management_account=account == backend.org.master_account_id)


def is_enabled(backend, kind: str) -> bool:
    """Whether the organization's root has a type of policy switched on."""
    types = next(unit for unit in backend.ou if unit.id == backend.org.root_id).policy_types
    return any(each["Type"] == kind for each in types)


def attached(backend, member, kind: str) -> Iterator[tuple[str, tuple]]:
    """What is attached at each level, from the root down to the account."""
    (default,) = (policy for policy in backend.policies if policy.aws_managed and policy.type == kind)
    for target in (*units(backend, member), member):
        policies = [policy for policy in target.attached_policies if policy.type == kind]
        if kind == RCP and default not in policies:
            policies.append(default)  # RCPFullAWSAccess cannot be detached
        yield target.name or target.id, tuple(compile_policy(policy.content, policy.name) for policy in policies)
