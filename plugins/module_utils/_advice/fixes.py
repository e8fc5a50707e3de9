# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would have to change for a denied request to be allowed, in this collection's own YAML, and in whose account.

A fix is the narrowest one that answers the question: one principal, one action, one resource. Whether it should be made
is for people to say: a denial may be exactly what is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .._policy.evaluation.compiled_policies import CompiledPolicy
from .._policy.evaluation.decision import DENIED, EXPLICITLY_DENIED, Decision
from .._policy.evaluation.near_misses import NearMiss
from .._policy.evaluation.request_principals import ROLE, SESSION, USER
from .._policy.evaluation.requests import BUCKET_POLICY, KEY_POLICY, ROLE_TRUST, Request
from .._policy.evaluation.s3_access import acl_permission
from .._policy.evaluation.verdicts import (
    ACL,
    BLOCK_PUBLIC_ACCESS,
    BOUNDARY,
    IDENTITY,
    RCP,
    RESOURCE,
    SCP,
    SERVICE_RULE,
    SESSION_POLICY,
    VPC_ENDPOINT,
)
from .._policy.language.documents import PolicyError, ascii_lower
from .._policy.language.principals import parse_arn, parse_principal, principal_element
from .._policy.s3.actions import is_narrowed_by_prefix, on_objects
from .._policy.statements.identity import identity_statement
from .._policy.statements.own_statements import OWN_PREFIX, SidAlphabet, own_sid
from .._policy.statements.resource import check_resource_grants
from .._policy.statements.service_rules import ServiceRules
from .._policy.statements.trust import trust_statement
from .._services.rules_registry import rules_of_arn
from .._services.s3_bucket.rules import RULES as BUCKET
from .._services.s3_bucket.rules import check_bucket_grants
from .problems import Fix, Problem, texts_of
from .sentences import Sides

EXTERNAL_ID = "sts:externalid"
MFA = "aws:multifactorauthpresent"


def fixes(decision: Decision, request: Request, sides: Sides, boundary_arn: str | None = None) -> list[Fix]:
    """Return what to change, in the order of what blocks the request; nothing unless it is denied."""
    if decision.answer != DENIED:
        return []
    found: list[Fix] = []
    for outcome in decision.blocked_by:
        problem = Problem(outcome, decision, request, sides, boundary_arn)
        made = _undone_deny(problem) if outcome.said == EXPLICITLY_DENIED else _BY_KIND[outcome.kind](problem)
        found += [fix for fix in made if fix not in found]
    return found


def _identity(problem: Problem) -> Iterator[Fix]:
    """The principal's own policies do not allow it: a grant in its account."""
    principal = problem.request.principal
    text = f"Let {problem.who} use {problem.action} on {problem.request.resource}"
    if principal.kind not in (USER, ROLE, SESSION):
        yield Fix(IDENTITY, problem.account, f"{text}: this has to be in the policies of the caller")
        return
    name = f"{problem.what}"
    grant: dict[str, object] = {"name": name}
    if ascii_lower(problem.action) == "sts:assumerole":
        grant["assume_roles"] = [problem.request.resource]
    else:
        grant.update(actions=[problem.action], resources=[problem.request.resource])
    options = {"principal": problem.named_as.split(":", 5)[5], "grants": [grant]}
    yield _checked(
        lambda: identity_statement(grant), Fix(IDENTITY, problem.account, text, "xacct_identity_grant", options)
    )


def _resource(problem: Problem) -> Iterator[Fix]:
    carrier = problem.request.resource_policy
    kind = carrier.kind if carrier is not None else ""
    if kind == ROLE_TRUST:
        yield from _trust(problem)
    elif kind == BUCKET_POLICY:
        yield from _bucket(problem)
    else:
        yield _statement_of(problem, "key policy" if kind == KEY_POLICY else "resource's policy")


