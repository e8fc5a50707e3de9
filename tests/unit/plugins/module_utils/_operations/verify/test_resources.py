# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proofs about topics, queues, functions, keys and secrets: what is called, and what an answer shows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._aws.sessions.connection import Caller
from ansible_collections.xacct.aws.plugins.module_utils._expectations.proof_calls import CALLS, RULES_OF
from ansible_collections.xacct.aws.plugins.module_utils._operations.task import Task
from ansible_collections.xacct.aws.plugins.module_utils._operations.verify.resources import RESOURCE_CALLS
from ansible_collections.xacct.aws.plugins.module_utils._operations.verify.verify import call_errors, check_verify, run
from botocore.exceptions import ClientError

READER = "arn:aws:sts::111111111111:assumed-role/Reader/xacct-verify"
OWNER = "222222222222"
ARNS = {
    "sns_topic": f"arn:aws:sns:eu-central-1:{OWNER}:events",
    "sqs_queue": f"arn:aws:sqs:eu-central-1:{OWNER}:jobs",
    "lambda_function": f"arn:aws:lambda:eu-central-1:{OWNER}:function:work",
    "kms_key": f"arn:aws:kms:eu-central-1:{OWNER}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "ssm_parameter": f"arn:aws:ssm:eu-central-1:{OWNER}:parameter/app/password",
    "secret": f"arn:aws:secretsmanager:eu-central-1:{OWNER}:secret:app/password-??????",
}
CODES = {"sns": "AuthorizationError", "sqs": "AccessDenied"}


class Service:
    """A service that answers every call, or refuses every one with its code; calls are kept with their arguments."""

    def __init__(self, code: str = "") -> None:
        self.code = code
        self.calls: list[tuple[str, dict]] = []
        self.meta = SimpleNamespace(endpoint_url="https://sqs.eu-central-1.amazonaws.com")

    def __getattr__(self, name: str):
        def call(**arguments: object) -> dict:
            self.calls.append((name, arguments))
            if self.code:
                raise ClientError({"Error": {"Code": self.code, "Message": f"no {name}"}}, name)
            hidden = {"SecretString": "open sesame", "Parameter": {"Value": "open sesame"}}
            return {**hidden, "CiphertextBlob": b"made", "Messages": []}

        return call


class Account:
    """The connection of the task, which is the reader itself."""

    known_account_id, known_caller, description = "111111111111", "", "account 111111111111"
    caller = Caller("111111111111", READER, "AROA:x")

    def __init__(self, service: Service, account_id: str = "111111111111") -> None:
        self.service = service
        self.account_id = account_id
        self.asked_for: list[tuple[str, str]] = []

    def confirm_account(self) -> None:
        """Be the expected one."""

    def secrets(self) -> tuple:
        return ()

    def client(self, service: str, region: str) -> Service:
        self.asked_for.append((service, region))
        return self.service


def expectation(call: str, expect: str, **more: object) -> dict:
    known = CALLS.get(call)
    return {
        "id": f"{call} {expect}",
        "trust": "events",
        "trusting": "customer_a",
        "actor": {"account": "platform", "principal": "role/Reader"},
        "call": call,
        "role_arn": None,
        "external_id": "none",
        "mfa": "none",
        "resource": ARNS[RULES_OF[call].type] if known else ARNS["sns_topic"],
        "action": known.action if known else "sns:Subscribe",
        "bucket": None,
        "by_writing": True,
        "expect": expect,
        "why": "",
        "depends_on": [],
        "unless": [],
        "at": None,
        "without_permission": False,
        **more,
    }


def proof(
    service: Service, call: str, expect: str, check_mode: bool = False, asked: str = "111111111111", **more: object
) -> dict:
    """Prove one expectation; `asked` is the account that the only connection leads to."""
    params = {
        "expectations": [expectation(call, expect, **more)],
        "connections": [],
        "principals": [],
        "external_ids": {},
        "objects": {},
        "lookups": [],
        "concurrency": 2,
        "propagation_timeout": 0,
        "fail_on_broken": False,
        "evaluate": False,
        "assume_none": [],
    }
    assert check_verify(params) == []
    (one,) = run(Task(params, check_mode, Account(service, asked)))["proofs"]
    return one


def refusing(call: str) -> Service:
    service = CALLS[call].action.partition(":")[0]
    return Service(CODES.get(service, "AccessDeniedException"))


KNOWN = [call for call in CALLS if RULES_OF[call].type in ARNS and call != "lambda_invoke"]


@pytest.mark.parametrize("call", KNOWN)
def test_access_and_refusal(call):
    assert proof(Service(), call, "allowed")["outcome"] == "proved"
    assert proof(refusing(call), call, "denied")["outcome"] == "proved"
    wrong = proof(Service(), call, "denied")
    assert wrong["outcome"] == "broken"
    assert "expected denied, but the call succeeded" in wrong["said"]
    assert CALLS[call].done in wrong["said"]
    missing = proof(refusing(call), call, "allowed")
    assert missing["outcome"] == "broken"
    assert CALLS[call].action in missing["said"]
    assert "the policy of the resource" in missing["said"]


