# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding about the grants of a principal, without a call."""

from __future__ import annotations

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.identity_grant import decide
from ansible_collections.xacct.aws.plugins.module_utils._options.identity_grant import ARGUMENT_SPEC, declared_grants
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import new_document

ROLE = "arn:aws:iam::222222222222:role/XacctBackup"
BACKUP = {"name": "backup", "assume_roles": [ROLE]}
READ = {"name": "read", "actions": ["s3:GetObject"], "resources": ["*"]}
GONE = {"name": "backup", "state": "absent"}
FOREIGN = {"Sid": "Theirs", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
STORED = {"Sid": "Xacctbackup", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE}
STORED_READ = {"Sid": "Xacctread", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def params(**options: object) -> dict:
    validation = ArgumentSpecValidator(ARGUMENT_SPEC).validate({"principal": "role/R", **options})
    assert not validation.error_messages, validation.error_messages
    return validation.validated_parameters


def document(*statements: dict) -> dict | None:
    return new_document(list(statements)) if statements else None


# title: options, the policy as it is, that of the other kind, what changes, the policy as it is to be, the other one
DECISIONS: dict[str, tuple[dict, dict | None, dict | None, list[tuple[str, str]], dict | None, dict | None]] = {
    "first": ({"grants": [BACKUP]}, None, None, [("grants", "backup")], document(STORED), None),
    "again": ({"grants": [BACKUP]}, document(STORED), None, [], document(STORED), None),
    "beside others": (
        {"grants": [BACKUP]}, document(FOREIGN), None, [("grants", "backup")], document(FOREIGN, STORED), None,
    ),
    "another one": (
        {"grants": [READ]}, document(STORED), None, [("grants", "read")], document(STORED, STORED_READ), None,
    ),
    "changed": (
        {"grants": [BACKUP]}, document({**STORED, "Resource": "*"}), None,
        [("grants", "backup")], document(STORED), None,
    ),
    "purged": (
        {"grants": [READ], "purge_grants": True}, document(FOREIGN, STORED), None,
        [("grants", "Xacctbackup"), ("grants", "read")], document(FOREIGN, STORED_READ), None,
    ),
    "taken back": (
        {"grants": [GONE]}, document(FOREIGN, STORED), None, [("grants", "backup")], document(FOREIGN), None,
    ),
    "the last one": ({"grants": [GONE]}, document(STORED), None, [("grants", "backup")], None, None),
    "gone already": ({"grants": [GONE]}, document(FOREIGN), None, [], document(FOREIGN), None),
    "no policy": ({"grants": [GONE]}, None, None, [], None, None),
    "absent, named": (
        {"grants": [BACKUP], "state": "absent"}, document(STORED, STORED_READ), None,
        [("grants", "backup")], document(STORED_READ), None,
    ),
    "absent, all": (
        {"state": "absent"}, document(STORED, FOREIGN, STORED_READ), None,
        [("grants", "Xacctbackup"), ("grants", "Xacctread")], document(FOREIGN), None,
    ),
    "moved": (
        {"grants": [BACKUP]}, None, document(STORED, STORED_READ),
        [("grants", "backup"), ("managed_policies", "backup")], document(STORED), document(STORED_READ),
    ),
    "moved half way": (
        {"grants": [BACKUP]}, document(STORED), document(STORED),
        [("managed_policies", "backup")], document(STORED), None,
    ),
    "moved the other way": (
        {"grants": [BACKUP], "via": "managed"}, None, document(FOREIGN, STORED),
        [("grants", "backup"), ("inline_policy", "backup")], document(STORED), document(FOREIGN),
    ),
    "taken back here, kept there": ({"grants": [GONE]}, None, document(STORED), [], None, document(STORED)),
}  # fmt: skip


@pytest.mark.parametrize("title", DECISIONS)
def test_decision(title: str) -> None:
    options, here, there, changes, new_here, new_there = DECISIONS[title]
    given = params(**options)
    decision = decide(given["via"], declared_grants(given), here, there)
    assert [(change.what, change.name) for change in decision.plan.changes] == changes
    assert decision.here == new_here
    assert decision.there == new_there
    assert decision.writes_here == any(what == "grants" for what, _name in changes)
    assert decision.writes_there == any(what != "grants" for what, _name in changes)
    assert (decision.plan.before == decision.plan.after) is not decision.plan.changed


def test_the_diff_names_the_grants() -> None:
    given = params(grants=[BACKUP])
    plan = decide("inline", declared_grants(given), None, None).plan
    assert plan.before == {}
    assert list(plan.after["inline_policy"]["statements"]) == ["backup"]
