# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account: one identity, asked for once; no write in check mode or in the wrong account; nothing secret shown."""

from __future__ import annotations

import json
import logging
import os
import string
import subprocess
import sys
import traceback

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError, aws_call
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.hooks import is_writing_call
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions import connection, sdk, shared_connection
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import open_account
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

CUSTOMER_A = "arn:aws:iam::222222222222:role/XacctBackup"


def create(account, name="r"):
    return account.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")


def test_opening_makes_no_call_and_clients_are_made_once(fake_aws, keys):
    account = open_account(keys)
    assert account.client("iam") is account.client("iam")
    assert account.client("iam") is open_account(dict(keys)).client("iam")
    assert account.client("iam") is not account.client("iam", "us-west-2")
    assert fake_aws.actions() == []


def test_calls_are_counted_by_name_for_the_task_that_makes_them(keys):
    first = open_account(keys)
    first.client("iam").get_role(RoleName="r")
    create(first)
    assert first.calls == {"iam:GetRole": 1, "iam:CreateRole": 1}
    assert first.writes == {"iam:CreateRole": 1}
    second = open_account(keys)
    second.client("iam").get_role(RoleName="r")
    assert second.calls == {"iam:GetRole": 1}
    assert first.calls["iam:GetRole"] == 1


def test_accounts_of_one_task_are_counted_together(keys):
    account = open_account(keys)
    others = [
        account.over_hops([{"role_arn": CUSTOMER_A}]),
        account.beside({**keys, "access_key": "AKIAOTHER"}),
        account.connection_for(account.frozen_credentials()),
    ]
    for other in others:
        other.client("iam").get_role(RoleName="r")
    assert account.calls == {"sts:AssumeRole": 1, "iam:GetRole": 3}
    account.read_only = True
    with pytest.raises(AwsError, match="check mode"):
        create(account.over_hops([{"role_arn": CUSTOMER_A}]))


@pytest.mark.parametrize(
    ("call", "writes"),
    [
        ("iam:GetRole", False),
        ("iam:ListRoles", False),
        ("iam:SimulatePrincipalPolicy", False),
        ("iam:GenerateServiceLastAccessedDetails", False),
        ("sts:AssumeRole", False),
        ("sts:AssumeRoleWithSAML", False),
        ("sts:DecodeAuthorizationMessage", False),
        ("sts:GetSessionToken", False),
        ("s3:HeadBucket", False),
        ("iam:CreateRole", True),
        ("iam:AttachRolePolicy", True),
        ("iam:UpdateAssumeRolePolicy", True),
        ("iam:TagRole", True),
        ("iam:GenerateSomethingNew", True),
        ("s3:PutObject", True),
        ("sns:Publish", True),
        ("sqs:ReceiveMessage", True),
        ("lambda:Invoke", True),
    ],
)
def test_what_counts_as_writing(call, writes):
    assert is_writing_call(call) is writes


def test_check_mode_sends_no_writing_call(fake_aws, keys):
    account = open_account(keys)
    account.read_only = True
    account.client("iam").get_role(RoleName="r")
    with pytest.raises(AwsError, match="Internal error: iam:CreateRole would write") as refused:
        create(account)
    assert refused.value.code == "WriteInCheckMode"
    assert fake_aws.actions() == ["GetRole"]
    assert account.writes == {}


def test_nothing_is_written_in_an_account_that_is_not_the_expected_one(fake_aws, keys):
    account = open_account({**keys, "expected_account_id": "999999999999"}, label="customer_a")
    account.client("iam").get_role(RoleName="r")
    for _again in range(2):
        with pytest.raises(AwsError) as refused:
            create(account)
    assert refused.value.code == "WrongAccount"
    assert "belong to account 111111111111, but account 999999999999 is expected" in str(refused.value)
    assert "customer_a" in str(refused.value)
    assert fake_aws.actions() == ["GetRole", "GetCallerIdentity"]


def test_the_expected_account_is_confirmed_once_before_the_first_write(fake_aws, keys, session_directory):
    params = {**keys, "expected_account_id": "111111111111"}
    for _task in range(2):
        account = open_account(params, session_directory=session_directory)
        create(account)
        create(account)
    assert fake_aws.actions() == ["GetCallerIdentity"] + ["CreateRole"] * 4
    assert account.account_id == "111111111111"
    assert account.description == "account 111111111111"


def test_an_arn_that_was_read_anyway_confirms_the_account_without_a_call(fake_aws, keys):
    account = open_account({**keys, "expected_account_id": "111111111111"})
    arn = account.client("iam").get_role(RoleName="r")["Role"]["Arn"]
    account.confirm_account(arn)
    create(account)
    assert fake_aws.actions() == ["GetRole", "CreateRole"]
    wrong = open_account({**keys, "access_key": "AKIAOTHER", "expected_account_id": "999999999999"})
    with pytest.raises(AwsError, match="account 999999999999 is expected"):
        wrong.confirm_account(arn)


NO_CALLER_IDENTITY = [
    (405, "MethodNotAllowed", "x"),
    (400, "InvalidAction", "x"),
    (400, "InvalidParameterValue", "Unsupported action GetCallerIdentity"),
]


