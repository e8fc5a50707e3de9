# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that botocore would open by itself."""

from __future__ import annotations

import os

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.sdk import new_session
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.sdk_files import check_sdk_files

from tests.unit.plugins.module_utils._aws import not_files

VARIABLES = (
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CREDENTIAL_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "home" / ".aws").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("kind", not_files.KINDS)
def test_what_the_environment_names(variable, kind, tmp_path, monkeypatch):
    path = not_files.put(tmp_path / "named", kind)
    monkeypatch.setenv(variable, str(path))
    if (variable, kind) == ("REQUESTS_CA_BUNDLE", "directory"):
        check_sdk_files(new_session())
        return
    with pytest.raises(AwsError, match=f"{variable} names a file that is not read: {path} ") as caught:
        check_sdk_files(new_session())
    assert caught.value.code == "RefusedFile"


@pytest.mark.parametrize("variable", VARIABLES)
def test_no_file_is_nothing_to_refuse(variable, tmp_path, monkeypatch):
    for path in (os.devnull, str(tmp_path / "missing"), "~/missing"):
        monkeypatch.setenv(variable, path)
        check_sdk_files(new_session())


def test_what_has_the_usual_name(tmp_path):
    """botocore takes a directory for a missing file (a volume of a container, say); a huge file it would read."""
    config = tmp_path / "home" / ".aws" / "config"
    not_files.put(config, "directory")
    check_sdk_files(new_session())
    config.rmdir()
    not_files.put(config, "huge file")
    with pytest.raises(AwsError, match=r"the SDK names a file that is not read: .*/home/.aws/config has"):
        check_sdk_files(new_session())


@pytest.mark.parametrize("kind", not_files.KINDS)
@pytest.mark.parametrize("key", ["web_identity_token_file", "ca_bundle"])
@pytest.mark.parametrize("profile", ["named", "started_from"])
def test_what_a_profile_names(kind, key, profile, tmp_path):
    path = not_files.put(tmp_path / "token", kind)
    profiles = {
        "named": {"role_arn": "arn:aws:iam::111111111111:role/R", "source_profile": "started_from"},
        "started_from": {"region": "eu-west-1"},
        "other": {key: "/dev/zero"},
    }
    profiles[profile][key] = str(path)
    lines = [
        line
        for name, values in profiles.items()
        for line in (f"[profile {name}]", *(f"{option} = {value}" for option, value in values.items()))
    ]
    (tmp_path / "home" / ".aws" / "config").write_text("\n".join(lines))
    with pytest.raises(AwsError, match=f"{key} of profile {profile} names a file that is not read"):
        check_sdk_files(new_session("named"))


def test_a_bundle_of_the_options(tmp_path):
    path = not_files.put(tmp_path / "bundle", "fifo")
    with pytest.raises(AwsError, match=f"aws_ca_bundle names a file that is not read: {path} is a FIFO"):
        check_sdk_files(new_session(), str(path))
    check_sdk_files(new_session(), False)


@pytest.mark.parametrize("text", ["[profile other]\n", "no configuration\n", "[profile p]\nsource_profile = p\n"])
def test_other_faults_of_a_configuration_are_for_the_client_to_say(text, tmp_path):
    (tmp_path / "home" / ".aws" / "config").write_text(text)
    check_sdk_files(new_session("p"))
