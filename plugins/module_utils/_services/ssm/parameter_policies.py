# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policies of one SSM parameter, of which there may be several, as one: what to write where.

Source: Systems Manager API Reference, PutResourcePolicy, DeleteResourcePolicy, GetResourcePolicies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..._policy.language.comparison import sid_of
from ..._policy.language.documents import new_document, statements


@dataclass(frozen=True)
class ParameterPolicy:
    """One of the policies, as it is or as it is to be; ``id`` and ``hash`` are None for one that is yet to be made.

    A policy that is to go has no ``document``.
    """

    id: str | None
    hash: str | None
    document: dict | None


def joined(policies: Iterable[ParameterPolicy]) -> dict | None:
    """Return one document with the statements of all policies in their order, None when there is none."""
    found = [statement for policy in policies for statement in statements(policy.document)]
    return new_document(found) if found else None


def to_write(policies: Iterable[ParameterPolicy], wanted: dict | None) -> list[ParameterPolicy]:
    """Return the policies to write so that all of them together say what is ``wanted``.

    New ones first, one for each new statement, then those that change, then those that go: access never blinks. A
    policy all of whose statements stay is not written.
    """
    policies, missing = list(policies), list(statements(wanted))
    staying = [[_taken(each, missing) for each in statements(policy.document)] for policy in policies]
    changed, gone = [], []
    for policy, kept in zip(policies, staying, strict=True):
        if None not in kept:
            continue
        sids = [sid_of(each) for each in statements(policy.document)]
        there = [_of_sid(sid, missing) if one is None else one for one, sid in zip(kept, sids, strict=True)]
        left = [each for each in there if each is not None]
        if left:
            changed.append(replace(policy, document={**policy.document, "Statement": left}))
        else:
            gone.append(replace(policy, document=None))
    new = [ParameterPolicy(None, None, new_document([statement])) for statement in missing]
    return [*new, *changed, *gone]


def _taken(statement: dict, missing: list[dict]) -> dict | None:
    """Take a statement out of those that are missing; None when it is not among them."""
    if statement not in missing:
        return None
    missing.remove(statement)
    return statement


def _of_sid(sid: str | None, missing: list[dict]) -> dict | None:
    """Take the statement with a Sid out of those that are missing; None when there is none."""
    found = next((each for each in missing if sid and sid_of(each) == sid), None)
    if found is not None:
        missing.remove(found)
    return found
