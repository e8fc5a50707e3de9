# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of `xacct_assume`: what is refused before anything is called, and the call that the rest becomes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.options import CONNECTION_ARGUMENTS
from ansible_collections.xacct.aws.plugins.module_utils._operations.assume.options import (
    ARGUMENT_SPEC,
    RULES,
    check_assume,
    read_token,
    useful_life,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.assume.request import assume_request
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError

from tests.unit.plugins.module_utils._aws import not_files

ROLE = "arn:aws:iam::222222222222:role/team/Backup"
HUB = "arn:aws:iam::111111111111:role/Hub"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}


def parsed(**options: object) -> dict:
    """Return the options as a module gets them."""
    validation = ArgumentSpecValidator({**CONNECTION_ARGUMENTS, **ARGUMENT_SPEC}, **RULES).validate(options)
    assert not validation.error_messages, validation.error_messages
    return validation.validated_parameters


def errors(**options: object) -> list[str]:
    return check_assume(parsed(**options))


GOOD: dict[str, dict] = {
    "least": {"role_arn": ROLE},
    "longest": {"role_arn": ROLE, "duration_seconds": 43200},
    "shortest": {"role_arn": ROLE, "duration_seconds": 900},
    "chained, one hour": {"role_arn": ROLE, "assume_role": [{"role_arn": HUB}], "duration_seconds": 3600},
    "everything": {
        "role_arn": ROLE,
        "session_name": "nightly",
        "external_id": "shared/words:1",
        "mfa_serial": "arn:aws:iam::111111111111:mfa/alice",
        "mfa_token": "012345",
        "policy": json.dumps(POLICY),
        "policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::222222222222:policy/team/own"],
        "tags": {"team": "backup", "cost": 7},
        "transitive_tag_keys": ["Team"],
        "source_identity": "alice",
        "provided_contexts": [
            {"provider_arn": "arn:aws:iam::aws:contextProvider/IdentityCenter", "context_assertion": "abcd"}
        ],
    },
    "hops alone": {"assume_role": [{"role_arn": HUB}, {"role_arn": ROLE, "external_id": "abc"}]},
    "one hop alone may be long": {"assume_role": [{"role_arn": ROLE, "duration_seconds": 43200}]},
    "web identity": {"role_arn": ROLE, "web_identity_token": "aaaa.bbbb.cccc", "duration_seconds": 43200},
    "saml": {
        "role_arn": ROLE,
        "saml_assertion": "PHNhbWw+",
        "principal_arn": "arn:aws:iam::222222222222:saml-provider/idp",
    },
    "another partition": {
        "role_arn": "arn:aws-cn:iam::222222222222:role/Backup",
        "policy_arns": ["arn:aws-cn:iam::aws:policy/ReadOnlyAccess"],
    },
    "policy as long as it may be": {"role_arn": ROLE, "policy": {"Version": "2012-10-17", "Id": "i" * 2016}},
}

