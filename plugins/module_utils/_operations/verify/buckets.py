# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `xacct_verify` does about buckets: get, list and put as somebody, and find objects to try it with.

Nothing stays behind: an object that a proof could put is deleted at once. Private to this collection.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..._aws.calls.errors import SDK_ERRORS, AwsError, error_code, translate
from ..._border.texts import one_line
from ..._expectations.proof_calls import BUCKET_ACTIONS, GET, LIST, PROBE, PUT
from ..._expectations.proof_outcome import ALLOWED, AT_A_BUCKET, Attempt, Judgement, Question, judge
from ..actors import Actor, CannotAct
from ..task import Task

_DONE = {GET: "got", LIST: "listed", PUT: "put"}

AUTHORIZED_ANYWAY = frozenset({"InvalidObjectState"})
"""Codes that S3 answers a caller with who may get the object: it is archived."""

LOOKED_AT = 20
"""Keys of a listing in which one is looked for."""

LAST_KEY = "\U0010ffff"
"""Sorts after every character of a key."""

LOOKUP_OPTIONS = {
    "lookup": {"type": "str", "required": True},
    "bucket": {"type": "str", "required": True},
    "bucket_owner": {"type": "str"},
    "prefix": {"type": "str", "default": ""},
    "outside": {"type": "list", "elements": "str", "default": []},
}


@dataclass(frozen=True)
class BucketTrial:
    """One call to make for an expectation. `key` is that of an object to get, or of one to put."""

    position: int
    """Which expectation."""
    question: Question
    call: str
    client: object = field(repr=False)
    account: object = field(repr=False)
    actor_arn: str
    arguments: dict
    key: str = ""

    def judged(self) -> Judgement:
        """Make the call, leave nothing behind, and judge it."""
        left_behind = ""
        try:
            if self.call == LIST:
                self.client.list_objects_v2(**self.arguments, MaxKeys=1)
            elif self.call == GET:
                self.client.get_object(**self.arguments, Key=self.key)["Body"].close()
            else:
                self.client.put_object(**self.arguments, Key=self.key, Body=b"")
                left_behind = self.clean_up()
        except (AwsError, *SDK_ERRORS) as error:
            said = translate(error, self.account, "").aws_message or str(error)
            code = error_code(error)
            return judge(self.question, Attempt(self.actor_arn, code in AUTHORIZED_ANYWAY, code, said))
        judgement = judge(self.question, Attempt(self.actor_arn, let_in=True))
        return replace(judgement, said=f"{judgement.said}{left_behind}", may_settle=False) if left_behind else judgement

    def clean_up(self) -> str:
        """Delete the object that was put; return what to add to the judgement where that failed."""
        try:
            self.client.delete_object(**self.arguments, Key=self.key)
        except (AwsError, *SDK_ERRORS) as error:
            said = translate(error, self.account, "").aws_message or str(error)
            return f"; the empty object {self.key} could not be deleted: delete it by hand ({said})"
        return ""


def bucket_trial(position: int, expectation: Mapping, actor: Actor, task: Task) -> BucketTrial:
    """Return the call that an expectation takes. Raises `CannotAct` when it can't be made, with the reason."""
    call, bucket, prefix = expectation["call"], expectation["bucket"], expectation["prefix"]
    key = ""
    if call == GET:
        key = expectation["key"] or object_of(expectation, task.params["objects"])
    elif call == PUT:
        if expectation["expect"] == ALLOWED and not expectation["by_writing"]:
            raise CannotAct("writing is proved by writing only where the trust says verify_by_writing: true")
        if task.check_mode:
            raise CannotAct("check mode: nothing is put into a bucket")
        key = f"{prefix}{PROBE}{secrets.token_hex(8)}"
    try:
        client = actor.account.client("s3")
    except AwsError as error:
        raise CannotAct(f"cannot act as {expectation['actor']['principal']}: {error.message}") from None
    arguments = bucket_arguments(bucket, expectation["bucket_owner"])
    below = f" below {prefix}" if prefix and call != GET else ""
    question = Question(
        trust=expectation["trust"],
        target=f"{bucket}/{key}" if call == GET else f"{bucket}{below}",
        expect=expectation["expect"],
        depends_on=tuple(conditions_of(expectation, client)),
        done=_DONE[call] if call != PUT else "put an object into",
        permission=BUCKET_ACTIONS[call],
        place="bucket",
        trusting_side=AT_A_BUCKET,
    )
    if call == LIST:
        arguments["Prefix"] = prefix
    return BucketTrial(position, question, call, client, actor.account, actor.caller.arn, arguments, key)


def object_of(expectation: Mapping, objects: Mapping[str, Mapping]) -> str:
    """Return the key of the object to get, which its bucket's owner found. Raises `CannotAct` when it did not."""
    found = objects.get(expectation["lookup"])
    if found is None:
        raise CannotAct("no object is known to try it with: the trusting account was not part of this run")
    if not found.get("key"):
        raise CannotAct(str(found.get("reason") or "there is no object to try it with"))
    return found["key"]


def conditions_of(expectation: Mapping, client: object) -> list[str]:
    """Return the conditions of the trust that may not be met from here: TLS is, wherever the endpoint has it."""
    secure = client.meta.endpoint_url.startswith("https:")
    return [name for name in expectation["depends_on"] if not (secure and name == "require_tls")]


def bucket_arguments(bucket: str, owner: str | None) -> dict:
    """Return what every call on the bucket is made with: it has to be that account's."""
    return {"Bucket": bucket, **({"ExpectedBucketOwner": owner} if owner else {})}


def found_objects(task: Task) -> dict[str, dict]:
    """Return for each of the `lookups` the key of an object ({"key"}), or why there is none ({"reason"})."""
    found = {}
    for lookup in task.params["lookups"]:
        where = f"in {lookup['bucket']}"
        try:
            key = find_object(task.account.client("s3"), lookup)
        except (AwsError, *SDK_ERRORS) as error:
            said = translate(error, task.account, "").aws_message or str(error)
            reason = f"the trusting account cannot look for an object {where}: {said}"
            found[lookup["lookup"]] = {"key": None, "reason": reason}
            continue
        reason = f"there is no object {place_of(lookup)}to try it with {where}"
        found[lookup["lookup"]] = {"key": key, "reason": "" if key else reason}
    return found


def place_of(lookup: Mapping) -> str:
    """Return where an object was looked for, in words."""
    if lookup["outside"]:
        return f"outside {', '.join(lookup['outside'])} "
    return f"below {lookup['prefix']} " if lookup["prefix"] else ""


def find_object(client: object, lookup: Mapping) -> str | None:
    """Return the first key below a prefix, or beside some prefixes, by a call for each of these at most, and one.

    It goes on to another task in a result, so one with characters that a result writes out is left out. S3 lists keys
    in the order of their characters, so what begins with a prefix is stepped over at once.
    """
    arguments = bucket_arguments(lookup["bucket"], lookup["bucket_owner"])
    after: dict = {}
    for _step in range(len(lookup["outside"]) + 1):
        answer = client.list_objects_v2(**arguments, Prefix=lookup["prefix"], MaxKeys=LOOKED_AT, **after)
        keys = [entry["Key"] for entry in answer.get("Contents", ())]
        inside = next((prefix for prefix in lookup["outside"] if keys and keys[0].startswith(prefix)), None)
        if inside is None:
            outside = tuple(lookup["outside"])
            return next((key for key in keys if one_line(key) == key and not key.startswith(outside)), None)
        after = {"StartAfter": f"{inside}{LAST_KEY}"}
    return None
