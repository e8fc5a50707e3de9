# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A realistic task for every module, in the account `OWN`, for endpoints that are not AWS."""

from __future__ import annotations

OWN, OTHER = "222222222222", "111111111111"
ROLE = f"arn:aws:iam::{OWN}:role/Backup"
SERVICE = f"arn:aws:iam::{OTHER}:role/Service"
NO_RETRIES = {"retries": {"total_max_attempts": 1}, "connect_timeout": 5, "read_timeout": 5}
WORKER = [{"name": "worker", "principals": [SERVICE]}]
ACTOR = {"account": "other", "principal": "role/Service"}
EXPECTED = {"trust": "backup", "trusting": "own", "actor": ACTOR}


def grant(access: str) -> list[dict]:
    """A grant of a resource."""
    return [{**WORKER[0], "access": access}]


TASKS: dict[str, tuple[str, dict]] = {
    "role": (
        "xacct_role",
        {"name": "Backup", "trusted": WORKER, "tags": {"team": "backup"}, "propagation_timeout": 0},
    ),
    "identity": (
        "xacct_identity_grant",
        {"principal": "role/Service", "grants": [{"name": "backup", "assume_roles": [ROLE]}]},
    ),
    "bucket": ("xacct_bucket_grant", {"bucket": "data", "grants": grant("read"), "propagation_timeout": 0}),
    "bucket ACL": ("xacct_bucket_acl", {"bucket": "data", "canned": "log-delivery-write"}),
    "object ACL": (
        "xacct_object_acl",
        {
            "bucket": "data",
            "keys": ["reports/one", "reports/two"],
            "grants": [{"permission": "READ", "account_id": OTHER}],
            "canonical_ids": {OTHER: "f" * 64},
        },
    ),
    "topic": (
        "xacct_resource_grant",
        {"resource": f"arn:aws:sns:us-east-1:{OWN}:events", "grants": grant("publish"), "propagation_timeout": 0},
    ),
    "key": (
        "xacct_resource_grant",
        {
            "resource": f"arn:aws:kms:us-east-1:{OWN}:key/0b1c2d3e-0000-4000-8000-000000000000",
            "grants": [{**WORKER[0], "actions": ["kms:Decrypt"]}],
            "propagation_timeout": 0,
        },
    ),
    "function": (
        "xacct_resource_grant",
        {
            "resource": f"arn:aws:lambda:us-east-1:{OWN}:function:resize",
            "grants": grant("invoke"),
            "propagation_timeout": 0,
        },
    ),
    "check": (
        "xacct_access_check",
        {
            "principals": [SERVICE],
            "actions": ["sts:AssumeRole"],
            "resources": [ROLE],
            "resource_connection": {},
            "probe": True,
        },
    ),
    "verify": (
        "xacct_verify",
        {
            "expectations": [
                {**EXPECTED, "id": "in", "role_arn": ROLE, "external_id": "declared", "expect": "allowed"},
                {**EXPECTED, "id": "out", "role_arn": ROLE, "expect": "denied"},
                {**EXPECTED, "id": "get", "call": "s3_get", "bucket": "data", "key": "one", "expect": "allowed"},
            ],
            "external_ids": {"backup/own": ["words"]},
            "propagation_timeout": 0,
        },
    ),
    "account": ("xacct_account_info", {}),
    "assume": ("xacct_assume", {"role_arn": ROLE, "session_name": "sweep"}),
}
"""By what they are about: the module, and its options beside those of the connection."""
KNOWN_CALLER = ("topic", "key", "function", "check", "verify")
"""Here the attack begins after GetCallerIdentity, or it would never meet what these are about."""


def attack_on(task: str, attack: str) -> str:
    """The attack as this task is to meet it: the name for the endpoint's path."""
    return f"known-{attack}" if task in KNOWN_CALLER and not attack.startswith("hop-") else attack
