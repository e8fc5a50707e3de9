#!/usr/bin/python
# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of `xacct_access_check`; what it does is in `module_utils/_operations/access_check`."""

from __future__ import annotations

DOCUMENTATION = r"""
module: xacct_access_check
short_description: Say whether a principal may do something, in its own or another account, why, and what would help
version_added: 0.1.0
author:
  - xacct.aws contributors (@xacct)
description:
  - Evaluates AWS's policy logic over everything that applies to a request, on both sides. For the principal these are
    the inline and managed policies of it and its groups, its permissions boundary and its session policies. For the
    resource it is its policy (trust policy of a role, policy of a bucket, key, queue, topic, secret or function). For
    S3 it is also access control lists, object ownership, Block Public Access and the KMS key that a bucket encrypts
    with. Service and resource control policies of the organization belong to either side.
  - Policies are read live from both accounts, each with its own connection, or given with O(policies). Each thing is
    read once in a task, and only what the questions need.
  - What cannot be read is not known, and what is not known is never an allow. The answer is then V(unknown), unless it
    is the same whatever the missing part says.
  - A denied request comes with a fix in this collection's own YAML, and in whose account it is made. It is the
    narrowest one that answers the question. Whether it should be made is for people to say.
  - With O(expect) it is a test that can stand in any playbook.
extends_documentation_fragment:
  - xacct.aws.connection
  - xacct.aws.other_connections.resource
  - xacct.aws.other_connections.organization
  - xacct.aws.other_connections.principal
  - xacct.aws.attributes
attributes:
  check_mode:
    description:
      - Changes nothing, so check mode makes no difference.
  diff_mode:
    support: N/A
    description:
      - Changes nothing, so there is nothing to show.
options:
  principals:
    description:
      - Who asks. The ARN of a user, a role, a role's session or a federated user, an account ID for the account's root
        user, V(service:NAME) for an AWS service, V(oidc:PROVIDER) and V(saml:ARN) for who signs in there, or V(*) for
        anybody without credentials.
      - A role stands for any session of it that was made without session policies.
      - Each principal is asked about with each action on each resource. Where many users or roles of one account are
        named the account is read as a whole, which takes few calls.
    type: list
    elements: str
    required: true
    aliases: [principal]
  actions:
    description:
      - What is to be done, as in policies, such as V(sts:AssumeRole) or V(s3:GetObject), without wildcards.
    type: list
    elements: str
    required: true
    aliases: [action]
  resources:
    description:
      - The ARNs of what it is to be done to, or V(*) for actions that know no resource.
      - The key of an object may end in V(*), which asks about that very text as a key.
    type: list
    elements: str
    default: ["*"]
    aliases: [resource]
  resource_account:
    description:
      - The account ID of the owner of the buckets in O(resources), whose ARNs do not say. The default is the account of
        O(resource_connection), or of the task's own connection without one.
    type: str
  context:
    description:
      - What the request brings, by condition key, such as C(sts:ExternalId), C(aws:SourceIp) or
        C(aws:MultiFactorAuthPresent). A list stands for a key with several values, and null for one that the request
        does not have.
      - Principal, account, organization and tags follow from the principal. The time is now and the request is made
        over TLS unless it is said here. So do the account of a bucket and of a caller of KMS, and the tags of a role
        that is read.
      - What a request brings only by choice, such as an external ID, session tags or a prefix to list, is not there
        unless it is given. Any other key that requests of the action carry is not known then, such as an address or an
        object's tags. Which they carry is taken from AWS's Service Authorization Reference.
    type: dict
    default: {}
  unknown_context:
    description:
      - Condition keys that the request may or may not have. One that ends in V(*) stands for all that begin like it.
    type: list
    elements: str
    default: []
  expect:
    description:
      - The answer that every question must have. The task fails otherwise, also when the answer is V(unknown).
    type: str
    choices: [allowed, denied]
  policies:
    description:
      - Policies to take instead of those that could be read. Whichever kind is not given is read.
    type: dict
    suboptions:
      identity:
        description:
          - The principal's own policies, documents by name. An empty dictionary stands for none.
        type: dict
      permissions_boundary:
        description:
          - The document of its boundary. An empty dictionary stands for none.
        type: dict
      session:
        description:
          - Session policies, documents by name. Nobody can read these, so there are none unless they are given.
        type: dict
      resource:
        description:
          - The resource's policy. An empty dictionary stands for none.
        type: dict
      service_control:
        description:
          - The service control policies that bind the principal's account, from the organization's root down to the
            account. An empty list stands for none.
        type: list
        elements: dict
        suboptions:
          name:
            description:
              - The name of the root, unit or account.
            type: str
            required: true
          policies:
            description:
              - What is attached there, documents by name.
            type: dict
            required: true
      resource_control:
        description:
          - The resource control policies that bind the resource's account, in the same way.
        type: list
        elements: dict
        suboptions:
          name:
            description:
              - The name of the root, unit or account.
            type: str
            required: true
          policies:
            description:
              - What is attached there, documents by name.
            type: dict
            required: true
      vpc_endpoint:
        description:
          - The policy of the VPC endpoint that the request comes through. Without it, it comes through none.
        type: dict
  assume_none:
    description:
      - Kinds of policies that do not exist for these questions, on your word. They are not read.
      - Useful where nobody may read the organization's policies and none are in use.
      - V(organization) says that the accounts are in no organization, so that there are no service control policies, no
        resource control policies, and no C(aws:PrincipalOrgID). The organization is not asked for then.
    type: list
    elements: str
    choices:
      - identity_policies
      - permissions_boundary
      - resource_policy
      - organization
      - service_control_policies
      - resource_control_policies
    default: []
  gather:
    description:
      - Whether anything is read. With V(false) only what O(policies) gives is known. The access control lists of a
        bucket whose policy is given count as disabled then; whether Block Public Access is on is not known.
    type: bool
    default: true
  resource_connection:
    description:
      - Connection options that lead to the resource's account. Region, endpoint and the like are those of the task
        where they are not set here. So are the credentials, from which O(resource_connection.assume_role) then leads
        on.
      - Not needed where both sides are in one account. The task's own connection leads to the principal's account.
      - They are not taken from environment variables.
    type: dict
  organization_connection:
    description:
      - Connection options that lead to somebody who may read the organization's policies, which are the management
        account and delegated administrators. Not needed where one of the other connections leads to the management
        account.
    type: dict
  probe:
    description:
      - Whether to make the real call as well, as the principal, where there is one that changes nothing, and to say
        whether AWS agrees with the evaluation.
      - Roles are assumed, objects and lists of objects are got, queues, topics, keys, secrets and functions are
        described. What is won is dropped at once.
      - A role is become with a hop from the task's own connection, or as O(principal_connection) says.
    type: bool
    default: false
  principal_connection:
    description:
      - Connection options that lead to the principal, for O(probe=true).
    type: dict
notes:
  - S3 access points, and calls that a service makes in a caller's name are not evaluated.
  - The KMS key that counts for an object is the one that it was written with. The check takes the one that the bucket
    encrypts new objects with.
seealso:
  - module: xacct.aws.xacct_verify
  - module: xacct.aws.xacct_role
  - module: xacct.aws.xacct_identity_grant
  - module: xacct.aws.xacct_bucket_grant
"""

