# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A hop is checked whole before the first call, by the rules of STS."""

from __future__ import annotations

import json
import re

import botocore.session
import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions import hops
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.hops import hop_errors, read_hops
from hypothesis import given
from hypothesis import strategies as st

ROLE = "arn:aws:iam::222222222222:role/path/XacctBackup"
HUB = "arn:aws:iam::111111111111:role/Hub"

PARAMETERS = {
    "external_id": "ExternalId",
    "session_name": "RoleSessionName",
    "mfa_serial": "SerialNumber",
    "mfa_token": "TokenCode",
    "source_identity": "SourceIdentity",
}


@pytest.fixture(scope="module")
def assume_role_model():
    model = botocore.session.Session().get_service_model("sts")
    return model.operation_model("AssumeRole").input_shape.members


@pytest.mark.parametrize(("option", "parameter"), PARAMETERS.items())
def test_lengths_and_patterns_are_those_of_the_sts_model(assume_role_model, option, parameter):
    rule, known = hops.TEXTS[option], assume_role_model[parameter].metadata
    # botocore 1.34 spells the pattern with one backslash more, where it has one at all.
    assert (rule.shortest, rule.longest) == (known["min"], known["max"])
    assert rule.pattern.replace("\\", "") == known["pattern"].replace("\\", "")


def test_durations_and_tags_are_those_of_the_sts_model(assume_role_model):
    assert assume_role_model["DurationSeconds"].metadata == {
        "min": hops.SHORTEST_DURATION,
        "max": hops.LONGEST_DURATION,
    }
    assert assume_role_model["Tags"].metadata == {"max": hops.MOST_TAGS}


def test_a_whole_hop_becomes_a_whole_request():
    (hop,) = read_hops(
        [
            {
                "role_arn": ROLE,
                "external_id": "ext",
                "session_name": "me",
                "duration_seconds": 900,
                "mfa_serial": "arn:aws:iam::111111111111:mfa/u",
                "mfa_token": "012345",
                "source_identity": "alice",
                "tags": {"team": "a", "cost": 12},
                "policy": {"Version": "2012-10-17", "Statement": []},
            }
        ]
    )
    assert hop.request() == {
        "RoleArn": ROLE,
        "RoleSessionName": "me",
        "ExternalId": "ext",
        "DurationSeconds": 900,
        "SerialNumber": "arn:aws:iam::111111111111:mfa/u",
        "TokenCode": "012345",
        "SourceIdentity": "alice",
        "Tags": [{"Key": "team", "Value": "a"}, {"Key": "cost", "Value": "12"}],
        "Policy": '{"Version":"2012-10-17","Statement":[]}',
    }
    assert (hop.account_id, hop.partition) == ("222222222222", "aws")
    assert "012345" not in repr(hop)


def test_conditions_of_a_session_policy_are_sent_as_text():
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": True}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    for policy in (document, json.dumps(document)):
        (hop,) = read_hops([{"role_arn": ROLE, "policy": policy}])
        sent = json.loads(hop.request()["Policy"])
        assert sent["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "true"}}
    text = '{ "Version": "2012-10-17", "Statement": [] }'
    (hop,) = read_hops([{"role_arn": ROLE, "policy": text}])
    assert hop.request()["Policy"] == text


def test_what_is_not_given_is_not_sent():
    (hop,) = read_hops([{"role_arn": ROLE, "external_id": None, "tags": None, "policy": "", "mfa_token": ""}])
    assert set(hop.request()) == {"RoleArn", "RoleSessionName"}


def test_the_session_name_says_who_came(monkeypatch):
    monkeypatch.setattr(hops.getpass, "getuser", lambda: "Jörg Müller")
    (hop,) = read_hops([{"role_arn": ROLE}])
    assert hop.request()["RoleSessionName"] == "xacct-J-rg-M-ller"
    (hop,) = read_hops([{"role_arn": ROLE, "source_identity": "alice"}])
    assert hop.request()["RoleSessionName"] == "alice"


@given(user=st.text(max_size=100))
def test_the_session_name_is_valid_for_any_user(user):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hops.getpass, "getuser", lambda: user)
        name = hops.default_session_name()
    assert re.fullmatch(r"[\w+=,.@-]{2,64}", name, re.ASCII)


