# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_verify` against a make-believe STS: who asks, how often, and that nothing secret comes back."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import Caller
from ansible_collections.xacct.aws.plugins.module_utils._operations.actors import is_arn_of, is_principal
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import Task, TaskError
from ansible_collections.xacct.aws.plugins.module_utils._operations.verify.verify import check_verify, run
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::222222222222:role/Backup"
HOME = "arn:aws:sts::111111111111:assumed-role/Admin/ansible"


@dataclass
class Sts:
    """Answers AssumeRole with what `policy(arn, arguments, how many calls before)` says: True, or an error code."""

    policy: object
    arn: str
    calls: list = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def assume_role(self, **arguments: object) -> dict:
        with self.lock:
            before = len(self.calls)
            self.calls.append(arguments)
        answer = self.policy(self.arn, arguments, before)
        if answer is True:
            return {"Credentials": {"SecretAccessKey": "hidden-secret", "SessionToken": "hidden-token"}}
        text = f"User: {self.arn} is not authorized to perform: sts:AssumeRole with {arguments.get('ExternalId')}"
        raise ClientError({"Error": {"Code": answer, "Message": text}}, "AssumeRole")


@dataclass
class FakeAccount:
    """The connection of the task, or what it becomes over a hop."""

    policy: object
    arn: str = HOME
    hops_taken: list = field(default_factory=list)
    opened: list = field(default_factory=list)
    refuses_hops: bool = False
    sts: Sts | None = None
    known_account_id: str = "111111111111"
    known_caller: str = ""
    description: str = "account 111111111111"

    def confirm_account(self) -> None:
        """Be the expected one."""

    def secrets(self) -> tuple:
        return ()

    @property
    def caller(self) -> Caller:
        if self.refuses_hops and self.hops_taken:
            raise AwsError("Assuming role failed", code="AccessDenied", aws_message="User: x is not authorized")
        return Caller(self.arn.split(":")[4], self.arn, "AROA:x")

    def over_hops(self, hops: list, **_label: str) -> FakeAccount:
        name = hops[-1]["role_arn"].rpartition("/")[2]
        arn = f"arn:aws:sts::111111111111:assumed-role/{name}/xacct-verify"
        other = FakeAccount(self.policy, arn, list(hops), refuses_hops=self.refuses_hops)
        self.opened.append(other)
        return other

    def beside(self, params: dict, **_label: str) -> FakeAccount:
        other = FakeAccount(self.policy, f"arn:aws:iam::111111111111:user/{params['access_key']}")
        self.opened.append(other)
        return other

    def client(self, _service: str) -> Sts:
        self.sts = self.sts or Sts(self.policy, self.arn)
        return self.sts


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


def expectation(
    identifier: str, expect: str = "allowed", principal: str = "role/BackupService", **more: object
) -> dict:
    return {
        "id": identifier,
        "trust": "backup",
        "trusting": "customer_a",
        "actor": {"account": "platform", "principal": principal},
        "call": "assume_role",
        "role_arn": ROLE,
        "external_id": "none",
        "mfa": "none",
        "expect": expect,
        "why": "because",
        "depends_on": [],
        "unless": [],
        "at": None,
        "session_tags": False,
        "without_permission": False,
        **more,
    }


def verify(account: FakeAccount, expectations: list[dict], clock: Clock | None = None, **more: object) -> dict:
    params = {
        "expectations": expectations,
        "principals": [],
        "external_ids": {},
        "objects": {},
        "lookups": [],
        "concurrency": 4,
        "propagation_timeout": 20,
        "fail_on_broken": False,
        "evaluate": False,
        "organization_connection": None,
        "assume_none": [],
        **more,
    }
    assert check_verify(params) == []
    clock = clock or Clock()
    return run(Task(params, False, account), sleep=clock.sleep, clock=clock)


def only_with_id(_arn: str, arguments: dict, _before: int) -> object:
    return True if arguments.get("ExternalId") == "shared-words" else "AccessDenied"


EXTERNAL_IDS = {"backup/customer_a": ["shared-words"]}


