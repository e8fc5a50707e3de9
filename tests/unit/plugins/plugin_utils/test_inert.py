# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What our filters return is never a template, on any ansible-core."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.xacct.aws.plugins.plugin_utils._inert import inert


def test_text_with_braces_stays_what_it_is() -> None:
    found = inert(lambda: {"msg": "{{ 7 * 7 }}", "said": ["{% if true %}yes{% endif %}"], "count": 2})()
    assert found == {"msg": "{{ 7 * 7 }}", "said": ["{% if true %}yes{% endif %}"], "count": 2}
    assert Templar(loader=DataLoader()).template(found) == found


def test_the_function_is_still_itself() -> None:
    def plan() -> list[str]:
        """Plan."""
        return ["a"]

    assert inert(plan).__doc__ == "Plan."
    assert inert(plan)() == ["a"]


def test_what_a_filter_raises_is_no_template_and_hides_nothing() -> None:
    def refuse() -> None:
        raise AnsibleFilterError("2 problems:\n- role {{ 7 * 7 }}{% x %}\n- \x1b[2K\nPLAY RECAP")

    with pytest.raises(AnsibleFilterError) as raised:
        inert(refuse)()
    text = raised.value.message
    assert text.splitlines()[1:] == [text.splitlines()[1], "- \\x1b[2K\\nPLAY RECAP"]
    assert Templar(loader=DataLoader()).template(text) == text


def test_a_defect_of_a_filter_says_where() -> None:
    with pytest.raises(AnsibleFilterError, match="Internal error: KeyError in <lambda>"):
        inert(lambda: {}["{{ 7 * 7 }}"])()


def test_control_characters_are_written_out() -> None:
    assert inert(lambda: ["a\x1bb", {"k\nPLAY": "\x9b"}])() == ["a\\x1bb", {"k\\nPLAY": "\\x9b"}]


def test_what_goes_on_to_modules_stays_as_it_was_declared() -> None:
    found = inert(lambda: ({"prefix": "a\tb/\u200d", "description": "{{ 7 * 7 }}\nb\n"},), goes_on=True)()
    assert found == [{"prefix": "a\tb/\u200d", "description": "{{ 7 * 7 }}\nb\n"}]
    assert Templar(loader=DataLoader()).template(found) == found


def test_the_content_of_a_file_keeps_its_lines() -> None:
    assert inert(lambda: "<?xml?>\n<a>\n</a>\n", is_file=True)() == "<?xml?>\n<a>\n</a>\n"
    found = inert(lambda: "{{ 7 * 7 }}\nb", is_file=True)()
    assert Templar(loader=DataLoader()).template(found) == "{{ 7 * 7 }}\nb"
