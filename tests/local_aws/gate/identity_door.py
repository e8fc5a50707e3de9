# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""IAM at the door: which user, role, group or policy a call is about. It has no calls across accounts."""

from __future__ import annotations

from . import identity_rules
from .calls import Call
from .doors import Door, Question
from .errors import Response, query_answer
from .identities import iam, role_named, tags_of, user_named
from .judgement import Target

NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
_LISTS = {
    "ListRoles": "role/",
    "ListUsers": "user/",
    "ListGroups": "group/",
    "ListInstanceProfiles": "instance-profile/",
}
_ARNS = ("OpenIDConnectProviderArn", "SAMLProviderArn", "PolicyArn", "PolicySourceArn", "Arn")


class IdentityDoor(Door):
    """IAM."""

    def questions(self, call: Call) -> list[Question]:
        context: dict[str, object] = {}
        if "PolicyArn" in call.fields:
            context["iam:PolicyARN"] = call.text("PolicyArn")
        entity = entity_of(call)
        boundary = call.text("PermissionsBoundary") or getattr(entity, "permissions_boundary_arn", None)
        if boundary:
            context["iam:PermissionsBoundary"] = boundary
        tags = call.pairs("Tags")
        if tags:
            context |= {f"aws:RequestTag/{key}": value for key, value in tags.items()}
        keys = sorted(tags) or call.members("TagKeys")
        if keys:
            context["aws:TagKeys"] = keys
        kept = tags_of(entity) if entity is not None else {}
        context |= {f"iam:ResourceTag/{key}": value for key, value in kept.items()}
        return [Question(call.action, Target(resource_of(call, entity), call.account, tags=kept), context)]

    def prepared(self, call: Call) -> Call | Response:
        prepared = identity_rules.prepared(call)
        if identity_rules.stand_in(prepared):
            return query_answer(call.operation.name, NAMESPACE, "")
        return prepared

    def before(self, call: Call) -> object:
        return identity_rules.gone_with(call)

    def finished(self, call: Call, response: Response, before: object) -> Response:
        return identity_rules.finished(call, response, before) if response.status == 200 else response


def entity_of(call: Call):
    """The user or role that a call is about, None where it is another thing or is not there."""
    if "RoleName" in call.fields:
        return role_named(call.account, call.text("RoleName"))
    if "UserName" in call.fields:
        return user_named(call.account, call.text("UserName"))
    return None


def resource_of(call: Call, entity) -> str:
    """The ARN of what a call is about."""
    prefix = f"arn:aws:iam::{call.account}:"
    path = call.text("Path") or "/"
    if entity is not None:
        return entity.arn
    if call.operation.name in _LISTS:
        return prefix + _LISTS[call.operation.name] + call.text("PathPrefix").strip("/")
    kinds = {"RoleName": "role", "UserName": "user", "GroupName": "group", "InstanceProfileName": "instance-profile"}
    for field, kind in kinds.items():
        if field in call.fields:
            name = call.text(field)
            if kind == "group" and name in iam(call.account).groups:
                path = iam(call.account).groups[name].path
            return f"{prefix}{kind}{path}{name}"
    for field in _ARNS:
        if call.text(field):
            return call.text(field)
    if call.operation.name == "CreatePolicy":
        return f"{prefix}policy{path}{call.text('PolicyName')}"
    if call.operation.name == "CreateOpenIDConnectProvider":
        return f"{prefix}oidc-provider/{call.text('Url').removeprefix('https://')}"
    if call.text("VirtualMFADeviceName"):
        return f"{prefix}mfa{path}{call.text('VirtualMFADeviceName')}"
    if call.operation.name in identity_rules.OWN_USER and call.caller.user is not None:
        return call.caller.user.arn
    return "*"
