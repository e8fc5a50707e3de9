# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xacct_role on the local AWS: every kind of change is foretold, made, and not made again; and what can go wrong."""

from __future__ import annotations

import json
import re

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._operations.role.role import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError

from tests.integration.in_process import TestAccount
from tests.local_aws.server import LocalAws

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
VIEW_ONLY = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
LIST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
}
READ = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}}
BACKUP = {"name": "backup", "principals": ["111111111111"], "external_id": "backup-7"}
AUDIT = {"name": "audit", "principals": ["222222222222"], "require_mfa": True}
WHOLE = {
    "name": "Whole",
    "trusted": [BACKUP],
    "description": "All of it",
    "max_session_duration": 7200,
    "permissions_boundary": READ_ONLY,
    "managed_policies": [READ_ONLY],
    "inline_policies": {"list": LIST},
    "tags": {"team": "platform", "level": 3},
}
FOREIGN_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": "333333333333"}, "Action": "sts:AssumeRole"}
    ],
}

# title: (what is changed in WHOLE, what must be reported, the writing calls that it takes)
CHANGES: dict[str, tuple[dict, list[tuple[str, str]], set[str]]] = {
    "description": ({"description": "Other"}, [("description", "Whole")], {"UpdateRoleDescription"}),
    "no description": ({"description": ""}, [("description", "Whole")], {"UpdateRoleDescription"}),
    "session duration": ({"max_session_duration": 3600}, [("max_session_duration", "Whole")], {"UpdateRole"}),
    "another boundary": (
        {"permissions_boundary": "arn:aws:iam::aws:policy/AdministratorAccess"},
        [("permissions_boundary", "Whole")],
        {"PutRolePermissionsBoundary"},
    ),
    "no boundary": (
        {"permissions_boundary": ""},
        [("permissions_boundary", "Whole")],
        {"DeleteRolePermissionsBoundary"},
    ),
    "one policy more": ({"managed_policies": [VIEW_ONLY]}, [("managed_policies", VIEW_ONLY)], {"AttachRolePolicy"}),
    "other policies": (
        {"managed_policies": [VIEW_ONLY], "purge_managed_policies": True},
        [("managed_policies", READ_ONLY), ("managed_policies", VIEW_ONLY)],
        {"AttachRolePolicy", "DetachRolePolicy"},
    ),
    "no policies": (
        {"managed_policies": None, "purge_managed_policies": True},
        [("managed_policies", READ_ONLY)],
        {"DetachRolePolicy"},
    ),
    "inline policy more": ({"inline_policies": {"read": READ}}, [("inline_policies", "read")], {"PutRolePolicy"}),
    "inline policy changed": ({"inline_policies": {"list": READ}}, [("inline_policies", "list")], {"PutRolePolicy"}),
    "inline policies replaced": (
        {"inline_policies": {"read": json.dumps(READ)}, "purge_inline_policies": True},
        [("inline_policies", "list"), ("inline_policies", "read")],
        {"PutRolePolicy", "DeleteRolePolicy"},
    ),
    "tag changed": ({"tags": {"team": "other"}}, [("tags", "team")], {"TagRole"}),
    "tags purged": ({"tags": {"team": "platform"}, "purge_tags": True}, [("tags", "level")], {"UntagRole"}),
    "all tags purged": (
        {"tags": {}, "purge_tags": True},
        [("tags", "team"), ("tags", "level")],
        {"UntagRole"},
    ),
    "somebody else trusted": (
        {"trusted": [AUDIT]},
        [("trusted", "Xacctbackup"), ("trusted", "audit")],
        {"UpdateAssumeRolePolicy"},
    ),
    "one more trusted": (
        {"trusted": [AUDIT], "purge_trusted": False},
        [("trusted", "audit")],
        {"UpdateAssumeRolePolicy"},
    ),
    "external ID changed": (
        {"trusted": [{**BACKUP, "external_id": ["backup-7", "backup-8"]}]},
        [("trusted", "backup")],
        {"UpdateAssumeRolePolicy"},
    ),
    "external ID generated": (
        {"trusted": [{"name": "backup", "principals": ["111111111111"], "generate_external_id": True}, AUDIT]},
        [("trusted", "audit")],
        {"UpdateAssumeRolePolicy"},
    ),
    "trust taken back": (
        {"trusted": [AUDIT, {"name": "backup", "state": "absent"}], "purge_trusted": False},
        [("trusted", "backup"), ("trusted", "audit")],
        {"UpdateAssumeRolePolicy"},
    ),
    "removed": ({"state": "absent"}, [("role", "Whole")], {"DetachRolePolicy", "DeleteRolePolicy", "DeleteRole"}),
    "nothing": ({}, [], set()),
    "nothing said": (
        {name: None for name in WHOLE if name != "name"},
        [],
        set(),
    ),
}


