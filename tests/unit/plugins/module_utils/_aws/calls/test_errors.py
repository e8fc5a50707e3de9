# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An error says which account, which resource, which call and what to do, and nothing secret."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import (
    AwsError,
    UnreadableAnswer,
    aws_call,
    called,
    error_code,
    is_code,
    is_not_offered,
    is_unanswered,
    translate,
)
from botocore import exceptions
from botocore.exceptions import ClientError


@dataclass
class Platform:
    """An account as far as errors look at it."""

    description: str = "account 111111111111 (platform)"
    known_account_id: str = "111111111111"
    known_caller: str = ""
    hidden: tuple = ()

    def secrets(self):
        return self.hidden


def client_error(code, message, call="iam:CreateRole"):
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"xacct_call": call}}
    return ClientError(response, call.partition(":")[2])


def test_the_form_of_a_message():
    message = (
        "User: arn:aws:iam::111111111111:user/u is not authorized to perform: iam:CreateRole on resource: "
        "arn:aws:iam::111111111111:role/Backup because no identity-based policy allows the iam:CreateRole action"
    )
    error = translate(client_error("AccessDenied", message), Platform(), "creating role Backup", "role Backup")
    assert str(error) == (
        f"Creating role Backup in account 111111111111 (platform): iam:CreateRole was denied: {message}. A policy of "
        "the caller has to allow iam:CreateRole for arn:aws:iam::111111111111:user/u."
    )
    assert (error.code, error.call, error.account, error.resource) == (
        "AccessDenied",
        "iam:CreateRole",
        "111111111111",
        "role Backup",
    )
    assert error.aws_message == message


def test_the_resource_alone_is_enough():
    error = translate(client_error("NoSuchEntity", "gone", "iam:GetRole"), Platform(), "role Backup")
    assert str(error).startswith(
        "Role Backup in account 111111111111 (platform): iam:GetRole failed (NoSuchEntity): gone."
    )
    assert error.resource == "role Backup"


def test_without_an_account_the_rest_is_still_said():
    assert str(translate(client_error("X", "y"), None, "role r")) == "Role r: iam:CreateRole failed (X): y"


HINTS = [
    ("iam:PutRolePolicy", "AccessDenied", "... is not authorized to perform: iam:PutRolePolicy on resource: x with an "
     "explicit deny in a service control policy", "The organization forbids it with a service control policy"),
    ("s3:PutBucketPolicy", "AccessDenied", "... with an explicit deny in an identity-based policy",
     "forbidden by an explicit Deny in an identity-based policy"),
    ("s3:PutBucketPolicy", "AccessDenied", "... because no resource-based policy allows the s3:PutBucketPolicy action",
     "Check both sides: the resource's policy and the caller's own policy must allow s3:PutBucketPolicy"),
    ("iam:CreateRole", "AccessDenied", "... because no permissions boundary allows the iam:CreateRole action",
     "permissions boundary of the caller does not allow iam:CreateRole"),
    ("s3:HeadBucket", "403", "Forbidden", "allow s3:ListBucket for"),
    ("sts:AssumeRole", "AccessDenied", "User: x is not authorized to perform: sts:AssumeRole on resource: y",
     "AWS does not say which side refused"),
    ("sts:AssumeRole", "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.",
     "each code works once"),
    ("sts:AssumeRole", "AccessDenied", "Roles may not be assumed by root accounts.", "no root user assume a role"),
    ("sts:AssumeRole", "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles "
     "assumed by role chaining", "3600 seconds at most"),
    ("sts:AssumeRole", "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this "
     "role.", "more than the role's own max_session_duration"),
    ("sts:AssumeRole", "PackedPolicyTooLarge", "too large", "fewer or shorter"),
    ("sts:AssumeRole", "RegionDisabledException", "STS is not activated in this region", "set region to one that"),
    ("iam:GetRole", "ExpiredToken", "expired", "have expired: get new ones"),
    ("sts:GetCallerIdentity", "InvalidClientTokenId", "invalid", "AWS does not know this access key"),
    ("iam:GetRole", "SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier", "clock"),
    ("iam:GetRole", "SignatureDoesNotMatch", "The request signature we calculated does not match", "The secret key"),
    ("iam:CreateRole", "LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000", "a quota of the account"),
    ("iam:UpdateAssumeRolePolicy", "MalformedPolicyDocument", 'Invalid principal in policy: "AWS":"x"',
     "A principal in the policy does not exist"),
    ("kms:PutKeyPolicy", "MalformedPolicyDocumentException", "The new key policy will not allow you to update the key "
     "policy in the future.", "lock the caller out"),
    ("iam:CreateRole", "EntityAlreadyExists", "exists", "does not distinguish upper and lower case"),
    ("iam:DeleteRole", "DeleteConflict", "conflict", "still attached"),
    ("iam:DeleteRole", "UnmodifiableEntity", "service-linked", "belongs to an AWS service"),
    ("iam:GetRole", "Throttling", "Rate exceeded", "fewer forks"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "code", "message", "hint"), HINTS)