def test_there_is_a_session_name_without_a_user(monkeypatch):
    def nobody():
        raise OSError("no such user")

    monkeypatch.setattr(hops.getpass, "getuser", nobody)
    assert hops.default_session_name() == "xacct-ansible"


def test_another_mfa_code_is_the_same_session():
    serial = "arn:aws:iam::111111111111:mfa/u"
    first, second = read_hops(
        [{"role_arn": ROLE, "mfa_serial": serial, "mfa_token": code} for code in ("111111", "222222")]
    )
    assert first.identity() == second.identity()
    assert first.request() != second.request()


WRONG = [
    ({"role_arn": "Backup"}, "role_arn must be the ARN of a role"),
    ({"role_arn": "arn:aws:iam::222222222222:user/u"}, "role_arn must be the ARN of a role"),
    ({"role_arn": "arn:aws:iam::2222:role/r"}, "role_arn must be the ARN of a role"),
    ({"role_arn": "arn:aws:iam::222222222222:role/a b"}, "role_arn must be the ARN of a role"),
    ({"role_arn": None}, "role_arn must be the ARN of a role"),
    ({"external_id": "x"}, "external_id must be 2 to 1224 characters"),
    ({"external_id": "with blank"}, "letters, digits and _+=,.@:/-"),
    ({"external_id": 12345}, "external_id must be text: put it in quotes"),
    ({"session_name": "a" * 65}, "it has 65 characters"),
    ({"session_name": "sömething"}, "session_name must be 2 to 64 characters"),
    ({"source_identity": "aws:me"}, "must not begin with 'aws:'"),
    ({"mfa_serial": "arn:aws:iam::111111111111:mfa/u"}, "mfa_serial and mfa_token are only good together"),
    ({"mfa_token": "123456"}, "mfa_serial and mfa_token are only good together"),
    ({"mfa_serial": "123456789", "mfa_token": "5349"}, "six digits, in quotes"),
    ({"duration_seconds": 899}, "duration_seconds must be 900 to 43200, not 899"),
    ({"duration_seconds": 43201}, "duration_seconds must be 900 to 43200, not 43201"),
    ({"tags": {f"k{n}": "v" for n in range(51)}}, "at most 50 session tags, not 51"),
    ({"tags": {"k" * 129: "v"}}, "must have 1 to 128 characters"),
    ({"tags": {"k": "v" * 257}}, "up to 256 characters"),
    ({"tags": {"k": {"a": 1}}}, "must be a text"),
    ({"tags": {"aws:k": "v"}}, "must not begin with 'aws:'"),
    ({"policy": "{nope"}, "policy is not JSON"),
    ({"policy": "[]"}, "policy must be a JSON object"),
]


@pytest.mark.parametrize(("option", "message"), WRONG)
def test_what_sts_would_refuse_is_refused_before_a_call(option, message):
    errors = hop_errors([{"role_arn": ROLE, **option}])
    assert errors
    assert all(error.startswith("assume_role[0]: ") for error in errors)
    assert any(message in error for error in errors)
    assert not any("5349" in error for error in errors)


def test_a_chained_hop_lasts_one_hour_at_most():
    assert hop_errors([{"role_arn": HUB, "duration_seconds": 43200}, {"role_arn": ROLE}]) == []
    (error,) = hop_errors([{"role_arn": HUB}, {"role_arn": ROLE, "duration_seconds": 3601}])
    assert error.startswith("assume_role[1]: duration_seconds must be at most 3600 here, not 3601")


def test_all_errors_of_all_hops_come_at_once():
    errors = hop_errors([{"role_arn": "x", "external_id": "y"}, {"role_arn": "z", "duration_seconds": 7200}])
    assert [error[:14] for error in errors] == ["assume_role[0]"] * 2 + ["assume_role[1]"] * 2


def test_a_good_list_has_no_errors():
    assert hop_errors(None) == []
    assert hop_errors([{"role_arn": "arn:aws-us-gov:iam::222222222222:role/r", "external_id": "a:b/c"}]) == []
