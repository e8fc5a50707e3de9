# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a denied request is told to change, and that it is allowed once that has been changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._advice.fixes import fixes
from ansible_collections.xacct.aws.plugins.module_utils._advice.problems import Fix
from ansible_collections.xacct.aws.plugins.module_utils._advice.sentences import Sides, chain
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import compile_policy
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.evaluate import evaluate
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import (
    BUCKET_POLICY,
    KEY_POLICY,
    OTHER_RESOURCE,
    ROLE_TRUST,
    Request,
    ResourcePolicy,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.context import UNKNOWN
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import new_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.identity import identity_statement
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.own_statements import merge_statements
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.resource import resource_statement
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.trust import trust_statement
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import rules_of_arn
from ansible_collections.xacct.aws.plugins.module_utils._services.s3_bucket.rules import bucket_statements
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._policy.evaluation.evaluation_cases import (
    HERE,
    ROLE,
    SESSION,
    THERE,
    USER,
    allow,
    anonymous,
    deny,
    levels,
    policy,
    role,
    root,
    service,
    session,
    user,
)

TARGET = f"arn:aws:iam::{THERE}:role/app/Target"
OBJECT = "arn:aws:s3:::data/exports/one"
BUCKET = "arn:aws:s3:::data"
KEY = f"arn:aws:kms:eu-west-1:{THERE}:key/1"
QUEUE = f"arn:aws:sqs:eu-west-1:{THERE}:jobs"
SIDES = Sides(HERE, THERE)
EVERYTHING = (policy(allow()),)
KINDS = {"sts": ROLE_TRUST, "kms": KEY_POLICY, "s3": BUCKET_POLICY}


def request(principal=session, action="sts:AssumeRole", resource=TARGET, statements=(), **inputs) -> Request:
    kind = KINDS.get(action.partition(":")[0], OTHER_RESOURCE)
    carrier = ResourcePolicy(kind, policy(*statements, name="the policy"))
    return Request(
        principal,
        action,
        resource,
        THERE,
        resource_policy=carrier,
        **{"identity_policies": EVERYTHING, **inputs},
    )


def trusting(who=ROLE, **elements):
    return {"Sid": "Trust", **allow("sts:AssumeRole", None, Principal={"AWS": who}), **elements}


def found(asked: Request) -> list:
    return fixes(evaluate(asked), asked, SIDES)


def applied(asked: Request, fix) -> Request:
    """The request after one fix: what the modules would write, or what the request would bring."""
    if fix.context:
        return replace(asked, context={**asked.context, **fix.context})
    if fix.module == "xacct_identity_grant":
        grant = fix.options["grants"][0]
        assert fix.options["principal"] in ROLE + USER
        statement = policy(identity_statement(grant))
        return replace(asked, identity_policies=(*asked.identity_policies, statement))
    if fix.module == "xacct_role":
        (grant,) = fix.options["trusted"]
        added = [] if grant.get("state") == "absent" else [trust_statement(grant)]
    elif fix.module == "xacct_bucket_grant":
        (grant,) = fix.options["grants"]
        added = [] if grant.get("state") == "absent" else bucket_statements(grant, fix.options["bucket"])
    elif fix.module == "xacct_resource_grant":
        (grant,) = fix.options["grants"]
        arn = parse_arn(fix.options["resource"])
        added = [] if grant.get("state") == "absent" else [resource_statement(grant, rules_of_arn(arn), arn)]
    else:
        assert fix.module is None and fix.statement
        added = [{"Sid": "Added", **fix.statement}]
        if fix.blocked_by == "permissions_boundary":
            return replace(
                asked, permissions_boundary=policy(*asked.permissions_boundary.document["Statement"], *added)
            )
        if fix.blocked_by == "session_policy":
            return replace(asked, session_policies=(policy(*added),))
    before = asked.resource_policy.policy.document
    removed = [] if added else [f"Xacct{grant['name']}"]
    merged = merge_statements(before, added, removed)
    return replace(
        asked, resource_policy=replace(asked.resource_policy, policy=compile_policy(merged or new_document([])))
    )


def mfa(value="true"):
    return {"Bool": {"aws:MultiFactorAuthPresent": value}}


def external_id(*values):
    return {"StringEquals": {"sts:ExternalId": list(values)}}


WRONG = {
    "no trust": request(statements=[trusting("arn:aws:iam::111111111111:role/Other")]),
    "no trust at all": request(),
    "no trust for a user": request(user),
    "no permission": request(statements=[trusting()], identity_policies=()),
    "neither side": request(identity_policies=()),
    "no external ID": request(statements=[trusting(Condition=external_id("words"))]),
    "another external ID": request(
        statements=[trusting(Condition=external_id("words"))], context={"sts:ExternalId": "others"}
    ),
    "no MFA": request(user, statements=[trusting(USER, Condition=mfa())]),
    "an address": request(
        statements=[trusting(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}})],
    ),
    "a denying grant of ours": request(
        statements=[trusting(), {"Sid": "Xacctno", **deny("sts:AssumeRole", None, Principal={"AWS": ROLE})}]
    ),
    "a boundary": request(statements=[trusting()], permissions_boundary=policy(allow("s3:*"))),
    "a session policy": request(statements=[trusting()], session_policies=(policy(allow("s3:*")),)),
    "an object": request(action="s3:GetObject", resource=OBJECT),
    "a listing": request(action="s3:ListBucket", resource=BUCKET, context={"s3:prefix": "exports/"}),
    "a bucket's setting": request(action="s3:GetBucketLocation", resource=BUCKET),
    "an object, neither side": request(user, "s3:PutObject", OBJECT, identity_policies=()),
    "a key": request(action="kms:Decrypt", resource=KEY),
    "a queue": request(action="sqs:SendMessage", resource=QUEUE),
    "a queue, neither side": request(action="sqs:SendMessage", resource=QUEUE, identity_policies=()),
    "a role of the own path": request(role, statements=[trusting()], identity_policies=()),
}


