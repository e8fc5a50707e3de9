# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hops are made once a run, in their order, and their sessions stay where only we can read them."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions import shared_connection
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import open_account
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.hop_chain import assume_role
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.session_files import SessionFiles
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.sts_answers import credentials_in

HUB = "arn:aws:iam::333333333333:role/Hub"
CUSTOMER_A = "arn:aws:iam::222222222222:role/XacctBackup"
CUSTOMER_B = "arn:aws:iam::444444444444:role/XacctBackup"
DENIED = (403, "AccessDenied", "User: x is not authorized to perform: sts:AssumeRole on resource: y")


def over(*roles, **more):
    return {"assume_role": [{"role_arn": role, **more} for role in roles]}


def in_new_process(monkeypatch):
    """Forget what this process has made, as a fork of the next task would not know it."""
    monkeypatch.setattr(shared_connection.os, "getpid", lambda: os.getppid() * 1000 + len(forgotten))
    forgotten.append(None)


forgotten: list[None] = []


def test_each_hop_is_made_with_the_session_of_the_one_before(fake_aws, keys):
    account = open_account({**keys, **over(HUB, CUSTOMER_A, external_id="ext")})
    account.client("iam").get_role(RoleName="r")
    first, second = fake_aws.requests("AssumeRole")
    assert (first["RoleArn"], first["access_key"], first["ExternalId"]) == (HUB, "AKIAEXAMPLE", "ext")
    assert second["RoleArn"] == CUSTOMER_A
    assert second["access_key"].startswith("ASIA")
    assert second["token"] == f"token-of-{second['access_key']}"
    (read,) = fake_aws.requests("GetRole")
    assert read["access_key"] not in (second["access_key"], "AKIAEXAMPLE")
    assert account.calls == {"sts:AssumeRole": 2, "iam:GetRole": 1}
    assert account.writes == {}


def test_the_last_hop_says_who_we_are_without_another_call(fake_aws, keys):
    account = open_account({**keys, **over(CUSTOMER_A), "expected_account_id": "222222222222"})
    assert account.account_id == "222222222222"
    assert account.caller.arn.startswith("arn:aws:sts::222222222222:assumed-role/XacctBackup/xacct-")
    assert account.partition == "aws"
    assert fake_aws.actions() == ["AssumeRole"]


def test_nothing_is_called_before_it_is_needed(fake_aws, keys):
    account = open_account({**keys, **over(HUB, CUSTOMER_A)})
    assert account.known_account_id == "222222222222"
    assert account.description == "account 222222222222"
    assert fake_aws.actions() == []


def test_a_session_is_used_by_all_tasks_of_a_run(fake_aws, keys, session_directory, monkeypatch):
    for _task in range(3):
        in_new_process(monkeypatch)
        account = open_account({**keys, **over(HUB, CUSTOMER_A)}, session_directory=session_directory)
        account.client("iam").get_role(RoleName="r")
    assert fake_aws.actions().count("AssumeRole") == 2
    assert fake_aws.actions().count("GetRole") == 3


def test_accounts_behind_the_same_hub_share_the_hub(fake_aws, keys, session_directory, monkeypatch):
    for customer in (CUSTOMER_A, CUSTOMER_B, CUSTOMER_A):
        in_new_process(monkeypatch)
        open_account({**keys, **over(HUB, customer)}, session_directory=session_directory).frozen_credentials()
    assert [request["RoleArn"] for request in fake_aws.requests("AssumeRole")] == [HUB, CUSTOMER_A, CUSTOMER_B]


@pytest.mark.parametrize(
    "other",
    [
        {"access_key": "AKIAOTHER"},
        {"secret_key": "another-secret-key"},
        over(CUSTOMER_A, external_id="other"),
        over(CUSTOMER_A, session_name="other"),
        over(CUSTOMER_A, duration_seconds=900),
        over(CUSTOMER_A, source_identity="other"),
        over(CUSTOMER_A, tags={"a": "b"}),
        over(CUSTOMER_A, policy={"Version": "2012-10-17", "Statement": []}),
        over(HUB, CUSTOMER_A),
    ],
)
def test_another_start_or_another_hop_is_another_session(fake_aws, keys, session_directory, other):
    params = {**keys, **over(CUSTOMER_A)}
    first = open_account(params, session_directory=session_directory).frozen_credentials()
    second = open_account({**params, **other}, session_directory=session_directory).frozen_credentials()
    assert first.access_key != second.access_key


def test_one_mfa_code_is_enough_for_a_run(fake_aws, keys, session_directory, monkeypatch):
    for code in ("111111", "222222"):
        in_new_process(monkeypatch)
        hop = {"role_arn": CUSTOMER_A, "mfa_serial": "arn:aws:iam::111111111111:mfa/u", "mfa_token": code}
        open_account({**keys, "assume_role": [hop]}, session_directory=session_directory).frozen_credentials()
    assert [request["TokenCode"] for request in fake_aws.requests("AssumeRole")] == ["111111"]


