#!/usr/bin/python
# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of `xacct_verify`; what it does is in `module_utils/_operations/verify`."""

from __future__ import annotations

DOCUMENTATION = r"""
module: xacct_verify
short_description: Prove who can get in across accounts and who can not, by trying
version_added: 0.1.0
author:
  - xacct.aws contributors (@xacct)
description:
  - Takes expectations such as "this role gets in" and "without the external ID it is refused", makes each call as the
    principal in question, and says which of them hold.
  - An expectation is V(proved) only by AWS's own answer. Each one is also evaluated, as M(xacct.aws.xacct_access_check)
    does it, from the policies of both accounts as far as they may be read (O(evaluate), O(connections)). That says
    why one is V(broken), with the fix, and decides where nothing can be tried because there is no way to act as a
    principal, no MFA code, no answer from AWS, or only a root user to ask with (AWS refuses those whatever the trust
    says). Such an expectation is V(evaluated) where the policies are as declared, and V(broken) where they are not.
    Where that is not known either it is V(not_proved), with the reason.
  - External IDs are neither shown by what AWS says nor by the explanations. A fix that needs one takes it from
    C(xacct_trusts).
  - The sessions that are won live for 15 minutes, are dropped at once, and never appear in a result.
  - Of a bucket, an object is got and dropped, and keys are listed. Where writing has to be refused an empty object with
    a random name is put; if that succeeds it is deleted at once and the expectation is broken. Where writing has to be
    allowed nothing is put unless O(expectations[].by_writing=true).
  - Of other resources the calls are those that nobody notices. What would be noticed (publishing, sending and receiving
    a message) is evaluated unless O(expectations[].by_writing=true).
  - Expectations are made by the planner of this collection (C(xacct.aws.plan)), and can be written by hand.
extends_documentation_fragment:
  - xacct.aws.connection
  - xacct.aws.other_connections.principals
  - xacct.aws.other_connections.connections
  - xacct.aws.other_connections.organization
  - xacct.aws.attributes
attributes:
  check_mode:
    description:
      - Makes the calls in check mode as well, except those that try to put something into a bucket, or to send and
        receive messages.
  diff_mode:
    support: N/A
    description:
      - Changes nothing, so there is nothing to show.
options:
  expectations:
    description:
      - What is to be proved. The actors belong to the account that the connection of this task leads to.
    type: list
    elements: dict
    required: true
    suboptions:
      id:
        description:
          - A unique name of the expectation, for reports.
        type: str
        required: true
      trust:
        description:
          - The name of the trust that it belongs to.
        type: str
        required: true
      trusting:
        description:
          - The name of the account that trusts, as the inventory has it.
        type: str
        required: true
      actor:
        description:
          - Who makes the call.
        type: dict
        required: true
        suboptions:
          account:
            description:
              - The name of the actor's account, as the inventory has it.
            type: str
            required: true
          principal:
            description:
              - V(role/NAME), V(user/NAME) or V(group/NAME) of the account, V(root) for anybody in it, or V(connection)
                for whoever the connection of this task is.
            type: str
            required: true
      call:
        description:
          - The call to make. V(assume_role) assumes a role.
          - V(s3_get) gets an object, V(s3_list) lists a bucket, V(s3_put) puts an empty object with a random name below
            a prefix.
          - V(sns_publish), V(sqs_send) and V(sqs_receive) publish, send or receive a message, only with
            O(expectations[].by_writing). Without it they are evaluated.
          - V(lambda_invoke) and V(kms_encrypt), V(kms_decrypt) and V(kms_generate) are dry runs. V(secret_read) reads a
            secret and V(parameter_read) an SSM parameter, and drop it at once, V(secret_describe) reads what is known
            about a secret.
          - V(evaluate) makes no call, where none shows O(expectations[].action) and changes nothing.
        type: str
        choices:
          - assume_role
          - s3_get
          - s3_list
          - s3_put
          - sns_publish
          - sqs_send
          - sqs_receive
          - lambda_invoke
          - kms_encrypt
          - kms_decrypt
          - kms_generate
          - secret_read
          - secret_describe
          - parameter_read
          - evaluate
        default: assume_role
      role_arn:
        description:
          - The ARN of the role to assume.
        type: str
      external_id:
        description:
          - V(declared) sends those of O(external_ids), each of them when access is expected; V(wrong) a random one;
            V(none) none.
        type: str
        choices: [declared, none, wrong]
        default: none
      mfa:
        description:
          - V(declared) calls with a session that has shown the MFA code of O(principals[].connection.mfa_token).
        type: str
        choices: [declared, none]
        default: none
      resource:
        description:
          - The ARN of the topic, queue, function, key or secret, or of whatever V(evaluate) is about. That of a secret
            may end in C(-??????) for what is not known of it.
        type: str
      action:
        description:
          - The permission that it takes on O(expectations[].resource), such as V(sns:Publish).
        type: str
      bucket:
        description:
          - The bucket, for the calls to S3.
        type: str
      bucket_owner:
        description:
          - The account ID of the bucket's owner. If the bucket belongs to another one S3 refuses the call.
        type: str
      prefix:
        description:
          - What is listed, and below which an object is put. An empty text is the whole bucket.
        type: str
        default: ""
      key:
        description:
          - The object to get.
        type: str
      lookup:
        description:
          - The object to get, by its name in O(objects). It has to be one that is there. Of a missing key S3 says the
            same as of a forbidden one to who may not list.
        type: str
      outside:
        description:
          - What the key of the object in O(expectations[].lookup) does not begin with, for whoever looks for it.
        type: list
        elements: str
        default: []
      by_writing:
        description:
          - Whether access to write may be proved by putting an object and deleting it, and whether messages may be sent
            and received, also where that must be refused.
        type: bool
        default: false
      expect:
        description:
          - What must come of it.
        type: str
        choices: [allowed, denied]
        required: true
      why:
        description:
          - Why that is expected, for reports.
        type: str
        default: ""
      depends_on:
        description:
          - Conditions of the trust that may not be met where this task runs, such as V(source_ips). A refusal where
            access is expected is then V(not_proved) instead of V(broken).
        type: list
        elements: str
        default: []
      unless:
        description:
          - ARNs of principals that the actor must not turn out to be, for the expectation to make sense.
        type: list
        elements: str
        default: []
      at:
        description:
          - The time at which the call is meant to be made, such as V(2031-01-01T00:00:00Z). It is evaluated only.
        type: str
      session_tags:
        description:
          - Whether the role is assumed with a session tag, which takes C(sts:TagSession) on both sides.
        type: bool
        default: false
      without_permission:
        description:
          - Whether the call is made by a session of the actor whose session policy lacks just this permission. So a
            weaker caller is tried without making one.
        type: bool
        default: false
      external_id_is_declared:
        description:
          - Whether C(xacct_trusts) declares the external ID of the trust, so that a fix can take it from there.
        type: bool
        default: false
  principals:
    description:
      - How to act as a principal. Without an entry a role is assumed with the connection of this task, and there is no
        way to act as a user or as a member of a group.
    type: list
    elements: dict
    default: []
  evaluate:
    description:
      - Whether each expectation is also evaluated from the policies.
    type: bool
    default: true
  connections:
    description:
      - How to reach the other accounts whose policies decide, to read them. What no connection leads to is not known.
      - P(xacct.aws.connections#filter) takes them from an inventory.
    type: list
    elements: dict
    default: []
  assume_none:
    description:
      - What does not exist for these accounts, on your word. It is not read then.
      - V(organization) says that they are in no organization, so that there are no service control policies, no
        resource control policies, and no C(aws:PrincipalOrgID). At a server without organizations nothing can be
        C(evaluated) without it.
    type: list
    elements: str
    choices: [organization, service_control_policies, resource_control_policies]
    default: []
  organization_connection:
    description:
      - Connection options that lead to the management account of the organization, or to a delegated administrator, to
        read its policies. What is not set is as in the task.
    type: dict
  external_ids:
    description:
      - The external IDs of the trusts by C(TRUST/TRUSTING), each a list. With two of them, while they are rotated, both
        have to work.
      - An empty list stands for a trust that has none. A trust that is missing here is V(not_proved) where its
        external ID is to be sent.
    type: dict
    default: {}
  objects:
    description:
      - The objects to get, by their names in O(expectations[].lookup), each with C(key), or with C(reason) when there
        is none. It is what RV(objects) holds where the owners of the buckets ran this module with O(lookups).
    type: dict
    default: {}
  lookups:
    description:
      - Objects to find in buckets of this account, for proofs that are made from other accounts.
    type: list
    elements: dict
    default: []
    suboptions:
      lookup:
        description:
          - The name of what is looked for.
        type: str
        required: true
      bucket:
        description:
          - The bucket.
        type: str
        required: true
      bucket_owner:
        description:
          - The account ID of its owner.
        type: str
      prefix:
        description:
          - What the key begins with.
        type: str
        default: ""
      outside:
        description:
          - What the key does not begin with.
        type: list
        elements: str
        default: []
  concurrency:
    description:
      - How many calls are made at the same time.
    type: int
    default: 8
  propagation_timeout:
    description:
      - For how many seconds, from the beginning of the task, an answer that is not the expected one is asked for again,
        because a change that was made a moment ago may not be known everywhere yet.
    type: int
    default: 20
  fail_on_broken:
    description:
      - Whether the task fails when an expectation is V(broken). The result is the same either way.
    type: bool
    default: true
seealso:
  - module: xacct.aws.xacct_access_check
  - module: xacct.aws.xacct_assume
  - module: xacct.aws.xacct_role
  - module: xacct.aws.xacct_identity_grant
"""