BAD: dict[str, tuple[dict, str]] = {
    "empty hops": ({"assume_role": []}, "which role is to be assumed"),
    "no ARN": ({"role_arn": "Backup"}, "must be the ARN of a role"),
    "user": ({"role_arn": "arn:aws:iam::222222222222:user/alice"}, "must be the ARN of a role"),
    "short account": ({"role_arn": "arn:aws:iam::22222222222:role/Backup"}, "must be the ARN of a role"),
    "session": (
        {"role_arn": "arn:aws:sts::222222222222:assumed-role/Backup/me"},
        "is a session of a role; the role itself is arn:aws:iam::222222222222:role/Backup",
    ),
    "too short": ({"role_arn": ROLE, "duration_seconds": 899}, "must be 900 to 43200, not 899"),
    "too long": ({"role_arn": ROLE, "duration_seconds": 43201}, "must be 900 to 43200, not 43201"),
    "chained too long": (
        {"role_arn": ROLE, "assume_role": [{"role_arn": HUB}], "duration_seconds": 3601},
        "must be at most 3600",
    ),
    "last of two hops too long": (
        {"assume_role": [{"role_arn": HUB}, {"role_arn": ROLE}], "duration_seconds": 7200},
        "must be at most 3600",
    ),
    "session name": ({"role_arn": ROLE, "session_name": "a b"}, "session_name must be 2 to 64 characters"),
    "session name too short": ({"role_arn": ROLE, "session_name": "a"}, "session_name must be 2 to 64 characters"),
    "external id": ({"role_arn": ROLE, "external_id": "a b"}, "external_id must be 2 to 1224 characters"),
    "source identity": ({"role_arn": ROLE, "source_identity": "aws:me"}, "source_identity must be"),
    "mfa code of YAML": (
        {"role_arn": ROLE, "mfa_serial": "arn:aws:iam::1:mfa/a", "mfa_token": "5349"},
        "YAML reads 012345 as another number",
    ),
    "policy no JSON": ({"role_arn": ROLE, "policy": "{nope"}, "policy: "),
    "policy too long": (
        {"role_arn": ROLE, "policy": {"Version": "2012-10-17", "Id": "i" * 2017}},
        "policy has 2049 characters without whitespace; a session policy has at most 2048",
    ),
    "policy not Latin": ({"role_arn": ROLE, "policy": {"Version": "2012-10-17", "Id": "部"}}, "outside of Latin-1"),
    "eleven policies": (
        {"role_arn": ROLE, "policy_arns": [f"arn:aws:iam::aws:policy/p{number}" for number in range(11)]},
        "policy_arns has 11 entries; a session takes at most 10",
    ),
    "policy name": ({"role_arn": ROLE, "policy_arns": ["ReadOnlyAccess"]}, "is not the ARN of a managed policy"),
    "policy of a stranger": (
        {"role_arn": ROLE, "policy_arns": ["arn:aws:iam::333333333333:policy/p"]},
        "has to be AWS's own or to belong to the role's account 222222222222",
    ),
    "policy twice": (
        {"role_arn": ROLE, "policy_arns": ["arn:aws:iam::aws:policy/p", "arn:aws:iam::aws:policy/p"]},
        "policy_arns names arn:aws:iam::aws:policy/p twice",
    ),
    "51 tags": ({"role_arn": ROLE, "tags": {f"k{number}": "v" for number in range(51)}}, "at most 50 session tags"),
    "aws: tag": ({"role_arn": ROLE, "tags": {"AWS:x": "v"}}, "must not begin with 'aws:'"),
    "tag too long": ({"role_arn": ROLE, "tags": {"x": "v" * 257}}, "up to 256 characters"),
    "tag characters": ({"role_arn": ROLE, "tags": {"x": "a,b"}}, "letters, digits, spaces"),
    "transitive": ({"role_arn": ROLE, "transitive_tag_keys": ["x"]}, "'x' is not among the tags"),
    "six contexts": (
        {
            "role_arn": ROLE,
            "provided_contexts": [
                {"provider_arn": "arn:aws:iam::aws:contextProvider/x", "context_assertion": "abcd"}
                for _number in range(6)
            ],
        },
        "provided_contexts has 6 entries; at most 5",
    ),
    "context provider": (
        {"role_arn": ROLE, "provided_contexts": [{"provider_arn": "x", "context_assertion": "abcd"}]},
        "provider_arn 'x'",
    ),
    "said twice": (
        {"assume_role": [{"role_arn": ROLE, "external_id": "one"}], "external_id": "other"},
        "external_id is given twice and differently",
    ),
    "web identity and external ID": (
        {"role_arn": ROLE, "web_identity_token": "aaaa", "external_id": "abc"},
        "external_id can't be used with a web identity",
    ),
    "web identity and hops": (
        {"role_arn": ROLE, "web_identity_token": "aaaa", "assume_role": [{"role_arn": HUB}]},
        "assume_role can't be used with a web identity",
    ),
    "web identity too short": ({"role_arn": ROLE, "web_identity_token": "aaa"}, "STS takes 4 to 20000"),
    "web identity file": (
        {"role_arn": ROLE, "web_identity_token_file": "/does/not/exist"},
        "web_identity_token_file can't be read",
    ),
    "provider alone": ({"role_arn": ROLE, "web_identity_provider": "www.amazon.com"}, "belongs to web_identity_token"),
    "saml and session name": (
        {"role_arn": ROLE, "saml_assertion": "PHNhbWw+", "principal_arn": "arn:x", "session_name": "abc"},
        "session_name can't be used with a SAML assertion",
    ),
    "min_ttl as long as the session": ({"role_arn": ROLE, "min_ttl": 3600}, "min_ttl must be shorter than the session"),
    "min_ttl negative": ({"role_arn": ROLE, "min_ttl": -1}, "not negative"),
    "console too long": (
        {"role_arn": ROLE, "console_url": True, "console_duration": 43201},
        "console_duration must be 900 to 43200",
    ),
    "console chained": (
        {"role_arn": ROLE, "assume_role": [{"role_arn": HUB}], "console_url": True, "console_duration": 900},
        "console_duration can't be asked for when the role is assumed through a hop",
    ),
    "console of no use": ({"role_arn": ROLE, "console_duration": 900}, "console_duration is of use with console_url"),
    "profile name": ({"role_arn": ROLE, "write_profile": {"name": "a]\n[b"}}, "can't be a section"),
    "propagation": ({"role_arn": ROLE, "propagation_timeout": -1}, "propagation_timeout is a number of seconds"),
}


