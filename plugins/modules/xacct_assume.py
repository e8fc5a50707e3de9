#!/usr/bin/python
# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of `xacct_assume`; what it does is in `module_utils/_operations/assume`."""

from __future__ import annotations

DOCUMENTATION = r"""
module: xacct_assume
short_description: Get temporary credentials of a role
version_added: 0.1.0
author:
  - xacct.aws contributors (@xacct)
description:
  - Assumes a role of this or another account, directly or through other roles, and returns its temporary credentials
    ready to use as a task's C(environment) or as C(module_defaults).
  - Can write them to a named profile of an AWS credentials file, keep them for later tasks and runs, and make an
    address that opens the AWS console signed in.
  - The result is a secret. It is not printed at any verbosity, while C(register) still gets it. The asynchronous
    keyword C(async) is refused, because the result of such a task would be left in a file.
  - To run other modules of this collection in another account you do not need this module. They take O(assume_role)
    themselves, and no credential becomes a variable.
extends_documentation_fragment:
  - xacct.aws.connection
  - xacct.aws.attributes
attributes:
  check_mode:
    description:
      - The role is assumed in check mode as well, because that changes nothing in an account and later tasks need the
        credentials. No profile is written and nothing is kept.
  idempotent:
    description:
      - Reports a change only when a profile is written, which happens when the profile's session is about to end or
        was asked for with other options.
options:
  role_arn:
    description:
      - The ARN of the role.
      - When it is not set, the last role of O(assume_role) is the one whose credentials are returned. Options of this
        module that the last hop does not set are then used for it.
    type: str
  session_name:
    description:
      - The name of the session, which the trusting account finds in its logs; 2 to 64 letters, digits and C(_+=,.@-).
      - The default is O(source_identity), or else V(xacct-) and the name of the user who runs the task.
    type: str
  external_id:
    description:
      - The external ID that the role's trust policy asks for.
    type: str
  duration_seconds:
    description:
      - How long the session lives; from V(900) to the role's own maximum, which is between V(3600) and V(43200).
      - At most V(3600) when the role is assumed with the session of another role.
      - AWS takes V(3600) when it is not set.
    type: int
  mfa_serial:
    description:
      - The serial number or ARN of the MFA device of the user who assumes the role.
      - Requires O(mfa_token).
    type: str
  mfa_token:
    description:
      - The six digits that the MFA device shows, as a quoted string. AWS takes each code only once.
      - Requires O(mfa_serial).
    type: str
  policy:
    description:
      - A session policy as a dictionary or JSON text, of at most 2048 characters without whitespace. The session can
        do what both the role and this policy allow.
    type: json
  policy_arns:
    description:
      - Up to ten managed policies of the role's account, or of AWS, to use as session policies as well.
    type: list
    elements: str
  tags:
    description:
      - Session tags, up to 50.
      - The role's trust policy and the caller's policy have to allow C(sts:TagSession).
    type: dict
  transitive_tag_keys:
    description:
      - Keys of O(tags) that go on to the sessions of roles that are assumed from this one.
    type: list
    elements: str
  source_identity:
    description:
      - The source identity to set, which then stays for all further roles; 2 to 64 letters, digits and C(_+=,.@-).
      - The role's trust policy and the caller's policy have to allow C(sts:SetSourceIdentity).
    type: str
  provided_contexts:
    description:
      - Up to five assertions of a context provider that AWS trusts, such as IAM Identity Center.
    type: list
    elements: dict
    suboptions:
      provider_arn:
        description:
          - The ARN of the context provider.
        type: str
        required: true
      context_assertion:
        description:
          - The assertion that the provider signed.
        type: str
        required: true
  web_identity_token:
    description:
      - The OpenID Connect or OAuth 2.0 token to assume the role with. No other credentials are needed or used then.
      - Mutually exclusive with O(web_identity_token_file) and O(saml_assertion).
    type: str
  web_identity_token_file:
    description:
      - A file that holds the token, such as E(AWS_WEB_IDENTITY_TOKEN_FILE) names it in a Kubernetes pod.
      - Mutually exclusive with O(web_identity_token) and O(saml_assertion).
    type: path
  web_identity_provider:
    description:
      - The domain of an OAuth 2.0 provider, V(www.amazon.com) or V(graph.facebook.com). Not set for OpenID Connect.
    type: str
  saml_assertion:
    description:
      - The base64 SAML response of the identity provider to assume the role with. No other credentials are needed or
        used then.
      - Requires O(principal_arn). Mutually exclusive with O(web_identity_token) and O(web_identity_token_file).
    type: str
  principal_arn:
    description:
      - The ARN of the SAML provider in IAM that describes the identity provider.
      - Requires O(saml_assertion).
    type: str
  write_profile:
    description:
      - A profile of an AWS credentials file to write the credentials to.
      - The file is made for its owner alone (mode V(0600)) and replaced in one step. Other profiles, comments and their
        order stay as they are.
      - The profile is left as it is, and its credentials are returned, while they live longer than O(min_ttl) and were
        asked for with the same options by the same identity.
    type: dict
    suboptions:
      name:
        description:
          - The name of the profile.
        type: str
        required: true
      file:
        description:
          - The credentials file. The default is E(AWS_SHARED_CREDENTIALS_FILE), or else C(~/.aws/credentials).
        type: path
      region:
        description:
          - The region to write into the profile.
        type: str
      take_over:
        description:
          - Whether a profile of this name may be overwritten that this module has not written. It may hold keys that
            exist nowhere else.
        type: bool
        default: false
  cache:
    description:
      - Whether to keep the session in a file of O(cache_dir) and to use it again, in this and in later runs, while it
        lives longer than O(min_ttl).
      - A kept session is used for the same options and the same identity only. Forks that want the same session at the
        same time assume the role once.
    type: bool
    default: false
  cache_dir:
    description:
      - The directory of kept sessions. It is made with mode V(0700), its files have mode V(0600), and one that other
        users can write to is refused. Sessions that have ended are removed.
    type: path
    default: ~/.ansible/xacct
  min_ttl:
    description:
      - How many seconds a session of O(cache) or O(write_profile) must still live to be used again.
      - The default is V(900), or half of O(duration_seconds) if that is less.
    type: int
  console_url:
    description:
      - Whether to return an address that opens the AWS console signed in as the role.
    type: bool
    default: false
  console_destination:
    description:
      - The page of the console to open, as a URL. The default is the console's home page.
    type: str
  console_duration:
    description:
      - How many seconds the console session lasts, from V(900) to V(43200). The default is the rest of the session.
      - AWS refuses it for a role that was assumed with the session of another role.
    type: int
  signin_endpoint:
    description:
      - The URL of the AWS sign-in service, for a partition whose site is not public, or a regional one such as
        V(https://eu-central-1.signin.aws.amazon.com).
    type: str
  propagation_timeout:
    description:
      - For how many seconds a refusal is tried again. A role or permission that was made a moment ago may take some
        seconds to be known everywhere.
      - With V(0) a refusal is final at once.
    type: int
    default: 0
seealso:
  - module: xacct.aws.xacct_verify
  - module: xacct.aws.xacct_role
  - module: amazon.aws.sts_assume_role
  - name: Methods to assume a role
    description: What AWS says about durations, session policies, tags and source identity.
    link: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage-assume.html
"""

