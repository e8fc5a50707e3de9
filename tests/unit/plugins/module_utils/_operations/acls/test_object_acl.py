# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xacct_object_acl on an S3 in memory that knows owners: who can change what, how it is counted, what it costs."""

from __future__ import annotations

import copy
import threading
import tracemalloc

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._operations.acls import bulk
from ansible_collections.xacct.aws.plugins.module_utils._operations.acls.bulk import Tally, process
from ansible_collections.xacct.aws.plugins.module_utils._operations.acls.object_acl import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError
from ansible_collections.xacct.aws.plugins.module_utils._resources.object_acl import ObjectVersion

from tests.unit.plugins.module_utils._operations.acls.acl_world import (
    BUCKET_OWNER,
    ENFORCED,
    THIRD,
    WRITER,
    Client,
    World,
    acl_of,
    canonical,
    run,
)

IDS = {account: canonical(account) for account in (BUCKET_OWNER, WRITER, THIRD)}
READ = [{"permission": "READ", "account_id": THIRD}]
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"


@pytest.fixture
def world() -> World:
    made = World()
    for number in range(30):
        made.put(f"reports/{number:02}")
    made.put("other")
    return made


def counts(**given: int) -> dict:
    zero = {"changed": 0, "unchanged": 0, "vanished": 0, "failed": 0, "delete_markers": 0}
    whole = {**zero, **given}
    return {**whole, "total": sum(whole.values()) - whole["delete_markers"]}


def acl(world: World, key: str) -> list[tuple[str, str]]:
    grants = list(world.objects[key].values())[-1]["Grants"]
    return [(grant["Grantee"].get("ID") or grant["Grantee"]["URI"], grant["Permission"]) for grant in grants]


def test_a_prefix_is_foretold_granted_and_granted_once(world):
    options = {"prefix": "reports/", "grants": READ, "canonical_ids": IDS}
    before = copy.deepcopy(world.objects)
    foretold = run(OPERATION, world, check_mode=True, **options)
    assert foretold.result["objects"] == counts(changed=30)
    assert world.objects == before
    done = run(OPERATION, world, **options)
    assert done.result == foretold.result
    assert world.calls["PutObjectAcl"] == 30
    assert world.may(THIRD, "reports/07", "READ")
    assert not world.may(THIRD, "other", "READ")
    for check_mode in (False, True):
        again = run(OPERATION, world, check_mode=check_mode, **options)
        assert again.result["objects"] == counts(unchanged=30)
        assert not again.result["changed"] and not again.result["changes"]
    assert world.calls["PutObjectAcl"] == 30
    taken = run(OPERATION, world, state="absent", **options)
    assert taken.result["objects"] == counts(changed=30)
    assert world.objects == before


def test_what_only_acls_solve(world):
    """Another account wrote the objects: the bucket's owner can't help itself, the writer can, as its own account."""
    for number in range(5):
        world.put(f"uploads/{number}", WRITER)
    assert not world.may(BUCKET_OWNER, "uploads/3", "READ")
    options = {
        "prefix": "uploads/",
        "canned": "bucket-owner-full-control",
        "expected_bucket_owner": BUCKET_OWNER,
        "canonical_ids": IDS,
    }
    with pytest.raises(TaskError, match="use credentials of the account that wrote it") as refused:
        run(OPERATION, world, BUCKET_OWNER, **options)
    assert refused.value.details["objects"] == counts(failed=5)
    assert refused.value.details["failures"][0] == {
        "key": "uploads/0",
        "version_id": None,
        "code": "AccessDenied",
        "reason": "AccessDenied, says S3",
    }
    done = run(OPERATION, world, WRITER, **options)
    assert done.result["objects"] == counts(changed=5)
    assert all(world.may(BUCKET_OWNER, f"uploads/{number}", "READ") for number in range(5))
    assert acl(world, "uploads/3")[0] == (canonical(WRITER), "FULL_CONTROL")
    assert run(OPERATION, world, WRITER, **options).result["objects"] == counts(unchanged=5)
    # Now the owner of the bucket can pass them on.
    passed_on = run(OPERATION, world, BUCKET_OWNER, prefix="uploads/", grants=READ, canonical_ids=IDS)
    assert passed_on.result["objects"] == counts(changed=5)
    assert world.may(THIRD, "uploads/0", "READ") and world.may(BUCKET_OWNER, "uploads/0", "READ")


