# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_verify` on the local AWS, which really lets in and really refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._faces import argument_spec_of, invoke
from ansible_collections.xacct.aws.plugins.module_utils._operations.verify.verify import OPERATION

from tests.local_aws.server import LocalAws

CHECKOUT = Path(__file__).resolve().parents[2]
PLATFORM = "111111111191"
CUSTOMER = "222222222292"
BACKUP = f"arn:aws:iam::{CUSTOMER}:role/Backup"
OPEN = f"arn:aws:iam::{CUSTOMER}:role/Open"
SECURE = f"arn:aws:iam::{CUSTOMER}:role/Secure"
SERVICE = f"arn:aws:iam::{PLATFORM}:role/app/BackupService"
ADMIN = f"arn:aws:iam::{PLATFORM}:user/admin"
ALICE = f"arn:aws:iam::{PLATFORM}:user/alice"
EXTERNAL_IDS = {"backup/customer_a": ["shared-words"], "rotating/customer_a": ["old-words", "new-words"]}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}


def trusting(principal: str | list, **condition: object) -> dict:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [{**statement, **({"Condition": condition} if condition else {})}]}


@pytest.fixture(scope="module")
def users(local_aws: LocalAws) -> dict:
    """A platform whose service role and users are trusted by a customer's roles, in different ways."""
    local_aws.reset()
    made = local_aws.seed(
        {
            "accounts": {
                "platform": {
                    "account_id": PLATFORM,
                    "users": {
                        "admin": {"policies": {"sts": ALLOW}},
                        "alice": {"policies": {"sts": ALLOW}},
                        "helpless": {},
                    },
                    "roles": {
                        "BackupService": {"path": "/app/", "trust": trusting(ADMIN), "policies": {"sts": ALLOW}},
                        "Closed": {"trust": trusting(ALICE), "policies": {"sts": ALLOW}},
                        "Powerless": {"trust": trusting(ADMIN)},
                    },
                },
                "customer": {
                    "account_id": CUSTOMER,
                    "roles": {
                        "Backup": {
                            "trust": trusting(
                                [SERVICE, ALICE, f"arn:aws:iam::{PLATFORM}:role/Powerless"],
                                StringEquals={"sts:ExternalId": ["shared-words", "old-words", "new-words"]},
                            )
                        },
                        "Open": {"trust": trusting(f"arn:aws:iam::{PLATFORM}:root")},
                        "Secure": {"trust": trusting(ALICE, Bool={"aws:MultiFactorAuthPresent": "true"})},
                    },
                },
            }
        }
    )
    return made["accounts"]["platform"]["users"]


def keys(users: dict, name: str) -> dict:
    return {option: users[name][option] for option in ("access_key", "secret_key")}


@pytest.fixture
def verify(local_aws: LocalAws, users: dict, tmp_path: Path) -> Callable[..., dict]:
    """Call the operation as the platform's admin, the way both faces do; the journal and the faults begin anew."""
    local_aws.clear_journal()
    local_aws.clear_faults()
    runs = iter(range(1000))

    def call(expectations: list[dict], **options: object) -> dict:
        given = {
            **keys(users, "admin"),
            "region": "eu-central-1",
            "endpoint_url": local_aws.endpoint,
            "expectations": expectations,
            "external_ids": EXTERNAL_IDS,
            "propagation_timeout": 0,
            **options,
        }
        validation = ArgumentSpecValidator(argument_spec_of(OPERATION), **OPERATION.rules).validate(given)
        assert not validation.error_messages, validation.error_messages
        sessions = tmp_path / f"run-{next(runs)}"
        sessions.mkdir(mode=0o700)
        return invoke(
            OPERATION,
            validation.validated_parameters,
            check_mode=False,
            warn=lambda _message: None,
            progress=lambda _message: None,
            session_directory=str(sessions),
        )

    return call


def expectation(identifier: str, expect: str, principal: str = "role/app/BackupService", **more: object) -> dict:
    return {
        "id": identifier,
        "trust": "backup",
        "trusting": "customer_a",
        "actor": {"account": "platform", "principal": principal},
        "role_arn": BACKUP,
        "expect": expect,
        **more,
    }


WHOLE = [
    expectation("in", "allowed", external_id="declared"),
    expectation("without", "denied"),
    expectation("wrong", "denied", external_id="wrong"),
    expectation("other", "denied", "connection", external_id="declared"),
]


def outcomes(result: dict) -> dict[str, str]:
    return {entry["id"]: entry["outcome"] for entry in result["proofs"]}


