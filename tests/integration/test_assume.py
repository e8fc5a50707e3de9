# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_assume` on the local AWS: every credential that it gives is used, and every refusal is one of the server's."""

from __future__ import annotations

import configparser
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import botocore.exceptions
import botocore.session
import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._faces import argument_spec_of, invoke
from ansible_collections.xacct.aws.plugins.module_utils._operations.assume.assume import OPERATION

from tests.local_aws.issuer import TEST_ISSUER, token
from tests.local_aws.server import LocalAws

PLATFORM = "111111111171"
CUSTOMER = "222222222272"
BACKUP = f"arn:aws:iam::{CUSTOMER}:role/team/Backup"
DEEP = f"arn:aws:iam::{CUSTOMER}:role/Deep"
HUB = f"arn:aws:iam::{PLATFORM}:role/Hub"
ALICE = f"arn:aws:iam::{PLATFORM}:user/alice"
MAY_ASSUME = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}
MAY_READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}


def trusting(principal: object, action: object = "sts:AssumeRole", **condition: object) -> dict:
    """Return a trust policy with one statement."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return {"Version": "2012-10-17", "Statement": [{**statement, **({"Condition": condition} if condition else {})}]}


@pytest.fixture(scope="module")
def seeded(local_aws: LocalAws) -> dict:
    """A platform with a user and a hub role, a customer with roles for them; the users' keys."""
    local_aws.reset()
    session = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    made = local_aws.seed(
        {
            "accounts": {
                "platform": {
                    "account_id": PLATFORM,
                    "users": {"alice": {"policies": {"sts": MAY_ASSUME}}, "mallory": {}},
                    "roles": {"Hub": {"trust": trusting({"AWS": ALICE}), "policies": {"sts": MAY_ASSUME}}},
                },
                "customer": {
                    "account_id": CUSTOMER,
                    "roles": {
                        "Backup": {
                            "path": "/team/",
                            "trust": trusting({"AWS": ALICE}, session, StringEquals={"sts:ExternalId": "shared-words"}),
                            "policies": {"read": MAY_READ},
                        },
                        "Deep": {"trust": trusting({"AWS": HUB})},
                    },
                },
            }
        }
    )
    return made["accounts"]["platform"]["users"]


@pytest.fixture
def assume(local_aws: LocalAws, seeded: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict]:
    """Call the operation as alice, the way both faces do; the journal and the faults begin anew."""
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws" / "credentials"))
    local_aws.clear_journal()
    local_aws.clear_faults()
    runs = iter(range(1000))

    def call(check_mode: bool = False, warnings: list | None = None, **options: object) -> dict:
        keys = {name: seeded["alice"][name] for name in ("access_key", "secret_key")}
        given = {**keys, "region": "eu-central-1", "endpoint_url": local_aws.endpoint, **options}
        validation = ArgumentSpecValidator(argument_spec_of(OPERATION), **OPERATION.rules).validate(given)
        assert not validation.error_messages, validation.error_messages
        # Each call is a run of its own: nothing is kept but what the options ask for.
        sessions = tmp_path / f"run-{next(runs)}"
        sessions.mkdir(mode=0o700)
        return invoke(
            OPERATION,
            validation.validated_parameters,
            check_mode=check_mode,
            warn=(warnings if warnings is not None else []).append,
            progress=lambda _message: None,
            session_directory=str(sessions),
        )

    return call


def who(local_aws: LocalAws, result: dict) -> str:
    """Return whom the server takes the credentials of a result for."""
    assert not result.get("failed"), result["msg"]
    return local_aws.client("sts", result["credentials"]).get_caller_identity()["Arn"]


@pytest.mark.also_oldest
def test_the_credentials_work_in_every_shape(local_aws, assume, monkeypatch):
    result = assume(role_arn=BACKUP, external_id="shared-words", session_name="nightly")
    arn = f"arn:aws:sts::{CUSTOMER}:assumed-role/Backup/nightly"
    assert who(local_aws, result) == arn
    assert not result["changed"]
    assert result["assumed_role"]["arn"] == arn
    assert result["assumed_role"]["role_arn"] == BACKUP
    assert parse_qs(urlsplit(result["switch_role_url"]).query)["roleName"] == ["team/Backup"]
    assert result["console_url"] is None
    assert dict(local_aws.journal().operations()) == {"sts:AssumeRole": 1, "sts:GetCallerIdentity": 1}  # the test's own
    # connection: for another task of this collection, whatever profile is in the environment
    monkeypatch.setenv("AWS_PROFILE", "of-somebody-else")
    again = assume(
        **{**result["connection"], "role_arn": BACKUP, "session_name": "again", "external_id": "shared-words"}
    )
    assert again["failed"]
    assert arn in again["msg"]
    assert result["connection"]["region"] == "eu-central-1"
    assert local_aws.journal().count("sts:AssumeRole") == 2