def test_a_single_object_tells_its_grants(world):
    options = {"key": "reports/03", "grants": READ, "canonical_ids": IDS}
    done = run(OPERATION, world, **options).result
    grant = {"permission": "READ", "canonical_id": canonical(THIRD), "account_id": THIRD}
    own = {"permission": "FULL_CONTROL", "canonical_id": canonical(BUCKET_OWNER), "account_id": BUCKET_OWNER}
    assert done["changes"] == [{"what": "grants", "name": f"READ for {THIRD}", "before": None, "after": grant}]
    assert done["diff"]["before"]["grants"] == [own]
    assert done["diff"]["after"]["grants"] == done["grants"] == [own, grant]
    assert world.calls == {"GetBucketOwnershipControls": 1, "GetObjectAcl": 1, "PutObjectAcl": 1}


def test_the_caller_looks_up_its_own_canonical_id_and_that_of_the_owner_of_the_bucket(world):
    world.put("uploads/0", WRITER)
    done = run(OPERATION, world, WRITER, key="uploads/0", grants=[{"permission": "READ", "account_id": WRITER}])
    assert done.result["objects"] == counts(unchanged=1)
    assert world.calls["ListBuckets"] == 1
    world.bucket_acl = acl_of(world.owner, (canonical(WRITER), "READ_ACP"))
    done = run(
        OPERATION,
        world,
        WRITER,
        key="uploads/0",
        grants=[{"permission": "READ", "account_id": BUCKET_OWNER}],
        expected_bucket_owner=BUCKET_OWNER,
    )
    assert done.result["objects"] == counts(changed=1)
    assert world.may(BUCKET_OWNER, "uploads/0", "READ")


