# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One hop of an assume-role chain: its options, what is wrong with them, and the request that it becomes.

Pure: no call is made here. Lengths and patterns are those of botocore's STS model (a test compares them); the rest is
AWS's documentation of AssumeRole.
Private to this collection.
"""

from __future__ import annotations

import getpass
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..._policy.language.documents import with_text_conditions

HOP_ARGUMENTS = {
    "role_arn": {"type": "str", "required": True},
    "external_id": {"type": "str"},
    "session_name": {"type": "str"},
    "duration_seconds": {"type": "int"},
    "mfa_serial": {"type": "str"},
    "mfa_token": {"type": "str", "no_log": True},
    "source_identity": {"type": "str"},
    "tags": {"type": "dict"},
    "policy": {"type": "json"},
}
"""The options of one hop, as an Ansible argument spec."""

SHORTEST_DURATION = 900
LONGEST_DURATION = 43200
LONGEST_CHAINED_DURATION = 3600
"""Seconds; a session that starts from another role's session lives one hour at most."""

MOST_TAGS = 50

_ROLE_ARN = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/[\x21-\x7e]+", re.ASCII)


@dataclass(frozen=True)
class Text:
    """What STS takes for one text parameter: `what` says the pattern in words."""

    shortest: int
    longest: int
    pattern: str
    what: str


TEXTS = {
    "external_id": Text(2, 1224, r"[\w+=,.@:\/-]*", "letters, digits and _+=,.@:/-"),
    "session_name": Text(2, 64, r"[\w+=,.@-]*", "letters, digits and _+=,.@-"),
    "mfa_serial": Text(9, 256, r"[\w+=/:,.@-]*", "letters, digits and _+=/:,.@-"),
    "mfa_token": Text(6, 6, r"[\d]*", "digits"),
    "source_identity": Text(2, 64, r"[\w+=,.@-]*", "letters, digits and _+=,.@-"),
}
"""Text parameters of AssumeRole by the name of our option."""


@dataclass(frozen=True)
class Hop:
    """One role to assume. `policy` is JSON text; what is not given is None or empty. `repr` shows no code."""

    role_arn: str
    external_id: str | None = None
    session_name: str | None = None
    duration_seconds: int | None = None
    mfa_serial: str | None = None
    mfa_token: str | None = field(default=None, repr=False)
    source_identity: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    policy: str | None = None

    @property
    def account_id(self) -> str:
        """The account of the role."""
        return self.role_arn.split(":")[4]

    @property
    def partition(self) -> str:
        """The partition of the role ("aws", "aws-cn", "aws-us-gov" …)."""
        return self.role_arn.split(":")[1]

    def request(self) -> dict:
        """Return the parameters of AssumeRole."""
        optional = {
            "ExternalId": self.external_id,
            "DurationSeconds": self.duration_seconds,
            "SerialNumber": self.mfa_serial,
            "TokenCode": self.mfa_token,
            "SourceIdentity": self.source_identity,
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags],
            "Policy": self.policy,
        }
        return {
            "RoleArn": self.role_arn,
            "RoleSessionName": self.session_name or self.source_identity or default_session_name(),
            **{name: value for name, value in optional.items() if value},
        }

    def identity(self) -> dict:
        """Return what makes two hops the same session. The MFA code is no part of it: it is good for one use only."""
        return {name: value for name, value in self.request().items() if name != "TokenCode"}


def read_hops(options: Sequence[Mapping] | None) -> tuple[Hop, ...]:
    """Return the hops of the option `assume_role`, which `hop_errors` has found nothing wrong with."""
    return tuple(_read_hop(option) for option in options or ())


def _read_hop(option: Mapping) -> Hop:
    given = {name: option.get(name) or None for name in HOP_ARGUMENTS}
    tags = given.pop("tags") or {}
    policy = _policy_text(given.pop("policy"))
    return Hop(**given, tags=tuple((str(key), str(value)) for key, value in tags.items()), policy=policy)


def _policy_text(policy: object) -> str | None:
    """Return a session policy as it is sent; text stays as it is, unless its conditions are other than text."""
    if policy is None:
        return None
    document = json.loads(policy) if isinstance(policy, str) else policy
    sent = with_text_conditions(document)
    if isinstance(policy, str) and sent == document:
        return policy
    return json.dumps(sent, separators=(",", ":"))