@pytest.mark.also_oldest
def test_a_whole_trust_is_proved_with_few_calls(local_aws, verify, users):
    result = verify(WHOLE)
    assert not result.get("failed"), result
    assert result["counts"] == {"proved": 4, "evaluated": 0, "broken": 0, "not_proved": 0}
    assert result["changed"] is False
    # One to know who we are, one to become the service, one an expectation. What is read to evaluate them, nobody here
    # may read: each is asked for once.
    calls = dict(local_aws.journal().operations())
    read = {name: calls.pop(name) for name in list(calls) if not name.startswith("sts:")}
    assert calls == {"sts:GetCallerIdentity": 1, "sts:AssumeRole": 5}
    assert read == {"iam:GetRole": 1, "iam:GetUser": 1, "organizations:DescribeOrganization": 1}
    text = json.dumps(result)
    for hidden in (*EXTERNAL_IDS["backup/customer_a"], users["admin"]["secret_key"], "SessionToken"):
        assert hidden not in text
    said = {entry["id"]: entry["said"] for entry in result["proofs"]}
    assert said["other"] == f"{ADMIN} with the external ID was refused at {BACKUP}"


def test_a_refusal_that_does_not_come_fails_and_names_the_trust(verify):
    expectations = [
        expectation("in", "allowed", role_arn=OPEN, trust="loose", external_id="none"),
        expectation("without", "denied", role_arn=OPEN, trust="loose"),
        expectation("other", "denied", "connection", role_arn=OPEN, trust="loose"),
    ]
    result = verify(expectations)
    assert result["failed"]
    assert result["msg"].startswith("2 of 3 expectations do not hold:\n- without: trust 'loose' does not hold: ")
    assert outcomes(result) == {"in": "proved", "without": "broken", "other": "broken"}
    result = verify(expectations, fail_on_broken=False)
    assert not result.get("failed")
    assert result["counts"]["broken"] == 2


def test_access_that_does_not_come_says_which_side_is_missing(verify):
    (entry,) = verify([expectation("in", "allowed")], fail_on_broken=False)["proofs"]
    assert entry["outcome"] == "broken"
    assert "sts:AssumeRole" in entry["answer"]
    powerless = expectation("powerless", "allowed", "role/Powerless", external_id="declared")
    (entry,) = verify([powerless], fail_on_broken=False)["proofs"]
    assert "The trusted side is missing" in entry["said"]


def test_both_external_ids_are_tried_while_they_are_rotated(local_aws, verify):
    rotating = expectation("in", "allowed", trust="rotating", external_id="declared")
    assert outcomes(verify([rotating])) == {"in": "proved"}
    assert local_aws.journal().count("sts:AssumeRole") == 3
    result = verify([rotating], external_ids={"rotating/customer_a": ["old-words", "unknown-words"]})
    assert "external ID number 2 of 2" in result["msg"]
    assert "unknown-words" not in json.dumps(result)


def test_users_and_roles_that_only_the_user_can_become(verify, users):
    expectations = [
        expectation("user", "allowed", "user/alice", external_id="declared"),
        expectation("closed", "denied", "role/Closed"),
    ]
    result = verify(expectations)
    assert outcomes(result) == {"user": "not_proved", "closed": "not_proved"}
    assert "no credentials for user/alice" in result["proofs"][0]["said"]
    assert "xacct_principal_connections" in result["proofs"][1]["said"]
    alice = keys(users, "alice")
    principals = [
        {"principal": "user/alice", "connection": alice},
        {
            "principal": "role/Closed",
            "connection": {**alice, "assume_role": [{"role_arn": f"arn:aws:iam::{PLATFORM}:role/Closed"}]},
        },
    ]
    result = verify(expectations, principals=principals)
    assert outcomes(result) == {"user": "proved", "closed": "proved"}
    assert users["alice"]["secret_key"] not in json.dumps(result)
    impostor = [{"principal": "user/alice", "connection": keys(users, "helpless")}]
    (entry, _closed) = verify(expectations, principals=impostor)["proofs"]
    assert entry["outcome"] == "not_proved"
    assert f"is that of arn:aws:iam::{PLATFORM}:user/helpless" in entry["said"]


@pytest.mark.also_oldest
def test_mfa_is_proved_only_with_a_code_and_its_absence_without(verify, users):
    expectations = [
        expectation("in", "allowed", "user/alice", role_arn=SECURE, mfa="declared"),
        expectation("without-mfa", "denied", "user/alice", role_arn=SECURE),
    ]
    principals = [{"principal": "user/alice", "connection": keys(users, "alice")}]
    result = verify(expectations, principals=principals)
    assert outcomes(result) == {"in": "not_proved", "without-mfa": "proved"}
    assert "no MFA code for user/alice" in result["proofs"][0]["said"]