def test_an_unknown_canonical_id_is_an_error_that_says_how_to_get_it(world):
    with pytest.raises(AwsError, match=r"account 333333333333 is not known.*list-buckets --query Owner.ID") as refused:
        run(OPERATION, world, key="other", grants=READ)
    assert "canonical_ids: {'333333333333': …}" in str(refused.value)
    with pytest.raises(AwsError, match=r"GetBucketAcl was denied.*expected_bucket_owner.*list-buckets"):
        run(OPERATION, world, WRITER, key="other", canned="bucket-owner-read")
    assert not world.calls["PutObjectAcl"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_disabled_acls_are_found_before_anything_is_read_or_written(world, check_mode):
    world.ownership = ENFORCED
    with pytest.raises(
        TaskError, match=r"ACLs are disabled in bucket data.*xacct_bucket_grant.*ObjectWriter"
    ) as refused:
        run(OPERATION, world, prefix="", grants=READ, canonical_ids=IDS, check_mode=check_mode)
    assert refused.value.details["object_ownership"] == ENFORCED
    assert world.calls == {"GetBucketOwnershipControls": 1}


def test_disabled_acls_that_the_caller_cannot_see_are_the_same_error(world):
    """Another account may not read the object ownership: the first write says it, and it is the last."""
    world.ownership = ENFORCED
    with pytest.raises(
        TaskError, match=r"ACLs are disabled in bucket data.*xacct_bucket_grant.*ObjectWriter"
    ) as refused:
        run(OPERATION, world, WRITER, prefix="reports/", grants=READ, canonical_ids=IDS, concurrency=1)
    assert refused.value.details["object_ownership"] == ENFORCED
    assert world.calls["PutObjectAcl"] == 1


def test_what_holds_without_acls_is_no_error_where_they_are_disabled(world):
    world.ownership = ENFORCED
    done = run(OPERATION, world, prefix="reports/", canned="bucket-owner-full-control", canonical_ids=IDS)
    assert done.result["objects"] == counts(unchanged=30)
    gone = run(OPERATION, world, prefix="reports/", grants=READ, canonical_ids=IDS, state="absent")
    assert gone.result["objects"] == counts(unchanged=30)


def test_an_old_bucket_without_the_setting_takes_acls(world):
    world.ownership = None
    done = run(OPERATION, world, key="other", grants=READ, canonical_ids=IDS)
    assert done.result["changed"]


def test_versions_and_delete_markers(world):
    first, second = world.put("versioned"), world.put("versioned")
    marker = world.delete("versioned")
    options = {"grants": READ, "canonical_ids": IDS}
    done = run(OPERATION, world, prefix="versioned", versions="all", **options)
    assert done.result["objects"] == counts(changed=2, delete_markers=1)
    assert [len(world.objects["versioned"][version]["Grants"]) for version in (first, second)] == [2, 2]
    world.put("versioned-too")
    one = run(OPERATION, world, key="versioned", versions="all", state="absent", **options)
    assert one.result["objects"] == counts(changed=2, delete_markers=1)
    single = run(OPERATION, world, key="versioned", version_id=first, **options)
    assert single.result["objects"] == counts(changed=1)
    assert [len(world.objects["versioned"][version]["Grants"]) for version in (first, second)] == [2, 1]
    assert run(OPERATION, world, prefix="versioned", **options).result["objects"] == counts(changed=1)
    with pytest.raises(TaskError, match="MethodNotAllowed"):
        run(OPERATION, world, key="versioned", version_id=marker, **options)


def test_objects_that_vanish_are_counted_and_named_ones_must_exist(world):
    world.errors["GetObjectAcl"] = ["NoSuchKey", "", "NoSuchKey"]
    world.errors["PutObjectAcl"] = ["NoSuchKey"]
    options = {"grants": READ, "canonical_ids": IDS}
    done = run(OPERATION, world, prefix="reports/", **options)
    assert done.result["objects"] == counts(changed=27, vanished=3)
    with pytest.raises(TaskError, match=r"1 of 2 objects in s3://data/ failed.*The first is nothing") as refused:
        run(OPERATION, world, keys=["nothing", "other"], **options)
    assert refused.value.details["objects"] == counts(changed=1, failed=1)
    assert refused.value.details["changed"]
    gone = run(OPERATION, world, keys=["nothing", "other"], state="absent", **options)
    assert gone.result["objects"] == counts(changed=1, vanished=1)


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_server_without_acls_of_objects_has_not_lost_the_objects(world, state):
    """It says MethodNotAllowed of each of them, as S3 does of a version that is a delete marker."""
    world.errors["GetObjectAcl"] = ["MethodNotAllowed"] * 30
    with pytest.raises(TaskError, match="MethodNotAllowed"):
        run(OPERATION, world, prefix="reports/", grants=READ, canonical_ids=IDS, state=state)


def test_nothing_below_the_prefix_is_said(world):
    done = run(OPERATION, world, prefix="Reports/", grants=READ, canonical_ids=IDS)
    assert done.result["objects"] == counts()
    assert "There is no object in s3://data/Reports/" in done.said[0]


def test_what_stays_granted_is_said(world):
    world.put("more", BUCKET_OWNER, (canonical(THIRD), "READ"), (canonical(THIRD), "FULL_CONTROL"))
    done = run(OPERATION, world, prefix="", grants=READ, canonical_ids=IDS, state="absent")
    assert done.result["objects"] == counts(changed=1, unchanged=31)
    assert "READ for 333333333333 is still given by another grant to the same account on 1 objects" in done.said[0]


def test_only_the_first_failures_are_kept_and_hopeless_runs_end(world):
    for number in range(1500):
        world.put(f"theirs/{number:04}", WRITER)
    with pytest.raises(TaskError) as refused:
        run(OPERATION, world, prefix="theirs/", grants=READ, canonical_ids=IDS)
    details = refused.value.details
    assert len(details["failures"]) == bulk.SHOWN_FAILURES
    assert 100 <= details["objects"]["failed"] < 200
    assert "The run ended there: 1" in str(refused.value)
    assert not details["changed"]


def test_an_interrupted_run_goes_on_where_it_was(world):
    options = {"prefix": "reports/", "grants": READ, "canonical_ids": IDS, "concurrency": 1}
    world.errors["GetObjectAcl"] = [""] * 12 + ["ExpiredToken"]
    with pytest.raises(
        TaskError, match=r"credentials have expired.*12 changed, 1 failed.*re-running continues"
    ) as ended:
        run(OPERATION, world, **options)
    assert ended.value.details["objects"] == counts(changed=12, failed=1)
    world.calls.clear()
    assert run(OPERATION, world, **options).result["objects"] == counts(changed=18, unchanged=12)
    assert world.calls["PutObjectAcl"] == 18


def test_a_list_that_breaks_off_tells_what_was_done(world):
    for number in range(1500):
        world.put(f"many/{number:04}")
    world.errors["ListObjectsV2"] = ["", "InternalError"]
    with pytest.raises(TaskError, match=r"Listing the objects of bucket data.*InternalError.*changed") as ended:
        run(OPERATION, world, prefix="many/", grants=READ, canonical_ids=IDS)
    assert ended.value.details["objects"] == counts(changed=1000)
    assert run(OPERATION, world, prefix="many/", grants=READ, canonical_ids=IDS).result["objects"]["total"] == 1500


def test_taking_from_a_bucket_that_is_gone_is_nothing(world):
    world.errors["ListObjectsV2"] = ["NoSuchBucket"]
    done = run(OPERATION, world, prefix="", grants=READ, canonical_ids=IDS, state="absent")
    assert done.result["objects"] == counts()


def test_public_grants_want_to_be_allowed_and_are_explained_when_s3_refuses(world):
    public = {"prefix": "", "grants": [{"permission": "READ", "group": "AllUsers"}]}
    with pytest.raises(ValueError, match=r"grants\[1\]: AllUsers is anybody in the world.*allow_public: true"):
        run(OPERATION, world, **public)
    with pytest.raises(ValueError, match="canned: public-read: AllUsers is anybody"):
        run(OPERATION, world, prefix="", canned="public-read")
    world.errors["PutObjectAcl"] = ["AccessDenied"]
    with pytest.raises(TaskError, match="BlockPublicAcls refuses those"):
        run(OPERATION, world, key="other", grants=public["grants"], allow_public=True)
    assert run(OPERATION, world, allow_public=True, **public).result["changed"]
    assert (ALL_USERS, "READ") in acl(world, "other")
    # Taking it back needs no permission.
    assert run(OPERATION, world, state="absent", **public).result["changed"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "one of the following is required: key, keys, prefix"),
        ({"key": "a", "prefix": "b"}, "mutually exclusive"),
        ({"key": "a", "grants": None}, "nothing is declared"),
        ({"key": "", "grants": READ}, "key: is empty"),
        ({"keys": [], "grants": READ}, "keys: name at least one"),
        ({"prefix": "a", "version_id": "1"}, "version_id: only together with key"),
        ({"key": "a", "version_id": "1", "versions": "all"}, "versions: either all"),
        ({"key": "a", "concurrency": 65}, "concurrency: 65 is not a number from 1 to 64"),
        ({"key": "a", "grants": [{"permission": "WRITE", "account_id": THIRD}]}, "value of permission must be one of"),
        ({"key": "a", "grants": [{"permission": "READ", "account_id": "1"}]}, "12 digits, in quotes"),
        ({"key": "a", "grants": [{"permission": "READ", "canonical_id": THIRD}]}, "64 digits"),
        ({"key": "a", "grants": [{"permission": "READ", "email": "a@example.com"}]}, "no e-mail addresses"),
        ({"key": "a", "grants": [{"permission": "READ"}]}, "one of the following is required"),
        ({"key": "a", "grants": [{"permission": "READ", "account_id": THIRD, "group": "AllUsers"}]}, "mutually"),
        ({"key": "a", "grants": None, "state": "absent"}, "say what is to be taken out"),
        ({"key": "a", "state": "absent", "purge_grants": True}, "purge_grants: only with state: present"),
        ({"key": "a", "canonical_ids": {THIRD: "a b"}}, "is not a canonical ID"),
        ({"key": "a", "canonical_ids": {THIRD: 79}}, "put it in quotes"),
        ({"key": "a", "canonical_ids": {THIRD: "a" * 63}}, "this one has 63 digits"),
        ({"key": "a", "canonical_ids": {THIRD: "short"}, "endpoint_url": "https://s3.amazonaws.com"}, "64 digits"),
        ({"key": "a", "canonical_ids": {1: canonical(THIRD)}}, "is not an account ID"),
        ({"key": "a", "expected_bucket_owner": "me"}, "expected_bucket_owner: 'me' is not an account ID"),
        ({"key": "a", "canned": "log-delivery-write"}, "value of canned must be one of"),
    ],
)
def test_bad_input_is_refused_before_any_call(world, options, says):
    with pytest.raises(ValueError, match=says):
        run(OPERATION, world, **{"grants": READ, **options})
    assert not world.calls


