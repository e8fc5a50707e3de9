# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is refused before a key's policy is written."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.connection import Caller
from ansible_collections.xacct.aws.plugins.module_utils._policy.documents import PolicyError
from ansible_collections.xacct.aws.plugins.module_utils._policy.grants import merge_statements
from ansible_collections.xacct.aws.plugins.module_utils._policy.principals import parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._policy.services.kms import RULES, default_policy
from ansible_collections.xacct.aws.plugins.module_utils._resources.services.kms import KeyPolicy

OWNER, OTHER = "111111111111", "222222222222"
KEY = parse_arn(f"arn:aws:kms:eu-central-1:{OWNER}:key/1234abcd-12ab-34cd-56ef-1234567890ab")
ADMINS = {
    "Sid": "Xacctadmins", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"},
    "Action": ["kms:Decrypt", "kms:PutKeyPolicy"], "Resource": "*",
}  # fmt: skip


@pytest.fixture
def key() -> KeyPolicy:
    caller = Caller(OWNER, f"arn:aws:iam::{OWNER}:user/admin", "AIDAEXAMPLE")
    return KeyPolicy(SimpleNamespace(caller=caller, description=f"account {OWNER}"), RULES, KEY, {})


def test_what_kms_never_lets_other_accounts_do_is_refused(key: KeyPolicy) -> None:
    """KMS stores it without a word, and refuses each call."""
    before = default_policy(KEY)
    wanted = merge_statements(before, [ADMINS])
    with pytest.raises(PolicyError) as raised:
        key.look_before_write(before, wanted, print)
    said = str(raised.value)
    assert f"in account {OWNER}: Xacctadmins allows kms:PutKeyPolicy to arn:aws:iam::{OTHER}:root. " in said
    assert f"to principals of account {OWNER} in an entry of their own" in said


def test_what_is_there_already_keeps_nothing_else_from_being_written(key: KeyPolicy) -> None:
    before = merge_statements(default_policy(KEY), [{**ADMINS, "Sid": "Theirs"}])
    key.look_before_write(before, merge_statements(before, [{**ADMINS, "Action": "kms:Decrypt"}]), print)
