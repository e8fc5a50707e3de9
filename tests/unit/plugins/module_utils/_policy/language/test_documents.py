# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading, walking and writing documents."""

from __future__ import annotations

import json
import urllib.parse

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import policies_equal
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import (
    PolicyError,
    ascii_lower,
    checked_copy,
    compact_json,
    conditions_as_text,
    new_document,
    parse_document,
    scalar_text,
    statements,
    texts,
    walk_texts,
    with_text_conditions,
)

STATEMENT = {"Effect": "Allow", "Action": "a:B"}


@pytest.mark.parametrize("nothing", [None, "", " \n", {}, "{}", "null", " null ", "%7B%7D"])
def test_no_document(nothing):
    assert parse_document(nothing) is None


def test_text_encoded_text_and_dict_are_one():
    document = {"Version": "2012-10-17", "Statement": [STATEMENT], "Id": "a b+c%é"}
    text = json.dumps(document)
    for value in (document, text, f"\n {text} ", urllib.parse.quote(text), urllib.parse.quote(f" {text}", safe="")):
        assert parse_document(value) == document


def test_a_document_is_a_copy():
    document = {"Statement": [{**STATEMENT, "Condition": {"a": {"b": ["c"]}}}]}
    parsed = parse_document(document)
    parsed["Statement"][0]["Condition"]["a"]["b"].append("d")
    assert document["Statement"][0]["Condition"] == {"a": {"b": ["c"]}}


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1), ("1.5", 1.5), ("1.50", "1.50"), ("1e400", "1e400"), ("-0", "-0"), ("1E2", "1E2"), ("012", PolicyError)],
)
def test_a_number_keeps_its_text(text, value):
    """Writing 1.50 back as 1.5 would change what a StringEquals of somebody else's compares with."""
    document = f'{{"Statement": {{"Condition": {{"StringEquals": {{"a": {text}}}}}}}}}'
    if value is PolicyError:
        with pytest.raises(PolicyError, match="not valid JSON"):
            parse_document(document)
        return
    parsed = parse_document(document)
    assert parsed["Statement"]["Condition"]["StringEquals"]["a"] == value
    assert scalar_text(value, "x") == text


def test_statements():
    assert statements(None) == []
    assert statements({"Version": "2012-10-17"}) == []
    assert statements({"Statement": STATEMENT}) == [STATEMENT]
    assert statements({"Statement": [STATEMENT, STATEMENT]}) == [STATEMENT, STATEMENT]
    with pytest.raises(PolicyError, match=r"Statement\[1\] is an object, not text"):
        statements({"Statement": [STATEMENT, "x"]})
    with pytest.raises(PolicyError, match="Statement is a list of objects, not text"):
        statements({"Statement": "x"})


def test_new_document():
    assert new_document([STATEMENT]) == {"Version": "2012-10-17", "Statement": [STATEMENT]}


def test_compact_json_has_one_order_and_no_whitespace():
    one = {"Statement": [{"Condition": {"b": {"d": "1", "c": "2"}, "a": {}}, **STATEMENT, "Sid": "x"}], "Version": "v"}
    other = {
        "Version": "v",
        "Statement": [{"Sid": "x", **STATEMENT, "Condition": {"a": {}, "b": {"c": "2", "d": "1"}}}],
    }
    wanted = (
        '{"Version":"v","Statement":[{"Sid":"x","Effect":"Allow","Action":"a:B",'
        '"Condition":{"a":{},"b":{"c":"2","d":"1"}}}]}'
    )
    assert compact_json(one) == compact_json(other) == wanted


def test_compact_json_keeps_lists_scalars_and_characters():
    document = {"Id": "é", "Other": 1, "Statement": {"Action": ["b:B", "a:A"], "Resource": ["*"], "Sid": "a b"}}
    assert compact_json(document) == (
        '{"Id":"é","Statement":{"Sid":"a b","Action":["b:B","a:A"],"Resource":["*"]},"Other":1}'
    )


@pytest.mark.parametrize("document", [None, {}])
def test_compact_json_wants_a_document(document):
    with pytest.raises(PolicyError, match="no policy document to write"):
        compact_json(document)


