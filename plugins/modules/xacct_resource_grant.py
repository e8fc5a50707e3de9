#!/usr/bin/python
# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: xacct_resource_grant
short_description: Manage who may use a topic, a queue, a key and the like, grant by grant
version_added: 0.1.0
description:
  - Adds, changes and takes back named grants in the policy of a resource. All of them are one write, except in the
    policy of a Lambda function, which takes one statement at a time, and on an SSM parameter, where each grant is a
    policy of its own.
  - Other statements of the policy are left alone and keep their order, also when several runs write the policy at the
    same moment.
  - Across accounts both sides have to allow it; the other one is M(xacct.aws.xacct_identity_grant). A resource that
    encrypts with a KMS key wants a third, the key's policy; the module then warns and shows what is missing.
  - A policy that would be longer, or hold more, than its service takes is refused before anything is written. So are a
    grant that makes the resource public, and one to an AWS service that would act for anybody.
  - A change of a key's policy after which the key's account, or who makes the change, could not change it any more is
    refused. Only AWS's support could help then.
  - Grants on buckets are M(xacct.aws.xacct_bucket_grant).
author:
  - xacct.aws contributors (@xacct)
extends_documentation_fragment:
  - xacct.aws.attributes
  - xacct.aws.connection
  - xacct.aws.resource_types
