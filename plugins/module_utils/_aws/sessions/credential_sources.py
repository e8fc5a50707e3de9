# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where botocore takes credentials from, and what is looked at before it signs with them.

Private to this collection.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ..._border.redaction import remark, remember_secrets
from ..calls.errors import SDK_ERRORS, AwsError
from ..calls.hints import hint_for
from .key_errors import key_errors

with contextlib.suppress(ImportError):  # `open_account` refuses before it is used.
    from botocore.credentials import CredentialResolver

if TYPE_CHECKING:
    from .session_files import ProviderCache

Result = TypeVar("Result")


def loaded(load: Callable[[], Result], source: str, account_id: str) -> Result:
    """Return what `load` returns; a source of credentials may fail in any way (a file, a program, a clock).

    `source` says whose credentials they are, for the message. Raises `AwsError`.
    """
    try:
        return load()
    except (AwsError, *SDK_ERRORS):
        raise
    except Exception as error:  # noqa: BLE001 - any, see above
        why = f"{type(error).__name__}: {remark(_why(error))}"
        raise AwsError(
            f"The credentials of {source} can't be read ({why})",
            code="CredentialsUnreadable",
            account=account_id,
            hint=hint_for("CredentialsUnreadable", "", ""),
        ) from None


def frozen_credentials(session: object, source: str, account_id: str) -> object:
    """Return what a session signs with now, in order and remembered as secret; None without credentials.

    Raises `AwsError` as `loaded`, and for keys that would break a request.
    """

    def freeze() -> object:
        credentials = session.get_credentials()
        return credentials.get_frozen_credentials() if credentials is not None else None

    frozen = loaded(freeze, source, account_id)
    if frozen is not None:
        remember_secrets((frozen.secret_key, frozen.token))
        errors = key_errors(frozen.access_key, frozen.secret_key, frozen.token)
        if errors:
            message = f"The credentials of {source} can't be used: {'; '.join(errors)}"
            raise AwsError(message, code="InvalidCredentials", account=account_id)
    return frozen


def use_credentials(session: object, load: Callable[[], object]) -> None:
    """Have a session take its credentials from `load`, called once, when they are first needed."""
    session.register_component("credential_provider", CredentialResolver([_Provider(load)]))


def refuse_prompts(session: object) -> None:
    """Raise for a profile that would have botocore ask for an MFA code: a task has nobody to ask, and would hang."""
    name = session.get_config_variable("profile") or "default"
    profiles = session.full_config.get("profiles", {})
    seen = set()
    while name in profiles and name not in seen:
        seen.add(name)
        if profiles[name].get("role_arn") and profiles[name].get("mfa_serial"):
            raise AwsError(
                f"Profile {name} asks for an MFA code (mfa_serial), and a task can't ask anybody",
                code="MfaPrompt",
                hint="Get a session before the run and give its keys, or name the profile without its role and put "
                "the role into assume_role, with mfa_serial and mfa_token.",
            )
        name = profiles[name].get("source_profile")


def share_sessions(session: object, cache: ProviderCache) -> None:
    """Have the sessions of a profile's own `role_arn` kept for the run, like those of our hops."""
    resolver = session.get_component("credential_provider")
    for name in ("assume-role", "assume-role-with-web-identity"):
        resolver.get_provider(name).cache = cache


class _Provider:
    """What botocore's resolver asks for credentials."""

    METHOD = "xacct"
    CANONICAL_NAME = None

    def __init__(self, load: Callable[[], object]) -> None:
        self.load = load


def _why(error: Exception) -> str:
    """Return what may be said of it: the file and the system's reason, or the text that goes with the exception."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error) or "no reason given"
