# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether two policies say the same, and what differs if they do not.

Two documents are equal when AWS cannot tell them apart by what they grant *and* they have the same Sids: the Sid is how
ownership is told. Everything that AWS reads without case, order or repetition is compared so, each element by its own
rule, and nothing beyond that: a doubtful pair is different, because a needed change that is never written is worse than
a needless write. What needs a lookup stays different here: a unique id and an ARN (R10), a canonical user ID and an ARN
(R12), a service's regional and global name (R11), a role and its session (R17), a pattern and what it covers (R18).

Documents are JSON text or dicts. Anything that is not a policy raises :class:`PolicyError`, a ``ValueError``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from .documents import (
    OLD_VERSION,
    ascii_lower,
    checked_copy,
    condition_lines,
    parse_document,
    scalar_text,
    statements,
    texts,
)
from .principals import is_account_id, principal_pairs

_JSON_NUMBER = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,6}))?")


@dataclass(frozen=True)
class Difference:
    """One thing that differs between two documents.

    ``kind`` is ``added``, ``removed`` or ``changed``. ``sid`` is the statement's (``""`` if it has none), or ``None``
    where the document's own elements differ (Version, Id). ``before`` and ``after`` are the statement or those elements
    as spelled in the two documents, ``None`` on the side that has none.
    """

    kind: str
    sid: str | None
    before: dict | None
    after: dict | None


def policies_equal(left: str | dict | None, right: str | dict | None, *, ignore_id: bool = False) -> bool:
    """Whether two documents say the same. ``ignore_id`` leaves the document's Id out: SNS and SQS add one (R13)."""
    left_view, right_view = _views(parse_document(left), parse_document(right))
    return left_view.canonical(ignore_id) == right_view.canonical(ignore_id)


def statements_equal(a: dict, b: dict, ignore_sid: bool = False) -> bool:
    """Whether two statements say the same, their Sids included unless ``ignore_sid``."""
    left, right = _views({"Statement": [checked_copy(a, "Statement")]}, {"Statement": [checked_copy(b, "Statement")]})
    return left.statement(0, ignore_sid) == right.statement(0, ignore_sid)


def differences(left: str | dict | None, right: str | dict | None, *, ignore_id: bool = False) -> list[Difference]:
    """Return what turns ``left`` into ``right``; empty exactly when :func:`policies_equal`.

    Statements with the same Sid on both sides are ``changed``; a statement without a Sid is removed and added.
    """
    before, after = _views(parse_document(left), parse_document(right))
    come = dict(enumerate(after.without(before)))
    places: dict[str, list[int]] = {}
    for index in reversed(come):
        places.setdefault(sid_of(come[index]), []).append(index)
    found = []
    for statement in before.without(after):
        sid = sid_of(statement)
        if sid and places.get(sid):
            found.append(Difference("changed", sid, statement, come.pop(places[sid].pop())))
        else:
            found.append(Difference("removed", sid, statement, None))
    found.extend(Difference("added", sid_of(statement), None, statement) for statement in come.values())
    if before.document is not None and after.document is not None:
        if before.frame(ignore_id) != after.frame(ignore_id):
            found.insert(0, Difference("changed", None, before.own_elements(), after.own_elements()))
    elif before.document is not after.document and not found:
        kind = "added" if before.document is None else "removed"
        found.append(Difference(kind, None, before.own_elements(), after.own_elements()))
    return found


def canonical_document(value: str | dict | None) -> tuple | None:
    """Return a hashable form that is the same for equal documents, ``None`` for no document.

    A bare account ID takes the partition that the document's own principals name. Where only the *other* document of a
    pair names one, :func:`policies_equal` knows and this function cannot.
    """
    return _View.of(parse_document(value)).canonical()


def canonical_statements(
    document: str | dict | None, beside: str | dict | None = None
) -> list[tuple[dict, frozenset[tuple]]]:
    """Return each statement with a hashable form that is the same for those that say the same, Sid included.

    The form is made of (element, value). ``beside`` is the document whose statements they are to be compared with.
    """
    view, _other = _views(parse_document(document), parse_document(beside))
    return [(statement, _canonical_statement(statement, view.partition)) for statement in statements(view.document)]


def not_held(wanted: Iterable[dict], document: dict | None) -> list[dict]:
    """Return those of the ``wanted`` statements that the document does not hold."""
    other = {"Statement": list(wanted)}
    held = {canonical for _statement, canonical in canonical_statements(document, other)}
    return [statement for statement, canonical in canonical_statements(other, document) if canonical not in held]


def sid_of(statement: dict) -> str:
    """Return a statement's Sid, ``""`` if it has none (R14)."""
    sid = statement.get("Sid")
    return "" if sid is None else scalar_text(sid, "Sid")


