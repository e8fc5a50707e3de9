# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xacct_resource_grant on what no local AWS has: the SDK's requests, byte for byte, and answers in AWS's wire shapes.

Each service is a few lines that keep one policy and answer as its API Reference says.
"""

from __future__ import annotations

import functools
import io
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote, urlsplit

import botocore.parsers
import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import (
    CONNECTION_ARGUMENTS,
    open_account,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants import policy_steps
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.resource_grant import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import Task
from ansible_collections.xacct.aws.plugins.module_utils._operations.writing.principal_propagation import (
    is_invalid_principal,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.writing.shared_policy import Timing
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.resource import check_resource_grants
from ansible_collections.xacct.aws.plugins.module_utils._services.registry import ADAPTERS
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES
from botocore.awsrequest import AWSResponse
from botocore.session import get_session

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

TABLES_HAVE_POLICIES = "GetResourcePolicy" in get_session().get_service_model("dynamodb").operation_names
_numbers = itertools.count(1)
Answer = tuple[int, dict]


def refusal(status: int, code: str) -> Answer:
    return status, {"__type": code, "message": f"{code}, said AWS"}


@dataclass
class Recorded:
    """A service that keeps the policy of one resource."""

    narrowed: ClassVar[dict] = {"require_tls": True}
    """Another grant than without."""
    statement_by_statement: ClassVar[bool] = False
    """Whether each statement is a write of its own."""
    missing = "missing123"
    """What nothing is called."""
    policy: str | None = None
    revision: int = 0

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


class Table(Recorded):
    """DynamoDB: GetResourcePolicy, PutResourcePolicy, DeleteResourcePolicy, with ExpectedRevisionId.

    `late` readings show the policy before the last write, as "GetResourcePolicy uses an eventually consistent query".
    """

    name = "shared"
    type = "dynamodb_table"
    read, write, remove = (("POST", f"{each}ResourcePolicy") for each in ("Get", "Put", "Delete"))
    reads_without_policy = 1
    late = 0
    before: tuple[str | None, int] = (None, 0)

    def answer(self, method: str, path: str, body: dict) -> Answer:  # noqa: ARG002
        if not body["ResourceArn"].endswith(":table/shared"):
            return refusal(400, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException")
        none = refusal(400, "com.amazonaws.dynamodb.v20120810#PolicyNotFoundException")
        if path == "GetResourcePolicy":
            late, self.late = self.late, max(0, self.late - 1)
            policy, revision = self.before if late else (self.policy, self.revision)
            return none if policy is None else (200, {"Policy": policy, "RevisionId": str(revision)})
        if body["ExpectedRevisionId"] != (str(self.revision) if self.policy else "NO_POLICY"):
            return none
        self.put(body["Policy"] if path == "PutResourcePolicy" else None)
        return 200, {"RevisionId": str(self.revision)}

    def put(self, policy: str | None) -> None:
        self.before = self.policy, self.revision
        self.policy, self.revision = policy, self.revision + 1


class Catalog(Recorded):
    """Glue: GetResourcePolicy, PutResourcePolicy, DeleteResourcePolicy, with PolicyHashCondition."""

    name = "catalog"
    type = "glue_catalog"
    read, write, remove = (("POST", f"{each}ResourcePolicy") for each in ("Get", "Put", "Delete"))
    reads_without_policy = 1

    def answer(self, method: str, path: str, body: dict) -> Answer:  # noqa: ARG002
        if path == "GetResourcePolicy" and self.policy is None:
            return refusal(400, "EntityNotFoundException")
        if path == "GetResourcePolicy":
            return 200, {"PolicyInJson": self.policy, "PolicyHash": f"hash-{self.revision}"}
        exists = {"NOT_EXIST": False, "MUST_EXIST": True}.get(body.get("PolicyExistsCondition", "MUST_EXIST"))
        of_this = body.get("PolicyHashCondition") == (f"hash-{self.revision}" if self.policy else None)
        if exists != (self.policy is not None) or not of_this:
            return refusal(400, "ConditionCheckFailureException")
        self.hybrid = body.get("EnableHybrid")
        self.put(body["PolicyInJson"] if path == "PutResourcePolicy" else None)
        return 200, {"PolicyHash": f"hash-{self.revision}"}

    def put(self, policy: str | None) -> None:
        self.policy, self.revision = policy, self.revision + 1


class Authority(Recorded):
    """AWS Private CA: GetPolicy, PutPolicy, DeletePolicy, DescribeCertificateAuthority."""

    name = "1234abcd-12ab-34cd-56ef-1234567890ab"
    type = "acm_pca"
    narrowed: ClassVar[dict] = {"access": "issue"}
    missing = "00000000-12ab-34cd-56ef-1234567890ab"
    read, write, remove = (("POST", f"{each}Policy") for each in ("Get", "Put", "Delete"))
    reads_without_policy = 2

    def answer(self, method: str, path: str, body: dict) -> Answer:  # noqa: ARG002
        if self.name not in (body.get("ResourceArn") or body["CertificateAuthorityArn"]):
            return refusal(400, "ResourceNotFoundException")
        if path == "DescribeCertificateAuthority":
            return 200, {"CertificateAuthority": {"Status": "ACTIVE"}}
        if path == "GetPolicy":
            return refusal(400, "ResourceNotFoundException") if self.policy is None else (200, {"Policy": self.policy})
        self.policy = body["Policy"] if path == "PutPolicy" else None
        return 200, {}


class Parameter(Recorded):
    """Systems Manager: GetResourcePolicies, one a page; PutResourcePolicy and DeleteResourcePolicy with PolicyHash."""

    name = "prod/url"
    type = "ssm_parameter"

    def __init__(self) -> None:
        super().__init__()
        self.policies: dict[str, tuple[str, str]] = {}

    def answer(self, method: str, path: str, body: dict) -> Answer:  # noqa: ARG002
        if path == "DescribeParameters":
            assert body["ParameterFilters"][0]["Values"] == ["prod/url", "/prod/url"]
            if "NextToken" not in body:
                return 200, {"Parameters": [], "NextToken": "more"}
            return 200, {"Parameters": [{"Name": "/prod/url", "Tier": "Advanced", "Type": "String"}]}
        if path == "GetResourcePolicies":
            return 200, self.page(int(body.get("NextToken", 0)))
        id_ = body.get("PolicyId")
        if id_ and id_ not in self.policies:
            return refusal(400, "ResourcePolicyNotFoundException")
        if id_ and self.policies[id_][0] != body["PolicyHash"]:
            return refusal(400, "ResourcePolicyConflictException")
        if path == "DeleteResourcePolicy":
            del self.policies[id_]
            return 200, {}
        id_ = self.put(id_, body["Policy"])
        return 200, {"PolicyId": id_, "PolicyHash": self.policies[id_][0]}

    def page(self, start: int) -> dict:
        shown = [
            {"PolicyId": id_, "PolicyHash": hash_, "Policy": text} for id_, (hash_, text) in self.policies.items()
        ][start : start + 1]
        return {"Policies": shown, "NextToken": str(start + 1) if start + 1 < len(self.policies) else ""}

    def put(self, id_: str | None, text: str) -> str:
        self.revision += 1
        id_ = id_ or f"policy-{self.revision}"
        self.policies[id_] = (f"hash-{self.revision}", text)
        return id_

    @property
    def sids(self) -> dict[str, list[str]]:
        return {
            id_: [each["Sid"] for each in json.loads(text)["Statement"]] for id_, (_hash, text) in self.policies.items()
        }


class Layer(Recorded):
    """Lambda: GetLayerVersionPolicy, AddLayerVersionPermission, RemoveLayerVersionPermission, GetLayerVersion."""

    name = "shared:3"
    type = "lambda_layer_version"
    narrowed: ClassVar[dict] = {"principals": ["*"], "organizations": ["o-abcdefghij"]}
    statement_by_statement = True
    missing = "missing:3"
    arn = "arn:aws:lambda:eu-central-1:111111111111:layer:shared"
    look = ("GET", f"/2018-10-31/layers/{quote(arn, safe='')}/versions/3")
    read, write = ("GET", f"{look[1]}/policy"), ("POST", f"{look[1]}/policy")
    remove = ("DELETE", f"{look[1]}/policy/Xacctteam")
    reads_without_policy = 2

    def answer(self, method: str, path: str, body: dict) -> Answer:
        if not path.startswith(self.look[1]):
            return refusal(404, "ResourceNotFoundException")
        if (method, path) == self.look:
            return 200, {"LayerArn": self.arn, "Version": 3}
        stored = json.loads(self.policy)["Statement"] if self.policy else []
        if method == "GET":
            return (200, self.shown) if stored else refusal(404, "ResourceNotFoundException")
        if method == "DELETE":
            self.keep([each for each in stored if each["Sid"] != path.rpartition("/")[2]])
            return 204, {}
        assert body["StatementId"] not in [each["Sid"] for each in stored]
        self.keep([*stored, self.statement(body)])
        return 201, {"Statement": json.dumps(self.statement(body)), "RevisionId": str(self.revision)}

    @property
    def shown(self) -> dict:
        return {"Policy": self.policy, "RevisionId": str(self.revision)}

    def statement(self, body: dict) -> dict:
        """As in the examples of "Granting Lambda layer access to other accounts"."""
        who = body["Principal"]
        made = {"Sid": body["StatementId"], "Effect": "Allow"}
        made["Principal"] = "*" if who == "*" else {"AWS": f"arn:aws:iam::{who}:root"}
        made |= {"Action": body["Action"], "Resource": f"{self.arn}:3"}
        if "OrganizationId" in body:
            made["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": body["OrganizationId"]}}
        return made

    def keep(self, statements: list[dict]) -> None:
        self.revision += 1
        head = json.loads(self.policy) if self.policy else {"Version": "2012-10-17", "Id": "default"}
        self.policy = json.dumps({**head, "Statement": statements}) if statements else None


SERVERS = (Vault, RestApi, Authority, Layer)
REVISED = (Table, Catalog)
"""Those whose codes and late readings the local AWS has otherwise."""


@dataclass(frozen=True)
class Run:
    """What a run returned, how often which request was sent, and what was said."""

    result: dict
    requests: Counter
    said: list[str]


class World:
    """The module's operation, in front of one recorded service."""

    def __init__(self, server: Recorded) -> None:
        if isinstance(server, Table) and not TABLES_HAVE_POLICIES:
            pytest.skip("this boto3 does not know policies of tables")
        self.server = server
        self.rules = SERVICES[server.type]
        self.adapter = ADAPTERS[server.type]["policy"]
        self.arn = str(self.rules.arn(server.name, REGION, OWNER, "aws"))
        self.word = next(iter(self.rules.access))
        self.access_key = f"AKIAEXAMPLE{next(_numbers)}"  # accounts with the same credentials share their clients
        self.sent: Counter = Counter()

    def run(self, *grants: dict, check_mode: bool = False, resource: str = "", **options: object) -> Run:
        given = {"grants": list(grants)} if grants else {}
        keys = {"access_key": self.access_key, "secret_key": "secret", "region": REGION}
        validator = ArgumentSpecValidator({**CONNECTION_ARGUMENTS, **OPERATION.argument_spec}, **OPERATION.rules)
        validated = validator.validate({**keys, "resource": resource or self.arn, **given, **options})
        params = validated.validated_parameters
        assert not (validated.error_messages or OPERATION.check(params))
        account = open_account(params)
        account.read_only = check_mode
        self.sent.clear()
        for client in (account.client("sts"), account.client(self.adapter.sdk or self.rules.service, REGION)):
            service = client.meta.service_model.service_id.hyphenize()
            client.meta.events.register(f"before-send.{service}", self._answered, unique_id="recorded")
        said: list[str] = []
        task = Task(params=params, check_mode=check_mode, account=account, warn=said.append, progress=said.append)
        return Run(OPERATION.run(task), Counter(self.sent), said)

    def _answered(self, request, **_others: object) -> AWSResponse:
        parts = urlsplit(request.url)
        if parts.hostname.startswith("sts."):
            return response(request.url, 200, IDENTITY.encode(), {"content-type": "text/xml"})
        target = request.headers.get("X-Amz-Target", b"").decode().rpartition(".")[2]
        is_cbor = "/operation/" in parts.path
        target = parts.path.rpartition("/")[2] if is_cbor else target
        method, path = ("POST", target) if target else (request.method, parts.path)
        self.sent[method, path] += 1
        body = request.body.decode() if isinstance(request.body, bytes) and not is_cbor else request.body
        status, shown = self.server.answer(method, path, of_cbor(body) if is_cbor else json.loads(body or "{}"))
        headers = {"content-type": "application/json"}
        if is_cbor:
            headers = {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        if status >= 400:
            headers["x-amzn-errortype"] = shown["__type"]
        return response(request.url, status, as_cbor(shown) if is_cbor else json.dumps(shown).encode(), headers)

    def grant(self, name: str = "team", **options: object) -> dict:
        return {"name": name, "principals": [OTHER], "access": self.word, **options}

    def foretold_and_made(self, *grants: dict, **options: object) -> Run:
        before = self.server.policy
        foretold = self.run(*grants, check_mode=True, **options)
        assert foretold.result["changed"] and self.server.policy == before
        looks = {("GET", "/backup-vaults/shared"), ("POST", "DescribeCertificateAuthority"), Layer.look}
        assert set(foretold.requests) <= {self.server.read, *looks}
        made = self.run(*grants, **options)
        for name in ("changed", "changes", "diff", "policy"):
            assert made.result[name] == foretold.result[name], name
        assert (json.loads(self.server.policy) if self.server.policy else None) == made.result["policy"]
        for check_mode in (True, False):
            again = self.run(*grants, check_mode=check_mode, **options)
            reads = 1 if self.server.policy else self.server.reads_without_policy
            assert not again.result["changed"] and sum(again.requests.values()) == reads
        return made


def of_cbor(body: bytes) -> dict:
    """Read the body of a call that speaks Smithy RPC v2 CBOR, as newer SDKs do to some services."""
    return botocore.parsers.BaseCBORParser().parse_data_item(io.BufferedReader(io.BytesIO(body)))


def as_cbor(value: dict | str) -> bytes:
    """Write texts and mappings (RFC 8949, major types 3 and 5) of any length."""
    if isinstance(value, str):
        text = value.encode()
        return b"\x7a" + len(text).to_bytes(4, "big") + text
    items = b"".join(as_cbor(key) + as_cbor(each) for key, each in value.items())
    return b"\xba" + len(value).to_bytes(4, "big") + items


class RawBody(io.BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, **_options: object):
        yield self.read()


def response(url: str, status: int, body: bytes, headers: dict) -> AWSResponse:
    return AWSResponse(url, status, headers, RawBody(body))


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else writes but in a test's own words, so nothing has to settle."""
    timing = Timing(sleep=lambda _seconds: None)
    for name in ("converge_policy", "converge_revisioned"):
        monkeypatch.setattr(policy_steps, name, functools.partial(getattr(policy_steps, name), timing=timing))


@pytest.fixture(params=[*SERVERS, *REVISED], ids=lambda server: server.type)
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param())


