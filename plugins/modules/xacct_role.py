#!/usr/bin/python
# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: xacct_role
short_description: Manage an IAM role, who may assume it, and what it may do
version_added: 0.1.0
description:
  - Creates, changes and removes an IAM role in the trusting account. Who may assume it is said in words
    (O(trusted)), one entry for each statement of its trust policy.
  - What an option says is compared with what is there by its meaning, so that a run that has nothing to change makes no
    writing call. What an option does not say is left alone.
  - A role that this module makes carries the tag C(xacct:managed-by=xacct.aws). A role without it is taken over only
    when its trust policy already is what is declared, or with O(take_over=true); with O(purge_trusted=false) single
    statements are added to the trust policy of anybody's role.
  - Sizes and numbers are checked against the account's own limits before anything is written.
author:
  - xacct.aws contributors (@xacct)
extends_documentation_fragment:
  - xacct.aws.attributes
  - xacct.aws.connection
options:
  name:
    description:
      - The name of the role, without its path. IAM wants names to differ by more than upper and lower case, whatever
        their paths.
    type: str
    required: true
  state:
    description:
      - V(present) makes the role, or brings it to what the other options say.
      - V(absent) takes the role out of its instance profiles (which stay), detaches and deletes its policies and
        deletes it. With O(purge_trusted=false) only the statements named in O(trusted) go, and the role only when none
        is left and this module made it.
    type: str
    choices: [present, absent]
    default: present
  path:
    description:
      - The path of the role, with a slash at both ends. A new role gets V(/) when it is not set.
      - IAM cannot change the path of a role, so that another path than the role's is an error.
    type: str
  description:
    description:
      - The description of the role, at most 1,000 characters. An empty string removes it.
    type: str
  max_session_duration:
    description:
      - How long a session of the role may be, in seconds, from V(3600) to V(43200). A new role gets V(3600) when it is
        not set.
    type: int
  permissions_boundary:
    description:
      - The ARN of the managed policy that bounds what the role may do. An empty string removes the boundary.
    type: str
  managed_policies:
    description:
      - The ARNs of managed policies to attach.
    type: list
    elements: str
  purge_managed_policies:
    description:
      - Whether managed policies that are not in O(managed_policies) are detached. All of them are when that is not set.
    type: bool
    default: false
  inline_policies:
    description:
      - Inline policies by name, each the document as a dictionary or as JSON.
    type: dict
  purge_inline_policies:
    description:
      - Whether inline policies that are not in O(inline_policies) are deleted. All of them are when that is not set.
    type: bool
    default: false
  tags:
    description:
      - Tags of the role. Values are written as text.
    type: dict
    aliases: [resource_tags]
  purge_tags:
    description:
      - Whether tags that are not in O(tags) are removed. Has no effect when O(tags) is not set.
      - Tags of AWS (C(aws:…)) and this module's own are never removed.
    type: bool
    default: false
  trusted:
    description:
      - Who may assume the role, one entry for each statement. Needed to make a role.
      - All conditions of an entry have to hold; of the values of one condition any one.
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
          - V(absent) takes the statement out of the trust policy, which is of use with O(purge_trusted=false).
        type: str
        choices: [present, absent]
        default: present
      principals:
        description:
          - Who may assume the role. Each is an account ID (in quotes) or the ARN of its root, for every principal of
            the account that the account itself allows to; the ARN of a role, user or session;
            C(service:ec2.amazonaws.com); C(oidc:) and the ARN of an OpenID Connect provider; C(saml:) and the ARN of a
            SAML provider; or V(*).
          - The ARN of a role or user pins that very principal. AWS stores its unique ID, so that the trust ends when
            the principal is deleted, also when one of the same name is made later. Such a leftover is found, reported,
            and replaced on the next run. To follow a role across its being made anew, trust its account and name the
            role in O(trusted[].principal_arns).
          - A group cannot be a principal. V(*) needs a condition that narrows it, or O(allow_anyone=true).
          - Required unless the entry is V(absent).
        type: list
        elements: raw
      external_id:
        description:
          - The external ID that must be given to assume the role, or a list of those that may be. Two at a time let
            both sides change from one to the other.
          - Numbers have to be in quotes.
        type: raw
      generate_external_id:
        description:
          - Keep the external IDs that the statement has, and make one when it has none.
          - In check mode, and in the diff, one that is still to be made reads V((generated when applied\)).
        type: bool
        default: false
      require_mfa:
        description:
          - Whether the caller must have signed in with MFA (C(aws:MultiFactorAuthPresent)).
        type: bool
      mfa_max_age:
        description:
          - How many seconds ago that may have been at most (C(aws:MultiFactorAuthAge)).
        type: int
      organizations:
        description:
          - IDs of the organizations that the caller must belong to (C(aws:PrincipalOrgID)).
        type: list
        elements: str
      principal_arns:
        description:
          - ARNs of the callers that are let in, wildcards allowed (C(aws:PrincipalArn)).
        type: list
        elements: str
      source_ips:
        description:
          - IP addresses and ranges to call from (C(aws:SourceIp)).
        type: list
        elements: str
      session_tags:
        description:
          - Whether the caller may also set session tags (C(sts:TagSession)).
        type: bool
      source_identity:
        description:
          - Whether the caller may also set a source identity (C(sts:SetSourceIdentity)).
        type: bool
      not_after:
        description:
          - When the grant ends by itself, as in V(2027-01-01T00:00:00Z). Sessions that exist then go on to their own
            end.
        type: raw
      conditions:
        description:
          - Any other conditions, as they are written in a policy.
        type: dict
  purge_trusted:
    description:
      - Whether O(trusted) is the whole trust policy.
      - With V(false) several teams or runs share the role's trust policy. Each adds, changes and takes back its own
        statements, by name; all others are kept, also when runs write at the same moment. IAM has no way to write only
        if nothing changed, so that such a write is looked at again after a moment and repeated if it was overwritten.
    type: bool
    default: true
  allow_anyone:
    description:
      - Whether V(*) is taken as a principal without a condition that narrows it to known callers.
    type: bool
    default: false
  take_over:
    description:
      - Whether a role that this module did not make is declared whole, or removed.
    type: bool
    default: false
  propagation_timeout:
    description:
      - How many seconds to wait for a principal that AWS calls invalid because it was made moments ago.
      - When not set, 120 seconds for principals of the role's own account, which are looked up first so that one that
        does not exist is an error at once, and 30 seconds for those of other accounts, where nobody can look.
    type: int
