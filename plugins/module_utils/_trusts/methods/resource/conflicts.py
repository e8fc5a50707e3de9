# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong between trusts on the same resource: two spellings of it, policies that cannot fit."""

from __future__ import annotations

from ...._policy.language.documents import new_document
from ...._policy.language.sizes import policy_size
from ...._policy.statements.resource import resource_statement
from ...._policy.statements.service_rules import POLICY
from ...declaration.directory import Account
from ...declaration.problems import Problems, some_of
from ...declaration.trust import ResourceKey, Trust
from .access_spec import places_of


def check_resources(trusts: list[Trust], problems: Problems) -> None:
    """Add what is wrong between several trusts on one resource, account by account and region by region."""
    by_place: dict[tuple[ResourceKey, Account, str], list[Trust]] = {}
    for trust, account, region in places_of(trusts):
        by_place.setdefault((trust.spec.resource_in(account), account, region), []).append(trust)
    for (_resource, account, region), sharing in sorted(by_place.items(), key=lambda item: str(item[0])):
        spelled = {trust.spec.spelled_in(account, region) for trust in sharing}
        if len(spelled) > 1:
            problems.add(
                f"trusts {_names(sharing)}",
                f"they call one {sharing[0].spec.rules.title} by different names ({some_of(spelled)})",
                "write it the same way in all of them: its policy is written once",
            )
        _check_size([trust for trust in sharing if trust.present], account, region, problems)


def _check_size(trusts: list[Trust], account: Account, region: str, problems: Problems) -> None:
    if not trusts:
        return
    rules, arn = trusts[0].spec.rules, trusts[0].spec.arn_in(account, region)
    written = []
    for trust in trusts:
        entry = {key: value for key, value in trust.spec.entry(trust).items() if key != "state"}
        if entry.get("via", POLICY) == POLICY:
            written.extend(rules.split(entry, resource_statement(entry, rules, arn)))
    document = new_document(written)
    where = f"trusts {_names(trusts)}"
    what = f"the policy of {rules.title} {trusts[0].spec.name_in(account)}"
    right = "name whole accounts (root) or organizations instead of many principals, or give a role instead of a grant"
    for each in rules.measured(document) if rules.limit is not None else ():
        size = policy_size(each, rules.count)
        if size > rules.limit:
            wrong = f"their statements in {what} take {size:,} {rules.count}, it holds {rules.limit:,}"
            problems.add(where, wrong, right)
    for too_much in rules.too_much(document):
        problems.add(where, f"{what} would have {too_much}", right)


def _names(trusts: list[Trust]) -> str:
    return " and ".join(f"'{trust.name}'" for trust in trusts)