def test_made_changed_and_taken_back(world: World) -> None:
    """Beside a statement of somebody else, which stays as it is."""
    world.server.policy = json.dumps({"Version": "2012-10-17", "Statement": [FOREIGN]})
    made = world.foretold_and_made(world.grant(), world.grant("second"))
    assert made.requests[world.server.write] == (2 if world.server.statement_by_statement else 1)
    document = json.loads(world.server.policy)
    assert [each["Sid"] for each in document["Statement"]] == ["Theirs", "Xacctteam", "Xacctsecond"]
    changed = world.foretold_and_made(world.grant(**world.server.narrowed), world.grant("second"))
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
    if isinstance(world.server, Catalog):
        # None can be missing: one without a policy has nothing to take back.
        gone = world.run(state="absent")
        assert not gone.result["changed"] and gone.result["policy"] is None
        return
    missing = world.arn.replace(world.server.name, world.server.missing)
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


def other_writer(server: Recorded, times: int) -> Callable[[str, str, dict], Answer]:
    """The same service, with somebody else who writes right after each of the first readings."""
    left = [times]
    answer = server.answer

    def answered(method: str, path: str, body: dict) -> Answer:
        shown = answer(method, path, body)
        if path == "GetResourcePolicy" and left[0]:
            left[0] -= 1
            stored = json.loads(server.policy)["Statement"] if server.policy else []
            foreign = {**FOREIGN, "Sid": f"Theirs{left[0]}"}
            server.put(json.dumps({"Version": "2012-10-17", "Statement": [*stored, foreign]}))
        return shown

    return answered


