# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xacct_resource_grant on topics and queues of the local AWS: who gets in, what is foretold, and what can go wrong."""

from __future__ import annotations

import json

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.resource_grant import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError

from tests.integration.resource_world import BAD_ENDS, TestResource, answer
from tests.local_aws.server import LocalAws


class TestTopic(TestResource):
    type, service, an_action = "sns_topic", "sns", "sns:Publish"
    an_access, another_access = "publish", "subscribe"
    reads, write = {"sns:GetTopicAttributes": 1}, "sns:SetTopicAttributes"

    def make(self) -> None:
        self.client.create_topic(Name=self.name)

    @property
    def policy(self) -> dict | None:
        return json.loads(self.client.get_topic_attributes(TopicArn=self.arn)["Attributes"]["Policy"])

    def put_text(self, text: str) -> None:
        self.client.set_topic_attributes(TopicArn=self.arn, AttributeName="Policy", AttributeValue=text)

    def encrypt_with(self, key: str) -> None:
        self.client.set_topic_attributes(TopicArn=self.arn, AttributeName="KmsMasterKeyId", AttributeValue=key)

    def tried(self, client: object) -> dict[str, str]:
        return {
            "publish": answer(client.publish, TopicArn=self.arn, Message="hello"),
            "subscribe": answer(client.subscribe, TopicArn=self.arn, Protocol="sqs", Endpoint=f"{self.arn}-queue"),
        }


class TestQueue(TestResource):
    type, service, an_action = "sqs_queue", "sqs", "sqs:SendMessage"
    an_access, another_access = "send", "receive"
    reads, write = {"sqs:GetQueueUrl": 1, "sqs:GetQueueAttributes": 1}, "sqs:SetQueueAttributes"

    def make(self) -> None:
        self.url = self.client.create_queue(QueueName=self.name)["QueueUrl"]

    @property
    def policy(self) -> dict | None:
        found = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["Policy"]).get("Attributes", {})
        return json.loads(found["Policy"]) if found.get("Policy") else None

    def put_text(self, text: str) -> None:
        self.client.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": text})

    def encrypt_with(self, key: str) -> None:
        self.client.set_queue_attributes(QueueUrl=self.url, Attributes={"KmsMasterKeyId": key})

    def tried(self, client: object) -> dict[str, str]:
        return {
            "send": answer(client.send_message, QueueUrl=self.url, MessageBody="hello"),
            "receive": answer(client.receive_message, QueueUrl=self.url),
        }


KINDS = {"topic": TestTopic, "queue": TestQueue}


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def resource(local_aws: LocalAws, request: pytest.FixtureRequest) -> TestResource:
    return request.param(local_aws)


@pytest.fixture
def topic(local_aws: LocalAws) -> TestTopic:
    return TestTopic(local_aws)


@pytest.fixture
def queue(local_aws: LocalAws) -> TestQueue:
    return TestQueue(local_aws)


class TestAccess:
    """The calls that a grant is for are made, as a user of the other account."""

    @pytest.mark.also_oldest
    def test_each_access(self, resource: TestResource) -> None:
        everything = dict.fromkeys(resource.tried(resource.as_worker), "no")
        assert set(everything) == {resource.an_access, resource.another_access}
        for access in everything:
            resource.run(resource.grant(access=access))
            assert resource.tried(resource.as_worker) == {**everything, access: "yes"}
            assert resource.tried(resource.as_stranger) == everything
        resource.run({"name": "worker", "state": "absent"})
        assert resource.tried(resource.as_worker) == everything

    def test_a_whole_account(self, resource: TestResource) -> None:
        both = f"{resource.an_access}_{resource.another_access}"
        resource.run(resource.grant(principals=[resource.other.account_id], access=both))
        assert set(resource.tried(resource.as_worker).values()) == {"yes"}
        assert set(resource.tried(resource.as_stranger).values()) == {"no"}

    def test_a_deny_beats_an_allow(self, resource: TestResource) -> None:
        deny = resource.grant(name="not you", effect="Deny")
        resource.run(resource.grant(), deny)
        assert resource.tried(resource.as_worker)[resource.an_access] == "no"

    @pytest.mark.parametrize(
        ("options", "may"),
        [
            ({"not_after": "2001-01-01T00:00:00Z"}, "no"),
            ({"not_after": "2100-01-01T00:00:00Z"}, "yes"),
            ({"organizations": ["o-abcdefghij"]}, "no"),
            ({"source_vpces": ["vpce-12345678"]}, "no"),
            ({"source_ips": ["198.51.100.0/24"]}, "no"),
        ],
    )
    def test_conditions(self, resource: TestResource, options: dict, may: str) -> None:
        resource.run(resource.grant(**options))
        assert resource.tried(resource.as_worker)[resource.an_access] == may


