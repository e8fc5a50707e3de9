# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""S3 access points of buckets.

Sources: S3 User Guide, "Configuring IAM policies for using access points" and "Access points restrictions and
limitations" (20 KB); S3 API Reference, PutAccessPointPolicy; service authorization reference, "Amazon S3".
"""

from __future__ import annotations

from collections.abc import Mapping

from ..._policy.language.principals import Arn
from ..._policy.s3.actions import ACCESS
from ..._policy.statements.service_rules import Granted, ServiceRules

_NOT_HERE = "s3:GetBucketLocation"


def _granted(word: str) -> Granted:
    """Return the same as for a bucket's grants, but for what access points do not answer."""
    access = ACCESS[word]
    return Granted(tuple(action for action in (*access.objects, *access.bucket) if action != _NOT_HERE))


class AccessPoint(ServiceRules):
    """S3 access points: what their policies may say."""

    type = "s3_access_point"
    title = "S3 access point"
    service = "s3"
    name = r"(?!.*-s3alias$)[a-z0-9][a-z0-9-]{1,48}[a-z0-9]"
    name_words = "3 to 50 of a-z 0-9 -, a letter or digit at both ends"
    resource = "accesspoint/{name}"
    access = {word: _granted(word) for word in ("list", "read", "write", "read_write")}
    limit = 20 * 1024
    control = ("s3:PutAccessPointPolicy", "s3:DeleteAccessPointPolicy")
    invalid_principal = {"MalformedPolicy": "invalid principal"}
    passing_codes = ("OperationAborted", "SlowDown", "InternalServiceException")
    api = ("GetAccessPointPolicy", "PutAccessPointPolicy", "DeleteAccessPointPolicy")
    to_know = (
        "The words are those of bucket grants, without `s3:GetBucketLocation`.",
        "The bucket's policy has to allow the same, or to leave it to its access points: a grant there to `*` with the "
        "condition `s3:DataAccessPointAccount`.",
        "Access points of other sorts (multi-region, Outposts, Object Lambda, directory buckets) are not managed here.",
    )
    proved = "local AWS"

    def named(self, arn: Arn, _options: Mapping) -> tuple[str, ...]:
        """Return the access point, and the objects behind it."""
        return (str(arn), f"{arn}/object/*")


RULES = AccessPoint()