@pytest.mark.parametrize("fault", NO_CALLER_IDENTITY, ids=str)
def test_a_server_that_does_not_tell_whose_credentials_these_are(fake_aws, keys, fault):
    """Nothing is compared with the account then, which is said once; what needs the account still fails."""
    fake_aws.fail("GetCallerIdentity", fault)
    said: list[str] = []
    account = open_account({**keys, "access_key": "AKIAUNTOLD"}, warn=said.append)
    account.confirm_account()
    create(account)
    assert account.told_account_id == "" and account.told_caller is None
    assert len(said) == 1 and "GetCallerIdentity" in said[0]
    with pytest.raises(AwsError) as refused:
        account.account_id  # noqa: B018
    assert refused.value.code == fault[1]
    assert fake_aws.actions() == ["GetCallerIdentity", "CreateRole"]


@pytest.mark.parametrize("fault", NO_CALLER_IDENTITY, ids=str)
def test_an_expected_account_is_never_taken_for_granted(fake_aws, keys, fault):
    fake_aws.fail("GetCallerIdentity", fault, fault, fault)
    account = open_account({**keys, "access_key": "AKIAUNTOLD", "expected_account_id": "111111111111"})
    for look in (account.confirm_account, lambda: account.told_account_id, lambda: create(account)):
        with pytest.raises(AwsError) as refused:
            look()
        assert refused.value.code == fault[1]
    assert "CreateRole" not in fake_aws.actions()


@pytest.mark.parametrize("fault", [(403, "InvalidClientTokenId", "x"), (400, "ExpiredToken", "x")])
def test_credentials_that_are_refused_are_refused(fake_aws, keys, fault):
    fake_aws.fail("GetCallerIdentity", fault)
    with pytest.raises(AwsError) as refused:
        open_account({**keys, "access_key": "AKIAUNTOLD"}).told_account_id  # noqa: B018
    assert refused.value.code == fault[1]


def test_the_callers_identity_is_asked_for_once_a_run(fake_aws, keys, session_directory, monkeypatch):
    for process in range(3):
        monkeypatch.setattr(shared_connection.os, "getpid", lambda number=process: -number)
        caller = open_account(keys, session_directory=session_directory).caller
    assert fake_aws.actions() == ["GetCallerIdentity"]
    assert (caller.account_id, caller.partition) == ("111111111111", "aws")


def test_the_environment_is_read_when_it_is_needed(fake_aws, monkeypatch, tmp_path):
    (tmp_path / "config").write_text(
        "[profile hub]\naws_access_key_id = AKIAHUB\naws_secret_access_key = x\nregion = eu-north-1\n"
        "[profile other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = x\nregion = eu-south-1\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "hub")
    for profile, region in (("hub", "eu-north-1"), ("other", "eu-south-1"), ("hub", "eu-north-1")):
        monkeypatch.setenv("AWS_PROFILE", profile)
        account = open_account({"endpoint_url": fake_aws.url})
        assert account.region == region
        account.client("iam").get_role(RoleName="r")
    assert [request["access_key"] for request in fake_aws.requests("GetRole")] == ["AKIAHUB", "AKIAOTHER", "AKIAHUB"]


def test_a_profile_in_the_environment_has_no_say_beside_keys(fake_aws, keys, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "does-not-exist")
    assert open_account({**keys, "profile": ""}).caller.account_id == "111111111111"


def test_a_profile_that_does_not_exist_is_named(monkeypatch, tmp_path):
    with pytest.raises(AwsError, match=r"\(nope\) could not be found") as refused:
        open_account({"profile": "nope"}).client("iam")
    assert refused.value.code == "ProfileNotFound"


def test_a_profile_that_would_ask_for_an_mfa_code_is_refused(monkeypatch, tmp_path):
    (tmp_path / "config").write_text(
        "[profile admin]\nrole_arn = arn:aws:iam::222222222222:role/Admin\nsource_profile = hub\n"
        "[profile hub]\nrole_arn = arn:aws:iam::111111111111:role/Hub\nsource_profile = me\n"
        "mfa_serial = arn:aws:iam::111111111111:mfa/me\n"
        "[profile me]\naws_access_key_id = AKIA\naws_secret_access_key = x\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(AwsError, match="Profile hub asks for an MFA code"):
        open_account({"profile": "admin"}).client("iam")


def test_no_credentials_is_said_with_the_ways_to_give_them(keys, monkeypatch, tmp_path):
    account = open_account({"endpoint_url": keys["endpoint_url"], "region": "eu-west-1"})
    assert account.description == "the account of the default credentials"
    with pytest.raises(AwsError, match="set AWS_PROFILE or AWS_ACCESS_KEY_ID"):
        account.caller  # noqa: B018
    with pytest.raises(AwsError, match="set AWS_PROFILE or AWS_ACCESS_KEY_ID"), aws_call(account, "role r"):
        account.client("iam").get_role(RoleName="r")


def test_a_service_that_needs_a_region_says_so(keys):
    account = open_account({**keys, "region": None})
    assert account.region is None
    with pytest.raises(AwsError, match="Set region, AWS_REGION") as refused:
        account.client("sns")
    assert refused.value.code == "NoRegionError"
    assert open_account({**keys, "region": None, "aws_config": {"region_name": "eu-west-3"}}).region == "eu-west-3"


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-central-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        (None, "aws"),
        ("mars-1", "aws"),
    ],
)
def test_the_partition_is_that_of_the_region(keys, region, partition):
    assert open_account({**keys, "region": region}).partition == partition


