# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trusts on a topic, a queue, a key, a secret, a function and a parameter on the local AWS.

Both sides are made, proved, kept and taken back.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import botocore.exceptions
import pytest

from tests.integration.trust_world import ALL, World, as_set, trust_of
from tests.local_aws.server import LocalAws

REGION, ELSEWHERE = "us-east-1", "eu-west-1"
REFUSED = r"AuthorizationError|AccessDenied"
EFFECTS = {"Publish", "SendMessage", "ReceiveMessage"}


class ResourceWorld(World):
    """Customer a has a topic in two regions, a queue, a key, a secret, a function and a parameter."""

    def __init__(self, local_aws: LocalAws, directory: Path) -> None:
        super().__init__(local_aws, directory)
        owner = self.accounts["a"]
        for region in (REGION, ELSEWHERE):
            self.in_region("sns", region).create_topic(Name="events")
        self.queue_url = self.client("sqs", "a").create_queue(QueueName="jobs")["QueueUrl"]
        self.key = self.client("kms", "a").create_key()["KeyMetadata"]["Arn"]
        secret = {"Name": "app/password", "SecretString": "open sesame", "KmsKeyId": self.key}
        self.client("secretsmanager", "a").create_secret(**secret)
        parameter = {"Name": "/app/url", "Value": "close sesame", "Type": "SecureString", "Tier": "Advanced"}
        self.client("ssm", "a").put_parameter(**parameter, KeyId=self.key)
        roles = self.client("iam", "a")
        roles.create_role(
            RoleName="Runs", AssumeRolePolicyDocument=json.dumps(trust_of("lambda.amazonaws.com", "Service"))
        )
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as code:
            code.writestr("code.py", "")
        self.client("lambda", "a").create_function(
            FunctionName="resize",
            Runtime="python3.12",
            Handler="code.x",
            Code={"ZipFile": archive.getvalue()},
            Role=f"arn:aws:iam::{owner}:role/Runs",
        )
        self.topic = f"arn:aws:sns:{REGION}:{owner}:events"
        self.trusts = [
            self.trust(
                "events",
                ["role/BackupService"],
                type="sns_topic",
                name="events",
                regions=[REGION, ELSEWHERE],
                access="publish",
                verify_by_writing=True,
            ),
            self.trust("jobs", ["group/developers"], type="sqs_queue", name="jobs", region=REGION, access="receive"),
            self.trust(
                "watch", ["role/Reporter"], arn=f"arn:aws:sns:{REGION}:{{account_id}}:events", access="subscribe"
            ),
            self.trust("key", ["role/BackupService"], arn=self.key, actions=["kms:Encrypt", "kms:Decrypt"]),
            self.trust(
                "resize",
                ["role/Reporter"],
                type="lambda_function",
                name="resize",
                region=REGION,
                access="invoke",
            ),
            self.trust(
                "url",
                ["role/Reporter"],
                type="ssm_parameter",
                name="/app/url",
                region=REGION,
                access="read",
                kms_key=self.key,
            ),
            self.trust("unlock", ["role/Reporter"], arn=self.key, actions=["kms:Decrypt"]),
            self.trust(
                "password",
                ["role/Reporter"],
                type="secret",
                name="app/password",
                region=REGION,
                access="read",
                kms_key=self.key,
            ),
        ]

    def trust(self, trust: str, principals: list[str], **resource: object) -> dict:
        """A trust on a resource of customer a."""
        trusted = {"account": "platform", "principals": principals}
        return {"name": trust, "trusted": trusted, "trusting": ["a"], "resource": resource}

    def in_region(self, service: str, region: str):
        """A client of customer a's root in some region."""
        return self.local_aws.client(service, self.accounts["a"], region=region)

    def topic_statements(self, region: str = REGION) -> dict[str, dict]:
        """The statements of the topic's policy by Sid."""
        arn = self.topic.replace(REGION, region)
        attributes = self.in_region("sns", region).get_topic_attributes(TopicArn=arn)["Attributes"]
        return {statement["Sid"]: statement for statement in json.loads(attributes["Policy"])["Statement"]}

    def as_role(self, service: str, role: str):
        """A client of a role of the platform."""
        return self.local_aws.client(service, self.assume(self.users["platform"]["deployer"], "platform", role))