@pytest.mark.parametrize("server", REVISED, ids=lambda server: server.type)
def test_a_write_on_top_of_an_old_revision_is_made_again(server: type[Recorded]) -> None:
    """Nobody's statement is lost: not ours, not those of somebody who writes in between."""
    world = World(server())
    world.server.answer = other_writer(world.server, 3)
    made = world.run(world.grant())
    assert made.result["changed"] and any("another writer changed it" in text for text in made.said)
    sids = [each["Sid"] for each in json.loads(world.server.policy)["Statement"]]
    assert sorted(sids) == ["Theirs0", "Theirs1", "Theirs2", "Xacctteam"]
    world.server.answer = other_writer(world.server, 2)
    gone = world.run(state="absent")
    assert {each["Sid"] for each in gone.result["policy"]["Statement"]} == {"Theirs0", "Theirs1", "Theirs2"}


@pytest.mark.parametrize("late", [1, 3])
def test_a_table_may_show_its_policy_late(late: int) -> None:
    """A reading shows what was before the write: then the write is refused once more, and read again."""
    world = World(Table())
    for grants in ([world.grant()], [world.grant(), world.grant("second")], [{"name": "team", "state": "absent"}]):
        answer = world.server.put

        def put(policy: str | None, answer: Callable = answer) -> None:
            answer(policy)
            world.server.late = late

        world.server.put = put
        made = world.run(*grants)
        world.server.put, world.server.late = answer, 0
        assert made.result["policy"] == json.loads(world.server.policy)
        assert not world.run(*grants).result["changed"]