@pytest.fixture
def account(local_aws: LocalAws) -> TestAccount:
    return TestAccount(local_aws)


def is_same_each_time(account: TestAccount, options: dict, changes: list, writes: set[str]) -> None:
    """Check mode foretells what a run does; afterwards nothing is left to do. Neither of them writes."""
    foretold = account.run(OPERATION, check_mode=True, **options)
    assert not foretold.writes
    done = account.run(OPERATION, **options)
    assert done.result["changed"] is foretold.result["changed"] is bool(changes)
    assert sorted(done.changes) == sorted(foretold.changes) == sorted(changes)
    assert done.result["diff"] == foretold.result["diff"]
    assert {call.partition(":")[2] for call in done.writes} == writes
    for check_mode in (False, True):
        again = account.run(OPERATION, check_mode=check_mode, **options)
        assert not again.result["changed"]
        assert not again.changes
        assert not again.writes
        assert again.result["diff"]["before"] == again.result["diff"]["after"]
        assert again.result["role"] == done.result["role"]
        assert again.result["trust_policy"] == done.result["trust_policy"]


@pytest.mark.also_oldest
@pytest.mark.parametrize("title", CHANGES)
def test_each_change_is_foretold_and_made_once(account: TestAccount, title: str) -> None:
    account.run(OPERATION, **WHOLE)
    options, changes, writes = CHANGES[title]
    given = {name: value for name, value in {**WHOLE, **options}.items() if value is not None}
    is_same_each_time(account, given, changes, writes)


@pytest.mark.also_oldest
def test_a_role_is_foretold_and_made_once(account: TestAccount) -> None:
    is_same_each_time(account, WHOLE, [("role", "Whole")], {"CreateRole", "AttachRolePolicy", "PutRolePolicy"})
    role = account.iam.get_role(RoleName="Whole")["Role"]
    assert role["MaxSessionDuration"] == 7200
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    assert {tag["Key"]: tag["Value"] for tag in role["Tags"]} == {
        "team": "platform", "level": "3", "xacct:managed-by": "xacct.aws",
    }  # fmt: skip


def test_a_run_without_change_makes_the_fewest_calls(account: TestAccount) -> None:
    account.run(OPERATION, **WHOLE)
    assert account.run(OPERATION, **WHOLE).calls == {
        "iam:GetRole": 1, "iam:ListAttachedRolePolicies": 1, "iam:GetRolePolicy": 1,
    }  # fmt: skip
    purging = {**WHOLE, "purge_inline_policies": True, "purge_managed_policies": True}
    assert account.run(OPERATION, **purging).calls == {
        "iam:GetRole": 1, "iam:ListAttachedRolePolicies": 1, "iam:ListRolePolicies": 1, "iam:GetRolePolicy": 1,
    }  # fmt: skip
    assert account.run(OPERATION, name="Whole", trusted=[BACKUP]).calls == {"iam:GetRole": 1}
    assert account.run(OPERATION, name="Nobody", state="absent").calls["iam:GetRole"] == 1


def test_absent_takes_the_role_out_of_its_instance_profile_and_leaves_that(account: TestAccount) -> None:
    account.run(OPERATION, **WHOLE)
    account.iam.create_instance_profile(InstanceProfileName="Server")
    account.iam.add_role_to_instance_profile(InstanceProfileName="Server", RoleName="Whole")
    is_same_each_time(
        account,
        {"name": "Whole", "state": "absent"},
        [("role", "Whole")],
        {"RemoveRoleFromInstanceProfile", "DetachRolePolicy", "DeleteRolePolicy", "DeleteRole"},
    )
    assert account.iam.get_instance_profile(InstanceProfileName="Server")["InstanceProfile"]["Roles"] == []


