# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding about a role: from what is declared and what is there to the changes and the steps, without a call."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._operations.role.decide import RoleDecision, decide
from ansible_collections.xacct.aws.plugins.module_utils._operations.role.state import RoleState
from ansible_collections.xacct.aws.plugins.module_utils._operations.role.trust import (
    SHOWN_INSTEAD,
    declared_trust,
    with_live_ids,
)
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import new_document

from tests.unit.plugins.module_utils._operations.role.declared_roles import (
    BACKUP,
    FOREIGN,
    OURS,
    foreign_document,
    params,
    state,
    trust_of,
)

A, B, C = (f"arn:aws:iam::aws:policy/{name}" for name in "ABC")
ONE = new_document([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}])
TWO = new_document([{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}])
AUDIT = {"name": "audit", "principals": ["444444444444"]}


def decided(there: RoleState | None, **options: object) -> RoleDecision:
    return decide(params(**options), there, "aws")


def changes(decision: RoleDecision) -> list[tuple[str, str, object, object]]:
    return [(each.what, each.name, each.before, each.after) for each in decision.plan.changes]


def verbs(decision: RoleDecision) -> list[str]:
    return [step.verb for step in decision.steps]


NO_CHANGE: list[tuple[str, RoleState | None, dict]] = [
    ("only the name", state(), {}),
    ("the same trust", state(), {"trusted": [BACKUP]}),
    ("the same values", state(description="d", tags={**OURS, "a": "1"}), {"description": "d", "tags": {"a": 1}}),
    ("tag keys in other case", state(tags={**OURS, "Team": "x"}), {"tags": {"team": "x"}}),
    ("AWS's own tags", state(tags={**OURS, "aws:x": "y"}), {"tags": {}, "purge_tags": True}),
    ("purge_tags without tags", state(tags={**OURS, "a": "1"}), {"purge_tags": True}),
    ("policies in other order", state(attached=(A, B)), {"managed_policies": [B, A], "purge_managed_policies": True}),
    ("policies more than declared", state(attached=(A, B)), {"managed_policies": [A]}),
    ("inline policy in other words", state(inline={"p": ONE}), {"inline_policies": {
        "p": {**ONE, "Statement": {"Effect": "Allow", "Action": ["S3:getobject"], "Resource": "*"}}}}),
    ("no boundary to remove", state(), {"permissions_boundary": ""}),
    ("its own path", state(path="/app/"), {"path": "/app/"}),
    ("foreign trust that is not mentioned", state(foreign_document()), {}),
    ("shared", state(new_document([FOREIGN, *trust_of(BACKUP)["Statement"]]), tags={}),
     {"trusted": [BACKUP], "purge_trusted": False}),
    ("taken back already", state(foreign_document(), tags={}),
     {"trusted": [{"name": "backup", "state": "absent"}], "purge_trusted": False}),
    ("taken back from no role", None, {"trusted": [{"name": "backup", "state": "absent"}], "purge_trusted": False}),
    ("gone already", None, {"state": "absent"}),
    ("statement gone already", state(foreign_document(), tags={}),
     {"state": "absent", "trusted": [{"name": "backup"}], "purge_trusted": False}),
]  # fmt: skip


@pytest.mark.parametrize(("there", "options"), [row[1:] for row in NO_CHANGE], ids=[row[0] for row in NO_CHANGE])
def test_nothing_to_do(there: RoleState | None, options: dict) -> None:
    decision = decided(there, **options)
    assert not decision.plan.changed
    assert decision.steps == ()
    assert decision.plan.before == decision.plan.after


