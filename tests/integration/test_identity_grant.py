# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xacct_identity_grant on the local AWS: each change is foretold, made, and not made again; and what can go wrong."""

from __future__ import annotations

import json
import time

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.identity_grant import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError

from tests.integration.in_process import Outcome, TestAccount
from tests.local_aws.server import LocalAws

TRUST = '{"Version": "2012-10-17", "Statement": []}'
FOREIGN = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Theirs", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}
KINDS = ("role", "user", "group")


def role_arns(count: int, first: int = 1) -> list[str]:
    return [f"arn:aws:iam::{number:012}:role/XacctBackup" for number in range(first, first + count)]


def backup(count: int = 1) -> dict:
    return {"name": "backup", "assume_roles": role_arns(count)}


READ = {"name": "read", "actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::data/*"]}
DENY = {"name": "deny", "effect": "Deny", "actions": ["s3:DeleteObject"], "resources": ["*"]}


@pytest.fixture
def account(local_aws: LocalAws) -> TestAccount:
    """An account with one principal of each kind, called Someone."""
    account = TestAccount(local_aws)
    account.iam.create_role(RoleName="Someone", AssumeRolePolicyDocument=TRUST)
    account.iam.create_user(UserName="Someone")
    account.iam.create_group(GroupName="Someone")
    return account


def is_same_each_time(account: TestAccount, options: dict, changes: list[tuple[str, str]]) -> Outcome:
    """Check mode foretells what a run does; afterwards nothing is left to do. Neither of them writes."""
    foretold = account.run(OPERATION, check_mode=True, **options)
    assert not foretold.writes
    done = account.run(OPERATION, **options)
    assert done.result["changed"] is foretold.result["changed"] is bool(changes)
    assert sorted(done.changes) == sorted(foretold.changes) == sorted(changes)
    assert done.result["diff"] == foretold.result["diff"]
    assert done.result["policy"] == foretold.result["policy"]
    for check_mode in (False, True):
        again = account.run(OPERATION, check_mode=check_mode, **options)
        assert not again.result["changed"]
        assert not again.writes
        assert again.result["policy"] == done.result["policy"]
    return done


def inline(account: TestAccount, kind: str = "role", policy_name: str = "xacct") -> dict | None:
    read = getattr(account.iam, f"get_{kind}_policy")
    try:
        return read(**{f"{kind.title()}Name": "Someone"}, PolicyName=policy_name)["PolicyDocument"]
    except account.iam.exceptions.NoSuchEntityException:
        return None


def sids(document: dict | None) -> list[str]:
    return [statement["Sid"] for statement in (document or {}).get("Statement", [])]


def attached(account: TestAccount, kind: str = "role") -> list[str]:
    read = getattr(account.iam, f"list_attached_{kind}_policies")
    return [policy["PolicyName"] for policy in read(**{f"{kind.title()}Name": "Someone"})["AttachedPolicies"]]