@pytest.mark.parametrize("options", GOOD.values(), ids=GOOD.keys())
def test_good_options(options: dict) -> None:
    assert errors(**options) == []
    assume_request(parsed(**options))


@pytest.mark.parametrize(("options", "message"), BAD.values(), ids=BAD.keys())
def test_bad_options(options: dict, message: str) -> None:
    found = errors(**options)
    assert len(found) == 1, found
    assert message in found[0]


def test_all_errors_come_at_once_and_hold_no_secret() -> None:
    found = errors(
        role_arn="no",
        duration_seconds=1,
        mfa_serial="short",
        mfa_token="98765",
        tags={"aws:x": "v"},
        policy="{",
        policy_arns=["x"],
    )
    assert len(found) == 7
    assert "98765" not in "".join(found)


@pytest.mark.parametrize(
    "options",
    [
        {"role_arn": ROLE, "mfa_serial": "arn:aws:iam::111111111111:mfa/alice"},
        {"role_arn": ROLE, "mfa_token": "123456"},
        {"role_arn": ROLE, "saml_assertion": "PHNhbWw+"},
        {"role_arn": ROLE, "web_identity_token": "aaaa", "web_identity_token_file": "/tmp/x"},
        {},
    ],
)
def test_what_goes_together(options: dict) -> None:
    assert ArgumentSpecValidator({**CONNECTION_ARGUMENTS, **ARGUMENT_SPEC}, **RULES).validate(options).error_messages


