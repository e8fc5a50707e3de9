# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every operation of a plan, checked as the module that carries it out will check it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..._options.identity_grant import ARGUMENT_SPEC, check
from ..._options.module_options import ModuleOptions
from ..declaration.directory import Account
from ..declaration.principals import DeclaredPrincipal
from ..declaration.problems import Problems
from ..declaration.trust import Trust, Trusted
from ..methods.registry import METHODS
from .trusted_side import trust_of_grant

NOBODY = Trusted(None, "000000000000", "aws", (DeclaredPrincipal("root"),))
"""Stands for who is trusted where that could not be read: what else is wrong is said all the same."""

_IDENTITY_GRANT = ModuleOptions(ARGUMENT_SPEC, check)


def check_trust(trust: Trust, where: str, problems: Problems) -> None:
    """Check what one trust asks of its first trusting account, as if it were present: the others are asked the same."""
    accounts = trust.trusting or (Account("", "000000000000", partition=trust.trusted.partition),)
    for operation in METHODS[trust.method].operations([replace(trust, state="present")], accounts[0]):
        for _trust, line in METHODS[trust.method].module.problems(operation):
            problems.add_line(where, line)


def check_trusting(operations: Iterable[dict], problems: Problems) -> None:
    """Check operations of trusting accounts."""
    for operation in operations:
        for trust, line in METHODS[operation["method"]].module.problems(operation):
            problems.add_line(f"trust '{trust}'", line)


def check_trusted(operations: Iterable[dict], problems: Problems) -> None:
    """Check operations of trusted accounts."""
    for operation in operations:
        for error in _IDENTITY_GRANT.errors_in(operation["options"]):
            option, _colon, rest = error.partition(": ")
            trust = trust_of_grant(rest.partition(": ")[0])
            for name in [trust] if option == "grants" and trust in operation["trusts"] else operation["trusts"]:
                problems.add_line(f"trust '{name}'", f"in the policy of {operation['principal']}: {error}")
