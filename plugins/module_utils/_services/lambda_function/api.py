# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of a Lambda function, a version or an alias, which is written statement by statement.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ..._aws.calls.errors import AwsError, is_code, is_unanswered
from ..._policy.language.comparison import sid_of
from ..._policy.language.documents import PolicyError, statements
from ..._policy.language.principals import Arn
from ..._policy.language.sizes import check_size
from ..._policy.statements.service_rules import ServiceRules
from ..resource_policy import PolicyRevision, RevisionedPolicy
from .permissions import added_and_removed, permission_of

if TYPE_CHECKING:
    from ..._aws.sessions.connection import Account

_CHANGED_MEANWHILE = "PreconditionFailedException"
_VIA_URL = "InvokedViaFunctionUrl"


def _invoke(client: object, arn: Arn) -> None:
    client.invoke(FunctionName=str(arn), InvocationType="DryRun")


class FunctionPolicy(RevisionedPolicy):
    """A function's policy. A grant that changes gets its new statements before it loses the old ones."""

    conflicts = (_CHANGED_MEANWHILE, "ResourceConflictException")
    reading, adding, removing = "get_policy", "add_permission", "remove_permission"
    looking = "get_function_configuration"
    """The calls that read the policy, add a statement and remove one, and that which finds the resource."""

    proofs = {"lambda_invoke": _invoke}

    def __init__(self, account: Account, rules: ServiceRules, arn: Arn, options: Mapping) -> None:
        """Do nothing yet."""
        super().__init__(account, rules, arn, options)
        self._is_there = False

    @property
    def resource(self) -> dict[str, object]:
        """The arguments of all calls that say which resource it is."""
        kind, name, *qualifier = self.arn.resource.split(":")
        function = replace(self.arn, resource=f"{kind}:{name}")
        return {"FunctionName": str(function), **({"Qualifier": qualifier[0]} if qualifier else {})}

    def permission(self, statement: dict) -> dict[str, object]:
        """Return the arguments of the call that adds a statement."""
        found: dict[str, object] = {**permission_of(statement)}
        return {**found, _VIA_URL: found[_VIA_URL] == "true"} if _VIA_URL in found else found

    def read_with_revision(self) -> PolicyRevision:
        """Return the policy. GetPolicy says the same of a function without one and of one that does not exist."""
        try:
            answer = self.call(self.reading, **self.resource)
        except AwsError as error:
            if not is_code(error, *self.missing):
                raise
            self._look_for_resource()
            return PolicyRevision(None, None)
        return PolicyRevision(self.parsed(answer["Policy"]), answer["RevisionId"])

    def write_on_revision(self, present: PolicyRevision, document: dict | None) -> None:
        """Add what is new, then remove what is old, each on top of the revision that the one before it left."""
        added, removed = added_and_removed(present.document, document)
        sids = {sid_of(each) for each in statements(present.document)}
        last = len(added) + len(removed) - 1
        revision = present.revision
        for number, step in enumerate([*added, *removed]):
            if isinstance(step, dict):
                self._add(step, revision)
                sids.add(sid_of(step))
            else:
                self._remove(step, revision)
                sids.discard(step)
            if number < last:
                revision = self._next_revision(sids)

    def look_before_write(self, before: dict | None, wanted: dict | None, warn: Callable[[str], None]) -> None:  # noqa: ARG002
        """Refuse an update for which old and new do not fit side by side, and what the SDK is too old for."""
        added, removed = added_and_removed(before, wanted)
        beside = [*statements(before), *added]
        if added and removed:
            label = f"{self.label} in {self.account.description}, with new statements beside the old ones meanwhile,"
            check_size({**(before or {}), "Statement": beside}, self.rules.limit, self.rules.count, label)
        known = self.client.meta.service_model.operation_model("AddPermission").input_shape.members
        if _VIA_URL not in known and any(_VIA_URL in permission_of(each) for each in added):
            raise PolicyError(
                f"{self.resource_label}: this version of botocore does not know {_VIA_URL}, which invoking through a "
                "function URL takes; use a newer one"
            )

    def _add(self, statement: dict, revision: str | None) -> None:
        on_top = {"RevisionId": revision} if revision is not None else {}
        arguments = {**self.resource, **self.permission(statement), **on_top}
        self.call(self.adding, StatementId=statement["Sid"], **arguments)

    def _remove(self, sid: str, revision: str | None) -> None:
        """Remove a statement; somebody else may have been faster."""
        try:
            self.call(self.removing, **self.resource, StatementId=sid, RevisionId=revision)
        except AwsError as error:
            if not is_code(error, *self.missing):
                raise

    def _next_revision(self, sids: set[str]) -> str | None:
        """Return the revision after a step of ours; raise the conflict when it is not what that step alone leaves."""
        present = self.read_with_revision()
        if {sid_of(each) for each in statements(present.document)} != sids:
            raise AwsError(f"{self.label} was changed meanwhile", code=_CHANGED_MEANWHILE)
        return present.revision

    def _look_for_resource(self) -> None:
        """Raise `AwsError` when the resource itself is missing. Whoever may not look finds out when writing."""
        if self._is_there:
            return
        try:
            self.call(self.looking, **self.resource)
        except AwsError as error:
            if not is_unanswered(error):
                raise
        self._is_there = True
