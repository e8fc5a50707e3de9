# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWS takes for a policy document, in each service's words for what it does not take.

AWS stores the unique ID of a user or role that a policy names, and shows its ARN as long as there is one. Here the ARN
is stored, and becomes the unique ID when the user or role is deleted (`forget`): shown so, and not trusted again.

Sources: IAM User Guide, "IAM JSON policy elements: Principal", "Grammar of the IAM JSON policy language", "IAM and AWS
STS quotas"; S3 User Guide, "Bucket policies"; KMS Developer Guide, "Key policies"; SNS and SQS API references.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import compile_policy
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import is_unique_id

from .errors import Refusal
from .identities import entity_of, entity_with_id

VERSIONS = ("2012-10-17", "2008-10-17")
_ACCOUNT = re.compile(r"\d{12}|arn:aws[\w-]*:iam::\d{12}:root")
_SESSION = re.compile(r"arn:aws:sts::(\d{12}):assumed-role/([^/]+)/.+")
_FEDERATED_USER = re.compile(r"arn:aws:sts::\d{12}:federated-user/.+")
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", re.IGNORECASE)
_PROVIDER = re.compile(r"arn:aws:iam::\d{12}:(oidc|saml)-provider/.+|[\w-]+(\.[\w-]+)+")
_ACTION = re.compile(r"\*|[\w-]+:[\w*?]+")
_ELEMENTS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip


class Malformed(Exception):
    """A document that is refused; `kind` is json, syntax or principal."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Wording:
    """How a service refuses documents."""

    code: str
    json: str
    principal: str = ""  # {principal}: the one
    status: int = 400
    takes_empty: bool = False  # a document without statements

    def refusal(self, error: Malformed) -> Refusal:
        """The service's refusal of a malformed document."""
        if error.kind == "json":
            return Refusal(self.code, self.json, self.status)
        if error.kind == "principal" and self.principal:
            return Refusal(self.code, self.principal.format(principal=error), self.status)
        return Refusal(self.code, str(error), self.status)


IAM_WORDING = Wording(
    "MalformedPolicyDocument",
    "This policy contains invalid Json",
    "Invalid principal in policy: {principal}",
    takes_empty=True,
)
S3_WORDING = Wording(
    "MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'", "Invalid principal in policy"
)
KMS_WORDING = Wording(
    "MalformedPolicyDocumentException",
    "The new key policy is not valid JSON.",
    "Policy contains a statement with one or more invalid principals.",
)
SECRETS_WORDING = Wording(
    "MalformedPolicyDocumentException",
    "This resource policy contains a syntax error.",
    "This resource policy contains an unsupported principal.",
)
SNS_WORDING = Wording(
    "InvalidParameter",
    "Invalid parameter: Policy Error: null",
    "Invalid parameter: Policy statement principal is not valid: PrincipalNotFound",
)
SQS_WORDING = Wording(
    "InvalidAttributeValue", "Invalid value for the parameter Policy.", "Invalid value for the parameter Policy."
)
SSM_WORDING = Wording(
    "MalformedResourcePolicyDocumentException",
    "The specified policy document is malformed or invalid.",
    "The specified policy document is malformed or invalid: Invalid principal in policy",
)


def checked(text: str, wording: Wording, rules: Callable[[dict], None] | None = None) -> str:
    """The document as it is stored: checked, with the unique IDs of those who exist as their ARNs."""
    try:
        document = parsed(text)
        if not statements(document) and not wording.takes_empty:
            raise Malformed("syntax", "Missing required field Statement")
        for statement in statements(document):
            check_statement(statement)
        if rules:
            rules(document)
        return json_text(text, document, with_arns(document))
    except Malformed as error:
        raise wording.refusal(error) from error


