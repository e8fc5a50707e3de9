# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The federation endpoint of AWS's sign-in service: temporary credentials in, a sign-in token out.

It is no part of the SDK; botocore's own HTTP client is used, so proxies and certificates work as for every other call.
Private to this collection.
"""

from __future__ import annotations

import json
from urllib.parse import urlencode

from ..calls.bounded_reading import bound_reading
from ..calls.errors import SDK_ERRORS, AwsError
from .key_errors import key_error

try:
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session
    from botocore.utils import get_environ_proxies
except ImportError:
    pass

CALL = "signin:getSigninToken"
_TIMEOUT = 30

LONGEST_TOKEN = 32_768
"""Characters. AWS's have one or two thousand, and an address has to hold it."""


def signin_token(
    endpoint: str,
    access_key: str,
    secret_key: str,
    session_token: str,
    session_duration: int | None = None,
    verify: bool | str = True,
) -> str:
    """Return a sign-in token for temporary credentials, good for 15 minutes.

    `session_duration` (seconds) is refused by AWS for credentials that come from role chaining. Raises `AwsError`;
    nothing that was sent is in its message.
    """
    form = {
        "Action": "getSigninToken",
        "Session": json.dumps({"sessionId": access_key, "sessionKey": secret_key, "sessionToken": session_token}),
    }
    if session_duration is not None:
        form["SessionDuration"] = str(session_duration)
    # A form rather than a query: a query would be in the log of every proxy on the way.
    request = AWSRequest(
        method="POST",
        url=endpoint,
        data=urlencode(form),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    ).prepare()
    http_session = URLLib3Session(verify=verify, proxies=get_environ_proxies(endpoint), timeout=_TIMEOUT)
    bound_reading(http_session)
    try:
        answer = http_session.send(request)
    except SDK_ERRORS as error:
        raise AwsError(
            f"{CALL} got no answer from {endpoint} ({type(error).__name__})",
            code=type(error).__name__,
            call=CALL,
            hint="The console's sign-in site must be reachable from here, perhaps through HTTPS_PROXY.",
        ) from None
    if answer.status_code != 200:
        hint = "The credentials may have expired, or console_duration is not possible for them (role chaining)."
        message = f"{CALL} was refused by {endpoint} with HTTP {answer.status_code}"
        raise AwsError(message, code=str(answer.status_code), call=CALL, hint=hint)
    try:
        token = json.loads(answer.content)["SigninToken"]
    except (ValueError, KeyError, TypeError, RecursionError):
        token = None
    if key_error("SigninToken", token) or len(token) > LONGEST_TOKEN:
        message = f"{CALL}: {endpoint} did not answer with a sign-in token; is it AWS's federation endpoint?"
        raise AwsError(message, code="InvalidAnswer", call=CALL)
    return token