seealso:
  - module: xacct.aws.xacct_identity_grant
    description: The other side, the permission to assume the role.
  - module: xacct.aws.xacct_assume
  - module: amazon.aws.iam_role
  - name: IAM JSON policy elements, Principal
    description: What AWS says of principals.
    link: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

EXAMPLES = r"""
- name: Let the platform account's backup service read everything
  xacct.aws.xacct_role:
    name: XacctBackup
    description: Read access for the backups of account 111111111111
    trusted:
      - name: backup
        principals: ["arn:aws:iam::111111111111:role/BackupService"]
        generate_external_id: true
    managed_policies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    inline_policies:
      backup:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: backup:StartBackupJob
            Resource: "*"
    max_session_duration: 7200
    tags:
      team: platform
  register: backup_role

- name: Let people in who have signed in with MFA within the last hour
  xacct.aws.xacct_role:
    name: XacctAdministrators
    trusted:
      - name: administrators
        principals: ["111111111111"]
        principal_arns: ["arn:aws:iam::111111111111:role/admin/*"]
        require_mfa: true
        mfa_max_age: 3600

- name: Add a statement to a role that others use too
  xacct.aws.xacct_role:
    name: SharedDeployment
    purge_trusted: false
    trusted:
      - name: pipeline-b
        principals: ["arn:aws:iam::333333333333:role/Pipeline"]
        external_id: ["b-2026", "b-2027"]

- name: Take that statement back
  xacct.aws.xacct_role:
    name: SharedDeployment
    state: absent
    purge_trusted: false
    trusted:
      - name: pipeline-b

- name: Remove a role
  xacct.aws.xacct_role:
    name: XacctBackup
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
        - The option that it is about (V(description), V(tags), V(trusted) …), V(role) for the role itself, or
          V(principal) for a deleted principal in the trust policy.
      type: str
      returned: always
    name:
      description: The entry of the option (the name in O(trusted), a tag's key, an ARN), or the role's name.
      type: str
      returned: always
    before:
      description: How it was; null when it was not there.
      type: raw
      returned: always
    after:
      description: How it is now; null when it is not there any more.
      type: raw
      returned: always
  sample:
    - what: max_session_duration
      name: XacctBackup
      before: 3600
      after: 7200
    - what: principal
      name: AROAEXAMPLEEXAMPLE123
      before: principal AROAEXAMPLEEXAMPLE123 of a deleted role
      after: null
role:
  description: The role as it is now; null when there is none. In check mode as it was.
  returned: success
  type: dict
  contains:
    arn:
      description: Its ARN.
      type: str
      returned: always
      sample: arn:aws:iam::222222222222:role/XacctBackup
    name:
      description: Its name.
      type: str
      returned: always
      sample: XacctBackup
    path:
      description: Its path.
      type: str
      returned: always
      sample: /
    unique_id:
      description: Its unique ID, which a role of the same name that is made later does not have.
      type: str
      returned: always
      sample: AROAEXAMPLEEXAMPLE123
    account_id:
      description: The account that it is in.
      type: str
      returned: always
      sample: "222222222222"
    create_date:
      description: When it was made.
      type: str
      returned: always
      sample: "2026-11-22T09:10:11+00:00"
    description:
      description: Its description.
      type: str
      returned: always
      sample: Read access for the backups of account 111111111111
    max_session_duration:
      description: The longest session, in seconds.
      type: int
      returned: always
      sample: 3600
    permissions_boundary:
      description: The ARN of its boundary, null without one.
      type: str
      returned: always
      sample: null
    tags:
      description: Its tags.
      type: dict
      returned: always
      sample: {"team": "platform", "xacct:managed-by": "xacct.aws"}
trust_policy:
  description:
    - The whole trust policy, statements of others included; null when the role was removed. In check mode as it would
      be.
  returned: success
  type: dict
  sample:
    Version: "2012-10-17"
    Statement:
      - Sid: Xacctbackup
        Effect: Allow
        Principal: {"AWS": "arn:aws:iam::111111111111:role/BackupService"}
        Action: sts:AssumeRole
        Condition: {"StringEquals": {"sts:ExternalId": "Kq0bVYk2uQeZfJw3mP1xTg7sLh9aRcD4"}}
external_ids:
  description: The external IDs that the trust policy asks for, by the name of the entry in O(trusted), else by Sid.
  returned: success
  type: dict
  sample: {"backup": ["Kq0bVYk2uQeZfJw3mP1xTg7sLh9aRcD4"]}
"""

from ansible_collections.xacct.aws.plugins.module_utils._faces import run_module
from ansible_collections.xacct.aws.plugins.module_utils._operations.role.role import OPERATION


def main() -> None:
    """Run the module."""
    run_module(OPERATION)


if __name__ == "__main__":
    main()