EXAMPLES = r"""
- name: May the backup service assume the customer's role?
  xacct.aws.xacct_access_check:
    principal: arn:aws:iam::111111111111:role/BackupService
    action: sts:AssumeRole
    resource: arn:aws:iam::222222222222:role/XacctBackup
    context: {sts:ExternalId: backup-2f9c41}
    resource_connection: "{{ hostvars['customer'].xacct_connection }}"
    expect: allowed

- name: Nobody gets in without the external ID
  xacct.aws.xacct_access_check:
    principal: arn:aws:iam::111111111111:role/BackupService
    action: sts:AssumeRole
    resource: arn:aws:iam::222222222222:role/XacctBackup
    resource_connection: {profile: customer}
    expect: denied

- name: What keeps the reader from an object? Ask the policies, and S3 itself
  xacct.aws.xacct_access_check:
    principal: arn:aws:iam::111111111111:role/Reader
    actions: [s3:GetObject, s3:ListBucket]
    resource: arn:aws:s3:::customer-data/exports/today.csv
    resource_connection: {profile: customer}
    organization_connection: {profile: management}
    probe: true
  register: check

- name: Print the fix
  ansible.builtin.debug:
    msg: "{{ check.checks | map(attribute='fix') | flatten | map(attribute='yaml') | list }}"

- name: Try a policy before anybody has it
  xacct.aws.xacct_access_check:
    principal: arn:aws:iam::111111111111:role/Reader
    action: s3:GetObject
    resource: arn:aws:s3:::customer-data/exports/today.csv
    gather: false
    resource_account: "222222222222"
    policies:
      identity: {reader: "{{ lookup('ansible.builtin.file', 'reader.json') | from_json }}"}
      resource: "{{ lookup('ansible.builtin.file', 'bucket.json') | from_json }}"
    assume_none: [permissions_boundary, service_control_policies, resource_control_policies]
    expect: allowed
"""

