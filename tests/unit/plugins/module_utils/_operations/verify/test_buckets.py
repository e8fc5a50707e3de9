# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proofs about buckets against a make-believe S3: what is called, what stays behind, what it says."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import Caller
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import Task
from ansible_collections.xacct.aws.plugins.module_utils._operations.verify.verify import check_verify, run
from botocore.exceptions import ClientError

READER = "arn:aws:sts::111111111111:assumed-role/Reader/xacct-verify"
SLEEPS: list[float] = []


class S3:
    """A bucket whose owner grants `allowed` operations; all others are refused with `code`."""

    def __init__(self, *allowed: str, code: str = "AccessDenied", keys: tuple[str, ...] = (), tls: bool = True) -> None:
        self.allowed = allowed
        self.code = code
        self.keys = set(keys)
        self.calls: list[tuple[str, dict]] = []
        self.meta = SimpleNamespace(endpoint_url="https://s3.example" if tls else "http://127.0.0.1:1")

    def _answer(self, operation: str, arguments: dict) -> None:
        self.calls.append((operation, arguments))
        if operation not in self.allowed:
            raise ClientError({"Error": {"Code": self.code, "Message": f"no {operation}"}}, operation)

    def get_object(self, **arguments: object) -> dict:
        self._answer("GetObject", arguments)
        return {"Body": SimpleNamespace(close=lambda: None)}

    def put_object(self, **arguments: object) -> None:
        self._answer("PutObject", arguments)
        assert arguments["Body"] == b""
        self.keys.add(arguments["Key"])

    def delete_object(self, **arguments: object) -> None:
        self._answer("DeleteObject", arguments)
        self.keys.remove(arguments["Key"])

    def list_objects_v2(self, **arguments: object) -> dict:
        self._answer("ListObjectsV2", arguments)
        after = arguments.get("StartAfter", "")
        listed = sorted(key for key in self.keys if key.startswith(arguments["Prefix"]) and key > after)
        return {"Contents": [{"Key": key} for key in listed[: arguments["MaxKeys"]]]} if listed else {}


class Account:
    """The connection of the task, which is the reader itself."""

    known_account_id, known_caller, description = "111111111111", "", "account 111111111111"
    caller = Caller("111111111111", READER, "AROA:x")

    def __init__(self, s3: S3) -> None:
        self.s3 = s3

    def confirm_account(self) -> None:
        """Be the expected one."""

    def secrets(self) -> tuple:
        return ()

    def client(self, service: str) -> S3:
        assert service == "s3"
        return self.s3


def expectation(call: str, expect: str, **more: object) -> dict:
    return {
        "id": f"{call} {expect}",
        "trust": "exports",
        "trusting": "customer_a",
        "actor": {"account": "platform", "principal": "role/Reader"},
        "call": call,
        "role_arn": None,
        "external_id": "none",
        "mfa": "none",
        "bucket": "data",
        "bucket_owner": "222222222222",
        "prefix": "exports/",
        "key": "exports/a" if call == "s3_get" else None,
        "lookup": None,
        "outside": [],
        "by_writing": False,
        "expect": expect,
        "why": "",
        "depends_on": [],
        "unless": [],
        "at": None,
        "session_tags": False,
        "without_permission": False,
        **more,
    }


def verify(s3: S3, *expectations: dict, check_mode: bool = False, **more: object) -> dict:
    params = {
        "expectations": list(expectations),
        "principals": [],
        "external_ids": {},
        "objects": {},
        "lookups": [],
        "concurrency": 2,
        "propagation_timeout": 0,
        "fail_on_broken": False,
        "evaluate": False,
        "assume_none": [],
        **more,
    }
    assert check_verify(params) == []
    return run(Task(params, check_mode, Account(s3)), sleep=SLEEPS.append)


def proof(s3: S3, call: str, expect: str, check_mode: bool = False, **more: object) -> dict:
    (one,) = verify(s3, expectation(call, expect, **more), check_mode=check_mode)["proofs"]
    return one


OPERATIONS = {"s3_get": "GetObject", "s3_list": "ListObjectsV2", "s3_put": "PutObject"}


@pytest.mark.parametrize("call", ["s3_get", "s3_list"])
def test_access_and_refusal(call):
    open_, closed = S3(OPERATIONS[call]), S3()
    assert proof(open_, call, "allowed")["outcome"] == "proved"
    assert proof(closed, call, "denied")["outcome"] == "proved"
    wrong = proof(open_, call, "denied")
    assert wrong["outcome"] == "broken"
    assert wrong["said"].startswith("trust 'exports' does not hold")
    missing = proof(closed, call, "allowed")
    assert missing["outcome"] == "broken"
    assert "the bucket's policy or access control lists" in missing["said"]


def test_every_call_says_whose_the_bucket_is():
    s3 = S3(*OPERATIONS.values(), "DeleteObject")
    for call in OPERATIONS:
        proof(s3, call, "allowed", by_writing=True)
    assert len(s3.calls) == 4
    assert all(arguments["ExpectedBucketOwner"] == "222222222222" for _operation, arguments in s3.calls)


