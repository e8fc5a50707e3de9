# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of a call through the gate: who signed it, may they, is it well-formed; then moto does it."""

from __future__ import annotations

import datetime
import logging
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace

from ..operations import Operation, Request, identify, rest_operation
from . import identities, store
from .arn_doors import FunctionDoor, KeyDoor, QueueDoor, RepositoryDoor, SecretDoor, TopicDoor
from .calls import Call, fields_of
from .doors import Door
from .errors import Refusal, Response, not_well_signed, refused
from .identities import Caller
from .identity_door import IdentityDoor
from .judgement import Circumstances, Undecided, demand
from .organizations_door import OrganizationsDoor
from .parameter_door import ParameterDoor
from .s3_door import S3Door
from .signatures import Signature, is_genuine, is_timely, signature_of
from .smaller_doors import BusDoor, DomainDoor, FileSystemDoor
from .token_service import TokenService

log = logging.getLogger(__name__)
_ACCOUNT = re.compile(r"\d{12}")
WITHOUT_SIGNATURE = {"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"}


class Gate:
    """All accounts, and the one door to them. Calls are answered one after the other."""

    def __init__(self) -> None:
        self.tokens = TokenService()
        self.doors: Mapping[str, Door] = {
            "iam": IdentityDoor(),
            "s3": S3Door(),
            "sqs": QueueDoor(),
            "sns": TopicDoor(),
            "kms": KeyDoor(),
            "secretsmanager": SecretDoor(),
            "lambda": FunctionDoor(),
            "ecr": RepositoryDoor(),
            "events": BusDoor(),
            "elasticfilesystem": FileSystemDoor(),
            "es": DomainDoor(),
            "organizations": OrganizationsDoor(),
            "ssm": ParameterDoor(),
        }
        self.other = Door()
        self.accounts_of_keys: dict[str, str] = {}  # where an access key was found last

    def reset(self) -> None:
        """Empty all accounts."""
        store.reset()
        self.tokens.sessions.clear()
        self.accounts_of_keys.clear()

    def answer(self, request: Request) -> Response:
        """Answer a request; like S3 with an ID in a header, by which it can be told from another server."""
        operation = identified(request)
        response = self.answer_to(request, operation)
        response.headers.setdefault("x-amz-request-id", uuid.uuid4().hex[:16].upper())
        return response

    def answer_to(self, request: Request, operation: Operation) -> Response:
        """Answer a request that asks for this operation."""
        try:
            signature = signature_of(request)
            caller = self.caller(request, operation, signature)
            circumstances = Circumstances(
                now=datetime.datetime.now(datetime.timezone.utc),
                region=signature.region if signature else "us-east-1",
                source_ip="127.0.0.1",
                user_agent=request.headers.get("user-agent", "none"),
            )
            return self.admit(Call(request, operation, fields_of(request, operation), caller, circumstances))
        except Refusal as refusal:
            return refused(refusal, operation)
        except store.NotStored:
            what = f"moto has no {operation.service}:{operation.name}"
            return refused(Refusal("NotImplemented", what, 501), operation)
        except Undecided as error:
            log.error("undecided: %s", error)
            return refused(Refusal("InternalFailure", f"the gate could not decide: {error}", 500), operation)

    def admit(self, call: Call) -> Response:
        """Do a call if it is allowed and well-formed."""
        if call.operation.service == "sts":
            return self.tokens.answer(call)
        door = self.doors.get(call.operation.service, self.other)
        for question in door.questions(call):
            demand(call.caller, question.action, question.target, call.circumstances, question.context)
        prepared = door.prepared(call)
        if isinstance(prepared, Response):
            return prepared
        account, region = door.place(prepared)
        before = door.before(prepared)
        request = prepared.request
        response = store.call(
            prepared.operation.service, region, account, request.method, request.target, request.headers, request.body
        )
        return door.finished(prepared, response, before)

    def caller(self, request: Request, operation: Operation, signature: Signature | None) -> Caller:
        """Who made a request; refuses a signature that is wrong, too old, or of nobody."""
        service = operation.service
        if signature is None:
            if service == "s3" and ("AWSAccessKeyId=" in request.target or "authorization" in request.headers):
                text = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
                raise Refusal("InvalidRequest", text)
            if service == "s3" or operation.name in WITHOUT_SIGNATURE:
                return identities.nobody()
            raise not_well_signed(service, "missing")
        now = datetime.datetime.fromtimestamp(time.time(), datetime.timezone.utc)
        if not is_timely(signature, now):
            if signature.expires is not None:
                raise Refusal("AccessDenied", "Request has expired", 403)
            raise not_well_signed(service, "too_old")
        if _ACCOUNT.fullmatch(signature.access_key):
            return identities.root_of(signature.access_key)  # whatever the secret
        caller, secret = self.known(service, signature, now)
        if not is_genuine(request, signature, secret):
            raise not_well_signed(service, "signature")
        return caller

    def known(self, service: str, signature: Signature, now: datetime.datetime) -> tuple[Caller, str]:
        """The user or session of an access key, and its secret."""
        session = self.tokens.sessions.get(signature.access_key)
        if session is not None:
            if signature.token != session.token:
                raise not_well_signed(service, "bad_token")
            if session.expires <= now:
                raise not_well_signed(service, "expired")
            caller = identities.session_caller(session)
            if caller is None:
                raise not_well_signed(service, "unknown_key")
            return caller, session.secret_key
        last = self.accounts_of_keys.get(signature.access_key)
        for account in (*([last] if last else []), *store.accounts_of("iam")):
            key = identities.iam(account).access_keys.get(signature.access_key)
            user = identities.user_named(account, key.user_name) if key is not None and key.user_name else None
            if user is not None and key.status == "Active":
                self.accounts_of_keys[signature.access_key] = account
                return identities.user_caller(user), key.secret_access_key
        raise not_well_signed(service, "unknown_key")


def identified(request: Request) -> Operation:
    """The operation of a request; what is not signed and not of STS is a call to S3."""
    operation = identify(request)
    path, _separator, query = request.target.partition("?")
    if path.startswith("/v20180820/"):
        name = rest_operation("s3control", request.method, path, query, request.headers)
        return replace(operation, name=name)
    if operation.service:
        return operation
    name = rest_operation("s3", request.method, path, query, request.headers)
    return replace(operation, service="s3", name=name, protocol="rest-xml")
