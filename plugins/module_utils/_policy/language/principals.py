# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Principals: how users spell them, how a policy's Principal element spells them, and the ARNs in both.

Users write (all as text): an account ID or its root ARN, the ARN of a role, user or session, ``service:NAME``,
``oidc:ARN``, ``saml:ARN``, ``canonical:ID`` and ``*``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..reference.names import service_principal_error
from .documents import PolicyError, ascii_lower, scalar_text, statements

_ARN = re.compile(r"arn:(aws[a-z0-9-]*):([a-z0-9-]+):([a-z0-9-]*):([^:\s]*):(.+)", re.ASCII | re.DOTALL)
_ROOT = re.compile(r"arn:(aws[a-z0-9-]*):iam::([0-9]{12}):root")
_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE | re.ASCII)
_CANONICAL_ID = re.compile(r"[0-9a-f]{64,96}")
_UNIQUE_ID = re.compile(r"(AROA|AIDA)[A-Z0-9]{8,124}(:[\w+=,.@-]+)?", re.ASCII)
_WEB_IDENTITY_HOSTS = ("accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com")
"""Providers that IAM knows without an oidc-provider resource."""

_OCTAL = (
    "write the account ID in quotes, with all its 12 digits: YAML reads an unquoted ID as a number, drops leading "
    "zeros, and takes 012345670123 for an octal number"
)


@dataclass(frozen=True)
class Arn:
    """The parts of an ARN; ``region`` and ``account_id`` may be empty."""

    partition: str
    service: str
    region: str
    account_id: str
    resource: str

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account_id}:{self.resource}"


@dataclass(frozen=True)
class Principal:
    """One principal.

    ``kind`` is one of ``account``, ``iam`` (role, user or session ARN), ``service``, ``oidc``, ``saml``,
    ``canonical``, ``anyone`` and ``unique_id``; ``value`` is the text without its ``kind:`` prefix.
    An account keeps the spelling that it was given, the ID or the root ARN.
    """

    kind: str
    value: str

    @property
    def account_id(self) -> str | None:
        """The account that the principal belongs to, as far as its text says."""
        if self.kind == "account" and is_account_id(self.value):
            return self.value
        if self.kind in ("account", "iam", "oidc", "saml") and self.value.startswith("arn:"):
            account_id = parse_arn(self.value).account_id
            return account_id if is_account_id(account_id) else None
        return None

    @property
    def partition(self) -> str | None:
        """The partition that the principal's text names, ``None`` if it names none."""
        return parse_arn(self.value).partition if self.value.startswith("arn:") else None


def parse_arn(text: str) -> Arn:
    """Split an ARN; raise :class:`PolicyError` where ``text`` is none."""
    match = _ARN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise PolicyError(f"{text!r} is not an ARN (arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE)")
    return Arn(*match.groups())


def is_account_id(text: object) -> bool:
    """Whether ``text`` is twelve digits, as text."""
    return isinstance(text, str) and _ACCOUNT_ID.fullmatch(text) is not None


def is_canonical_id(text: object) -> bool:
    """Whether ``text`` is a canonical user ID of AWS."""
    return isinstance(text, str) and _CANONICAL_ID.fullmatch(text) is not None


def is_unique_id(text: object) -> bool:
    """Whether ``text`` is what AWS shows for a role or user that does not resolve (any more, or yet): AROA…, AIDA…"""
    return isinstance(text, str) and _UNIQUE_ID.fullmatch(text) is not None


def root_of(text: str) -> tuple[str, str] | None:
    """Return (partition, account ID) of an account's root ARN, ``None`` for any other text."""
    match = _ROOT.fullmatch(text)
    return (match.group(1), match.group(2)) if match else None


