# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xacct_bucket_acl on an S3 in memory: grants by canonical ID, disabled ACLs, writers at the same moment."""

from __future__ import annotations

import botocore.session
import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._operations.acls.bucket_acl import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError
from ansible_collections.xacct.aws.plugins.module_utils._operations.writing import shared_policy
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError
from ansible_collections.xacct.aws.plugins.module_utils._resources.bucket_acl import BucketAcl
from ansible_collections.xacct.aws.plugins.module_utils._resources.canonical_ids import CanonicalIds
from botocore.stub import Stubber

from tests.unit.plugins.module_utils._operations.acls.acl_world import (
    BUCKET_OWNER,
    ENFORCED,
    THIRD,
    WRITER,
    FakeAccount,
    World,
    acl_of,
    canonical,
    run,
)

IDS = {account: canonical(account) for account in (BUCKET_OWNER, WRITER, THIRD)}
READ = [{"permission": "READ", "account_id": THIRD}]
LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path):
    """No settling after writes, and locks of this test's own."""
    monkeypatch.setattr(shared_policy, "SETTLE_SECONDS", 0.0)
    monkeypatch.setattr(shared_policy, "FIRST_PAUSE_SECONDS", 0.0)
    monkeypatch.setenv("XACCT_NO_CONTROLLER_LOCK", "1")


def acl(world: World) -> set[tuple[str, str]]:
    return {
        (grant["Grantee"].get("ID") or grant["Grantee"]["URI"], grant["Permission"])
        for grant in world.bucket_acl["Grants"]
    }


def test_granted_by_account_foretold_and_once():
    world = World(bucket_acl=acl_of(canonical(BUCKET_OWNER), (LOG_DELIVERY, "WRITE")))
    options = {"grants": READ, "canonical_ids": IDS}
    before = acl(world)
    foretold = run(OPERATION, world, check_mode=True, **options).result
    assert acl(world) == before and foretold["changed"]
    done = run(OPERATION, world, **options).result
    assert done == foretold
    grant = {"permission": "READ", "canonical_id": canonical(THIRD), "account_id": THIRD}
    assert done["changes"] == [{"what": "grants", "name": f"READ for {THIRD}", "before": None, "after": grant}]
    assert acl(world) == before | {(canonical(THIRD), "READ")}
    assert done["owner"] == {"canonical_id": canonical(BUCKET_OWNER), "account_id": BUCKET_OWNER}
    world.calls.clear()
    for check_mode in (False, True):
        again = run(OPERATION, world, check_mode=check_mode, **options).result
        assert not again["changed"] and again["grants"] == done["grants"]
    assert world.calls == {"GetBucketAcl": 2}
    taken = run(OPERATION, world, state="absent", **options).result
    assert taken["changed"] and acl(world) == before


def test_purging_leaves_the_owner_alone():
    world = World(bucket_acl=acl_of(canonical(BUCKET_OWNER), (LOG_DELIVERY, "WRITE"), (canonical(THIRD), "READ")))
    done = run(OPERATION, world, canned="private", purge_grants=True).result
    assert acl(world) == {(canonical(BUCKET_OWNER), "FULL_CONTROL")}
    assert {change["name"] for change in done["changes"]} == {
        "WRITE for LogDelivery",
        f"READ for {canonical(THIRD)}",
    }
    assert not run(OPERATION, world, canned="private", purge_grants=True).result["changed"]


def test_the_owners_full_control_is_not_taken_out():
    world = World()
    own = [{"permission": "FULL_CONTROL", "account_id": BUCKET_OWNER}]
    assert not run(OPERATION, world, grants=own, state="absent").result["changed"]
    assert acl(world) == {(canonical(BUCKET_OWNER), "FULL_CONTROL")}


