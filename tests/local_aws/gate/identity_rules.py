# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""IAM: what it refuses before a write that moto would do, and what it does beside the write.

Sources: IAM API Reference; IAM User Guide, "IAM and AWS STS quotas", "IAM identifiers" (unique IDs).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping

from . import stored_policies
from .calls import Call
from .document_rules import (
    IAM_WORDING,
    Malformed,
    characters,
    check_principals,
    check_unique_sids,
    checked,
    listed,
    statements,
)
from .errors import Refusal, Response
from .identities import iam, managed_policy, role_named, user_named

TRUST_QUOTA = 2048
INLINE_QUOTAS = {"role": 10240, "user": 2048, "group": 5120}
MANAGED_QUOTA = 6144
ATTACHED_QUOTA = 10
NAMES = {
    "RoleName": (64, "roleName"), "UserName": (64, "userName"), "GroupName": (128, "groupName"),
    "PolicyName": (128, "policyName"), "InstanceProfileName": (128, "instanceProfileName"),
}  # fmt: skip
_NAME = re.compile(r"[\w+=,.@-]+")
_SID = re.compile(r"[A-Za-z0-9]*")
OWN_USER = {
    "GetUser", "CreateAccessKey", "ListAccessKeys", "UpdateAccessKey", "DeleteAccessKey", "ListMFADevices",
    "UpdateLoginProfile", "ListServiceSpecificCredentials", "ListSigningCertificates", "UploadSigningCertificate",
}  # fmt: skip


def prepared(call: Call) -> Call:
    """The call as moto gets it; refuses what IAM refuses."""
    name = call.operation.name
    if name in OWN_USER and "UserName" not in call.fields and call.caller.user is not None:
        call = call.with_fields(UserName=call.caller.user.name)
    check_names(call)
    call = with_stored_names(call)
    rule = RULES.get(name)
    return rule(call) if rule else call


def check_names(call: Call) -> None:
    """Names have a length and an alphabet."""
    for field, (longest, shown) in NAMES.items():
        value = call.text(field)
        if field not in call.fields or (field == "PolicyName" and call.operation.name.startswith("Get")):
            continue
        constraint = None
        if len(value) > longest:
            constraint = f"Member must have length less than or equal to {longest}"
        elif not value:
            constraint = "Member must have length greater than or equal to 1"
        elif not _NAME.fullmatch(value):
            text = (
                f"The specified value for {shown} is invalid. It must contain only alphanumeric characters and/or the "
                "following: +=,.@_-"
            )
            raise Refusal("ValidationError", text)
        if constraint:
            text = (
                f"1 validation error detected: Value '{value}' at '{shown}' failed to satisfy constraint: {constraint}"
            )
            raise Refusal("ValidationError", text)


def with_stored_names(call: Call) -> Call:
    """IAM finds users and roles whatever the case of their names."""
    changed = {}
    for field, find in (("RoleName", role_named), ("UserName", user_named)):
        entity = find(call.account, call.text(field)) if call.text(field) else None
        if entity is not None and entity.name != call.text(field) and not call.operation.name.startswith("Create"):
            changed[field] = entity.name
    return call.with_fields(**changed) if changed else call


def create_role(call: Call) -> Call:
    """CreateRole."""
    if role_named(call.account, call.text("RoleName")) is not None:
        raise Refusal("EntityAlreadyExists", f"Role with name {call.text('RoleName')} already exists.", 409)
    check_boundary(call)
    return with_trust(call, "AssumeRolePolicyDocument")


def create_user(call: Call) -> Call:
    """CreateUser."""
    if user_named(call.account, call.text("UserName")) is not None:
        raise Refusal("EntityAlreadyExists", f"User with name {call.text('UserName')} already exists.", 409)
    check_boundary(call)
    return call


def update_trust(call: Call) -> Call:
    """UpdateAssumeRolePolicy."""
    check_exists(call)
    return with_trust(call, "PolicyDocument")


