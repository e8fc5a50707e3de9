# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_resource_grant`: named statements in the policy of a topic, a queue …

Read the policy, decide what differs, look whether it fits and whether something stands in its way, write. What is
particular to a service is in its folder in `_services`: what its policies may say in `rules.py`, its API in `api.py`.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..._aws.calls.errors import AwsError, is_code, is_unanswered
from ..._aws.calls.retries import retry_while
from ..._options.declared_grants import DeclaredGrants, present_grants
from ..._options.resource_grant import ARGUMENT_SPEC, check, declared_grants
from ..._policy.kms.required_access import key_arn_in, key_statements
from ..._policy.language.principals import Arn
from ..._policy.statements.resource import grants_for_bare_sources
from ..._policy.statements.service_rules import ServiceRules
from ..._services.kms_key import KmsKey
from ..._services.registry import ADAPTERS, carriers, resource_arn
from ..._services.resource_policy import ResourcePolicy
from ..._services.rules_registry import SERVICES, rules_for
from ..plan import Plan
from ..task import Operation, Task, result, said_of
from .key_access_warning import added_statements, key_access
from .policy_steps import bring_about, confirm_owner, new_resource_seconds, read_policy

_DENIED = ("AccessDenied", "AccessDeniedException")
_NO_AWS_KEY = "the grant is of no use there. Have it encrypt with a customer managed key"


def run(task: Task) -> dict:
    """Bring the policy to what is declared and return the module's result."""
    with said_of(task.account):
        return _run(task)


def _run(task: Task) -> dict:
    params = task.params
    rules = rules_for(params["resource"], params["type"])
    # A name, and many a call, means whatever account the credentials belong to: nothing is to be said of another one.
    task.account.confirm_account()
    arn = _arn(task, rules)
    if arn is None:
        return result(Plan((), {}, {}), resource=_resource(rules, None), key_access=None, **_no_policies(rules))
    _confirm_owner(task, rules, arn)
    ways = carriers(task.account, rules, arn, params)
    grants = declared_grants(params, rules, arn)

    found = {way: _read(task, carrier, grants[way]) for way, carrier in ways.items()}

    def look() -> dict | None:
        _warn_of_bare_sources(task, ways, grants, found)
        return _missing_key_access(task, ways, grants, found)

    outcome = bring_about(task, ways, grants, found, look)
    return result(
        outcome.plan,
        resource=_resource(rules, arn),
        key_access=outcome.key_access,
        **{carrier.returned_as: outcome.policies[way] for way, carrier in ways.items()},
    )


def _arn(task: Task, rules: ServiceRules) -> Arn | None:
    """Return the resource's ARN; None when AWS knows none by that name, and nothing is to be there."""
    params = task.params
    wanted = bool(present_grants(params))
    missing = ADAPTERS[rules.type][rules.ways[0]].missing
    try:
        return retry_while(
            lambda: resource_arn(task.account, rules, params["resource"], params),
            lambda error: wanted and is_code(error, *missing),
            new_resource_seconds(task),
            what=f"{rules.title} {params['resource']} to be there",
            warn=task.progress,
        )
    except AwsError as error:
        if not is_code(error, *missing):
            raise
        if not wanted:
            return None
        raise error.with_hint("Make it first, or correct resource, region or the credentials.") from error


def _resource(rules: ServiceRules, arn: Arn | None) -> dict:
    if arn is None:
        return {"type": rules.type, "arn": None, "region": None, "owner": None}
    return {"type": rules.type, "arn": str(arn), "region": arn.region or None, "owner": arn.account_id or None}


def _no_policies(rules: ServiceRules) -> dict:
    return {adapter.returned_as: None for adapter in ADAPTERS[rules.type].values()}


def _read(task: Task, carrier: ResourcePolicy, grants: DeclaredGrants) -> dict | None:
    try:
        return read_policy(task, carrier, grants)
    except AwsError as error:
        if is_code(error, *_DENIED, *carrier.rules.denied_codes):
            _confirm_owner(task, carrier.rules, carrier.arn)
        if not is_code(error, *carrier.missing):
            raise
        raise error.with_hint(
            f"Make it first, or correct resource, region ({carrier.arn.region}) or the credentials "
            f"(they are to be of account {carrier.arn.account_id})."
        ) from error


def _confirm_owner(task: Task, rules: ServiceRules, arn: Arn) -> None:
    confirm_owner(task, arn.account_id or task.account.told_account_id, f"{rules.title} {arn}", "resource")


def _warn_of_bare_sources(
    task: Task,
    ways: Mapping[str, ResourcePolicy],
    grants: Mapping[str, DeclaredGrants],
    found: Mapping[str, dict | None],
) -> None:
    """Warn of services that act for a bucket alone, whose ARN does not say whose it is."""
    for way, carrier in ways.items():
        added = added_statements(grants[way], found[way])
        for grant, arns in grants_for_bare_sources(added, grants[way].names).items():
            task.warn(
                f"{carrier.resource_label}: {grant}: {' and '.join(arns)} names no account. Once that bucket is "
                "deleted, somebody else can take its name and is let in. Add source_accounts with the account that it "
                "belongs to."
            )


def _missing_key_access(
    task: Task,
    ways: Mapping[str, ResourcePolicy],
    grants: Mapping[str, DeclaredGrants],
    found: Mapping[str, dict | None],
) -> dict | None:
    """Return what the resource's KMS key has to allow as well, and warn; None where nothing is missing."""
    for way, carrier in ways.items():
        added = added_statements(grants[way], found[way])
        needs = carrier.rules.key_actions
        lacking = key_statements(added, carrier.arn.account_id, needs, sid=_key_sid(carrier), with_services=True)
        key = _key(task, carrier) if lacking else None
        if key:
            instead = f"{_NO_AWS_KEY}{', or without KMS' if carrier.rules.key_is_optional else ''}."
            arn = key_arn_in(key.name, carrier.arn.partition, carrier.arn.region, carrier.arn.account_id)
            return key_access(task, carrier.resource_label, key, arn, lacking, instead)
    return None


def _key(task: Task, carrier: ResourcePolicy) -> KmsKey | None:
    """Return the KMS key of a resource; None without one, and where nobody tells: that is worth a warning."""
    try:
        return carrier.key()
    except AwsError as error:
        if not is_unanswered(error):
            raise
        task.warn(
            f"Which KMS key encrypts {carrier.resource_label} is not known, and its policy may have to allow more: "
            f"{error}"
        )
        return None


def _key_sid(carrier: ResourcePolicy) -> str:
    return "For" + "".join(character for character in carrier.name if character.isalnum() and character.isascii())


OPERATION = Operation(
    name="xacct_resource_grant",
    argument_spec=ARGUMENT_SPEC,
    run=run,
    services=("sts", *sorted({rules.service for rules in SERVICES.values() if rules.preload})),
    check=check,
)