def parse_principal(text: str) -> Principal:
    """Return the principal that a user's text names; raise :class:`PolicyError` that says what would be right."""
    if isinstance(text, int) and not isinstance(text, bool):
        raise PolicyError(f"{text} is a number, not a principal: {_OCTAL}")
    if not isinstance(text, str) or not text:
        raise PolicyError(f"{text!r} is not a principal: it is text, such as an account ID in quotes or an ARN")
    if text == "*":
        return Principal("anyone", "*")
    if is_unique_id(text):
        return Principal("unique_id", text)
    if text.isdigit():
        if not is_account_id(text):
            raise PolicyError(f"{text!r} is not an account ID, which has 12 digits: {_OCTAL}")
        return Principal("account", text)
    kind, colon, value = text.partition(":")
    if colon and kind in _PREFIXED:
        return _PREFIXED[kind](value)
    if kind == "arn":
        return _arn_principal(text)
    if _SERVICE.fullmatch(text):
        raise PolicyError(f"{text!r} looks like a service: write 'service:{text}'")
    raise PolicyError(
        f"{text!r} is not a principal: give an account ID, the ARN of a role, user or session, service:NAME, oidc:ARN, "
        "saml:ARN, canonical:ID or *"
    )


def declared_principals(given: list, never: Mapping[str, str]) -> tuple[list[Principal], list[str]]:
    """Return the principals of a list in a user's spelling, and all that is wrong with the list.

    ``never`` says, by kind, why this sort of policy takes no such principal. Two spellings of one principal, and
    principals of two partitions, are mistakes as well.
    """
    errors: list[str] = []
    found: dict[Principal, tuple[object, Principal]] = {}
    for text in given:
        try:
            principal = parse_principal(text)
        except PolicyError as error:
            errors.append(str(error))
            continue
        if principal.kind in never:
            errors.append(f"{text!r}: {never[principal.kind]}")
            continue
        key = _spelled_one_way(principal)
        if key in found:
            other = found[key][0]
            errors.append(f"{text!r} is listed twice" + ("" if other == text else f", which is the same as {other!r}"))
        else:
            found[key] = (text, principal)
    principals = [principal for text, principal in found.values()]
    partitions = sorted({principal.partition for principal in principals if principal.partition})
    if len(partitions) > 1:
        errors.append(f"a policy names principals of one partition, not of {' and '.join(partitions)}")
    return principals, errors


def principal_element(principals: Iterable[Principal], partition: str = "aws") -> dict:
    """Return the Principal element for ``principals``, duplicates dropped, one value as a scalar.

    A bare account ID is written as its root ARN in ``partition``, which is how AWS shows it again.
    """
    element: dict[str, list[str]] = {}
    for principal in principals:
        value = principal.value
        if principal.kind == "account" and is_account_id(value):
            value = f"arn:{partition}:iam::{value}:root"
        values = element.setdefault(_ELEMENT_TYPES.get(principal.kind, "AWS"), [])
        if value not in values:
            values.append(value)
    if not element:
        raise PolicyError("there is no principal to name")
    return {kind: values[0] if len(values) == 1 else values for kind, values in element.items()}


def principal_pairs(element: object, place: str = "Principal") -> list[tuple[str, str]]:
    """Return a Principal or NotPrincipal element as (type, text) pairs: ``[("AWS", "*")]``.

    ``*``, ``["*"]`` and ``{"*": "*"}`` are ``("AWS", "*")`` (R8); any other bare text is of type AWS (R9). Raises
    :class:`PolicyError` for nested lists and for numbers (R6: an account ID as a number has lost its leading zeros).
    """
    if element is None:
        return []
    if not isinstance(element, dict):
        return [("AWS", text) for text in _principal_texts(element, place)]
    pairs = []
    for kind, values in element.items():
        for text in _principal_texts(values, f"{place}.{kind}"):
            pairs.append(("AWS" if (kind, text) == ("*", "*") else kind, text))
    return pairs


def unresolved_ids(document: dict | None) -> list[str]:
    """Return the unique ids (AROA…, AIDA…) in the document's Principal and NotPrincipal elements, each once.

    AWS shows one where it cannot resolve the principal: it was deleted, or was made moments ago (R10). A unique id in a
    Condition is data and is not reported.
    """
    found: dict[str, None] = {}
    for statement in statements(document):
        for name in ("Principal", "NotPrincipal"):
            for kind, text in principal_pairs(statement.get(name), name):
                if kind == "AWS" and is_unique_id(text):
                    found[text] = None
    return list(found)