@pytest.mark.parametrize(
    "options", [{"grants": [{"permission": "READ", "canonical_id": "short"}]}, {"canonical_ids": {THIRD: "short"}}]
)
def test_a_canonical_id_that_aws_has_not_is_refused_before_any_call(world, options):
    """Whose server it is may be known to a profile only, so that is looked at once the connection is there."""
    with pytest.raises(TaskError, match="'short' is not a canonical ID"):
        run(OPERATION, world, **{"key": "other", "grants": READ, **options})
    assert not world.calls


CEPH = "https://objects.example.com"


@pytest.mark.parametrize("name", ["fred", "tenant$fred", "RGW33567154695143645", THIRD, "9f1c" * 8])
def test_other_servers_have_ids_of_their_own(name):
    world = World(owner="tenant$owner", bucket_acl=acl_of("tenant$owner"))
    world.objects["other"] = {
        "v1": acl_of("tenant$owner", (name, "READ_ACP"), (canonical(BUCKET_OWNER), "FULL_CONTROL"))
    }
    grants = [{"permission": "READ", "canonical_id": name}]
    done = run(OPERATION, world, key="other", grants=grants, endpoint_url=CEPH)
    assert [change["name"] for change in done.result["changes"]] == [f"READ for {name}"]
    assert ("tenant$owner", "FULL_CONTROL") in acl(world, "other") and (name, "READ") in acl(world, "other")
    by_account = [{"permission": "READ", "account_id": WRITER}]
    again = run(OPERATION, world, key="other", grants=by_account, canonical_ids={WRITER: name}, endpoint_url=CEPH)
    assert not again.result["changed"]