def test_a_refusal_says_what_was_sent_and_not_what_the_secret_is(local_aws, assume):
    result = assume(role_arn=BACKUP, external_id="other-words", mfa_serial=f"{ALICE}/mfa/x", mfa_token="987654")
    assert result["failed"]
    assert result["error"]["code"] == "AccessDenied"
    assert result["error"]["call"] == "sts:AssumeRole"
    assert "with an external ID and with an MFA code" in result["msg"]
    assert BACKUP in result["msg"]
    for hidden in ("other-words", "987654"):
        assert hidden not in json.dumps(result)
    assert "without an external ID and without an MFA code" in assume(role_arn=BACKUP)["msg"]


@pytest.mark.also_oldest
@pytest.mark.parametrize("way", ["role after hops", "hops alone"])
def test_through_a_hub(local_aws, assume, way):
    hop = {"role_arn": HUB}
    options = {"role_arn": DEEP, "assume_role": [hop]}
    if way == "hops alone":
        options = {"assume_role": [hop, {"role_arn": DEEP}], "expected_account_id": CUSTOMER}
    result = assume(**options, session_name="deep")
    assert who(local_aws, result) == f"arn:aws:sts::{CUSTOMER}:assumed-role/Deep/deep"
    assert local_aws.journal().count("sts:AssumeRole") == 2
    assert local_aws.journal().count("sts:GetCallerIdentity") == 1  # the test's own


def test_a_session_that_starts_from_a_session_is_short_and_that_is_known_before_the_call(local_aws, assume):
    hub = assume(role_arn=HUB)
    local_aws.clear_journal()
    result = assume(**hub["connection"], role_arn=DEEP, duration_seconds=7200)
    assert "is itself the session of a role: what starts from such a session lives 3600 seconds" in result["msg"]
    assert local_aws.journal().count("sts:AssumeRole") == 0
    refused = assume(**hub["connection"], role_arn=DEEP, console_url=True, console_duration=7200)
    assert "console_duration can't be asked for" in refused["msg"]
    assert ":assumed-role/Deep/" in who(local_aws, assume(**hub["connection"], role_arn=DEEP, duration_seconds=3600))
    iam = local_aws.client("iam", CUSTOMER)
    iam.update_role(RoleName="Backup", MaxSessionDuration=43200)
    assert not assume(role_arn=BACKUP, external_id="shared-words", duration_seconds=43200).get("failed")
    iam.update_role(RoleName="Backup", MaxSessionDuration=3600)


@pytest.mark.also_oldest
def test_everything_that_sts_takes(local_aws, assume):
    read_one = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:GetRole", "Resource": "*"}]}
    result = assume(
        role_arn=BACKUP,
        external_id="shared-words",
        policy=read_one,
        policy_arns=["arn:aws:iam::aws:policy/IAMReadOnlyAccess"],
        tags={"team": "backup"},
        transitive_tag_keys=["team"],
        source_identity="alice",
        duration_seconds=900,
    )
    assert who(local_aws, result).endswith("/Backup/alice")
    iam = local_aws.client("iam", result["credentials"])
    assert iam.get_role(RoleName="Backup")
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        iam.create_user(UserName="nobody")


def test_the_expected_account_is_that_of_the_caller(local_aws, assume):
    result = assume(role_arn=BACKUP, external_id="shared-words", expected_account_id=CUSTOMER)
    assert f"belong to account {PLATFORM}, but account {CUSTOMER} is expected" in result["msg"]
    assert local_aws.journal().count("sts:AssumeRole") == 0
    assert not assume(role_arn=BACKUP, external_id="shared-words", expected_account_id=PLATFORM).get("failed")


def test_bad_input_makes_no_call(local_aws, assume):
    result = assume(role_arn="Backup", duration_seconds=1)
    assert len(result["errors"]) == 2
    assert local_aws.journal() == []


@pytest.mark.also_oldest
def test_throttling_is_overcome(local_aws, assume):
    local_aws.faults({"effect": "throttle", "service": "sts", "operation": "AssumeRole", "times": 2})
    assert not assume(role_arn=BACKUP, external_id="shared-words").get("failed")


def test_a_role_that_was_made_a_moment_ago_can_be_waited_for(local_aws, assume):
    denied = {"effect": "access_denied", "service": "sts", "operation": "AssumeRole", "times": 1}
    local_aws.faults(denied)
    assert assume(role_arn=BACKUP, external_id="shared-words")["failed"]
    local_aws.faults(denied)
    assert not assume(role_arn=BACKUP, external_id="shared-words", propagation_timeout=20).get("failed")
    local_aws.faults({**denied, "resource": "Hub"})
    hops = [{"role_arn": HUB}]
    assert not assume(role_arn=DEEP, assume_role=hops, propagation_timeout=20).get("failed")


