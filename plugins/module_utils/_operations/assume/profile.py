# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session as a named profile of an AWS shared credentials file.

The file is people's own: other profiles, comments, order and blank lines stay as they are to the byte. So the text is
edited, not read and written again by a parser; the parser has the last word on whether the edit did what it should.
Private to this collection.
"""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..plan import Change, Plan
from ..task import TaskError
from .private_files import PRIVATE_FILE, is_private, make_private_directory, read_text, replace_file, said_of
from .session import Session, utc_text

EXPIRES = "x_security_token_expires"
PRINCIPAL = "x_principal_arn"
ROLE = "x_xacct_role_arn"
UNIQUE_ID = "x_xacct_unique_id"
FINGERPRINT = "x_xacct_request"
"""Keys that AWS's tools ignore; the first two are also what other tools write. A profile with the last one is ours."""

OUTDATED_KEYS = ("aws_security_token",)
"""botocore prefers this old name of the session token, so one that was left behind would win."""

LEADING_AWAY = (
    "role_arn",
    "source_profile",
    "credential_source",
    "credential_process",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
    "login_session",
)
"""Keys with which AWS's tools get credentials elsewhere: what is written beside them would not be used."""


@dataclass(frozen=True)
class ProfileFile:
    """One profile of one credentials file."""

    name: str
    path: str
    region: str | None
    take_over: bool

    def session(self, fingerprint: str) -> Session | None:
        """Return the session that the profile holds, if it was asked for with this fingerprint."""
        with said_of(self.path):
            text = read_text(self.path) or ""
        return session_in(profiles_of(text, self.path).get(self.name), fingerprint)

    def put(self, session: Session, fingerprint: str, *, write: bool) -> Plan:
        """Have the profile hold this session; return what changes, which happens with `write` only."""
        with said_of(self.path):
            text = read_text(self.path)
        profile = profiles_of(text or "", self.path).get(self.name)
        check_takeable(profile, self.name, self.path, self.take_over)
        values = profile_values(session, fingerprint, self.region)
        changes = []
        if profile is None or holds_other_values(profile, values):
            changes.append(Change("write_profile", self.name, shown(profile), shown(values)))
            text = edited_file(text or "", self.name, values, self.path)
        elif not is_private(self.path):
            changes.append(Change("mode", self.path, "readable by others", f"{PRIVATE_FILE:04o}"))
        if changes and write:
            with said_of(self.path):
                make_private_directory(os.path.dirname(os.path.realpath(self.path)))
                replace_file(self.path, text)
        before = {"profile": self.name, "file": self.path, "holds": shown(profile)}
        return Plan(tuple(changes), before, {**before, "holds": shown(values)})


def open_profile(options: Mapping) -> ProfileFile:
    """Return the profile that `write_profile` names. Raises `TaskError` when it can't be written, before any call."""
    file = options.get("file") or os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials"
    profile = ProfileFile(
        options["name"], os.path.expanduser(file), options.get("region"), bool(options.get("take_over"))
    )
    with said_of(profile.path):
        text = read_text(profile.path) or ""
    held = profiles_of(text, profile.path).get(profile.name)
    check_takeable(held, profile.name, profile.path, profile.take_over)
    return profile


def shown(profile: Mapping | None) -> dict | None:
    """Return what a reader of a diff may see of a profile: whose session it is and how long it lives."""
    if profile is None:
        return None
    return {"principal": profile.get(PRINCIPAL), "expires": profile.get(EXPIRES), "region": profile.get("region")}


def holds_other_values(profile: Mapping, values: Mapping) -> bool:
    """Tell whether a profile has to be edited to have these values."""
    return any(profile.get(key) != value for key, value in values.items()) or any(
        key in profile for key in OUTDATED_KEYS
    )


def profiles_of(text: str, path: str) -> dict[str, dict[str, str]]:
    """Return all profiles in a credentials file. Raises `TaskError` for text that AWS's tools can't read."""
    parser = configparser.RawConfigParser(default_section="")
    try:
        parser.read_string(text, source=path)
    except configparser.Error as error:
        # The error repeats the offending line, which may be a secret.
        line = getattr(error, "lineno", None) or (getattr(error, "errors", None) or [(None,)])[0][0]
        where = f", line {line}" if line else ""
        raise TaskError(
            f"{path} can't be read as a credentials file ({type(error).__name__}{where}); it was left as it is"
        ) from None
    return {name: dict(parser.items(name)) for name in parser.sections()}