def hop_errors(options: Sequence[Mapping] | None) -> list[str]:
    """Return everything that is wrong with the option `assume_role`; each entry says where and what would be right."""
    return [
        f"assume_role[{position}]: {error}"
        for position, option in enumerate(options or ())
        for error in _errors_of(option, chained=position > 0)
    ]


def _errors_of(option: Mapping, *, chained: bool) -> list[str]:
    errors = role_arn_errors("role_arn", option.get("role_arn"))
    for name in TEXTS:
        errors += text_errors(name, option.get(name))
    errors += duration_errors(option.get("duration_seconds"), chained=chained)
    if bool(option.get("mfa_serial")) != bool(option.get("mfa_token")):
        errors.append("mfa_serial and mfa_token are only good together")
    if (option.get("source_identity") or "").lower().startswith("aws:"):
        errors.append("source_identity must not begin with 'aws:', which AWS keeps for itself")
    errors += tag_errors(option.get("tags"))
    errors += policy_errors(option.get("policy"))
    return errors


def role_arn_errors(name: str, value: object) -> list[str]:
    """Return what is wrong with a role ARN."""
    if isinstance(value, str) and len(value) <= 2048 and _ROLE_ARN.fullmatch(value):
        return []
    return [f"{name} must be the ARN of a role, like arn:aws:iam::111111111111:role/NAME, not {value!r}"]


def text_errors(name: str, value: object) -> list[str]:
    """Return what is wrong with a text parameter of `TEXTS`; None and "" are "not given". Never quotes an MFA code."""
    if value is None or value == "":
        return []
    rule = TEXTS[name]
    if not isinstance(value, str):
        return [f"{name} must be text: put it in quotes"]
    if re.fullmatch(rule.pattern, value, re.ASCII) and rule.shortest <= len(value) <= rule.longest:
        return []
    if name == "mfa_token":
        return ["mfa_token must be six digits, in quotes: YAML reads 012345 as another number"]
    length = f"{rule.shortest} to {rule.longest} characters"
    return [f"{name} must be {length} of {rule.what}; it has {len(value)} characters"]


def duration_errors(value: int | None, *, chained: bool) -> list[str]:
    """Return what is wrong with a duration in seconds."""
    if value is None:
        return []
    if not SHORTEST_DURATION <= value <= LONGEST_DURATION:
        return [f"duration_seconds must be {SHORTEST_DURATION} to {LONGEST_DURATION}, not {value}"]
    if chained and value > LONGEST_CHAINED_DURATION:
        return [
            f"duration_seconds must be at most {LONGEST_CHAINED_DURATION} here, not {value}: a session that starts "
            "from another role's session lives one hour at most"
        ]
    return []


def tag_errors(tags: Mapping | None) -> list[str]:
    """Return what is wrong with session tags: at most 50, keys 1 to 128, values up to 256 characters."""
    tags = tags or {}
    errors = [] if len(tags) <= MOST_TAGS else [f"tags: at most {MOST_TAGS} session tags, not {len(tags)}"]
    for key, value in tags.items():
        if not 1 <= len(str(key)) <= 128:
            errors.append(f"tags: the key {key!r} must have 1 to 128 characters")
        if str(key).lower().startswith("aws:"):
            errors.append(f"tags: the key {key!r} must not begin with 'aws:', which AWS keeps for itself")
        if value is None or isinstance(value, (Mapping, list)) or len(str(value)) > 256:
            errors.append(f"tags: the value of {key!r} must be a text of up to 256 characters")
    return errors


def policy_errors(policy: object) -> list[str]:
    """Return what is wrong with a session policy: it must be a JSON object. Its size is for AWS to judge."""
    if policy is None or policy == "" or isinstance(policy, Mapping):
        return []
    try:
        decoded = json.loads(str(policy))
    except ValueError as error:
        return [f"policy is not JSON: {error}"]
    return [] if isinstance(decoded, dict) else ["policy must be a JSON object"]


def default_session_name() -> str:
    """Return the session name that says in the trusting account's CloudTrail who came: xacct-USER."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):
        user = "ansible"
    return re.sub(r"[^\w+=,.@-]", "-", f"xacct-{user}", flags=re.ASCII)[:64]
