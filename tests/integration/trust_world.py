# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A few accounts of the local AWS with an inventory of them, and real runs of the playbooks on it."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import botocore.exceptions

from tests.local_aws.server import Journal, LocalAws

CHECKOUT = Path(__file__).resolve().parents[2]
SECONDS = 300
READS = ("Get", "List", "Describe", "Head", "Assume", "Decode", "Simulate")
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Run:
    """One run of a playbook: what it printed, its report and the calls that it made."""

    status: int
    output: str
    report: dict | None
    journal: Journal

    @property
    def writes(self) -> list[tuple[str, str, str]]:
        """The calls that write: (account, operation, resource)."""
        return [
            (call.account, call.operation, call.resource)
            for call in self.journal
            if not call.operation.startswith(READS)
        ]

    @property
    def states(self) -> dict[tuple[str, str], str]:
        """The state of every row of the summary: (trust, host) to state."""
        return {(row["trust"], row["to"]): row["state"] for row in self.report["rows"]}

    @property
    def changed_hosts(self) -> set[str]:
        """The hosts with changed tasks in Ansible's own recap."""
        recap = self.output.partition("PLAY RECAP")[2].splitlines()
        return {line.split()[0] for line in recap if "changed=" in line and "changed=0" not in line}


class World:
    """A platform and two customers, the second of which is reached through a hub role of the platform."""

    def __init__(self, local_aws: LocalAws, directory: Path) -> None:
        number = next(_numbers)
        self.local_aws = local_aws
        self.directory = directory
        self.accounts = {name: f"5{number:05}{index:06}" for index, name in enumerate(("platform", "a", "b", "c"))}
        hub = f"arn:aws:iam::{self.accounts['platform']}:role/Hub"
        seed = {
            "platform": {
                "users": {"deployer": {"policies": {"all": ALL}}, "alice": {"groups": ["developers"]}},
                "groups": {"developers": {}},
                "roles": {"BackupService": {}, "Reporter": {}, "Hub": {"policies": {"all": ALL}}},
            },
            "a": {"users": {"deployer": {"policies": {"all": ALL}}}},
            "b": {"roles": {"Access": {"policies": {"all": ALL}, "trust": trust_of(hub)}}},
            "c": {"users": {"deployer": {"policies": {"all": ALL}}}},
        }
        known = local_aws.seed(
            {
                "accounts": {
                    f"{number}-{name}": {"account_id": self.accounts[name], **part} for name, part in seed.items()
                }
            }
        )
        self.users = {name: known["accounts"][f"{number}-{name}"]["users"] for name in seed}
        deployer = self.connection("platform", "deployer")
        hops = [{"role_arn": hub}, {"role_arn": f"arn:aws:iam::{self.accounts['b']}:role/Access"}]
        self.hosts: dict[str, dict] = {
            "platform": {
                "xacct_connection": deployer,
                "xacct_principal_connections": {"group/developers": self.connection("platform", "alice")},
            },
            "a": {"xacct_connection": self.connection("a", "deployer")},
            "b": {"xacct_connection": {**deployer, "assume_role": hops}},
        }
        for name, variables in self.hosts.items():
            variables["xacct_account_id"] = self.accounts[name]
        self.groups = {"customers": ["a", "b"]}
        self.trusts = [
            {
                "name": "backup",
                "trusted": {"account": "platform", "principals": ["role/BackupService"]},
                "trusting": ["customers"],
                "role": {"name": "XacctBackup", "generate": True, "inline_policies": {"read": ALL}},
            },
            {
                "name": "developers",
                "trusted": {"account": "platform", "principals": ["group/developers"]},
                "trusting": ["b"],
                "role": {"name": "XacctDeveloper"},
            },
        ]

    def add_customer_c(self) -> None:
        """Put the account c into the inventory."""
        self.hosts["c"] = {
            "xacct_account_id": self.accounts["c"],
            "xacct_connection": self.connection("c", "deployer"),
        }
        self.groups["customers"].append("c")

    def connection(self, account: str, user: str) -> dict:
        """Connection options of a seeded user."""
        keys = {name: self.users[account][user][name] for name in ("access_key", "secret_key")}
        return {"endpoint_url": self.local_aws.endpoint, "region": "us-east-1", **keys}

    def client(self, service: str, account: str, user: str | None = None):
        """A boto3 client of a seeded user, or of the account's root."""
        caller = self.users[account][user] if user else self.accounts[account]
        return self.local_aws.client(service, caller)

    def run(self, *options: str, playbook: str = "xacct.aws.bootstrap_trust", variables: Mapping | None = None) -> Run:
        """Run a playbook on the inventory as it is now."""
        inventory = self.directory / "inventory.json"
        accounts = {"hosts": self.hosts, "vars": {"ansible_connection": "local", "xacct_trusts": self.trusts}}
        children = {group: {"hosts": {host: {} for host in hosts}} for group, hosts in self.groups.items()}
        inventory.write_text(json.dumps({"all": {"children": {"accounts": accounts, **children}}}))
        report = self.directory / "report.json"
        report.unlink(missing_ok=True)
        extra = {"xacct_report_file": str(report), "verify_trust_propagation_timeout": 1, **(variables or {})}
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_"))}
        environment |= {
            "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "collections"),
            "ANSIBLE_HOME": str(self.directory / "ansible"),
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_NOCOLOR": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        program = str(Path(sys.executable).parent / "ansible-playbook")
        self.local_aws.clear_journal()
        finished = subprocess.run(
            [program, "-i", inventory, playbook, "-e", json.dumps(extra), *options],
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return Run(
            status=finished.returncode,
            output=finished.stdout + finished.stderr,
            report=json.loads(report.read_text()) if report.exists() else None,
            journal=self.local_aws.journal(),
        )

    def trust_policy(self, account: str, role: str) -> dict | None:
        """The trust policy of a role, None where there is no such role."""
        try:
            return self.client("iam", account).get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "NoSuchEntity"
            return None

    def permissions(self, principal: str, policy: str = "xacct") -> dict | None:
        """Statements of the platform's principal in its inline policy by Sid, None where there is no such policy."""
        kind, _slash, name = principal.partition("/")
        iam = self.client("iam", "platform")
        try:
            answer = getattr(iam, f"get_{kind}_policy")(**{f"{kind.title()}Name": name}, PolicyName=policy)
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "NoSuchEntity"
            return None
        return {statement["Sid"]: statement for statement in answer["PolicyDocument"]["Statement"]}

    def assume(self, caller: Mapping, account: str, role: str, **options: str) -> dict:
        """Assume a role with given keys; the credentials, or botocore's error."""
        arn = f"arn:aws:iam::{self.accounts[account]}:role/{role}"
        answer = self.local_aws.client("sts", caller).assume_role(RoleArn=arn, RoleSessionName="test", **options)
        keys = answer["Credentials"]
        return {
            "access_key": keys["AccessKeyId"],
            "secret_key": keys["SecretAccessKey"],
            "session_token": keys["SessionToken"],
        }

    def role_arns(self, role: str, *accounts: str) -> set[str]:
        """ARNs of a role in several accounts."""
        return {f"arn:aws:iam::{self.accounts[account]}:role/{role}" for account in accounts}


def trust_of(arn: str, kind: str = "AWS") -> dict:
    """A trust policy that names one principal."""
    statement = {"Effect": "Allow", "Principal": {kind: arn}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def as_set(value: str | list[str]) -> set[str]:
    """The values of a policy element, which AWS gives back as text where there is only one."""
    return {value} if isinstance(value, str) else set(value)


def to_json(document: dict) -> str:
    """The text of a policy."""
    return json.dumps(document)