def parsed(text: str) -> dict:
    """A document as an object with statements."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise Malformed("json", "no JSON") from error
    if not isinstance(document, dict):
        raise Malformed("json", "no object")
    unknown = set(document) - {"Version", "Id", "Statement"}
    if unknown:
        raise Malformed("syntax", "Syntax errors in policy.")
    if document.get("Version", VERSIONS[1]) not in VERSIONS:
        raise Malformed("syntax", "The policy must contain a valid version string")
    if "Statement" not in document:
        raise Malformed("syntax", "Missing required field Statement")
    return document


def statements(document: dict) -> list:
    """The statements of a document, whichever way they are written."""
    found = document.get("Statement", [])
    return [found] if isinstance(found, dict) else found if isinstance(found, list) else []


def check_statement(statement: object) -> None:
    """What holds for a statement anywhere."""
    if not isinstance(statement, dict) or set(statement) - _ELEMENTS:
        raise Malformed("syntax", "Syntax errors in policy.")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise Malformed(
            "syntax",
            f"Invalid effect: {statement.get('Effect')}" if "Effect" in statement else "Missing required field Effect",
        )
    if ("Action" in statement) == ("NotAction" in statement):
        raise Malformed("syntax", "Policy statement must contain actions.")
    for action in listed(statement.get("Action", statement.get("NotAction"))):
        if not isinstance(action, str) or not _ACTION.fullmatch(action):
            raise Malformed("syntax", "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
    try:
        compile_policy({"Version": VERSIONS[0], "Statement": [statement]})
    except PolicyError as error:
        raise Malformed("syntax", "Syntax errors in policy.") from error


def check_unique_sids(document: dict) -> None:
    """No two statements share a Sid."""
    sids = [statement["Sid"] for statement in statements(document) if statement.get("Sid")]
    if len(sids) != len(set(sids)):
        raise Malformed("syntax", "Statement IDs (SID) in a single policy must be unique.")


def check_principals(document: dict) -> None:
    """Every statement says who, and all of them exist."""
    for statement in statements(document):
        if ("Principal" in statement) == ("NotPrincipal" in statement):
            raise Malformed("syntax", "Missing required field Principal")
        found = False
        for kind, principal in principals_of(statement):
            found = True
            if not principal_is_valid(kind, principal):
                raise Malformed("principal", f'"{kind}":"{principal}"')
        if not found:
            raise Malformed("syntax", "Missing required field Principal")


def principals_of(statement: dict) -> Iterator[tuple[str, object]]:
    """The principals of a statement by kind."""
    element = statement.get("Principal", statement.get("NotPrincipal"))
    if isinstance(element, str):
        yield "AWS", element
    elif isinstance(element, dict):
        for kind, values in element.items():
            for value in listed(values):
                yield kind, value


def principal_is_valid(kind: str, principal: object) -> bool:
    """Whether a principal may be named in a policy: of the right form, and a user or role must exist."""
    if not isinstance(principal, str):
        return False
    if kind == "Service":
        return bool(_SERVICE.fullmatch(principal))
    if kind == "Federated":
        return bool(_PROVIDER.fullmatch(principal))
    if kind == "CanonicalUser":
        return bool(re.fullmatch(r"[0-9a-f]{64}", principal))
    if kind != "AWS":
        return kind == "*"
    if principal == "*" or _ACCOUNT.fullmatch(principal) or _FEDERATED_USER.fullmatch(principal):
        return True
    session = _SESSION.fullmatch(principal)
    if session:
        from .identities import role_named

        return "*" not in principal and role_named(session.group(1), session.group(2)) is not None
    if is_unique_id(principal):
        return entity_with_id(principal) is not None
    return entity_of(principal) is not None


def listed(value: object) -> list:
    """A value or list as a list."""
    return value if isinstance(value, list) else [value]


def with_arns(document: dict) -> dict:
    """The document with unique IDs of those who exist as their ARNs, and accounts as their root's."""

    def arn(principal: object) -> object:
        if isinstance(principal, str) and re.fullmatch(r"\d{12}", principal):
            return f"arn:aws:iam::{principal}:root"
        entity = entity_with_id(principal) if isinstance(principal, str) and is_unique_id(principal) else None
        return entity.arn if entity is not None else principal

    return with_principals(document, arn)


def with_principals(document: dict, change: Callable[[object], object]) -> dict:
    """The document with its AWS principals changed."""
    changed = []
    for statement in statements(document):
        copy = dict(statement)
        for name in ("Principal", "NotPrincipal"):
            element = statement.get(name)
            if isinstance(element, dict) and "AWS" in element:
                values = element["AWS"]
                new = [change(value) for value in values] if isinstance(values, list) else change(values)
                copy[name] = {**element, "AWS": new}
        changed.append(copy)
    return {**document, "Statement": changed}


def json_text(text: str, before: dict, after: dict) -> str:
    """The text as it came, unless something in it was changed."""
    return text if after["Statement"] == statements(before) else json.dumps(after)


def forgotten(text: str, arn: str, unique_id: str) -> str | None:
    """The document with a deleted user's or role's ARN as its unique ID; None where it does not name it."""
    if arn not in text:
        return None
    try:
        document = parsed(text)
    except Malformed:
        return None
    changed = with_principals(document, lambda principal: unique_id if principal == arn else principal)
    return None if changed["Statement"] == statements(document) else json.dumps(changed)


def characters(text: str) -> int:
    """The size of a document as IAM counts it: white space aside."""
    return sum(not character.isspace() for character in text)