options:
  resource:
    description:
      - The ARN of the resource, or its name, which means one in the account of the credentials and in O(region), and
        takes O(type).
      - An ARN says its region, whatever O(region) is. Only the owner's own credentials can change a policy.
      - A KMS key is named by its ID, by an alias (V(alias/NAME)), or by the ARN of either.
    type: str
    required: true
  grants:
    description:
      - The grants. Each becomes one statement, on a Lambda function as many as that takes.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the grant. It gives its statement the Sid (C(Xacct) and the name, as far as the service takes
            its characters), by which later runs find it.
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
          - A V(Deny) that by itself would keep the whole account of a topic, a queue, a secret or a key from changing
            the policy again is refused.
        type: str
        choices: [Allow, Deny]
        default: Allow
      principals:
        description:
          - Who gets access, as quoted account IDs (which stand for the whole account), ARNs of roles, users or
            sessions, V(service:NAME), or V(*).
          - V(*) is everyone. Without O(grants[].organizations), O(grants[].source_vpces), O(grants[].source_ips) or a
            condition that names known callers it makes the resource public.
          - An AWS service acts for whoever asks it, so a grant to one has to say for whom, with
            O(grants[].source_accounts), O(grants[].source_arns) or O(grants[].source_organizations).
        type: list
        elements: raw
      access:
        description:
          - What is allowed, in a word that depends on the type; the notes have them all. Give either this or
            O(grants[].actions).
        type: str
      actions:
        description:
          - The actions, when no word of O(grants[].access) fits. Wildcards are allowed where the service takes them.
        type: list
        elements: str
      certificate_template:
        description:
          - Only with O(type=acm_pca). The template of the certificates that may be issued, for
            O(grants[].access=issue) and C(acm-pca:IssueCertificate).
          - V(SubordinateCACertificate_PathLen0/V1) makes the principals certificate authorities themselves.
          - When not set, V(EndEntityCertificate/V1), as for AWS.
        type: str
        choices:
          - EndEntityCertificate/V1
          - EndEntityClientAuthCertificate/V1
          - EndEntityServerAuthCertificate/V1
          - BlankEndEntityCertificate_APIPassthrough/V1
          - BlankEndEntityCertificate_APICSRPassthrough/V1
          - SubordinateCACertificate_PathLen0/V1
      function_url_auth_type:
        description:
          - Only with O(type=lambda_function). How a function URL has to authenticate its callers for
            O(grants[].access=invoke_url) and C(lambda:InvokeFunctionUrl).
          - With V(NONE) it does not, so only V(*) matches, which is public.
          - When not set, V(AWS_IAM).
        type: str
        choices: [AWS_IAM, NONE]
      organizations:
        description:
          - IDs of organizations (C(o-…)) to one of which the caller's account has to belong.
        type: list
        elements: str
      source_accounts:
        description:
          - IDs of accounts, in quotes, for one of which an AWS service has to act.
        type: list
        elements: raw
      source_arns:
        description:
          - ARNs of resources, wildcards allowed, for one of which an AWS service has to act, such as a topic that
            delivers to a queue.
          - One with a wildcard in place of the account's ID does not say for whom.
          - That of a bucket names no account. Add O(grants[].source_accounts), since somebody else can take the name of
            a bucket that was deleted; without it the module warns.
        type: list
        elements: str
      source_organizations:
        description:
          - IDs of organizations (C(o-…)) for an account of which an AWS service has to act.
        type: list
        elements: str
      allow_any_source:
        description:
          - Whether a grant may be to an AWS service without saying for whom it has to act. Some services do not tell.
        type: bool
        default: false
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
      via:
        description:
          - How a grant on a KMS key is given. V(policy) is a statement in the key's policy.
          - V(grant) is a KMS grant, for one account, role, user or session. It takes no room in the policy, holds only
            what a KMS grant can allow, and a role or user that it names needs no policy of its own to match. Its
            condition can be O(grants[].encryption_context), and no other. It may take KMS some minutes until a KMS
            grant works everywhere.
          - A grant that moves from one to the other is there all the time.
          - When not set, V(policy).
        type: str
        choices: [policy, grant]
      encryption_context:
        description:
          - Pairs that have to be in the encryption context of a call to a KMS key; there may be more in it.
          - Calls without an encryption context (C(kms:DescribeKey), all with asymmetric keys) never match in the
            policy, so they take an entry of their own.
        type: dict
      retiring_principal:
        description:
          - Who may end a KMS grant (O(grants[].via=grant)) by itself, as an account ID or an ARN.
        type: str
      via_services:
        description:
          - AWS services in their regions, such as V(s3.eu-central-1.amazonaws.com), through one of which a KMS key has
            to be used.
        type: list
        elements: str
      not_after:
        description:
          - When the grant ends by itself, as in V(2027-01-01T00:00:00Z).
        type: raw
      conditions:
        description:
          - Any other conditions, as they are written in a policy.
        type: dict
  enable_hybrid:
    description:
      - Only with O(type=glue_catalog). Glue's C(EnableHybrid), which it wants to be V(true) where Lake Formation or the
        console granted on the catalog across accounts as well.
    type: bool
  qualifier:
    description:
      - Only with O(type=lambda_function). The alias or version whose policy is meant, for calls that name it. Without,
        it is the function's own, for calls that name none.
      - The same as V(NAME:QUALIFIER) for O(resource).
    type: str
  purge_grants:
    description:
      - Whether grants that this module put into the policy, or made as KMS grants, and that are not in O(grants) are
        taken out. Statements and KMS grants of others stay.
    type: bool
    default: false
  allow_public:
    description:
      - Whether a grant may make the resource public, as AWS defines it for buckets.
    type: bool
    default: false
  propagation_timeout:
    description:
      - How many seconds to wait for a principal that AWS calls invalid because it was made moments ago, for a resource
        that its service does not know yet, and for the policy of a secret to be copied to a replica.
      - When not set, 120 seconds for principals of the resource's own account, which are looked up first so that one
        that does not exist is an error at once, 30 seconds for those of other accounts, where nobody can look, 5
        seconds for the resource, and 60 seconds for a replica.
    type: int
  state:
    description:
      - V(absent) takes the grants named in O(grants) out of the policy, all that this module put into it when O(grants)
        is not set. What is left when no statement is depends on the service. A topic and a key get the policy of a new
        one.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: xacct.aws.xacct_identity_grant
    description: The other side, the permission in the trusted account.
  - module: xacct.aws.xacct_bucket_grant
  - module: xacct.aws.xacct_access_check
    description: Whether a principal may do something there, and if not, why.
  - module: community.aws.sns_topic
  - module: community.aws.sqs_queue
  - module: amazon.aws.lambda_policy
  - name: The confused deputy problem
    description: Why a grant to an AWS service has to say for whom.
    link: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

