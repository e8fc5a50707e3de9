# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What reading and writing objects takes on their key: for one call, and for all that a grant allows."""

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.kms.required_access import (
    S3_ACTIONS,
    S3_CALLS,
    key_statements,
    taken_on_key,
)


def test_one_upload_does_not_decrypt_and_an_upload_in_parts_does():
    assert S3_CALLS["s3:PutObject"] == ("kms:GenerateDataKey",)
    assert S3_ACTIONS["s3:PutObject"] == ("kms:Decrypt", "kms:GenerateDataKey")


def test_a_grant_takes_whatever_a_call_takes():
    assert set(S3_ACTIONS) == set(S3_CALLS)
    assert all(set(S3_CALLS[action]) <= set(taken) for action, taken in S3_ACTIONS.items())


@pytest.mark.parametrize(
    ("allowed", "taken"),
    [
        ([], []),
        (["s3:ListBucket"], []),
        (["s3:GetObjectVersion"], ["kms:Decrypt"]),
        (["s3:PutObject"], ["kms:Decrypt", "kms:GenerateDataKey"]),
        (["s3:GetObject", "s3:PutObject"], ["kms:Decrypt", "kms:GenerateDataKey"]),
    ],
)
def test_the_keys_policy_gets_what_the_grant_takes(allowed, taken):
    assert taken_on_key(S3_ACTIONS, allowed.__contains__) == taken
    statement = {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": allowed, "Resource": "*"}
    made = key_statements([statement] if allowed else [], "222222222222")
    found = [each["Action"] for each in made]
    assert [[action] if isinstance(action, str) else action for action in found] == ([taken] if taken else [])
