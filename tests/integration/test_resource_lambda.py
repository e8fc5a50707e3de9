# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xacct_resource_grant on functions of the local AWS: who may invoke them, and updates that leave nobody out."""

from __future__ import annotations

import concurrent.futures
import json
from collections import Counter
from collections.abc import Callable

import botocore.exceptions
import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.resource_grant import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError
from ansible_collections.xacct.aws.plugins.module_utils._services.lambda_function.api import FunctionPolicy
from ansible_collections.xacct.aws.plugins.module_utils._services.resource_policy import PolicyRevision

from tests.integration.in_process import Outcome
from tests.integration.resource_world import TestResource, answer, empty_archive
from tests.local_aws.server import LocalAws

GET, ADD, REMOVE = "lambda:GetPolicy", "lambda:AddPermission", "lambda:RemovePermission"
LOOK = "lambda:GetFunctionConfiguration"


class TestFunction(TestResource):
    type, service, an_action = "lambda_function", "lambda", "lambda:InvokeFunction"
    an_access, another_access = "invoke", "read"

    def make(self) -> None:
        role = self.owner.make_role("Runs")[0]
        self.arn = self.client.create_function(
            FunctionName=self.name, Runtime="python3.12", Handler="code.handler", Code={"ZipFile": empty_archive()},
            Role=role,
        )["FunctionArn"]  # fmt: skip

    def make_alias(self, name: str) -> None:
        version = self.client.publish_version(FunctionName=self.name)["Version"]
        self.client.create_alias(FunctionName=self.name, Name=name, FunctionVersion=version)

    def policy_for(self, **qualifier: str) -> dict | None:
        try:
            return json.loads(self.client.get_policy(FunctionName=self.name, **qualifier)["Policy"])
        except self.client.exceptions.ResourceNotFoundException:
            return None

    @property
    def policy(self) -> dict | None:
        return self.policy_for()

    def add(self, sid: str, **arguments: str) -> None:
        """Add a statement of somebody else."""
        whole = {"Action": self.an_action, "Principal": "333333333333", **arguments}
        self.client.add_permission(FunctionName=self.name, StatementId=sid, **whole)

    def tried(self, client: object, qualifier: str = "") -> dict[str, str]:
        arn = f"{self.arn}:{qualifier}" if qualifier else self.arn
        return {
            "invoke": answer(client.invoke, FunctionName=arn),
            "read": answer(client.get_function_configuration, FunctionName=arn),
        }

    @property
    def sids(self) -> list[str]:
        return [each["Sid"] for each in (self.policy or {}).get("Statement", [])]


@pytest.fixture
def function(local_aws: LocalAws) -> TestFunction:
    return TestFunction(local_aws)


