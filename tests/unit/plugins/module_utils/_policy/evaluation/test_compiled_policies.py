# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Statements: what they speak of, and what is no statement."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import compile_policy
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._policy.evaluation.evaluation_cases import (
    FEDERATED,
    HERE,
    OIDC,
    ROLE,
    ROOT,
    SESSION,
    THERE,
    USER,
    allow,
    anonymous,
    answer,
    deny,
    federated,
    role,
    root,
    service,
    session,
    user,
    web,
)
from hypothesis import given, settings
from hypothesis import strategies as st

A, D = allow(), deny()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("sqs:*"), "allowed"),
        (allow("SQS:sendmessage"), "allowed"),
        (allow("sqs:Receive*"), "denied"),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, "allowed"),
        ({"Effect": "Allow", "NotAction": "sqs:*", "Resource": "*"}, "denied"),
        ({"Effect": "Allow", "Resource": "*"}, "denied"),
        ({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:sqs:*:*:other"}, "allowed"),
        ({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:sqs:*:*:jobs"}, "denied"),
        ({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:sqs:*:*:${aws:username}"}, "allowed"),
        ({"Effect": "Allow", "Action": "*"}, "denied"),
        (allow(resources="arn:aws:sqs:*:111111111111:jobs"), "allowed"),
        (allow(resources="arn:aws:sqs:*:*:job?"), "allowed"),
        (allow(resources="arn:aws:sqs:*:*:JOBS"), "denied"),
        (allow(resources="arn:aws:sqs:*:jobs"), "allowed"),
        (allow(resources="arn:aws:sqs:eu-?est-1:*"), "unknown"),
        (allow(resources=[]), "denied"),
    ],
)
def test_statement_elements(statement, expected):
    assert answer(session, identity=[statement]) == expected


def test_policies_are_compiled_by_content():
    document = {"Version": "2012-10-17", "Statement": [A]}
    first = compile_policy(document, "p")
    assert compile_policy({"Version": "2012-10-17", "Statement": [dict(A)]}, "p") is first
    document["Statement"] = [D]
    assert compile_policy(document, "p") is not first
    assert compile_policy(first) is first
    assert compile_policy(None).statements == ()
    assert compile_policy('{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}').statements[0].denies


@pytest.mark.parametrize(
    "document",
    [
        {"Statement": [{"Effect": "allow", "Action": "*"}]},
        {"Statement": [{"Action": "*"}]},
        {"Statement": "x"},
        {"Statement": [{"Effect": "Allow", "Action": {"a": 1}}]},
        {"Statement": [{"Effect": "Allow", "Action": "*", "Principal": {"AWS": 111111111111}}]},
        "{nope",
    ],
)
def test_what_is_no_policy_is_refused(document):
    with pytest.raises(PolicyError):
        compile_policy(document)


PRINCIPALS = [session, role, user, federated, root, anonymous, service, web]
ELEMENTS = st.one_of(
    st.sampled_from(
        [
            {"Principal": "*"},
            {"Principal": {"AWS": [HERE, USER]}},
            {"Principal": {"AWS": ROLE}},
            {"Principal": {"AWS": "arn:aws:iam::111111111111:role/READER"}},
            {"Principal": {"AWS": SESSION}},
            {"Principal": {"AWS": ROOT}},
            {"Principal": {"AWS": FEDERATED}},
            {"Principal": {"AWS": "AROAEXAMPLEREADER01:monday"}},
            {"Principal": {"AWS": THERE}},
            {"Principal": {"Service": "SNS.amazonaws.com"}},
            {"Principal": {"Service": "*"}},
            {"Principal": {"Federated": OIDC}},
            {"Principal": {"CanonicalUser": "f" * 64}},
            {"NotPrincipal": {"AWS": USER}},
            {},
        ]
    )
)


@settings(deadline=None)
@given(
    st.lists(st.tuples(ELEMENTS, st.sampled_from(["s3:Get*", "S3:*", "*", "s*:x", "sqs:SendMessage"])), min_size=9),
    st.sampled_from(PRINCIPALS),
)
def test_a_long_policy_is_looked_up_without_losing_a_statement(parts, principal):
    made = [{"Effect": "Deny", "Resource": "*", "Action": action, **element} for element, action in parts]
    compiled = compile_policy({"Version": "2012-10-17", "Statement": made})
    about = {statement.index for statement in compiled.about(principal)}
    of_s3 = {statement.index for statement in compiled.on("s3")}
    for statement in compiled.statements:
        if statement.principal and statement.principal.level(principal, None) != (0, 0):
            assert statement.index in about
        if statement.action_matches("s3:getobject"):
            assert statement.index in of_s3
    assert [each.index for each in compiled.about(principal)] == sorted(about)


def test_what_has_no_action_or_all_but_some_may_be_about_every_service():
    made = [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}] * 9
    assert len(compile_policy({"Version": "2012-10-17", "Statement": made}).on("s3")) == 9
