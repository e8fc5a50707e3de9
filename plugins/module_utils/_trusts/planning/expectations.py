# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must hold once a plan is applied: who gets in, and who is refused.

Each expectation is one call that can really be made. Its ID is readable and stable, because reports and later runs
refer to it: ``TRUST/HOST/ACTOR/what``.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..declaration.directory import Directory
from ..declaration.trust import Trust
from ..methods.registry import METHODS
from ..methods.related_trusts import RelatedTrusts


def expectations_of(trusts: Iterable[Trust], directory: Directory, ended: set[str]) -> list[dict]:
    """The expectations of all trusts, by trust, trusting host and actor. ``ended``: names of trusts past their end."""
    trusts = list(trusts)
    related = RelatedTrusts(trusts, directory, ended)
    return [
        expectation
        for trust in trusts
        for account in trust.trusting
        for expectation in METHODS[trust.method].expectations(trust, account, related)
    ]
