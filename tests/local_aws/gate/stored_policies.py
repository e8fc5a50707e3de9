# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The resource policies that moto keeps, wherever they are: to find one, and to change all that name somebody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import key_grants, store
from .document_rules import forgotten


@dataclass(frozen=True)
class StoredPolicy:
    """One policy: its text, and how to put another in its place."""

    text: str
    write: Callable[[str], None]


def forget(arn: str, unique_id: str) -> None:
    """Let every policy that names a deleted user or role show its unique ID instead."""
    for policy in all_policies():
        changed = forgotten(policy.text, arn, unique_id)
        if changed is not None:
            policy.write(changed)
    for account in store.accounts_of("kms"):
        for backend in store.regions_of("kms", account):
            for key in backend.keys.values():
                key_grants.forget(key, arn, unique_id)


def all_policies() -> Iterator[StoredPolicy]:
    """Every resource policy of every account."""
    for account in store.accounts_of("iam"):
        for role in store.backend("iam", account).roles.values():
            yield _attribute(role, "assume_role_policy_document")
    for service, find in (("sqs", _queues), ("sns", _topics), ("kms", _keys), ("secretsmanager", _secrets)):
        for account in store.accounts_of(service):
            for backend in store.regions_of(service, account):
                yield from find(backend)
    for account in store.accounts_of("ssm"):
        for backend in store.regions_of("ssm", account):
            yield from _parameters(backend)
    for account in store.accounts_of("lambda"):
        for backend in store.regions_of("lambda", account):
            yield from (_permissions(kept["latest"].policy) for kept in backend._lambdas._functions.values())
    for account in store.accounts_of("s3"):
        for bucket in store.backend("s3", account).buckets.values():
            if bucket.policy:
                yield StoredPolicy(
                    bucket.policy.decode(), lambda text, bucket=bucket: setattr(bucket, "policy", text.encode())
                )


def _permissions(policy) -> StoredPolicy:
    """The policies of a function and of all its versions and aliases."""

    def write(text: str) -> None:
        policy.statements[:] = json.loads(text)["Statement"]

    return StoredPolicy(json.dumps({"Version": "2012-10-17", "Statement": policy.statements}), write)


def _attribute(owner: object, name: str) -> StoredPolicy:
    return StoredPolicy(getattr(owner, name), lambda text: setattr(owner, name, text))


def _queues(backend) -> Iterator[StoredPolicy]:
    return (_attribute(queue, "policy") for queue in backend.queues.values() if queue.policy)


def _topics(backend) -> Iterator[StoredPolicy]:
    return (_attribute(topic, "policy") for topic in backend.topics.values())


def _keys(backend) -> Iterator[StoredPolicy]:
    return (_attribute(key, "policy") for key in backend.keys.values() if key.policy)


def _parameters(backend) -> Iterator[StoredPolicy]:
    for policies in vars(backend).get("policies_by_arn", {}).values():
        for id_, text in policies.items():
            yield StoredPolicy(text, lambda text, policies=policies, id_=id_: policies.__setitem__(id_, text))


def _secrets(backend) -> Iterator[StoredPolicy]:
    return (_attribute(secret, "policy") for secret in backend.secrets.values() if getattr(secret, "policy", None))
