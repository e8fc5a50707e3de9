#!/usr/bin/python
# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of `xacct_account_info`; `module_utils/_operations/account_info.py` does it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: xacct_account_info
short_description: Say which account a connection leads to
version_added: 0.1.0
author:
  - xacct.aws contributors (@xacct)
description:
  - Says who the connection is, which account it belongs to, and what that account's canonical ID is, by which access
    control lists of S3 name it. No account can be asked for the canonical ID of another one.
extends_documentation_fragment:
  - xacct.aws.connection
  - xacct.aws.attributes
attributes:
  check_mode:
    description:
      - Changes nothing.
  diff_mode:
    support: N/A
    description:
      - Changes nothing, so there is nothing to show.
options:
  canonical_id:
    description: Whether to ask for the canonical ID as well, which takes a call to S3.
    type: bool
    default: true
seealso:
  - module: xacct.aws.xacct_bucket_acl
  - module: xacct.aws.xacct_object_acl
"""

EXAMPLES = r"""
- name: Ask the platform for its canonical ID
  xacct.aws.xacct_account_info:
    profile: platform
  register: platform

- name: Let it read reports that were written by this account
  xacct.aws.xacct_object_acl:
    profile: customer_a
    bucket: shared-reports
    prefix: reports/
    grants:
      - permission: READ
        canonical_id: "{{ platform.canonical_id }}"
"""

RETURN = r"""
account_id:
  description: The account.
  returned: success
  type: str
  sample: "111111111111"
arn:
  description: The caller.
  returned: success
  type: str
  sample: arn:aws:iam::111111111111:user/deployer
partition:
  description: The partition that the account is in.
  returned: success
  type: str
  sample: aws
canonical_id:
  description: The account's canonical ID. Null when the caller may not list buckets (C(s3:ListAllMyBuckets)).
  returned: success
  type: str
  sample: 79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be
"""

from ansible_collections.xacct.aws.plugins.module_utils._faces import run_module
from ansible_collections.xacct.aws.plugins.module_utils._operations.account_info import OPERATION


def main() -> None:
    """Run the module."""
    run_module(OPERATION)


if __name__ == "__main__":
    main()
