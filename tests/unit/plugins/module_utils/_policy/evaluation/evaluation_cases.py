# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Short ways to put a question to the evaluator."""

from __future__ import annotations

from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import compile_policy
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.evaluate import evaluate
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_principals import request_principal
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import (
    BUCKET_POLICY,
    KEY_POLICY,
    OTHER_RESOURCE,
    ROLE_TRUST,
    ControlPolicies,
    Level,
    Request,
    ResourcePolicy,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.context import UNKNOWN

HERE = "111111111111"
THERE = "222222222222"
ROLE = f"arn:aws:iam::{HERE}:role/app/Reader"
SESSION = f"arn:aws:sts::{HERE}:assumed-role/Reader/monday"
USER = f"arn:aws:iam::{HERE}:user/ann"
FEDERATED = f"arn:aws:sts::{HERE}:federated-user/visitor"
ROOT = f"arn:aws:iam::{HERE}:root"
OIDC = f"arn:aws:iam::{THERE}:oidc-provider/token.actions.githubusercontent.com"

session = request_principal(SESSION, parent_arn=ROLE, unique_id="AROAEXAMPLEREADER01")
role = request_principal(ROLE, unique_id="AROAEXAMPLEREADER01")
user = request_principal(USER, unique_id="AIDAEXAMPLEANN00001")
federated = request_principal(FEDERATED, parent_arn=USER)
root = request_principal(ROOT)
anonymous = request_principal("*")
service = request_principal("service:sns.amazonaws.com")
web = request_principal(f"oidc:{OIDC}")

QUEUE = "arn:aws:sqs:eu-west-1:{}:jobs"
KINDS = {"sts": ROLE_TRUST, "kms": KEY_POLICY, "s3": BUCKET_POLICY}


def allow(actions="*", resources="*", **elements):
    return _statement("Allow", actions, resources, elements)


def deny(actions="*", resources="*", **elements):
    return _statement("Deny", actions, resources, elements)


def _statement(effect, actions, resources, elements):
    statement = {"Effect": effect, "Action": actions}
    if resources is not None:
        statement["Resource"] = resources
    return {**statement, **elements}


def policy(*statements, name="", version="2012-10-17"):
    return compile_policy({"Version": version, "Statement": list(statements)}, name)


def levels(*documents, management=False):
    """Return control policies with one policy a level: the root's, the unit's, the account's."""
    names = ("r-root", "ou-unit", "account")
    made = tuple(
        Level(name, document if document is UNKNOWN else (document,))
        for name, document in zip(names, documents, strict=False)
    )
    return ControlPolicies(made, management)


def ask(principal=session, action="sqs:SendMessage", resource=None, account=HERE, **inputs):
    """Return the decision; `resource_policy` is statements, or what `ResourcePolicy` takes as a policy."""
    given = inputs.pop("resource_policy", None)
    if "identity" in inputs:
        inputs["identity_policies"] = tuple(policy(statement) for statement in inputs.pop("identity"))
    if given is not None:
        if isinstance(given, dict):
            given = policy(given)
        elif isinstance(given, (list, tuple)):
            given = policy(*given)
        kind = KINDS.get(action.partition(":")[0], OTHER_RESOURCE)
        inputs["resource_policy"] = ResourcePolicy(kind, given)
    return evaluate(Request(principal, action, resource or QUEUE.format(account), account, **inputs))


def answer(*arguments, **inputs):
    return ask(*arguments, **inputs).answer
