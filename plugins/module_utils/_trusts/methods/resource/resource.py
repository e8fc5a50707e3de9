# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ``resource:`` method of a trust: grants in the policy of a topic, a queue, a function, a key, a secret …

What differs between the types of resources is in their rules (in ``_services``); nothing here knows a service.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from ...._options.module_options import ModuleOptions
from ...._options.resource_grant import ARGUMENT_SPEC, check
from ...._policy.language.documents import PolicyError
from ...._policy.language.principals import parse_arn
from ...._policy.statements.resource import RESOURCE_GRANT_OPTIONS, check_resource_grants
from ...._policy.statements.service_rules import CONDITIONS, ServiceRules
from ...._services.rules_registry import SERVICES, rules_for
from ...declaration.directory import Account
from ...declaration.problems import Problems, did_you_mean, kind_of, some_of
from ...declaration.trust import Trust
from ...declaration.values import read_boolean, read_integer, read_mapping, read_text, read_texts, read_values
from ..base import Declared, Method, operation
from ..planned_module import PlannedModule
from ..s3.access_spec import KMS_KEY
from .access_spec import ACCOUNT_ID, ResourceAccessSpec, places_of
from .conflicts import check_resources
from .expectations import resource_expectations

EXAMPLE = "resource: {type: sns_topic, name: TOPIC, region: REGION, access: publish}"
_FOR_SERVICES = ("source_accounts", "source_arns", "source_organizations", "allow_any_source")
_NOT_OF_A_TRUST = ("name", "effect", "principals", *_FOR_SERVICES)
_OWN = {
    "type": read_text,
    "name": read_text,
    "arn": read_text,
    "region": read_text,
    "regions": read_texts,
    "kms_key": read_texts,
    "verify_by_writing": read_boolean,
}
RESOURCE_KEYS = (*_OWN, "access", "actions")
"""What ``resource:`` takes whatever the type."""

_READERS: Mapping[str, Callable] = {
    "str": read_text,
    "raw": read_text,
    "bool": read_boolean,
    "int": read_integer,
    "list": read_texts,
    "dict": read_mapping,
}
"""By the type that an option of the module has."""

MODULE = PlannedModule(
    ModuleOptions(ARGUMENT_SPEC, check),
    "resource",
    "grants",
    names={"resource": "resource", "principals": "trusted.principals"},
)

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]+", re.ASCII)
_SOME_ACCOUNT = "0" * 12


def resource_keys(rules: ServiceRules) -> dict[str, Callable]:
    """What ``resource:`` takes for a type, each with what reads it."""
    return {**_OWN, **_grant_keys(rules), **_readers(rules.options)}


def _grant_keys(rules: ServiceRules) -> dict[str, Callable]:
    left_out = {*_NOT_OF_A_TRUST, *set(CONDITIONS).difference(rules.conditions)}
    usual = {name: spec for name, spec in RESOURCE_GRANT_OPTIONS.items() if name not in left_out}
    return _readers({**usual, **rules.grant_options})


def _readers(options: Mapping[str, Mapping]) -> dict[str, Callable]:
    return {name: _READERS[spec.get("type", "str")] for name, spec in options.items()}


def read_resource_method(declaration: Declared, problems: Problems) -> ResourceAccessSpec | None:
    """Check and read the mapping under ``resource:``; what is wrong goes to ``problems``."""
    declared, where, before = declaration.value, declaration.where, len(problems)
    if not isinstance(declared, dict):
        problems.add(where, f"resource is {kind_of(declared)}", f"a mapping is expected: {EXAMPLE}")
        return None
    if declaration.trusted_side == "pattern":
        problems.add(
            where, "trusted_side is pattern with resource", "a pattern is for roles: exact and managed are here"
        )
    rules = _rules(declared, declaration, problems)
    keys = resource_keys(rules) if rules else _every_key()
    _check_keys(declared, keys, rules, where, problems)
    values = read_values(declared, "resource", keys, where, problems)
    if rules is None:
        return None
    spec = ResourceAccessSpec(
        rules=rules,
        name=values.get("name", ""),
        arn=values.get("arn", ""),
        regions=_regions(declared, values, rules, where, problems),
        options={key: values[key] for key in rules.options if key in values},
        grant={key: values[key] for key in _grant_keys(rules) if key in values},
        kms_keys=tuple(values.get("kms_key", ())),
        verify_by_writing=values.get("verify_by_writing", False),
    )
    _check_accounts(spec, declaration, problems)
    _check_kms_keys(spec, where, problems)
    unread = [key for key in ("access", "actions") if declared.get(key) is not None and key not in values]
    if len(problems) > before and declaration.trusted and not unread:
        # The module's check would say more about the resource itself, and that is what is wrong.
        entry = {"name": "x", "principals": declaration.trusted.policy_principals, **spec.grant}
        errors = [
            *rules.check_options(spec.arn or spec.name, spec.options),
            *check_resource_grants([entry], rules),
        ]
        for error in errors:
            problems.add_line(where, MODULE.in_words(error.removeprefix("x: ")))
    return spec if len(problems) == before else None


