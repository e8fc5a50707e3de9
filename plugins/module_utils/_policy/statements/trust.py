# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One entry of a role's ``trusted`` list, checked and written as one statement of its trust policy."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..language.comparison import sid_of
from ..language.documents import PolicyError, ascii_lower, condition_lines, parse_document, statements
from ..language.narrowing import narrows
from ..language.principals import Principal, declared_principals, principal_element
from .condition_options import (
    ConditionOptions,
    Piece,
    as_list,
    condition_pieces,
    latest_time,
    merged_pieces,
    organization_ids,
    principal_arn_patterns,
    source_ranges,
)
from .own_statements import SidAlphabet, own_sid

TRUSTED_GRANT_OPTIONS: dict[str, dict] = {
    "name": {"type": "str", "required": True},
    "principals": {"type": "list", "elements": "raw", "required": True},
    "external_id": {"type": "raw"},
    "require_mfa": {"type": "bool"},
    "mfa_max_age": {"type": "int"},
    "organizations": {"type": "list", "elements": "str"},
    "principal_arns": {"type": "list", "elements": "str"},
    "source_ips": {"type": "list", "elements": "str"},
    "session_tags": {"type": "bool"},
    "source_identity": {"type": "bool"},
    "not_after": {"type": "raw"},
    "conditions": {"type": "dict"},
    "allow_anyone": {"type": "bool"},
}
"""The options of one entry by name, each with its piece of an argument spec.

``raw`` where Ansible's conversion would hide a mistake: a number in ``principals`` or ``external_id`` would become text
without its leading zeros, an external ID with a comma two, and YAML reads an unquoted time as an object.
"""

_SAML_AUDIENCES = {
    "aws": "https://signin.aws.amazon.com/saml",
    "aws-cn": "https://signin.amazonaws.cn/saml",
    "aws-us-gov": "https://signin.amazonaws-us-gov.com/saml",
}
"""The sign-in address of each partition, which is what an assertion for it has as audience."""

_ASSUME_ACTIONS = {"oidc": "sts:AssumeRoleWithWebIdentity", "saml": "sts:AssumeRoleWithSAML"}
_NEVER_IN_TRUST = {
    "canonical": "IAM accepts no canonical user ID in a trust policy; name the account ID",
    "unique_id": "a unique id stands for a principal that was deleted or cannot be seen; name its ARN",
}


def trust_statement(grant: Mapping, partition: str = "aws") -> dict:
    """Return the trust policy statement of one entry; raise :class:`PolicyError` with all that is wrong with it.

    ``partition`` is where a bare account ID is: it is written as that partition's root ARN.
    """
    reading = _Reading(grant, partition)
    if reading.errors:
        raise PolicyError("; ".join(f"{reading.label('trusted entry')}: {error}" for error in reading.errors))
    return reading.statement()


def check_trusted(grants: list[Mapping]) -> list[str]:
    """Return everything that is wrong with a ``trusted`` list, each error with the name of its entry in front."""
    errors: list[str] = []
    names: dict[str, int] = {}
    for index, grant in enumerate(grants):
        reading = _Reading(grant, "aws")
        label = reading.label(f"trusted[{index}]")
        errors.extend(f"{label}: {error}" for error in reading.errors)
        if reading.name:
            names[reading.name] = names.get(reading.name, 0) + 1
            if names[reading.name] == 2:
                errors.append(f"{label}: two entries have this name; a name is one statement, give each its own")
    return errors


def external_ids(document: str | dict | None) -> dict[str, list[str]]:
    """Return the external IDs that a trust policy asks for, by the Sid of the statement (``""`` without one)."""
    found: dict[str, list[str]] = {}
    for statement in statements(parse_document(document)):
        for operator, key, values in condition_lines(statement.get("Condition")):
            if (ascii_lower(operator), ascii_lower(key)) == ("stringequals", "sts:externalid"):
                found.setdefault(sid_of(statement), []).extend(values)
    return found


def external_ids_in(document: str | dict | None) -> set[str]:
    """Return everything that looks like an external ID in any policy, whatever the operator: what is not to be shown.

    A pattern is there as it stands and without its wildcards at the end.
    """
    found: set[str] = set()
    for statement in statements(parse_document(document)):
        for _operator, key, values in condition_lines(statement.get("Condition")):
            if ascii_lower(key) == "sts:externalid":
                found.update(values)
    return {each for text in found for each in (text, text.rstrip("*?")) if len(each) > 1}