class TestPrivateCa:
    """A grant to issue certificates is two statements."""

    def sids(self, world: World) -> list[str]:
        return [each["Sid"] for each in json.loads(world.server.policy)["Statement"]]

    def test_both_come_change_and_go(self) -> None:
        world = World(Authority())
        world.server.policy = json.dumps({"Version": "2012-10-17", "Statement": [FOREIGN]})
        made = world.foretold_and_made(world.grant(access="issue"), world.grant("second"))
        assert made.requests[world.server.write] == 1
        assert self.sids(world) == ["Theirs", "Xacctteam", "Xacctteam-issue", "Xacctsecond"]
        issuing = json.loads(world.server.policy)["Statement"][2]
        template = "arn:aws:acm-pca:::template/EndEntityCertificate/V1"
        assert issuing["Condition"] == {"StringEquals": {"acm-pca:TemplateArn": template}}
        assert [change["name"] for change in made.result["changes"]] == ["team", "second"]
        other = world.grant(access="issue", certificate_template="EndEntityServerAuthCertificate/V1")
        changed = world.foretold_and_made(other, world.grant("second"))
        assert [change["name"] for change in changed.result["changes"]] == ["team"]
        world.foretold_and_made(world.grant(), world.grant("second"))
        assert self.sids(world) == ["Theirs", "Xacctteam", "Xacctsecond"]
        world.foretold_and_made(world.grant(access="issue"))
        world.foretold_and_made({"name": "team", "state": "absent"})
        assert self.sids(world) == ["Theirs", "Xacctsecond"]
        world.foretold_and_made(world.grant(access="issue"), purge_grants=True)
        world.foretold_and_made(state="absent")
        assert json.loads(world.server.policy)["Statement"] == [FOREIGN]

    def test_what_rams_shares_say_stays(self) -> None:
        """A share of AWS RAM is a statement in the same policy, by a Sid of RAM's."""
        world = World(Authority())
        theirs = {
            "Sid": "d5b46682-fe03-4ee3-af97-2cb7b5db2d23-org",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "acm-pca:IssueCertificate",
            "Resource": world.arn,
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
        }
        world.server.policy = json.dumps({"Version": "2012-10-17", "Statement": [theirs]})
        world.foretold_and_made(world.grant(access="issue", principals=["*"], organizations=["o-abcdefghij"]))
        (first, *mine) = json.loads(world.server.policy)["Statement"]
        assert first == theirs
        assert all(each["Condition"]["StringNotEquals"] == {"aws:PrincipalAccount": OWNER} for each in mine)
        world.foretold_and_made(state="absent", purge_grants=True)
        assert json.loads(world.server.policy)["Statement"] == [theirs]


