# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Named statements that a task declares for one policy: read from the options, and how a policy looks with them in it.

Pure. Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from .._policy.statements.own_statements import merge_statements

GRANT_STATE = {"state": {"type": "str", "choices": ["present", "absent"], "default": "present"}}
"""The option of a grant that is not about what it says."""

GRANT_LIST_ARGUMENTS = {
    "purge_grants": {"type": "bool", "default": False},
    "allow_public": {"type": "bool", "default": False},
    "propagation_timeout": {"type": "int"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}
"""The options that go with a list of grants on a resource."""


@dataclass(frozen=True)
class DeclaredGrants:
    """The statements that are to be in the policy, the Sids that are to go, and whether all other own ones go too.

    `names` are the grants' own names by Sid. `merging` is how the statements get into a policy.
    """

    statements: tuple[dict, ...]
    removed: frozenset[str]
    purge: bool
    names: Mapping[str, str]
    merging: Callable[..., dict | None] = merge_statements

    @property
    def present_sids(self) -> frozenset[str]:
        """The Sids of the statements that are to be there."""
        return frozenset(statement["Sid"] for statement in self.statements)

    @property
    def own_sids(self) -> frozenset[str]:
        """The Sids that are written or removed by name."""
        return self.present_sids | self.removed

    def merge(self, document: dict | None) -> dict | None:
        """Return a policy as it is to be, None when no statement is left."""
        purge = "own" if self.purge else "none"
        return self.merging(document, list(self.statements), remove=self.removed, purge=purge)

    def without_removals(self) -> DeclaredGrants:
        """Return the same without taking anything away."""
        return DeclaredGrants(self.statements, frozenset(), False, self.names, self.merging)

    def take_out(self, document: dict | None) -> dict | None:
        """Return another policy without the statements that are to be in this one."""
        return merge_statements(document, [], remove=self.present_sids)


NOTHING_DECLARED = DeclaredGrants((), frozenset(), False, {})
"""Leaves every policy as it is."""


def declare(
    params: Mapping,
    sids_of: Callable[[str], Iterable[str]],
    statements_of: Callable[[Mapping], Iterable[dict]],
    merging: Callable[..., dict | None] = merge_statements,
) -> DeclaredGrants:
    """Return what the options declare; without `grants`, `state: absent` takes all own statements away."""
    grants = params.get("grants") or []
    names = {sid: grant["name"] for grant in grants for sid in sids_of(grant["name"])}
    statements = tuple(statement for grant in present_grants(params) for statement in statements_of(grant))
    removed = names.keys() - {statement["Sid"] for statement in statements}
    purge = params["purge_grants"] or (params["state"] == "absent" and not grants)
    return DeclaredGrants(statements, frozenset(removed), purge, names, merging)


def present_grants(params: Mapping) -> list[dict]:
    """Return the entries of `grants` that are to be there, without their `state`."""
    if params["state"] == "absent":
        return []
    return [
        {name: value for name, value in grant.items() if name != "state"}
        for grant in params.get("grants") or []
        if grant["state"] == "present"
    ]


def check_grant_list(params: Mapping, check_present: Callable[[list[dict]], Iterable[str]]) -> Iterator[str]:
    """Yield every error in a list of grants and the options beside it; `check_present` is for what they say."""
    timeout = params.get("propagation_timeout")
    if timeout is not None and timeout < 0:
        yield f"propagation_timeout: {timeout} is not a number of seconds from 0"
    grants = params.get("grants") or []
    if not grants and params["state"] == "present" and not params["purge_grants"]:
        yield "grants: nothing is declared; name a grant, or set purge_grants: true or state: absent to remove all"
    names = [grant["name"] for grant in grants]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"grants: {name}: two entries have this name; give each its own"
    for name in names:
        if not name.strip():
            yield "grants: name is empty"
    for error in check_present([grant for grant in present_grants(params) if grant["name"].strip()]):
        if "two entries have this name" not in error:
            yield f"grants: {error}"
