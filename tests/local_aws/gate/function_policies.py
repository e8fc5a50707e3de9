# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policies of functions, versions and aliases: AddPermission, RemovePermission and GetPolicy.

moto has one policy for all of a function's versions, writes several conditions over each other, and keeps its revision
when something is removed. So the gate does these calls itself, and leaves the statements in moto's object.
Source: Lambda API Reference; Lambda Developer Guide, "Working with resource-based IAM policies".
"""

from __future__ import annotations

import json
import re
import uuid

from .calls import Call
from .document_rules import principal_is_valid
from .errors import Refusal, Response

BYTES = 20 * 1024
_CONDITIONS = (
    ("StringEquals", "AWS:SourceAccount", "SourceAccount"),
    ("StringEquals", "aws:PrincipalOrgID", "PrincipalOrgID"),
    ("StringEquals", "lambda:FunctionUrlAuthType", "FunctionUrlAuthType"),
    ("StringEquals", "lambda:EventSourceToken", "EventSourceToken"),
    ("Bool", "lambda:InvokedViaFunctionUrl", "InvokedViaFunctionUrl"),
    ("ArnLike", "AWS:SourceArn", "SourceArn"),
)


def answered(call: Call, function, arn: str) -> Response | None:
    """The answer to a call about the policy of `arn`, a function or a part of it; None for any other call."""
    answer = {"AddPermission": add, "RemovePermission": remove, "GetPolicy": get}.get(call.operation.name)
    return answer(call, function.policy, arn) if answer else None


def add(call: Call, policy, arn: str) -> Response:
    """AddPermission."""
    _check_revision(call.text("RevisionId"), policy, arn)
    made = statement(call, arn)
    if any(each.get("Sid") == made["Sid"] for each in _of(policy, arn)):
        text = (
            f"The statement id ({made['Sid']}) provided already exists. Please provide a new statement id, or remove "
            "the existing statement."
        )
        raise Refusal("ResourceConflictException", text, 409)
    if len(_text([*_of(policy, arn), made]).encode()) > BYTES:
        raise Refusal("PolicyLengthExceededException", f"The final policy size is bigger than the limit ({BYTES}).")
    policy.statements.append(made)
    _change(policy, arn)
    return _answer(201, {"Statement": json.dumps(made)})


def remove(call: Call, policy, arn: str) -> Response:
    """RemovePermission."""
    sid = call.path.rpartition("/")[2]
    found = [each for each in _of(policy, arn) if each.get("Sid") == sid]
    if not found:
        raise Refusal("ResourceNotFoundException", f"Statement {sid} is not found in resource policy.", 404)
    _check_revision(call.query.get("RevisionId", ""), policy, arn)
    policy.statements.remove(found[0])
    _change(policy, arn)
    return Response(204)


def get(_call: Call, policy, arn: str) -> Response:
    """GetPolicy."""
    if not _of(policy, arn):
        raise Refusal("ResourceNotFoundException", "No policy is associated with the given resource.", 404)
    return _answer(200, {"Policy": _text(_of(policy, arn)), "RevisionId": _revision(policy, arn)})


def statement(call: Call, arn: str) -> dict:
    """The statement that AddPermission makes."""
    sid, principal = call.text("StatementId"), call.text("Principal")
    if not re.fullmatch(r"[a-zA-Z0-9-_]{1,100}", sid):
        raise Refusal("ValidationException", f"1 validation error detected: Value '{sid}' at 'statementId'")
    kind = "Service" if ".amazonaws.com" in principal else "AWS"
    if not principal_is_valid(kind, principal):
        text = "The provided principal was invalid. Please check the principal and try again."
        raise Refusal("InvalidParameterValueException", text)
    if re.fullmatch(r"\d{12}", principal):
        principal = f"arn:aws:iam::{principal}:root"
    made: dict = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": "*" if principal == "*" else {kind: principal},
        "Action": call.text("Action"),
        "Resource": arn,
    }
    condition: dict[str, dict[str, str]] = {}
    for operator, key, argument in _CONDITIONS:
        value = call.fields.get(argument)
        if value is not None:
            condition.setdefault(operator, {})[key] = value if isinstance(value, str) else str(value).lower()
    return {**made, "Condition": condition} if condition else made


def _of(policy, arn: str) -> list[dict]:
    return [each for each in policy.statements if each["Resource"] == arn]


def _text(statements: list[dict]) -> str:
    return json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": statements}, separators=(",", ":"))


def _revisions(policy) -> dict[str, str]:
    return vars(policy).setdefault("revisions_by_arn", {})


def _revision(policy, arn: str) -> str:
    return _revisions(policy).setdefault(arn, str(uuid.uuid4()))


def _change(policy, arn: str) -> None:
    _revisions(policy)[arn] = str(uuid.uuid4())


def _check_revision(given: str, policy, arn: str) -> None:
    if given and given != _revision(policy, arn):
        text = (
            "The RevisionId provided does not match the latest RevisionId. Call the GetPolicy API to retrieve the "
            "latest RevisionId for your resource."
        )
        raise Refusal("PreconditionFailedException", text, 412)


def _answer(status: int, document: dict) -> Response:
    return Response(status, {"content-type": "application/json"}, json.dumps(document).encode())
