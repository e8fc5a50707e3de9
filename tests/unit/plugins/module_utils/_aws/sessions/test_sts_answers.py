# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials in answers of STS and of servers that stand in its place: usable, or refused without being shown."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError, UnreadableAnswer
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import open_account
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.hops import default_session_name
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.sts_answers import credentials_in, unnamed_session
from ansible_collections.xacct.aws.plugins.module_utils._border.redaction import HIDDEN, hide_secrets

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
ROLE = "arn:aws:iam::222222222222:role/team/Backup"
REQUEST = {"RoleArn": ROLE, "RoleSessionName": "me"}
SESSION = "arn:aws:sts::222222222222:assumed-role/Backup/me"
KEYS = {
    "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
    "SecretAccessKey": "hidden-secret",
    "SessionToken": "hidden-token",
    "Expiration": NOW + timedelta(hours=1),
}
USER = {"Arn": SESSION, "AssumedRoleId": "AROAEXAMPLE:me"}
WHOLE = object()


def answer(user: object = WHOLE, **keys: object) -> dict:
    return {"Credentials": {**KEYS, **keys}, "AssumedRoleUser": USER if user is WHOLE else user}


def test_all_that_sts_says():
    found = credentials_in(answer(), REQUEST, now=NOW)
    assert (found.access_key, found.secret_key, found.session_token) == (
        "ASIAIOSFODNN7EXAMPLE",
        "hidden-secret",
        "hidden-token",
    )
    assert (found.arn, found.user_id, found.expiration) == (SESSION, "AROAEXAMPLE:me", NOW + timedelta(hours=1))


@pytest.mark.parametrize("user", [None, {}, {"Arn": "", "AssumedRoleId": ""}, {"Arn": SESSION}, "text", {"Arn": None}])
def test_a_server_that_does_not_say_who_the_session_is(user):
    """The role was asked for, and so was the name of the session: AWS makes one ARN of both."""
    found = credentials_in(answer(user), REQUEST, now=NOW)
    assert (found.arn, found.user_id) == (SESSION, "")


def test_the_answer_has_the_last_word():
    user = {"Arn": "arn:aws:sts::RGW11111111111111111:assumed-role/Backup/me"}
    assert credentials_in(answer(user), REQUEST, now=NOW).arn == user["Arn"]


@pytest.mark.parametrize(
    "arn", ["x", 5, "arn:aws:iam::222222222222:user/me", f"{SESSION}\n", f"{SESSION}\x1b[2J", "a:" * 9]
)
def test_a_session_that_is_none_is_refused(arn):
    with pytest.raises(UnreadableAnswer, match="it does not say whose session it is"):
        credentials_in(answer({"Arn": arn}), REQUEST, now=NOW)


def test_the_name_of_a_saml_session_is_not_guessed():
    with pytest.raises(UnreadableAnswer, match="it does not say whose session it is"):
        credentials_in(answer(None), {"RoleArn": ROLE}, now=NOW)
    assert credentials_in(answer(), {"RoleArn": ROLE}, now=NOW).arn == SESSION


def test_a_session_of_no_role_has_no_name():
    """GetSessionToken, GetFederationToken."""
    assert credentials_in({"Credentials": KEYS}, now=NOW).arn == ""


@pytest.mark.parametrize("name", ["AccessKeyId", "SecretAccessKey", "SessionToken"])
@pytest.mark.parametrize(
    "value", ["", None, 5, "hid den", "hidden\n", "\thidden", "hidden\x00", "hidden\x9b", "hiddén", [1]]
)
def test_keys_that_nobody_could_use_are_refused_unseen(name, value):
    with pytest.raises(UnreadableAnswer, match="its keys can't be those of a session") as caught:
        credentials_in(answer(**{name: value}), REQUEST, now=NOW)
    assert "hid" not in str(caught.value)
    assert caught.value.code == "InvalidAnswer"
    assert ROLE in str(caught.value)


@pytest.mark.parametrize("credentials", [None, {}, [], "text"])
def test_no_credentials_at_all(credentials):
    with pytest.raises(UnreadableAnswer, match="access_key is not text or empty"):
        credentials_in({"Credentials": credentials}, REQUEST, now=NOW)


def test_the_time_when_it_ends():
    east = timezone(timedelta(hours=5))
    assert credentials_in(answer(Expiration=(NOW + timedelta(hours=1)).astimezone(east)), now=NOW).expiration == NOW + (
        timedelta(hours=1)
    )
    bare = (NOW + timedelta(hours=1)).replace(tzinfo=None)
    assert credentials_in(answer(Expiration=bare), now=NOW).expiration == NOW + timedelta(hours=1)
    for never in (datetime.max.replace(tzinfo=timezone(-timedelta(hours=5))), None, "2026-11-22T13:00:00Z", 5):
        with pytest.raises(UnreadableAnswer, match="ends"):
            credentials_in(answer(Expiration=never), REQUEST, now=NOW)