def test_a_trust_that_holds() -> None:
    account = FakeAccount(only_with_id)
    result = verify(
        account,
        [
            expectation("in", external_id="declared"),
            expectation("without", "denied"),
            expectation("wrong", "denied", external_id="wrong"),
            expectation("other", "denied", principal="connection"),
        ],
        external_ids=EXTERNAL_IDS,
    )
    assert result["counts"] == {"proved": 4, "evaluated": 0, "broken": 0, "not_proved": 0}
    assert result["changed"] is False
    assert [entry["outcome"] for entry in result["proofs"]] == ["proved"] * 4
    assert [entry["id"] for entry in result["proofs"]] == ["in", "without", "wrong", "other"]
    for hidden in ("hidden", "shared-words"):
        assert hidden not in str(result)
    (actor,) = account.opened
    assert [hop["role_arn"] for hop in actor.hops_taken] == ["arn:aws:iam::111111111111:role/BackupService"]
    assert {call["DurationSeconds"] for call in actor.sts.calls} == {900}
    wrong = actor.sts.calls[2]["ExternalId"]
    assert len(wrong) == 32
    assert wrong != "shared-words"


def test_access_is_proved_before_refusals_are() -> None:
    account = FakeAccount(only_with_id)
    verify(
        account,
        [expectation("without", "denied"), expectation("in", external_id="declared")],
        external_ids=EXTERNAL_IDS,
    )
    assert ["ExternalId" in call for call in account.opened[0].sts.calls] == [True, False]


def test_a_refusal_that_does_not_come_names_the_trust_and_fails() -> None:
    account = FakeAccount(lambda *_: True)
    with pytest.raises(TaskError, match="1 of 2 expectations do not hold:\n- without: trust 'backup'") as caught:
        verify(
            account,
            [expectation("in", external_id="declared"), expectation("without", "denied")],
            external_ids=EXTERNAL_IDS,
            fail_on_broken=True,
        )
    assert caught.value.details["counts"] == {"proved": 1, "evaluated": 0, "broken": 1, "not_proved": 0}
    assert len(caught.value.details["proofs"]) == 2


def test_new_access_is_waited_for_within_a_bound() -> None:
    clock = Clock()
    account = FakeAccount(lambda _arn, _arguments, before: True if before >= 2 else "AccessDenied")
    assert verify(account, [expectation("in")], clock)["counts"]["proved"] == 1
    assert clock.sleeps == [0.5, 1.0]
    clock = Clock()
    account = FakeAccount(lambda *_: "AccessDenied")
    assert verify(account, [expectation("in"), expectation("also in")], clock)["counts"]["broken"] == 2
    assert clock.now == 20
    assert len(account.opened[0].sts.calls) == 2 * (len(clock.sleeps) + 1)


def test_a_removal_is_waited_for_and_a_refusal_is_not() -> None:
    clock = Clock()
    account = FakeAccount(lambda _arn, _arguments, before: True if before == 0 else "AccessDenied")
    assert verify(account, [expectation("gone", "denied")], clock)["counts"]["proved"] == 1
    assert clock.sleeps == [0.5]
    clock = Clock()
    verify(FakeAccount(lambda *_: "AccessDenied"), [expectation("gone", "denied")], clock)
    assert clock.sleeps == []


def test_without_a_timeout_there_is_one_attempt() -> None:
    account = FakeAccount(lambda *_: "AccessDenied")
    assert verify(account, [expectation("in")], propagation_timeout=0)["counts"]["broken"] == 1
    assert len(account.opened[0].sts.calls) == 1


def test_both_external_ids_have_to_work_while_they_are_rotated() -> None:
    account = FakeAccount(only_with_id)
    result = verify(
        account,
        [expectation("in", external_id="declared")],
        external_ids={"backup/customer_a": ["shared-words", "new-words"]},
        propagation_timeout=0,
    )
    (entry,) = result["proofs"]
    assert entry["outcome"] == "broken"
    assert "external ID number 2 of 2" in entry["said"]
    assert "new-words" not in str(result)


@pytest.mark.parametrize(
    ("more", "principals", "reason"),
    [
        ({"principal": "user/alice"}, [], "no credentials for user/alice"),
        ({"principal": "group/developers"}, [], "no credentials for group/developers"),
        ({"external_id": "declared"}, [], "the external ID is not known to this run"),
        ({"mfa": "declared"}, [], "no MFA code for role/BackupService"),
        (
            {"principal": "connection", "unless": ["arn:aws:iam::111111111111:role/team/Admin"]},
            [],
            "is itself one of those whom the trust names",
        ),
        ({"principal": "connection", "unless": ["arn:aws:iam::111111111111:root"]}, [], "is itself one of those"),
        (
            {"principal": "user/alice"},
            [{"principal": "user/alice", "connection": {"access_key": "bob", "secret_key": "s"}}],
            "the connection given for user/alice is that of arn:aws:iam::111111111111:user/bob",
        ),
    ],
)
def test_what_cannot_be_asked_is_not_proved(more: dict, principals: list, reason: str) -> None:
    result = verify(FakeAccount(lambda *_: True), [expectation("x", "denied", **more)], principals=principals)
    (entry,) = result["proofs"]
    assert entry["outcome"] == "not_proved"
    assert reason in entry["said"]


