# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying a decision out when others are at the same role, or something is not as it was read."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._operations.role import apply as role_apply
from ansible_collections.xacct.aws.plugins.module_utils._operations.role.apply import RoleChangedMeanwhile, apply
from ansible_collections.xacct.aws.plugins.module_utils._operations.role.decide import decide
from ansible_collections.xacct.aws.plugins.module_utils._operations.role.state import RoleState
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import Task, TaskError
from ansible_collections.xacct.aws.plugins.module_utils._operations.writing import principal_propagation
from ansible_collections.xacct.aws.plugins.module_utils._operations.writing.principal_propagation import (
    while_principals_propagate,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.service_rules import ServiceRules
from ansible_collections.xacct.aws.plugins.module_utils._resources.role import RoleFacts
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES

from tests.unit.plugins.module_utils._operations.role.declared_roles import (
    BACKUP,
    OURS,
    facts,
    foreign_document,
    params,
    state,
    trust_of,
)


def error(code: str, message: str = "") -> AwsError:
    return AwsError(f"{code}: {message}", code=code, call="iam:Some", aws_message=message)


class FakeRole:
    """A role whose calls are written down; `answers` holds, by call, what to return or raise, in turn."""

    name = "R"
    label = "role R"

    def __init__(self, **answers: list) -> None:
        self.answers = answers
        self.calls: list[str] = []

    def __getattr__(self, call: str):
        def answer(*_positional: object, **_named: object) -> object:
            self.calls.append(call)
            queue = self.answers.get(call)
            value = queue.pop(0) if queue else None
            if isinstance(value, Exception):
                raise value
            return [] if value is None and call in ("attached", "inline_names", "instance_profiles") else value

        return answer


def task(**options: object) -> Task:
    account = SimpleNamespace(account_id="222222222222", told_account_id="222222222222")
    return Task(params=params(**options), check_mode=False, account=account, progress=said.append)


said: list[str] = []


def applied(role: FakeRole, there: RoleState | None = None, **options: object) -> RoleFacts | None:
    todo = task(**options)
    return apply(todo, role, there, decide(todo.params, there, "aws"), None)


class TestCreation:
    asked = {"trusted": [BACKUP], "tags": {"a": "1"}, "managed_policies": ["arn:aws:iam::aws:policy/A"]}

    def test_that_was_done_though_its_answer_was_lost_goes_on(self) -> None:
        made = facts(tags={"a": "1", **OURS})
        role = FakeRole(create=[error("EntityAlreadyExists")], read=[made])
        assert applied(role, **self.asked) == made
        assert role.calls == ["create", "read", "attach"]

    def test_is_reported_as_asked_whatever_the_answer_leaves_out(self) -> None:
        role = FakeRole(create=[facts(foreign_document(), tags={}, max_session_duration=3600)])
        made = applied(role, **self.asked, max_session_duration=7200)
        assert made == facts(tags={"a": "1", **OURS}, max_session_duration=7200)
        assert role.calls == ["create", "attach"]

    def test_that_is_not_visible_yet_is_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("time.sleep", lambda _seconds: None)
        not_yet = [error("NoSuchEntity", "The role with name R cannot be found.") for _time in range(3)]
        role = FakeRole(create=[facts()], attach=[*not_yet, None])
        applied(role, **self.asked)
        assert role.calls == ["create"] + ["attach"] * 4

    def test_does_not_wait_for_a_policy_that_does_not_exist(self) -> None:
        message = "Policy arn:aws:iam::aws:policy/A does not exist or is not attachable."
        role = FakeRole(create=[facts()], attach=[error("NoSuchEntity", message)])
        with pytest.raises(AwsError, match="not attachable"):
            applied(role, **self.asked)
        assert role.calls == ["create", "attach"]

    def test_that_others_see_first_is_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("time.sleep", lambda _seconds: None)
        monkeypatch.setattr(role_apply.iam, "listed", lambda *_arguments: iter([]))
        not_yet = error("NoSuchEntity", "The role with name R cannot be found.")
        made = facts(tags={"a": "1", **OURS})
        role = FakeRole(create=[error("EntityAlreadyExists")], read=[None], require=[not_yet, made])
        assert applied(role, **self.asked) == made

    @pytest.mark.parametrize("differs", [
        {"trust_policy": foreign_document()}, {"tags": OURS}, {"path": "/x/"}, {"description": "x"},
        {"max_session_duration": 7200}, {"permissions_boundary": "arn:aws:iam::aws:policy/A"},
    ], ids=lambda value: next(iter(value)))  # fmt: skip
    def test_by_somebody_else_is_decided_about_anew(self, differs: dict) -> None:
        made = facts(**{"tags": {"a": "1", **OURS}, **differs})
        role = FakeRole(create=[error("EntityAlreadyExists")], read=[made])
        with pytest.raises(RoleChangedMeanwhile):
            applied(role, **self.asked)
        assert "attach" not in role.calls

    def test_of_a_name_that_is_taken_but_for_its_case(self, monkeypatch: pytest.MonkeyPatch) -> None:
        others = [{"RoleName": "Other", "Path": "/"}, {"RoleName": "r", "Path": "/x/"}]
        monkeypatch.setattr(role_apply.iam, "listed", lambda *_arguments: iter(others))
        role = FakeRole(create=[error("EntityAlreadyExists")], read=[None])
        with pytest.raises(TaskError, match=r"role r \(path /x/\) has that name but for upper and lower case"):
            applied(role, **self.asked)
        role = FakeRole(create=[error("EntityAlreadyExists")], read=[facts(name="r", path="/x/")])
        with pytest.raises(TaskError, match=r"role r \(path /x/\) has that name"):
            applied(role, **self.asked)


class TestRemoval:
    there = state(attached=(), inline_names=())

    def test_takes_off_what_was_attached_meanwhile(self) -> None:
        conflict = error("DeleteConflict")
        role = FakeRole(delete=[conflict, conflict, None], attached=[["arn:x"]], inline_names=[["p"]])
        applied(role, self.there, state="absent")
        assert role.calls.count("delete") == 3
        assert {"detach", "remove_inline"} <= set(role.calls)

    def test_gives_up_in_the_end(self) -> None:
        role = FakeRole(delete=[error("DeleteConflict") for _time in range(9)])
        with pytest.raises(AwsError, match="DeleteConflict"):
            applied(role, self.there, state="absent")

    def test_leaves_a_role_that_somebody_else_joined_meanwhile(self) -> None:
        joined = trust_of(BACKUP, {"name": "other", "principals": ["444444444444"]})
        role = FakeRole(read=[facts(joined)])
        with pytest.raises(TaskError, match="somebody added a statement"):
            applied(role, self.there, state="absent", trusted=[BACKUP], purge_trusted=False)
        assert "delete" not in role.calls

    def test_without_anybody_joining_goes_through(self) -> None:
        role = FakeRole(read=[facts()])
        applied(role, self.there, state="absent", trusted=[BACKUP], purge_trusted=False)
        assert role.calls == ["read", "delete"]


def test_a_failure_in_the_middle_says_what_was_done() -> None:
    role = FakeRole(attach=[error("LimitExceeded", "too many")])
    with pytest.raises(AwsError) as caught:
        applied(role, state(attached=()), description="new", managed_policies=["arn:aws:iam::aws:policy/A"])
    assert caught.value.code == "LimitExceeded"
    assert caught.value.call == "iam:Some"
    assert "Stopped after step 1 of 2. Completed: changed the description." in str(caught.value)


class TestInvalidPrincipal:
    ROLE = "arn:aws:iam::111111111111:role/JustMade"
    OWN = "arn:aws:iam::222222222222:role/Own"

    @pytest.fixture(autouse=True)
    def no_waiting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waits: list[float] = []

        def retry_while(call, is_transient, timeout, **_others):
            self.waits.append(timeout)
            for _time in range(3):
                try:
                    return call()
                except AwsError as caught:
                    if not is_transient(caught):
                        raise
            return call()

        monkeypatch.setattr(principal_propagation, "retry_while", retry_while)

    def write(self, *principals: str, message: str = "Invalid principal in policy", fails: int = 1, **options: object):
        errors = [error("MalformedPolicyDocument", message) for _time in range(fails)]

        def call() -> str:
            if errors:
                raise errors.pop()
            return "written"

        document = trust_of({"name": "x", "principals": list(principals)})
        return while_principals_propagate(task(**options), "role R", document, call)

    def exists(self, monkeypatch: pytest.MonkeyPatch, arn: str | None) -> None:
        identity = SimpleNamespace(read=lambda: SimpleNamespace(arn=arn) if arn else None)
        monkeypatch.setattr(principal_propagation.Identity, "of", lambda _account, _text: identity)

    def test_of_another_account_is_waited_for_a_little(self) -> None:
        assert self.write(self.ROLE) == "written"
        assert self.waits == [principal_propagation.OTHER_ACCOUNT_SECONDS]

    def test_as_long_as_the_user_says(self) -> None:
        assert self.write(self.ROLE, propagation_timeout=300) == "written"
        assert self.waits == [300]

    def test_of_this_account_is_waited_for_when_it_exists(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.exists(monkeypatch, self.OWN)
        assert self.write(self.OWN) == "written"
        assert self.waits == [principal_propagation.OWN_ACCOUNT_SECONDS]

    @pytest.mark.parametrize("there", [None, "arn:aws:iam::222222222222:role/app/Own"])
    def test_of_this_account_that_does_not_exist_fails_at_once(
        self, monkeypatch: pytest.MonkeyPatch, there: str | None
    ) -> None:
        self.exists(monkeypatch, there)
        with pytest.raises(TaskError, match=f"{self.OWN} is to be trusted and does not exist"):
            self.write(self.OWN, propagation_timeout=300)
        assert self.waits == []

    def test_only_the_one_that_the_message_names_is_looked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.exists(monkeypatch, None)
        message = f'Invalid principal in policy: "AWS":"{self.ROLE}"'
        assert self.write(self.ROLE, self.OWN, message=message) == "written"
        assert self.waits == [principal_propagation.OTHER_ACCOUNT_SECONDS]

    def test_that_stays_so_is_explained(self) -> None:
        with pytest.raises(AwsError, match=rf"tried for 30 s\. Check that {self.ROLE} exists"):
            self.write(self.ROLE, fails=9)

    @pytest.mark.parametrize("message", ["Invalid principal in policy", 'Invalid principal in policy: "AWS":"{id}"'])
    def test_a_deleted_principal_in_a_statement_of_others_is_named(self, message: str) -> None:
        unique_id = "AROAJQABLZS4A3QDU576Q"
        foreign = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": unique_id}, "Action": "sts:AssumeRole"}
        ours = trust_of({"name": "x", "principals": [self.ROLE]})
        whole = {**ours, "Statement": [foreign, *ours["Statement"]]}

        def call() -> None:
            raise error("MalformedPolicyDocument", message.format(id=unique_id))

        with pytest.raises(AwsError, match=f"names {unique_id}: the unique ID of a principal that was deleted, in a"):
            while_principals_propagate(task(), "role R", ours, call, whole=whole)

    def test_an_aws_service_is_not_waited_for(self) -> None:
        """AWS knows it or will never do."""
        with pytest.raises(AwsError, match="Check that the principal exists") as caught:
            self.write("service:nothing.amazonaws.com", fails=9)
        assert self.waits == [0] and "tried for" not in str(caught.value)

    @pytest.mark.parametrize("rules", [SERVICES["sqs_queue"], SERVICES["opensearch_domain"]])
    def test_a_service_that_says_only_that_the_policy_is_wrong(self, rules: ServiceRules) -> None:
        (code,) = rules.invalid_principal

        def call() -> None:
            raise error(code, "Error setting policy: Invalid value for the parameter Policy.")

        document = trust_of({"name": "x", "principals": [self.ROLE]})
        with pytest.raises(AwsError, match="actions and conditions do: the service does not say which it is"):
            said = {"invalid": rules.invalid_principal, "says_no_more": rules.says_no_more}
            while_principals_propagate(task(), "policy of SQS queue jobs", document, call, **said)

    @pytest.mark.parametrize("code", ["LimitExceeded", "AccessDenied"])
    def test_other_errors_are_not_waited_for(self, code: str) -> None:
        def call() -> None:
            raise error(code)

        with pytest.raises(AwsError, match=code):
            while_principals_propagate(task(), "role R", None, call)
        assert self.waits == []

    def test_another_fault_of_the_document_is_not_waited_for(self) -> None:
        with pytest.raises(AwsError, match="Has prohibited field Resource"):
            self.write(self.ROLE, message="Has prohibited field Resource")
        assert self.waits == []