def _spelled_one_way(principal: Principal) -> Principal:
    if principal.kind == "account":
        return Principal("account", principal.account_id or principal.value)
    if principal.kind == "service":
        return Principal("service", ascii_lower(principal.value))
    return principal


def _principal_texts(values: object, place: str) -> list[str]:
    values = values if isinstance(values, list) else [values]
    for value in values:
        if isinstance(value, (bool, int, float)):
            raise PolicyError(f"{place} holds the number {value!r}: {_OCTAL}")
    return [scalar_text(value, place) for value in values]


def _arn_principal(text: str) -> Principal:
    if "*" in text or "?" in text:
        raise PolicyError(
            f"{text!r} has a wildcard, and AWS accepts none inside a principal's ARN: name the account here and the "
            "pattern in principal_arns (aws:PrincipalArn)"
        )
    arn = parse_arn(text)
    kind = arn.resource.partition("/")[0]
    if root_of(text):
        return Principal("account", text)
    if kind in _ADVICE and arn.service == "iam":
        raise PolicyError(f"{text!r} cannot be a principal: {_ADVICE[kind]}".replace("ARN", text))
    allowed = {"iam": ("role", "user"), "sts": ("assumed-role", "federated-user")}.get(arn.service, ())
    if kind not in allowed or "/" not in arn.resource or arn.resource.endswith("/"):
        raise PolicyError(f"{text!r} is not the ARN of a role, a user, a session or an account's root")
    if not (is_account_id(arn.account_id) or (arn.service, arn.account_id) == ("iam", "cloudfront")) or arn.region:
        raise PolicyError(
            f"{text!r} does not name an account: its fifth part is the 12 digits of one, the fourth empty"
        )
    return Principal("iam", text)


_ADVICE = {
    "group": "AWS accepts no IAM group in a Principal element; name the account, and allow the group to assume the "
    "role "
    "in a policy of the group",
    "instance-profile": "name the role that the instance profile holds",
    "oidc-provider": "write 'oidc:ARN'",
    "saml-provider": "write 'saml:ARN'",
}


def _service(value: str) -> Principal:
    if not _SERVICE.fullmatch(value):
        raise PolicyError(f"'service:{value}' is not a service principal, such as service:ec2.amazonaws.com")
    mistyped = service_principal_error(value)
    if mistyped:
        raise PolicyError(f"'service:{value}': {mistyped}")
    return Principal("service", value)


def _oidc(value: str) -> Principal:
    if value not in _WEB_IDENTITY_HOSTS:
        _provider(value, "oidc")
    return Principal("oidc", value)


def _saml(value: str) -> Principal:
    _provider(value, "saml")
    return Principal("saml", value)


def _provider(value: str, kind: str) -> None:
    example = f"{kind}:arn:aws:iam::111111111111:{kind}-provider/NAME"
    try:
        arn = parse_arn(value)
    except PolicyError as error:
        raise PolicyError(f"'{kind}:{value}' is not an identity provider, such as {example}") from error
    named = arn.resource.startswith(f"{kind}-provider/") and not arn.resource.endswith("/")
    if arn.service != "iam" or not is_account_id(arn.account_id) or not named or "*" in value:
        raise PolicyError(f"'{kind}:{value}' is not an identity provider, such as {example}")


def _canonical(value: str) -> Principal:
    if not is_canonical_id(value):
        raise PolicyError(f"'canonical:{value}' is not a canonical user ID (64 hexadecimal digits, lower case)")
    return Principal("canonical", value)


_PREFIXED = {"service": _service, "oidc": _oidc, "saml": _saml, "canonical": _canonical}
_ELEMENT_TYPES = {"service": "Service", "oidc": "Federated", "saml": "Federated", "canonical": "CanonicalUser"}
