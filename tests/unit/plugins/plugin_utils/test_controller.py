# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The face inside the controller's process: when it steps back, what it passes on, what it hides."""

from __future__ import annotations

import datetime
import os
from types import SimpleNamespace

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import Operation, TaskError
from ansible_collections.xacct.aws.plugins.plugin_utils import _controller

SECRET = "swordfish-9f2c-0123456789"


def remember_and_answer(task):
    """Stand in for an operation: show what arrived."""
    if task.params["text"] == "fail":
        raise TaskError("refused on purpose", done=["nothing"])
    task.warn(f"about {task.params['text']}")
    return {
        "changed": True,
        "diff": {"before": {}, "after": {}},
        "seen": dict(task.params),
        "checked": task.check_mode,
        "environment": os.environ.get("XACCT_TEST_VARIABLE"),
    }


OPERATION = Operation(
    name="xacct_example",
    argument_spec={"text": {"type": "str", "required": True}, "token": {"type": "str", "no_log": True}},
    run=remember_and_answer,
    services=("sts",),
    check=lambda params: ["text: is bad", "text: is worse"] if params["text"] == "bad" else [],
)


class Action(_controller.OperationAction):
    """The face of the operation above."""

    OPERATION = OPERATION


def action(args=None, *, transport="local", environment=None, **task):
    """Return the action plugin as the task executor makes it, without a playbook around it."""
    settings = {"become": False, "async_val": 0, "check_mode": False, "diff": False, **task}
    templar = SimpleNamespace(template=lambda value: value)
    connection = SimpleNamespace(
        transport=transport,
        become=None,
        _shell=SimpleNamespace(env_prefix=lambda **_variables: "", tmpdir=None),
    )
    return Action(
        task=SimpleNamespace(
            args=args or {"text": "hello", "endpoint_url": "http://127.0.0.1:9", "region": "eu-central-1"},
            action="xacct.aws.xacct_example",
            environment=environment,
            **settings,
        ),
        connection=connection,
        play_context=SimpleNamespace(check_mode=False),
        loader=None,
        templar=templar,
        shared_loader_obj=None,
    )


@pytest.fixture
def as_module(monkeypatch):
    """Answer in place of the ordinary module, and say that it was asked."""
    asked = []

    def execute_module(_self, module_args=None, task_vars=None, wrap_async=False):
        asked.append(module_args)
        return {"changed": False, "module": True}

    monkeypatch.setattr(Action, "_execute_module", execute_module)
    return asked


@pytest.mark.parametrize(
    ("settings", "variables", "reason"),
    [
        ({"transport": "ssh"}, {}, "the connection is ssh, not local"),
        ({"become": True}, {}, "become is in use"),
        ({"async_val": 30}, {}, "the task is asynchronous"),
        ({}, {"xacct_in_process": False}, "xacct_in_process is false"),
        ({}, {"xacct_in_process": "no"}, "xacct_in_process is false"),
        ({}, {"xacct_in_process": "yes"}, None),
        ({}, {}, None),
    ],
)
def test_steps_back_for_the_module(settings, variables, reason, as_module):
    plugin = action(**settings)
    assert plugin.reason_for_the_module(variables) == reason
    outcome = plugin.run(task_vars=variables)
    assert outcome.get("module", False) is bool(reason)
    assert bool(as_module) is bool(reason)


def test_steps_back_without_boto3_and_on_macos(monkeypatch, as_module):
    monkeypatch.setattr(_controller, "BOTO3_IMPORT_ERROR", "No module named boto3")
    assert "boto3 is missing" in action().reason_for_the_module({})
    monkeypatch.setattr(_controller, "BOTO3_IMPORT_ERROR", None)
    monkeypatch.setattr(_controller.sys, "platform", "darwin")
    assert "macOS" in action().reason_for_the_module({})
    assert action().run(task_vars={})["module"] is True


def test_runs_the_operation_with_the_tasks_own_modes():
    outcome = action(check_mode=True, diff=True).run(task_vars={})
    assert outcome["checked"] is True
    assert outcome["diff"] == {"before": {}, "after": {}}
    assert outcome["warnings"] == ["about hello"]
    assert "diff" not in action().run(task_vars={})


def test_environment_of_the_task_holds_for_the_task_only(monkeypatch):
    monkeypatch.delenv("XACCT_TEST_VARIABLE", raising=False)
    plugin = action(environment=[{"XACCT_TEST_VARIABLE": "outer"}, {"XACCT_TEST_VARIABLE": "inner"}])
    assert plugin.run(task_vars={})["environment"] == "inner"
    assert "XACCT_TEST_VARIABLE" not in os.environ


