# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Data that is kept as a fact and must never be taken for a template.

Up to ansible-core 2.18 a fact is a template again whenever it is read, unless its text is marked as unsafe: a message
of AWS or a description with braces in it would be executed. From 2.19 on only text that is marked as trusted is a
template, and what filters return is not.
Private to this collection.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import ansible.template

ONLY_TRUSTED_TEXT_IS_A_TEMPLATE = hasattr(ansible.template, "trust_as_template")


def inert(function: Callable) -> Callable:
    """Decorate a filter so that nothing in what it returns is a template."""
    if ONLY_TRUSTED_TEXT_IS_A_TEMPLATE:
        return function
    from ansible.utils.unsafe_proxy import wrap_var  # deprecated where it is not needed

    @functools.wraps(function)
    def returning_inert_data(*args: object, **kwargs: object) -> object:
        return wrap_var(function(*args, **kwargs))

    return returning_inert_data