def with_trust(call: Call, field: str) -> Call:
    """The call with its trust policy as it is stored."""
    text = call.text(field)
    stored = checked(text, IAM_WORDING, trust_rules)
    if characters(text) > TRUST_QUOTA:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {TRUST_QUOTA}", 409)
    return call if stored == text else call.with_fields(**{field: stored})


def trust_rules(document: dict) -> None:
    """What holds for trust policies."""
    check_unique_sids(document)
    for statement in statements(document):
        if not _SID.fullmatch(str(statement.get("Sid", ""))):
            raise Malformed("syntax", _SID_TEXT)
        for name in ("Resource", "NotResource"):
            if name in statement:
                raise Malformed("syntax", f"Has prohibited field {name}")
        if "NotPrincipal" in statement:
            raise Malformed("syntax", "AssumeRole policy must not contain NotPrincipal field.")
        for action in listed(statement.get("Action", [])):
            if not action.lower().startswith("sts:") and action != "*":
                raise Malformed("syntax", "AssumeRole policy may only specify STS AssumeRole actions.")
    check_principals(document)


_SID_TEXT = (
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [A-Za-z0-9]*"
)


def identity_rules(document: dict) -> None:
    """What holds for the policies of identities."""
    check_unique_sids(document)
    for statement in statements(document):
        if not _SID.fullmatch(str(statement.get("Sid", ""))):
            raise Malformed("syntax", _SID_TEXT)
        if "Principal" in statement or "NotPrincipal" in statement:
            raise Malformed("syntax", "Policy document should not specify a principal.")
        if ("Resource" in statement) == ("NotResource" in statement):
            raise Malformed("syntax", "Policy statement must contain resources.")
        for resource in listed(statement.get("Resource", statement.get("NotResource"))):
            if not isinstance(resource, str) or (resource != "*" and not resource.startswith(("arn:", "${"))):
                raise Malformed("syntax", f'Resource {resource} must be in ARN format or "*".')


def put_inline(kind: str) -> Callable[[Call], Call]:
    """PutRolePolicy, PutUserPolicy, PutGroupPolicy."""

    def rule(call: Call) -> Call:
        check_exists(call)
        checked(call.text("PolicyDocument"), IAM_WORDING, identity_rules)
        owner = owner_of(call, kind)
        others = sum(characters(text) for name, text in owner.policies.items() if name != call.text("PolicyName"))
        if others + characters(call.text("PolicyDocument")) > INLINE_QUOTAS[kind]:
            text = f"Maximum policy size of {INLINE_QUOTAS[kind]} bytes exceeded for {kind} {owner.name}"
            raise Refusal("LimitExceeded", text, 409)
        return call

    return rule


def put_managed(call: Call) -> Call:
    """CreatePolicy, CreatePolicyVersion."""
    checked(call.text("PolicyDocument"), IAM_WORDING, identity_rules)
    if characters(call.text("PolicyDocument")) > MANAGED_QUOTA:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for PolicySize: {MANAGED_QUOTA}", 409)
    return call


def attach(kind: str) -> Callable[[Call], Call]:
    """AttachRolePolicy, AttachUserPolicy, AttachGroupPolicy."""

    def rule(call: Call) -> Call:
        check_exists(call)
        arn = call.text("PolicyArn")
        if managed_policy(call.account, arn) is None:
            raise Refusal("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.", 404)
        attached = owner_of(call, kind).managed_policies
        if arn not in attached and len(attached) >= ATTACHED_QUOTA:
            raise Refusal("LimitExceeded", f"Cannot exceed quota for PoliciesPer{kind.title()}: {ATTACHED_QUOTA}", 409)
        return call

    return rule


def owner_of(call: Call, kind: str):
    """The user, group or role that a call is about."""
    if kind == "group":
        return iam(call.account).groups[call.text("GroupName")]
    return (
        role_named(call.account, call.text("RoleName"))
        if kind == "role"
        else user_named(call.account, call.text("UserName"))
    )