def test_what_the_server_itself_says_is_never_refused():
    """Also where the connection leads to AWS as far as anybody can tell."""
    world = World(owner="an owner", bucket_acl=acl_of("an owner"))
    world.objects["other"] = {"v1": acl_of("an owner", ("some body", "READ"), (canonical(BUCKET_OWNER), "WRITE_ACP"))}
    world.objects["other"]["v1"]["Grants"].append(
        {"Grantee": {"Type": "CanonicalUser", "ID": canonical(BUCKET_OWNER)}, "Permission": "READ_ACP"}
    )
    assert run(OPERATION, world, key="other", grants=READ, canonical_ids=IDS).result["changed"]
    assert ("some body", "READ") in acl(world, "other")


def test_present_and_absent_at_once_is_refused(world):
    contrary = [*READ, {"permission": "READ", "canonical_id": canonical(THIRD), "state": "absent"}]
    with pytest.raises(TaskError, match="present and absent at once: READ for 333333333333"):
        run(OPERATION, world, key="other", grants=contrary, canonical_ids=IDS)


class ManyObjects(Client):
    """A bucket of so many objects that exist only while somebody looks at them; every second one has the grant."""

    def __init__(self, number: int) -> None:
        super().__init__(World(), BUCKET_OWNER)
        self.number = number
        self.written = 0

    def _objects(self, Prefix, **_rest):  # noqa: N803
        for start in range(0, self.number, 1000):
            yield {"Contents": [{"Key": f"{Prefix}{start + offset:08}", "Size": 5} for offset in range(1000)]}

    def get_object_acl(self, Key, **_rest):  # noqa: N803
        return acl_of(self.world.owner, (canonical(THIRD), "READ")) if int(Key[-1]) % 2 else acl_of(self.world.owner)

    def put_object_acl(self, **_rest):
        with self.world.lock:
            self.written += 1


def test_memory_does_not_grow_with_the_number_of_objects(monkeypatch):
    def peak(number: int) -> int:
        client = ManyObjects(number)
        monkeypatch.setattr("tests.unit.plugins.module_utils._operations.acls.acl_world.Client", lambda *_given: client)
        tracemalloc.start()
        try:
            done = run(OPERATION, client.world, prefix="reports/", grants=READ, canonical_ids=IDS, concurrency=4)
            _now, highest = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert done.result["objects"] == counts(changed=number // 2, unchanged=number // 2)
        assert client.written == number // 2
        return highest

    # One page is there while the next one comes: that is all that a thousand objects have less.
    small, large = peak(1000), peak(50_000)
    assert large < 2.2 * small
    # How far the threads are ahead of each other differs from run to run, so the few objects are gone through as often
    # as it takes to see the same.
    assert large < 1.2 * max(peak(4000) for _again in range(5))


def test_long_work_says_how_far_it_is():
    now = [0.0]
    said: list[float] = []

    def work(_target):
        now[0] += 1.0
        return "changed"

    tally = Tally()
    targets = (ObjectVersion(str(number)) for number in range(23))
    stop = threading.Event()
    process(targets, work, tally, concurrency=1, stop=stop, progress=said.append, clock=lambda: now[0])
    assert said == [5.0, 10.0, 15.0, 20.0]
    assert str(tally) == "23 changed"


def test_a_defect_in_a_worker_ends_the_run_and_shows():
    def work(target):
        if target.key == "7":
            raise ZeroDivisionError
        return "changed"

    targets = (ObjectVersion(str(number)) for number in range(100_000))
    tally, stop = Tally(), threading.Event()
    with pytest.raises(ZeroDivisionError):
        process(targets, work, tally, concurrency=3, stop=stop, progress=lambda _seconds: None)
    assert tally.total < 100_000


def test_being_stopped_from_outside_leaves_no_thread():
    def targets():
        yield from (ObjectVersion(str(number)) for number in range(10))
        raise KeyboardInterrupt

    tally, stop = Tally(), threading.Event()
    with pytest.raises(KeyboardInterrupt):
        process(targets(), lambda _t: "changed", tally, concurrency=3, stop=stop, progress=lambda _seconds: None)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("xacct")]
