#!/usr/bin/python
# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: xacct_bucket_grant
short_description: Manage who may use an S3 bucket, grant by grant
version_added: 0.1.0
description:
  - Adds, changes and takes back named grants in the policy of a bucket. All of them are one write.
  - Other statements of the policy are left alone and keep their order, also when several runs write the policy at the
    same moment. When the last statement goes, the policy goes.
  - Across accounts both sides have to allow it; the other one is M(xacct.aws.xacct_identity_grant). A bucket that
    encrypts with a KMS key wants a third, the key's policy; the module then warns and shows what is missing.
  - A policy that would be longer than the 20,480 bytes that S3 takes, and one that makes the bucket public without
    O(allow_public=true), are refused before anything is written.
author:
  - xacct.aws contributors (@xacct)
extends_documentation_fragment:
  - xacct.aws.attributes
  - xacct.aws.connection
options:
  bucket:
    description:
      - The name of the bucket, in the account of the credentials.
    type: str
    required: true
  grants:
    description:
      - The grants. Each becomes up to two statements, one on the bucket's objects and one on the bucket itself.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the grant. It gives its statements their Sids (C(Xacct) and the name, and that with C(/bucket)
            behind it), by which later runs find them.
        type: str
        required: true
      state:
        description:
          - V(absent) takes the grant out of the policy.
        type: str
        choices: [present, absent]
        default: present
      effect:
        description:
          - Whether the grant allows or denies.
          - With V(Deny), O(grants[].organizations), O(grants[].source_ips) and the like say who is denied, not who is
            spared.
          - A V(Deny) that by itself would keep the bucket's whole account from changing the policy again is refused.
        type: str
        choices: [Allow, Deny]
        default: Allow
      principals:
        description:
          - Who gets access, as quoted account IDs (which stand for the whole account), ARNs of roles, users or
            sessions, V(service:NAME), or V(*).
          - V(*) is everyone. Without O(grants[].organizations), O(grants[].source_vpces), O(grants[].source_ips) or a
            condition that names known callers it makes the bucket public.
        type: list
        elements: raw
      access:
        description:
          - What is allowed. Give either this or O(grants[].actions).
          - V(list) is C(s3:ListBucket), C(s3:ListBucketVersions), C(s3:GetBucketLocation).
          - V(read) is V(list) and C(s3:GetObject), C(s3:GetObjectVersion), C(s3:GetObjectTagging),
            C(s3:GetObjectVersionTagging).
          - V(write) is C(s3:PutObject), C(s3:PutObjectTagging), C(s3:DeleteObject), C(s3:AbortMultipartUpload),
            C(s3:ListMultipartUploadParts), C(s3:ListBucketMultipartUploads).
          - V(read_write) is both.
          - V(full) is V(read_write) and C(s3:GetObjectAttributes), C(s3:GetObjectVersionAttributes),
            C(s3:GetObjectAcl), C(s3:GetObjectVersionAcl), C(s3:PutObjectAcl), C(s3:PutObjectVersionAcl),
            C(s3:PutObjectVersionTagging), C(s3:DeleteObjectTagging), C(s3:DeleteObjectVersionTagging),
            C(s3:DeleteObjectVersion), C(s3:RestoreObject). The settings of the bucket and object locks are not in it.
          - With O(grants[].prefixes) only C(s3:ListBucket) and C(s3:ListBucketVersions) remain of what is asked on the
            bucket itself, because S3 lets no prefix narrow anything else there.
        type: str
        choices: [list, read, write, read_write, full]
      actions:
        description:
          - The actions, wildcards allowed, when none of the lists of O(grants[].access) fits.
        type: list
        elements: str
      prefixes:
        description:
          - What the keys of the objects begin with, as in V(exports/). Objects are narrowed by it, and listing to
            prefixes that begin with it.
          - C(*) and C(?) stand for any characters, and policy variables such as C(${aws:PrincipalAccount}) for their
            value.
        type: list
        elements: str
      organizations:
        description:
          - IDs of organizations (C(o-…)) to one of which the caller's account has to belong.
        type: list
        elements: str
      source_ips:
        description:
          - Public IP addresses or ranges from one of which the call has to come.
        type: list
        elements: str
      source_vpces:
        description:
          - IDs of VPC endpoints (C(vpce-…)) through one of which the call has to come.
        type: list
        elements: str
      require_tls:
        description:
          - Whether the call has to use TLS.
        type: bool
      not_after:
        description:
          - When the grant ends by itself, as in V(2027-01-01T00:00:00Z).
        type: raw
      conditions:
        description:
          - Any other conditions, as they are written in a policy.
        type: dict
  purge_grants:
    description:
      - Whether grants that this module put into the policy and that are not in O(grants) are taken out. Statements of
        others stay.
    type: bool
    default: false
  allow_public:
    description:
      - Whether a grant may make the bucket public as S3 defines it.
      - Block Public Access refuses such a policy, or leaves it without effect, where it is on for the bucket or the
        account. Then the module fails before it writes, and says which setting it is and where.
    type: bool
    default: false
  expected_bucket_owner:
    description:
      - The ID of the account that the bucket has to belong to. S3 refuses the calls if it belongs to another one, which
        can happen when a bucket was deleted and somebody else took its name.
      - When not set, O(expected_account_id), or else the account that O(assume_role) leads to; before anything is
        written at the latest the account of the credentials.
    type: str
  propagation_timeout:
    description:
      - How many seconds to wait for a principal that AWS calls invalid because it was made moments ago, and for a
        bucket that S3 does not know yet.
      - When not set, 120 seconds for principals of the bucket's own account, which are looked up first so that one that
        does not exist is an error at once, 30 seconds for those of other accounts, where nobody can look, and 5 seconds
        for the bucket.
    type: int
  state:
    description:
      - V(absent) takes the grants named in O(grants) out of the policy, all that this module put into it when O(grants)
        is not set.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: xacct.aws.xacct_identity_grant
    description: The other side, the permission in the trusted account.
  - module: xacct.aws.xacct_bucket_acl
  - module: xacct.aws.xacct_object_acl
  - module: amazon.aws.s3_bucket
  - name: Required permissions for Amazon S3 API operations
    description: Which action S3 asks for, and on what.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
  - name: Blocking public access to your Amazon S3 storage
    description: What S3 calls public.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

