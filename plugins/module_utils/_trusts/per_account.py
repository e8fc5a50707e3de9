# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan cut into what each account needs of it, and what a run has found out by then."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ansible_collections.xacct.aws.plugins.module_utils._trusts.plain_values import plain

GENERATED_WHEN_APPLIED = "(generated when applied)"
"""What xacct_role returns in check mode for an external ID that it would make."""


def per_account(plan: Mapping) -> dict:
    """Cut a plan into parts.

    `accounts` maps a host to its part as JSON text: {account_id, trusting, trusted, expectations}, where the
    expectations are those that are proved from this account. It is text because a template that looks at one part must
    not walk through all of them. `hosts` lists who has something to do: `trusting`, `trusted`, `proving`, and
    `generating` (has roles whose external ID only the account itself knows).
    """
    plan = plain(plan)
    expectations: dict[str, list[dict]] = {}
    for expectation in plan["expectations"]:
        expectations.setdefault(expectation["actor"]["account"], []).append(expectation)
    accounts = {
        host: {**work, "expectations": expectations.get(host, [])} for host, work in sorted(plan["accounts"].items())
    }
    return {
        "accounts": {host: json.dumps(part, sort_keys=True) for host, part in accounts.items()},
        "hosts": {
            "trusting": [host for host, part in accounts.items() if part["trusting"]],
            "trusted": [host for host, part in accounts.items() if part["trusted"]],
            "proving": [host for host, part in accounts.items() if part["expectations"]],
            "generating": [host for host, part in accounts.items() if any(map(generates, part["trusting"]))],
        },
    }


def generates(operation: Mapping) -> bool:
    """Whether the external ID of a role is made by the trusting account."""
    return any(entry.get("generate_external_id") for entry in operation["options"]["trusted"])


def external_ids(expectations: Iterable[Mapping], parts: Mapping, results: Mapping[str, Iterable[Mapping]]) -> dict:
    """The external IDs that the proofs of some expectations need: {"TRUST/HOST": [ID …]}.

    They are taken from the results of xacct_role (`results`: host to its items' results), which know generated ones,
    else from the declaration (`parts`: what `per_account` returned). An ID that nobody knows in this run is left out.
    """
    known: dict[str, list[str]] = {}
    for host in sorted({expectation["trusting"] for expectation in expectations}):
        for operation in json.loads(parts["accounts"][host])["trusting"]:
            for entry in operation["options"]["trusted"]:
                if entry.get("external_id"):
                    known[f"{operation['trust']}/{host}"] = entry["external_id"]
        for result in results.get(host, ()):
            found = (result.get("external_ids") or {}).get(result["item"]["trust"], [])
            if found and GENERATED_WHEN_APPLIED not in found:
                known[f"{result['item']['trust']}/{host}"] = list(found)
    return known