class TestWriting:
    def test_a_refusal_is_proved_by_trying(self):
        s3 = S3()
        assert proof(s3, "s3_put", "denied")["outcome"] == "proved"
        ((_operation, arguments),) = s3.calls
        assert arguments["Key"].startswith("exports/xacct-verify-")

    def test_what_gets_in_is_deleted_at_once_and_broken(self):
        s3 = S3("PutObject", "DeleteObject")
        found = proof(s3, "s3_put", "denied")
        assert found["outcome"] == "broken"
        assert "put an object into data below exports/" in found["said"]
        assert s3.keys == set()

    def test_what_cannot_be_deleted_is_named(self):
        s3 = S3("PutObject")
        found = proof(s3, "s3_put", "denied")
        (key,) = s3.keys
        assert found["outcome"] == "broken"
        assert f"the empty object {key} could not be deleted" in found["said"]

    def test_what_cannot_be_deleted_is_not_put_again(self):
        s3 = S3("PutObject")
        verify(s3, expectation("s3_put", "denied"), propagation_timeout=20)
        assert [operation for operation, _arguments in s3.calls] == ["PutObject", "DeleteObject"]

    def test_access_is_proved_only_where_the_trust_says_so(self):
        s3 = S3("PutObject", "DeleteObject")
        found = proof(s3, "s3_put", "allowed")
        assert (found["outcome"], s3.calls) == ("not_proved", [])
        assert "verify_by_writing" in found["said"]
        assert proof(s3, "s3_put", "allowed", by_writing=True)["outcome"] == "proved"
        assert s3.keys == set()

    @pytest.mark.parametrize("expect", ["allowed", "denied"])
    def test_check_mode_puts_nothing(self, expect):
        s3 = S3("PutObject", "DeleteObject")
        found = proof(s3, "s3_put", expect, by_writing=True, check_mode=True)
        assert (found["outcome"], s3.calls) == ("not_proved", [])


@pytest.mark.parametrize("code", ["NoSuchKey", "NoSuchBucket", "SlowDown", "PermanentRedirect", "ExpiredToken"])
@pytest.mark.parametrize("expect", ["allowed", "denied"])
def test_trouble_is_not_proof(code, expect):
    assert proof(S3(code=code), "s3_get", expect)["outcome"] == "not_proved"


def test_an_archived_object_is_one_that_may_be_got():
    assert proof(S3(code="InvalidObjectState"), "s3_get", "allowed")["outcome"] == "proved"
    assert proof(S3(code="InvalidObjectState"), "s3_get", "denied")["outcome"] == "broken"


def test_a_condition_on_tls_is_met_wherever_there_is_tls():
    given = {"depends_on": ["require_tls"]}
    assert proof(S3(tls=True), "s3_get", "allowed", **given)["outcome"] == "broken"
    assert proof(S3(tls=False), "s3_get", "allowed", **given)["outcome"] == "not_proved"


class TestObjectsToTry:
    def test_the_object_that_its_owner_found(self):
        s3 = S3("GetObject")
        more = {"key": None, "lookup": "data/exports/"}
        found = verify(s3, expectation("s3_get", "allowed", **more), objects={"data/exports/": {"key": "exports/x"}})
        assert found["counts"]["proved"] == 1
        assert s3.calls[0][1]["Key"] == "exports/x"

    @pytest.mark.parametrize(
        ("objects", "reason"),
        [
            ({}, "the trusting account was not part of this run"),
            ({"data/exports/": {"key": None, "reason": "there is nothing"}}, "there is nothing"),
        ],
    )
    def test_no_object_no_proof(self, objects, reason):
        s3 = S3("GetObject")
        more = {"key": None, "lookup": "data/exports/"}
        (found,) = verify(s3, expectation("s3_get", "denied", **more), objects=objects)["proofs"]
        assert (found["outcome"], s3.calls) == ("not_proved", [])
        assert reason in found["said"]

    @staticmethod
    def look(s3: S3, **more: object) -> dict:
        lookup = {"lookup": "x", "bucket": "data", "bucket_owner": None, "prefix": "", "outside": [], **more}
        return verify(s3, lookups=[lookup])["objects"]["x"]

    def test_below_a_prefix(self):
        s3 = S3("ListObjectsV2", keys=("a/1", "b/1", "b/2"))
        assert self.look(s3, prefix="b/") == {"key": "b/1", "reason": ""}
        assert self.look(s3, prefix="c/")["reason"] == "there is no object below c/ to try it with in data"

    def test_a_key_that_no_result_can_pass_on_is_not_chosen(self):
        s3 = S3("ListObjectsV2", keys=("b/\t", "b/\u200d", "b/one", "c/\n", "d/one"))
        assert self.look(s3, prefix="b/")["key"] == "b/one"
        assert self.look(s3, prefix="c/")["key"] is None
        assert self.look(s3, outside=["d/"])["key"] == "b/one"
        s3.keys -= {"b/one"}
        assert self.look(s3, outside=["d/"])["key"] is None

    def test_outside_prefixes_is_found_in_few_calls(self):
        many = tuple(f"a/{number:05}" for number in range(3000))
        s3 = S3("ListObjectsV2", keys=(*many, "b/1", "c/1"))
        assert self.look(s3, outside=["a/", "b/"])["key"] == "c/1"
        assert len(s3.calls) == 3
        assert self.look(s3, outside=["a/", "b/", "c/"])["key"] is None

    def test_who_may_not_list_finds_nothing(self):
        found = self.look(S3())
        assert found["key"] is None
        assert "cannot look for an object in data: no ListObjectsV2" in found["reason"]
