# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arrows between the rooms: who may import whom, where boto3 may be, how much a file or a folder may hold."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
UTILS = PLUGINS / "module_utils"
UNIT_TESTS = ROOT / "tests" / "unit" / "plugins" / "module_utils"
COLLECTION = "ansible_collections.xacct.aws."

BORDER = "_border"
LANGUAGE = "_policy/language"
REFERENCE = "_policy/reference"
EVALUATION = "_policy/evaluation"
S3 = "_policy/s3"
STATEMENTS = "_policy/statements"
KMS = "_policy/kms"
RULES = "_services: rules"
APIS = "_services: apis"
OPTIONS = "_options"
EXPECTATIONS = "_expectations"
ADVICE = "_advice"
DECLARATION = "_trusts/declaration"
METHODS = "_trusts/methods"
PLANNING = "_trusts/planning"
REPORTING = "_trusts/reporting"
CALLS = "_aws/calls"
FILES = "_aws/files"
SESSIONS = "_aws/sessions"
RESOURCES = "_resources"
OPERATIONS = "_operations"
ROLE = "_operations/role"
ASSUME = "_operations/assume"
WRITING = "_operations/writing"
GRANTS = "_operations/grants"
ACLS = "_operations/acls"
ACCESS_CHECK = "_operations/access_check"
VERIFY = "_operations/verify"
INERT = "_inert"
FILTER = "filter"
FACES = "faces"

POLICY = {REFERENCE, LANGUAGE, EVALUATION, S3, STATEMENTS, KMS}
TRUSTS = {DECLARATION, METHODS, PLANNING, REPORTING}
AWS = {CALLS, FILES, SESSIONS}
BELOW_OPERATIONS = {BORDER, *POLICY, RULES, OPTIONS, APIS, *AWS, RESOURCES}

MAY_IMPORT: dict[str, set[str]] = {
    BORDER: set(),
    LANGUAGE: {BORDER, REFERENCE},
    REFERENCE: set(),
    EVALUATION: {BORDER, REFERENCE, LANGUAGE},
    S3: {BORDER, REFERENCE, LANGUAGE, EVALUATION},
    STATEMENTS: {BORDER, REFERENCE, LANGUAGE, EVALUATION, S3},
    KMS: {BORDER, REFERENCE, LANGUAGE, EVALUATION, S3, STATEMENTS},
    RULES: {BORDER, *POLICY},
    OPTIONS: {BORDER, *POLICY, RULES},
    EXPECTATIONS: {BORDER, *POLICY, RULES},
    ADVICE: {BORDER, *POLICY, RULES},
    DECLARATION: {BORDER},
    METHODS: {BORDER, *POLICY, RULES, OPTIONS, EXPECTATIONS, DECLARATION},
    PLANNING: {BORDER, *POLICY, RULES, OPTIONS, EXPECTATIONS, DECLARATION, METHODS},
    REPORTING: {BORDER, ADVICE, EXPECTATIONS, DECLARATION, METHODS, PLANNING},
    CALLS: {BORDER, LANGUAGE},
    FILES: {BORDER, CALLS},
    SESSIONS: {BORDER, LANGUAGE, CALLS, FILES},
    APIS: {BORDER, *POLICY, RULES, *AWS},
    RESOURCES: {BORDER, *POLICY, RULES, OPTIONS, APIS, *AWS},
    OPERATIONS: {*BELOW_OPERATIONS, EXPECTATIONS},
    WRITING: {*BELOW_OPERATIONS, OPERATIONS},
    ROLE: {*BELOW_OPERATIONS, OPERATIONS, WRITING},
    ASSUME: {*BELOW_OPERATIONS, OPERATIONS},
    GRANTS: {*BELOW_OPERATIONS, OPERATIONS, WRITING},
    ACLS: {*BELOW_OPERATIONS, OPERATIONS, WRITING},
    ACCESS_CHECK: {*BELOW_OPERATIONS, ADVICE, EXPECTATIONS, OPERATIONS},
    VERIFY: {*BELOW_OPERATIONS, ADVICE, EXPECTATIONS, OPERATIONS, ACCESS_CHECK},
    INERT: {BORDER},
    FILTER: {*POLICY, RULES, EXPECTATIONS, ADVICE, *TRUSTS, INERT},
}
"""Rooms by name, and those below each. A room may import itself; the faces (plugins and `_faces.py`) import all."""
MAY_IMPORT[FACES] = set(MAY_IMPORT)

PURE = {BORDER, *POLICY, RULES, OPTIONS, EXPECTATIONS, ADVICE, *TRUSTS}
"""Rooms that know neither Ansible nor AWS's client."""

