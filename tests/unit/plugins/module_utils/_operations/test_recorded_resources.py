# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xacct_resource_grant on what no local AWS has: the SDK's requests, byte for byte, and answers in AWS's wire shapes.

Each service is a few lines that keep one policy and answer as its API Reference says.
"""

from __future__ import annotations

import io
import itertools
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._aws.connection import CONNECTION_ARGUMENTS, open_account
from ansible_collections.xacct.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._operations._task import Task
from ansible_collections.xacct.aws.plugins.module_utils._operations.resource_grant import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._policy.services.registry import SERVICES
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.registry import ADAPTERS
from botocore.awsrequest import AWSResponse

OWNER, OTHER, REGION = "111111111111", "222222222222", "eu-central-1"
FOREIGN = {
    "Sid": "Theirs",
    "Effect": "Deny",
    "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
    "Action": "x:y",
    "Resource": "*",
}
IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111111111111:root</Arn>"
    "<UserId>111111111111</UserId><Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)

_numbers = itertools.count(1)
Answer = tuple[int, dict]


def refusal(status: int, code: str) -> Answer:
    return status, {"__type": code, "message": f"{code}, said AWS"}


@dataclass
class Recorded:
    """A service that keeps the policy of one resource, and all requests that it was sent."""

    policy: str | None = None
    revision: int = 0
    requests: list[tuple[str, dict]] = field(default_factory=list)

    def answer(self, method: str, path: str, body: dict) -> Answer:
        raise NotImplementedError


class Vault(Recorded):
    """AWS Backup: GetBackupVaultAccessPolicy, PutBackupVaultAccessPolicy, DeleteBackupVaultAccessPolicy."""

    name = "shared"
    type = "backup_vault"
    read, write, remove = (
        ("GET", "/backup-vaults/shared/access-policy"),
        ("PUT", "/backup-vaults/shared/access-policy"),
        ("DELETE", "/backup-vaults/shared/access-policy"),
    )
    reads_without_policy = 2

    def answer(self, method: str, path: str, body: dict) -> Answer:
        if not path.startswith("/backup-vaults/shared"):
            return refusal(400, "ResourceNotFoundException")
        if path == "/backup-vaults/shared":
            return 200, {"BackupVaultName": "shared"}
        if method == "GET" and self.policy is None:
            return refusal(400, "ResourceNotFoundException")
        if method == "GET":
            return 200, {"BackupVaultName": "shared", "Policy": self.policy}
        self.policy = body["Policy"] if method == "PUT" else None
        return 200, {}


class RestApi(Recorded):
    """API Gateway: GetRestApi, which escapes the quotes and slashes of the policy once more; UpdateRestApi."""

    name = "a1b2c3d4e5"
    type = "rest_api"
    read, write, remove = (
        ("GET", "/restapis/a1b2c3d4e5"),
        ("PATCH", "/restapis/a1b2c3d4e5"),
        ("PATCH", "/restapis/a1b2c3d4e5"),
    )
    reads_without_policy = 1

    def answer(self, method: str, path: str, body: dict) -> Answer:
        if path != "/restapis/a1b2c3d4e5":
            return refusal(404, "NotFoundException")
        if method == "PATCH":
            (patch,) = body["patchOperations"]
            assert (patch["op"], patch["path"]) == ("replace", "/policy")
            self.policy = patch["value"] or None
        shown = {"id": self.name, "name": "orders"}
        if self.policy is not None:
            shown["policy"] = json.dumps(self.policy)[1:-1].replace("/", "\\/")
        return 200, shown


SERVERS = (Vault, RestApi)


@dataclass(frozen=True)
class Run:
    """What a run returned, how often which request was sent, and what was said."""

    result: dict
    requests: Counter
    said: list[str]


class World:
    """The module's operation, in front of one recorded service."""

    def __init__(self, server: Recorded) -> None:
        self.server = server
        self.rules = SERVICES[server.type]
        self.adapter = ADAPTERS[server.type]["policy"]
        self.arn = str(self.rules.arn(server.name, REGION, OWNER, "aws"))
        self.word = next(iter(self.rules.access))

    def run(self, *grants: dict, check_mode: bool = False, resource: str = "", **options: object) -> Run:
        given = {"grants": list(grants)} if grants else {}
        # Accounts with the same credentials share their clients.
        keys = {"access_key": f"AKIAEXAMPLE{next(_numbers)}", "secret_key": "secret", "region": REGION}
        validator = ArgumentSpecValidator({**CONNECTION_ARGUMENTS, **OPERATION.argument_spec}, **OPERATION.rules)
        validated = validator.validate({**keys, "resource": resource or self.arn, **given, **options})
        params = validated.validated_parameters
        assert not (validated.error_messages or OPERATION.check(params))
        account = open_account(params)
        account.read_only = check_mode
        sent: Counter = Counter()
        for client in (account.client("sts"), account.client(self.adapter.sdk or self.rules.service, REGION)):
            service = client.meta.service_model.service_id.hyphenize()
            client.meta.events.register(f"before-send.{service}", self._sending(sent))
        said: list[str] = []
        task = Task(params=params, check_mode=check_mode, account=account, warn=said.append, progress=said.append)
        return Run(OPERATION.run(task), sent, said)

    def _sending(self, sent: Counter) -> Callable[..., AWSResponse]:
        def answered(request, **_others: object) -> AWSResponse:
            parts = urlsplit(request.url)
            if parts.hostname.startswith("sts."):
                return response(request.url, 200, IDENTITY.encode(), {"content-type": "text/xml"})
            target = request.headers.get("X-Amz-Target", b"").decode().rpartition(".")[2]
            method, path = ("POST", target) if target else (request.method, parts.path)
            sent[method, path] += 1
            body = request.body.decode() if isinstance(request.body, bytes) else request.body
            status, shown = self.server.answer(method, path, json.loads(body or "{}"))
            headers = {"content-type": "application/json"}
            if status >= 400:
                headers["x-amzn-errortype"] = shown["__type"]
            return response(request.url, status, json.dumps(shown).encode(), headers)

        return answered

    def grant(self, name: str = "team", **options: object) -> dict:
        return {"name": name, "principals": [OTHER], "access": self.word, **options}

    def foretold_and_made(self, *grants: dict, **options: object) -> Run:
        before = self.server.policy
        foretold = self.run(*grants, check_mode=True, **options)
        assert foretold.result["changed"] and self.server.policy == before
        assert set(foretold.requests) <= {self.server.read, ("GET", "/backup-vaults/shared")}
        made = self.run(*grants, **options)
        for name in ("changed", "changes", "diff", "policy"):
            assert made.result[name] == foretold.result[name], name
        assert (json.loads(self.server.policy) if self.server.policy else None) == made.result["policy"]
        for check_mode in (True, False):
            again = self.run(*grants, check_mode=check_mode, **options)
            reads = 1 if self.server.policy else self.server.reads_without_policy
            assert not again.result["changed"] and sum(again.requests.values()) == reads
        return made


