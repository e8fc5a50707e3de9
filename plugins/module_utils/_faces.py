# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the two faces of a module share: the argument spec, one run of an operation, and the words of a failure.

The module face is `run_module`; the face inside the controller's process is `plugin_utils/_controller.py`.
Private to this collection.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import NoReturn

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ._aws.calls.errors import SDK_ERRORS, AwsError, last_call, translate
from ._aws.sessions.connection import BOTO3_IMPORT_ERROR, CONNECTION_ARGUMENTS, Account, open_account
from ._border.redaction import LONG_SECRET, message, remember_secrets
from ._border.results import defect, secrets_in, shown_arguments, shown_result
from ._border.texts import one_line
from ._operations.task import Operation, Task, TaskError
from ._policy.language.documents import PolicyError, StoredPolicyError

COUNT_CALLS_VARIABLE = "XACCT_COUNT_CALLS"
"""Environment variable; `1` adds `api_calls` (operation to count) to every result."""


def argument_spec_of(operation: Operation) -> dict:
    """Return the whole argument spec: the operation's own options and those of the connection."""
    return {**CONNECTION_ARGUMENTS, **operation.argument_spec}


def failure(error: AwsError | TaskError) -> dict:
    """Return the failed result of an error that an operation raised on purpose.

    `error` holds what a program needs of a refused call: {code, call, account, resource}.
    """
    failed = {"failed": True, "msg": str(error)}
    if isinstance(error, AwsError):
        failed["error"] = {
            "code": error.code,
            "call": error.call,
            "account": error.account,
            "resource": error.resource,
        }
    if isinstance(error, TaskError):
        failed.update(error.details)
    return failed


def about_a_policy(error: PolicyError, account: Account | None) -> AwsError:
    """Return the error of a policy that was read or would have been written, with where and after which call."""
    if account is None:
        return AwsError(str(error), code="PolicyError")
    call = last_call()
    after = f", after {call}" if call else ""
    code = "UnreadablePolicy" if isinstance(error, StoredPolicyError) else "PolicyError"
    text = f"In {account.description}{after}: {error}"
    return AwsError(text, code=code, call=call, account=account.known_account_id)


def refused_input(errors: list[str]) -> dict:
    """Return the failed result that lists every error in the input."""
    if len(errors) == 1:
        return {"failed": True, "msg": errors[0], "errors": errors}
    lines = "".join(f"\n- {one_line(error)}" for error in errors)
    return {"failed": True, "msg": f"{len(errors)} errors in the input, nothing was called:{lines}", "errors": errors}


def invoke(
    operation: Operation,
    params: Mapping,
    *,
    check_mode: bool,
    warn: Callable[[str], None],
    progress: Callable[[str], None],
    session_directory: str | None = None,
) -> dict:
    """Run an operation on validated parameters and return its result, or the failure as `failed: true`. Never raises.

    This is the border: whatever the operation returns, says or raises, planned or not, comes out without secrets and
    control characters, and bounded.
    """
    if BOTO3_IMPORT_ERROR is not None:
        return {"failed": True, "msg": missing_required_lib("boto3 and botocore"), "exception": BOTO3_IMPORT_ERROR}
    remember_secrets(secrets_in(argument_spec_of(operation), params))
    account = None
    try:
        errors = operation.check(params)
        if errors:
            return shown_result(refused_input(errors))
        account = open_account(
            params, session_directory=session_directory, warn=lambda text: warn(one_line(message(text)))
        )
        account.calls.clear()
        account.read_only = check_mode
        outcome = operation.run(
            Task(
                params=dict(params),
                check_mode=check_mode,
                account=account,
                warn=lambda text: warn(one_line(message(text))),
                progress=lambda text: progress(one_line(message(text))),
            )
        )
    except SDK_ERRORS as error:
        outcome = failure(translate(error, account, ""))
    except PolicyError as error:
        outcome = failure(about_a_policy(error, account))
    except (AwsError, TaskError) as error:
        outcome = failure(error)
    except Exception as error:  # noqa: BLE001 - a defect: Ansible would show its text, whoever wrote that, as it is
        outcome = defect(error)
    if account is not None and os.environ.get(COUNT_CALLS_VARIABLE) == "1":
        outcome["api_calls"] = dict(account.calls)
    return shown_result(outcome, secret_result=operation.secret_result)


class _Module(AnsibleModule):
    """Ansible's module, which would blot no_log values out of all data: a test server's key is a part of many words."""

    def exit_json(self, **outcome: object) -> NoReturn:
        """Leave with a result that has passed the border."""
        super().exit_json(**self._with_arguments(outcome))

    def fail_json(self, msg: str, **outcome: object) -> NoReturn:
        """Leave with a failure: ours, or that of Ansible's own check of the arguments."""
        super().fail_json(message(msg, map(str, self.no_log_values)), **self._with_arguments(outcome))

    def _with_arguments(self, outcome: dict) -> dict:
        invocation = shown_arguments(self.argument_spec, self.params, map(str, self.no_log_values))
        self.no_log_values = {value for value in self.no_log_values if len(str(value)) >= LONG_SECRET}
        return {**outcome, "invocation": {"module_args": invocation}}


def run_module(operation: Operation) -> None:
    """Run an operation as an ordinary Ansible module and leave the process with its result."""
    module = _Module(argument_spec=argument_spec_of(operation), supports_check_mode=True, **operation.rules)
    outcome = invoke(
        operation,
        module.params,
        check_mode=module.check_mode,
        warn=module.warn,
        progress=module.debug,
    )
    if not module._diff:
        outcome.pop("diff", None)
    if operation.secret_result and not outcome.get("failed"):
        module.no_log_values = set()
    if outcome.get("failed"):
        module.fail_json(**outcome)
    module.exit_json(**outcome)