@pytest.mark.also_oldest
def test_external_ids_are_made_once_and_returned(account: TestAccount) -> None:
    grant = {"name": "vendor", "principals": ["999999999999"], "generate_external_id": True}
    foretold = account.run(OPERATION, check_mode=True, name="Vendor", trusted=[grant])
    assert foretold.result["external_ids"] == {"vendor": ["(generated when applied)"]}
    made = account.run(OPERATION, name="Vendor", trusted=[grant]).result
    (external_id,) = made["external_ids"]["vendor"]
    assert re.fullmatch(r"[\w-]{32}", external_id)
    assert made["trust_policy"]["Statement"][0]["Condition"] == {"StringEquals": {"sts:ExternalId": external_id}}
    assert "generated" not in json.dumps(made["trust_policy"])
    kept = account.run(OPERATION, name="Vendor", trusted=[{**grant, "require_mfa": True}]).result
    assert kept["changed"]
    assert kept["external_ids"] == {"vendor": [external_id]}
    shared = account.run(OPERATION, name="Vendor", trusted=[{**grant, "name": "second"}], purge_trusted=False).result
    assert shared["external_ids"]["Xacctvendor"] == [external_id]
    assert shared["external_ids"]["second"] not in ([external_id], ["(generated when applied)"])


class TestSomebodyElsesRole:
    @pytest.fixture
    def foreign(self, account: TestAccount) -> TestAccount:
        account.iam.create_role(RoleName="Theirs", AssumeRolePolicyDocument=json.dumps(FOREIGN_TRUST))
        return account

    def test_is_refused(self, foreign: TestAccount) -> None:
        for check_mode in (True, False):
            with pytest.raises(TaskError, match=r"Theirs exists .* was not made by .*333333333333.*take_over: true"):
                foreign.run(OPERATION, check_mode, name="Theirs", trusted=[BACKUP])
            with pytest.raises(TaskError, match="not removed"):
                foreign.run(OPERATION, check_mode, name="Theirs", state="absent")
        assert foreign.trust_sids("Theirs") == ["Theirs"]

    def test_is_adopted_when_it_is_what_is_declared(self, account: TestAccount) -> None:
        account.run(OPERATION, name="Same", trusted=[BACKUP])
        account.iam.untag_role(RoleName="Same", TagKeys=["xacct:managed-by"])
        is_same_each_time(account, {"name": "Same", "trusted": [BACKUP]}, [("tags", "xacct:managed-by")], {"TagRole"})

    def test_is_taken_over_on_request(self, foreign: TestAccount) -> None:
        is_same_each_time(
            foreign,
            {"name": "Theirs", "trusted": [BACKUP], "take_over": True},
            [("tags", "xacct:managed-by"), ("trusted", "Theirs"), ("trusted", "backup")],
            {"TagRole", "UpdateAssumeRolePolicy"},
        )

    def test_is_shared(self, foreign: TestAccount) -> None:
        options = {"name": "Theirs", "trusted": [BACKUP, AUDIT], "purge_trusted": False}
        is_same_each_time(foreign, options, [("trusted", "backup"), ("trusted", "audit")], {"UpdateAssumeRolePolicy"})
        assert foreign.trust_sids("Theirs") == ["Theirs", "Xacctbackup", "Xacctaudit"]
        assert foreign.iam.get_role(RoleName="Theirs")["Role"].get("Tags", []) == []
        is_same_each_time(
            foreign,
            {**options, "state": "absent", "trusted": [{"name": "backup"}]},
            [("trusted", "backup")],
            {"UpdateAssumeRolePolicy"},
        )
        assert foreign.trust_sids("Theirs") == ["Theirs", "Xacctaudit"]

    def test_is_not_left_without_a_statement(self, foreign: TestAccount) -> None:
        foreign.run(OPERATION, name="Theirs", trusted=[BACKUP], purge_trusted=False)
        trust = foreign.iam.get_role(RoleName="Theirs")["Role"]["AssumeRolePolicyDocument"]
        trust["Statement"] = trust["Statement"][1:]
        foreign.iam.update_assume_role_policy(RoleName="Theirs", PolicyDocument=json.dumps(trust))
        with pytest.raises(TaskError, match="no statement would be left"):
            foreign.run(OPERATION, name="Theirs", state="absent", trusted=[BACKUP], purge_trusted=False)

    def test_is_removed_on_request(self, foreign: TestAccount) -> None:
        is_same_each_time(
            foreign, {"name": "Theirs", "state": "absent", "take_over": True}, [("role", "Theirs")], {"DeleteRole"}
        )


