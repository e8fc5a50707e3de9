# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ``bucket:`` method of a trust: grants in the bucket's policy for the trusted principals."""

from __future__ import annotations

import fnmatch
import functools
from collections.abc import Mapping
from dataclasses import dataclass

from ...._expectations.proof_calls import BUCKET_ACTIONS
from ...._options.bucket_grant import ARGUMENT_SPEC, check
from ...._options.module_options import ModuleOptions
from ...._policy.kms.required_access import S3_ACTIONS, taken_on_key
from ...._policy.s3.actions import ACCESS, Access
from ...._services.s3_bucket.statements import bucket_arn, granted_actions, object_arns
from ...declaration.directory import Account
from ...declaration.problems import Problems, some_of
from ...declaration.trust import Trust
from ...declaration.values import read_boolean, read_mapping, read_text, read_texts, read_values
from ..base import Declared, Method, operation
from ..planned_module import PlannedModule
from .access_spec import (
    KMS_KEY,
    BucketAccessSpec,
    Scope,
    check_bucket,
    check_keys,
    check_mapping,
    check_trusted_side,
    statement,
)
from .expectations import s3_expectations

# What an entry of xacct_bucket_grant takes; handed over as declared, when declared.
_GRANT_OPTIONS = {
    "access": read_text,
    "actions": read_texts,
    "prefixes": read_texts,
    "organizations": read_texts,
    "source_ips": read_texts,
    "source_vpces": read_texts,
    "require_tls": read_boolean,
    "not_after": read_text,
    "conditions": read_mapping,
}
BUCKET_KEYS = {"name": read_text, **_GRANT_OPTIONS, "kms_key": read_text, "verify_by_writing": read_boolean}


@dataclass(frozen=True)
class BucketPolicyAccessSpec(BucketAccessSpec):
    """``grant`` holds the options of an entry of xacct_bucket_grant, as far as declared."""

    bucket: str
    grant: dict
    kms_key: str
    verify_by_writing: bool

    @property
    def prefixes(self) -> list[str]:
        return list(self.grant.get("prefixes", []))

    @functools.cached_property
    def actions(self) -> Access:
        """What the trusted principals may do, on objects and on the bucket."""
        return granted_actions(self.grant)

    @property
    def rights(self) -> Mapping[str, Scope]:
        """What is granted of the calls that a proof makes, below the declared prefixes."""
        scope = Scope(tuple(self.prefixes) or ("",))
        return {call: scope for call, action in BUCKET_ACTIONS.items() if self.allows(action.lower())}

    def allows(self, action: str) -> bool:
        """Whether an action (lowercase) is granted."""
        granted = (*self.actions.objects, *self.actions.bucket)
        return any(fnmatch.fnmatchcase(action, pattern.lower()) for pattern in granted)

    @property
    def depends_on(self) -> list[str]:
        """Conditions on where a call comes from; TLS is the local AWS's only problem."""
        named = ("source_ips", "source_vpces", "require_tls", "conditions")
        return [name for name in named if self.grant.get(name)]

    @property
    def not_after(self) -> str:
        return str(self.grant.get("not_after", ""))

    @property
    def key_actions(self) -> list[str]:
        """What reading and writing objects takes on the KMS key that encrypts them."""
        return taken_on_key(S3_ACTIONS, lambda action: self.allows(action.lower()))

    def statements_in(self, bucket: str, partition: str) -> dict[str, dict]:
        """The same actions on the same keys as the bucket's policy allows."""
        actions, found = self.actions, {}
        if actions.objects:
            found[""] = statement(actions.objects, object_arns(bucket, self.prefixes, partition))
        if actions.bucket:
            found["bucket"] = statement(actions.bucket, [bucket_arn(bucket, partition)], self.prefixes)
        if self.kms_key and self.key_actions:
            found["key"] = statement(self.key_actions, [self.kms_key])
        return found

    def entry(self, trust: Trust) -> dict:
        """The entry of xacct_bucket_grant for a trust."""
        if not trust.present:
            return {"name": trust.name, "state": "absent"}
        return {"name": trust.name, "state": "present", "principals": trust.trusted.policy_principals, **self.grant}


