# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The explanation of a decision: outcomes, what blocked it, what decided, what nearly matched, what was not known."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.context import UNKNOWN
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._policy.evaluation.evaluation_cases import (
    HERE,
    ROLE,
    SESSION,
    THERE,
    USER,
    allow,
    anonymous,
    ask,
    deny,
    levels,
    policy,
    root,
    session,
    user,
)

A = allow()
TARGET = {"action": "sts:AssumeRole", "resource": f"arn:aws:iam::{THERE}:role/Target", "account": THERE}


def trust(sid="", **elements):
    statement = allow("sts:AssumeRole", None, Principal={"AWS": ROLE}, **elements)
    return {"Sid": sid, **statement} if sid else statement


def said(decision):
    return {outcome.kind: outcome.said for outcome in decision.outcomes}


def blocked(decision):
    return [(outcome.kind, outcome.said, outcome.name) for outcome in decision.blocked_by]


def test_every_kind_of_policy_has_its_say():
    found = ask(
        session,
        identity_policies=(policy({"Sid": "Work", **A}, name="worker"),),
        resource_policy=[trust("Backup")],
        permissions_boundary=policy(allow("s3:*"), name="edge"),
        service_control_policies=levels(policy(A, name="FullAWSAccess"), policy(deny(), name="Stop")),
        **TARGET,
    )
    assert found.answer == "denied"
    assert not found.allowed
    assert said(found) == {
        "identity_policy": "allowed",
        "permissions_boundary": "implicitly_denied",
        "session_policy": "not_applicable",
        "resource_policy": "allowed",
        "access_control_list": "not_applicable",
        "block_public_access": "not_applicable",
        "vpc_endpoint_policy": "not_applicable",
        "service_control_policy": "explicitly_denied",
        "resource_control_policy": "not_applicable",
        "service_rule": "not_applicable",
    }
    assert blocked(found) == [
        ("service_control_policy", "explicitly_denied", "ou-unit"),
        ("permissions_boundary", "implicitly_denied", ""),
    ]
    assert [str(reference) for reference in found.deciding] == ["statement 1 of Stop"]
    assert found.deciding[0].effect == "Deny"
    levels_said = [(o.name, o.said) for o in found.outcomes if o.kind == "service_control_policy"]
    assert levels_said == [("r-root", "allowed"), ("ou-unit", "explicitly_denied")]


def test_an_allowed_request_names_what_allowed_it():
    found = ask(
        session,
        identity_policies=(policy(deny("iam:*"), {"Sid": "Work", **A}, name="worker"),),
        resource_policy=[trust("Backup")],
        **TARGET,
    )
    assert [str(reference) for reference in found.deciding] == [
        "statement 'Work' of worker",
        "statement 'Backup' of resource_policy",
    ]
    assert found.deciding[0].number == 2
    assert found.blocked_by == ()
    assert found.unknown_because == ()


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"identity": [A], "account": THERE}, ["resource_policy"]),
        ({"account": THERE}, ["resource_policy", "identity_policy"]),
        ({"account": THERE, "resource_policy": [allow(Principal="*")]}, ["identity_policy"]),
        ({}, ["identity_policy"]),
        ({"resource_policy": [allow(Principal={"AWS": HERE})]}, ["identity_policy"]),
        (
            {"resource_policy": [allow(Principal={"AWS": ROLE})], "permissions_boundary": policy()},
            ["permissions_boundary"],
        ),
        ({"identity": [A], "session_policies": (policy(),)}, ["session_policy"]),
        ({"identity": [A], "vpc_endpoint_policy": policy()}, ["vpc_endpoint_policy"]),
        ({"identity": [A, deny()]}, ["identity_policy"]),
        ({**TARGET, "account": HERE, "identity": [A], "resource_policy": []}, ["resource_policy"]),
        ({**TARGET, "account": HERE, "resource_policy": []}, ["resource_policy"]),
        ({**TARGET, "account": HERE, "resource_policy": [trust()], "identity": [deny()]}, ["identity_policy"]),
    ],
)
def test_blocked_by(inputs, expected):
    found = ask(session, **inputs)
    assert found.answer == "denied"
    assert [outcome.kind for outcome in found.blocked_by] == expected


def test_an_anonymous_caller_is_blocked_by_the_resource():
    found = ask(anonymous, resource_policy=[allow(Principal={"AWS": HERE})])
    assert [outcome.kind for outcome in found.blocked_by] == ["resource_policy"]
    assert found.near_misses[0].text == "principal: the statement does not name an anonymous caller"


def test_a_rule_of_the_service_says_why():
    found = ask(root, **TARGET)
    assert blocked(found) == [("service_rule", "explicitly_denied", "")]
    assert found.blocked_by[0].note == "the root user of an account cannot assume a role"


EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": "right"}}


