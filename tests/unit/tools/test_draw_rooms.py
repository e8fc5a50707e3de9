# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The drawing of the rooms: shelves from imports, sentences from docstrings."""

from __future__ import annotations

import pytest

from tools import draw_rooms


def test_a_room_is_above_all_that_it_imports():
    found = draw_rooms.shelves({"top": {"left", "low"}, "left": {"low"}, "low": set(), "alone": set()})
    assert found == {"top": 3, "left": 2, "low": 1, "alone": 1}


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ('"""One thing. And another.\n\nMore.\n"""', "One thing."),
        ('"""Over\ntwo lines: a | b, ``c``\n\nMore.\n"""', "Over two lines: a \\| b, `c`"),
        ("import json", ""),
    ],
)
def test_the_first_sentence(tmp_path, source, sentence):
    path = tmp_path / "x.py"
    path.write_text(source, encoding="utf-8")
    assert draw_rooms.first_sentence(path) == sentence


def test_check_says_whether_the_page_would_change(tmp_path, monkeypatch):
    monkeypatch.setattr(draw_rooms, "page", lambda: "new\n")
    monkeypatch.setattr(draw_rooms, "PAGE", tmp_path / "rooms.md")
    assert draw_rooms.main(["--check"]) == 1
    assert draw_rooms.main([]) == 0
    assert draw_rooms.main(["--check"]) == 0
