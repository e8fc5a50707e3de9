# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options mean what they mean for amazon.aws, and contradictions are refused before any call."""

from __future__ import annotations

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.options import (
    CONNECTION_ARGUMENTS,
    is_aws_endpoint,
    read_options,
)

# What users of amazon.aws 11 know: option, aliases, environment variables in the order that they are looked at, no_log.
KNOWN_FROM_AMAZON_AWS = [
    ("access_key", ["aws_access_key_id", "aws_access_key"], ["AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"], False),
    ("secret_key", ["aws_secret_access_key", "aws_secret_key"], ["AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"], True),
    ("session_token", ["aws_session_token"], ["AWS_SESSION_TOKEN"], True),
    ("profile", ["aws_profile"], ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"], None),
    ("region", ["aws_region"], ["AWS_REGION", "AWS_DEFAULT_REGION"], None),
    ("endpoint_url", ["aws_endpoint_url"], ["AWS_URL"], None),
    ("aws_ca_bundle", [], ["AWS_CA_BUNDLE"], None),
    ("validate_certs", [], [], None),
    ("aws_config", [], [], None),
]
ROLE = "arn:aws:iam::222222222222:role/XacctBackup"


def options(**params):
    """Return the options as a module would: through the argument spec, with its fallbacks."""
    result = ArgumentSpecValidator(CONNECTION_ARGUMENTS).validate(params)
    assert result.error_messages == []
    return read_options(result.validated_parameters, warnings.append)


warnings: list[str] = []


@pytest.fixture(autouse=True)
def no_warnings_yet():
    warnings.clear()


@pytest.mark.parametrize(("name", "aliases", "variables", "no_log"), KNOWN_FROM_AMAZON_AWS)
def test_the_option_is_the_one_that_users_know(name, aliases, variables, no_log):
    spec = CONNECTION_ARGUMENTS[name]
    assert spec.get("aliases", []) == aliases
    assert (spec["fallback"][1] if "fallback" in spec else []) == variables
    assert spec.get("no_log") is no_log


@pytest.mark.parametrize(("name", "_aliases", "variables", "_no_log"), KNOWN_FROM_AMAZON_AWS)
def test_environment_variables_stand_in_as_the_environment_is_now(monkeypatch, name, _aliases, variables, _no_log):
    rest_of_the_keys = {
        "access_key": ["AWS_SECRET_ACCESS_KEY"],
        "secret_key": ["AWS_ACCESS_KEY_ID"],
        "session_token": ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
    }
    for variable in rest_of_the_keys.get(name, []):
        monkeypatch.setenv(variable, "given")
    start = "http://from-" if name == "endpoint_url" else "/from-"
    for variable in reversed(variables):
        monkeypatch.setenv(variable, f"{start}{variable}")
        read = options()
        assert f"{start}{variable}" in (getattr(read, name, None), read.verify)


REFUSED = [
    ({"profile": "hub", "access_key": "AKIA", "secret_key": "x"}, "both a profile and access tokens is not supported"),
    ({"profile": "hub", "secret_key": "x"}, "both a profile and access tokens is not supported"),
    ({"profile": "hub", "session_token": "x"}, "both a profile and access tokens is not supported"),
    ({"access_key": "AKIA"}, "access_key is set but secret_key is not"),
    ({"secret_key": "x"}, "secret_key is set but access_key is not"),
    ({"expected_account_id": "12345670123"}, "12 digits"),
    ({"expected_account_id": "1402433619"}, "12 digits"),
    ({"expected_account_id": "platform"}, "12 digits"),
    (
        {"assume_role": [{"role_arn": ROLE}], "expected_account_id": "111111111111"},
        "the last role of assume_role is in account 222222222222, but expected_account_id is 111111111111",
    ),
    ({"assume_role": [{"role_arn": "XacctBackup"}]}, "assume_role[0]: role_arn must be the ARN of a role"),
]


@pytest.mark.parametrize(("params", "message"), REFUSED)
def test_contradictions_are_refused(params, message):
    with pytest.raises(AwsError) as refused:
        options(**params)
    assert message in str(refused.value)
    assert refused.value.code == "InvalidConnection"


def test_the_refusal_says_which_environment_variable_is_in_the_way(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "left-over")
    with pytest.raises(AwsError, match=r"profile is set \(as in AWS_PROFILE\), access_key is set, secret_key is set"):
        options(access_key="AKIA", secret_key="x")


def test_an_empty_string_keeps_the_environment_out(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "left-over")
    read = options(access_key="AKIA", secret_key="x", profile="")
    assert (read.profile, read.access_key) == (None, "AKIA")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other")
    read = options(access_key="", secret_key="")
    assert (read.profile, read.access_key, read.secret_key) == ("left-over", None, None)


def test_all_errors_come_at_once():
    with pytest.raises(AwsError) as refused:
        options(access_key="AKIA", expected_account_id="1", assume_role=[{"role_arn": "x", "session_name": "y z"}])
    message = str(refused.value)
    assert message.startswith("4 errors in the connection options:")
    assert message.count("\n- ") == 4


def test_a_session_token_left_over_in_the_environment_is_not_mixed_with_other_keys(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIALEFTOVER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "left-over")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token-left-over")
    assert options().session_token == "token-left-over"
    assert options(access_key="AKIA", secret_key="x").session_token is None
    assert len(warnings) == 1
    assert "token-left-over" not in warnings[0]
    assert options(access_key="AKIA", secret_key="x", session_token="mine").session_token == "mine"


def test_certificates():
    assert options().verify is None
    assert options(validate_certs=False).verify is False
    assert options(validate_certs=False, aws_ca_bundle="/ca.pem").verify is False
    assert options(aws_ca_bundle="/ca.pem").verify == "/ca.pem"


def test_no_secret_in_the_text_of_the_options():
    read = options(
        access_key="AKIA",
        secret_key="a-secret-key",
        session_token="a-session-token",
        aws_config={"proxies": {"https": "http://user:a-password@proxy"}},
        assume_role=[{"role_arn": ROLE, "mfa_serial": "arn:aws:iam::111111111111:mfa/u", "mfa_token": "123456"}],
    )
    for secret in ("a-secret-key", "a-session-token", "a-password", "123456"):
        assert secret not in repr(read)


def test_equal_options_are_one_connection():
    params = {"access_key": "AKIA", "secret_key": "x", "assume_role": [{"role_arn": ROLE, "tags": {"a": "b"}}]}
    assert options(**params) == options(**params)
    assert hash(options(**params)) == hash(options(**params))


def documented() -> dict:
    return yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]