def _trust(problem: Problem) -> Iterator[Fix]:
    """The trust policy does not let the principal in: it lacks what the policy wants, or the policy lacks it."""
    miss = problem.nearest
    caller = _of_caller(problem, miss) if miss is not None and miss.part == "condition" else None
    if miss is not None and caller is not None:
        yield caller
        # Without what the trust asks for, nobody is to be let in: only a caller that has brought another external ID,
        # or that cannot show MFA at all, is one whose trust may be declared wrongly.
        if ascii_lower(miss.key) == EXTERNAL_ID and miss.found is None:
            return
        if ascii_lower(miss.key) == MFA and problem.request.principal.kind == USER:
            return
    role = problem.request.resource.rpartition("/")[2]
    grant = _trusted_entry(problem)
    options = {"name": role, "trusted": [grant], "purge_trusted": False}
    path = problem.request.resource.split(":role", 1)[-1].rpartition("/")[0] + "/"
    if path != "/":
        options["path"] = path
    fix = Fix(
        RESOURCE,
        problem.account,
        f"Let {problem.who} assume role {role}",
        "xacct_role",
        options,
        instead=caller is not None,
    )
    yield _checked(lambda: trust_statement(grant), fix)


def _trusted_entry(problem: Problem) -> dict:
    """An entry of ``trusted`` that asks for what the request brings, so that it is no wider than it has to be."""
    given = problem.given
    carrier = problem.policy
    name = _free_name(problem.who, carrier, SidAlphabet.IAM)
    grant: dict[str, object] = {"name": name, "principals": [problem.named_as]}
    if EXTERNAL_ID in given:
        grant["external_id"] = texts_of(given[EXTERNAL_ID])
    if texts_of(given.get(MFA, "")) == ["true"]:
        grant["require_mfa"] = True
    if ascii_lower(problem.action) == "sts:tagsession":
        grant["session_tags"] = True
    if ascii_lower(problem.action) == "sts:setsourceidentity":
        grant["source_identity"] = True
    audiences = {key: texts_of(value) for key, value in given.items() if key.endswith((":aud", ":sub"))}
    if audiences:
        grant["conditions"] = {"StringEquals": audiences}
    return grant


def _of_caller(problem: Problem, miss: NearMiss) -> Fix | None:
    """A statement matches but for what the request brings: what the caller has to bring, if that is known."""
    key = ascii_lower(miss.key)
    role = problem.request.resource
    if key == EXTERNAL_ID and miss.wanted:
        options = {"role_arn": role, "external_id": miss.wanted[0]}
        text = f"Assume {role} with the external ID that {miss.statement} asks for"
        return Fix(RESOURCE, None, text, "xacct_assume", options, context={"sts:ExternalId": miss.wanted[0]})
    if key == MFA and problem.request.principal.kind == USER:
        device = f"arn:aws:iam::{problem.request.principal.account_id}:mfa/{problem.request.principal.name}"
        options = {"role_arn": role, "mfa_serial": device, "mfa_token": "{{ mfa_token }}"}
        if EXTERNAL_ID in problem.given:
            options["external_id"] = texts_of(problem.given[EXTERNAL_ID])[0]
        text = f"Show MFA when {role} is assumed: {miss.statement} asks for it"
        return Fix(RESOURCE, None, text, "xacct_assume", options, context={"aws:MultiFactorAuthPresent": "true"})
    if key == MFA:
        text = f"{miss.statement} asks for MFA, which only a user can show; the session of a role can not"
        return Fix(RESOURCE, None, text)
    if miss.operator.lower() in ("stringequals", "stringlike", "bool", "ipaddress") and miss.wanted:
        text = f"Make the request with {miss.key} as {miss.statement} asks for it"
        return Fix(RESOURCE, None, text, context={miss.key: miss.wanted[0]})
    return None


def _bucket(problem: Problem) -> Iterator[Fix]:
    bucket, _slash, key = problem.request.resource.rpartition(":")[2].partition("/")
    policy = problem.policy
    name = _free_name(f"{problem.action.partition(':')[2]} for {problem.who}", policy, SidAlphabet.FREE)
    grant: dict[str, object] = {"name": name, "principals": [problem.named_as], "actions": [problem.action]}
    prefix = key.rstrip("*") if on_objects(problem.action) else ""
    if is_narrowed_by_prefix(problem.action):
        prefix = "".join(texts_of(problem.given.get("s3:prefix", ""))[:1])
    if prefix and "*" not in prefix and "?" not in prefix:
        grant["prefixes"] = [prefix]
    fix = Fix(
        RESOURCE,
        problem.account,
        f"Let {problem.who} use {problem.action} on {problem.request.resource}",
        "xacct_bucket_grant",
        {"bucket": bucket, "grants": [grant]},
    )
    errors = check_bucket_grants([grant])
    yield Fix(fix.blocked_by, fix.account, f"{fix.text}: {'; '.join(errors)}") if errors else fix