def test_an_actor_that_cannot_be_become_is_not_proved() -> None:
    account = FakeAccount(lambda *_: True, refuses_hops=True)
    (entry,) = verify(account, [expectation("in")])["proofs"]
    assert entry["outcome"] == "not_proved"
    assert "xacct_principal_connections" in entry["said"]


def test_the_connection_need_not_become_what_it_is() -> None:
    account = FakeAccount(lambda *_: True)
    assert verify(account, [expectation("in", principal="role/team/Admin")])["counts"]["proved"] == 1
    assert account.opened == []


def test_a_group_is_whoever_the_user_says() -> None:
    account = FakeAccount(lambda *_: True)
    principals = [{"principal": "group/developers", "connection": {"access_key": "bob", "secret_key": "s"}}]
    assert verify(account, [expectation("in", principal="group/developers")], principals=principals)["counts"]["proved"]


def test_a_user_is_who_the_user_says() -> None:
    account = FakeAccount(lambda *_: True)
    principals = [{"principal": "user/alice", "connection": {"access_key": "alice", "secret_key": "s"}}]
    expectations = [expectation("in", principal="user/alice"), expectation("in too", principal="user/alice")]
    assert verify(account, expectations, principals=principals)["counts"]["proved"] == 2
    assert len(account.opened) == 1


@pytest.mark.parametrize("code", ["ExpiredToken", "Throttling", "InvalidClientTokenId", "ValidationError"])
def test_trouble_is_not_proof(code: str) -> None:
    account = FakeAccount(lambda *_: code)
    result = verify(account, [expectation("in"), expectation("out", "denied")])
    assert result["counts"] == {"proved": 0, "evaluated": 0, "broken": 0, "not_proved": 2}


def test_nothing_to_prove() -> None:
    assert verify(FakeAccount(lambda *_: True), []) == {
        "changed": False,
        "proofs": [],
        "counts": {"proved": 0, "evaluated": 0, "broken": 0, "not_proved": 0},
    }


def test_bad_input_all_at_once() -> None:
    errors = check_verify(
        {
            "expectations": [expectation("x"), expectation("x", role_arn="Backup")],
            "principals": [{"principal": "user/a", "connection": {}}, {"principal": "user/a", "connection": {}}],
            "external_ids": {"a/b": "text", "c/d": ["a b"]},
            "concurrency": 0,
            "propagation_timeout": -1,
            "assume_none": ["organization"],
            "organization_connection": {"profile": "management"},
        }
    )
    assert len(errors) == 8


@pytest.mark.parametrize(
    ("arn", "principal", "same"),
    [
        ("arn:aws:sts::111111111111:assumed-role/Backup/x", "role/Backup", True),
        ("arn:aws:sts::111111111111:assumed-role/Backup/x", "role/team/Backup", True),
        ("arn:aws:sts::111111111111:assumed-role/Backup/x", "role/backup", False),
        ("arn:aws:sts::111111111111:assumed-role/Other/Backup", "role/Backup", False),
        ("arn:aws:iam::111111111111:user/team/alice", "user/alice", True),
        ("arn:aws:iam::111111111111:user/alice", "user/bob", False),
        ("arn:aws:iam::111111111111:user/Backup", "role/Backup", False),
        ("arn:aws:iam::111111111111:root", "user/alice", False),
        ("arn:aws:iam::111111111111:root", "root", True),
        ("arn:aws:iam::111111111111:user/alice", "group/developers", False),
        ("arn:aws:iam::111111111111:user/alice", "connection", True),
    ],
)
def test_who_is_who(arn: str, principal: str, same: bool) -> None:
    assert is_principal(arn, principal) is same


def test_an_arn_of_another_account_is_somebody_else() -> None:
    assert is_arn_of("arn:aws:iam::111111111111:user/alice", "arn:aws:iam::111111111111:user/alice")
    assert not is_arn_of("arn:aws:iam::111111111111:user/alice", "arn:aws:iam::222222222222:user/alice")
    assert is_arn_of("arn:aws:iam::111111111111:user/alice", "arn:aws:iam::111111111111:root")
