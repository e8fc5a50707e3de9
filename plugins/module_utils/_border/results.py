# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A result, a fact or a report on its way out: the one border that everything passes before a person or a log sees it.

Messages lose every secret and are bounded. Data go on to other tasks, so nothing in them is hidden but secrets that
can't be there by chance. Neither keeps a control character.
Private to this collection.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping

from .redaction import argument, hide_long_secrets, message
from .texts import bounded, one_line, own_lines

HIDDEN_ARGUMENT = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
"""What Ansible shows of an option that is no_log."""

LONGEST_VALUE = 262_144
"""Characters of one value; the longest policy that AWS takes has 150 kB, the longest token 4."""

DEEPEST = 60
"""Levels of lists and mappings; a policy has seven."""

_MESSAGES = frozenset({"msg", "errors", "warnings", "exception"})

_OF_LINES = frozenset({"msg", "yaml"})
"""What in data may have lines of our own; any other line break in them is somebody else's."""


def shown_result(result: Mapping, secrets: Iterable[str] = (), *, secret_result: bool = False) -> dict:
    """Return a module's result as it may leave. `secret_result`: its data are credentials, which are used as they are.

    Whoever marks that result keeps it from being printed.
    """
    secrets = tuple(secrets)
    as_message = _Cleaner(lambda text: message(text, secrets))
    as_data = _Cleaner(str if secret_result else lambda text: _value(text, secrets), in_data=True)
    return {str(name): (as_message if name in _MESSAGES else as_data).clean(item) for name, item in result.items()}


def shown_value(value: object) -> object:
    """Return data, of JSON's types, as they may be shown or kept as a fact."""
    # Not cut: a plan of many accounts is one long text that goes on.
    return _Cleaner(hide_long_secrets, in_data=True).clean(value)


def passed_on(value: object) -> object:
    """Return data, of JSON's types, that modules are given: every text as it is."""
    return _Cleaner(str.__str__).clean(value)


def shown_arguments(argument_spec: Mapping, params: Mapping, secrets: Iterable[str] = ()) -> dict:
    """Return a task's arguments for the result's `invocation`, without the values of no_log options and passwords."""
    secrets = tuple(secrets)
    return _Cleaner(lambda text: own_lines(argument(text, secrets))).mapping(_without_no_log(argument_spec, params))


def secrets_in(argument_spec: Mapping, params: Mapping) -> tuple[str, ...]:
    """Return the values of no_log options, those of suboptions too."""
    found: list[str] = []
    for name, value in params.items():
        option = argument_spec.get(name, {})
        if option.get("no_log"):
            found += [value] if isinstance(value, str) else []
        elif option.get("options"):
            entries = value if isinstance(value, list) else [value]
            for entry in entries:
                found += secrets_in(option["options"], entry) if isinstance(entry, Mapping) else ()
    return tuple(found)


def defect(error: Exception) -> dict:
    """Return the failed result of an exception that nobody planned: what and where it was, no variable's value."""
    places = traceback.extract_tb(error.__traceback__)
    where = f" in {places[-1].name}, line {places[-1].lineno}" if places else ""
    frames = "".join(f"\n  {each.filename}, line {each.lineno}, in {each.name}" for each in places[-20:])
    return {
        "failed": True,
        "msg": f"Internal error: {type(error).__name__}{where}: {bounded(str(error), 500)}. Report this as a bug",
        "exception": f"{type(error).__name__}{frames}",
    }


def _without_no_log(argument_spec: Mapping, params: Mapping) -> dict:
    shown: dict = {}
    for name, value in params.items():
        option = argument_spec.get(name, {})
        if option.get("no_log") and value is not None:
            shown[name] = HIDDEN_ARGUMENT
        elif isinstance(value, Mapping) and option.get("options"):
            shown[name] = _without_no_log(option["options"], value)
        elif isinstance(value, list) and option.get("options"):
            shown[name] = [
                _without_no_log(option["options"], item) if isinstance(item, Mapping) else item for item in value
            ]
        else:
            shown[name] = value
    return shown


def _value(text: str, secrets: tuple[str, ...]) -> str:
    return bounded(hide_long_secrets(text, secrets), LONGEST_VALUE)


class _Cleaner:
    """Goes through data of any shape, as deep as `DEEPEST`, and changes every text."""

    def __init__(self, change: Callable[[str], str], *, in_data: bool = False) -> None:
        """`in_data`: after the change, control characters and line breaks are written out but for `_OF_LINES`."""
        self._change = change
        self._in_data = in_data

    def clean(self, value: object, depth: int = 0, name: object = None) -> object:
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, str):
            return self._text(value, name)
        if depth >= DEEPEST:
            return "(nested too deeply to be shown)"
        if isinstance(value, Mapping):
            return self.mapping(value, depth)
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.clean(item, depth + 1) for item in value]
        return self._text(str(value))

    def mapping(self, value: Mapping, depth: int = 0) -> dict:
        return {self._key(key): self.clean(item, depth + 1, key) for key, item in value.items()}

    def _key(self, key: object) -> object:
        return self._text(key) if isinstance(key, str) else key

    def _text(self, text: str, name: object = None) -> str:
        changed = self._change(text)
        if not self._in_data:
            return changed
        return own_lines(changed) if isinstance(name, str) and name in _OF_LINES else one_line(changed)
