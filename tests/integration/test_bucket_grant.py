# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xacct_bucket_grant on the local AWS: who gets in and who does not, what is foretold, and what can go wrong."""

from __future__ import annotations

import itertools
import json

import botocore.exceptions
import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.calls.errors import AwsError
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import open_account
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.bucket_grant import OPERATION
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import TaskError
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError
from ansible_collections.xacct.aws.plugins.module_utils._resources.bucket_side import BucketSide

from tests.integration.in_process import Outcome, TestAccount
from tests.local_aws.server import LocalAws

_numbers = itertools.count(1)
EVERYTHING_IN_S3 = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
}


class TestBucket:
    """A bucket that no other test uses, its owner, and a user of another account who may do everything with S3."""

    __test__ = False

    def __init__(self, local_aws: LocalAws, name: str = "bucket", region: str = "us-east-1") -> None:
        self.name = f"{name}.{next(_numbers)}"
        self.owner = TestAccount(local_aws)
        self.other = TestAccount(local_aws)
        self.s3 = local_aws.client("s3", self.owner.account_id)
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region != "us-east-1" else {}
        self.s3.create_bucket(Bucket=self.name, **elsewhere)
        for key in ("exports/a", "exports/deep/b", "private/c"):
            self.s3.put_object(Bucket=self.name, Key=key, Body=key.encode())
        self.reader = f"arn:aws:iam::{self.other.account_id}:user/reader"
        self.as_reader = self.user("reader", EVERYTHING_IN_S3)

    def user(self, name: str, policy: dict | None) -> object:
        """Make a user of the other account; a client of S3 with its keys."""
        self.other.iam.create_user(UserName=name)
        if policy:
            self.other.iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
        key = self.other.iam.create_access_key(UserName=name)["AccessKey"]
        keys = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
        return self.other.local_aws.client("s3", keys)

    def run(self, *grants: dict, check_mode: bool = False, **options: object) -> Outcome:
        given = {"grants": list(grants)} if grants else {}
        return self.owner.run(OPERATION, check_mode, bucket=self.name, **given, **options)

    def grant(self, **options: object) -> dict:
        whole = {"name": "exports", "principals": [self.reader], "access": "read", **options}
        return {option: value for option, value in whole.items() if value is not None}

    def to_account(self, **options: object) -> dict:
        return self.grant(**{"principals": [self.other.account_id], **options})

    @property
    def policy(self) -> dict | None:
        try:
            return json.loads(self.s3.get_bucket_policy(Bucket=self.name)["Policy"])
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "NoSuchBucketPolicy"
            return None

    def put_policy(self, *statements: dict) -> list[dict]:
        """Put statements of somebody else there; as S3 shows them."""
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        self.s3.put_bucket_policy(Bucket=self.name, Policy=json.dumps(document))
        return self.policy["Statement"]

    def foreign(self, sid: str | None = None, **elements: object) -> dict:
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{self.name}/theirs/*",
        }
        return {**({"Sid": sid} if sid else {}), **statement, **elements}

    def block_public_access(self, **settings: bool) -> None:
        off = dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False
        )
        self.s3.put_public_access_block(Bucket=self.name, PublicAccessBlockConfiguration={**off, **settings})

    def encrypt_with(self, key: str | None) -> None:
        default = {"SSEAlgorithm": "aws:kms", **({"KMSMasterKeyID": key} if key else {})}
        self.s3.put_bucket_encryption(
            Bucket=self.name,
            ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
        )


@pytest.fixture
def bucket(local_aws: LocalAws) -> TestBucket:
    return TestBucket(local_aws)


def answer(call: object, **arguments: object) -> str:
    """How a call of S3 ends: "yes", or the code of its error."""
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return "yes"


def tried(s3: object, bucket: str, prefix: str = "exports/") -> dict[str, str]:
    """What reading, listing and writing below a prefix ends with."""
    return {
        "get": answer(s3.get_object, Bucket=bucket, Key="exports/a" if prefix == "exports/" else "private/c"),
        "list": answer(s3.list_objects_v2, Bucket=bucket, Prefix=prefix),
        "put": answer(s3.put_object, Bucket=bucket, Key=f"{prefix}new", Body=b"new"),
        "delete": answer(s3.delete_object, Bucket=bucket, Key=f"{prefix}new"),
    }


def ends(get: bool, list_: bool, write: bool) -> dict[str, str]:
    """What `tried` returns for somebody who may do this."""
    allowed = {"get": get, "list": list_, "put": write, "delete": write}
    return {name: "yes" if may else "AccessDenied" for name, may in allowed.items()}


NOTHING = ends(False, False, False)


class TestAccess:
    """The calls that a grant is for are made, as users of the other account."""

    @pytest.mark.also_oldest
    @pytest.mark.parametrize(
        ("access", "may"),
        [
            ("list", ends(False, True, False)),
            ("read", ends(True, True, False)),
            ("write", ends(False, False, True)),
            ("read_write", ends(True, True, True)),
            ("full", ends(True, True, True)),
        ],
    )
    def test_each_access(self, bucket: TestBucket, access: str, may: dict) -> None:
        assert tried(bucket.as_reader, bucket.name) == NOTHING
        bucket.run(bucket.grant(access=access))
        assert tried(bucket.as_reader, bucket.name) == may
        assert tried(bucket.user("neighbour", EVERYTHING_IN_S3), bucket.name) == NOTHING
        bucket.run({"name": "exports", "state": "absent"})
        assert tried(bucket.as_reader, bucket.name) == NOTHING

    def test_within_the_prefix_only_and_for_the_account_only(self, bucket: TestBucket) -> None:
        bucket.run(bucket.to_account(prefixes=["exports/"]))
        assert tried(bucket.as_reader, bucket.name) == ends(True, True, False)
        assert tried(bucket.as_reader, bucket.name, "private/") == NOTHING
        assert answer(bucket.as_reader.list_objects_v2, Bucket=bucket.name) == "AccessDenied"
        assert answer(bucket.as_reader.get_object, Bucket=bucket.name, Key="exports/deep/b") == "yes"
        stranger = TestAccount(bucket.owner.local_aws)
        assert tried(stranger.local_aws.client("s3", stranger.account_id), bucket.name) == NOTHING

    def test_both_sides_have_to_allow_it(self, bucket: TestBucket) -> None:
        poor = bucket.user("poor", None)
        bucket.run(bucket.to_account())
        assert tried(bucket.as_reader, bucket.name) == ends(True, True, False)
        assert tried(poor, bucket.name) == NOTHING

    def test_a_deny_beats_an_allow(self, bucket: TestBucket) -> None:
        deny = bucket.to_account(
            name="not these", effect="Deny", access=None, actions=["s3:*"], prefixes=["exports/deep/"]
        )
        bucket.run(bucket.to_account(), deny)
        assert answer(bucket.as_reader.get_object, Bucket=bucket.name, Key="exports/a") == "yes"
        assert answer(bucket.as_reader.get_object, Bucket=bucket.name, Key="exports/deep/b") == "AccessDenied"

    @pytest.mark.parametrize(
        ("options", "may"),
        [
            ({"not_after": "2001-01-01T00:00:00Z"}, False),
            ({"not_after": "2100-01-01T00:00:00Z"}, True),
            ({"require_tls": True}, False),
            ({"organizations": ["o-abcdefghij"]}, False),
            ({"source_vpces": ["vpce-12345678"]}, False),
            ({"source_ips": ["198.51.100.0/24"]}, False),
        ],
    )
    def test_conditions(self, bucket: TestBucket, options: dict, may: bool) -> None:
        bucket.run(bucket.to_account(**options))
        assert tried(bucket.as_reader, bucket.name) == ends(may, may, False)


# title: what a bucket with the grant `exports` and a foreign statement is to become
CHANGES: dict[str, tuple[list[dict], dict]] = {
    "another access": ([{"access": "write"}], {}),
    "fewer objects": ([{"prefixes": ["exports/"]}], {}),
    "actions": ([{"access": None, "actions": ["s3:GetObject", "s3:GetBucketAcl"]}], {}),
    "a second one": ([{}, {"name": "more", "access": "list"}], {}),
    "only a second one": ([{"name": "more", "access": "write"}], {"purge_grants": True}),
    "the first one taken back": ([{"name": "exports", "state": "absent"}], {}),
    "all taken back": ([], {"state": "absent"}),
    "all purged": ([], {"purge_grants": True}),
}


class TestChanges:
    """Foretold, made, and not made again; foreign statements stay as they are."""

    @pytest.mark.also_oldest
    @pytest.mark.parametrize(("grants", "options"), CHANGES.values(), ids=CHANGES)
    def test_foretold_made_and_not_made_again(self, bucket: TestBucket, grants: list[dict], options: dict) -> None:
        foreign = bucket.put_policy(bucket.foreign("Theirs"), bucket.foreign(None, Action=["s3:PutObject"]))
        bucket.run(bucket.grant())
        before = bucket.policy
        wanted = [bucket.grant(**grant) for grant in grants]

        foretold = bucket.run(*wanted, check_mode=True, **options)
        assert foretold.result["changed"] and not foretold.writes
        assert bucket.policy == before

        made = bucket.run(*wanted, **options)
        assert sum(made.writes.values()) == 1
        for name in ("changed", "changes", "diff", "policy"):
            assert made.result[name] == foretold.result[name]
        assert bucket.policy == made.result["policy"]
        assert bucket.policy["Statement"][:2] == foreign

        for check_mode in (False, True):
            again = bucket.run(*wanted, check_mode=check_mode, **options)
            assert not again.result["changed"] and not again.result["changes"]
            assert again.result["diff"]["before"] == again.result["diff"]["after"]
            assert again.calls == {"s3:GetBucketPolicy": 1}

    def test_the_diff_speaks_of_grants(self, bucket: TestBucket) -> None:
        bucket.put_policy(bucket.foreign("Theirs"))
        diff = bucket.run(bucket.grant(prefixes=["exports/"]), check_mode=True).result["diff"]
        assert list(diff["before"]["policy"]["statements"]) == ["Theirs"]
        assert list(diff["after"]["policy"]["statements"]) == ["Theirs", "exports", "exports (bucket)"]

    def test_many_grants_are_one_write(self, bucket: TestBucket) -> None:
        grants = [bucket.grant(name=f"team {number}", prefixes=[f"team{number}/"]) for number in range(25)]
        made = bucket.run(*grants)
        assert made.writes == {"s3:PutBucketPolicy": 1}
        assert made.changes == [("grants", f"team {number}") for number in range(25)]

    def test_the_last_grant_takes_the_policy_with_it(self, bucket: TestBucket) -> None:
        bucket.run(bucket.grant())
        gone = bucket.run({"name": "exports", "state": "absent"})
        assert gone.writes == {"s3:DeleteBucketPolicy": 1}
        assert gone.result["policy"] is None and bucket.policy is None
        assert not bucket.run(state="absent").result["changed"]

    def test_a_bucket_that_is_gone_has_no_grants(self, bucket: TestBucket) -> None:
        result = bucket.owner.run(OPERATION, bucket="gone.bucket", grants=[{"name": "x", "state": "absent"}]).result
        assert not result["changed"] and result["policy"] is None

    def test_other_spellings_of_the_same_are_no_change(self, bucket: TestBucket) -> None:
        bucket.run(bucket.grant(principals=[bucket.other.account_id]))
        document = bucket.policy
        for statement in document["Statement"]:
            statement["Principal"] = {"AWS": [bucket.other.account_id]}
            statement["Action"] = [action.upper() for action in reversed(statement["Action"])]
            statement["Resource"] = [statement["Resource"]]
        bucket.put_policy(*document["Statement"])
        assert not bucket.run(bucket.grant(principals=[bucket.other.account_id])).result["changed"]

    def test_a_deleted_principal_is_named_again(self, bucket: TestBucket) -> None:
        arn, unique_id = bucket.other.make_user("Courier")
        bucket.run(bucket.grant(principals=[arn]))
        bucket.other.iam.delete_user(UserName="Courier")
        assert bucket.policy["Statement"][0]["Principal"] == {"AWS": unique_id}
        bucket.other.make_user("Courier")
        healed = bucket.run(bucket.grant(principals=[arn]))
        assert healed.changes == [("grants", "exports")]
        assert bucket.policy["Statement"][0]["Principal"] == {"AWS": arn}


class TestRefusals:
    """Everything that is known beforehand is said before anything is written."""

    def test_too_long(self, bucket: TestBucket) -> None:
        grants = [bucket.grant(name=f"team {number:03}") for number in range(60)]
        for check_mode in (True, False):
            with pytest.raises(PolicyError, match=r"would be [23]\d,\d{3} bytes long .* the limit is 20,480"):
                bucket.run(*grants, check_mode=check_mode)
        assert bucket.policy is None

    def test_no_such_bucket(self, bucket: TestBucket) -> None:
        for check_mode in (True, False):
            with pytest.raises(AwsError, match=r"Bucket no\.bucket in .*NoSuchBucket.*Make the bucket first"):
                bucket.owner.run(
                    OPERATION, check_mode, bucket="no.bucket", grants=[bucket.grant()], propagation_timeout=0
                )

    def test_a_bucket_of_somebody_else(self, bucket: TestBucket) -> None:
        with pytest.raises(AwsError, match=r"denied.*S3 says the same when bucket .* does not belong to"):
            bucket.other.run(OPERATION, bucket=bucket.name, grants=[bucket.grant()])

    def test_credentials_of_another_account_than_the_owner(self, bucket: TestBucket) -> None:
        for check_mode in (True, False):
            with pytest.raises(TaskError, match=r"must belong to account 999999999999 .* only the owner's own"):
                bucket.run(bucket.grant(), check_mode=check_mode, expected_bucket_owner="999999999999")
        assert bucket.policy is None
        with pytest.raises(ValueError, match="only the owner's own credentials"):
            bucket.run(bucket.grant(), expected_bucket_owner="999999999999", expected_account_id="111111111111")

    @pytest.mark.parametrize(
        ("name", "says"),
        [
            ("arn:aws:s3:::data", "write it without arn:"),
            ("Data", "is not a bucket's name"),
            ("data--use1-az4--x-s3", "directory bucket"),
        ],
    )
    def test_a_name_that_is_none(self, bucket: TestBucket, name: str, says: str) -> None:
        with pytest.raises(ValueError, match=says):
            bucket.owner.run(OPERATION, bucket=name, state="absent")

    def test_nothing_declared(self, bucket: TestBucket) -> None:
        with pytest.raises(ValueError, match="nothing is declared"):
            bucket.run()
        with pytest.raises(ValueError, match="x: two entries have this name"):
            bucket.run({"name": "x", "state": "absent"}, {"name": "x", "state": "absent"})

    @pytest.mark.also_oldest
    def test_a_principal_that_does_not_exist(self, bucket: TestBucket) -> None:
        nobody = f"arn:aws:iam::{bucket.owner.account_id}:role/Nobody"
        rule = {"effect": "invalid_principal", "operation": "PutBucketPolicy", "account": bucket.owner.account_id}
        bucket.owner.local_aws.faults(rule)
        with pytest.raises(TaskError, match=f"{nobody} .*does not exist in this account"):
            bucket.run(bucket.grant(principals=[nobody]))
        bucket.owner.local_aws.clear_faults()

    @pytest.mark.also_oldest
    @pytest.mark.parametrize("is_expected", [False, True])
    def test_its_own_account_is_not_denied_to_take_it_back(self, bucket: TestBucket, is_expected: bool) -> None:
        """Which account that is may be declared; if not, the credentials tell, before anything is written."""
        own = bucket.owner.account_id
        expected = {"expected_account_id": own} if is_expected else {}
        denial = {"name": "closed", "effect": "Deny", "principals": [own], "actions": ["s3:*"]}
        for check_mode in (True, False):
            with pytest.raises(PolicyError, match=r"lock its owner out: .*\(s3:PutBucketPolicy and s3:Delete"):
                bucket.run(denial, check_mode=check_mode, **expected)
        assert bucket.policy is None


class TestPublicAccess:
    """A public grant needs to be meant, and Block Public Access has the last word."""

    SITE = {"name": "site", "principals": ["*"], "access": "read"}

    def test_refused_before_any_call(self, bucket: TestBucket) -> None:
        with pytest.raises(ValueError, match=r"site: .*'\*' is everyone.* makes the bucket public.*allow_public: true"):
            bucket.run(self.SITE)

    @pytest.mark.also_oldest
    @pytest.mark.parametrize(
        ("setting", "effect"),
        [("BlockPublicPolicy", "refuses such a policy"), ("RestrictPublicBuckets", "leaves it without effect")],
    )
    def test_block_public_access_is_found_before_the_write(self, bucket: TestBucket, setting: str, effect: str) -> None:
        bucket.block_public_access(**{setting: True})
        for check_mode in (True, False):
            with pytest.raises(
                TaskError, match=f"site: '\\*' is everyone.*Block Public Access {effect}: {setting} is on .* the bucket"
            ):
                bucket.run(self.SITE, allow_public=True, check_mode=check_mode)
        assert bucket.policy is None

    def test_public_when_it_is_meant(self, bucket: TestBucket) -> None:
        bucket.block_public_access()
        stranger = TestAccount(bucket.owner.local_aws)
        as_stranger = bucket.owner.local_aws.client("s3", stranger.account_id)
        assert answer(as_stranger.get_object, Bucket=bucket.name, Key="exports/a") == "AccessDenied"
        assert bucket.run(self.SITE, allow_public=True).result["changed"]
        assert answer(as_stranger.get_object, Bucket=bucket.name, Key="exports/a") == "yes"
        assert bucket.run(self.SITE, allow_public=True).calls == {"s3:GetBucketPolicy": 1}

    def test_somebody_elses_public_statement_is_named_when_s3_refuses(self, bucket: TestBucket) -> None:
        bucket.block_public_access()
        bucket.put_policy(bucket.foreign("Site", Principal="*"))
        bucket.block_public_access(BlockPublicPolicy=True)
        with pytest.raises(
            AwsError, match=r"PutBucketPolicy was denied.*BlockPublicPolicy is on .* the bucket.*public: Site: '\*'"
        ):
            bucket.run(bucket.grant())

    def test_somebody_elses_public_statement_mutes_ours(self, bucket: TestBucket) -> None:
        bucket.block_public_access()
        bucket.put_policy(bucket.foreign("Site", Principal="*"))
        bucket.block_public_access(RestrictPublicBuckets=True)
        (warning,) = bucket.run(bucket.grant()).said
        assert "no effect for other accounts" in warning
        assert "Site: '*' is everyone" in warning
        assert "RestrictPublicBuckets is on at the level of the bucket" in warning

    def test_its_settings_are_read_for_public_policies_only(self, bucket: TestBucket) -> None:
        assert "s3:GetPublicAccessBlock" not in bucket.run(bucket.grant()).calls


class TestEncryption:
    """A bucket with a KMS key wants a third permission: the key is named, and what is missing is shown."""

    KEY = "arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"

    @pytest.mark.also_oldest
    def test_the_missing_grant_is_shown(self, bucket: TestBucket) -> None:
        bucket.encrypt_with(self.KEY)
        missing = {
            "Sid": "ObjectsInS3",
            "Effect": "Allow",
            "Principal": {"AWS": bucket.reader},
            "Action": "kms:Decrypt",
            "Resource": "*",
        }
        for check_mode in (True, False):
            outcome = bucket.run(bucket.grant(), check_mode=check_mode)
            grant = {"name": "ObjectsInS3", "principals": [bucket.reader], "actions": ["kms:Decrypt"]}
            task = {"type": "kms_key", "resource": self.KEY, "grants": [grant]}
            assert outcome.result["key_access"] == {"key": self.KEY, "statements": [missing], "task": task}
            (warning,) = outcome.said
            assert self.KEY in warning and json.dumps(task) in warning
        assert not bucket.run(bucket.grant()).said

    @pytest.mark.parametrize("key", ["alias/shared", KEY.rpartition("/")[2]])
    @pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
    def test_a_key_without_an_arn_is_one_in_the_region_of_the_bucket(
        self, local_aws: LocalAws, key: str, region: str
    ) -> None:
        bucket = TestBucket(local_aws, region=region)
        bucket.encrypt_with(key)
        outcome = bucket.run(bucket.grant(), check_mode=True)
        arn = f"arn:aws:kms:{region}:{bucket.owner.account_id}:{'' if key.startswith('alias/') else 'key/'}{key}"
        assert outcome.result["key_access"]["task"]["resource"] == arn
        assert outcome.calls["s3:HeadBucket"] == 1 and f"the KMS key {arn}," in outcome.said[-1]
        in_the_writers_account = "takes the key of that alias in the account of whoever writes"
        assert any(in_the_writers_account in text for text in outcome.said) is key.startswith("alias/")

    def test_an_alias_is_looked_up_in_the_region_of_the_bucket(self, local_aws: LocalAws) -> None:
        """There is another key of that alias in the region of the connection."""
        bucket = TestBucket(local_aws, region="eu-west-1")
        bucket.encrypt_with("alias/shared")
        keys = {}
        for region in ("us-east-1", "eu-west-1"):
            kms = local_aws.client("kms", bucket.owner.account_id, region)
            keys[region] = kms.create_key()["KeyMetadata"]["Arn"]
            kms.create_alias(AliasName="alias/shared", TargetKeyId=keys[region])
        connection = {"access_key": bucket.owner.account_id, "secret_key": "local", "region": "us-east-1"}
        account = open_account({**connection, "endpoint_url": local_aws.endpoint})
        access = BucketSide(account, bucket.name, bucket.owner.account_id)
        side = access.side("s3:getobject", "exports/a", bucket.other.account_id, with_key=True)
        assert side.kms_key == keys["eu-west-1"] and not side.unread

    def test_a_region_that_nobody_may_look_at_is_not_guessed(self, bucket: TestBucket) -> None:
        bucket.encrypt_with(self.KEY.rpartition("/")[2])
        rule = {"effect": "access_denied", "operation": "HeadBucket", "account": bucket.owner.account_id}
        bucket.owner.local_aws.faults(rule)
        outcome = bucket.run(bucket.grant())
        bucket.owner.local_aws.clear_faults()
        missing = outcome.result["key_access"]
        assert outcome.result["changed"] and missing["task"] is None and len(missing["statements"]) == 1
        (warning,) = outcome.said
        assert "with the statements in key_access; the region of the key could not be determined" in warning

    def test_only_for_what_is_added(self, bucket: TestBucket) -> None:
        bucket.run(bucket.grant())
        bucket.encrypt_with(self.KEY)
        writer = bucket.grant(name="more", access="write")
        (statement,) = bucket.run(bucket.grant(), writer).result["key_access"]["statements"]
        assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
        assert bucket.run({"name": "more", "state": "absent"}).result["key_access"] is None

    def test_the_key_of_aws_opens_to_nobody(self, bucket: TestBucket) -> None:
        bucket.encrypt_with(None)
        outcome = bucket.run(bucket.grant())
        assert outcome.result["key_access"] == {"key": "alias/aws/s3", "statements": [], "task": None}
        assert "which no other account can use" in outcome.said[0]

    def test_nothing_is_missing(self, bucket: TestBucket) -> None:
        bucket.encrypt_with(self.KEY)
        own = bucket.run(bucket.grant(principals=[bucket.owner.account_id]))
        assert own.result["key_access"] is None and not own.said
        assert "s3:GetBucketEncryption" not in own.calls
        assert not bucket.run(bucket.grant(access="list")).said

    def test_who_may_not_look_is_told(self, bucket: TestBucket) -> None:
        rule = {"effect": "access_denied", "operation": "GetBucketEncryption", "account": bucket.owner.account_id}
        bucket.owner.local_aws.faults(rule)
        outcome = bucket.run(bucket.grant())
        bucket.owner.local_aws.clear_faults()
        assert outcome.result["changed"] and outcome.result["key_access"] is None
        assert "cannot read its default encryption (access denied" in outcome.said[0]


class TestFaults:
    """What passes is waited for; a write is never simply sent again."""

    @pytest.mark.also_oldest
    @pytest.mark.parametrize("effect", ["operation_aborted", "throttle", "status_500", "cut_after_write"])
    def test_a_write_that_fails_is_read_again_first(self, bucket: TestBucket, effect: str) -> None:
        rule = {"effect": effect, "operation": "PutBucketPolicy", "account": bucket.owner.account_id, "times": 1}
        bucket.owner.local_aws.faults(rule)
        bucket.owner.local_aws.clear_journal()
        outcome = bucket.run(bucket.to_account())
        bucket.owner.local_aws.clear_faults()
        assert outcome.result["changed"]
        assert tried(bucket.as_reader, bucket.name) == ends(True, True, False)
        journal = bucket.owner.local_aws.journal()
        calls = [call.operation for call in journal if call.resource == bucket.name and call.service == "s3"]
        puts = [number for number, name in enumerate(calls) if name == "PutBucketPolicy"]
        assert len(puts) == (1 if effect == "cut_after_write" else 2)
        assert all(calls[number - 1] == "GetBucketPolicy" for number in puts[1:])

    @pytest.mark.also_oldest
    def test_a_new_principal_is_waited_for(self, bucket: TestBucket) -> None:
        rule = {
            "effect": "invalid_principal",
            "operation": "PutBucketPolicy",
            "account": bucket.owner.account_id,
            "times": 2,
        }
        bucket.owner.local_aws.faults(rule)
        outcome = bucket.run(bucket.grant())
        bucket.owner.local_aws.clear_faults()
        assert outcome.result["changed"]
        assert any("Waiting up to 30 s" in said and bucket.reader in said for said in outcome.said)

    def test_a_write_that_shows_late_is_not_repeated(self, bucket: TestBucket) -> None:
        rule = {"effect": "delay_effect", "operation": "PutBucketPolicy", "account": bucket.owner.account_id}
        bucket.owner.local_aws.faults({**rule, "after_seconds": 1})
        assert bucket.run(bucket.grant()).writes == {"s3:PutBucketPolicy": 1}
        assert not bucket.run(bucket.grant()).result["changed"]
        bucket.owner.local_aws.clear_faults()

    def test_a_new_bucket_is_waited_for(self, bucket: TestBucket) -> None:
        rule = {
            "effect": "no_such_entity",
            "operation": "GetBucketPolicy",
            "account": bucket.owner.account_id,
            "times": 1,
        }
        bucket.owner.local_aws.faults(rule)
        outcome = bucket.run(bucket.grant())
        bucket.owner.local_aws.clear_faults()
        assert outcome.result["changed"]
        assert any(f"bucket {bucket.name} to be there" in said for said in outcome.said)
