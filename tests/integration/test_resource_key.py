# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xacct_resource_grant on KMS keys of the local AWS: in the key's policy, by KMS grants, and from one to the other."""

from __future__ import annotations

import json

import botocore.exceptions
import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.resource_grant import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError
from ansible_collections.xacct.aws.plugins.module_utils._policy.kms import grants as key_grants
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError

from tests.integration.in_process import TestAccount
from tests.integration.resource_world import BAD_ENDS, TestResource, answer
from tests.integration.shared_writers import NEW, OLD, SHORT, write_at_once
from tests.local_aws.server import LocalAws


class TestKey(TestResource):
    """A key, its owner, and a user of another account who may do everything there."""

    type, service, an_action = "kms_key", "kms", "kms:Encrypt"
    an_access, another_access = "encrypt", "decrypt"
    reads, write = {"kms:DescribeKey": 1, "kms:GetKeyPolicy": 1, "kms:ListGrants": 1}, "kms:PutKeyPolicy"

    def make(self) -> None:
        key = self.client.create_key()["KeyMetadata"]
        self.name, self.arn = key["KeyId"], key["Arn"]
        self.secret = self.encrypted()

    def encrypted(self, **context: str) -> bytes:
        """Something that the owner encrypted."""
        return self.client.encrypt(KeyId=self.arn, Plaintext=b"hello", EncryptionContext=context)["CiphertextBlob"]

    @property
    def policy(self) -> dict | None:
        return json.loads(self.client.get_key_policy(KeyId=self.name, PolicyName="default")["Policy"])

    def put_text(self, text: str) -> None:
        self.client.put_key_policy(KeyId=self.name, PolicyName="default", Policy=text)

    def foreign(self, sid: str, **elements: object) -> dict:
        return super().foreign(sid, Resource="*", **elements)

    def put_foreign(self) -> list[dict]:
        """Statements of others beside the one of a new key."""
        return self.put_policy(
            *self.policy["Statement"], self.foreign("Theirs"), self.foreign("Also Theirs", Effect="Deny")
        )

    def tried(self, client: object) -> dict[str, str]:
        return {
            "encrypt": answer(client.encrypt, KeyId=self.arn, Plaintext=b"hello"),
            "decrypt": answer(client.decrypt, CiphertextBlob=self.secret),
        }

    @property
    def grants(self) -> list[dict]:
        """The KMS grants on the key."""
        return self.client.list_grants(KeyId=self.name)["Grants"]

    def grant_theirs(self, **options: object) -> dict:
        """A KMS grant of somebody else."""
        arguments = {
            "KeyId": self.name, "GranteePrincipal": f"arn:aws:iam::{self.other.account_id}:root",
            "Operations": ["DescribeKey"], **options,
        }  # fmt: skip
        return self.client.create_grant(**arguments)

    def via_grant(self, **options: object) -> dict:
        """An entry that becomes a KMS grant."""
        return self.grant(via="grant", **options)


@pytest.fixture
def key(local_aws: LocalAws) -> TestKey:
    return TestKey(local_aws)


NOTHING = {"encrypt": "no", "decrypt": "no"}


