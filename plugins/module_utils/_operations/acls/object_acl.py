# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`xacct_object_acl`: grants in the access control lists of objects, one or a hundred thousand.

Look whether ACLs count in the bucket, find the grantees; then for each object: read its ACL, merge, write it if
something differs. An object's ACL is read once and not again after the write, as that of a bucket is: it is seldom
written by anybody else, and there are many. Runs of one controller on one bucket take turns.
Private to this collection.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from ..._aws.calls.errors import AwsError, is_code
from ..._aws.calls.pace import Pace
from ..._aws.files.locks import controller_lock
from ..._options.acls import OBJECT_ACL_ARGUMENTS, OBJECT_ACL_RULES, check_object_acl
from ..._policy.evaluation.requests import AclGrant
from ..._policy.language.documents import PolicyError
from ..._policy.s3.acls import Acl, DeclaredGrants, check_count, merged, shown_grants, still_granted
from ..._resources.bucket_acl import ACLS_DISABLED, ENFORCED, BucketAcl
from ..._resources.canonical_ids import CanonicalIds
from ..._resources.object_acl import ObjectAcls, ObjectVersion, has_vanished
from ..plan import Change, Plan
from ..task import Operation, Task, TaskError, result
from .acl_grants import (
    acl_view,
    acls_are_disabled,
    confirm_canonical_ids,
    declared_grants,
    explained,
    grant_changes,
    in_words,
    is_at_aws,
    wants_acls,
)
from .bulk import CHANGED, FAILED, UNCHANGED, VANISHED, Tally, process

AGAIN = "Completed objects stay as they are; re-running continues from there."
LOCK_SECONDS = 6 * 3600.0
"""So long another run on the same bucket may take."""


def run(task: Task) -> dict:
    """Bring the objects' ACLs to what is declared and return the module's result."""
    params = task.params
    confirm_canonical_ids(task)
    bucket = BucketAcl(task.account, params["bucket"], params["expected_bucket_owner"])
    if wants_acls(params) and bucket.ownership() == ENFORCED:
        raise acls_are_disabled(bucket.bucket)
    canonical_ids = CanonicalIds(
        task.account, params["canonical_ids"], lambda: bucket.read_acl().owner, params["expected_bucket_owner"]
    )
    declared = declared_grants(params, "object", canonical_ids)
    each = _EachObject(task, declared)
    tally = each.tally
    try:
        with _turn(task), each.acls.throttling_is_ours():
            each.process(_targets(params, each.acls))
    except AwsError as error:
        # The list ended early; of the objects before that each is done or not.
        tally.fatal = error
    accounts = canonical_ids.accounts
    _complain(params, each)
    _warn(task, each, accounts)
    return result(
        each.plan(accounts),
        bucket=bucket.bucket,
        objects=tally.as_result(),
        grants=shown_grants(each.last.after if each.last else declared.present, accounts),
    )


@dataclass(frozen=True)
class _Seen:
    """A single object's ACL, and the grants that it has or should have afterwards."""

    acl: Acl
    after: frozenset[AclGrant]


class _EachObject:
    """The work on one object, and what is remembered of all."""

    def __init__(self, task: Task, declared: DeclaredGrants) -> None:
        params = task.params
        self.params = params
        self.declared = declared
        self.check_mode = task.check_mode
        self.single = params["key"] is not None and params["versions"] == "current"
        self.last: _Seen | None = None
        self.still: list[AclGrant] = []
        self.still_count = 0
        self.tally = Tally()
        self.stop = threading.Event()
        self.pace = Pace(sleep=self.stop.wait)
        self.acls = ObjectAcls(task.account, params["bucket"], params["expected_bucket_owner"], self.pace)
        self._say = task.progress
        self._must_exist = params["prefix"] is None and params["state"] == "present"

    def process(self, targets: Iterator[ObjectVersion]) -> None:
        """Do all of them."""
        concurrency = self.params["concurrency"]
        if self.params["prefix"] is None and self.params["versions"] == "current":
            concurrency = max(1, min(concurrency, len(self.params["keys"] or [0])))
        process(targets, self.work, self.tally, concurrency=concurrency, stop=self.stop, progress=self._progress)

    def work(self, target: ObjectVersion) -> str:
        """Bring one object's ACL to what is declared; return what came of it."""
        try:
            acl = self.acls.read(target)
            after = merged(acl, self.declared)
            self._remember(acl, after)
            if after == acl.grants:
                return UNCHANGED
            check_count(after, f"ACL of {target}")
            if not self.check_mode:
                self.acls.write(target, acl.owner, after)
        except AwsError as error:
            is_one_version = self.params["version_id"] is not None
            if has_vanished(error, may_be_delete_marker=is_one_version) and not self._must_exist:
                return VANISHED
            raise
        return CHANGED

    def _remember(self, acl: Acl, after: frozenset[AclGrant]) -> None:
        if self.single:
            self.last = _Seen(acl, after)
        if self.declared.absent:
            still = still_granted(acl, self.declared)
            if still:
                self.still_count += 1
                self.still = still

    def plan(self, accounts: Mapping[str, str]) -> Plan:
        """Return what changed: the grants of a single object, the number of objects otherwise."""
        if self.last:
            acl, after = self.last.acl, self.last.after
            changes = grant_changes(acl.grants, after, accounts)
            return Plan(tuple(changes), acl_view(acl.owner, acl.grants, accounts), acl_view(acl.owner, after, accounts))
        changed, same = self.tally.counts[CHANGED], self.tally.counts[UNCHANGED]
        before, after = ({"objects": {"as_declared": same + done, "others": changed - done}} for done in (0, changed))
        if not changed:
            return Plan((), before, before)
        return Plan((Change("objects", self.where, before["objects"], after["objects"]),), before, after)

    @property
    def where(self) -> str:
        """What is worked on, for people."""
        params = self.params
        return f"s3://{params['bucket']}/{params['prefix'] or params['key'] or ''}"

    def _progress(self, seconds: float) -> None:
        limit = self.pace.limit
        slowed = f"; S3 asked for fewer requests, at most {limit:.0f} a second now" if limit else ""
        rate = self.tally.total / seconds
        self._say(f"ACLs in {self.where}: {self.tally} in {seconds:.0f} s, {rate:.0f} a second{slowed}")


