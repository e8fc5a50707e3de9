# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs from service to service in a policy on a resource: how the resource is named, what may be in the policy.

The ``RULES`` of a service are in its folder, ``_services/NAME/rules.py``, with what is special in functions;
``_services/rules_registry.py`` knows them all. How a policy is read and written is in ``api.py`` beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..language.comparison import sid_of
from ..language.documents import ascii_lower, new_document, statements
from ..language.principals import Arn, principal_pairs
from ..language.sizes import Count
from .condition_options import ConditionOptions, Piece
from .own_statements import SidAlphabet, is_own_sid, merge_statements

POLICY = "policy"
"""The way of granting that every service has: a statement in the resource's policy."""


@dataclass(frozen=True)
class Granted:
    """The actions of a grant in the resource's policy, and those in the own policy of who gets access where others."""

    resource: tuple[str, ...]
    other_identity: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, ...]:
        """The actions in the own policy of who gets access."""
        return self.other_identity or self.resource


def no_more_limits(_document: dict) -> Iterator[str]:
    """Find nothing wrong (the default for ``ServiceRules.limits``)."""
    return iter(())


def no_errors(_grant: Mapping) -> Iterator[str]:
    """Find nothing wrong (the default for ``ServiceRules.check``)."""
    return iter(())


def only_itself(arn: Arn, _options: Mapping) -> tuple[str, ...]:
    """Return the resource's own ARN (the default for what statements name on both sides)."""
    return (str(arn),)


def no_more_conditions(_grant: Mapping) -> Iterator[Piece]:
    """Add nothing (the default for ``ServiceRules.more_conditions``)."""
    return iter(())


def as_it_is(_grant: Mapping, statement: dict) -> dict:
    """Change nothing (the default for ``ServiceRules.written``)."""
    return statement


def no_wrong_options(_resource: str, _options: Mapping) -> Iterator[str]:
    """Find nothing wrong (the default for ``ServiceRules.check_options``)."""
    return iter(())


def the_whole(arn: Arn, _options: Mapping) -> Arn:
    """Return the ARN as it is (the default for ``ServiceRules.part``)."""
    return arn


def one_statement(_grant: Mapping, statement: dict) -> list[dict]:
    """Return the statement alone (the default for ``ServiceRules.split``)."""
    return [statement]


def its_own(sid: str) -> str:
    """Return the Sid as it is (the default for ``ServiceRules.grant_sid``)."""
    return sid


def nothing_more(_action: str, _arn: Arn) -> Mapping[str, str]:
    """Return no context keys (the default for ``ServiceRules.usual_context``)."""
    return {}


def as_written(name: str) -> str:
    """Return the name as it is (the default for ``ServiceRules.in_arn``)."""
    return name


def nothing_left(_arn: Arn) -> None:
    """Return what an empty policy looks like: there is none (the default for ``ServiceRules.empty_policy``)."""


NEVER = {
    "canonical": "only S3 knows canonical user IDs; name the account ID",
    "oidc": "name the role that federated users assume",
    "saml": "name the role that federated users assume",
    "unique_id": "a unique id stands for a principal that was deleted or cannot be seen; name its ARN",
}
"""Kinds of principals that no policy here takes, and what is right."""

CONDITIONS = (
    "organizations",
    "source_accounts",
    "source_arns",
    "source_organizations",
    "source_ips",
    "source_vpces",
    "require_tls",
    "not_after",
    "conditions",
)
"""The options of a grant that narrow it, which a service takes unless its rules say otherwise."""


