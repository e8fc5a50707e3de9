# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody means who names a resource that can't be granted on here, or names one by something else than its ARN.

Sources: SQS Developer Guide, "Queue and message identifiers" (URLs); SQS endpoints in the AWS General Reference.
"""

from __future__ import annotations

import re

from .._policy.language.principals import Arn

_URL = re.compile(r"https?://([^/]+)/([0-9]{12})/([A-Za-z0-9_.-]+)", re.ASCII)
_HOSTS = (
    re.compile(r"sqs(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?", re.ASCII),
    re.compile(r"(?P<region>[a-z0-9-]+)\.queue\.amazonaws\.com(?:\.cn)?", re.ASCII),
)


def granted_elsewhere(arn: Arn) -> str | None:
    """Return which module grants on what an ARN names, None when none does, or the ARN is none of these."""
    if arn.service == "s3" and not arn.region and not arn.account_id:
        return f"for buckets and their objects there is xacct_bucket_grant, with bucket: {arn.resource.split('/')[0]}"
    if arn.service == "iam" and arn.resource.startswith("role/"):
        return f"who may assume a role is said with xacct_role, name: {arn.resource.rpartition('/')[2]}"
    return None


def arn_of_queue_url(text: str) -> str | None:
    """Return the ARN of the queue that a URL means (REGION where the URL does not say it), None when it means none."""
    match = _URL.fullmatch(text)
    if match is None:
        return None
    host, account_id, name = match.groups()
    region = next((found["region"] for pattern in _HOSTS if (found := pattern.fullmatch(host))), "REGION")
    return f"arn:{_partition(region)}:sqs:{region}:{account_id}:{name}"


def _partition(region: str) -> str:
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(re.match(r"us-gov|[a-z]*", region).group(), "aws")
