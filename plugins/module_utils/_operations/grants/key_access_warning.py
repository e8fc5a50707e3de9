# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The KMS key of a resource that a grant does not reach: what it has to allow as well, and a warning.

Private to this collection.
"""

from __future__ import annotations

import json

from ..._aws.calls.errors import AwsError
from ..._options.declared_grants import DeclaredGrants
from ..._policy.kms.policy_coverage import not_allowed_yet
from ..._policy.kms.required_access import key_task
from ..._policy.language.comparison import not_held
from ..._policy.language.documents import PolicyError, texts
from ..._policy.language.principals import parse_arn
from ..._policy.statements.service_rules import POLICY
from ..._services.kms_key import KmsKey
from ..._services.registry import ADAPTERS
from ..._services.rules_registry import SERVICES
from ..task import Task


def added_statements(grants: DeclaredGrants, policy: dict | None) -> list[dict]:
    """Return the declared statements that a policy does not hold yet: the others are not spoken of again."""
    return not_held(grants.statements, policy)


def key_access(task: Task, label: str, key: KmsKey, arn: str | None, missing: list[dict], instead: str) -> dict | None:
    """Return what the key has to allow as well, and warn; None when it allows all of it already.

    `arn` is the key's, or that of its alias, None where it was not to be found out. `missing` are the statements for
    its policy; `instead` says what helps when it is AWS's own key of the service.
    """
    if key.is_aws_managed:
        task.warn(
            f"{label} encrypts with the AWS managed key {key.of_service}, which no other account can use: {instead}"
        )
        return {"key": key.name, "statements": [], "task": None}
    unread = None
    try:
        missing = _not_allowed_yet(task, arn, missing)
    except (AwsError, PolicyError) as error:
        unread = str(error)
    if not missing:
        return None
    actions = sorted({action for statement in missing for action in texts(statement["Action"], "Action")})
    options = key_task(arn, missing) if arn else None
    how = (
        f"for which xacct_resource_grant takes {json.dumps(options)}"
        if options
        else "with the statements in key_access; the region of the key could not be determined"
    )
    known = f"whose policy could not be read ({unread})" if unread else "whose policy may not allow it"
    task.warn(
        f"{label} encrypts with the KMS key {arn or key.name}, {known}. The key has to let this grant through as well, "
        f"{how}, and the principals' own policies have to allow {' and '.join(actions)} on the key."
    )
    return {"key": key.name, "statements": missing, "task": options}


def _not_allowed_yet(task: Task, arn: str | None, wanted: list[dict]) -> list[dict]:
    """Return what a key does not certainly allow: all of it where it is another account's. Raises `AwsError`."""
    account, rules = task.account, SERVICES["kms_key"]
    if arn is None or parse_arn(arn).account_id != account.account_id:
        return wanted
    adapter = ADAPTERS[rules.type][POLICY]
    key = adapter.of_arn(account, rules, parse_arn(arn), {})
    return not_allowed_yet(wanted, adapter(account, rules, key, {}).read(), key)
