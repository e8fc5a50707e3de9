# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan cut into what each account needs of it, and what a run has found out by then."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..declaration.plain_values import plain
from ..methods.registry import METHODS

GENERATED_WHEN_APPLIED = "(generated when applied)"
"""What xacct_role returns in check mode for an external ID that it would make."""


def per_account(plan: Mapping, run: Iterable[str] | None = None) -> dict:
    """Cut a plan into parts.

    `accounts` maps a host to its part as JSON text, because a template that looks at one part must not walk through all
    of them: {account_id, named, trusting, trusted, expectations, lookups}. `named` asks whose account it is where
    nothing else would; expectations are those that are proved from this account; lookups are objects of its buckets
    that the proofs of others need to know.

    `hosts` lists who takes part in `run` (`all`; everybody, unless given) and has something to do there: `trusting`,
    by method under the name of each; `trusted`; `named`; `grantees` (access
    control lists name it, by an ID that only the account itself knows); `proving`; `generating` (has roles whose
    external ID only the account itself knows); `looking` (has lookups). `outside` lists as "TRUST/HOST" what has a side
    outside the run.
    """
    plan = plain(plan)
    expectations: dict[str, list[dict]] = {}
    for expectation in plan["expectations"]:
        expectations.setdefault(expectation["actor"]["account"], []).append(expectation)
    lookups: dict[str, dict[str, dict]] = {}
    for expectation in plan["expectations"]:
        if "lookup" in expectation:
            wanted = {key: expectation[key] for key in ("lookup", "bucket", "bucket_owner", "prefix", "outside")}
            lookups.setdefault(expectation["trusting"], {})[expectation["lookup"]] = wanted
    grantees = {account_id for work in plan["accounts"].values() for account_id in _grantees(work["trusting"])}
    accounts = {
        host: {
            **work,
            "named": _named(plan, host, work["account_id"] in grantees),
            "expectations": expectations.get(host, []),
            "lookups": list(lookups.get(host, {}).values()),
        }
        for host, work in sorted(plan["accounts"].items())
    }
    names = set(accounts) if run is None else set(plain(run))
    taking_part = {host: part for host, part in accounts.items() if host in names}
    return {
        "accounts": {host: json.dumps(part, sort_keys=True) for host, part in accounts.items()},
        "hosts": {
            "all": list(taking_part),
            "trusting": [host for host, part in taking_part.items() if part["trusting"]],
            **{method: [host for host, part in taking_part.items() if _has(part, method)] for method in METHODS},
            "trusted": [host for host, part in taking_part.items() if part["trusted"]],
            "proving": [host for host, part in taking_part.items() if part["expectations"]],
            "generating": [host for host, part in taking_part.items() if any(map(_generates, part["trusting"]))],
            "looking": [host for host, part in taking_part.items() if part["lookups"]],
            "named": [host for host, part in taking_part.items() if part["named"]],
            "grantees": [host for host, part in taking_part.items() if part["account_id"] in grantees],
        },
        "outside": _outside(accounts, names),
    }


def part_of(parts: Mapping, host: str) -> dict:
    """The part of one host, out of what `per_account` returned; empty lists for a host that the plan does not know.

    What is done has a `label` ("backup -> role XacctBackup"), and its options for the module are under that label in
    `options`: an item of a loop that fails is printed whole, and a policy in it would hide the message.
    """
    text = parts["accounts"].get(host)
    nothing: dict[str, list] = {"named": [], "trusting": [], "trusted": [], "expectations": [], "lookups": []}
    part: dict[str, Any] = json.loads(text) if text else {"account_id": None, **nothing}
    part["options"] = {}
    for operation in part["trusting"] + part["trusted"]:
        options = operation.pop("options")
        operation["label"] = _label(operation, options)
        part["options"][operation["label"]] = options
    return part


def _label(operation: Mapping, options: Mapping) -> str:
    if "principal" in operation:
        return (
            operation["principal"] if operation["via"] == "inline" else f"{operation['principal']} ({operation['via']})"
        )
    return f"{', '.join(operation['trusts'])} -> {METHODS[operation['method']].label(options)}"


def _outside(accounts: Mapping[str, Mapping], run: set[str]) -> list[str]:
    """The pairs "TRUST/HOST" of which the trusting or the trusted account is not in the run."""
    trusted = {
        trust
        for host, part in accounts.items()
        if host not in run
        for grant in part["trusted"]
        for trust in grant["trusts"]
    }
    return [
        f"{trust}/{host}"
        for host, part in accounts.items()
        for operation in part["trusting"]
        for trust in operation["trusts"]
        if host not in run or trust in trusted
    ]


def _has(part: Mapping, method: str) -> bool:
    return any(operation["method"] == method for operation in part["trusting"])


def _generates(operation: Mapping) -> bool:
    return METHODS[operation["method"]].generates(operation["options"])


def _named(plan: Mapping, host: str, is_grantee: bool) -> list[dict]:
    """One item where some trust names this account and has nothing to do there, or access control lists name it.

    Nothing else would notice before it is too late that the inventory has somebody else's account ID.
    """
    at_work = {trust for operation in plan["accounts"][host]["trusted"] for trust in operation["trusts"]}
    trusts = [
        name
        for name, trust in sorted(plan["trusts"].items())
        if trust["trusted_account"] == host and trust["state"] == "present" and name not in at_work
    ]
    item = {"label": "the account itself", "principal": "root", "via": "inline", "trusts": trusts}
    return [{**item, "canonical_id": is_grantee}] if trusts or is_grantee else []


def _grantees(operations: Iterable[Mapping]) -> Iterator[str]:
    """The account IDs in the grants of access control lists."""
    for operation in operations:
        yield from METHODS[operation["method"]].grantees(operation["options"])


def external_ids(expectations: Iterable[Mapping], parts: Mapping, known: Mapping[str, Mapping[str, list]]) -> dict:
    """The external IDs that the proofs of some expectations need: {"TRUST/HOST": [ID …]}.

    `known` holds those that the trusting accounts said in this run, by host and trust; the others are taken from the
    declaration (`parts`: what `per_account` returned). An ID that nobody knows in this run is left out.
    """
    needed: dict[str, list[str]] = {}
    for host in sorted({expectation["trusting"] for expectation in expectations}):
        for operation in json.loads(parts["accounts"][host])["trusting"]:
            trust = operation["trust"]
            declared = METHODS[operation["method"]].external_ids(operation["options"])
            said = [name for name in known.get(host, {}).get(trust, []) if name != GENERATED_WHEN_APPLIED]
            if said or declared:
                needed[f"{trust}/{host}"] = said or declared
    return needed
