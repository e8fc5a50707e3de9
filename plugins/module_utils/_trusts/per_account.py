# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan cut into what each account needs of it, and what a run has found out by then."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.xacct.aws.plugins.module_utils._trusts.plain_values import plain

GENERATED_WHEN_APPLIED = "(generated when applied)"
"""What xacct_role returns in check mode for an external ID that it would make."""


def per_account(plan: Mapping, run: Iterable[str] | None = None) -> dict:
    """Cut a plan into parts.

    `accounts` maps a host to its part as JSON text: {account_id, trusting, trusted, expectations, lookups}, where the
    expectations are those that are proved from this account, and lookups are objects that proofs of others need to know
    of its buckets. It is text because a template that looks at one part must not walk through all of them. `hosts`
    lists who takes part in `run` (`all`; everybody, unless given) and has something to do there: `trusting`,
    `role`, `bucket`, `bucket_acl`, `object_acl` (those of them with a trust of this method), `trusted`, `proving`,
    `generating` (has roles whose external ID only the account itself knows), `looking` (has
    lookups) and `grantees` (access control lists name it, by an ID that only the account itself knows). `outside` lists
    as "TRUST/HOST" what has a side outside the run.
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
    accounts = {
        host: {**work, "expectations": expectations.get(host, []), "lookups": list(lookups.get(host, {}).values())}
        for host, work in sorted(plan["accounts"].items())
    }
    grantees = {account_id for part in accounts.values() for account_id in _grantees(part["trusting"])}
    names = set(accounts) if run is None else set(plain(run))
    taking_part = {host: part for host, part in accounts.items() if host in names}
    return {
        "accounts": {host: json.dumps(part, sort_keys=True) for host, part in accounts.items()},
        "hosts": {
            "all": list(taking_part),
            "trusting": [host for host, part in taking_part.items() if part["trusting"]],
            **{
                method: [host for host, part in taking_part.items() if _has(part, method)]
                for method in ("role", "bucket", "bucket_acl", "object_acl")
            },
            "trusted": [host for host, part in taking_part.items() if part["trusted"]],
            "proving": [host for host, part in taking_part.items() if part["expectations"]],
            "generating": [host for host, part in taking_part.items() if any(map(generates, part["trusting"]))],
            "looking": [host for host, part in taking_part.items() if part["lookups"]],
            "grantees": [host for host, part in taking_part.items() if part["account_id"] in grantees],
        },
        "outside": _outside(accounts, names),
    }


def part_of(parts: Mapping, host: str) -> dict:
    """The part of one host, out of what `per_account` returned; empty lists for a host that the plan does not know."""
    text = parts["accounts"].get(host)
    if text:
        return json.loads(text)
    return {"account_id": None, "trusting": [], "trusted": [], "expectations": [], "lookups": []}


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


def generates(operation: Mapping) -> bool:
    """Whether the external ID of a role is made by the trusting account."""
    entries = operation["options"]["trusted"] if operation["method"] == "role" else []
    return any(entry.get("generate_external_id") for entry in entries)


def _grantees(operations: Iterable[Mapping]) -> Iterator[str]:
    """The account IDs in the grants of access control lists."""
    for operation in operations:
        if operation["method"] in ("bucket_acl", "object_acl"):
            yield from (grant["account_id"] for grant in operation["options"]["grants"] if "account_id" in grant)


def external_ids(expectations: Iterable[Mapping], parts: Mapping, known: Mapping[str, Mapping[str, list]]) -> dict:
    """The external IDs that the proofs of some expectations need: {"TRUST/HOST": [ID …]}.

    `known` holds those that the trusting accounts said in this run, by host and trust; the others are taken from the
    declaration (`parts`: what `per_account` returned). An ID that nobody knows in this run is left out.
    """
    needed: dict[str, list[str]] = {}
    for host in sorted({expectation["trusting"] for expectation in expectations}):
        for operation in json.loads(parts["accounts"][host])["trusting"]:
            if operation["method"] != "role":
                continue
            trust = operation["trust"]
            declared = [name for entry in operation["options"]["trusted"] for name in entry.get("external_id", [])]
            said = [name for name in known.get(host, {}).get(trust, []) if name != GENERATED_WHEN_APPLIED]
            if said or declared:
                needed[f"{trust}/{host}"] = said or declared
    return needed
