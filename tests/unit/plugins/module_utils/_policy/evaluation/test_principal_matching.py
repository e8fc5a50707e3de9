# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who a Principal or NotPrincipal element means."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.principal_matching import (
    ACCOUNT,
    BEHIND,
    DIRECT,
    NONE,
    PrincipalElement,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_facts import RequestFacts
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_principals import request_principal
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import Request
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.context import UNKNOWN
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._policy.evaluation.evaluation_cases import (
    FEDERATED,
    HERE,
    OIDC,
    ROLE,
    ROOT,
    SESSION,
    THERE,
    USER,
    anonymous,
    federated,
    role,
    root,
    service,
    session,
    user,
    web,
)

CANONICAL = "c" * 64
ROLE_ID = "AROAEXAMPLEREADER01"
saml = request_principal(f"saml:arn:aws:iam::{THERE}:saml-provider/Idp")
with_canonical_id = dataclasses.replace(user, canonical_id=CANONICAL)


def level(element, principal, effect="Allow", name="Principal", boundary=False):
    return PrincipalElement.of({"Effect": effect, name: element}).level(principal, boundary)


@pytest.mark.parametrize(
    ("principal", "element", "expected"),
    [
        (user, {"AWS": USER}, DIRECT),
        (user, USER, DIRECT),
        (user, {"AWS": [THERE, USER]}, DIRECT),
        (user, {"AWS": HERE}, ACCOUNT),
        (user, {"AWS": ROOT}, ACCOUNT),
        (user, {"AWS": [ROOT, USER]}, DIRECT),
        (user, {"AWS": THERE}, NONE),
        (user, "*", DIRECT),
        (user, {"AWS": "*"}, DIRECT),
        (user, {"*": "*"}, DIRECT),
        # "In a Principal element, the user name part of the ARN is case sensitive."
        (user, {"AWS": USER.upper()}, NONE),
        (user, {"AWS": USER.replace("ann", "Ann")}, NONE),
        # "You cannot use a wildcard to match part of a principal name or ARN."
        (user, {"AWS": "arn:aws:iam::111111111111:user/*"}, NONE),
        (user, {"AWS": "arn:aws:iam::*:root"}, NONE),
        (user, {"Service": "*"}, NONE),
        (user, {"Federated": "*"}, NONE),
        (user, {"AWS": "AIDAEXAMPLEANN00001"}, DIRECT),
        (user, {"AWS": "AIDAEXAMPLEBOB00001"}, NONE),
        (with_canonical_id, {"CanonicalUser": CANONICAL}, ACCOUNT),
        (session, {"AWS": SESSION}, DIRECT),
        (session, {"AWS": SESSION.replace("monday", "tuesday")}, NONE),
        (session, {"AWS": ROLE}, BEHIND),
        # R17: the session's ARN has no path, and role names are unique without case.
        (session, {"AWS": "arn:aws:iam::111111111111:role/Reader"}, BEHIND),
        (session, {"AWS": "arn:aws:iam::111111111111:role/app/READER"}, BEHIND),
        (session, {"AWS": "arn:aws:iam::222222222222:role/app/Reader"}, NONE),
        (session, {"AWS": "arn:aws:iam::111111111111:role/app/Reader2"}, NONE),
        (session, {"AWS": "arn:aws:iam::111111111111:user/Reader"}, NONE),
        (session, {"AWS": ROLE_ID}, BEHIND),
        (session, {"AWS": f"{ROLE_ID}:monday"}, DIRECT),
        (session, {"AWS": f"{ROLE_ID}:tuesday"}, NONE),
        (session, {"AWS": "AROAEXAMPLEDELETED1"}, NONE),
        (session, {"AWS": HERE}, ACCOUNT),
        (role, {"AWS": ROLE}, BEHIND),
        (role, {"AWS": ROLE_ID}, BEHIND),
        (federated, {"AWS": FEDERATED}, DIRECT),
        (federated, {"AWS": USER}, BEHIND),
        (federated, {"AWS": HERE}, ACCOUNT),
        (root, {"AWS": ROOT}, DIRECT),
        (root, {"AWS": HERE}, DIRECT),
        (root, {"AWS": USER}, NONE),
        (service, {"Service": "sns.amazonaws.com"}, DIRECT),
        (service, {"Service": ["ec2.amazonaws.com", "SNS.amazonaws.com"]}, DIRECT),
        (service, {"Service": "sns.amazonaws.com.cn"}, NONE),
        (service, {"AWS": HERE}, NONE),
        (service, "*", DIRECT),
        (web, {"Federated": OIDC}, DIRECT),
        (web, {"AWS": THERE}, NONE),
        (saml, {"Federated": f"arn:aws:iam::{THERE}:saml-provider/Idp"}, DIRECT),
        (saml, {"Federated": OIDC}, NONE),
        (anonymous, "*", DIRECT),
        (anonymous, {"AWS": HERE}, NONE),
    ],
)
def test_principal(principal, element, expected):
    assert level(element, principal) == (expected, expected)


