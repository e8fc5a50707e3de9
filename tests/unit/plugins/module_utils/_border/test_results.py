# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a result shows: messages without any secret, data as they are but for what can't be there by chance."""

from __future__ import annotations

import datetime
import json

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._border import redaction
from ansible_collections.xacct.aws.plugins.module_utils._border.results import (
    DEEPEST,
    defect,
    secrets_in,
    shown_arguments,
    shown_result,
    shown_value,
)
from hypothesis import given, settings
from hypothesis import strategies as st

KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY="
SHORT = "222222"
HIDDEN_ARGUMENT = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    """Start with no secret that another test has left."""
    monkeypatch.setattr(redaction, "_known", {})


def test_messages_and_data_are_treated_differently():
    messages = {"msg": f"code {SHORT} with {KEY}", "warnings": [f"of {SHORT}"]}
    result = {**messages, "id": f"x-{SHORT}", "said": [f"got {KEY}"]}
    assert shown_result(result, (KEY, SHORT)) == {
        "msg": "code ******** with ********",
        "warnings": ["of ********"],
        "id": f"x-{SHORT}",
        "said": ["got ********"],
    }


def test_only_messages_and_yaml_have_lines_of_our_own():
    text = "a:\n- b\n  c\n"
    shown = shown_result({"msg": text, "unread": [text], "fix": {"yaml": text, "text": text}, text: 1})
    escaped = "a:\\n- b\\n  c\\n"
    assert shown == {"msg": text.strip(), "unread": [escaped], "fix": {"yaml": text, "text": escaped}, text: 1}
    assert shown_value({"yaml": text, "why": [text]}) == {"yaml": text, "why": [escaped]}


def test_credentials_that_are_the_result_stay_what_they_are():
    shown = shown_result({"credentials": {"secret_key": KEY}, "msg": f"by {KEY}"}, (KEY,), secret_result=True)
    assert shown == {"credentials": {"secret_key": KEY}, "msg": "by ********"}


JSON_LIKE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet=st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(JSON_LIKE)
def test_whatever_there_is_can_be_encoded_and_printed(value):
    shown = shown_value(value)
    text = json.dumps(shown, ensure_ascii=False)
    text.encode()
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert shown_value(shown) == shown


def test_other_types_become_text_and_no_depth_is_too_much():
    assert shown_value({"at": datetime.date(2027, 1, 1), "set": {1}}) == {"at": "2027-01-01", "set": [1]}
    deep: list = []
    for _level in range(50_000):
        deep = [deep]
    shown, levels = shown_value(deep), 0
    while isinstance(shown, list):
        shown, levels = shown[0], levels + 1
    assert (levels, shown) == (DEEPEST, "(nested too deeply to be shown)")


def test_numbers_and_flags_stay_numbers_and_flags():
    value = {"changed": True, "n": 3, "f": 2.5, "none": None}
    assert shown_value(value) == value


SPEC = {
    "token": {"no_log": True},
    "hops": {"type": "list", "options": {"token": {"no_log": True}, "arn": {}}},
    "one": {"options": {"token": {"no_log": True}}},
}


def test_arguments_are_shown_without_the_values_of_no_log_options_and_passwords():
    params = {
        "token": KEY,
        "hops": [{"token": KEY, "arn": "a"}, "odd"],
        "one": {"token": KEY},
        "endpoint_url": "http://me:hunter2@127.0.0.1:9",
        "aws_config": {"proxies": {"https": "http://me:hunter2@proxy:8080"}},
        "nothing": None,
    }
    shown = shown_arguments(SPEC, params)
    assert shown["hops"] == [{"token": HIDDEN_ARGUMENT, "arn": "a"}, "odd"]
    assert shown["one"] == {"token": HIDDEN_ARGUMENT}
    assert shown["nothing"] is None
    assert "hunter2" not in json.dumps(shown)
    assert secrets_in(SPEC, params) == (KEY, KEY, KEY)
    assert secrets_in(SPEC, {"token": None, "hops": None, "one": "odd"}) == ()


@pytest.mark.parametrize(
    "proxy",
    ["me:hunter2@proxy:8080", "//me:hunter2@proxy:8080/", "me:h/unter@2@proxy", "socks5://me:hunter2@proxy:1080"],
)
def test_a_proxy_needs_no_scheme_for_its_password_to_be_hidden(proxy):
    shown = shown_arguments({}, {"aws_config": {"proxies": {"https": proxy}}})["aws_config"]["proxies"]["https"]
    assert "unter" not in shown
    assert "********@proxy" in shown


@pytest.mark.parametrize(
    "text", ["arn:aws:iam::111111111111:user/me@example.com", "me@example.com", "role/a", "a: b@c", "key:a@b c"]
)
def test_an_argument_that_is_no_address_is_shown(text):
    assert shown_arguments({}, {"principal": text}) == {"principal": text}


def test_a_defect_says_what_and_where_without_any_value():
    with pytest.raises(KeyError) as raised:
        {"a": {}}["a"]["{{ lookup('pipe', 'id') }}\x1b"]
    shown = shown_result(defect(raised.value))
    assert shown["failed"] is True
    assert shown["msg"].startswith("Internal error: KeyError in test_a_defect_says_what_and_where")
    assert shown["msg"].endswith("Report this as a bug")
    assert "\x1b" not in shown["msg"]
    assert "test_results.py, line " in shown["exception"]
    assert "lookup" not in shown["exception"]


def test_a_long_plan_is_not_cut():
    assert shown_value(["x" * 1_000_000]) == ["x" * 1_000_000]
