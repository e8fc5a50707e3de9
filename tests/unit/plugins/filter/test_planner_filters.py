# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters `accounts`, `plan` and `report` inside Ansible, with what it really hands over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("ansible", reason="the filters run inside Ansible")

from ansible.errors import AnsibleFilterError
from ansible_collections.xacct.aws.plugins.filter import accounts, plan, report

CHECKOUT = Path(__file__).resolve().parents[4]

INVENTORY = """
all:
  vars:
    ansible_connection: local
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
    start: "2222222222"
  children:
    accounts:
      hosts:
        platform: {xacct_account_id: "111111111111"}
        customer_a: {xacct_account_id: "{{ start }}22", xacct_organization: o-exampleorgid}
        customer_b: {xacct_account_id: "333333333333", xacct_partition: aws}
        bastion:
      children:
        customers: {hosts: {customer_a: , customer_b: }}
"""

# "second-id", encrypted with the password "password".
VARIABLES = """
vaulted_id: !vault |
          $ANSIBLE_VAULT;1.1;AES256
          32363163623237643530323034343630636533313863336162623235376236643435663236613662
          3663323666396364353132313732373930366166323636310a643439386162373530666433666137
          35316333306566303432343538326263656430303461363966353137633132376530636231386432
          3964333864643662320a326461383835643633646462633039316635663735393833316131336538
          3561
"""

PLAYBOOK = """
- name: Plan
  hosts: platform
  gather_facts: false
  vars:
    ids: [first-id]
    xacct_trusts:
      - name: backup
        trusted: {account: platform, principals: [role/BackupService]}
        trusting: [customers]
        role:
          name: XacctBackup
          max_session_duration: "{{ 3600 * 2 }}"
          external_id: "{{ ids + [vaulted_id] }}"
          description: "{{ nothing | default(omit) }}"
          require_mfa: "{{ 1 == 1 }}"
          not_after: 2099-01-01T00:00:00Z
          tags: {number: 1, wanted: true}
  tasks:
    - name: Keep the plan
      ansible.builtin.set_fact:
        directory: "{{ hostvars | xacct.aws.accounts(groups) }}"
        plan: "{{ xacct_trusts | xacct.aws.plan(hostvars | xacct.aws.accounts(groups)) }}"
    - name: Write everything
      ansible.builtin.copy:
        content: "{{ {'directory': directory, 'plan': plan, 'report': plan | xacct.aws.report({})} | to_json }}"
        dest: "{{ playbook_dir }}/made.json"
        mode: "0600"
    - name: Refuse
      ansible.builtin.debug:
        msg: "{{ [{'name': 'wrong', 'trusting': [12]}] | xacct.aws.plan(directory) }}"
      ignore_errors: true
      register: refused
    - name: Refused with every reason
      ansible.builtin.assert:
        that:
          - refused.msg is search("trust 'wrong'. it does not say who is trusted")
          - refused.msg is search("trust 'wrong'. trusting names 12")
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What a playbook that is limited to one host made of the whole inventory."""
    folder = tmp_path_factory.mktemp("planner")
    tools = Path(sys.executable).parent
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")},
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "collections"),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "HOME": str(folder),
        "NO_COLOR": "1",
    }
    (folder / "password").write_text("password", encoding="utf-8")
    (folder / "vars.yml").write_text(VARIABLES, encoding="utf-8")
    (folder / "inventory.yml").write_text(INVENTORY, encoding="utf-8")
    (folder / "playbook.yml").write_text(PLAYBOOK, encoding="utf-8")
    options = ["-i", "inventory.yml", "-e", "@vars.yml", "--limit", "platform", "--vault-password-file", "password"]
    done = subprocess.run(
        [sys.executable, str(tools / "ansible-playbook"), *options, "playbook.yml"],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "made.json").read_text(encoding="utf-8"))


def test_the_directory_is_the_whole_inventory(made):
    assert made["directory"] == {
        "platform": {"account_id": "111111111111", "groups": ["accounts"], "partition": "aws"},
        "customer_a": {
            "account_id": "222222222222",
            "groups": ["accounts", "customers"],
            "partition": "aws",
            "organization": "o-exampleorgid",
        },
        "customer_b": {"account_id": "333333333333", "groups": ["accounts", "customers"], "partition": "aws"},
    }


def test_the_plan_does_not_shrink_under_limit(made):
    (operation,) = made["plan"]["accounts"]["platform"]["trusted"]
    assert operation["options"]["grants"][0]["resources"] == [
        "arn:aws:iam::222222222222:role/XacctBackup",
        "arn:aws:iam::333333333333:role/XacctBackup",
    ]


def test_templates_vaulted_text_omit_and_times(made):
    (operation,) = made["plan"]["accounts"]["customer_a"]["trusting"]
    assert operation["options"] == {
        "name": "XacctBackup",
        "state": "present",
        "propagation_timeout": 120,
        "max_session_duration": 7200,
        "tags": {"number": "1", "wanted": "true"},
        "trusted": [
            {
                "name": "backup",
                "principals": ["arn:aws:iam::111111111111:role/BackupService"],
                "external_id": ["first-id", "second-id"],
                "require_mfa": True,
                "not_after": "2099-01-01T00:00:00Z",
            }
        ],
    }


def test_the_report(made):
    assert made["report"]["lines"][0].split() == ["TRUST", "FROM", "TO", "METHOD", "STATE", "PROOF"]
    assert made["report"]["counts"]["states"] == {"not in this run": 2}


def test_errors_are_those_of_a_filter():
    with pytest.raises(AnsibleFilterError, match=r"xacct\.aws\.accounts: 1 problem .*\n.*host 'a'"):
        accounts.FilterModule().filters()["accounts"]({"a": {"xacct_account_id": 1}}, {})
    with pytest.raises(AnsibleFilterError, match=r"xacct\.aws\.plan: 1 problem .*\n.*xacct_trusts: it is text"):
        plan.FilterModule().filters()["plan"]("backup", {})
    assert set(report.FilterModule().filters()) == {"report"}


def test_a_plan_says_what_was_declared_to_the_letter():
    trusted = {"account": "platform", "principals": ["role/Service"]}
    texts = {"description": "One line,\nanother\tone\n", "tags": {"of": "\u200d"}}
    trust = {"name": "backup", "trusted": trusted, "trusting": ["customer"], "role": {"name": "Backup", **texts}}
    hosts = {"platform": {"account_id": "111111111111"}, "customer": {"account_id": "222222222222"}}
    made = plan.FilterModule().filters()["plan"]([trust], hosts)
    (operation,) = made["accounts"]["customer"]["trusting"]
    assert {name: operation["options"][name] for name in texts} == texts