def _turn(task: Task) -> AbstractContextManager[None]:
    """Wait for other runs of this controller that write ACLs in the bucket."""
    if task.check_mode:
        return contextlib.nullcontext()
    what = f"object ACLs of bucket {task.params['bucket']}"
    return controller_lock(task.account.told_account_id, what, timeout=LOCK_SECONDS)


def _targets(params: Mapping, acls: ObjectAcls) -> Iterator[ObjectVersion]:
    """Yield the objects that the options name."""
    if params["prefix"] is not None:
        return acls.listed(params["prefix"], params["versions"] == "all")
    keys = [params["key"]] if params["key"] is not None else list(dict.fromkeys(params["keys"]))
    if params["versions"] == "all":
        return (target for key in keys for target in acls.listed(key, all_versions=True) if target.key == key)
    return (ObjectVersion(key, params["version_id"]) for key in keys)


def _complain(params: Mapping, each: _EachObject) -> None:
    """Raise `TaskError` with the counts and the first failures when not everything is as declared."""
    tally = each.tally
    if params["state"] == "absent" and tally.fatal and is_code(tally.fatal, "NoSuchBucket"):
        return
    if not tally.fatal and not tally.counts[FAILED]:
        return
    failures = sorted(tally.failures, key=lambda failure: str(failure[0]))
    details = {
        "objects": tally.as_result(),
        "changed": tally.counts[CHANGED] > 0,
        "failures": [_shown_failure(target, error) for target, error in failures],
    }
    if tally.fatal:
        fatal = explained(tally.fatal, params["bucket"], each.declared.present)
        if is_code(tally.fatal, ACLS_DISABLED) and not tally.counts[CHANGED]:
            raise TaskError(str(fatal), **{**details, "object_ownership": ENFORCED})
        raise TaskError(f"{_sentence(fatal)} The run ended there: {tally}. {AGAIN}", **details)
    target, error = failures[0]
    failed = f"{tally.counts[FAILED]:,} of {tally.total:,}"
    raise TaskError(
        f"{failed} objects in {each.where} failed ({tally}). The first is {target}: "
        f"{_sentence(explained(error, params['bucket'], each.declared.present))} {_whose(error)}{AGAIN}",
        **details,
    )


def _shown_failure(target: ObjectVersion, error: AwsError | PolicyError) -> dict:
    code, reason = (error.code, error.aws_message) if isinstance(error, AwsError) else ("", "")
    return {"key": target.key, "version_id": target.version_id, "code": code, "reason": reason or str(error)}


def _whose(error: AwsError | PolicyError) -> str:
    if not is_code(error, "AccessDenied"):
        return ""
    return (
        "Only an object's owner, or whom its ACL gives WRITE_ACP, can change its ACL, with s3:GetObjectAcl and "
        "s3:PutObjectAcl in a policy: use credentials of the account that wrote it. "
    )


def _sentence(error: Exception) -> str:
    text = str(error)
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _warn(task: Task, each: _EachObject, accounts: Mapping[str, str]) -> None:
    if each.still_count:
        task.warn(
            f"{in_words(each.still[0], accounts)} is still given by another grant to the same account on "
            f"{each.still_count:,} objects in {each.where}; that grant stays"
        )
    if not each.tally.total and task.params["prefix"] is not None:
        task.warn(f"There is no object in {each.where}: nothing was granted. Upper and lower case count in a prefix")


OPERATION = Operation(
    name="xacct_object_acl",
    argument_spec=OBJECT_ACL_ARGUMENTS,
    run=run,
    services=("s3", "sts"),
    rules=OBJECT_ACL_RULES,
    check=lambda params: check_object_acl(params, is_at_aws(params)),
)