class TestAccess:
    """The function is invoked, as a user of the other account."""

    @pytest.mark.also_oldest
    def test_each_access(self, function: TestFunction) -> None:
        nothing = {"invoke": "no", "read": "no"}
        assert function.tried(function.as_worker) == nothing
        for access in nothing:
            function.run(function.grant(access=access))
            assert function.tried(function.as_worker) == {**nothing, access: "yes"}
            assert function.tried(function.as_stranger) == nothing
        function.run(function.grant(state="absent"))
        assert function.tried(function.as_worker) == nothing

    def test_a_whole_account(self, function: TestFunction) -> None:
        """community.aws.lambda_policy stumbled over account principals (ansible/ansible#44871)."""
        account = function.grant(principals=[function.other.account_id])
        function.run(account)
        assert function.tried(function.as_worker)["invoke"] == "yes"
        assert function.tried(function.as_stranger)["invoke"] == "no"
        assert not function.run(account).result["changed"]

    def test_an_organization(self, function: TestFunction) -> None:
        """amazon.aws.lambda_policy has no word for organizations."""
        grant = function.grant(principals=["*"], organizations=["o-abcdefghij", "o-0123456789"])
        made = function.run(grant)
        assert [each["Condition"] for each in function.own] == [
            {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
            {"StringEquals": {"aws:PrincipalOrgID": "o-0123456789"}},
        ]
        assert {each["Principal"] for each in function.own} == {"*"} and made.writes == {ADD: 2}
        assert function.tried(function.as_worker)["invoke"] == "no"
        assert not function.run(grant).result["changed"]

    @pytest.fixture
    def _function_urls(self, local_aws: LocalAws) -> None:
        model = local_aws.client("lambda", "111111111111").meta.service_model.operation_model("AddPermission")
        if "InvokedViaFunctionUrl" not in model.input_shape.members:
            pytest.skip("this boto3 does not know what function URLs take")

    @pytest.mark.also_oldest
    @pytest.mark.usefixtures("_function_urls")
    def test_a_function_url(self, function: TestFunction) -> None:
        """Two actions are needed, each with a condition of its own; invoking in another way is not allowed by it."""
        grant = function.grant(access="invoke_url")
        function.run(grant)
        assert [(each["Action"], each["Condition"]) for each in function.own] == [
            ("lambda:InvokeFunctionUrl", {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}),
            ("lambda:InvokeFunction", {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}),
        ]
        assert function.tried(function.as_worker)["invoke"] == "no"
        assert not function.run(grant).result["changed"]

    @pytest.mark.usefixtures("_function_urls")
    def test_a_public_function_url(self, function: TestFunction) -> None:
        public = function.grant(access="invoke_url", function_url_auth_type="NONE", principals=["*"])
        with pytest.raises(ValueError, match="makes the Lambda function public"):
            function.run(public)
        function.run(public, allow_public=True)
        assert function.own[0]["Condition"] == {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}

    def test_an_alias(self, function: TestFunction) -> None:
        """Each version and alias has a policy of its own, which is for calls that name it."""
        function.make_alias("live")
        assert function.tried(function.as_worker, "live")["invoke"] == "no"
        made = function.run(function.grant(), qualifier="live")
        assert made.result["resource"]["arn"] == f"{function.arn}:live"
        assert function.tried(function.as_worker, "live")["invoke"] == "yes"
        assert function.tried(function.as_worker)["invoke"] == "no"
        assert function.policy is None and function.policy_for(Qualifier="live") == made.result["policy"]
        for resource in (f"{function.name}:live", f"{function.arn}:live"):
            again = function.owner.run(OPERATION, resource=resource, type=function.type, grants=[function.grant()])
            assert not again.result["changed"] and again.calls == {GET: 1}

    def test_a_service_that_acts_for_somebody(self, function: TestFunction) -> None:
        service = function.grant(principals=["service:s3.amazonaws.com"])
        with pytest.raises(ValueError, match=r"s3\.amazonaws\.com acts for whoever asks it"):
            function.run(service)
        bucket = {"source_arns": ["arn:aws:s3:::uploads"], "source_accounts": [function.other.account_id]}
        function.run({**service, **bucket})
        (statement,) = function.own
        assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
        assert statement["Condition"] == {
            "StringEquals": {"AWS:SourceAccount": function.other.account_id},
            "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::uploads"},
        }
        assert not function.run({**service, **bucket}).result["changed"]
        assert function.run({**service, "allow_any_source": True}).result["changed"]

    def test_a_token_of_an_event_source(self, function: TestFunction) -> None:
        grant = function.grant(
            principals=["service:alexa-connectedhome.amazon.com"], allow_any_source=True,
            conditions={"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.1"}},
        )  # fmt: skip
        foretold = function.run(grant, check_mode=True)
        (statement,) = foretold.result["policy"]["Statement"]
        assert statement["Condition"] == {"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.1"}}


# title: what a function with the grant `worker` and two foreign statements is to become, and the writes that it takes
CHANGES: dict[str, tuple[list[dict], dict, dict[str, int]]] = {
    "another access": ([{"access": "read"}], {}, {ADD: 2, REMOVE: 1}),
    "more access": ([{"access": None, "actions": ["lambda:InvokeFunction", "lambda:GetAlias"]}], {}, {ADD: 1}),
    "a second one": ([{}, {"name": "second"}], {}, {ADD: 1}),
    "only a second one": ([{"name": "second"}], {"purge_grants": True}, {ADD: 1, REMOVE: 1}),
    "the first one taken back": ([{"name": "worker", "state": "absent"}], {}, {REMOVE: 1}),
    "all taken back": ([], {"state": "absent"}, {REMOVE: 1}),
    "all purged": ([], {"purge_grants": True}, {REMOVE: 1}),
}


