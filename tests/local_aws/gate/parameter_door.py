# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameters of Systems Manager at the door, with their policies, of which moto has none.

A parameter of the advanced tier carries any number of policies, each with an ID and a hash. Sources: Systems Manager
API Reference, PutResourcePolicy, GetResourcePolicies, DeleteResourcePolicy; Systems Manager User Guide, "Working with
shared parameters in Parameter Store" (which actions work across accounts, and by the ARN only).
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass

from . import store
from .arn_doors import ArnDoor, Place
from .calls import Call
from .document_rules import SSM_WORDING, Malformed, check_principals, checked, listed, statements
from .doors import Question
from .errors import Refusal, Response
from .judgement import Target

BYTES = 1024
MOST_A_PAGE = 50
_ACROSS = frozenset({"DescribeParameters", "GetParameter", "GetParameters", "GetParameterHistory"})
_OF_POLICIES = frozenset({"GetResourcePolicies", "PutResourcePolicy", "DeleteResourcePolicy"})


@dataclass(frozen=True)
class Parameter:
    """A parameter as moto has it, and its policies by ID; all of its versions share them."""

    tier: str
    policies: dict[str, str]
    key: str | None


class ParameterDoor(ArnDoor):
    """Systems Manager."""

    def place_of(self, call: Call) -> Place | None:
        names = call.fields.get("Names")
        name = call.text("ResourceArn") or call.text("Name") or (names[0] if isinstance(names, list) and names else "")
        if not name:
            return None
        account, region = call.account, call.region
        if name.startswith("arn:"):
            account, region, name = name.split(":")[4], name.split(":")[3], name.split(":", 5)[5]
        name = name.removeprefix("parameter/").removeprefix("/")
        arn = f"arn:aws:ssm:{region}:{account}:parameter/{name}"
        backend = store.backend("ssm", account, region)
        versions = backend._parameters.get(name) or backend._parameters.get(f"/{name}")
        if not versions:
            return Place(arn, account, region, None)
        policies = vars(backend).setdefault("policies_by_arn", {}).setdefault(arn, {})
        return Place(arn, account, region, Parameter(versions[-1].tier, policies, versions[-1].keyid))

    def policy_of(self, thing: object) -> dict | None:
        found = [each for text in thing.policies.values() for each in statements(json.loads(text))]
        return {"Version": "2012-10-17", "Statement": found} if found else None

    def key_of(self, thing: object) -> str | None:
        return None if thing.key is None else "" if thing.key == "alias/aws/ssm" else thing.key

    def _of_key(self, call: Call, action: str, target: Target, place: Place) -> list[Question]:
        return super()._of_key(call, action, target, place) if call.fields.get("WithDecryption") else []

    def questions(self, call: Call) -> list[Question]:
        place = self.place_of(call)
        if place and place.account != call.account and call.operation.name not in _ACROSS:
            raise Refusal("AccessDeniedException", f"{call.action} works in the own account only")
        return super().questions(call)

    def prepared(self, call: Call) -> Call | Response:
        place = self.place_of(call)
        if call.operation.name == "GetParameterHistory" and place:
            # moto knows no ARN there.
            return call.with_fields(Name=f"/{place.arn.partition('/')[2]}", ResourceArn=place.arn)
        if call.operation.name not in _OF_POLICIES:
            return call
        if place is None or place.thing is None:
            raise Refusal("ResourceNotFoundException", "The specified parameter to be shared could not be found.")
        if call.operation.name == "GetResourcePolicies":
            return _page(call, place.thing.policies)
        return _written(call, place)


def _page(call: Call, policies: dict[str, str]) -> Response:
    """GetResourcePolicies."""
    start = int(call.text("NextToken") or 0)
    end = start + int(call.fields.get("MaxResults") or MOST_A_PAGE)
    found = [
        {"PolicyId": id_, "PolicyHash": _hash(text), "Policy": text} for id_, text in list(policies.items())[start:end]
    ]
    more = {"NextToken": str(end)} if end < len(policies) else {}
    return _answer({"Policies": found, **more})


def _written(call: Call, place: Place) -> Response:
    """PutResourcePolicy and DeleteResourcePolicy, on top of the hash that was read."""
    if place.thing.tier != "Advanced":
        raise Refusal("ResourcePolicyInvalidParameterException", "Only advanced parameters can be shared.")
    policies, id_ = place.thing.policies, call.text("PolicyId")
    if id_ and id_ not in policies:
        raise Refusal("ResourcePolicyNotFoundException", "No policies with the specified policy ID could be found.")
    if id_ and call.text("PolicyHash") != _hash(policies[id_]):
        raise Refusal("ResourcePolicyConflictException", "The hash provided in the call doesn't match the stored hash.")
    if call.operation.name == "DeleteResourcePolicy":
        del policies[id_]
        return _answer({})
    text = call.text("Policy")
    if len(text.encode()) > BYTES:
        raise Refusal("ResourcePolicyLimitExceededException", f"A policy can't be greater than {BYTES} bytes in size.")
    id_ = id_ or str(uuid.uuid4())
    policies[id_] = checked(text, SSM_WORDING, lambda document: _rules(document, place.arn))
    return _answer({"PolicyId": id_, "PolicyHash": _hash(policies[id_])})


def _rules(document: dict, arn: str) -> None:
    check_principals(document)
    allowed = {f"ssm:{name}" for name in _ACROSS}
    for statement in statements(document):
        if statement["Effect"] != "Allow" or listed(statement.get("Resource")) != [arn]:
            raise Malformed("syntax", "The specified policy document is malformed or invalid.")
        if set(listed(statement.get("Action", []))) - allowed:
            raise Malformed("syntax", "The specified policy document is malformed or invalid.")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _answer(document: dict) -> Response:
    return Response(200, {"content-type": "application/x-amz-json-1.1"}, json.dumps(document).encode())
