# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The AWS SDK as this collection uses it: which versions, one shared set of service models, sessions made from them.

Loading a service model costs up to 0.2 s and making a session 10 ms, nearly all of it the same work every time. Here
it is done once and kept as data: no client, no connection and no thread, so a process may fork afterwards and each
child starts with everything loaded. A child then makes an IAM client in 12 ms instead of 75.

boto3's clients are botocore's. So botocore is what is imported: boto3 adds 0.1 s to the start of every module process
and nothing that is used here.
Private to this collection.
"""

from __future__ import annotations

import codecs
import copy
import functools
import gc
import logging
import os
import ssl
import traceback
from collections.abc import Callable, Iterable

from ..calls.answers import StrictParsers
from ..calls.bounded_reading import bound_reading
from ..calls.policy_texts import keep_policy_texts

try:
    import botocore
    import botocore.client
    import botocore.config
    import botocore.credentials
    import botocore.endpoint
    import botocore.exceptions
    import botocore.hooks
    import botocore.httpsession
    import botocore.loaders
    import botocore.parsers
    import botocore.retries.standard
    import botocore.session
    import botocore.signers
    import botocore.utils

    HAS_BOTO3 = True
    BOTO3_IMPORT_ERROR = None
except ImportError:
    HAS_BOTO3 = False
    BOTO3_IMPORT_ERROR = traceback.format_exc()

MINIMUM_VERSION = "1.34.0"
"""The oldest botocore (and so boto3, which pins it) that the tests run with."""


def outdated_sdk() -> str | None:
    """Return what is wrong with the installed botocore, or None when it is new enough (or missing)."""
    if not HAS_BOTO3 or _numbers(botocore.__version__) >= _numbers(MINIMUM_VERSION):
        return None
    return f"botocore {botocore.__version__} is too old: xacct.aws needs boto3 and botocore {MINIMUM_VERSION} or newer"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())


def preload(services: Iterable[str]) -> None:
    """Load the models, endpoint rules, paginators and waiters of services, for this process and all that it forks.

    Data only. Does nothing without boto3; a service that the installed botocore does not know is skipped here and
    reported by the first call that needs it.
    """
    if not HAS_BOTO3:
        return
    loader = shared_loader()
    loader.load_data("endpoints")
    loader.load_data("partitions")
    loader.load_data("sdk-default-configuration")
    known = set(loader.list_available_services("service-2"))
    for service in services:
        if service not in known:
            continue
        # The loader keeps an answer by the exact arguments: these are the ones that botocore's client uses.
        model = loader.load_service_model(service, "service-2", api_version=None)
        if service in loader.list_available_services("endpoint-rule-set-1"):
            loader.load_service_model(service, "endpoint-rule-set-1", api_version=None)
        for model_type in ("paginators-1", "waiters-2"):
            if service in loader.list_available_services(model_type):
                loader.load_service_model(service, model_type, model["metadata"]["apiVersion"])
        for operation in model["operations"]:
            # botocore keeps the Python name of every operation.
            botocore.xform_name(operation)
    _builtin_handlers()
    # The first context of a process initialises OpenSSL; every client makes one, also for an http endpoint.
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # The first connection loads the codec for host names; the first client compiles these patterns.
    codecs.lookup("idna")
    botocore.utils.validate_region_name("us-east-1")
    botocore.utils.is_valid_endpoint_url("https://localhost")
    # A garbage collection in a child would go through all that was loaded, and so copy its memory: 20 to 40 ms.
    gc.freeze()


def shared_loader() -> botocore.loaders.Loader:
    """Return the one loader of this process; it keeps all that it has loaded."""
    return _loader_for(os.environ.get("AWS_DATA_PATH"))


@functools.lru_cache(maxsize=2)
def _loader_for(data_path: str | None) -> botocore.loaders.Loader:
    return botocore.loaders.create_loader(data_path)


@functools.lru_cache(maxsize=1)
def _builtin_handlers() -> botocore.hooks.HierarchicalEmitter:
    """Return botocore's own event handlers, registered once: 10 ms for each session otherwise."""
    handlers = botocore.hooks.HierarchicalEmitter()
    botocore.session.Session(event_hooks=handlers)
    keep_policy_texts(handlers)
    return handlers


def new_session(profile: str | None = None, *, ignore_profiles: bool = False) -> botocore.session.Session:
    """Return a botocore session over the shared models; it reads environment and configuration files when used.

    With `ignore_profiles` AWS_PROFILE is not looked at: it has no say when the task brings its keys.
    """
    session = botocore.session.Session(
        session_vars={"profile": (None, [], None, None)} if ignore_profiles else None,
        profile=profile,
        event_hooks=copy.copy(_builtin_handlers()),
        include_builtin_handlers=False,
    )
    session.register_component("data_loader", shared_loader())
    session.register_component("response_parser_factory", StrictParsers())
    # Also the clients that botocore's providers of credentials make by themselves.
    session.create_client = functools.partial(_bounded_client, session.create_client)
    _keep_secrets_out_of_logs()
    return session


def _bounded_client(create: Callable[..., object], *args: object, **kwargs: object) -> object:
    client = create(*args, **kwargs)
    bound_reading(client._endpoint.http_session)
    return client


def _keep_secrets_out_of_logs() -> None:
    """Stop what botocore and urllib3 log, unless somebody asked for exactly that: it holds requests and answers.

    In the controller's process a log of everything would otherwise get the sessions of AssumeRole (CVE-2019-14846 was
    such a log). Their warnings quote what a server sent, and tracebacks; whatever matters is raised as well.
    """
    for name in ("botocore", "urllib3"):
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.CRITICAL + 1)