class RawBody(io.BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, **_options: object):
        yield self.read()


def response(url: str, status: int, body: bytes, headers: dict) -> AWSResponse:
    return AWSResponse(url, status, headers, RawBody(body))


@pytest.fixture(params=SERVERS, ids=[server.type for server in SERVERS])
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param())


def test_made_changed_and_taken_back(world: World) -> None:
    """Beside a statement of somebody else, which stays as it is."""
    world.server.policy = json.dumps({"Version": "2012-10-17", "Statement": [FOREIGN]})
    made = world.foretold_and_made(world.grant(), world.grant("second"))
    assert made.requests[world.server.write] == 1
    document = json.loads(world.server.policy)
    assert [each["Sid"] for each in document["Statement"]] == ["Theirs", "Xacctteam", "Xacctsecond"]
    changed = world.foretold_and_made(world.grant(require_tls=True), world.grant("second"))
    assert [change["name"] for change in changed.result["changes"]] == ["team"]
    world.foretold_and_made({"name": "team", "state": "absent"})
    world.foretold_and_made(state="absent")
    assert json.loads(world.server.policy)["Statement"] == [FOREIGN]


def test_the_first_grant_and_the_last_one(world: World) -> None:
    assert world.foretold_and_made(world.grant()).requests[world.server.write] == 1
    assert world.foretold_and_made(state="absent").requests[world.server.remove] == 1
    assert world.server.policy is None
    world.foretold_and_made(world.grant())


def test_no_such_resource(world: World) -> None:
    missing = world.arn.replace(world.server.name, "missing123")
    for check_mode in (True, False):
        with pytest.raises(AwsError, match=r"Make it first, or correct resource, region .eu-central-1"):
            world.run(world.grant(), check_mode=check_mode, resource=missing, propagation_timeout=0)
    gone = world.run(resource=missing, state="absent")
    assert not gone.result["changed"] and gone.result["policy"] is None


def test_every_type_is_proved_here_or_on_the_local_aws() -> None:
    recorded = {rules.type for rules in SERVICES.values() if rules.proved == "recorded answers"}
    assert recorded == {server.type for server in SERVERS}


def test_a_rest_api_wants_to_be_deployed() -> None:
    world = World(RestApi())
    made = world.run(world.grant())
    assert "once the API is deployed to its stages again" in made.said[0]
    assert not world.run(world.grant()).said
