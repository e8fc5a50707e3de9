# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trusts on buckets on the local AWS: both sides made, proved, kept, grown and taken back.

A bucket's policy names the role of the one trust; for the group of the other it names the whole account.
"""

from __future__ import annotations

import json
from pathlib import Path

import botocore.exceptions
import pytest

from tests.integration.trust_world import World, as_set
from tests.local_aws.server import LocalAws

FOREIGN = {"Sid": "Foreign", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket"}


class BucketWorld(World):
    """Customer a has a bucket with exports, an inbox and private things, and a statement of somebody else on it."""

    def __init__(self, local_aws: LocalAws, directory: Path) -> None:
        super().__init__(local_aws, directory)
        iam = self.client("iam", "platform")
        iam.create_group(GroupName="writers")
        iam.create_user(UserName="bob")
        iam.add_user_to_group(GroupName="writers", UserName="bob")
        key = iam.create_access_key(UserName="bob")["AccessKey"]
        self.users["platform"]["bob"] = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
        connections = self.hosts["platform"]["xacct_principal_connections"]
        connections["group/writers"] = self.connection("platform", "bob")
        self.bucket = f"data-{self.accounts['a']}"
        s3 = self.client("s3", "a")
        s3.create_bucket(Bucket=self.bucket)
        for key in ("exports/2026-01.csv", "exports/2026-02.csv", "inbox/first", "private/salaries.csv"):
            s3.put_object(Bucket=self.bucket, Key=key, Body=key.encode())
        foreign = {**FOREIGN, "Resource": f"arn:aws:s3:::{self.bucket}"}
        s3.put_bucket_policy(Bucket=self.bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [foreign]}))
        self.trusts = [
            self.trust("exports", ["role/BackupService"], access="read", prefixes=["exports/"]),
            self.trust("inbox", ["group/writers"], access="write", prefixes=["inbox/"], verify_by_writing=True),
        ]

    def trust(self, name: str, principals: list[str], **grant: object) -> dict:
        """A trust on the bucket."""
        return {
            "name": name,
            "trusted": {"account": "platform", "principals": principals},
            "trusting": ["a"],
            "bucket": {"name": "data-{account_id}", **grant},
        }

    def statements(self) -> dict[str, dict]:
        """The statements of the bucket's policy by Sid."""
        policy = json.loads(self.client("s3", "a").get_bucket_policy(Bucket=self.bucket)["Policy"])
        return {statement["Sid"]: statement for statement in policy["Statement"]}

    def as_role(self, role: str):
        """A client for S3 of a role of the platform."""
        return self.local_aws.client("s3", self.assume(self.users["platform"]["deployer"], "platform", role))

    def keys(self) -> set[str]:
        """The keys in the bucket."""
        return {entry["Key"] for entry in self.client("s3", "a").list_objects_v2(Bucket=self.bucket)["Contents"]}


@pytest.fixture(name="world")
def _world(local_aws: LocalAws, tmp_path: Path) -> BucketWorld:
    return BucketWorld(local_aws, tmp_path)


def test_made_and_proved_then_nothing_left_to_do_then_taken_back(world: BucketWorld) -> None:
    keys = world.keys()
    foretold = world.run("--check", "--diff")
    assert foretold.status == 0, foretold.output
    assert foretold.writes == []
    assert set(foretold.states.values()) == {"would change"}
    assert "exports/*" in foretold.output

    first = world.run()
    assert first.status == 0, first.output
    assert first.states == dict.fromkeys(foretold.states, "changed")
    assert first.report["not_proved"] == []
    assert first.report["counts"]["proved"] == first.report["counts"]["expected"] > 10
    # Both trusts came into the policy by one write, beside what somebody else has there.
    assert [operation for _account, operation, _resource in first.writes].count("PutBucketPolicy") == 1
    assert set(world.statements()) == {"Foreign", "Xacctexports", "Xacctexports/bucket", "Xacctinbox"}
    principal = world.statements()["Xacctexports"]["Principal"]["AWS"]
    assert principal == world.client("iam", "platform").get_role(RoleName="BackupService")["Role"]["Arn"]
    # What was put to prove writing is gone again.
    assert world.keys() == keys

    reader, writer = world.as_role("BackupService"), world.client("s3", "platform", "bob")
    assert reader.get_object(Bucket=world.bucket, Key="exports/2026-01.csv")["Body"].read() == b"exports/2026-01.csv"
    assert reader.list_objects_v2(Bucket=world.bucket, Prefix="exports/")["KeyCount"] == 2
    writer.put_object(Bucket=world.bucket, Key="inbox/letter", Body=b"")
    for refused in (
        lambda: reader.get_object(Bucket=world.bucket, Key="private/salaries.csv"),
        lambda: reader.list_objects_v2(Bucket=world.bucket),
        lambda: reader.put_object(Bucket=world.bucket, Key="exports/x", Body=b""),
        lambda: writer.get_object(Bucket=world.bucket, Key="exports/2026-01.csv"),
        lambda: writer.put_object(Bucket=world.bucket, Key="exports/x", Body=b""),
    ):
        with pytest.raises(botocore.exceptions.ClientError, match=r"AccessDenied|403"):
            refused()

    second = world.run()
    assert second.status == 0, second.output
    assert second.changed_hosts == set()
    assert set(second.states.values()) == {"in place"}
    assert second.report["counts"]["proved"] == first.report["counts"]["proved"]
    assert {operation for _account, operation, _resource in second.writes} <= {"PutObject", "DeleteObject"}

    world.trusts[0]["state"] = "absent"
    gone = world.run()
    assert gone.status == 0, gone.output
    assert gone.states[("exports", "a")] == "removed"
    assert gone.states[("inbox", "a")] == "in place"
    assert set(world.statements()) == {"Foreign", "Xacctinbox"}
    assert world.permissions("role/BackupService") is None
    assert gone.report["counts"]["broken"] == 0
    with pytest.raises(botocore.exceptions.ClientError, match=r"AccessDenied|403"):
        reader.get_object(Bucket=world.bucket, Key="exports/2026-01.csv")