def test_session_files_are_ours_alone_and_named_by_hashes(fake_aws, keys, session_directory):
    account = open_account({**keys, **over(CUSTOMER_A, external_id="extern")}, session_directory=session_directory)
    secret = account.frozen_credentials().secret_key
    (name,) = os.listdir(session_directory)
    path = Path(session_directory, name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret in path.read_text(encoding="utf-8")
    for told in ("extern", "AKIA", "Backup", "222222222222"):
        assert told not in name


def test_a_session_that_ends_soon_is_made_again(fake_aws, keys, session_directory, monkeypatch):
    fake_aws.session_life = timedelta(minutes=4)
    params = {**keys, **over(CUSTOMER_A)}
    for _task in range(2):
        in_new_process(monkeypatch)
        open_account(params, session_directory=session_directory).frozen_credentials()
    fake_aws.session_life = timedelta(minutes=15)
    for _task in range(2):
        in_new_process(monkeypatch)
        open_account(params, session_directory=session_directory).frozen_credentials()
    assert fake_aws.actions() == ["AssumeRole"] * 3


def test_a_long_task_gets_a_new_session_in_time(fake_aws, keys, session_directory):
    fake_aws.session_life = timedelta(minutes=4)
    client = open_account({**keys, **over(CUSTOMER_A)}, session_directory=session_directory).client("iam")
    client.get_role(RoleName="r")
    fake_aws.session_life = timedelta(hours=1)
    client.get_role(RoleName="r")
    client.get_role(RoleName="r")
    signers = [request["access_key"] for request in fake_aws.requests("GetRole")]
    assert signers[1] == signers[2]
    assert fake_aws.actions()[-3:] == ["AssumeRole", "GetRole", "GetRole"]


def test_a_broken_session_file_is_made_again(fake_aws, keys, session_directory, monkeypatch):
    params = {**keys, **over(CUSTOMER_A)}
    open_account(params, session_directory=session_directory).frozen_credentials()
    (name,) = os.listdir(session_directory)
    for content in ("{", "[]", ""):
        Path(session_directory, name).write_text(content, encoding="utf-8")
        in_new_process(monkeypatch)
        assert open_account(params, session_directory=session_directory).frozen_credentials().access_key
    assert fake_aws.actions() == ["AssumeRole"] * 4


def test_a_session_file_that_others_can_read_is_refused(fake_aws, keys, session_directory, monkeypatch):
    params = {**keys, **over(CUSTOMER_A)}
    open_account(params, session_directory=session_directory).frozen_credentials()
    (name,) = os.listdir(session_directory)
    Path(session_directory, name).chmod(0o644)
    in_new_process(monkeypatch)
    with pytest.raises(AwsError, match="it is not used"):
        open_account(params, session_directory=session_directory).frozen_credentials()


def test_a_session_directory_that_others_can_enter_is_refused(fake_aws, keys, tmp_path):
    tmp_path.chmod(0o755)
    with pytest.raises(AwsError, match="can be entered by other users"):
        open_account({**keys, **over(CUSTOMER_A)}, session_directory=str(tmp_path)).frozen_credentials()
    assert fake_aws.actions() == []


def test_a_denied_hop_says_which_and_is_not_tried_again(fake_aws, keys, session_directory):
    fake_aws.fail("AssumeRole", DENIED)
    account = open_account({**keys, **over(HUB, CUSTOMER_A)}, session_directory=session_directory, label="customer_a")
    with pytest.raises(AwsError) as denied:
        account.client("iam")
    assert str(denied.value).startswith(
        f"Assuming role {HUB} in account 222222222222 (customer_a): sts:AssumeRole was denied: User: x"
    )
    assert (denied.value.call, denied.value.code) == ("sts:AssumeRole", "AccessDenied")
    assert fake_aws.actions() == ["AssumeRole"]
    assert os.listdir(session_directory) == []


def test_a_role_that_was_just_made_is_waited_for_only_when_asked(fake_aws, keys, no_pauses):
    fake_aws.fail("AssumeRole", DENIED, DENIED)
    told = []
    account = open_account({**keys, **over(CUSTOMER_A)}, propagation_timeout=30, warn=told.append)
    account.client("iam")
    assert fake_aws.actions() == ["AssumeRole"] * 3
    assert len(no_pauses) == 2
    assert len(told) == 1
    assert told[0].startswith(f"Waiting up to 30 s for role {CUSTOMER_A}")


@pytest.mark.parametrize(
    "message",
    [
        "MultiFactorAuthentication failed with invalid MFA one time pass code.",
        "Roles may not be assumed by root accounts.",
    ],
)
def test_what_cannot_pass_by_itself_is_not_waited_for(fake_aws, keys, message):
    fake_aws.fail("AssumeRole", (403, "AccessDenied", message))
    with pytest.raises(AwsError, match=message):
        open_account({**keys, **over(CUSTOMER_A)}, propagation_timeout=30).client("iam")


def test_sts_is_called_in_the_region_and_without_one_in_that_of_the_partition(keys):
    hosts = {}
    for region, role in (
        ("eu-central-1", CUSTOMER_A),
        ("", CUSTOMER_A),
        ("", "arn:aws-cn:iam::222222222222:role/r"),
        ("", "arn:aws-us-gov:iam::222222222222:role/r"),
    ):
        account = open_account({**keys, "endpoint_url": None, "region": region, **over(role)})
        client = account._connection._sts_client(None)
        hosts[region, role.split(":")[1]] = client.meta.endpoint_url
    assert hosts == {
        ("eu-central-1", "aws"): "https://sts.eu-central-1.amazonaws.com",
        ("", "aws"): "https://sts.us-east-1.amazonaws.com",
        ("", "aws-cn"): "https://sts.cn-north-1.amazonaws.com.cn",
        ("", "aws-us-gov"): "https://sts.us-gov-west-1.amazonaws.com",
    }


def test_assuming_by_itself_returns_the_answer(fake_aws, keys):
    account = open_account(keys)
    request = {"RoleArn": CUSTOMER_A, "RoleSessionName": "me"}
    session = credentials_in(assume_role(account.client("sts"), request, account=account), request)
    assert session.arn == "arn:aws:sts::222222222222:assumed-role/XacctBackup/me"
    assert session.expiration - datetime.now(timezone.utc) > timedelta(minutes=50)
    assert session.secret_key not in repr(session)
    other = account.connection_for(session, label="customer_a")
    other.client("iam").get_role(RoleName="r")
    assert fake_aws.requests("GetRole")[0]["access_key"] == session.access_key
    assert account.calls == {"sts:AssumeRole": 1, "iam:GetRole": 1}


def test_the_role_of_a_profile_is_assumed_once_a_run_too(fake_aws, session_directory, monkeypatch, tmp_path):
    config = tmp_path / "config"
    profile = "[profile {}]\nrole_arn = {}\nsource_profile = me\n"
    config.write_text(
        profile.format("a", CUSTOMER_A) + profile.format("b", CUSTOMER_B) + "[profile me]\n"
        "aws_access_key_id = AKIAME\naws_secret_access_key = x\nregion = eu-west-1\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_ENDPOINT_URL", fake_aws.url)
    for name in ("a", "b", "a", "b"):
        in_new_process(monkeypatch)
        params = {"profile": name, "region": "eu-west-1"}
        open_account(params, session_directory=session_directory).client("iam").get_role(RoleName="r")
        open_account({**params, **over(HUB)}, session_directory=session_directory).client("iam").get_role(RoleName="r")
    assert [request["RoleArn"] for request in fake_aws.requests("AssumeRole")] == [CUSTOMER_A, HUB, CUSTOMER_B, HUB]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in Path(session_directory).iterdir())


