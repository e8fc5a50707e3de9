# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Adapters: every type has one for each of its ways of granting, and makes no call before it is asked something."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterable

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import open_account
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError, new_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.sizes import PolicyTooLarge
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.service_rules import POLICY
from ansible_collections.xacct.aws.plugins.module_utils._services.registry import (
    ADAPTERS,
    carriers,
    policy_of,
    resource_arn,
)
from ansible_collections.xacct.aws.plugins.module_utils._services.resource_policy import (
    ResourcePolicy,
    RevisionedPolicy,
)
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES
from botocore import xform_name
from botocore.session import get_session

KEYS = {"access_key": "AKIAEXAMPLE", "secret_key": "secret", "endpoint_url": "http://127.0.0.1:9"}
TOPIC = "arn:aws:sns:eu-central-1:111111111111:events"
ALL = pytest.mark.parametrize("rules", SERVICES.values(), ids=SERVICES)


def test_every_type_has_adapters():
    assert {type_: tuple(ways) for type_, ways in ADAPTERS.items()} == {
        type_: rules.ways for type_, rules in SERVICES.items()
    }


@ALL
def test_an_adapter_says_how_to_read_and_write(rules):
    assert set(ADAPTERS[rules.type][POLICY].proofs) == {call.name for call in rules.proofs}
    for way, adapter in ADAPTERS[rules.type].items():
        assert issubclass(adapter, ResourcePolicy)
        revised = issubclass(adapter, RevisionedPolicy)
        for method in ("read_with_revision", "write_on_revision") if revised else ("read", "write"):
            base = RevisionedPolicy if revised else ResourcePolicy
            assert getattr(adapter, method) is not getattr(base, method), (way, method)
        assert adapter.conflicts if revised else True
    if not rules.name_gives_arn:
        assert ADAPTERS[rules.type][rules.ways[0]].find.__func__ is not ResourcePolicy.find.__func__
    assert len({adapter.returned_as for adapter in ADAPTERS[rules.type].values()}) == len(rules.ways)


def words_of(module: object, proofs: Iterable[Callable]) -> set[str]:
    """All texts and all names of attributes in a module's source, docstrings and proofs aside."""
    words, proving = set(), {proof.__name__ for proof in proofs}
    tree = ast.parse(inspect.getsource(module))
    tree.body = [node for node in tree.body if getattr(node, "name", "") not in proving]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words.add(node.value)
        elif isinstance(node, ast.Attribute):
            words.add(node.attr)
    return words


@ALL
def test_the_documented_calls_are_all_calls(rules):
    """Whoever lets somebody run the module by the table in docs/resources.md has let it do all that it does."""
    documented = {xform_name(text.partition(" ")[0]) for text in rules.api}
    assert len(documented) == len(rules.api)
    adapters = ADAPTERS[rules.type].values()
    sdk = next(iter(adapters)).sdk or rules.service
    # An old SDK knows less than is documented.
    known = {xform_name(name) for name in get_session().get_service_model(sdk).operation_names} | documented
    proofs = [proof for adapter in adapters for proof in adapter.proofs.values()]
    called = {word for adapter in adapters for word in words_of(sys.modules[adapter.__module__], proofs)}
    assert called & known == documented


def test_a_name_means_one_in_the_account_and_region_of_the_credentials():
    account = open_account({**KEYS, "region": "eu-central-1", "expected_account_id": "111111111111"})
    rules = SERVICES["sns_topic"]
    assert str(resource_arn(account, rules, "events", {})) == TOPIC
    assert str(resource_arn(account, rules, TOPIC.replace("eu-central-1", "eu-west-3"), {})) != TOPIC
    assert not account.calls
    with pytest.raises(AwsError, match=r"no region is set\. Set region"):
        resource_arn(open_account({**KEYS, "expected_account_id": "111111111111"}), rules, "events", {})


def test_the_policy_of_an_arn():
    account = open_account({**KEYS, "expected_account_id": "111111111111"})
    policy = policy_of(account, parse_arn(TOPIC))
    assert policy.label == "policy of SNS topic events"
    assert policy_of(account, parse_arn("arn:aws:ec2:eu-west-1:111111111111:instance/i-1")) is None
    assert not account.calls


def test_sizes_are_refused_with_the_numbers():
    account = open_account({**KEYS, "expected_account_id": "111111111111"})
    (policy,) = carriers(account, SERVICES["sqs_queue"], parse_arn(TOPIC.replace("sns", "sqs")), {}).values()
    policy.check_size(None)
    policy.check_size(new_document([{"Sid": "x" * 8000}]))
    with pytest.raises(PolicyTooLarge, match=r"policy of SQS queue events in account 1{12} would be 8,\d{3} bytes"):
        policy.check_size(new_document([{"Sid": "x" * 8192}]))
    with pytest.raises(PolicyError, match="would have 22 statements; the limit is 20, 2 fewer"):
        policy.check_size(new_document([{"Sid": str(number)} for number in range(22)]))


def test_the_limit_of_each_grant():
    account = open_account({**KEYS, "expected_account_id": "111111111111"})
    arn = SERVICES["ssm_parameter"].arn("url", "eu-central-1", "111111111111", "aws")
    (policies,) = carriers(account, SERVICES["ssm_parameter"], arn, {}).values()
    policies.check_size(new_document([{"Sid": f"Xacct{number}", "Action": "x" * 900} for number in range(3)]))
    with pytest.raises(PolicyTooLarge, match=r", statement Xacctb, would be 1,\d{3} bytes .* the limit is 1,024"):
        policies.check_size(new_document([{"Sid": "Xaccta"}, {"Sid": "Xacctb", "Action": "x" * 1000}]))