class TestChanges:
    """Foretold, made, and not made again; foreign statements stay as they are."""

    @pytest.mark.also_oldest
    @pytest.mark.parametrize(("grants", "options", "writes"), CHANGES.values(), ids=CHANGES)
    def test_foretold_made_and_not_made_again(
        self, function: TestFunction, grants: list[dict], options: dict, writes: dict[str, int]
    ) -> None:
        function.add("Theirs")
        function.add("worker", Principal="s3.amazonaws.com", SourceArn="arn:aws:s3:::theirs")
        foreign = function.policy["Statement"]
        function.run(function.grant())
        before = function.policy
        wanted = [function.grant(**grant) for grant in grants]

        foretold = function.run(*wanted, check_mode=True, **options)
        assert foretold.result["changed"] and not foretold.writes
        assert function.policy == before

        made = function.run(*wanted, **options)
        assert made.writes == Counter(writes)
        for name in ("changed", "changes", "diff", "policy", "key_access"):
            assert made.result[name] == foretold.result[name]
        assert function.policy == made.result["policy"]
        assert function.policy["Statement"][:2] == foreign

        for check_mode in (False, True):
            again = function.run(*wanted, check_mode=check_mode, **options)
            assert not again.result["changed"] and not again.result["changes"]
            assert again.calls == {GET: 1}

    def test_a_first_grant_and_the_last(self, function: TestFunction) -> None:
        foretold = function.run(function.grant(), check_mode=True)
        made = function.run(function.grant())
        assert made.result["policy"] == foretold.result["policy"] == function.policy
        assert made.calls[LOOK] == 1 and made.writes == {ADD: 1}
        gone = function.run(state="absent")
        assert gone.writes == {REMOVE: 1} and gone.result["policy"] is None and function.policy is None
        assert not function.run(state="absent").result["changed"]

    def test_the_diff_speaks_of_grants(self, function: TestFunction) -> None:
        function.run(function.grant(principals=[function.user_arn, function.other.account_id]))
        update = function.run(function.grant(principals=[function.other.account_id], access="read"), check_mode=True)
        (change,) = update.result["changes"]
        assert change["name"] == "worker" and len(change["before"]) == len(change["after"]) == 2
        diff = update.result["diff"]
        for side in ("before", "after"):
            assert list(diff[side]["policy"]["statements"]) == ["worker", "worker (2)"]

    def test_a_function_that_is_gone_has_no_grants(self, function: TestFunction) -> None:
        for options in ({"state": "absent"}, {"grants": [{"name": "x", "state": "absent"}]}):
            result = function.owner.run(OPERATION, resource="gone", type=function.type, **options).result
            assert not result["changed"] and result["policy"] is None

    def test_statements_that_say_the_same_are_no_change(self, function: TestFunction) -> None:
        """amazon.aws.lambda_policy compares texts: another spelling of the same is a change every time."""
        function.run(function.grant(principals=[function.other.account_id]))
        root = f"arn:aws:iam::{function.other.account_id}:root"
        again = function.run(function.grant(principals=[root], access=None, actions=["lambda:invokefunction"]))
        assert not again.result["changed"]

    def test_a_deleted_principal_is_named_again(self, function: TestFunction) -> None:
        function.run(function.grant())
        function.replace_worker()
        (dead,) = function.own
        assert dead["Principal"]["AWS"].startswith("AIDA")
        healed = function.run(function.grant())
        assert healed.changes == [("grants", "worker")] and healed.writes == {ADD: 1, REMOVE: 1}
        (alive,) = function.own
        assert alive["Principal"] == {"AWS": function.user_arn}
        assert not function.run(function.grant()).result["changed"]

    def test_grants_with_names_that_look_alike(self, function: TestFunction) -> None:
        names = ["a", "a_2", "a-2", "A", "a 2"]
        function.run(*(function.grant(name=name) for name in names))
        assert len(set(function.sids)) == len(names)
        for number, name in enumerate(names, start=1):
            gone = function.run({"name": name, "state": "absent"})
            assert gone.changes == [("grants", name)] and len(function.sids) == len(names) - number


