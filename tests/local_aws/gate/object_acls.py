# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access control lists and owners of buckets and objects. moto's own know one owner only, so they are kept here.

Sources: S3 User Guide, "Access control list (ACL) overview", "Controlling ownership of objects and disabling ACLs";
S3 API Reference, PutObjectAcl.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import (
    ALL_USERS,
    AUTHENTICATED_USERS,
    AclGrant,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.s3.acls import (
    BUCKET_OWNER,
    FULL_CONTROL,
    MOST_GRANTS,
    PERMISSIONS,
    canned_grants,
    canned_names,
)

from . import store
from .errors import Refusal, Response
from .identities import canonical_id

ENFORCED = "BucketOwnerEnforced"
PREFERRED = "BucketOwnerPreferred"
SETTINGS = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")
_HEADERS = {
    "x-amz-grant-full-control": FULL_CONTROL, "x-amz-grant-read": "READ", "x-amz-grant-write": "WRITE",
    "x-amz-grant-read-acp": "READ_ACP", "x-amz-grant-write-acp": "WRITE_ACP",
}  # fmt: skip
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"


def ownership_of(bucket) -> str:
    """The object ownership of a bucket."""
    return bucket.ownership_rule or "ObjectWriter"


def public_access_block(bucket) -> dict[str, bool]:
    """The settings of Block Public Access that count for a bucket: its own and its account's."""
    levels = (bucket.public_access_block, store.backend("s3control", bucket.account_id).public_access_block)
    return {name: any(_is_on(level, name) for level in levels if level is not None) for name in SETTINGS}


def _is_on(level, name: str) -> bool:
    return str(getattr(level, name)).lower() == "true"


def owner_of(bucket, key=None) -> str:
    """The account that owns a bucket, or an object in it: by BucketOwnerEnforced the bucket's owner owns all."""
    if key is None or ownership_of(bucket) == ENFORCED:
        return bucket.account_id
    return getattr(key, "xacct_owner", bucket.account_id)


def grants_of(bucket, key=None) -> frozenset[AclGrant]:
    """The grants that a bucket or an object has."""
    whole = frozenset({AclGrant(canonical_id(owner_of(bucket, key)), FULL_CONTROL)})
    if ownership_of(bucket) == ENFORCED:
        return whole
    return getattr(bucket if key is None else key, "xacct_grants", whole)


def asked_for(headers: Mapping[str, str], owner: str, bucket_owner: str, kind: str) -> frozenset[AclGrant] | None:
    """The grants that a request's headers ask for, None where there are none."""
    canned = headers.get("x-amz-acl")
    grants = frozenset(
        AclGrant(grantee, permission)
        for header, permission in _HEADERS.items()
        for grantee in _grantees(headers.get(header, ""))
    )
    if canned and grants:
        raise Refusal("InvalidRequest", "Specifying both Canned ACLs and Header Grants is not allowed")
    if canned:
        if canned not in canned_names(kind):
            raise Refusal("InvalidArgument", f"{canned} is not a canned ACL")
        given = (
            AclGrant(canonical_id(bucket_owner) if grant.grantee == BUCKET_OWNER else grant.grantee, grant.permission)
            for grant in canned_grants(canned)
        )
        return frozenset({AclGrant(canonical_id(owner), FULL_CONTROL), *given})
    return grants or None


def _grantees(header: str) -> Iterable[str]:
    for kind, value in re.findall(r'(\w+)="?([^",]+)"?', header):
        if kind == "emailAddress":
            raise _email()
        yield _grantee(value)


def _email() -> Refusal:
    return Refusal("MethodNotAllowed", "Email grantee ACLs are no longer supported", 405)


def _grantee(value: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", value) and not value.startswith("http://acs.amazonaws.com/groups/"):
        raise Refusal("InvalidArgument", "Invalid id" if "://" not in value else "Invalid group uri")
    return value


def in_body(body: bytes, owner: str) -> frozenset[AclGrant]:
    """The grants of an AccessControlPolicy document."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise _malformed() from error
    found = []
    for grant in root.iter(f"{{{_NAMESPACE}}}Grant"):
        names = {element.tag.partition("}")[2]: element.text or "" for element in grant.iter()}
        if "EmailAddress" in names:
            raise _email()
        if names.get("Permission") not in PERMISSIONS or not ("ID" in names or "URI" in names):
            raise _malformed()
        found.append(AclGrant(_grantee(names.get("ID") or names["URI"]), names["Permission"]))
    stated = root.find(f"{{{_NAMESPACE}}}Owner/{{{_NAMESPACE}}}ID")
    if stated is None:
        raise _malformed()
    if stated.text != canonical_id(owner):
        raise Refusal("AccessDenied", "Access Denied", 403)
    if len(found) > MOST_GRANTS:
        raise _malformed()
    return frozenset(found)


def _malformed() -> Refusal:
    return Refusal(
        "MalformedACLError",
        "The XML you provided was not well-formed or did not validate against our published schema",
    )


def is_public(grants: Iterable[AclGrant]) -> bool:
    """Whether everybody is among the grantees."""
    return any(grant.grantee in (ALL_USERS, AUTHENTICATED_USERS) for grant in grants)


def shown(owner: str, grants: Iterable[AclGrant]) -> Response:
    """The answer of GetBucketAcl and GetObjectAcl."""
    pieces = []
    for grant in sorted(grants, key=lambda grant: (grant.grantee, grant.permission)):
        group = "://" in grant.grantee
        kind, inside = ("Group", "URI") if group else ("CanonicalUser", "ID")
        pieces.append(
            f'<Grant><Grantee xmlns:xsi="{_SCHEMA}" xsi:type="{kind}"><{inside}>{escape(grant.grantee)}</{inside}>'
            f"</Grantee><Permission>{grant.permission}</Permission></Grant>"
        )
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<AccessControlPolicy xmlns="{_NAMESPACE}">'
        f"<Owner><ID>{canonical_id(owner)}</ID></Owner>"
        f"<AccessControlList>{''.join(pieces)}</AccessControlList></AccessControlPolicy>"
    )
    return Response(200, {"content-type": "application/xml"}, text.encode())