@pytest.mark.parametrize(
    ("life", "code", "words"),
    [
        (
            timedelta(0),
            "SessionExpired",
            "is over already: it ends at 2026-11-22T12:00:00Z, and this machine's clock says",
        ),
        (-timedelta(days=4000), "SessionExpired", "is over already"),
        (timedelta(days=8), "SessionNeverEnds", "lasts longer than 7 days"),
        (timedelta(days=365 * 5000), "SessionNeverEnds", "lasts longer than 7 days"),
    ],
)
def test_a_clock_that_is_wrong(life, code, words):
    with pytest.raises(AwsError, match=words) as caught:
        credentials_in(answer(Expiration=NOW + life), REQUEST, now=NOW)
    assert caught.value.code == code
    assert "Set the clock of this machine" in caught.value.hint
    assert ROLE in str(caught.value)


@pytest.mark.parametrize("life", [timedelta(seconds=1), timedelta(hours=36), timedelta(days=7)])
def test_lives_that_can_be(life):
    assert credentials_in(answer(Expiration=NOW + life), REQUEST, now=NOW).expiration == NOW + life


HOP = "arn:aws:iam::222222222222:role/XacctBackup"


@pytest.mark.parametrize("life", [-timedelta(hours=1), timedelta(days=4000)])
def test_a_hop_through_a_server_with_another_clock_is_one_error(fake_aws, keys, session_directory, life):
    fake_aws.session_life = life
    account = open_account({**keys, "assume_role": [{"role_arn": HOP}]}, session_directory=session_directory)
    for use in (
        lambda: account.client("iam").get_role(RoleName="r"),
        account.frozen_credentials,
        lambda: account.caller,
    ):
        with pytest.raises(AwsError, match="this machine's clock says") as caught:
            use()
        assert HOP in str(caught.value)
    assert "GetRole" not in fake_aws.actions()


def test_a_session_that_cannot_be_renewed_in_time(fake_aws, keys, session_directory):
    """The clock is set while a task runs: botocore would raise a RuntimeError."""
    fake_aws.session_life = timedelta(minutes=4)
    options = {**keys, "assume_role": [{"role_arn": HOP}]}
    client = open_account(options, session_directory=session_directory).client("iam")
    client.get_role(RoleName="r")
    fake_aws.session_life = -timedelta(minutes=1)
    credentials = client._request_signer._credentials
    credentials._expiry_time = datetime.now(timezone.utc) - timedelta(minutes=1)
    with pytest.raises(AwsError, match="is over already"):
        client.get_role(RoleName="r")


def test_hops_through_a_server_that_names_no_session(fake_aws, keys, session_directory, monkeypatch):
    made = fake_aws._AssumeRole
    monkeypatch.setattr(fake_aws, "_AssumeRole", lambda request: made(request).partition("<AssumedRoleUser>")[0])
    hops = [{"role_arn": HOP}, {"role_arn": "arn:aws:iam::333333333333:role/deep/Second", "session_name": "s2"}]
    warnings: list[str] = []
    account = open_account({**keys, "assume_role": hops}, session_directory=session_directory, warn=warnings.append)
    assert account.caller.arn == "arn:aws:sts::333333333333:assumed-role/Second/s2"
    assert account.caller.user_id == ""
    account.client("iam").get_role(RoleName="r")
    assert [text.split(",")[0].split()[-1] for text in warnings] == [
        f"arn:aws:sts::222222222222:assumed-role/XacctBackup/{default_session_name()}",
        "arn:aws:sts::333333333333:assumed-role/Second/s2",
    ]


def test_an_answer_that_names_its_session_is_no_warning():
    assert unnamed_session(answer(), REQUEST) is None
    assert unnamed_session(answer(None), {"RoleArn": ROLE}) is None
    assert SESSION in unnamed_session(answer({"Arn": ""}), REQUEST)


def test_a_hop_with_keys_that_break_requests(fake_aws, keys, session_directory, monkeypatch):
    made = fake_aws._AssumeRole
    monkeypatch.setattr(fake_aws, "_AssumeRole", lambda request: made(request).replace("secret-of", "secret of"))
    account = open_account({**keys, "assume_role": [{"role_arn": HOP}]}, session_directory=session_directory)
    with pytest.raises(AwsError, match="secret_key has a blank at position 7") as caught:
        account.client("iam").get_role(RoleName="r")
    assert "secret of" not in str(caught.value)
    assert fake_aws.actions() == ["AssumeRole"]


def test_the_keys_of_a_session_are_hidden_from_then_on():
    secret, token = "made-of-many-letters-0123456789", "a-token-of-many-letters-0123456789"
    keys = {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": secret, "SessionToken": token}
    credentials_in({"Credentials": {**keys, "Expiration": datetime.now(timezone.utc) + timedelta(hours=1)}})
    assert hide_secrets(f"{secret} {token}") == f"{HIDDEN} {HIDDEN}"