EXAMPLES = r"""
- name: Let a role of another account read the exports
  xacct.aws.xacct_bucket_grant:
    bucket: customer-a-data
    expected_bucket_owner: "222222222222"
    grants:
      - name: exports
        principals: ["arn:aws:iam::111111111111:role/Reader"]
        access: read
        prefixes: [exports/]

- name: Let every account of the organization deliver below its own prefix, over TLS, until the end of the year
  xacct.aws.xacct_bucket_grant:
    bucket: deliveries
    grants:
      - name: deliveries
        principals: ["*"]
        access: write
        prefixes: ["${aws:PrincipalAccount}/"]
        organizations: [o-abcdefghij]
        require_tls: true
        not_after: "2027-01-01T00:00:00Z"

- name: Deny everybody who does not use TLS
  xacct.aws.xacct_bucket_grant:
    bucket: customer-a-data
    grants:
      - name: tls only
        effect: Deny
        principals: ["*"]
        actions: ["s3:*"]
        conditions:
          Bool: {"aws:SecureTransport": false}

- name: Declare all grants of a bucket, and take out those that are not in the list any more
  xacct.aws.xacct_bucket_grant:
    bucket: customer-a-data
    grants: "{{ bucket_grants }}"
    purge_grants: true

- name: Take one grant back
  xacct.aws.xacct_bucket_grant:
    bucket: customer-a-data
    grants:
      - name: exports
        state: absent
"""

RETURN = r"""
changes:
  description: What differed, grant by grant.
  returned: success
  type: list
  elements: dict
  contains:
    what:
      description: Always V(grants).
      type: str
      returned: always
    name:
      description: The name of the grant, the Sid for one that is not in O(grants).
      type: str
      returned: always
    before:
      description: Those of its statements that differ as they were; null when there was none.
      type: list
      elements: dict
      returned: always
    after:
      description: The same statements as they are now; null when there is none any more.
      type: list
      elements: dict
      returned: always
  sample:
    - what: grants
      name: exports
      before: null
      after:
        - Sid: Xacctexports
          Effect: Allow
          Principal: {"AWS": "arn:aws:iam::111111111111:role/Reader"}
          Action: ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"]
          Resource: arn:aws:s3:::customer-a-data/exports/*
        - Sid: Xacctexports/bucket
          Effect: Allow
          Principal: {"AWS": "arn:aws:iam::111111111111:role/Reader"}
          Action: ["s3:ListBucket", "s3:ListBucketVersions"]
          Resource: arn:aws:s3:::customer-a-data
          Condition: {"StringLike": {"s3:prefix": "exports/*"}}
bucket:
  description: The bucket.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    arn:
      description: Its ARN.
      type: str
      returned: always
    owner:
      description: The account that it has to belong to by the options; null when they do not say.
      type: str
      returned: always
  sample:
    name: customer-a-data
    arn: arn:aws:s3:::customer-a-data
    owner: "222222222222"
policy:
  description:
    - The whole policy of the bucket, with the statements of others; null when there is none. In check mode as it would
      be.
  returned: success
  type: dict
  sample:
    Version: "2012-10-17"
    Statement:
      - Sid: Xacctexports
        Effect: Allow
        Principal: {"AWS": "arn:aws:iam::111111111111:role/Reader"}
        Action: ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"]
        Resource: arn:aws:s3:::customer-a-data/exports/*
key_access:
  description:
    - What the bucket's KMS key has to allow as well, for the grants that were added or changed. Null when they need
      nothing there, the key's policy allows it already, the bucket encrypts without such a key, nothing was changed, or
      nobody may look.
  returned: success
  type: dict
  contains:
    key:
      description: The key, as the bucket names it.
      type: str
      returned: always
    statements:
      description:
        - Statements for the key's policy. Empty for the AWS managed key C(aws/s3), which other accounts cannot use.
      type: list
      elements: dict
      returned: always
    task:
      description:
        - The options of M(xacct.aws.xacct_resource_grant) that put them there. The key is named by an ARN in them, or
          its alias is, whatever the bucket calls it. Null for an AWS managed key, and where the ARN takes the bucket's
          region and nobody may look at that (C(s3:ListBucket)).
      type: dict
      returned: always
  sample:
    key: arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab
    statements:
      - Sid: ObjectsInS3
        Effect: Allow
        Principal: {"AWS": "arn:aws:iam::111111111111:role/Reader"}
        Action: kms:Decrypt
        Resource: "*"
    task:
      type: kms_key
      resource: arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab
      grants:
        - name: ObjectsInS3
          principals: ["arn:aws:iam::111111111111:role/Reader"]
          actions: ["kms:Decrypt"]
"""

from ansible_collections.xacct.aws.plugins.module_utils._faces import run_module
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.bucket_grant import OPERATION


def main() -> None:
    """Run the module."""
    run_module(OPERATION)


if __name__ == "__main__":
    main()
