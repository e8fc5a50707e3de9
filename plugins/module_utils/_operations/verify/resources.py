# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `xacct_verify` does about topics, queues, functions, keys, secrets …: one harmless call as somebody.

Calls that others would notice are made only where a trust allows it. Nothing of an answer is kept: no message, no
secret, no key. Private to this collection.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ..._aws.calls.errors import SDK_ERRORS, AwsError, error_code, translate
from ..._expectations.proof_calls import CALLS, EVALUATE
from ..._expectations.proof_outcome import AT_A_RESOURCE, Attempt, Judgement, Question, judge
from ..._policy.language.principals import Arn, parse_arn
from ..._policy.s3.actions import matches
from ..._policy.statements.service_rules import POLICY, ServiceRules
from ..._services.registry import ADAPTERS
from ..._services.rules_registry import SERVICES
from ..access_check.connections import Connections
from ..actors import Actor, CannotAct
from ..task import Task
from .buckets import conditions_of

RESOURCE_CALLS = (*CALLS, EVALUATE)
MESSAGE = "A proof of xacct_verify; it means nothing."
GROUP = "xacct-verify"
"""The message group, where messages have an order."""

LET_IN_ANYWAY = frozenset({"DryRunOperationException"})
"""Codes that KMS answers a caller with who may use the key, when it is asked to do nothing."""


@dataclass(frozen=True)
class ResourceTrial:
    """One call to make for an expectation."""

    position: int
    """Which expectation."""
    question: Question
    make: Callable[[object, Arn], object] = field(repr=False)
    arn: Arn
    client: object = field(repr=False)
    account: object = field(repr=False)
    actor_arn: str

    def judged(self) -> Judgement:
        """Make the call and judge it. What it answers is dropped here."""
        try:
            self.make(self.client, self.arn)
        except (AwsError, *SDK_ERRORS) as error:
            said = translate(error, self.account, "").aws_message or str(error)
            code = error_code(error)
            return judge(self.question, Attempt(self.actor_arn, code in LET_IN_ANYWAY, code, said))
        return judge(self.question, Attempt(self.actor_arn, let_in=True))


def resource_trial(position: int, expectation: Mapping, actor: Actor, task: Task) -> ResourceTrial:
    """Return the call that an expectation takes. Raises `CannotAct` when it is not to be made, with the reason."""
    action = expectation["action"]
    call = CALLS.get(expectation["call"])
    if call is None:
        raise CannotAct(f"no call is made to show {action}")
    if call.effect and not expectation["by_writing"]:
        raise CannotAct(f"{action} is tried only where the trust says verify_by_writing: true, since {call.effect}")
    if call.effect and task.check_mode:
        raise CannotAct(f"check mode: {action} is not tried, since {call.effect}")
    arn = _callable_arn(parse_arn(expectation["resource"]), task)
    try:
        client = actor.account.client(arn.service, arn.region)
    except AwsError as error:
        raise CannotAct(f"cannot act as {expectation['actor']['principal']}: {error.message}") from None
    question = Question(
        trust=expectation["trust"],
        target=str(arn),
        expect=expectation["expect"],
        depends_on=tuple(conditions_of(expectation, client)),
        done=call.done,
        permission=action,
        place=SERVICES[call.type].title,
        trusting_side=AT_A_RESOURCE,
    )
    return ResourceTrial(position, question, _MAKE[call.name], arn, client, actor.account, actor.caller.arn)


def by_name(arn: Arn) -> tuple[ServiceRules, str] | None:
    """Return the rules and the name where an ARN ends in the pattern of what AWS adds to a name, None where not."""
    for rules in SERVICES.values():
        added = rules.name_pattern.format(name="")
        if added and rules.service == arn.service and arn.resource.endswith(added):
            start = rules.resource.partition("{name}")[0]
            return rules, arn.resource.removeprefix(start).removesuffix(added)
    return None


def whole_arn(connections: Connections, arn: Arn) -> Arn | None:
    """Return what AWS calls a resource of which only the name is known; None when its account cannot be asked.

    Raises `AwsError` when it is asked in vain.
    """
    named = by_name(arn)
    account = connections.of(arn.account_id) if named else None
    if not named or not account:
        return None
    rules, name = named
    return ADAPTERS[rules.type][POLICY].find(account, rules, name, {"region": arn.region})


