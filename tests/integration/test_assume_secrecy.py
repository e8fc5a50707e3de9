# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `xacct_assume` returns can be used in a playbook and is seen nowhere: real runs, all output searched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
PLATFORM = "111111111181"
CUSTOMER = "222222222282"
ROLES = [f"arn:aws:iam::{CUSTOMER}:role/{name}" for name in ("One", "Two")]
EXTERNAL_ID = "shared-words-of-this-test"
MFA_CODE = "804213"
WEB_TOKEN = "eyJhbGciOiJSUzI1NiJ9.bm90LWEtdG9rZW4.c2lnbmF0dXJl"

pytestmark = pytest.mark.also_oldest

WHO = """
import boto3
print(boto3.client("sts").get_caller_identity()["Arn"])
"""


@pytest.fixture(scope="module")
def user(local_aws) -> dict:
    """A user who may assume roles, and two roles: one for the user, one for the session of the first."""
    local_aws.reset()
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}

    def trust(principal: str, **condition: object) -> dict:
        statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **condition}
        return {"Version": "2012-10-17", "Statement": [statement]}

    condition = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
    made = local_aws.seed(
        {
            "accounts": {
                "platform": {"account_id": PLATFORM, "users": {"alice": {"policies": {"sts": allow}}}},
                "customer": {
                    "account_id": CUSTOMER,
                    "roles": {
                        "One": {
                            "trust": trust(f"arn:aws:iam::{PLATFORM}:user/alice", Condition=condition),
                            "policies": {"sts": allow},
                        },
                        "Two": {"trust": trust(ROLES[0]), "policies": {"sts": allow}},
                    },
                },
            }
        }
    )
    return made["accounts"]["platform"]["users"]["alice"]


def play_of(folder: Path, endpoint: str, user: dict, in_process: bool) -> dict:
    """Return a play that assumes in every way and dumps what it got where only this test looks."""
    assume = "xacct.aws.xacct_assume"
    one = {"role_arn": ROLES[0], "external_id": EXTERNAL_ID}
    failing = {"ignore_errors": True}
    return {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {
            "xacct_in_process": in_process,
            "ansible_python_interpreter": sys.executable,
            # Not in the playbook itself: Ansible shows the lines around a failing task.
            "mfa_code": "{{ lookup('ansible.builtin.env', 'TEST_MFA_CODE') }}",
            "web_token": "{{ lookup('ansible.builtin.env', 'TEST_WEB_TOKEN') }}",
        },
        "module_defaults": {
            "group/xacct.aws.xacct": {
                "access_key": user["access_key"],
                "secret_key": user["secret_key"],
                "region": "eu-central-1",
                "endpoint_url": endpoint,
            }
        },
        "tasks": [
            {assume: one, "register": "first"},
            {assume: {**one, "session_name": "{{ item }}"}, "loop": ["loop-a", "loop-b"], "register": "looped"},
            {
                "name": "profile",
                assume: {**one, "write_profile": {"name": "p", "file": str(folder / "credentials")}},
                "diff": True,
                "register": "profile",
            },
            {
                "name": "chained by module_defaults",
                assume: {"role_arn": ROLES[1], "session_name": "chained"},
                "module_defaults": {"group/xacct.aws.xacct": "{{ first.connection }}"},
                "register": "second",
            },
            {
                "name": "a fact",
                "ansible.builtin.set_fact": {"kept_arn": "{{ second.assumed_role.arn }}"},
            },
            {
                "name": "environment of the profile",
                "ansible.builtin.command": {"argv": [sys.executable, "-c", WHO]},
                "environment": "{{ profile.profile_environment }}",
                "register": "by_profile",
            },
            {"name": "denied", assume: {**one, "external_id": "wrong-" + EXTERNAL_ID}, **failing},
            {
                "name": "denied with MFA",
                assume: {**one, "mfa_serial": f"arn:aws:iam::{PLATFORM}:mfa/alice", "mfa_token": "{{ mfa_code }}"},
                **failing,
            },
            {
                "name": "token refused",
                assume: {"role_arn": ROLES[0], "web_identity_token": "{{ web_token }}"},
                **failing,
            },
            {"name": "bad", assume: {"role_arn": "x", "mfa_serial": "y", "mfa_token": "{{ mfa_code[:5] }}"}, **failing},
            {"name": "unknown option", assume: {**one, "mfa_token": "{{ mfa_code }}", "extra": 1}, **failing},
            {"name": "asynchronous", assume: one, "async": 60, "poll": 0, "register": "in_background", **failing},
            {
                "name": "dump",
                "ansible.builtin.copy": {
                    "content": "{{ {'first': first, 'looped': looped, 'second': second, 'profile': profile,"
                    " 'by_profile': by_profile, 'in_background': in_background, 'kept_arn': kept_arn} | to_json }}",
                    "dest": str(folder / "dump.json"),
                    "mode": "0600",
                },
                "no_log": True,
            },
        ],
    }


