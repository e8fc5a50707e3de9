# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lambda functions, their versions and aliases.

Sources: Lambda Developer Guide, "Granting Lambda function access to other accounts", "Control access to Lambda function
URLs", "Lambda quotas"; Lambda API Reference, AddPermission.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..._policy.language.documents import ascii_lower
from ..._policy.language.principals import Arn
from ..._policy.statements.condition_options import Piece, as_list, each_text
from ..._policy.statements.grant_sids import NUMBERED
from ..._policy.statements.own_statements import SidAlphabet
from ..._policy.statements.service_rules import Granted, ProofCall, ServiceRules
from .permissions import URL_AUTH_TYPE, VIA_URL, argument_of, merge_permissions, split_statement

_INVOKE = "lambda:InvokeFunction"
_INVOKE_URL = "lambda:InvokeFunctionUrl"
_THROUGH_URL = "invoke_url"
_AUTH_TYPE = "function_url_auth_type"

_ONE_BY_ONE = "a function's policy is written by Lambda's AddPermission, which has no word for it"
_QUALIFIER = r"[A-Za-z0-9_-]{1,128}"
_LATEST = r"\$LATEST(\.PUBLISHED)?"
_SOURCE_ARN = re.compile(
    r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)"
)
_TOKEN = re.compile(r"[a-zA-Z0-9._\-]{1,256}")


def _for_action(statement: dict, action: str) -> dict:
    """Return an entry's statement for one of its actions: each has its own of the conditions on function URLs."""
    other = VIA_URL if ascii_lower(action) == ascii_lower(_INVOKE_URL) else URL_AUTH_TYPE
    condition = {
        operator: {key: value for key, value in keys.items() if key != other}
        for operator, keys in statement.get("Condition", {}).items()
    }
    left = {operator: keys for operator, keys in condition.items() if keys}
    bare = {name: value for name, value in statement.items() if name != "Condition"}
    return {**bare, "Action": action, **({"Condition": left} if left else {})}


def _check_conditions(conditions: object) -> Iterator[str]:
    for operator, keys in conditions.items() if isinstance(conditions, dict) else ():
        for key, values in keys.items() if isinstance(keys, dict) else ():
            argument = argument_of(operator, key)
            texts = [each for each in as_list(values) if isinstance(each, str)]
            if argument is None:
                yield f"conditions: {operator} {key}: {_ONE_BY_ONE}"
            elif argument == "FunctionUrlAuthType":
                yield f"conditions: {operator} {key}: write {_AUTH_TYPE}"
            elif argument == "EventSourceToken" and not all(map(_TOKEN.fullmatch, texts)):
                yield f"conditions: {key}: up to 256 of a-z A-Z 0-9 . _ -"
            elif argument == "SourceArn" and not all(map(_SOURCE_ARN.fullmatch, texts)):
                yield f"conditions: {key}: Lambda accepts no wildcard in the region or the account"


def _check_url(grant: Mapping) -> Iterator[str]:
    auth_type = grant.get(_AUTH_TYPE)
    if auth_type and grant.get("access") != _THROUGH_URL and not _names_url(grant):
        yield f"{_AUTH_TYPE}: it is about function URLs; write access: {_THROUGH_URL}"
    if auth_type == "NONE" and as_list(grant.get("principals", [])) != ["*"]:
        yield f"{_AUTH_TYPE}: with NONE nobody says who he is, so the only principal that matches is '*'"


def _names_url(grant: Mapping) -> bool:
    """Whether an entry names the action of function URLs itself."""
    actions = [each for each in as_list(grant.get("actions", [])) if isinstance(each, str)]
    return ascii_lower(_INVOKE_URL) in map(ascii_lower, actions)


