# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""S3 at the door: whose bucket and object a call is about, by policy, access control list and Block Public Access.

Sources: S3 User Guide, "Actions, resources, and condition keys for Amazon S3", "How Amazon S3 authorizes a request",
"Verifying bucket ownership with bucket owner condition"; S3 API Reference.
"""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import replace

from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import BUCKET_POLICY, S3Access

from . import object_acls, store
from .bucket_rules import stored_policy
from .calls import Call
from .doors import Door, Question
from .encryption import READS, demand_key
from .errors import Refusal, Response, refused
from .identities import canonical_id
from .judgement import Target, decide, denied

ACTIONS = {
    "CompleteMultipartUpload": "PutObject", "CopyObject": "PutObject", "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS", "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration", "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration", "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject", "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketCors": "GetBucketCORS", "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock", "HeadBucket": "ListBucket", "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets", "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions", "ListObjects": "ListBucket", "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts", "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration", "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration", "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject", "UploadPartCopy": "PutObject",
}  # fmt: skip
VERSIONED = {
    "DeleteObject", "DeleteObjectTagging", "GetObject", "GetObjectAcl", "GetObjectTagging", "PutObjectAcl",
    "PutObjectTagging",
}  # fmt: skip
WRITES = {"PutObject", "CopyObject", "CompleteMultipartUpload", "CreateMultipartUpload"}
OWNERS_ONLY = {"GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy", "GetBucketPolicyStatus"}
ACL_HEADERS = (
    "x-amz-acl",
    *(f"x-amz-grant-{name}" for name in ("full-control", "read", "write", "read-acp", "write-acp")),
)
MOTO_OWNERS = re.compile(
    rb"<ID>(75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a|bcaf1ffd86f41161ca5fb16fd081034f)</ID>"
)
MOTO_NAMES = re.compile(rb"<DisplayName>(webfile|None)?</DisplayName>|<DisplayName/>")


def bucket_named(name: str):
    """moto's bucket of a name, None where there is none."""
    account = store.backends("s3").bucket_accounts.get(name)
    return store.backend("s3", account[1]).buckets.get(name) if account else None


def object_in(bucket, key_name: str, version: str | None = None):
    """moto's object of a key, or one of its versions; None where there is none."""
    return store.backend("s3", bucket.account_id).get_object(bucket.name, key_name, version)


