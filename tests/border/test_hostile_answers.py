# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever answers in place of AWS: every module returns one clear error, no crash, no secret, no control character.

Every attack on every module, in this process. What Ansible makes of the results is in `test_runs_*.py`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from tests.border.attacks import ATTACKS, SIXTY_MEGABYTES, WITH_HOP
from tests.border.endpoint import HostileEndpoint, long_token
from tests.border.findings import require_nothing
from tests.border.invoked import Invoked, run
from tests.border.tasks import NO_RETRIES, OWN, TASKS, attack_on

pytestmark = pytest.mark.newest_core

KEYS = {"access_key": "AKIAXXXXXXXXXXXXXXXX", "secret_key": secrets.token_urlsafe(30), "session_token": long_token()}
HOP = [{"role_arn": f"arn:aws:iam::{OWN}:role/Hop"}]
SHORT_TOKEN = secrets.token_urlsafe(18)
"""As servers other than AWS make them."""
ECHOES = [name for name in ATTACKS if "echo" in name]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileEndpoint]:
    with HostileEndpoint(tmp_path_factory.mktemp("made")).running() as running:
        yield running


def attacked(endpoint: HostileEndpoint, task: str, attack: str, **options: object) -> Invoked:
    """Run a task under an attack."""
    module, own = TASKS[task]
    hops = {"assume_role": HOP} if attack.startswith("hop-") else {}
    url = endpoint.endpoint(attack_on(task, attack))
    connection = {**KEYS, "region": "us-east-1", "endpoint_url": url, "aws_config": NO_RETRIES, **hops}
    return run(module, {**connection, **own, **options})


def secrets_of(endpoint: HostileEndpoint) -> tuple[str, ...]:
    return KEYS["secret_key"], KEYS["session_token"], *endpoint.secrets


@pytest.mark.parametrize("attack", [*ATTACKS, *WITH_HOP])
def test_one_clear_error(endpoint: HostileEndpoint, attack: str) -> None:
    require_nothing({task: attacked(endpoint, task, attack).wrong(secrets_of(endpoint)) for task in TASKS})
    assert endpoint.templates.made == []


@pytest.mark.parametrize("task", ["role", "key"])
def test_sixty_megabytes_become_a_short_message(endpoint: HostileEndpoint, task: str) -> None:
    """In XML and in JSON."""
    require_nothing({task: attacked(endpoint, task, SIXTY_MEGABYTES).wrong(secrets_of(endpoint))})


@pytest.mark.parametrize("attack", ECHOES)
def test_a_short_token_is_hidden_too(endpoint: HostileEndpoint, attack: str) -> None:
    hidden = [*secrets_of(endpoint), SHORT_TOKEN]
    require_nothing({task: attacked(endpoint, task, attack, session_token=SHORT_TOKEN).wrong(hidden) for task in TASKS})


@pytest.mark.parametrize("attack", ECHOES)
def test_what_is_exchanged_for_a_session_is_hidden(endpoint: HostileEndpoint, attack: str) -> None:
    token, assertion = f"eyJhbGciOiJSUzI1NiJ9.{secrets.token_urlsafe(60)}.{secrets.token_urlsafe(40)}", long_token()
    given = {
        "web identity": {"web_identity_token": token},
        "SAML": {"saml_assertion": assertion, "principal_arn": f"arn:aws:iam::{OWN}:saml-provider/Corp"},
    }
    hidden = [*secrets_of(endpoint), token, assertion]
    options = {"session_name": None, "session_token": None, "access_key": None, "secret_key": None}
    require_nothing(
        {kind: attacked(endpoint, "assume", attack, **options, **sent).wrong(hidden) for kind, sent in given.items()}
    )