def test_everything_becomes_the_call() -> None:
    request = assume_request(parsed(**GOOD["everything"]))
    assert request.operation == "AssumeRole"
    assert request.hops == ()
    assert request.arguments == {
        "RoleArn": ROLE,
        "RoleSessionName": "nightly",
        "ExternalId": "shared/words:1",
        "SerialNumber": "arn:aws:iam::111111111111:mfa/alice",
        "TokenCode": "012345",
        "SourceIdentity": "alice",
        "Policy": json.dumps(POLICY, separators=(",", ":")),
        "PolicyArns": [
            {"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
            {"arn": "arn:aws:iam::222222222222:policy/team/own"},
        ],
        "Tags": [{"Key": "team", "Value": "backup"}, {"Key": "cost", "Value": "7"}],
        "TransitiveTagKeys": ["Team"],
        "ProvidedContexts": [
            {"ProviderArn": "arn:aws:iam::aws:contextProvider/IdentityCenter", "ContextAssertion": "abcd"}
        ],
    }
    assert "012345" not in repr(request)


def test_the_last_hop_is_the_role_without_role_arn() -> None:
    hops = [{"role_arn": HUB}, {"role_arn": ROLE, "external_id": "abc", "tags": {"a": "b"}}]
    request = assume_request(parsed(assume_role=hops, source_identity="alice", duration_seconds=1200))
    assert request.role_arn == ROLE
    assert [hop["role_arn"] for hop in request.hops] == [HUB]
    assert request.arguments == {
        "RoleArn": ROLE,
        "RoleSessionName": "alice",
        "ExternalId": "abc",
        "DurationSeconds": 1200,
        "SourceIdentity": "alice",
        "Tags": [{"Key": "a", "Value": "b"}],
    }


def test_web_identity_and_saml_are_not_signed(tmp_path: Path) -> None:
    token = assume_request(parsed(role_arn=ROLE, web_identity_provider="www.amazon.com"), "aaaa.bbbb")
    assert token.operation == "AssumeRoleWithWebIdentity"
    assert not token.is_signed
    assert token.arguments["WebIdentityToken"] == "aaaa.bbbb"
    assert token.arguments["ProviderId"] == "www.amazon.com"
    saml = assume_request(parsed(role_arn=ROLE, saml_assertion="PHNhbWw+", principal_arn="arn:p"))
    assert saml.operation == "AssumeRoleWithSAML"
    assert saml.arguments == {"RoleArn": ROLE, "PrincipalArn": "arn:p", "SAMLAssertion": "PHNhbWw+"}


def test_a_fingerprint_is_that_of_the_session_not_of_the_moment() -> None:
    def fingerprint(identity: str = "arn:me", endpoint: str | None = None, **options: object) -> str:
        return assume_request(parsed(**{"role_arn": ROLE, **options})).fingerprint(identity, endpoint)

    mfa = {"mfa_serial": "arn:aws:iam::111111111111:mfa/alice"}
    same = fingerprint(**mfa, mfa_token="123456")
    assert same == fingerprint(**mfa, mfa_token="654321")
    hop = [{"role_arn": HUB, **mfa, "mfa_token": "123456"}]
    others = [
        fingerprint(),
        fingerprint("arn:you"),
        fingerprint(endpoint="http://127.0.0.1"),
        fingerprint(external_id="abc"),
        fingerprint(session_name="other"),
        fingerprint(duration_seconds=1200),
        fingerprint(policy=POLICY),
        fingerprint(assume_role=hop),
    ]
    assert len({same, *others}) == 1 + len(others)
    other_code = [{**hop[0], "mfa_token": "222222"}]
    assert fingerprint(assume_role=hop) == fingerprint(assume_role=other_code)


@pytest.mark.parametrize(
    ("given", "duration", "least"), [(None, 3600, 900), (None, 900, 450), (60, 3600, 60), (0, 900, 0)]
)
def test_useful_life(given: int | None, duration: int, least: int) -> None:
    assert useful_life({"min_ttl": given}, duration) == least


def test_conditions_of_a_session_policy_are_sent_as_text():
    condition = {"Bool": {"aws:SecureTransport": True}}
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    request = assume_request(parsed(role_arn=ROLE, policy={"Version": "2012-10-17", "Statement": [statement]}))
    assert json.loads(request.arguments["Policy"])["Statement"][0]["Condition"] == {
        "Bool": {"aws:SecureTransport": "true"}
    }


@pytest.mark.parametrize("kind", not_files.KINDS)
def test_a_token_file_that_is_none_is_refused_before_any_call(tmp_path: Path, kind: str, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = not_files.put(tmp_path / "token", kind)
    (message,) = errors(role_arn=ROLE, web_identity_token_file=str(path))
    assert message.startswith(f"web_identity_token_file can't be read: {path} ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hidden\xff", "web_identity_token_file can't be read: {} is not UTF-8 text"),
        (b"hidden" * 100_000, "web_identity_token_file can't be read: {} has 600,000 bytes or more; at most 131,072"),
        (b"hidden" * 4_000, "web_identity_token has 24000 characters; STS takes 4 to 20000"),
        (b"\n", "web_identity_token has 0 characters"),
    ],
)
def test_what_is_in_a_token_file_is_never_shown(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "token"
    path.write_bytes(content)
    (said,) = errors(role_arn=ROLE, web_identity_token_file=str(path))
    assert said.startswith(message.format(path))
    assert "hidden" not in said


def test_a_token_file_behind_links_is_read(tmp_path: Path) -> None:
    """Kubernetes puts tokens behind links, to exchange them at once."""
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "token").write_text(" token-of-the-pod\n")
    (tmp_path / "token").symlink_to("..data/token")
    assert read_token(str(tmp_path / "token")) == "token-of-the-pod"


def test_a_token_file_that_is_gone_when_it_is_used(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"web_identity_token_file can't be read: .*: No such file or directory"):
        read_token(str(tmp_path / "token"))