def test_every_known_error_says_what_to_do(call, code, message, hint):
    error = translate(client_error(code, message, call), Platform(), "doing it")
    assert hint in error.hint
    assert str(error).endswith(error.hint)
    assert message in str(error)


def test_a_denied_call_names_the_caller_if_it_is_known():
    error = translate(
        client_error("AccessDenied", "Access Denied", "s3:GetBucketPolicy"), Platform(known_caller="arn:x"), "b"
    )
    assert error.hint == "A policy of the caller has to allow s3:GetBucketPolicy for arn:x."


SDK = [
    (exceptions.NoCredentialsError(), "Give profile or access_key"),
    (exceptions.ProfileNotFound(profile="hub"), "~/.aws/config"),
    (exceptions.EndpointConnectionError(endpoint_url="http://127.0.0.1:9/"), "http://127.0.0.1:9/"),
    (exceptions.ConnectTimeoutError(endpoint_url="http://127.0.0.1:9/"), "Nothing answers there"),
    (exceptions.ReadTimeoutError(endpoint_url="http://127.0.0.1:9/"), "may have been carried out"),
    (exceptions.ConnectionClosedError(endpoint_url="http://127.0.0.1:9/"), "may have been carried out"),
    (exceptions.NoRegionError(), "Set region"),
    (exceptions.SSLError(endpoint_url="https://x", error="bad"), "aws_ca_bundle"),
    (exceptions.PartialCredentialsError(provider="explicit", cred_var="x"), "only good together"),
    (exceptions.UnauthorizedSSOTokenError(), "aws sso login"),
]


@pytest.mark.parametrize(("error", "text"), SDK)
def test_what_keeps_us_from_asking_aws_says_what_to_do(error, text):
    translated = translate(error, Platform(), "role Backup")
    assert text in str(translated)
    assert translated.code == type(error).__name__


def test_the_block_turns_errors_of_the_sdk_into_ours_without_their_chain():
    with pytest.raises(AwsError) as raised, aws_call(Platform(), "role Backup"):
        raise client_error("NoSuchEntity", "gone")
    assert raised.value.__suppress_context__
    assert is_code(raised.value, "NoSuchEntity", "Other")
    assert (error_code(raised.value), called(raised.value)) == ("NoSuchEntity", "iam:CreateRole")


def test_our_own_errors_and_those_of_others_go_through():
    ours = AwsError("x")
    with pytest.raises(AwsError) as raised, aws_call(Platform(), "role Backup"):
        raise ours
    assert raised.value is ours
    assert translate(ours, None, "y") is ours
    with pytest.raises(KeyError), aws_call(Platform(), "role Backup"):
        raise KeyError("defect")


