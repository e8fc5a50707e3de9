# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether conditions narrow ``Principal: "*"`` to callers that are known.

AWS's own test of "public" (S3 Block Public Access, IAM Access Analyzer): a statement for everyone is not public if it
holds only for a fixed value of one of a short list of keys. An external ID is not on that list: it tells two customers
of one third party apart, it is no secret, and the caller picks it.
"""

from __future__ import annotations

import ipaddress
import itertools
import re
from collections.abc import Iterator

from .documents import ascii_lower, condition_lines, texts

_FIXED_KEYS = frozenset(
    {
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "s3:dataaccesspointaccount",
    }
)
_PATTERN_KEYS = {
    "aws:principalorgpaths": re.compile(r"o-[a-z0-9]{10,32}/.*"),
    "aws:sourceorgpaths": re.compile(r"o-[a-z0-9]{10,32}/.*"),
    "aws:vpceorgpaths": re.compile(r"o-[a-z0-9]{10,32}/.*"),
    "aws:principalarn": re.compile(r"arn:[a-z0-9-]+:(iam|sts)::[0-9]{12}:.+"),
    "aws:sourcearn": re.compile(r"arn:[a-z0-9-]+:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+"),
    "s3:dataaccesspointarn": re.compile(r"arn:[a-z0-9-]+:s3:[a-z0-9-]*:[0-9]{12}:.+"),
    "aws:userid": re.compile(r"((AROA|AIDA)[A-Z0-9]{8,}|[0-9]{12})(:.*)?"),
}
_BUCKET_ARN = re.compile(r"arn:[a-z0-9-]+:s3:::[^*?]+")
_SOURCE_KEYS = {
    "aws:sourceaccount": re.compile(r"[0-9]{12}"),
    "aws:sourceowner": re.compile(r"[0-9]{12}"),
    "aws:sourceorgid": re.compile(r"o-[a-z0-9]{10,32}"),
    "aws:sourceorgpaths": re.compile(r"o-[a-z0-9]{10,32}/.*"),
    "aws:sourcearn": re.compile(rf"{_BUCKET_ARN.pattern}|arn:[a-z0-9-]+:[a-z0-9-]+:[a-z0-9*?-]*:[0-9]{{12}}:.+"),
}
"""Keys that say for whom a service acts, and what names somebody in particular. aws:SourceOwner: SNS, superseded."""

_ONLY_OF_SERVICES = frozenset({"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"})
"""Those that a request has only if an AWS service makes it, by its own principal and for a resource (IAM User Guide,
"AWS global condition context keys"). SNS has aws:SourceOwner in requests of accounts, too."""

_POSITIVE_OPERATORS = frozenset(
    {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"}
)
_WIDEST_PREFIX = {4: 8, 6: 32}
"""AWS calls a source range wider than this public."""


def narrows(condition: dict | None) -> bool:
    """Whether a statement with this Condition block holds only for known accounts, organizations, networks or callers.

    Only operators that fail when the key is missing count: neither ``…IfExists`` nor ``ForAllValues:``.
    """
    for operator, key, values in condition_lines(condition):
        qualifier, _colon, name = ascii_lower(operator).rpartition(":")
        is_positive = name in _POSITIVE_OPERATORS and qualifier in ("", "foranyvalue")
        if is_positive and values and all(_is_fixed(name, ascii_lower(key), text) for text in values):
            return True
    return False


def names_a_source(condition: dict | None) -> bool:
    """Whether a statement for an AWS service holds only on behalf of resources of known accounts or organizations.

    Without it anybody can have the service act on the resource: the service is a confused deputy (IAM User Guide, "The
    confused deputy problem"). The ARN of a bucket names no account; the bucket itself is the known source then.
    """
    return any(_sources(condition))


def sources_without_account(condition: dict | None) -> list[str]:
    """Return the ARNs for which alone a service may act, where one names no account and nothing beside it does.

    Such is the ARN of a bucket, whose name anybody can take once it is deleted. AWS asks for aws:SourceAccount beside
    it (IAM User Guide, "Cross-service confused deputy prevention").
    """
    without = [[text for text in values if _BUCKET_ARN.fullmatch(text)] for values in _sources(condition)]
    return list(itertools.chain.from_iterable(without)) if all(without) else []


def holds_for_services_only(operator: str, key: str, values: object) -> bool:
    """Whether one line of a Condition block fails in every request that no AWS service makes for a resource."""
    if ascii_lower(key) not in _ONLY_OF_SERVICES:
        return False
    if ascii_lower(operator) == "null":
        return [ascii_lower(text) for text in texts(values, key)] == ["false"]
    return _fails_without_the_key(operator)


def _sources(condition: dict | None) -> Iterator[list[str]]:
    """Yield the values of each line that names for whom a service may act, all of them."""
    for operator, key, values in condition_lines(condition):
        pattern = _SOURCE_KEYS.get(ascii_lower(key))
        if not pattern or not values or not _fails_without_the_key(operator):
            continue
        if all("${" not in text and pattern.fullmatch(text) for text in values):
            yield values


def _fails_without_the_key(operator: str) -> bool:
    """Whether it compares a text, and fails when there is none: neither ``…IfExists`` nor ``ForAllValues:``."""
    qualifier, _colon, name = ascii_lower(operator).rpartition(":")
    return name in _POSITIVE_OPERATORS and name != "ipaddress" and qualifier in ("", "foranyvalue")


def _is_fixed(operator: str, key: str, text: str) -> bool:
    if "${" in text:
        return False
    if key == "aws:sourceip":
        return operator == "ipaddress" and _is_narrow_network(text)
    if operator == "ipaddress":
        return False
    if key in _FIXED_KEYS:
        return text != "" and not set("*?") & set(text)
    pattern = _PATTERN_KEYS.get(key)
    return pattern is not None and pattern.fullmatch(text) is not None


def _is_narrow_network(text: str) -> bool:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _WIDEST_PREFIX[network.version]
