# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""S3 buckets: not one of the types of `xacct_resource_grant`, since grants on them have prefixes (`statements.py`).

Sources: S3 User Guide, "Bucket policies" (20 KB; no quota that can be raised) and "Bucket naming rules"; S3 API
Reference, "Error responses"; service authorization reference, "Amazon S3".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ..._policy.kms.required_access import S3_ACTIONS
from ..._policy.language.documents import ascii_lower
from ..._policy.language.principals import parse_arn
from ..._policy.s3.actions import ACCESS, NOT_AN_ACTION
from ..._policy.statements.condition_options import Piece, as_list
from ..._policy.statements.grant_sids import part_sid
from ..._policy.statements.own_statements import SidAlphabet
from ..._policy.statements.resource import RESOURCE_GRANT_OPTIONS, check_resource_grants, resource_statement
from ..._policy.statements.service_rules import Granted, ServiceRules
from .statements import bucket_arn, check_prefixes, listing_pieces, two_statements

_ITSELF = "bucket"
_ACTION = re.compile(r"\*|s3:[A-Za-z0-9*?]+", re.IGNORECASE)
_OTHER_SERVICE = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+")


class Bucket(ServiceRules):
    """What the policy of a bucket may say."""

    type = "bucket"
    title = "bucket"
    service = "s3"
    name = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
    name_words = "3 to 63 of a-z 0-9 . -, a letter or digit at both ends"
    needs_account = False
    access = {word: Granted((*actions.objects, *actions.bucket)) for word, actions in ACCESS.items()}
    alphabet = SidAlphabet.FREE
    parts = (_ITSELF,)
    limit = 20 * 1024
    own_account_only = ("s3:deletebucketpolicy", "s3:getbucketpolicy", "s3:putbucketpolicy")
    # The root user may always delete the policy, with a key that few accounts have.
    control = ("s3:PutBucketPolicy", "s3:DeleteBucketPolicy")
    principals_never = {
        "canonical": "S3 stores a canonical user ID as the ARN of what it stands for; name the account ID, or for a "
        "CloudFront origin access identity arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ID",
        "oidc": "S3 knows no federated users; name the role that they assume",
        "saml": "S3 knows no federated users; name the role that they assume",
        "unique_id": "a unique id stands for a principal that was deleted or cannot be seen; name its ARN",
    }
    conditions = ("organizations", "source_ips", "source_vpces", "require_tls", "not_after", "conditions")
    grant_options = {"prefixes": {"type": "list", "elements": "str"}}
    asks_for_sources = False
    key_actions = S3_ACTIONS
    encryption_context = "aws:s3:arn"
    invalid_principal = {"MalformedPolicy": "invalid principal"}
    passing_codes = ("NoSuchBucket", "OperationAborted", "SlowDown")
    without_verdict = {
        "SlowDown": "S3 throttled the call",
        "NoSuchBucket": "there is no such bucket",
        "NoSuchKey": "the object is not there any more",
    }

    def wrong_with_action(self, action: object, _allows: bool) -> str | None:
        """Return what is wrong with an action: S3 accepts no call for an action, in no effect."""
        if not isinstance(action, str) or not _ACTION.fullmatch(action):
            other = isinstance(action, str) and _OTHER_SERVICE.fullmatch(action)
            reason = "not one of S3, and a bucket's policy takes no other" if other else "not an action"
            return f"{action!r} is {reason}; write s3:GetObject or s3:Get*, for instance"
        right = NOT_AN_ACTION.get(ascii_lower(action))
        return f"{action} is a call whose permission is {right}" if right else None

    def more_conditions(self, grant: Mapping) -> Iterator[Piece]:
        """Yield what narrows listing to the prefixes."""
        return listing_pieces(grant)

    def check(self, grant: Mapping) -> Iterator[str]:
        """Yield what is wrong with the prefixes of an entry."""
        given = [] if "access" in grant else as_list(grant.get("actions") or [])
        return check_prefixes(grant, [action for action in given if self.wrong_with_action(action, True) is None])

    def split(self, grant: Mapping, statement: dict) -> list[dict]:
        """Return the statement on objects and that on the bucket, as far as there are actions for them."""
        return two_statements(grant, statement, part_sid(statement["Sid"], _ITSELF, self.alphabet))


RULES = Bucket()

BUCKET_GRANT_OPTIONS: dict[str, dict] = {
    **{
        name: spec
        for name, spec in RESOURCE_GRANT_OPTIONS.items()
        if name in ("name", "effect", "principals", "actions", *RULES.conditions)
    },
    "access": {"type": "str", "choices": list(ACCESS)},
    **RULES.grant_options,
}
"""The options of one entry by name, each with its piece of an argument spec."""


def bucket_statements(grant: Mapping, bucket: str, partition: str = "aws") -> list[dict]:
    """Return the statements of one entry, that on objects first; raise :class:`PolicyError` with all that is wrong.

    ``partition`` is where the bucket and a bare account ID are.
    """
    return RULES.split(grant, resource_statement(grant, RULES, parse_arn(bucket_arn(bucket, partition))))


def check_bucket_grants(grants: Sequence[Mapping], allow_public: bool = False) -> list[str]:
    """Return everything that is wrong with a list of entries, each error with the name of its entry in front."""
    return check_resource_grants(grants, RULES, allow_public)
