# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request to be judged: who asks for what, with which policies around it.

Every input can be :data:`UNKNOWN` (not given, not readable), which is not the same as ``None`` or empty (there is
none). The defaults say "there is none".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..language.context import UNKNOWN, ContextValue, Unknown
from .compiled_policies import CompiledPolicy
from .request_principals import RequestPrincipal

ROLE_TRUST = "role_trust"
KEY_POLICY = "key_policy"
BUCKET_POLICY = "bucket_policy"
OTHER_RESOURCE = "resource_policy"


@dataclass(frozen=True)
class ResourcePolicy:
    """The policy of the resource asked for, and of what kind it is.

    ``kind`` is :data:`ROLE_TRUST`, :data:`KEY_POLICY`, :data:`BUCKET_POLICY` or :data:`OTHER_RESOURCE`. ``policy`` is
    ``None`` where the resource has none. Give the kind even when the policy is UNKNOWN: trust and key policies do not
    trust their own account by themselves.
    """

    kind: str
    policy: CompiledPolicy | Unknown | None


@dataclass(frozen=True)
class Level:
    """What is attached at one level of an organization: the root, a unit, the account."""

    name: str
    policies: tuple[CompiledPolicy | Unknown, ...] | Unknown


@dataclass(frozen=True)
class ControlPolicies:
    """The service control policies of the principal's account, or the resource control policies of the resource's.

    ``levels`` from the organization's root down to the account. ``management_account`` says that the account in
    question is the organization's management account, to which neither applies.
    """

    levels: tuple[Level, ...]
    management_account: bool | Unknown = False


ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"


@dataclass(frozen=True)
class AclGrant:
    """One grant of an S3 access control list: a canonical user ID or a group's URI, and READ, WRITE, FULL_CONTROL …"""

    grantee: str
    permission: str


@dataclass(frozen=True)
class S3Access:
    """What besides policies decides about S3.

    ``ownership`` is ``BucketOwnerEnforced`` (access control lists do not count), ``BucketOwnerPreferred`` or
    ``ObjectWriter``. ``object_owner`` is the account ID of the object's owner, ``None`` for the bucket's. The two flags
    are those of Block Public Access that count at the time of a request, of bucket and account taken together.
    """

    ownership: str | Unknown = "BucketOwnerEnforced"
    bucket_grants: tuple[AclGrant, ...] | Unknown = ()
    object_grants: tuple[AclGrant, ...] | Unknown = ()
    object_owner: str | Unknown | None = None
    ignore_public_acls: bool | Unknown = True
    restrict_public_buckets: bool | Unknown = True


@dataclass(frozen=True)
class Request:
    """One question: may ``principal`` do ``action`` on ``resource``?

    ``action`` is ``service:Operation`` in any case; ``resource`` an ARN, or ``*`` for an action that knows none.
    ``resource_account`` is the resource's owner, ``None`` for the principal's own account. ``context`` has what the
    request itself brings (``sts:ExternalId``, ``aws:SourceIp`` …), see :class:`ContextView`.

    ``session_policies`` are those passed when the session was made, ``None`` if there were none.
    ``vpc_endpoint_policy`` is that of the endpoint that the request comes through, ``None`` for no endpoint.
    ``resource_tags`` are those behind ``aws:ResourceTag``. ``own_account_only`` says that the service lets no other
    account than the resource's do the action, whatever any policy says.
    """

    principal: RequestPrincipal
    action: str
    resource: str
    resource_account: str | Unknown | None = None
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    identity_policies: tuple[CompiledPolicy | Unknown, ...] | Unknown = ()
    permissions_boundary: CompiledPolicy | Unknown | None = None
    session_policies: tuple[CompiledPolicy | Unknown, ...] | Unknown | None = None
    resource_policy: ResourcePolicy | None = None
    service_control_policies: ControlPolicies | Unknown | None = None
    resource_control_policies: ControlPolicies | Unknown | None = None
    vpc_endpoint_policy: CompiledPolicy | Unknown | None = None
    s3_access: S3Access | Unknown | None = None
    resource_tags: Mapping[str, str] | Unknown = UNKNOWN
    own_account_only: bool = False