@pytest.mark.parametrize("check_mode", [True, False])
def test_disabled_acls_are_found_before_any_write(check_mode):
    world = World(ownership=ENFORCED)
    with pytest.raises(TaskError, match=r"ACLs are disabled in bucket data.*xacct_bucket_grant.*ObjectWriter"):
        run(OPERATION, world, grants=READ, canonical_ids=IDS, check_mode=check_mode)
    assert world.calls == {"GetBucketAcl": 1, "GetBucketOwnershipControls": 1}
    # Nothing is declared that needs them, or something is taken out that cannot be there.
    assert not run(OPERATION, world, canned="private", purge_grants=True).result["changed"]
    assert not run(OPERATION, world, grants=READ, canonical_ids=IDS, state="absent").result["changed"]


def test_disabled_acls_that_the_caller_cannot_see_are_the_same_error():
    world = World(ownership=ENFORCED, bucket_acl=acl_of(canonical(BUCKET_OWNER), (canonical(WRITER), "FULL_CONTROL")))
    with pytest.raises(TaskError, match="ACLs are disabled in bucket data"):
        run(OPERATION, world, WRITER, grants=READ, canonical_ids=IDS)


def test_object_ownership_is_changed_first_and_its_consequences_are_told():
    world = World(ownership=ENFORCED)
    options = {"grants": READ, "canonical_ids": IDS, "object_ownership": "ObjectWriter"}
    foretold = run(OPERATION, world, check_mode=True, **options)
    assert world.ownership == ENFORCED and not foretold.said
    done = run(OPERATION, world, **options)
    assert world.ownership == "ObjectWriter" and (canonical(THIRD), "READ") in acl(world)
    assert done.result == foretold.result
    assert [change["what"] for change in done.result["changes"]] == ["object_ownership", "grants"]
    assert done.result["diff"]["after"]["object_ownership"] == done.result["object_ownership"] == "ObjectWriter"
    assert "what ACLs of its objects granted before they were disabled is granted again" in done.said[0]
    assert not run(OPERATION, world, **options).result["changed"]
    only = run(OPERATION, world, object_ownership="BucketOwnerPreferred").result
    assert [change["what"] for change in only["changes"]] == ["object_ownership"]


def test_a_new_object_ownership_may_take_a_moment(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    world = World(ownership=ENFORCED)
    world.errors["PutBucketAcl"] = ["AccessControlListNotSupported"] * 2
    done = run(OPERATION, world, grants=READ, canonical_ids=IDS, object_ownership="ObjectWriter")
    assert done.result["changed"] and (canonical(THIRD), "READ") in acl(world)
    assert any("Waiting up to 30 s for the new object ownership" in said for said in done.said)


def test_object_ownership_that_cannot_be_read_is_not_guessed():
    world = World(bucket_acl=acl_of(canonical(BUCKET_OWNER), (canonical(WRITER), "FULL_CONTROL")))
    with pytest.raises(TaskError, match="object ownership of bucket data can't be read"):
        run(OPERATION, world, WRITER, object_ownership="ObjectWriter")


def test_what_others_write_at_the_same_moment_is_kept(monkeypatch):
    """Another controller reads before our write and writes after it: both its grant and ours are there in the end."""
    world = World()
    theirs = (canonical(WRITER), "WRITE")
    puts = []

    def overwrite(seconds):
        if len(puts) < 1:
            puts.append(1)
            world.bucket_acl = acl_of(canonical(BUCKET_OWNER), theirs)

    defaults = shared_policy.converge_policy.__kwdefaults__
    monkeypatch.setitem(defaults, "timing", shared_policy.Timing(sleep=overwrite))
    done = run(OPERATION, world, grants=READ, canonical_ids=IDS)
    assert done.result["changed"]
    assert acl(world) == {(canonical(BUCKET_OWNER), "FULL_CONTROL"), theirs, (canonical(THIRD), "READ")}
    assert world.calls["PutBucketAcl"] == 2


def test_too_many_grants_are_refused_with_the_numbers():
    world = World(bucket_acl=acl_of(canonical(BUCKET_OWNER), *((f"{n:064x}", "READ") for n in range(99))))
    with pytest.raises(PolicyError, match="ACL of bucket data would have 101 grants, and an ACL takes 100"):
        run(OPERATION, world, grants=READ, canonical_ids=IDS)
    assert not world.calls["PutBucketAcl"]


def test_a_bucket_that_is_gone():
    world = World()
    world.errors["GetBucketAcl"] = ["NoSuchBucket", "NoSuchBucket"]
    gone = run(OPERATION, world, grants=READ, canonical_ids=IDS, state="absent").result
    assert not gone["changed"] and gone["owner"] is None
    with pytest.raises(AwsError, match="NoSuchBucket"):
        run(OPERATION, world, grants=READ, canonical_ids=IDS)


def test_a_refused_public_grant_is_explained():
    world = World()
    world.errors["PutBucketAcl"] = ["AccessDenied"]
    with pytest.raises(AwsError, match="BlockPublicAcls refuses those"):
        run(OPERATION, world, canned="public-read", allow_public=True)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "nothing is declared"),
        ({"canned": "public-read"}, "allow_public: true"),
        ({"grants": [{"permission": "READ", "group": "AuthenticatedUsers"}]}, "everybody with an AWS account"),
        ({"grants": READ, "state": "absent", "object_ownership": "ObjectWriter"}, "object_ownership: only with"),
        ({"canned": "bucket-owner-read"}, "value of canned must be one of"),
        ({"object_ownership": ENFORCED}, "value of object_ownership must be one of"),
    ],
)
def test_bad_input_is_refused_before_any_call(options, says):
    world = World()
    with pytest.raises(ValueError, match=says):
        run(OPERATION, world, **options)
    assert not world.calls