def test_one_mfa_code_serves_all_calls(local_aws, verify, users):
    expectations = [
        expectation(f"in-{number}", "allowed", "user/alice", external_id="declared", mfa="declared")
        for number in range(3)
    ]
    iam = local_aws.client("iam", PLATFORM)
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="alice")["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(UserName="alice", SerialNumber=serial, **codes)
    alice = {**keys(users, "alice"), "mfa_serial": serial, "mfa_token": "123456"}
    result = verify(expectations, principals=[{"principal": "user/alice", "connection": alice}])
    assert result["counts"]["proved"] == 3
    assert local_aws.journal().count("sts:GetSessionToken") == 1


def test_a_root_user_is_no_witness_for_a_refusal(verify):
    result = verify([expectation("other", "denied", "connection")], access_key=PLATFORM, secret_key="local")
    assert outcomes(result) == {"other": "not_proved"}
    assert "is a root user" in result["proofs"][0]["said"]


def test_the_connection_may_turn_out_to_be_one_of_those_who_are_named(verify, users):
    other = expectation("other", "denied", "connection", unless=[ALICE])
    assert outcomes(verify([other])) == {"other": "proved"}
    assert outcomes(verify([other], **keys(users, "alice"))) == {"other": "not_proved"}


def test_another_account_than_the_expected_one_stops_everything(local_aws, verify):
    result = verify(WHOLE, expected_account_id=CUSTOMER)
    assert result["failed"]
    assert f"belong to account {PLATFORM}, but account {CUSTOMER} is expected" in result["msg"]
    assert local_aws.journal().count("sts:AssumeRole") == 0


def test_what_is_new_is_waited_for(local_aws, verify):
    local_aws.faults(
        {"effect": "access_denied", "service": "sts", "operation": "AssumeRole", "times": 1, "resource": "*Backup"}
    )
    result = verify(WHOLE[:2], propagation_timeout=20)
    assert outcomes(result) == {"in": "proved", "without": "proved"}


@pytest.mark.parametrize("effect", ["throttle", "status_500"])
def test_trouble_is_not_proof(local_aws, verify, effect):
    local_aws.faults({"effect": effect, "service": "sts", "operation": "AssumeRole"})
    expectations = [expectation("in", "allowed", "connection"), expectation("out", "denied", "connection")]
    result = verify(expectations, aws_config={"retries": {"total_max_attempts": 1}})
    assert outcomes(result) == {"in": "not_proved", "out": "not_proved"}


def test_an_endpoint_that_does_not_answer_is_not_proof(verify):
    result = verify(WHOLE, endpoint_url="http://127.0.0.1:9", aws_config={"retries": {"total_max_attempts": 1}})
    assert result["counts"] == {"proved": 0, "evaluated": 0, "broken": 0, "not_proved": 4}


@pytest.mark.also_oldest
@pytest.mark.parametrize("in_process", [True, False])
def test_in_a_playbook_no_secret_is_seen(local_aws, users, tmp_path, in_process):
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"xacct_in_process": in_process, "ansible_python_interpreter": sys.executable},
        "tasks": [
            {
                "xacct.aws.xacct_verify": {
                    **keys(users, "admin"),
                    "endpoint_url": local_aws.endpoint,
                    "expectations": [*WHOLE, expectation("user", "allowed", "user/alice", external_id="declared")],
                    "external_ids": EXTERNAL_IDS,
                    "principals": [
                        {
                            "principal": "user/alice",
                            "connection": {
                                **keys(users, "alice"),
                                "mfa_serial": f"arn:aws:iam::{PLATFORM}:mfa/alice",
                                "mfa_token": "804213",
                            },
                        }
                    ],
                }
            }
        ],
    }
    playbook = tmp_path / "play.yml"
    playbook.write_text(yaml.safe_dump([play], sort_keys=False))
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ansible-playbook")), "-vvvv", "-i", "localhost,", str(playbook)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "collections"),
            "ANSIBLE_LOCAL_TEMP": str(tmp_path / "local"),
            "ANSIBLE_REMOTE_TEMP": str(tmp_path / "remote"),
        },
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert '"proved": 5' in output
    for secret in (users["admin"]["secret_key"], users["alice"]["secret_key"], "804213"):
        assert secret not in output