def test_an_endpoint_that_is_no_url_is_refused(keys):
    with pytest.raises(AwsError, match="endpoint_url must be a URL"):
        open_account({**keys, "endpoint_url": "nonsense"}).client("iam")


def test_without_boto3_or_with_an_old_one_it_says_so(keys, monkeypatch):
    monkeypatch.setattr(connection, "HAS_BOTO3", False)
    with pytest.raises(AwsError, match="boto3 and botocore are missing"):
        open_account(keys)
    monkeypatch.undo()
    monkeypatch.setattr(sdk.botocore, "__version__", "1.33.99")
    with pytest.raises(AwsError, match=r"botocore 1\.33\.99 is too old: xacct\.aws needs boto3 and botocore 1\.34\.0"):
        open_account(keys)


# What can't be part of a message by chance: account IDs here are ones and twos.
SECRET = st.text(alphabet=string.ascii_letters + string.digits + "/+=", min_size=13, max_size=37).map("Zq7".__add__)
REFUSALS = [
    (403, "SignatureDoesNotMatch", "The Canonical String for this request should have been 'x-amz-security-token:{}'"),
    (403, "AccessDenied", "User {} is not authorized to perform: iam:GetRole"),
    (400, "ValidationError", "Value {} at 'tokenCode' failed"),
    (403, "InvalidClientTokenId", "The security token {} is invalid"),
]


@settings(
    max_examples=8,
    phases=[Phase.generate],  # a smaller secret that leaks tells no more, and takes minutes to find
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(
    secret_key=SECRET, token=SECRET, code=st.from_regex(r"[3-9]{6}", fullmatch=True), refusal=st.sampled_from(REFUSALS)
)
def test_no_credential_is_in_a_message_a_repr_a_traceback_or_a_log(
    fake_aws, keys, caplog, secret_key, token, code, refusal
):
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    secrets = (secret_key, token, code)
    params = {**keys, "secret_key": secret_key, "session_token": token}
    hop = {"role_arn": CUSTOMER_A, "mfa_serial": "arn:aws:iam::111111111111:mfa/u", "mfa_token": code}
    status, error_code, message = refusal
    shown = []
    plain, hopping = open_account(params), open_account({**params, "assume_role": [hop]})
    for action, account, known in (("GetRole", plain, secrets[:2]), ("AssumeRole", hopping, secrets)):
        for secret in known:
            fake_aws.fail(action, (status, error_code, message.format(secret)))
            try:
                with aws_call(account, "role r"):
                    account.client("iam").get_role(RoleName="r")
            except AwsError as error:
                shown += [str(error), repr(error), error.hint, traceback.format_exc(), json.dumps(vars(error))]
        fake_aws.faults.clear()
        account.client("iam").get_role(RoleName="r")
        shown += [repr(account), repr(account.options), repr(vars(account)), repr(account.frozen_credentials())]
    shown += [record.getMessage() for record in caplog.records]
    for text in shown:
        for secret in secrets:
            assert secret not in text
        assert "secret-of-" not in text
        assert "token-of-" not in text


PRELOADED = """
import gc, json, os, sys, threading
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import open_account, preload
from botocore.loaders import JSONFileLoader
preload(["iam", "sts", "no-such-service"])
assert threading.active_count() == 1
assert gc.get_freeze_count() > 1000
assert not [name for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")
            and os.readlink(f"/proc/self/fd/{name}").startswith("socket:")]
loaded = []
load = JSONFileLoader.load_file
JSONFileLoader.load_file = lambda self, path: loaded.append(path) or load(self, path)
modules = set(sys.modules)
child = os.fork()
if child == 0:
    keys = {"access_key": "AKIA", "secret_key": "x", "region": "eu-west-1"}
    account = open_account({**keys, "endpoint_url": sys.argv[1]})
    account.client("iam").get_role(RoleName="r")
    list(account.client("iam").get_paginator("list_roles").paginate())
    account.caller
    new = sorted(name for name in set(sys.modules) - modules)
    print(json.dumps({"loaded": loaded, "modules": new}), flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""


def test_a_fork_loads_nothing_that_was_preloaded(fake_aws):
    """Data only before the fork: no thread, no socket; nothing read from disk or imported after it."""
    done = subprocess.run(
        [sys.executable, "-c", PRELOADED, fake_aws.url],
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert json.loads(done.stdout) == {"loaded": [], "modules": []}
    assert fake_aws.actions() == ["GetRole", "ListRoles", "GetCallerIdentity"]
