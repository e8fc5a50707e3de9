# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What passes is waited for, what does not is not, and everything has a bound."""

from __future__ import annotations

import socket

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls import retries
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError, aws_call, called, is_code
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.retries import retry_while
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import open_account

THROTTLED = (400, "Throttling", "Rate exceeded")
BROKEN = (500, "InternalFailure", "We have a problem")
CUT = (0, "", "")
NOT_FOUND = (404, "NoSuchEntity", "gone")
CONCURRENT = (409, "ConcurrentModification", "somebody else")


def get_role(keys, **more):
    account = open_account({**keys, **more})
    with aws_call(account, "role r"):
        return account.client("iam").get_role(RoleName="r")


@pytest.mark.parametrize(
    "faults", [[THROTTLED] * 9, [BROKEN] * 4, [CUT] * 2, [CONCURRENT] * 3, [THROTTLED, BROKEN, CUT]], ids=len
)
def test_what_passes_is_overcome(fake_aws, keys, no_pauses, faults):
    fake_aws.fail("GetRole", *faults)
    assert get_role(keys)["Role"]["RoleName"] == "r"
    assert len(fake_aws.actions()) == len(no_pauses) + 1 == len(faults) + 1


@pytest.mark.parametrize(
    ("fault", "attempts"), [(THROTTLED, 10), (BROKEN, 5), (CUT, 3), (CONCURRENT, 10), (NOT_FOUND, 1)], ids=str
)
def test_what_stays_fails_after_a_bounded_number_of_attempts(fake_aws, keys, no_pauses, fault, attempts):
    fake_aws.fail("GetRole", *[fault] * 20)
    with pytest.raises(AwsError) as failed:
        get_role(keys)
    assert len(fake_aws.actions()) == attempts
    assert failed.value.call == "iam:GetRole"
    assert sum(no_pauses) <= 111


def test_a_whole_document_is_not_sent_again_over_the_one_of_somebody_else(fake_aws, keys, no_pauses):
    fake_aws.fail("UpdateAssumeRolePolicy", CONCURRENT)
    client = open_account(keys).client("iam")
    with pytest.raises(client.exceptions.ConcurrentModificationException):
        client.update_assume_role_policy(RoleName="r", PolicyDocument="{}")
    fake_aws.fail("AttachRolePolicy", CONCURRENT)
    client.attach_role_policy(RoleName="r", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    assert fake_aws.actions() == ["UpdateAssumeRolePolicy"] + ["AttachRolePolicy"] * 2


def test_a_quota_is_no_throttling_though_botocore_thinks_so(fake_aws, keys):
    assert retries._is_quota("kms:PutKeyPolicy", "LimitExceededException")
    assert not retries._is_quota("dynamodb:PutResourcePolicy", "LimitExceededException")
    fake_aws.fail("CreateRole", (409, "LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000"))
    client = open_account(keys).client("iam")
    with pytest.raises(client.exceptions.LimitExceededException):
        client.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    assert fake_aws.actions() == ["CreateRole"]


def test_a_connection_that_breaks_after_the_write_sends_it_again(fake_aws, keys, no_pauses):
    """Who creates has to expect EntityAlreadyExists for what it made itself."""
    fake_aws.fail("CreateRole", CUT, (409, "EntityAlreadyExists", "Role with name r already exists."))
    client = open_account(keys).client("iam")
    with pytest.raises(client.exceptions.EntityAlreadyExistsException):
        client.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    assert fake_aws.actions() == ["CreateRole", "CreateRole"]


def test_a_closed_port_is_known_soon_and_by_its_address(keys, no_pauses):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        with pytest.raises(AwsError) as failed:
            get_role(keys, endpoint_url=url)
    assert len(no_pauses) == 2
    assert sum(no_pauses) <= 3
    assert url in str(failed.value)
    assert "iam:GetRole got no answer" in str(failed.value)


def test_an_endpoint_that_never_answers_is_given_up(keys, no_pauses):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(AwsError) as failed:
            get_role(keys, endpoint_url=url, aws_config={"read_timeout": 0.05})
    assert failed.value.code == "ReadTimeoutError"
    assert len(no_pauses) == retries.READ_TIMEOUT_ATTEMPTS - 1


def test_a_dead_endpoint_costs_about_twenty_seconds_at_most():
    connecting = retries.UNREACHED_ATTEMPTS * retries.CONNECT_TIMEOUT + sum(2**n for n in range(2))
    reading = retries.READ_TIMEOUT_ATTEMPTS * retries.READ_TIMEOUT + 1
    assert max(connecting, reading) <= 21


def test_the_users_settings_win(fake_aws, keys, no_pauses, monkeypatch, tmp_path):
    fake_aws.fail("GetRole", *[BROKEN] * 50)
    for setting, attempts in (
        ({"retries": {"total_max_attempts": 2}}, 2),
        ({"retries": {"mode": "standard", "total_max_attempts": 7}}, 7),
    ):
        fake_aws.received.clear()
        with pytest.raises(AwsError):
            get_role(keys, aws_config=setting)
        assert len(fake_aws.actions()) == attempts
    fake_aws.received.clear()
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "4")
    with pytest.raises(AwsError):
        get_role(keys)
    assert len(fake_aws.actions()) == 4
    config = open_account({**keys, "aws_config": {"read_timeout": 77}}).client("iam").meta.config
    assert (config.read_timeout, config.connect_timeout) == (77, retries.CONNECT_TIMEOUT)
    assert "xacct.aws" in config.user_agent_extra


def test_settings_that_botocore_does_not_know_are_refused(keys):
    with pytest.raises(AwsError, match="aws_config is not accepted by botocore") as refused:
        open_account({**keys, "aws_config": {"retriez": 1}}).client("iam")
    assert refused.value.code == "InvalidConfig"


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 100.0
        self.pauses = []

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds


def failing(*errors):
    """Return a call that raises these one after the other, then returns "done"."""
    left = list(errors)

    def call():
        if left:
            raise left.pop(0)
        return "done"

    return call


def transient(error):
    return is_code(error, "Passing")


def test_waiting_is_said_once_and_ends_with_success():
    time, told = Time(), []
    errors = [AwsError("x", code="Passing")] * 5
    done = retry_while(
        failing(*errors), transient, 60, what="role r to be seen", warn=told.append, sleep=time.sleep, clock=time.clock
    )
    assert done == "done"
    assert told == ["Waiting up to 60 s for role r to be seen: Passing may pass"]
    assert len(time.pauses) == 5
    assert all(limit / 2 <= pause <= limit for pause, limit in zip(time.pauses, (1, 2, 4, 8, 10), strict=True))


def test_waiting_ends_on_time_with_the_last_error():
    time = Time()
    errors = [AwsError(f"x{number}", code="Passing") for number in range(100)]
    with pytest.raises(AwsError, match="x"):
        retry_while(failing(*errors), transient, 30, sleep=time.sleep, clock=time.clock)
    assert time.now == pytest.approx(130)


def test_other_errors_and_no_time_are_no_reason_to_wait():
    time = Time()
    for error, timeout in ((AwsError("x", code="Other"), 60), (AwsError("x", code="Passing"), 0)):
        with pytest.raises(AwsError):
            retry_while(failing(error), transient, timeout, sleep=time.sleep, clock=time.clock)
    with pytest.raises(KeyError):
        retry_while(failing(KeyError()), transient, 60, sleep=time.sleep, clock=time.clock)
    assert time.pauses == []
    assert called(AwsError("x", call="iam:GetRole")) == "iam:GetRole"