# title: what a resource with the grant `worker` and a foreign statement is to become
CHANGES: dict[str, tuple[list[dict], dict]] = {
    "another access": ([{"access": "another"}], {}),
    "a condition": ([{"not_after": "2100-01-01T00:00:00Z"}], {}),
    "a second one": ([{}, {"name": "second"}], {}),
    "only a second one": ([{"name": "second"}], {"purge_grants": True}),
    "the first one taken back": ([{"name": "worker", "state": "absent"}], {}),
    "all taken back": ([], {"state": "absent"}),
    "all purged": ([], {"purge_grants": True}),
}


class TestChanges:
    """Foretold, made, and not made again; foreign statements stay as they are."""

    @pytest.mark.also_oldest
    @pytest.mark.parametrize(("grants", "options"), CHANGES.values(), ids=CHANGES)
    def test_foretold_made_and_not_made_again(self, resource: TestResource, grants: list[dict], options: dict) -> None:
        foreign = resource.put_policy(resource.foreign("Theirs"), resource.foreign("AlsoTheirs", Effect="Deny"))
        resource.run(resource.grant())
        before = resource.policy
        wanted = [
            resource.grant(**{**grant, **({"access": resource.another_access} if "access" in grant else {})})
            for grant in grants
        ]

        foretold = resource.run(*wanted, check_mode=True, **options)
        assert foretold.result["changed"] and not foretold.writes
        assert resource.policy == before

        made = resource.run(*wanted, **options)
        assert made.writes == {resource.write: 1}
        for name in ("changed", "changes", "diff", "policy", "key_access"):
            assert made.result[name] == foretold.result[name]
        assert resource.policy == made.result["policy"]
        assert resource.policy["Statement"][:2] == foreign
        assert resource.policy["Id"] == "theirs"

        for check_mode in (False, True):
            again = resource.run(*wanted, check_mode=check_mode, **options)
            assert not again.result["changed"] and not again.result["changes"]
            assert again.result["diff"]["before"] == again.result["diff"]["after"]
            assert again.calls == resource.reads

    def test_by_arn_it_needs_no_type_and_no_region(self, resource: TestResource) -> None:
        made = resource.owner.run(OPERATION, resource=resource.arn, grants=[resource.grant()], region="eu-west-3")
        assert made.result["resource"] == {
            "type": resource.type, "arn": resource.arn, "region": "us-east-1", "owner": resource.owner.account_id,
        }  # fmt: skip
        assert not resource.run(resource.grant()).result["changed"]

    def test_many_grants_are_one_write(self, resource: TestResource) -> None:
        grants = [resource.grant(name=f"team {number}") for number in range(15)]
        made = resource.run(*grants)
        assert made.writes == {resource.write: 1}
        assert made.changes == [("grants", f"team {number}") for number in range(15)]

    def test_the_diff_speaks_of_grants(self, resource: TestResource) -> None:
        resource.put_policy(resource.foreign("Theirs"))
        diff = resource.run(resource.grant(name="a worker"), check_mode=True).result["diff"]
        assert list(diff["before"]["policy"]["statements"]) == ["Theirs"]
        assert list(diff["after"]["policy"]["statements"]) == ["Theirs", "a worker"]

    def test_a_queue_without_grants_has_no_policy(self, queue: TestQueue) -> None:
        queue.run(queue.grant())
        gone = queue.run(state="absent")
        assert gone.result["policy"] is None and queue.policy is None
        assert not queue.run(state="absent").result["changed"]

    def test_a_topic_without_grants_has_the_policy_of_a_new_one(self, topic: TestTopic) -> None:
        """SNS takes no empty policy and has no call that deletes one."""
        topic.put_policy(topic.foreign("XacctOld"))
        foretold = topic.run(state="absent", check_mode=True)
        gone = topic.run(state="absent")
        assert gone.result["policy"] == foretold.result["policy"] == topic.policy
        assert gone.result["changes"] == foretold.result["changes"]
        (default,) = topic.policy["Statement"]
        assert default["Condition"] == {"StringEquals": {"AWS:SourceOwner": topic.owner.account_id}}
        assert not topic.run(state="absent").result["changed"]
        assert answer(topic.client.publish, TopicArn=topic.arn, Message="mine") == "yes"
        assert set(topic.tried(topic.as_worker).values()) == {"no"}

    def test_the_policy_of_a_new_topic_stays(self, topic: TestTopic) -> None:
        default = topic.policy["Statement"]
        topic.run(topic.grant())
        assert topic.policy["Statement"][:-1] == default
        topic.run(topic.grant(state="absent"))
        assert topic.policy["Statement"] == default

    def test_a_resource_that_is_gone_has_no_grants(self, resource: TestResource) -> None:
        for options in ({"state": "absent"}, {"grants": [{"name": "x", "state": "absent"}]}):
            result = resource.owner.run(OPERATION, resource="gone", type=resource.type, **options).result
            assert not result["changed"] and result["policy"] is None

    def test_other_spellings_of_the_same_are_no_change(self, resource: TestResource) -> None:
        resource.run(resource.grant(principals=[resource.other.account_id], access=resource.another_access))
        document = resource.policy
        for statement in document["Statement"]:
            if statement["Sid"] == "Xacctworker":
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                statement["Action"] = [action.replace("s", "S", 1) for action in reversed(actions)]
                statement["Principal"] = {"AWS": [resource.other.account_id]}
                statement["Resource"] = [statement["Resource"]]
        resource.put_text(json.dumps({**document, "Id": "another"}))
        again = resource.run(resource.grant(principals=[resource.other.account_id], access=resource.another_access))
        assert not again.result["changed"]

    def test_a_deleted_principal_is_named_again(self, resource: TestResource) -> None:
        """AWS shows a principal that was deleted by its unique ID; the grant is dead, also when it was made again."""
        resource.run(resource.grant())
        resource.replace_worker()
        (dead,) = resource.own
        assert dead["Principal"]["AWS"].startswith("AIDA")
        healed = resource.run(resource.grant())
        assert healed.changes == [("grants", "worker")] and healed.writes == {resource.write: 1}
        (alive,) = resource.own
        assert alive["Principal"] == {"AWS": resource.user_arn}
        assert not resource.run(resource.grant()).result["changed"]