def test_the_last_statement_of_a_shared_role_of_ours_takes_the_role_along(account: TestAccount) -> None:
    account.run(OPERATION, name="Shared", trusted=[BACKUP], purge_trusted=False)
    is_same_each_time(
        account,
        {"name": "Shared", "state": "absent", "trusted": [{"name": "backup"}], "purge_trusted": False},
        [("role", "Shared")],
        {"DeleteRole"},
    )


class TestDeletedPrincipal:
    """Where a principal is gone, AWS shows its unique ID instead, and stores no policy that names one."""

    @pytest.fixture
    def other(self, local_aws: LocalAws) -> TestAccount:
        yield TestAccount(local_aws)
        local_aws.clear_faults()

    def test_is_a_difference_of_its_own_and_is_healed(self, account: TestAccount, other: TestAccount) -> None:
        arn, unique_id = other.make_role("BackupService", "/app/")
        options = {"name": "Whole", "trusted": [{**BACKUP, "principals": [arn, "222222222222"]}]}
        account.run(OPERATION, **options)
        other.iam.delete_role(RoleName="BackupService")
        assert other.make_role("BackupService", "/app/") != (arn, unique_id)
        is_same_each_time(account, options, [("principal", unique_id)], {"UpdateAssumeRolePolicy"})

    def test_beside_its_successor_is_a_difference(self, account: TestAccount, other: TestAccount) -> None:
        former, unique_id = other.make_user("Former")
        arn, _unique_id = other.make_user("Someone")
        account.run(OPERATION, name="Whole", trusted=[{**BACKUP, "principals": [former, arn]}])
        other.iam.delete_user(UserName="Former")
        outcome = account.run(OPERATION, name="Whole", trusted=[{**BACKUP, "principals": [arn]}])
        assert outcome.changes == [("principal", unique_id)]
        assert "deleted user" in outcome.result["changes"][0]["before"]

    def test_that_lives_in_this_account_is_none(self, account: TestAccount) -> None:
        arn, unique_id = account.make_role("Service")
        options = {"name": "Whole", "trusted": [{**BACKUP, "principals": [arn]}]}
        account.run(OPERATION, **options)
        rule = {"effect": "show_unique_id", "principal": arn, "unique_id": unique_id, "account": account.account_id}
        account.local_aws.faults(rule)
        assert unique_id in str(account.iam.get_role(RoleName="Whole")["Role"]["AssumeRolePolicyDocument"])
        assert not account.run(OPERATION, **options).result["changed"]
        account.local_aws.clear_faults()

    def test_in_a_foreign_statement_is_pointed_at(self, account: TestAccount, other: TestAccount) -> None:
        arn, unique_id = other.make_role("BackupService")
        account.run(OPERATION, name="Whole", trusted=[{**BACKUP, "principals": [arn]}], purge_trusted=False)
        other.iam.delete_role(RoleName="BackupService")
        options = {"name": "Whole", "trusted": [AUDIT], "purge_trusted": False, "propagation_timeout": 0}
        foretold = account.run(OPERATION, check_mode=True, **options)
        assert foretold.changes == [("trusted", "audit")]
        assert any(unique_id in text for text in foretold.said)
        with pytest.raises(AwsError, match=f"names {unique_id}: the unique ID of a principal that was deleted"):
            account.run(OPERATION, **options)
        assert account.trust_sids("Whole") == ["Xacctbackup"]


