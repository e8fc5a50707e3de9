# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both faces of every module give the same results: each task runs in the controller's process and as a module.

The two runs use two empty accounts; what differs by nature (account IDs, unique IDs, dates, credentials) is evened out.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.also_oldest

COLLECTION = Path(__file__).resolve().parents[2]
ACCOUNTS = {True: "333333333331", False: "333333333332"}
SECRET_OF_ONE_LETTER = "r"
"""As a test server takes it; no value of a result may lose a letter to it."""
TRUSTED = [{"name": "backup", "principals": ["111111111111"], "external_id": ["shared-words"], "require_mfa": True}]

ROLE = {"name": "Parity", "trusted": TRUSTED, "tags": {"team": "backup"}, "max_session_duration": 7200}
GRANT = {"principal": "role/Parity", "grants": [{"name": "one", "actions": ["s3:GetObject"], "resources": ["*"]}]}
BUCKET = "faces-{account}"
BUCKET_GRANT = {
    "bucket": BUCKET,
    "grants": [{"name": "exports", "principals": ["111111111111"], "access": "read", "prefixes": ["exports/"]}],
}
PUBLIC_GRANT = {"bucket": BUCKET, "grants": [{"name": "site", "principals": ["*"], "access": "read"}]}
RESOURCE_GRANT = {
    "type": "sns_topic",
    "resource": "faces",
    "grants": [{"name": "publisher", "principals": ["111111111111"], "access": "publish"}],
}
NO_RESOURCE = {**RESOURCE_GRANT, "resource": "gone", "propagation_timeout": 0}
NO_RESOURCE_GRANT = {"type": "sns_topic", "resource": "faces", "state": "absent"}
SERVICE_GRANT = {
    "resource": "arn:aws:sqs:eu-central-1:{account}:faces",
    "grants": [{"name": "s3", "principals": ["service:s3.amazonaws.com"], "access": "send"}],
}
BUCKET_ACL = {"bucket": BUCKET, "canned": "log-delivery-write"}
OBJECT_ACL = {
    "bucket": BUCKET,
    "prefix": "",
    "grants": [{"permission": "READ", "account_id": "111111111111"}],
    "canonical_ids": {"111111111111": "f" * 64},
}
ACCESS_CHECK = {
    "principal": "arn:aws:iam::{account}:role/Parity",
    "actions": ["s3:GetObject", "sts:GetCallerIdentity"],
    "resource": "arn:aws:s3:::" + BUCKET + "/reports/one",
    "assume_none": ["service_control_policies", "resource_control_policies"],
}
TASKS: list[tuple[str, str, dict, dict]] = [
    ("would create", "xacct_role", ROLE, {"check_mode": True, "diff": True}),
    ("creates", "xacct_role", ROLE, {"diff": True}),
    ("again", "xacct_role", ROLE, {"diff": True}),
    ("changes", "xacct_role", {**ROLE, "description": "mended", "tags": {"team": "other"}}, {"diff": True}),
    ("unknown option", "xacct_role", {**ROLE, "maximum_session": 1}, {}),
    ("missing option", "xacct_role", {"trusted": TRUSTED}, {}),
    ("wrong type", "xacct_role", {**ROLE, "max_session_duration": "long"}, {}),
    ("bad input", "xacct_role", {**ROLE, "trusted": [{"name": "x", "principals": [111111111111]}]}, {}),
    ("profile and keys", "xacct_role", {**ROLE, "profile": "some"}, {}),
    ("wrong account", "xacct_role", {**ROLE, "expected_account_id": "999999999999"}, {}),
    ("grants", "xacct_identity_grant", GRANT, {"diff": True}),
    ("grants again", "xacct_identity_grant", GRANT, {}),
    ("grants to nobody", "xacct_identity_grant", {**GRANT, "principal": "role/Nobody"}, {}),
    ("assumes in vain", "xacct_assume", {"role_arn": "arn:aws:iam::{account}:role/Nobody", "session_name": "p"}, {}),
    ("assumes badly", "xacct_assume", {"role_arn": "not an arn", "duration_seconds": 5}, {}),
    ("verifies nothing", "xacct_verify", {"expectations": []}, {}),
    ("checks access", "xacct_access_check", ACCESS_CHECK, {}),
    ("checks access in vain", "xacct_access_check", {**ACCESS_CHECK, "expect": "denied"}, {}),
    ("checks access badly", "xacct_access_check", {**ACCESS_CHECK, "actions": ["s3:*"]}, {}),
    ("would write bucket grants", "xacct_bucket_grant", BUCKET_GRANT, {"check_mode": True, "diff": True}),
    ("writes bucket grants", "xacct_bucket_grant", BUCKET_GRANT, {"diff": True}),
    ("writes bucket grants again", "xacct_bucket_grant", BUCKET_GRANT, {"diff": True}),
    ("opens a bucket to all", "xacct_bucket_grant", PUBLIC_GRANT, {}),
    ("opens a bucket that is closed", "xacct_bucket_grant", {**PUBLIC_GRANT, "allow_public": True}, {}),
    ("removes bucket grants", "xacct_bucket_grant", {"bucket": BUCKET, "state": "absent"}, {"diff": True}),
    ("would write resource grants", "xacct_resource_grant", RESOURCE_GRANT, {"check_mode": True, "diff": True}),
    ("writes resource grants", "xacct_resource_grant", RESOURCE_GRANT, {"diff": True}),
    ("writes resource grants again", "xacct_resource_grant", RESOURCE_GRANT, {"diff": True}),
    ("lets a service act for all", "xacct_resource_grant", SERVICE_GRANT, {}),
    ("writes to no resource", "xacct_resource_grant", NO_RESOURCE, {}),
    ("removes resource grants", "xacct_resource_grant", NO_RESOURCE_GRANT, {"diff": True}),
    ("would grant on a bucket", "xacct_bucket_acl", BUCKET_ACL, {"check_mode": True, "diff": True}),
    ("grants on a bucket", "xacct_bucket_acl", BUCKET_ACL, {"diff": True}),
    ("grants on a bucket again", "xacct_bucket_acl", BUCKET_ACL, {"diff": True}),
    ("grants on a bucket to all", "xacct_bucket_acl", {"bucket": BUCKET, "canned": "public-read"}, {}),
    ("would grant on objects", "xacct_object_acl", OBJECT_ACL, {"check_mode": True, "diff": True}),
    ("grants on objects", "xacct_object_acl", OBJECT_ACL, {"diff": True}),
    ("grants on objects again", "xacct_object_acl", OBJECT_ACL, {"diff": True}),
    ("grants on objects to whom", "xacct_object_acl", {**OBJECT_ACL, "canonical_ids": {}}, {}),
    ("grants on no object", "xacct_object_acl", {**OBJECT_ACL, "prefix": None, "key": "nothing"}, {}),
    ("tells the account", "xacct_account_info", {}, {}),
    ("would remove", "xacct_role", {"name": "Parity", "state": "absent"}, {"check_mode": True, "diff": True}),
    ("removes", "xacct_role", {"name": "Parity", "state": "absent"}, {"diff": True}),
    ("removes again", "xacct_role", {"name": "Parity", "state": "absent"}, {}),
]