CONTROL = {
    "sns": ("sns:SetTopicAttributes", "sns:RemovePermission"),
    "sqs": ("sqs:SetQueueAttributes", "sqs:RemovePermission"),
}


class TestRefusals:
    """Everything that is known beforehand is said before anything is written."""

    @pytest.mark.parametrize(
        ("kind", "many", "options", "says"),
        [
            ("topic", 100, {}, r"would have 101 statements; the limit is 100, 1 fewer"),
            ("queue", 21, {}, r"would have 21 statements; the limit is 20, 1 fewer"),
            ("topic", 99, {"source_ips": [f"198.51.100.{n}" for n in range(40)]},
             r"would be \d\d,\d{3} bytes long .* the limit is 30,720"),
            ("queue", 15, {"source_ips": [f"198.51.100.{n}" for n in range(40)]},
             r"would be \d\d,\d{3} bytes long .* the limit is 8,192"),
            ("queue", 1, {"principals": [f"{n:012}" for n in range(1, 52)]}, "51 principals; the limit is 50, 1 fewer"),
            ("queue", 1, {"access": None, "actions": [f"sqs:Get{letter}*" for letter in "abcdefgh"]},
             "8 actions in statement Xacctteam0; the limit is 7"),
        ],
    )  # fmt: skip
    def test_too_much(self, local_aws: LocalAws, kind: str, many: int, options: dict, says: str) -> None:
        resource = KINDS[kind](local_aws)
        before = resource.policy
        grants = [resource.grant(name=f"team{number}", **options) for number in range(many)]
        for check_mode in (True, False):
            with pytest.raises(PolicyError, match=f"^policy of S.S {kind} {resource.name} in .*{says}"):
                resource.run(*grants, check_mode=check_mode)
        assert resource.policy == before

    @pytest.mark.also_oldest
    def test_no_such_resource(self, resource: TestResource) -> None:
        for check_mode in (True, False):
            with pytest.raises(AwsError, match=r"missing in .*Make it first, or correct resource, region .us-east-1"):
                resource.owner.run(
                    OPERATION, check_mode, resource="missing", type=resource.type, grants=[resource.grant()],
                    propagation_timeout=0,
                )  # fmt: skip

    def test_a_resource_of_somebody_else(self, resource: TestResource) -> None:
        """INCUMBENTS' modules write anyway, or fail with AWS's words alone."""
        # Whoever may read a policy, or even write it, does not own it. SQS lets nobody else write.
        may = [*resource.reads, *([resource.write] if resource.type == "sns_topic" else [])]
        resource.run(resource.grant(principals=[resource.other.account_id], access=None, actions=may))
        before = resource.policy
        says = (
            rf"{resource.arn} must belong to account {resource.owner.account_id} \(resource\), and the credentials "
            rf"belong to account {resource.other.account_id}: only the owner's own credentials can change its policy"
        )
        for check_mode in (True, False):
            with pytest.raises(TaskError, match=says):
                resource.other.run(OPERATION, check_mode, resource=resource.arn, grants=[resource.grant(name="mine")])
        with pytest.raises(ValueError, match=r"belongs to account .* must belong to 999999999999"):
            resource.owner.run(
                OPERATION, resource=resource.arn, grants=[resource.grant()], expected_account_id="999999999999"
            )
        assert resource.policy == before

    def test_credentials_of_another_account(self, resource: TestResource) -> None:
        says = (
            rf"The credentials belong to account {resource.owner.account_id}, but account 999999999999 is expected: "
            r"nothing was written there\. Correct the account ID \(expected_account_id"
        )
        with pytest.raises(AwsError, match=says):
            resource.run(resource.grant(name="other"), expected_account_id="999999999999")
        assert not resource.own

    def test_a_service_that_would_act_for_anybody(self, resource: TestResource) -> None:
        service = resource.grant(name="service", principals=["service:events.amazonaws.com"])
        with pytest.raises(ValueError, match=r"events\.amazonaws\.com acts for whoever asks.*allow_any_source: true"):
            resource.run(service)
        assert resource.run({**service, "allow_any_source": True}).result["changed"]
        made = resource.run({**service, "source_accounts": [resource.other.account_id]})
        assert made.result["changed"]
        (statement,) = resource.own
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": resource.other.account_id}}

    def test_a_bucket_alone_is_warned_of(self, resource: TestResource) -> None:
        """Its ARN does not say whose it is."""
        service = resource.grant(principals=["service:s3.amazonaws.com"], source_arns=["arn:aws:s3:::data"])
        for check_mode in (True, False):
            (warning,) = resource.run(service, check_mode=check_mode).said
            assert "shared-" in warning and "worker: arn:aws:s3:::data names no account" in warning
            assert "Add source_accounts with the account that it belongs to." in warning
        assert not resource.run(service).said
        assert not resource.run({**service, "source_accounts": [resource.other.account_id]}).said

    def test_principals_of_another_partition(self, resource: TestResource) -> None:
        """By the ARN before any call, by a name before any write."""
        grant = resource.grant(principals=[f"arn:aws-cn:iam::{resource.other.account_id}:root"])
        says = "is in the partition aws-cn, and the S.S .* in aws: AWS lets nobody across"
        with pytest.raises(ValueError, match=f"grants: worker: principals: .*{says}"):
            resource.owner.run(OPERATION, resource=resource.arn, grants=[grant])
        with pytest.raises(PolicyError, match=says):
            resource.run(grant)

    def test_a_deny_that_nobody_could_take_back(self, resource: TestResource) -> None:
        before = resource.policy
        deny = resource.grant(effect="Deny", principals=["*"], access=None, actions=list(CONTROL[resource.service]))
        for check_mode in (True, False):
            with pytest.raises(PolicyError, match=r"lock its owner out: every user and role of account .*worker'"):
                resource.run(deny, check_mode=check_mode)
        assert resource.policy == before

    @pytest.mark.also_oldest
    def test_two_denials_that_only_together_lock_out(self, resource: TestResource) -> None:
        """Half of it was there, of somebody else; the other half is ours."""
        half = {"Principal": "*", "Action": f"{resource.service}:RemovePermission"}
        resource.put_policy(resource.foreign("Theirs", Effect="Deny", **half))
        before = resource.policy
        deny = resource.grant(effect="Deny", principals=["*"], access=None, actions=[CONTROL[resource.service][0]])
        for check_mode in (True, False):
            with pytest.raises(PolicyError, match=r"statement '[^']*' and statement '[^']*'"):
                resource.run(deny, check_mode=check_mode)
        assert resource.policy == before
        exempt = {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{resource.owner.account_id}:*"}}
        assert resource.run({**deny, "conditions": exempt}).result["changed"]

    def test_public(self, resource: TestResource) -> None:
        everyone = resource.grant(principals=["*"])
        with pytest.raises(ValueError, match=f"makes the S.S {type(resource).__name__[4:].lower()} public"):
            resource.run(everyone)
        resource.run(everyone, allow_public=True)
        assert resource.tried(resource.as_worker)[resource.an_access] == "yes"

    @pytest.mark.also_oldest
    def test_a_principal_that_does_not_exist(self, resource: TestResource) -> None:
        nobody = f"arn:aws:iam::{resource.owner.account_id}:role/Nobody"
        with pytest.raises(TaskError, match=f"{nobody} .*does not exist in this account"):
            resource.run(resource.grant(principals=[nobody]))
        assert not resource.own

    @pytest.mark.also_oldest
    def test_a_principal_that_is_not_visible_yet(self, resource: TestResource) -> None:
        rule = {
            "effect": "invalid_principal", "operation": resource.write.partition(":")[2], "times": 2,
            "account": resource.owner.account_id,
        }  # fmt: skip
        foreign = resource.put_policy(resource.foreign("Theirs"))
        resource.local_aws.faults(rule)
        made = resource.run(resource.grant())
        resource.local_aws.clear_faults()
        assert made.result["changed"] and made.writes[resource.write] == 3
        assert any("to be visible everywhere" in text for text in made.said)
        assert resource.policy["Statement"] == [*foreign, *resource.own] and len(resource.own) == 1


class TestEncryption:
    """A key that is not granted makes a grant useless: what is missing there is shown."""

    KEY = "arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"

    @pytest.mark.also_oldest
    def test_the_missing_grant_is_shown(self, resource: TestResource) -> None:
        resource.encrypt_with(self.KEY)
        made = resource.run(resource.grant(), check_mode=True)
        assert made.result["key_access"] == {
            "key": self.KEY,
            "statements": [
                {
                    "Sid": f"For{resource.name.replace('-', '')}",
                    "Effect": "Allow",
                    "Principal": {"AWS": resource.user_arn},
                    "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                    "Resource": "*",
                }
            ],
            "task": {
                "type": "kms_key",
                "resource": self.KEY,
                "grants": [
                    {
                        "name": f"For{resource.name.replace('-', '')}",
                        "principals": [resource.user_arn],
                        "actions": ["kms:Decrypt", "kms:GenerateDataKey"],
                    }
                ],
            },
        }
        (warning,) = made.said
        assert "encrypts with the KMS key" in warning and "kms:Decrypt and kms:GenerateDataKey" in warning
        assert resource.run(resource.grant()).result["key_access"] == made.result["key_access"]
        assert resource.run(resource.grant()).result["key_access"] is None

    @pytest.mark.parametrize("by_alias", [False, True])
    def test_nothing_is_said_of_a_key_that_allows_it(self, resource: TestResource, by_alias: bool) -> None:
        """But of principals that are not there yet, and where nobody may look."""
        kms = resource.local_aws.client("kms", resource.owner.account_id)
        key = kms.create_key()["KeyMetadata"]["Arn"]
        kms.create_alias(AliasName="alias/messages", TargetKeyId=key)
        resource.encrypt_with("alias/messages" if by_alias else key)
        missing = resource.run(resource.grant(), check_mode=True)
        assert missing.result["key_access"]["statements"] and missing.said
        resource.owner.run(OPERATION, **missing.result["key_access"]["task"])
        both = resource.grant(principals=[resource.user_arn, "333333333333"])
        (statement,) = resource.run(both, check_mode=True).result["key_access"]["statements"]
        assert statement["Principal"] == {"AWS": "arn:aws:iam::333333333333:root"}
        rule = {"effect": "access_denied", "operation": "GetKeyPolicy", "account": resource.owner.account_id}
        resource.local_aws.faults(rule)
        unread = resource.run(resource.grant(), check_mode=True)
        resource.local_aws.clear_faults()
        assert (
            "whose policy could not be read (" in unread.said[0]
            and unread.result["key_access"] == missing.result["key_access"]
        )
        made = resource.run(resource.grant())
        assert made.result["key_access"] is None and not made.said

    @pytest.mark.parametrize("key", ["alias/shared", KEY.rpartition("/")[2]])
    def test_a_key_without_an_arn_is_one_in_the_place_of_the_resource(self, resource: TestResource, key: str) -> None:
        """Wherever the connection is, and the task that the user makes of it will be."""
        resource.encrypt_with(key)
        grants = [resource.grant()]
        made = resource.owner.run(OPERATION, resource=resource.arn, grants=grants, region="eu-west-1")
        arn = f"arn:aws:kms:us-east-1:{resource.owner.account_id}:{'' if key.startswith('alias/') else 'key/'}{key}"
        assert made.result["key_access"]["key"] == key
        assert made.result["key_access"]["task"]["resource"] == arn
        assert f"the KMS key {arn}," in made.said[0] and json.dumps(made.result["key_access"]["task"]) in made.said[0]

    def test_an_aws_service_needs_the_key_as_well(self, queue: TestQueue) -> None:
        queue.encrypt_with(self.KEY)
        topic_arn = f"arn:aws:sns:us-east-1:{queue.other.account_id}:events"
        grant = queue.grant(principals=["service:sns.amazonaws.com"], source_arns=[topic_arn])
        (statement,) = queue.run(grant).result["key_access"]["statements"]
        assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
        assert statement["Condition"] == {"ArnLike": {"aws:SourceArn": topic_arn}}

    def test_the_key_of_aws_reaches_nobody_else(self, resource: TestResource) -> None:
        resource.encrypt_with(f"alias/aws/{resource.service}")
        made = resource.run(resource.grant())
        assert made.result["key_access"] == {"key": f"alias/aws/{resource.service}", "statements": [], "task": None}
        assert "which no other account can use" in made.said[0]

    def test_own_principals_and_other_actions_need_nothing(self, resource: TestResource) -> None:
        resource.encrypt_with(self.KEY)
        assert resource.run(resource.grant(principals=[resource.owner.account_id])).result["key_access"] is None


class TestWriting:
    """What may happen to a write."""

    @pytest.mark.also_oldest
    @pytest.mark.parametrize(("fault", "writes"), BAD_ENDS.values(), ids=BAD_ENDS)
    def test_a_write_that_ends_badly_is_looked_after(self, resource: TestResource, fault: dict, writes: int) -> None:
        foreign = resource.put_policy(resource.foreign("Theirs"), resource.foreign("AlsoTheirs", Effect="Deny"))
        for grant, own in ((resource.grant(), 1), (resource.grant(state="absent"), 0)):
            resource.badly(fault)
            made = resource.run(grant)
            resource.local_aws.clear_faults()
            assert made.result["changed"] and made.writes == {resource.write: writes}
            assert resource.policy["Statement"][:2] == foreign and resource.policy["Id"] == "theirs"
            assert len(resource.own) == own and len(resource.policy["Statement"]) == 2 + own
            assert not resource.run(grant).result["changed"]

    def test_a_resource_that_was_made_a_moment_ago(self, resource: TestResource) -> None:
        rule = {"effect": "no_such_entity", "times": 1, "account": resource.owner.account_id,
                "operation": "GetTopicAttributes" if resource.type == "sns_topic" else "GetQueueUrl"}  # fmt: skip
        resource.local_aws.faults(rule)
        made = resource.run(resource.grant())
        resource.local_aws.clear_faults()
        assert made.result["changed"]
        assert any("to be there" in text for text in made.said)