def _statement_of(problem: Problem, where: str) -> Fix:
    """A grant in the policy of a resource; where no module of this collection writes that, the statement to add."""
    task = _resource_task(problem)
    if task is not None:
        return task
    text = f"Add the statement to the {where} of {problem.request.resource}"
    try:
        principal = principal_element([parse_principal(problem.named_as)])
    except PolicyError as error:
        return Fix(RESOURCE, problem.account, f"{text}: {error}")
    statement = {
        "Sid": own_sid(f"{problem.action.partition(':')[2]} for {problem.who}", SidAlphabet.IAM),
        "Effect": "Allow",
        "Principal": principal,
        "Action": problem.action,
        "Resource": "*" if where == "key policy" else problem.request.resource,
    }
    return Fix(RESOURCE, problem.account, text, statement=statement)


def _rules_of(problem: Problem) -> ServiceRules | None:
    try:
        return rules_of_arn(parse_arn(problem.request.resource))
    except PolicyError:
        return None


def _resource_task(problem: Problem) -> Fix | None:
    """Return the fix as a task, None where the service's policies do not take it."""
    rules = _rules_of(problem)
    if rules is None:
        return None
    name = _free_name(f"{problem.action.partition(':')[2]} for {problem.who}", problem.policy, rules.alphabet)
    grant = {"name": name, "principals": [problem.named_as], "actions": [problem.action]}
    if check_resource_grants([grant], rules, arn=parse_arn(problem.request.resource)):
        return None
    text = f"Let {problem.who} use {problem.action} on {problem.request.resource}"
    options = {"resource": problem.request.resource, "grants": [grant]}
    return Fix(RESOURCE, problem.account, text, "xacct_resource_grant", options)


def _boundary(problem: Problem) -> Iterator[Fix]:
    policy = problem.boundary_arn or "the permissions boundary"
    text = f"Add the statement to {policy}, which bounds what {problem.who} may do"
    yield Fix(BOUNDARY, problem.account, text, statement=_allow(problem))
    principal = problem.request.principal
    if principal.kind in (ROLE, SESSION):
        role = problem.named_as.rpartition("/")[2]
        text = f"Take the boundary off role {role}, if whoever set it agrees: then nothing bounds it any more"
        options = {"name": role, "permissions_boundary": "", "purge_trusted": False}
        yield Fix(BOUNDARY, problem.account, text, "xacct_role", options, instead=True)


def _session(problem: Problem) -> Iterator[Fix]:
    text = "Make the session with a session policy that has this statement, too, or without one"
    yield Fix(SESSION_POLICY, None, text, statement=_allow(problem))


def _access_list(problem: Problem) -> Iterator[Fix]:
    """The object belongs to somebody else than the bucket: only its owner's access control list lets others in."""
    request = problem.request
    bucket, _slash, key = request.resource.rpartition(":")[2].partition("/")
    permission = acl_permission(ascii_lower(request.action))
    canonical_id = request.principal.canonical_id
    text = f"Grant {permission} on {request.resource} to account {request.principal.account_id}"
    who = {"account_id": request.principal.account_id}
    if isinstance(canonical_id, str):
        who = {"canonical_id": canonical_id}
    grants = [{"permission": permission, **who}]
    if key:
        yield Fix(ACL, problem.account, text, "xacct_object_acl", {"bucket": bucket, "key": key, "grants": grants})
    else:
        yield Fix(ACL, problem.account, text, "xacct_bucket_acl", {"bucket": bucket, "grants": grants})


def _public_access(problem: Problem) -> Iterator[Fix]:
    text = "Name principals, or an organization, in the statements of the bucket's policy that let everybody in"
    yield Fix(BLOCK_PUBLIC_ACCESS, problem.account, text)


def _organization(problem: Problem) -> Iterator[Fix]:
    outcome = problem.outcome
    text = f"Have the organization allow it in a service control policy at {outcome.name or 'every level'}"
    yield Fix(outcome.kind, None, text, statement=_allow(problem))


