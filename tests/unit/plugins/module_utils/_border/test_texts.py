# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text of strangers can be read, and neither moves the cursor nor forges a line."""

from __future__ import annotations

import unicodedata

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._border.texts import bounded, one_line, own_lines
from hypothesis import given, settings
from hypothesis import strategies as st

TABLE = [
    ("plain text, ä and 日本", "plain text, ä and 日本"),
    ("a\nPLAY RECAP", "a\\nPLAY RECAP"),
    ("a\r\tb", "a\\r\\tb"),
    ("\x1b[2J", "\\x1b[2J"),
    ("\x9b2J", "\\x9b2J"),
    ("\x7f", "\\x7f"),
    ("\u202egpj.exe", "\\u202egpj.exe"),
    ("a\u2028b", "a\\u2028b"),
    ("\ud800", "\\ud800"),
    ("\u200b", "\\u200b"),
]


@pytest.mark.parametrize(("text", "shown"), TABLE)
def test_every_character_that_is_not_seen_is_written_out(text, shown):
    assert one_line(text) == shown


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_whatever_comes_in_is_one_line_that_every_terminal_and_encoding_takes(text):
    shown = one_line(text)
    assert len(shown.splitlines()) <= 1
    shown.encode()
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in shown)
    assert not set(shown) & set("\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("a- \n\r\x85")))
def test_lines_of_our_own_lists_stay_and_no_other(text):
    _first, *others = own_lines(text).split("\n")
    assert all(line.startswith(("- ", "  ")) for line in others if line or line is not others[-1])
    assert own_lines(own_lines(text)) == own_lines(text)


def test_lists_of_errors_keep_their_lines():
    assert own_lines("2 errors:\n- one\n    more of one\n- two") == "2 errors:\n- one\n    more of one\n- two"
    assert own_lines("- a: 1\n  b: 2\n") == "- a: 1\n  b: 2\n"
    assert own_lines("said:\nfatal: [host]") == "said:\\nfatal: [host]"


def test_what_is_cut_is_counted():
    assert bounded("abcdef", 4) == "abcd … (2 more characters)"
    assert bounded("abcd", 4) == "abcd"
