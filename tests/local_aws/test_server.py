# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starting, stopping and seeding the local AWS."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import botocore.exceptions
import pytest

from tests.local_aws.seed import SeedError
from tests.local_aws.server import CHECKOUT, LocalAws, LocalAwsError

ACCOUNT, MEMBER, OTHER = "620000000001", "620000000002", "620000000003"


def test_starts_once_and_stops(tmp_path: Path) -> None:
    server = LocalAws(tmp_path)
    assert server.state() is None
    endpoint = server.start(with_parent=True)
    assert endpoint.startswith("http://127.0.0.1:")
    assert LocalAws(tmp_path).start() == endpoint
    assert server.stop()
    assert server.state() is None
    assert not server.stop()
    with pytest.raises(LocalAwsError, match="not running"):
        server.journal()


def test_a_killed_server_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    server = LocalAws(tmp_path)
    server.start(with_parent=True)
    os.kill(server.state()["pid"], signal.SIGKILL)
    again = LocalAws(tmp_path)
    again.start(with_parent=True)
    assert again.state()["pid"] != os.getpid()
    assert again.client("iam", ACCOUNT).list_roles()["Roles"] == []
    assert again.stop()


def test_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    program = f"from tests.local_aws.server import LocalAws, Path; LocalAws(Path({str(tmp_path)!r})).start(0, True)"
    subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, check=True, timeout=60)
    assert LocalAws(tmp_path)._ended(20)


def test_seed_makes_what_it_says(empty_aws: LocalAws) -> None:
    document = {
        "accounts": {
            "platform": {
                "account_id": ACCOUNT,
                "managed_policies": {"boundary": allow("*")},
                "groups": {"developers": {"policies": {"read": allow("iam:Get*", "iam:List*")}}},
                "users": {"alice": {"groups": ["developers"]}, "bob": {"access_key": False}},
                "roles": {
                    "App": {
                        "path": "/apps/",
                        "tags": {"team": "platform"},
                        "permissions_boundary": f"arn:aws:iam::{ACCOUNT}:policy/boundary",
                        "max_session_duration": 7200,
                    }
                },
                "instance_profiles": {"app": ["App"]},
            }
        }
    }
    seeded = empty_aws.seed(document)["accounts"]["platform"]
    assert seeded["roles"]["App"]["arn"] == f"arn:aws:iam::{ACCOUNT}:role/apps/App"
    assert "access_key" not in seeded["users"]["bob"]
    iam = empty_aws.client("iam", seeded["users"]["alice"])
    role = iam.get_role(RoleName="App")["Role"]
    assert role["MaxSessionDuration"] == 7200
    assert role["Tags"] == [{"Key": "team", "Value": "platform"}]
    profiles = iam.list_instance_profiles_for_role(RoleName="App")["InstanceProfiles"]
    assert [profile["InstanceProfileName"] for profile in profiles] == ["app"]
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        iam.create_user(UserName="mallory")
    remembered = empty_aws.directory / "seed.json"
    assert stat.S_IMODE(remembered.stat().st_mode) == 0o600
    assert json.loads(remembered.read_text())["accounts"]["platform"]["users"]["alice"] == seeded["users"]["alice"]


def test_seed_makes_an_organization_and_mfa_devices(empty_aws: LocalAws) -> None:
    document = {
        "accounts": {"platform": {"account_id": ACCOUNT, "users": {"alice": {"mfa": True}}}, MEMBER: {}, OTHER: {}},
        "organization": {"management": "platform", "members": [MEMBER]},
    }
    seeded = empty_aws.seed(document)
    alice = seeded["accounts"]["platform"]["users"]["alice"]
    shown = {"SerialNumber": alice["mfa_serial"], "TokenCode": "123456"}
    assert empty_aws.client("sts", alice).get_session_token(**shown)["Credentials"]
    organizations = empty_aws.client("organizations", MEMBER)
    assert organizations.describe_organization()["Organization"]["Id"] == seeded["organization"]["id"]
    document["organization"]["members"].append(OTHER)
    assert empty_aws.seed(document)["organization"]["id"] == seeded["organization"]["id"]
    accounts = empty_aws.client("organizations", ACCOUNT).list_accounts()["Accounts"]
    assert {account["Id"] for account in accounts} == {ACCOUNT, MEMBER, OTHER}
    with pytest.raises(SeedError, match="unknown accounts nobody"):
        empty_aws.seed({**document, "organization": {"management": "platform", "members": ["nobody"]}})


