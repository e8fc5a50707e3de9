# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The principals that a trust declares: ``role/…``, ``user/…``, ``group/…`` and ``root``.

They are written without account and partition, because the trust says those once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .problems import did_you_mean, kind_of

KINDS = ("role", "user", "group", "root")

_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_PATH = re.compile(r"/|/[\x21-\x7e]{0,510}/", re.ASCII)
_LONGEST_NAME = {"role": 64, "user": 64, "group": 128}
_SPELLING = "principals are written role/NAME, user/NAME, group/NAME (with a path: role/PATH/NAME) or root"


@dataclass(frozen=True)
class DeclaredPrincipal:
    """``kind`` is role, user, group or root; root (the whole account) has no name."""

    kind: str
    name: str = ""
    path: str = "/"

    @property
    def spelling(self) -> str:
        """As users write it: ``role/app/BackupService``."""
        return "root" if self.kind == "root" else f"{self.kind}{self.path}{self.name}"

    @property
    def is_kept_by_aws(self) -> bool:
        """A role of IAM Identity Center: nobody but its permission set changes its policies."""
        return self.kind == "role" and self.path.startswith("/aws-reserved/")

    @property
    def is_named_in_trust_policies(self) -> bool:
        """IAM takes roles and users as principals of a trust policy, but not groups."""
        return self.kind in ("role", "user")

    def arn(self, partition: str, account_id: str) -> str:
        """Its ARN; for root the ARN that stands for the whole account."""
        return f"arn:{partition}:iam::{account_id}:{self.spelling}"


def read_principal(value: object) -> DeclaredPrincipal | tuple[str, str]:
    """The principal, or (what is wrong, what would be right)."""
    if not isinstance(value, str):
        return f"the principal {value!r} is {kind_of(value)}", _SPELLING
    if value.startswith("arn:"):
        return _from_arn(value)
    if value == "root":
        return DeclaredPrincipal("root")
    if re.fullmatch(r"[0-9]{12}", value):
        return (
            f"the principal '{value}' is an account ID",
            "the account is named once, in `account`; write root for all of it",
        )
    if "*" in value or "?" in value:
        return f"the principal '{value}' has a wildcard", "IAM accepts none in principals: list the principals, or root"
    kind, slash, rest = value.partition("/")
    if kind not in KINDS:
        if not slash:
            return f"the principal '{value}' does not say what it is", f"was role/{value} meant? {_SPELLING}"
        return f"the principal '{value}' is of an unknown kind", f"{did_you_mean(kind, KINDS)}{_SPELLING}"
    if kind == "root":
        return f"the principal '{value}' names something below root", "write just root for the whole account"
    path, name = rest.rpartition("/")[::2]
    path = f"/{path}/" if path else "/"
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME[kind] or not _PATH.fullmatch(path) or "//" in path:
        longest = _LONGEST_NAME[kind]
        return (
            f"the principal '{value}' is not a possible name of a {kind}",
            f"a name is 1 to {longest} letters, digits or any of +=,.@-_ ; a path is between single slashes",
        )
    if kind == "role" and path.startswith("/aws-service-role/"):
        return (
            f"the principal '{value}' is a service-linked role",
            "only its service acts with it: name a role of your own",
        )
    return DeclaredPrincipal(kind, name, path)


def _from_arn(value: str) -> tuple[str, str]:
    session = re.fullmatch(r"arn:[^:]+:sts::[0-9]*:assumed-role/([^/]+)/.*", value)
    if session:
        return f"the principal '{value}' is one session of a role", f"name the role instead: role/{session.group(1)}"
    resource = value.split(":", 5)[-1]
    if re.fullmatch(r"arn:[^:]+:iam::[0-9]{12}:.+", value) and resource.partition("/")[0] in KINDS:
        return (
            f"the principal '{value}' is an ARN",
            f"the account is named once, in `account`; write just {resource}",
        )
    return f"the principal '{value}' is not a role, user or group of an account", _SPELLING
