#!/usr/bin/python
# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: xacct_identity_grant
short_description: Manage what a user, group or role may do, statement by statement
version_added: 0.1.0
description:
  - Adds, changes and takes back named statements in a policy of an IAM user, group or role, for instance the permission
    to assume roles of other accounts. Across accounts both sides have to allow it; the other one is
    M(xacct.aws.xacct_role).
  - Other statements of that policy and all other policies are left alone, also when several runs write the policy at
    the same moment. When the last statement goes, the policy goes.
  - Sizes are checked against the account's own limits before anything is written.
author:
  - xacct.aws contributors (@xacct)
extends_documentation_fragment:
  - xacct.aws.attributes
  - xacct.aws.connection
options:
  principal:
    description:
      - Whose policy it is, as V(role/NAME), V(user/NAME) or V(group/NAME) (with the path between them, if there is
        one), or as ARN.
      - A path that is given, and an ARN's account, are compared with those of the principal before anything is written.
    type: str
    required: true
  policy_name:
    description:
      - The name of the policy that holds the statements.
      - With O(via=managed) a hyphen and a number follow. Names of managed policies are unique in the account, so that
        the default there is V(xacct-KIND-NAME), with the kind and name of the principal.
    type: str
    default: xacct
  via:
    description:
      - V(inline) keeps the statements in an inline policy. All inline policies of a user together hold 2,048
        characters, of a group 5,120, of a role 10,240.
      - V(managed) spreads them over as many customer managed policies (path C(/xacct/)) of 6,144 characters as it
        takes. How many can be attached is a limit of the account, 10 unless it was raised.
      - A grant in O(grants) that the policy of the other kind holds is moved. It is written here before it is taken out
        there, so that there is no moment without it.
    type: str
    choices: [inline, managed]
    default: inline
  grants:
    description:
      - The statements, one for each entry.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the entry. It gives the statement its Sid (C(Xacct) and the name), by which later runs find it.
        type: str
        required: true
      state:
        description:
          - V(absent) takes the statement out of the policy that O(via) and O(policy_name) say.
        type: str
        choices: [present, absent]
        default: present
      effect:
        description:
          - Whether the statement allows or denies.
        type: str
        choices: [Allow, Deny]
        default: Allow
      actions:
        description:
          - The actions. Wildcards are allowed.
        type: list
        elements: str
      resources:
        description:
          - The ARNs of the resources, or V(*). Wildcards are allowed.
        type: list
        elements: str
      assume_roles:
        description:
          - The ARNs of roles that may be assumed, wildcards allowed. Stands for O(grants[].actions) with
            V(sts:AssumeRole) and O(grants[].resources).
        type: list
        elements: str
      session_tags:
        description:
          - Whether session tags may be set, too. Only together with O(grants[].assume_roles).
        type: bool
      source_identity:
        description:
          - Whether a source identity may be set, too. Only together with O(grants[].assume_roles).
        type: bool
      conditions:
        description:
          - Conditions, as they are written in a policy.
        type: dict
  purge_grants:
    description:
      - Whether statements that this module put into the policy and that are not in O(grants) are taken out. Statements
        of others stay.
    type: bool
    default: false
  state:
    description:
      - V(absent) takes the statements named in O(grants) out of the policy, all that this module put into it when
        O(grants) is not set.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: xacct.aws.xacct_role
    description: The other side, the role that is assumed.
  - module: xacct.aws.xacct_assume
  - module: amazon.aws.iam_policy
  - name: IAM and AWS STS quotas
    description: The limits of policies.
    link: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

EXAMPLES = r"""
- name: Let the backup service assume its role in two accounts
  xacct.aws.xacct_identity_grant:
    principal: role/BackupService
    grants:
      - name: backup
        assume_roles:
          - arn:aws:iam::222222222222:role/XacctBackup
          - arn:aws:iam::333333333333:role/XacctBackup

- name: Let developers read the exports
  xacct.aws.xacct_identity_grant:
    principal: group/developers
    grants:
      - name: exports
        actions: ["s3:GetObject"]
        resources: ["arn:aws:s3:::customer-a-data/exports/*"]
        conditions:
          Bool: {"aws:SecureTransport": true}

- name: Let the auditors assume a role in hundreds of accounts, more than an inline policy holds
  xacct.aws.xacct_identity_grant:
    principal: role/Auditors
    via: managed
    grants:
      - name: audit
        assume_roles: "{{ audit_role_arns }}"

- name: Take one grant back
  xacct.aws.xacct_identity_grant:
    principal: role/BackupService
    grants:
      - name: backup
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
      description:
        - V(grants), or V(inline_policy) or V(managed_policies) for what a policy of the other kind still held.
      type: str
      returned: always
    name:
      description: The name of the entry in O(grants), the Sid for one that is not in it.
      type: str
      returned: always
    before:
      description: The statement as it was; null when it was not there.
      type: dict
      returned: always
    after:
      description: The statement as it is now; null when it is not there any more.
      type: dict
      returned: always
  sample:
    - what: grants
      name: backup
      before: null
      after:
        Sid: Xacctbackup
        Effect: Allow
        Action: sts:AssumeRole
        Resource: arn:aws:iam::222222222222:role/XacctBackup
principal:
  description: The principal, as it was given.
  returned: success
  type: str
  sample: role/BackupService
policy:
  description:
    - The policy that holds the statements, with those of others; null when there is none. With O(via=managed) what the
      policies say together. In check mode as it would be.
  returned: success
  type: dict
  sample:
    Version: "2012-10-17"
    Statement:
      - Sid: Xacctbackup
        Effect: Allow
        Action: sts:AssumeRole
        Resource: arn:aws:iam::222222222222:role/XacctBackup
policies:
  description: The ARNs of the managed policies, empty with O(via=inline). In check mode as they were.
  returned: success
  type: list
  elements: str
  sample: ["arn:aws:iam::111111111111:policy/xacct/xacct-role-Auditors-1"]
"""

from ansible_collections.xacct.aws.plugins.module_utils._faces import run_module
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.identity_grant import OPERATION


def main() -> None:
    """Run the module."""
    run_module(OPERATION)


if __name__ == "__main__":
    main()
