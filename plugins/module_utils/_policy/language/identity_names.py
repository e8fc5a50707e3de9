# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names of users, groups and roles whose policies are written: `role/NAME`, or an ARN."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .documents import PolicyError
from .principals import is_account_id, parse_arn

KINDS = ("role", "user", "group")
_RESOURCE = re.compile(r"(role|user|group)/((?:[!-~]+/)?)([\w+=,.@-]{1,128})", re.ASCII)


@dataclass(frozen=True)
class IdentityName:
    """What a user calls an identity. `path` and `account_id` are None where the text does not say."""

    kind: str
    name: str
    path: str | None
    account_id: str | None

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def parse_identity(text: str) -> IdentityName:
    """Return what `role/NAME`, `user/PATH/NAME`, `group/NAME` or an ARN of one names; raise `PolicyError` otherwise.

    The short form without a path does not say which path; an ARN without one says that there is none.
    """
    wanted = "write role/NAME, user/NAME or group/NAME (with the path, if any), or the ARN of one"
    is_arn = text.startswith("arn:")
    arn = parse_arn(text) if is_arn else None
    match = _RESOURCE.fullmatch(arn.resource if arn else text)
    if match is None or (arn and (arn.service != "iam" or not is_account_id(arn.account_id))):
        raise PolicyError(f"{text!r} is not a user, group or role: {wanted}")
    kind, path, name = match.groups()
    known_path = f"/{path}" if path or arn else None
    return IdentityName(kind, name, known_path, arn.account_id if arn else None)