class S3Door(Door):
    """S3, and the part of S3 Control that is about an account's Block Public Access."""

    def questions(self, call: Call) -> list[Question]:
        if is_account_call(call):
            owner = call.request.headers.get("x-amz-account-id", call.account)
            name = call.operation.name.replace("PublicAccessBlock", "AccountPublicAccessBlock").replace("Delete", "Put")
            return [Question(f"s3:{name}", Target("*", owner))]
        name, key = place_of(call)
        if not name or call.operation.name == "CreateBucket":
            arn = f"arn:aws:s3:::{name}" if name else "*"
            return [Question(action_of(call), Target(arn, call.account or "000000000000"), context_of(call))]
        bucket = bucket_named(name)
        if bucket is None:
            raise Refusal("NoSuchBucket", "The specified bucket does not exist", 404)
        check_owner(call, "x-amz-expected-bucket-owner", bucket)
        context = context_of(call)
        version, fresh = call.query.get("versionId"), call.operation.name in WRITES
        questions = [
            Question(action_of(call), self.target(bucket, each, version, fresh), context) for each in keys_of(call, key)
        ]
        if call.operation.name in WRITES and any(header in call.request.headers for header in ACL_HEADERS):
            questions.append(Question("s3:PutObjectAcl", self.target(bucket, key, fresh=True), context))
        if "x-amz-copy-source" in call.request.headers:
            questions.append(self.copied(call, context))
        return questions

    def target(self, bucket, key_name: str, version: str | None = None, fresh: bool = False) -> Target:
        """A bucket or an object; `fresh`: one that is being written and has no owner yet but its writer."""
        key = object_in(bucket, key_name, version) if key_name and not fresh else None
        block = object_acls.public_access_block(bucket)
        access = S3Access(
            ownership=object_acls.ownership_of(bucket),
            bucket_grants=tuple(object_acls.grants_of(bucket)),
            object_grants=tuple(object_acls.grants_of(bucket, key)) if key is not None else (),
            object_owner=object_acls.owner_of(bucket, key) if key is not None else None,
            ignore_public_acls=block["ignore_public_acls"],
            restrict_public_buckets=block["restrict_public_buckets"],
        )
        arn = f"arn:aws:s3:::{bucket.name}" + (f"/{key_name}" if key_name else "")
        policy = bucket.policy.decode() if bucket.policy else None
        return Target(arn, bucket.account_id, policy, BUCKET_POLICY, s3_access=access)

    def copied(self, call: Call, context: dict) -> Question:
        """Reading what a copy is made of."""
        source = urllib.parse.unquote(call.request.headers["x-amz-copy-source"]).lstrip("/")
        path, _separator, version = source.partition("?versionId=")
        name, _separator, key = path.partition("/")
        bucket = bucket_named(name)
        if bucket is None:
            raise Refusal("NoSuchBucket", "The specified bucket does not exist", 404)
        check_owner(call, "x-amz-source-expected-bucket-owner", bucket)
        return Question(
            "s3:GetObjectVersion" if version else "s3:GetObject", self.target(bucket, key, version or None), context
        )

    def place(self, call: Call) -> tuple[str, str]:
        name, _key = place_of(call)
        if is_account_call(call):
            return call.request.headers.get("x-amz-account-id", call.account), call.region
        bucket = bucket_named(name)
        if bucket is None or call.operation.name == "CreateBucket":
            return call.account, call.region
        return bucket.account_id, bucket.region_name

    def prepared(self, call: Call) -> Call | Response:
        if is_account_call(call):
            return call
        name, key_name = place_of(call)
        bucket, operation = bucket_named(name), call.operation.name
        if operation == "CreateBucket":
            check_creation(call)
        elif bucket is not None:
            if operation in OWNERS_ONLY and call.account != bucket.account_id:
                text = "The specified method is not allowed against this resource."
                raise Refusal("MethodNotAllowed", text, 405)
            if operation == "PutBucketPolicy":
                stored = stored_policy(call.request.body.decode("utf-8", "replace"), bucket)
                call = replace(call, request=replace(call.request, body=stored.encode()))
            if operation.endswith("Acl"):
                return self.acl(call, bucket, key_name)
            if operation in WRITES:
                self.new_grants(call, bucket)
                demand_key(call, bucket, None, key_name)
            if operation in READS:
                demand_key(call, bucket, object_in(bucket, key_name, call.query.get("versionId")), key_name)
            if operation in ("GetObject", "HeadObject") and key_name not in bucket.keys:
                self.missing(call, bucket)
        headers = dict(call.request.headers)
        date, region = call.circumstances.now.strftime("%Y%m%d"), call.region
        # moto treats callers without an Authorization header in its own way; here everybody has been let in already.
        scope = f"AKIAIOSFODNN7EXAMPLE/{date}/{region}/s3/aws4_request"
        headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        return replace(call, request=replace(call.request, headers=headers))

    def missing(self, call: Call, bucket) -> None:
        """Whoever may not list a bucket does not learn that an object is not there."""
        target = self.target(bucket, "")
        if not decide(call.caller, "s3:ListBucket", target, call.circumstances, {}).allowed:
            raise denied(call.caller, "s3:ListBucket", target)

    def acl(self, call: Call, bucket, key_name: str) -> Response:
        """The calls about access control lists, in which moto has no part."""
        key = None
        if key_name:
            key = object_in(bucket, key_name, call.query.get("versionId"))
            if key is None:
                return self.no_object(call, bucket, key_name)
        owner = object_acls.owner_of(bucket, key)
        if call.operation.name.startswith("Get"):
            return object_acls.shown(owner, object_acls.grants_of(bucket, key))
        kind = "object" if key_name else "bucket"
        grants = object_acls.asked_for(call.request.headers, owner, bucket.account_id, kind)
        if grants is None:
            grants = object_acls.in_body(call.request.body, owner)
        check_grants(call, bucket, grants)
        (key or bucket).xacct_grants = grants
        return Response(200)

    def no_object(self, call: Call, bucket, key_name: str) -> Response:
        """What S3 says of an object that is not there, or of a version that marks it as deleted."""
        from moto.s3.models import FakeDeleteMarker

        versions = bucket.keys.getlist(key_name, default=[])
        wanted = call.query.get("versionId")
        marked = [each for each in versions if isinstance(each, FakeDeleteMarker)]
        if wanted and any(str(each.version_id) == wanted for each in marked):
            text = "The specified method is not allowed against this resource."
            answer = refused(Refusal("MethodNotAllowed", text, 405), call.operation)
        else:
            answer = refused(Refusal("NoSuchKey", "The specified key does not exist.", 404), call.operation)
            marked = [each for each in marked if each is versions[-1]]
        answer.headers |= {"x-amz-delete-marker": "true"} if marked else {}
        return answer

    def new_grants(self, call: Call, bucket):
        """The grants that a new object gets; None for its owner's alone."""
        writer = call.account or bucket.account_id
        grants = object_acls.asked_for(call.request.headers, writer, bucket.account_id, "object")
        if grants is not None:
            check_grants(call, bucket, grants)
        return grants

    def before(self, call: Call) -> object:
        """S3 marks as deleted what was never there; moto wants something to mark."""
        name, key_name = place_of(call)
        bucket = bucket_named(name)
        deletes = call.operation.name == "DeleteObject" and "versionId" not in call.query
        if not deletes or bucket is None or not bucket.is_versioned or bucket.keys.getlist(key_name, default=[]):
            return None
        return store.backend("s3", bucket.account_id).put_object(name, key_name, b"")

    def finished(self, call: Call, response: Response, before: object) -> Response:
        name, key_name = place_of(call)
        bucket, operation = bucket_named(name), call.operation.name
        if before is not None:
            bucket.keys.setlist(key_name, [each for each in bucket.keys.getlist(key_name) if each is not before])
        if response.status == 200 and bucket is not None:
            if operation == "CreateBucket":
                set_defaults(call, bucket)
            elif operation in WRITES and key_name in bucket.keys:
                self.own(call, bucket, bucket.keys[key_name])
        owner = canonical_id(call.account if bucket is None else bucket.account_id)
        if call.operation.name.startswith("List"):
            response.body = MOTO_NAMES.sub(b"", MOTO_OWNERS.sub(f"<ID>{owner}</ID>".encode(), response.body))
        return response

    def own(self, call: Call, bucket, key) -> None:
        """Who owns a new object: its writer, or the bucket's owner where that is asked for and preferred."""
        grants = self.new_grants(call, bucket)
        writer = call.account or bucket.account_id
        handed_over = call.request.headers.get("x-amz-acl") == "bucket-owner-full-control"
        if object_acls.ownership_of(bucket) == object_acls.PREFERRED and handed_over:
            writer, grants = bucket.account_id, None
        key.xacct_owner = writer
        if grants is not None:
            key.xacct_grants = grants


