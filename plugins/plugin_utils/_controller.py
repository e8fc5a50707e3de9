# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The face of every module inside the controller's process.

A module of this kind costs more for its process, its imports and botocore's service models than for its calls.
An action plugin that is a subclass of `OperationAction` runs the same operation in the worker that Ansible has forked
anyway. `linear` and `free` load the action class before they fork, so what is loaded here (boto3 and the service
models: data only, no client, no connection, no thread) is paid once for a whole play.

Where that cannot work the module runs the ordinary way: see `OperationAction.reason_for_the_module`.
Private to this collection.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping

from ansible import constants
from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import (
    BOTO3_IMPORT_ERROR,
    CONNECTION_ARGUMENTS,
    preload,
)
from ansible_collections.xacct.aws.plugins.module_utils._border.redaction import message
from ansible_collections.xacct.aws.plugins.module_utils._border.results import (
    defect,
    secrets_in,
    shown_arguments,
    shown_result,
)
from ansible_collections.xacct.aws.plugins.module_utils._faces import argument_spec_of, invoke
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import Operation
from ansible_collections.xacct.aws.plugins.plugin_utils._inert import marked

IN_PROCESS_VARIABLE = "xacct_in_process"

KEY_OPTIONS = ("access_key", "secret_key", "session_token")
KEY_VARIABLES = frozenset(
    variable for name in KEY_OPTIONS[1:] for variable in CONNECTION_ARGUMENTS[name]["fallback"][1]
)
"""Variables of the environment whose value is secret."""

display = Display()


class OperationAction(ActionBase):
    """Runs `OPERATION` in this process, or the module of the same name where that is not possible."""

    OPERATION: Operation
    ALLOW_ASYNC = True
    """False where the result is a secret: an asynchronous job leaves its result in a file."""

    _supports_check_mode = True
    _supports_diff = True

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Load the service models that the operation needs, in the process that will fork."""
        super().__init_subclass__(**kwargs)
        cls._supports_async = cls.ALLOW_ASYNC
        if sys.platform != "darwin" and BOTO3_IMPORT_ERROR is None:
            preload(cls.OPERATION.services)

    def run(self, tmp: str | None = None, task_vars: dict | None = None) -> dict:
        """Run the operation and return its result, in the words of the module."""
        super().run(tmp, task_vars)
        task_vars = task_vars or {}
        reason = self.reason_for_the_module(task_vars)
        if reason:
            display.vvv(f"{self.OPERATION.name} runs as a module: {reason}")
            outcome = self._execute_module(
                module_args={**self._task.args, **self.keys_of_the_environment()},
                task_vars=task_vars,
                wrap_async=self._task.async_val,
            )
        else:
            environment: dict = {}
            self._compute_environment_string(environment)
            with changed_environment(environment):
                outcome = self.run_here(task_vars)
        if self.OPERATION.secret_result and not outcome.get("failed"):
            outcome["_ansible_no_log"] = True
            # Up to ansible-core 2.18 the result of a whole loop is hidden only when the task says so.
            self._task.no_log = True
        return outcome

    def reason_for_the_module(self, task_vars: Mapping) -> str | None:
        """Say why the operation can't run in this process, or None when it can."""
        wanted = task_vars.get(IN_PROCESS_VARIABLE, True)
        if not boolean(self._templar.template(wanted), strict=False):
            return f"{IN_PROCESS_VARIABLE} is false"
        if self._connection.transport != "local":
            return f"the connection is {self._connection.transport}, not local"
        if self._task.become or self._connection.become:
            return "become is in use"
        if self._task.async_val:
            return "the task is asynchronous"
        if BOTO3_IMPORT_ERROR is not None:
            return f"boto3 is missing in {sys.executable}"
        if sys.platform == "darwin":
            return "boto3 is not safe in a forked process on macOS"
        return None

    def _compute_environment_string(self, raw_environment_out: dict | None = None) -> str:
        """Leave the keys out of what is put before the module's command, which is shown at `-vvv`."""
        environment: dict = {}
        whole = super()._compute_environment_string(environment)
        if raw_environment_out is not None:
            raw_environment_out.clear()
            raw_environment_out.update(environment)
        shown = {name: value for name, value in environment.items() if name not in KEY_VARIABLES}
        return whole if shown == environment else self._connection._shell.env_prefix(**shown)

    def keys_of_the_environment(self) -> dict:
        """Return the keys in the task's `environment:` as the options that they stand for, unless the task sets these.

        An option that is set wins over its variable, also where it is empty.
        """
        environment: dict = {}
        self._compute_environment_string(environment)
        found = {}
        for name in KEY_OPTIONS:
            option = CONNECTION_ARGUMENTS[name]
            given = any(spelling in self._task.args for spelling in (name, *option["aliases"]))
            value = next((environment[each] for each in option["fallback"][1] if environment.get(each)), None)
            if value and not given:
                found[name] = value
        return found

    def run_here(self, task_vars: Mapping) -> dict:
        """Validate the task's arguments as a module does, run the operation and return its result. Never raises."""
        try:
            return marked(self._run_here(task_vars))
        except Exception as error:  # noqa: BLE001 - Ansible would show its text, whoever wrote that, as it is
            return marked(shown_result({**defect(error), "changed": False}))

    def _run_here(self, task_vars: Mapping) -> dict:
        operation = self.OPERATION
        spec = argument_spec_of(operation)
        validation = ArgumentSpecValidator(spec, **operation.rules).validate(plain(self._task.args))
        params = validation.validated_parameters
        hidden = [*validation._no_log_values, *secrets_in(spec, params)]
        warnings: list[str] = [
            f"Both option {both['option']} and its alias {both['alias']} are set." for both in validation._warnings
        ]
        if validation.error_messages:
            refused = validation.errors.msg
            if isinstance(validation.errors[0], UnsupportedError):
                refused = f"Unsupported parameters for ({self._task.action}) module: {refused}"
            outcome = {"failed": True, "msg": message(refused, hidden)}
        else:
            outcome = invoke(
                operation,
                params,
                check_mode=self._task.check_mode,
                warn=warnings.append,
                progress=display.display,
                session_directory=constants.DEFAULT_LOCAL_TMP,
            )
        if not self._task.diff:
            outcome.pop("diff", None)
        outcome.setdefault("changed", False)
        if shows_invocation(task_vars):
            outcome["invocation"] = {"module_args": shown_arguments(spec, params, hidden)}
        if warnings:
            outcome["warnings"] = [message(warning, hidden) for warning in warnings]
        return outcome


def shows_invocation(task_vars: Mapping) -> bool:
    """Say whether results of modules carry their arguments: always, until ansible-core 2.20 or so made it a setting."""
    try:
        return bool(constants.config.get_config_value("INJECT_INVOCATION", variables=dict(task_vars)))
    except AnsibleError:
        return True


def plain(value: object) -> object:
    """Return a value as the module would get it: JSON types only, without Ansible's tags and lazy containers."""
    if isinstance(value, Mapping):
        return {str.__str__(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, str):
        return str.__str__(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, bytes):
        raise AnsibleActionFail("an option holds bytes: text is expected")
    return str(value)


@contextlib.contextmanager
def changed_environment(variables: Mapping) -> Iterator[None]:
    """Set environment variables for the time of one task (`environment:` of the task, its block and its play)."""
    before = dict(os.environ)
    os.environ.update({str(name): str(value) for name, value in variables.items()})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
