# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module as both faces do, in this process, and say what is wrong with what came out."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions import shared_connection
from ansible_collections.xacct.aws.plugins.module_utils._faces import argument_spec_of, invoke
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import Operation

from tests.border.findings import wrong_with_result

MODULES = "ansible_collections.xacct.aws.plugins.modules"
CREDENTIALS = ("credentials", "environment", "connection", "profile_environment", "console_url")
"""What `xacct_assume` is there to return; its faces keep it from being shown."""


@dataclass(frozen=True)
class Invoked:
    """What a module returned, or the exception that went through it."""

    result: object
    warnings: list[str] = field(default_factory=list)
    raised: BaseException | None = None

    def wrong(self, secrets: Iterable[str]) -> list[str]:
        """Everything that is wrong with it."""
        if self.raised is not None:
            return [f"raises {type(self.raised).__name__}: {str(self.raised)[:200]!r}"]
        shown = self.result
        if isinstance(shown, Mapping) and not shown.get("failed"):
            shown = {name: value for name, value in shown.items() if name not in CREDENTIALS}
        return list(wrong_with_result(shown, self.warnings, secrets))


@functools.cache
def operation(module: str) -> Operation:
    """The operation of a module."""
    return importlib.import_module(f"{MODULES}.{module}").OPERATION


def run(module: str, options: Mapping, check_mode: bool = False) -> Invoked:
    """Run a module with nothing left of an earlier run: no client, no session, no identity."""
    wanted = operation(module)
    shared_connection._shared_connection.cache_clear()
    shared_connection._session_files.cache_clear()
    validation = ArgumentSpecValidator(argument_spec_of(wanted), **wanted.rules).validate(dict(options))
    assert not validation.error_messages, validation.error_messages
    warnings: list[str] = []
    try:
        result = invoke(
            wanted,
            validation.validated_parameters,
            check_mode=check_mode,
            warn=warnings.append,
            progress=warnings.append,
        )
    except Exception as error:  # noqa: BLE001 - what goes through is what is looked for
        return Invoked(None, warnings, error)
    return Invoked(result, warnings)
