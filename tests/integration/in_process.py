# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module's operation in this process, on an account of its own of the local AWS."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from dataclasses import dataclass, field

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import (
    CONNECTION_ARGUMENTS,
    open_account,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import Operation, Task

from tests.local_aws.server import LocalAws

NOBODY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)
_numbers = itertools.count(1)


@dataclass
class Outcome:
    """What a run returned, the calls that it made, and what it said meanwhile."""

    result: dict
    calls: Counter[str]
    writes: Counter[str]
    said: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[tuple[str, str]]:
        """What changed: (what, name)."""
        return [(change["what"], change["name"]) for change in self.result["changes"]]


class TestAccount:
    """An account of the local AWS that no other test uses, and a way to run operations in it."""

    __test__ = False

    def __init__(self, local_aws: LocalAws, account_id: str | None = None) -> None:
        self.local_aws = local_aws
        self.account_id = account_id or f"7{next(_numbers):011}"
        self.iam = local_aws.client("iam", self.account_id)

    def run(self, operation: Operation, check_mode: bool = False, **options: object) -> Outcome:
        """Validate the options as Ansible does and run; input errors are raised as ValueError."""
        connection = {
            "access_key": self.account_id,
            "secret_key": "local",
            "endpoint_url": self.local_aws.endpoint,
            "region": "us-east-1",
        }
        validator = ArgumentSpecValidator({**CONNECTION_ARGUMENTS, **operation.argument_spec}, **operation.rules)
        validation = validator.validate({**connection, **options})
        params = validation.validated_parameters
        errors = validation.error_messages or operation.check(params)
        if errors:
            raise ValueError("\n".join(errors))
        said: list[str] = []
        account = open_account(params, warn=said.append)
        account.calls.clear()
        account.read_only = check_mode
        task = Task(params=params, check_mode=check_mode, account=account, warn=said.append, progress=said.append)
        return Outcome(operation.run(task), Counter(account.calls), account.writes, said)

    def make_user(self, name: str, path: str = "/") -> tuple[str, str]:
        """Make a user; its ARN and its unique ID."""
        user = self.iam.create_user(UserName=name, Path=path)["User"]
        return user["Arn"], user["UserId"]

    def make_role(self, name: str, path: str = "/") -> tuple[str, str]:
        """Make a role that nobody can assume; its ARN and its unique ID."""
        role = self.iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=NOBODY)["Role"]
        return role["Arn"], role["RoleId"]

    def role_names(self) -> list[str]:
        """The names of all roles."""
        return [role["RoleName"] for role in self.iam.list_roles()["Roles"]]

    def trust_sids(self, role_name: str) -> list[str]:
        """The Sids of a role's trust policy."""
        document = self.iam.get_role(RoleName=role_name)["Role"]["AssumeRolePolicyDocument"]
        return [statement.get("Sid", "") for statement in document["Statement"]]
