# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xacct_resource_grant on repositories, buses, tables, streams …: what the local AWS stores of them, call by call.

Every type goes the same way: foretold, made, not made again, changed, taken back; statements of others stay.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.s3_control import without_host_prefix
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.resource_grant import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES
from botocore.exceptions import ClientError

from tests.integration.in_process import Outcome, TestAccount
from tests.local_aws.server import LocalAws

_numbers = itertools.count(1)
REGION = "us-east-1"
OTHER = "222222222222"


@dataclass(frozen=True)
class Kind:
    """How a test makes such a resource, puts a policy there and looks at it, all without the collection."""

    sdk: str
    make: Callable[[object, str, str], object]
    """Make one: client, name, account ID. What it returns is its name, unless that was given."""
    get: Callable[[object, str, str], str | None]
    """The policy's text: client, ARN, name."""
    put: Callable[[object, str, str, str], object]
    """Put a text there: client, ARN, name, text."""
    reads: Mapping[str, int]
    write: str
    remove: str
    words: tuple[str, str]
    """Two words of `access`."""
    is_always_there: bool = False
    writes_a_grant: bool = False
    """Whether each grant is a write of its own."""
    narrowing: Mapping[str, object] = field(default_factory=lambda: {"require_tls": True})
    """Options that narrow a grant."""
    missing: str = "missing"
    """A name that nothing has."""


def attempt(call: Callable, *codes: str, **arguments: object) -> dict | None:
    try:
        return call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in codes:
            return None
        raise


def at_the_endpoint(client: object, arn: str) -> object:
    return without_host_prefix(client, arn.split(":")[4], "the local AWS")


def make_access_point(client: object, name: str, account_id: str) -> None:
    at_the_endpoint(client, f"arn:aws:s3:{REGION}:{account_id}:accesspoint/{name}").create_access_point(
        AccountId=account_id, Name=name, Bucket=f"{name}-bucket"
    )


def policies_of(client: object, arn: str) -> list[dict]:
    """All policies of a parameter, read without the collection."""
    return client.get_resource_policies(ResourceArn=arn)["Policies"]


def joined(policies: Iterable[str]) -> str | None:
    """The text of one policy with the statements of several."""
    found = [statement for text in policies for statement in json.loads(text)["Statement"]]
    return json.dumps({"Version": "2012-10-17", "Statement": found}) if found else None


