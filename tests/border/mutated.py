# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every answer of a successful run changed, one thing at a time: calls × mutations, in check mode and for real."""

from __future__ import annotations

import contextlib
import gc
import itertools
from collections.abc import Iterable, Iterator
from unittest import mock

from ansible_collections.xacct.aws.plugins.module_utils._operations.role import apply
from ansible_collections.xacct.aws.plugins.module_utils._operations.writing import revisioned_policy, shared_policy
from ansible_collections.xacct.aws.plugins.module_utils._resources import managed_policies

from tests.border.invoked import Invoked, run
from tests.border.mutations import Mutation, mutations
from tests.border.replay import Remembered, Replay
from tests.border.scenes import Scene, Scenes
from tests.border.tasks import NO_RETRIES

UNREAD = ("Put", "Set", "Update", "Add", "Attach", "Tag", "Remove")
Tried = set[tuple[object, ...]]
"""The mutations that a module has met in the answers of a call: in many runs it reads an answer like another."""


def findings_of(scene: Scene, scenes: Scenes, tried: Tried) -> dict[str, list[str]]:
    """What is wrong with the runs of a scene, by the mutation. Without one it has to succeed."""
    gc.freeze()  # the models of the services, which every collection would go through
    wrong: dict[str, list[str]] = {}
    replay = Replay()
    with replay.installed(), without_waiting():
        for check_mode in (True, False):
            replay.remember()
            genuine = attempt(scene, scenes, check_mode)
            assert genuine.raised is None and not genuine.result.get("failed"), genuine
            secrets = [*secrets_of(scene), *itertools.chain.from_iterable(map(issued, replay.order))]
            for remembered in list(replay.order):
                for mutation in mutations(remembered.answer):
                    if not is_new(tried, scene, remembered, mutation):
                        continue
                    replay.give_again(remembered, mutation.answer)
                    found = attempt(scene, scenes, check_mode).wrong(secrets)
                    mode = "in check mode" if check_mode else "for real"
                    if found:
                        wrong[f"{scene.name} {mode}, {remembered.operation} {mutation.what}"] = found
    return wrong


def is_new(tried: Tried, scene: Scene, remembered: Remembered, mutation: Mutation) -> bool:
    """Whether a module has not met such a change yet.

    That something is missing is tried in every answer, also in one that is read once more after a write, and in those
    of writes. False values are not: nobody reads them there. Documents are read by one code whatever they are of, and
    so are the policies of both sides by the modules that evaluate them.
    """
    module, once_more = scene.module, remembered.number > 0
    if mutation.takes_away:
        key = (module, remembered.operation, once_more, mutation.what)
    elif once_more or scene.is_like_others or remembered.operation.partition(":")[2].startswith(UNREAD):
        return False
    else:
        place = "any document" if mutation.in_a_document else remembered.operation
        reader = "evaluation" if module in ("xacct_access_check", "xacct_verify") else module
        key = (reader, place, once_more, mutation.in_a_document or mutation.what)
    if key in tried:
        return False
    tried.add(key)
    return True


@contextlib.contextmanager
def without_waiting() -> Iterator[None]:
    """Let nothing wait for other writers, and for what was made to be known everywhere."""
    timing = shared_policy.Timing(sleep=lambda _seconds: None)
    with contextlib.ExitStack() as patched:
        for function in (shared_policy.converge_policy, revisioned_policy.converge_revisioned):
            patched.enter_context(mock.patch.dict(function.__kwdefaults__, timing=timing))
        for module, seconds in ((managed_policies, "NEW_POLICY_SECONDS"), (apply, "NEW_ROLE_SECONDS")):
            patched.enter_context(mock.patch.object(module, seconds, 0))
        yield


def attempt(scene: Scene, scenes: Scenes, check_mode: bool) -> Invoked:
    """Run the task of a scene."""
    place = {"region": "us-east-1", "endpoint_url": scenes.local_aws.endpoint, "aws_config": NO_RETRIES}
    return run(scene.module, {**place, **scene.connection, **scene.options}, check_mode)


def secrets_of(scene: Scene) -> Iterable[str]:
    """The secrets that are given."""
    secret = scene.connection["secret_key"]
    return [str(secret)] if secret != "local" else []


def issued(remembered: Remembered) -> Iterator[str]:
    """The secrets that an answer issues."""
    text = remembered.answer.body.decode("utf-8", "replace")
    for member in ("SecretAccessKey", "SessionToken"):
        _before, _found, rest = text.partition(f"<{member}>")
        if rest:
            yield rest.partition("<")[0]