def test_the_documentation_has_the_same_options():
    compare(CONNECTION_ARGUMENTS, documented())


def compare(spec, documentation):
    assert set(spec) == set(documentation)
    for name, option in spec.items():
        described = documentation[name]
        for key in ("type", "elements", "default", "required"):
            assert option.get(key) == described.get(key), (name, key)
        assert option.get("aliases", []) == described.get("aliases", []), name
        variables = option["fallback"][1] if "fallback" in option else []
        text = " ".join(described["description"])
        assert all(f"E({variable})" in text for variable in variables), name
        if "options" in option:
            compare(option["options"], described["suboptions"])


@pytest.mark.parametrize(
    ("url", "is_aws"),
    [
        ("https://s3.amazonaws.com", True),
        ("https://s3.dualstack.eu-central-1.amazonaws.com/", True),
        ("https://bucket.vpce-0123456789abcdef0-abc.s3.us-east-1.vpce.amazonaws.com", True),
        ("https://s3.cn-north-1.amazonaws.com.cn", True),
        ("https://sqs.us-east-1.api.aws:443", True),
        ("https://S3.AMAZONAWS.COM", True),
        ("http://127.0.0.1:9000", False),
        ("https://objects.example.com", False),
        ("https://amazonaws.com.example.com", False),
        ("https://notamazonaws.com", False),
        ("https://s3.amazonaws.com@example.com", False),
        ("", False),
    ],
)
def test_endpoints_of_aws_and_of_others(url, is_aws):
    assert is_aws_endpoint(url) is is_aws