def _every_key() -> dict[str, Callable]:
    return {key: read for rules in SERVICES.values() for key, read in resource_keys(rules).items()}


def _check_keys(declared: Mapping, keys: Mapping, rules: ServiceRules | None, where: str, problems: Problems) -> None:
    for key in sorted(set(map(str, declared)) - set(keys)):
        if key in _FOR_SERVICES:
            right = "it is for AWS services, which xacct_resource_grant lets in: a trust is between accounts"
            problems.add(where, f"{key} in resource", right)
        else:
            of_type = f" of {rules.type}" if rules else ""
            right = f"{did_you_mean(key, keys)}it takes {some_of(keys, 30)}"
            problems.add(where, f"unknown key '{key}' in resource{of_type}", right)


def _rules(declared: Mapping, declaration: Declared, problems: Problems) -> ServiceRules | None:
    """The rules of the declared type, or of the ARN's; what is wrong with type, name and ARN goes to ``problems``."""
    where = declaration.where
    type_, name, arn = (declared.get(key) for key in ("type", "name", "arn"))
    if any(value is not None and not isinstance(value, str) for value in (type_, name, arn)):
        return None  # That was or will be reported where the values are read.
    rules = SERVICES.get(type_ or "")
    if type_ is not None and rules is None:
        right = f"{did_you_mean(type_, SERVICES)}one of {', '.join(SERVICES)} is expected"
        problems.add(where, f"resource.type is '{type_}'", right)
        return None
    if bool(name) == bool(arn):
        wrong = "resource has both name and arn" if name else "resource names nothing: it has neither name nor arn"
        problems.add(where, wrong, f"one of them is expected: {EXAMPLE}")
        return rules
    if arn and not arn.startswith("arn:"):
        problems.add(where, f"resource.arn is '{arn}'", "an ARN is expected; a name is written as resource.name")
        return rules
    if name and (name.startswith("arn:") or not type_):
        wrong = f"resource.name is '{name}'" if type_ or name.startswith("arn:") else "resource.type is missing"
        right = "an ARN is written as resource.arn" if name.startswith("arn:") else f"one of {', '.join(SERVICES)}"
        problems.add(where, wrong, right)
        return rules
    try:
        found = rules_for(str(name or arn).replace(ACCOUNT_ID, _SOME_ACCOUNT), type_)
    except PolicyError as error:
        problems.add_line(where, f"resource.{'name' if name else 'arn'}: {error}")
        return rules
    if arn and found.name_in(parse_arn(arn.replace(ACCOUNT_ID, _SOME_ACCOUNT))) is None:
        problems.add(
            where,
            f"resource.arn is '{arn}', which is not the {found.title} itself",
            f"write its own ARN, …:{found.resource.format(name='…')}: the policies of the trusted side have to name it",
        )
    if name and not found.name_gives_arn and not found.name_pattern:
        problems.add(
            where,
            f"resource.name is '{name}', and the ARN of a {found.title} does not follow from a name",
            "write resource.arn: AWS makes a part of it, and the policies of the trusted side have to name it",
        )
    return found


def _regions(
    declared: Mapping, values: Mapping, rules: ServiceRules, where: str, problems: Problems
) -> tuple[str, ...]:
    """The regions, those of an ARN among them. The connections of the inventory have theirs, but a plan knows none."""
    given = [key for key in ("region", "regions") if declared.get(key) is not None]
    if values.get("arn"):
        if given:
            problems.add(where, f"resource has {given[0]} beside arn", "the ARN says its region: leave it out")
        return tuple(values["arn"].split(":")[3:4])
    if not rules.needs_account:
        if given:
            problems.add(where, f"resource.{given[0]} is given", f"the ARN of a {rules.title} has no region")
        return ("",)
    regions = [values["region"]] if "region" in values else values.get("regions", [])
    if len(given) != 1 or (given[0] in values and not regions):
        wrong = "resource has both region and regions" if len(given) > 1 else "resource says no region"
        problems.add(where, wrong, "region: eu-central-1 is expected, or regions: [eu-central-1, us-east-1]")
    for region in regions:
        if not _REGION.fullmatch(region):
            problems.add(where, f"resource.{given[0]} is '{region}'", "a region such as eu-central-1 is expected")
    return tuple(dict.fromkeys(regions))