@pytest.mark.also_oldest
@pytest.mark.parametrize("via", ["inline", "managed"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_grant_comes_changes_and_goes(account: TestAccount, kind: str, via: str) -> None:
    options = {"principal": f"{kind}/Someone", "via": via}
    is_same_each_time(account, {**options, "grants": [backup(), READ]}, [("grants", "backup"), ("grants", "read")])
    is_same_each_time(account, {**options, "grants": [backup(2)]}, [("grants", "backup")])
    is_same_each_time(account, {**options, "grants": [DENY], "purge_grants": True}, [
        ("grants", "Xacctbackup"), ("grants", "Xacctread"), ("grants", "deny"),
    ])  # fmt: skip
    gone = is_same_each_time(
        account, {**options, "grants": [{"name": "deny", "state": "absent"}]}, [("grants", "deny")]
    )
    assert gone.result["policy"] is None
    assert gone.result["policies"] == []
    assert inline(account, kind) is None
    assert attached(account, kind) == []
    assert account.iam.list_policies(Scope="Local")["Policies"] == []


def test_a_run_without_change_makes_the_fewest_calls(account: TestAccount) -> None:
    options = {"principal": "role/Someone", "grants": [backup()]}
    account.run(OPERATION, **options)
    assert account.run(OPERATION, **options).calls == {"iam:GetRolePolicy": 1, "iam:ListAttachedRolePolicies": 1}
    account.run(OPERATION, **options, via="managed")
    assert account.run(OPERATION, **options, via="managed").calls == {
        "iam:GetRolePolicy": 1, "iam:ListAttachedRolePolicies": 1, "iam:GetPolicy": 1, "iam:GetPolicyVersion": 1,
    }  # fmt: skip
    assert account.run(OPERATION, principal="role/Someone", state="absent").calls == {"iam:GetRolePolicy": 1}


@pytest.mark.parametrize("kind", KINDS)
def test_statements_and_policies_of_others_stay(account: TestAccount, kind: str) -> None:
    by_name = {f"{kind.title()}Name": "Someone"}
    put = getattr(account.iam, f"put_{kind}_policy")
    for policy_name in ("xacct", "other"):
        put(**by_name, PolicyName=policy_name, PolicyDocument=json.dumps(FOREIGN))
    account.run(OPERATION, principal=f"{kind}/Someone", grants=[backup()])
    assert sids(inline(account, kind)) == ["Theirs", "Xacctbackup"]
    account.run(OPERATION, principal=f"{kind}/Someone", grants=[READ], purge_grants=True)
    assert sids(inline(account, kind)) == ["Theirs", "Xacctread"]
    is_same_each_time(account, {"principal": f"{kind}/Someone", "state": "absent"}, [("grants", "Xacctread")])
    assert inline(account, kind) == FOREIGN
    assert inline(account, kind, "other") == FOREIGN


class TestManaged:
    @pytest.mark.also_oldest
    def test_hundreds_of_roles_are_spread_and_shrink_again(self, account: TestAccount) -> None:
        options = {"principal": "role/Someone", "via": "managed"}
        made = is_same_each_time(account, {**options, "grants": [backup(300)]}, [("grants", "backup")])
        names = [f"xacct-role-Someone-{number}" for number in (1, 2, 3)]
        assert attached(account) == names
        assert made.result["policies"] == [f"arn:aws:iam::{account.account_id}:policy/xacct/{name}" for name in names]
        more = account.run(OPERATION, **options, grants=[{"name": "backup", "assume_roles": role_arns(301)}])
        assert more.writes == {"iam:CreatePolicyVersion": 1}
        is_same_each_time(account, {**options, "grants": [backup(100)]}, [("grants", "backup")])
        assert attached(account) == ["xacct-role-Someone-1"]
        assert len(account.iam.list_policies(Scope="Local")["Policies"]) == 1

    def test_more_than_five_versions(self, account: TestAccount) -> None:
        for count in range(1, 9):
            account.run(OPERATION, principal="role/Someone", via="managed", grants=[backup(count)])
        (policy,) = account.iam.list_policies(Scope="Local")["Policies"]
        versions = account.iam.list_policy_versions(PolicyArn=policy["Arn"])["Versions"]
        assert len(versions) == 5
        current = account.iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        assert len(current["PolicyVersion"]["Document"]["Statement"][0]["Resource"]) == 8

    def test_two_principals_have_policies_of_their_own(self, account: TestAccount) -> None:
        for kind in KINDS:
            account.run(OPERATION, principal=f"{kind}/Someone", via="managed", grants=[backup()])
            assert attached(account, kind) == [f"xacct-{kind}-Someone-1"]

    def test_a_name_that_somebody_else_uses_is_refused(self, account: TestAccount) -> None:
        account.run(OPERATION, principal="role/Someone", via="managed", policy_name="mine", grants=[backup()])
        with pytest.raises(PolicyError, match="has a policy mine-1 already, and is attached to somebody else"):
            account.run(OPERATION, principal="user/Someone", via="managed", policy_name="mine", grants=[backup()])

    def test_what_a_broken_off_run_left_is_used(self, account: TestAccount) -> None:
        account.iam.create_policy(PolicyName="xacct-role-Someone-1", Path="/xacct/", PolicyDocument=json.dumps(FOREIGN))
        account.run(OPERATION, principal="role/Someone", via="managed", grants=[backup()])
        assert attached(account) == ["xacct-role-Someone-1"]
        assert not account.run(OPERATION, principal="role/Someone", via="managed", grants=[backup()]).result["changed"]

    def test_too_many_policies_are_refused_before_anything_is_written(self, account: TestAccount) -> None:
        for check_mode in (True, False):
            with pytest.raises(PolicyError, match=r"12 managed policies are needed and 0 others .* limit is 10"):
                account.run(OPERATION, check_mode, principal="role/Someone", via="managed", grants=[backup(1500)])
        assert attached(account) == []

    def test_a_policy_that_is_attached_elsewhere_is_only_detached(self, account: TestAccount) -> None:
        account.run(OPERATION, principal="role/Someone", via="managed", grants=[backup()])
        (policy,) = account.iam.list_policies(Scope="Local")["Policies"]
        account.iam.attach_user_policy(UserName="Someone", PolicyArn=policy["Arn"])
        account.run(OPERATION, principal="role/Someone", via="managed", state="absent")
        assert attached(account) == []


class TestMoving:
    @pytest.mark.parametrize(("first", "then"), [("inline", "managed"), ("managed", "inline")])
    def test_a_grant_moves_without_a_moment_in_which_it_is_nowhere(
        self, account: TestAccount, first: str, then: str
    ) -> None:
        options = {"principal": "role/Someone", "grants": [backup(3)]}
        account.run(OPERATION, **options, via=first)
        started = time.time()
        other = {"inline": "inline_policy", "managed": "managed_policies"}[first]
        is_same_each_time(account, {**options, "via": then}, [("grants", "backup"), (other, "backup")])
        calls = [
            call.operation
            for call in account.local_aws.journal()
            if call.account == account.account_id and call.time > started and call.status == 200
        ]
        gives, takes = ("AttachRolePolicy", "DeleteRolePolicy"), ("PutRolePolicy", "DetachRolePolicy")
        give, take = gives if then == "managed" else takes
        assert calls.index(give) < calls.index(take)

    def test_grants_that_are_not_named_stay_where_they_are(self, account: TestAccount) -> None:
        account.run(OPERATION, principal="role/Someone", via="managed", grants=[backup()])
        account.run(OPERATION, principal="role/Someone", grants=[READ, {"name": "backup", "state": "absent"}])
        assert attached(account) == ["xacct-role-Someone-1"]
        assert sids(inline(account)) == ["Xacctread"]

    def test_a_move_that_broke_off_is_finished(self, account: TestAccount) -> None:
        options = {"principal": "role/Someone", "grants": [backup()]}
        account.run(OPERATION, **options)
        account.local_aws.faults(
            {"effect": "access_denied", "operation": "DeleteRolePolicy", "account": account.account_id}
        )
        with pytest.raises(TaskError, match="in the inline policy xacct of role Someone they are still"):
            account.run(OPERATION, **options, via="managed")
        account.local_aws.clear_faults()
        is_same_each_time(account, {**options, "via": "managed"}, [("inline_policy", "backup")])
        assert inline(account) is None


class TestRefusals:
    @pytest.mark.also_oldest
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_principal_that_does_not_exist(self, account: TestAccount, kind: str) -> None:
        for via in ("inline", "managed"):
            for check_mode in (True, False):
                said = rf"In account {account.account_id}: {kind} Nobody does not exist \(iam:Get{kind.title()} says"
                with pytest.raises(TaskError, match=said):
                    account.run(OPERATION, check_mode, principal=f"{kind}/Nobody", via=via, grants=[backup()])
        assert not account.run(OPERATION, principal=f"{kind}/Nobody", state="absent").result["changed"]

    @pytest.mark.parametrize(("kind", "limit"), [("user", "2,048"), ("group", "5,120"), ("role", "10,240")])
    def test_more_than_the_inline_policies_hold(self, account: TestAccount, kind: str, limit: str) -> None:
        for check_mode in (True, False):
            with pytest.raises(
                PolicyError, match=rf"inline policy xacct of {kind} Someone in account .* limit is {limit}"
            ):
                account.run(OPERATION, check_mode, principal=f"{kind}/Someone", grants=[backup(300)])
        assert inline(account, kind) is None

    def test_the_other_inline_policies_count(self, account: TestAccount) -> None:
        large = {**FOREIGN, "Statement": [{**FOREIGN["Statement"][0], "Resource": [f"arn:aws:s3:::{'b' * 1500}"]}]}
        account.iam.put_user_policy(UserName="Someone", PolicyName="other", PolicyDocument=json.dumps(large))
        with pytest.raises(PolicyError, match=r"together with the other inline policies \(1,\d{3}\) would be 2,\d{3}"):
            account.run(OPERATION, principal="user/Someone", grants=[backup(12)])

    def test_another_account_or_path_than_the_principal_has(self, account: TestAccount) -> None:
        arn = f"arn:aws:iam::{account.account_id}:role/Someone"
        assert account.run(OPERATION, principal=arn, grants=[backup()]).result["changed"]
        with pytest.raises(TaskError, match=r"has the path /, not /app/"):
            account.run(OPERATION, principal="role/app/Someone", grants=[backup()])
        with pytest.raises(TaskError, match="is in account 888888888888, and the credentials belong to"):
            account.run(OPERATION, principal="arn:aws:iam::888888888888:role/Someone", grants=[backup()])
        with pytest.raises(AwsError, match="888888888888 is expected"):
            account.run(OPERATION, principal="role/Someone", grants=[backup()], expected_account_id="888888888888")

    def test_nothing_to_do_is_never_said_of_another_account(self, account: TestAccount) -> None:
        for grants in ([backup()], [{"name": "backup", "state": "absent"}]):
            account.run(OPERATION, principal="role/Someone", grants=grants)
            with pytest.raises(AwsError, match="888888888888 is expected"):
                account.run(OPERATION, principal="role/Someone", grants=grants, expected_account_id="888888888888")


class TestFaults:
    @pytest.fixture(autouse=True)
    def no_faults_after(self, local_aws: LocalAws):
        yield
        local_aws.clear_faults()

    @pytest.mark.parametrize("state", ["present", "absent"])
    def test_a_policy_that_may_not_be_read_is_not_taken_for_none(self, account: TestAccount, state: str) -> None:
        account.local_aws.faults(
            {"effect": "access_denied", "operation": "GetRolePolicy", "account": account.account_id}
        )
        with pytest.raises(AwsError, match="iam:GetRolePolicy was denied"):
            account.run(OPERATION, principal="role/Someone", state=state, grants=[backup()])

    def test_managed_policies_that_may_not_be_looked_at_are_pointed_out(self, account: TestAccount) -> None:
        account.local_aws.faults(
            {"effect": "access_denied", "operation": "ListAttachedRolePolicies", "account": account.account_id}
        )
        outcome = account.run(OPERATION, principal="role/Someone", grants=[backup()])
        assert outcome.changes == [("grants", "backup")]
        assert any("Could not check whether grants are still in the managed policies" in text for text in outcome.said)

    @pytest.mark.also_oldest
    @pytest.mark.parametrize("effect", ["cut_after_write", "status_500", "throttle"])
    @pytest.mark.parametrize(
        ("via", "operation"),
        [
            ("inline", "PutRolePolicy"),
            ("inline", "GetRolePolicy"),
            ("managed", "CreatePolicy"),
            ("managed", "AttachRolePolicy"),
            ("managed", "CreatePolicyVersion"),
        ],
    )
    def test_one_fault_is_overcome(self, account: TestAccount, via: str, operation: str, effect: str) -> None:
        account.local_aws.faults({"effect": effect, "operation": operation, "account": account.account_id, "times": 1})
        for count in (1, 2):
            options = {"principal": "role/Someone", "via": via, "grants": [backup(count)]}
            account.run(OPERATION, **options)
            assert not account.run(OPERATION, **options).result["changed"]