class TestAccess:
    """The calls that a grant is for are made, as a user of the other account."""

    @pytest.mark.also_oldest
    @pytest.mark.parametrize("via", ["policy", "grant"])
    def test_each_access(self, key: TestKey, via: str) -> None:
        assert key.tried(key.as_worker) == NOTHING
        for access in NOTHING:
            key.run(key.grant(access=access, via=via))
            assert key.tried(key.as_worker) == {**NOTHING, access: "yes"}
            assert key.tried(key.as_stranger) == NOTHING
        key.run(key.grant(access="use", via=via))
        assert key.tried(key.as_worker) == dict.fromkeys(NOTHING, "yes")
        assert answer(key.as_worker.generate_data_key, KeyId=key.arn, KeySpec="AES_256") == "yes"
        assert answer(key.as_worker.describe_key, KeyId=key.arn) == "yes"
        assert answer(key.as_worker.create_grant, KeyId=key.arn, GranteePrincipal=key.user_arn,
                      Operations=["Decrypt"]) == "no"  # fmt: skip
        key.run({"name": "worker", "state": "absent"})
        assert key.tried(key.as_worker) == NOTHING

    @pytest.mark.parametrize("via", ["policy", "grant"])
    def test_a_whole_account(self, key: TestKey, via: str) -> None:
        key.run(key.grant(principals=[key.other.account_id], access="use", via=via))
        assert key.tried(key.as_worker) == dict.fromkeys(NOTHING, "yes")
        assert key.tried(key.as_stranger) == NOTHING

    def test_a_kms_grant_needs_no_policy_of_who_gets_access(self, key: TestKey) -> None:
        for via, may in (("policy", "no"), ("grant", "yes")):
            key.run(key.grant(access="use", via=via))
            key.other.iam.put_user_policy(UserName="worker", PolicyName="own", PolicyDocument=json.dumps(
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
            ))  # fmt: skip
            assert key.tried(key.as_worker) == dict.fromkeys(NOTHING, may)

    def test_a_kms_grant_opens_what_the_key_encrypts(self, key: TestKey) -> None:
        sqs = key.local_aws.client("sqs", key.owner.account_id)
        url = sqs.create_queue(QueueName="encrypted", Attributes={"KmsMasterKeyId": key.arn})["QueueUrl"]
        key.owner.run(OPERATION, resource="encrypted", type="sqs_queue", grants=[key.grant(access="send")])
        key.other.iam.put_user_policy(UserName="worker", PolicyName="own", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
        ))  # fmt: skip
        worker = key.local_aws.client("sqs", key.keys)
        for options, may in (({}, "yes"), ({"access": "encrypt"}, "no"), ({"state": "absent"}, "no")):
            key.run(key.via_grant(**{"access": "use", **options}))
            assert answer(worker.send_message, QueueUrl=url, MessageBody="hello") == may

    @pytest.mark.parametrize("via", ["policy", "grant"])
    def test_an_encryption_context(self, key: TestKey, via: str) -> None:
        key.run(key.grant(access="decrypt", via=via, encryption_context={"tenant": "blue"}))
        for context, may in (
            ({"tenant": "blue"}, "yes"), ({"tenant": "blue", "more": "x"}, "yes"), ({"tenant": "red"}, "no"),
            ({}, "no"),
        ):  # fmt: skip
            secret = key.encrypted(**context)
            assert answer(key.as_worker.decrypt, CiphertextBlob=secret, EncryptionContext=context) == may

    def test_only_through_a_service(self, key: TestKey) -> None:
        key.run(key.grant(access="use", via_services=["s3.us-east-1.amazonaws.com"]))
        assert key.tried(key.as_worker) == NOTHING
        s3 = key.local_aws.client("s3", key.owner.account_id)
        bucket = f"encrypted-{key.owner.account_id}"
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="object", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key.arn)
        allow = {"Effect": "Allow", "Principal": {"AWS": key.user_arn}, "Action": "s3:GetObject",
                 "Resource": f"arn:aws:s3:::{bucket}/*"}  # fmt: skip
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
        worker = key.local_aws.client("s3", key.keys)
        assert answer(worker.get_object, Bucket=bucket, Key="object") == "yes"
        key.run({"name": "worker", "state": "absent"})
        assert answer(worker.get_object, Bucket=bucket, Key="object") == "no"

    def test_grants_for_services_only(self, key: TestKey) -> None:
        """`grant_only` is for AWS services in a user's name; the user can't hand out access by itself."""
        key.run(key.grant(access="grant_only"))
        assert answer(key.as_worker.create_grant, KeyId=key.arn, GranteePrincipal=key.user_arn,
                      Operations=["Decrypt"]) == "no"  # fmt: skip
        (statement,) = key.own
        assert statement["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


# title: what a key with the grant `worker` in its policy and another as a KMS grant, `night`, is to become; how often
# the policy is written, KMS grants are made, and revoked
CHANGES: dict[str, tuple[list[dict], dict, tuple[int, int, int]]] = {
    "another access": ([{"access": "decrypt"}], {}, (1, 0, 0)),
    "another access of the KMS grant": ([{"name": "night", "via": "grant", "access": "encrypt"}], {}, (0, 1, 1)),
    "a second KMS grant": ([{"name": "second", "via": "grant"}], {}, (0, 1, 0)),
    "one of each": ([{"name": "second"}, {"name": "third", "via": "grant"}], {}, (1, 1, 0)),
    "from the policy to a KMS grant": ([{"via": "grant"}], {}, (1, 1, 0)),
    "from a KMS grant to the policy": ([{"name": "night", "access": "decrypt"}], {}, (1, 0, 1)),
    "the two swapped": ([{"via": "grant"}, {"name": "night"}], {}, (2, 1, 1)),
    "the KMS grant taken back": ([{"name": "night", "state": "absent"}], {}, (0, 0, 1)),
    "all taken back": ([], {"state": "absent"}, (1, 0, 1)),
    "only the KMS grant": (
        [{"name": "night", "via": "grant", "access": "decrypt"}], {"purge_grants": True}, (1, 0, 0),
    ),
}  # fmt: skip


class TestChanges:
    """Foretold, made, and not made again; what is others' stays as it is."""

    @pytest.mark.also_oldest
    @pytest.mark.parametrize(("grants", "options", "writes"), CHANGES.values(), ids=CHANGES)
    def test_foretold_made_and_not_made_again(
        self, key: TestKey, grants: list[dict], options: dict, writes: tuple[int, int, int]
    ) -> None:
        foreign = key.put_foreign()
        key.grant_theirs()
        key.grant_theirs(Name="theirs")
        theirs = key.grants
        key.run(key.grant(), key.via_grant(name="night", access="decrypt"))
        before, grants_before = key.policy, key.grants
        wanted = [key.grant(**grant) for grant in grants]

        foretold = key.run(*wanted, check_mode=True, **options)
        assert foretold.result["changed"] and not foretold.writes
        assert key.policy == before and key.grants == grants_before

        made = key.run(*wanted, **options)
        names = ("PutKeyPolicy", "CreateGrant", "RevokeGrant")
        assert made.writes == {f"kms:{name}": number for name, number in zip(names, writes, strict=True) if number}
        for name in ("changed", "changes", "diff", "policy", "kms_grants", "key_access"):
            assert made.result[name] == foretold.result[name]
        assert key.policy == made.result["policy"]
        assert key.policy["Statement"][: len(foreign)] == foreign
        assert [each for each in key.grants if not (each.get("Name") or "").startswith("Xacct")] == theirs

        for check_mode in (False, True):
            again = key.run(*wanted, check_mode=check_mode, **options)
            assert not again.result["changed"] and not again.result["changes"]
            assert again.result["diff"]["before"] == again.result["diff"]["after"]
            assert again.calls == key.reads

    @pytest.mark.parametrize("first", ["policy", "grant"])
    def test_access_is_never_gone_in_between(self, key: TestKey, first: str) -> None:
        """The second carrier is written before the first one: seen by making that first write fail."""
        second = {"policy": "grant", "grant": "policy"}[first]
        key.run(key.grant(via=first))
        removal = {"policy": "PutKeyPolicy", "grant": "RevokeGrant"}[first]
        rule = {"effect": "access_denied", "operation": removal, "times": 50, "account": key.owner.account_id}
        key.local_aws.faults(rule)
        with pytest.raises(AwsError):
            key.run(key.grant(via=second))
        key.local_aws.clear_faults()
        assert len(key.own) == 1 and len(key.grants) == 1
        assert key.run(key.grant(via=second)).result["changed"]
        assert (len(key.own), len(key.grants)) == {"policy": (1, 0), "grant": (0, 1)}[second]

    def test_every_way_to_name_a_key(self, key: TestKey) -> None:
        """By ID and alias in the region of the task, by the ARN of either from any region."""
        key.client.create_alias(AliasName="alias/shared/one", TargetKeyId=key.name)
        key.run(key.grant())
        alias_arn = f"arn:aws:kms:us-east-1:{key.owner.account_id}:alias/shared/one"
        for resource, options in (
            ("alias/shared/one", {"type": "kms_key"}), (key.name, {"type": "kms_key"}),
            (alias_arn, {"region": "eu-west-3"}), (key.arn, {"region": "eu-west-3"}), (key.arn, {"type": "kms_key"}),
        ):  # fmt: skip
            again = key.owner.run(OPERATION, resource=resource, grants=[key.grant()], **options)
            assert not again.result["changed"]
            assert again.result["resource"] == {
                "type": "kms_key", "arn": key.arn, "region": "us-east-1", "owner": key.owner.account_id,
            }  # fmt: skip

    def test_the_last_statement_leaves_the_policy_of_a_new_key(self, key: TestKey) -> None:
        """A key always has a policy; without grants it has the one that KMS gives a new key."""
        (default,) = key.policy["Statement"]
        owner = {"name": "owner", "principals": [key.owner.account_id], "actions": ["kms:*"]}
        key.run(owner)
        key.put_policy(*key.own)
        for check_mode in (True, False):
            gone = key.run(state="absent", check_mode=check_mode)
            assert gone.result["policy"]["Statement"] == [default]
        assert key.policy["Statement"] == [default]
        assert not key.run(state="absent").result["changed"]

    def test_a_key_that_is_gone_has_no_grants(self, key: TestKey) -> None:
        for name in ("alias/gone", "12345678-1234-1234-1234-123456789012", key.arn.replace(key.name[:8], "00000000")):
            for options in ({"state": "absent"}, {"grants": [{"name": "x", "state": "absent"}]}):
                result = key.owner.run(OPERATION, resource=name, type="kms_key", **options).result
                assert not result["changed"] and result["policy"] is result["kms_grants"] is None

    def test_a_deleted_principal_is_named_again(self, key: TestKey) -> None:
        key.run(key.grant(), key.via_grant(name="night"))
        key.replace_worker()
        (dead,), (night,) = key.own, key.grants
        assert dead["Principal"]["AWS"].startswith("AIDA") and night["GranteePrincipal"].startswith("AIDA")
        healed = key.run(key.grant(), key.via_grant(name="night"))
        assert healed.changes == [("grants", "worker"), ("grants", "night")]
        assert healed.writes == {"kms:PutKeyPolicy": 1, "kms:CreateGrant": 1, "kms:RevokeGrant": 1}
        (alive,), (night,) = key.own, key.grants
        assert alive["Principal"] == {"AWS": key.user_arn} and night["GranteePrincipal"] == key.user_arn
        assert not key.run(key.grant(), key.via_grant(name="night")).result["changed"]


class TestKmsGrants:
    """What is particular to KMS grants."""

    @pytest.mark.also_oldest
    def test_the_whole_of_a_grant(self, key: TestKey) -> None:
        made = key.run(
            key.via_grant(
                access="use", encryption_context={"tenant": "blue"}, retiring_principal=key.owner.account_id
            )
        )  # fmt: skip
        (grant,) = key.grants
        retiring = f"arn:aws:iam::{key.owner.account_id}:root"
        operations = [
            "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo",
            "DescribeKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext",
        ]  # fmt: skip
        assert {name: grant[name] for name in grant if name not in ("GrantId", "KeyId", "CreationDate")} == {
            "Name": "Xacctworker", "GranteePrincipal": key.user_arn, "RetiringPrincipal": retiring,
            "Operations": operations, "Constraints": {"EncryptionContextSubset": {"tenant": "blue"}},
        }  # fmt: skip
        assert made.result["kms_grants"]["Statement"] == [
            {
                "Sid": "Xacctworker",
                "Effect": "Allow",
                "Principal": {"AWS": key.user_arn},
                "Action": [f"kms:{name}" for name in operations],
                "Resource": "*",
                "Condition": {"StringEquals": {"kms:EncryptionContext:tenant": "blue"}},
                "RetiringPrincipal": retiring,
            }
        ]

    def test_more_than_a_page_of_grants(self, key: TestKey) -> None:
        for number in range(101):
            key.grant_theirs(Name=f"theirs{number}")
        key.run(key.via_grant())
        again = key.run(key.via_grant())
        assert not again.result["changed"] and again.calls["kms:ListGrants"] == 2
        key.run(state="absent")
        assert key.client.list_grants(KeyId=key.name, Limit=1000)["Grants"][100]["Name"] == "theirs100"

    def test_no_room(self, key: TestKey, monkeypatch: pytest.MonkeyPatch) -> None:
        key.grant_theirs()
        monkeypatch.setattr(key_grants, "MOST_GRANTS", 2)
        for check_mode in (True, False):
            with pytest.raises(PolicyError, match="would have 3 grants, 1 of them of others; the limit is 2, 1 fewer"):
                key.run(key.via_grant(), key.via_grant(name="night"), check_mode=check_mode)
        assert len(key.grants) == 1

    def test_of_two_with_one_name_one_stays(self, key: TestKey) -> None:
        """A run that was broken off between making the new grant and revoking the old one."""
        key.run(key.via_grant())
        key.grant_theirs(Name="Xacctworker")
        mended = key.run(key.via_grant())
        assert mended.writes == {"kms:RevokeGrant": 1}
        (grant,) = key.grants
        assert grant["GranteePrincipal"] == key.user_arn

    @pytest.mark.also_oldest
    def test_a_principal_that_is_not_visible_yet(self, key: TestKey) -> None:
        rule = {"effect": "invalid_principal", "operation": "CreateGrant", "times": 2, "account": key.owner.account_id}
        key.local_aws.faults(rule)
        made = key.run(key.via_grant())
        key.local_aws.clear_faults()
        assert made.writes == {"kms:CreateGrant": 3} and len(key.grants) == 1
        assert any("to be visible everywhere" in text for text in made.said)

    @pytest.mark.also_oldest
    def test_a_principal_that_does_not_exist(self, key: TestKey) -> None:
        nobody = f"arn:aws:iam::{key.owner.account_id}:role/Nobody"
        with pytest.raises(TaskError, match=f"{nobody} .*does not exist in this account"):
            key.run(key.via_grant(principals=[nobody]))
        assert not key.grants

    @pytest.mark.parametrize("end", ["an error before it", "an error after it", "no answer after it"])
    def test_a_revocation_that_ends_badly_is_looked_after(self, key: TestKey, end: str) -> None:
        """Asked again after it was carried out, KMS knows no such grant."""
        key.grant_theirs(Name="theirs")
        theirs, policy = key.grants, key.policy
        key.run(key.via_grant())
        key.badly(BAD_ENDS[end][0], "kms:RevokeGrant")
        key.run(state="absent")
        key.local_aws.clear_faults()
        assert key.grants == theirs and key.policy == policy


class TestRefusals:
    """Everything that is known beforehand is said before anything is written."""

    def test_too_long(self, key: TestKey) -> None:
        before = key.policy
        grants = [key.grant(name=f"team {number}" + "x" * 90, access="use") for number in range(140)]
        for check_mode in (True, False):
            with pytest.raises(
                PolicyError, match=r"^policy of KMS key .* would be [34]\d,\d{3} bytes .* limit is 32,768"
            ):
                key.run(*grants, check_mode=check_mode)
        assert key.policy == before

    @pytest.mark.parametrize("owner", ["*", "account"])
    def test_a_deny_that_locks_the_account_out(self, key: TestKey, owner: str) -> None:
        before = key.policy
        principals = [key.owner.account_id if owner == "account" else "*"]
        deny = {"name": "nobody", "effect": "Deny", "principals": principals, "actions": ["kms:Put*"]}
        for check_mode in (True, False):
            with pytest.raises(
                PolicyError,
                match=rf"would lock its owner out: account {key.owner.account_id} is denied it by statement "
                r"'Xacctnobody'.*Nobody could change it any more \(kms:PutKeyPolicy\).*Leave kms:PutKeyPolicy out",
            ):
                key.run(deny, check_mode=check_mode)
        assert key.policy == before
        assert key.run({**deny, "actions": ["kms:ScheduleKeyDeletion"]}).result["changed"]

    def test_a_purge_that_locks_the_account_out(self, key: TestKey) -> None:
        """The account had the key by a grant that is not declared any more."""
        key.run({"name": "owner", "principals": [key.owner.account_id], "actions": ["kms:*"]})
        key.put_policy(*key.own, key.foreign("Theirs"))
        before = key.policy
        for options in ({"purge_grants": True}, {"state": "absent"}):
            with pytest.raises(PolicyError, match=rf"account {key.owner.account_id} is allowed it by no statement"):
                key.run(**options)
        assert key.policy == before

    @pytest.mark.also_oldest
    def test_a_deny_that_locks_the_caller_out(self, key: TestKey) -> None:
        admin = key.owner.iam.create_user(UserName="admin")["User"]["Arn"]
        everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        key.owner.iam.put_user_policy(UserName="admin", PolicyName="own", PolicyDocument=json.dumps(everything))
        keys = key.owner.iam.create_access_key(UserName="admin")["AccessKey"]
        given = {"access_key": keys["AccessKeyId"], "secret_key": keys["SecretAccessKey"], "type": "kms_key",
                 "resource": key.arn}  # fmt: skip
        deny = {"name": "no admin", "effect": "Deny", "principals": [admin], "actions": ["kms:PutKeyPolicy"]}
        with pytest.raises(PolicyError, match=f"{admin}, who makes this change, is denied it by statement"):
            key.owner.run(OPERATION, grants=[deny], **given)
        assert key.owner.run(OPERATION, grants=[key.grant()], **given).result["changed"]
        assert key.run(deny).result["changed"]

    @pytest.mark.parametrize("named", ["key", "alias"])
    def test_a_key_of_somebody_else(self, key: TestKey, named: str) -> None:
        """ansible/ansible#60773: the account of an ARN was dropped, and the key looked for in the caller's account."""
        key.client.create_alias(AliasName="alias/shared/two", TargetKeyId=key.name)
        alias = f"arn:aws:kms:us-east-1:{key.owner.account_id}:alias/shared/two"
        resource, is_whose, error = {
            "key": (key.arn, r"must belong to account {owner} \(resource\)", TaskError),
            "alias": (alias, "is an alias of account {owner}", PolicyError),
        }[named]
        key.run(key.grant(principals=[key.other.account_id], access=None, actions=["kms:*"]))
        before = key.policy
        says = (
            f"{resource} {is_whose.format(owner=key.owner.account_id)}, and the credentials belong to account "
            f"{key.other.account_id}: only the owner's own credentials can change"
        )
        key.local_aws.clear_journal()
        for grant in (key.grant(name="mine"), key.via_grant(name="mine"), {"name": "worker", "state": "absent"}):
            for check_mode in (True, False):
                with pytest.raises(error, match=says):
                    key.other.run(OPERATION, check_mode, resource=resource, grants=[grant])
        assert {call.service for call in key.local_aws.journal()} <= {"sts"}
        assert key.policy == before and not key.grants

    @pytest.mark.parametrize("by", ["keys", "hop"])
    def test_a_key_from_another_account_is_changed_as_its_owner(self, key: TestKey, by: str) -> None:
        """Whoever is let into the owner's account changes it there, by whichever ARN."""
        key.client.create_alias(AliasName="alias/shared/three", TargetKeyId=key.name)
        alias = f"arn:aws:kms:us-east-1:{key.owner.account_id}:alias/shared/three"
        connection = key.connection_over(key.make_deployer(), by)
        key.local_aws.clear_journal()
        for resource, grant in ((key.arn, key.grant()), (alias, key.via_grant(name="night"))):
            made = key.other.run(OPERATION, resource=resource, grants=[grant], **connection)
            assert made.result["changed"] and made.result["resource"]["arn"] == key.arn
        assert {call.account for call in key.local_aws.journal() if call.service == "kms"} == {key.owner.account_id}
        assert len(key.own) == len(key.grants) == 1

    def test_no_such_key(self, key: TestKey) -> None:
        for name in ("alias/missing", "12345678-1234-1234-1234-123456789012"):
            with pytest.raises(AwsError, match="Make it first, or correct resource, region or the credentials"):
                key.owner.run(OPERATION, resource=name, type="kms_key", grants=[key.grant()], propagation_timeout=0)


class TestWriting:
    """What may happen to a write."""

    @pytest.mark.also_oldest
    @pytest.mark.parametrize(("fault", "writes"), BAD_ENDS.values(), ids=BAD_ENDS)
    def test_a_policy_write_that_ends_badly_is_looked_after(self, key: TestKey, fault: dict, writes: int) -> None:
        foreign = key.put_foreign()
        for grant, own in ((key.grant(), 1), (key.grant(state="absent"), 0)):
            key.badly(fault)
            made = key.run(grant)
            key.local_aws.clear_faults()
            assert made.result["changed"] and made.writes == {"kms:PutKeyPolicy": writes}
            assert key.policy["Statement"][: len(foreign)] == foreign and key.policy["Id"] == "theirs"
            assert len(key.own) == own and len(key.policy["Statement"]) == len(foreign) + own
            assert not key.run(grant).result["changed"]

    @pytest.mark.parametrize("fault", [fault for fault, _writes in BAD_ENDS.values()], ids=BAD_ENDS)
    def test_a_grant_that_is_sent_again_is_made_once(self, key: TestKey, fault: dict) -> None:
        """KMS answers with the same grant when it is asked twice, for the name's sake."""
        key.grant_theirs(Name="theirs")
        (theirs,), policy = key.grants, key.policy
        key.badly(fault, "kms:CreateGrant")
        key.run(key.via_grant())
        key.local_aws.clear_faults()
        assert [grant["Name"] for grant in key.grants] == ["theirs", "Xacctworker"]
        assert not key.run(key.via_grant()).result["changed"]
        assert key.grants[0] == theirs and key.policy == policy

    @pytest.mark.parametrize("lock", [True, False], ids=["lock", "no lock"])
    def test_twenty_writers_lose_nothing(self, local_aws: LocalAws, lock: bool) -> None:
        account = TestAccount(local_aws)
        client = local_aws.client("kms", account.account_id)
        key = client.create_key()["KeyMetadata"]["KeyId"]
        client.create_alias(AliasName="alias/shared", TargetKeyId=key)
        foreign = json.loads(client.get_key_policy(KeyId=key, PolicyName="default")["Policy"])["Statement"]
        old = [{"name": name, "principals": [SHORT], "access": "use", "allow_any_source": True} for name in OLD]
        account.run(OPERATION, resource="alias/shared", type="kms_key", grants=old)
        write_at_once("key", account, lock)
        found = json.loads(client.get_key_policy(KeyId=key, PolicyName="default")["Policy"])["Statement"]
        assert found[: len(foreign)] == foreign
        assert sorted(each["Sid"] for each in found[len(foreign) :]) == sorted(f"Xacct{name}" for name in NEW)


def test_twenty_writers_of_kms_grants_lose_nothing(key: TestKey) -> None:
    """Also those that want the same grant at the same moment."""
    key.client.create_alias(AliasName="alias/shared", TargetKeyId=key.name)
    key.grant_theirs(Name="theirs")
    key.run(*(key.via_grant(name=name) for name in OLD))
    write_at_once("key_grant", key.owner, lock=False)
    assert sorted(grant["Name"] for grant in key.grants) == sorted([*(f"Xacct{name}" for name in NEW), "theirs"])
    assert not key.own


def test_what_a_resource_says_of_its_key_is_a_task_to_run(key: TestKey) -> None:
    sqs = key.local_aws.client("sqs", key.owner.account_id)
    sqs.create_queue(QueueName="encrypted", Attributes={"KmsMasterKeyId": key.arn})
    grants = [key.grant(access="send"), key.grant(name="bus", principals=["service:events.amazonaws.com"],
                                                  access="send", source_accounts=[key.other.account_id])]  # fmt: skip
    missing = key.owner.run(OPERATION, resource="encrypted", type="sqs_queue", grants=grants).result["key_access"]
    assert key.tried(key.as_worker) == NOTHING
    made = key.owner.run(OPERATION, **missing["task"])
    assert [{**each, "Sid": None} for each in key.own] == [{**each, "Sid": None} for each in missing["statements"]]
    assert key.tried(key.as_worker) == {"encrypt": "no", "decrypt": "yes"}
    assert answer(key.as_worker.generate_data_key, KeyId=key.arn, KeySpec="AES_256") == "yes"
    assert made.result["changed"] and not key.owner.run(OPERATION, **missing["task"]).result["changed"]


def test_that_task_reaches_the_key_of_the_resource_from_anywhere(key: TestKey) -> None:
    """The queue calls its key by an alias, and there is another key of that alias where the task is run."""
    elsewhere = key.local_aws.client("kms", key.owner.account_id, "eu-west-1")
    namesake = elsewhere.create_key()["KeyMetadata"]["KeyId"]
    elsewhere.create_alias(AliasName="alias/shared", TargetKeyId=namesake)
    untouched = elsewhere.get_key_policy(KeyId=namesake, PolicyName="default")["Policy"]
    key.client.create_alias(AliasName="alias/shared", TargetKeyId=key.name)
    sqs = key.local_aws.client("sqs", key.owner.account_id)
    sqs.create_queue(QueueName="encrypted", Attributes={"KmsMasterKeyId": "alias/shared"})
    arn = f"arn:aws:sqs:us-east-1:{key.owner.account_id}:encrypted"
    grants = [key.grant(access="send")]
    missing = key.owner.run(OPERATION, resource=arn, grants=grants, region="eu-west-1").result["key_access"]
    made = key.owner.run(OPERATION, **missing["task"], region="eu-west-1")
    assert made.result["resource"]["arn"] == key.arn and len(key.own) == 1
    assert elsewhere.get_key_policy(KeyId=namesake, PolicyName="default")["Policy"] == untouched


def test_incumbents_fail_on_a_grant_without_a_name_or_operations(key: TestKey) -> None:
    """A KeyError and a TypeError there, a sentence here."""
    with pytest.raises(ValueError, match="missing required arguments: name"):
        key.run({"principals": [key.user_arn], "via": "grant", "access": "use"})
    with pytest.raises(ValueError, match="worker: give either access or actions"):
        key.run({"name": "worker", "principals": [key.user_arn], "via": "grant"})


def test_a_second_key_policy_update_is_written(key: TestKey) -> None:
    """An incumbent never updated the policy of a key that existed."""
    for access in ("encrypt", "decrypt", "use"):
        assert key.run(key.grant(access=access)).writes == {"kms:PutKeyPolicy": 1}
    with pytest.raises(botocore.exceptions.ClientError):
        key.as_stranger.describe_key(KeyId=key.arn)