@pytest.mark.parametrize("call", [call for call in KNOWN if CALLS[call].effect])
@pytest.mark.parametrize("expect", ["allowed", "denied"])
def test_what_others_notice_is_done_only_where_the_trust_allows_it(call, expect):
    service = Service()
    left = proof(service, call, expect, by_writing=False)
    assert left["outcome"] == "not_proved"
    assert "verify_by_writing: true" in left["said"]
    foretold = proof(service, call, expect, check_mode=True)
    assert foretold["said"].startswith("check mode: ")
    assert service.calls == []


def test_what_no_call_shows_is_not_called():
    service = Service()
    assert "no call is made to show sns:Subscribe" in proof(service, "evaluate", "allowed")["said"]
    assert service.calls == []


@pytest.mark.parametrize("call", ["kms_encrypt", "kms_decrypt", "kms_generate"])
def test_a_key_is_asked_to_do_nothing(call):
    service = Service("DryRunOperationException")
    assert proof(service, call, "allowed")["outcome"] == "proved"
    assert service.calls[-1][1]["DryRun"] is True


def test_without_a_ciphertext_nothing_is_shown_of_decrypting():
    found = proof(Service("InvalidCiphertextException"), "kms_decrypt", "allowed")
    assert found["outcome"] == "not_proved"
    assert "real ciphertext" in found["said"]


def test_a_secret_is_dropped_and_found_by_what_is_known_of_its_arn():
    service = Service()
    assert "open sesame" not in str(proof(service, "secret_read", "allowed"))
    assert service.calls == [("get_secret_value", {"SecretId": ARNS["secret"].removesuffix("-??????")})]
    whole = ARNS["secret"].replace("??????", "AbCdEf")
    proof(service, "secret_describe", "allowed", resource=whole)
    assert service.calls[-1] == ("describe_secret", {"SecretId": whole})


class TestNamesThatEndLikeArns:
    """Secrets Manager takes a hyphen and six characters at the end of an ARN for what it added to the name."""

    @pytest.mark.parametrize(("name", "is_one"), [("db-master", True), ("a-b-123456", True), ("db-mastery", False),
                                                  ("db_master", False), ("master", False)])  # fmt: skip
    def test_the_whole_arn_is_asked_for(self, name, is_one):
        partial = ARNS["secret"].replace("app/password-??????", name)
        asked: list[dict] = []

        class Secrets(Service):
            def describe_secret(self, **arguments: object) -> dict:
                asked.append(arguments)
                return {"ARN": f"{partial}-AbCdEf"}

        service = Secrets()
        found = proof(service, "secret_read", "allowed", asked=OWNER, resource=f"{partial}-??????")
        assert found["outcome"] == "proved"
        assert asked == ([{"SecretId": name}] if is_one else [])
        assert service.calls == [("get_secret_value", {"SecretId": f"{partial}-AbCdEf" if is_one else partial})]

    def test_nobody_can_tell_it(self):
        """A right trust is not called broken: nothing was tried."""
        service = Service()
        resource = ARNS["secret"].replace("app/password", "db-master")
        left = proof(service, "secret_read", "allowed", resource=resource)
        assert left["outcome"] == "not_proved" and service.calls == []
        assert f"no connection leads to account {OWNER}: write resource.arn" in left["said"]

    def test_who_could_tell_it_refuses(self):
        resource = ARNS["secret"].replace("app/password", "db-master")
        left = proof(Service("AccessDeniedException"), "secret_read", "denied", asked=OWNER, resource=resource)
        assert left["outcome"] == "not_proved" and "asking for it failed" in left["said"]


def test_a_parameter_is_read_decrypted_and_dropped():
    service = Service()
    assert "open sesame" not in str(proof(service, "parameter_read", "allowed"))
    assert service.calls == [("get_parameter", {"Name": ARNS["ssm_parameter"], "WithDecryption": True})]


def test_messages_in_order():
    service = Service()
    proof(service, "sqs_send", "allowed", resource=ARNS["sqs_queue"] + ".fifo")
    proof(service, "sns_publish", "allowed", resource=ARNS["sns_topic"] + ".fifo")
    for _name, arguments in service.calls:
        assert arguments["MessageGroupId"] and arguments["MessageDeduplicationId"]
    proof(service, "sqs_send", "allowed")
    assert service.calls[-1][1]["QueueUrl"] == f"https://sqs.eu-central-1.amazonaws.com/{OWNER}/jobs"
    assert "MessageGroupId" not in service.calls[-1][1]


def test_a_received_message_stays_for_others():
    service = Service()
    proof(service, "sqs_receive", "allowed")
    assert service.calls[-1][1]["VisibilityTimeout"] == 0


def test_a_key_that_refuses_is_said():
    class Encrypted(Service):
        def publish(self, **_arguments: object) -> None:
            message = "User: x is not authorized to perform: kms:GenerateDataKey on resource: y"
            raise ClientError({"Error": {"Code": "KMSAccessDenied", "Message": message}}, "Publish")

    found = proof(Encrypted(), "sns_publish", "allowed")
    assert found["outcome"] == "broken"
    assert "The KMS key that encrypts it refuses" in found["said"]


def test_a_resource_that_is_not_there_shows_nothing():
    found = proof(Service("NotFound"), "sns_publish", "denied")
    assert (found["outcome"], found["said"]) == ("not_proved", "there is no such topic")


def test_what_a_call_needs():
    for call in RESOURCE_CALLS:
        errors = call_errors({**expectation(call, "allowed"), "resource": None, "action": ""})
        assert errors == [f"resource is needed for {call}", f"action is needed for {call}"]