EXAMPLES = r"""
- name: Prove that the backup service gets in, and only with the external ID
  xacct.aws.xacct_verify:
    profile: platform
    expectations:
      - id: backup gets in
        trust: backup
        trusting: customer_a
        actor: {account: platform, principal: role/BackupService}
        role_arn: arn:aws:iam::222222222222:role/XacctBackup
        external_id: declared
        expect: allowed
      - id: backup is refused without its external ID
        trust: backup
        trusting: customer_a
        actor: {account: platform, principal: role/BackupService}
        role_arn: arn:aws:iam::222222222222:role/XacctBackup
        expect: denied
    external_ids:
      backup/customer_a: ["{{ backup_external_id }}"]
  register: proof

- name: Prove that the reader reads below a prefix and nothing else
  xacct.aws.xacct_verify:
    profile: platform
    expectations:
      - id: the reader gets an export
        trust: exports
        trusting: customer_a
        actor: {account: platform, principal: role/Reader}
        call: s3_get
        bucket: customer-a-data
        key: exports/2026-01.csv
        expect: allowed
      - id: the reader does not list the whole bucket
        trust: exports
        trusting: customer_a
        actor: {account: platform, principal: role/Reader}
        call: s3_list
        bucket: customer-a-data
        expect: denied

- name: Say how to act as a user
  xacct.aws.xacct_verify:
    profile: platform
    expectations: "{{ expectations }}"
    principals:
      - principal: user/alice
        connection:
          profile: alice
          mfa_serial: arn:aws:iam::111111111111:mfa/alice
          mfa_token: "{{ mfa_code }}"
"""