class TestRefusals:
    def test_a_path_cannot_be_changed(self, account: TestAccount) -> None:
        account.run(OPERATION, name="Placed", path="/app/", trusted=[BACKUP])
        assert not account.run(OPERATION, name="Placed", trusted=[BACKUP]).result["changed"]
        with pytest.raises(TaskError, match=r"has the path /app/, and /other/ is declared: IAM cannot change"):
            account.run(OPERATION, name="Placed", path="/other/", trusted=[BACKUP])

    @pytest.mark.parametrize("path", ["/aws-service-role/x.amazonaws.com/", "/aws-reserved/sso.amazonaws.com/"])
    def test_aws_own_roles(self, account: TestAccount, path: str) -> None:
        account.iam.create_role(RoleName="Own", Path=path, AssumeRolePolicyDocument=json.dumps(FOREIGN_TRUST))
        for options in ({"trusted": [BACKUP], "take_over": True}, {"state": "absent", "take_over": True}):
            with pytest.raises(TaskError, match=r"service-linked|reserved by AWS"):
                account.run(OPERATION, name="Own", **options)

    def test_nobody_to_trust(self, account: TestAccount) -> None:
        with pytest.raises(TaskError, match="does not exist, and trusted names nobody"):
            account.run(OPERATION, name="New", description="x")

    def test_a_trust_policy_that_is_too_large(self, account: TestAccount) -> None:
        arns = [f"arn:aws:iam::111111111111:role/Long{number:040}" for number in range(40)]
        for check_mode in (True, False):
            with pytest.raises(
                PolicyError, match=r"trust policy of role Big in account .* would be 3,\d{3} .* limit is 2,048"
            ):
                account.run(OPERATION, check_mode, name="Big", trusted=[{"name": "many", "principals": arns}])
        assert account.role_names() == []

    def test_inline_policies_that_are_too_large_together(self, account: TestAccount) -> None:
        account.run(OPERATION, name="Big", trusted=[BACKUP], inline_policies={"list": LIST})
        buckets = [f"arn:aws:s3:::bucket-{number:060}" for number in range(140)]
        many = {**READ, "Statement": {**READ["Statement"], "Resource": buckets}}
        with pytest.raises(PolicyError, match=r"inline policies many and 1 others .* would be 1\d,\d{3} .* 10,240"):
            account.run(OPERATION, name="Big", trusted=[BACKUP], inline_policies={"many": many})

    def test_too_many_attached_policies(self, account: TestAccount) -> None:
        arns = [f"arn:aws:iam::{account.account_id}:policy/P{number}" for number in range(11)]
        with pytest.raises(TaskError, match=r"would have 11 managed policies .*\(now 0\); the account's limit is 10"):
            account.run(OPERATION, name="Big", trusted=[BACKUP], managed_policies=arns)

    def test_another_account_than_expected(self, account: TestAccount) -> None:
        for check_mode in (True, False):
            with pytest.raises(AwsError, match="888888888888 is expected"):
                account.run(OPERATION, check_mode, name="R", trusted=[BACKUP], expected_account_id="888888888888")
        assert account.role_names() == []


