# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies to try rules on, every rewriting that AWS reads as the same, and changes that it does not.

`policies()` draws documents whose statements all have their own Sid, so that no change can hide behind a duplicate.
`rewritten(policy)` draws another spelling of one; `changes(policy, …)` are policies that mean something else.
"""

from __future__ import annotations

import copy
import json
import random
import urllib.parse
from collections.abc import Iterable, Iterator

from hypothesis import strategies as st

PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
ACCOUNTS = ("111111111111", "222222222222", "012345670123")
ACTIONS = ("sts:AssumeRole", "sts:TagSession", "s3:GetObject", "s3:Get*", "kms:Decrypt", "*")
RESOURCES = ("*", "arn:aws:s3:::bucket/Key", "arn:aws:s3:::bucket/key", "arn:aws:sns:eu-west-1:111111111111:topic")
CONDITIONS = (
    ("StringEquals", "sts:ExternalId", ("Alpha", "alpha", "Beta")),
    ("StringEquals", "aws:PrincipalOrgID", ("o-abcdefghij", "o-0123456789")),
    ("StringEqualsIgnoreCase", "aws:PrincipalTag/Team", ("Red", "Blue")),
    ("StringLike", "aws:userid", ("AROAEXAMPLE123456:*", "*:Session")),
    ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", ("o-abcdefghij/r-ab12/*",)),
    ("Bool", "aws:MultiFactorAuthPresent", ("true", "false")),
    ("BoolIfExists", "aws:SecureTransport", ("true",)),
    ("NumericLessThan", "aws:MultiFactorAuthAge", ("3600", "1.5", "60")),
    ("ArnLike", "aws:PrincipalArn", ("arn:aws:iam::111111111111:root", "arn:aws:iam::111111111111:role/app-*")),
    ("IpAddress", "aws:SourceIp", ("198.51.100.0/24", "2001:db8::/32")),
    ("DateLessThan", "aws:CurrentTime", ("2027-01-01T00:00:00Z",)),
)


@st.composite
def policies(draw, own: bool = False) -> dict:
    """Draw a policy of one partition. Its statements' Sids are S0, S1, … or, if `own`, some of them ours."""
    partition = draw(st.sampled_from(PARTITIONS))
    count = draw(st.integers(1, 3))
    policy: dict = {"Statement": [draw(_statements(index, partition, own)) for index in range(count)]}
    version = draw(st.sampled_from((None, "2008-10-17", "2012-10-17")))
    if version:
        policy["Version"] = version
    if draw(st.booleans()):
        policy["Id"] = draw(st.sampled_from(("", "Id1", "id1")))
    return policy


def small_subsets(values: tuple, minimum: int = 1) -> st.SearchStrategy[list]:
    return st.lists(st.sampled_from(values), min_size=minimum, max_size=3, unique=True)


@st.composite
def _statements(draw, index: int, partition: str, own: bool) -> dict:
    prefix = draw(st.sampled_from(("Xacct", "S"))) if own else "S"
    statement: dict = {"Sid": f"{prefix}{index}", "Effect": draw(st.sampled_from(("Allow", "Deny")))}
    principal = draw(_principals(partition))
    if principal is not None:
        statement[draw(st.sampled_from(("Principal", "NotPrincipal")))] = principal
    statement[draw(st.sampled_from(("Action", "NotAction")))] = draw(small_subsets(ACTIONS))
    if draw(st.booleans()):
        statement[draw(st.sampled_from(("Resource", "NotResource")))] = draw(small_subsets(RESOURCES))
    condition: dict = {}
    for operator, key, values in draw(small_subsets(CONDITIONS, minimum=0)):
        condition.setdefault(operator, {})[key] = draw(small_subsets(values, minimum=0))
    if condition:
        statement["Condition"] = condition
    return statement