@pytest.mark.parametrize("title", WRONG)
def test_the_fixes_make_it_allowed(title):
    asked = WRONG[title]
    assert evaluate(asked).answer == "denied"
    for fix in found(asked):
        if not fix.instead:
            asked = applied(asked, fix)
    decision = evaluate(asked)
    assert decision.answer == "allowed", chain(decision, SIDES)


@pytest.mark.parametrize("title", [title for title in WRONG if any(fix.instead for fix in found(WRONG[title]))])
def test_what_stands_in_for_a_fix_makes_it_allowed_as_well(title):
    asked = WRONG[title]
    for fix in found(asked):
        if fix.instead and fix.options.get("permissions_boundary") != "":
            asked = applied(asked, fix)
    assert evaluate(asked).answer == "allowed" or title == "a boundary"


def test_a_trust_is_no_wider_than_the_request():
    asked = request(user, context={"sts:ExternalId": "words", "aws:MultiFactorAuthPresent": True})
    (fix,) = found(asked)
    assert fix.account == THERE
    assert fix.options == {
        "name": "Target",
        "trusted": [
            {"name": f"ann of {HERE}", "principals": [USER], "external_id": ["words"], "require_mfa": True},
        ],
        "purge_trusted": False,
        "path": "/app/",
    }


def test_nobody_is_let_in_who_does_not_send_the_external_id_or_show_mfa():
    for asked in (WRONG["no external ID"], WRONG["no MFA"]):
        (fix,) = found(asked)
        assert fix.account is None
        assert fix.module == "xacct_assume"


def test_a_role_cannot_show_mfa():
    asked = request(statements=[trusting(Condition=mfa())])
    said, trust = found(asked)
    assert "only a user can show" in said.text
    assert trust.instead and trust.module == "xacct_role"