def check_exists(call: Call) -> None:
    """The user, group or role that a call is about is there."""
    finders = {"RoleName": role_named, "UserName": user_named, "GroupName": lambda a, n: iam(a).groups.get(n)}
    for field, find in finders.items():
        if field in call.fields and find(call.account, call.text(field)) is None:
            kind = field.removesuffix("Name").lower()
            text = f"The {kind} with name {call.text(field)} cannot be found."
            raise Refusal("NoSuchEntity", text, 404)


def check_boundary(call: Call) -> None:
    """A permissions boundary is a policy that exists."""
    arn = call.text("PermissionsBoundary")
    if arn and managed_policy(call.account, arn) is None:
        raise Refusal("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404)


def with_boundary(call: Call) -> Call:
    """PutRolePermissionsBoundary, PutUserPermissionsBoundary."""
    check_exists(call)
    check_boundary(call)
    return call


def existing(call: Call) -> Call:
    """Calls about a user, group or role that has to be there, in IAM's words."""
    check_exists(call)
    return call


def update_role(call: Call) -> Call:
    """UpdateRole leaves what is not said as it is; moto would empty it."""
    check_exists(call)
    role = role_named(call.account, call.text("RoleName"))
    kept = {"Description": role.description or "", "MaxSessionDuration": str(role.max_session_duration or 3600)}
    return call.with_fields(**{name: value for name, value in kept.items() if name not in call.fields})


RULES: Mapping[str, Callable[[Call], Call]] = {
    "CreateRole": create_role,
    "CreateUser": create_user,
    "UpdateAssumeRolePolicy": update_trust,
    "PutRolePolicy": put_inline("role"),
    "PutUserPolicy": put_inline("user"),
    "PutGroupPolicy": put_inline("group"),
    "CreatePolicy": put_managed,
    "CreatePolicyVersion": put_managed,
    "AttachRolePolicy": attach("role"),
    "AttachUserPolicy": attach("user"),
    "AttachGroupPolicy": attach("group"),
    "PutRolePermissionsBoundary": with_boundary,
    "PutUserPermissionsBoundary": with_boundary,
    "UpdateRole": update_role,
    **dict.fromkeys(("GetRole", "GetUser", "DeleteRole", "DeleteUser", "TagRole", "UntagRole"), existing),
}


def stand_in(call: Call) -> bool:
    """Do what moto does not know; whether that was all of it."""
    name = call.operation.name
    if name not in ("PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary"):
        return False
    user = user_named(call.account, call.text("UserName"))
    if user is None:
        raise Refusal("NoSuchEntity", f"The user with name {call.text('UserName')} cannot be found.", 404)
    set_boundary(user, call.text("PermissionsBoundary"))
    return True


def set_boundary(user, arn: str) -> None:
    """moto keeps no permissions boundary of a user."""
    user.permissions_boundary_arn = arn
    shown = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
    user.permissions_boundary = shown if arn else None


def gone_with(call: Call):
    """The user or role that a successful call will have deleted."""
    find = {"DeleteRole": ("RoleName", role_named), "DeleteUser": ("UserName", user_named)}.get(call.operation.name)
    return find[1](call.account, call.text(find[0])) if find else None


def finished(call: Call, response: Response, gone) -> Response:
    """What IAM does beside a successful write."""
    name = call.operation.name
    if name == "CreateUser":
        user = user_named(call.account, call.text("UserName"))
        before, user.id = (
            user.id,
            "AIDA" + "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _number in range(17)),
        )
        response.body = response.body.replace(before.encode(), user.id.encode())
        if call.text("PermissionsBoundary"):
            set_boundary(user, call.text("PermissionsBoundary"))
    if gone is not None:
        stored_policies.forget(gone.arn, gone.id)
        if name == "DeleteUser":
            for key in [key for key, value in iam(call.account).access_keys.items() if value.user_name == gone.name]:
                del iam(call.account).access_keys[key]
    if name == "DeleteAccessKey":
        iam(call.account).access_keys.pop(call.text("AccessKeyId"), None)
    return response