CHANGED: list[tuple[str, RoleState, dict, list[tuple], list[str]]] = [
    ("description", state(description="a"), {"description": "b"}, [("description", "R", "a", "b")],
     ["put_description"]),
    ("duration", state(), {"max_session_duration": 7200}, [("max_session_duration", "R", 3600, 7200)],
     ["put_max_session_duration"]),
    ("boundary set", state(), {"permissions_boundary": A}, [("permissions_boundary", "R", None, A)], ["put_boundary"]),
    ("boundary gone", state(permissions_boundary=A), {"permissions_boundary": ""},
     [("permissions_boundary", "R", A, None)], ["remove_boundary"]),
    ("tag keeps its stored spelling", state(tags={**OURS, "Team": "x"}), {"tags": {"team": "y"}},
     [("tags", "Team", "x", "y")], ["tag"]),
    ("tags purged", state(tags={**OURS, "a": "1", "aws:b": "2"}), {"tags": {}, "purge_tags": True},
     [("tags", "a", "1", None)], ["untag"]),
    ("policies swapped", state(attached=(A, B)), {"managed_policies": [B, C], "purge_managed_policies": True},
     [("managed_policies", A, A, None), ("managed_policies", C, None, C)], ["detach", "attach"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("there", "options", "expected", "steps"), [row[1:] for row in CHANGED], ids=[row[0] for row in CHANGED]
)
def test_one_change(there: RoleState, options: dict, expected: list[tuple], steps: list[str]) -> None:
    decision = decided(there, **options)
    assert changes(decision) == expected
    assert verbs(decision) == steps
    assert decision.plan.before != decision.plan.after


def test_it_takes_away_before_it_trusts_and_trusts_before_it_gives() -> None:
    there = state(
        attached=(A,), inline={"p": ONE}, inline_names=("p",), permissions_boundary=C, tags={**OURS, "a": "1"}
    )
    decision = decided(
        there,
        trusted=[AUDIT],
        managed_policies=[B],
        purge_managed_policies=True,
        inline_policies={"q": TWO},
        purge_inline_policies=True,
        permissions_boundary="",
        tags={"b": "2"},
        purge_tags=True,
    )
    assert verbs(decision) == [
        "tag", "detach", "remove_inline", "put_trust", "untag", "remove_boundary", "attach", "put_inline",
    ]  # fmt: skip


def test_a_new_role_is_made_whole_in_one_call() -> None:
    decision = decided(
        None, trusted=[BACKUP], tags={"a": 1}, permissions_boundary=A, managed_policies=[B], inline_policies={"p": ONE}
    )
    assert verbs(decision) == ["create", "attach", "put_inline"]
    create = decision.steps[0].arguments
    assert create["tags"] == {"a": "1", **OURS}
    assert create["permissions_boundary"] == A
    assert [each[:2] for each in changes(decision)] == [("role", "R")]
    assert decision.plan.before == {}


def test_an_external_id_to_be_made_is_shown_in_words() -> None:
    decision = decided(None, trusted=[{**BACKUP, "generate_external_id": True}])
    shown = decision.plan.after["trust_policy"]["statements"]["backup"]
    assert shown["Condition"] == {"StringEquals": {"sts:ExternalId": SHOWN_INSTEAD}}
    one, other = (decision.trust.with_external_ids().merge(None) for _time in range(2))
    ids = {each["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"] for each in (one, other)}
    assert len(ids) == 2
    assert all(len(text) == 32 for text in ids)


def test_external_ids_are_kept_and_two_stay_two() -> None:
    there = state(trust_of({**BACKUP, "external_id": ["old-1", "new-2"]}))
    assert not decided(there, trusted=[{**BACKUP, "generate_external_id": True}]).plan.changed


@pytest.mark.parametrize("purge", [True, False])
def test_an_account_id_is_of_the_roles_partition(purge: bool) -> None:
    there = state(trust_of({**BACKUP, "name": "other"}), arn="arn:aws-cn:iam::222222222222:role/R")
    decision = decided(there, trusted=[BACKUP], purge_trusted=purge)
    assert decision.trust_policy["Statement"][-1]["Principal"] == {"AWS": "arn:aws-cn:iam::111111111111:root"}


class TestWhoseRole:
    def test_somebody_elses_is_refused_with_what_is_there(self) -> None:
        for options in ({"trusted": [BACKUP]}, {"tags": {"a": "b"}}, {}):
            if options:
                with pytest.raises(TaskError, match=r"was not made by this collection.*Theirs.*take_over: true"):
                    decided(state(foreign_document(), tags={}), **options)

    def test_a_long_policy_is_cut_in_the_message(self) -> None:
        many = new_document([{**FOREIGN, "Sid": f"Theirs{number}"} for number in range(50)])
        with pytest.raises(TaskError) as caught:
            decided(state(many, tags={}), trusted=[BACKUP])
        assert len(str(caught.value)) < 1000

    def test_one_that_is_what_is_declared_is_adopted(self) -> None:
        decision = decided(state(tags={}), trusted=[BACKUP])
        assert changes(decision) == [("tags", "xacct:managed-by", None, "xacct.aws")]

    def test_the_mark_of_somebody_else_is_not_ours(self) -> None:
        with pytest.raises(TaskError):
            decided(state(foreign_document(), tags={"xacct:managed-by": "other"}), trusted=[BACKUP])

    def test_one_is_taken_over_on_request(self) -> None:
        decision = decided(state(foreign_document(), tags={}), trusted=[BACKUP], take_over=True)
        assert verbs(decision) == ["tag", "put_trust"]

    def test_a_shared_one_is_not_marked(self) -> None:
        decision = decided(state(foreign_document(), tags={}), trusted=[BACKUP], purge_trusted=False)
        assert verbs(decision) == ["share_trust"]
        assert [each["Sid"] for each in decision.trust_policy["Statement"]] == ["Theirs", "Xacctbackup"]

    def test_removing_needs_the_mark_or_a_word(self) -> None:
        there = state(foreign_document(), tags={}, attached=(), inline_names=())
        with pytest.raises(TaskError, match="not removed: set take_over"):
            decided(there, state="absent")
        assert verbs(decided(there, state="absent", take_over=True)) == ["delete"]

    def test_removing_takes_everything_off_first(self) -> None:
        there = state(attached=(A,), inline_names=("p",), instance_profiles=("Server",))
        decision = decided(there, state="absent")
        assert verbs(decision) == ["leave_instance_profile", "detach", "remove_inline", "delete"]
        assert decision.plan.after == {}
        assert decision.trust_policy is None

    def test_the_last_shared_statement_takes_our_role_along(self) -> None:
        there = state(attached=(A,), inline_names=())
        decision = decided(there, state="absent", trusted=[BACKUP], purge_trusted=False)
        assert verbs(decision) == ["detach", "delete_if_unshared"]

    def test_the_last_statement_is_not_taken_from_a_role_that_stays(self) -> None:
        gone = [{"name": "backup", "state": "absent"}]
        with pytest.raises(TaskError, match="nobody would be left"):
            decided(state(), trusted=gone, purge_trusted=False)
        with pytest.raises(TaskError, match="no statement would be left"):
            decided(state(tags={}, attached=(), inline_names=()), state="absent", trusted=[BACKUP], purge_trusted=False)


class TestRefusals:
    def test_path(self) -> None:
        with pytest.raises(TaskError, match="IAM cannot change the path"):
            decided(state(path="/a/"), path="/b/")

    @pytest.mark.parametrize(
        "path", ["/aws-service-role/x.amazonaws.com/", "/aws-reserved/sso.amazonaws.com/eu-west-1/"]
    )
    def test_aws_own_roles(self, path: str) -> None:
        with pytest.raises(TaskError, match=r"service-linked role|reserved by AWS"):
            decided(state(path=path), trusted=[BACKUP], take_over=True)

    def test_a_name_in_other_case(self) -> None:
        with pytest.raises(TaskError, match=r"role R cannot be made: role r \(path /x/\) has that name but for"):
            decided(state(name="r", path="/x/"), trusted=[BACKUP])

    def test_a_role_without_a_principal(self) -> None:
        with pytest.raises(TaskError, match="trusted names nobody"):
            decided(None, description="d")


class TestDeletedPrincipals:
    ROLE = "arn:aws:iam::111111111111:role/BackupService"
    GONE = "AROAEXAMPLEEXAMPLE111"

    def there(self, *principals: str, **more: object) -> RoleState:
        statement = {**trust_of({**BACKUP, "principals": [self.ROLE]})["Statement"][0], **more}
        return state(new_document([{**statement, "Principal": {"AWS": list(principals)}}]))

    def wanted(self, **more: object) -> list[dict]:
        return [{**BACKUP, "principals": [self.ROLE], **more}]

    @pytest.mark.parametrize("beside", [(), (ROLE,)])
    def test_is_the_only_change_when_the_rest_is_right(self, beside: tuple[str, ...]) -> None:
        decision = decided(self.there(self.GONE, *beside), trusted=self.wanted())
        assert changes(decision) == [("principal", self.GONE, f"principal {self.GONE} of a deleted role", None)]
        assert decision.trust_policy["Statement"][0]["Principal"] == {"AWS": self.ROLE}

    def test_is_one_change_of_several(self) -> None:
        decision = decided(self.there(self.GONE), trusted=self.wanted(require_mfa=True))
        assert [each[:2] for each in changes(decision)] == [("principal", self.GONE), ("trusted", "backup")]

    def test_beside_one_that_is_to_go_is_not_the_only_change(self) -> None:
        decision = decided(self.there(self.GONE, "arn:aws:iam::111111111111:role/Other"), trusted=self.wanted())
        assert [each[0] for each in changes(decision)] == ["principal", "trusted"]

    def test_in_a_condition_is_data(self) -> None:
        condition = {"StringLike": {"aws:userid": f"{self.GONE}:*"}}
        there = state(trust_of({**BACKUP, "conditions": condition}))
        assert not decided(there, trusted=[{**BACKUP, "conditions": condition}]).plan.changed

    def test_that_is_alive_is_shown_by_its_arn(self) -> None:
        document = self.there(self.GONE, "111111111111").facts.trust_policy
        alive = with_live_ids(document, {self.GONE: self.ROLE})
        assert alive["Statement"][0]["Principal"] == {"AWS": [self.ROLE, "111111111111"]}
        assert document["Statement"][0]["Principal"]["AWS"][0] == self.GONE


def test_an_old_version_is_raised_only_when_the_policy_is_declared_whole() -> None:
    old = {"Statement": [FOREIGN]}
    variable = {"name": "v", "principals": ["111111111111"], "conditions": {"StringEquals": {"a": "${aws:username}"}}}
    assert declared_trust(params(trusted=[variable]), old, "aws").merge(old)["Version"] == "2012-10-17"
    with pytest.raises(ValueError, match="policy variable"):
        declared_trust(params(trusted=[variable], purge_trusted=False), old, "aws").merge(old)