class Function(ServiceRules):
    """Lambda functions: what their policies may say."""

    type = "lambda_function"
    title = "Lambda function"
    service = "lambda"
    name = rf"[A-Za-z0-9_-]{{1,64}}(:({_QUALIFIER}|{_LATEST}))?"
    name_words = "1 to 64 of a-z A-Z 0-9 - _, with :ALIAS or :VERSION at the end for one of those"
    resource = "function:{name}"
    alphabet = SidAlphabet.LAMBDA
    access = {
        "invoke": Granted((_INVOKE,)),
        _THROUGH_URL: Granted((_INVOKE_URL, _INVOKE)),
        "read": Granted(("lambda:GetFunction", "lambda:GetFunctionConfiguration")),
    }
    limit = 20 * 1024
    not_actions = {
        "lambda:invoke": f"its permission is {_INVOKE}",
        "lambda:listfunctions": "it is about no function in particular, so the policy of none can allow it",
    }
    effects = ("Allow",)
    conditions = ("organizations", "source_accounts", "source_arns", "conditions")
    other_conditions = _ONE_BY_ONE
    options = {"qualifier": {"type": "str"}}
    grant_options = {_AUTH_TYPE: {"type": "str", "choices": ["AWS_IAM", "NONE"]}}
    condition_options = {
        _AUTH_TYPE: ("StringEquals", URL_AUTH_TYPE, lambda value: each_text(value, "AWS_IAM|NONE", "AWS_IAM or NONE"))
    }
    parts = NUMBERED
    preload = True
    proofs = (ProofCall("lambda_invoke", _INVOKE, "could invoke"),)
    invalid_principal = {"InvalidParameterValueException": "principal"}
    passing_codes = ("ServiceException",)
    api = ("GetPolicy", "GetFunctionConfiguration (without a policy)", "AddPermission", "RemovePermission")
    to_know = (
        "The policy is made statement by statement, each with one principal, one action and one value of a condition, "
        "so a grant may be several statements. Of conditions there are only organizations, for whom a service acts, "
        "how a function URL authenticates (`function_url_auth_type`), and event source tokens.",
        "When a grant changes, its new statements are added before the old ones are removed: access never blinks. Both "
        "have to fit into the policy for that moment.",
        "A version or an alias has a policy of its own, for calls that name it: write `resource: NAME:ALIAS`, or "
        "`qualifier`.",
        "Invoking through a function URL takes two actions, which `invoke_url` allows for that way only.",
    )
    proved = "local AWS"

    def merge(self, *arguments: Any, **options: Any) -> dict | None:
        """Return a policy with such statements in it, of which the service has one an action and principal."""
        return merge_permissions(*arguments, **options)

    def part(self, arn: Arn, options: Mapping) -> Arn:
        """Return the ARN of the version or alias that the option ``qualifier`` means."""
        qualifier = options.get("qualifier")
        if not qualifier:
            return arn
        return Arn(arn.partition, arn.service, arn.region, arn.account_id, f"{arn.resource}:{qualifier}")

    def check_options(self, resource: str, options: Mapping) -> Iterator[str]:
        """Yield what is wrong with a qualifier, in the option or at the end of the resource."""
        given = options.get("qualifier")
        name = resource.rpartition("function:")[2]
        _name, _colon, in_name = name.partition(":")
        if given is not None and in_name:
            yield f"qualifier: {resource!r} says {in_name} already; write it in one place"
        for option, qualifier in (("qualifier", given), ("resource", in_name or None)):
            if qualifier is None:
                continue
            if re.fullmatch(_LATEST, qualifier):
                yield (
                    f"{option}: Lambda keeps no policy for {qualifier}; leave it out: the function's own policy is for "
                    "calls without a qualifier, which run $LATEST"
                )
            elif not re.fullmatch(_QUALIFIER, qualifier):
                yield f"{option}: {qualifier!r} is not the name of an alias or the number of a version"

    def more_conditions(self, grant: Mapping) -> Iterator[Piece]:
        """Yield what goes with function URLs: how they authenticate, and that the function is invoked through one."""
        through_url = grant.get("access") == _THROUGH_URL
        if (through_url or _names_url(grant)) and _AUTH_TYPE not in grant:
            yield "StringEquals", URL_AUTH_TYPE, "AWS_IAM", "access" if through_url else "actions"
        if through_url:
            yield "Bool", VIA_URL, "true", "access"

    def usual_context(self, action: str, _arn: Arn) -> Mapping[str, str]:
        """Return that a function is invoked by itself, not through a function URL."""
        return {VIA_URL: "false"} if action == ascii_lower(_INVOKE) else {}

    def check(self, grant: Mapping) -> Iterator[str]:
        """Yield what AddPermission could not say of an entry."""
        actions = [each for each in as_list(grant.get("actions", [])) if isinstance(each, str)]
        for action in actions:
            if ascii_lower(action).startswith("lambda:") and not re.fullmatch(r"lambda:(\*|[A-Za-z]+)", action):
                yield f"actions: {action!r}: Lambda accepts only the whole name of one action, or lambda:*"
        for arn in as_list(grant.get("source_arns", [])):
            if isinstance(arn, str) and arn.startswith("arn:") and not _SOURCE_ARN.fullmatch(arn):
                yield f"source_arns: {arn!r}: Lambda accepts no wildcard in the region or the account"
        yield from _check_conditions(grant.get("conditions"))
        yield from _check_url(grant)

    def split(self, _grant: Mapping, statement: dict) -> list[dict]:
        """Return the statements of an entry, each as one call of AddPermission makes it."""
        found: list[dict] = []
        for action in as_list(statement["Action"]):
            for single in split_statement(_for_action(statement, action)):
                if single not in found:
                    found.append(single)
        return found


RULES = Function()