RETURN = r"""
proofs:
  description: What came of each expectation, in their order. Also returned on failure.
  returned: when the calls were made
  type: list
  elements: dict
  contains:
    id:
      description: The expectation.
      returned: always
      type: str
      sample: backup/customer_a/role-BackupService/without-external-id
    trust:
      description: The trust that it belongs to.
      returned: always
      type: str
      sample: backup
    trusting:
      description: The account that trusts.
      returned: always
      type: str
      sample: customer_a
    actor:
      description: Who made the call.
      returned: always
      type: dict
      sample: {account: platform, principal: role/BackupService}
    call:
      description: The call that was made.
      returned: always
      type: str
      sample: assume_role
    bucket:
      description: The bucket that was to be used.
      returned: for calls to S3
      type: str
      sample: customer-a-data
    role_arn:
      description: The role that was to be assumed.
      returned: for V(assume_role)
      type: str
      sample: arn:aws:iam::222222222222:role/XacctBackup
    expect:
      description: What had to come of it, V(allowed) or V(denied).
      returned: always
      type: str
      sample: denied
    why:
      description: Why that was expected.
      returned: always
      type: str
      sample: backup requires its external ID
    outcome:
      description: V(proved), V(evaluated), V(broken) or V(not_proved).
      returned: always
      type: str
      sample: proved
    said:
      description: What happened, or why nothing could be proved, in a sentence.
      returned: always
      type: str
      sample: >-
        arn:aws:sts::111111111111:assumed-role/BackupService/xacct-verify without an external ID was refused at
        arn:aws:iam::222222222222:role/XacctBackup
    answer:
      description: AWS's own message, without external IDs, or an empty text.
      returned: always
      type: str
      sample: >-
        User: arn:aws:sts::111111111111:assumed-role/BackupService/xacct-verify is not authorized to perform:
        sts:AssumeRole on resource: arn:aws:iam::222222222222:role/XacctBackup
    evaluation:
      description:
        - What the policies of both accounts say. Reasons and fixes are there where it is not as expected.
      returned: when it was evaluated
      type: dict
      contains:
        answer:
          description: V(allowed), V(denied) or V(unknown).
          returned: always
          type: str
          sample: denied
        holds:
          description: Whether that is as expected; null where it is not known.
          returned: always
          type: bool
          sample: false
        why:
          description: What each side says, in sentences.
          returned: always
          type: list
          elements: str
          sample:
            - "identity side in account 111111111111: allowed by XacctBackup of inline policy xacct of role Reader"
            - "permissions boundary in account 111111111111: no statement allows it"
        fix:
          description: What would mend it, as RV(xacct.aws.xacct_access_check#module:checks[].fix) has it.
          returned: always
          type: list
          elements: dict
          sample: []
        unread:
          description: What could not be read, and why.
          returned: always
          type: list
          elements: str
          sample: []
objects:
  description: An object for each of O(lookups), with C(key), or with C(reason) when there is none.
  returned: when there were lookups
  type: dict
  sample:
    customer-a-data/exports/: {key: exports/2026-01.csv, reason: ""}
counts:
  description: How many expectations came out which way. Also returned on failure.
  returned: when the calls were made
  type: dict
  sample: {proved: 5, evaluated: 1, broken: 0, not_proved: 0}
"""

from ansible_collections.xacct.aws.plugins.module_utils._faces import run_module
from ansible_collections.xacct.aws.plugins.module_utils._operations.verify.verify import OPERATION


def main() -> None:
    """Run the module."""
    run_module(OPERATION)


if __name__ == "__main__":
    main()
