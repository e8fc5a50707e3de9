# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""KMS grants: what moto does not do about them, and what they allow.

A grant is judged as the statement that it amounts to. A user or role that it names needs nothing else; an account
passes it on by its own policies. Sources: KMS API Reference, CreateGrant and ListGrants; EC2 Auto Scaling User Guide,
"Required key policy for use with encrypted volumes" (a role whose own policies say nothing of the key gets a grant).
"""

from __future__ import annotations

import json
import re

from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import (
    CompiledPolicy,
    compile_policy,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.kms.grants import OPERATIONS, grant_statement

from .calls import Call
from .document_rules import principal_is_valid
from .errors import Refusal, Response
from .identities import entity_of

_NAME = re.compile(r"[a-zA-Z0-9:/_-]{1,256}")
_DEFAULT_PAGE = 50


def policy_with_grants(key) -> str | dict:
    """A key's policy, with its grants as further statements."""
    if not key.grants:
        return key.policy
    document = json.loads(key.policy)
    listed = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    return {**document, "Statement": [*listed, *_statements(key)]}


def granted_to(key, caller) -> tuple[CompiledPolicy, ...]:
    """What the grants that name a caller (not its account) allow, as policies of its own."""
    named = {caller.arn, caller.principal.role_arn}
    mine = [
        {name: value for name, value in statement.items() if name != "Principal"}
        for statement in _statements(key)
        if statement["Principal"].get("AWS") in named
    ]
    return (compile_policy({"Version": "2012-10-17", "Statement": mine}),) if mine else ()


def _statements(key) -> list[dict]:
    found = []
    for grant in key.grants.values():
        statement = grant_statement(grant.to_json())
        found.append({name: value for name, value in statement.items() if name not in ("RetiringPrincipal", "Sid")})
    return found


def new_grant(call: Call, key) -> Response | None:
    """Check CreateGrant; the answer where there is such a grant already."""
    if call.text("Name") and not _NAME.fullmatch(call.text("Name")):
        raise Refusal("ValidationException", f"1 validation error detected: Value '{call.text('Name')}' at 'name'")
    if not set(call.fields.get("Operations") or ["none"]) <= {*OPERATIONS}:
        raise Refusal("ValidationException", "1 validation error detected: Value at 'operations'")
    for member in ("GranteePrincipal", "RetiringPrincipal"):
        arn = call.text(member)
        if arn and not principal_is_valid("AWS", arn):
            raise Refusal("InvalidArnException", f"ARN does not refer to a valid principal: {arn}")
    for grant in key.grants.values():
        if call.text("Name") and _asked(call) == _stored(grant):
            return Response(
                200,
                {"content-type": "application/x-amz-json-1.1"},
                json.dumps({"GrantId": grant.id, "GrantToken": grant.token}).encode(),
            )
    return None


def page(call: Call, response: Response) -> Response:
    """ListGrants shows a page at a time."""
    whole = json.loads(response.body)
    start = int(call.text("Marker") or 0)
    end = start + int(call.fields.get("Limit") or _DEFAULT_PAGE)
    shown = {"Grants": whole["Grants"][start:end], "Truncated": end < len(whole["Grants"])}
    if shown["Truncated"]:
        shown["NextMarker"] = str(end)
    response.body = json.dumps(shown).encode()
    response.headers = {name: value for name, value in response.headers.items() if name.lower() != "content-length"}
    return response


def forget(key, arn: str, unique_id: str) -> None:
    """Let the grants of a key show the unique ID of a deleted user or role."""
    for grant in key.grants.values():
        for member in ("grantee_principal", "retiring_principal"):
            if getattr(grant, member) == arn and entity_of(arn) is None:
                setattr(grant, member, unique_id)


def _asked(call: Call) -> tuple:
    return (
        call.text("Name"), call.text("GranteePrincipal"), call.text("RetiringPrincipal") or None,
        sorted(call.fields["Operations"]), call.fields.get("Constraints") or None,
    )  # fmt: skip


def _stored(grant) -> tuple:
    return (
        grant.name, grant.grantee_principal, grant.retiring_principal, sorted(grant.operations),
        grant.constraints or None,
    )  # fmt: skip
