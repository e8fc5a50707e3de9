# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One grant on a resource of any service, checked and written as a statement of the resource's policy.

What the service takes is in its ``ServiceRules``; what else a policy has for an entry, its ``split`` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..language.documents import PolicyError, ascii_lower
from ..language.narrowing import holds_for_services_only, names_a_source, sources_without_account
from ..language.principals import Arn, principal_pairs
from ..reference.names import action_errors
from .condition_options import (
    ConditionOptions,
    as_list,
    each_text,
    latest_time,
    merged_pieces,
    organization_ids,
    source_ranges,
)
from .grant_entry import GrantEntry, errors_of, tls, vpc_endpoints
from .service_rules import CONDITIONS, Granted, ServiceRules

RESOURCE_GRANT_OPTIONS: dict[str, dict] = {
    "name": {"type": "str", "required": True},
    "effect": {"type": "str", "choices": ["Allow", "Deny"], "default": "Allow"},
    "principals": {"type": "list", "elements": "raw"},
    "access": {"type": "str"},
    "actions": {"type": "list", "elements": "str"},
    "organizations": {"type": "list", "elements": "str"},
    "source_accounts": {"type": "list", "elements": "raw"},
    "source_arns": {"type": "list", "elements": "str"},
    "source_organizations": {"type": "list", "elements": "str"},
    "allow_any_source": {"type": "bool", "default": False},
    "source_ips": {"type": "list", "elements": "str"},
    "source_vpces": {"type": "list", "elements": "str"},
    "require_tls": {"type": "bool"},
    "not_after": {"type": "raw"},
    "conditions": {"type": "dict"},
}
"""The options of one entry by name, each with its piece of an argument spec.

``raw`` where Ansible's conversion would hide a mistake, see `TRUSTED_GRANT_OPTIONS`.
"""

_FOR_SERVICES = ("allow_any_source",)
_ALWAYS = tuple(option for option in RESOURCE_GRANT_OPTIONS if option not in (*CONDITIONS, *_FOR_SERVICES))
_SOURCES = ("source_accounts", "source_arns", "source_organizations")


def resource_statement(grant: Mapping, rules: ServiceRules, arn: Arn) -> dict:
    """Return the statement of one entry; raise :class:`PolicyError` with all that is wrong."""
    reading = _Reading(grant, rules, arn)
    reading.raise_errors()
    return reading.written(arn)


def check_resource_grants(
    grants: Sequence[Mapping], rules: ServiceRules, allow_public: bool = False, arn: Arn | None = None
) -> list[str]:
    """Return everything that is wrong with a list of entries, each error with the name of its entry in front.

    ``arn`` is the resource's, None where only its name is known: then nothing is known of its account.
    """
    return errors_of(_Reading(grant, rules, arn, allow_public) for grant in grants)