@pytest.fixture(name="world")
def _world(local_aws: LocalAws, tmp_path: Path) -> ResourceWorld:
    return ResourceWorld(local_aws, tmp_path)


def test_made_and_proved_then_nothing_left_to_do_then_taken_back(world: ResourceWorld) -> None:
    foretold = world.run("--check", "--diff")
    assert foretold.status == 0, foretold.output
    assert foretold.writes == []
    assert set(foretold.states.values()) == {"would change"}
    assert "sns:Publish" in foretold.output

    first = world.run()
    assert first.status == 0, first.output
    assert first.states == dict.fromkeys(foretold.states, "changed")
    assert first.report["not_proved"] == []
    made = [operation for _account, operation, _resource in first.writes]
    # Two trusts came into the policy of the topic by one write; the other region is another topic.
    assert made.count("SetTopicAttributes") == 2
    assert set(world.topic_statements()) >= {"Xacctevents", "Xacctwatch"}
    assert "Xacctwatch" not in world.topic_statements(ELSEWHERE)
    # Only the trust that allows it was proved by a message, and only the secret that is granted was read.
    proofs = {proof["id"]: proof["outcome"] for proof in first.report["proofs"]}
    assert proofs["events/a/role-BackupService/Publish in us-east-1"] == "proved"
    assert proofs["events/a/role-BackupService/Publish in eu-west-1"] == "proved"
    assert proofs["jobs/a/group-developers/ReceiveMessage"] == "evaluated"
    assert proofs["jobs/a/group-developers/no-SendMessage"] == "evaluated"
    assert proofs["watch/a/role-Reporter/Subscribe"] == "evaluated"
    assert proofs["key/a/role-BackupService/Encrypt"] == "proved"
    assert proofs["key/a/role-BackupService/Decrypt"] == "proved"
    assert proofs["key/a/role-BackupService/no-GenerateDataKey"] == "proved"
    assert proofs["password/a/role-Reporter/GetSecretValue"] == "proved"
    assert proofs["resize/a/role-Reporter/InvokeFunction"] == "proved"
    assert proofs["url/a/role-Reporter/GetParameter"] == "proved"
    assert set(proofs.values()) == {"proved", "evaluated"}
    assert not set(made) & (EFFECTS - {"Publish"})
    assert "sesame" not in first.output

    publisher, reader = world.as_role("sns", "BackupService"), world.as_role("secretsmanager", "Reporter")
    publisher.publish(TopicArn=world.topic, Message="hello")
    secret = world.client("secretsmanager", "a").describe_secret(SecretId="app/password")["ARN"]
    assert reader.get_secret_value(SecretId=secret)["SecretString"] == "open sesame"
    with pytest.raises(botocore.exceptions.ClientError, match=REFUSED):
        world.as_role("sns", "Reporter").publish(TopicArn=world.topic, Message="hello")
    url = f"arn:aws:ssm:{REGION}:{world.accounts['a']}:parameter/app/url"
    shown = world.as_role("ssm", "Reporter").get_parameter(Name=url, WithDecryption=True)
    assert shown["Parameter"]["Value"] == "close sesame"
    mine = world.permissions("role/Reporter")
    assert as_set(mine["Xacctpassword"]["Resource"]) == {secret[:-6] + "??????"}
    assert as_set(mine["Xacctwatch"]["Resource"]) == {world.topic}

    second = world.run()
    assert second.status == 0, second.output
    assert second.changed_hosts == set()
    assert set(second.states.values()) == {"in place"}
    assert second.report["counts"] == {**first.report["counts"], "states": second.report["counts"]["states"]}

    for trust in world.trusts:
        trust["state"] = "absent" if trust["name"] != "jobs" else "present"
    gone = world.run()
    assert gone.status == 0, gone.output
    assert gone.states == {
        (trust["name"], "a"): "in place" if trust["name"] == "jobs" else "removed" for trust in world.trusts
    }
    assert gone.report["counts"]["broken"] == 0
    assert not [sid for sid in world.topic_statements() if sid.startswith("Xacct")]
    assert world.permissions("role/Reporter") is None
    with pytest.raises(botocore.exceptions.ClientError, match=REFUSED):
        publisher.publish(TopicArn=world.topic, Message="hello")


