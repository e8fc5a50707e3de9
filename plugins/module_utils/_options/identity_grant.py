# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of `xacct_identity_grant`, everything that is wrong with them, and what they declare.

Pure. Private to this collection.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from .._policy.language.documents import PolicyError
from .._policy.language.identity_names import IdentityName, parse_identity
from .._policy.statements.identity import IDENTITY_GRANT_OPTIONS, check_identity_grants, identity_statement
from .._policy.statements.own_statements import SidAlphabet, own_sid
from .declared_grants import GRANT_STATE, DeclaredGrants, check_grant_list, declare

DEFAULT_POLICY_NAME = "xacct"
INLINE = "inline"
MANAGED = "managed"

ARGUMENT_SPEC = {
    "principal": {"type": "str", "required": True},
    "policy_name": {"type": "str", "default": DEFAULT_POLICY_NAME},
    "via": {"type": "str", "choices": [INLINE, MANAGED], "default": INLINE},
    "grants": {
        "type": "list",
        "elements": "dict",
        "options": {**IDENTITY_GRANT_OPTIONS, **GRANT_STATE},
    },
    "purge_grants": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}

LONGEST_MANAGED_NAME = 120
"""IAM takes 128 characters; "-" and the number come after the name."""

_POLICY_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)


def declared_grants(params: Mapping) -> DeclaredGrants:
    """Return what the options declare; without `grants`, `state: absent` takes all own statements away."""
    return declare(params, lambda name: [own_sid(name, SidAlphabet.IAM)], lambda grant: [identity_statement(grant)])


def policy_names(params: Mapping, identity: IdentityName) -> dict[str, str]:
    """Return the policy's name by `via`.

    Names of managed policies are unique in the account, so the default one gets the principal's name as well.
    """
    name = params["policy_name"]
    own = _shortened(f"{DEFAULT_POLICY_NAME}-{identity.kind}-{identity.name}")
    if name in (DEFAULT_POLICY_NAME, f"{DEFAULT_POLICY_NAME}-{identity.kind}-{identity.name}"):
        return {INLINE: DEFAULT_POLICY_NAME, MANAGED: own}
    return {INLINE: name, MANAGED: name}


def check(params: Mapping) -> list[str]:
    """Return every error in the options, each naming its option."""
    return [*_check_names(params), *check_grant_list(params, check_identity_grants)]


def _check_names(params: Mapping) -> Iterator[str]:
    name = params["policy_name"]
    identity = None
    try:
        identity = parse_identity(params["principal"])
    except PolicyError as error:
        yield f"principal: {error}"
    if identity and identity.path and identity.path.startswith(("/aws-service-role/", "/aws-reserved/")):
        yield f"principal: {params['principal']} belongs to AWS ({identity.path}), only AWS can change its policies"
    if not _POLICY_NAME.fullmatch(name):
        yield f"policy_name: {name!r} is not a policy's name: 1 to 128 of A-Z a-z 0-9 _ + = , . @ -"
    elif identity and len(policy_names(params, identity)[params["via"]]) > LONGEST_MANAGED_NAME:
        yield f"policy_name: at most {LONGEST_MANAGED_NAME} characters, a number comes after it"


def _shortened(name: str) -> str:
    if len(name) <= LONGEST_MANAGED_NAME:
        return name
    digits = hashlib.sha256(name.encode()).hexdigest()[:10]
    return f"{name[: LONGEST_MANAGED_NAME - 11]}-{digits}"
