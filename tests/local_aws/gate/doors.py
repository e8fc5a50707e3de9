# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is the same for every service: the questions a call raises, and what is done before and after moto's part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .calls import Call
from .errors import Response
from .judgement import Target


@dataclass(frozen=True)
class Question:
    """One action on one target that has to be allowed."""

    action: str
    target: Target
    context: Mapping[str, object] = field(default_factory=dict)


class Door:
    """A service that the gate knows nothing special of: the caller's own policies decide, in the caller's account."""

    def questions(self, call: Call) -> list[Question]:
        """What has to be allowed for this call."""
        return [Question(call.action, Target("*", call.account))]

    def place(self, call: Call) -> tuple[str, str]:
        """The account and the region in which moto does the call."""
        return call.account, call.region

    def prepared(self, call: Call) -> Call | Response:
        """The call as moto gets it, or the answer where moto has no part in it; refuses what the service refuses."""
        return call

    def before(self, call: Call) -> object:  # noqa: ARG002
        """What `finished` has to know of the state before the call."""
        return None

    def finished(self, call: Call, response: Response, before: object) -> Response:  # noqa: ARG002
        """The answer, after what the service does beside a successful call."""
        return response
