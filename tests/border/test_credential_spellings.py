# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys that no header can hold (the last line break of a file, a blank, an escape sequence), by every way in.

They are refused before any call, by the option's name, and never shown.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.border.endpoint import HostileEndpoint, long_token
from tests.border.findings import require_nothing, secrets_in, texts_of
from tests.border.invoked import Invoked, run
from tests.border.tasks import NO_RETRIES, OTHER, OWN, ROLE, TASKS

pytestmark = pytest.mark.newest_core

SECRETS = {"secret_key": secrets.token_urlsafe(30), "session_token": long_token()}
VARIABLES = {"secret_key": "AWS_SECRET_ACCESS_KEY", "session_token": "AWS_SESSION_TOKEN"}
IN_FILES = {"secret_key": "aws_secret_access_key", "session_token": "aws_session_token"}
OF_PROGRAMS = {"secret_key": "SecretAccessKey", "session_token": "SessionToken"}
GOOD, BAD = "AKIAGOODGOODGOODGOOD", "AKIABADBADBADBADBADB"
SPELLINGS: dict[str, Callable[[str], str]] = {
    "a line break at the end": lambda text: f"{text}\n",
    "a line break of Windows": lambda text: f"{text}\r\n",
    "a blank inside": lambda text: f"{text[:9]} {text[9:]}",
    "a blank before": lambda text: f" {text}",
    "a tab after": lambda text: f"{text}\t",
    "a line break inside": lambda text: f"{text[:9]}\n{text[9:]}",
    "an escape sequence": lambda text: f"{text}\x1b[2K",
    "a letter with an accent": lambda text: f"{text[:9]}é{text[9:]}",
    "a control character of eight bits": lambda text: f"{text}\x9b",
}
STRIPPED = ("a line break at the end", "a line break of Windows", "a blank before", "a tab after")
"""What the parser of AWS's files takes off a value by itself: the key is good, and used."""
IMPOSSIBLE_IN_A_FILE = ("a line break inside",)
"""The rest would be another line, which no file of AWS's can hold."""
NOT_IN_XML = ("an escape sequence",)
"""No well-formed answer holds it; as a malformed one it is an attack in `test_hostile_answers.py`."""


@dataclass(frozen=True)
class WayIn:
    """How a bad key gets in: a module, its options, and what must not have been called with."""

    module: str
    options: Mapping[str, object]
    access_key: str = BAD


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileEndpoint]:
    with HostileEndpoint(tmp_path_factory.mktemp("made")).running() as running:
        yield running


@pytest.fixture
def place(endpoint: HostileEndpoint) -> dict:
    """Where calls go; what arrives there is echoed."""
    endpoint.access_keys.clear()
    return {
        "region": "us-east-1",
        "endpoint_url": endpoint.endpoint("known-organized-echo-plain"),
        "aws_config": NO_RETRIES,
    }


def keys_with(name: str, value: str, access_key: str = BAD) -> dict:
    """Keys, one of which is bad."""
    return {"access_key": access_key, **SECRETS, name: value}


def by_option(place: dict, name: str, value: str) -> WayIn:
    return WayIn("xacct_role", {**TASKS["role"][1], **place, **keys_with(name, value)})


def over_a_hop(place: dict, name: str, value: str) -> WayIn:
    options = {**place, **keys_with(name, value), "assume_role": [{"role_arn": ROLE}]}
    return WayIn("xacct_bucket_grant", {**TASKS["bucket"][1], **options})


def by_resource_connection(place: dict, name: str, value: str) -> WayIn:
    options = {**TASKS["check"][1], "resource_connection": keys_with(name, value)}
    return WayIn("xacct_access_check", {**place, **options, **keys_with(name, SECRETS[name], GOOD)})


def by_principal_connection(place: dict, name: str, value: str) -> WayIn:
    principal = {"principals": [f"arn:aws:iam::{OWN}:role/Service"], "principal_connection": keys_with(name, value)}
    options = {**TASKS["check"][1], **principal}
    return WayIn("xacct_access_check", {**place, **options, **keys_with(name, SECRETS[name], GOOD)})


def by_organization_connection(place: dict, name: str, value: str) -> WayIn:
    options = {**TASKS["check"][1], "organization_connection": keys_with(name, value)}
    return WayIn("xacct_access_check", {**place, **options, **keys_with(name, SECRETS[name], GOOD)})


def by_principals(place: dict, name: str, value: str) -> WayIn:
    principals = [{"principal": "role/Service", "connection": keys_with(name, value)}]
    options = {**TASKS["verify"][1], "principals": principals}
    return WayIn("xacct_verify", {**place, **options, **keys_with(name, SECRETS[name], GOOD)})


def by_connections(place: dict, name: str, value: str) -> WayIn:
    connections = [{"account_id": OTHER, "connection": {**place, **keys_with(name, value)}}]
    there = {**TASKS["verify"][1]["expectations"][0], "role_arn": f"arn:aws:iam::{OTHER}:role/Backup"}
    options = {**TASKS["verify"][1], "expectations": [there], "connections": connections}
    return WayIn("xacct_verify", {**place, **options, **keys_with(name, SECRETS[name], GOOD)})


