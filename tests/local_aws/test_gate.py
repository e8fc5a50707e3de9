# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate: who is let in, what is refused before it is stored, and in what words."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import botocore.config
import botocore.exceptions
import pytest

from tests.local_aws.server import LocalAws, boto3_session

TRUSTED, TRUSTING = "671000000001", "671000000002"
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """The gate, whatever the other tests use."""
    server = LocalAws(tmp_path_factory.mktemp("gate"), "gate")
    server.start(with_parent=True)
    yield server
    server.stop()


@pytest.fixture
def aws(gate: LocalAws) -> LocalAws:
    """The gate, emptied."""
    gate.reset()
    return gate


@pytest.fixture
def alice(aws: LocalAws) -> dict:
    """The keys of a user of the trusted account that may do everything."""
    accounts = {TRUSTED: {"users": {"alice": {"policies": {"all": ALL}}}}}
    return aws.seed({"accounts": accounts})["accounts"][TRUSTED]["users"]["alice"]


def trust(principal: object, **more: object) -> str:
    """A trust policy of one statement."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def error(call: Callable, **arguments: object) -> tuple[str, str]:
    """Code and message of the error that a call ends with."""
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        call(**arguments)
    answer = raised.value.response["Error"]
    return answer["Code"], answer["Message"]


def session(aws: LocalAws, keys: dict, **arguments: object) -> dict:
    """The keys of a session of the role App."""
    arguments = {"RoleArn": f"arn:aws:iam::{TRUSTING}:role/App", "RoleSessionName": "test", **arguments}
    made = aws.client("sts", keys).assume_role(**arguments)["Credentials"]
    return {
        "access_key": made["AccessKeyId"],
        "secret_key": made["SecretAccessKey"],
        "session_token": made["SessionToken"],
    }


class TestCallers:
    def test_a_wrong_secret(self, aws: LocalAws, alice: dict) -> None:
        wrong = {**alice, "secret_key": "wrong"}
        assert error(aws.client("iam", wrong).list_roles)[0] == "SignatureDoesNotMatch"
        assert error(aws.client("s3", wrong).list_buckets)[0] == "SignatureDoesNotMatch"
        assert error(aws.client("kms", wrong).list_keys)[0] == "InvalidSignatureException"

    def test_an_unknown_key(self, aws: LocalAws) -> None:
        unknown = {"access_key": "AKIAABCDEFGHIJKLMNOP", "secret_key": "x"}
        assert error(aws.client("iam", unknown).list_roles)[0] == "InvalidClientTokenId"
        assert error(aws.client("s3", unknown).list_buckets)[0] == "InvalidAccessKeyId"
        assert error(aws.client("sqs", unknown).list_queues)[0] == "UnrecognizedClientException"

    def test_a_deleted_or_inactive_key(self, aws: LocalAws, alice: dict) -> None:
        iam = aws.client("iam", TRUSTED)
        iam.update_access_key(UserName="alice", AccessKeyId=alice["access_key"], Status="Inactive")
        assert error(aws.client("sts", alice).get_caller_identity)[0] == "InvalidClientTokenId"
        iam.delete_access_key(UserName="alice", AccessKeyId=alice["access_key"])
        assert error(aws.client("sts", alice).get_caller_identity)[0] == "InvalidClientTokenId"

    def test_a_session_without_its_token_and_one_of_a_deleted_role(self, aws: LocalAws, alice: dict) -> None:
        iam = aws.client("iam", TRUSTING)
        iam.create_role(RoleName="App", AssumeRolePolicyDocument=trust({"AWS": TRUSTED}))
        keys = session(aws, alice)
        assert aws.client("sts", keys).get_caller_identity()["Arn"].endswith(":assumed-role/App/test")
        assert (
            error(aws.client("sts", {**keys, "session_token": None}).get_caller_identity)[0] == "InvalidClientTokenId"
        )
        iam.delete_role(RoleName="App")
        assert error(aws.client("sts", keys).get_caller_identity)[0] == "InvalidClientTokenId"

    def test_presigned_urls(self, aws: LocalAws, alice: dict) -> None:
        s3 = aws.client("s3", TRUSTED)
        s3.create_bucket(Bucket="presigned")
        s3.put_object(Bucket="presigned", Key="a b/c", Body=b"content")
        client = boto3_session().client(
            "s3", endpoint_url=aws.endpoint, region_name="us-east-1", aws_access_key_id=alice["access_key"],
            aws_secret_access_key=alice["secret_key"], config=botocore.config.Config(signature_version="s3v4"),
        )  # fmt: skip
        url = client.generate_presigned_url("get_object", Params={"Bucket": "presigned", "Key": "a b/c"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        assert opener.open(url, timeout=10).read() == b"content"
        with pytest.raises(urllib.error.HTTPError) as refused:
            opener.open(url.replace("a%20b", "a%20d"), timeout=10)
        assert refused.value.code == 403
        assert b"SignatureDoesNotMatch" in refused.value.read()


class TestDeleted:
    """What a policy shows of a user or role that is gone, and of its successor."""

    def test_is_shown_by_its_id_everywhere(self, aws: LocalAws, alice: dict) -> None:
        iam, s3, sqs = (aws.client(service, TRUSTING) for service in ("iam", "s3", "sqs"))
        unique_id = aws.client("iam", TRUSTED).get_user(UserName="alice")["User"]["UserId"]
        assert unique_id.startswith("AIDA")
        principal = {"AWS": alice["arn"]}
        iam.create_role(RoleName="App", AssumeRolePolicyDocument=trust(principal))
        s3.create_bucket(Bucket="deleted")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        for put, action, resource in (
            (
                lambda text: s3.put_bucket_policy(Bucket="deleted", Policy=text),
                "s3:GetObject",
                "arn:aws:s3:::deleted/*",
            ),
            (lambda text: sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text}), "sqs:SendMessage", "*"),
        ):
            put(trust(principal, Action=action, Resource=resource))
        owner = aws.client("iam", TRUSTED)
        owner.delete_user_policy(UserName="alice", PolicyName="all")
        owner.delete_access_key(UserName="alice", AccessKeyId=alice["access_key"])
        owner.delete_user(UserName="alice")
        shown = iam.get_role(RoleName="App")["Role"]["AssumeRolePolicyDocument"]
        assert shown["Statement"][0]["Principal"] == {"AWS": unique_id}
        assert unique_id in s3.get_bucket_policy(Bucket="deleted")["Policy"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]
        assert unique_id in attributes["Policy"]
        code, message = error(iam.update_assume_role_policy, RoleName="App", PolicyDocument=json.dumps(shown))
        assert (code, message) == ("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{unique_id}"')

    def test_an_id_of_somebody_who_is_there_becomes_the_arn(self, aws: LocalAws, alice: dict) -> None:
        iam = aws.client("iam", TRUSTING)
        unique_id = aws.client("iam", TRUSTED).get_user(UserName="alice")["User"]["UserId"]
        iam.create_role(RoleName="App", AssumeRolePolicyDocument=trust({"AWS": [unique_id, TRUSTED]}))
        shown = iam.get_role(RoleName="App")["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
        assert shown == {"AWS": [alice["arn"], f"arn:aws:iam::{TRUSTED}:root"]}


MALFORMED = {
    "no JSON": ("{nope", "This policy contains invalid Json"),
    "a version of its own": ('{"Version": "2020-01-01", "Statement": []}', "The policy must contain a valid version"),
    "no principal": (trust({}), "Missing required field Principal"),
    "a resource": (trust({"AWS": TRUSTED}, Resource="*"), "Has prohibited field Resource"),
    "another service": (trust({"AWS": TRUSTED}, Action="s3:GetObject"), "may only specify STS AssumeRole actions"),
    "a Sid with a hyphen": (trust({"AWS": TRUSTED}, Sid="a-b"), "must be alpha-numeric"),
    "a wildcard in a principal": (trust({"AWS": f"arn:aws:iam::{TRUSTED}:role/*"}), "Invalid principal in policy"),
    "a group": (trust({"AWS": f"arn:aws:iam::{TRUSTED}:group/g"}), "Invalid principal in policy"),
    "no service": (trust({"Service": "ec2"}), 'Invalid principal in policy: "Service":"ec2"'),
}


class TestDocuments:
    @pytest.mark.parametrize("name", MALFORMED)
    def test_malformed_trust_policies(self, aws: LocalAws, name: str) -> None:
        document, message = MALFORMED[name]
        iam = aws.client("iam", TRUSTING)
        code, said = error(iam.create_role, RoleName="App", AssumeRolePolicyDocument=document)
        assert code == "MalformedPolicyDocument"
        assert message in said
        assert iam.list_roles()["Roles"] == []

    def test_quotas(self, aws: LocalAws) -> None:
        iam = aws.client("iam", TRUSTING)
        summary = iam.get_account_summary()["SummaryMap"]
        assert summary["AssumeRolePolicySizeQuota"] == 2048
        long = trust({"AWS": TRUSTED}, Condition={"StringEquals": {"sts:ExternalId": ["x" * 40] * 60}})
        code, message = error(iam.create_role, RoleName="App", AssumeRolePolicyDocument=long)
        assert (code, message) == ("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")
        iam.create_role(RoleName="App", AssumeRolePolicyDocument=trust({"AWS": TRUSTED}))
        big = {**ALL, "Statement": [{**ALL["Statement"][0], "Resource": [f"arn:aws:s3:::{n:040}" for n in range(200)]}]}
        code, message = error(iam.put_role_policy, RoleName="App", PolicyName="big", PolicyDocument=json.dumps(big))
        assert (code, message) == ("LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role App")
        code, message = error(iam.create_policy, PolicyName="big", PolicyDocument=json.dumps(big))
        assert (code, message) == ("LimitExceeded", "Cannot exceed quota for PolicySize: 6144")

    def test_names(self, aws: LocalAws) -> None:
        iam = aws.client("iam", TRUSTING)
        for name in ("with space", "x" * 65):
            code, _message = error(iam.create_role, RoleName=name, AssumeRolePolicyDocument=trust({"AWS": TRUSTED}))
            assert code == "ValidationError"
        iam.create_role(RoleName="App", AssumeRolePolicyDocument=trust({"AWS": TRUSTED}))
        code, _message = error(iam.create_role, RoleName="APP", AssumeRolePolicyDocument=trust({"AWS": TRUSTED}))
        assert code == "EntityAlreadyExists"
        assert iam.get_role(RoleName="aPP")["Role"]["RoleName"] == "App"

    def test_an_update_leaves_what_it_does_not_say(self, aws: LocalAws) -> None:
        iam = aws.client("iam", TRUSTING)
        iam.create_role(RoleName="App", AssumeRolePolicyDocument=trust({"AWS": TRUSTED}), Description="kept")
        iam.update_role(RoleName="App", MaxSessionDuration=7200)
        iam.update_role(RoleName="App", Description="new")
        role = iam.get_role(RoleName="App")["Role"]
        assert (role["Description"], role["MaxSessionDuration"]) == ("new", 7200)

    def test_managed_policies_have_to_exist(self, aws: LocalAws) -> None:
        iam = aws.client("iam", TRUSTING)
        iam.create_role(RoleName="App", AssumeRolePolicyDocument=trust({"AWS": TRUSTED}))
        iam.attach_role_policy(RoleName="App", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
        missing = "arn:aws:iam::aws:policy/NoSuchPolicy"
        assert error(iam.attach_role_policy, RoleName="App", PolicyArn=missing)[0] == "NoSuchEntity"

    def test_a_bucket_policy_is_stored_as_s3_writes_it(self, aws: LocalAws) -> None:
        s3 = aws.client("s3", TRUSTING)
        s3.create_bucket(Bucket="normal")
        statement = {"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::normal/*"]}
        s3.put_bucket_policy(Bucket="normal", Policy=trust({"AWS": [TRUSTED]}, **statement))
        (shown,) = json.loads(s3.get_bucket_policy(Bucket="normal")["Policy"])["Statement"]
        assert (shown["Action"], shown["Resource"]) == ("s3:GetObject", "arn:aws:s3:::normal/*")
        assert shown["Principal"] == {"AWS": f"arn:aws:iam::{TRUSTED}:root"}


class TestS3:
    def test_canonical_ids(self, aws: LocalAws) -> None:
        ids = {aws.client("s3", account).list_buckets()["Owner"]["ID"] for account in (TRUSTED, TRUSTING)}
        assert len(ids) == 2
        assert all(len(each) == 64 for each in ids)

    def test_block_public_access_of_the_account(self, aws: LocalAws) -> None:
        s3 = aws.client("s3", TRUSTING)
        s3.create_bucket(Bucket="open-bucket")
        s3.delete_public_access_block(Bucket="open-bucket")
        public = trust("*", Action="s3:GetObject", Resource="arn:aws:s3:::open-bucket/*")
        s3.put_bucket_policy(Bucket="open-bucket", Policy=public)
        s3.delete_bucket_policy(Bucket="open-bucket")
        s3.put_public_access_block(Bucket="open-bucket", PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
        assert error(s3.put_bucket_policy, Bucket="open-bucket", Policy=public)[0] == "AccessDenied"

    def test_a_new_bucket_is_closed(self, aws: LocalAws) -> None:
        s3 = aws.client("s3", TRUSTING)
        s3.create_bucket(Bucket="closed")
        (rule,) = s3.get_bucket_ownership_controls(Bucket="closed")["OwnershipControls"]["Rules"]
        assert rule == {"ObjectOwnership": "BucketOwnerEnforced"}
        assert all(s3.get_public_access_block(Bucket="closed")["PublicAccessBlockConfiguration"].values())
        assert error(s3.put_bucket_acl, Bucket="closed", ACL="public-read")[0] == "AccessControlListNotSupported"

    def test_e_mail_grantees_are_a_thing_of_the_past(self, aws: LocalAws) -> None:
        s3 = aws.client("s3", TRUSTING)
        s3.create_bucket(Bucket="mail", ObjectOwnership="ObjectWriter")
        code, _message = error(s3.put_bucket_acl, Bucket="mail", GrantRead='emailAddress="a@example.org"')
        assert code == "MethodNotAllowed"


def test_faults_and_the_journal_are_those_of_any_local_aws(aws: LocalAws, alice: dict) -> None:
    aws.clear_journal()
    aws.faults({"effect": "throttle", "service": "iam", "operation": "ListRoles", "times": 1})
    iam = aws.client("iam", alice)
    assert error(iam.list_roles)[0] == "Throttling"
    iam.list_roles()
    assert aws.journal().count("iam:ListRoles", account=TRUSTED) == 2
    assert [call.status for call in aws.journal()] == [400, 200]


def test_another_backend_than_the_one_that_runs_is_not_taken_for_it(gate: LocalAws) -> None:
    with pytest.raises(Exception, match="gate is running here, not ministack"):
        LocalAws(gate.directory, "ministack").start()


def test_an_account_is_invited_into_an_organization_and_accepts(aws: LocalAws) -> None:
    management, member = aws.client("organizations", TRUSTED), aws.client("organizations", TRUSTING)
    target = {"Id": TRUSTING, "Type": "ACCOUNT"}
    code, _message = error(management.invite_account_to_organization, Target=target)
    assert code == "AWSOrganizationsNotInUseException"
    made = management.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    invitation = management.invite_account_to_organization(Target=target)["Handshake"]["Id"]
    assert error(management.invite_account_to_organization, Target=target)[0] == "DuplicateHandshakeException"
    assert error(management.accept_handshake, HandshakeId=invitation)[0] == "HandshakeNotFoundException"
    assert error(member.describe_organization)[0] == "AWSOrganizationsNotInUseException"
    assert member.accept_handshake(HandshakeId=invitation)["Handshake"]["State"] == "ACCEPTED"
    assert member.describe_organization()["Organization"]["Id"] == made
    code, _message = error(management.invite_account_to_organization, Target=target)
    assert code == "HandshakeConstraintViolationException"
    aws.reset()
    assert management.create_organization(FeatureSet="ALL")["Organization"]["Id"] == made


def test_a_topic_delivers_to_the_queue_of_another_account_only_where_queue_and_key_let_it(
    aws: LocalAws, alice: dict
) -> None:
    topic, queue = f"arn:aws:sns:us-east-1:{TRUSTED}:events", f"arn:aws:sqs:us-east-1:{TRUSTING}:jobs"
    accounts = {
        TRUSTED: {"users": {"alice": {"policies": {"all": ALL}}}, "topics": {"events": {}}},
        TRUSTING: {"keys": {"mine": {}}, "queues": {"jobs": {"key": "mine", "topics": [topic]}}},
    }
    key = aws.seed({"accounts": accounts})["accounts"][TRUSTING]["keys"]["mine"]["arn"]
    sns, sqs, kms = (aws.client(service, caller) for service, caller in (
        ("sns", alice), ("sqs", TRUSTING), ("kms", TRUSTING)
    ))  # fmt: skip
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]

    def delivered() -> bool:
        sns.publish(TopicArn=topic, Message="hello")
        return bool(sqs.receive_message(QueueUrl=url).get("Messages"))

    service = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}}
    source = {"Condition": {"ArnLike": {"aws:SourceArn": topic}}}
    assert not delivered()
    statement = {**service, **source, "Action": "sqs:SendMessage", "Resource": queue}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    assert not delivered()
    owner = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{TRUSTING}:root"}, "Action": "kms:*"}
    use = {**service, **source, "Action": ["kms:Decrypt", "kms:GenerateDataKey"]}
    policy["Statement"] = [{**each, "Resource": "*"} for each in (owner, use)]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    assert delivered()
    # Who reads it there needs the key as well.
    other = {"Effect": "Allow", "Principal": {"AWS": TRUSTED}, "Action": "sqs:*", "Resource": queue}
    policy["Statement"] = [statement, other]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    assert error(aws.client("sqs", alice).receive_message, QueueUrl=url)[0] == "AccessDeniedException"
