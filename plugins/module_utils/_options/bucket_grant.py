# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of `xacct_bucket_grant`, everything that is wrong with them, and what they declare.

Pure. Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .._policy.language.principals import is_account_id
from .._services.s3_bucket.rules import BUCKET_GRANT_OPTIONS, RULES, bucket_statements, check_bucket_grants
from .bucket_names import bucket_name_error
from .declared_grants import GRANT_LIST_ARGUMENTS, GRANT_STATE, DeclaredGrants, check_grant_list, declare

ARGUMENT_SPEC = {
    "bucket": {"type": "str", "required": True},
    "grants": {"type": "list", "elements": "dict", "options": {**BUCKET_GRANT_OPTIONS, **GRANT_STATE}},
    "expected_bucket_owner": {"type": "str"},
    **GRANT_LIST_ARGUMENTS,
}


def declared_grants(params: Mapping, partition: str) -> DeclaredGrants:
    """Return what the options declare; without `grants`, `state: absent` takes all own statements away.

    Raises `PolicyError` for what is wrong with it.
    """
    return declare(params, RULES.sids, lambda grant: bucket_statements(grant, params["bucket"], partition))


def check(params: Mapping) -> list[str]:
    """Return every error in the options, each naming its option."""
    return [
        *_check_bucket(params),
        *check_grant_list(params, lambda grants: check_bucket_grants(grants, params["allow_public"])),
    ]


def _check_bucket(params: Mapping) -> Iterator[str]:
    error = bucket_name_error(params["bucket"])
    if error:
        yield f"bucket: {error}"
    owner, account_id = params.get("expected_bucket_owner"), params.get("expected_account_id")
    if owner is not None and not is_account_id(owner):
        yield f"expected_bucket_owner: {owner!r} is not an account ID: its 12 digits, in quotes"
    elif owner and account_id and owner != account_id:
        yield (
            f"expected_bucket_owner: only the owner's own credentials get at a bucket's policy, but the owner must be "
            f"{owner} and the credentials must belong to {account_id} (expected_account_id)"
        )
