# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Organizations: what moto lacks, which is to invite accounts that there are already; and IDs that stay the same.

Source: Organizations API Reference, InviteAccountToOrganization, AcceptHandshake.
"""

from __future__ import annotations

import hashlib
import json
import secrets

from . import store
from .calls import Call
from .doors import Door
from .errors import Refusal, Response
from .organization import organization_of


class OrganizationsDoor(Door):
    """AWS Organizations."""

    def prepared(self, call: Call) -> Call | Response:
        stand_in = {"InviteAccountToOrganization": invite, "AcceptHandshake": accept}.get(call.operation.name)
        return stand_in(call) if stand_in else call

    def finished(self, call: Call, response: Response, before: object) -> Response:  # noqa: ARG002
        if call.operation.name == "CreateOrganization" and response.status == 200:
            name_for_good(call.account, response)
        return response


def organization_id(management_account: str) -> str:
    """The ID of the organization that an account makes: always the same, so that an inventory can name it."""
    return f"o-{hashlib.sha256(f'organization of {management_account}'.encode()).hexdigest()[:10]}"


def name_for_good(account: str, response: Response) -> None:
    """Give a new organization its ID; moto made up another one."""
    backend = store.backend("organizations", account)
    before, after = backend.org.id, organization_id(account)
    for thing in (*backend.ou, *backend.accounts, *backend.policies):
        thing.organization_id = after
    backend.org.id = after
    response.body = response.body.replace(before.encode(), after.encode())


def invite(call: Call) -> Response:
    """InviteAccountToOrganization: the account has to accept before it is a member."""
    backend = store.backend("organizations", call.account)
    if backend.org is None:
        text = "Your account is not a member of an organization."
        raise Refusal("AWSOrganizationsNotInUseException", text)
    invited = (call.fields.get("Target") or {}).get("Id", "")
    if organization_of(invited)[0] is not None:
        text = "The account is already a member of an organization."
        raise Refusal("HandshakeConstraintViolationException", text)
    handshakes = vars(backend).setdefault("xacct_handshakes", {})
    if invited in handshakes.values():
        text = "There is already an open handshake with this account."
        raise Refusal("DuplicateHandshakeException", text)
    handshake_id = f"h-{secrets.token_hex(8)}"
    handshakes[handshake_id] = invited
    return described(backend, handshake_id, invited, "OPEN")


def accept(call: Call) -> Response:
    """AcceptHandshake, by the account that was invited."""
    from moto.organizations import utils
    from moto.organizations.models import FakeAccount

    handshake_id = call.text("HandshakeId")
    for owner in store.accounts_of("organizations"):
        backend = store.backend("organizations", owner)
        handshakes = vars(backend).get("xacct_handshakes", {})
        if handshakes.get(handshake_id) != call.account:
            continue
        member = FakeAccount(backend.org, AccountName=call.account, Email=f"root@{call.account}.example.com")
        store.backends("iam").pop(member.id, None)  # the account that moto has made up for it
        member.id, member.joined_method = call.account, "INVITED"
        backend.accounts.append(member)
        for policy_id in (utils.DEFAULT_SCP_POLICY_ID, utils.DEFAULT_RCP_POLICY_ID):
            backend.attach_policy(PolicyId=policy_id, TargetId=member.id)
        store.backends("organizations").master_accounts[member.id] = (owner, backend.partition)
        del handshakes[handshake_id]
        return described(backend, handshake_id, call.account, "ACCEPTED")
    raise Refusal("HandshakeNotFoundException", "We can't find a handshake with the HandshakeId that you specified.")


def described(backend, handshake_id: str, invited: str, state: str) -> Response:
    """The answer about a handshake."""
    handshake = {
        "Id": handshake_id,
        "Arn": f"{backend.org.arn.replace(':organization/', ':handshake/')}/invite/{handshake_id}",
        "Parties": [{"Id": backend.org.id[2:], "Type": "ORGANIZATION"}, {"Id": invited, "Type": "ACCOUNT"}],
        "State": state,
        "Action": "INVITE",
    }
    return Response(200, {"content-type": "application/x-amz-json-1.1"}, json.dumps({"Handshake": handshake}).encode())
