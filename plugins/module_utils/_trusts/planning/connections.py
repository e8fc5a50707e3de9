# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the accounts are reached whose policies a proof is evaluated with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..declaration.plain_values import plain


def connections(expectations: Iterable[Mapping], hostvars: Mapping[str, Mapping]) -> list[dict]:
    """[{account_id, connection}] of the trusting accounts of some expectations, as far as the inventory has them."""
    hosts = sorted({str(expectation["trusting"]) for expectation in expectations})
    found = {}
    for host in hosts:
        variables = hostvars.get(host, {})
        if "xacct_account_id" in variables:
            found[str(variables["xacct_account_id"])] = plain(variables.get("xacct_connection", {}))
    return [{"account_id": account_id, "connection": connection} for account_id, connection in found.items()]
