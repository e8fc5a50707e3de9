# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors of the AWS SDK, said so that the reader knows which account, which resource, which call, and what to do.

    Creating role BackupService in account 111111111111 (platform): iam:CreateRole was denied: <AWS's message>. <hint>

Nothing secret is in such a message: see `_border`.
Private to this collection.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Protocol

from ..._border.redaction import remark
from ..._border.texts import bounded, one_line
from .hints import DENIED, hint_for, verb_for

try:
    from botocore.exceptions import BotoCoreError, ClientError

    SDK_ERRORS: tuple[type[Exception], ...] = (ClientError, BotoCoreError)
    """What a call of the SDK raises; empty without boto3, so that `except SDK_ERRORS` is always valid."""
except ImportError:
    SDK_ERRORS = ()

INVALID_ANSWER = "InvalidAnswer"
"""Code of an answer that is not AWS's: a proxy's, or one without what every answer to the call has."""

_NOT_OFFERED = frozenset(
    {
        INVALID_ANSWER,
        "InvalidAction",
        "MethodNotAllowed",
        "NotImplemented",
        "UnknownOperation",
        "UnknownOperationException",
    }
)
"""Codes with which services, and servers that speak their protocols, say that they do not know a call."""

_begun = threading.local()

CALL_MARK = "xacct_call"
"""Where the client hooks leave the name of the failed call ("iam:CreateRole") on an error of the SDK."""


class WhereItHappened(Protocol):
    """What a message says of the account; `Account` is one."""

    @property
    def description(self) -> str:
        """Say which account, without a call: "account 111111111111 (platform)"."""

    @property
    def known_account_id(self) -> str:
        """The account ID as far as it is known without a call, or an empty text."""

    @property
    def known_caller(self) -> str:
        """The ARN of who calls as far as it is known without a call, or an empty text."""

    def secrets(self) -> tuple[str, ...]:
        """Return the values that must not appear in a message."""


