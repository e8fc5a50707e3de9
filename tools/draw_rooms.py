# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw the rooms of the code and what each imports, from the code itself: docs/dev/rooms.md.

    python3 tools/draw_rooms.py            write the page
    python3 tools/draw_rooms.py --check    fail if that would change it

The rooms, and how imports are read, are those of tests/unit/test_architecture.py: there is one table of them. It takes
nothing but Python.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

CHECKOUT = Path(__file__).resolve().parents[1]
PAGE = CHECKOUT / "docs" / "dev" / "rooms.md"
ARCHITECTURE = CHECKOUT / "tests" / "unit" / "test_architecture.py"

HEAD = """<!--
Copyright (c) 2026, xacct.aws contributors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->

# The rooms

Made from the code by `tools/draw_rooms.py`; do not edit it by hand. What the rooms are for is in
[architecture.md](architecture.md); `tests/unit/test_architecture.py` holds the arrows.
"""

SHELVES = """## Shelves

A room imports from lower shelves only, and of those only what the table below says. Rooms of one shelf do not know
each other. The first column tells the rooms that know neither Ansible nor AWS's client ("pure").
"""

ARROWS = """
## Who imports whom

What the code imports today. The faces may import everything and are left out of the others' rows.
"""

FILES = """
## What is in them

Of the faces, `modules/xacct_NAME.py` (documentation and entry point) and `action/xacct_NAME.py` are left out: there is
one of each for every module.
"""

ONE_A_MODULE = ("modules", "action")


def architecture() -> SimpleNamespace:
    """Return the tables and plain functions of the test of the architecture, without its tests and without pytest."""
    tree = ast.parse(ARCHITECTURE.read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if not _needs_pytest(node)]
    names: dict = {"__file__": str(ARCHITECTURE), "__name__": "architecture"}
    exec(compile(tree, str(ARCHITECTURE), "exec"), names)  # noqa: S102 - a file of this checkout, without its tests
    return SimpleNamespace(**names)


def _needs_pytest(node: ast.AST) -> bool:
    return any(
        (isinstance(each, ast.Name) and each.id == "pytest")
        or (isinstance(each, ast.Import) and any(alias.name == "pytest" for alias in each.names))
        for each in ast.walk(node)
    )


def files_by_room(rules: SimpleNamespace) -> dict[str, list[Path]]:
    """Return the files of every room that has any. Empty ones (`__init__.py`) are left out."""
    found: dict[str, list[Path]] = {}
    for path in rules.source_files():
        if path.stat().st_size and path.name != "__init__.py":
            found.setdefault(rules.room_of(_dotted(rules, path)), []).append(path)
    return found


def _dotted(rules: SimpleNamespace, path: Path) -> str:
    return ".".join(path.relative_to(rules.ROOT).with_suffix("").parts)


def arrows(rules: SimpleNamespace, files: Mapping[str, list[Path]]) -> dict[str, set[str]]:
    """Return what every room imports of the others."""
    found: dict[str, set[str]] = {}
    for room, paths in files.items():
        names = [name for path in paths for name in rules.imports_of(path, path.read_text(encoding="utf-8"))]
        inside = [name.removeprefix(rules.COLLECTION) for name in names if name.startswith(rules.COLLECTION)]
        found[room] = {rules.room_of(name) for name in inside} - {room, None}
    return found


def shelves(imports: Mapping[str, set[str]]) -> dict[str, int]:
    """Return the shelf of every room: one above the highest that it imports from."""
    found: dict[str, int] = {}

    def shelf(room: str) -> int:
        if room not in found:
            found[room] = 1 + max((shelf(other) for other in imports.get(room, ())), default=0)
        return found[room]

    for room in imports:
        shelf(room)
    return found


def first_sentence(path: Path) -> str:
    """Return the first paragraph of a file's docstring on one line, up to its first full stop."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    paragraph = " ".join(text.partition("\n\n")[0].split())
    sentence, stop, _rest = paragraph.partition(". ")
    return (sentence + stop.strip()).replace("``", "`").replace("|", "\\|")


def page() -> str:
    """Return the page."""
    rules = architecture()
    files = files_by_room(rules)
    imports = arrows(rules, files)
    place = shelves(imports)
    order = sorted(files, key=lambda room: (-place[room], room))
    lines = [HEAD, SHELVES, *_drawing(rules, order, place), ARROWS, "| room | imports |", "|---|---|"]
    for room in order:
        others = sorted(imports[room] - {rules.FACES}, key=order.index)
        lines.append(f"| `{room}` | {', '.join(f'`{other}`' for other in others) or 'nothing'} |")
    lines.append(FILES)
    for room in order:
        lines += [f"### `{room}`", "", "| file | |", "|---|---|"]
        for path in files[room]:
            name = path.relative_to(rules.PLUGINS)
            if name.parts[0] not in ONE_A_MODULE:
                lines.append(f"| `{name}` | {first_sentence(path)} |")
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _drawing(rules: SimpleNamespace, order: list[str], place: Mapping[str, int]) -> list[str]:
    """The rooms in a column of shelves, the highest at the top."""
    rows = []
    for number in sorted(set(place.values()), reverse=True):
        here = [room for room in order if place[room] == number]
        for title, rooms in (
            ("", [room for room in here if room not in rules.PURE]),
            ("pure", [room for room in here if room in rules.PURE]),
        ):
            if rooms:
                rows.append((number, title, "   ".join(f"[{room}]" for room in rooms)))
    width = max(len(text) for _number, _title, text in rows)
    rule = f"+------+{'-' * (width + 2)}+"
    lines = ["```text", rule]
    for index, (number, title, text) in enumerate(rows):
        lines.append(f"| {title:4} | {text:{width}} |")
        if index + 1 == len(rows) or rows[index + 1][0] != number:
            lines.append(rule)
    return [*lines, "```"]


def main(arguments: list[str]) -> int:
    """Write the page, or check it."""
    after = page()
    if arguments == ["--check"]:
        before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        if before != after:
            print("docs/dev/rooms.md is not what the code says: run python3 tools/draw_rooms.py", file=sys.stderr)
        return int(before != after)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
