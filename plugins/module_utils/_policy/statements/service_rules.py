# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs from service to service in a policy on a resource: how the resource is named, what may be in the policy.

A type of resource is a subclass of ``ServiceRules`` in a folder of its own, ``_services/NAME/rules.py``: it sets and
overrides what differs. ``_services/rules_registry.py`` knows them all. How a policy is read and written, and its proofs
are called, is in ``api.py`` beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..language.comparison import sid_of
from ..language.documents import ascii_lower, new_document, statements
from ..language.principals import Arn, principal_pairs
from ..language.sizes import Count
from .condition_options import ConditionOptions, Piece
from .grant_sids import grant_sid, grant_sids
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


@dataclass(frozen=True)
class ProofCall:
    """One call that shows whether somebody may use a resource. ``done`` is what he has then done, before its name."""

    name: str
    action: str
    done: str
    effect: str = ""
    """What the call leaves behind, in words; empty: nothing."""


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

    limit: int | None = None
    """How long the policy may be; None where AWS does not say."""

    count: Count = "bytes"
    """How its length is counted."""

    limit_of_each: bool = False
    """Whether the limit is for each statement: the service keeps each in a policy of its own."""

    most_statements: int | None = None
    """How many statements a policy may hold."""

    resource: str = "{name}"
    """The last part of the ARN, with the name in it: ``function:{name}``."""

    other_resource: str = ""
    """A regular expression for the last part of other ARNs that mean such a resource (an alias of a key); the adapter's
    ``of_arn`` tells which one."""

    name_gives_arn: bool = True
    """Whether the ARN follows from the name. If not, the adapter's ``find`` asks AWS (a secret, an alias of a key)."""

    name_pattern: str = ""
    """Where it does not: what stands for the name in an ARN that matches this resource alone, ``{name}-??????``; empty
    when nothing does."""

    needs_account: bool = True
    """Whether the ARN holds the account's ID and the region; without, both are empty in it."""

    alphabet: SidAlphabet = SidAlphabet.IAM
    """The characters that the service takes in a Sid."""

    actions: tuple[str, ...] = ()
    """The only actions that the policy may name; empty: all of the service, with wildcards."""

    not_actions: Mapping[str, str] = {}
    """Actions (lower case) that can't be allowed here, and why or what is right. Denying them is all right."""

    own_account_only: tuple[str, ...] = ()
    """Actions (lower case) that can be allowed to principals of the resource's own account alone (`is_own_only`)."""

    control: tuple[str, ...] = ()
    """The actions that change the policy so that a statement goes: who is denied all of them never gets rid of it.
    Empty where nothing can be denied, or the service itself refuses to lock its owner out (ECR, EFS)."""

    principals_never: Mapping[str, str] = NEVER
    """Why the policy takes no principal of a kind; holds at least ``NEVER``."""

    effects: tuple[str, ...] = ("Allow", "Deny")
    """The effects that a statement may have."""

    conditions: tuple[str, ...] = CONDITIONS
    """The options that narrow a grant, as far as the policy can say them."""

    other_conditions: str = ""
    """Why it cannot say the others."""

    asks_for_sources: bool = True
    """Whether a grant to an AWS service has to say for whom it acts."""

    options: Mapping[str, dict] = {}
    """Options of the module that only some types have (``qualifier``), each with its piece of an argument spec."""

    grant_options: Mapping[str, dict] = {}
    """The same of a grant (``via``, ``via_services`` …)."""

    condition_options: ConditionOptions = {}
    """Those of ``grant_options`` that narrow the grant: the operator and key they become, and what reads them."""

    ways: tuple[str, ...] = (POLICY,)
    """Values of a grant's ``via``; each has a carrier of its own. The first is the default. More than one take
    ``via`` among the ``grant_options``."""

    parts: tuple[str, ...] | None = ()
    """Words for the further statements that ``split`` may make of an entry (``grant_sids.py``). ``NUMBERED``: any
    number of them; ``split`` gives all of them the Sid of the entry, and ``merge`` each its own."""

    key_actions: Mapping[str, tuple[str, ...]] = {}
    """Actions of the service, and those of KMS that they take on the key that encrypts the resource."""

    key_is_optional: bool = True
    """Whether the resource can be without a KMS key."""

    encryption_context: str = ""
    """The key of the encryption context with which the service says to KMS which resource it is."""

    proofs: tuple[ProofCall, ...] = ()
    """The calls that show whether somebody may use the resource; the adapter's ``proofs`` make them."""

    dry_run_codes: tuple[str, ...] = ()
    """Codes with which the service tells a caller who may do it that it did nothing, as it was asked."""

    invalid_principal: Mapping[str, str] = {}
    """Codes of a policy that names a principal which does not exist (yet), and a word of the message (lower case)."""

    says_no_more: bool = False
    """Whether these say no more than that something in the policy is wrong."""

    passing_codes: tuple[str, ...] = ()
    """Codes after which a write may or may not have been carried out, beside those that every service has."""

    denied_codes: tuple[str, ...] = ()
    """Codes of a refused access, beside those that every service has."""

    without_verdict: Mapping[str, str] = {}
    """Codes of a failed call that show nothing about access, and what they mean."""

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

    def in_arn(self, name: str) -> str:
        """Return what stands for the name in the ARN."""
        return name

    def part(self, arn: Arn, _options: Mapping) -> Arn:
        """Return the ARN of what is meant in the resource, given the values of ``options`` (an alias of a function)."""
        return arn

    def named(self, arn: Arn, _options: Mapping) -> tuple[str, ...]:
        """Return what grants are on: the resource, and what is in it where actions are on that; nothing: a statement
        in the resource's policy names none. The first is the one that a proof is about.
        """
        return (str(arn),)

    def resources(self, arn: Arn) -> tuple[str, ...]:
        """Return what a statement's Resource element holds; empty: a statement has none."""
        return self.named(arn, {})

    def meant_by_words(self, _text: str) -> tuple[str, str] | None:
        """Return what a text is that names such a resource in another way (a URL), and the ARN; None: it does not."""
        return None

    def is_own_only(self, action: str) -> bool:
        """Whether the service lets no other account than the resource's do a lower-case action, by whatever policy."""
        return action in self.own_account_only

    def wrong_with_action(self, action: object, allows: bool) -> str | None:
        """Return what is wrong with an action of an entry, which ``allows`` it or denies it; None: nothing."""
        if not isinstance(action, str) or not self.is_action(action):
            right = next(iter(self.access.values())).resource[0]
            return (
                f"{action!r} is not an action of {self.service}, and this policy takes no other; write {right}, for "
                "instance"
            )
        if allows and ascii_lower(action) in self.not_actions:
            return f"{action}: {self.not_actions[ascii_lower(action)]}"
        if self.actions and ascii_lower(action) not in map(ascii_lower, self.actions):
            return f"{action}: this policy takes no others than {', '.join(self.actions)}, and no wildcards"
        return None

    def check_options(self, _resource: str, _options: Mapping) -> Iterable[str]:
        """Return what is wrong with ``options``, given the resource as the user calls it and all options."""
        return ()

    def check(self, _grant: Mapping) -> Iterable[str]:
        """Return what else is wrong with one entry, its options as given."""
        return ()

    def more_conditions(self, _grant: Mapping) -> Iterable[Piece]:
        """Return the lines of the Condition block that no single option stands for, of one entry."""
        return ()

    def written(self, _grant: Mapping, statement: dict) -> dict:
        """Return what becomes of an entry's statement when its ``via`` is another way than the policy."""
        return statement

    def split(self, _grant: Mapping, statement: dict) -> list[dict]:
        """Return the statements that the policy has for an entry, given the entry and its one statement."""
        return [statement]

    def merge(self, *arguments: Any, **options: Any) -> dict | None:
        """Return a policy with such statements in it (``merge_statements`` says what it takes)."""
        return merge_statements(*arguments, **options)

    def sids(self, name: str) -> list[str]:
        """Return the Sids of the grant called ``name``, its own first; see ``grant_sids``."""
        return grant_sids(name, self.alphabet, self.parts)

    def grant_sid(self, sid: str) -> str:
        """Return the Sid that the grant has by its name, for that of any statement in the policy."""
        return grant_sid(sid, self.alphabet, self.parts)

    def empty_policy(self, _arn: Arn) -> dict | None:
        """Return the policy when no statement is left; None: there is none any more."""
        return None

    def limits(self, _document: dict) -> Iterable[str]:
        """Return what else is too much in a whole policy, one text with numbers each."""
        return ()

    def usual_context(self, _action: str, _arn: Arn) -> Mapping[str, str]:
        """Return the context keys that a call of an action (lower case) has unless it says otherwise."""
        return {}

    def arn(self, name: str, region: str, account_id: str, partition: str) -> Arn:
        """Return the ARN of the resource called ``name``; only with ``name_gives_arn``."""
        resource = self.resource.format(name=self.in_arn(name))
        if not self.needs_account:
            return Arn(partition, self.service, "", "", resource)
        return Arn(partition, self.service, region, account_id, resource)

    def pattern_name_in(self, arn: Arn) -> str | None:
        """Return the name in an ARN that ends in the pattern of what AWS adds to a name, None in any other."""
        added = self.name_pattern.format(name="")
        if not added or arn.service != self.service or not arn.resource.endswith(added):
            return None
        return arn.resource.removeprefix(self.resource.partition("{name}")[0]).removesuffix(added)

    def in_own_policies(self, arn: Arn, options: Mapping) -> tuple[str, ...]:
        """Return what the own policy of who gets access names, given the values of ``options``."""
        arn = self.part(arn, options)
        return self.named(arn, options) or (str(arn),)

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
