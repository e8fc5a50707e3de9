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
import re

from ansible_collections.xacct.aws.plugins.module_utils._policy.documents import ascii_lower, texts

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
_SOURCE_KEYS = {
    "aws:sourceaccount": re.compile(r"[0-9]{12}"),
    "aws:sourceowner": re.compile(r"[0-9]{12}"),
    "aws:sourceorgid": re.compile(r"o-[a-z0-9]{10,32}"),
    "aws:sourceorgpaths": re.compile(r"o-[a-z0-9]{10,32}/.*"),
    "aws:sourcearn": re.compile(r"arn:[a-z0-9-]+:(s3:::[^*?]+|[a-z0-9-]+:[a-z0-9*?-]*:[0-9]{12}:.+)"),
}
"""Keys that say for whom a service acts, and what names somebody in particular. aws:SourceOwner: SNS, superseded."""

_POSITIVE_OPERATORS = frozenset(
    {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"}
)
_WIDEST_PREFIX = {4: 8, 6: 32}
"""AWS calls a source range wider than this public."""


def narrows(condition: dict | None) -> bool:
    """Whether a statement with this Condition block holds only for known accounts, organizations, networks or callers.

    Only operators that fail when the key is missing count: neither ``…IfExists`` nor ``ForAllValues:``.
    """
    for operator, keys in (condition or {}).items():
        qualifier, _colon, name = ascii_lower(operator).rpartition(":")
        if name in _POSITIVE_OPERATORS and qualifier in ("", "foranyvalue"):
            for key, values in keys.items():
                found = texts(values, key)
                if found and all(_is_fixed(name, ascii_lower(key), text) for text in found):
                    return True
    return False


def names_a_source(condition: dict | None) -> bool:
    """Whether a statement for an AWS service holds only on behalf of resources of known accounts or organizations.

    Without it anybody can have the service act on the resource: the service is a confused deputy (IAM User Guide, "The
    confused deputy problem"). The ARN of a bucket names no account; the bucket itself is the known source then.
    """
    for operator, keys in (condition or {}).items():
        qualifier, _colon, name = ascii_lower(operator).rpartition(":")
        if name in _POSITIVE_OPERATORS and name != "ipaddress" and qualifier in ("", "foranyvalue"):
            for key, values in keys.items():
                found = texts(values, key)
                pattern = _SOURCE_KEYS.get(ascii_lower(key))
                if pattern and found and all(pattern.fullmatch(text) for text in found):
                    return True
    return False


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
