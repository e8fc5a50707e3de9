# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xacct_resource_grant on secrets of the local AWS: who may read them, their keys, and what can go wrong."""

from __future__ import annotations

import json

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.resource_grant import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError

from tests.integration.resource_world import BAD_ENDS, EVERYTHING, TestResource, answer
from tests.local_aws.server import LocalAws

READS = {"secretsmanager:DescribeSecret": 1, "secretsmanager:GetResourcePolicy": 1}
PUT = "secretsmanager:PutResourcePolicy"


class TestSecret(TestResource):
    type, service, an_action = "secret", "secretsmanager", "secretsmanager:GetSecretValue"
    an_access, another_access = "read", "write"
    reads, write = READS, PUT

    def make(self) -> None:
        self.arn = self.client.create_secret(Name=self.name, SecretString="value")["ARN"]

    @property
    def policy(self) -> dict | None:
        text = self.client.get_resource_policy(SecretId=self.arn).get("ResourcePolicy")
        return json.loads(text) if text else None

    def put_text(self, text: str) -> None:
        self.client.put_resource_policy(SecretId=self.arn, ResourcePolicy=text)

    def put_theirs(self) -> list[dict]:
        """Put two statements of others there."""
        return self.put_policy(
            self.foreign("Theirs", Resource="*"), self.foreign("AlsoTheirs", Effect="Deny", Resource="*")
        )

    def encrypt_with(self, key: str) -> None:
        self.client.update_secret(SecretId=self.arn, KmsKeyId=key)

    def tried(self, client: object) -> dict[str, str]:
        return {
            "read": answer(client.get_secret_value, SecretId=self.arn),
            "write": answer(client.put_secret_value, SecretId=self.arn, SecretString="new"),
        }


@pytest.fixture
def locked(secret: TestSecret) -> TestSecret:
    """A secret whose key only its own account may use, as that of a new key."""
    secret.key = secret.local_aws.client("kms", secret.owner.account_id).create_key()["KeyMetadata"]["Arn"]
    secret.encrypt_with(secret.key)
    return secret