RETURN = r"""
checks:
  description: An entry for each principal, action and resource, in this order.
  type: list
  elements: dict
  returned: always
  contains:
    principal:
      description: Who asks, as given.
      type: str
      returned: always
      sample: arn:aws:iam::111111111111:role/BackupService
    action:
      description: What is to be done.
      type: str
      returned: always
      sample: sts:AssumeRole
    resource:
      description: What it is to be done to.
      type: str
      returned: always
      sample: arn:aws:iam::222222222222:role/XacctBackup
    answer:
      description: V(allowed), V(denied) or V(unknown).
      type: str
      returned: always
      sample: denied
    allowed_by:
      description: The statements that allow it, if it is allowed.
      type: list
      elements: dict
      returned: always
      contains:
        kind:
          description: The kind of policy, such as V(identity_policy) or V(resource_policy).
          type: str
          returned: always
          sample: resource_policy
        account:
          description: In whose account.
          type: str
          returned: always
          sample: "222222222222"
        policy:
          description: The policy that has it.
          type: str
          returned: always
          sample: trust policy of role XacctBackup
        statement:
          description: Its Sid, or its number.
          type: str
          returned: always
          sample: XacctBackup
    blocked_by:
      description: What has to change before a denied request is allowed, explicit denies first.
      type: list
      elements: dict
      returned: always
      contains:
        kind:
          description: The kind of policy, such as V(identity_policy), V(resource_policy) or V(service_control_policy).
          type: str
          returned: always
          sample: resource_policy
        said:
          description: V(explicitly_denied) or V(implicitly_denied).
          type: str
          returned: always
          sample: implicitly_denied
        account:
          description: In whose account, null for what belongs to the request.
          type: str
          returned: always
          sample: "222222222222"
        level:
          description: The root, unit or account of an organization's policy, empty otherwise.
          type: str
          returned: always
          sample: ""
        policy:
          description: The policy that denies, empty where none does.
          type: str
          returned: always
          sample: ""
        statement:
          description: The Sid, or the number, of the statement that denies, empty where none does.
          type: str
          returned: always
          sample: ""
        needed:
          description: What the request needs besides, if this blocks that.
          type: str
          returned: when it is about the KMS key of a bucket
          sample: kms:Decrypt on arn:aws:kms:eu-central-1:222222222222:key/5e38499e-673b-405a-bfa3-26fa55996c81
    chain:
      description: In sentences, what each side said, by which statement, and what was nearest.
      type: list
      elements: str
      returned: always
      sample:
        - "identity side in account 111111111111: allowed by statement 'XacctBackup' of inline policy xacct of role
          BackupService"
        - "resource side in account 222222222222: no statement matches; nearest is statement 'XacctBackup' of trust
          policy of role XacctBackup: condition StringEquals sts:ExternalId: the request has none"
        - "so it is denied, blocked by: resource side; across accounts both sides have to allow"
    fix:
      description: What would have to change for a denied request to be allowed. All of them, except where one replaces
        the one before it.
      type: list
      elements: dict
      returned: always
      contains:
        blocked_by:
          description: The kind of policy that it is for.
          type: str
          returned: always
          sample: resource_policy
        account:
          description: In whose account it is made, null for whoever makes the request, or for the organization.
          type: str
          returned: always
          sample: "222222222222"
        text:
          description: What it does.
          type: str
          returned: always
          sample: Let BackupService of 111111111111 assume role XacctBackup
        task:
          description: The task of this collection that does it, null where it has no module for the place.
          type: dict
          returned: always
          sample: null
        statement:
          description: The statement to add, where this collection has no module for the place, null otherwise.
          type: dict
          returned: always
          sample: null
        context:
          description: What the request has to bring, by condition key.
          type: dict
          returned: always
          sample: {}
        instead:
          description: Whether it replaces the fix before it.
          type: bool
          returned: always
          sample: false
        yaml:
          description: The fix as text, ready to be copied into a playbook.
          type: str
          returned: always
          sample: |
            # in account 222222222222: Let BackupService of 111111111111 assume role XacctBackup
            - name: Let BackupService of 111111111111 assume role XacctBackup
              xacct.aws.xacct_role:
                name: XacctBackup
                trusted:
                  - name: BackupService of 111111111111
                    principals:
                      - "arn:aws:iam::111111111111:role/BackupService"
                purge_trusted: false
    unread:
      description: What could not be read and may matter, and why.
      type: list
      elements: str
      returned: always
      sample: []
    probe:
      description: What the real call said.
      type: dict
      returned: with O(probe=true)
      contains:
        answer:
          description: V(allowed), V(denied), or V(not_probed) where there is no safe call, nobody to make it, or no
            verdict.
          type: str
          returned: always
          sample: denied
        call:
          description: The call that was made, empty without one.
          type: str
          returned: always
          sample: sts:AssumeRole
        said:
          description: What AWS said, or why there was no call.
          type: str
          returned: always
          sample: let in
        agrees:
          description: Whether AWS and the evaluation agree, null where there is nothing to compare.
          type: bool
          returned: always
          sample: true
counts:
  description: How many checks came out as V(allowed), V(denied) and V(unknown), and how many probes are V(disagreeing).
  type: dict
  returned: always
  sample: {allowed: 1, denied: 0, unknown: 0, disagreeing: 0}
"""

from ansible_collections.xacct.aws.plugins.module_utils._faces import run_module
from ansible_collections.xacct.aws.plugins.module_utils._operations.access_check.access_check import OPERATION


def main() -> None:
    """Run the module."""
    run_module(OPERATION)


if __name__ == "__main__":
    main()