def check_takeable(profile: Mapping | None, name: str, path: str, take_over: bool) -> None:
    """Raise `TaskError` when writing this profile would destroy somebody's keys, or would have no effect."""
    if profile is None:
        return
    elsewhere = [key for key in LEADING_AWAY if key in profile]
    if elsewhere:
        raise TaskError(
            f"Profile {name} in {path} gets its credentials by {', '.join(elsewhere)}, so keys beside that would not "
            f"be used. Choose another name in write_profile."
        )
    if FINGERPRINT not in profile and not take_over:
        raise TaskError(
            f"Profile {name} in {path} was not written by this module; it may hold keys that exist nowhere else. "
            f"Choose another name in write_profile, or set take_over: true there."
        )


def session_in(profile: Mapping | None, fingerprint: str) -> Session | None:
    """Return the session that a profile holds, if it is one that was asked for with the same fingerprint."""
    if profile is None or profile.get(FINGERPRINT) != fingerprint:
        return None
    try:
        return Session.from_json(
            {
                "role_arn": profile[ROLE],
                "arn": profile[PRINCIPAL],
                "unique_id": profile.get(UNIQUE_ID) or None,
                "access_key": profile["aws_access_key_id"],
                "secret_key": profile["aws_secret_access_key"],
                "session_token": profile["aws_session_token"],
                "expiration": profile[EXPIRES],
            }
        )
    except (KeyError, ValueError):
        return None


def profile_values(session: Session, fingerprint: str, region: str | None) -> dict[str, str]:
    """Return the keys of a profile that holds this session."""
    values = {
        "aws_access_key_id": session.access_key,
        "aws_secret_access_key": session.secret_key,
        "aws_session_token": session.session_token,
        EXPIRES: utc_text(session.expiration),
        PRINCIPAL: session.arn,
        ROLE: session.role_arn,
        UNIQUE_ID: session.unique_id or "",
        FINGERPRINT: fingerprint,
    }
    if region:
        values["region"] = region
    return values


def edited_file(text: str, name: str, values: Mapping[str, str], path: str) -> str:
    """Return the text of a credentials file in which one profile has these values and nothing else has changed.

    Raises `TaskError` when AWS's tools could not read the text, or would read more out of it than was meant.
    """
    before = profiles_of(text, path)
    edited = _with_section(text, name, values)
    after = profiles_of(edited, path)
    kept = {key: value for key, value in before.get(name, {}).items() if key not in OUTDATED_KEYS}
    if after != {**before, name: {**kept, **values}}:
        raise TaskError(
            f"{path} is laid out in a way that this module can't edit without touching other profiles (an indented "
            f"section, perhaps); it was left as it is"
        )
    return edited


def _with_section(text: str, name: str, values: Mapping[str, str]) -> str:
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    start = next((number for number, line in enumerate(lines) if _section_name(line) == name), None)
    written = [f"{key} = {value}{line_end}" for key, value in values.items()]
    if start is None:
        apart = [line_end] if lines and lines[-1].strip() else []
        return "".join([*_ended(lines, line_end), *apart, f"[{name}]{line_end}", *written])
    end = next((n for n in range(start + 1, len(lines)) if _section_name(lines[n]) is not None), len(lines))
    body: list[str] = []
    dropping = False
    for line in lines[start + 1 : end]:
        key = _option_name(line)
        if key is not None:
            dropping = key in values or key in OUTDATED_KEYS
        elif not line[:1].isspace() or not line.strip():
            # A comment or a blank line; a line that starts with a space goes on with the option before it.
            dropping = False
        if not dropping:
            body.append(line)
    return "".join([*_ended(lines[: start + 1], line_end), *written, *body, *lines[end:]])


def _ended(lines: list[str], line_end: str) -> list[str]:
    """Return lines of which the last one is ended."""
    if lines and not lines[-1].endswith("\n"):
        return [*lines[:-1], lines[-1] + line_end]
    return lines


def _section_name(line: str) -> str | None:
    match = re.match(r"\[(.+)\]", line)
    return match.group(1) if match else None


def _option_name(line: str) -> str | None:
    match = re.match(r"([^\s#;\[:=][^:=]*?)\s*[:=]", line)
    return match.group(1).lower() if match else None
