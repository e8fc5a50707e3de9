# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the trusted side gets: one statement a trust and principal, measured before anything is written.

IAM's quotas, in characters without whitespace: all inline policies of a user 2,048, of a group 5,120, of a role
10,240; a customer managed policy 6,144 (IAM and AWS STS quotas). Ten managed policies can be attached to a principal
unless the account asked for more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..._policy.language.documents import new_document
from ..._policy.language.sizes import policy_size
from ..._policy.statements.identity import identity_statement, split_by_size
from ..declaration.principals import DeclaredPrincipal
from ..declaration.problems import Problems
from ..declaration.trust import Trust

INLINE_CHARACTERS = {"user": 2048, "group": 5120, "role": 10240}
MANAGED_CHARACTERS = 6144
ATTACHED_POLICIES = 10
# xacct_identity_grant adds the principal to the names of managed policies, which are the whole account's.
POLICY_NAME = "xacct"


@dataclass(frozen=True)
class TrustedOperation:
    """One run of xacct_identity_grant: the statements of one principal in one policy. ``via`` is inline or managed."""

    principal: DeclaredPrincipal
    via: str
    trusts: tuple[str, ...]
    grants: tuple[dict, ...]

    @property
    def present_grants(self) -> list[dict]:
        return [grant for grant in self.grants if grant["state"] == "present"]

    def as_data(self) -> dict:
        """As the plan holds it."""
        return {
            "principal": self.principal.spelling,
            "via": self.via,
            "policy_name": POLICY_NAME,
            "trusts": list(self.trusts),
            "options": {
                "principal": self.principal.spelling,
                "policy_name": POLICY_NAME,
                "via": self.via,
                "state": "present" if self.present_grants else "absent",
                "grants": [dict(grant) for grant in self.grants],
            },
        }


def trusted_grants(trust: Trust) -> list[dict]:
    """The statements of a trust, as xacct_identity_grant takes them.

    A method may have several, called NAME/part: those that a trust does not need (any more) are declared absent.
    """
    grants = trust.spec.identity_grants(trust)
    return grants if trust.present else [{"name": grant["name"], "state": "absent"} for grant in grants]


def trust_of_grant(name: str) -> str:
    """The trust that a statement belongs to. Names of trusts have no slash."""
    return name.partition("/")[0]


def trusted_operations(trusts: Iterable[Trust], host: str) -> list[TrustedOperation]:
    """The operations of one trusted account, by principal.

    The whole account has none, it decides itself who may; a role that AWS keeps has none, it cannot be changed there.

    A managed trust is taken out of the inline policy as well: it may have been there before it grew.
    """
    grants: dict[tuple[DeclaredPrincipal, str], dict[str, list[dict]]] = {}
    for trust in trusts:
        if trust.trusted.host != host:
            continue
        via = "managed" if trust.trusted_side == "managed" else "inline"
        for principal in trust.trusted.principals:
            if principal.kind != "root" and not principal.is_kept_by_aws:
                grants.setdefault((principal, via), {})[trust.name] = trusted_grants(trust)
    operations = []
    for principal, via in sorted(grants, key=lambda key: (key[0].spelling, key[1])):
        named = grants[principal, via]
        names = tuple(sorted(named))
        operations.append(
            TrustedOperation(principal, via, names, tuple(grant for name in names for grant in named[name]))
        )
    return operations


def check_sizes(trusts: list[Trust], problems: Problems) -> list[str]:
    """Measure every trusted side; what does not fit goes to ``problems``. Returns warnings."""
    warnings: list[str] = []
    by_name = {trust.name: trust for trust in trusts}
    for host in sorted({trust.trusted.host for trust in trusts if trust.trusted.host}):
        for operation in trusted_operations(trusts, host):
            if operation.via == "inline":
                _check_inline(operation, host, by_name, problems)
            else:
                warnings.extend(_check_managed(operation, host))
    return warnings


def statement_size(grants: Iterable[dict]) -> int:
    """Characters of one document that holds these grants."""
    return policy_size(new_document([identity_statement(stateless(grant)) for grant in grants]), "characters")


def managed_count(grants: Iterable[dict]) -> int:
    """How many managed policies these grants take."""
    return sum(len(split_by_size(identity_statement(stateless(grant)), MANAGED_CHARACTERS)) for grant in grants)


def stateless(grant: dict) -> dict:
    """A grant as identity_statement() takes it."""
    return {key: value for key, value in grant.items() if key != "state"}


def _check_inline(operation: TrustedOperation, host: str, trusts: dict[str, Trust], problems: Problems) -> None:
    grants = operation.present_grants
    if not grants:
        return
    kind = operation.principal.kind
    limit, size = INLINE_CHARACTERS[kind], statement_size(grants)
    if size <= limit:
        return
    # The longest statement is the one worth moving, and the one to name.
    largest = max(grants, key=lambda grant: (statement_size([grant]), grant["name"]))
    trust = trusts[trust_of_grant(largest["name"])]
    alone = statement_size([largest])
    others = f" ({alone:,} of them for this trust)" if len(grants) > 1 else ""
    ways: list[str] = []
    exact = largest
    if trust.method == "role":
        ways, exact = _ways_of_a_role(trust, largest, size - alone, limit)
    count = managed_count([exact])
    policies = "1 managed policy" if count == 1 else f"{count} managed policies"
    ways.append(f"trusted_side: managed ({policies}; {ATTACHED_POLICIES} can be attached by default)")
    problems.add(
        f"trust '{trust.name}'",
        f"the statements of {host}'s {operation.principal.spelling} take {size:,} characters{others}, "
        f"the inline policies of a {kind} hold {limit:,}",
        "either " + ", or ".join(ways),
    )


def _ways_of_a_role(trust: Trust, grant: dict, besides: int, limit: int) -> tuple[list[str], dict]:
    """How the statement of a role gets shorter, and the statement with every ARN in it.

    ``besides``: the characters of the policy's other statements.
    """
    role, ways = trust.spec, []
    if not trust.organization:
        known = {account.organization for account in trust.trusting}
        organization = known.pop() if len(known) == 1 else ""
        ways.append(
            f"trusted_side: pattern with organization: {organization or 'o-…'} "
            "(one ARN pattern, narrowed to the organization)"
        )
    if trust.trusted_side == "exact":
        short = {**grant, "resources": [role.arn(trust.trusted.partition, "*")]}
        short["conditions"] = {"StringEquals": {"aws:ResourceAccount": [a.account_id for a in trust.trusting]}}
        listed = besides + statement_size([short])
        if listed <= limit:
            ways.append(f"trusted_side: pattern alone (narrowed to the account IDs, {listed:,} characters)")
    exact = {**grant, "resources": [role.resource_arn(account) for account in trust.trusting]}
    exact.pop("conditions", None)
    return ways, exact


def _check_managed(operation: TrustedOperation, host: str) -> list[str]:
    count = managed_count(operation.present_grants)
    if count <= ATTACHED_POLICIES:
        return []
    return [
        f"{host}'s {operation.principal.spelling} gets {count} managed policies "
        f"(trusts {', '.join(operation.trusts)}); by default IAM attaches at most {ATTACHED_POLICIES}: "
        "ask for a larger quota or use trusted_side: pattern"
    ]