CALLING_FILES = ("adapters", "api", "registry", "resource_policy")
"""What calls AWS in `_services`; all else there is pure."""

MOST_LINES = 400
MOST_FILES = 15


def source_files() -> list[Path]:
    return sorted(PLUGINS.rglob("*.py"))


def room_of(module: str) -> str | None:
    """The room of a module's dotted name inside the collection (`plugins.module_utils._policy.language.documents`)."""
    parts = module.split(".")
    if parts[:1] != ["plugins"] or len(parts) < 2:
        return None
    if parts[1] == FILTER:
        return FILTER
    if parts[1] == "plugin_utils" and parts[2:3] == [INERT]:
        return INERT
    inside = parts[2:] if parts[1] == "module_utils" else []
    if inside[:1] == ["_services"]:
        # A file, or a name in it: `_services.sqs.api`, `_services.registry.ADAPTERS`.
        return APIS if any(part in CALLING_FILES for part in inside[1:3]) else RULES
    for length in (2, 1):
        room = "/".join(inside[:length])
        if len(inside) >= length and room in MAY_IMPORT:
            return room
    return FACES


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
    room = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found = []
    for name in imports_of(path, source):
        top = name.split(".")[0]
        if name.startswith(COLLECTION):
            other = room_of(name.removeprefix(COLLECTION))
            if other is not None and other != room and other not in MAY_IMPORT[room]:
                found.append(f"{room} imports {other}: {name}")
        elif top in ("boto3", "botocore", "s3transfer") and room not in AWS:
            found.append(f"{room} imports {name}, which belongs to _aws")
        elif room in PURE and top not in sys.stdlib_module_names:
            found.append(f"{room} imports {name}, which is neither the standard library nor the collection")
    return found


@pytest.mark.parametrize("path", source_files(), ids=lambda path: str(path.relative_to(PLUGINS)))
def test_imports_go_one_way(path):
    assert broken_rules(path, path.read_text(encoding="utf-8")) == []


def test_every_file_is_in_a_room():
    outside = {
        path.stem
        for path in UTILS.rglob("*.py")
        if room_of(".".join(path.relative_to(ROOT).with_suffix("").parts)) == FACES and path.name != "__init__.py"
    }
    assert outside == {"_faces"}


def test_the_rooms_have_no_circle():
    list(TopologicalSorter(MAY_IMPORT).static_order())