@st.composite
def _principals(draw, partition: str) -> dict | None:
    """Draw a Principal element, always as {TYPE: [VALUES]}."""
    if draw(st.integers(0, 9)) == 0:
        return None
    if draw(st.integers(0, 4)) == 0:
        return {"AWS": ["*"]}
    names = [f"arn:{partition}:iam::{account}:root" for account in ACCOUNTS]
    names += [f"arn:{partition}:iam::111111111111:role/Role", f"arn:{partition}:iam::111111111111:user/role"]
    pool = {
        "AWS": (*names, f"arn:{partition}:sts::111111111111:assumed-role/Role/Session", "AROAEXAMPLE1234567890"),
        "Service": ("ec2.amazonaws.com", "sns.eu-west-1.amazonaws.com", "*"),
        "Federated": (f"arn:{partition}:iam::111111111111:saml-provider/Idp", "accounts.google.com"),
        "CanonicalUser": ("a" * 64, "b" * 64),
    }
    kinds = draw(st.lists(st.sampled_from(sorted(pool)), min_size=1, max_size=2, unique=True))
    return {kind: draw(small_subsets(pool[kind])) for kind in kinds}


@st.composite
def rewritten(draw, policy: dict) -> dict | str:
    """Draw another spelling of `policy`: R1 to R9, R11 and R13 to R16 taken one way or the other."""
    return rewrite(policy, random.Random(draw(st.integers(0, 2**32))))


def rewrite(policy: dict, dice: random.Random) -> dict | str:
    result = {name: value for name, value in policy.items() if name != "Statement"}
    if result.get("Version", "2008-10-17") == "2008-10-17":
        result["Version"] = dice.choice((None, "2008-10-17"))
        if _often(dice) and result["Version"] is None:
            del result["Version"]
    if "Id" not in result and _often(dice):
        result["Id"] = None
    listed = [_statement(statement, dice) for statement in _shuffled(policy["Statement"], dice)]
    if _often(dice):
        listed.append(_statement(dice.choice(policy["Statement"]), dice))
    result["Statement"] = listed[0] if len(listed) == 1 and _often(dice) else listed
    result = dict(_shuffled(result.items(), dice))
    form = dice.choice(("dict", "json", "indented", "encoded"))
    if form == "dict":
        return result
    text = json.dumps(result, indent=4 if form == "indented" else None)
    return urllib.parse.quote(text) if form == "encoded" else text


def _statement(statement: dict, dice: random.Random) -> dict:
    result: dict = {}
    for name, value in _shuffled(statement.items(), dice):
        if name in ("Action", "NotAction"):
            result[name] = _respelled([_any_case(text, dice) for text in value], dice)
        elif name in ("Resource", "NotResource"):
            result[name] = _respelled(value, dice)
        elif name in ("Principal", "NotPrincipal"):
            result[name] = _principal(value, dice)
        elif name == "Condition":
            result[name] = _condition(value, dice)
        else:
            result[name] = value
    if "Condition" not in result and _often(dice):
        result["Condition"] = dice.choice(({}, None))
    if "Principal" not in result and _often(dice):
        result["Principal"] = dice.choice(({}, []))
    return result


def _principal(principal: dict, dice: random.Random) -> dict | str | list:
    if principal == {"AWS": ["*"]}:
        return dice.choice(("*", ["*"], {"AWS": "*"}, {"AWS": ["*", "*"]}, {"*": "*"}, {"*": ["*"]}))
    result = {}
    for kind, values in _shuffled(principal.items(), dice):
        if kind == "Service":
            result[kind] = _respelled([_any_case(text, dice) for text in values], dice)
        elif kind == "AWS":
            result[kind] = _respelled([_root_or_id(text, dice) for text in values], dice)
        else:
            result[kind] = _respelled(values, dice)
    return result["AWS"] if list(result) == ["AWS"] and _often(dice) else result


def _root_or_id(text: str, dice: random.Random) -> str:
    return text.split(":")[4] if text.endswith(":root") and _often(dice) else text


def _condition(condition: dict, dice: random.Random) -> dict:
    result: dict = {}
    for operator, keys in _shuffled(condition.items(), dice):
        for key, values in _shuffled(keys.items(), dice):
            block = result.setdefault(_any_case(operator, dice), {})
            block[_any_case(key, dice)] = _respelled([_same_value(operator, text, dice) for text in values], dice)
    return result


def _same_value(operator: str, text: str, dice: random.Random) -> object:
    if "IgnoreCase" in operator:
        return _any_case(text, dice)
    if "Bool" in operator and text in ("true", "false"):
        return dice.choice((text, text.title(), text.upper(), text == "true"))
    if "Numeric" in operator and text[0].isdigit():
        return dice.choice((text, json.loads(text), text + "0" if "." in text else text + ".0", float(text)))
    return text


