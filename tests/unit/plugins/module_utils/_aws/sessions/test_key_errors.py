# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys that would break a request are refused by name, and never quoted."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import open_account
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.key_errors import key_errors
from hypothesis import given
from hypothesis import strategies as st

KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
BAD = {
    f"{KEY}\n": "secret_key has a line break at position 41 of 41",
    f"{KEY}\r\n": "secret_key has a line break at position 41 of 42",
    f" {KEY}": "secret_key has a blank at position 1 of 41",
    f"{KEY[:5]}\t{KEY[5:]}": "secret_key has a blank at position 6 of 41",
    f"{KEY}\x00": "secret_key has a control character at position 41 of 41",
    f"{KEY}\x1b[2K": "secret_key has a control character at position 41 of 44",
    f"{KEY}\u2028": "secret_key has a character outside of ASCII at position 41 of 41",
    f"{KEY}\ud800": "secret_key has a character outside of ASCII at position 41 of 41",
    "": "secret_key is not text or empty",
}


@pytest.mark.parametrize("value", BAD)
def test_a_bad_key_is_named_and_not_quoted(value):
    (error,) = key_errors("AKIAEXAMPLE", value, None)
    assert error.startswith(BAD[value])
    assert KEY[:6] not in error


@given(st.text(alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1))
def test_whatever_aws_may_issue_is_taken(value):
    assert key_errors(value, value, value) == []


@pytest.mark.parametrize("name", ["access_key", "secret_key", "session_token"])
@pytest.mark.parametrize("value", [value for value in BAD if value])
def test_options_are_refused_before_any_call(name, value, fake_aws, keys):
    with pytest.raises(AwsError) as raised:
        open_account({**keys, name: value}).client("iam").get_role(RoleName="r")
    assert f"{name} has a" in str(raised.value)
    assert KEY[:6] not in str(raised.value)
    assert fake_aws.received == []


def test_the_variable_that_it_came_from_is_named(monkeypatch, keys):
    monkeypatch.setenv("AWS_SESSION_TOKEN", f"{KEY}\n")
    with pytest.raises(AwsError, match=r"session_token has a line break .* \(as in AWS_SESSION_TOKEN\)"):
        open_account({**keys, "session_token": f"{KEY}\n"})


PROCESS = """[profile p]
credential_process = {command}
"""


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        (f'{{"Version": 1, "AccessKeyId": "AKIAX", "SecretAccessKey": "{KEY}\\\\n"}}', "secret_key has a line break"),
        ('{"Version": 1, "AccessKeyId": "AKIAX", "SecretAccessKey": 5}', "secret_key is not text"),
        ("no JSON " + KEY, "JSONDecodeError"),
        ("", "JSONDecodeError"),
        ("[]", "can't be read"),
    ],
)
def test_a_program_that_gives_no_usable_keys(printed, said, tmp_path, monkeypatch, fake_aws):
    answer = tmp_path / "answer"
    answer.write_text(printed.replace("\\\\n", "\\n"))
    (tmp_path / "config").write_text(PROCESS.format(command=f"cat {answer}"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(AwsError) as raised:
        open_account({"profile": "p", "region": "eu-central-1", "endpoint_url": fake_aws.url}).caller  # noqa: B018
    assert said in str(raised.value)
    assert "profile p" in str(raised.value)
    assert KEY[:6] not in str(raised.value)
    assert fake_aws.received == []


def test_a_token_file_that_is_missing(tmp_path, monkeypatch, fake_aws):
    (tmp_path / "config").write_text(
        "[profile p]\nrole_arn = arn:aws:iam::111111111111:role/r\nweb_identity_token_file = /nowhere/token\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    said = r"credentials of profile p can't be read .*/nowhere/token: No such file"
    with pytest.raises(AwsError, match=said) as raised:
        open_account({"profile": "p", "region": "eu-central-1", "endpoint_url": fake_aws.url}).caller  # noqa: B018
    assert raised.value.code == "CredentialsUnreadable"
    assert fake_aws.received == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:9 ", "127.0.0.1:9", "http://[", "ftp//x"])
def test_an_endpoint_that_is_no_url(url, keys):
    with pytest.raises(AwsError, match="endpoint_url must be a URL"):
        open_account({**keys, "endpoint_url": url}).caller  # noqa: B018
