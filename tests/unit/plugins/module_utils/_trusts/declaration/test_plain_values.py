# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever Ansible hands over becomes plain data."""

from __future__ import annotations

import datetime
import json
from collections import UserDict

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._trusts.declaration.plain_values import plain


class Tagged(str):
    """As ansible-core 2.19 tags text."""


class Number(int):
    pass


class Vaulted:
    """As ansible-core holds vaulted text."""

    def __str__(self):
        return "secret"


class Omitted:
    def __repr__(self):
        return "<<Omit>>"


TIME = datetime.datetime(2027, 1, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Tagged("x"), "x"),
        (Number(3), 3),
        (True, True),
        (None, None),
        (1.5, 1.5),
        (Vaulted(), "secret"),
        ((1, 2), [1, 2]),
        ({"b", "a"}, ["a", "b"]),
        (iter([1]), [1]),
        (UserDict({"a": [Tagged("b")]}), {"a": ["b"]}),
        ({1: 2}, {"1": 2}),
        ({"a": "__omit_place_holder__1234", "b": 1}, {"b": 1}),
        ({"a": Omitted(), "b": [Omitted(), 1]}, {"b": [1]}),
        (TIME, "2027-01-01T00:00:00Z"),
        (datetime.datetime(2027, 1, 1), "2027-01-01T00:00:00"),
        (datetime.date(2027, 1, 1), "2027-01-01"),
    ],
)
def test_plain(value, expected):
    made = plain(value)
    assert made == expected
    assert json.loads(json.dumps(made)) == expected


def test_types_are_exact():
    made = plain({Tagged("k"): [Tagged("v"), Number(1)]})
    ((key, (text, number)),) = made.items()
    assert (type(key), type(text), type(number)) == (str, str, int)