class AwsError(Exception):
    """Something that AWS refused, or that keeps us from asking it. `str()` is the whole message.

    `code` is AWS's error code or the name of the SDK's exception, `call` the API call ("iam:CreateRole"),
    `account` the account ID as far as known, `resource` what was being worked on, `hint` what the user can do;
    `aws_message` is AWS's own text, `status` the HTTP status. All of them may be empty.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        call: str = "",
        account: str = "",
        resource: str = "",
        hint: str = "",
        aws_message: str = "",
        status: int = 0,
    ) -> None:
        """Keep the parts; the hint is added to the message."""
        self.message = _sentences(message, hint)
        self.code = code
        self.call = call
        self.account = account
        self.resource = resource
        self.hint = hint
        self.aws_message = aws_message
        self.status = status
        super().__init__(self.message)

    def with_hint(self, hint: str) -> AwsError:
        """Return the error with more that the user can do."""
        return AwsError(
            self.message,
            code=self.code,
            call=self.call,
            account=self.account,
            resource=self.resource,
            hint=hint,
            aws_message=self.aws_message,
            status=self.status,
        )


class UnreadableAnswer(AwsError):
    """What answered is not AWS, or not whole: no XML or JSON of the service, or without a field that has to be there.

    `wrong` says what is the matter with the answer; nothing of its body is part of a message. The parser raises it
    without knowing the call: the client's hooks and `aws_call` add where it happened.
    """

    CODE = INVALID_ANSWER

    def __init__(self, wrong: str, *, status: int = 0, call: str = "", endpoint: str = "") -> None:
        """Keep the parts."""
        self.wrong = wrong
        self.endpoint = endpoint
        self.status = status
        text = self._text("", call)
        super().__init__(text, code=self.CODE, call=call, hint=hint_for(self.CODE, call, ""), status=status)

    def about(self, account: WhereItHappened | None, what: str, resource: str = "") -> UnreadableAnswer:
        """Return the error with what was being done and where, unless it has that already."""
        if self.resource or not (account or what):
            return self
        found = UnreadableAnswer(self.wrong, status=self.status, call=self.call, endpoint=self.endpoint)
        found.account = account.known_account_id if account is not None else ""
        found.resource = resource or what
        found.message = _sentences(found._text(_place(account, what), self.call), self.hint)
        found.args = (found.message,)
        return found

    def of_call(self, call: str, endpoint: str) -> UnreadableAnswer:
        """Return the error with the call and the endpoint that it is about."""
        return self if self.call else UnreadableAnswer(self.wrong, status=self.status, call=call, endpoint=endpoint)

    def _text(self, place: str, call: str) -> str:
        source = self.endpoint or "the endpoint"
        status = f" (HTTP {self.status})" if self.status else ""
        start = f"{place}: " if place else ""
        return f"{start}{call or 'a call'}: {source} did not answer as AWS does: {self.wrong}{status}"


@contextlib.contextmanager
def aws_call(account: WhereItHappened | None, what: str, resource: str = "") -> Iterator[None]:
    """Turn errors of the SDK inside the block into `AwsError`.

    `what` begins the message ("creating role BackupService", or just "role BackupService"); `resource` is the
    resource alone and defaults to `what`.
    """
    try:
        yield
    except UnreadableAnswer as error:
        raise error.about(account, what, resource) from None
    except SDK_ERRORS as error:
        # The SDK's error may carry what it signed and sent: it must not follow ours into a traceback.
        raise translate(error, account, what, resource) from None


def translate(error: Exception, account: WhereItHappened | None, what: str, resource: str = "") -> AwsError:
    """Return the `AwsError` of an error of the SDK; one that is an `AwsError` already comes back as it is."""
    if isinstance(error, AwsError):
        return error
    code = one_line(bounded(error_code(error), 128))
    call = called(error)
    secrets = account.secrets() if account is not None else ()
    text = remark(_message_of(error), secrets)
    caller = account.known_caller if account is not None else ""
    hint = remark(hint_for(code, call, text, caller), secrets)
    where = _place(account, what)
    return AwsError(
        f"{where}: {verb_for(code, call or 'the call')}: {text}",
        code=code,
        call=call,
        account=account.known_account_id if account is not None else "",
        resource=resource or what,
        hint=hint,
        aws_message=text,
        status=_status_of(error),
    )


def error_code(error: BaseException) -> str:
    """Return AWS's error code ("NoSuchEntity"), or the name of the exception's class when AWS did not answer."""
    if isinstance(error, AwsError):
        return error.code
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        return str(response.get("Error", {}).get("Code", "")) or "Unknown"
    return type(error).__name__


def is_code(error: BaseException, *codes: str) -> bool:
    """Say whether an error (of the SDK or ours) has one of these codes."""
    return error_code(error) in codes


def is_not_offered(error: BaseException) -> bool:
    """Say whether the server does not have the call that failed, or what answered is not the service.

    AWS has every call that is made here; servers that are compatible with one of its services lack some. What was to
    be read is then not known, as where access is denied. A code of the service (NoSuchEntity) is an answer, whatever
    its HTTP status.
    """
    code = error_code(error)
    status = _status_of(error)
    if code == "InvalidParameterValue":
        # MinIO's STS about any action but its own.
        return aws_text(error).startswith("Unsupported action ")
    return code in _NOT_OFFERED or status == 501 or (status in (404, 405) and (code == "Unknown" or code.isdigit()))


def is_unanswered(error: BaseException) -> bool:
    """Say whether a question stays open: the caller may not ask it, or the server does not have it."""
    return error_code(error) in DENIED or is_not_offered(error)


def called(error: BaseException) -> str:
    """Return the call that failed ("iam:CreateRole"), the bare operation if the service is not known, or nothing."""
    if isinstance(error, AwsError):
        return error.call
    mark = getattr(error, CALL_MARK, "")
    response = getattr(error, "response", None)
    if not mark and isinstance(response, dict):
        mark = response.get("ResponseMetadata", {}).get(CALL_MARK, "")
    if not mark and type(error).__name__ == "ParamValidationError":
        # Refused before the client's hooks see it: it is of the call that this thread has begun last.
        mark = last_call()
    return mark or getattr(error, "operation_name", "") or ""


def last_call() -> str:
    """Return the call that this thread has begun last ("iam:GetRole"), or nothing."""
    return getattr(_begun, "call", "")


def call_begins(call: str) -> None:
    """Remember the call that this thread begins ("iam:GetRole"), for an error that does not know it."""
    _begun.call = call


def aws_text(error: BaseException) -> str:
    """Return AWS's own message for an error, for rules that have to look into it. Not scrubbed: never show it."""
    return error.aws_message if isinstance(error, AwsError) else _message_of(error)


def _status_of(error: BaseException) -> int:
    """Return the HTTP status of the answer, 0 without one."""
    if isinstance(error, AwsError):
        return error.status
    response = getattr(error, "response", None)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode") if isinstance(response, dict) else None
    return status if isinstance(status, int) else 0


def _message_of(error: BaseException) -> str:
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        error_part = response.get("Error", {})
        return str(error_part.get("Message") or error_part.get("Code") or "AWS gave no message")
    # The SDK lists what is wrong with parameters on lines of their own.
    return " ".join(str(error).splitlines())


def _place(account: WhereItHappened | None, what: str) -> str:
    where = _first_upper(one_line(what))
    if account is None:
        return where
    return f"{where} in {account.description}" if where else _first_upper(account.description)


def _sentences(message: str, hint: str) -> str:
    message = message.strip()
    if not hint:
        return message
    return f"{message} {hint}" if message.endswith((".", "!", "?")) else f"{message}. {hint}"


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
