# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mutations of an answer: every member is missing once, and hostile texts are where texts are."""

from __future__ import annotations

import json
import urllib.parse
import xml.etree.ElementTree as ET

import pytest

from tests.border.mutations import Answer, mutations, paths_of, spelled
from tests.border.texts import FORGED_HOST

pytestmark = pytest.mark.newest_core

POLICY = {"Version": "2012-10-17", "Statement": [{"Sid": "One", "Effect": "Allow", "Principal": {"AWS": ["1", "2"]}}]}
ROLE = (
    '<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role><Path>/</Path>'
    f"<AssumeRolePolicyDocument>{urllib.parse.quote(json.dumps(POLICY))}</AssumeRolePolicyDocument>"
    "<Tags><member><Key>a</Key><Value>b</Value></member></Tags></Role></GetRoleResult></GetRoleResponse>"
)
KEY_POLICY = {"PolicyName": "default", "Policy": json.dumps(POLICY)}


def test_every_element_is_missing_once() -> None:
    whole = Answer(200, {"content-type": "text/xml"}, ROLE.encode())
    elements = [element.tag for element in ET.fromstring(ROLE).iter()]
    changed = {mutation.what: mutation.answer.body for mutation in mutations(whole)}
    for tag in elements[1:]:
        body = changed[f"without {tag.rpartition('}')[2]}"]
        assert len(list(ET.fromstring(body).iter())) < len(elements)
    hostile = [what for what, body in changed.items() if FORGED_HOST in urllib.parse.unquote(body.decode("latin-1"))]
    assert any("Path" in what for what in hostile) and any("Statement[0].Sid" in what for what in hostile)


def test_every_member_is_missing_once_also_in_a_document_that_is_a_text() -> None:
    whole = Answer(200, {}, json.dumps(KEY_POLICY).encode())
    changed = {mutation.what: mutation.answer.body for mutation in mutations(whole)}
    assert json.loads(changed["without Policy"]) == {"PolicyName": "default"}
    for path in list(paths_of(POLICY))[1:]:
        body = json.loads(changed[f"Policy, in it: without {spelled(path)}"])
        assert len(list(paths_of(json.loads(body["Policy"])))) < len(list(paths_of(POLICY)))


def test_each_mutation_changes_something() -> None:
    for body in (ROLE, json.dumps(KEY_POLICY)):
        whole = Answer(200, {"x-amz-request-id": "x"}, body.encode())
        for mutation in mutations(whole):
            assert mutation.answer.raw != whole.raw, mutation.what