def connections_of(task: Task, **others: Mapping | None) -> Connections:
    """Return the connections of a task by the account that each of them leads to; none is opened yet."""
    by_account = {entry["account_id"]: entry["connection"] for entry in task.params["connections"]}
    return Connections(task, by_account=by_account, **others)


def _callable_arn(arn: Arn, task: Task) -> Arn:
    """Return the ARN for a call, the whole one where the name ends like what AWS adds to names (`app-master`).

    Secrets Manager takes that end of an ARN for what it added, and finds no secret (its API Reference, `SecretId`).
    """
    named = by_name(arn)
    if not named or not matches(named[0].name_pattern.format(name="*"), named[1]):
        return arn
    unknown = f"{named[0].title} {named[1]}: its name ends like what AWS adds to names, so its whole ARN is needed"
    try:
        whole = whole_arn(connections_of(task), arn)
    except AwsError as error:
        raise CannotAct(f"{unknown}, and asking for it failed: {error.message}") from None
    if whole is None:
        raise CannotAct(f"{unknown}, and no connection leads to account {arn.account_id}: write resource.arn")
    return whole


def _queue_url(client: object, arn: Arn) -> str:
    """The queue's URL is put together: asking for it takes another permission."""
    return f"{client.meta.endpoint_url.rstrip('/')}/{arn.account_id}/{arn.resource}"


def _order(arn: Arn) -> dict:
    """What a message has to bring where messages have an order."""
    if not arn.resource.endswith(".fifo"):
        return {}
    return {"MessageGroupId": GROUP, "MessageDeduplicationId": secrets.token_hex(16)}


def _publish(client: object, arn: Arn) -> None:
    client.publish(TopicArn=str(arn), Message=MESSAGE, **_order(arn))


def _send(client: object, arn: Arn) -> None:
    client.send_message(QueueUrl=_queue_url(client, arn), MessageBody=MESSAGE, **_order(arn))


def _receive(client: object, arn: Arn) -> None:
    """A message that is received stays where it is, and can be received at once by others."""
    client.receive_message(
        QueueUrl=_queue_url(client, arn), MaxNumberOfMessages=1, VisibilityTimeout=0, WaitTimeSeconds=0
    )


def _invoke(client: object, arn: Arn) -> None:
    client.invoke(FunctionName=str(arn), InvocationType="DryRun")


def _encrypt(client: object, arn: Arn) -> None:
    client.encrypt(KeyId=str(arn), Plaintext=MESSAGE.encode(), DryRun=True)


def _decrypt(client: object, arn: Arn) -> None:
    """Without a ciphertext of the key KMS may not get as far as to ask for the permission; then nothing is shown."""
    try:
        text = client.encrypt(KeyId=str(arn), Plaintext=MESSAGE.encode())["CiphertextBlob"]
    except (AwsError, *SDK_ERRORS):
        text = MESSAGE.encode()
    client.decrypt(KeyId=str(arn), CiphertextBlob=text, DryRun=True)


def _generate(client: object, arn: Arn) -> None:
    client.generate_data_key(KeyId=str(arn), KeySpec="AES_256", DryRun=True)


def _secret_id(arn: Arn) -> str:
    """The ARN, without the pattern of what is not known of it: Secrets Manager finds the secret all the same."""
    named = by_name(arn)
    return str(replace(arn, resource=named[0].resource.format(name=named[1]))) if named else str(arn)


def _read(client: object, arn: Arn) -> None:
    client.get_secret_value(SecretId=_secret_id(arn))


def _describe(client: object, arn: Arn) -> None:
    client.describe_secret(SecretId=_secret_id(arn))


def _read_parameter(client: object, arn: Arn) -> None:
    """Decrypted, because reading an encrypted one takes its key as well."""
    client.get_parameter(Name=str(arn), WithDecryption=True)


_MAKE: Mapping[str, Callable[[object, Arn], None]] = {
    "sns_publish": _publish,
    "sqs_send": _send,
    "sqs_receive": _receive,
    "lambda_invoke": _invoke,
    "kms_encrypt": _encrypt,
    "kms_decrypt": _decrypt,
    "kms_generate": _generate,
    "secret_read": _read,
    "secret_describe": _describe,
    "parameter_read": _read_parameter,
}
"""How each call is made; what it returns is dropped."""
