# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the three ways of giving access to a bucket have in common: the bucket, its keys, and who owns them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...._services.s3_bucket.statements import bucket_arn, key_patterns
from ...declaration.directory import Account
from ...declaration.problems import Problems, did_you_mean, kind_of, some_of
from ...declaration.trust import ResourceKey, Trust

ACCOUNT_ID = "{account_id}"
"""Stands in a bucket's name for the ID of the trusting account."""

KMS_KEY = re.compile(r"arn:aws[a-z0-9-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+", re.ASCII)
"""The ARN of a key that encrypts something."""

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_ADDRESS = re.compile(r"[0-9]+(\.[0-9]+){3}", re.ASCII)


@dataclass(frozen=True)
class Scope:
    """Some keys of a bucket: those that begin with a prefix, and single ones. The prefix "" is every key."""

    prefixes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        return "" in self.prefixes

    def overlaps(self, other: Scope) -> bool:
        """Whether there can be a key in both."""
        return (
            any(one.startswith(two) or two.startswith(one) for one in self.prefixes for two in other.prefixes)
            or any(key.startswith(other.prefixes) for key in self.keys)
            or any(key.startswith(self.prefixes) for key in other.keys)
            or not set(self.keys).isdisjoint(other.keys)
        )


def united(scopes: Iterable[Scope]) -> Scope:
    """The keys that are in any of some scopes."""
    scopes = list(scopes)
    return Scope(
        tuple(sorted({prefix for scope in scopes for prefix in scope.prefixes})),
        tuple(sorted({key for scope in scopes for key in scope.keys})),
    )


class BucketAccessSpec(ABC):
    """How a trust gives access to a bucket. ``bucket`` may hold ``ACCOUNT_ID``."""

    bucket: str
    verify_by_writing = False
    """Whether a proof may put an object and delete it."""
    names_accounts = False
    """Whether the trusting side can name accounts only, and so lets in whoever the trusted account lets."""

    @property
    @abstractmethod
    def rights(self) -> Mapping[str, Scope]:
        """What of ``CALLS`` it lets the trusted principals do, with which keys."""

    @property
    @abstractmethod
    def depends_on(self) -> list[str]:
        """Its conditions that the place where a proof runs may not meet."""

    @property
    @abstractmethod
    def not_after(self) -> str:
        """When it ends by itself, empty when it does not."""

    @abstractmethod
    def statements_in(self, bucket: str, partition: str) -> dict[str, dict]:
        """Actions, resources and conditions of the trusted side by part (``""`` for objects, ``bucket``, ``key``)."""

    def owner_in(self, account: Account) -> str:
        """The account ID of the bucket's owner."""
        return account.account_id

    def bucket_in(self, account: Account) -> str:
        """The bucket's name in one trusting account."""
        return self.bucket.replace(ACCOUNT_ID, account.account_id)

    def resource_in(self, account: Account) -> ResourceKey:
        """The bucket. Names of buckets are unique in a partition."""
        return ("bucket", account.partition, self.bucket_in(account))

    def resource_arn(self, account: Account) -> str:
        """The bucket's ARN in one trusting account."""
        return bucket_arn(self.bucket_in(account), account.partition)

    def resource_arns(self, account: Account) -> list[str]:
        """The bucket's ARN as the only one."""
        return [self.resource_arn(account)]

    def identity_grants(self, trust: Trust) -> list[dict]:
        """Statements on objects, on buckets and on keys; those that it does not need are declared absent."""
        found: dict[str, dict] = {}
        for account in trust.trusting:
            for part, statement in self.statements_in(self.bucket_in(account), account.partition).items():
                known = found.setdefault(part, {**statement, "resources": []})
                known["resources"] = sorted({*known["resources"], *statement["resources"]})
        return [
            {"name": name, "state": "present", **found[part]} if part in found else {"name": name, "state": "absent"}
            for part, name in ((part, f"{trust.name}/{part}".rstrip("/")) for part in PARTS)
        ]


PARTS = ("", "bucket", "key")
"""Of the trusted side: on objects, on the bucket, on its KMS key. Only listing can be narrowed by s3:prefix."""


def statement(actions: Iterable[str], resources: Iterable[str], prefixes: Iterable[str] = ()) -> dict:
    """Actions and resources of the trusted side, narrowed to listing what is below prefixes."""
    made: dict = {"actions": list(actions), "resources": list(resources)}
    patterns = key_patterns(list(prefixes))
    return {**made, "conditions": {"StringLike": {"s3:prefix": patterns}}} if patterns else made


def check_mapping(
    value: object, option: str, example: str, keys: Iterable[str], where: str, problems: Problems
) -> bool:
    """Whether what is under a method is a mapping at all; unknown keys of it go to ``problems`` too."""
    keys = list(keys)
    if not isinstance(value, dict):
        problems.add(where, f"{option} is {kind_of(value)}", f"a mapping is expected: {option}: {example}")
        return False
    for key in sorted(set(value) - set(keys)):
        problems.add(
            where, f"unknown key '{key}' in {option}", f"{did_you_mean(key, keys)}it takes {some_of(keys, 30)}"
        )
    return True


def check_bucket(name: object, option: str, trusting: Iterable[Account], where: str, problems: Problems) -> None:
    """``option`` is where the bucket's name is written (``bucket.name``)."""
    if name is None or name == "":
        problems.add(where, f"{option} is missing", "the name of a bucket is expected")
        return
    if not isinstance(name, str):
        return  # Its type was reported when it was read.
    if name.startswith(("arn:", "s3://")):
        problems.add(where, f"{option} is '{name}'", "the bare name of the bucket is expected")
        return
    accounts = list(trusting)
    plain = name.replace(ACCOUNT_ID, "0" * 12)
    if not _BUCKET.fullmatch(plain) or ".." in plain or _ADDRESS.fullmatch(plain):
        problems.add(where, f"{option} is '{name}'", "3 to 63 lowercase letters, digits, dots or hyphens are expected")
    elif len(accounts) > 1 and ACCOUNT_ID not in name:
        problems.add(
            where,
            f"{option} is '{name}' in {len(accounts)} accounts ({some_of(a.host for a in accounts)})",
            f"a bucket belongs to one account: write {ACCOUNT_ID} in the name, as in data-{ACCOUNT_ID}, or one trust "
            "for each bucket",
        )


def check_trusted_side(trusted_side: str, option: str, where: str, problems: Problems) -> None:
    """Bucket names have no account in them, so there is no pattern of them."""
    if trusted_side == "pattern":
        problems.add(
            where, f"trusted_side is pattern with {option}", "a pattern is for roles: exact and managed are for buckets"
        )


def check_keys(values: Mapping, option: str, where: str, problems: Problems, names: Iterable[str]) -> None:
    """Prefixes and keys as S3 writes them; the values are texts or lists of them."""
    for name in names:
        given = values.get(name)
        for key in [given] if isinstance(given, str) else given or []:
            if key == "":
                problems.add(where, f"{option}.{name} has an empty text", "leave it out to mean every key")
            elif "*" in key or "?" in key:
                problems.add(where, f"{option}.{name} has the wildcard '{key}'", "write what keys begin with, as it is")
            elif key.startswith(("/", "s3://", "arn:")):
                problems.add(
                    where,
                    f"{option}.{name} has '{key}'",
                    "write what keys begin with, such as exports/, without the bucket and without a slash in front",
                )