class TestParameter:
    """Each grant is a policy of its own, and each policy is written on top of its hash."""

    def test_all_pages_are_read(self) -> None:
        world = World(Parameter())
        for number in range(3):
            theirs = {**FOREIGN, "Sid": f"Theirs{number}"}
            world.server.put(None, json.dumps({"Version": "2012-10-17", "Statement": [theirs]}))
        before = dict(world.server.policies)
        made = world.run(world.grant())
        assert [each["Sid"] for each in made.result["policy"]["Statement"]] == [
            "Theirs0", "Theirs1", "Theirs2", "Xacctteam",
        ]  # fmt: skip
        assert made.requests["POST", "PutResourcePolicy"] == 1
        again = world.run(world.grant())
        assert not again.result["changed"] and again.requests == {("POST", "GetResourcePolicies"): 4}
        world.run(state="absent")
        assert world.server.policies == before

    def test_a_policy_that_others_share_keeps_their_statement(self) -> None:
        world = World(Parameter())
        world.run(world.grant())
        (id_,) = world.server.policies
        both = json.loads(world.server.policies[id_][1])
        both["Statement"].append(FOREIGN)
        world.server.put(id_, json.dumps(both))
        world.run(world.grant(access="read_history"))
        assert world.server.sids == {id_: ["Xacctteam", "Theirs"]}
        world.run(state="absent")
        assert json.loads(world.server.policies[id_][1])["Statement"] == [FOREIGN]

    @pytest.mark.parametrize("is_gone", [False, True])
    def test_a_write_on_top_of_an_old_hash_is_made_again(self, is_gone: bool) -> None:
        """Somebody writes, or removes, the very policy between our reading and our writing: theirs is not lost."""
        world = World(Parameter())
        world.run(world.grant())
        (id_,) = world.server.policies
        answer, left = world.server.answer, [2]

        def answered(method: str, path: str, body: dict) -> Answer:
            shown = answer(method, path, body)
            if path == "GetResourcePolicies" and left[0] and id_ in world.server.policies:
                left[0] -= 1
                if left[0] == 0:  # the first reading is for the plan, the second one for the write
                    document = json.loads(world.server.policies[id_][1])
                    document["Statement"].append(FOREIGN)
                    world.server.put(id_, json.dumps(document))
                    if is_gone:
                        del world.server.policies[id_]
            return shown

        world.server.answer = answered
        made = world.run(world.grant(access="read_history"))
        assert any("another writer changed it" in text for text in made.said) and made.result["changed"]
        world.server.answer = answer
        (sids,) = world.server.sids.values()
        assert sids == (["Xacctteam"] if is_gone else ["Xacctteam", "Theirs"])
        assert not world.run(world.grant(access="read_history")).result["changed"]

    def test_a_policy_that_is_shown_late_is_made_once(self) -> None:
        world = World(Parameter())
        answer, late = world.server.answer, [3]

        def answered(method: str, path: str, body: dict) -> Answer:
            if path == "GetResourcePolicies" and world.server.policies and late[0]:
                late[0] -= 1
                return 200, {"Policies": []}
            return answer(method, path, body)

        world.server.answer = answered
        made = world.run(world.grant(), world.grant("second"))
        assert made.requests["POST", "PutResourcePolicy"] == 2 and late[0] < 3
        assert sorted(world.server.sids.values()) == [["Xacctsecond"], ["Xacctteam"]]
        late[0] = 0
        assert not world.run(world.grant(), world.grant("second")).result["changed"]

    def test_two_runs_that_made_the_same_grant_leave_one(self) -> None:
        world = World(Parameter())
        world.run(world.grant())
        (text,) = (text for _hash, text in world.server.policies.values())
        world.server.put(None, text)
        world.run(world.grant(access="read_history"))
        assert list(world.server.sids.values()) == [["Xacctteam"]]
        world.server.put(None, text)
        world.run(state="absent")
        assert not world.server.policies


