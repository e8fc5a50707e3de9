# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects, messages and secrets that are encrypted with a key of KMS: their service asks for it in the caller's name.

Sources for topics, queues and secrets: what their rules say of keys (in ``_services``). For objects: S3 User Guide,
"Using server-side encryption with AWS KMS keys": reading takes kms:Decrypt, writing kms:GenerateDataKey. The key of a
bucket's default encryption is its owner's.
"""

from __future__ import annotations

from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import KEY_POLICY
from ansible_collections.xacct.aws.plugins.module_utils._policy.s3.actions import aws_key_policy

from . import key_grants, store
from .calls import Call
from .doors import Question
from .errors import Refusal
from .identities import Caller
from .judgement import Target, because, decide

ALGORITHM = "aws:kms"
READS = ("GetObject", "HeadObject")
HEADER, KEY_HEADER = "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id"


def demand_key(call: Call, bucket, key, key_name: str) -> None:
    """Refuse a call for whose object the caller may not use the key. `key` is moto's object, None for a new one."""
    question = key_question(call, bucket, key, key_name)
    if question is None:
        return
    decision = decide(call.caller, question.action, question.target, call.circumstances, question.context)
    if not decision.allowed:
        text = (
            f"User: {call.caller.arn} is not authorized to perform: {question.action} on resource: "
            f"{question.target.arn}{because(question.action, decision)}"
        )
        raise Refusal("AccessDenied", text, 403)


def key_question(call: Call, bucket, key, key_name: str) -> Question | None:
    """What has to be allowed on a key for this call, None where no key of KMS is in use."""
    if call.operation.name in READS:
        if key is None or key.encryption != ALGORITHM:
            return None
        action, name = "kms:Decrypt", key.kms_key_id
    else:
        default = ((bucket.encryption or {}).get("Rule") or {}).get("ApplyServerSideEncryptionByDefault") or {}
        if call.request.headers.get(HEADER, default.get("SSEAlgorithm")) != ALGORITHM:
            return None
        action, name = "kms:GenerateDataKey", call.request.headers.get(KEY_HEADER, default.get("KMSMasterKeyID"))
    target = key_target(call, name, bucket)
    context = {
        "kms:ViaService": f"s3.{bucket.region_name}.amazonaws.com",
        "kms:CallerAccount": call.account,
        "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket.name}/{key_name}",
        "aws:ViaAWSService": "true",
    }
    return Question(action, target, context)


def key_questions(
    call: Call, resource: Target, region: str, name: str | None, actions: tuple[str, ...]
) -> list[Question]:
    """What has to be allowed on the key of another resource; without a name it is AWS's own one for its service."""
    service = resource.arn.split(":")[2]
    if not name or name.startswith("alias/aws/") or ":alias/aws/" in name:
        arn = f"arn:aws:kms:{region}:{resource.account}:key/aws-{service}"
        target = Target(arn, resource.account, aws_key_policy(resource.account, region, service), KEY_POLICY)
    else:
        target = known_key(call.caller, name, resource.account, region)
    context = {
        "kms:ViaService": f"{service}.{region}.amazonaws.com",
        "kms:CallerAccount": call.account,
        "aws:ViaAWSService": "true",
    }
    return [Question(action, target, context) for action in actions]


def key_target(call: Call, name: str | None, bucket) -> Target:
    """A key by ID, ARN or alias; without a name it is AWS's own one of the account."""
    account, region = bucket.account_id, bucket.region_name
    if not name:
        arn = f"arn:aws:kms:{region}:{account}:key/aws-s3"
        return Target(arn, account, aws_key_policy(account, region), KEY_POLICY)
    return known_key(call.caller, name, account, region)


def known_key(caller: Caller, name: str, account: str, region: str) -> Target:
    """A key as a resource names it, by ID, ARN or alias. Refuses one that is not there."""
    if name.startswith("arn:"):
        region, account, name = name.split(":", 5)[3:]
    keys = store.backend("kms", account, region).keys
    name = next((key.id for key in keys.values() if name in key.aliases), name.removeprefix("key/"))
    if name not in keys:
        raise Refusal("KMS.NotFoundException", f"Key 'arn:aws:kms:{region}:{account}:key/{name}' does not exist", 400)
    return Target(
        f"arn:aws:kms:{region}:{account}:key/{name}",
        account,
        key_grants.policy_with_grants(keys[name]),
        KEY_POLICY,
        granted=key_grants.granted_to(keys[name], caller),
    )
