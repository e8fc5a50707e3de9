# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A resource on the local AWS for tests of xacct_resource_grant: its owner, and who wants to get in."""

from __future__ import annotations

import copy
import io
import itertools
import json
import zipfile

import botocore.exceptions
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.resource_grant import OPERATION

from tests.integration.in_process import Outcome, TestAccount
from tests.local_aws.server import LocalAws

_numbers = itertools.count(1)
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
THEIRS = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::333333333333:root"}}
BAD_ENDS = {
    "throttled": ({"effect": "throttle"}, 2),
    "an error before it": ({"effect": "status_500"}, 2),
    "an error after it": ({"effect": "status_500", "carried_out": True}, 1),
    "no answer after it": ({"effect": "cut_after_write"}, 1),
}
"""How a write may end badly: what the local AWS does once, and how many writes it takes."""


class TestResource:
    """A resource that no other test uses, its owner, and a user of another account who may do everything there."""

    __test__ = False
    type: str
    service: str
    an_access: str
    another_access: str
    an_action: str
    reads: dict[str, int]
    write: str

    def __init__(self, local_aws: LocalAws) -> None:
        self.name = f"shared-{next(_numbers)}"
        self.local_aws = local_aws
        self.owner = TestAccount(local_aws)
        self.other = TestAccount(local_aws)
        self.client = local_aws.client(self.service, self.owner.account_id)
        self.arn = f"arn:aws:{self.service}:us-east-1:{self.owner.account_id}:{self.name}"
        self.make()
        self.user_arn = f"arn:aws:iam::{self.other.account_id}:user/worker"
        self.other.iam.create_user(UserName="worker")
        self.other.iam.put_user_policy(UserName="worker", PolicyName="own", PolicyDocument=json.dumps(EVERYTHING))
        key = self.other.iam.create_access_key(UserName="worker")["AccessKey"]
        self.keys = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
        self.as_worker = local_aws.client(self.service, self.keys)
        self.as_stranger = local_aws.client(self.service, TestAccount(local_aws).account_id)

    def make(self) -> None:
        raise NotImplementedError

    @property
    def policy(self) -> dict | None:
        raise NotImplementedError

    def put_text(self, text: str) -> None:
        raise NotImplementedError

    def tried(self, client: object) -> dict[str, str]:
        """How each call that `access` is about ends."""
        raise NotImplementedError

    def run(self, *grants: dict, check_mode: bool = False, **options: object) -> Outcome:
        given = {"grants": list(grants)} if grants else {}
        return self.owner.run(OPERATION, check_mode, resource=self.name, type=self.type, **given, **options)

    def grant(self, **options: object) -> dict:
        whole = {"name": "worker", "principals": [self.user_arn], "access": self.an_access, **options}
        return {option: value for option, value in whole.items() if value is not None}

    def foreign(self, sid: str, **elements: object) -> dict:
        return {"Sid": sid, **THEIRS, "Action": self.an_action, "Resource": self.arn, **elements}

    def put_policy(self, *statements: dict) -> list[dict]:
        """Put statements of somebody else there; as AWS shows them."""
        self.put_text(json.dumps({"Version": "2012-10-17", "Id": "theirs", "Statement": list(statements)}))
        return self.policy["Statement"]

    def replace_worker(self) -> None:
        """Delete the user and make it again: the same ARN, but somebody else."""
        self.other.iam.delete_user_policy(UserName="worker", PolicyName="own")
        for key in self.other.iam.list_access_keys(UserName="worker")["AccessKeyMetadata"]:
            self.other.iam.delete_access_key(UserName="worker", AccessKeyId=key["AccessKeyId"])
        self.other.iam.delete_user(UserName="worker")
        self.other.iam.create_user(UserName="worker")

    def badly(self, fault: dict, write: str = "") -> None:
        """Have the owner's next write end badly: one of BAD_ENDS."""
        operation = (write or self.write).partition(":")[2]
        self.local_aws.faults({**fault, "operation": operation, "times": 1, "account": self.owner.account_id})

    def make_deployer(self) -> str:
        """Make a role of the owner that may do everything, and that the user of the other account may assume."""
        trust = {"Effect": "Allow", "Principal": {"AWS": self.user_arn}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = self.owner.iam.create_role(RoleName="Deployer", AssumeRolePolicyDocument=document)["Role"]
        self.owner.iam.put_role_policy(RoleName="Deployer", PolicyName="own", PolicyDocument=json.dumps(EVERYTHING))
        return role["Arn"]

    def connection_over(self, role: str, by: str) -> dict:
        """How the user of the other account gets into a role: by a "hop", or by the "keys" of a session of it."""
        if by == "hop":
            return {**self.keys, "assume_role": [{"role_arn": role}]}
        sts = self.local_aws.client("sts", self.keys)
        session = sts.assume_role(RoleArn=role, RoleSessionName="deploy")["Credentials"]
        return {
            "access_key": session["AccessKeyId"],
            "secret_key": session["SecretAccessKey"],
            "session_token": session["SessionToken"],
        }

    def make_namesake(self) -> TestResource:
        """Make a resource of the same name in the other account."""
        namesake = copy.copy(self)
        namesake.owner = self.other
        namesake.client = self.local_aws.client(self.service, self.other.account_id)
        namesake.arn = self.arn.replace(self.owner.account_id, self.other.account_id)
        namesake.make()
        return namesake

    @property
    def own(self) -> list[dict]:
        """The statements that this module put there."""
        return [each for each in (self.policy or {}).get("Statement", []) if each.get("Sid", "").startswith("Xacct")]


def empty_archive() -> bytes:
    """The code of a function that does nothing, zipped."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("code.py", "def handler(event, context):\n    return {}\n")
    return code.getvalue()


def answer(call: object, **arguments: object) -> str:
    """How a call ends: "yes", or "no" when access is denied."""
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] in ("AuthorizationError", "AccessDenied", "AccessDeniedException")
        return "no"
    return "yes"
