# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the options of xacct_resource_grant, all of it in one go."""

from __future__ import annotations

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import CONNECTION_ARGUMENTS
from ansible_collections.xacct.aws.plugins.module_utils._options.resource_grant import (
    ARGUMENT_SPEC,
    check,
)

QUEUE = "arn:aws:sqs:eu-central-1:111111111111:jobs"


def errors(**options: object) -> list[str]:
    grant = {"name": "team", "principals": ["222222222222"], "access": "send"}
    options = {**options, "grants": [{**grant, **each} for each in options.get("grants", [{}])]}
    validated = ArgumentSpecValidator({**CONNECTION_ARGUMENTS, **ARGUMENT_SPEC}).validate(options)
    assert not validated.error_messages
    return check(validated.validated_parameters)


def test_a_name_that_is_none_hides_nothing_else():
    wrong = {"grants": [{"principals": ["x"], "access": "sned"}], "qualifier": "live"}
    found = errors(resource="a b", type="sqs_queue", **wrong)
    assert len(found) == 4
    says = (
        "is no SQS queue's name",
        "qualifier: sqs_queue has no such",
        "access: one of send, receive",
        "principals: 'x'",
    )
    for text in says:
        assert any(text in error for error in found), text


def test_another_account_hides_nothing_else():
    found = errors(resource=QUEUE, expected_account_id="999999999999", grants=[{"access": "sned"}])
    assert len(found) == 2 and "only the owner's own credentials" in found[0]


def test_without_a_type_only_that_can_be_said():
    (error,) = errors(resource="jobs", grants=[{"access": "sned"}])
    assert error.startswith("resource: type is missing")


@pytest.mark.parametrize("operator", ["ArnLikes", "ForAnyValues:ArnLike"])
def test_an_operator_that_aws_does_not_have(operator):
    (error,) = errors(resource=QUEUE, grants=[{"conditions": {operator: {"aws:SourceArn": "arn:aws:sns:*:*:x"}}}])
    assert error == (f"grants: team: conditions: AWS has no condition operator {operator}; did you mean ArnLike?")
