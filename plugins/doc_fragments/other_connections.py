# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connections besides the task's own, as suboptions, made of the documentation of the task's own connection.

A module describes the option itself and takes its suboptions from here. JSON is YAML.
"""

from __future__ import annotations

import json

import yaml
from ansible_collections.xacct.aws.plugins.doc_fragments.connection import ModuleDocFragment as Connection

_OWN: dict = yaml.safe_load(Connection.DOCUMENTATION)["options"]
_MFA = {
    "mfa_serial": {
        "description": "The serial number or ARN of the MFA device of the user, since no role can show MFA.",
        "type": "str",
    },
    "mfa_token": {
        "description": "The six digits that the MFA device shows, as a quoted string. One code is enough for the task.",
        "type": "str",
    },
}


_KEPT = ("type", "elements", "aliases", "required")
"""Not `default`: what is not set is as in the task."""


def suboptions(path: str, kept: tuple[str, ...] = _KEPT, options: dict = _OWN) -> dict:
    """Return connection options below `path`: what is said first of each, its `O()` moved along."""
    made = {}
    for name, option in options.items():
        if name == "expected_account_id":
            continue
        first = option["description"][0].replace("O(", f"O({path}.")
        made[name] = {"description": first, **{key: option[key] for key in kept if key in option}}
        if "suboptions" in option:
            made[name]["suboptions"] = suboptions(path, kept, option["suboptions"])
    return made


def option(name: str, below: dict) -> str:
    """Return the fragment of one option of a module, its suboptions."""
    return json.dumps({"options": {name: {"suboptions": below}}})


def pair(name: str, text: str, connection: dict) -> dict:
    """Return the suboptions of a list: whom a connection leads to, and the connection."""
    return {
        name: {"description": text, "type": "str", "required": True},
        "connection": {"type": "dict", "required": True, **connection},
    }


class ModuleDocFragment:
    """Documentation of the options that lead to other accounts and principals."""

    # Annotated, because ansible-test's yamllint takes a plain assignment for YAML text.
    RESOURCE: str = option("resource_connection", suboptions("resource_connection"))
    ORGANIZATION: str = option("organization_connection", suboptions("organization_connection"))
    PRINCIPAL: str = option("principal_connection", {**suboptions("principal_connection"), **_MFA})
    PRINCIPALS: str = option(
        "principals",
        pair(
            "principal",
            "V(role/NAME), V(user/NAME) or V(group/NAME).",
            {
                "description": [
                    "Connection options that lead to the principal. Region, endpoint and the like are those of the "
                    "task where they are not set here. So are the credentials, from which "
                    "O(principals[].connection.assume_role) then leads on.",
                    "They are not taken from environment variables.",
                ],
                "suboptions": {**suboptions("principals[].connection"), **_MFA},
            },
        ),
    )
    CONNECTIONS: str = option(
        "connections",
        pair(
            "account_id",
            "The account ID. A connection that leads to another account is not used.",
            {
                "description": "Connection options that lead to the account. Nothing is taken from those of this task.",
                "suboptions": suboptions("connections[].connection", (*_KEPT, "default")),
            },
        ),
    )