EXAMPLES = r"""
- name: Assume a role of a customer's account
  xacct.aws.xacct_assume:
    role_arn: arn:aws:iam::222222222222:role/XacctBackup
    external_id: "{{ backup_external_id }}"
    duration_seconds: 7200
  register: backup

- name: Use it with modules
  module_defaults:
    group/xacct.aws.xacct: "{{ backup.connection }}"
  block:
    - name: Say who we are
      amazon.aws.aws_caller_info:

- name: Use it with a command
  ansible.builtin.command: aws s3 ls
  environment: "{{ backup.environment }}"
  changed_when: false

- name: Go through a hub role, with MFA
  xacct.aws.xacct_assume:
    profile: alice
    assume_role:
      - role_arn: arn:aws:iam::111111111111:role/Hub
        mfa_serial: arn:aws:iam::111111111111:mfa/alice
        mfa_token: "{{ mfa_code }}"
      - role_arn: arn:aws:iam::222222222222:role/Admin
  register: admin

- name: Keep a named profile that is good for at least half an hour
  xacct.aws.xacct_assume:
    role_arn: arn:aws:iam::222222222222:role/XacctBackup
    min_ttl: 1800
    write_profile:
      name: customer-a-backup
      region: eu-central-1
  register: kept

- name: Use the profile with a command, nothing secret in sight
  ansible.builtin.command: aws s3 ls
  environment: "{{ kept.profile_environment }}"
  changed_when: false

- name: Assume a role with the token of a CI job, allowed to read one bucket only
  xacct.aws.xacct_assume:
    role_arn: arn:aws:iam::222222222222:role/Deploy
    session_name: "job-{{ lookup('ansible.builtin.env', 'CI_JOB_ID') }}"
    web_identity_token: "{{ lookup('ansible.builtin.env', 'CI_JOB_JWT') }}"
    policy:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Action: s3:GetObject
          Resource: arn:aws:s3:::customer-a-data/*

- name: Open the console as a role
  xacct.aws.xacct_assume:
    role_arn: arn:aws:iam::222222222222:role/ReadOnly
    console_url: true
    console_destination: https://console.aws.amazon.com/cloudwatch/home
  register: readonly
"""