EXAMPLES = r"""
- name: Let a role of another account publish to a topic
  xacct.aws.xacct_resource_grant:
    type: sns_topic
    resource: events
    region: eu-central-1
    grants:
      - name: publisher
        principals: ["arn:aws:iam::111111111111:role/Publisher"]
        access: publish

- name: Let another account's topic deliver to a queue, which is named by its ARN
  xacct.aws.xacct_resource_grant:
    resource: arn:aws:sqs:eu-central-1:222222222222:events
    grants:
      - name: topic
        principals: ["service:sns.amazonaws.com"]
        actions: ["sqs:SendMessage"]
        source_arns: ["arn:aws:sns:eu-central-1:111111111111:events"]

- name: Let every account of the organization send to a queue, over TLS, until the end of the year
  xacct.aws.xacct_resource_grant:
    type: sqs_queue
    resource: jobs.fifo
    grants:
      - name: organization
        principals: ["*"]
        access: send
        organizations: [o-abcdefghij]
        require_tls: true
        not_after: "2027-01-01T00:00:00Z"

- name: Let another account read an advanced parameter, by its ARN
  xacct.aws.xacct_resource_grant:
    type: ssm_parameter
    resource: /shared/vpc-id
    grants:
      - name: workloads
        principals: ["111111111111"]
        access: read

- name: Let another account pull from a repository; ecr:GetAuthorizationToken is for its own policies to allow
  xacct.aws.xacct_resource_grant:
    type: ecr_repository
    resource: tools/builder
    grants:
      - name: builders
        principals: ["111111111111"]
        access: pull

- name: Let the accounts of an organization send to the default event bus
  xacct.aws.xacct_resource_grant:
    type: event_bus
    resource: default
    grants:
      - name: organization
        principals: ["*"]
        access: put_events
        organizations: [o-abcdefghij]

- name: Declare all grants of a queue, and take out those that are not in the list any more
  xacct.aws.xacct_resource_grant:
    type: sqs_queue
    resource: jobs.fifo
    grants: "{{ queue_grants }}"
    purge_grants: true

- name: Let another account use a key, but only through S3
  xacct.aws.xacct_resource_grant:
    type: kms_key
    resource: alias/shared
    region: eu-central-1
    grants:
      - name: data team
        principals: ["111111111111"]
        access: use
        via_services: [s3.eu-central-1.amazonaws.com]

- name: Let a role of another account decrypt what belongs to a tenant, by a KMS grant
  xacct.aws.xacct_resource_grant:
    type: kms_key
    resource: alias/shared
    region: eu-central-1
    grants:
      - name: blue
        via: grant
        principals: ["arn:aws:iam::111111111111:role/Publisher"]
        access: decrypt
        encryption_context: {tenant: blue}

- name: Let a role of another account invoke a function by its alias
  xacct.aws.xacct_resource_grant:
    type: lambda_function
    resource: resize
    qualifier: live
    region: eu-central-1
    grants:
      - name: pipeline
        principals: ["arn:aws:iam::111111111111:role/Publisher"]
        access: invoke

- name: Let a bucket of another account invoke the function
  xacct.aws.xacct_resource_grant:
    resource: arn:aws:lambda:eu-central-1:222222222222:function:resize
    grants:
      - name: uploads
        principals: ["service:s3.amazonaws.com"]
        access: invoke
        source_arns: ["arn:aws:s3:::uploads-of-111111111111"]
        source_accounts: ["111111111111"]

- name: Let a role of another account read a secret
  xacct.aws.xacct_resource_grant:
    type: secret
    resource: shared/database
    region: eu-central-1
    grants:
      - name: application
        principals: ["arn:aws:iam::111111111111:role/Publisher"]
        access: read

- name: Take one grant back
  xacct.aws.xacct_resource_grant:
    type: sns_topic
    resource: events
    region: eu-central-1
    grants:
      - name: publisher
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
      description: Its statement as it was, or its statements; null when there was none.
      type: list
      elements: dict
      returned: always
    after:
      description: Its statement as it is now, or its statements; null when there is none any more.
      type: list
      elements: dict
      returned: always
  sample:
    - what: grants
      name: publisher
      before: null
      after:
        - Sid: Xacctpublisher
          Effect: Allow
          Principal: {"AWS": "arn:aws:iam::111111111111:role/Publisher"}
          Action: sns:Publish
          Resource: arn:aws:sns:eu-central-1:222222222222:events
resource:
  description: The resource.
  returned: success
  type: dict
  contains:
    type:
      description: Its type, one of the choices of O(type).
      type: str
      returned: always
    arn:
      description: Its ARN.
      type: str
      returned: always
    region:
      description: Its region; null where the ARN names none.
      type: str
      returned: always
    owner:
      description: Its account; null where the ARN names none.
      type: str
      returned: always
  sample:
    type: sns_topic
    arn: arn:aws:sns:eu-central-1:222222222222:events
    region: eu-central-1
    owner: "222222222222"
policy:
  description:
    - The whole policy of the resource, with the statements of others; null when there is none. In check mode as it
      would be.
  returned: success
  type: dict
  sample:
    Version: "2012-10-17"
    Statement:
      - Sid: Xacctpublisher
        Effect: Allow
        Principal: {"AWS": "arn:aws:iam::111111111111:role/Publisher"}
        Action: sns:Publish
        Resource: arn:aws:sns:eu-central-1:222222222222:events
kms_grants:
  description:
    - The KMS grants on the key that this module made, each as the statement of a policy that it amounts to; null when
      there are none. In check mode as they would be.
    - Beside that, C(RetiringPrincipal) is who may end it.
  returned: when the resource is a KMS key
  type: dict
  sample:
    Version: "2012-10-17"
    Statement:
      - Sid: Xacctblue
        Effect: Allow
        Principal: {"AWS": "arn:aws:iam::111111111111:role/Publisher"}
        Action: ["kms:Decrypt", "kms:DescribeKey"]
        Resource: "*"
        Condition: {"StringEquals": {"kms:EncryptionContext:tenant": "blue"}}
key_access:
  description:
    - What the KMS key that encrypts the resource has to allow as well, for the grants that were added or changed. Null
      when they need nothing there, the key's policy allows it already, the resource has no such key, or nothing was
      changed.
  returned: success
  type: dict
  contains:
    key:
      description: The key, as the resource names it.
      type: str
      returned: always
    statements:
      description:
        - Statements for the key's policy. Empty for an AWS managed key (C(aws/sns), C(aws/sqs),
          C(aws/secretsmanager)), which other accounts cannot use.
      type: list
      elements: dict
      returned: always
    task:
      description:
        - The options of this module that put them there. The key is named by an ARN in them, or its alias is, whatever
          the resource calls it. Null for an AWS managed key.
      type: dict
      returned: always
  sample:
    key: arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab
    statements:
      - Sid: Forevents
        Effect: Allow
        Principal: {"AWS": "arn:aws:iam::111111111111:role/Publisher"}
        Action: ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource: "*"
    task:
      type: kms_key
      resource: arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab
      grants:
        - name: Forevents
          principals: ["arn:aws:iam::111111111111:role/Publisher"]
          actions: ["kms:Decrypt", "kms:GenerateDataKey"]
"""

from ansible_collections.xacct.aws.plugins.module_utils._faces import run_module
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.resource_grant import OPERATION


def main() -> None:
    """Run the module."""
    run_module(OPERATION)


if __name__ == "__main__":
    main()
