# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write anew what is made of the rules and adapters of all types: the tables of docs/resources.md, a list of adapters.

    python3 tools/resources_page.py            write the page, and _services/adapters.py
    python3 tools/resources_page.py --check    fail if that would change them

Of the page, what stands between `<!-- made: NAME -->` and `<!-- made: end -->` is made here, the rest by hand.
"""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
PAGE = CHECKOUT / "docs" / "resources.md"
ADAPTERS_FILE = CHECKOUT / "plugins" / "module_utils" / "_services" / "adapters.py"
if "ansible_collections" not in sys.modules:
    sys.path.insert(0, str(CHECKOUT / ".cache" / "collections"))

from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.service_rules import POLICY, ServiceRules  # noqa: E402
from ansible_collections.xacct.aws.plugins.module_utils._services.resource_policy import (  # noqa: E402
    ResourcePolicy,
    RevisionedPolicy,
)
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES  # noqa: E402

_PART = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- made: end -->)", re.DOTALL)


_ADAPTERS_HEAD = '''# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What makes the calls of each type, by way of granting (`ServiceRules.ways`). Written by `tools/resources_page.py`.

By name, because Ansible sends to a host those files alone that it sees imported.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping

'''


def adapters(rules: ServiceRules) -> dict[str, type[ResourcePolicy]]:
    """Return the adapters in the `api.py` beside the rules, by way of granting."""
    api = importlib.import_module(f"{type(rules).__module__.rpartition('.')[0]}.api")
    found = [each for each in vars(api).values() if getattr(each, "__module__", "") == api.__name__]
    return {each.way: each for each in found if isinstance(each, type) and issubclass(each, ResourcePolicy)}


def adapters_file() -> str:
    """Return the file that imports all of them."""
    imports, lines = ["from .resource_policy import ResourcePolicy\n"], []
    for rules in SERVICES.values():
        found = adapters(rules)
        folder = type(rules).__module__.split(".")[-2]
        imports.append(f"from .{folder}.api import {', '.join(sorted(each.__name__ for each in found.values()))}\n")
        ways = ", ".join(f'"{way}": {found[way].__name__}' for way in rules.ways)
        lines.append(f'    "{rules.type}": {{{ways}}},\n')
    kept = "ADAPTERS: Mapping[str, Mapping[str, type[ResourcePolicy]]] = {\n"
    return f"{_ADAPTERS_HEAD}{''.join(sorted(imports))}\n{kept}{''.join(lines)}}}\n"


def code(texts: tuple[str, ...] | list[str]) -> str:
    """Return texts as code, side by side."""
    return " ".join(f"`{text}`" for text in texts)


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table."""
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def a_name(rules: ServiceRules) -> str:
    """Return NAME, unless there is only one name."""
    return rules.name if rules.name.isalpha() else "NAME"


def arn_of(rules: ServiceRules) -> str:
    """Return what an ARN of the type looks like."""
    place = "REGION:ACCOUNT" if rules.needs_account else ":"
    return f"arn:aws:{rules.service}:{place}:{rules.resource.format(name=a_name(rules))}"


def most(rules: ServiceRules) -> str:
    """Return how much a policy may hold."""
    size = f"{rules.limit:,} {rules.count}" if rules.limit else "not documented"
    size += " each grant" if rules.limit_of_each else ""
    return size + (f", {rules.most_statements} statements" if rules.most_statements else "")


def types() -> str:
    """Return one row a type."""
    rows = []
    for rules in SERVICES.values():
        revised = issubclass(adapters(rules)[POLICY], RevisionedPolicy)
        how = "a revision" if revised else "reading again"
        rows.append((f"`{rules.type}`", rules.title, f"`{arn_of(rules)}`", most(rules), how, rules.proved))
    return table(("type", "what it is", "ARN", "its policy takes", "others' writes are safe by", "proved by"), rows)


def words() -> str:
    """Return one row a word of `access`."""
    rows = [
        (f"`{rules.type}`", f"`{word}`", code(granted.resource))
        for rules in SERVICES.values()
        for word, granted in rules.access.items()
    ]
    return table(("type", "access", "actions"), rows)


def calls() -> str:
    """Return one row a type, of all calls to its service."""
    return table(
        ("type", "calls", "a statement's Resource"),
        [(f"`{rules.type}`", ", ".join(rules.api), code(resources_of(rules)) or "none") for rules in SERVICES.values()],
    )


def resources_of(rules: ServiceRules) -> list[str]:
    """Return what the statements name, with the ARN as `ARN`."""
    arn = rules.arn(a_name(rules), "REGION", "ACCOUNT", "aws")
    return [text.replace(str(arn), "ARN") for text in rules.resources(arn)]


def particulars() -> str:
    """Return what is to be known of each type."""
    return "\n".join(
        f"**{rules.title}** (`{rules.type}`)\n\n" + "".join(f"- {text}\n" for text in rules.to_know)
        for rules in SERVICES.values()
        if rules.to_know
    )


PARTS = {"types": types, "words": words, "calls": calls, "particulars": particulars}


def made(page: str) -> str:
    """Return the page with its parts as they are to be."""
    return _PART.sub(lambda match: f"{match[1]}\n{PARTS[match[2]]()}\n{match[3]}", page)


def main(arguments: list[str]) -> int:
    """Write both, or check them."""
    texts = {PAGE: made(PAGE.read_text(encoding="utf-8")), ADAPTERS_FILE: adapters_file()}
    if arguments == ["--check"]:
        return int(any(not path.exists() or path.read_text(encoding="utf-8") != text for path, text in texts.items()))
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
