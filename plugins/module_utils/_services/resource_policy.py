# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port of `xacct_resource_grant`: what an adapter of one service has to do, and what it may do besides.

An adapter is a subclass of `ResourcePolicy` in its service's `api.py`. It has to say how
a policy is read and written (`read`, `write`). Whatever else its service asks for has a place here as well, each with
a default that does nothing:

- `find`: AWS has to be asked which ARN a name means (`ServiceRules.name_gives_arn` is False).
- `of_arn`: an ARN may be that of something else which stands for the resource (an alias of a key).
- `RevisionedPolicy` instead of `ResourcePolicy`: the service takes a revision with a write and refuses one that is not
  the present one, or has no call that writes a whole document. Then `read_with_revision` and `write_on_revision` are
  to be written.
- `look_before_write`: something to find out before a write, which refuses it or warns.
- `keepers`: who has to be able to change the policy again (`ServiceRules.control`).
- `key`: the KMS key that encrypts the resource, so that the user is told what is missing there
  (`ServiceRules.key_actions` says which actions take which on the key).
- `copied_from`: the service itself copies the policy from another region, and lets nobody write it here.
- `proofs`: what makes the calls that show whether somebody may use the resource (`ServiceRules.proofs`).
- Another way of granting (`way`): another subclass, which shows what there is as a document with one
  statement a grant, and writes one by doing what differs. `returned_as` is the name of its document in the result.

Nothing here asks about check mode: `write` is not called in it.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, Optional

from .._aws.calls.errors import AwsError, aws_call, is_not_offered
from .._aws.calls.unretried import sent_once
from .._policy.evaluation.requests import OTHER_RESOURCE
from .._policy.language.comparison import sid_of
from .._policy.language.documents import PolicyError, statements, stored_document
from .._policy.language.principals import Arn
from .._policy.language.sizes import check_size
from .._policy.statements.lockout import Keepers, check_control, everybody_in
from .._policy.statements.service_rules import POLICY, ServiceRules

if TYPE_CHECKING:
    from .._aws.sessions.connection import Account
    from .kms_key import KmsKey