def read_bucket_method(declaration: Declared, problems: Problems) -> BucketPolicyAccessSpec | None:
    """Check and read the mapping under ``bucket:``; what is wrong goes to ``problems``."""
    declared, where = declaration.value, declaration.where
    if not check_mapping(declared, "bucket", "{name: BUCKET, access: read}", BUCKET_KEYS, where, problems):
        return None
    values = read_values(declared, "bucket", BUCKET_KEYS, where, problems)
    check_bucket(declared.get("name"), "bucket.name", declaration.trusting, where, problems)
    check_keys(values, "bucket", where, problems, ["prefixes"])
    check_trusted_side(declaration.trusted_side, "bucket", where, problems)
    spec = BucketPolicyAccessSpec(
        bucket=values.get("name") or "name",
        grant={key: values[key] for key in _GRANT_OPTIONS if key in values},
        kms_key=values.get("kms_key", ""),
        verify_by_writing=values.get("verify_by_writing", False),
    )
    if spec.kms_key and not KMS_KEY.fullmatch(spec.kms_key):
        problems.add(
            where,
            f"bucket.kms_key is '{spec.kms_key}'",
            "the ARN of the key is expected, arn:aws:kms:REGION:ACCOUNT:key/ID: other accounts can't use an alias",
        )
    granted = spec.grant["access"] in ACCESS if "access" in spec.grant else spec.grant.get("actions")
    if granted and spec.verify_by_writing and not (spec.allows("s3:putobject") and spec.allows("s3:deleteobject")):
        problems.add(
            where,
            "bucket.verify_by_writing needs s3:PutObject and s3:DeleteObject to be granted",
            "the proof deletes the object that it puts: leave it out, or use access: write",
        )
    unread = [key for key in ("access", "actions") if declared.get(key) is not None and key not in values]
    return None if unread else spec


def bucket_operations(trusts: list[Trust], account: Account) -> list[dict]:
    """One run of xacct_bucket_grant a bucket, with the grants of all trusts on it: its policy is written once."""
    by_bucket: dict[str, list[Trust]] = {}
    for trust in trusts:
        by_bucket.setdefault(trust.spec.bucket_in(account), []).append(trust)
    return [
        operation(
            "bucket",
            sharing,
            "present" if any(trust.present for trust in sharing) else "absent",
            {
                "bucket": bucket,
                "grants": [trust.spec.entry(trust) for trust in sharing],
                "expected_bucket_owner": account.account_id,
            },
        )
        for bucket, sharing in by_bucket.items()
    ]


def bucket_notes(trust: Trust, _sharing: list[Trust]) -> list[str]:
    """What the plan does with a bucket's policy in a way that the user may not expect."""
    trusted, spec, notes = trust.trusted, trust.spec, []
    groups = [principal.spelling for principal in trusted.principals if principal.kind == "group"]
    if groups:
        notes.append(
            f"a bucket's policy cannot name {some_of(groups)}: that of {spec.bucket} names the whole account of "
            f"{trusted.account_label}, and the policies there narrow it"
        )
    if any(principal.kind == "root" for principal in trusted.principals):
        notes.append(
            f"{spec.bucket} lets the whole account in: {trusted.account_label} decides with its own IAM policies "
            "who may use it, nothing is applied there"
        )
    if spec.kms_key and spec.key_actions:
        notes.append(
            f"the policy of {spec.kms_key} has to allow {' and '.join(spec.key_actions)} to "
            f"{', '.join(trusted.policy_principals)} as well: this trust does not write it"
        )
    return notes


METHOD = Method(
    read=read_bucket_method,
    operations=bucket_operations,
    expectations=s3_expectations,
    notes=bucket_notes,
    label="bucket {bucket}".format_map,
    keys=BUCKET_KEYS,
    module=PlannedModule(
        ModuleOptions(ARGUMENT_SPEC, check),
        "bucket",
        "grants",
        names={"bucket": "bucket.name", "principals": "trusted.principals"},
    ),
)
