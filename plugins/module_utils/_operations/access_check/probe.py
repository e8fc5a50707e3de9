# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real call behind a question, as the principal, where there is one that reads only; and whether both agree.

Nothing of an answer is kept: sessions, objects and secrets that are won are dropped at once.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..._aws.calls.errors import SDK_ERRORS, AwsError, error_code, translate
from ..._aws.sessions.connection import Account
from ..._expectations.proof_outcome import WITHOUT_VERDICT
from ..._policy.evaluation.decision import ALLOWED, DENIED, UNDECIDED
from ..._policy.evaluation.request_principals import ROLE, SESSION, USER
from ..._policy.evaluation.requests import Request
from ..._policy.language.context import UNKNOWN
from ..._policy.language.documents import ascii_lower
from ..._policy.language.principals import Arn, parse_arn
from ..actors import Actor, CannotAct, make_actor
from ..task import Task

NOT_PROBED = "not_probed"
SESSION_NAME = "xacct-access-check"

REFUSED = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "KMS.AccessDeniedException",
    }
)
LET_IN = frozenset({"416", "InvalidRange", "InvalidObjectState", "NoSuchBucketPolicy"})
"""Codes that only a caller gets whom the service has let in."""

Client = Callable[[str, str], object]


class NoCall(Exception):
    """There is no safe call for a question; the text says why."""


@dataclass(frozen=True)
class Probe:
    """What came of a real call. `answer` is allowed, denied or not_probed; `agrees` is None without a comparison."""

    answer: str
    said: str
    call: str = ""
    agrees: bool | None = None

    def as_result(self) -> dict:
        """Return it for the result of the module."""
        return {"answer": self.answer, "call": self.call, "said": self.said, "agrees": self.agrees}


@dataclass(frozen=True)
class _Call:
    """What a call is made of: clients as the principal, by service and region, and the question."""

    client: Client
    request: Request

    @property
    def arn(self) -> Arn:
        return parse_arn(self.request.resource)


class Prober:
    """Makes calls as principals; each principal is become once."""

    def __init__(self, task: Task) -> None:
        """Do nothing yet."""
        self.task = task
        self._actors: dict[tuple[str, bool], Actor | CannotAct] = {}

    def probe(self, request: Request, evaluated: str) -> Probe:
        """Make the call of a question, if there is one, and compare its answer with the evaluated one."""
        try:
            account = self._acting(request)
            call, make = call_of(request)
        except (CannotAct, NoCall) as reason:
            return Probe(NOT_PROBED, str(reason))
        answer, said = attempt(account, make)
        agrees = answer == evaluated if answer in (ALLOWED, DENIED) and evaluated != UNDECIDED else None
        return Probe(answer, said, call, agrees)

    def _acting(self, request: Request) -> Account:
        if self.task.params["policies"] and self.task.params["policies"].get("session"):
            raise CannotAct("a session with the given session policies is not made for a probe")
        with_mfa = _is_true(_given(request, "aws:multifactorauthpresent"))
        key = (request.principal.arn, with_mfa)
        if key not in self._actors:
            try:
                self._actors[key] = self._actor(request, with_mfa)
            except CannotAct as reason:
                self._actors[key] = reason
        actor = self._actors[key]
        if isinstance(actor, CannotAct):
            raise actor
        if not with_mfa:
            return actor.account
        if actor.with_mfa is None:
            raise CannotAct(actor.no_mfa_because)
        return actor.with_mfa

    def _actor(self, request: Request, with_mfa: bool) -> Actor:
        principal = request.principal
        if principal.kind not in (USER, ROLE, SESSION):
            raise CannotAct(f"nobody acts as {principal.arn or 'an anonymous caller'} for a probe")
        resource = principal.arn.split(":", 5)[5]
        name = f"role/{resource.split('/')[1]}" if principal.kind == SESSION else resource
        home = self.task.account
        given = self.task.params["principal_connection"]
        try:
            if home.caller.account_id != principal.account_id:
                raise CannotAct(f"the connection of the task is not one of account {principal.account_id}")
        except AwsError as error:
            raise CannotAct(f"the connection does not work: {error.aws_message or error.message}") from None
        try:
            return make_actor(home, self.task.params, name, given, with_mfa)
        except CannotAct as reason:
            hint = str(reason).replace("xacct_principal_connections", "principal_connection")
            raise CannotAct(hint) from None


def attempt(account: Account, make: Callable[[Client], object]) -> tuple[str, str]:
    """Make a call and return the answer, with what AWS said."""

    def client(service: str, region: str) -> object:
        return account.client(service, region or None)

    try:
        make(client)
    except (AwsError, *SDK_ERRORS) as error:
        code = error_code(error)
        said = translate(error, account, "").aws_message or str(error)
        if code in LET_IN:
            return ALLOWED, f"let in ({code})"
        if code in REFUSED:
            return DENIED, said
        return NOT_PROBED, f"{WITHOUT_VERDICT.get(code, f'the call failed with {code}')}: {said}"
    return ALLOWED, "let in"


