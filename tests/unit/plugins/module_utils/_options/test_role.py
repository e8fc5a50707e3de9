# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the options of xacct_role is said before any call, all of it at once."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._options.role import (
    ANY_EXTERNAL_ID,
    EXTERNAL_ID_BYTES,
    check,
)

from tests.unit.plugins.module_utils._operations.role.declared_roles import BACKUP, params

DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

GOOD: list[dict] = [
    {},
    {"path": "/a/b/", "description": "é, tab\t and new line\n", "max_session_duration": 43200},
    {"permissions_boundary": ""},
    {"permissions_boundary": "arn:aws-cn:iam::222222222222:policy/path/Boundary"},
    {"managed_policies": ["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"]},
    {"inline_policies": {"one": DOCUMENT, "two": '{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}'}},
    {"tags": {"team": "a b", "level": 3, "empty": "", "ärger": "größe"}},
    {"trusted": [BACKUP]},
    {"trusted": [{**BACKUP, "generate_external_id": True}]},
    {"trusted": [{"name": "a", "state": "absent"}], "purge_trusted": False},
    {"trusted": [{"name": "a", "principals": ["*"]}], "allow_anyone": True},
    {"trusted": [{"name": "a", "principals": ["*"], "organizations": ["o-abcdefghij"]}]},
    {"state": "absent"},
    {"state": "absent", "trusted": [{"name": "a"}], "purge_trusted": False},
]


def inline(*statements: dict, **document: object) -> dict:
    """Return a role's options with an inline policy, of statements that differ from a right one."""
    right = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    made = [{**right, **statement} for statement in statements or ({},)]
    shown = [{key: value for key, value in statement.items() if value is not None} for statement in made]
    return {"inline_policies": {"p": {"Version": "2012-10-17", "Statement": shown, **document}}}


BAD: list[tuple[dict, str]] = [
    ({"name": "app/Role"}, "name: 'app/Role' is not a role's name"),
    ({"name": "R" * 65}, "is not a role's name"),
    ({"path": "app"}, "path: 'app' is not a path"),
    ({"path": "/app"}, "with a slash at both ends"),
    ({"path": "/aws-service-role/ec2.amazonaws.com/"}, "service-linked role"),
    ({"path": "/aws-reserved/sso.amazonaws.com/"}, "reserved by AWS"),
    ({"description": "x" * 1001}, "description: at most 1,000"),
    ({"description": "\u2603"}, "Latin-1"),
    ({"max_session_duration": 900}, "900 is not between 3600 and 43200"),
    ({"max_session_duration": 43201}, "43201 is not between"),
    ({"permissions_boundary": "Boundary"}, "arn:aws:iam::ACCOUNT_ID:policy/Boundary"),
    (inline(Version="2012-10-17 "), "inline_policies: p: Version is '2012-10-17 '"),
    (inline(Version="2030-01-01"), "inline_policies: p: Version is '2030-01-01'"),
    (inline({"Sid": "a-b"}), "IAM accepts letters and digits only"),
    (inline({"Sid": "A"}, {"Sid": "A"}), "another statement has it"),
    (inline({"Principal": "*"}), "only policies of resources name principals"),
    (inline({"Condition": {"StringEqual": {"aws:SourceIp": "x"}}}), "did you mean StringEquals?"),
    (inline({"Resource": None}), "a statement has either Resource or NotResource"),
    (inline({"Resource": "data/*"}), "is not an ARN"),
    (inline({"Resource": "arn:aws:s3::data/*"}), "did you mean arn:aws:s3:::data/*?"),
    (inline({"Action": "GetObject"}), "is not an action"),
    (inline({"Action": "s3:GetObjet"}), "did you mean s3:GetObject?"),
    (inline({"Action": "s3:HeadObject"}), "its permission is s3:GetObject"),
    (inline({"NotAction": "s3:*"}), "a statement has either Action or NotAction"),
    (inline({"Effect": "allow"}), "Effect is 'allow'"),
    (inline({"Effect": None, "effect": "Allow"}), "did you mean Effect?"),
    ({"managed_policies": ["ReadOnlyAccess"]}, "write arn:aws:iam::aws:policy/ReadOnlyAccess for one of AWS's own"),
    ({"managed_policies": ["arn:aws:iam::aws:policy/A"] * 2}, "arn:aws:iam::aws:policy/A is listed twice"),
    ({"inline_policies": {"a/b": DOCUMENT}}, "'a/b' is not a policy's name"),
    ({"inline_policies": {"a": "{nope"}}, "inline_policies: a: the policy document is not valid JSON"),
    ({"inline_policies": {"a": {}}}, "inline_policies: a: the document has no statement"),
    ({"tags": {"aws:x": "y"}}, "keys that begin with aws: belong to AWS"),
    ({"tags": {"xacct:managed-by": "me"}}, "is set by this module"),
    ({"tags": {"a*": "y"}}, "'a*' is not a tag's key"),
    ({"tags": {"a": "x" * 257}}, "at most 256"),
    ({"tags": {"a": ["x"]}}, "a tag's value is text"),
    ({"tags": {"Team": "x", "team": "y"}}, "Team and team are one key to IAM"),
    ({"tags": {f"k{number}": "" for number in range(50)}}, "50 tags, and a role takes 50, one of them"),
    ({"trusted": []}, "nobody would be left"),
    ({"trusted": [{"name": "a", "state": "absent"}]}, "nobody would be left"),
    ({"trusted": [BACKUP, BACKUP]}, "two entries have this name"),
    ({"trusted": [BACKUP, {"name": "backup", "state": "absent"}]}, "backup: present and absent at once"),
    ({"trusted": [{"name": "a"}]}, "a: principals is empty"),
    ({"trusted": [{"name": "a", "principals": [111111111111]}]}, "is a number"),
    ({"trusted": [{"name": "a", "principals": [1402433619]}]}, "octal"),
    ({"trusted": [{"name": "a", "principals": ["arn:aws:iam::111111111111:group/g"]}]}, "no IAM group"),
    ({"trusted": [{"name": "a", "principals": ["*"]}]}, "allow_anyone: true"),
    ({"trusted": [{"name": "a", "principals": ["*"], "external_id": "secret"}]}, "allow_anyone: true"),
    ({"trusted": [{**BACKUP, "external_id": 1234}]}, "put it in quotes"),
    ({"trusted": [{**BACKUP, "external_id": "abc", "generate_external_id": True}]}, "either external_id or"),
    ({"state": "absent", "purge_trusted": False}, "list the statements to remove"),
    ({"propagation_timeout": -1}, "-1 is not a number of seconds"),
]


@pytest.mark.parametrize("options", GOOD, ids=repr)
def test_good_options(options: dict) -> None:
    assert check(params(**options)) == []


@pytest.mark.parametrize(("options", "message"), BAD, ids=[message for _options, message in BAD])
def test_bad_options(options: dict, message: str) -> None:
    errors = check(params(**options))
    assert any(message in error for error in errors), errors


def test_all_errors_at_once_each_with_its_option() -> None:
    errors = check(params(name="a b", path="x", max_session_duration=1, trusted=[{"name": "q", "principals": [1]}]))
    assert [error.partition(":")[0] for error in errors] == ["name", "path", "max_session_duration", "trusted"]


def test_what_stands_for_an_external_id_is_as_long_as_one() -> None:
    assert len(ANY_EXTERNAL_ID) == EXTERNAL_ID_BYTES * 4 // 3
