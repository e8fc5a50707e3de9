# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes whose effect is delayed: for a while reads show what there was before.

Just before such a write goes through, its state is read as the account's root; the answers are what readers get then.
"""

from __future__ import annotations

import time
import urllib.parse
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field

from .operations import Operation, Request, form_fields

IAM_VERSION = "2010-05-08"
# Which reads show what a write changes, and the parameters that say of what.
OF_ROLE, OF_ROLE_POLICY = ("RoleName",), ("RoleName", "PolicyName")
ROLE: Mapping[str, tuple[str, ...]] = {"GetRole": OF_ROLE}
INLINE: Mapping[str, tuple[str, ...]] = {"GetRolePolicy": OF_ROLE_POLICY, "ListRolePolicies": OF_ROLE}
ATTACHED: Mapping[str, tuple[str, ...]] = {"ListAttachedRolePolicies": OF_ROLE}
READS = {
    "CreateRole": ROLE, "DeleteRole": ROLE, "UpdateAssumeRolePolicy": ROLE, "UpdateRole": ROLE,
    "UpdateRoleDescription": ROLE, "TagRole": ROLE, "UntagRole": ROLE, "PutRolePermissionsBoundary": ROLE,
    "DeleteRolePermissionsBoundary": ROLE, "PutRolePolicy": INLINE, "DeleteRolePolicy": INLINE,
    "AttachRolePolicy": ATTACHED, "DetachRolePolicy": ATTACHED,
}  # fmt: skip
BUCKET_READS = {
    "PutBucketPolicy": ("GetBucketPolicy", "policy"),
    "DeleteBucketPolicy": ("GetBucketPolicy", "policy"),
    "PutBucketAcl": ("GetBucketAcl", "acl"),
}
NAMES = {read: names for reads in READS.values() for read, names in reads.items()}
BUCKET_READ_NAMES = {read for read, _parameter in BUCKET_READS.values()}
Key = tuple[str, ...]
Ask = Callable[[Request], Awaitable[bytes]]


@dataclass(frozen=True)
class Held:
    """What a read shows until a moment of the monotonic clock: a whole answer."""

    key: Key
    until: float
    answer: bytes


@dataclass
class HeldReads:
    """All answers that are held. Where several writes are delayed, a read shows what the oldest of them found."""

    held: list[Held] = field(default_factory=list)

    async def before(
        self, request: Request, operation: Operation, account: str, seconds: float, ask: Ask
    ) -> list[Held]:
        """What the reads show just before a write, to be held for so many seconds if the write succeeds."""
        until = time.monotonic() + seconds
        reads = reads_of(request, operation, account) if account else ()
        return [Held(key, until, await ask(read)) for key, read in reads]

    def instead(self, request: Request, operation: Operation, account: str) -> bytes | None:
        """What a read gets instead of its answer, None for what is not held."""
        now = time.monotonic()
        self.held = [held for held in self.held if held.until > now]
        if not self.held:
            return None
        key = key_of(request, operation, account)
        return next((held.answer for held in self.held if held.key == key), None)


def key_of(request: Request, operation: Operation, account: str) -> Key | None:
    """What a read is known by, None for a call that is none of those above."""
    if operation.service == "s3" and operation.name in BUCKET_READ_NAMES:
        return ("s3", operation.name, bucket_of(request))
    if operation.service == "iam" and operation.name in NAMES:
        form = form_fields(request, "")
        return ("iam", operation.name, account, *(form.get(name, "") for name in NAMES[operation.name]))
    return None


def reads_of(request: Request, operation: Operation, account: str) -> Iterator[tuple[Key, Request]]:
    """The reads that show what a write changes."""
    if operation.service == "s3" and operation.name in BUCKET_READS:
        read, parameter = BUCKET_READS[operation.name]
        bucket = bucket_of(request)
        yield ("s3", read, bucket), signed("GET", f"/{bucket}?{parameter}", "s3", account, b"")
    elif operation.service == "iam":
        form = form_fields(request, "")
        for read, names in READS.get(operation.name, {}).items():
            fields = {name: form.get(name, "") for name in names}
            body = urllib.parse.urlencode({"Action": read, "Version": IAM_VERSION, **fields}).encode()
            yield ("iam", read, account, *fields.values()), signed("POST", "/", "iam", account, body)


def bucket_of(request: Request) -> str:
    """The bucket of a request that names it in its path."""
    return request.target.partition("?")[0].strip("/").partition("/")[0]


def signed(method: str, target: str, service: str, account: str, body: bytes) -> Request:
    """A request of an account's root user, whose signature no local AWS looks at."""
    at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    credential = f"{account}/{at[:8]}/us-east-1/{service}/aws4_request"
    headers = {
        "host": "127.0.0.1",
        "authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature={'0' * 64}",
        "x-amz-date": at,
        "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "content-length": str(len(body)),
    }
    return Request(method, target, headers, body)
