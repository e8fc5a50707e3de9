# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What S3 takes for a bucket policy, and how it stores one.

Source: S3 User Guide, "Bucket policies for Amazon S3", "Actions, resources, and condition keys for Amazon S3".
"""

from __future__ import annotations

import json
import re

from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import compile_policy

from .document_rules import (
    S3_WORDING,
    Malformed,
    check_principals,
    check_unique_sids,
    checked,
    listed,
    parsed,
    statements,
)
from .errors import Refusal
from .object_acls import public_access_block

POLICY_BYTES = 20 * 1024
_OBJECT_ACTION = re.compile(
    r"s3:(get|put|delete|restore|replicate)object(?!lockconfiguration).*|s3:abortmultipartupload|"
    r"s3:listmultipartuploadparts|s3:bypassgovernanceretention|s3:initiatereplication|s3:objectowneroverridetobucketowner"
    r"|s3:updateobjectencryption"
)
_ACCOUNT_ACTIONS = {"s3:listallmybuckets", "s3:createbucket"}


def stored_policy(text: str, bucket) -> str:
    """A bucket policy as S3 stores it; refuses what S3 refuses."""
    if len(text.encode()) > POLICY_BYTES:
        raise Refusal("PolicyTooLarge", "Policy exceeds the maximum allowed document size.")

    def rules(document: dict) -> None:
        check_unique_sids(document)
        check_principals(document)
        for statement in statements(document):
            check_resources(statement, bucket.name)

    stored = checked(text, S3_WORDING, rules)
    if public_access_block(bucket)["block_public_policy"] and compile_policy(stored).is_public:
        message = "public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
        raise Refusal("AccessDenied", f"Access Denied: {message}", 403)
    return json.dumps(scalars(parsed(stored)), separators=(",", ":"))


def check_resources(statement: dict, bucket: str) -> None:
    """The resources are of this bucket, and every action has one that it applies to."""
    if ("Resource" in statement) == ("NotResource" in statement):
        raise Malformed("syntax", "Missing required field Resource")
    resources = listed(statement.get("Resource", statement.get("NotResource")))
    arn = f"arn:aws:s3:::{bucket}"
    for resource in resources:
        name = str(resource).removeprefix("arn:aws:s3:::").partition("/")[0]
        if not str(resource).startswith("arn:aws:s3:::") or not _may_match(name, bucket):
            raise Malformed("syntax", "Policy has invalid resource")
    if "Resource" not in statement or "Action" not in statement:
        return
    for action in listed(statement["Action"]):
        lowered = action.lower()
        if "*" in lowered or "?" in lowered:
            continue
        if not lowered.startswith(("s3:", "s3express:")) or lowered in _ACCOUNT_ACTIONS:
            raise Malformed("syntax", "Policy has invalid action")
        for_objects = bool(_OBJECT_ACTION.fullmatch(lowered))
        if not any(("/" in resource[len("arn:aws:s3:::") :] or resource.endswith("*")) if for_objects
                   else _may_match(resource, arn) for resource in resources):  # fmt: skip
            raise Malformed("syntax", "Action does not apply to any resource(s) in statement")


def _may_match(pattern: str, text: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(re.sub(r"\\\$\\\{[^}]*\\\}", ".*", expression), text) is not None


def scalars(value: object, key: str = "") -> object:
    """A document with lists of one item as that item, which is how S3 shows them; the list of statements stays."""
    if isinstance(value, dict):
        return {name: scalars(item, name) for name, item in value.items()}
    if isinstance(value, list):
        items = [scalars(item) for item in value]
        return items[0] if len(items) == 1 and key != "Statement" else items
    return value