def is_account_call(call: Call) -> bool:
    """Whether a call is one of S3 Control's."""
    return call.request.target.startswith("/v20180820/")


def place_of(call: Call) -> tuple[str, str]:
    """Bucket and key of a call, "" where it is about none."""
    name, _separator, key = call.path.lstrip("/").partition("/")
    return name, key


def action_of(call: Call) -> str:
    """The action of a call: a few operations have the permission of another."""
    name = ACTIONS.get(call.operation.name, call.operation.name)
    if "versionId" in call.query and name in VERSIONED:
        name = name.replace("Object", "ObjectVersion")
    return f"s3:{name}"


def keys_of(call: Call, key: str) -> list[str]:
    """The objects that a call is about: many for DeleteObjects."""
    if call.operation.name != "DeleteObjects":
        return [key]
    found = re.findall(rb"<Key>(.*?)</Key>", call.request.body)
    return [each.decode() for each in found] or [""]


def context_of(call: Call) -> dict[str, object]:
    """The keys that S3 brings."""
    query, headers = call.query, call.request.headers
    context: dict[str, object] = {
        "s3:authType": "REST-QUERY-STRING" if "X-Amz-Signature" in query else "REST-HEADER",
        "s3:signatureversion": "AWS4-HMAC-SHA256",
    }
    for name, parameter in (
        ("prefix", "prefix"),
        ("delimiter", "delimiter"),
        ("max-keys", "max-keys"),
        ("VersionId", "versionId"),
    ):
        if parameter in query:
            context[f"s3:{name}"] = query[parameter]
    for header in headers:
        if header.startswith("x-amz-") and header not in ("x-amz-date", "x-amz-security-token"):
            context[f"s3:{header}"] = headers[header]
    return context


def check_owner(call: Call, header: str, bucket) -> None:
    """The bucket's owner is the one that the caller expects."""
    expected = call.request.headers.get(header)
    if expected and expected != bucket.account_id:
        raise Refusal("AccessDenied", "Access Denied", 403)


def check_grants(call: Call, bucket, grants) -> None:
    """A bucket whose owner owns everything takes no access control list; a public one can be blocked."""
    handed_over = call.request.headers.get("x-amz-acl") == "bucket-owner-full-control"
    if object_acls.ownership_of(bucket) == object_acls.ENFORCED and not handed_over:
        raise Refusal("AccessControlListNotSupported", "The bucket does not allow ACLs")
    if object_acls.is_public(grants) and object_acls.public_access_block(bucket)["block_public_acls"]:
        raise Refusal("AccessDenied", "Access Denied", 403)


def check_creation(call: Call) -> None:
    """A new bucket's access control list and ownership go together."""
    ownership = call.request.headers.get("x-amz-object-ownership", object_acls.ENFORCED)
    grants = object_acls.asked_for(call.request.headers, call.account, call.account, "bucket")
    if grants is not None and len(grants) > 1 and ownership == object_acls.ENFORCED:
        text = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        raise Refusal("InvalidBucketAclWithObjectOwnership", text)
    if grants is not None and object_acls.is_public(grants):
        raise Refusal("AccessDenied", "Access Denied", 403)  # Block Public Access is on from the beginning


def set_defaults(call: Call, bucket) -> None:
    """Since April 2023 a new bucket's owner owns all its objects, and Block Public Access is on."""
    from moto.s3.models import PublicAccessBlock

    bucket.ownership_rule = call.request.headers.get("x-amz-object-ownership", object_acls.ENFORCED)
    if bucket.public_access_block is None:
        bucket.public_access_block = PublicAccessBlock(True, True, True, True)
    grants = object_acls.asked_for(call.request.headers, call.account, call.account, "bucket")
    if grants is not None:
        bucket.xacct_grants = grants
