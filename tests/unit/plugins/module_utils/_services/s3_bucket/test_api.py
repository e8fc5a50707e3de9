# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bucket's calls as they leave: where to, with whose name on them, how often; and what S3's refusals become."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError, is_unanswered
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import open_account
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import new_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.sizes import PolicyTooLarge
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.public_access import (
    BLOCK_POLICY,
    RESTRICT_BUCKETS,
)
from ansible_collections.xacct.aws.plugins.module_utils._resources.bucket_acl import BucketAcl
from ansible_collections.xacct.aws.plugins.module_utils._resources.canonical_ids import own_canonical_id
from ansible_collections.xacct.aws.plugins.module_utils._services.s3_bucket.api import (
    Bucket,
    BucketPolicy,
)

ACCOUNT = "111111111111"
POLICY = new_document([{"Sid": "x", "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}])
BLOCK = "<{0}><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets></{0}>"
CALLER = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    f"<Arn>arn:aws:iam::{ACCOUNT}:root</Arn><UserId>{ACCOUNT}</UserId><Account>{ACCOUNT}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


class Wire(http.server.ThreadingHTTPServer):
    """Answers what it is told to, and remembers the requests: (method, path, account that the bucket is to be of)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, str, str | None]] = []
        self.region = ""
        self.answers: dict[tuple[str, str], tuple[int, str]] = {("POST", "/"): (200, CALLER)}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, method: str, path: str, status: int, text: str) -> None:
        """What to answer; a text without a tag is an error's code."""
        if text and not text.startswith(("<", "{")):
            text = f"<Error><Code>{text}</Code><Message>Said so</Message></Error>"
        self.answers[method, path] = (status, text)


class Handler(http.server.BaseHTTPRequestHandler):
    server: Wire

    def reply(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        owner = self.headers.get("x-amz-expected-bucket-owner")
        self.server.requests.append((self.command, self.path, owner))
        status, text = self.server.answers[self.command, self.path]
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        if self.server.region:
            self.send_header("x-amz-bucket-region", self.server.region)
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_PUT = do_DELETE = do_POST = do_HEAD = reply  # noqa: N815 - names of the standard library

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def wire() -> Iterator[Wire]:
    server = Wire()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def bucket_at(wire: Wire, owner: str | None = None, name: str = "data", **options: object) -> Bucket:
    keys = {"access_key": "AKIAEXAMPLE", "secret_key": "secret", "region": "eu-central-1", "endpoint_url": wire.url}
    return Bucket(open_account({**keys, **options}), name, owner)


@pytest.mark.parametrize("name", ["data", "with.dots.in-it", "data123"])
def test_the_name_goes_into_the_path_at_a_custom_endpoint(wire: Wire, name: str) -> None:
    wire.answer("GET", f"/{name}?policy", 404, "NoSuchBucketPolicy")
    assert BucketPolicy(bucket_at(wire, name=name)).read() is None
    assert wire.requests == [("GET", f"/{name}?policy", None)]


@pytest.mark.parametrize(
    ("owner", "options"), [(ACCOUNT, {}), (None, {"expected_account_id": ACCOUNT}), (ACCOUNT, {"profile": None})]
)
def test_the_owner_is_named_in_every_call(wire: Wire, owner: str | None, options: dict) -> None:
    bucket = bucket_at(wire, owner, **options)
    wire.answer("GET", "/data?policy", 200, '{"Version": "2012-10-17", "Statement": []}')
    wire.answer("PUT", "/data?policy", 204, "")
    wire.answer("DELETE", "/data?policy", 204, "")
    wire.answer("GET", "/data?encryption", 404, "ServerSideEncryptionConfigurationNotFoundError")
    wire.answer("GET", "/data?publicAccessBlock", 404, "NoSuchPublicAccessBlockConfiguration")
    carrier = BucketPolicy(bucket)
    carrier.read()
    carrier.write(POLICY)
    carrier.write(None)
    assert bucket.kms_key() is None
    assert bucket._own_settings() == frozenset()
    to_bucket = [request for request in wire.requests if request[1].startswith("/data")]
    assert len(to_bucket) == 5
    assert {request[2] for request in to_bucket} == {ACCOUNT}


@pytest.mark.parametrize(("status", "code"), [(503, "SlowDown"), (409, "OperationAborted"), (500, "InternalError")])
def test_a_write_is_sent_once(wire: Wire, status: int, code: str) -> None:
    wire.answer("PUT", "/data?policy", status, code)
    wire.answer("DELETE", "/data?policy", status, code)
    for document in (POLICY, None):
        wire.requests.clear()
        with pytest.raises(AwsError) as caught:
            BucketPolicy(bucket_at(wire)).write(document)
        assert caught.value.code == code
        assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (409, "OperationAborted", "is being changed right now"),
        (405, "MethodNotAllowed", "belongs to another account: only credentials of its owner"),
        (404, "NoSuchBucket", "Make the bucket first, or correct bucket"),
        (403, "AccessDenied", f"does not belong to account {ACCOUNT} \\(expected_bucket_owner\\)"),
    ],
)
def test_refusals_say_what_may_be_the_matter(wire: Wire, status: int, code: str, says: str) -> None:
    wire.answer("PUT", "/data?policy", status, code)
    with pytest.raises(AwsError, match=f"Bucket data in .*{says}") as caught:
        BucketPolicy(bucket_at(wire, ACCOUNT)).write(POLICY)
    assert (caught.value.code, caught.value.call) == (code, "s3:PutBucketPolicy")


def test_block_public_access_of_bucket_and_account(wire: Wire) -> None:
    """S3 Control puts the account ID in front of the host, which a custom endpoint's name does not have."""
    wire.answer("GET", "/data?publicAccessBlock", 404, "NoSuchPublicAccessBlockConfiguration")
    wire.answer(
        "GET", "/v20180820/configuration/publicAccessBlock", 200, BLOCK.format("PublicAccessBlockConfiguration")
    )
    for _twice in range(2):
        found = bucket_at(wire).block_public_access()
        assert found.on(BLOCK_POLICY) == ["account"]
        assert found.on(RESTRICT_BUCKETS) == [] and found.unknown == []


def test_settings_that_nobody_may_read_are_unknown(wire: Wire) -> None:
    wire.answer("GET", "/data?publicAccessBlock", 403, "AccessDenied")
    wire.answer("GET", "/v20180820/configuration/publicAccessBlock", 403, "AccessDenied")
    assert bucket_at(wire).block_public_access().unknown == ["bucket", "account"]


@pytest.mark.parametrize(
    ("default", "key"),
    [
        ("<SSEAlgorithm>AES256</SSEAlgorithm>", "none"),
        ("<SSEAlgorithm>aws:kms</SSEAlgorithm>", None),
        ("<SSEAlgorithm>aws:kms:dsse</SSEAlgorithm><KMSMasterKeyID>abc</KMSMasterKeyID>", "abc"),
    ],
)
def test_the_key_of_a_bucket(wire: Wire, default: str, key: str | None) -> None:
    rule = f"<Rule><ApplyServerSideEncryptionByDefault>{default}</ApplyServerSideEncryptionByDefault></Rule>"
    text = f"<ServerSideEncryptionConfiguration>{rule}</ServerSideEncryptionConfiguration>"
    wire.answer("GET", "/data?encryption", 200, text)
    found = bucket_at(wire).kms_key()
    assert (found.key if found else "none") == key


NOT_OFFERED = [
    (501, "NotImplemented"),
    (405, "MethodNotAllowed"),
    (405, ""),
    (404, ""),
    (404, "<html></html>"),
    (200, ""),
]


@pytest.mark.parametrize(("status", "text"), NOT_OFFERED)
def test_what_a_server_does_not_offer_is_not_known(wire: Wire, status: int, text: str) -> None:
    for part in ("encryption", "ownershipControls", "publicAccessBlock"):
        wire.answer("GET", f"/data?{part}", status, text)
    bucket = bucket_at(wire, ACCOUNT)
    with pytest.raises(AwsError) as caught:
        bucket.kms_key()
    assert is_unanswered(caught.value)
    assert BucketAcl(bucket.account, "data", ACCOUNT).ownership() is None
    assert bucket._own_settings() is None


def test_a_bucket_that_is_gone_is_an_answer(wire: Wire) -> None:
    wire.answer("GET", "/data?ownershipControls", 404, "NoSuchBucket")
    with pytest.raises(AwsError, match="NoSuchBucket"):
        BucketAcl(bucket_at(wire).account, "data", None).ownership()


@pytest.mark.parametrize("text", ["", "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"])
def test_a_list_of_buckets_without_an_owner_tells_no_canonical_id(wire: Wire, text: str) -> None:
    wire.answer("GET", "/", 200, text)
    wire.answer("GET", "/?max-buckets=1", 200, text)
    with pytest.raises(AwsError, match="has no Owner"):
        own_canonical_id(bucket_at(wire).account)


def test_the_region_is_what_s3_says(wire: Wire) -> None:
    wire.answer("HEAD", "/data", 200, "")
    with pytest.raises(AwsError, match="bucket data: S3 did not say in which region it is"):
        bucket_at(wire).region()
    wire.region = "eu-west-1"
    assert bucket_at(wire, ACCOUNT).region() == "eu-west-1"
    assert wire.requests[-1] == ("HEAD", "/data", ACCOUNT)


def test_the_size_is_counted_in_bytes(wire: Wire) -> None:
    carrier = BucketPolicy(bucket_at(wire))
    empty = {"Version": "2012-10-17", "Id": "", "Statement": []}
    room = carrier.rules.limit - len('{"Version":"2012-10-17","Id":"","Statement":[]}')
    carrier.check_size({**empty, "Id": "ä" * (room // 2)})
    with pytest.raises(PolicyTooLarge, match=r"policy of bucket data .* would be 20,48[0-9] bytes .* limit is 20,480"):
        carrier.check_size({**empty, "Id": "ä" * (room // 2 + 1)})
    assert wire.requests == []
