# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fix is, and what the makers of fixes ask about the problem that they mend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .._border.texts import one_line
from .._policy.evaluation.compiled_policies import CompiledPolicy
from .._policy.evaluation.decision import Decision, Outcome
from .._policy.evaluation.near_misses import NearMiss
from .._policy.evaluation.request_principals import ROOT, SAML, SERVICE, SESSION, WEB_IDENTITY
from .._policy.evaluation.requests import Request
from .._policy.language.context import UNKNOWN, Unknown
from .._policy.language.documents import ascii_lower
from .sentences import Sides, nearest
from .yaml_text import yaml_text

_COLLECTION = "xacct.aws"


@dataclass(frozen=True)
class Fix:
    """One thing to change. ``blocked_by`` is the kind of policy that it answers.

    ``account`` is in whose account it is made, ``None`` for the caller's own request. ``module`` and ``options`` are a
    task of this collection; where it has no module for the place, ``statement`` is what to add there, by hand or with
    another collection. ``context`` is what the request has to bring then. ``instead`` marks one that replaces the fix
    before it.
    """

    blocked_by: str
    account: str | None
    text: str
    module: str | None = None
    options: Mapping = field(default_factory=dict)
    statement: Mapping | None = None
    context: Mapping = field(default_factory=dict)
    instead: bool = False

    @property
    def task(self) -> dict | None:
        """The fix as a task, ``None`` where this collection has no module for it."""
        if self.module is None:
            return None
        return {"name": self.text, f"{_COLLECTION}.{self.module}": dict(self.options)}

    def as_result(self) -> dict:
        """Return it for the result of a module, with the YAML that can be copied."""
        place = f"in account {self.account}" if self.account else "for whoever makes the request"
        content = [self.task] if self.task else self.statement or self.context
        comment = one_line(f"# {place}: {self.text}")
        yaml = f"{comment}\n{yaml_text(content)}" if content else f"{comment}\n"
        return {
            "blocked_by": self.blocked_by,
            "account": self.account,
            "text": self.text,
            "task": self.task,
            "statement": None if self.statement is None else dict(self.statement),
            "context": dict(self.context),
            "instead": self.instead,
            "yaml": yaml,
        }


@dataclass(frozen=True)
class Problem:
    """One thing that blocks a request, with what is known about the request."""

    outcome: Outcome
    decision: Decision
    request: Request
    sides: Sides
    boundary_arn: str | None

    @property
    def nearest(self) -> NearMiss | None:
        """The statement that came nearest to allowing it."""
        return nearest(self.decision.near_misses, self.outcome.kind)

    @property
    def account(self) -> str | None:
        """In whose account the policy is."""
        return self.sides.account_of(self.outcome.kind) or None

    @property
    def policy(self) -> CompiledPolicy | Unknown | None:
        """The policy of the resource, as far as it is known; None where there is none."""
        carrier = self.request.resource_policy
        return carrier.policy if carrier else None

    @property
    def action(self) -> str:
        """What is to be done."""
        return self.request.action

    @property
    def named_as(self) -> str:
        """How policies and grants name who asks: the role behind a session, so that the grant outlives the session."""
        principal = self.request.principal
        if principal.kind == SERVICE:
            return f"service:{principal.arn}"
        if principal.kind == WEB_IDENTITY:
            return f"oidc:{principal.arn}"
        if principal.kind == SAML:
            return f"saml:{principal.arn}"
        if principal.kind == SESSION and principal.parent_arn:
            return principal.parent_arn
        if principal.kind == SESSION:
            account_id = principal.account_id
            return f"arn:aws:iam::{account_id}:role/{principal.arn.split('/')[1]}"
        return str(principal.account_id) if principal.kind == ROOT else principal.arn or "*"

    @property
    def who(self) -> str:
        """The principal in a few words, for the names of grants."""
        short = self.named_as.rpartition("/")[2].rpartition(":")[2]
        account_id = self.request.principal.account_id
        return f"{short} of {account_id}" if account_id and short != account_id else short

    @property
    def what(self) -> str:
        """Action and resource in a few words, for the names of grants."""
        operation = self.action.partition(":")[2] or "everything"
        parts = self.request.resource.split(":", 5)
        owner = f" of {parts[4]}" if len(parts) == 6 and parts[4] else ""
        return f"{operation} on {parts[-1]}{owner}".replace("*", "all").replace("?", "any")

    @property
    def given(self) -> dict[str, object]:
        """The request's own context by lower-case key, as far as it is known."""
        known = {ascii_lower(key): value for key, value in self.request.context.items()}
        return {key: value for key, value in known.items() if value is not None and value is not UNKNOWN}


def texts_of(value: object) -> list[str]:
    """Return a value of a request's context as texts."""
    if isinstance(value, bool):
        return [str(value).lower()]
    return [str(each) for each in value] if isinstance(value, (list, tuple)) else [str(value)]