class TestFaults:
    @pytest.fixture(autouse=True)
    def no_faults_after(self, local_aws: LocalAws):
        yield
        local_aws.clear_faults()

    def fault(self, account: TestAccount, effect: str, operation: str, **more: object) -> None:
        account.local_aws.faults(
            {"effect": effect, "service": "iam", "operation": operation, "account": account.account_id, **more}
        )

    def test_the_answer_of_a_creation_is_lost(self, account: TestAccount) -> None:
        self.fault(account, "cut_after_write", "CreateRole", times=1)
        outcome = account.run(OPERATION, **WHOLE)
        assert outcome.changes == [("role", "Whole")]
        assert not account.run(OPERATION, **WHOLE).result["changed"]

    @pytest.mark.also_oldest
    @pytest.mark.parametrize(
        "operation", ["AttachRolePolicy", "PutRolePolicy", "TagRole", "UpdateAssumeRolePolicy", "DeleteRole", "GetRole"]
    )
    @pytest.mark.parametrize("effect", ["cut_after_write", "status_500", "throttle"])
    def test_one_fault_is_overcome(self, account: TestAccount, operation: str, effect: str) -> None:
        other = {**WHOLE, "managed_policies": [VIEW_ONLY], "trusted": [AUDIT, BACKUP], "tags": {"team": "other"}}
        other["inline_policies"] = {"list": READ}
        account.run(OPERATION, **WHOLE)
        self.fault(account, effect, operation, times=1)
        account.run(OPERATION, **other)
        assert not account.run(OPERATION, **other).result["changed"]
        account.run(OPERATION, name="Whole", state="absent")
        assert account.role_names() == []

    def test_it_says_how_far_it_came_and_goes_on_from_there(self, account: TestAccount) -> None:
        self.fault(account, "access_denied", "PutRolePolicy")
        with pytest.raises(AwsError) as caught:
            account.run(OPERATION, **WHOLE)
        assert caught.value.call == "iam:PutRolePolicy"
        assert caught.value.account == account.account_id
        assert f"Stopped after step 2 of 3. Completed: created role Whole; attached {READ_ONLY}." in str(caught.value)
        account.local_aws.clear_faults()
        outcome = account.run(OPERATION, **WHOLE)
        assert outcome.changes == [("inline_policies", "list")]

    def test_limits_that_may_not_be_read_are_left_to_iam(self, account: TestAccount) -> None:
        self.fault(account, "access_denied", "GetAccountSummary")
        assert account.run(OPERATION, **WHOLE).result["changed"]


class TestPropagation:
    @pytest.fixture(autouse=True)
    def no_faults_after(self, local_aws: LocalAws):
        yield
        local_aws.clear_faults()

    def invalid(self, account: TestAccount, operation: str, **more: object) -> None:
        account.local_aws.faults(
            {
                "effect": "invalid_principal",
                "service": "iam",
                "operation": operation,
                "account": account.account_id,
                **more,
            }
        )

    @pytest.mark.also_oldest
    @pytest.mark.parametrize("shared", [True, False])
    def test_a_new_principal_is_waited_for(self, account: TestAccount, shared: bool) -> None:
        other = TestAccount(account.local_aws)
        trusted = [{"name": "one", "principals": [other.make_role("JustMade")[0]]}]
        self.invalid(account, "CreateRole", times=1)
        outcome = account.run(OPERATION, name="R", trusted=trusted, purge_trusted=not shared)
        assert outcome.result["changed"]
        assert any("JustMade" in text for text in outcome.said)
        self.invalid(account, "UpdateAssumeRolePolicy", times=1)
        trusted = [{"name": "two", "principals": [other.make_role("JustMadeToo")[0]]}]
        outcome = account.run(OPERATION, name="R", trusted=trusted, purge_trusted=not shared)
        assert outcome.changes[-1] == ("trusted", "two")

    def test_a_write_that_shows_late_is_not_repeated(self, account: TestAccount) -> None:
        account.run(OPERATION, name="R", trusted=[BACKUP], purge_trusted=False)
        account.local_aws.faults(
            {
                "effect": "delay_effect",
                "operation": "UpdateAssumeRolePolicy",
                "account": account.account_id,
                "after_seconds": 1,
            }
        )
        made = account.run(OPERATION, name="R", trusted=[AUDIT], purge_trusted=False)
        assert made.writes == {"iam:UpdateAssumeRolePolicy": 1}
        assert not account.run(OPERATION, name="R", trusted=[AUDIT], purge_trusted=False).result["changed"]
        assert account.trust_sids("R") == ["Xacctbackup", "Xacctaudit"]

    def test_one_of_this_account_that_does_not_exist_fails_at_once(self, account: TestAccount) -> None:
        arn = f"arn:aws:iam::{account.account_id}:role/app/Missing"
        self.invalid(account, "CreateRole")
        with pytest.raises(TaskError, match=rf"{arn} is to be trusted and does not exist"):
            account.run(OPERATION, name="R", trusted=[{"name": "one", "principals": [arn]}])

    def test_the_wait_is_bounded_and_says_what_to_check(self, account: TestAccount) -> None:
        arn = "arn:aws:iam::111111111111:role/Typo"
        with pytest.raises(AwsError, match=rf"tried for 0 s\. Check that {arn} exists"):
            account.run(OPERATION, name="R", trusted=[{"name": "one", "principals": [arn]}], propagation_timeout=0)
