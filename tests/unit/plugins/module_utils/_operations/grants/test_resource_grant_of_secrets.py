# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xacct_resource_grant on a secret and its replica in another region, whose policy Secrets Manager copies.

No local AWS gives replicas a policy. So the SDK's requests are answered here, as Secrets Manager does.
"""

from __future__ import annotations

import functools
import io
import itertools
import json
from collections import Counter
from dataclasses import dataclass, field

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls import retries
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import (
    CONNECTION_ARGUMENTS,
    open_account,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants import policy_steps
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.resource_grant import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import Task, TaskError
from ansible_collections.xacct.aws.plugins.module_utils._operations.writing.shared_policy import Timing
from botocore.awsrequest import AWSResponse

OWNER, OTHER = "111111111111", "222222222222"
PRIMARY, REPLICA, ELSEWHERE = "us-east-1", "eu-west-1", "ap-south-1"
IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111111111111:root</Arn>"
    "<UserId>111111111111</UserId><Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
NOT_HERE = "Operation not permitted on a replica secret. Call must be made in primary secret's region."
DESCRIBE, READ, PUT, DELETE = "DescribeSecret", "GetResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy"
_numbers = itertools.count(1)


@dataclass
class Secrets:
    """One secret in its primary region with a replica in another, and one of the same name that is on its own.

    `late` readings of the replica show the policy as it was before the last write.
    """

    policy: str | None = None
    before: str | None = None
    late: int = 0
    alone: str | None = None
    describing_fails: str = ""
    sent: Counter = field(default_factory=Counter)

    def answer(self, region: str, operation: str, body: dict) -> tuple[int, dict]:
        self.sent[region, operation] += 1
        if operation == DESCRIBE and self.describing_fails:
            return 400, {"__type": self.describing_fails, "message": "no"}
        if operation == DESCRIBE:
            arn = f"arn:aws:secretsmanager:{region}:{OWNER}:secret:db-AbCdEf"
            replicated = {} if region == ELSEWHERE else {"PrimaryRegion": PRIMARY}
            return 200, {"ARN": arn, "Name": "db", "KmsKeyId": f"alias/{region}", **replicated}
        if region == ELSEWHERE:
            return 200, self.alone_answered(operation, body)
        if operation == READ:
            late = region == REPLICA and self.late
            self.late -= bool(late)
            shown = self.before if late else self.policy
            return 200, {"ARN": body["SecretId"], "Name": "db", **({"ResourcePolicy": shown} if shown else {})}
        if region == REPLICA:
            return 400, {"__type": "InvalidParameterException", "message": NOT_HERE}
        self.before, self.policy = self.policy, body.get("ResourcePolicy")
        return 200, {"Name": "db"}

    def alone_answered(self, operation: str, body: dict) -> dict:
        if operation == READ:
            shown = {"ResourcePolicy": self.alone} if self.alone else {}
            return {"ARN": body["SecretId"], "Name": "db", **shown}
        self.alone = body.get("ResourcePolicy")
        return {}


@dataclass(frozen=True)
class Run:
    """What a run returned, which requests it sent, and what it said."""

    result: dict
    sent: Counter
    said: list[str]


class World:
    """The module's operation, in front of recorded answers."""

    def __init__(self) -> None:
        self.secrets = Secrets()
        self.access_key = f"AKIAREPLICA{next(_numbers)}"  # accounts with the same credentials share their clients

    def run(self, region: str, *grants: dict, check_mode: bool = False, resource: str = "db", **options: object) -> Run:
        keys = {"access_key": self.access_key, "secret_key": "hidden", "region": region}
        given = {"type": "secret", "resource": resource, **({"grants": list(grants)} if grants else {}), **options}
        validator = ArgumentSpecValidator({**CONNECTION_ARGUMENTS, **OPERATION.argument_spec}, **OPERATION.rules)
        validated = validator.validate({**keys, **given})
        params = validated.validated_parameters
        assert not (validated.error_messages or OPERATION.check(params))
        account = open_account(params)
        account.read_only = check_mode
        self.secrets.sent.clear()
        for client in (account.client("sts"), account.client("secretsmanager", region), account.client("kms", region)):
            service = client.meta.service_model.service_id.hyphenize()
            client.meta.events.register(f"before-send.{service}", self.answered, unique_id="recorded")
        said: list[str] = []
        task = Task(params=params, check_mode=check_mode, account=account, warn=said.append, progress=said.append)
        return Run(OPERATION.run(task), Counter(self.secrets.sent), said)

    def answered(self, request, **_others: object) -> AWSResponse:
        host = request.url.split("/")[2]
        if host.startswith("sts."):
            return response(request.url, 200, IDENTITY.encode(), {"content-type": "text/xml"})
        if host.startswith("kms."):
            code = "AccessDeniedException"
            return response(request.url, 400, json.dumps({"__type": code}).encode(), {"x-amzn-errortype": code})
        operation = request.headers["X-Amz-Target"].decode().partition(".")[2]
        status, shown = self.secrets.answer(host.split(".")[1], operation, json.loads(request.body))
        headers = {"content-type": "application/x-amz-json-1.1", "x-amzn-errortype": shown.get("__type", "")}
        return response(request.url, status, json.dumps(shown).encode(), headers)