def test_seed_makes_topics_queues_secrets_and_keys(empty_aws: LocalAws) -> None:
    topic = f"arn:aws:sns:us-east-1:{MEMBER}:events"
    document = {
        "accounts": {
            MEMBER: {"topics": {"events": {}}},
            ACCOUNT: {
                "keys": {"mine": {}},
                "queues": {"jobs": {"key": "mine", "topics": [topic]}},
                "secrets": {"app/password": {"key": "mine", "value": "open sesame"}},
            },
        }
    }
    key = empty_aws.seed(document)["accounts"][ACCOUNT]["keys"]["mine"]["arn"]
    document["accounts"][ACCOUNT]["topics"] = {"more": {"key": "mine"}}
    assert empty_aws.seed(document)["accounts"][ACCOUNT]["keys"]["mine"]["arn"] == key
    kms = empty_aws.client("kms", ACCOUNT)
    assert len(kms.list_keys()["Keys"]) == 1
    assert kms.describe_key(KeyId="alias/mine")["KeyMetadata"]["Arn"] == key
    sqs = empty_aws.client("sqs", ACCOUNT)
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["KmsMasterKeyId"])["Attributes"]
    assert attributes["KmsMasterKeyId"] == "alias/mine"
    (subscription,) = empty_aws.client("sns", MEMBER).list_subscriptions()["Subscriptions"]
    assert subscription["Endpoint"] == f"arn:aws:sqs:us-east-1:{ACCOUNT}:jobs"
    secrets = empty_aws.client("secretsmanager", ACCOUNT)
    assert secrets.get_secret_value(SecretId="app/password")["SecretString"] == "open sesame"


def test_seed_makes_functions(empty_aws: LocalAws) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    runs = {"path": "/functions/", "trust": {"Version": "2012-10-17", "Statement": [statement]}}
    document = {"accounts": {ACCOUNT: {"roles": {"Runs": runs}, "functions": {"quote": {"role": "Runs"}}}}}
    empty_aws.seed(document)
    functions = empty_aws.client("lambda", ACCOUNT)
    assert functions.list_aliases(FunctionName="quote")["Aliases"] == []
    document["accounts"][ACCOUNT]["functions"] = {
        "quote": {"role": "Runs", "aliases": ["live"]},
        "resize": {"role": "Runs"},
    }
    empty_aws.seed(document)
    document["accounts"][ACCOUNT]["functions"]["quote"]["aliases"].append("next")
    empty_aws.seed(document)
    assert {each["FunctionName"] for each in functions.list_functions()["Functions"]} == {"quote", "resize"}
    versions = functions.list_versions_by_function(FunctionName="quote")["Versions"]
    assert [each["Version"] for each in versions] == ["$LATEST", "1"]
    assert {each["Role"] for each in versions} == {f"arn:aws:iam::{ACCOUNT}:role/functions/Runs"}
    aliases = functions.list_aliases(FunctionName="quote")["Aliases"]
    assert {each["Name"]: each["FunctionVersion"] for each in aliases} == {"live": "1", "next": "1"}
    assert functions.invoke(FunctionName="quote", Qualifier="live")["StatusCode"] == 200


def test_seed_is_applied_again_only_where_it_changed(empty_aws: LocalAws) -> None:
    document = {"accounts": {ACCOUNT: {"users": {"alice": None}}}}
    keys = empty_aws.seed(document)["accounts"][ACCOUNT]["users"]["alice"]
    empty_aws.clear_journal()
    assert empty_aws.seed(document)["accounts"][ACCOUNT]["users"]["alice"] == keys
    assert empty_aws.journal() == []
    document["accounts"][ACCOUNT]["users"]["bob"] = {}
    users = empty_aws.seed(document)["accounts"][ACCOUNT]["users"]
    assert users["alice"] == keys
    assert users["bob"]["access_key"] != keys["access_key"]


@pytest.mark.parametrize(
    ("account", "message"),
    [
        ({"account_id": 12345670123}, "twelve digits in quotes"),
        ({"account_id": ACCOUNT, "role": {}}, "unknown role"),
        ({"account_id": ACCOUNT, "roles": {"App": {"trusts": {}}}}, "unknown trusts"),
        ({"account_id": ACCOUNT, "functions": {"quote": {"aliases": ["live"]}}}, "function quote needs a role"),
    ],
)
def test_a_seed_that_means_nothing_is_refused(empty_aws: LocalAws, account: dict, message: str) -> None:
    with pytest.raises(SeedError, match=message):
        empty_aws.seed({"accounts": {"platform": account}})
    assert empty_aws.journal() == []


def allow(*actions: str) -> dict:
    """A policy that allows actions on everything."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
