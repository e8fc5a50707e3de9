# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""S3 buckets: not one of the types of `xacct_resource_grant`, since grants on them have prefixes (`statements.py`).

Sources: S3 User Guide, "Bucket policies" (20 KB; no quota that can be raised) and "Bucket naming rules"; S3 API
Reference, "Error responses"; service authorization reference, "Amazon S3".
"""

from __future__ import annotations

from ..._policy.statements.own_statements import SidAlphabet
from ..._policy.statements.service_rules import ServiceRules

ITSELF = "bucket"
"""What the Sid of a grant's statement on the bucket itself ends with; the other one is on objects."""


class Bucket(ServiceRules):
    """What the policy of a bucket may say."""

    type = "s3_bucket"
    title = "bucket"
    service = "s3"
    needs_account = False
    alphabet = SidAlphabet.FREE
    parts = (ITSELF,)
    limit = 20 * 1024
    # The root user may always delete the policy, with a key that few accounts have.
    control = ("s3:PutBucketPolicy", "s3:DeleteBucketPolicy")
    encryption_context = "aws:s3:arn"
    invalid_principal = {"MalformedPolicy": "invalid principal"}
    passing_codes = ("NoSuchBucket", "OperationAborted", "SlowDown")
    without_verdict = {
        "SlowDown": "S3 was too busy to answer",
        "NoSuchBucket": "there is no such bucket",
        "NoSuchKey": "the object is not there any more",
    }


RULES = Bucket()
