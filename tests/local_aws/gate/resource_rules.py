# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What queues, topics, keys, secrets and functions take for a policy, before moto stores it.

Sources: SQS Developer Guide, "Quotas related to policies"; SNS API Reference, SetTopicAttributes; KMS Developer Guide,
"Key policies"; Secrets Manager User Guide, "Resource-based policies"; Lambda API Reference, AddPermission.
"""

from __future__ import annotations

from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import compile_policy
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import KEY_POLICY

from .calls import Call
from .document_rules import (
    KMS_WORDING,
    SECRETS_WORDING,
    SNS_WORDING,
    SQS_WORDING,
    Malformed,
    check_principals,
    check_unique_sids,
    checked,
    listed,
    principals_of,
    statements,
)
from .errors import Refusal
from .judgement import Target, decide

QUEUE_BYTES, QUEUE_STATEMENTS, QUEUE_PRINCIPALS, QUEUE_ACTIONS = 8192, 20, 50, 7
TOPIC_BYTES, TOPIC_STATEMENTS = 30 * 1024, 100
KEY_BYTES = 32 * 1024
SECRET_CHARACTERS = 20480


def queue_policy(call: Call) -> Call:
    """The attribute Policy of CreateQueue and SetQueueAttributes."""
    attributes = call.fields.get("Attributes")
    if isinstance(attributes, dict):
        text = attributes.get("Policy")
        return call.with_fields(Attributes={**attributes, "Policy": _queue_stored(text)}) if text else call
    # Until botocore 1.34 spoke the query protocol to SQS: Attribute.1.Name=Policy&Attribute.1.Value=…
    named = next((name for name, value in call.fields.items() if name.endswith(".Name") and value == "Policy"), None)
    value = f"{named.removesuffix('.Name')}.Value" if named else ""
    text = call.fields.get(value)
    return call.with_fields(**{value: _queue_stored(text)}) if text else call


def _queue_stored(text: str) -> str:
    stored = checked(text, SQS_WORDING, _queue_rules)
    if len(text.encode()) > QUEUE_BYTES:
        raise Refusal("InvalidAttributeValue", "Invalid value for the parameter Policy. Reason: policy is too long.")
    return stored


def _queue_rules(document: dict) -> None:
    check_unique_sids(document)
    check_principals(document)
    principals = sum(1 for statement in statements(document) for _each in principals_of(statement))
    actions = max(len(listed(statement.get("Action", []))) for statement in statements(document))
    if len(statements(document)) > QUEUE_STATEMENTS or principals > QUEUE_PRINCIPALS or actions > QUEUE_ACTIONS:
        raise Malformed("syntax", "Invalid value for the parameter Policy.")


def topic_policy(call: Call) -> Call:
    """The attribute Policy of SetTopicAttributes."""
    if call.operation.name != "SetTopicAttributes" or call.text("AttributeName") != "Policy":
        return call
    text, arn = call.text("AttributeValue"), call.text("TopicArn")

    def rules(document: dict) -> None:
        check_unique_sids(document)
        check_principals(document)
        if len(statements(document)) > TOPIC_STATEMENTS or len(text.encode()) > TOPIC_BYTES:
            raise Malformed("syntax", "Invalid parameter: Policy too long")
        for statement in statements(document):
            if listed(statement.get("Resource")) != [arn]:
                raise Malformed("syntax", "Invalid parameter: Policy statement resource must be the topic")
            for action in listed(statement.get("Action", [])):
                if not action.lower().startswith("sns:") or action == "sns:*":
                    raise Malformed("syntax", "Invalid parameter: Policy statement action out of service scope!")

    return call.with_fields(AttributeValue=checked(text, SNS_WORDING, rules))


def key_policy(call: Call, arn: str | None) -> Call:
    """The policy of CreateKey and PutKeyPolicy, which must not lock the caller out."""
    text = call.text("Policy")
    if call.operation.name not in ("CreateKey", "PutKeyPolicy") or not text:
        return call
    stored = checked(text, KMS_WORDING, check_principals)
    if len(text.encode()) > KEY_BYTES:
        raise Refusal("LimitExceededException", "The key policy exceeds the maximum size")
    if not call.fields.get("BypassPolicyLockoutSafetyCheck"):
        own = Target(arn or f"arn:aws:kms:{call.region}:{call.account}:key/new", call.account, stored, KEY_POLICY)
        context = {"kms:CallerAccount": call.account}
        if not decide(call.caller, "kms:PutKeyPolicy", own, call.circumstances, context).allowed:
            text = "The new key policy will not allow you to update the key policy in the future."
            raise Refusal("MalformedPolicyDocumentException", text)
    return call.with_fields(Policy=stored)


def secret_policy(call: Call) -> Call:
    """The policy of PutResourcePolicy."""
    if call.operation.name != "PutResourcePolicy":
        return call
    text = call.text("ResourcePolicy")
    stored = checked(text, SECRETS_WORDING, check_principals)
    if len(text) > SECRET_CHARACTERS:
        raise Refusal("InvalidParameterException", "The resource policy is too long")
    if call.fields.get("BlockPublicPolicy") and compile_policy(stored).is_public:
        raise Refusal("PublicPolicyException", "The resource policy grants public access to the secret")
    return call.with_fields(ResourcePolicy=stored)