def test_proofs_find_what_is_broken_and_leave_nothing_behind(world: BucketWorld) -> None:
    assert world.run("--tags", "trusting,trusted").status == 0
    keys = world.keys()
    # Somebody opens the whole bucket to the reader, on both sides.
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    world.client("iam", "platform").put_role_policy(
        RoleName="BackupService",
        PolicyName="more",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
    )
    resources = [f"arn:aws:s3:::{world.bucket}", f"arn:aws:s3:::{world.bucket}/*"]
    opened = {**everything, "Sid": "Open", "Principal": {"AWS": world.accounts["platform"]}, "Resource": resources}
    document = {"Version": "2012-10-17", "Statement": [*world.statements().values(), opened]}
    world.client("s3", "a").put_bucket_policy(Bucket=world.bucket, Policy=json.dumps(document))

    broken = world.run(playbook="xacct.aws.verify_trust")
    assert broken.status != 0
    found = {entry["id"].rpartition("/role-")[2] for entry in broken.report["broken"]}
    assert {"BackupService/get outside", "BackupService/list outside", "BackupService/no-put"} <= found
    assert world.keys() == keys


def test_a_bucket_with_nothing_to_try_it_with_is_evaluated(world: BucketWorld) -> None:
    world.trusts = [world.trust("empty", ["group/developers"], access="read", prefixes=["nothing/"])]
    made = world.run()
    assert made.status == 0, made.output
    reasons = [group["reason"] for group in made.report["evaluated"]]
    assert any(f"there is no object below nothing/ to try it with in {world.bucket}" in reason for reason in reasons)
    assert made.report["counts"]["proved"] > 0


def test_the_trusted_side_has_the_same_actions_on_the_same_keys(world: BucketWorld) -> None:
    assert world.run("--tags", "trusting,trusted").status == 0
    mine, theirs = world.permissions("role/BackupService"), world.statements()
    objects = mine["Xacctexports"]
    assert as_set(objects["Action"]) == as_set(theirs["Xacctexports"]["Action"])
    assert as_set(objects["Resource"]) == as_set(theirs["Xacctexports"]["Resource"])
    (listing,) = (statement for sid, statement in mine.items() if sid != "Xacctexports")
    assert as_set(listing["Action"]) == as_set(theirs["Xacctexports/bucket"]["Action"])
    assert as_set(listing["Condition"]["StringLike"]["s3:prefix"]) == {"exports/*"}


def test_access_control_lists_of_a_bucket_and_of_objects(world: BucketWorld) -> None:
    archive = f"archive-{world.accounts['a']}"
    s3 = world.client("s3", "a")
    s3.create_bucket(Bucket=archive, ObjectOwnership="ObjectWriter")
    for key in ("reports/2019", "reports/2020", "private/board"):
        s3.put_object(Bucket=archive, Key=key, Body=b"")
    world.trusts = [
        {
            "name": "reports",
            "trusted": {"account": "platform", "principals": ["role/Reporter"]},
            "trusting": ["a"],
            "object_acl": {"bucket": archive, "prefix": "reports/", "permission": "READ"},
        },
        {
            "name": "listing",
            "trusted": {"account": "platform", "principals": ["role/Reporter"]},
            "trusting": ["a"],
            "bucket_acl": {"bucket": archive, "permission": "READ"},
        },
        # Its role is there to be refused: an ACL lets the whole account in.
        world.trust("exports", ["role/BackupService"], access="read", prefixes=["exports/"]),
    ]
    # Only the trusted account knows the ID by which an ACL names it.
    alone = world.run("--limit", "a")
    assert alone.status != 0
    assert "canonical ID" in alone.output
    assert alone.states[("reports", "a")].startswith("failed")

    made = world.run()
    assert made.status == 0, made.output
    assert made.report["not_proved"] == []
    for method in ("object_acl", "bucket_acl"):
        assert any(f"{method} where a bucket grant would do" in warning for warning in made.report["warnings"])
    auditor = world.as_role("Reporter")
    auditor.get_object(Bucket=archive, Key="reports/2020")
    assert auditor.list_objects_v2(Bucket=archive)["KeyCount"] == 3
    for key, reader in (("private/board", auditor), ("reports/2020", world.as_role("BackupService"))):
        with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
            reader.get_object(Bucket=archive, Key=key)

    again = world.run()
    assert again.status == 0, again.output
    assert again.changed_hosts == set()
    assert set(again.states.values()) == {"in place"}

    world.trusts[0]["state"] = "absent"
    gone = world.run()
    assert gone.status == 0, gone.output
    assert gone.states[("reports", "a")] == "removed"
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        auditor.get_object(Bucket=archive, Key="reports/2020")
