# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Named statements that a task declares for one policy, and how a policy looks with them in it.

Pure. Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.xacct.aws.plugins.module_utils._policy.grants import merge_statements


@dataclass(frozen=True)
class DeclaredGrants:
    """The statements that are to be in the policy, the Sids that are to go, and whether all other own ones go too.

    `names` are the grants' own names by Sid.
    """

    statements: tuple[dict, ...]
    removed: frozenset[str]
    purge: bool
    names: Mapping[str, str]

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
        return merge_statements(document, list(self.statements), remove=self.removed, purge=purge)

    def take_out(self, document: dict | None) -> dict | None:
        """Return another policy without the statements that are to be in this one."""
        return merge_statements(document, [], remove=self.present_sids)
