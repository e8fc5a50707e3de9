# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a stranger has stored for a policy: it is understood, kept as it is, or refused with a sentence."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._advice.fixes import fixes
from ansible_collections.xacct.aws.plugins.module_utils._advice.sentences import Sides, chain
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import compile_policy
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.evaluate import evaluate
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_principals import request_principal
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import (
    BUCKET_POLICY,
    KEY_POLICY,
    OTHER_RESOURCE,
    ROLE_TRUST,
    ControlPolicies,
    Level,
    Request,
    ResourcePolicy,
    S3Access,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.kms.policy_coverage import not_allowed_yet
from ansible_collections.xacct.aws.plugins.module_utils._policy.language import (
    comparison,
    documents,
    narrowing,
    principals,
    sizes,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.conditions import compile_conditions
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.context import UNKNOWN
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import (
    PolicyError,
    parse_document,
    statements,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements import (
    own_statements,
    public_access,
    render,
    trust,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.lockout import everybody_in, lost_control
from ansible_collections.xacct.aws.plugins.module_utils._services.lambda_function import permissions
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES
from ansible_collections.xacct.aws.plugins.module_utils._services.ssm import parameter_policies
from hypothesis import HealthCheck, example, given, settings

from tests.unit.plugins.module_utils._policy import strangers

OWN = {"Sid": "XacctA", "Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "s3:*", "Resource": "*"}
PERMISSION = {**OWN, "Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:eu-west-1:111111111111:function:f"}
KEY = parse_arn("arn:aws:kms:eu-west-1:111111111111:key/k")
BUCKET = "arn:aws:s3:::bucket/key"
ROLE = "arn:aws:iam::222222222222:role/R"
QUEUE = "arn:aws:sqs:eu-west-1:222222222222:q"
CALLERS = ("arn:aws:iam::111111111111:role/R", "arn:aws:sts::111111111111:assumed-role/R/s", "111111111111", "*")
STRANGE = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def reading(document: dict) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield every function that reads a parsed document, or a statement of one."""
    own = {"Version": "2012-10-17", "Statement": [OWN]}
    yield "compact_json", lambda: documents.compact_json(document)
    yield "walk_texts", lambda: list(documents.walk_texts(document))
    yield "policies_equal", lambda: comparison.policies_equal(document, own)
    yield "differences", lambda: comparison.differences(document, own) + comparison.differences(own, document)
    yield "canonical_document", lambda: comparison.canonical_document(document)
    yield "not_held", lambda: comparison.not_held([OWN], document)
    yield "unresolved_ids", lambda: principals.unresolved_ids(document)
    yield "readable_policy", lambda: json.dumps(render.readable_policy(document))
    yield "public_statements", lambda: public_access.public_statements(document)
    yield "external_ids", lambda: trust.external_ids(document)
    yield "external_ids_in", lambda: trust.external_ids_in(document)
    yield "added_and_removed", lambda: permissions.added_and_removed(document, own)
    yield "characters", lambda: sizes.policy_size(document, "characters")
    yield "bytes", lambda: sizes.policy_size(document, "bytes")
    yield (
        "lost_control",
        lambda: list(
            lost_control(
                own,
                document,
                str(KEY),
                ("kms:PutKeyPolicy",),
                [everybody_in("111111111111", document)],
                account_id="111111111111",
            )
        ),
    )
    yield "not_allowed_yet", lambda: not_allowed_yet([{**OWN, "Action": "kms:Decrypt"}], document, KEY)
    for rules in SERVICES.values():
        yield f"too_much {rules.type}", lambda rules=rules: list(rules.too_much(document))
        yield f"measured {rules.type}", lambda rules=rules: list(rules.measured(document))
    for statement in statements(document):
        condition = statement.get("Condition")
        yield "statements_equal", lambda one=statement: comparison.statements_equal(one, OWN)
        yield "sid_of", lambda one=statement: SERVICES["lambda_function"].grant_sid(comparison.sid_of(one))
        yield "permission_of", lambda one=statement: permissions.permission_of(one)
        yield "why_public", lambda one=statement: public_access.why_public(one)
        yield "narrows", lambda block=condition: narrowing.narrows(block)
        yield "names_a_source", lambda block=condition: narrowing.names_a_source(block)
        yield "sources_without_account", lambda block=condition: narrowing.sources_without_account(block)
        yield "compile_conditions", lambda block=condition: compile_conditions(block, variables=True)


@STRANGE
@given(strangers.texts())
@example('{"Statement": 5}')
@example('{"Statement": [5]}')
@example('{"Statement": [{"Sid": {}, "Effect": "Allow"}]}')
@example('{"Statement": [{"Effect": "Allow", "Principal": [1], "Action": 5}]}')
@example('{"Statement": [{"Effect": "Allow", "Condition": []}]}')
@example('{"Statement": [{"Effect": "Allow", "Condition": {"Bool": []}}]}')
@example('{"Statement": [{"Effect": "Allow", "Principal": "*", "Condition": {"Bool": {"\\ud800": "\\ud800"}}}]}')
@example('{"Statement": [{"Effect": "Allow", "Principal": "*", "Condition": {"NumericEquals": {"a": NaN}}}]}')
@example('{"Version": [], "Statement": []}')
@example("%ff%7B%7D")
@example("%7B%22Id%22:%22%ff%22%7D")
def test_every_reader_understands_or_refuses(text):
    try:
        document = documents.stored_document(text, "policy of bucket data")
    except PolicyError as error:
        assert str(error).startswith("policy of bucket data is stored in a form that can't be read with certainty")
        return
    if document is None:
        return
    for name, read in reading(document):
        try:
            read()
        except PolicyError as error:
            assert str(error), name


@STRANGE
@given(strangers.documents())
def test_what_botocore_decoded_is_taken_or_refused_alike(document):
    """Functions that take a document as it came say the same as of a parsed one."""
    for read in (
        parse_document,
        compile_policy,
        render.readable_policy,
        comparison.canonical_document,
        trust.external_ids,
        trust.external_ids_in,
        lambda it: sizes.policy_size(it, "bytes"),
        lambda it: comparison.policies_equal(it, it),
        lambda it: own_statements.merge_statements(it, [OWN]),
        lambda it: permissions.merge_permissions(it, [PERMISSION]),
        lambda it: own_statements.lost_statements(it, it, ["XacctA"]),
    ):
        try:
            read(document)
        except PolicyError as error:
            assert str(error)


@STRANGE
@given(strangers.texts())
def test_what_is_read_is_written_back_as_it_was(text):
    document = understood(text)
    if document is not None and without_nulls(document):
        written = documents.compact_json(without_nulls(document))
        assert written.encode()
        assert comparison.policies_equal(written, document)
        assert parse_document(written) == without_nulls(document)


@STRANGE
@given(strangers.texts())
def test_a_merge_keeps_everybody_elses_statements_or_is_refused(text):
    document = understood(text)
    if document is None:
        return
    for merge, mine in ((own_statements.merge_statements, OWN), (permissions.merge_permissions, PERMISSION)):
        try:
            merged = merge(document, [mine], remove=["XacctB"])
        except PolicyError as error:
            assert str(error)
            continue
        foreign = [each for each in statements(document) if not is_ours(each)]
        assert [each for each in statements(merged) if not is_ours(each)] == foreign
        assert [each for each in statements(merged) if is_ours(each)]
        assert {name: value for name, value in merged.items() if name != "Statement"} == {
            name: value for name, value in document.items() if name != "Statement"
        }
        assert comparison.policies_equal(merge(merged, [mine], remove=["XacctB"]), merged), "merging twice is once"
        assert not own_statements.lost_statements(merged, merged, ["XacctA", "XacctB"])
        if foreign:
            left = own_statements.lost_statements(merged, {"Statement": []}, ["XacctA", "XacctB"])
            assert left.foreign == [each for each in statements(parse_document(merged)) if not is_ours(each)]


@STRANGE
@given(strangers.texts(), strangers.texts())
def test_several_policies_of_one_parameter_lose_nothing(one, two):
    found = [each for each in (understood(one), understood(two)) if each is not None]
    present = [parameter_policies.ParameterPolicy(str(index), "h", each) for index, each in enumerate(found)]
    joined = parameter_policies.joined(present)
    assert parameter_policies.to_write(present, joined) == []
    wanted = own_statements.merge_statements(joined, [OWN])
    written = parameter_policies.to_write(present, wanted)
    touched = {each.id for each in written}
    after = [each for each in present if each.id not in touched] + list(written)
    left = [each for policy in after for each in statements(policy.document)]
    for statement in statements(joined):
        if comparison.sid_of(statement) != "XacctA":
            assert statement in left


@STRANGE
@given(strangers.texts())
def test_the_evaluator_answers_or_refuses(text):
    document = understood(text)
    try:
        policy = compile_policy(document, "a stranger's policy")
    except PolicyError as error:
        assert str(error)
        return
    assert policy.is_public in (True, False)
    everything = compile_policy({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    control = ControlPolicies((Level("root", (policy,)),))
    sides = (
        ("s3:GetObject", BUCKET, {"resource_policy": ResourcePolicy(BUCKET_POLICY, policy), "s3_access": S3Access()}),
        ("s3:GetObject", BUCKET, {"identity_policies": (policy,), "permissions_boundary": policy}),
        ("s3:GetObject", BUCKET, {"session_policies": (policy,), "vpc_endpoint_policy": policy}),
        ("s3:GetObject", BUCKET, {"service_control_policies": control, "resource_control_policies": control}),
        ("kms:Decrypt", str(KEY), {"resource_policy": ResourcePolicy(KEY_POLICY, policy)}),
        ("sts:AssumeRole", ROLE, {"resource_policy": ResourcePolicy(ROLE_TRUST, policy)}),
        ("sqs:SendMessage", QUEUE, {"resource_policy": ResourcePolicy(OTHER_RESOURCE, policy)}),
    )
    for who, (action, resource, given_policies), context in itertools.product(CALLERS, sides, ({}, {"*": UNKNOWN})):
        policies = {"identity_policies": (everything,), "resource_account": "222222222222", **given_policies}
        explained(Request(request_principal(who), action, resource, context=context, **policies))


def explained(request: Request) -> None:
    decision = evaluate(request)
    sides = Sides(request.principal.account_id, "222222222222")
    assert decision.answer in ("allowed", "denied", "unknown")
    assert all(isinstance(line, str) for line in chain(decision, sides))
    assert decision.outcomes
    assert decision.unknown_because or decision.answer != "unknown"
    assert all(fix.as_result() for fix in fixes(decision, request, sides))


@pytest.mark.parametrize("text", strangers.deep(2000) + strangers.deep(200_000), ids=lambda text: str(len(text)))
def test_deep_nesting_is_refused(text):
    with pytest.raises(PolicyError):
        parse_document(text)


def understood(text: str) -> dict | None:
    """Return what the text says if it is a policy that the comparison understands, too."""
    try:
        document = parse_document(text)
        comparison.canonical_document(document)
    except PolicyError:
        return None
    return document


def without_nulls(document: dict) -> dict:
    """Leave out what is null and so not there: it can't be sent."""
    kept = {name: value for name, value in document.items() if value is not None}
    listed = kept.get("Statement")
    if isinstance(listed, dict):
        kept["Statement"] = {name: value for name, value in listed.items() if value is not None}
    elif listed:
        kept["Statement"] = [{name: value for name, value in each.items() if value is not None} for each in listed]
    return kept


def is_ours(statement: dict) -> bool:
    return SERVICES["lambda_function"].grant_sid(comparison.sid_of(statement)) in ("XacctA", "XacctB")