KINDS = {
    "ecr_repository": Kind(
        "ecr",
        lambda client, name, _account: client.create_repository(repositoryName=name) and None,
        lambda client, _arn, name: (
            attempt(client.get_repository_policy, "RepositoryPolicyNotFoundException", repositoryName=name) or {}
        ).get("policyText"),
        lambda client, _arn, name, text: client.set_repository_policy(repositoryName=name, policyText=text),
        {"ecr:GetRepositoryPolicy": 1},
        "ecr:SetRepositoryPolicy",
        "ecr:DeleteRepositoryPolicy",
        ("pull", "push"),
    ),
    "event_bus": Kind(
        "events",
        lambda client, name, _account: client.create_event_bus(Name=name) and None,
        lambda client, _arn, name: client.describe_event_bus(Name=name).get("Policy"),
        lambda client, _arn, name, text: client.put_permission(EventBusName=name, Policy=text),
        {"events:DescribeEventBus": 1},
        "events:PutPermission",
        "events:RemovePermission",
        ("put_events", "describe"),
    ),
    "dynamodb_table": Kind(
        "dynamodb",
        lambda client, name, _account: (
            client.create_table(
                TableName=name,
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
            and None
        ),
        lambda client, arn, _name: (
            attempt(client.get_resource_policy, "PolicyNotFoundException", ResourceArn=arn) or {}
        ).get("Policy"),
        lambda client, arn, _name, text: client.put_resource_policy(ResourceArn=arn, Policy=text),
        {"dynamodb:GetResourcePolicy": 1},
        "dynamodb:PutResourcePolicy",
        "dynamodb:DeleteResourcePolicy",
        ("read", "write"),
    ),
    "kinesis_stream": Kind(
        "kinesis",
        lambda client, name, _account: client.create_stream(StreamName=name, ShardCount=1) and None,
        lambda client, arn, _name: client.get_resource_policy(ResourceARN=arn)["Policy"],
        lambda client, arn, _name, text: client.put_resource_policy(ResourceARN=arn, Policy=text),
        {"kinesis:GetResourcePolicy": 1},
        "kinesis:PutResourcePolicy",
        "kinesis:DeleteResourcePolicy",
        ("write", "read"),
    ),
    "logs_destination": Kind(
        "logs",
        lambda client, name, account: (
            client.put_destination(
                destinationName=name,
                targetArn=f"arn:aws:kinesis:{REGION}:{account}:stream/logs",
                roleArn=f"arn:aws:iam::{account}:role/logs",
            )
            and None
        ),
        lambda client, _arn, name: client.describe_destinations(DestinationNamePrefix=name)["destinations"][0].get(
            "accessPolicy"
        ),
        lambda client, _arn, name, text: client.put_destination_policy(destinationName=name, accessPolicy=text),
        {"logs:DescribeDestinations": 1},
        "logs:PutDestinationPolicy",
        "logs:PutDestinationPolicy",
        ("subscribe", "subscribe_account"),
    ),
    "glue_catalog": Kind(
        "glue",
        lambda _client, _name, _account: "catalog",
        lambda client, _arn, _name: client.get_resource_policy().get("PolicyInJson"),
        lambda client, _arn, _name, text: client.put_resource_policy(PolicyInJson=text),
        {"glue:GetResourcePolicy": 1},
        "glue:PutResourcePolicy",
        "glue:DeleteResourcePolicy",
        ("read", "read_write"),
        is_always_there=True,
    ),
    "efs_file_system": Kind(
        "efs",
        lambda client, name, _account: client.create_file_system(CreationToken=name)["FileSystemId"],
        lambda client, _arn, name: (
            attempt(client.describe_file_system_policy, "PolicyNotFound", FileSystemId=name) or {}
        ).get("Policy"),
        lambda client, _arn, name, text: client.put_file_system_policy(FileSystemId=name, Policy=text),
        {"efs:DescribeFileSystemPolicy": 1},
        "efs:PutFileSystemPolicy",
        "efs:DeleteFileSystemPolicy",
        ("read", "root"),
        missing="fs-00000000",
    ),
    "opensearch_domain": Kind(
        "opensearch",
        lambda client, name, _account: client.create_domain(DomainName=name) and None,
        lambda client, _arn, name: client.describe_domain_config(DomainName=name)["DomainConfig"]["AccessPolicies"][
            "Options"
        ],
        lambda client, _arn, name, text: client.update_domain_config(DomainName=name, AccessPolicies=text),
        {"opensearch:DescribeDomainConfig": 1},
        "opensearch:UpdateDomainConfig",
        "opensearch:UpdateDomainConfig",
        ("read", "read_write"),
    ),
    "s3_access_point": Kind(
        "s3control",
        make_access_point,
        lambda client, arn, name: (
            attempt(
                at_the_endpoint(client, arn).get_access_point_policy,
                "NoSuchAccessPointPolicy",
                AccountId=arn.split(":")[4],
                Name=name,
            )
            or {}
        ).get("Policy"),
        lambda client, arn, name, text: at_the_endpoint(client, arn).put_access_point_policy(
            AccountId=arn.split(":")[4], Name=name, Policy=text
        ),
        {"s3control:GetAccessPointPolicy": 1},
        "s3control:PutAccessPointPolicy",
        "s3control:DeleteAccessPointPolicy",
        ("read", "write"),
    ),
    "ssm_parameter": Kind(
        "ssm",
        lambda client, name, _account: (
            client.put_parameter(Name=f"/{name}", Value="shown", Type="String", Tier="Advanced") and f"/{name}"
        ),
        lambda client, arn, _name: joined(each["Policy"] for each in policies_of(client, arn)),
        lambda client, arn, _name, text: client.put_resource_policy(ResourceArn=arn, Policy=text),
        {"ssm:GetResourcePolicies": 1},
        "ssm:PutResourcePolicy",
        "ssm:DeleteResourcePolicy",
        ("read", "read_history"),
        writes_a_grant=True,
        narrowing={},
    ),
}


class Resource:
    """A resource of an account that no other test uses."""

    def __init__(self, local_aws: LocalAws, type_: str) -> None:
        self.type, self.kind = type_, KINDS[type_]
        self.owner = TestAccount(local_aws)
        self.client = local_aws.client(self.kind.sdk, self.owner.account_id)
        if self.kind.write.partition(":")[2] not in self.client.meta.service_model.operation_names:
            pytest.skip(f"this boto3 does not know {self.kind.write}")
        name = f"shared-{next(_numbers)}"
        self.name = self.kind.make(self.client, name, self.owner.account_id) or name
        self.rules = SERVICES[type_]
        self.arn = str(self.rules.arn(self.name, REGION, self.owner.account_id, "aws"))

    @property
    def policy(self) -> dict | None:
        text = self.kind.get(self.client, self.arn, self.name)
        return (json.loads(text) or None) if text else None

    def put_foreign(self) -> dict:
        """Put a statement of somebody else there; as it is stored."""
        action = self.rules.access[self.kind.words[0]].resource[0]
        statement = {
            "Sid": "Theirs",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
            "Action": action,
            **({"Resource": self.arn} if self.rules.resources(parse_arn(self.arn)) else {}),
        }
        text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.kind.put(self.client, self.arn, self.name, text)
        return self.policy["Statement"][0]

    def run(self, *grants: dict, check_mode: bool = False, **options: object) -> Outcome:
        given = {"grants": list(grants)} if grants else {}
        return self.owner.run(OPERATION, check_mode, resource=self.arn, **given, **options)

    def grant(self, name: str = "team", **options: object) -> dict:
        return {"name": name, "principals": [OTHER], "access": self.kind.words[0], **options}

    @property
    def sids(self) -> list[str]:
        return [statement["Sid"] for statement in (self.policy or {}).get("Statement", [])]


@pytest.fixture(params=KINDS)
def resource(local_aws: LocalAws, request: pytest.FixtureRequest) -> Resource:
    return Resource(local_aws, request.param)


def foretold_and_made(resource: Resource, *grants: dict, **options: object) -> Outcome:
    """Run in check mode, then really, then once more both ways; the first two say the same, the others nothing."""
    before = resource.policy
    foretold = resource.run(*grants, check_mode=True, **options)
    assert foretold.result["changed"] and not foretold.writes and resource.policy == before
    made = resource.run(*grants, **options)
    for name in ("changed", "changes", "diff", "policy"):
        assert made.result[name] == foretold.result[name], name
    assert resource.policy == made.result["policy"]
    for check_mode in (True, False):
        again = resource.run(*grants, check_mode=check_mode, **options)
        assert not again.result["changed"] and again.calls == resource.kind.reads
    return made


@pytest.mark.also_oldest
def test_made_changed_and_taken_back(resource: Resource) -> None:
    """Beside a statement of somebody else, which stays as it is."""
    foreign = resource.put_foreign()
    made = foretold_and_made(resource, resource.grant(), resource.grant("second"))
    assert made.writes == {resource.kind.write: 2 if resource.kind.writes_a_grant else 1}
    assert resource.sids == ["Theirs", "Xacctteam", "Xacctsecond"]
    statement = resource.policy["Statement"][1]
    assert statement["Action"] == made.result["changes"][0]["after"][0]["Action"]

    narrowed = resource.grant(access=resource.kind.words[1], **resource.kind.narrowing)
    changed = foretold_and_made(resource, narrowed, resource.grant("second"))
    assert changed.changes == [("grants", "team")] and changed.writes == {resource.kind.write: 1}

    foretold_and_made(resource, {"name": "team", "state": "absent"})
    foretold_and_made(resource, state="absent")
    assert resource.policy["Statement"] == [foreign]


def test_the_first_grant_and_the_last_one(resource: Resource) -> None:
    made = foretold_and_made(resource, resource.grant())
    assert made.writes == {resource.kind.write: 1} and resource.sids == ["Xacctteam"]
    gone = foretold_and_made(resource, state="absent")
    assert gone.writes == {resource.kind.remove: 1}
    assert resource.policy == resource.rules.empty_policy(parse_arn(resource.arn))
    assert foretold_and_made(resource, resource.grant()).changes[0] == ("grants", "team")


@pytest.mark.also_oldest
def test_by_name_it_is_the_same_resource(resource: Resource) -> None:
    by_name = resource.owner.run(OPERATION, resource=resource.name, type=resource.type, grants=[resource.grant()])
    assert by_name.result["resource"]["arn"] == resource.arn
    assert not resource.run(resource.grant()).result["changed"]


@pytest.mark.also_oldest
def test_no_such_resource(resource: Resource) -> None:
    if resource.kind.is_always_there:
        # None can be missing: one without a policy has nothing to take back.
        assert not resource.run(state="absent").result["changed"]
        return
    for check_mode in (True, False):
        with pytest.raises(AwsError, match=r"Make it first, or correct resource, region .us-east-1"):
            resource.owner.run(
                OPERATION, check_mode, resource=resource.kind.missing, type=resource.type, grants=[resource.grant()],
                propagation_timeout=0,
            )  # fmt: skip
    gone = resource.owner.run(OPERATION, resource=resource.kind.missing, type=resource.type, state="absent")
    assert not gone.result["changed"] and gone.result["policy"] is None


def answer(call: Callable, **arguments: object) -> str:
    """How a call ends: "yes", or "no" when access is denied."""
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDeniedException"
        return "no"
    return "yes"


def test_another_account_gets_into_a_repository(local_aws: LocalAws) -> None:
    """Its statements name no resource, and hold for it all the same."""
    resource = Resource(local_aws, "ecr_repository")
    other = TestAccount(local_aws)
    as_other = local_aws.client("ecr", other.account_id)
    where = {"registryId": resource.owner.account_id, "repositoryName": resource.name}
    assert answer(as_other.describe_images, **where) == "no"
    resource.run(resource.grant(principals=[other.account_id], access="list"))
    assert answer(as_other.describe_images, **where) == "yes"
    assert answer(as_other.list_images, **where) == "yes"
    assert answer(as_other.delete_repository, **where) == "no"
    assert "Resource" not in resource.policy["Statement"][0]


def test_another_account_reads_a_parameter(local_aws: LocalAws) -> None:
    """By its ARN, and with it nothing else; a share that AWS RAM made stays as it is."""
    resource = Resource(local_aws, "ssm_parameter")
    theirs = resource.put_foreign()
    (before,) = policies_of(resource.client, resource.arn)
    other = TestAccount(local_aws)
    as_other = local_aws.client("ssm", other.account_id)
    assert answer(as_other.get_parameter, Name=resource.arn) == "no"
    resource.run(resource.grant(principals=[other.account_id]))
    assert answer(as_other.get_parameter, Name=resource.arn) == "yes"
    assert answer(as_other.get_parameter_history, Name=resource.arn) == "no"
    assert answer(as_other.put_parameter, Name=resource.arn, Value="theirs", Overwrite=True) == "no"
    mine = [each for each in policies_of(resource.client, resource.arn) if each != before]
    assert [each["Sid"] for each in json.loads(mine[0]["Policy"])["Statement"]] == ["Xacctteam"]
    changed = resource.run(resource.grant(principals=[other.account_id], access="read_history"))
    assert changed.writes == {"ssm:PutResourcePolicy": 1}
    assert answer(as_other.get_parameter_history, Name=resource.arn) == "yes"
    resource.run(state="absent")
    assert answer(as_other.get_parameter, Name=resource.arn) == "no"
    assert policies_of(resource.client, resource.arn) == [before] and resource.policy["Statement"] == [theirs]


@pytest.mark.also_oldest
def test_only_advanced_parameters_carry_policies(local_aws: LocalAws) -> None:
    resource = Resource(local_aws, "ssm_parameter")
    resource.client.put_parameter(Name="/plain", Value="shown", Type="String")
    for check_mode in (True, False):
        with pytest.raises(PolicyError, match=r"SSM parameter plain in account \d+ .*is of the standard tier"):
            resource.owner.run(
                OPERATION, check_mode, resource="/plain", type="ssm_parameter", grants=[resource.grant()]
            )
    assert not resource.owner.run(OPERATION, resource="/plain", type="ssm_parameter", state="absent").result["changed"]


@pytest.mark.parametrize(("key", "aws_managed"), [("alias/aws/ssm", True), ("alias/config", False)])
def test_the_key_of_a_parameter_has_to_be_granted_too(local_aws: LocalAws, key: str, aws_managed: bool) -> None:
    resource = Resource(local_aws, "ssm_parameter")
    assert resource.run(resource.grant(), check_mode=True).result["key_access"] is None
    name = f"{resource.name}-secret"
    resource.client.put_parameter(Name=name, Value="hidden", Type="SecureString", KeyId=key, Tier="Advanced")
    made = resource.owner.run(OPERATION, resource=name, type="ssm_parameter", grants=[resource.grant()])
    assert made.result["key_access"]["key"] == key
    assert any("customer managed key" in text for text in made.said) is aws_managed
    assert "hidden" not in repr(made)


def test_the_default_of_a_file_system_is_warned_of(local_aws: LocalAws) -> None:
    resource = Resource(local_aws, "efs_file_system")
    for check_mode in (True, False):
        first = resource.run(resource.grant(), check_mode=check_mode)
        assert "has had no policy, which lets everyone who reaches a mount target" in first.said[0]
    assert not resource.run(resource.grant(), resource.grant("second")).said
    for check_mode in (True, False):
        last = resource.run(state="absent", check_mode=check_mode)
        assert "is left without a policy" in last.said[0]


@pytest.mark.parametrize(("access", "lacking"), [("write", "kms:GenerateDataKey"), ("read", "kms:Decrypt")])
def test_the_key_of_a_stream_has_to_be_granted_too(local_aws: LocalAws, access: str, lacking: str) -> None:
    key = f"arn:aws:kms:{REGION}:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    resource = Resource(local_aws, "kinesis_stream")
    assert resource.run(resource.grant(access=access), check_mode=True).result["key_access"] is None
    resource.client.start_stream_encryption(StreamName=resource.name, EncryptionType="KMS", KeyId=key)
    missing = resource.run(resource.grant(access=access)).result["key_access"]
    assert missing["key"] == key
    (statement,) = missing["statements"]
    assert lacking in statement["Action"] and statement["Principal"] == {"AWS": f"arn:aws:iam::{OTHER}:root"}


@pytest.mark.parametrize("effect", ["access_denied", "not_offered", "not_allowed"])
@pytest.mark.parametrize(
    ("type_", "operation"), [("kinesis_stream", "DescribeStreamSummary"), ("ssm_parameter", "DescribeParameters")]
)
def test_a_key_that_nobody_tells_is_said(local_aws: LocalAws, type_: str, operation: str, effect: str) -> None:
    resource = Resource(local_aws, type_)
    local_aws.faults({"effect": effect, "operation": operation, "account": resource.owner.account_id})
    for check_mode in (True, False):
        made = resource.run(resource.grant(), check_mode=check_mode)
        assert made.result["changed"]
        assert any("which KMS key encrypts" in text.replace("Which", "which") for text in made.said)
    local_aws.clear_faults()


def test_the_default_bus_is_a_bus(local_aws: LocalAws) -> None:
    owner = TestAccount(local_aws)
    grant = {"name": "organization", "principals": ["*"], "access": "put_events", "organizations": ["o-abcdefghij"]}
    made = owner.run(OPERATION, resource="default", type="event_bus", grants=[grant])
    arn = f"arn:aws:events:{REGION}:{owner.account_id}:event-bus/default"
    assert made.result["policy"]["Statement"][0]["Resource"] == arn
    assert made.result["resource"]["arn"] == arn


@pytest.mark.parametrize("type_", ["event_bus", "secret"])
def test_nothing_to_do_is_never_said_of_another_account(local_aws: LocalAws, type_: str) -> None:
    """A name means whatever account the credentials lead to: in the wrong one there is nothing to take back."""
    owner = TestAccount(local_aws)
    wrong = {"expected_account_id": "999999999999"}
    for check_mode in (True, False):
        with pytest.raises(AwsError, match="999999999999 is expected"):
            owner.run(OPERATION, resource="default", type=type_, state="absent", check_mode=check_mode, **wrong)
