# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One policy spread over several documents of limited size, and joined again.

A statement with a Sid is split at its Resource list; any other statement stays whole. Spreading moves as little as
possible: what is in a document stays in it, so a change writes few documents and no access blinks.
Pure. Private to this collection.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from ..language.comparison import canonical_statements, policies_equal, sid_of
from ..language.documents import new_document, statements, texts
from ..language.sizes import PolicyTooLarge, policy_size

_FRAME = policy_size(new_document([]), "characters")


def joined(documents: Sequence[dict]) -> dict | None:
    """Return one document with the statements of all; those that differ in nothing but their resources become one.

    Documents that disagree about the rest of a statement (a change that stopped half way) give one statement each, with
    the same Sid: that is never what is declared, so it is written again.
    """
    found: dict[tuple, dict] = {}
    resources: dict[tuple, dict[str, None]] = {}
    for document in documents:
        for statement in statements(document):
            split = _is_splittable(statement)
            (said,) = _said([_template(statement) if split else statement])
            found.setdefault((split, said), statement)
            if split:
                new = texts(statement["Resource"], "Resource")
                resources.setdefault((split, said), {}).update(dict.fromkeys(new))
    parts = [_with_resources(each, list(resources[key])) if key in resources else each for key, each in found.items()]
    return new_document(parts) if parts else None


def spread(document: dict | None, present: Sequence[dict], limit: int) -> list[dict | None]:
    """Return the documents that hold `document` together, each at most `limit` characters long.

    The first ones take the place of `present`, one for one: unchanged where nothing differs, None where nothing is left
    (the last ones empty first, so that as few as possible are needed). Raises `PolicyTooLarge` for a single
    statement or resource that is longer than a document.
    """
    bins = [_Bin(limit) for _each in present]
    held = [frozenset(_said(statements(each))) for each in present]
    pending: list[tuple[dict, list[str]]] = []
    for statement in statements(document):
        if _is_splittable(statement):
            pending.append((_template(statement), _keep(statement, present, bins)))
        elif not _keep_whole(statement, held, bins):
            pending.append((statement, []))
    for template, resources in pending:
        _place(template, resources, bins, limit)
    _empty_last(bins)
    documents = [each.document() for each in bins]
    return [
        old if new is not None and old is not None and policies_equal(old, new) else new
        for old, new in zip([*present, *[None] * len(documents)], documents, strict=False)
    ]


class _Bin:
    """A document being filled, with its size kept as it grows."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = _FRAME
        self.wholes: list[dict] = []
        self.parts: dict[str, tuple[dict, list[str]]] = {}

    def add(self, template: dict, resource: str) -> bool:
        """Add a resource to its statement, which is added with the first one; False when it does not fit."""
        length = len(json.dumps(resource, ensure_ascii=False))
        key = json.dumps(template, sort_keys=True)
        part = self.parts.get(key)
        cost = length + 1 if part else length + self._cost({**template, "Resource": []})
        if self.size + cost > self.limit:
            return False
        self.size += cost
        if part:
            part[1].append(resource)
        else:
            self.parts[key] = (template, [resource])
        return True

    def add_whole(self, statement: dict) -> bool:
        """Add a statement that stays in one piece; False when it does not fit."""
        cost = self._cost(statement)
        if self.size + cost > self.limit:
            return False
        self.size += cost
        self.wholes.append(statement)
        return True

    def items(self) -> list[tuple[dict, str | None]]:
        """Return everything in it, piece by piece (None: a whole statement)."""
        pieces = [(template, resource) for template, resources in self.parts.values() for resource in resources]
        return [*((statement, None) for statement in self.wholes), *pieces]

    def document(self) -> dict | None:
        """Return the document, None when it holds nothing."""
        parts = [_with_resources(template, resources) for template, resources in self.parts.values()]
        return new_document([*self.wholes, *parts]) if self.wholes or parts else None

    def copy(self) -> _Bin:
        """Return an independent bin with the same content."""
        other = _Bin(self.limit)
        other.size = self.size
        other.wholes = list(self.wholes)
        other.parts = {key: (template, list(resources)) for key, (template, resources) in self.parts.items()}
        return other

    def _cost(self, statement: dict) -> int:
        comma = 1 if self.wholes or self.parts else 0
        return policy_size(new_document([statement]), "characters") - _FRAME + comma


def _keep(statement: dict, present: Sequence[dict], bins: list[_Bin]) -> list[str]:
    """Leave the resources where they are already; return those that have to be placed."""
    template = _template(statement)
    wanted = dict.fromkeys(texts(statement["Resource"], "Resource"))
    for document, each in zip(present, bins, strict=True):
        for stored in statements(document):
            if sid_of(stored) != sid_of(statement) or not _is_splittable(stored):
                continue
            for resource in texts(stored["Resource"], "Resource"):
                if resource in wanted and each.add(template, resource):
                    del wanted[resource]
    return list(wanted)


def _keep_whole(statement: dict, held: Sequence[frozenset], bins: list[_Bin]) -> bool:
    (said,) = _said([statement])
    for known, each in zip(held, bins, strict=True):
        if said in known:
            return each.add_whole(statement)
    return False


def _said(of: list[dict]) -> list[frozenset]:
    """Return what each statement says, in a form that is the same for those that say the same."""
    return [said for _statement, said in canonical_statements({"Statement": of})]


def _place(template: dict, resources: list[str], bins: list[_Bin], limit: int) -> None:
    """Put what is new where there is room, in a new document where there is none."""
    for resource in resources if _template_is_split(template) else [None]:
        if any(_add(each, template, resource) for each in bins):
            continue
        bins.append(_Bin(limit))
        if not _add(bins[-1], template, resource):
            alone = new_document([template if resource is None else {**template, "Resource": [resource]}])
            name = sid_of(template) or "a statement"
            raise PolicyTooLarge(
                f"a managed policy with {name} alone", policy_size(alone, "characters"), limit, "characters"
            )


def _add(each: _Bin, template: dict, resource: str | None) -> bool:
    return each.add_whole(template) if resource is None else each.add(template, resource)


def _empty_last(bins: list[_Bin]) -> None:
    """Empty the last documents into the room of those before them, as long as all of one fits."""
    last = len(bins) - 1
    while last > 0:
        trial = [each.copy() for each in bins[:last]]
        for template, resource in bins[last].items():
            if not any(_add(each, template, resource) for each in trial):
                return
        bins[:last] = trial
        bins[last] = _Bin(bins[last].limit)
        last -= 1


def _is_splittable(statement: dict) -> bool:
    return bool(sid_of(statement)) and bool(statement.get("Resource"))


def _with_resources(template: dict, resources: list[str]) -> dict:
    """Return the statement, with a single resource as it would have been declared."""
    return {**template, "Resource": resources[0] if len(resources) == 1 else list(resources)}


def _template(statement: dict) -> dict:
    return {name: value for name, value in statement.items() if name != "Resource"}


def _template_is_split(template: dict) -> bool:
    return "Resource" not in template and "NotResource" not in template
