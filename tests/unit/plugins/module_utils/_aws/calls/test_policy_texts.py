# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What IAM answers for a policy reaches the collection as it was sent."""

from __future__ import annotations

import datetime
import urllib.parse

import botocore.hooks
import botocore.session
import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.policy_texts import keep_policy_texts
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError
from ansible_collections.xacct.aws.plugins.module_utils._resources.role import facts_of

HOSTILE = {
    "key twice": '{"Statement": [{"Effect": "Deny", "Effect": "Allow"}]}',
    "no number": '{"Statement": [], "Id": NaN}',
    "deep": '{"Statement": ' + "[" * 100_000 + "]" * 100_000 + "}",
}
ROLE = {"Arn": "arn:aws:iam::111111111111:role/R", "RoleName": "R", "Path": "/", "RoleId": "AROAEXAMPLE"}


def answered(text: str, *, decoded: bool) -> dict:
    """Return GetRole's answer as it leaves botocore's handlers."""
    handlers = botocore.hooks.HierarchicalEmitter()
    session = botocore.session.Session(event_hooks=handlers)
    if not decoded:
        keep_policy_texts(handlers)
    model = session.get_service_model("iam").operation_model("GetRole")
    parsed = {"Role": {**ROLE, "AssumeRolePolicyDocument": urllib.parse.quote(text)}}
    handlers.emit("after-call.iam.GetRole", parsed=parsed, model=model, http_response=None, context={})
    return parsed["Role"]


def test_a_policy_is_the_text_that_was_sent():
    text = '{"Version":"2012-10-17","Statement":[{"Condition":{"StringEquals":{"a":1.50}}}]}'
    assert answered(text, decoded=False)["AssumeRolePolicyDocument"] == urllib.parse.quote(text)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_botocore_would_let_through_is_refused(text):
    with pytest.raises(PolicyError, match="trust policy of role R is stored in a form"):
        facts_of({**answered(text, decoded=False), "CreateDate": datetime.datetime(2026, 1, 1)})


def test_botocore_still_decodes_by_itself():
    """When it does no more, there is nothing to take out."""
    decoded = answered(HOSTILE["key twice"], decoded=True)["AssumeRolePolicyDocument"]
    assert decoded == {"Statement": [{"Effect": "Allow"}]}