@pytest.mark.parametrize(
    ("principal", "element", "expected"),
    [
        (role, {"AWS": SESSION}, (NONE, DIRECT)),
        (role, {"AWS": [SESSION, ROLE]}, (BEHIND, DIRECT)),
        (role, {"AWS": f"{ROLE_ID}:monday"}, (NONE, DIRECT)),
        (dataclasses.replace(session, unique_id=UNKNOWN), {"AWS": ROLE_ID}, (NONE, DIRECT)),
        (dataclasses.replace(session, unique_id=None), {"AWS": ROLE_ID}, (NONE, NONE)),
        (dataclasses.replace(user, canonical_id=UNKNOWN), {"CanonicalUser": CANONICAL}, (NONE, ACCOUNT)),
        (service, {"Service": "*"}, (NONE, DIRECT)),
        (web, "*", (NONE, DIRECT)),
        (web, {"Federated": "*"}, (NONE, DIRECT)),
    ],
)
def test_principal_that_is_not_certain(principal, element, expected):
    assert level(element, principal) == expected


YES, NO, PERHAPS = (DIRECT, DIRECT), (NONE, NONE), (NONE, DIRECT)


@pytest.mark.parametrize(
    ("principal", "element", "expected"),
    [
        # "AWS JSON policy elements: NotPrincipal": name the account, the role and the session.
        (user, {"AWS": [USER, ROOT]}, NO),
        (user, {"AWS": USER}, PERHAPS),
        (user, {"AWS": ROOT}, PERHAPS),
        (user, {"AWS": "arn:aws:iam::111111111111:user/bob"}, YES),
        (user, {"AWS": THERE}, YES),
        (user, "*", NO),
        (session, {"AWS": [SESSION, ROLE, ROOT]}, NO),
        (session, {"AWS": [SESSION, ROLE_ID, HERE]}, NO),
        (session, {"AWS": [ROLE, ROOT]}, PERHAPS),
        (session, {"AWS": [SESSION, ROOT]}, PERHAPS),
        (session, {"AWS": THERE}, YES),
        (role, {"AWS": [SESSION, ROLE, ROOT]}, PERHAPS),
        (role, {"AWS": THERE}, YES),
        (dataclasses.replace(session, unique_id=UNKNOWN), {"AWS": [SESSION, ROLE_ID, HERE]}, PERHAPS),
        (federated, {"AWS": [FEDERATED, ROOT]}, NO),
        (root, {"AWS": ROOT}, NO),
        (root, {"AWS": THERE}, YES),
        (service, {"Service": "sns.amazonaws.com"}, NO),
        (service, {"AWS": HERE}, YES),
        (anonymous, {"AWS": HERE}, YES),
        (anonymous, "*", NO),
        (user, {}, YES),
    ],
)
def test_not_principal_with_deny(principal, element, expected):
    assert level(element, principal, "Deny", "NotPrincipal") == expected


@pytest.mark.parametrize("principal", [user, role, session])
def test_not_principal_with_deny_denies_whoever_has_a_boundary(principal):
    """ "Permissions boundaries for IAM entities", "Important"."""
    everything = {"AWS": [USER, SESSION, ROLE, ROOT]}
    assert level(everything, principal, "Deny", "NotPrincipal", boundary=True) == YES
    assert level(everything, principal, "Deny", "NotPrincipal", boundary=None) == PERHAPS


@pytest.mark.parametrize(
    ("principal", "element", "expected"),
    [
        (user, {"AWS": USER}, NO),
        (user, {"AWS": ROOT}, NO),
        (user, {"AWS": THERE}, PERHAPS),
        (session, {"AWS": ROLE}, NO),
        (role, {"AWS": SESSION}, PERHAPS),
        (anonymous, {"AWS": HERE}, PERHAPS),
        (service, {"AWS": HERE}, PERHAPS),
    ],
)
def test_whom_not_principal_lets_in_with_allow_is_not_known(principal, element, expected):
    assert level(element, principal, "Allow", "NotPrincipal") == expected


def test_a_statement_without_principal_is_told_apart():
    assert PrincipalElement.of({"Effect": "Allow", "Principal": {}}) is None
    assert PrincipalElement.of({"Effect": "Allow"}) is None