class TestUpdates:
    """A grant that changes is never gone, whatever happens in between."""

    @pytest.mark.also_oldest
    def test_the_new_statement_comes_before_the_old_one_goes(self, function: TestFunction) -> None:
        function.run(function.grant())
        for access, sids in (("read", ["Xacctworker_2", "Xacctworker_3"]), ("invoke", ["Xacctworker"])):
            function.local_aws.clear_journal()
            function.run(function.grant(access=access))
            journal = function.local_aws.journal()
            writes = [call.operation for call in journal if call.operation in ("AddPermission", "RemovePermission")]
            assert writes == sorted(writes) and {"AddPermission", "RemovePermission"} == set(writes)
            assert function.sids == sids

    def test_access_stays_while_a_grant_gets_wider(
        self, function: TestFunction, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """After each single write the user is still let in."""
        function.run(function.grant())
        seen = []

        def watched(name: str) -> Callable:
            really = getattr(FunctionPolicy, name)

            def step(self: FunctionPolicy, *arguments: object) -> None:
                really(self, *arguments)
                seen.append((name, function.tried(function.as_worker)["invoke"]))

            return step

        for name in ("_add", "_remove"):
            monkeypatch.setattr(FunctionPolicy, name, watched(name))
        function.run(function.grant(principals=[function.other.account_id], access="invoke"))
        assert seen == [("_add", "yes"), ("_remove", "yes")]

    @pytest.mark.parametrize("failing", ["AddPermission", "RemovePermission"])
    def test_an_update_that_was_interrupted_is_finished(self, function: TestFunction, failing: str) -> None:
        function.run(function.grant())
        rule = {"effect": "access_denied", "operation": failing, "account": function.owner.account_id}
        function.local_aws.faults({**rule, "skip": 1 if failing == "AddPermission" else 0})
        wanted = function.grant(access="read", principals=[function.user_arn])
        with pytest.raises(AwsError, match=failing):
            function.run(wanted)
        function.local_aws.clear_faults()
        assert "Xacctworker" in function.sids and len(function.sids) > 1
        assert function.run(wanted, check_mode=True).result["changed"]
        function.run(wanted)
        assert sorted(each["Action"] for each in function.own) == [
            "lambda:GetFunction", "lambda:GetFunctionConfiguration",
        ]  # fmt: skip
        assert not function.run(wanted).result["changed"]

    def test_what_was_interrupted_may_be_taken_back(self, function: TestFunction) -> None:
        function.run(function.grant())
        function.add("Xacctworker_2", Principal=function.user_arn)
        function.add("Xacctworker_7", Action="lambda:GetAlias")
        assert function.run(function.grant()).writes == {REMOVE: 2}
        assert function.sids == ["Xacctworker"]
        function.add("Xacctworker_2", Action="lambda:GetAlias")
        function.run(function.grant(state="absent"))
        assert function.policy is None


class TestAtTheSameTime:
    """Others who write the policy at the same moment."""

    def written_meanwhile(self, monkeypatch: pytest.MonkeyPatch, *writes: Callable[[], object]) -> None:
        """Have somebody else write after each of our first readings that are for a write."""
        really, waiting = FunctionPolicy.write_on_revision, list(writes)

        def write_on_revision(self: FunctionPolicy, present: PolicyRevision, document: dict | None) -> None:
            if waiting:
                waiting.pop(0)()
            really(self, present, document)

        monkeypatch.setattr(FunctionPolicy, "write_on_revision", write_on_revision)

    def refusals(self, made: Outcome) -> int:
        return sum("another writer changed it at the same time" in text for text in made.said)

    @pytest.mark.also_oldest
    def test_a_concurrent_change_is_retried_through_its_revision(
        self, function: TestFunction, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        function.add("Theirs")
        self.written_meanwhile(monkeypatch, lambda: function.add("Later"), lambda: function.add("EvenLater"))
        made = function.run(function.grant())
        assert self.refusals(made) == 2 and made.writes == {ADD: 3}
        assert function.sids == ["Theirs", "Later", "EvenLater", "Xacctworker"]
        assert made.result["policy"] == function.policy

    def test_two_runs_of_the_same_grant(self, function: TestFunction, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same Sid at once, where there is no revision yet that could tell: ResourceConflictException."""
        self.written_meanwhile(monkeypatch, lambda: function.add("Xacctworker", Principal=function.user_arn))
        made = function.run(function.grant())
        assert self.refusals(made) == 1 and function.sids == ["Xacctworker"]

    def test_somebody_else_removes_what_is_to_go(self, function: TestFunction, monkeypatch: pytest.MonkeyPatch) -> None:
        function.run(function.grant())
        self.written_meanwhile(
            monkeypatch,
            lambda: function.client.remove_permission(FunctionName=function.name, StatementId="Xacctworker"),
        )
        made = function.run(function.grant(state="absent"))
        assert made.result["policy"] is None and function.policy is None

    def test_a_change_between_two_steps(self, function: TestFunction, monkeypatch: pytest.MonkeyPatch) -> None:
        function.add("Theirs")
        really, waiting = FunctionPolicy._next_revision, ["Later"]

        def next_revision(self: FunctionPolicy, sids: set[str]) -> str | None:
            if waiting:
                function.add(waiting.pop())
            return really(self, sids)

        monkeypatch.setattr(FunctionPolicy, "_next_revision", next_revision)
        made = function.run(function.grant(access="read"))
        assert self.refusals(made) == 1
        assert function.sids == ["Theirs", "Xacctworker", "Later", "Xacctworker_2"]

    def test_many_writers_lose_nothing(self, function: TestFunction) -> None:
        function.add("Theirs")
        names = [f"team{number}" for number in range(8)]
        with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
            list(pool.map(lambda name: function.run(function.grant(name=name)), names))
        assert function.sids[0] == "Theirs" and sorted(function.sids[1:]) == [f"Xacct{name}" for name in names]

    @pytest.mark.also_oldest
    @pytest.mark.parametrize("effect", ["throttle", "status_500", "cut_after_write"])
    def test_a_write_that_ends_badly_is_looked_after(self, function: TestFunction, effect: str) -> None:
        function.add("Theirs")
        function.local_aws.faults(
            {"effect": effect, "operation": "AddPermission", "times": 1, "account": function.owner.account_id}
        )
        made = function.run(function.grant())
        function.local_aws.clear_faults()
        assert made.result["changed"] and function.sids == ["Theirs", "Xacctworker"]
        assert not function.run(function.grant()).result["changed"]

    @pytest.mark.also_oldest
    def test_a_principal_that_is_not_visible_yet(self, function: TestFunction) -> None:
        """terraform-provider-aws#41617: Lambda calls it invalid, in words of its own."""
        rule = {"effect": "invalid_principal", "operation": "AddPermission", "times": 2,
                "account": function.owner.account_id}  # fmt: skip
        function.local_aws.faults(rule)
        made = function.run(function.grant())
        function.local_aws.clear_faults()
        assert made.writes == {ADD: 3} and any("to be visible everywhere" in text for text in made.said)


class TestRefusals:
    """Everything that is known beforehand is said before anything is written."""

    def test_too_long(self, function: TestFunction) -> None:
        accounts = [f"{number:012}" for number in range(1, 120)]
        for check_mode in (True, False):
            with pytest.raises(PolicyError, match=r"^policy of Lambda function shared-\d+ in .* limit is 20,480"):
                function.run(function.grant(principals=accounts), check_mode=check_mode)
        assert function.policy is None

    def test_no_room_for_old_and_new_side_by_side(self, function: TestFunction) -> None:
        accounts = [f"{number:012}" for number in range(1, 71)]
        function.run(function.grant(principals=accounts))
        before = function.policy
        update = function.grant(principals=accounts, access=None, actions=["lambda:GetAlias"])
        for check_mode in (True, False):
            with pytest.raises(PolicyError, match=r"with new statements beside the old ones meanwhile, would be"):
                function.run(update, check_mode=check_mode)
        assert function.policy == before

    def test_no_such_function_or_alias(self, function: TestFunction) -> None:
        """GetPolicy says the same of a function without a policy and of one that does not exist."""
        for resource in ("missing", f"{function.name}:missing"):
            for check_mode in (True, False):
                with pytest.raises(AwsError, match=r"Make it first, or correct resource, region .us-east-1"):
                    function.owner.run(
                        OPERATION, check_mode, resource=resource, type=function.type, grants=[function.grant()],
                        propagation_timeout=0,
                    )  # fmt: skip

    def test_who_may_not_look_for_the_function_can_grant_all_the_same(self, function: TestFunction) -> None:
        rule = {"effect": "access_denied", "operation": "GetFunctionConfiguration",
                "account": function.owner.account_id}  # fmt: skip
        function.local_aws.faults(rule)
        made = function.run(function.grant())
        function.local_aws.clear_faults()
        assert made.writes == {ADD: 1}

    def test_a_function_of_somebody_else(self, function: TestFunction) -> None:
        """The name alone would be another function, in the caller's own account."""
        function.run(function.grant(principals=[function.other.account_id]))
        before = function.policy
        with pytest.raises((AwsError, TaskError)):
            function.other.run(OPERATION, resource=function.arn, grants=[function.grant(name="mine")])
        assert function.policy == before

    @pytest.mark.also_oldest
    def test_a_principal_that_does_not_exist(self, function: TestFunction) -> None:
        nobody = f"arn:aws:iam::{function.owner.account_id}:role/Nobody"
        with pytest.raises(TaskError, match=f"{nobody} .*does not exist in this account"):
            function.run(function.grant(principals=[nobody]))
        assert function.policy is None

    @pytest.mark.parametrize(
        ("grant", "options", "says"),
        [
            ({"effect": "Deny"}, {}, "effect: Allow, not 'Deny'"),
            ({"source_ips": ["198.51.100.0/24"]}, {}, "source_ips: .* AddPermission, which has no word for it"),
            ({"not_after": "2100-01-01T00:00:00Z"}, {}, "not_after: .* AddPermission, which has no word for it"),
            ({"source_organizations": ["o-abcdefghij"]}, {}, "source_organizations: .* no word for it"),
            ({"conditions": {"StringLike": {"aws:PrincipalArn": "*"}}}, {}, "conditions: StringLike aws:PrincipalArn"),
            ({"access": None, "actions": ["lambda:Invoke*"]}, {}, "whole name of one action, or lambda"),
            ({"access": None, "actions": ["lambda:Invoke"]}, {}, "its permission is lambda:InvokeFunction"),
            ({"function_url_auth_type": "AWS_IAM"}, {}, "write access: invoke_url"),
            ({"access": "invoke_url", "function_url_auth_type": "NONE"}, {}, "the only principal that matches"),
            ({}, {"qualifier": "$LATEST"}, r"keeps no policy for \$LATEST"),
            ({}, {"qualifier": "a b"}, "not the name of an alias"),
        ],
    )
    def test_what_lambda_has_no_word_for(self, function: TestFunction, grant: dict, options: dict, says: str) -> None:
        function.local_aws.clear_journal()
        with pytest.raises(ValueError, match=says):
            function.run(function.grant(**grant), **options)
        assert not function.local_aws.journal()


@pytest.mark.also_oldest
def test_a_stale_revision_is_refused_by_the_local_aws(function: TestFunction) -> None:
    """What the tests above lean on."""
    function.add("One")
    stale = function.client.get_policy(FunctionName=function.name)["RevisionId"]
    function.add("Two", RevisionId=stale)
    with pytest.raises(botocore.exceptions.ClientError, match="PreconditionFailedException"):
        function.add("Three", RevisionId=stale)
    present = function.client.get_policy(FunctionName=function.name)["RevisionId"]
    function.client.remove_permission(FunctionName=function.name, StatementId="Two", RevisionId=present)
    with pytest.raises(botocore.exceptions.ClientError, match="PreconditionFailedException"):
        function.client.remove_permission(FunctionName=function.name, StatementId="One", RevisionId=present)