class _Reading:
    """One entry being read: what it says as far as it is right, and all that is wrong with it."""

    def __init__(self, grant: Mapping, partition: str) -> None:
        self.errors: list[str] = []
        self.partition = partition
        self.grant = {key: value for key, value in grant.items() if value is not None}
        self.name = self._name()
        self.principals = self._principals()
        self.condition = self._condition()
        self._check_options()
        self._check_principals()
        self._check_anyone()

    def label(self, otherwise: str) -> str:
        return self.name or otherwise

    def statement(self) -> dict:
        statement = {
            "Sid": own_sid(self.name, SidAlphabet.IAM),
            "Effect": "Allow",
            "Principal": principal_element(self.principals, self.partition),
            "Action": self._actions(),
        }
        if self.condition:
            statement["Condition"] = self.condition
        return statement

    def _name(self) -> str:
        name = self.grant.get("name")
        if isinstance(name, str) and name.strip():
            return name
        self.errors.append(f"name must be a non-empty string, not {name!r}")
        return ""

    def _principals(self) -> list[Principal]:
        given = as_list(self.grant.get("principals", []))
        if not given:
            self.errors.append("principals is empty: say who may assume the role")
        found, errors = declared_principals(given, _NEVER_IN_TRUST)
        self.errors.extend(f"principals: {error}" for error in errors)
        return found

    def _condition(self) -> dict:
        pieces, errors = condition_pieces(self.grant, _CONDITION_OPTIONS)
        self.errors.extend(errors)
        pieces.extend(self._saml_audience(pieces))
        condition, errors = merged_pieces(pieces)
        self.errors.extend(errors)
        return condition

    def _saml_audience(self, pieces: list[Piece]) -> list[Piece]:
        """An assertion is only good for AWS's sign-in page, unless the entry says what else it may be for."""
        partitions = sorted({principal.partition or "" for principal in self.principals if principal.kind == "saml"})
        if not partitions or any(ascii_lower(key) == "saml:aud" for operator, key, values, option in pieces):
            return []
        unknown = [partition for partition in partitions if partition not in _SAML_AUDIENCES]
        if unknown:
            self.errors.append(f"conditions: say what SAML:aud is in the partition {', '.join(unknown)}")
            return []
        return [("StringEquals", "SAML:aud", _SAML_AUDIENCES[partitions[0]], "the default for saml: principals")]

    def _actions(self) -> str | list[str]:
        kinds = {principal.kind for principal in self.principals}
        actions = [next((_ASSUME_ACTIONS[kind] for kind in kinds if kind in _ASSUME_ACTIONS), "sts:AssumeRole")]
        if self.grant.get("session_tags"):
            actions.append("sts:TagSession")
        if self.grant.get("source_identity"):
            actions.append("sts:SetSourceIdentity")
        return actions[0] if len(actions) == 1 else actions

    def _check_options(self) -> None:
        for option in self.grant:
            if option not in TRUSTED_GRANT_OPTIONS:
                known = ", ".join(TRUSTED_GRANT_OPTIONS)
                self.errors.append(f"{option} is not an option of a trusted entry ({known})")
        for option in ("session_tags", "source_identity", "allow_anyone"):
            if not isinstance(self.grant.get(option, False), bool):
                self.errors.append(f"{option}: true or false, not {self.grant[option]!r}")

    def _check_principals(self) -> None:
        kinds = {principal.kind for principal in self.principals}
        federated = sorted(kinds & _ASSUME_ACTIONS.keys())
        if federated and len(kinds) > 1:
            self.errors.append(
                f"principals: {federated[0]}: principals assume with {_ASSUME_ACTIONS[federated[0]]}, the others do "
                "not; give them an entry of their own"
            )
        if federated and "external_id" in self.grant:
            self.errors.append(
                f"external_id: {_ASSUME_ACTIONS[federated[0]]} takes none, so nobody could assume the role"
            )
        for option in ("require_mfa", "mfa_max_age"):
            without = sorted(kinds & {"oidc", "saml", "service"})
            if without and self.grant.get(option):
                self.errors.append(f"{option}: {without[0]}: principals never come with MFA as AWS counts it")

    def _check_anyone(self) -> None:
        if not any(principal.kind == "anyone" for principal in self.principals):
            return
        if len(self.principals) > 1:
            self.errors.append("principals: '*' is everyone already; take the others out")
        if not self.grant.get("allow_anyone") and not narrows(self.condition):
            self.errors.append(
                "principals: '*' without a condition that narrows it lets every AWS account in (an external ID does "
                "not narrow); add organizations, principal_arns of a fixed account, or a condition on "
                "aws:PrincipalAccount or aws:PrincipalOrgPaths, or set allow_anyone: true"
            )


def _external_ids(value: object) -> list[str]:
    found = []
    for text in as_list(value):
        if not isinstance(text, str):
            raise PolicyError(f"{text!r} is not text: put it in quotes, YAML reads digits as a number")
        if not re.fullmatch(r"[\w+=,.@:/-]{2,1224}", text, re.ASCII):
            raise PolicyError(f"{text!r} is not an external ID: 2 to 1,224 of A-Z a-z 0-9 _ + = , . @ : / -")
        found.append(text)
    if not found:
        raise PolicyError("an empty list lets nobody in; leave the option out, or give an external ID")
    return list(dict.fromkeys(found))


def _mfa(value: object) -> list[str]:
    if not isinstance(value, bool):
        raise PolicyError(f"true or false, not {value!r}")
    return ["true"] if value else []


def _mfa_age(value: object) -> list[str]:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise PolicyError(f"a number of seconds from 1, not {value!r}")
    return [str(value)]


_CONDITION_OPTIONS: ConditionOptions = {
    "external_id": ("StringEquals", "sts:ExternalId", _external_ids),
    "require_mfa": ("Bool", "aws:MultiFactorAuthPresent", _mfa),
    "mfa_max_age": ("NumericLessThan", "aws:MultiFactorAuthAge", _mfa_age),
    "organizations": ("StringEquals", "aws:PrincipalOrgID", organization_ids),
    "principal_arns": ("ArnLike", "aws:PrincipalArn", principal_arn_patterns),
    "source_ips": ("IpAddress", "aws:SourceIp", source_ranges),
    "not_after": ("DateLessThan", "aws:CurrentTime", latest_time),
}
