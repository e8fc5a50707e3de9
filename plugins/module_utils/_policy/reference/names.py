# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of actions, services and regions that somebody wrote: known, one step from a known one, or of a call.

An unknown name that is like a known one is refused; any other may be new, and is only worth a warning.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache

from .actions import actions_of, services
from .data import DATE, REGIONS, SERVICE_PREFIXES

CALLS = {
    "s3:completemultipartupload": "s3:PutObject",
    "s3:copyobject": "s3:GetObject on the source and s3:PutObject on the target",
    "s3:createmultipartupload": "s3:PutObject",
    "s3:deleteobjects": "s3:DeleteObject",
    "s3:getbucketencryption": "s3:GetEncryptionConfiguration",
    "s3:getbucketlifecycleconfiguration": "s3:GetLifecycleConfiguration",
    "s3:getbucketreplication": "s3:GetReplicationConfiguration",
    "s3:getpublicaccessblock": "s3:GetBucketPublicAccessBlock",
    "s3:headbucket": "s3:ListBucket",
    "s3:headobject": "s3:GetObject",
    "s3:listbuckets": "s3:ListAllMyBuckets",
    "s3:listmultipartuploads": "s3:ListBucketMultipartUploads",
    "s3:listobjects": "s3:ListBucket",
    "s3:listobjectsv2": "s3:ListBucket",
    "s3:listobjectversions": "s3:ListBucketVersions",
    "s3:listparts": "s3:ListMultipartUploadParts",
    "s3:putbucketencryption": "s3:PutEncryptionConfiguration",
    "s3:putbucketlifecycleconfiguration": "s3:PutLifecycleConfiguration",
    "s3:putbucketreplication": "s3:PutReplicationConfiguration",
    "s3:putpublicaccessblock": "s3:PutBucketPublicAccessBlock",
    "s3:selectobjectcontent": "s3:GetObject",
    "s3:uploadpart": "s3:PutObject",
    "s3:uploadpartcopy": "s3:GetObject on the source and s3:PutObject on the target",
    "lambda:invoke": "lambda:InvokeFunction",
    "kms:reencrypt": "kms:ReEncryptFrom and kms:ReEncryptTo",
    "sns:publishbatch": "sns:Publish",
    "sqs:sendmessagebatch": "sqs:SendMessage",
    "sqs:deletemessagebatch": "sqs:DeleteMessage",
    "sqs:changemessagevisibilitybatch": "sqs:ChangeMessageVisibility",
    "dynamodb:executestatement": "dynamodb:PartiQLSelect, PartiQLInsert, PartiQLUpdate and PartiQLDelete",
    "secretsmanager:batchgetsecretvalues": "secretsmanager:BatchGetSecretValue",
}
"""Calls of APIs (lower case) whose permission has another name (Service Authorization Reference of each service)."""

_CLOSE = 0.85
_WILDCARD = re.compile(r"[*?]")
_AWS_SERVICE = re.compile(r"[a-z0-9.-]+\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal|aws\.com)")


def action_errors(actions: Iterable[str]) -> Iterator[str]:
    """Yield what is certainly wrong with names of actions (`SERVICE:ACTION`, wildcards allowed)."""
    for action in actions:
        service, colon, name = action.partition(":")
        lowered = action.lower()
        if not colon or not name or action == "*":
            continue
        if lowered in CALLS:
            yield f"{action} is a call; its permission is {CALLS[lowered]}"
        elif not _is_known_service(service):
            meant = _nearest(service.lower(), SERVICE_PREFIXES)
            if meant and not _WILDCARD.search(service):
                yield f"{action}: there is no service {service}; did you mean {meant}:{name}?"
        elif not _WILDCARD.search(action) and service.lower() in _in_detail() and name.lower() not in _names(service):
            meant = _nearest(name.lower(), _names(service))
            if meant:
                yield f"there is no action {action}; did you mean {service}:{_names(service)[meant]}?"


def action_warnings(actions: Iterable[str]) -> Iterator[str]:
    """Yield what may be wrong: names that are in no reference of AWS, and patterns that match nothing there."""
    for action in actions:
        service, _colon, name = action.partition(":")
        if service.lower() not in _in_detail() or _WILDCARD.search(service):
            continue
        if not _matches_any(name.lower(), _names(service)) and not list(action_errors([action])):
            yield f"{action}: AWS had no such action on {DATE}; it allows or denies nothing unless it is newer"


def service_principal_error(name: str) -> str | None:
    """Return what is wrong with the name of an AWS service as a principal, None for nothing."""
    lowered = name.lower()
    if _AWS_SERVICE.fullmatch(lowered):
        return None
    for ending in ("amazonaws.com", "amazonaws.com.cn"):
        parts = lowered.split(".")
        size = ending.count(".") + 1
        found = ".".join(parts[-size:])
        if len(parts) > size and difflib.SequenceMatcher(None, found, ending).ratio() >= _CLOSE:
            return f"{name} is not a service of AWS; did you mean {'.'.join(parts[:-size])}.{ending}?"
    return None


def region_error(region: str) -> str | None:
    """Return what is wrong with a region that is like one that AWS has, but is none; None for nothing."""
    if region in REGIONS:
        return None
    meant = _nearest(region, REGIONS)
    if meant is None or _differs_by_digit(region, meant):
        return None
    return f"{region} is not a region of AWS; did you mean {meant}?"


def _differs_by_digit(region: str, known: str) -> bool:
    """Whether only the number is another one: `eu-central-3` may come one day."""
    return re.sub(r"\d+$", "", region) == re.sub(r"\d+$", "", known)


def _is_known_service(service: str) -> bool:
    return service.lower() in SERVICE_PREFIXES


@cache
def _in_detail() -> frozenset[str]:
    return frozenset(services())


@cache
def _names(service: str) -> dict[str, str]:
    """The actions of a service, by their lower-case names."""
    return {name: action.name for name, action in actions_of(service.lower()).items()}


def _nearest(text: str, known: Collection[str]) -> str | None:
    found = difflib.get_close_matches(text, known, n=3, cutoff=_CLOSE)
    swapped = [each for each in found if sorted(each) == sorted(text)]
    return next(iter([*swapped, *found]), None)


def _matches_any(pattern: str, names: Iterable[str]) -> bool:
    expression = re.compile(".*".join(map(re.escape, pattern.split("*"))).replace(r"\?", "."))
    return any(expression.fullmatch(name) for name in names)
