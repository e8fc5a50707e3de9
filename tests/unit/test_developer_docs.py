# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the developers' documentation names exists: files, links, rules that comments cite, stages of `make`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UTILS = ROOT / "plugins" / "module_utils"
PAGES = [*sorted((ROOT / "docs" / "dev").glob("*.md")), ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def existing(name: str) -> bool:
    """Whether a name is that of a file, a folder or a pattern of them, from the root, the plugins or the code."""
    places = (ROOT, ROOT / "plugins", UTILS)
    return any((place / name).exists() or any(place.glob(name)) for place in places)


@EVERY_PAGE
def test_paths_exist(page):
    named = re.findall(r"`([\w.*-]+(?:/[\w.*-]+)+/?)`", page.read_text(encoding="utf-8"))
    # A reader puts in what is in capitals; what is in .cache is made.
    paths = [name for name in named if not re.search("NAME|ROOM|HOST|ROLE", name) and not name.startswith(".cache/")]
    assert [name for name in paths if not existing(name)] == []


@EVERY_PAGE
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_rule_that_comments_cite_is_explained():
    cited = {
        rule
        for path in (ROOT / "plugins").rglob("*.py")
        for rule in re.findall(r"\bR\d+(?=[),]|: )", path.read_text(encoding="utf-8"))
    }
    page = (ROOT / "docs" / "dev" / "policy_rules.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| (R\d+) \|", page, flags=re.MULTILINE))
    assert cited and cited <= explained


def test_every_stage_is_explained():
    stages = re.search(r"^STAGES := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)[1]
    page = (ROOT / "docs" / "dev" / "testing.md").read_text(encoding="utf-8")
    assert [stage for stage in stages.split() if f"| `{stage}` |" not in page] == []