def real_client():
    session = botocore.session.Session()
    session.set_credentials("111111111111", "local")
    return session.create_client("s3", region_name="us-east-1", endpoint_url="http://127.0.0.1:1")


def test_s3_is_asked_as_its_model_wants_and_told_whose_bucket_it_must_be():
    client = real_client()
    owner = canonical(BUCKET_OWNER)
    whose = {"Bucket": "data", "ExpectedBucketOwner": BUCKET_OWNER}
    with Stubber(client) as s3:
        s3.add_response("get_bucket_acl", acl_of(owner, (LOG_DELIVERY, "WRITE")), whose)
        policy = acl_of(owner, (LOG_DELIVERY, "WRITE"))
        s3.add_response("put_bucket_acl", {}, {**whose, "AccessControlPolicy": policy})
        s3.add_response(
            "get_bucket_ownership_controls",
            {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}},
            whose,
        )
        s3.add_client_error("get_bucket_ownership_controls", "OwnershipControlsNotFoundError", expected_params=whose)
        s3.add_client_error("get_bucket_ownership_controls", "AccessDenied", expected_params=whose)
        s3.add_response(
            "put_bucket_ownership_controls",
            {},
            {**whose, "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
        )
        s3.add_response("list_buckets", {"Owner": {"ID": canonical(WRITER)}})
        account = FakeAccount(client, WRITER)
        bucket = BucketAcl(account, "data", BUCKET_OWNER)
        bucket.write(bucket.read())
        assert [bucket.ownership() for _number in range(3)] == ["BucketOwnerPreferred", "ObjectWriter", None]
        bucket.put_ownership("ObjectWriter")
        assert CanonicalIds(account, {}, lambda: owner, BUCKET_OWNER).of(WRITER) == canonical(WRITER)
        s3.assert_no_pending_responses()


def test_canonical_ids_are_looked_for_where_they_are():
    world = World()
    account = FakeAccount(None, WRITER)
    known = CanonicalIds(account, {THIRD: canonical(THIRD)}, lambda: world.owner, BUCKET_OWNER)
    assert known.of(THIRD) == canonical(THIRD)
    assert known.of(BUCKET_OWNER) == known.of_bucket_owner() == world.owner
    assert known.accounts == {canonical(THIRD): THIRD, world.owner: BUCKET_OWNER}
    with pytest.raises(AwsError, match=r"444444444444.*aws s3api list-buckets --query Owner.ID"):
        known.of("444444444444")