def test_the_maximum_of_the_role_is_in_the_error_where_it_can_be_read(local_aws, assume, monkeypatch):
    # The local AWS knows no maximum, so that its answer is put in here.
    def too_long(self, operation, arguments):
        if operation != "AssumeRole":
            return original(self, operation, arguments)
        text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        raise botocore.exceptions.ClientError({"Error": {"Code": "ValidationError", "Message": text}}, operation)

    original = botocore.client.BaseClient._make_api_call
    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", too_long)
    root = {"access_key": CUSTOMER, "secret_key": "local"}
    message = assume(**root, role_arn=BACKUP, duration_seconds=7200)["msg"]
    assert "Asked for were 7200 seconds; the role's maximum is 3600." in message
    message = assume(role_arn=BACKUP, duration_seconds=7200)["msg"]
    assert f"the owner of account {CUSTOMER} can tell the role's maximum" in message


def who_in(environment: dict) -> str:
    """Return whom the server takes a process with these variables for, whatever else is in the environment."""
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    others = {"AWS_ACCESS_KEY_ID": "AKIAOTHER", "AWS_SECRET_ACCESS_KEY": "other", "AWS_SESSION_TOKEN": "other"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={**others, **environment}
    )
    return done.stdout.strip()


@pytest.mark.also_oldest
def test_both_environments_work(assume):
    result = assume(role_arn=BACKUP, external_id="shared-words", write_profile={"name": "in the file"})
    arn = result["assumed_role"]["arn"]
    assert who_in(result["environment"]) == arn
    assert who_in(result["profile_environment"]) == arn
    for name in ("secret_key", "session_token"):
        assert result["credentials"][name] not in str(result["profile_environment"])


def profile_text(tmp_path: Path) -> str:
    return (tmp_path / "aws" / "credentials").read_text()


@pytest.mark.also_oldest
def test_a_profile_is_written_once_and_used(local_aws, assume, tmp_path, monkeypatch):
    options = {"role_arn": BACKUP, "external_id": "shared-words", "write_profile": {"name": "backup"}}
    would = assume(**options, check_mode=True)
    assert would["changed"]
    assert not (tmp_path / "aws").exists()
    first = assume(**options)
    assert first["changed"]
    assert not first["reused"]
    assert [{**change, "after": None} for change in first["changes"]] == [
        {"what": "write_profile", "name": "backup", "before": None, "after": None}
    ]
    local_aws.clear_journal()
    for check_mode in (False, True):
        second = assume(**options, check_mode=check_mode)
        assert not second["changed"]
        assert second["reused"]
        assert second["credentials"] == first["credentials"]
        assert second["assumed_role"] == first["assumed_role"]
    assert local_aws.journal().count("sts:AssumeRole") == 0
    session = botocore.session.Session(profile="backup")
    client = session.create_client("sts", endpoint_url=local_aws.endpoint, region_name="us-east-1")
    assert client.get_caller_identity()["Arn"] == first["assumed_role"]["arn"]
    # Another request is another session.
    other = assume(**options, session_name="other")
    assert other["changed"]
    assert other["assumed_role"]["session_name"] == "other"
    # One that is about to end is made again.
    soon = configparser.RawConfigParser()
    soon.read_string(profile_text(tmp_path))
    soon["backup"]["x_security_token_expires"] = "2020-01-01T00:00:00Z"
    with (tmp_path / "aws" / "credentials").open("w") as file:
        soon.write(file)
    assert assume(**options, session_name="other", check_mode=True)["changed"]
    assert assume(**options, session_name="other")["changed"]


def test_what_is_asked_for_is_refused_before_the_call(local_aws, assume, tmp_path):
    path = tmp_path / "aws" / "credentials"
    path.parent.mkdir()
    path.write_text("[mine]\naws_access_key_id = AKIAMINE\naws_secret_access_key = precious\n")
    result = assume(role_arn=BACKUP, external_id="shared-words", write_profile={"name": "mine"})
    assert "may hold keys that exist nowhere else" in result["msg"]
    assert local_aws.journal() == []
    assert "precious" in path.read_text()


def test_many_profiles_are_written_at_the_same_time(local_aws, assume, tmp_path):
    def one(number: int) -> dict:
        return assume(
            role_arn=BACKUP,
            external_id="shared-words",
            session_name=f"n{number}",
            write_profile={"name": f"profile-{number}"},
        )

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(one, range(16)))
    assert all(result.get("changed") for result in results), results
    parser = configparser.RawConfigParser()
    parser.read_string(profile_text(tmp_path))
    assert sorted(parser.sections()) == sorted(f"profile-{number}" for number in range(16))


