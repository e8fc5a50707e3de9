# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What our filters return is never a template, on any ansible-core."""

from __future__ import annotations

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