@pytest.fixture(scope="module", params=[True, False], ids=["in process", "as module"])
def ran(request, local_aws, user, tmp_path_factory):
    """One run with everything that shows results: verbosity, diff, a log file, results as files; and what it got."""
    folder = tmp_path_factory.mktemp("secrecy")
    playbook = folder / "play.yml"
    playbook.write_text(yaml.safe_dump([play_of(folder, local_aws.endpoint, user, request.param)], sort_keys=False))
    (folder / "tree").mkdir()
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("ansible-playbook")),
            "-vvvvvv",
            "--diff",
            "-i",
            "localhost,",
            str(playbook),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=folder,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "TEST_MFA_CODE": MFA_CODE,
            "TEST_WEB_TOKEN": WEB_TOKEN,
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "collections"),
            "ANSIBLE_LOG_PATH": str(folder / "ansible.log"),
            "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.tree,ansible.builtin.junit",
            "ANSIBLE_CALLBACK_TREE_DIR": str(folder / "tree"),
            "JUNIT_OUTPUT_DIR": str(folder / "junit"),
            "ANSIBLE_ASYNC_DIR": str(folder / "async"),
            "ANSIBLE_LOCAL_TEMP": str(folder / "local"),
            "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
        },
    )
    dump = folder / "dump.json"
    assert dump.exists(), done.stdout[-5000:] + done.stderr[-5000:]
    results = json.loads(dump.read_text())
    dump.unlink()
    profile = (folder / "credentials").read_text()
    (folder / "credentials").unlink()
    files = {str(path): path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()}
    del files[str(playbook)]  # the input, external ID included
    return {"stdout": done.stdout, "stderr": done.stderr, **files}, results, profile


def secrets_of(results: dict) -> list[str]:
    """Return every secret that the run got."""
    everything = [results["first"], *results["looped"]["results"], results["second"], results["profile"]]
    return [result["credentials"][name] for result in everything for name in ("secret_key", "session_token")]


def test_what_was_registered_works(ran):
    _output, results, profile = ran
    arn = f"arn:aws:sts::{CUSTOMER}:assumed-role/Two/chained"
    assert results["by_profile"]["stdout"] == results["profile"]["assumed_role"]["arn"]
    assert results["kept_arn"] == arn
    assert [item["assumed_role"]["session_name"] for item in results["looped"]["results"]] == ["loop-a", "loop-b"]
    assert results["profile"]["credentials"]["session_token"] in profile


def test_no_credential_is_seen_anywhere(ran, user):
    output, results, _profile = ran
    secrets = secrets_of(results)
    assert len(set(secrets)) == len(secrets) == 10
    for place, text in output.items():
        for secret in [*secrets, user["secret_key"], WEB_TOKEN, MFA_CODE]:
            assert secret not in text, place


def test_the_output_is_there_and_hidden(ran):
    output, _results, _profile = ran
    assert output["stdout"].count("the output has been hidden") >= 4
    assert "TASK [denied]" in output["stdout"]
    assert "sts:AssumeRole was denied" in output["stdout"]
    assert any("tree" in place for place in output)
    assert any(place.endswith("ansible.log") for place in output)


def test_a_job_in_the_background_is_refused(ran):
    output, results, _profile = ran
    assert results["in_background"]["failed"]
    assert "async" in results["in_background"]["msg"]
    assert not [place for place in output if "/async/" in place]