class ResourcePolicy:
    """The policy of one resource as something that several writers share (a `PolicyCarrier`).

    `options` are the module's; those that only some types have (`ServiceRules.options`) are for the adapter.
    """

    missing: tuple[str, ...] = ("ResourceNotFoundException",)
    """Codes with which the service says that there is no such resource."""

    sdk = ""
    """What the SDK calls the service, where that is not what ARNs call it."""

    returned_as = "policy"
    """The name of the document in the module's result and in its diff."""

    kind = OTHER_RESOURCE
    """What kind of policy it is to the evaluation (`_policy/evaluation/requests`)."""

    proofs: Mapping[str, Callable[[object, Arn], object]] = {}
    """How the calls of `ServiceRules.proofs` are made, by name, with a client and the ARN; their answer is dropped."""

    way = POLICY
    """The way of granting (`ServiceRules.ways`)."""

    copied_from: str | None = None
    """The region where alone the policy can be written, if that is another one. Known after `look_before_write`."""

    def __init__(self, account: Account, rules: ServiceRules, arn: Arn, options: Mapping) -> None:
        """Do nothing yet."""
        self.account = account
        self.rules = rules
        self.arn = arn
        self.options = options
        self.alphabet = rules.alphabet
        self.name = rules.name_in(arn) or arn.resource
        self.resource_label = f"{rules.title} {self.name}"
        self.label = f"{self.returned_as} of {self.resource_label}"

    @property
    def owner(self) -> str:
        """The account that the resource belongs to."""
        return self.arn.account_id

    @classmethod
    def find(cls, account: Account, rules: ServiceRules, name: str, options: Mapping) -> Arn:
        """Return the ARN of the resource that a user calls `name`. Raises `AwsError`, with one of `missing` too."""
        raise NotImplementedError

    @classmethod
    def of_arn(cls, account: Account, rules: ServiceRules, arn: Arn, options: Mapping) -> Arn:  # noqa: ARG003
        """Return the resource's own ARN for one that a user wrote (`ServiceRules.other_resource`). Raises as `find`."""
        return arn

    def read(self) -> dict | None:
        """Return the policy as it is now, None when there is none. Raises `AwsError`, also for a missing resource."""
        raise NotImplementedError

    def write(self, document: dict | None) -> None:
        """Put the document in place of the present one, by one request; None removes the policy."""
        raise NotImplementedError

    def parsed(self, text: str | None) -> dict | None:
        """Return the policy in an answer. Raises `PolicyError` that says whose it is."""
        return stored_document(text, self.label)

    def empty(self) -> dict | None:
        """Return what is there when no statement is left; None: nothing."""
        return self.rules.empty_policy(self.arn)

    def look_before_write(self, before: dict | None, wanted: dict | None, warn: Callable[[str], None]) -> None:
        """Refuse what would go wrong, by raising `PolicyError`, or warn of it; in check mode, too."""

    def keepers(self, wanted: dict | None) -> list[Keepers]:
        """Return those of whom one has to be able to change the policy once it is `wanted`."""
        return [everybody_in(self.owner, wanted)]

    def check_control(self, before: dict | None, wanted: dict | None) -> None:
        """Raise `PolicyError` when nobody could change the policy any more once it is `wanted`."""
        if self.rules.control and self.owner:
            check_control(
                f"{self.label} in {self.account.description}",
                before,
                wanted,
                str(self.arn),
                self.rules.control,
                self.keepers(wanted),
                account_id=self.owner,
                kind=self.kind,
            )

    def key(self) -> KmsKey | None:
        """Return the KMS key that encrypts the resource, None without one. Called after `read`, before a write."""
        return None

    def read_key(self) -> KmsKey | None:
        """Return the key, also where reading the policy does not show it. Raises `AwsError`."""
        return self.key()

    def check_size(self, document: dict | None) -> None:
        """Raise `PolicyError` with the numbers when the service would not take the policy for its size."""
        label = f"{self.label} in {self.account.description}"
        too_much = list(self.rules.too_much(document))
        if too_much:
            raise PolicyError(f"{label} would have {'; '.join(too_much)}")
        for each in self.rules.measured(document) if self.rules.limit is not None else ():
            of_one = f", statement {sid_of(statements(each)[0])}," if self.rules.limit_of_each else ""
            check_size(each, self.rules.limit, self.rules.count, f"{label}{of_one}")

    @property
    def client(self) -> object:
        """The client of the service in the resource's region."""
        return self.account.client(self.sdk or self.rules.service, self.arn.region or None)

    def call(self, operation: str, **arguments: object) -> dict:
        """Call an operation of the service; raise `AwsError` about the resource."""
        client = self.client
        if operation not in client.meta.method_to_api_mapping:
            raise AwsError(
                f"{self.resource_label}: the installed boto3 does not know {self.rules.service}:{operation}",
                code="UnknownOperation",
                hint="Install a newer boto3 in the Python that runs this module.",
            )
        with aws_call(self.account, self.resource_label):
            return getattr(client, operation)(**arguments)

    def look_for(self, operation: str, **arguments: object) -> None:
        """Raise `AwsError` when the resource itself is missing. Where the server can't be asked, a write will tell."""
        try:
            self.call(operation, **arguments)
        except AwsError as error:
            if not is_not_offered(error):
                raise

    def call_once(self, operation: str, **arguments: object) -> dict:
        """Like `call`, with one request: sent again later, it would wipe out what others wrote meanwhile."""
        with sent_once(self.client, operation):
            return self.call(operation, **arguments)


class PolicyRevision(NamedTuple):
    """A policy, and what the service calls this state of it; None where it has no word for "no policy"."""

    document: Optional[dict]
    revision: Optional[str]


class RevisionedPolicy(ResourcePolicy):
    """A policy that the service writes only on top of the revision that was read."""

    conflicts: tuple[str, ...] = ()
    """Codes with which the service refuses a write on top of another revision than the present one."""

    def read_with_revision(self) -> PolicyRevision:
        """Return the policy with its revision. Raises like `read`."""
        raise NotImplementedError

    def write_on_revision(self, present: PolicyRevision, document: dict | None) -> None:
        """Make the policy what `document` says, from what it was in `present`; raise `AwsError` on a conflict.

        It may take several requests. What was done before one that is refused stays done: the policy is read again.
        """
        raise NotImplementedError

    def read(self) -> dict | None:
        """Return the policy without its revision."""
        return self.read_with_revision().document

    def write(self, document: dict | None) -> None:
        """Never called: writing takes a revision."""
        raise NotImplementedError