@pytest.mark.parametrize(
    ("text", "kind", "account"),
    [
        (USER, "user", HERE),
        (ROLE, "role", HERE),
        (SESSION, "session", HERE),
        (FEDERATED, "federated_user", HERE),
        (ROOT, "root", HERE),
        (HERE, "root", HERE),
        ("*", "anonymous", None),
        ("service:EC2.amazonaws.com", "service", None),
        (f"oidc:{OIDC}", "web_identity", None),
        ("oidc:accounts.google.com", "web_identity", None),
        (f"saml:arn:aws:iam::{THERE}:saml-provider/Idp", "saml", None),
    ],
)
def test_who_asks_by_text(text, kind, account):
    principal = request_principal(text)
    assert (principal.kind, principal.account_id) == (kind, account)


@pytest.mark.parametrize("text", ["AROAEXAMPLEREADER01", "canonical:" + CANONICAL, "arn:aws:iam::111111111111:group/g"])
def test_who_cannot_ask(text):
    with pytest.raises(PolicyError):
        request_principal(text)


ABSENT = None


@pytest.mark.parametrize(
    ("principal", "kind", "arn", "user_id", "name", "issued"),
    [
        # IAM User Guide, "Policy variables", "Principal key values", and "Global condition context keys".
        (root, "Account", ROOT, HERE, ABSENT, ABSENT),
        (user, "User", USER, "AIDAEXAMPLEANN00001", "ann", ABSENT),
        (session, "AssumedRole", ROLE, f"{ROLE_ID}:monday", ABSENT, UNKNOWN),
        (role, "AssumedRole", ROLE, UNKNOWN, ABSENT, UNKNOWN),
        (request_principal(SESSION), "AssumedRole", UNKNOWN, UNKNOWN, ABSENT, UNKNOWN),
        (federated, "FederatedUser", FEDERATED, f"{HERE}:visitor", ABSENT, UNKNOWN),
        (anonymous, "Anonymous", ABSENT, "anonymous", ABSENT, ABSENT),
        (service, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT),
        (web, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT),
    ],
)
def test_keys_that_follow_from_who_asks(principal, kind, arn, user_id, name, issued):
    context = RequestFacts(Request(principal, "s3:GetObject", "arn:aws:s3:::b/k", THERE)).context

    def found(key):
        value = context.get(key)
        return value[0] if isinstance(value, tuple) else value

    assert found("aws:principaltype") == kind
    assert found("aws:principalarn") == arn
    assert found("aws:userid") == user_id
    assert found("aws:username") == name
    assert found("aws:tokenissuetime") == issued
    assert found("aws:principalaccount") == principal.account_id
    assert found("aws:resourceaccount") == THERE
    assert found("aws:viaawsservice") == "false"
    assert found("aws:principalisawsservice") == ("true" if principal is service else "false")
    assert found("aws:principalservicename") == ("sns.amazonaws.com" if principal is service else ABSENT)
    assert found("aws:principalservicenameslist") == (UNKNOWN if principal is service else ABSENT)
    assert found("aws:principalorgid") == (UNKNOWN if principal.account_id else ABSENT)


def test_tags_and_what_the_caller_says_himself():
    tagged = request_principal(USER, tags={"Team": "red"})
    request = Request(tagged, "s3:GetObject", "*", context={"AWS:UserName": "given", "aws:PrincipalOrgID": None})
    context = RequestFacts(request).context
    assert context.get("aws:principaltag/team") == ("red",)
    assert context.get("aws:principaltag/other") is None
    assert context.get("aws:username") == ("given",)
    assert context.get("aws:principalorgid") is None
    assert context.get("aws:resourceaccount") == (HERE,)
    unreadable = RequestFacts(Request(request_principal(USER, tags=UNKNOWN), "s3:GetObject", "*", UNKNOWN)).context
    assert unreadable.get("aws:principaltag/team") is UNKNOWN
    assert unreadable.get("aws:resourceaccount") is UNKNOWN


def test_a_user_id_is_taken_for_the_unique_id():
    assert request_principal(SESSION, unique_id=f"{ROLE_ID}:monday").unique_id == ROLE_ID


def test_names_behind_who_asks():
    assert session.name == "monday"
    assert session.role_arn == ROLE
    assert role.role_arn == ROLE
    assert user.role_arn is None
    linked = "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    assert request_principal(linked).is_service_linked
    assert request_principal(
        f"arn:aws:sts::{HERE}:assumed-role/AWSServiceRoleForX/s", parent_arn=linked
    ).is_service_linked
    assert not session.is_service_linked