RETURN = r"""
credentials:
  description: The temporary credentials.
  returned: success
  type: dict
  contains:
    access_key:
      description: The access key ID.
      returned: success
      type: str
      sample: ASIAIOSFODNN7EXAMPLE
    secret_key:
      description: The secret access key.
      returned: success
      type: str
      sample: "********"
    session_token:
      description: The session token.
      returned: success
      type: str
      sample: "********"
    expiration:
      description: When they end, in UTC.
      returned: success
      type: str
      sample: "2026-11-22T05:17:52Z"
environment:
  description:
    - Environment variables for a task's C(environment).
    - From C(-vvv) on Ansible itself prints the command lines of most tasks with their C(environment). Use
      RV(profile_environment) or RV(connection) where such output may be seen by others.
  returned: success
  type: dict
  sample:
    AWS_ACCESS_KEY_ID: ASIAIOSFODNN7EXAMPLE
    AWS_SECRET_ACCESS_KEY: "********"
    AWS_SESSION_TOKEN: "********"
    AWS_REGION: eu-central-1
    AWS_DEFAULT_REGION: eu-central-1
profile_environment:
  description:
    - Environment variables that lead to the profile of O(write_profile), for a task's C(environment). They hold no
      secret.
  returned: success, empty unless O(write_profile) is set
  type: dict
  sample:
    AWS_PROFILE: customer-a-backup
    AWS_SHARED_CREDENTIALS_FILE: /home/alice/.aws/credentials
    AWS_ACCESS_KEY_ID: ""
    AWS_SECRET_ACCESS_KEY: ""
    AWS_SESSION_TOKEN: ""
    AWS_REGION: eu-central-1
    AWS_DEFAULT_REGION: eu-central-1
connection:
  description:
    - Connection options for C(module_defaults), with the region and the endpoint that were used here. They fit both
      C(group/xacct.aws.xacct) and C(group/amazon.aws.aws).
    - The empty profile keeps E(AWS_PROFILE) from contradicting the keys.
  returned: success
  type: dict
  sample:
    profile: ""
    access_key: ASIAIOSFODNN7EXAMPLE
    secret_key: "********"
    session_token: "********"
    region: eu-central-1
    validate_certs: true
assumed_role:
  description: Who one is with these credentials.
  returned: success
  type: dict
  contains:
    arn:
      description: The ARN of the session.
      returned: success
      type: str
      sample: arn:aws:sts::222222222222:assumed-role/XacctBackup/xacct-alice
    role_arn:
      description: The ARN of the role.
      returned: success
      type: str
      sample: arn:aws:iam::222222222222:role/XacctBackup
    account_id:
      description: The account of the role.
      returned: success
      type: str
      sample: "222222222222"
    role_name:
      description: The name of the role.
      returned: success
      type: str
      sample: XacctBackup
    session_name:
      description: The name of the session.
      returned: success
      type: str
      sample: xacct-alice
    unique_id:
      description: The role's unique ID and the session's name; V(null) from a server that is not AWS and gives none.
      returned: success
      type: str
      sample: AROAIOSFODNN7EXAMPLE:xacct-alice
    source_identity:
      description: The source identity of the session, if it has one.
      returned: success
      type: str
      sample: null
packed_policy_size:
  description:
    - How much of the size that AWS allows for session policies and tags together is used, in per cent. Above 80 there
      is a warning, above 100 AWS refuses.
    - Not known of a session that was found in a profile.
  returned: success
  type: int
  sample: 6
reused:
  description: Whether the session is one that was found in the profile or was kept before.
  returned: success
  type: bool
  sample: false
switch_role_url:
  description:
    - The page of the console where people who may assume the role themselves can switch to it. It holds no credential.
    - Empty for a partition whose site is not public.
  returned: success
  type: str
  sample: https://signin.aws.amazon.com/switchrole?account=222222222222&roleName=XacctBackup
console_url:
  description: An address that opens the console signed in, for whoever has it, within 15 minutes.
  returned: success, empty unless O(console_url=true)
  type: str
  sample: https://signin.aws.amazon.com/federation?Action=login&Issuer=xacct.aws&Destination=...&SigninToken=...
changes:
  description: The profile that was written, or would be in check mode. Holds no credential.
  returned: success
  type: list
  elements: dict
  sample:
    - what: write_profile
      name: customer-a-backup
      before: null
      after:
        principal: arn:aws:sts::222222222222:assumed-role/XacctBackup/xacct-alice
        expires: "2026-11-22T05:17:52Z"
        region: eu-central-1
"""

from ansible_collections.xacct.aws.plugins.module_utils._faces import run_module
from ansible_collections.xacct.aws.plugins.module_utils._operations.assume.assume import OPERATION


def main() -> None:
    """Run the module."""
    run_module(OPERATION)


if __name__ == "__main__":
    main()
