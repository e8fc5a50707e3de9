# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options of every module; `module_utils/_aws/sessions/options.py` has their argument spec."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation of the options that say with which credentials, where and how AWS is called."""

    DOCUMENTATION = r"""
options:
  access_key:
    description:
      - The access key ID to call AWS with.
      - The environment variables E(AWS_ACCESS_KEY_ID) and E(AWS_ACCESS_KEY) are used, in this order, when the option is
        not set.
      - Cannot be used together with O(profile). An empty string stands for "not set", also when the environment
        variable is.
    type: str
    aliases: [aws_access_key_id, aws_access_key]
  secret_key:
    description:
      - The secret access key that belongs to O(access_key).
      - The environment variables E(AWS_SECRET_ACCESS_KEY) and E(AWS_SECRET_KEY) are used, in this order, when the
        option is not set.
      - Cannot be used together with O(profile).
    type: str
    aliases: [aws_secret_access_key, aws_secret_key]
  session_token:
    description:
      - The session token that belongs to O(access_key) when that is temporary.
      - The environment variable E(AWS_SESSION_TOKEN) is used when the option is not set, except for a token that
        belongs to another access key in the environment.
      - Cannot be used together with O(profile).
    type: str
    aliases: [aws_session_token]
  profile:
    description:
      - The named profile of the AWS configuration files to take credentials and settings from.
      - The environment variables E(AWS_PROFILE) and E(AWS_DEFAULT_PROFILE) are used, in this order, when the option is
        not set.
      - Cannot be used together with O(access_key), O(secret_key) and O(session_token). An empty string stands for
        "not set", also when the environment variable is.
    type: str
    aliases: [aws_profile]
  region:
    description:
      - The region to call AWS in.
      - The environment variables E(AWS_REGION) and E(AWS_DEFAULT_REGION) are used, in this order, when the option is
        not set, then the region of the profile.
      - IAM is the same in every region. STS is always called in the region, V(us-east-1) (or its like in another
        partition) when there is none.
    type: str
    aliases: [aws_region]
  endpoint_url:
    description:
      - The URL to call instead of the endpoints of AWS, for all services.
      - The environment variable E(AWS_URL) is used when the option is not set.
    type: str
    aliases: [aws_endpoint_url]
  aws_ca_bundle:
    description:
      - The file with the certificates to trust when certificates are validated.
      - The environment variable E(AWS_CA_BUNDLE) is used when the option is not set.
      - Ignored when O(validate_certs=false).
    type: path
  validate_certs:
    description:
      - Whether the TLS certificates of the endpoints are validated.
      - Setting O(aws_ca_bundle) is the better answer to a certificate that is not trusted.
    type: bool
    default: true
  aws_config:
    description:
      - Settings for botocore, which win over the collection's own.
      - They are those of C(botocore.config.Config), see
        U(https://botocore.amazonaws.com/v1/documentation/api/latest/reference/config.html).
      - Without them a connection that is not taken within 5 seconds is tried 3 times, an answer that does not come
        within 10 seconds 2 times, a server error 5 times and a throttled call 10 times.
    type: dict
  assume_role:
    description:
      - The roles to assume before anything else is called, one after the other.
      - The first is assumed with the credentials of the other options, each next one with the session of the one before
        it, and the task is done with the session of the last.
      - No credential becomes a variable or appears in a result. Each role is assumed once in a run for all tasks and
        hosts that have the same list so far, and again when its session is about to end.
    type: list
    elements: dict
    suboptions:
      role_arn:
        description:
          - The ARN of the role.
        type: str
        required: true
      external_id:
        description:
          - The external ID that the role's trust policy asks for.
        type: str
      session_name:
        description:
          - The name of the session, which the trusting account finds in its logs; 2 to 64 letters, digits and
            C(_+=,.@-).
          - The default is O(assume_role[].source_identity), or else V(xacct-) and the name of the user who runs the
            task.
        type: str
      duration_seconds:
        description:
          - How long the session lives; from V(900) to the role's own maximum, which is between V(3600) and V(43200).
          - At most V(3600) for all but the first role of the list, and for the first one, too, when the credentials
            that assume it are a role's session.
          - AWS takes V(3600) when it is not set.
        type: int
      mfa_serial:
        description:
          - The serial number or ARN of the MFA device of the user who assumes the role.
          - Requires O(assume_role[].mfa_token).
        type: str
      mfa_token:
        description:
          - The six digits that the MFA device shows, as a quoted string.
          - AWS takes each code only once. That is enough for a run, because a session is made once.
        type: str
      source_identity:
        description:
          - The source identity to set, which then stays for all further roles; 2 to 64 letters, digits and C(_+=,.@-).
          - The role's trust policy and the caller's policy have to allow C(sts:SetSourceIdentity).
        type: str
      tags:
        description:
          - Session tags, up to 50.
          - The role's trust policy and the caller's policy have to allow C(sts:TagSession).
        type: dict
      policy:
        description:
          - A session policy as a dictionary or JSON text. The session can do what both the role and this policy allow.
        type: json
  expected_account_id:
    description:
      - The account that the credentials must belong to, as a quoted string of 12 digits.
      - It is compared with the account that they really belong to before anything is written, and nothing is written
        when it is another one.
    type: str
notes:
  - Environment variables, configuration files and boto3 are those of the machine that the task runs on. That is the
    controller with a local connection, which is the usual way to run these modules.
  - Beside the options, credentials and settings come from where boto3 looks for them, see
    U(https://boto3.amazonaws.com/v1/documentation/api/latest/guide/credentials.html).
requirements:
  - python >= 3.10
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
"""