BY_OPTIONS = (
    by_option, over_a_hop, by_resource_connection, by_principal_connection, by_organization_connection, by_principals,
    by_connections,
)  # fmt: skip


def require_refusal(endpoint: HostileEndpoint, way: WayIn, name: str, value: str, source: str = "") -> None:
    """Run a task and see that the key is refused, named, and not shown; `source` is named too."""
    outcome = run(way.module, way.options)
    texts = [text for _path, text in texts_of([outcome.result, outcome.warnings, str(outcome.raised)])]
    everything = "\n".join(texts)
    wrong = list(outcome.wrong([value.strip(), *SECRETS.values()]) if outcome.raised else shown(outcome, value))
    said = [text for text in texts if f"{name} has " in text and source in text]
    if not said:
        wrong.append(f"does not say what is wrong with {name}{f' ({source})' if source else ''}: {everything[:300]!r}")
    if endpoint.access_keys[way.access_key]:
        wrong.append(f"{endpoint.access_keys[way.access_key]} calls were made with it")
    require_nothing({way.module: wrong})


def shown(outcome: Invoked, value: str) -> list[str]:
    """What a result shows of secrets."""
    texts = [text for _path, text in texts_of([outcome.result, outcome.warnings])]
    parts = [part for part in (value, *value.split(), *SECRETS.values()) if len(part) > 8]
    return ["shows a secret"] if any(secrets_in(text, parts) for text in texts) else []


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("way", BY_OPTIONS)
def test_by_options(endpoint: HostileEndpoint, place: dict, way: Callable, name: str, spelling: str) -> None:
    value = SPELLINGS[spelling](SECRETS[name])
    require_refusal(endpoint, way(place, name, value), name, value)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", SECRETS)
def test_by_the_environment(
    endpoint: HostileEndpoint, place: dict, name: str, spelling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = SPELLINGS[spelling](SECRETS[name])
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", BAD)
    for option, variable in VARIABLES.items():
        monkeypatch.setenv(variable, value if option == name else SECRETS[option])
    way = WayIn("xacct_role", {**TASKS["role"][1], **place})
    require_refusal(endpoint, way, name, value, VARIABLES[name])


@pytest.mark.parametrize("spelling", [each for each in SPELLINGS if each not in IMPOSSIBLE_IN_A_FILE])
@pytest.mark.parametrize("name", SECRETS)
def test_by_a_file(
    endpoint: HostileEndpoint, place: dict, name: str, spelling: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = SPELLINGS[spelling](SECRETS[name])
    lines = [f"{IN_FILES[option]} = {value if option == name else SECRETS[option]}" for option in SECRETS]
    file = tmp_path / "credentials"
    file.write_text("\n".join(["[border]", f"aws_access_key_id = {BAD}", *lines, ""]), encoding="utf-8", newline="")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    way = WayIn("xacct_role", {**TASKS["role"][1], **place, "profile": "border"})
    if spelling in STRIPPED:
        outcome = run(way.module, way.options)
        assert endpoint.access_keys[BAD] == 1, outcome
        require_nothing({"role": shown(outcome, value)})
    else:
        require_refusal(endpoint, way, name, value, "border")


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", SECRETS)
def test_by_a_program(
    endpoint: HostileEndpoint, place: dict, name: str, spelling: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = SPELLINGS[spelling](SECRETS[name])
    given = {OF_PROGRAMS[option]: value if option == name else SECRETS[option] for option in SECRETS}
    printed = tmp_path / "printed.json"
    printed.write_text(json.dumps({"Version": 1, "AccessKeyId": BAD, **given}))
    (tmp_path / "config").write_text(f"[profile border]\ncredential_process = cat {printed}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    way = WayIn("xacct_role", {**TASKS["role"][1], **place, "profile": "border"})
    require_refusal(endpoint, way, name, value, "border")


@pytest.mark.parametrize("spelling", [each for each in SPELLINGS if each not in NOT_IN_XML])
@pytest.mark.parametrize("name", SECRETS)
def test_by_a_session_that_a_server_issued(
    endpoint: HostileEndpoint, place: dict, name: str, spelling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the server issues it in an escaped form: botocore gives it unescaped."""
    value = SPELLINGS[spelling](SECRETS[name])
    issued = {OF_PROGRAMS[option]: value if option == name else SECRETS[option] for option in SECRETS}
    monkeypatch.setattr(endpoint, "credentials", {"AccessKeyId": BAD, **issued})
    hop = {**place, "endpoint_url": endpoint.endpoint("hop-echo-plain"), "assume_role": [{"role_arn": ROLE}]}
    way = WayIn("xacct_bucket_grant", {**TASKS["bucket"][1], **hop, **keys_with(name, SECRETS[name], GOOD)})
    require_refusal(endpoint, way, name, value, ROLE)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_access_key(endpoint: HostileEndpoint, place: dict, spelling: str) -> None:
    """It is no secret, but breaks the request in the same way."""
    options = {**TASKS["role"][1], **place, **SECRETS, "access_key": SPELLINGS[spelling](BAD)}
    outcome = run("xacct_role", options)
    assert "access_key has " in outcome.result["msg"]
    assert not endpoint.access_keys
    require_nothing({"role": shown(outcome, SECRETS["secret_key"])})
