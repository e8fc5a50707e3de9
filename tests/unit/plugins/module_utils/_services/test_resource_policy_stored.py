# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A policy that AWS, or what passes for it, answers with is read in one place, which says whose it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._resources import role
from ansible_collections.xacct.aws.plugins.module_utils._services.apigateway.api import ApiPolicy
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES
from ansible_collections.xacct.aws.plugins.module_utils._services.sqs.api import QueuePolicy

UTILS = Path(role.__file__).parents[1]
ADAPTERS = [*UTILS.glob("_resources/*.py"), *UTILS.glob("_services/*/api.py"), UTILS / "_services/resource_policy.py"]
QUEUE = parse_arn("arn:aws:sqs:eu-west-1:111111111111:events")
API = parse_arn("arn:aws:execute-api:eu-west-1:111111111111:abc123")


@pytest.mark.parametrize("path", sorted(ADAPTERS), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_adapter_reads_a_policy_by_itself(path):
    assert "parse_document" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ['{"Statement": 5}', "<html>", "[]", '{"Statement": [{"Sid": "a", "Sid": "b"}]}'])
def test_a_refusal_says_whose_policy_it_is(text, monkeypatch):
    queue = QueuePolicy(None, SERVICES["sqs_queue"], QUEUE, {})
    monkeypatch.setattr(queue, "call", lambda *_args, **_more: {"QueueUrl": "u", "Attributes": {"Policy": text}})
    with pytest.raises(PolicyError, match="policy of SQS queue events is stored in a form that can't be read"):
        queue.read()


@pytest.mark.parametrize(
    ("text", "statements"),
    [('{\\"Statement\\":[]}', []), ('{"Statement": []}', []), ('{\\"Statement\\":[}"', None), ('{\\"a"', None)],
)
def test_the_policy_of_an_api_comes_escaped(text, statements, monkeypatch):
    api = ApiPolicy(None, SERVICES["rest_api"], API, {})
    monkeypatch.setattr(api, "call", lambda *_args, **_more: {"policy": text})
    if statements is None:
        with pytest.raises(PolicyError):
            api.read()
    else:
        assert api.read() == {"Statement": statements}