class RawBody(io.BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, **_options: object):
        yield self.read()


def response(url: str, status: int, body: bytes, headers: dict) -> AWSResponse:
    return AWSResponse(url, status, headers, RawBody(body))


GRANT = {"name": "team", "principals": [OTHER], "access": "read"}
CHANGED = {**GRANT, "access": "read_write"}
GONE = {"name": "team", "state": "absent"}


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nothing settles, and waiting is only counted."""
    timing = Timing(sleep=lambda _seconds: None)
    monkeypatch.setattr(policy_steps, "converge_policy", functools.partial(policy_steps.converge_policy, timing=timing))
    pauses: list[float] = []
    monkeypatch.setattr(retries.time, "sleep", pauses.append)
    return pauses


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("late", [0, 3])
@pytest.mark.parametrize("resource", ["db", f"arn:aws:secretsmanager:{REPLICA}:{OWNER}:secret:db-AbCdEf"])
def test_a_replica_gets_what_its_primary_was_given(world: World, late: int, resource: str) -> None:
    """Made, changed and taken back in both regions, in the order of the trust: one write each time, in the primary."""
    for grant, write in ((GRANT, PUT), (CHANGED, PUT), (GONE, DELETE)):
        assert world.run(PRIMARY, grant).sent[PRIMARY, write] == 1
        world.secrets.late = late
        copied = world.run(REPLICA, grant, resource=resource)
        assert not copied.result["changed"] and not copied.result["changes"]
        assert copied.result["diff"]["before"] == copied.result["diff"]["after"]
        stored = world.secrets.policy
        assert copied.result["policy"] == (json.loads(stored) if stored else None)
        waiting = "Waiting up to 60 s for policy of secret db-AbCdEf to be copied from us-east-1 to eu-west-1"
        assert any(waiting in text for text in copied.said) == (late > 1)
        assert {operation for _region, operation in copied.sent} <= {DESCRIBE, READ}
        again = world.run(REPLICA, grant, resource=resource)
        found = {} if resource.startswith("arn:") else {(REPLICA, DESCRIBE): 1}
        assert again.sent == {**found, (REPLICA, READ): 1}


@pytest.mark.parametrize("grant", [GRANT, CHANGED, GONE])
def test_what_the_primary_was_not_given_is_refused(world: World, grant: dict, slept: list[float]) -> None:
    """Never by a write that AWS would refuse: it says which secret it is, and where it can be granted on."""
    if grant is not GRANT:
        world.run(PRIMARY, GRANT)
    with pytest.raises(TaskError) as raised:
        world.run(REPLICA, grant, propagation_timeout=0)
    assert f"In account {OWNER}" in raised.value.message
    assert "secret db-AbCdEf in eu-west-1 is a replica of the one in us-east-1" in raised.value.message
    assert "Grant the same in us-east-1 (region: us-east-1) before this one" in raised.value.message
    assert {operation for _region, operation in world.secrets.sent} == {DESCRIBE, READ} and not slept


@pytest.mark.parametrize("grant", [GRANT, GONE])
def test_check_mode_waits_for_nothing_and_says_where_it_is_written(
    world: World, grant: dict, slept: list[float]
) -> None:
    """No change is foretold: the task makes none, whether or not the primary gets the grant in the same run."""
    if grant is GONE:
        world.run(PRIMARY, GRANT)
    before = world.secrets.policy
    foretold = world.run(REPLICA, grant, check_mode=True)
    assert not foretold.result["changed"] and not foretold.result["changes"] and not slept
    assert foretold.result["policy"] == (json.loads(before) if before else None)
    assert any("so nothing is written here" in text and "granted in us-east-1" in text for text in foretold.said)


def test_each_region_has_a_key_of_its_own(world: World) -> None:
    for region in (PRIMARY, REPLICA):
        assert world.run(region, GRANT, check_mode=True).result["key_access"]["key"] == f"alias/{region}"


def test_a_secret_of_the_same_name_that_is_no_replica_is_written(world: World) -> None:
    world.run(PRIMARY, GRANT)
    made = world.run(ELSEWHERE, GRANT)
    assert made.result["changed"] and made.sent[ELSEWHERE, PUT] == 1


@pytest.mark.parametrize("code", ["AccessDeniedException", "UnknownOperationException"])
def test_who_may_not_look_is_refused_by_aws(world: World, code: str) -> None:
    world.secrets.describing_fails = code
    arn = f"arn:aws:secretsmanager:{REPLICA}:{OWNER}:secret:db-AbCdEf"
    with pytest.raises(AwsError, match="Operation not permitted on a replica"):
        world.run(REPLICA, GRANT, resource=arn)


@pytest.mark.parametrize("code", ["AccessDeniedException", "UnknownOperationException"])
def test_a_key_that_is_not_known_is_said(world: World, code: str) -> None:
    world.secrets.describing_fails = code
    arn = f"arn:aws:secretsmanager:{PRIMARY}:{OWNER}:secret:db-AbCdEf"
    made = world.run(PRIMARY, GRANT, resource=arn)
    assert made.result["changed"] and made.result["key_access"] is None
    assert any("Which KMS key encrypts" in text for text in made.said)
