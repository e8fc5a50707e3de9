# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A function's policy against requests and answers of Lambda's shape: which calls, in which order, with what."""

from __future__ import annotations

import itertools
import json

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import Account, open_account
from ansible_collections.xacct.aws.plugins.module_utils._operations.writing.revisioned_policy import converge_revisioned
from ansible_collections.xacct.aws.plugins.module_utils._operations.writing.shared_policy import Timing
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError, parse_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._services.lambda_function.api import FunctionPolicy
from ansible_collections.xacct.aws.plugins.module_utils._services.lambda_function.permissions import merge_permissions
from ansible_collections.xacct.aws.plugins.module_utils._services.registry import resource_arn
from ansible_collections.xacct.aws.plugins.module_utils._services.resource_policy import PolicyRevision
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES
from botocore.stub import Stubber

_numbers = itertools.count(1)
ARN = "arn:aws:lambda:eu-central-1:222222222222:function:resize"
FUNCTION = {"FunctionName": ARN}
OTHER = "111111111111"
RULES = SERVICES["lambda_function"]
KEYS = {
    "access_key": "AKIAEXAMPLE", "secret_key": "secret", "region": "eu-central-1",
    "expected_account_id": "222222222222",
}  # fmt: skip


def statement(sid: str, action: str = "lambda:InvokeFunction", **elements: object) -> dict:
    principal = {"AWS": f"arn:aws:iam::{OTHER}:root"}
    return {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": action, "Resource": ARN, **elements}


FOREIGN = statement("Theirs", Principal={"Service": "s3.amazonaws.com"},
                    Condition={"StringEquals": {"AWS:SourceAccount": OTHER}})  # fmt: skip


class Lambda:
    """An adapter, and the answers that it gets."""

    def __init__(self, arn: str = ARN) -> None:
        # Clients are kept for a process; another key is another client.
        self.account: Account = open_account({**KEYS, "access_key": f"AKIAEXAMPLE{next(_numbers)}"})
        self.policy = FunctionPolicy(self.account, RULES, parse_arn(arn), {})
        self.stub = Stubber(self.policy.client)
        self.stub.activate()

    def shows(self, revision: str, *found: dict, **named: str) -> None:
        text = json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": found})
        self.stub.add_response("get_policy", {"Policy": text, "RevisionId": revision}, {**FUNCTION, **named})

    def has_no_policy(self) -> None:
        text = "The resource you requested does not exist."
        self.stub.add_client_error("get_policy", "ResourceNotFoundException", text, 404, expected_params=FUNCTION)

    def adds(self, sid: str, action: str, **more: object) -> None:
        sent = {**FUNCTION, "StatementId": sid, "Action": action, "Principal": OTHER, **more}
        self.stub.add_response("add_permission", {"Statement": json.dumps(statement(sid, action))}, sent)

    def removes(self, sid: str, revision: str) -> None:
        self.stub.add_response("remove_permission", {}, {**FUNCTION, "StatementId": sid, "RevisionId": revision})

    def converges(self, *wanted: dict):  # type: ignore[no-untyped-def]
        at_once = Timing(sleep=lambda _seconds: None)
        done = converge_revisioned(
            self.policy, lambda document: merge_permissions(document, list(wanted)), timing=at_once
        )
        self.stub.assert_no_pending_responses()
        return done


def test_an_update_adds_first_and_each_step_names_the_revision_before_it():
    aws = Lambda()
    old, new = statement("Xaccta"), statement("Xaccta_2", "lambda:GetFunction")
    aws.shows("r1", FOREIGN, old)
    aws.adds("Xaccta_2", "lambda:GetFunction", RevisionId="r1")
    aws.shows("r2", FOREIGN, old, new)
    aws.removes("Xaccta", "r2")
    aws.shows("r3", FOREIGN, new)
    done = aws.converges(statement("Xaccta", "lambda:GetFunction"))
    assert done.writes == 1 and done.after["Statement"] == [FOREIGN, new]


def test_the_first_statement_has_no_revision_to_name():
    aws = Lambda()
    aws.has_no_policy()
    aws.stub.add_response("get_function_configuration", {"FunctionName": "resize"}, FUNCTION)
    aws.adds("Xaccta", "lambda:InvokeFunction")
    aws.shows("r1", statement("Xaccta"))
    assert aws.converges(statement("Xaccta")).before is None


def knows_function_urls(aws: Lambda) -> bool:
    """Whether this botocore is new enough for what function URLs take."""
    shape = aws.policy.client.meta.service_model.operation_model("AddPermission").input_shape
    return "InvokedViaFunctionUrl" in shape.members


def test_a_function_url_takes_a_boolean():
    aws = Lambda()
    if not knows_function_urls(aws):
        pytest.skip("this botocore does not know InvokedViaFunctionUrl")
    through = statement("Xaccta", Condition={"Bool": {"lambda:InvokedViaFunctionUrl": "true"}})
    aws.shows("r1", FOREIGN)
    aws.adds("Xaccta", "lambda:InvokeFunction", InvokedViaFunctionUrl=True, RevisionId="r1")
    aws.shows("r2", FOREIGN, through)
    aws.converges(through)


def test_a_reading_that_lags_is_taken_for_a_conflict_and_read_again():
    aws = Lambda()
    old, new = statement("Xaccta"), statement("Xaccta_2", "lambda:GetFunction")
    aws.shows("r1", old)
    aws.adds("Xaccta_2", "lambda:GetFunction", RevisionId="r1")
    aws.shows("r1", old)
    aws.shows("r2", old, new)
    aws.removes("Xaccta", "r2")
    aws.shows("r3", new)
    aws.converges(statement("Xaccta", "lambda:GetFunction"))


def test_what_lambda_refuses_for_good_is_raised():
    aws = Lambda()
    aws.shows("r1", FOREIGN)
    text = "The final policy size is bigger than the limit (20480)."
    aws.stub.add_client_error("add_permission", "PolicyLengthExceededException", text, 400)
    with pytest.raises(AwsError, match="bigger than the limit") as raised:
        aws.converges(statement("Xaccta"))
    assert raised.value.code == "PolicyLengthExceededException"


def test_an_alias_is_named_beside_the_function():
    aws = Lambda(f"{ARN}:live")
    aws.shows("r1", FOREIGN, Qualifier="live")
    assert aws.policy.read()["Statement"] == [FOREIGN]
    assert aws.policy.label == "policy of Lambda function resize:live"


def test_the_option_and_the_name_mean_the_same_alias():
    account = open_account(KEYS)
    for resource, options in (("resize", {"qualifier": "live"}), ("resize:live", {}), (f"{ARN}:live", {})):
        assert str(resource_arn(account, RULES, resource, options)) == f"{ARN}:live"
    assert RULES.in_own_policies(parse_arn(ARN), {"qualifier": "live"}) == (f"{ARN}:live",)
    assert RULES.in_own_policies(parse_arn(ARN), {}) == (ARN,)


def test_a_botocore_that_is_too_old_is_named(monkeypatch):
    aws = Lambda()
    through = statement("Xaccta", Condition={"Bool": {"lambda:InvokedViaFunctionUrl": "true"}})
    members = aws.policy.client.meta.service_model.operation_model("AddPermission").input_shape.members
    monkeypatch.delitem(members, "InvokedViaFunctionUrl", raising=False)
    with pytest.raises(PolicyError, match="this version of botocore does not know InvokedViaFunctionUrl"):
        aws.policy.look_before_write(None, {"Statement": [through]}, print)
    aws.policy.look_before_write(None, {"Statement": [statement("Xaccta")]}, print)


def test_nothing_is_sent_where_nothing_differs():
    aws = Lambda()
    present = PolicyRevision(parse_document({"Statement": [FOREIGN]}), "r1")
    aws.policy.write_on_revision(present, {"Statement": [FOREIGN]})
    aws.stub.assert_no_pending_responses()
