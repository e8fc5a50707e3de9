# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xacct_bucket_acl on the local AWS, which stores grants by canonical ID and gives access by those to groups."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import botocore.exceptions
import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._operations.acls.bucket_acl import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError

from tests.integration.in_process import TestAccount

_numbers = itertools.count(1)
OTHER = "634000000001"


@pytest.fixture
def make(local_aws):
    """Make a bucket with an object ownership: (its owner, its name)."""

    def make_bucket(ownership: str = "ObjectWriter") -> tuple[TestAccount, str]:
        number = next(_numbers)
        account = TestAccount(local_aws, f"63{number:010}")
        name = f"bucket-acls-{number}"
        local_aws.client("s3", account.account_id).create_bucket(Bucket=name, ObjectOwnership=ownership)
        return account, name

    return make_bucket


@pytest.fixture
def canonical_ids(local_aws) -> dict[str, str]:
    return {OTHER: local_aws.client("s3", OTHER).list_buckets()["Owner"]["ID"]}


def stored(account: TestAccount, bucket: str) -> set[tuple[str, str]]:
    grants = account.local_aws.client("s3", account.account_id).get_bucket_acl(Bucket=bucket)["Grants"]
    return {(grant["Grantee"].get("ID") or grant["Grantee"]["URI"], grant["Permission"]) for grant in grants}


@pytest.mark.also_oldest
def test_granted_foretold_and_once(make, canonical_ids):
    account, bucket = make()
    before = stored(account, bucket)
    options = {
        "bucket": bucket,
        "grants": [{"permission": "READ", "account_id": OTHER}, {"permission": "READ_ACP", "account_id": OTHER}],
        "canned": "log-delivery-write",
        "canonical_ids": canonical_ids,
        "expected_account_id": account.account_id,
    }
    foretold = account.run(OPERATION, check_mode=True, **options)
    assert not foretold.writes and stored(account, bucket) == before
    done = account.run(OPERATION, **options)
    assert done.result == foretold.result
    assert len(done.changes) == 4 and done.writes == {"s3:PutBucketAcl": 1}
    assert (canonical_ids[OTHER], "READ") in stored(account, bucket) and before < stored(account, bucket)
    for check_mode in (False, True):
        again = account.run(OPERATION, check_mode=check_mode, **options)
        assert not again.writes and not again.result["changed"]
        assert again.calls == {"s3:GetBucketAcl": 1}
    taken = account.run(OPERATION, state="absent", **options)
    assert len(taken.changes) == 4 and stored(account, bucket) == before


@pytest.mark.also_oldest
def test_access_is_really_given(make, local_aws):
    """Listing by a grant to a group; the local AWS gives none by a bucket's grant to a canonical ID."""
    account, bucket = make()
    local_aws.client("s3", account.account_id).delete_public_access_block(Bucket=bucket)
    somebody = local_aws.client("s3", OTHER)
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        somebody.list_objects_v2(Bucket=bucket)
    options = {"bucket": bucket, "canned": "authenticated-read", "allow_public": True}
    assert account.run(OPERATION, **options).result["changed"]
    assert somebody.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert account.run(OPERATION, bucket=bucket, canned="private", purge_grants=True).result["changed"]
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        somebody.list_objects_v2(Bucket=bucket)


def test_a_public_grant_that_block_public_access_refuses_is_explained(make):
    account, bucket = make()
    with pytest.raises(AwsError, match="BlockPublicAcls refuses those"):
        account.run(OPERATION, bucket=bucket, canned="public-read", allow_public=True)


@pytest.mark.parametrize("check_mode", [True, False])
def test_disabled_acls_are_found_before_any_write(make, canonical_ids, local_aws, check_mode):
    account, bucket = make("BucketOwnerEnforced")
    options = {
        "bucket": bucket,
        "grants": [{"permission": "READ", "account_id": OTHER}],
        "canonical_ids": canonical_ids,
    }
    local_aws.clear_journal()
    with pytest.raises(TaskError, match=r"ACLs are disabled in bucket .*xacct_bucket_grant.*ObjectWriter"):
        account.run(OPERATION, check_mode=check_mode, **options)
    assert not [call for call in local_aws.journal() if call.operation.startswith("Put")]
    done = account.run(OPERATION, check_mode=check_mode, object_ownership="ObjectWriter", **options)
    assert [what for what, _name in done.changes] == ["object_ownership", "grants"]
    if not check_mode:
        assert list(done.writes) == ["s3:PutBucketOwnershipControls", "s3:PutBucketAcl"]
        assert not account.run(OPERATION, object_ownership="ObjectWriter", **options).writes


def test_at_an_endpoint_that_is_not_awss_the_server_says_what_an_id_is(make):
    """The local AWS knows those of AWS only."""
    account, bucket = make()
    options = {"bucket": bucket, "grants": [{"permission": "READ", "canonical_id": "tenant$fred"}]}
    assert account.run(OPERATION, check_mode=True, **options).result["changed"]
    with pytest.raises(AwsError, match="Invalid id"):
        account.run(OPERATION, **options)


def test_many_writers_at_once_lose_nothing(make):
    account, bucket = make()
    ids = [f"{number:064x}" for number in range(6)]

    def grant(canonical_id: str) -> None:
        account.run(OPERATION, bucket=bucket, grants=[{"permission": "READ", "canonical_id": canonical_id}])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(grant, ids))
    assert {(canonical_id, "READ") for canonical_id in ids} < stored(account, bucket)
