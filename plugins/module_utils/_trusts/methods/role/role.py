# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ``role:`` method in a plan: what each side has to do, what is wrong between two trusts, what is worth a note."""

from __future__ import annotations

from collections.abc import Mapping

from ...._options.module_options import ModuleOptions
from ...._options.role import ARGUMENT_SPEC, check
from ...declaration.directory import Account
from ...declaration.problems import Problems, some_of
from ...declaration.trust import Trust
from ..base import Method, operation
from ..planned_module import PlannedModule
from ..related_trusts import trusts_by_resource
from .access_spec import ROLE_KEYS, read_role_method, trusted_entry
from .expectations import role_expectations

# Trusts that share a role may each leave these out, but not contradict each other.
_OF_THE_WHOLE_ROLE = (
    "path",
    "description",
    "max_session_duration",
    "permissions_boundary",
    "managed_policies",
    "purge_managed_policies",
    "inline_policies",
    "purge_inline_policies",
    "tags",
    "purge_tags",
)
_NEEDED_FOR_REMOVAL = ("name", "path", "purge_trusted", "take_over", "state")

PROPAGATION_SECONDS = 120
"""How long a principal of an account of the inventory may take to be visible: it was looked up in this very run."""


def role_operations(trusts: list[Trust], account: Account) -> list[dict]:
    """One run of xacct_role a trust."""
    operations = []
    for trust in trusts:
        options = {**trust.spec.options_in(account), "state": trust.state}
        entry = trusted_entry(trust.spec, trust.name, trust.trusted)
        if not trust.present:
            options = {key: value for key, value in options.items() if key in _NEEDED_FOR_REMOVAL}
            entry = {"name": entry["name"], "principals": entry["principals"]}
        elif trust.trusted.host:
            options["propagation_timeout"] = PROPAGATION_SECONDS
        operations.append(operation("role", [trust], trust.state, {**options, "trusted": [entry]}))
    return operations


def role_notes(trust: Trust, sharing: list[Trust]) -> list[str]:
    """What the plan does with a role in a way that the user may not expect."""
    trusted, role = trust.trusted, trust.spec
    notes = []
    groups = [principal.spelling for principal in trusted.principals if principal.kind == "group"]
    if groups:
        notes.append(
            f"IAM cannot name {some_of(groups)} in a trust policy: {role.name} names the whole account of "
            f"{trusted.account_label}, and the policies there narrow it"
        )
    if any(principal.kind == "root" for principal in trusted.principals):
        notes.append(
            f"{role.name} trusts the whole account: {trusted.account_label} its own IAM policies decide who may "
            "assume it, "
            "nothing is applied there"
        )
    if role.follow:
        notes.append(
            f"{role.name} names the account narrowed by aws:PrincipalArn: a principal made again gets in again"
        )
    roles = [principal.spelling for principal in trusted.principals if principal.kind == "role"]
    if role.wants_mfa and roles:
        notes.append(
            f"{role.name} requires MFA: a session of {some_of(roles)} has it only when it was assumed with MFA, "
            "and an instance or a service never does"
        )
    if trust.trusted_side == "pattern" and trust.organization and trusted.host:
        notes.append(
            f"{trusted.account_label} may ask for {role.name} in every account of {trust.organization}, "
            "not only in those listed"
        )
    others = {other.name for other in sharing} - {trust.name}
    if others and not role.purge_trusted:
        notes.append(f"{role.name} is shared with {some_of(others)}")
    return notes


def role_handover(trust: Trust) -> list[str]:
    """Where whoever attaches the ready policy finds the external ID."""
    if trust.spec.generate:
        return ["external ID: generated, one for each trusting account, in the trust policy of the role there"]
    if trust.spec.external_ids:
        return [f"external ID: given as role.external_id of trust {trust.name} in xacct_trusts"]
    return []


def check_shared_roles(trusts: list[Trust], problems: Problems) -> None:
    """Find trusts that declare the same role and contradict each other."""
    pairs: dict[tuple[str, str], list[str]] = {}
    by_name = {trust.name: trust for trust in trusts}
    hosts = {trust.spec.resource_in(account): account.host for trust in trusts for account in trust.trusting}
    for resource, sharing in trusts_by_resource(trusts).items():
        for position, first in enumerate(sharing):
            for second in sharing[position + 1 :]:
                pairs.setdefault((first.name, second.name), []).append(hosts[resource])
    for (one, other), shared_in in sorted(pairs.items()):
        _check_pair(by_name[one], by_name[other], sorted(set(shared_in)), problems)


def _check_pair(first: Trust, second: Trust, hosts: list[str], problems: Problems) -> None:
    where = f"trusts '{first.name}' and '{second.name}'"
    left, right = first.spec, second.spec
    role = left.name
    if role != right.name:
        problems.add(
            where,
            f"both declare a role in {some_of(hosts)} whose names differ only in case ({role}, {right.name})",
            "IAM has only one of them: write it the same way",
        )
    if left.purge_trusted or right.purge_trusted:
        problems.add(
            where,
            f"both declare the role {role} in {some_of(hosts)}, each as the only one",
            "give both role.purge_trusted: false to share it, or one of them another role.name",
        )
    for option in _OF_THE_WHOLE_ROLE:
        one, other = left.options.get(option), right.options.get(option)
        if one is not None and other is not None and one != other:
            problems.add(
                where,
                f"they declare different values for role.{option} of the role {role} in {some_of(hosts)}",
                "declare it in one of them, or the same in both",
            )
    if left.path != right.path:
        problems.add(
            where,
            f"they give the role {role} in {some_of(hosts)} different paths ({left.path}, {right.path})",
            "a role has one path: write the same in both",
        )


def declared_external_ids(options: Mapping) -> list[str]:
    """The external IDs of a role that are declared."""
    return [external_id for entry in options["trusted"] for external_id in entry.get("external_id", [])]


def generates_external_id(options: Mapping) -> bool:
    """Whether the external ID of a role is made by the trusting account."""
    return any(entry.get("generate_external_id") for entry in options["trusted"])


METHOD = Method(
    read=read_role_method,
    operations=role_operations,
    expectations=role_expectations,
    notes=role_notes,
    check=check_shared_roles,
    handover=role_handover,
    label="role {name}".format_map,
    keys=ROLE_KEYS,
    module=PlannedModule(
        ModuleOptions(ARGUMENT_SPEC, check),
        "role",
        "trusted",
        names={"principals": "trusted.principals"},
        words={"arn:aws:iam::ACCOUNT_ID:policy/": "policy/", "generate_external_id": "generate"},
    ),
    external_ids=declared_external_ids,
    generates=generates_external_id,
)