def test_an_answer_that_is_not_of_aws_says_where_what_and_what_to_do():
    strange = UnreadableAnswer("it sent an HTML page", status=200).of_call("iam:GetRole", "https://proxy.example")
    with pytest.raises(UnreadableAnswer) as raised, aws_call(Platform(), "role Backup"):
        raise strange
    assert str(raised.value) == (
        "Role Backup in account 111111111111 (platform): iam:GetRole: https://proxy.example did not answer as AWS "
        "does: it sent an HTML page (HTTP 200). Check endpoint_url, the proxy and the network: an error page of a "
        "proxy, a captive portal and another server look like this. Whether the call was carried out is not known; it "
        "is safe to re-run."
    )
    assert (raised.value.code, raised.value.call, raised.value.account, raised.value.resource) == (
        "InvalidAnswer",
        "iam:GetRole",
        "111111111111",
        "role Backup",
    )


def answered(status, code=None, message="m"):
    """An error as botocore makes it of an answer; without a code where it found none."""
    error = {} if code is None else {"Error": {"Code": code, "Message": message}}
    return ClientError({**error, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetAccountSummary")


NOT_OFFERED = [
    answered(501, "NotImplemented"),
    answered(501, "InternalFailure"),
    answered(501, "501", "Not Implemented"),
    answered(405, "MethodNotAllowed"),
    answered(405, "405"),
    answered(405, ""),
    answered(405),
    answered(404, "404"),
    answered(404),
    answered(400, "InvalidAction"),
    answered(400, "UnknownOperationException"),
    answered(400, "InvalidParameterValue", "Unsupported action GetCallerIdentity"),
    AwsError("not AWS's", code="InvalidAnswer"),
]
ANSWERS = [
    answered(404, "NoSuchEntity"),
    answered(404, "NoSuchBucket"),
    answered(404, "NotFoundException"),
    answered(404, "ServerSideEncryptionConfigurationNotFoundError"),
    answered(400, "InvalidParameterValue", "Unsupported value"),
    answered(400),
    answered(400, "400"),
    answered(409, "OperationAborted"),
    answered(500, "InternalFailure"),
    answered(503, "SlowDown"),
    exceptions.EndpointConnectionError(endpoint_url="http://x"),
    exceptions.ReadTimeoutError(endpoint_url="http://x"),
]


@pytest.mark.parametrize("error", NOT_OFFERED, ids=str)
def test_a_call_that_the_server_does_not_have(error):
    for each in (error, translate(error, Platform(), "x"), translate(error, Platform(), "x").with_hint("y")):
        assert is_not_offered(each)
        assert is_unanswered(each)


@pytest.mark.parametrize("error", ANSWERS, ids=str)
def test_answers_of_the_service_and_failures_are_something_else(error):
    for each in (error, translate(error, Platform(), "x")):
        assert not is_not_offered(each)
        assert not is_unanswered(each)


@pytest.mark.parametrize(
    "error", [answered(403, "AccessDenied"), answered(403, "403"), answered(400, "AccessDeniedException")]
)
def test_a_denial_leaves_the_question_open_though_the_call_is_offered(error):
    assert is_unanswered(error)
    assert not is_not_offered(error)


def test_what_is_known_of_such_an_answer_is_not_overwritten():
    first = UnreadableAnswer("x").of_call("iam:GetRole", "https://a").about(Platform(), "role One")
    assert str(first.of_call("sts:Other", "https://b").about(None, "role Two")) == str(first)


def test_the_text_of_aws_is_one_line_bounded_and_without_secrets():
    message = "no\nPLAY RECAP ****\x1b[2K\u009b of swordfish-1234567890 " + "x" * 100_000
    error = translate(client_error("X\n" * 200, message), Platform(hidden=("swordfish-1234567890",)), "role r")
    assert "no\\nPLAY RECAP ****\\x1b[2K\\x9b of ********" in str(error)
    assert "\n" not in error.code
    assert len(str(error)) < 4096
