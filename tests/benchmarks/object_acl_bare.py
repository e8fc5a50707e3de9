# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bare minimum that `object_acl.py` is measured against: boto3 in a pool of 16 threads, no Ansible, no safety.

python object_acl_bare.py ENDPOINT ACCESS_KEY BUCKET PREFIX CANONICAL_ID present|absent
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
import botocore.config

THREADS = 16


def main() -> None:
    """Grant READ on every object below a prefix, or take it back: list, read each ACL, write it."""
    endpoint, access_key, bucket, prefix, canonical_id, state = sys.argv[1:]
    s3 = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=access_key,
        aws_secret_access_key="local",
        config=botocore.config.Config(max_pool_connections=THREADS),
    )
    grant = {"Grantee": {"Type": "CanonicalUser", "ID": canonical_id}, "Permission": "READ"}

    def work(key: str) -> None:
        acl = s3.get_object_acl(Bucket=bucket, Key=key)
        grants = [each for each in acl["Grants"] if each["Grantee"].get("ID") != canonical_id]
        if state == "present":
            grants.append(grant)
        s3.put_object_acl(Bucket=bucket, Key=key, AccessControlPolicy={"Owner": acl["Owner"], "Grants": grants})

    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    with ThreadPoolExecutor(THREADS) as pool:
        print(len(list(pool.map(work, (entry["Key"] for page in pages for entry in page["Contents"])))))


if __name__ == "__main__":
    main()
