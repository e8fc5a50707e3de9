# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which actions there are, and which condition keys the requests of each can carry.

From AWS's Service Authorization Reference, for the services in `tools/service_reference.py`; of others nothing is
known. Names are matched in lower case.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from .data import PACKED


class Action(NamedTuple):
    """An action: its name as AWS writes it, and the condition keys that come with it, by type of resource as well."""

    name: str
    keys: frozenset[str]
    types: tuple[tuple[re.Pattern, frozenset[str]], ...]
    """The types of resources that it is asked on: the ARN, and the keys that AWS knows of such a resource."""


BY_CHOICE = (
    "accounts.google.com:*",
    "aws:requesttag/*",
    "aws:tagkeys",
    "cognito-identity.amazonaws.com:*",
    "graph.facebook.com:*",
    "kms:encryptioncontext:*",
    "kms:encryptioncontextkeys",
    "kms:grantconstrainttype",
    "kms:grantisforawsresource",
    "kms:recipientattestation:*",
    "kms:viaservice",
    "s3:accessgrantsinstancearn",
    "s3:delimiter",
    "s3:if-*",
    "s3:max-keys",
    "s3:object-lock-*",
    "s3:prefix",
    "s3:requestobjecttag/*",
    "s3:requestobjecttagkeys",
    "s3:versionid",
    "s3:x-amz-*",
    "saml:*",
    "secretsmanager:versionid",
    "secretsmanager:versionstage",
    "sts:externalid",
    "sts:sourceidentity",
    "sts:transitivetagkeys",
    "www.amazon.com:*",
)
"""Keys that are in a request only if whoever makes it asks for that (parameters and headers that can be left out)."""


def services() -> tuple[str, ...]:
    """Return the prefixes of the services whose actions are known."""
    return tuple(_sections())


@cache
def actions_of(service: str) -> Mapping[str, Action]:
    """Return the actions of a service by their lower-case names without its prefix; none of a service not known."""
    types: dict[str, tuple[re.Pattern, frozenset[str]]] = {}
    found: dict[str, Action] = {}
    for line in _sections().get(service, ()):
        if line.startswith("|"):
            _start, names, of_types, brought = line.split("|")
            known = tuple(types[name] for name in of_types.split() if name in types)
            for name in names.split():
                found[name.lower()] = Action(name, frozenset(brought.split()), known)
        else:
            name, arn, *keys = line.split(" ")
            pattern = ".+".join(re.escape(part) for part in arn.split("*"))
            types[name] = (re.compile(pattern, re.DOTALL), frozenset(keys))
    return found


@lru_cache(maxsize=4096)
def carried_keys(action: str, resource: str) -> frozenset[str] | None:
    """Return the keys that requests of a lower-case action on a resource can carry, None where that is not known.

    A key that ends in `*` stands for all that begin like it.
    """
    service, _colon, name = action.partition(":")
    found = actions_of(service).get(name)
    if found is None:
        return None
    on_it = [keys for arn, keys in found.types if arn.fullmatch(resource)]
    return found.keys.union(*(on_it or [keys for _arn, keys in found.types]))


@lru_cache(maxsize=16_384)
def can_carry(action: str, resource: str, key: str) -> bool:
    """Say whether a request can carry a lower-case key that its maker does not choose to send.

    Of an action that is not in the reference it is not known; then keys of its service, and the tags of the resource,
    may be there.
    """
    if _is_one_of(key, BY_CHOICE):
        return False
    keys = carried_keys(action, resource)
    if keys is None:
        return key.startswith((f"{action.partition(':')[0]}:", "aws:resourcetag/"))
    return key in keys or _is_one_of(key, (each for each in keys if each.endswith("*")))


def _is_one_of(key: str, patterns: Iterable[str]) -> bool:
    return any(key.startswith(each[:-1]) if each.endswith("*") else key == each for each in patterns)


@cache
def _sections() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in zlib.decompress(base64.b64decode(PACKED)).decode().splitlines():
        if "|" not in line and " " not in line:
            lines = found.setdefault(line, [])
        else:
            lines.append(line)
    return found
