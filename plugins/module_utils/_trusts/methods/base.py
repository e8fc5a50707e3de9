# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a method of giving access (role, bucket …) is made of. The methods themselves are in ``registry.py``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..declaration.directory import Account
from ..declaration.problems import Problems
from ..declaration.trust import AccessSpec, Trust, Trusted
from .planned_module import PlannedModule
from .related_trusts import RelatedTrusts

MethodSpec = TypeVar("MethodSpec", bound=AccessSpec)


@dataclass(frozen=True)
class Declared:
    """What a user wrote under a method's keyword, with what is known of its trust. ``where`` starts every problem."""

    value: Any
    where: str
    state: str
    trusted: Trusted | None
    trusting: tuple[Account, ...]
    trusted_side: str


def nothing_to_check(_trusts: list[Trust], _problems: Problems) -> None:
    """The check of a method whose trusts cannot be in each other's way."""


def nothing_to_say(_trust: Trust) -> list[str]:
    """The notes of a method that has none."""
    return []


def nothing_of_others(_options: Mapping) -> list[str]:
    """The answer of a method whose operations need nothing that only another account, or AWS, knows."""
    return []


def never(_options: Mapping) -> bool:
    """The answer of a method whose operations generate no external ID."""
    return False


@dataclass(frozen=True)
class Method(Generic[MethodSpec]):
    """One way of giving access, as functions.

    - ``read``: the access that is declared; what is wrong goes to the problems, and the answer is None
      where nothing more can be said of it
    - ``operations``: the work of one trusting account for the trusts of this method that name it
    - ``expectations``: what must hold in one trusting account once the plan is applied
    - ``check``: what is wrong between several trusts of this method
    - ``notes``: what it does in a way that the user may not expect; also given the trusts that share its resource
    - ``warnings``: what would be better declared otherwise
    - ``handover``: what somebody who attaches the ready policy has to know besides
    - ``keys``: what may be declared under its keyword
    - ``module``: what carries out its operations, and checks their options in a plan already

    Of the options of one of its operations:

    - ``label``: what it writes, such as "role XacctBackup"
    - ``grantees``: the account IDs that it names by an ID which only these accounts know
    - ``external_ids``: those that are declared, of which callers send one
    - ``generates``: whether the trusting account makes an external ID, which nobody else knows
    """

    read: Callable[[Declared, Problems], MethodSpec | None]
    operations: Callable[[list[Trust[MethodSpec]], Account], list[dict]]
    expectations: Callable[[Trust[MethodSpec], Account, RelatedTrusts], list[dict]]
    notes: Callable[[Trust[MethodSpec], list[Trust]], list[str]]
    label: Callable[[Mapping], str]
    keys: Collection[str]
    module: PlannedModule
    check: Callable[[list[Trust[MethodSpec]], Problems], None] = nothing_to_check
    warnings: Callable[[Trust[MethodSpec]], list[str]] = nothing_to_say
    handover: Callable[[Trust[MethodSpec]], list[str]] = nothing_to_say
    grantees: Callable[[Mapping], list[str]] = nothing_of_others
    external_ids: Callable[[Mapping], list[str]] = nothing_of_others
    generates: Callable[[Mapping], bool] = never


def operation(method: str, trusts: list[Trust], state: str, options: dict) -> dict:
    """The entry of the plan for one run of a method's module."""
    names = [trust.name for trust in trusts]
    return {"trust": ", ".join(names), "trusts": names, "method": method, "state": state, "options": options}
