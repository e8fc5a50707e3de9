#!/usr/bin/python
# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: xacct_bucket_acl
short_description: Manage what the access control list of an S3 bucket grants
version_added: 0.1.0
description:
  - Adds and takes back grants in the access control list (ACL) of a bucket. Other grants and the owner's full control
    are left alone, also when several runs write the ACL at the same moment.
  - A grant names a whole account, no role and no user of it, and can have no conditions. In most cases
    M(xacct.aws.xacct_bucket_grant) is the better way.
  - New buckets have ACLs disabled. The module finds that before it writes anything, and fails unless
    O(object_ownership) says to enable them.
author:
  - xacct.aws contributors (@xacct)
extends_documentation_fragment:
  - xacct.aws.attributes
  - xacct.aws.connection
options:
  bucket:
    description:
      - The name of the bucket.
    type: str
    required: true
  grants:
    description:
      - Who gets what. A grantee is given by exactly one of O(grants[].canonical_id), O(grants[].account_id) and
        O(grants[].group).
      - A grant that another one covers already (V(READ) for who has V(FULL_CONTROL)) is there and is not added.
    type: list
    elements: dict
    suboptions:
      permission:
        description:
          - V(READ) lists the objects, V(WRITE) adds, overwrites and deletes them, V(READ_ACP) and V(WRITE_ACP) read and
            write this ACL, V(FULL_CONTROL) is all of it.
        type: str
        choices: [READ, WRITE, READ_ACP, WRITE_ACP, FULL_CONTROL]
        required: true
      canonical_id:
        description:
          - The canonical user ID of the account, 64 digits of 0-9 and a-f.
          - Servers other than AWS's have IDs of their own. With an O(endpoint_url) that is not AWS's any text without
            blanks is taken.
        type: str
      account_id:
        description:
          - The account ID, as a quoted string of 12 digits.
          - An ACL takes the canonical ID only. It is looked up in O(canonical_ids), it is that of the bucket's owner
            when the account is O(expected_bucket_owner), and it is asked for when the account is the caller's own. For
            any other account the module fails and says how to get it.
        type: str
      group:
        description:
          - A predefined group. V(AllUsers) is anybody in the world and V(AuthenticatedUsers) everybody with an AWS
            account; both need O(allow_public=true). V(LogDelivery) is S3's own, for access logs.
        type: str
        choices: [AllUsers, AuthenticatedUsers, LogDelivery]
      email:
        description:
          - Refused. S3 has taken no e-mail addresses as grantees since October 2025.
        type: str
      state:
        description:
          - V(absent) takes the grant out.
        type: str
        choices: [present, absent]
        default: present
  canned:
    description:
      - A canned ACL, understood as the grants that it stands for, besides the owner's full control. They are added to
        O(grants).
      - V(private) stands for none. Together with O(purge_grants=true) it leaves the owner's full control alone.
    type: str
    choices: [private, public-read, public-read-write, authenticated-read, aws-exec-read, log-delivery-write]
  purge_grants:
    description:
      - Whether grants that neither O(grants) nor O(canned) names are taken out. The owner's own full control stays.
    type: bool
    default: false
  allow_public:
    description:
      - Whether V(AllUsers) and V(AuthenticatedUsers) may be granted something. Block Public Access of the bucket, the
        account or the organization can still refuse it, or keep it from having an effect.
    type: bool
    default: false
  canonical_ids:
    description:
      - The canonical user IDs of accounts, by account ID.
      - An account's own is the answer to C(aws s3api list-buckets --query Owner.ID).
    type: dict
    default: {}
  object_ownership:
    description:
      - The object ownership of the bucket, which is set before anything is granted. Not set, it stays as it is.
      - With C(BucketOwnerEnforced), which new buckets have, ACLs are disabled. Both values enable them, and what ACLs
        of objects granted before they were disabled is granted again then.
      - With V(ObjectWriter) an object belongs to the account that uploads it, and the bucket's owner can neither read
        it nor give access to it unless that account grants it. With V(BucketOwnerPreferred) it belongs to the bucket's
        owner if it is uploaded with the canned ACL C(bucket-owner-full-control).
    type: str
    choices: [ObjectWriter, BucketOwnerPreferred]
  expected_bucket_owner:
    description:
      - The account ID of the bucket's owner. S3 refuses every call when the bucket belongs to another account.
      - The default is O(expected_account_id).
    type: str
  state:
    description:
      - V(absent) takes out what O(grants) and O(canned) name.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: xacct.aws.xacct_object_acl
    description: The ACLs of the objects; that of the bucket says nothing about reading them.
  - module: xacct.aws.xacct_bucket_grant
  - module: amazon.aws.s3_bucket
  - name: Access control list (ACL) overview
    description: Grantees, permissions and canned ACLs.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
  - name: Controlling ownership of objects
    description: What disables ACLs.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
