# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""moto, called as a function: it keeps what the accounts hold and never decides who may do what.

Everything here leans on moto's inside, which is why it is pinned exactly; test_gate_moto.py holds each thing touched.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Mapping

os.environ.setdefault("MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS", "true")

import moto.backends
import moto.core.responses
from moto import backend_index
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BackendDict
from moto.core.config import default_user_config
from moto.core.exceptions import HTTPException
from moto.core.request import Request as MotoRequest

from .errors import Response

# moto looks a class's methods up anew for every call.
moto.core.responses.method_names_from_class = functools.cache(moto.core.responses.method_names_from_class)
# Functions answer without a container that would run them.
default_user_config["lambda"]["use_docker"] = False

HOSTS = {"budgets": "budgets.amazonaws.com", "cloudfront": "cloudfront.amazonaws.com"}
ACCOUNT_HEADER = "x-moto-account-id"
# Access control lists are kept by object_acls.py.
NOT_SENT = ("host", "content-length", ACCOUNT_HEADER, "x-amz-acl", "x-amz-grant-")


class NotStored(Exception):
    """moto has nothing for this service or path."""


def backends(service: str):
    """moto's backends of a service, by account."""
    if service == "lambda":
        from moto.awslambda_simple.models import lambda_simple_backends  # those that run no containers

        return lambda_simple_backends
    return moto.backends.get_backend(service)


def backend(service: str, account: str, region: str = "us-east-1"):
    """moto's backend of a service in an account; a service without regions has one for the partition."""
    regions = backends(service)[account]
    return regions[region if region in regions else "aws"]


def accounts_of(service: str) -> list[str]:
    """The accounts in which a service was used."""
    return list(backends(service))


def regions_of(service: str, account: str) -> list:
    """moto's backends of a service in an account, of the regions in which it was used."""
    return list(backends(service)[account].values())


def reset() -> None:
    """Empty all accounts."""
    from moto.moto_api._internal.models import moto_api_backend  # loads moto's reset machinery once it is needed

    with_buckets = moto.backends.get_backend("s3")
    moto_api_backend.reset()
    with_buckets.bucket_accounts.clear()
    moto.backends.get_backend("organizations").master_accounts.clear()


def call(service: str, region: str, account: str, method: str, target: str, headers: Mapping, body: bytes) -> Response:
    """Let moto do a call in an account; `target` is the path with its query, as sent."""
    host = HOSTS.get(service, f"{service}.{region}.amazonaws.com")
    if service == "s3" and target.startswith("/v20180820/"):
        host = f"{account}.s3-control.{region}.amazonaws.com"
    path = target.partition("?")[0]
    sent = {name: value for name, value in headers.items() if not name.startswith(NOT_SENT)}
    sent |= {"host": host, ACCOUNT_HEADER: account}
    request = MotoRequest.from_primitives(method, f"http://{host}{target}", sent, body)
    request.environ["RAW_URI"] = target
    answer = handler(f"http://{host}{path}")
    if service == "s3":
        no_opinion_of_buckets()
    try:
        status, answered, content = answer(request, request.raw_url, request.headers)
    except HTTPException as error:
        status, answered, content = error.code, dict(error.get_headers()), error.get_body()
    if isinstance(content, str):
        content = content.encode("utf-8")
    kept = {str(name).lower(): str(value) for name, value in dict(answered).items()}
    kept.pop("content-length" if method != "HEAD" else "", None)
    return Response(int(status), kept, content or b"")


@functools.cache
def no_opinion_of_buckets() -> None:
    """moto looks at bucket policies a little, in its own way. Whoever gets here has been let in."""
    from moto.iam.access_control import PermissionResult
    from moto.s3.models import FakeBucket

    FakeBucket.get_permission = lambda _bucket, _action, _resource: PermissionResult.PERMITTED


def handler(url: str) -> Callable:
    """What moto has for a URL; raises NotStored."""
    for service, pattern in backend_index.backend_url_patterns:
        if pattern.match(url):
            for path, answer in handlers(service):
                if path.match(url):
                    return answer
    raise NotStored(url)


@functools.cache
def handlers(service: str) -> list[tuple[re.Pattern[str], Callable]]:
    """moto's handlers of a service, by the URLs that they are for."""
    accounts = moto.backends.get_backend(service)
    if not isinstance(accounts, BackendDict):
        return []
    regions = accounts[DEFAULT_ACCOUNT_ID]
    found = regions["us-east-1" if "us-east-1" in regions else "aws"]
    return [(re.compile(path), answer) for path, answer in found.urls.items()]
