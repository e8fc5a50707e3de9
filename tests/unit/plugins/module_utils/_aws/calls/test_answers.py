# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is no answer of AWS is one clear error, whatever the service's protocol; nothing of its body is shown."""

from __future__ import annotations

import itertools
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.answers import (
    ALWAYS_SENT,
    MOST_EMPTY_PAGES,
    MOST_PAGES,
    Pages,
)
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError, UnreadableAnswer, aws_call
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import open_account
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.sdk import shared_loader
from botocore.exceptions import ClientError

BODY_MARK = "NOT-A-WORD-OF-THIS"


class Stranger:
    """Answers every request with the same status, headers and body."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 200, {}, b""
        self.body_of = None
        stranger = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = stranger.body_of() if stranger.body_of else stranger.body
                self.send_response(stranger.status)
                for name, value in {"Content-Length": str(len(body)), **stranger.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_HEAD = do_PUT = do_POST  # noqa: N815

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


@pytest.fixture
def stranger():
    """A server that is not AWS."""
    made = Stranger()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def account(stranger, no_pauses):
    """An account whose endpoint the stranger is."""
    keys = {"access_key": "AKIAEXAMPLE", "secret_key": "secret-key-of-the-caller", "region": "eu-central-1"}
    return open_account({**keys, "endpoint_url": stranger.url})


CALLS = {
    "query": ("iam", "get_role", {"RoleName": "Backup"}),
    "json": ("kms", "get_key_policy", {"KeyId": "k", "PolicyName": "default"}),
    "rest-json": ("lambda", "get_policy", {"FunctionName": "f"}),
    "rest-xml": ("s3", "get_bucket_acl", {"Bucket": "exports"}),
}
BODIES = {
    "HTML": f"<!DOCTYPE html><html><body>{BODY_MARK}</body></html>",
    "HTML in capitals": f"\n <HTML><p>{BODY_MARK}</HTML>",
    "other XML": f"<rss><channel>{BODY_MARK}</channel></rss>",
    "cut XML": f"<GetRoleResponse><GetRoleResult><Role><Arn>{BODY_MARK}",
    "text": BODY_MARK,
    "a JSON list": f'["{BODY_MARK}"]',
    "a JSON text": f'"{BODY_MARK}"',
    "other JSON": f'{{"{BODY_MARK}": 1}}',
    "cut JSON": f'{{"Policy": "{BODY_MARK}',
    "nothing": "",
    "half a character": "<\udcff>",
    "deep JSON": '{"a":' * 100_000,
}


def error_of(account, call):
    """Make the call as operations do, use its answer, and return the error."""
    service, method, arguments = call
    field = "Role" if service == "iam" else "Policy"
    with pytest.raises(AwsError) as raised, aws_call(account, "the thing"):
        answer = getattr(account.client(service), method)(**arguments)
        answer[field]
    return raised.value


@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_what_answers_is_not_aws(stranger, account, call, body, status):
    stranger.status, stranger.body = status, body.encode("utf-8", "surrogateescape")
    error = error_of(account, call)
    if status == 404 and not body and call[0] != "iam":
        assert error.code in ("404", "Unknown")  # no more than HEAD requests get from AWS
        return
    assert isinstance(error, UnreadableAnswer)
    service = "lambda" if call[0] == "lambda" else call[0]
    assert error.call.startswith(f"{service}:")
    assert f"The thing in the account of access key AKIAEXAMPLE: {error.call}: {stranger.url} did not" in str(error)
    assert f"(HTTP {status})" in str(error)
    assert "endpoint_url" in error.hint
    assert BODY_MARK not in str(error)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_redirect_to_a_login_page_is_no_answer(stranger, account, call):
    stranger.status, stranger.headers = 302, {"Location": f"http://login.example/{BODY_MARK}"}
    error = error_of(account, call)
    assert "it redirects to another address (HTTP 302)" in str(error)
    assert BODY_MARK not in str(error)


WRONG_TYPES = [
    ("kms", "get_key_policy", {"KeyId": "k", "PolicyName": "d"}, b'{"Policy": 5}', "Policy is no text"),
    ("kms", "list_grants", {"KeyId": "k"}, b'{"Grants": {"a": 1}}', "Grants"),
    ("kms", "list_grants", {"KeyId": "k"}, b'{"Grants": [5]}', "parsed"),
    ("kms", "describe_key", {"KeyId": "k"}, b'{"KeyMetadata": {"Arn": ["x"]}}', "KeyMetadata.Arn is no text"),
    ("kms", "describe_key", {"KeyId": "k"}, b'{"KeyMetadata": {"Enabled": "yes"}}', "KeyMetadata.Enabled is neither"),
    ("lambda", "get_policy", {"FunctionName": "f"}, b'{"Policy": {"Version": 1}}', "Policy is no text"),
    ("organizations", "list_roots", {}, b'{"Roots": [{"PolicyTypes": [{"Type": 1}]}]}', "Roots[].PolicyTypes[].Type"),
    ("sqs", "get_queue_attributes", {"QueueUrl": "q"}, b'{"Attributes": {"Policy": []}}', "Attributes{} is no text"),
]


@pytest.mark.parametrize(("service", "method", "arguments", "body", "wrong"), WRONG_TYPES)
def test_a_value_of_another_type_is_no_answer(stranger, account, service, method, arguments, body, wrong):
    stranger.body = body
    client = account.client(service)
    if client.meta.service_model.metadata["protocol"] == "query":
        pytest.skip("this botocore speaks XML to SQS, which has text only")
    with pytest.raises(UnreadableAnswer, match=r"did not answer as AWS does") as raised:
        getattr(client, method)(**arguments)
    assert wrong in str(raised.value)


@pytest.mark.parametrize("call", ALWAYS_SENT)
def test_the_fields_that_aws_always_sends_are_fields_of_the_call(call):
    service, operation = call.split(":")
    model = shared_loader().load_service_model(service, "service-2", api_version=None)
    shape = model["shapes"][model["operations"][operation]["output"]["shape"]]
    assert set(ALWAYS_SENT[call]) <= set(shape["members"])


def test_an_empty_list_of_a_stranger_is_not_taken_for_none(stranger, account):
    stranger.body = b"<ListBucketResult/>"
    with pytest.raises(UnreadableAnswer, match="no IsTruncated"):
        account.client("s3").list_object_versions(Bucket="exports")


def test_an_answer_that_is_too_long_is_not_read(stranger, account, monkeypatch):
    monkeypatch.setattr("ansible_collections.xacct.aws.plugins.module_utils._aws.calls.answers.LONGEST_BODY", 1000)
    stranger.body = b"<a>" + b"x" * 1000 + b"</a>"
    with pytest.raises(UnreadableAnswer, match="its answer has 1007 bytes"):
        account.client("iam").get_role(RoleName="Backup")


def test_a_passing_error_stays_one_whatever_page_comes_with_it(stranger, account, no_pauses):
    stranger.status, stranger.body = 503, b"<html>busy</html>"
    with pytest.raises(ClientError) as raised:
        account.client("s3").get_bucket_acl(Bucket="exports")
    assert raised.value.response["Error"]["Code"] == "503"
    assert no_pauses


def test_a_field_that_comes_twice_is_no_answer(stranger, account):
    role = b"<Path>/</Path><Path>/x/</Path><RoleName>r</RoleName><RoleId>A</RoleId><Arn>a</Arn>"
    stranger.body = b"<GetRoleResponse><GetRoleResult><Role>" + role + b"</Role></GetRoleResult></GetRoleResponse>"
    with pytest.raises(UnreadableAnswer, match=r"Role\.Path is no text"):
        account.client("iam").get_role(RoleName="r")


@pytest.mark.parametrize("arn", ["", "x", "arn:aws:iam::1:user/x", "arn:aws:s3:::b", "arn:aws:sts::111111111111:"])
def test_whose_credentials_these_are_is_said_by_an_arn(stranger, account, arn):
    identity = f"<Account>111111111111</Account><UserId>u</UserId><Arn>{arn}</Arn>".encode()
    result = b"<GetCallerIdentityResult>" + identity + b"</GetCallerIdentityResult>"
    stranger.body = b"<GetCallerIdentityResponse>" + result + b"</GetCallerIdentityResponse>"
    with pytest.raises(UnreadableAnswer, match=r"sts:GetCallerIdentity: .*its answer has no (ARN of an identity|Arn)"):
        account.caller  # noqa: B018


def test_what_the_sdk_refuses_itself_names_its_call(account):
    said = r"Role r.*: iam:GetRolePolicy failed \(ParamValidationError\): Parameter validation failed: Invalid length"
    with pytest.raises(AwsError, match=said) as raised, aws_call(account, "role r"):
        account.client("iam").get_role_policy(RoleName="r", PolicyName="")
    assert raised.value.call == "iam:GetRolePolicy"


def test_an_optional_field_is_still_asked_for_with_get(stranger, account):
    stranger.body = b'{"KeyMetadata": {"KeyId": "k"}}'
    answer = account.client("kms").describe_key(KeyId="k")
    assert answer["KeyMetadata"].get("Arn") is None
    with pytest.raises(UnreadableAnswer, match=r"kms:DescribeKey: http://127.0.0.1.* its answer has no Arn"):
        answer["KeyMetadata"]["Arn"]


def test_content_of_an_object_comes_with_a_request_id(stranger, account):
    stranger.body = b"<html>log in first</html>"
    with pytest.raises(UnreadableAnswer, match="content without a request ID"):
        account.client("s3").get_object(Bucket="exports", Key="a")
    stranger.headers = {"x-amz-request-id": "4442587FB7D0A2F9"}
    assert account.client("s3").get_object(Bucket="exports", Key="a")["Body"].read() == stranger.body


@pytest.mark.parametrize("body", [b"", b" "])
def test_an_empty_policy_of_a_bucket_is_no_answer_of_s3(stranger, account, body):
    stranger.body = body
    with pytest.raises(UnreadableAnswer, match="no Policy"):
        account.client("s3").get_bucket_policy(Bucket="exports")


EMPTY = {"IsTruncated": True, "Marker": "m", "PolicyNames": []}


def test_a_listing_without_end_is_no_answer():
    pages = Pages()
    assert [pages.count(EMPTY, "iam:ListRolePolicies") for _page in range(MOST_EMPTY_PAGES + 1)][-1] == ""
    assert "100 empty pages" in pages.count(EMPTY, "iam:ListRolePolicies")
    full = {**EMPTY, "PolicyNames": ["a"]}
    counted = [pages.count(full, "iam:ListRolePolicies") for _page in range(MOST_PAGES + 1)]
    assert any("more than 5000 pages" in wrong for wrong in counted)


def test_long_listings_and_many_of_them_are_taken():
    pages = Pages()
    objects = {"IsTruncated": True, "Contents": [{}]}
    assert not any(pages.count(objects, "s3:ListObjectsV2") for _page in range(MOST_PAGES * 2))
    for _listing in range(MOST_PAGES):
        assert not pages.count({**EMPTY, "PolicyNames": ["a"]}, "iam:ListRolePolicies")
        assert not pages.count({"IsTruncated": False, "PolicyNames": ["a"]}, "iam:ListRolePolicies")


def test_a_server_that_never_ends_a_listing_ends_the_task(stranger, account):
    result = b"<ListRolePoliciesResult><PolicyNames/><IsTruncated>true</IsTruncated><Marker>%d</Marker>"
    numbers = itertools.count()

    stranger.body_of = lambda: (
        b"<ListRolePoliciesResponse>" + result % next(numbers) + b"</ListRolePoliciesResult></ListRolePoliciesResponse>"
    )
    with pytest.raises(UnreadableAnswer, match=r"iam:ListRolePolicies: .* it sent 100 empty pages"):
        list(account.client("iam").get_paginator("list_role_policies").paginate(RoleName="r"))