@pytest.fixture
def secret(local_aws: LocalAws) -> TestSecret:
    made = TestSecret(local_aws)
    # A key that everybody may use, so that the secret's own policy is what decides.
    statement = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    keys = local_aws.client("kms", made.owner.account_id)
    made.key = keys.create_key(Policy=policy, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["Arn"]
    made.encrypt_with(made.key)
    return made


class TestAccess:
    """GetSecretValue and PutSecretValue are called, as a user of the other account."""

    @pytest.mark.also_oldest
    def test_each_access(self, secret: TestSecret) -> None:
        nothing = {"read": "no", "write": "no"}
        assert secret.tried(secret.as_worker) == nothing
        for access in nothing:
            secret.run(secret.grant(access=access))
            assert secret.tried(secret.as_worker) == {**nothing, access: "yes"}
            assert secret.tried(secret.as_stranger) == nothing
        secret.run(secret.grant(access="read_write"))
        assert set(secret.tried(secret.as_worker).values()) == {"yes"}
        secret.run(secret.grant(state="absent"))
        assert secret.tried(secret.as_worker) == nothing

    def test_a_whole_account(self, secret: TestSecret) -> None:
        secret.run(secret.grant(principals=[secret.other.account_id]))
        assert secret.tried(secret.as_worker)["read"] == "yes"
        assert secret.tried(secret.as_stranger)["read"] == "no"

    def test_a_deny_beats_an_allow(self, secret: TestSecret) -> None:
        secret.run(secret.grant(), secret.grant(name="not you", effect="Deny"))
        assert secret.tried(secret.as_worker)["read"] == "no"

    @pytest.mark.parametrize(
        ("options", "may"),
        [
            ({"not_after": "2001-01-01T00:00:00Z"}, "no"),
            ({"not_after": "2100-01-01T00:00:00Z"}, "yes"),
            ({"organizations": ["o-abcdefghij"]}, "no"),
            ({"conditions": {"StringEquals": {"secretsmanager:VersionStage": "AWSPREVIOUS"}}}, "no"),
        ],
    )
    def test_conditions(self, secret: TestSecret, options: dict, may: str) -> None:
        secret.run(secret.grant(**options))
        assert secret.tried(secret.as_worker)["read"] == may


class TestChanges:
    """Foretold, made, and not made again; foreign statements stay as they are."""

    @pytest.mark.also_oldest
    @pytest.mark.parametrize(
        ("grants", "options"),
        [
            ([{"access": "write"}], {}),
            ([{}, {"name": "second"}], {}),
            ([{"name": "second"}], {"purge_grants": True}),
            ([{"state": "absent"}], {}),
            ([], {"state": "absent"}),
        ],
    )
    def test_foretold_made_and_not_made_again(self, secret: TestSecret, grants: list[dict], options: dict) -> None:
        foreign = secret.put_theirs()
        secret.run(secret.grant())
        before = secret.policy
        wanted = [secret.grant(**grant) for grant in grants]

        foretold = secret.run(*wanted, check_mode=True, **options)
        assert foretold.result["changed"] and not foretold.writes
        assert secret.policy == before

        made = secret.run(*wanted, **options)
        assert made.writes == {PUT: 1}
        for name in ("changed", "changes", "diff", "policy", "key_access"):
            assert made.result[name] == foretold.result[name]
        assert secret.policy == made.result["policy"]
        assert secret.policy["Statement"][:2] == foreign and secret.policy["Id"] == "theirs"

        for check_mode in (False, True):
            again = secret.run(*wanted, check_mode=check_mode, **options)
            assert not again.result["changed"] and not again.result["changes"]
            assert again.calls == READS

    def test_by_arn_nothing_has_to_be_asked(self, secret: TestSecret) -> None:
        made = secret.owner.run(OPERATION, resource=secret.arn, grants=[secret.grant()], region="eu-west-3")
        assert made.result["resource"]["arn"] == secret.arn
        again = secret.owner.run(OPERATION, resource=secret.arn, grants=[secret.grant()])
        assert again.calls == {"secretsmanager:GetResourcePolicy": 1}

    def test_without_grants_there_is_no_policy(self, secret: TestSecret) -> None:
        secret.run(secret.grant())
        gone = secret.run(state="absent")
        assert gone.writes == {"secretsmanager:DeleteResourcePolicy": 1}
        assert gone.result["policy"] is None and secret.policy is None
        assert not secret.run(state="absent").result["changed"]

    def test_a_policy_that_somebody_formatted_otherwise_is_the_same(self, secret: TestSecret) -> None:
        """community.aws.secretsmanager_secret compares texts: spaces and the order of keys are changes, every time."""
        secret.run(secret.grant(access="read_write", principals=[secret.other.account_id]))
        document = secret.policy
        (statement,) = document["Statement"]
        statement["Action"] = [action.upper() for action in reversed(statement["Action"])]
        statement["Action"] = [action.replace("SECRETSMANAGER", "secretsmanager") for action in statement["Action"]]
        statement["Principal"] = {"AWS": [secret.other.account_id]}
        reordered = {name: document[name] for name in reversed(document)}
        secret.put_text(json.dumps({**reordered, "Statement": statement}, indent=4))
        again = secret.run(secret.grant(access="read_write", principals=[secret.other.account_id]))
        assert not again.result["changed"]

    def test_statements_of_others_survive_a_grant(self, secret: TestSecret) -> None:
        """The module of community.aws replaces the whole policy."""
        secret.put_text(json.dumps({"Statement": secret.foreign("", Resource="*")}))
        foreign = secret.policy["Statement"]
        secret.run(secret.grant())
        assert secret.policy["Statement"][0] in (foreign, foreign[0] if isinstance(foreign, list) else None)
        assert len(secret.own) == 1

    def test_a_deleted_principal_is_named_again(self, secret: TestSecret) -> None:
        """Whoever was made again under the name gets in after that, and not before."""
        foreign = secret.put_theirs()
        secret.run(secret.grant())
        secret.replace_worker()
        secret.other.iam.put_user_policy(UserName="worker", PolicyName="own", PolicyDocument=json.dumps(EVERYTHING))
        key = secret.other.iam.create_access_key(UserName="worker")["AccessKey"]
        keys = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
        again = secret.local_aws.client("secretsmanager", keys)
        (dead,) = secret.own
        assert dead["Principal"]["AWS"].startswith("AIDA") and secret.tried(again)["read"] == "no"
        healed = secret.run(secret.grant())
        assert healed.changes == [("grants", "worker")] and healed.writes == {PUT: 1}
        assert secret.policy["Statement"] == [*foreign, {**dead, "Principal": {"AWS": secret.user_arn}}]
        assert secret.tried(again)["read"] == "yes"
        assert not secret.run(secret.grant()).result["changed"]

    def test_a_deleted_principal_in_a_statement_of_somebody_else_is_named(self, secret: TestSecret) -> None:
        """Secrets Manager takes no policy that names it, and it is not ours to take out."""
        secret.put_policy(secret.foreign("Theirs", Principal={"AWS": secret.user_arn}, Resource="*"))
        secret.replace_worker()
        before = secret.policy
        dead = before["Statement"][0]["Principal"]["AWS"]
        with pytest.raises(
            AwsError, match=f"names {dead}: the unique ID of a principal that was deleted, in a statement"
        ):
            secret.run(secret.grant(principals=[secret.other.account_id]), propagation_timeout=0)
        assert secret.policy == before and dead.startswith("AIDA")

    def test_a_grant_that_is_shown_by_the_id_of_who_has_it_is_written_again(self, secret: TestSecret) -> None:
        secret.run(secret.grant())
        rule = {"effect": "show_unique_id", "principal": secret.user_arn, "account": secret.owner.account_id}
        secret.local_aws.faults(rule)
        seen = secret.run(secret.grant(), check_mode=True)
        secret.local_aws.clear_faults()
        assert seen.changes == [("grants", "worker")]
        (change,) = seen.result["changes"]
        assert change["before"][0]["Principal"]["AWS"].startswith("AIDA")

    @pytest.mark.parametrize(("refused", "writes"), [(1, 1), (2, 3)], ids=["seen meanwhile", "seen later"])
    def test_a_write_that_is_refused_and_stored_all_the_same(
        self, secret: TestSecret, refused: int, writes: int
    ) -> None:
        """boto/boto3#3206: the principal is new, so Secrets Manager answers with an error and stores its ID."""
        foreign = secret.put_theirs()
        account = secret.owner.account_id
        refusal = {"effect": "invalid_principal", "operation": "PutResourcePolicy", "carried_out": True}
        # The reading before the first write is right. If the ID is shown, it is until a write is taken.
        shown = {"effect": "show_unique_id", "operation": "GetResourcePolicy", "principal": secret.user_arn}
        rules = [{**refusal, "times": refused}, {**shown, "skip": 2, "times": writes - 1}]
        secret.local_aws.faults(*({**rule, "account": account} for rule in rules))
        made = secret.run(secret.grant())
        secret.local_aws.clear_faults()
        assert made.result["changed"] and made.writes == {PUT: writes}
        (alive,) = secret.own
        assert alive["Principal"] == {"AWS": secret.user_arn}
        assert secret.policy["Statement"] == [*foreign, alive] and secret.policy["Id"] == "theirs"
        assert made.result["policy"] == secret.policy
        assert not secret.run(secret.grant()).result["changed"]

    @pytest.mark.also_oldest
    def test_a_principal_that_is_not_visible_yet(self, secret: TestSecret) -> None:
        rule = {"effect": "invalid_principal", "operation": "PutResourcePolicy", "times": 2,
                "account": secret.owner.account_id}  # fmt: skip
        foreign = secret.put_theirs()
        secret.local_aws.faults(rule)
        made = secret.run(secret.grant())
        secret.local_aws.clear_faults()
        assert made.result["changed"] and made.writes == {PUT: 3}
        assert any("to be visible everywhere" in text for text in made.said)
        assert secret.policy["Statement"] == [*foreign, *secret.own] and len(secret.own) == 1

    @pytest.mark.also_oldest
    @pytest.mark.parametrize(("fault", "writes"), BAD_ENDS.values(), ids=BAD_ENDS)
    def test_a_write_that_ends_badly_is_looked_after(self, secret: TestSecret, fault: dict, writes: int) -> None:
        foreign = secret.put_theirs()
        for grant, own in ((secret.grant(), 1), (secret.grant(state="absent"), 0)):
            secret.badly(fault)
            made = secret.run(grant)
            secret.local_aws.clear_faults()
            assert made.result["changed"] and made.writes == {PUT: writes}
            assert secret.policy["Statement"][:2] == foreign and secret.policy["Id"] == "theirs"
            assert len(secret.own) == own and len(secret.policy["Statement"]) == 2 + own
            assert not secret.run(grant).result["changed"]


class TestRefusals:
    """Everything that is known beforehand is said before anything is written."""

    def test_too_long(self, secret: TestSecret) -> None:
        grants = [
            secret.grant(name=f"team{number}", source_ips=[f"198.51.100.{each}" for each in range(40)])
            for number in range(30)
        ]
        for check_mode in (True, False):
            with pytest.raises(PolicyError, match=rf"^policy of secret {secret.name}-\w+ in .* limit is 20,480"):
                secret.run(*grants, check_mode=check_mode)
        assert secret.policy is None

    def test_no_such_secret(self, secret: TestSecret) -> None:
        for resource in ("missing", secret.arn[:-1]):
            with pytest.raises(AwsError, match=r"Make it first, or correct resource, region"):
                secret.owner.run(
                    OPERATION, resource=resource, type="secret", grants=[secret.grant()], propagation_timeout=0
                )

    def test_a_secret_that_is_gone_has_no_grants(self, secret: TestSecret) -> None:
        for options in ({"state": "absent"}, {"grants": [{"name": "x", "state": "absent"}]}):
            result = secret.owner.run(OPERATION, resource="gone", type="secret", **options).result
            assert not result["changed"] and result["policy"] is None

    def test_somebody_elses(self, secret: TestSecret) -> None:
        """Whoever may read a policy, or even write it, does not own it."""
        secret.run(secret.grant(principals=[secret.other.account_id], access=None, actions=[*READS, PUT]))
        before = secret.policy
        says = (
            rf"{secret.arn} must belong to account {secret.owner.account_id} \(resource\), and the credentials belong "
            rf"to account {secret.other.account_id}: only the owner's own credentials can change its policy"
        )
        for check_mode in (True, False):
            with pytest.raises(TaskError, match=says):
                secret.other.run(OPERATION, check_mode, resource=secret.arn, grants=[secret.grant(name="mine")])
        assert secret.policy == before

    def test_public(self, secret: TestSecret) -> None:
        everyone = secret.grant(principals=["*"])
        with pytest.raises(ValueError, match="makes the secret public"):
            secret.run(everyone)
        secret.run(everyone, allow_public=True)
        assert secret.tried(secret.as_worker)["read"] == "yes"

    def test_secrets_manager_is_asked_to_refuse_a_public_policy_too(self, secret: TestSecret) -> None:
        """A statement of somebody else may be public; writing it back is not ours to do silently."""
        secret.put_policy(secret.foreign("Theirs", Principal="*", Resource="*"))
        with pytest.raises(AwsError, match="public access") as raised:
            secret.run(secret.grant())
        assert raised.value.code == "PublicPolicyException"
        assert secret.run(secret.grant(), allow_public=True).result["changed"]

    def test_a_service_that_would_act_for_anybody(self, secret: TestSecret) -> None:
        service = secret.grant(principals=["service:ses.amazonaws.com"])
        with pytest.raises(ValueError, match=r"ses\.amazonaws\.com acts for whoever asks"):
            secret.run(service)
        secret.run({**service, "source_accounts": [secret.owner.account_id]})
        (statement,) = secret.own
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": secret.owner.account_id}}

    @pytest.mark.parametrize("action", ["ListSecrets", "BatchGetSecretValue", "GetRandomPassword"])
    def test_actions_that_no_policy_of_a_secret_allows(self, secret: TestSecret, action: str) -> None:
        with pytest.raises(ValueError, match=f"secretsmanager:{action}: "):
            secret.run(secret.grant(access=None, actions=[f"secretsmanager:{action}"]))


class TestEncryption:
    """Across accounts the key has to be granted as well, and the AWS managed one cannot be."""

    @pytest.mark.also_oldest
    def test_the_missing_grant_is_shown_once(self, locked: TestSecret) -> None:
        foretold = locked.run(locked.grant(), check_mode=True)
        (statement,) = foretold.result["key_access"]["statements"]
        assert foretold.result["key_access"]["key"] == locked.key
        assert statement["Principal"] == {"AWS": locked.user_arn} and statement["Action"] == "kms:Decrypt"
        assert any("encrypts with the KMS key" in text and "kms:Decrypt" in text for text in foretold.said)
        assert locked.run(locked.grant()).result["key_access"] == foretold.result["key_access"]
        assert locked.run(locked.grant()).result["key_access"] is None

    def test_nothing_is_missing_on_a_key_that_everybody_may_use(self, secret: TestSecret) -> None:
        made = secret.run(secret.grant())
        assert made.result["key_access"] is None and not made.said
        assert secret.tried(secret.as_worker)["read"] == "yes"

    def test_writing_takes_another_permission_on_the_key(self, locked: TestSecret) -> None:
        made = locked.run(locked.grant(access="write"))
        assert made.result["key_access"]["statements"][0]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]

    def test_the_key_of_aws_reaches_nobody_else(self, local_aws: LocalAws) -> None:
        secret = TestSecret(local_aws)
        made = secret.run(secret.grant())
        assert made.result["key_access"] == {"key": "alias/aws/secretsmanager", "statements": [], "task": None}
        assert any(
            "no other account can use" in text and text.endswith("Have it encrypt with a customer managed key.")
            for text in made.said
        )

    def test_the_key_that_is_not_granted_keeps_them_out_until_it_is(self, local_aws: LocalAws) -> None:
        """The secret's grant alone is of no use; with what `key_access` shows in the key's policy it is."""
        secret = TestSecret(local_aws)
        keys = local_aws.client("kms", secret.owner.account_id)
        key = keys.create_key()["KeyMetadata"]["Arn"]
        secret.encrypt_with(key)
        shown = secret.run(secret.grant()).result["key_access"]["statements"]
        assert secret.tried(secret.as_worker)["read"] == "no"
        policy = json.loads(keys.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
        policy["Statement"] = [*policy["Statement"], *shown]
        keys.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
        assert secret.tried(secret.as_worker)["read"] == "yes"

    def test_own_principals_need_nothing(self, local_aws: LocalAws) -> None:
        secret = TestSecret(local_aws)
        made = secret.run(secret.grant(principals=[secret.owner.account_id]))
        assert made.result["key_access"] is None and not made.said

    def test_who_may_not_look_is_told_so(self, secret: TestSecret) -> None:
        rule = {"effect": "access_denied", "operation": "DescribeSecret", "account": secret.owner.account_id}
        secret.local_aws.faults(rule)
        made = secret.owner.run(OPERATION, resource=secret.arn, grants=[secret.grant()])
        secret.local_aws.clear_faults()
        assert made.result["changed"] and made.result["key_access"] is None
        assert any("Which KMS key encrypts" in text and "is not known" in text for text in made.said)
