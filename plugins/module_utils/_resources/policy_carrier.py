# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every resource that carries a shared policy looks like to the code that merges statements into it.

Private to this collection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .._policy.statements.own_statements import SidAlphabet


class PolicyCarrier(Protocol):
    """One policy of one resource: reading it, writing it, and what its service allows in it."""

    label: str
    """In the user's words: "trust policy of role Backup"."""

    alphabet: SidAlphabet
    """The characters that the service takes in a Sid."""

    def check_size(self, document: dict | None) -> None:
        """Raise `PolicyTooLarge` with the numbers when the service would not take the document for its size.

        Called only when something is to be written: it may have to read limits, or what shares them.
        """

    def read(self) -> dict | None:
        """Return the document as it is now, None when there is none."""

    def write(self, document: dict | None) -> None:
        """Put the document in place of the present one; None removes the policy."""