def test_secret_options_never_come_back(monkeypatch):
    monkeypatch.setattr(_controller, "shows_invocation", lambda _variables: True)
    args = {"text": f"say {SECRET}", "token": SECRET, "region": "eu-central-1", "endpoint_url": "http://127.0.0.1:9"}
    outcome = action(args).run(task_vars={})
    assert SECRET not in repr(outcome)
    assert outcome["invocation"]["module_args"]["token"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert "about say" in outcome["warnings"][0]


def test_a_secret_result_is_marked_and_a_failure_stays_readable(monkeypatch, as_module):
    secret = Operation(**{**vars(OPERATION), "secret_result": True})
    monkeypatch.setattr(Action, "OPERATION", secret)
    assert action().run(task_vars={})["_ansible_no_log"] is True
    assert action(become=True).run(task_vars={})["_ansible_no_log"] is True
    failed = action({"text": "fail"}).run(task_vars={})
    assert failed["failed"] is True
    assert "_ansible_no_log" not in failed


def test_refuses_input_as_the_module_does():
    unknown = action({"text": "hello", "tetx": 1}).run(task_vars={})
    assert unknown["failed"] is True
    assert unknown["msg"].startswith("Unsupported parameters for (xacct.aws.xacct_example) module: tetx.")
    missing = action({"token": SECRET}).run(task_vars={})
    assert missing["msg"] == "missing required arguments: text"
    bad = action({"text": "bad"}).run(task_vars={})
    assert bad["errors"] == ["text: is bad", "text: is worse"]
    assert "- text: is bad" in bad["msg"]


def test_a_failure_on_purpose_keeps_its_details():
    outcome = action({"text": "fail"}).run(task_vars={})
    assert (outcome["failed"], outcome["msg"], outcome["done"]) == (True, "refused on purpose", ["nothing"])


def test_plain_takes_tags_and_lazy_containers_off():
    class Tagged(str):
        """A subclass of text, as Ansible's templates return it."""

    value = {Tagged("key"): [Tagged("one"), 2, 2.5, True, None, (Tagged("three"),)]}
    cleaned = _controller.plain(value)
    assert cleaned == {"key": ["one", 2, 2.5, True, None, ["three"]]}
    assert {each.__class__ for each in (*cleaned, cleaned["key"][0], cleaned["key"][5][0])} == {str}
    assert _controller.plain(datetime.date(2027, 1, 1)) == "2027-01-01"


def test_keys_in_the_tasks_environment_go_to_the_module_as_options_and_are_not_shown(as_module, monkeypatch):
    shown = []
    environment = [{"AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ACCESS_KEY_ID": "AKIA", "HTTPS_PROXY": "http://proxy"}]
    plugin = action(environment=environment, become=True)
    plugin._connection._shell.env_prefix = lambda **variables: shown.append(variables)
    plugin.run(task_vars={})
    assert (as_module[0]["secret_key"], as_module[0]["access_key"]) == (SECRET, "AKIA")
    plugin._compute_environment_string()
    assert shown[-1] == {"AWS_ACCESS_KEY_ID": "AKIA", "HTTPS_PROXY": "http://proxy"}


@pytest.mark.parametrize("given", ["secret_key", "aws_secret_key"])
def test_an_option_that_the_task_sets_wins_over_its_variable(given, as_module):
    args = {"text": "hello", given: ""}
    action(args, environment=[{"AWS_SECRET_ACCESS_KEY": SECRET}], become=True).run(task_vars={})
    assert as_module[0] == args


def test_a_defect_is_a_result_and_its_text_no_template():
    hostile = "{{ lookup('ansible.builtin.pipe', 'id') }}"
    secret = "another-swordfish-9f2c"

    class Broken(_controller.OperationAction):
        """An operation that raises what nobody planned, with a text that somebody else wrote."""

        OPERATION = Operation(
            name="xacct_broken",
            argument_spec={"token": {"type": "str", "no_log": True}},
            run=lambda _task: {}[f"{hostile}\nPLAY RECAP ***\x1b[2K {secret}"],
            services=("sts",),
        )

    plugin = action({"token": secret})
    plugin.__class__ = Broken
    outcome = plugin.run(task_vars={})
    assert outcome["failed"] is True
    assert outcome["changed"] is False
    assert outcome["msg"].startswith("Internal error: KeyError in <lambda>")
    assert secret not in repr(outcome)
    assert "\n" not in outcome["msg"]
    assert Templar(loader=DataLoader()).template(outcome) == outcome


def test_a_failure_before_the_operation_is_a_result_too():
    plugin = action({"text": b"bytes"})
    assert plugin.run(task_vars={})["failed"] is True
