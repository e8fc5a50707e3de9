# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong between trusts on the same bucket, whatever their methods."""

from __future__ import annotations

from ...._policy.language.documents import new_document
from ...._policy.language.sizes import policy_size
from ...._services.s3_bucket.rules import RULES, bucket_statements
from ...declaration.directory import Account
from ...declaration.problems import Problems, some_of
from ...declaration.trust import Trust
from ..related_trusts import trusts_by_resource
from .access_spec import BucketAccessSpec


def check_buckets(trusts: list[Trust], problems: Problems) -> None:
    """Find two owners of one bucket, grants in ACLs that one trust takes from another, policies that cannot fit."""
    trusts = [trust for trust in trusts if isinstance(trust.spec, BucketAccessSpec)]
    accounts = {
        trust.spec.resource_in(account): (trust.spec.bucket_in(account), account)
        for trust in trusts
        for account in trust.trusting
    }
    for resource, sharing in sorted(trusts_by_resource(trusts).items()):
        bucket, account = accounts[resource]
        _check_owner(bucket, sharing, problems)
        _check_ownership(bucket, [t for t in sharing if t.method == "bucket_acl" and t.present], problems)
        _check_taken_back(bucket, [t for t in sharing if t.method.endswith("_acl")], problems)
        _check_size(bucket, account, [t for t in sharing if t.method == "bucket" and t.present], problems)


def _check_owner(bucket: str, sharing: list[Trust], problems: Problems) -> None:
    owners = {
        trust.spec.owner_in(account)
        for trust in sharing
        for account in trust.trusting
        if trust.spec.bucket_in(account) == bucket
    }
    if len(owners) > 1:
        problems.add(
            f"trusts {_names(sharing)}",
            f"the bucket {bucket} has {len(owners)} owners by them ({some_of(owners)})",
            "a bucket belongs to one account: name that one in trusting (or in object_acl.bucket_owner)",
        )


def _check_ownership(bucket: str, trusts: list[Trust], problems: Problems) -> None:
    said = {trust.spec.object_ownership for trust in trusts} - {""}
    if len(said) > 1:
        problems.add(
            f"trusts {_names(trusts)}",
            f"they declare different values for bucket_acl.object_ownership of {bucket} ({some_of(said)})",
            "declare it in one of them, or the same in both",
        )


def _check_taken_back(bucket: str, trusts: list[Trust], problems: Problems) -> None:
    """An ACL does not say whose a grant is, so a trust that goes would take it from one that stays."""
    for gone in (trust for trust in trusts if not trust.present):
        for kept in (trust for trust in trusts if trust.present and trust.method == gone.method):
            same = gone.trusted.account_id == kept.trusted.account_id
            same = same and gone.spec.permission == kept.spec.permission
            if same and (gone.method == "bucket_acl" or gone.spec.scope.overlaps(kept.spec.scope)):
                problems.add(
                    f"trusts {_names([gone, kept])}",
                    f"one takes {gone.spec.permission} of {bucket} from the account {gone.trusted.account_id}, "
                    "the other grants it",
                    "an ACL cannot tell them apart: take the absent one out of the list",
                )


def _check_size(bucket: str, account: Account, trusts: list[Trust], problems: Problems) -> None:
    if not trusts:
        return
    entries = [{k: v for k, v in trust.spec.entry(trust).items() if k != "state"} for trust in trusts]
    written = [statement for entry in entries for statement in bucket_statements(entry, bucket, account.partition)]
    size = policy_size(new_document(written), "bytes")
    if size > RULES.limit:
        problems.add(
            f"trusts {_names(trusts)}",
            f"their statements in the policy of {bucket} take {size:,} bytes, a bucket's policy holds {RULES.limit:,}",
            "name whole accounts (root) or organizations instead of many principals, or give a role instead of a grant",
        )


def _names(trusts: list[Trust]) -> str:
    return " and ".join(f"'{trust.name}'" for trust in trusts)