"""

EXAMPLES = r"""
- name: Let another account list a bucket
  xacct.aws.xacct_bucket_acl:
    bucket: customer-a-data
    grants:
      - permission: READ
        account_id: "111111111111"
    canonical_ids:
      "111111111111": 5080b6ee794e0f0cc0c15d77440643d6f93c9224b1a3618b443be202b4b82ad8

- name: Let S3 deliver access logs into a bucket whose ACLs are disabled
  xacct.aws.xacct_bucket_acl:
    bucket: customer-a-logs
    object_ownership: BucketOwnerPreferred
    canned: log-delivery-write

- name: Leave nothing but the owner's full control
  xacct.aws.xacct_bucket_acl:
    bucket: customer-a-data
    canned: private
    purge_grants: true

- name: Take one grant back
  xacct.aws.xacct_bucket_acl:
    bucket: customer-a-data
    grants:
      - permission: READ
        canonical_id: 5080b6ee794e0f0cc0c15d77440643d6f93c9224b1a3618b443be202b4b82ad8
    state: absent
"""

RETURN = r"""
changes:
  description: What differed, in the words of the options.
  returned: success
  type: list
  elements: dict
  contains:
    what:
      description: V(grants) or V(object_ownership).
      type: str
      returned: always
    name:
      description: The permission and the grantee, or the bucket.
      type: str
      returned: always
    before:
      description: As it was; null when it was not there.
      type: raw
      returned: always
    after:
      description: As it is now; null when it is not there any more.
      type: raw
      returned: always
  sample:
    - what: grants
      name: READ for 111111111111
      before: null
      after:
        permission: READ
        canonical_id: 5080b6ee794e0f0cc0c15d77440643d6f93c9224b1a3618b443be202b4b82ad8
        account_id: "111111111111"
bucket:
  description: The name of the bucket.
  returned: success
  type: str
  sample: customer-a-data
owner:
  description: The bucket's owner; null for a bucket that does not exist, from which something was to be taken.
  returned: success
  type: dict
  contains:
    canonical_id:
      description: The canonical ID.
      type: str
      returned: always
    account_id:
      description: The account ID.
      type: str
      returned: when this task was given or found it
grants:
  description: What the ACL grants. In check mode what it would grant.
  returned: success
  type: list
  elements: dict
  contains:
    permission:
      description: The permission.
      type: str
      returned: always
    canonical_id:
      description: The canonical ID of the grantee.
      type: str
      returned: for accounts
    account_id:
      description: The account ID of the grantee.
      type: str
      returned: for accounts whose canonical ID this task was given or found
    group:
      description: The group's name, its URI for one that the options do not know.
      type: str
      returned: for groups
  sample:
    - permission: READ
      canonical_id: 5080b6ee794e0f0cc0c15d77440643d6f93c9224b1a3618b443be202b4b82ad8
      account_id: "111111111111"
object_ownership:
  description:
    - The object ownership of the bucket, null when it did not have to be read. In check mode as it would be.
  returned: success
  type: str
  sample: ObjectWriter
"""

from ansible_collections.xacct.aws.plugins.module_utils._faces import run_module
from ansible_collections.xacct.aws.plugins.module_utils._operations.acls.bucket_acl import OPERATION


def main() -> None:
    """Run the module."""
    run_module(OPERATION)


if __name__ == "__main__":
    main()
