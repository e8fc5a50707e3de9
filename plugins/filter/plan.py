# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter `plan`: both sides of every trust, from the declared list."""

from __future__ import annotations

DOCUMENTATION = r"""
name: plan
version_added: 0.1.0
short_description: Plan both sides of every declared trust
description:
  - Takes the list of trusts and the accounts of the whole inventory, and returns what each account has to apply on
    either side, and what must hold afterwards (who gets in and who is refused).
  - Makes no call. Everything that is wrong with the list is said at once, each with the trust's name, what is wrong and
    what would be right.
  - The plan is always made over the whole directory of accounts, whatever a run is limited to, so that a grant never
    shrinks because some hosts were left out.
  - The permissions of the trusted side are measured against IAM's quotas. What does not fit is refused with the numbers
    and with the ways out.
notes:
  - Neither a trust policy nor the policy of a bucket or another resource can name a group. For C(group/NAME), as for
    C(root), it names the whole account. Access control lists always do.
  - Trusts that share one role say C(purge_trusted=false) each.
  - A trust may move from one C(trusted_side) to another. Its permission is written in the new place, then taken away in
    the old one. Take a trust back (C(state=absent)) with the C(trusted_side) that it had.
positional: _input, accounts
options:
  _input:
    description: The trusts (C(xacct_trusts)).
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Marks what belongs to the trust. It is unique.
        type: str
        required: true
      state:
        description: V(absent) takes back both sides.
        type: str
        choices: [present, absent]
        default: present
      description:
        description: What the trust is for.
        type: str
      trusted:
        description: Who gets access.
        type: dict
        required: true
        suboptions:
          account:
            description: A host of the inventory.
            type: str
          account_id:
            description:
              - The ID of a third party, an account outside the inventory, in quotes. Only the trusting side is applied.
              - Needs O(_input[].role.external_id) or O(_input[].role.generate) with a role, the canonical ID with an
                access control list.
            type: str
          partition:
            description: The partition of a third party.
            type: str
            default: aws
          principals:
            description:
              - V(role/NAME), V(user/NAME) and V(group/NAME), with a path as in V(role/PATH/NAME), or V(root) alone.
            type: list
            elements: str
            default: [root]
      trusting:
        description:
          - Hosts and groups whose accounts give access. Where a group brings in the trusted account itself, it is left
            out and the plan says so.
        type: list
        elements: str
        required: true
      role:
        description:
          - The method of the trust is a role in every trusting account that the trusted principals may assume.
          - A trust has one method, O(_input[].role), O(_input[].bucket), O(_input[].bucket_acl),
            O(_input[].object_acl) or O(_input[].resource).
        type: dict
        suboptions:
          name:
            description: The name of the role.
            type: str
            required: true
          path:
            description: Its path.
            type: str
          description:
            description: Its description.
            type: str
          max_session_duration:
            description: The longest session in seconds.
            type: int
          permissions_boundary:
            description: The ARN of a policy, or V(policy/NAME) for the policy of each trusting account itself.
            type: str
          managed_policies:
            description: ARNs of policies, or V(policy/NAME) for policies of each trusting account itself.
            type: list
            elements: str
          purge_managed_policies:
            description: Detach all others.
            type: bool
          inline_policies:
            description: Policy documents by name.
            type: dict
          purge_inline_policies:
            description: Delete all others.
            type: bool
          tags:
            description: Tags of the role.
            type: dict
          purge_tags:
            description: Remove all others.
            type: bool
          external_id:
            description: External IDs of which one has to be sent. Two at the same time let you change them in peace.
            type: list
            elements: str
          generate:
            description: Make an external ID for each trusting account once, and keep it.
            type: bool
          require_mfa:
            description: Only sessions with MFA get in.
            type: bool
          mfa_max_age:
            description: The oldest MFA in seconds that gets in.
            type: int
          organizations:
            description: Only principals of these organizations get in.
            type: list
            elements: str
          source_ips:
            description: Only calls from these addresses get in.
            type: list
            elements: str
          session_tags:
            description: Session tags may be sent.
            type: bool
          source_identity:
            description: A source identity may be sent.
            type: bool
          not_after:
            description: The time when the trust ends by itself, such as V(2027-01-01T00:00:00Z).
            type: str
          conditions:
            description: More conditions of the trust policy.
            type: dict
          follow:
            description:
              - Name the account, narrowed to the declared principals by C(aws:PrincipalArn), instead of the principals.
                Then a principal that is deleted and made again gets in again.
            type: bool
            default: false
          purge_trusted:
            description: Whether the role is the trust's alone. V(false) shares it with others.
            type: bool
            default: true
          take_over:
            description: Take over a role of that name that was not made by this collection.
            type: bool
            default: false
      bucket:
        description:
          - The method of the trust is a grant in the policy of a bucket of each trusting account. All trusts on a
            bucket are one write of its policy.
          - What is below is what an entry of O(xacct.aws.xacct_bucket_grant#module:grants) takes.
        type: dict
        suboptions:
          name:
            description: The bucket. C({account_id}) in it stands for the ID of the trusting account.
            type: str
            required: true
          access:
            description: What is allowed, in one word. Give this or O(_input[].bucket.actions).
            type: str
            choices: [list, read, write, read_write, full]
          actions:
            description: What is allowed, action by action.
            type: list
            elements: str
          prefixes:
            description: Only keys that begin with one of these, without wildcards.
            type: list
            elements: str
          organizations:
            description: Only principals of these organizations get in.
            type: list
            elements: str
          source_ips:
            description: Only calls from these addresses get in.
            type: list
            elements: str
          source_vpces:
            description: Only calls through these VPC endpoints get in.
            type: list
            elements: str
          require_tls:
            description: Only encrypted connections get in.
            type: bool
          not_after:
            description: The time when the trust ends by itself, such as V(2027-01-01T00:00:00Z).
            type: str
          conditions:
            description: More conditions of the statements in the bucket's policy.
            type: dict
          kms_key:
            description:
              - The ARN of the KMS key that encrypts the objects. The trusted principals then get the permission to use
                it. The policy of the key is not written.
            type: str
          verify_by_writing:
            description:
              - Whether a proof of access to write may put an object with a random name below each prefix and delete it.
            type: bool
            default: false
      bucket_acl:
        description:
          - The method of the trust is a grant to the trusted account in the access control list of a bucket of each
            trusting account. The plan warns where a bucket grant would do.
        type: dict
        suboptions:
          bucket:
            description: The bucket. C({account_id}) in it stands for the ID of the trusting account.
            type: str
            required: true
          permission:
            description: What is granted.
            type: str
            choices: [READ, WRITE, READ_ACP, WRITE_ACP, FULL_CONTROL]
            required: true
          object_ownership:
            description: The object ownership that the bucket gets, which enables access control lists.
            type: str
            choices: [ObjectWriter, BucketOwnerPreferred]
          canonical_id:
            description: The canonical ID of the trusted account. An account of the inventory is asked for its own.
            type: str
      object_acl:
        description:
          - The method of the trust is a grant to the trusted account in the access control lists of objects that the
            trusting accounts own. The plan warns where a bucket grant would do.
        type: dict
        suboptions:
          bucket:
            description: The bucket. C({account_id}) in it stands for the ID of the trusting account.
            type: str
            required: true
          prefix:
            description: All objects whose keys begin with this. Give this, C(key) or C(keys).
            type: str
          key:
            description: One object.
            type: str
          keys:
            description: Several objects.
            type: list
            elements: str
          permission:
            description: What is granted.
            type: str
            choices: [READ, READ_ACP, WRITE_ACP, FULL_CONTROL]
            required: true
          bucket_owner:
            description:
              - The account ID of the bucket's owner, where the trusting account wrote objects into a bucket that is not
                its own. Nobody but the writer can then give access to them.
            type: str
          canonical_id:
            description: The canonical ID of the trusted account. An account of the inventory is asked for its own.
            type: str
      resource:
        description:
          - The method of the trust is a grant in the policy of another resource of each trusting account, such as a
            topic, a queue, a function, a key or a secret. All trusts on one resource are one write of its policy.
          - What narrows a grant (C(organizations), C(source_ips), C(source_vpces), C(require_tls), C(not_after),
            C(conditions)) and options that only some types have (C(qualifier), C(via) and others) are written here as
            well, as O(xacct.aws.xacct_resource_grant#module:grants) and the module take them.
          - AWS services are let in by the module M(xacct.aws.xacct_resource_grant) itself, since a trust is between
            accounts.
        type: dict
        suboptions:
          type:
            description:
              - What it is, as O(xacct.aws.xacct_resource_grant#module:type) has it. Not needed with
                O(_input[].resource.arn).
            type: str
          name:
            description:
              - Its name. C({account_id}) in it stands for the ID of the trusting account.
              - A KMS key has to be named by O(_input[].resource.arn), because the trusted side cannot know its ID. A
                secret need not be; its name is then followed by C(-??????) on the trusted side.
            type: str
          arn:
            description:
              - Its ARN. C({account_id}) in place of the account stands for the ID of the trusting account.
            type: str
          region:
            description: The region of a resource that is given by its name.
            type: str
          regions:
            description: Several regions, in each of which there is one of that name.
            type: list
            elements: str
          access:
            description:
              - What is allowed, in one word of the type; see the notes of M(xacct.aws.xacct_resource_grant). Give this
                or O(_input[].resource.actions).
            type: str
          actions:
            description: What is allowed, action by action.
            type: list
            elements: str
          kms_key:
            description:
              - The ARNs of the KMS keys that encrypt the resource, one in each region. The trusted principals then get
                the permission to use them. The policy of a key is not written, that is a trust of its own.
            type: list
            elements: str
          verify_by_writing:
            description:
              - Whether a proof may make calls that others notice. It then publishes, sends or receives a message, also
                to see it refused. Without it these are evaluated only.
            type: bool
            default: false
      trusted_side:
        description:
          - How the trusted principals get the permission to assume the roles or to use the resources.
          - V(exact) lists every role in an inline policy.
          - V(pattern), for roles, puts one pattern there, narrowed to O(_input[].organization), or without it to the
            account IDs.
          - V(managed) spreads the list over as many customer managed policies as it takes.
        type: str
        choices: [exact, pattern, managed]
        default: exact
      organization:
        description: The organization of the trusting accounts, for O(_input[].trusted_side=pattern).
        type: str
  accounts:
    description:
      - All accounts by host name, as P(xacct.aws.accounts#filter) returns them.
    type: dict
    required: true
author:
  - xacct.aws contributors
seealso:
  - plugin: xacct.aws.accounts
    plugin_type: filter
  - plugin: xacct.aws.report
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Plan both sides
  ansible.builtin.set_fact:
    plan: "{{ xacct_trusts | xacct.aws.plan(hostvars | xacct.aws.accounts(groups)) }}"
  run_once: true
  vars:
    xacct_trusts:
      - name: backup
        trusted: {account: platform, principals: [role/BackupService]}
        trusting: [customers]
        role:
          name: XacctBackup
          managed_policies: [arn:aws:iam::aws:policy/ReadOnlyAccess]
          generate: true

- name: Make the roles of this account
  xacct.aws.xacct_role:
    name: "{{ item.options.name }}"
    trusted: "{{ item.options.trusted }}"
  loop: "{{ plan.accounts[inventory_hostname].trusting | selectattr('method', 'eq', 'role') }}"
"""

