# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xacct_object_acl on the local AWS: access that is really tried, faults on the way, and both faces.

The local AWS does not know who owns an object: that is tried in the unit tests, on an S3 in memory that does.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import botocore.exceptions
import pytest
import yaml
from ansible_collections.xacct.aws.plugins.module_utils._operations.acls.object_acl import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError

from tests.integration.in_process import TestAccount

_numbers = itertools.count(1)


class Bucket:
    """A bucket that takes ACLs, in an account of its own, and the accounts that are to get at it."""

    def __init__(self, local_aws, ownership: str = "ObjectWriter") -> None:
        number = next(_numbers)
        self.local_aws = local_aws
        self.name = f"object-acls-{number}"
        self.owner = TestAccount(local_aws, f"61{number:010}")
        self.other = TestAccount(local_aws, f"62{number:010}")
        self.s3 = local_aws.client("s3", self.owner.account_id)
        self.s3.create_bucket(Bucket=self.name, ObjectOwnership=ownership)
        self.canonical_ids = {
            account.account_id: local_aws.client("s3", account.account_id).list_buckets()["Owner"]["ID"]
            for account in (self.owner, self.other)
        }
        self.read = {
            "bucket": self.name,
            "grants": [{"permission": "READ", "account_id": self.other.account_id}],
            "canonical_ids": self.canonical_ids,
        }

    def put(self, *keys: str) -> None:
        for key in keys:
            self.s3.put_object(Bucket=self.name, Key=key, Body=key.encode())

    def can_read(self, key: str, account: TestAccount, **version: str) -> bool:
        """Whether an account gets the object: tried."""
        client = self.local_aws.client("s3", account.account_id)
        try:
            client.get_object(Bucket=self.name, Key=key, **version)
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDenied"
            return False
        return True


@pytest.fixture
def bucket(local_aws) -> Bucket:
    made = Bucket(local_aws)
    made.put("reports/one", "reports/two", "reports/drei ü+%", "private")
    return made


@pytest.fixture
def faults(local_aws):
    yield lambda **rule: local_aws.faults({"service": "s3", **rule})
    local_aws.clear_faults()


@pytest.mark.also_oldest
def test_access_is_given_to_what_is_below_the_prefix_and_taken_back(bucket):
    options = {**bucket.read, "prefix": "reports/"}
    foretold = bucket.owner.run(OPERATION, check_mode=True, **options)
    assert not foretold.writes and not bucket.can_read("reports/one", bucket.other)
    done = bucket.owner.run(OPERATION, **options)
    assert done.result == foretold.result
    assert done.result["objects"]["changed"] == 3
    assert done.writes == {"s3:PutObjectAcl": 3}
    assert bucket.can_read("reports/one", bucket.other) and bucket.can_read("reports/drei ü+%", bucket.other)
    assert not bucket.can_read("private", bucket.other)
    for check_mode in (False, True):
        again = bucket.owner.run(OPERATION, check_mode=check_mode, **options)
        assert not again.writes and not again.result["changed"]
        assert again.calls == {"s3:GetBucketOwnershipControls": 1, "s3:ListObjectsV2": 1, "s3:GetObjectAcl": 3}
    taken = bucket.owner.run(OPERATION, state="absent", **options)
    assert taken.result["objects"]["changed"] == 3
    assert not bucket.can_read("reports/one", bucket.other) and bucket.can_read("reports/one", bucket.owner)