def _respelled(values: list, dice: random.Random) -> object:
    """The same set: another order, perhaps with a duplicate, a list of one perhaps as a scalar."""
    result = _shuffled(values, dice)
    if values and _often(dice):
        result.append(dice.choice(values))
    return result[0] if len(result) == 1 and _often(dice) else result


def _any_case(text: str, dice: random.Random) -> str:
    return dice.choice((text, text.lower(), text.upper(), text.swapcase()))


def _shuffled(values: Iterable, dice: random.Random) -> list:
    result = list(values)
    dice.shuffle(result)
    return result


def _often(dice: random.Random) -> bool:
    return dice.random() < 0.4


def changes(policy: dict, index: int) -> Iterator[tuple[str, dict]]:
    """Yield every change that statement `index` of the policy can take, by name, each done to a copy."""
    for change in CHANGES:
        result = copy.deepcopy(policy)
        if change(result, result["Statement"][index], index):
            yield change.__qualname__, result


def _flip_effect(policy: dict, statement: dict, index: int) -> bool:
    statement["Effect"] = "Deny" if statement["Effect"] == "Allow" else "Allow"
    return True


def _no_effect(policy: dict, statement: dict, index: int) -> bool:
    del statement["Effect"]
    return True


def _other_sid(policy: dict, statement: dict, index: int) -> bool:
    statement["Sid"] = statement["Sid"].lower() + "x"
    return True


def _sid_case(policy: dict, statement: dict, index: int) -> bool:
    statement["Sid"] = statement["Sid"].swapcase()
    return True


def _lose_statement(policy: dict, statement: dict, index: int) -> bool:
    del policy["Statement"][index]
    return bool(policy["Statement"])


def _unknown_element(policy: dict, statement: dict, index: int) -> bool:
    statement["condition"] = {}
    return True


def _unknown_document_element(policy: dict, statement: dict, index: int) -> bool:
    policy["version"] = "2012-10-17"
    return True


def _other_version(policy: dict, statement: dict, index: int) -> bool:
    policy["Version"] = "2008-10-17" if policy.get("Version") == "2012-10-17" else "2012-10-17"
    return True


def _other_id(policy: dict, statement: dict, index: int) -> bool:
    policy["Id"] = policy.get("Id", "") + "2"
    return True


def _add_value(*names: str):
    def change(policy: dict, statement: dict, index: int) -> bool:
        for name in names:
            if name in statement:
                statement[name] = [*statement[name], "new:Value"]
                return True
        return False

    return change


def _lose_value(*names: str):
    def change(policy: dict, statement: dict, index: int) -> bool:
        for name in names:
            if name in statement:
                statement[name].pop()
                return True
        return False

    return change


def _negate(name: str):
    def change(policy: dict, statement: dict, index: int) -> bool:
        if name not in statement:
            return False
        statement[f"Not{name}"] = statement.pop(name)
        return True

    return change


def _resource_case(policy: dict, statement: dict, index: int) -> bool:
    values = statement.get("Resource", [])
    turned = [text.replace("/Key", "/kEY").replace("/key", "/kEY") for text in values]
    if turned == values:
        return False
    statement["Resource"] = turned
    return True


def _principal_list(statement: dict, kind: str) -> list:
    return statement.get("Principal", {}).get(kind, [])


def _other_partition(policy: dict, statement: dict, index: int) -> bool:
    """Not of a root ARN: its rewriting as a bare account ID is equal to the root of any partition."""
    values = _principal_list(statement, "AWS")
    for position, text in enumerate(values):
        if text.startswith("arn:") and not text.endswith(":root"):
            values[position] = text.replace(":iam:", "-x:iam:").replace(":sts:", "-x:sts:")
            return True
    return False


def _other_account(policy: dict, statement: dict, index: int) -> bool:
    values = _principal_list(statement, "AWS")
    for position, text in enumerate(values):
        if text.startswith("arn:"):
            values[position] = text.replace(text.split(":")[4], "333333333333")
            return True
    return False


def _role_case(policy: dict, statement: dict, index: int) -> bool:
    values = _principal_list(statement, "AWS")
    turned = [text.replace("role/Role", "role/rOLE") for text in values]
    if turned == values:
        return False
    statement["Principal"]["AWS"] = turned
    return True


def _unique_id_for_arn(policy: dict, statement: dict, index: int) -> bool:
    values = _principal_list(statement, "AWS")
    for position, text in enumerate(values):
        if ":role/" in text:
            values[position] = "AROAOTHER12345678901"
            return True
    return False