def test_the_files_have_no_circle():
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in source_files()}
    imports = {
        name: {
            other
            for imported in imports_of(path, path.read_text(encoding="utf-8"))
            for other in (imported.removeprefix(COLLECTION), imported.removeprefix(COLLECTION).rpartition(".")[0])
            if other in names
        }
        for name, path in names.items()
    }
    assert any(imports.values())
    try:
        list(TopologicalSorter(imports).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def lines_of_code(source: str) -> int:
    """Return how long a file is, without the documentation that Ansible shows of it."""
    documentation = [
        node.end_lineno - node.lineno + 1
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("DOCUMENTATION", "EXAMPLES", "RETURN")
    ]
    return len(source.splitlines()) - sum(documentation)


@pytest.mark.parametrize("path", source_files(), ids=lambda path: str(path.relative_to(PLUGINS)))
def test_no_file_is_two(path):
    assert lines_of_code(path.read_text(encoding="utf-8")) <= MOST_LINES


def test_no_folder_is_a_heap():
    files = Counter(path.parent.relative_to(PLUGINS) for path in UTILS.rglob("*.py"))
    assert {str(folder): count for folder, count in files.items() if count > MOST_FILES} == {}
    folders = {path for path in UTILS.rglob("*") if path.is_dir() and path.name != "__pycache__"}
    assert sorted(str(folder) for folder in folders if not (folder / "__init__.py").exists()) == []


def test_the_tests_mirror_the_modules():
    """`_policy/kms/grants.py` is tested by `_policy/kms/test_grants.py`, and `test_grants_….py` where that is long.

    A test of several rooms is in the folder of those, which holds no module.
    """
    lost = []
    for test in UNIT_TESTS.rglob("test_*.py"):
        words = test.stem.removeprefix("test_").split("_")
        stems = ["_".join(words[:count]) for count in range(1, len(words) + 1)]
        folder = UTILS / test.parent.relative_to(UNIT_TESTS)
        is_of_rooms = {path.name for path in folder.glob("*.py")} == {"__init__.py"}
        if not is_of_rooms and not any((folder / f"{stem}.py").exists() for stem in stems):
            lost.append(str(test.relative_to(UNIT_TESTS)))
    assert lost == []


@pytest.mark.parametrize(
    ("path", "source", "says"),
    [
        ("module_utils/_policy/language/x.py", "import boto3", "belongs to _aws"),
        ("module_utils/_operations/x.py", "def f():\n    from botocore.config import Config", "belongs to _aws"),
        ("module_utils/_services/sqs/rules.py", "import botocore", "belongs to _aws"),
        ("module_utils/_services/sqs/api.py", "import botocore", "belongs to _aws"),
        ("modules/xacct_x.py", "import boto3.session as s", "belongs to _aws"),
        ("module_utils/_policy/kms/x.py", "from ansible.errors import AnsibleError", "neither the standard library"),
        ("module_utils/_services/sqs/rules.py", "import jinja2", "neither the standard library"),
        ("module_utils/_trusts/planning/x.py", "import yaml", "neither the standard library"),
        ("module_utils/_policy/s3/x.py", "from ..._aws.calls import errors", "_policy/s3 imports _aws/calls"),
        ("module_utils/_policy/s3/x.py", "from ... import _faces", "_policy/s3 imports faces"),
        (
            "module_utils/_policy/language/x.py",
            "from ..statements.trust import trust_statement",
            "_policy/language imports _policy/statements",
        ),
        (
            "module_utils/_policy/statements/x.py",
            "from ..kms.grants import grant_request",
            "_policy/statements imports _policy/kms",
        ),
        ("module_utils/_services/sqs/rules.py", "from ..._aws.calls import errors", "_services: rules imports _aws"),
        ("module_utils/_services/sqs/rules.py", "from . import api", "_services: rules imports _services: apis"),
        ("module_utils/_services/sqs/rules.py", "from .api import QueuePolicy", "rules imports _services: apis"),
        ("module_utils/_services/rules_registry.py", "from .registry import ADAPTERS", "rules imports _services: apis"),
        ("module_utils/_services/s3_bucket/statements.py", "from .api import Bucket", "rules imports _services: apis"),
        ("module_utils/_services/sqs/api.py", "from ..._resources.role import Role", "apis imports _resources"),
        (
            "module_utils/_aws/sessions/x.py",
            "from ansible_collections.xacct.aws.plugins.module_utils._resources.role import Role",
            "_aws/sessions imports _resources",
        ),
        ("module_utils/_aws/calls/x.py", "from ..sessions import hops", "_aws/calls imports _aws/sessions"),
        (
            "module_utils/_resources/x.py",
            "import ansible_collections.xacct.aws.plugins.module_utils._operations.role.role",
            "_resources imports _operations/role",
        ),
        (
            "module_utils/_operations/role/x.py",
            "from ansible_collections.xacct.aws.plugins.module_utils import _faces",
            "_operations/role imports faces",
        ),
        ("module_utils/_options/x.py", "from .._resources.iam import call", "_options imports _resources"),
        ("module_utils/_options/x.py", "from .._services.sqs.api import x", "_options imports _services: apis"),
        ("module_utils/_operations/role/x.py", "from ..assume.session import Session", "imports _operations/assume"),
        ("module_utils/_operations/access_check/x.py", "from ..verify import verify", "imports _operations/verify"),
        (
            "module_utils/_operations/task.py",
            "from .role.role import OPERATION",
            "_operations imports _operations/role",
        ),
        ("module_utils/_trusts/methods/x.py", "from ..planning.plan import plan", "methods imports _trusts/planning"),
        ("module_utils/_trusts/planning/x.py", "from ..._resources.role import Role", "planning imports _resources"),
        ("module_utils/_trusts/planning/x.py", "from ..._services.sqs.api import x", "imports _services: apis"),
        ("filter/x.py", "from ..module_utils._operations.role.role import OPERATION", "imports _operations/role"),
        ("filter/x.py", "from ..module_utils._services.registry import ADAPTERS", "imports _services: apis"),
        ("module_utils/_operations/role/x.py", "from ansible.module_utils.basic import AnsibleModule", None),
        ("module_utils/_operations/role/x.py", "from ..._policy.language.documents import parse_document", None),
        ("module_utils/_policy/language/x.py", "import json\nfrom . import documents", None),
        ("module_utils/_services/sqs/api.py", "from .rules import RULES\nfrom ..._aws.calls import errors", None),
        ("module_utils/_trusts/methods/s3/x.py", "from ...._services.rules_registry import SERVICES", None),
        ("action/xacct_x.py", "from ..module_utils._aws.sessions import connection", None),
        ("module_utils/_aws/calls/x.py", "import boto3", None),
    ],
)
def test_the_rules_see_what_they_are_for(path, source, says):
    found = broken_rules(PLUGINS / path, source)
    if says is None:
        assert found == []
    else:
        assert len(found) == 1
        assert says in found[0]