def test_hybrid_sharing_of_a_catalog_is_said_to_glue() -> None:
    world = World(Catalog())
    world.run(world.grant())
    assert world.server.hybrid is None
    world.run(world.grant(), world.grant("second"), enable_hybrid=True)
    assert world.server.hybrid == "TRUE"
    with pytest.raises(AssertionError, match="backup_vault has no such option"):
        World(Vault()).run(state="absent", enable_hybrid=True)


@pytest.mark.parametrize(
    ("type_", "code", "message"),
    [
        ("dynamodb_table", "ValidationException",
         "One or more parameter values were invalid: Invalid principal in policy document."),
        ("opensearch_domain", "InvalidTypeException", 'Error setting policy: [{"Version": "2012-10-17"}]'),
        ("rest_api", "BadRequestException",
         "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."),
        ("ecr_repository", "InvalidParameterException",
         "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'"),
    ],
)  # fmt: skip
def test_a_principal_that_is_not_visible_yet(type_: str, code: str, message: str) -> None:
    """In the words of DynamoDB, OpenSearch, API Gateway and ECR."""
    codes = SERVICES[type_].invalid_principal
    assert is_invalid_principal(AwsError("refused", code=code, aws_message=message), codes)
    assert not is_invalid_principal(AwsError("refused", code=code, aws_message="The name is too long"), codes)


