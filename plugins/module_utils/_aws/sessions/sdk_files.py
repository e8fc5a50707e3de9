# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that botocore opens by itself, looked at before it does: it would wait for a FIFO, and read a device for ever.

Of files of profiles it reads regular ones only and takes others for missing. Where somebody named such a file in the
environment that is said, too; the null device means "none".
Private to this collection.
"""

from __future__ import annotations

import contextlib
import os

from ..calls.errors import AwsError
from ..files.regular_files import BUNDLE_BYTES, CREDENTIALS_BYTES, TOKEN_BYTES, check_regular, said

try:
    from botocore.exceptions import BotoCoreError
except ImportError:
    # Sessions are made with botocore only.
    BotoCoreError = Exception

_IN_ENVIRONMENT = {
    "AWS_CONFIG_FILE": CREDENTIALS_BYTES,
    "AWS_SHARED_CREDENTIALS_FILE": CREDENTIALS_BYTES,
    "AWS_CREDENTIAL_FILE": CREDENTIALS_BYTES,
    "AWS_WEB_IDENTITY_TOKEN_FILE": TOKEN_BYTES,
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": TOKEN_BYTES,
    "AWS_CA_BUNDLE": BUNDLE_BYTES,
    "REQUESTS_CA_BUNDLE": BUNDLE_BYTES,
}
_BY_DEFAULT = {"AWS_CONFIG_FILE": "~/.aws/config", "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials"}
_IN_PROFILE = {"web_identity_token_file": TOKEN_BYTES, "ca_bundle": BUNDLE_BYTES}


def check_sdk_files(session: object, verify: bool | str | None = None) -> None:
    """Raise `AwsError` for a file that environment, options (`verify`) or profile name and that botocore must not open.

    A file that does not exist is left to botocore: it may not need it.
    """
    for variable, most_bytes in _IN_ENVIRONMENT.items():
        path = os.environ.get(variable)
        if path:
            _check(variable, path, most_bytes)
        elif variable in _BY_DEFAULT and os.path.isfile(os.path.expanduser(_BY_DEFAULT[variable])):
            _check("the SDK", _BY_DEFAULT[variable], most_bytes)
    if isinstance(verify, str):
        _check("aws_ca_bundle", verify, BUNDLE_BYTES)
    with contextlib.suppress(BotoCoreError):  # A profile that does not exist, say: the first client reports it.
        _check_profiles(session)


def _check_profiles(session: object) -> None:
    """Look at the profile that is used, and at those that it starts from."""
    profiles = session.full_config.get("profiles", {})
    name = session.get_config_variable("profile") or "default"
    seen = set()
    while name in profiles and name not in seen:
        seen.add(name)
        for key, most_bytes in _IN_PROFILE.items():
            if profiles[name].get(key):
                _check(f"{key} of profile {name}", profiles[name][key], most_bytes)
        name = profiles[name].get("source_profile")


def _check(who: str, path: str, most_bytes: int) -> None:
    path = os.path.expanduser(os.path.expandvars(path))
    if who == "REQUESTS_CA_BUNDLE" and os.path.isdir(path):
        return  # Other tools take a directory of certificates there.
    try:
        check_regular(path, most_bytes)
    except OSError as error:
        raise AwsError(f"{who} names a file that is not read: {said(error, path)}", code="RefusedFile") from None