def _check_accounts(spec: ResourceAccessSpec, declaration: Declared, problems: Problems) -> None:
    """An ARN is of one account; a name may be there in each, but is one resource in each of them."""
    if not spec.arn.startswith("arn:") or spec.arn.count(":") < 5 or not spec.rules.needs_account:
        return
    where, accounts = declaration.where, declaration.trusting
    owner = spec.arn.split(":")[4]
    if len(accounts) > 1 and owner != ACCOUNT_ID:
        problems.add(
            where,
            f"resource.arn is '{spec.arn}' for {len(accounts)} accounts ({some_of(a.host for a in accounts)})",
            f"it is in one of them: write {ACCOUNT_ID} in its place, or one trust for each",
        )
    for account in accounts[:1] if len(accounts) == 1 else ():
        if owner not in (ACCOUNT_ID, account.account_id):
            problems.add(
                where,
                f"resource.arn is '{spec.arn}', which belongs to the account {owner}",
                f"{account.host} is {account.account_id}: name the account that owns it in trusting",
            )
    for account in accounts:
        partition = spec.arn.split(":")[1]
        if partition != account.partition:
            problems.add(
                where,
                f"resource.arn is '{spec.arn}', which is in the partition {partition}",
                f"{account.host} is in {account.partition}",
            )


def _check_kms_keys(spec: ResourceAccessSpec, where: str, problems: Problems) -> None:
    if spec.kms_keys and not spec.rules.key_actions:
        problems.add(
            where,
            f"resource.kms_key is given for a {spec.rules.title}",
            "nothing there is encrypted with a key: leave it out",
        )
        return
    right = [key for key in spec.kms_keys if KMS_KEY.fullmatch(key)]
    for key in spec.kms_keys:
        if key not in right:
            problems.add(
                where,
                f"resource.kms_key is '{key}'",
                "the ARN of the key is expected, arn:aws:kms:REGION:ACCOUNT:key/ID: other accounts can't use an alias",
            )
        elif spec.regions and spec.regions[0] and key.split(":")[3] not in spec.regions:
            problems.add(
                where,
                f"resource.kms_key is '{key}'",
                f"the key of a {spec.rules.title} is in the same region ({some_of(spec.regions)})",
            )
    without = {region for region in spec.regions if region and region not in {key.split(":")[3] for key in right}}
    if right and without and not spec.rules.key_is_optional:
        problems.add(
            where,
            f"resource.kms_key names no key in {some_of(without)}",
            f"every {spec.rules.title} is encrypted, in each region with a key of that region: name them all",
        )


def resource_operations(trusts: list[Trust], account: Account) -> list[dict]:
    """One run of xacct_resource_grant a resource, with the grants of all trusts on it: its policy is written once.

    What may be encrypted comes after the keys, so that nobody is told to grant on a key what is granted there anyway.
    """
    by_resource: dict[str, list[Trust]] = {}
    options_of: dict[str, dict] = {}
    for trust, _account, region in (place for place in places_of(trusts) if place[1] == account):
        spec = trust.spec
        resource = spec.spelled_in(account, region)
        options = {"type": spec.rules.type, "resource": resource, **spec.options}
        if not resource.startswith("arn:"):
            options["region"] = region
        key = json.dumps(options, sort_keys=True)
        options_of[key] = options
        by_resource.setdefault(key, []).append(trust)
    return [
        operation(
            "resource",
            sharing,
            "present" if any(trust.present for trust in sharing) else "absent",
            {**options_of[key], "grants": [trust.spec.entry(trust) for trust in sharing]},
        )
        for key, sharing in sorted(by_resource.items(), key=lambda item: bool(item[1][0].spec.rules.key_actions))
    ]


def resource_notes(trust: Trust, _sharing: list[Trust]) -> list[str]:
    """What the plan does with a resource's policy in a way that the user may not expect."""
    trusted, spec, notes = trust.trusted, trust.spec, []
    what = f"{spec.rules.title} {spec.name or parse_arn(spec.arn.replace(ACCOUNT_ID, _SOME_ACCOUNT)).resource}"
    groups = [principal.spelling for principal in trusted.principals if principal.kind == "group"]
    if groups:
        notes.append(
            f"a resource's policy cannot name {some_of(groups)}: that of {what} names the whole account of "
            f"{trusted.account_label}, and the policies there narrow it"
        )
    if any(principal.kind == "root" for principal in trusted.principals):
        notes.append(
            f"{what} lets the whole account in: {trusted.account_label} decides with its own IAM policies who may use "
            "it, nothing is applied there"
        )
    if not spec.arn and not spec.rules.name_gives_arn:
        pattern = spec.rules.name_pattern.format(name=spec.name)
        notes.append(f"AWS adds something to the name of {what}: the policies of the trusted side say {pattern}")
    if spec.kms_keys and spec.key_actions:
        notes.append(
            f"the policy of {some_of(spec.kms_keys)} has to allow {' and '.join(spec.key_actions)} to "
            f"{', '.join(trusted.policy_principals)} as well: this trust does not write it"
        )
    return notes


def resource_label(options: Mapping) -> str:
    """Type and name, and what else tells two resources apart: a region where there is no ARN, a qualifier."""
    more = [str(value) for key, value in sorted(options.items()) if key not in ("type", "resource", "grants")]
    return " ".join([options["type"], options["resource"], *more])


METHOD = Method(
    read=read_resource_method,
    operations=resource_operations,
    expectations=resource_expectations,
    notes=resource_notes,
    check=check_resources,
    label=resource_label,
    keys=RESOURCE_KEYS,
    module=MODULE,
)