def call_of(request: Request) -> tuple[str, Callable[[Client], object]]:
    """Return the name of the call that shows an answer, and the function that makes it. Raises `NoCall`."""
    maker = _CALLS.get(ascii_lower(request.action))
    if maker is None:
        raise NoCall(f"there is no call that shows {request.action} and changes nothing")
    call, needs_resource, make = maker
    if needs_resource and ("*" in request.resource or "?" in request.resource):
        raise NoCall(f"{call} takes one resource, not {request.resource}")
    return call, lambda client: make(_Call(client, request))


def _given(request: Request, key: str) -> object:
    for name, value in request.context.items():
        if ascii_lower(name) == key and value is not None and value is not UNKNOWN:
            return value[0] if isinstance(value, (list, tuple)) else value
    return None


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"


def _assume_role(call: _Call) -> None:
    external_id = _given(call.request, "sts:externalid")
    more = {"ExternalId": str(external_id)} if external_id is not None else {}
    call.client("sts", "").assume_role(
        RoleArn=call.request.resource, RoleSessionName=SESSION_NAME, DurationSeconds=900, **more
    )


def _get_object(call: _Call) -> None:
    bucket, _slash, key = call.arn.resource.partition("/")
    call.client("s3", "").get_object(Bucket=bucket, Key=key, Range="bytes=0-0")["Body"].close()


def _list_bucket(call: _Call) -> None:
    prefix = _given(call.request, "s3:prefix")
    more = {"Prefix": str(prefix)} if prefix is not None else {}
    call.client("s3", "").list_objects_v2(Bucket=call.arn.resource, MaxKeys=1, **more)


def _of_bucket(method: str) -> Callable[[_Call], None]:
    def make(call: _Call) -> None:
        getattr(call.client("s3", ""), method)(Bucket=call.arn.resource)

    return make


def _queue_attributes(call: _Call) -> None:
    """The queue's URL is put together: asking for it takes another permission."""
    queues = call.client("sqs", call.arn.region)
    url = f"{queues.meta.endpoint_url.rstrip('/')}/{call.arn.account_id}/{call.arn.resource}"
    queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])


def _queue_url(call: _Call) -> None:
    call.client("sqs", call.arn.region).get_queue_url(
        QueueName=call.arn.resource, QueueOwnerAWSAccountId=call.arn.account_id
    )


def _by_arn(service: str, method: str, argument: str, **more: object) -> Callable[[_Call], None]:
    def make(call: _Call) -> None:
        getattr(call.client(service, call.arn.region), method)(**{argument: call.request.resource}, **more)

    return make


def _named(method: str, argument: str) -> Callable[[_Call], None]:
    def make(call: _Call) -> None:
        getattr(call.client("iam", ""), method)(**{argument: call.arn.resource.rpartition("/")[2]})

    return make


def _who_am_i(call: _Call) -> None:
    call.client("sts", "").get_caller_identity()


_CALLS: Mapping[str, tuple[str, bool, Callable]] = {
    "iam:getrole": ("iam:GetRole", True, _named("get_role", "RoleName")),
    "iam:getuser": ("iam:GetUser", True, _named("get_user", "UserName")),
    "kms:describekey": ("kms:DescribeKey", True, _by_arn("kms", "describe_key", "KeyId")),
    "lambda:getfunction": ("lambda:GetFunction", True, _by_arn("lambda", "get_function", "FunctionName")),
    "lambda:getfunctionconfiguration": (
        "lambda:GetFunctionConfiguration",
        True,
        _by_arn("lambda", "get_function_configuration", "FunctionName"),
    ),
    "s3:getbucketacl": ("s3:GetBucketAcl", True, _of_bucket("get_bucket_acl")),
    "s3:getbucketlocation": ("s3:GetBucketLocation", True, _of_bucket("get_bucket_location")),
    "s3:getbucketpolicy": ("s3:GetBucketPolicy", True, _of_bucket("get_bucket_policy")),
    "s3:getobject": ("s3:GetObject", True, _get_object),
    "s3:listbucket": ("s3:ListObjectsV2", True, _list_bucket),
    "secretsmanager:describesecret": (
        "secretsmanager:DescribeSecret",
        True,
        _by_arn("secretsmanager", "describe_secret", "SecretId"),
    ),
    "sns:gettopicattributes": (
        "sns:GetTopicAttributes",
        True,
        _by_arn("sns", "get_topic_attributes", "TopicArn"),
    ),
    "sqs:getqueueattributes": ("sqs:GetQueueAttributes", True, _queue_attributes),
    "sqs:getqueueurl": ("sqs:GetQueueUrl", True, _queue_url),
    "sts:assumerole": ("sts:AssumeRole", True, _assume_role),
    "sts:getcalleridentity": ("sts:GetCallerIdentity", False, _who_am_i),
}
"""By lower-case action: the call's name, whether it takes one resource, and how it is made. All of them read only."""
