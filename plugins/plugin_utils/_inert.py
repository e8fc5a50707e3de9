# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Data that is shown or kept as a fact and must never be taken for a template.

Up to ansible-core 2.18 a fact is a template again whenever it is read, unless its text is marked as unsafe: a message
of AWS or a description with braces in it would be executed. So would the text of an exception. From 2.19 on only text
that is marked as trusted is a template, and what plugins return is not.
Private to this collection.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import ansible.template
from ansible.errors import AnsibleFilterError
from ansible_collections.xacct.aws.plugins.module_utils._border.redaction import hide_long_secrets, hide_secrets
from ansible_collections.xacct.aws.plugins.module_utils._border.results import defect, passed_on, shown_value
from ansible_collections.xacct.aws.plugins.module_utils._border.texts import bounded, own_lines

ONLY_TRUSTED_TEXT_IS_A_TEMPLATE = hasattr(ansible.template, "trust_as_template")
LONGEST_ERROR = 32_768
"""All errors of a long declaration are one text."""


def inert(function: Callable, *, is_file: bool = False, goes_on: bool = False) -> Callable:
    """Decorate a filter so that nothing in what it returns, or raises, is a template or hides a control character.

    With `goes_on` it returns what modules are given: the user's own names, prefixes and texts stay exactly as they are.
    With `is_file` it returns the content of a file, with lines of its own, and has cleaned the texts in it itself.
    """

    @functools.wraps(function)
    def returning_inert_data(*args: object, **kwargs: object) -> object:
        try:
            found = function(*args, **kwargs)
            if goes_on:
                return marked(passed_on(found))
            return marked(hide_long_secrets(found) if is_file else shown_value(found))
        except AnsibleFilterError as error:
            raise AnsibleFilterError(error_text(error.message)) from None
        except Exception as error:  # noqa: BLE001 - a defect: Ansible would show its text, whoever wrote that, as it is
            raise AnsibleFilterError(error_text(defect(error)["msg"])) from None

    return returning_inert_data


def marked(value: object) -> object:
    """Return data that no ansible-core takes for a template."""
    if ONLY_TRUSTED_TEXT_IS_A_TEMPLATE:
        return value
    from ansible.utils.unsafe_proxy import wrap_var  # deprecated where it is not needed

    return wrap_var(value)


def error_text(text: str) -> str:
    """Return the text of an exception, which can't be marked: its braces are taken apart where that matters."""
    text = bounded(own_lines(hide_secrets(text)), LONGEST_ERROR)
    return text if ONLY_TRUSTED_TEXT_IS_A_TEMPLATE else re.sub(r"\{(?=[{%#])", "{ ", text)