def test_null_is_compared_as_absent_and_never_written():
    """Leaving a null Condition out of what is written would grant without it."""
    document = {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Condition": None}]}
    assert parse_document(document) == document
    with pytest.raises(PolicyError, match=r"Statement\[0\].Condition is null"):
        compact_json(document)
    with pytest.raises(PolicyError, match=r"Statement\[0\].Other\[0\].Sid is null"):
        parse_document({"Statement": [{"Other": [{"Sid": None}]}]})


def test_depth_is_bounded():
    inside = "x"
    for _level in range(15):
        inside = [inside]
    parse_document({"Id": inside})
    for _level in range(10):
        inside = [inside]
    with pytest.raises(PolicyError, match="nests deeper than 20 levels"):
        parse_document({"Id": inside})
    loop: list = []
    loop.append(loop)
    with pytest.raises(PolicyError, match="nests deeper than 20 levels"):
        parse_document({"Id": loop})


@pytest.mark.parametrize(
    ("value", "text"),
    [("x", "x"), (True, "true"), (False, "false"), (0, "0"), (15, "15"), (1.0, "1.0"), (1e22, "1e+22"), (0.1, "0.1")],
)
def test_scalar_text(value, text):
    assert scalar_text(value, "place") == text


@pytest.mark.parametrize("value", [None, [], {}, float("nan"), b"x", (1,)])
def test_scalar_text_refuses(value):
    with pytest.raises(PolicyError, match=r"place holds .* where text is wanted"):
        scalar_text(value, "place")


def test_texts():
    assert texts("x", "p") == ["x"]
    assert texts(["x", 1, True], "p") == ["x", "1", "true"]
    assert texts([], "p") == []
    with pytest.raises(PolicyError):
        texts([["x"]], "p")


def test_walk_texts():
    assert list(walk_texts({"a": ["b", {"c": "d"}], "e": 1, "f": "g"})) == ["b", "d", "g"]


def test_ascii_lower():
    assert ascii_lower("AbZ\u212aÉ") == "abz\u212aÉ"


def test_checked_copy_of_a_part():
    assert checked_copy({"StringEquals": {"a": 1}}, "conditions") == {"StringEquals": {"a": 1}}
    with pytest.raises(PolicyError, match=r"conditions\.StringEquals is null"):
        checked_copy({"StringEquals": None}, "conditions")


CONDITION = {
    "Bool": {"aws:SecureTransport": False, "aws:MultiFactorAuthPresent": ["true", True]},
    "Null": {"aws:TokenIssueTime": True},
    "NumericLessThan": {"aws:MultiFactorAuthAge": 3600, "s3:max-keys": [5, 1.5]},
    "StringEquals": {"a": []},
}
AS_TEXT = {
    "Bool": {"aws:SecureTransport": "false", "aws:MultiFactorAuthPresent": ["true", "true"]},
    "Null": {"aws:TokenIssueTime": "true"},
    "NumericLessThan": {"aws:MultiFactorAuthAge": "3600", "s3:max-keys": ["5", "1.5"]},
    "StringEquals": {"a": []},
}


def test_conditions_become_text_and_say_the_same():
    given = json.loads(json.dumps(CONDITION))
    assert conditions_as_text(given) == AS_TEXT
    assert given == CONDITION
    for statement in (STATEMENT, [STATEMENT, {**STATEMENT, "Condition": None}]):
        document = {"Version": "2012-10-17", "Statement": statement}
        assert with_text_conditions(document) == document
    whole = new_document([{**STATEMENT, "Condition": CONDITION}, STATEMENT])
    assert with_text_conditions(whole) == new_document([{**STATEMENT, "Condition": AS_TEXT}, STATEMENT])
    assert policies_equal(whole, with_text_conditions(whole))
    alone = {"Statement": {**STATEMENT, "Condition": CONDITION}}
    assert with_text_conditions(alone) == {"Statement": {**STATEMENT, "Condition": AS_TEXT}}


@pytest.mark.parametrize(
    "nothing", [None, {}, {"Statement": []}, {"Statement": "x"}, {"Statement": [1, {"Condition": 2}]}]
)
def test_what_is_no_condition_is_left_for_others_to_refuse(nothing):
    assert with_text_conditions(nothing) == nothing
    assert conditions_as_text({"Bool": 1}) == {"Bool": 1}
