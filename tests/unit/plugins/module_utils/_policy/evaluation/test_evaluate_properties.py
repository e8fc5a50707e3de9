# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Property tests of the evaluation: what must hold for every request and every policy.

Requests are made by `random.Random` from a seed that hypothesis draws: one draw instead of fifty, which is what makes
thousands of requests affordable. A failure shows its seed.
"""

from __future__ import annotations

import copy
import dataclasses
import random

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
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import policies_equal
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.context import UNKNOWN
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._policy.strategies import policies, rewritten
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

few = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
many = settings(max_examples=400, deadline=None)
seeds = st.integers(0, 2**40).map(random.Random)

ORDER = {"denied": 0, "unknown": 1, "allowed": 2}

ROLE = "arn:aws:iam::111111111111:role/Role"
SESSION = "arn:aws:sts::111111111111:assumed-role/Role/Session"
PRINCIPALS = (
    request_principal("arn:aws:iam::111111111111:user/role", unique_id="AIDAEXAMPLE12345678", canonical_id="a" * 64),
    request_principal(SESSION, parent_arn=ROLE, unique_id="AROAEXAMPLE1234567890"),
    request_principal(ROLE),
    request_principal("arn:aws:sts::111111111111:federated-user/x", parent_arn="arn:aws:iam::111111111111:user/role"),
    request_principal("111111111111"),
    request_principal("222222222222"),
    request_principal("service:ec2.amazonaws.com"),
    request_principal("oidc:accounts.google.com"),
    request_principal("*"),
)
QUESTIONS = (
    ("sts:AssumeRole", "arn:aws:iam::111111111111:role/Target", ROLE_TRUST),
    ("s3:GetObject", "arn:aws:s3:::bucket/key", BUCKET_POLICY),
    ("kms:Decrypt", "arn:aws:kms:eu-west-1:111111111111:key/1", KEY_POLICY),
    ("sns:Publish", "arn:aws:sns:eu-west-1:111111111111:topic", OTHER_RESOURCE),
)
CONTEXT = {
    "sts:ExternalId": ("Alpha", "alpha", None),
    "aws:PrincipalOrgID": ("o-abcdefghij", None),
    "aws:PrincipalTag/Team": ("Red", "red", None),
    "aws:MultiFactorAuthPresent": ("true", "false", None),
    "aws:MultiFactorAuthAge": ("60", "7200", None),
    "aws:SecureTransport": ("true", "false"),
    "aws:SourceIp": ("198.51.100.9", "203.0.113.9", "2001:db8::9", None),
    "aws:CurrentTime": ("2026-01-01T00:00:00Z", "2027-06-01T00:00:00Z"),
    "aws:PrincipalOrgPaths": (["o-abcdefghij/r-ab12/ou-1/"], [], None),
}


def _everything(effect):
    return {"Effect": effect, "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}


OPEN = {"Version": "2012-10-17", "Statement": [_everything("Allow")]}
WHO = (
    {"Principal": "*"},
    {"Principal": {"AWS": "111111111111"}},
    {"Principal": {"AWS": ROLE}},
    {"Principal": {"AWS": [SESSION, "AIDAEXAMPLE12345678"]}},
    {"Principal": {"AWS": "AROAEXAMPLE1234567890", "CanonicalUser": "a" * 64}},
    {"Principal": {"Service": "ec2.amazonaws.com", "Federated": "accounts.google.com"}},
    {"NotPrincipal": {"AWS": ["111111111111", ROLE]}},
    {"NotPrincipal": {"AWS": "222222222222"}},
    {},
)
WHAT = ({"Action": "*"}, {"Action": ["s3:Get*", "sts:AssumeRole", "kms:*"]}, {"NotAction": "sns:*"})
WHERE = (
    {"Resource": "*"},
    {"Resource": ["arn:aws:*:*:*:*", "arn:aws:s3:::bucket/*"]},
    {"NotResource": "arn:aws:s3:::${aws:PrincipalTag/Team}/*"},
    {},
)
WHEN = (
    {"StringEquals": {"sts:ExternalId": ["Alpha", "Beta"]}},
    {"StringNotEquals": {"aws:PrincipalTag/Team": "Red"}},
    {"StringLikeIfExists": {"aws:PrincipalTag/Team": "${aws:PrincipalTag/Team}"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}, "Null": {"sts:ExternalId": "false"}},
    {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}},
    {"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}},
    {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}},
    {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-abcdefghij/*"}},
    {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-abcdefghij/*"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}},
    {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
)


def a_statement(draw: random.Random) -> dict:
    statement = {"Effect": draw.choice(("Allow", "Allow", "Deny"))}
    for parts in (WHO, WHAT, WHERE):
        statement.update(parts[0] if draw.random() < 0.5 else draw.choice(parts))
    if draw.random() < 0.6:
        statement["Condition"] = draw.choice(WHEN)
    return statement


def a_document(draw: random.Random) -> dict:
    statements = [a_statement(draw) for _index in range(draw.randrange(3))]
    if draw.random() < 0.5:
        statements.append(_everything("Allow"))
    return {"Version": draw.choice(("2012-10-17", "2012-10-17", "2008-10-17")), "Statement": statements}


def a_policy(draw: random.Random):
    return compile_policy(a_document(draw))


def some_policies(draw: random.Random) -> tuple:
    return tuple(a_policy(draw) for _index in range(draw.randrange(3)))


def perhaps(draw: random.Random, make, chance=0.4):
    return make(draw) if draw.random() < chance else None


def some_levels(draw: random.Random) -> ControlPolicies:
    return ControlPolicies(tuple(Level(str(index), (policy,)) for index, policy in enumerate(some_policies(draw))))


def a_request(draw: random.Random) -> Request:
    """Make a request in which everything is known."""
    action, resource, kind = draw.choice(QUESTIONS)
    access = S3Access(ownership="ObjectWriter", object_owner=draw.choice((None, "333333333333")))
    return Request(
        draw.choice(PRINCIPALS),
        action,
        resource,
        draw.choice(("111111111111", "222222222222")),
        {key: draw.choice(values) for key, values in CONTEXT.items()},
        identity_policies=some_policies(draw),
        permissions_boundary=perhaps(draw, a_policy),
        session_policies=perhaps(draw, some_policies),
        resource_policy=perhaps(draw, lambda draw: ResourcePolicy(kind, perhaps(draw, a_policy, 0.9)), 0.8),
        service_control_policies=perhaps(draw, some_levels),
        resource_control_policies=perhaps(draw, some_levels),
        vpc_endpoint_policy=perhaps(draw, a_policy, 0.2),
        s3_access=access if kind == BUCKET_POLICY and draw.random() < 0.5 else None,
    )


FIELDS = (
    "identity_policies",
    "permissions_boundary",
    "session_policies",
    "resource_policy",
    "service_control_policies",
    "resource_control_policies",
    "vpc_endpoint_policy",
    "s3_access",
    "resource_account",
)


@many
@given(seeds)
def test_unknown_inputs_never_decide(draw):
    """An answer that is given in spite of unknown inputs is the answer that any values for them give."""
    request = a_request(draw)
    real = evaluate(request).answer
    blanked = {}
    for name in draw.sample(FIELDS, draw.randrange(3)):
        value = getattr(request, name)
        if name == "identity_policies" and value and draw.random() < 0.5:
            blanked[name] = (UNKNOWN, *value[1:])
        elif name == "resource_policy":
            blanked[name] = None if value is None else dataclasses.replace(value, policy=UNKNOWN)
        elif name.endswith("control_policies") and value is not None and draw.random() < 0.5:
            blanked[name] = ControlPolicies(value.levels, UNKNOWN)
        elif name != "s3_access" or value is not None:
            blanked[name] = UNKNOWN
    context = {**request.context, **dict.fromkeys(draw.sample(sorted(CONTEXT), draw.randrange(3)), UNKNOWN)}
    principal = request.principal
    if draw.random() < 0.3:
        principal = dataclasses.replace(principal, unique_id=UNKNOWN, canonical_id=UNKNOWN)
    found = evaluate(dataclasses.replace(request, context=context, principal=principal, **blanked))
    assert found.answer in ("unknown", real)
    assert (found.unknown_because != ()) == (found.answer == "unknown")


@many
@given(seeds)
def test_adding_a_deny_never_allows_more(draw):
    request = a_request(draw)
    added = {**a_statement(draw), "Effect": "Deny"}
    before = ORDER[evaluate(request).answer]
    for name, changed in _variants(request, lambda document: _with_statement(document, added)):
        assert ORDER[evaluate(changed).answer] <= before, name


@many
@given(seeds, st.sampled_from(("Allow", "Deny")))
def test_narrowing_a_condition_never_allows_more(draw, effect):
    """More conditions on an Allow never allow more, on a Deny never deny more.

    But where S3 restricts public buckets: a condition that makes a bucket policy no longer public opens the bucket.
    """
    request = dataclasses.replace(a_request(draw), s3_access=None)
    ((operator, keys),) = draw.choice([when for when in WHEN if len(when) == 1]).items()
    ((key, values),) = keys.items()

    def narrowed(document):
        result = copy.deepcopy(document)
        for statement in result["Statement"]:
            condition = dict(statement.get("Condition", {}))
            if statement["Effect"] == effect and key not in condition.get(operator, {}):
                statement["Condition"] = {**condition, operator: {**condition.get(operator, {}), key: values}}
        return result

    before = ORDER[evaluate(request).answer]
    for name, changed in _variants(request, narrowed):
        after = ORDER[evaluate(changed).answer]
        assert after <= before if effect == "Allow" else after >= before, name


@many
@given(seeds)
def test_fewer_values_of_a_condition_never_allow_more(draw):
    """A positive test with one value less holds for no more requests."""
    wanted = ["Alpha", "Beta"]
    statement = {**_everything("Allow"), "Condition": {"StringEquals": {"sts:ExternalId": wanted}}}
    narrow = {**_everything("Allow"), "Condition": {"StringEquals": {"sts:ExternalId": draw.sample(wanted, 1)}}}
    request = a_request(draw)
    for name, wide in _variants(request, lambda document: _with_statement(document, statement)):
        narrowed = dict(_variants(request, lambda document: _with_statement(document, narrow)))[name]
        assert ORDER[evaluate(narrowed).answer] <= ORDER[evaluate(wide).answer], name


@many
@given(seeds)
def test_the_order_of_statements_and_policies_does_not_matter(draw):
    request = a_request(draw)
    real = evaluate(request).answer

    def shuffled(document):
        return {**document, "Statement": draw.sample(document["Statement"], len(document["Statement"]))}

    for name, changed in _variants(request, shuffled):
        assert evaluate(changed).answer == real, name
    assert evaluate(dataclasses.replace(request, identity_policies=request.identity_policies[::-1])).answer == real


@few
@given(seeds, st.data())
def test_equal_policies_give_equal_answers(draw, data):
    document = data.draw(policies())
    other = data.draw(rewritten(document))
    assume(policies_equal(document, other))
    for _round in range(5):
        request = a_request(draw)
        for name in ("identity_policies", "permissions_boundary", "resource_policy", "rcp", "endpoint"):
            answers = [evaluate(_with(request, name, compile_policy(each))).answer for each in (document, other)]
            assert answers[0] == answers[1], name


@many
@given(seeds)
def test_every_decision_explains_itself(draw):
    found = evaluate(a_request(draw))
    assert len({outcome.kind for outcome in found.outcomes}) == 10
    assert (found.blocked_by != ()) == (found.answer == "denied")
    if found.answer == "allowed":
        assert all(outcome.said != "explicitly_denied" for outcome in found.outcomes)
    for miss in found.near_misses:
        assert miss.text.startswith(miss.part)


@many
@given(seeds)
def test_what_blocked_a_request_is_what_has_to_change(draw):
    """With everything that blocked it replaced by what allows everybody everything, a request is not denied."""
    request = a_request(draw)
    kinds = {outcome.kind for outcome in evaluate(request).blocked_by}
    if kinds & {"service_rule", "block_public_access"}:
        return
    full = compile_policy(OPEN)
    kind = next(kind for action, _resource, kind in QUESTIONS if action == request.action)
    mended = {
        "identity_policy": {"identity_policies": (full,)},
        "permissions_boundary": {"permissions_boundary": full},
        "session_policy": {"session_policies": (full,)},
        "service_control_policy": {"service_control_policies": None},
        "resource_control_policy": {"resource_control_policies": None},
        "vpc_endpoint_policy": {"vpc_endpoint_policy": full},
        "access_control_list": {"s3_access": None, "resource_policy": ResourcePolicy(kind, full)},
        "resource_policy": {"s3_access": None, "resource_policy": ResourcePolicy(kind, full)},
    }
    for name in kinds:
        request = dataclasses.replace(request, **mended[name])
    assert evaluate(request).answer != "denied", kinds


def _variants(request, change):
    """Yield the request with one of its policies changed, one after the other."""
    for name in (
        "identity_policies",
        "permissions_boundary",
        "session_policies",
        "resource_policy",
        "vpc_endpoint_policy",
    ):
        value = getattr(request, name)
        if isinstance(value, tuple) and value:
            yield name, dataclasses.replace(request, **{name: (_changed(value[0], change), *value[1:])})
        elif isinstance(value, ResourcePolicy) and value.policy is not None:
            changed = dataclasses.replace(value, policy=_changed(value.policy, change))
            yield name, dataclasses.replace(request, **{name: changed})
        elif value is not None and not isinstance(value, (tuple, ResourcePolicy)):
            yield name, dataclasses.replace(request, **{name: _changed(value, change)})
    for name in ("service_control_policies", "resource_control_policies"):
        control = getattr(request, name)
        if control is not None and control.levels:
            first = Level("0", tuple(_changed(policy, change) for policy in control.levels[0].policies))
            yield name, dataclasses.replace(request, **{name: ControlPolicies((first, *control.levels[1:]))})


def _changed(policy, change):
    return compile_policy(change(policy.document)) if policy.document else policy


def _with_statement(document, statement):
    return {**document, "Statement": [*document["Statement"], statement]}


def _with(request, name, compiled):
    if name == "identity_policies":
        return dataclasses.replace(request, identity_policies=(compiled,))
    if name == "permissions_boundary":
        return dataclasses.replace(request, permissions_boundary=compiled)
    if name == "rcp":
        return dataclasses.replace(request, resource_control_policies=ControlPolicies((Level("r", (compiled,)),)))
    if name == "endpoint":
        return dataclasses.replace(request, vpc_endpoint_policy=compiled)
    kind = next(kind for action, _resource, kind in QUESTIONS if action == request.action)
    return dataclasses.replace(request, resource_policy=ResourcePolicy(kind, compiled))