RETURN = r"""
_value:
  description: The plan. It is plain data and can be written as JSON.
  type: dict
  contains:
    trusts:
      description:
        - For each trust C(method), C(state), C(description), C(third_party), C(from), C(to) (hosts) and C(notes).
      type: dict
    accounts:
      description:
        - For each host C(account_id), C(trusting) and C(trusted).
        - C(trusting) lists C(trusts), C(method), C(state) and C(options), which are those of M(xacct.aws.xacct_role),
          M(xacct.aws.xacct_bucket_grant), M(xacct.aws.xacct_bucket_acl), M(xacct.aws.xacct_object_acl) or
          M(xacct.aws.xacct_resource_grant).
        - C(trusted) lists C(principal), C(via), C(policy_name), C(trusts) and C(options), which are those of
          M(xacct.aws.xacct_identity_grant).
      type: dict
    expectations:
      description:
        - What must hold, as M(xacct.aws.xacct_verify) takes it. The C(id) is stable,
          such as V(backup/customer_a/role-BackupService/allowed).
        - C(depends_on) names conditions of the trust that the place where a proof runs may not meet.
        - C(unless) lists ARNs. If the connection turns out to be one of them, the expectation says nothing.
      type: list
      elements: dict
    third_parties:
      description:
        - What has to be attached where this collection cannot write (to principals of accounts outside the inventory,
          and to roles of IAM Identity Center), with C(trust), C(account_id), C(principals), C(policy) (a
          document), C(trusting) (ARNs of roles or resources) and C(external_id_note).
      type: list
      elements: dict
    warnings:
      description: What may go wrong though nothing is wrong with the list.
      type: list
      elements: str
"""

import datetime

from ansible.errors import AnsibleFilterError
from ansible_collections.xacct.aws.plugins.module_utils._trusts.planning.plan import PlanError, plan
from ansible_collections.xacct.aws.plugins.plugin_utils._inert import inert


def plan_trusts(trusts: list, accounts: dict) -> dict:
    """The plan as of now; what is wrong with the list becomes one error of the filter."""
    try:
        return plan(trusts, accounts, datetime.datetime.now(datetime.timezone.utc))
    except PlanError as error:
        raise AnsibleFilterError(f"xacct.aws.plan: {error}") from error


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict:
        """Return the filters by name."""
        return {"plan": inert(plan_trusts, goes_on=True)}