def test_proofs_find_what_is_broken(world: ResourceWorld) -> None:
    world.trusts[1]["resource"]["verify_by_writing"] = True
    assert world.run("--tags", "trusting,trusted").status == 0
    # Somebody lets a role of the platform do everything and opens the queue to it; the topic's statement is gone.
    world.client("iam", "platform").put_role_policy(
        RoleName="BackupService", PolicyName="more", PolicyDocument=json.dumps(ALL)
    )
    queue = f"arn:aws:sqs:{REGION}:{world.accounts['a']}:jobs"
    opened = {"Effect": "Allow", "Principal": {"AWS": world.accounts["platform"]}, "Action": "sqs:*", "Resource": queue}
    document = {"Version": "2012-10-17", "Statement": [opened]}
    world.client("sqs", "a").set_queue_attributes(QueueUrl=world.queue_url, Attributes={"Policy": json.dumps(document)})
    topics = world.in_region("sns", ELSEWHERE)
    arn = world.topic.replace(REGION, ELSEWHERE)
    closed = {"Effect": "Allow", "Principal": "*", "Action": "sns:GetTopicAttributes", "Resource": arn}
    document = {"Version": "2012-10-17", "Statement": [closed]}
    topics.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(document))

    broken = world.run(playbook="xacct.aws.verify_trust")
    assert broken.status != 0
    found = {entry["id"] for entry in broken.report["broken"]}
    assert "events/a/role-BackupService/Publish in eu-west-1" in found
    assert "events/a/role-BackupService/Publish in us-east-1" not in found
    assert "jobs/a/role-BackupService/other-principal ReceiveMessage" in found
    assert "xacct_resource_grant" in broken.output


def test_the_key_of_an_encrypted_queue_is_a_third_side(world: ResourceWorld) -> None:
    world.client("sqs", "a").set_queue_attributes(QueueUrl=world.queue_url, Attributes={"KmsMasterKeyId": world.key})
    jobs = world.trust("jobs", ["role/Reporter"], type="sqs_queue", name="jobs", region=REGION, access="send_receive")
    world.trusts = [jobs]
    first = world.run()
    assert first.status != 0
    broken = {entry["id"].rpartition("/")[2]: entry for entry in first.report["broken"]}
    assert set(broken) == {"SendMessage", "ReceiveMessage"}
    assert "kms:Decrypt" in first.output and "kms:GenerateDataKey" in first.output

    jobs["resource"].update(kms_key=world.key, verify_by_writing=True)
    used = world.trust("jobs_key", ["role/Reporter"], arn=world.key, actions=["kms:Decrypt", "kms:GenerateDataKey"])
    world.trusts = [jobs, used]
    second = world.run()
    assert second.status == 0, second.output
    proofs = {proof["id"]: proof["outcome"] for proof in second.report["proofs"]}
    assert proofs["jobs/a/role-Reporter/SendMessage"] == proofs["jobs/a/role-Reporter/ReceiveMessage"] == "proved"


def test_a_region_that_fails_is_said_of_the_trust(world: ResourceWorld) -> None:
    world.trusts = world.trusts[:1]
    world.trusts[0]["resource"]["regions"] = [REGION, "ap-south-1"]
    failed = world.run("--tags", "trusting,trusted")
    assert failed.status != 0
    assert failed.states[("events", "a")].startswith("failed")
    (failure,) = failed.report["failed"]
    assert "events" in failure["msg"]
    assert "Xacctevents" in world.topic_statements()
