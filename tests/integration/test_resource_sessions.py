# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A resource's bare name means the account that a session of an assumed role belongs to, not that of who assumed it.

ansible/ansible#25878: the account was taken from the ARN of a user, and a session has none.
"""

from __future__ import annotations

import pytest

from tests.integration.resource_world import TestResource
from tests.integration.test_resource_grant import TestQueue, TestTopic
from tests.integration.test_resource_lambda import TestFunction
from tests.integration.test_resource_secret import TestSecret
from tests.local_aws.server import LocalAws

KINDS = {"topic": TestTopic, "queue": TestQueue, "function": TestFunction, "secret": TestSecret}


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def resource(local_aws: LocalAws, request: pytest.FixtureRequest) -> TestResource:
    return request.param(local_aws)


@pytest.mark.also_oldest
@pytest.mark.parametrize("by", ["keys", "hop"])
def test_a_name_in_a_session_of_another_account(resource: TestResource, by: str) -> None:
    namesake = resource.make_namesake()
    theirs = namesake.policy
    connection = resource.connection_over(resource.make_deployer(), by)
    for check_mode in (True, False):
        made = resource.run(resource.grant(), check_mode=check_mode, **connection)
        assert made.result["changed"]
        assert made.result["resource"] == {
            "type": resource.type, "arn": resource.arn, "region": "us-east-1", "owner": resource.owner.account_id,
        }  # fmt: skip
        assert len(resource.own) == int(not check_mode)
    assert not resource.run(resource.grant(), **connection).result["changed"]
    assert namesake.policy == theirs
