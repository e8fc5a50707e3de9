#!/usr/bin/python
# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: xacct_object_acl
short_description: Manage what the access control lists of S3 objects grant
version_added: 0.1.0
description:
  - Adds and takes back grants in the access control lists (ACLs) of one object, a list of objects, or all objects below
    a prefix. Other grants and the owner's full control are left alone.
  - An object belongs to the account that wrote it when the bucket's object ownership says so. The bucket's owner can
    then neither read it nor give access to it, and only that account can help, with this module and its own
    credentials. For everything else M(xacct.aws.xacct_bucket_grant) is the better way.
  - New buckets have ACLs disabled. The module finds that before it writes anything, and fails.
  - Many objects are listed page by page and worked on concurrently. Nothing grows with their number. When S3 asks for
    fewer requests the rate falls, and rises again. A run that was interrupted is continued by running it again. An
    object that needs no change costs one call.
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
  key:
    description:
      - The key of one object. It has to exist, unless O(state=absent).
      - Exactly one of O(key), O(keys) and O(prefix) is given.
    type: str
  keys:
    description:
      - The keys of several objects. They have to exist, unless O(state=absent).
    type: list
    elements: str
  prefix:
    description:
      - What the keys of the objects begin with. An empty string stands for all objects of the bucket.
      - Objects that vanish between listing and writing are counted and are no error.
    type: str
  version_id:
    description:
      - The version of the object O(key) whose ACL it is. Each version has its own.
    type: str
  versions:
    description:
      - V(current) works on the current versions, V(all) on all versions of the objects. Delete markers have no ACL.
    type: str
    choices: [current, all]
    default: current
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
          - V(READ) reads the object, V(READ_ACP) and V(WRITE_ACP) read and write its ACL, V(FULL_CONTROL) is all of it.
            Nothing in an ACL of an object lets anybody overwrite or delete it.
        type: str
        choices: [READ, READ_ACP, WRITE_ACP, FULL_CONTROL]
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
      - V(bucket-owner-full-control) and V(bucket-owner-read) grant something to the bucket's owner. Its canonical ID is
        looked up in O(canonical_ids) by O(expected_bucket_owner), or else in the ACL of the bucket.
      - V(private) stands for none. Together with O(purge_grants=true) it leaves the owner's full control alone.
    type: str
    choices:
      - private
      - public-read
      - public-read-write
      - authenticated-read
      - aws-exec-read
      - bucket-owner-read
      - bucket-owner-full-control
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
  concurrency:
    description:
      - How many objects are worked on at a time, V(1) to V(64).
    type: int
    default: 16
  expected_bucket_owner:
    description:
      - The account ID of the bucket's owner. S3 refuses every call when the bucket belongs to another account.
    type: str
  state:
    description:
      - V(absent) takes out what O(grants) and O(canned) name.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: xacct.aws.xacct_bucket_acl
    description: The ACL of the bucket, and its object ownership.
  - module: xacct.aws.xacct_bucket_grant
  - module: amazon.aws.s3_object
  - name: Access control list (ACL) overview
    description: Grantees, permissions and canned ACLs.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
  - name: Controlling ownership of objects
    description: Who owns an object that another account wrote.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
"""

EXAMPLES = r"""
- name: As the account that wrote the objects, hand them over to the bucket's owner
  xacct.aws.xacct_object_acl:
    profile: writer
    bucket: customer-a-data
    prefix: uploads/
    canned: bucket-owner-full-control
    expected_bucket_owner: "222222222222"

- name: Let another account read all reports, in all their versions
  xacct.aws.xacct_object_acl:
    bucket: customer-a-data
    prefix: reports/
    versions: all
    grants:
      - permission: READ
        account_id: "111111111111"
    canonical_ids:
      "111111111111": 5080b6ee794e0f0cc0c15d77440643d6f93c9224b1a3618b443be202b4b82ad8

- name: Take it back from two of them
  xacct.aws.xacct_object_acl:
    bucket: customer-a-data
    keys: [reports/2026-01.csv, reports/2026-02.csv]
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
      description: V(grants) for a single object, otherwise V(objects).
      type: str
      returned: always
    name:
      description: The permission and the grantee, or where the objects are.
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
    - what: objects
      name: s3://customer-a-data/reports/
      before:
        as_declared: 12
        others: 99988
      after:
        as_declared: 100000
        others: 0
bucket:
  description: The name of the bucket.
  returned: success
  type: str
  sample: customer-a-data
objects:
  description: What became of the objects, in numbers. In check mode what would become of them.
  returned: success and when objects failed
  type: dict
  contains:
    total:
      description: All that were looked at.
      type: int
      returned: always
    changed:
      description: Those whose ACL was changed.
      type: int
      returned: always
    unchanged:
      description: Those whose ACL was as declared.
      type: int
      returned: always
    vanished:
      description: Those that were gone when it was their turn.
      type: int
      returned: always
    failed:
      description: Those that failed.
      type: int
      returned: always
    delete_markers:
      description: The delete markers among the versions, which are not in the total.
      type: int
      returned: always
  sample:
    total: 100000
    changed: 99988
    unchanged: 12
    vanished: 0
    failed: 0
    delete_markers: 0
failures:
  description: The first 20 objects that failed.
  returned: when objects failed
  type: list
  elements: dict
  contains:
    key:
      description: The key.
      type: str
      returned: always
    version_id:
      description: The version, null for the current one.
      type: str
      returned: always
    code:
      description: AWS's error code.
      type: str
      returned: always
    reason:
      description: AWS's own words.
      type: str
      returned: always
grants:
  description: What the ACL of a single object grants, in check mode would grant. Otherwise what is declared.
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
"""

from ansible_collections.xacct.aws.plugins.module_utils._faces import run_module
from ansible_collections.xacct.aws.plugins.module_utils._operations.acls.object_acl import OPERATION


def main() -> None:
    """Run the module."""
    run_module(OPERATION)


if __name__ == "__main__":
    main()