def test_the_writer_hands_its_objects_over_to_the_owner_of_the_bucket(bucket):
    """The case that only ACLs solve. Here every object is the bucket owner's already: the calls are what is tried."""
    arn = f"arn:aws:iam::{bucket.other.account_id}:root"
    let_in = {
        "Effect": "Allow",
        "Principal": {"AWS": arn},
        "Action": ["s3:PutObject", "s3:GetObjectAcl", "s3:PutObjectAcl", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{bucket.name}", f"arn:aws:s3:::{bucket.name}/uploads/*"],
    }
    bucket.s3.put_bucket_policy(Bucket=bucket.name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [let_in]}))
    writer = bucket.local_aws.client("s3", bucket.other.account_id)
    for number in range(3):
        writer.put_object(
            Bucket=bucket.name,
            Key=f"uploads/{number}",
            Body=b"x",
            GrantFullControl=f"id={bucket.canonical_ids[bucket.other.account_id]}",
        )
    options = {
        "bucket": bucket.name,
        "prefix": "uploads/",
        "canned": "bucket-owner-full-control",
        "expected_bucket_owner": bucket.owner.account_id,
        "canonical_ids": bucket.canonical_ids,
    }
    done = bucket.other.run(OPERATION, **options)
    assert done.result["objects"] == {**done.result["objects"], "total": 3, "changed": 3}
    grants = bucket.s3.get_object_acl(Bucket=bucket.name, Key="uploads/1")["Grants"]
    assert {(grant["Grantee"]["ID"], grant["Permission"]) for grant in grants} == {
        (canonical_id, "FULL_CONTROL") for canonical_id in bucket.canonical_ids.values()
    }
    assert not bucket.other.run(OPERATION, **options).writes
    denied = {**bucket.read, "prefix": "reports/"}
    with pytest.raises(TaskError, match=r"3 of 3 objects .*GetObjectAcl was denied.*account that wrote it"):
        bucket.other.run(OPERATION, **denied)


@pytest.mark.also_oldest
def test_each_version_has_its_own(bucket):
    bucket.s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
    first, second = (
        bucket.s3.put_object(Bucket=bucket.name, Key="v/doc", Body=body)["VersionId"] for body in (b"1", b"2")
    )
    bucket.s3.delete_object(Bucket=bucket.name, Key="v/gone")
    one = bucket.owner.run(OPERATION, **bucket.read, key="v/doc", version_id=first)
    assert one.changes == [("grants", f"READ for {bucket.other.account_id}")]
    assert bucket.can_read("v/doc", bucket.other, VersionId=first)
    assert not bucket.can_read("v/doc", bucket.other, VersionId=second)
    every = bucket.owner.run(OPERATION, **bucket.read, prefix="v/", versions="all")
    assert every.result["objects"] == {
        "total": 2, "changed": 1, "unchanged": 1, "vanished": 0, "failed": 0, "delete_markers": 1,
    }  # fmt: skip
    assert bucket.can_read("v/doc", bucket.other, VersionId=second)
    assert bucket.owner.run(OPERATION, **bucket.read, prefix="v/").result["objects"]["total"] == 1


@pytest.mark.parametrize("check_mode", [True, False])
def test_disabled_acls_are_found_before_any_write(local_aws, check_mode):
    bucket = Bucket(local_aws, "BucketOwnerEnforced")
    bucket.put("reports/one")
    local_aws.clear_journal()
    with pytest.raises(TaskError, match="ACLs are disabled in bucket"):
        bucket.owner.run(OPERATION, check_mode=check_mode, **bucket.read, prefix="reports/")
    assert set(local_aws.journal().operations(bucket.owner.account_id)) == {"s3:GetBucketOwnershipControls"}


@pytest.mark.also_oldest
def test_slow_down_lowers_the_rate_and_fails_nothing(bucket, faults):
    bucket.put(*(f"many/{number:03}" for number in range(60)))
    faults(effect="slow_down", operation="GetObjectAcl", skip=10, times=5)
    faults(effect="slow_down", operation="PutObjectAcl", skip=20, times=5)
    done = bucket.owner.run(OPERATION, **bucket.read, prefix="many/")
    assert done.result["objects"] == {**done.result["objects"], "changed": 60, "failed": 0}
    assert not bucket.owner.run(OPERATION, **bucket.read, prefix="many/").writes


@pytest.mark.parametrize("effect", ["status_500", "cut_after_write"])
def test_passing_faults_are_no_failures(bucket, faults, effect):
    faults(effect=effect, operation="PutObjectAcl", times=2)
    done = bucket.owner.run(OPERATION, **bucket.read, prefix="reports/")
    assert done.result["objects"] == {**done.result["objects"], "changed": 3, "failed": 0}
    assert not bucket.owner.run(OPERATION, **bucket.read, prefix="reports/").writes


def test_what_is_denied_is_collected_and_the_rest_is_done(bucket, faults):
    faults(effect="access_denied", operation="PutObjectAcl", resource=f"{bucket.name}/reports/two")
    with pytest.raises(TaskError, match=r"1 of 3 objects in s3://\S+ failed \(2 changed, 1 failed\)") as refused:
        bucket.owner.run(OPERATION, **bucket.read, prefix="reports/")
    failure = {"key": "reports/two", "version_id": None, "code": "AccessDenied", "reason": "Access Denied"}
    assert refused.value.details["failures"] == [failure]
    assert bucket.can_read("reports/one", bucket.other) and not bucket.can_read("reports/two", bucket.other)


def test_objects_that_vanish_meanwhile_are_no_failures(bucket, faults, local_aws):
    local_aws.clear_journal()
    bucket.put("gone/1", "gone/2")
    faults(effect="delay", operation="GetObjectAcl", resource=f"{bucket.name}/gone/1", delay_ms=300)
    with ThreadPoolExecutor(1) as aside:
        run = aside.submit(bucket.owner.run, OPERATION, **bucket.read, prefix="gone/", concurrency=1)
        while not bucket.local_aws.journal().count("s3:GetObjectAcl", bucket.owner.account_id):
            time.sleep(0.01)
        bucket.s3.delete_object(Bucket=bucket.name, Key="gone/2")
        assert run.result(60).result["objects"] == {
            "total": 2, "changed": 1, "unchanged": 0, "vanished": 1, "failed": 0, "delete_markers": 0,
        }  # fmt: skip


def test_objects_that_are_named_must_be_there_to_be_granted(bucket):
    bucket.put("gone/1")
    with pytest.raises(TaskError, match="NoSuchKey"):
        bucket.owner.run(OPERATION, **bucket.read, keys=["gone/1", "gone/2"])
    taken = bucket.owner.run(OPERATION, **bucket.read, keys=["gone/1", "gone/2"], state="absent")
    assert taken.result["objects"] == {**taken.result["objects"], "changed": 1, "vanished": 1}


def play(folder, bucket: Bucket, **options: object) -> subprocess.Popen:
    """Start a play that works on the bucket's objects."""
    connection = {
        "access_key": bucket.owner.account_id,
        "secret_key": "local",
        "region": "us-east-1",
        "endpoint_url": bucket.local_aws.endpoint,
    }
    task = {"xacct.aws.xacct_object_acl": {**connection, **bucket.read, **options}, "register": "done"}
    show = {"ansible.builtin.debug": {"msg": "{{ done.objects | to_json }}"}}
    whole = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": sys.executable},
        "tasks": [task, show],
    }
    path = folder / "play.yml"
    path.write_text(yaml.safe_dump([whole]))
    return subprocess.Popen(
        ["ansible-playbook", "-i", "localhost,", str(path)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
        start_new_session=True,
    )


def kill_with_children(pid: int) -> None:
    """Kill a process and all that it started: Ansible's workers have sessions of their own."""
    os.kill(pid, signal.SIGSTOP)
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = path.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == pid:
            kill_with_children(int(path.parent.name))
    os.kill(pid, signal.SIGKILL)


def settled(count: Callable[[], int]) -> int:
    """A count that two readings, further apart than a delayed call takes, agree on.

    A killed client's last calls still reach the server: what it had sent is applied after its death.
    """
    before, after = -1, count()
    while before != after:
        time.sleep(1)
        before, after = after, count()
    return after


def test_a_killed_run_is_continued_by_running_again(bucket, tmp_path, faults):
    bucket.put(*(f"many/{number:03}" for number in range(40)))
    faults(effect="delay", operation="PutObjectAcl", delay_ms=150)
    bucket.local_aws.clear_journal()
    process = play(tmp_path, bucket, prefix="many/", concurrency=2)
    until = time.monotonic() + 60
    while bucket.local_aws.journal().count("s3:PutObjectAcl") < 6 and time.monotonic() < until:
        time.sleep(0.05)
    kill_with_children(process.pid)
    process.communicate(timeout=30)
    bucket.local_aws.clear_faults()
    before = settled(lambda: sum(bucket.can_read(f"many/{number:03}", bucket.other) for number in range(40)))
    assert 0 < before < 40
    rest = bucket.owner.run(OPERATION, **bucket.read, prefix="many/")
    assert rest.result["objects"] == {
        "total": 40, "changed": 40 - before, "unchanged": before, "vanished": 0, "failed": 0, "delete_markers": 0,
    }  # fmt: skip


def test_long_work_says_how_far_it_is(bucket, tmp_path, faults):
    bucket.put(*(f"many/{number:03}" for number in range(26)))
    faults(effect="delay", operation="PutObjectAcl", delay_ms=500)
    output, _nothing = play(tmp_path, bucket, prefix="many/", concurrency=2).communicate(timeout=90)
    assert '"changed": 26' in output or '\\"changed\\": 26' in output, output
    assert f"ACLs in s3://{bucket.name}/many/: " in output and " a second" in output, output