@dataclass(frozen=True)
class ServiceRules:
    """One type of resource that carries a policy."""

    type: str
    """As users write it: ``sns_topic``."""

    title: str
    """In words, without an article: "SNS topic"."""

    service: str
    """As ARNs, actions and the SDK call it: ``sns``."""

    name: str
    """A regular expression for the resource's name."""

    name_words: str
    """The same in words, after "is not the name of …:"."""

    access: Mapping[str, Granted]
    """What each word of a grant's ``access`` stands for."""

    limit: int | None
    """How long the policy may be; None where AWS does not say."""

    count: Count = "bytes"
    """How its length is counted."""

    limit_of_each: bool = False
    """Whether the limit is for each statement: the service keeps each in a policy of its own."""

    resource: str = "{name}"
    """The last part of the ARN, with the name in it: ``function:{name}``."""

    in_arn: Callable[[str], str] = as_written
    """What stands for the name there."""

    part: Callable[[Arn, Mapping], Arn] = the_whole
    """The ARN of what is meant in the resource, given the values of ``options`` (an alias of a function)."""

    other_resource: str = ""
    """A regular expression for the last part of other ARNs that mean such a resource (an alias of a key); the adapter's
    ``of_arn`` tells which one."""

    name_gives_arn: bool = True
    """Whether the ARN follows from the name. If not, the adapter's ``find`` asks AWS (a secret, an alias of a key)."""

    name_pattern: str = ""
    """Where it does not: what stands for the name in an ARN that matches this resource alone, ``{name}-??????``; empty
    when nothing does."""

    identity_resources: Callable[[Arn, Mapping], tuple[str, ...]] | None = None
    """What the own policy of who gets access names, where that is not what ``named`` says; given the ARN and the values
    of ``options``. The first of it is the one that a proof is about."""

    needs_account: bool = True
    """Whether the ARN holds the account's ID and the region; without, both are empty in it."""

    alphabet: SidAlphabet = SidAlphabet.IAM
    """The characters that the service takes in a Sid."""

    most_statements: int | None = None
    """How many statements a policy may hold."""

    limits: Callable[[dict], Iterator[str]] = no_more_limits
    """What else is too much in a whole policy, one text with numbers each."""

    actions: tuple[str, ...] = ()
    """The only actions that the policy may name; empty: all of the service, with wildcards."""

    not_actions: Mapping[str, str] = field(default_factory=dict)
    """Actions (lower case) that can't be allowed here, and why or what is right. Denying them is all right."""

    own_account_only: tuple[str, ...] = ()
    """Actions (lower case) that can be allowed to principals of the resource's own account alone."""

    control: tuple[str, ...] = ()
    """The actions that change the policy so that a statement goes: who is denied all of them never gets rid of it.
    Empty where nothing can be denied, or the service itself refuses to lock its owner out (ECR, EFS)."""

    resource_element: Literal["arn", "*"] = "arn"
    """What the Resource element of a statement holds: ARNs, or what stands for the resource itself."""

    named: Callable[[Arn, Mapping], tuple[str, ...]] = only_itself
    """The ARNs in it: the resource, and what is in it where actions are on that; none: there is no such element."""

    principals_never: Mapping[str, str] = field(default_factory=lambda: NEVER)
    """Why the policy takes no principal of a kind; holds at least ``NEVER``."""

    effects: tuple[str, ...] = ("Allow", "Deny")
    """The effects that a statement may have."""

    conditions: tuple[str, ...] = CONDITIONS
    """The options that narrow a grant, as far as the policy can say them."""

    other_conditions: str = ""
    """Why it cannot say the others."""

    options: Mapping[str, dict] = field(default_factory=dict)
    """Options of the module that only some types have (``qualifier``), each with its piece of an argument spec."""

    check_options: Callable[[str, Mapping], Iterator[str]] = no_wrong_options
    """What is wrong with them, given the resource as the user calls it and all options."""

    grant_options: Mapping[str, dict] = field(default_factory=dict)
    """The same of a grant (``via``, ``via_services`` …)."""

    condition_options: ConditionOptions = field(default_factory=dict)
    """Those of ``grant_options`` that narrow the grant: the operator and key they become, and what reads them."""

    more_conditions: Callable[[Mapping], Iterator[Piece]] = no_more_conditions
    """The lines of the Condition block that no single option stands for, of one entry, its options as given."""

    written: Callable[[Mapping, dict], dict] = as_it_is
    """What becomes of an entry's statement when its ``via`` is another way than the policy."""

    ways: tuple[str, ...] = (POLICY,)
    """Values of a grant's ``via``; each has a carrier of its own. The first is the default. More than one take
    ``via`` among the ``grant_options``."""

    check: Callable[[Mapping], Iterator[str]] = no_errors
    """What else is wrong with one entry, its options as given."""

    split: Callable[[Mapping, dict], list[dict]] = one_statement
    """The statements that the policy has for an entry, given the entry and its one statement."""

    parts: tuple[str, ...] = ("",)
    """What ``split`` puts behind the Sid of the entry, for each of the statements that it may make. Where all share
    the Sid, ``merge`` gives each its own."""

    merge: Callable[..., dict | None] = merge_statements
    """How such statements get into the policy, and what they replace there (`merge_statements` says what it takes)."""

    grant_sid: Callable[[str], str] = its_own
    """The Sid that the grant has by its name, for that of any statement in the policy."""

    empty_policy: Callable[[Arn], dict | None] = nothing_left
    """The policy when no statement is left; None: there is none any more."""

    usual_context: Callable[[str, Arn], Mapping[str, str]] = nothing_more
    """The context keys that a call of an action (lower case) on a resource has unless it says otherwise."""

    key_actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Actions of the service, and those of KMS that they take on the key that encrypts the resource."""

    key_is_optional: bool = True
    """Whether the resource can be without a KMS key."""

    propagation_seconds: float = 5.0
    """How long a reading may still show a policy as it was before a write."""

    preload: bool = False
    """Whether the SDK's model of the service is loaded once for all forks: for what is granted on every day."""

    api: tuple[str, ...] = ()
    """All calls to the service, each with what it is for unless it is plain, for the table in the documentation."""

    to_know: tuple[str, ...] = ()
    """What a user has to know of this type, in sentences, for the documentation."""

    proved: str = ""
    """What the tests of this type run against, for the table in the documentation."""

    def arn(self, name: str, region: str, account_id: str, partition: str) -> Arn:
        """Return the ARN of the resource called ``name``; only with ``name_gives_arn``."""
        resource = self.resource.format(name=self.in_arn(name))
        if not self.needs_account:
            return Arn(partition, self.service, "", "", resource)
        return Arn(partition, self.service, region, account_id, resource)

    def resources(self, arn: Arn) -> tuple[str, ...]:
        """Return what a statement's Resource element holds; empty: a statement has none."""
        return ("*",) if self.resource_element == "*" else self.named(arn, {})

    def in_own_policies(self, arn: Arn, options: Mapping) -> tuple[str, ...]:
        """Return what the own policy of who gets access names, given the values of ``options``."""
        arn = self.part(arn, options)
        found = self.identity_resources(arn, options) if self.identity_resources else self.named(arn, options)
        return found or (str(arn),)

    def name_in(self, arn: Arn) -> str | None:
        """Return the name of the resource in an ARN, None when the ARN is none of this type."""
        before, after = self.resource.split("{name}")
        if arn.service != self.service or not arn.resource.startswith(before) or not arn.resource.endswith(after):
            return None
        name = arn.resource[len(before) : len(arn.resource) - len(after)]
        return name if re.fullmatch(self.name, name) and self.in_arn(name) == name else None

    def is_meant_by(self, arn: Arn) -> bool:
        """Whether an ARN names a resource of this type, by its name or otherwise."""
        return self.name_in(arn) is not None or (
            arn.service == self.service and re.fullmatch(self.other_resource, arn.resource) is not None
        )

    def measured(self, document: dict | None) -> list[dict]:
        """Return what the limit is for: the whole policy, or each of our own statements as a policy."""
        if not self.limit_of_each:
            return [document] if document is not None else []
        return [new_document([each]) for each in statements(document) if is_own_sid(sid_of(each))]

    def too_much(self, document: dict | None) -> Iterator[str]:
        """Yield what is too much in a whole policy beside its length, with the numbers."""
        found = statements(document)
        if self.most_statements is not None and len(found) > self.most_statements:
            yield over(len(found), self.most_statements, "statements")
        if document is not None:
            yield from self.limits(document)

    def is_action(self, action: str) -> bool:
        """Whether a text is an action of the service, wildcards allowed."""
        return re.fullmatch(f"{self.service}:[a-z0-9*?]+", ascii_lower(action)) is not None


def over(number: int, limit: int, what: str) -> str:
    """Return how much is too much, in numbers: "21 statements; the limit is 20, 1 fewer"."""
    return f"{number:,} {what}; the limit is {limit:,}, {number - limit:,} fewer"


def count_principals(document: dict) -> int:
    """Return how many principals the statements of a policy name, one that is named twice counted twice."""
    return sum(len(principal_pairs(each.get("Principal"))) for each in statements(document))