@pytest.mark.also_oldest
def test_a_kept_session_is_used_again_by_the_same_identity_only(local_aws, assume, seeded, tmp_path):
    directory = tmp_path / "kept"
    options = {"role_arn": BACKUP, "external_id": "shared-words", "cache": True, "cache_dir": str(directory)}
    assert assume(**options, check_mode=True)["reused"] is False
    assert not directory.exists()
    first = assume(**options)
    second = assume(**options)
    assert (first["reused"], second["reused"]) == (False, True)
    assert not first["changed"]
    assert first["credentials"] == second["credentials"]
    assert first["packed_policy_size"] == second["packed_policy_size"]
    assert local_aws.journal().count("sts:AssumeRole") == 2  # one in check mode
    assert [oct(path.stat().st_mode)[-3:] for path in directory.iterdir()] == ["600"]
    mallory = {name: seeded["mallory"][name] for name in ("access_key", "secret_key")}
    assert assume(**options, **mallory)["failed"]
    assert not assume(**options, session_name="other")["reused"]
    # Those that have ended are made again, and removed.
    for path in directory.glob("*.json"):
        kept = json.loads(path.read_text())
        kept["expiration"] = "2020-01-01T00:00:00Z"
        path.write_text(json.dumps(kept))
    assert not assume(**options)["reused"]
    assert len(list(directory.glob("*.json"))) == 1


def test_forks_that_want_the_same_session_assume_once(local_aws, assume, tmp_path):
    options = {"role_arn": DEEP, "assume_role": [{"role_arn": HUB}], "cache": True, "cache_dir": str(tmp_path / "kept")}
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _number: assume(**options), range(8)))
    assert len({result["credentials"]["access_key"] for result in results}) == 1
    calls = [call for call in local_aws.journal() if call.operation == "AssumeRole"]
    assert len(calls) == 2  # the hub once, the role once


class Federation(BaseHTTPRequestHandler):
    """Gives a sign-in token for credentials that the local AWS knows."""

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.forms.append(form)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"SigninToken": "the-token"}')

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def federation() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Federation)
    server.forms = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.also_oldest
def test_people_get_an_address_of_the_console(local_aws, assume, federation):
    options = {"role_arn": BACKUP, "external_id": "shared-words", "console_url": True}
    endpoint = f"http://127.0.0.1:{federation.server_port}"
    result = assume(**options, signin_endpoint=endpoint, console_destination="https://console.aws.amazon.com/s3/home")
    assert result["console_url"].startswith(f"{endpoint}/federation?Action=login&")
    query = parse_qs(urlsplit(result["console_url"]).query)
    assert query["SigninToken"] == ["the-token"]
    assert query["Destination"] == ["https://console.aws.amazon.com/s3/home"]
    (form,) = federation.forms
    session = json.loads(form["Session"][0])
    assert (
        who(
            local_aws,
            {
                "credentials": {
                    "access_key": session["sessionId"],
                    "secret_key": session["sessionKey"],
                    "session_token": session["sessionToken"],
                }
            },
        )
        == result["assumed_role"]["arn"]
    )
    assert not assume(**options, signin_endpoint=endpoint, console_duration=7200).get("failed")
    assert federation.forms[1]["SessionDuration"] == ["7200"]
    assert "got no answer" in assume(**options, signin_endpoint="http://127.0.0.1:9")["msg"]


@pytest.mark.also_oldest
def test_a_token_of_a_web_identity_needs_no_credentials(local_aws, assume, tmp_path, monkeypatch):
    iam = local_aws.client("iam", CUSTOMER)
    provider = iam.create_open_id_connect_provider(
        Url=f"https://{TEST_ISSUER}", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["0" * 40]
    )["OpenIDConnectProviderArn"]
    trust = trusting({"Federated": provider}, "sts:AssumeRoleWithWebIdentity")
    iam.create_role(RoleName="Deploy", AssumeRolePolicyDocument=json.dumps(trust))
    claims = {"sub": "repo:one", "aud": "sts.amazonaws.com"}

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / "token"
    file.write_text(token({**claims, "exp": 4_000_000_001}) + "\n")
    options = {
        "access_key": "",
        "secret_key": "",
        "role_arn": f"arn:aws:iam::{CUSTOMER}:role/Deploy",
        "session_name": "job-1",
        "cache": True,
        "cache_dir": str(tmp_path / "kept"),
    }
    result = assume(**options, web_identity_token_file=str(file))
    assert who(local_aws, result) == f"arn:aws:sts::{CUSTOMER}:assumed-role/Deploy/job-1"
    assert result["environment"]["AWS_ENDPOINT_URL"] == os.environ.get("AWS_ENDPOINT_URL", local_aws.endpoint)
    # A renewed token is the same identity, another subject is another one.
    assert assume(**options, web_identity_token=token({**claims, "exp": 4_000_000_002}))["reused"]
    other = assume(**options, web_identity_token=token({**claims, "sub": "repo:two"}))
    assert not other.get("reused")
    assert "hidden" not in json.dumps(other)