def run_tasks(folder: Path, endpoint: str, in_process: bool) -> dict[str, dict]:
    """Run every task of the table in one play and return the results by title."""
    account = ACCOUNTS[in_process]
    tasks = []
    for number, (title, module, arguments, keywords) in enumerate(TASKS):
        filled = json.loads(json.dumps(arguments).replace("{account}", account))
        tasks.append(
            {
                "name": title,
                f"xacct.aws.{module}": filled,
                "register": f"result_{number}",
                "ignore_errors": True,
                **keywords,
            }
        )
    shown = ", ".join(f"'{title}': result_{number}" for number, (title, *_rest) in enumerate(TASKS))
    answer = folder / f"results-{in_process}.json"
    tasks.append({"ansible.builtin.copy": {"content": "{{ {" + shown + "} | to_json }}", "dest": str(answer)}})
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"xacct_in_process": in_process, "ansible_python_interpreter": sys.executable},
        "environment": {"XACCT_COUNT_CALLS": "1"},
        "module_defaults": {
            "group/xacct.aws.xacct": {
                "access_key": account,
                "secret_key": SECRET_OF_ONE_LETTER,
                "region": "eu-central-1",
                "endpoint_url": endpoint,
            }
        },
        "tasks": tasks,
    }
    playbook = folder / f"faces-{in_process}.yml"
    playbook.write_text(yaml.safe_dump([play], sort_keys=False))
    done = subprocess.run(
        ["ansible-playbook", "-i", "localhost,", str(playbook)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=folder,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
    )
    assert answer.exists(), done.stdout + done.stderr
    return json.loads(answer.read_text())


def evened_out(results: dict, account: str) -> dict:
    """Take out what differs by nature between two accounts and two runs."""
    text = json.dumps(results).replace(account, "ACCOUNT")
    text = re.sub(r"\bARO?I?D?A[A-Z0-9]{8,}", "UNIQUE_ID", text)
    text = re.sub(r"\b[0-9a-f]{64}\b", "CANONICAL_ID", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^\"]*", "DATE", text)
    text = re.sub(r"(?i)request ?id: [-0-9a-f]+", "REQUEST", text)
    cleaned = json.loads(text)
    for key in ("exception", "failed_when_result", "ansible_facts"):
        cleaned.pop(key, None)
    # A module asks who it is in every task; the controller's process asks once in a run.
    cleaned.get("api_calls", {}).pop("sts:GetCallerIdentity", None)
    return cleaned


@pytest.fixture(scope="module")
def both(local_aws, tmp_path_factory):
    """The results of every task through both faces."""
    local_aws.reset()
    for account in ACCOUNTS.values():
        s3 = local_aws.client("s3", account)
        s3.create_bucket(Bucket=BUCKET.format(account=account), ObjectOwnership="ObjectWriter")
        s3.put_object(Bucket=BUCKET.format(account=account), Key="reports/one", Body=b"1")
        local_aws.client("sns", account, "eu-central-1").create_topic(Name="faces")
    folder = tmp_path_factory.mktemp("faces")
    return {in_process: run_tasks(folder, local_aws.endpoint, in_process) for in_process in (True, False)}


@pytest.mark.parametrize("title", [title for title, *_rest in TASKS])
def test_both_faces_agree(both, title):
    here = evened_out(both[True][title], ACCOUNTS[True])
    module = evened_out(both[False][title], ACCOUNTS[False])
    assert here == module


def test_the_table_holds_successes_changes_and_refusals(both):
    results = both[True]
    assert results["creates"]["changed"] and not results["again"]["changed"]
    assert results["would create"]["changed"] and results["would create"]["changes"] == results["creates"]["changes"]
    assert results["removes"]["changed"] and not results["removes again"]["changed"]
    assert results["writes bucket grants"]["changed"] and not results["writes bucket grants again"]["changed"]
    assert results["would write bucket grants"]["changes"] == results["writes bucket grants"]["changes"]
    assert results["writes resource grants"]["changed"] and not results["writes resource grants again"]["changed"]
    assert results["would write resource grants"]["changes"] == results["writes resource grants"]["changes"]
    assert results["removes resource grants"]["changed"]
    for title in ("lets a service act for all", "writes to no resource"):
        assert results[title]["failed"], title
    for where in ("on a bucket", "on objects"):
        assert results[f"grants {where}"]["changed"] and not results[f"grants {where} again"]["changed"]
        assert results[f"would grant {where}"]["changes"] == results[f"grants {where}"]["changes"]
    for title in ("opens a bucket to all", "opens a bucket that is closed"):
        assert results[title]["failed"], title
    for title in ("grants on a bucket to all", "grants on objects to whom", "grants on no object"):
        assert results[title]["failed"], title
    for title in ("unknown option", "bad input", "wrong account", "assumes in vain", "grants to nobody"):
        assert results[title]["failed"], title


@pytest.mark.parametrize("in_process", [True, False])
def test_a_short_secret_damages_no_value_that_goes_on(both, in_process):
    created = both[in_process]["creates"]
    assert created["role"]["arn"] == f"arn:aws:iam::{ACCOUNTS[in_process]}:role/Parity"
    assert "shared-words" in json.dumps(created["trust_policy"])
    assert "****" not in json.dumps(both[in_process]["creates"])


def test_every_module_is_in_the_table():
    modules = {path.stem for path in (COLLECTION / "plugins/modules").glob("xacct_*.py")}
    actions = {path.stem for path in (COLLECTION / "plugins/action").glob("xacct_*.py")}
    assert modules == actions == {module for _title, module, *_rest in TASKS}