@pytest.mark.parametrize(
    ("elements", "context", "part", "text"),
    [
        (
            {"Condition": EXTERNAL_ID},
            {},
            "condition",
            "condition StringEquals sts:ExternalId: the request has none",
        ),
        (
            {"Condition": EXTERNAL_ID},
            {"sts:ExternalId": "wrong"},
            "condition",
            "condition StringEquals sts:ExternalId: the request has 'wrong', the policy wants 'right'",
        ),
        (
            {"Principal": {"AWS": USER}},
            {},
            "principal",
            f"principal: the statement does not name {SESSION}",
        ),
        (
            {"Action": "sts:TagSession"},
            {},
            "action",
            "action: the statement does not speak of sts:AssumeRole",
        ),
        (
            {"Resource": "arn:aws:iam::222222222222:role/Other"},
            {},
            "resource",
            "resource: the statement does not speak of arn:aws:iam::222222222222:role/Target",
        ),
        (
            {"Principal": {"AWS": USER}, "Condition": EXTERNAL_ID},
            {},
            "principal",
            f"principal: the statement does not name {SESSION}",
        ),
    ],
)
def test_near_misses(elements, context, part, text):
    found = ask(session, identity=[A], resource_policy=[{**trust("Backup"), **elements}], context=context, **TARGET)
    assert found.answer == "denied"
    (miss,) = found.near_misses
    assert (miss.part, miss.text, miss.statement.sid, miss.known) == (part, text, "Backup", True)
    assert len(miss.others) == len(elements) - 1


def test_a_near_miss_of_a_condition_has_its_parts():
    wanted = {"ForAnyValue:StringLike": {"aws:TagKeys": ["a*", "b", "c", "d", "e"]}}
    statement = {**trust("Backup"), "Condition": wanted}
    found = ask(session, identity=[A], resource_policy=[statement], context={"aws:TagKeys": ["x", "y"]}, **TARGET)
    (miss,) = found.near_misses
    assert (miss.operator, miss.key) == ("ForAnyValue:StringLike", "aws:TagKeys")
    assert miss.wanted == ("a*", "b", "c", "d", "e")
    assert miss.found == ("x", "y")
    assert miss.text.endswith("the request has 'x' or 'y', the policy wants 'a*' or 'b' or 'c' or 2 more")


def test_the_nearest_comes_first_and_the_far_ones_not_at_all():
    statements = [
        {"Sid": "Far", **allow("sts:TagSession", None, Principal={"AWS": USER})},
        {**trust("Two"), "Principal": {"AWS": USER}, "Condition": EXTERNAL_ID},
        {**trust("One"), "Condition": EXTERNAL_ID},
        {"Sid": "Deny", **deny("sts:AssumeRole", None, Principal={"AWS": USER})},
    ]
    found = ask(session, identity=[A], resource_policy=statements, **TARGET)
    assert [miss.statement.sid for miss in found.near_misses] == ["One", "Deny", "Two"]
    assert found.near_misses[1].statement.effect == "Deny"


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"identity_policies": UNKNOWN}, "the identity policy is not known"),
        ({"identity": [A], "permissions_boundary": UNKNOWN}, "the permissions boundary is not known"),
        ({"identity": [A], "service_control_policies": UNKNOWN}, "the service control policy is not known"),
        (
            {"identity": [A], "service_control_policies": levels(policy(A), UNKNOWN)},
            "the service control policy of ou-unit is not known",
        ),
        ({"identity": [A], "account": UNKNOWN, "resource": "*"}, "the account of the resource is not known"),
        (
            {"identity": [A], "service_control_policies": levels(policy(), management=UNKNOWN)},
            "it is not known whether the principal's account is the management account, which is exempt",
        ),
        (
            {"identity": [{**A, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}]},
            "statement 1 of identity_policy: condition IpAddress aws:SourceIp: it is not known what the request has",
        ),
        (
            {"identity": [{**A, "Condition": {"StringIs": {"aws:SourceVpc": "x"}}}]},
            "statement 1 of identity_policy: condition StringIs aws:SourceVpc: AWS has no condition operator StringIs",
        ),
        (
            {"identity": [allow(resources="arn:aws:sqs:eu-?est-1:*")]},
            "statement 1 of identity_policy: resource: the statement may not speak of "
            "arn:aws:sqs:eu-west-1:111111111111:jobs",
        ),
        (
            {"identity": [A], "vpc_endpoint_policy": policy(allow(Principal={"AWS": HERE}))},
            f"statement 1 of vpc_endpoint_policy: principal: the statement may not name {SESSION}",
        ),
    ],
)
def test_unknown_because(inputs, reason):
    found = ask(session, **inputs)
    assert found.answer == "unknown"
    assert found.unknown_because == (reason,)
    assert found.blocked_by == ()


def test_a_doubtful_exception_is_named():
    """NotPrincipal with Deny that names the user and not its account: AWS says it might be denied."""
    statement = {"Sid": "Except", "Effect": "Deny", "NotPrincipal": {"AWS": USER}, "Action": "*", "Resource": "*"}
    found = ask(user, identity=[A], resource_policy=[statement])
    assert found.answer == "unknown"
    assert found.unknown_because == (
        f"statement 'Except' of resource_policy: principal: the statement may not name {USER}",
    )
