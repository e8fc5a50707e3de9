# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the roles of this collection registered on a host, as the report and the later parts of a run take it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ..declaration.plain_values import plain
from ..methods.registry import RESULTS
from ..planning.trusted_side import trust_of_grant

READ = "_verify_trust_roles"
TRUSTED, PREFLIGHT = "_trusted_account_results", "_trusted_account_preflight"
INFO = "_trusted_account_info"
PROOFS = "_verify_trust_proofs"
_KEPT = ("changed", "failed", "msg", "external_ids")


def results_of_host(variables: Mapping) -> dict:
    """The results of one host: {trusting, trusted, proofs, external_ids, failed, msg}, each only where there is one.

    `trusting` is keyed by trust, `trusted` by "PRINCIPAL inline" or "PRINCIPAL managed". A principal that the look
    before the first write found missing counts as failed. `external_ids` (by trust) were applied or read in this run.
    `failed` and `msg` are those of a whole task: it came to none of its items.
    """
    found: dict = {}
    applied = [_items(variables, name, _trusts_of, found) for name in RESULTS.values()]
    trusting = {trust: result for results in applied for trust, result in (results or {}).items()}
    if any(results is not None for results in applied):
        found["trusting"] = trusting
    preflight = _items(variables, PREFLIGHT, _principal_of, found) or {}
    whole = _items(variables, INFO, _principal_of, found) or {}
    for result in whole.values():
        if result["failed"]:
            found.update(failed=True, msg=result["msg"])
    preflight |= whole
    refused = {name: result for name, result in preflight.items() if result["failed"]}
    trusted = _items(variables, TRUSTED, _principal_of, found)
    if trusted is not None or refused:
        found["trusted"] = {**refused, **(trusted or {})}
    if PROOFS in variables:
        proofs = plain(variables[PROOFS])
        found["proofs"] = proofs.get("proofs") or []
        if proofs.get("failed") and not found["proofs"]:
            found.update(failed=True, msg=_message(proofs))
    read = _items(variables, READ, _trusts_of, {}) or {}
    found["external_ids"] = {
        trust: ids
        for results in (read, trusting)
        for trust, result in results.items()
        for ids in [(result.get("external_ids") or {}).get(trust)]
        if ids
    }
    return found


def not_applied(results: Mapping[str, Mapping], check_mode: bool = False, outside: Iterable[str] = ()) -> list[str]:
    """What is not in place after a run: "TRUST" where a trusted principal lacks it, else "TRUST/HOST".

    It is "TRUST", too, where the inventory has the wrong account ID: nothing may be allowed to or in that account. In
    check mode that is also whatever would have been changed. `outside` are pairs "TRUST/HOST" with a side outside
    the run: where it applied something, it can't know whether these are in place.
    """

    trusts = {
        trust
        for result in results.values()
        for operation in result.get("trusted", {}).values()
        for trust in _open_trusts(operation, check_mode)
    }
    trusts |= {
        trust
        for result in results.values()
        for trust, operation in result.get("trusting", {}).items()
        if operation["wrong_account"]
    }
    accounts = {
        f"{trust}/{host}"
        for host, result in results.items()
        for trust, operation in result.get("trusting", {}).items()
        if trust in _open_trusts(operation, check_mode)
    }
    if any("trusting" in result or "trusted" in result for result in results.values()):
        accounts |= set(plain(outside))
    return sorted(trusts) + sorted(accounts)


def _open_trusts(operation: Mapping, check_mode: bool) -> Iterable[str]:
    """The trusts of one principal that are not in place: all, or in check mode those that it says it would change."""
    if operation["failed"]:
        return list(operation["trusts"])
    if not (check_mode and operation.get("changed")):
        return ()
    changed = {trust_of_grant(change["name"]) for change in operation.get("changes", ())}
    return sorted(changed.intersection(operation["trusts"])) or list(operation["trusts"])


def results_of_hosts(hostvars: Mapping[str, Mapping], hosts: Iterable[str]) -> dict:
    """The results of several hosts; a host that Ansible does not know has none."""
    return {str(host): results_of_host(hostvars[host]) for host in hosts if host in hostvars}


def _items(variables: Mapping, name: str, keys: Callable[[Mapping], list[str]], whole: dict) -> dict | None:
    """The results of a loop by the keys of its items; a task that failed before its first item is noted in `whole`."""
    if name not in variables:
        return None
    # No more of it than is needed: some of the rest is deprecated to look at.
    registered = plain({key: variables[name][key] for key in ("failed", "msg", "results") if key in variables[name]})
    if registered.get("failed") and not registered.get("results"):
        whole.update(failed=True, msg=_message(registered))
    done = [result for result in registered.get("results") or [] if not result.get("skipped")]
    kept: dict[str, dict] = {}
    for result in done:
        for key in keys(result["item"]):
            kept[key] = _both(kept[key], _kept(result)) if key in kept else _kept(result)
    return kept


def _both(one: Mapping, other: Mapping) -> dict:
    """The result of a trust that took several runs of a module, one for each region."""
    both = {**one, **other}
    for name in ("changed", "failed", "wrong_account"):
        both[name] = bool(one.get(name) or other.get(name))
    both["trusts"] = list(dict.fromkeys([*one["trusts"], *other["trusts"]]))
    changes = [*one.get("changes", ()), *other.get("changes", ())]
    messages = list(dict.fromkeys(each["msg"] for each in (one, other) if "msg" in each))
    return {**both, **({"changes": changes} if changes else {}), **({"msg": "; ".join(messages)} if messages else {})}


def _kept(result: Mapping) -> dict:
    kept = {name: result[name] for name in _KEPT if name in result}
    kept["failed"] = bool(result.get("failed"))
    kept["wrong_account"] = (result.get("error") or {}).get("code") == "WrongAccount"
    kept["trusts"] = _trusts_of(result["item"])
    if result.get("changes"):
        kept["changes"] = [{"name": change["name"]} for change in result["changes"]]
    if kept["failed"]:
        kept["msg"] = _message(result)
    return kept


def _message(result: Mapping) -> str:
    return str(result.get("msg") or "failed without a message")


def _principal_of(item: Mapping) -> list[str]:
    return [f"{item['principal']} {item['via']}"]


def _trusts_of(item: Mapping) -> list[str]:
    return item["trusts"] if "trusts" in item else [item["trust"]]
