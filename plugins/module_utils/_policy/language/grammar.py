# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWS refuses in a policy document that somebody writes, said before it is sent.

Sources: IAM User Guide, "Grammar of the IAM JSON policy language", "IAM JSON policy elements"; the words with which IAM
answers MalformedPolicyDocument. `documents` reads whatever AWS may have stored; this is stricter.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping

from ..reference.names import action_errors
from .conditions import wrong_operator
from .documents import CURRENT_VERSION, OLD_VERSION, PolicyError, parse_document, statements, texts

DOCUMENT_ELEMENTS = ("Version", "Id", "Statement")
STATEMENT_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)

NO_STATEMENT = "the document has no statement"

_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_SID = re.compile(r"[A-Za-z0-9]*")
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_WITHOUT_REGION = frozenset({"iam", "organizations", "route53", "cloudfront"})


def element_errors(document: Mapping) -> Iterator[str]:
    """Yield elements that the policy language does not have: AWS refuses them, and whoever wrote one meant something.

    Raises `PolicyError` for what is no policy document at all.
    """
    yield from _unknown(document, DOCUMENT_ELEMENTS, "")
    for index, statement in enumerate(statements(dict(document))):
        yield from _unknown(statement, STATEMENT_ELEMENTS, f"Statement[{index}]: ")


def identity_policy_errors(document: object) -> list[str]:
    """Return everything for which IAM would refuse a policy of a user, group or role, or a session policy."""
    try:
        parsed = parse_document(document) if isinstance(document, (str, dict)) else None
        if not parsed or not statements(parsed):
            return [*element_errors(parsed or {}), NO_STATEMENT]
        return [*element_errors(parsed), *_version_errors(parsed), *_identity_statements(parsed)]
    except PolicyError as error:
        return [str(error)]


def _identity_statements(document: dict) -> Iterator[str]:
    sids: set[str] = set()
    for index, statement in enumerate(statements(document)):
        place = f"Statement[{index}]"
        sid = statement.get("Sid") or ""
        if not isinstance(sid, str) or not _SID.fullmatch(sid):
            yield f"{place}: Sid {sid!r}: IAM accepts letters and digits only"
        elif sid in sids:
            yield f"{place}: Sid {sid}: another statement has it; each Sid once"
        elif sid:
            sids.add(sid)
        if statement.get("Effect") not in ("Allow", "Deny"):
            yield f"{place}: Effect is {statement.get('Effect')!r}; it is Allow or Deny, spelled like that"
        for name in ("Principal", "NotPrincipal"):
            if name in statement:
                yield f"{place}: {name}: only policies of resources name principals; this one is the principal's own"
        yield from _one_of(statement, "Action", place)
        yield from _one_of(statement, "Resource", place)
        yield from _action_errors(statement, place)
        yield from _resource_errors(statement, place)
        yield from _condition_errors(statement.get("Condition"), place)


def _unknown(element: Mapping, known: Collection[str], place: str) -> Iterator[str]:
    lowered = {name.lower(): name for name in known}
    for name in element:
        if name not in known:
            close = difflib.get_close_matches(str(name).lower(), lowered, n=1)
            meant = f"; did you mean {lowered[close[0]]}?" if close else f"; there are {', '.join(known)}"
            yield f"{place}the policy language has no element {name!r}{meant}"


def _version_errors(document: dict) -> Iterator[str]:
    version = document.get("Version")
    if version is not None and version not in (CURRENT_VERSION, OLD_VERSION):
        yield f"Version is {version!r}; it is '{CURRENT_VERSION}' (or '{OLD_VERSION}')"


def _one_of(statement: dict, name: str, place: str) -> Iterator[str]:
    given = [each for each in (name, f"Not{name}") if each in statement]
    if len(given) != 1:
        yield f"{place}: {' and '.join(given) or 'neither'}: a statement has either {name} or Not{name}"
    elif not texts(statement[given[0]], given[0]):
        yield f"{place}: {given[0]} is empty"


def _action_errors(statement: dict, place: str) -> Iterator[str]:
    for name in ("Action", "NotAction"):
        for action in texts(statement.get(name, []), name):
            if not _ACTION.fullmatch(action):
                yield f"{place}: {name} {action!r} is not an action: write SERVICE:ACTION, such as s3:Get*"
            else:
                yield from (f"{place}: {name}: {error}" for error in action_errors([action]))


def _resource_errors(statement: dict, place: str) -> Iterator[str]:
    for name in ("Resource", "NotResource"):
        for text in texts(statement.get(name, []), name):
            why = None if text == "*" else arn_error(text)
            if why:
                yield f"{place}: {name} {text!r} {why}"


def arn_error(text: str) -> str | None:
    """Return what is wrong with an ARN in a Resource element, where wildcards and variables may stand; None: nothing.

    An ARN with fewer than six parts is one with wildcards in place of the others.
    """
    parts = _VARIABLE.sub("*", text).split(":", 5)
    if parts[0] != "arn" or len(parts) < 3:
        return "is not an ARN (arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE) or *"
    _arn, partition, service, region, account, resource = (*parts, *("*",) * (6 - len(parts)))
    if not re.fullmatch(r"\*|aws(-[a-z0-9-]+)?", partition):
        return f"names no partition of AWS: {partition!r}"
    if account and not re.fullmatch(r"[0-9]{12}|aws|cloudfront|[0-9*?]*[*?][0-9*?]*", account):
        right = f"; did you mean arn:{partition}:s3:::{account}?" if service == "s3" and not region else ""
        return f"has {account!r} in the place of the account ID{right}"
    if region and service in _WITHOUT_REGION and not re.search("[*?]", region):
        return f"has the region {region}: ARNs of {service} have none"
    return "names no resource" if not resource else None


def _condition_errors(condition: object, place: str) -> Iterator[str]:
    for operator, keys in (condition or {}).items() if isinstance(condition, Mapping) else ():
        why = wrong_operator(operator)
        if why:
            yield f"{place}: Condition: {why}"
        for key in keys if isinstance(keys, Mapping) else ():
            if ":" not in key:
                yield f"{place}: Condition: {operator}: the key {key!r} has no prefix, such as aws:SourceIp"