FORKS = """
import os, sys
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import open_account, preload
preload(["sts", "iam"])
directory, url = sys.argv[1:]
children = []
for _ in range(5):
    child = os.fork()
    if child == 0:
        hops = [{"role_arn": "arn:aws:iam::333333333333:role/Hub"}, {"role_arn": "arn:aws:iam::222222222222:role/r"}]
        keys = {"access_key": "AKIA", "secret_key": "x", "region": "eu-west-1", "endpoint_url": url}
        account = open_account({**keys, "assume_role": hops}, session_directory=directory)
        account.client("iam").get_role(RoleName="r")
        plain = open_account(keys, session_directory=directory)
        assert plain.caller.account_id == "111111111111"
        os._exit(0)
    children.append(child)
sys.exit(any(os.waitpid(child, 0)[1] for child in children))
"""


def test_five_forks_make_each_hop_once(fake_aws, session_directory):
    fake_aws.before_answer = lambda request: request["Action"] == "GetRole" or threading_pause()
    subprocess.run(
        [sys.executable, "-c", FORKS, session_directory, fake_aws.url],
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert sorted(fake_aws.actions()) == ["AssumeRole"] * 2 + ["GetCallerIdentity"] + ["GetRole"] * 5


def threading_pause():
    """Answer slowly enough that all forks ask at the same time."""
    import time

    time.sleep(0.1)


def test_a_fact_is_found_once(session_directory):
    found = []

    def find():
        found.append(1)
        return {"value": 7}

    for _process in range(3):
        assert SessionFiles(session_directory).fact("k", "the value", find) == {"value": 7}
    assert len(found) == 1
    assert [json.loads(path.read_text()) for path in Path(session_directory).iterdir()] == [{"value": 7}]