@pytest.mark.parametrize(
    ("server", "path"), [(Vault, "/backup-vaults/shared"), (Authority, "DescribeCertificateAuthority")]
)
def test_a_server_that_does_not_say_whether_the_resource_is_there(
    monkeypatch: pytest.MonkeyPatch, server: type[Recorded], path: str
) -> None:
    """Then a write tells."""
    answered = server.answer

    def answer(self: Recorded, method: str, asked: str, body: dict) -> Answer:
        refused = refusal(400, "UnknownOperationException")
        return refused if asked.endswith(path) else answered(self, method, asked, body)

    monkeypatch.setattr(server, "answer", answer)
    world = World(server())
    assert world.run(world.grant()).result["changed"]
    assert not world.run(world.grant()).result["changed"]


def test_a_boto3_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ADAPTERS["backup_vault"]["policy"], "read", lambda policy: policy.call("get_tomorrows_policy"))
    with pytest.raises(AwsError, match=r"boto3 does not know backup:get_tomorrows_policy. Install a newer boto3"):
        World(Vault()).run(state="absent")


def test_a_layer_is_shared_with_an_organization() -> None:
    """AddLayerVersionPermission calls it OrganizationId; the policy shows it as the example in the guide does."""
    world = World(Layer())
    made = world.run(world.grant(principals=["*"], organizations=["o-abcdefghij", "o-0123456789"]))
    shown = {each["Sid"]: each["Condition"] for each in made.result["policy"]["Statement"]}
    assert shown == {
        sid: {"StringEquals": {"aws:PrincipalOrgID": organization}}
        for sid, organization in (("Xacctteam", "o-abcdefghij"), ("Xacctteam_2", "o-0123456789"))
    }
    assert {each["Principal"] for each in made.result["policy"]["Statement"]} == {"*"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"principals": ["*"]}, "makes the Lambda layer version public"),
        ({"organizations": ["o-abcdefghij"]}, r"with principals: \['\*'\] only"),
        ({"principals": [f"arn:aws:iam::{OTHER}:role/Team"]}, "shared with whole accounts: name the account ID"),
        ({"principals": ["service:lambda.amazonaws.com"]}, "not with AWS services"),
        ({"require_tls": True}, "AddLayerVersionPermission, which has no word for it"),
        ({"effect": "Deny"}, "effect: Allow"),
        ({"access": None, "actions": ["lambda:*"]}, "takes no others than lambda:GetLayerVersion"),
    ],
)
def test_what_a_layer_does_not_take(options: dict, says: str) -> None:
    rules = SERVICES["lambda_layer_version"]
    (error,) = check_resource_grants([{"name": "team", "principals": [OTHER], "access": "use", **options}], rules)
    assert re.search(says, error)
