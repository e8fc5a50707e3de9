# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays in which every host is an account whose endpoint attacks, and every task another module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.border.endpoint import HostileEndpoint
from tests.border.playbooks import RESULTS
from tests.border.tasks import KNOWN_CALLER, NO_RETRIES, OWN, TASKS
from tests.border.texts import COMMAND_VARIABLE, PLUGIN_VARIABLE

GROUP = "attacked"
HOST = "{{ inventory_hostname }}"


def inventory(endpoint: HostileEndpoint, attacks: Iterable[str], keys: Mapping[str, str], in_process: bool) -> dict:
    """A host for each attack, with its two endpoints: one of which answers who calls."""
    hosts = {}
    for attack in attacks:
        after_a_hop = attack.startswith("hop-")
        hosts[attack] = {
            "attack_url": endpoint.endpoint(attack),
            "later_attack_url": endpoint.endpoint(attack if after_a_hop else f"known-{attack}"),
            "hops": [{"role_arn": f"arn:aws:iam::{OWN}:role/Hop"}] if after_a_hop else [],
            COMMAND_VARIABLE: endpoint.templates.command(f"unquoted-{attack}"),
        }
    variables = {
        "ansible_connection": "local",
        "xacct_in_process": in_process,
        "keys": keys,
        PLUGIN_VARIABLE: "ansible.builtin.pipe",
    }
    return {"all": {"children": {GROUP: {"hosts": hosts, "vars": variables}}}}


def play(tasks: list[dict], hosts: str = GROUP) -> dict:
    """A play with the connection of every module set once."""
    return {
        "hosts": hosts,
        "gather_facts": False,
        "module_defaults": {
            "group/xacct.aws.xacct": {
                "access_key": "{{ keys.access_key }}",
                "secret_key": "{{ keys.secret_key }}",
                "session_token": "{{ keys.session_token }}",
                "region": "us-east-1",
                "aws_config": NO_RETRIES,
                "assume_role": "{{ hops or omit }}",
            }
        },
        "tasks": tasks,
    }


def task(name: str, **keywords: object) -> dict:
    """A task of the table, on the host's endpoint."""
    module, options = TASKS[name]
    url = "{{ later_attack_url }}" if name in KNOWN_CALLER else "{{ attack_url }}"
    return {
        "name": name,
        f"xacct.aws.{module}": {**options, "endpoint_url": url},
        "register": registered(name),
        "ignore_errors": True,
        **keywords,
    }


def looped(name: str, attacks: Iterable[str]) -> dict:
    """A task of the table with an attack in each of its items, which costs less than a task for each."""
    module, options = TASKS[name]
    variable = "later_attack_url" if name in KNOWN_CALLER else "attack_url"
    url = {"endpoint_url": "{{ hostvars[item]." + variable + " }}"}
    return {
        "name": f"{name} in a loop",
        f"xacct.aws.{module}": {**options, **url, "assume_role": "{{ hostvars[item].hops or omit }}"},
        "register": registered(name),
        "ignore_errors": True,
        "loop": list(attacks),
    }


def registered(name: str) -> str:
    """The variable with a task's result."""
    return f"result_{list(TASKS).index(name)}"


def reading(names: Iterable[str]) -> list[dict]:
    """Tasks that use registered results in the ways that make a template of what is not marked.

    What `xacct_assume` returns when it succeeds is a secret; who shows that means it.
    """
    whole = ", ".join(f"'{registered(name)}': {registered(name)} | default({{}})" for name in names if name != "assume")
    items = "kept.values() | map(attribute='results', default=[]) | flatten"
    messages = f"{{{{ ({items} + (kept.values() | list)) | map(attribute='msg', default='') | list }}}}"
    return [
        {"name": "Keep", "ansible.builtin.set_fact": {"kept": "{{ {" + whole + "} }}"}},
        {"name": "Show", "ansible.builtin.debug": {"var": f"kept.{registered('role')}"}},
        {"name": "Tell", "ansible.builtin.debug": {"msg": messages}},
        {"name": "Ask", "ansible.builtin.assert": {"that": "kept | to_json | length > 9", "quiet": True}},
    ]


def rescued(name: str) -> dict:
    """A failure that is rescued, and what Ansible calls it then."""
    failing = task(name)
    del failing["ignore_errors"], failing["register"]
    return {
        "name": "Rescued",
        "block": [failing],
        "rescue": [
            {"name": "Show the failure", "ansible.builtin.debug": {"var": "ansible_failed_result"}},
            {"name": "Tell it", "ansible.builtin.debug": {"msg": "It failed: {{ ansible_failed_result.msg }}"}},
            {"name": "Keep it", "ansible.builtin.set_fact": {"failure": "{{ ansible_failed_result }}"}},
        ],
    }


def leaving(folder: str) -> dict:
    """Write what was kept, for the test alone."""
    file = {"dest": f"{folder}/{RESULTS.format(HOST)}", "mode": "0600"}
    return {
        "name": "Leave the results",
        "ansible.builtin.copy": {"content": "{{ kept | to_json }}", **file},
        "no_log": True,
    }
