# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the options of xacct_identity_grant, all of it in one go."""

from __future__ import annotations

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._options.identity_grant import (
    ARGUMENT_SPEC,
    check,
    policy_names,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.identity_names import parse_identity

BACKUP = {"name": "backup", "assume_roles": ["arn:aws:iam::222222222222:role/XacctBackup"]}
READ = {"name": "read", "actions": ["s3:GetObject"], "resources": ["*"]}
GONE = {"name": "backup", "state": "absent"}


def params(**options: object) -> dict:
    validation = ArgumentSpecValidator(ARGUMENT_SPEC).validate({"principal": "role/R", **options})
    assert not validation.error_messages, validation.error_messages
    return validation.validated_parameters


BAD: list[tuple[dict, str]] = [
    ({"principal": "R", "grants": [BACKUP]}, "'R' is not a user, group or role: write role/NAME"),
    ({"principal": "root", "grants": [BACKUP]}, "is not a user, group or role"),
    ({"principal": "arn:aws:iam::111111111111:root", "grants": [BACKUP]}, "is not a user, group or role"),
    ({"principal": "arn:aws:sts::111111111111:assumed-role/R/S", "grants": [BACKUP]}, "is not a user, group or role"),
    ({"principal": "role/aws-reserved/sso.amazonaws.com/R", "grants": [BACKUP]}, "belongs to AWS"),
    ({"policy_name": "a/b", "grants": [BACKUP]}, "'a/b' is not a policy's name"),
    ({"policy_name": "x" * 125, "via": "managed", "grants": [BACKUP]}, "at most 120 characters"),
    ({}, "grants: nothing is declared"),
    ({"grants": []}, "grants: nothing is declared"),
    ({"grants": [BACKUP, READ, BACKUP]}, "backup: two entries have this name"),
    ({"grants": [BACKUP, GONE]}, "backup: two entries have this name"),
    ({"grants": [{"name": "a"}]}, "a: actions is empty"),
    ({"grants": [{"name": "a", "actions": ["GetObject"], "resources": ["*"]}]}, "'GetObject' is not an action"),
    ({"grants": [{**READ, "actions": ["s3:GetObjet"]}]}, "read: actions: there is no action s3:GetObjet; did you mean"),
    ({"grants": [{**READ, "actions": ["s3:ListObjectsV2"]}]}, "is a call; its permission is s3:ListBucket"),
    ({"grants": [{**READ, "actions": ["lamda:Invoke*"]}]}, "there is no service lamda; did you mean lambda:Invoke*?"),
    ({"grants": [{"name": "a", "actions": ["s3:*"], "resources": ["bucket"]}]}, "'bucket' is not an ARN"),
    ({"grants": [{**BACKUP, "actions": ["s3:*"]}]}, "not together with assume_roles"),
    ({"grants": [{"name": "a", "assume_roles": ["XacctBackup"]}]}, "is not the ARN of a role"),
    (
        {"grants": [{**READ, "conditions": {"StringEqual": {"aws:PrincipalTag/team": "a"}}}]},
        "grants: read: conditions: AWS has no condition operator StringEqual; did you mean StringEquals?",
    ),
]


@pytest.mark.parametrize(("options", "message"), BAD, ids=[message for _options, message in BAD])
def test_bad_options(options: dict, message: str) -> None:
    errors = check(params(**options))
    assert any(message in error for error in errors), errors


def test_good_options() -> None:
    for options in ({"grants": [BACKUP, READ]}, {"grants": [GONE]}, {"state": "absent"}, {"purge_grants": True}):
        assert check(params(**options)) == []


def test_all_errors_at_once() -> None:
    errors = check(params(principal="x", policy_name="a b", grants=[{"name": "q"}, {"name": "q"}]))
    assert {error.partition(":")[0] for error in errors} == {"principal", "policy_name", "grants"}


def test_the_names_of_the_two_kinds_of_policies_lead_to_each_other() -> None:
    role = parse_identity("role/app/R")
    both = {"inline": "xacct", "managed": "xacct-role-R"}
    assert policy_names({"policy_name": "xacct"}, role) == both
    assert policy_names({"policy_name": "xacct-role-R"}, role) == both
    assert policy_names({"policy_name": "mine"}, role) == {"inline": "mine", "managed": "mine"}
    long = policy_names({"policy_name": "xacct"}, parse_identity(f"group/{'g' * 128}"))["managed"]
    assert len(long) == 120