def test_grants_of_others_are_not_replaced():
    taken = trusting("arn:aws:iam::111111111111:role/Other", Sid="XacctReaderOf111111111111X0123456789")
    (first,) = found(request(statements=[taken]))
    (name,) = [grant["name"] for grant in first.options["trusted"]]
    sid = trust_statement(first.options["trusted"][0])["Sid"]
    (second,) = found(request(statements=[{**taken, "Sid": sid}]))
    assert second.options["trusted"][0]["name"] == f"{name} 2"


def test_foreign_denies_are_named():
    asked = request(statements=[trusting(), {"Sid": "Keep out", **deny("*", None, Principal="*")}])
    (fix,) = found(asked)
    assert (fix.account, fix.module) == (THERE, None)
    assert "statement 'Keep out' of the policy" in fix.text


def test_guardrails_are_named_with_their_level():
    guard = policy(allow(), {"Sid": "No", **deny("sts:*")}, name="Guard")
    full = policy(allow(), name="FullAWSAccess")
    asked = request(statements=[trusting()], service_control_policies=levels(full, guard, full))
    (fix,) = found(asked)
    assert fix.text.startswith("Take statement 'No' of Guard at ou-unit out")
    narrow = policy(allow("s3:*"), name="OnlyS3")
    asked = request(statements=[trusting()], service_control_policies=levels(full, narrow, full))
    (fix,) = found(asked)
    assert "at ou-unit" in fix.text
    assert fix.statement == {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": TARGET}


def test_who_has_no_policies_of_its_own():
    (fix,) = found(request(anonymous, "s3:GetObject", OBJECT))
    assert fix.module is None
    assert "allow_public" in fix.text
    (fix,) = found(request(service, "sqs:SendMessage", QUEUE))
    assert fix.statement["Principal"] == {"Service": "sns.amazonaws.com"}
    (fix,) = found(request(root))
    assert fix.blocked_by == "service_rule"


def test_nothing_is_fixed_that_is_not_denied():
    assert found(request(statements=[trusting()])) == []
    assert found(request(statements=[trusting()], identity_policies=UNKNOWN)) == []


def test_the_printed_text_says_where():
    (fix,) = found(request())
    shown = fix.as_result()
    assert shown["yaml"].startswith(
        f"# in account {THERE}: Let Reader of {HERE} assume role Target\n- name: Let Reader"
    )
    assert shown["task"]["xacct.aws.xacct_role"]["trusted"][0]["principals"] == [ROLE]


def test_the_chain_names_both_sides_and_what_was_nearest():
    asked = request(statements=[trusting(Condition=external_id("words"))])
    assert chain(evaluate(asked), SIDES) == [
        f"identity side in account {HERE}: allowed by statement 1 of identity_policy",
        f"resource side in account {THERE}: no statement matches; nearest is statement 'Trust' of the policy: "
        "condition StringEquals sts:ExternalId: the request has none",
        "so it is denied, blocked by: resource side; across accounts both sides have to allow",
    ]


def test_the_chain_says_what_is_not_known():
    asked = request(statements=[trusting()], identity_policies=UNKNOWN, service_control_policies=UNKNOWN)
    sentences = chain(evaluate(asked), SIDES)
    assert f"identity side in account {HERE}: not known: not all of it could be read" in sentences
    assert f"service control policies in account {HERE}: not known: not all of it could be read" in sentences
    assert sentences[-1].startswith("so it is not known: ")


def test_a_session_is_granted_as_its_role():
    assert session.arn == SESSION
    (fix,) = found(request(replace(session, parent_arn=None)))
    assert fix.options["trusted"][0]["principals"] == [f"arn:aws:iam::{HERE}:role/Reader"]


@pytest.mark.parametrize("more", [{}, {"statement": {"Sid": "A"}}])
def test_a_name_with_a_line_break_adds_no_task_to_the_yaml(more):
    fix = Fix("identity", "111111111111", "let role A\n- name: forged\n  ansible.builtin.shell: id\n", **more)
    first, *others = fix.as_result()["yaml"].splitlines()
    assert first.startswith("# in account 111111111111: let role A\\n- name: forged")
    assert others == (["- Sid: A"] if more else []) or others == ["Sid: A"]
