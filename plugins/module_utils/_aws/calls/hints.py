# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user can do about an error of AWS, by its code. Pure text rules, no SDK.

Private to this collection.
"""

from __future__ import annotations

import re

DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Forbidden",
        "403",
        "NotAuthorized",
        "UnauthorizedAccess",
    }
)
"""Codes with which services deny access."""
_THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "SlowDown",
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
    }
)
_ASSUMING = re.compile(r"^(sts:)?AssumeRole")
_MALFORMED_POLICY = frozenset(
    {
        "MalformedPolicyDocument",
        "MalformedPolicyDocumentException",
        "MalformedPolicy",
        "InvalidPolicy",
        "InvalidPolicyDocument",
    }
)

_ACTIONS = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:HeadObject": "s3:GetObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "lambda:Invoke": "lambda:InvokeFunction",
}
"""The action that a policy has to allow, where it is not called like the API call."""

_HINTS = {
    "ExpiredToken": "The temporary credentials have expired: get new ones (`aws sso login`, a new session).",
    "InvalidClientTokenId": "AWS does not know this access key: it is deleted, inactive, mistyped, of another "
    "partition, or a session token is missing or belongs to another key. In a region that the account has not enabled, "
    "tokens of the global STS endpoint are refused the same way.",
    "SignatureDoesNotMatch": "The secret key does not belong to the access key, or something on the way changed the "
    "request.",
    "RequestExpired": "The clock of this machine is wrong: AWS takes at most 5 minutes (S3: 15) of difference.",
    "OptInRequired": "The account is not signed up for this service, or the access key is not active yet.",
    "NoCredentialsError": "Give profile or access_key and secret_key, set AWS_PROFILE or AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY in the environment, or run where AWS provides credentials.",
    "PartialCredentialsError": "An access key and its secret key are only good together.",
    "CredentialRetrievalError": "The profile's own source of credentials failed: try `aws sts get-caller-identity "
    "--profile NAME`.",
    "ProfileNotFound": "Look for it in ~/.aws/config and ~/.aws/credentials (or AWS_CONFIG_FILE and "
    "AWS_SHARED_CREDENTIALS_FILE) of the user who runs Ansible.",
    "SSOTokenLoadError": "Run: aws sso login",
    "UnauthorizedSSOTokenError": "Run: aws sso login",
    "TokenRetrievalError": "Run: aws sso login",
    "ConfigParseError": "Correct the AWS configuration file that it names.",
    "NoRegionError": "Set region, AWS_REGION, or a region in the profile.",
    "InvalidRegionError": "Correct the region's name, for instance eu-central-1.",
    "EndpointConnectionError": "Nothing answers there: check the region's name, endpoint_url, the name server, the "
    "proxy and the firewall.",
    "ConnectTimeoutError": "Nothing answers there: check endpoint_url, the proxy and the firewall.",
    "ReadTimeoutError": "The endpoint took the request and did not answer in time; the call may have been carried out. "
    "Safe to re-run: completed steps are detected. aws_config takes another read_timeout.",
    "ConnectionClosedError": "The connection broke; the call may have been carried out. Safe to re-run: "
    "completed steps are detected.",
    "InvalidAnswer": "Check endpoint_url, the proxy and the network: an error page of a proxy, a captive portal and "
    "another server look like this. Whether the call was carried out is not known; it is safe to re-run.",
    "CredentialsUnreadable": "Try `aws sts get-caller-identity` with the same profile or environment.",
    "NotImplemented": "The server does not offer this call; docs/s3_compatible.md says what can be done without. Check "
    "endpoint_url if it is meant to be AWS.",
    "SSLError": "The certificate could not be checked: aws_ca_bundle names the certificates to trust.",
    "ProxyConnectionError": "Check HTTPS_PROXY, NO_PROXY or the proxies in aws_config.",
    "LimitExceeded": "This is a quota of the account, not a passing state: remove something, or ask for more in "
    "Service Quotas.",
    "PackedPolicyTooLarge": "Session policies, policy ARNs and tags are too large together: use fewer or shorter ones, "
    "or put the permissions into the role.",
    "NoSuchEntity": "It does not exist in this account (any more).",
    "EntityAlreadyExists": "A resource of this name exists already; IAM does not distinguish upper and lower case in "
    "names.",
    "DeleteConflict": "Something is still attached to it: detach or delete that first.",
    "UnmodifiableEntity": "It belongs to an AWS service (a service-linked role): only that service can change it.",
    "EntityTemporarilyUnmodifiable": "It was changed a moment ago: re-run.",
    "ConcurrentModification": "Another writer is changing it at the same time: re-run.",
    "RegionDisabledException": "STS is not active in this region for that account: enable the region, or set region "
    "to one that is enabled.",
    "ServiceFailure": "AWS has a problem: re-run later.",
    "InternalFailure": "AWS has a problem: re-run later.",
    "ServiceUnavailable": "AWS has a problem: re-run later.",
    "500": "AWS, or a proxy before it, has a problem: re-run later; if it stays, check endpoint_url and the proxy.",
    "IDPRejectedClaim": "The identity provider's token has expired, was meant for another audience, or the provider in "
    "IAM does not match.",
    "InvalidIdentityToken": "The token is malformed, or its issuer has no identity provider in this account.",
    "InvalidIdentityTokenException": "The token is malformed, or its issuer has no identity provider in this account.",
}
_SAME_AS = {
    "ExpiredTokenException": "ExpiredToken",
    "TokenRefreshRequired": "ExpiredToken",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "InvalidAccessKeyId": "InvalidClientTokenId",
    "InvalidToken": "InvalidClientTokenId",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "RequestTimeTooSkewed": "RequestExpired",
    "InvalidAction": "NotImplemented",
    "UnknownOperationException": "NotImplemented",
    "405": "NotImplemented",
    "501": "NotImplemented",
    "NoAuthTokenError": "NoCredentialsError",
    "NoSuchEntityException": "NoSuchEntity",
    "EntityAlreadyExistsException": "EntityAlreadyExists",
    "LimitExceededException": "LimitExceeded",
    "PackedPolicyTooLargeException": "PackedPolicyTooLarge",
    "ConcurrentModificationException": "ConcurrentModification",
    "RegionDisabled": "RegionDisabledException",
    "IDPRejectedClaimException": "IDPRejectedClaim",
    "DeleteConflictException": "DeleteConflict",
    "UnmodifiableEntityException": "UnmodifiableEntity",
    "InternalError": "InternalFailure",
    "InternalServiceError": "InternalFailure",
    "ServiceFailureException": "ServiceFailure",
    "502": "500",
    "503": "500",
    "504": "500",
}
_UNREACHED = frozenset(
    {
        "EndpointConnectionError",
        "ConnectTimeoutError",
        "ReadTimeoutError",
        "ConnectionClosedError",
        "SSLError",
        "ProxyConnectionError",
        "HTTPClientError",
        "ConnectionError",
    }
)


def verb_for(code: str, call: str) -> str:
    """Return how the call ended: "iam:CreateRole was denied"."""
    if code in DENIED:
        return f"{call} was denied"
    if code in _THROTTLED:
        return f"{call} was throttled on every attempt"
    if code in _UNREACHED:
        return f"{call} got no answer"
    return f"{call} failed ({code})"


def hint_for(code: str, call: str, message: str, caller: str = "") -> str:
    """Return what the user can do, or an empty text when AWS's message says it all.

    `caller` is the ARN of who called, if known; AWS's message may name it too.
    """
    if code in DENIED:
        return _denied(call, message, caller)
    if code in _THROTTLED:
        return "Run with fewer forks, or give more attempts in aws_config: {retries: {total_max_attempts: 20}}."
    if code in _MALFORMED_POLICY:
        return _malformed_policy(message)
    if code in ("ValidationError", "ValidationException", "InvalidParameterValue", "InvalidInput"):
        return _invalid(message)
    if "Signature expired" in message or "Signature not yet current" in message:
        code = "RequestExpired"
    return _HINTS.get(_SAME_AS.get(code, code), "")


def _denied(call: str, message: str, caller: str) -> str:
    """AWS names the caller and the action; what it says about the missing policy is not always the whole truth."""
    if "MultiFactorAuthentication failed" in message:
        return (
            "The MFA code is wrong, was used before (each code works once), or the clock of the device is off: wait "
            "for the next code."
        )
    if "may not be assumed by root" in message:
        return "AWS lets no root user assume a role: use a user or a role of that account."
    if _ASSUMING.match(call):
        return (
            "AWS does not say which side refused: the role must exist and its trust policy must name this caller (with "
            "its external ID and MFA conditions, if any), and across accounts the caller's own policy must allow "
            "sts:AssumeRole on the role's ARN. A role or policy made seconds ago may take a moment."
        )
    actor, action = _who_and_what(message)
    actor = actor or caller or "this caller"
    action = action or _ACTIONS.get(call, call)
    if "explicit deny" in message:
        kind = re.search(r"explicit deny in (an? [a-z -]*policy)", message)
        where = kind.group(1) if kind else "a policy"
        if "service control" in where or "resource control" in where:
            return f"The organization forbids it with {where}: no policy of this account can allow it."
        return f"It is forbidden by an explicit Deny in {where}; an Allow elsewhere does not help."
    if "resource-based policy" in message:
        # Across accounts AWS says "no resource-based policy allows" also when only the identity policy lacks it.
        return f"Check both sides: the resource's policy and the caller's own policy must allow {action} for {actor}."
    if "permissions boundary" in message:
        return f"The permissions boundary of the caller does not allow {action}."
    return f"A policy of the caller has to allow {action} for {actor}."


def _who_and_what(message: str) -> tuple[str, str]:
    actor = re.search(r"\b(arn:[\w-]+:(?:iam|sts)::\d{12}:\S+?)[,.;]? is not authorized", message)
    action = re.search(r"not authorized to perform:? \[?([\w-]+:\w+)", message)
    return (actor.group(1) if actor else "", action.group(1) if action else "")


def _malformed_policy(message: str) -> str:
    if re.search(r"invalid principal", message, re.IGNORECASE):
        return (
            "A principal in the policy does not exist (or not yet: a new one takes some seconds to be known "
            "everywhere), was deleted, or its account has not enabled the region."
        )
    if "not allow you to update" in message:
        return "The new policy would lock the caller out: name the account or the caller in it."
    return "AWS does not accept the policy document; the message says which part."


def _invalid(message: str) -> str:
    if "1 hour session limit" in message or "role chaining" in message:
        return (
            "A role that is assumed from another role's session lives 3600 seconds at most: set duration_seconds to "
            "3600 or less."
        )
    if "MaxSessionDuration" in message:
        return "duration_seconds is more than the role's own max_session_duration."
    if "MFA" in message or "MultiFactor" in message or "TokenCode" in message:
        return "mfa_token is the six digits that the device shows now, as a quoted string."
    return ""