@dataclass(frozen=True)
class _View:
    """A document together with the partition that its bare account IDs are in, ``None`` if nothing says."""

    document: dict | None
    partition: str | None

    @classmethod
    def of(cls, document: dict | None, fallback: dict | None = None) -> _View:
        named = _partitions(document) or _partitions(fallback)
        return cls(document, named.pop() if len(named) == 1 else None)

    def statement(self, index: int, ignore_sid: bool = False) -> frozenset:
        return _canonical_statement(statements(self.document)[index], self.partition, ignore_sid)

    def frame(self, ignore_id: bool = False) -> frozenset:
        """Everything but the statements. Missing Version is 2008-10-17, which differs from 2012-10-17 (R13)."""
        document = self.document or {}
        version = document.get("Version")
        elements = {("Version", OLD_VERSION if version is None else scalar_text(version, "Version"))}
        for name, value in document.items():
            if name == "Id" and (ignore_id or value is None):
                continue
            if name not in ("Version", "Statement"):
                elements.add((name, _exact(value)))
        return frozenset(elements)

    def canonical(self, ignore_id: bool = False) -> tuple | None:
        if self.document is None:
            return None
        every = statements(self.document)
        return self.frame(ignore_id), frozenset(_canonical_statement(each, self.partition) for each in every)

    def without(self, other: _View) -> list[dict]:
        """The statements that the other document does not have, each once."""
        known = {_canonical_statement(statement, other.partition) for statement in statements(other.document)}
        rest = []
        for statement in statements(self.document):
            canonical = _canonical_statement(statement, self.partition)
            if canonical not in known:
                known.add(canonical)
                rest.append(statement)
        return rest

    def own_elements(self) -> dict | None:
        if self.document is None:
            return None
        return {name: value for name, value in self.document.items() if name != "Statement"}


def _views(left: dict | None, right: dict | None) -> tuple[_View, _View]:
    """R7: a bare account ID is the root of its own document's partition, else of the one that the other names.

    A policy can only name principals of its own partition, so the two spellings are one; two root ARNs with the same
    digits in two partitions are two accounts.
    """
    return _View.of(left, right), _View.of(right, left)


def _partitions(document: dict | None) -> set[str]:
    found = set()
    for statement in statements(document):
        for element in ("Principal", "NotPrincipal"):
            for kind, text in principal_pairs(statement.get(element), element):
                if kind == "AWS" and text.startswith("arn:"):
                    found.add(text.split(":")[1])
    return found


def _canonical_statement(statement: dict, partition: str | None, ignore_sid: bool = False) -> frozenset:
    elements: set[tuple[str, object]] = set()
    for name, value in statement.items():
        if name == "Sid":
            if not ignore_sid and sid_of(statement):
                elements.add((name, sid_of(statement)))
        elif name in ("Action", "NotAction"):
            elements.add((name, frozenset(ascii_lower(text) for text in texts(value, name))))
        elif name in ("Resource", "NotResource"):
            elements.add((name, frozenset(texts(value, name))))
        elif name in ("Principal", "NotPrincipal"):
            principals = _canonical_principal(value, name, partition)
            if principals or name == "NotPrincipal":
                elements.add((name, principals))
        elif name == "Condition":
            conditions = _canonical_condition(value)
            if conditions:
                elements.add((name, conditions))
        else:
            elements.add((name, _exact(value)))
    return frozenset(elements)


def _canonical_principal(element: object, place: str, partition: str | None) -> frozenset:
    found = set()
    for kind, text in principal_pairs(element, place):
        if kind == "Service":
            found.add((kind, ascii_lower(text)))
        elif kind == "AWS" and partition and is_account_id(text):
            found.add((kind, f"arn:{partition}:iam::{text}:root"))
        else:
            found.add((kind, text))
    return frozenset(found)


def _canonical_condition(condition: object) -> frozenset:
    """Return (operator, key, values) triples, all of which have to hold.

    Operators or keys that differ only in case stay two triples: AWS wants both to hold, and the union of their values
    would grant more. An operator without keys stays visible, and so does a key without values, which never matches.
    """
    triples: set[tuple] = set()
    for operator, key, values in condition_lines(condition):
        name = ascii_lower(operator)
        triples.add((name, ascii_lower(key), _canonical_values(name, values)))
    if isinstance(condition, dict):
        triples.update((ascii_lower(operator), None, None) for operator, keys in condition.items() if not keys)
    return frozenset(triples)


def _canonical_values(operator: str, values: list[str]) -> frozenset:
    base = operator.rpartition(":")[2].removesuffix("ifexists")
    found: Iterable[str] = values
    if base.endswith("ignorecase"):
        found = map(ascii_lower, found)
    elif base == "bool":
        found = (ascii_lower(text) if ascii_lower(text) in ("true", "false") else text for text in found)
    elif base.startswith("numeric"):
        found = map(_canonical_number, found)
    return frozenset(found)


def _canonical_number(text: str) -> str:
    """Numeric operators compare numbers: 1, 1.0 and 10e-1 are one. Text that JSON does not read as one stays (0010)."""
    match = _JSON_NUMBER.fullmatch(text)
    if match is None:
        return text
    sign, whole, fraction, exponent = match.groups(default="")
    digits = (whole + fraction).lstrip("0")
    significant = digits.rstrip("0")
    power = int(exponent or 0) - len(fraction) + len(digits) - len(significant)
    return f"{sign}{significant}e{power}" if significant else "0"


def _exact(value: object) -> str:
    return json.dumps(value, sort_keys=True)
