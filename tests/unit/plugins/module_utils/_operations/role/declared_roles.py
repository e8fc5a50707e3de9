# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameters of xacct_role as Ansible hands them over, and roles as IAM would show them."""

from __future__ import annotations

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._operations.role.state import RoleState
from ansible_collections.xacct.aws.plugins.module_utils._operations.role.trust import declared_trust
from ansible_collections.xacct.aws.plugins.module_utils._options.role import ARGUMENT_SPEC, MANAGED_BY, MANAGER
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import new_document
from ansible_collections.xacct.aws.plugins.module_utils._resources.role import RoleFacts

OURS = {MANAGED_BY: MANAGER}
BACKUP = {"name": "backup", "principals": ["111111111111"]}
FOREIGN = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": "333333333333"}, "Action": "sts:AssumeRole"}


def params(**options: object) -> dict:
    """The validated parameters of a task with these options; the role is called R unless it has another name."""
    validation = ArgumentSpecValidator(ARGUMENT_SPEC).validate({"name": "R", **options})
    assert not validation.error_messages, validation.error_messages
    return validation.validated_parameters


def trust_of(*trusted: dict) -> dict:
    """The trust policy that these entries make."""
    return declared_trust(params(trusted=list(trusted)), None, "aws").merge(None)


def facts(trust_policy: dict | None = None, **attributes: object) -> RoleFacts:
    """A role R of account 222222222222 that this collection made."""
    values = {
        "arn": "arn:aws:iam::222222222222:role/R",
        "name": "R",
        "path": "/",
        "unique_id": "AROAEXAMPLEEXAMPLE000",
        "create_date": "2026-11-22T00:00:00+00:00",
        "description": "",
        "max_session_duration": 3600,
        "permissions_boundary": None,
        "tags": OURS,
        "trust_policy": trust_policy or trust_of(BACKUP),
    }
    return RoleFacts(**{**values, **attributes})


def state(trust_policy: dict | None = None, **more: object) -> RoleState:
    """The same role as read; what is no part of RoleState is an attribute of the role."""
    of_state = {name: more.pop(name) for name in list(more) if name in RoleState.__dataclass_fields__}
    return RoleState(facts(trust_policy, **more), **of_state)


def foreign_document() -> dict:
    """A trust policy that this collection has nothing in."""
    return new_document([FOREIGN])
