# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arrows between the parts: who may import whom, where boto3 may be, and how long a file may get."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
COLLECTION = "ansible_collections.xacct.aws."

MAY_IMPORT = {
    "_border": set(),
    "_policy": {"_border"},
    "_trusts": {"_border", "_policy"},
    "_aws": {"_border", "_policy"},
    "_resources": {"_border", "_policy", "_aws"},
    "_operations": {"_border", "_policy", "_aws", "_resources"},
    "_inert": {"_border"},
    "filter": {"_policy", "_trusts", "_inert"},
    "faces": {"_border", "_policy", "_trusts", "_aws", "_resources", "_operations", "_inert"},
}
"""Layers by name, and those below each. A layer may import itself."""

PURE = ("_border", "_policy", "_trusts")
"""Layers that know neither Ansible nor AWS's client."""

MOST_LINES = 450


def source_files() -> list[Path]:
    return sorted(PLUGINS.rglob("*.py"))


def layer_of(module: str) -> str | None:
    """The layer of a module's dotted name inside the collection (`plugins.module_utils._policy.documents`)."""
    parts = module.split(".")
    if parts[:1] != ["plugins"] or len(parts) < 2:
        return None
    if parts[1] == "filter":
        return "filter"
    if parts[1] in ("module_utils", "plugin_utils") and len(parts) > 2 and parts[2] in MAY_IMPORT:
        return parts[2]
    return "faces"


def imports_of(path: Path, source: str) -> list[str]:
    """Every name that a file imports, at its top or inside a function, as absolute dotted names.

    `from a import b` counts as `a.b`, which may be a module.
    """
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = (node.module or "").split(".") if node.module else []
            if node.level:
                start = [*COLLECTION.rstrip(".").split("."), *package[: len(package) - node.level + 1], *start]
            found.extend(".".join([*start, alias.name]) for alias in node.names)
    return found


def broken_rules(path: Path, source: str) -> list[str]:
    """Say what is wrong with what a file imports."""
    layer = layer_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found = []
    for name in imports_of(path, source):
        top = name.split(".")[0]
        if name.startswith(COLLECTION):
            other = layer_of(name.removeprefix(COLLECTION))
            if other is not None and other != layer and other not in MAY_IMPORT[layer]:
                found.append(f"{layer} imports {other}: {name}")
        elif top in ("boto3", "botocore", "s3transfer") and layer != "_aws":
            found.append(f"{layer} imports {name}, which belongs to _aws")
        elif layer in PURE and top not in sys.stdlib_module_names:
            found.append(f"{layer} imports {name}, which is neither the standard library nor the collection")
    return found


@pytest.mark.parametrize("path", source_files(), ids=lambda path: str(path.relative_to(PLUGINS)))
def test_imports_go_one_way(path):
    assert broken_rules(path, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "path",
    [path for path in source_files() if PLUGINS / "modules" not in path.parents],
    ids=lambda path: str(path.relative_to(PLUGINS)),
)
def test_no_file_is_two(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_the_layers_have_no_circle():
    order: list[str] = []
    while len(order) < len(MAY_IMPORT):
        ready = [layer for layer, below in MAY_IMPORT.items() if layer not in order and below <= set(order)]
        assert ready
        order.extend(ready)


@pytest.mark.parametrize(
    ("path", "source", "says"),
    [
        ("module_utils/_policy/x.py", "import boto3", "belongs to _aws"),
        ("module_utils/_operations/x.py", "def f():\n    from botocore.config import Config", "belongs to _aws"),
        ("modules/xacct_x.py", "import boto3.session as s", "belongs to _aws"),
        ("module_utils/_policy/x.py", "from ansible.errors import AnsibleError", "neither the standard library"),
        ("module_utils/_trusts/x.py", "import yaml", "neither the standard library"),
        ("module_utils/_policy/x.py", "from .._aws import errors", "_policy imports _aws"),
        ("module_utils/_policy/x.py", "from .. import _faces", "_policy imports faces"),
        (
            "module_utils/_aws/x.py",
            "from ansible_collections.xacct.aws.plugins.module_utils._resources.role import Role",
            "_aws imports _resources",
        ),
        (
            "module_utils/_resources/x.py",
            "import ansible_collections.xacct.aws.plugins.module_utils._operations.role",
            "_resources imports _operations",
        ),
        (
            "module_utils/_operations/x.py",
            "from ansible_collections.xacct.aws.plugins.module_utils import _faces",
            "_operations imports faces",
        ),
        ("module_utils/_trusts/x.py", "from .._resources.role import Role", "_trusts imports _resources"),
        ("filter/x.py", "from ..module_utils._operations.role import OPERATION", "filter imports _operations"),
        ("module_utils/_operations/x.py", "from ansible.module_utils.basic import AnsibleModule", None),
        ("module_utils/_operations/x.py", "from .._policy.documents import parse_document", None),
        ("module_utils/_policy/x.py", "import json\nfrom . import documents", None),
        ("action/xacct_x.py", "from ..module_utils._aws import connection", None),
        ("module_utils/_aws/x.py", "import boto3", None),
    ],
)
def test_the_rules_see_what_they_are_for(path, source, says):
    found = broken_rules(PLUGINS / path, source)
    if says is None:
        assert found == []
    else:
        assert len(found) == 1
        assert says in found[0]