def grants_for_bare_sources(statements: Iterable[Mapping], names: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the ARNs without an account for which alone AWS services may act, by grant; ``names`` are those by Sid."""
    found: dict[str, list[str]] = {}
    for statement in statements:
        pairs = principal_pairs(statement.get("Principal"))
        bare = sources_without_account(statement.get("Condition"))
        if bare and statement["Effect"] == "Allow" and any(kind == "Service" for kind, text in pairs):
            of_grant = found.setdefault(names.get(statement["Sid"], statement["Sid"]), [])
            of_grant.extend(text for text in bare if text not in of_grant)
    return found


def granted_actions(grant: Mapping, rules: ServiceRules) -> Granted:
    """Return the actions of an entry's ``access`` or ``actions``, for the resource's side and the other one."""
    if grant.get("access"):
        return rules.access[grant["access"]]
    given = [action for action in as_list(grant.get("actions") or []) if isinstance(action, str)]
    return Granted(tuple(dict.fromkeys(given)))


class _Reading(GrantEntry):
    """One entry being read."""

    def __init__(self, grant: Mapping, rules: ServiceRules, arn: Arn | None, allow_public: bool = True) -> None:
        super().__init__(grant)
        self.rules = rules
        if rules.asks_for_sources:
            self.source_organizations = "write source_organizations"
        self.owner = arn.account_id if arn else ""
        others = set(CONDITIONS) - set(rules.conditions) if rules.other_conditions else ()
        self.check_options(
            (*_ALWAYS, *rules.conditions, *rules.grant_options, *(_FOR_SERVICES if rules.asks_for_sources else ())),
            rules.effects,
            dict.fromkeys(others, rules.other_conditions),
        )
        self.actions = self._actions()
        self.read_principals(rules.principals_never)
        self._check_own_account_only()
        if arn and self.owner:
            self._check_partition(arn.partition)
        usual = {option: how for option, how in _CONDITION_OPTIONS.items() if option in rules.conditions}
        self.pieces = self.read_conditions({**usual, **rules.condition_options})
        self.pieces.extend(rules.more_conditions(self.grant))
        self.errors.extend(merged_pieces(self.pieces)[1])
        self.check_conditions()
        if rules.asks_for_sources:
            self._check_sources()
        self.errors.extend(rules.check(self.grant))
        if not allow_public and not self.errors:
            self.check_public([self.written(_ANY)], rules.title)

    def written(self, arn: Arn) -> dict:
        """Return the entry as a statement."""
        sid = self.rules.sids(self.name)[0]
        statement = self.statement(sid, self.actions, self.rules.resources(arn), self.pieces, arn.partition)
        return self.rules.written(self.grant, statement)

    def _actions(self) -> tuple[str, ...]:
        if ("access" in self.grant) == ("actions" in self.grant):
            self.errors.append("give either access or actions")
            return ()
        if "access" in self.grant:
            if self.grant["access"] not in self.rules.access:
                words = ", ".join(self.rules.access)
                self.errors.append(f"access: one of {words} for {self.rules.type}, not {self.grant['access']!r}")
                return ()
            return granted_actions(self.grant, self.rules).resource
        given = as_list(self.grant["actions"])
        if not given:
            self.errors.append("actions is empty")
        for action in given:
            wrong = self.rules.wrong_with_action(action, self.allows) or next(action_errors([action]), None)
            if wrong:
                self.errors.append(f"actions: {wrong}")
        return granted_actions(self.grant, self.rules).resource

    def _check_own_account_only(self) -> None:
        """What a service allows to no other account can be allowed to principals of the resource's own."""
        only = [action for action in self.actions if self.rules.is_own_only(ascii_lower(action))]
        strangers = [each.value for each in self.principals if each.account_id not in (None, self.owner)]
        if only and strangers and self.allows and self.owner:
            self.errors.append(
                f"actions: {' and '.join(only)}: {self.rules.title}s allow it to no other account than their own, "
                f"whatever their policies say; leave it out for {' and '.join(strangers)}"
            )

    def _check_partition(self, partition: str) -> None:
        for principal in self.principals:
            if principal.partition and principal.partition != partition:
                self.errors.append(
                    f"principals: {principal.value} is in the partition {principal.partition}, and the "
                    f"{self.rules.title} in {partition}: AWS lets nobody across; name who is in {partition}"
                )

    def _check_sources(self) -> None:
        """A service acts for anybody, unless the statement says for whom; nobody else acts for a source."""
        kinds = {principal.kind for principal in self.principals}
        given = [option for option in _SOURCES if option in self.grant]
        given.extend(
            option for operator, key, values, option in self.pieces if holds_for_services_only(operator, key, values)
        )
        if given and kinds - {"service", "anyone"}:
            self.errors.append(
                f"{given[0]}: only AWS services say for whom they act, so accounts, roles and users never match; give "
                "the services an entry of their own"
            )
        if "service" not in kinds or not self.allows or self.grant.get("allow_any_source"):
            return
        if not names_a_source(merged_pieces(self.pieces)[0]):
            services = ", ".join(each.value for each in self.principals if each.kind == "service")
            self.errors.append(
                f"principals: {services} acts for whoever asks it, in any account (a confused deputy); add "
                "source_accounts, source_arns with the account in them, or source_organizations, or set "
                "allow_any_source: true"
            )


def _accounts(value: object) -> list[str]:
    return each_text(value, r"[0-9]{12}", "an account ID: its 12 digits, in quotes")


def _arns(value: object) -> list[str]:
    found = each_text(value, r"arn(:[^:\s]*){4}:\S+", "an ARN, wildcards allowed")
    for text in found:
        if text.split(":")[2] in ("iam", "sts"):
            raise PolicyError(
                f"{text!r} is who calls, not for whom an AWS service acts; write it as a principal, or a condition on "
                "aws:PrincipalArn"
            )
    return found


_CONDITION_OPTIONS: ConditionOptions = {
    "organizations": ("StringEquals", "aws:PrincipalOrgID", organization_ids),
    "source_accounts": ("StringEquals", "aws:SourceAccount", _accounts),
    "source_arns": ("ArnLike", "aws:SourceArn", _arns),
    "source_organizations": ("StringEquals", "aws:SourceOrgID", organization_ids),
    "source_ips": ("IpAddress", "aws:SourceIp", source_ranges),
    "source_vpces": ("StringEquals", "aws:SourceVpce", vpc_endpoints),
    "require_tls": ("Bool", "aws:SecureTransport", tls),
    "not_after": ("DateLessThan", "aws:CurrentTime", latest_time),
}
_ANY = Arn("aws", "service", "region", "111111111111", "resource")