def _add_principal(policy: dict, statement: dict, index: int) -> bool:
    if "Principal" not in statement:
        return False
    statement["Principal"].setdefault("AWS", []).append("999999999999")
    return True


def _anyone(policy: dict, statement: dict, index: int) -> bool:
    if "Principal" not in statement or statement["Principal"] == {"AWS": ["*"]}:
        return False
    statement["Principal"] = {"AWS": ["*"]}
    return True


def _any_service(policy: dict, statement: dict, index: int) -> bool:
    if statement.get("Principal") != {"AWS": ["*"]}:
        return False
    statement["Principal"] = {"Service": ["*"]}
    return True


def _regional_service(policy: dict, statement: dict, index: int) -> bool:
    values = _principal_list(statement, "Service")
    if "ec2.amazonaws.com" not in values:
        return False
    values[values.index("ec2.amazonaws.com")] = "ec2.eu-west-1.amazonaws.com"
    return True


def _other_principal_kind(policy: dict, statement: dict, index: int) -> bool:
    values = statement.get("Principal", {}).pop("Federated", None)
    if values is None:
        return False
    statement["Principal"]["federated"] = values
    return True


def _first_condition(statement: dict) -> tuple[str, str] | None:
    for operator, keys in statement.get("Condition", {}).items():
        for key in keys:
            return operator, key
    return None


def _lose_condition(policy: dict, statement: dict, index: int) -> bool:
    return statement.pop("Condition", None) is not None


def _add_condition(policy: dict, statement: dict, index: int) -> bool:
    statement.setdefault("Condition", {})["Null"] = {"aws:TokenIssueTime": "true"}
    return True


def _never_matching_condition(policy: dict, statement: dict, index: int) -> bool:
    statement.setdefault("Condition", {})["StringNotEquals"] = {"aws:username": []}
    return True


def _other_operator(policy: dict, statement: dict, index: int) -> bool:
    found = _first_condition(statement)
    if found is None:
        return False
    block = statement["Condition"].pop(found[0])
    statement["Condition"][f"{found[0]}Other"] = block
    return True


def _other_key(policy: dict, statement: dict, index: int) -> bool:
    found = _first_condition(statement)
    if found is None:
        return False
    operator, key = found
    statement["Condition"][operator][f"{key}2"] = statement["Condition"][operator].pop(key)
    return True


def _other_condition_value(policy: dict, statement: dict, index: int) -> bool:
    found = _first_condition(statement)
    if found is None:
        return False
    operator, key = found
    statement["Condition"][operator][key].append("another")
    return True


def _condition_value_case(policy: dict, statement: dict, index: int) -> bool:
    values = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId", [])
    if "Beta" not in values:
        return False
    values[values.index("Beta")] = "beta"
    return True


def _two_keys_for_a_union(policy: dict, statement: dict, index: int) -> bool:
    """Both of two values (AND) in place of one of them (OR)."""
    values = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId", [])
    if len(values) < 2:
        return False
    statement["Condition"]["StringEquals"]["sts:ExternalId"] = values[:1]
    statement["Condition"]["stringequals"] = {"STS:externalid": values[1:]}
    return True


def _other_number(policy: dict, statement: dict, index: int) -> bool:
    values = statement.get("Condition", {}).get("NumericLessThan", {}).get("aws:MultiFactorAuthAge", [])
    if not values:
        return False
    values[0] += "1"
    return True


CHANGES = (
    _flip_effect,
    _no_effect,
    _other_sid,
    _sid_case,
    _lose_statement,
    _unknown_element,
    _unknown_document_element,
    _other_version,
    _other_id,
    _add_value("Action", "NotAction"),
    _add_value("Resource", "NotResource"),
    _lose_value("Action", "NotAction"),
    _lose_value("Resource", "NotResource"),
    _negate("Action"),
    _negate("Resource"),
    _negate("Principal"),
    _resource_case,
    _other_partition,
    _other_account,
    _role_case,
    _unique_id_for_arn,
    _add_principal,
    _anyone,
    _any_service,
    _regional_service,
    _other_principal_kind,
    _lose_condition,
    _add_condition,
    _never_matching_condition,
    _other_operator,
    _other_key,
    _other_condition_value,
    _condition_value_case,
    _two_keys_for_a_union,
    _other_number,
)