def _endpoint(problem: Problem) -> Iterator[Fix]:
    yield Fix(VPC_ENDPOINT, None, "Add the statement to the policy of the VPC endpoint", statement=_allow(problem))


def _no_fix(problem: Problem) -> Iterator[Fix]:
    yield Fix(SERVICE_RULE, None, f"Ask as another principal: {problem.outcome.note}")


def _undone_deny(problem: Problem) -> Iterator[Fix]:
    """An explicit Deny: only taking it out, or narrowing it, helps; our own grants are taken out by their names."""
    outcome = problem.outcome
    if outcome.statement is None:
        maker = _BY_KIND[outcome.kind]
        yield from maker(problem)
        return
    place = f" at {outcome.name}" if outcome.kind in (SCP, RCP) and outcome.name else ""
    text = f"Take {outcome.statement}{place} out, or narrow it: an explicit Deny wins over every Allow"
    sid = outcome.statement.sid
    absent = {"name": sid.removeprefix(OWN_PREFIX), "state": "absent"}
    request = problem.request
    carrier = request.resource_policy
    is_own = sid.startswith(OWN_PREFIX) and len(sid) > len(OWN_PREFIX)
    if outcome.kind == RESOURCE and carrier is not None and is_own:
        if carrier.kind == ROLE_TRUST and own_sid(absent["name"], SidAlphabet.IAM) == sid:
            options = {"name": request.resource.rpartition("/")[2], "trusted": [absent], "purge_trusted": False}
            yield Fix(outcome.kind, problem.account, text, "xacct_role", options)
            return
        rules = BUCKET if carrier.kind == BUCKET_POLICY else _rules_of(problem)
        own = rules.grant_sid(sid) if rules is not None else ""
        absent = {**absent, "name": own.removeprefix(OWN_PREFIX)} if own else absent
        if rules is None or rules.sids(absent["name"])[0] != own:
            yield Fix(outcome.kind, problem.account, text)
            return
        if rules is BUCKET:
            bucket = request.resource.rpartition(":")[2].partition("/")[0]
            options = {"bucket": bucket, "grants": [absent]}
            yield Fix(outcome.kind, problem.account, text, "xacct_bucket_grant", options)
            return
        options = {"resource": request.resource, "grants": [absent]}
        yield Fix(outcome.kind, problem.account, text, "xacct_resource_grant", options)
        return
    own_identity = outcome.kind == IDENTITY and is_own and own_sid(absent["name"], SidAlphabet.IAM) == sid
    if own_identity and outcome.statement.policy.startswith("inline policy "):
        policy_name, _of, holder = outcome.statement.policy.removeprefix("inline policy ").partition(" of ")
        options = {"principal": holder.replace(" ", "/", 1), "policy_name": policy_name, "grants": [absent]}
        yield Fix(outcome.kind, problem.account, text, "xacct_identity_grant", options)
        return
    yield Fix(outcome.kind, problem.account, text)


_BY_KIND: dict[str, Callable[[Problem], Iterator[Fix]]] = {
    IDENTITY: _identity,
    RESOURCE: _resource,
    BOUNDARY: _boundary,
    SESSION_POLICY: _session,
    ACL: _access_list,
    BLOCK_PUBLIC_ACCESS: _public_access,
    SCP: _organization,
    RCP: _organization,
    VPC_ENDPOINT: _endpoint,
    SERVICE_RULE: _no_fix,
}


def _allow(problem: Problem) -> dict:
    return {"Effect": "Allow", "Action": problem.action, "Resource": problem.request.resource}


def _checked(make: Callable[[], object], fix: Fix) -> Fix:
    """Return the fix, or what keeps its grant from being written."""
    try:
        make()
    except PolicyError as error:
        return Fix(fix.blocked_by, fix.account, f"{fix.text}: {error}", instead=fix.instead)
    return fix


def _free_name(name: str, policy: object, alphabet: SidAlphabet) -> str:
    """Return the name, with a number where the policy has a grant of that name already."""
    taken = {each.sid for each in policy.statements} if isinstance(policy, CompiledPolicy) else set()
    candidate, number = name, 1
    while own_sid(candidate, alphabet) in taken:
        number += 1
        candidate = f"{name} {number}"
    return candidate
