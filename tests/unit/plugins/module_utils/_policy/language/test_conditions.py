# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every condition operator.

Sources: IAM User Guide, "IAM JSON policy elements: Condition operators", "Single-valued vs. multivalued context keys",
"Policy variables with no value".
"""

from __future__ import annotations

import copy
import datetime
import pickle

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.conditions import (
    OPERATORS,
    compile_conditions,
    wrong_operator,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.context import (
    NOT_DERIVED,
    UNKNOWN,
    ContextView,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError

ABSENT = None


def holds(operator, found, wanted, *, variables=True, **others):
    """Whether the operator holds for a key that has `found` in the request and `wanted` in the policy."""
    context = ContextView({"Test:Key": found, **others}, lambda _key: NOT_DERIVED)
    (test,) = compile_conditions({operator: {"test:kEY": wanted}}, variables=variables)
    return test.holds(context)


@pytest.mark.parametrize(
    ("operator", "found", "wanted", "expected"),
    [
        ("DateLessThan", "1000", "2000", True),
        ("DateGreaterThan", "9", "8", True),
        ("DateLessThan", "1798761600", "2027-01-02T00:00:00Z", True),
    ],
)
def test_digits_are_seconds_in_the_epoch_time_and_a_year_elsewhere(operator, found, wanted, expected):
    context = ContextView({"aws:EpochTime": found}, lambda _key: NOT_DERIVED)
    (test,) = compile_conditions({operator: {"aws:EpochTime": wanted}}, variables=True)
    assert test.holds(context) is expected
    (year,) = compile_conditions({"DateLessThan": {"test:key": "1971"}}, variables=True)
    assert year.holds(ContextView({"test:key": "1970-06-01T00:00:00Z"}, lambda _key: NOT_DERIVED)) is True


STRINGS = [
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", "a", ["b", "a"], True),
    ("StringEquals", "a", "*", False),
    ("StringEquals", "", "", True),
    ("StringEquals", "a", [], False),
    ("StringEquals", True, "true", True),
    ("StringEquals", 5, 5, True),
    ("StringNotEquals", "a", "a", False),
    ("StringNotEquals", "a", ["b", "a"], False),
    ("StringNotEquals", "a", ["b", "c"], True),
    ("StringEqualsIgnoreCase", "Red", "rED", True),
    ("StringEqualsIgnoreCase", "Red", "r*", False),
    ("StringNotEqualsIgnoreCase", "Red", "rED", False),
    ("StringNotEqualsIgnoreCase", "Red", "blue", True),
    ("StringLike", "abc", "a*", True),
    ("StringLike", "abc", "A*", False),
    ("StringLike", "abc", "?b?", True),
    ("StringNotLike", "abc", "a*", False),
    ("StringNotLike", "abc", ["x*", "y*"], True),
    ("stringequals", "a", "a", True),
]

NUMBERS = [
    ("NumericEquals", "10", 10, True),
    ("NumericEquals", "10.0", "10", True),
    ("NumericEquals", "1e1", "10", True),
    ("NumericEquals", "ten", "10", False),
    ("NumericEquals", "10", "ten", False),
    ("NumericEquals", "10", "1_0", False),
    ("NumericEquals", "NaN", "NaN", False),
    ("NumericNotEquals", "10", "10", False),
    ("NumericNotEquals", "11", "10", True),
    ("NumericLessThan", "9", "10", True),
    ("NumericLessThan", "10", "10", False),
    ("NumericLessThan", "9", ["1", "10"], True),
    ("NumericLessThanEquals", "10", "10", True),
    ("NumericGreaterThan", "100", "99", True),
    ("NumericGreaterThan", "99", "100", False),
    ("NumericGreaterThanEquals", "-1", "-1", True),
    ("NumericLessThan", "x", "10", False),
    ("NumericGreaterThan", "0.1", "0.09999999999999999999", True),
]

DATES = [
    ("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01", True),
    ("DateEquals", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00Z", True),
    ("DateEquals", "2026-01-01T00:00:00Z", "1767225600", True),
    ("DateEquals", "1767225600", "2026", True),
    ("DateEquals", "2026-02-30", "2026-02-30", False),
    ("DateEquals", "soon", "soon", False),
    ("DateNotEquals", "2026-01-02", "2026-01-01", True),
    ("DateNotEquals", "2026-01-01", "2026-01-01", False),
    ("DateLessThan", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", True),
    ("DateLessThan", "2027-01-01T00:00:00Z", "2027-01-01T00:00:00Z", False),
    ("DateLessThan", "2027-01-01T00:00:00Z", "2027-01-01T00:00:00.5Z", True),
    ("DateLessThanEquals", "2027-01-01T00:00:00Z", "2027-01-01T00:00:00Z", True),
    ("DateGreaterThan", "2027-01-01T00:00:01Z", "2027-01-01T00:00:00Z", True),
    ("DateGreaterThan", "2027-01", "2027", False),
    ("DateGreaterThanEquals", "2027-01", "2027", True),
    ("DateLessThan", "2026-01-01", "2026-*", False),
    ("DateLessThan", datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc), "2027-01-01T00:00:00Z", True),
]

OTHERS = [
    ("Bool", "true", "true", True),
    ("Bool", True, True, True),
    ("Bool", "TRUE", "true", True),
    ("Bool", "false", "true", False),
    ("Bool", "false", ["true", "false"], True),
    ("Bool", "yes", "yes", False),
    ("Bool", "1", "true", False),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
    ("BinaryEquals", "QmluYXJ5", "b3RoZXI=", False),
    ("BinaryEquals", "not base64!", "not base64!", False),
    ("IpAddress", "203.0.113.7", "203.0.113.0/24", True),
    ("IpAddress", "203.0.114.7", "203.0.113.0/24", False),
    ("IpAddress", "203.0.113.7", "203.0.113.7", True),
    ("IpAddress", "203.0.113.7", ["10.0.0.0/8", "203.0.113.5/24"], True),
    ("IpAddress", "2001:db8::1", "2001:DB8::/32", True),
    ("IpAddress", "2001:db8::1", "0.0.0.0/0", False),
    ("IpAddress", "cloudformation.amazonaws.com", "0.0.0.0/0", False),
    ("IpAddress", "203.0.113.7", "everywhere", False),
    ("NotIpAddress", "203.0.113.7", "203.0.113.0/24", False),
    ("NotIpAddress", "198.51.100.1", "203.0.113.0/24", True),
    ("NotIpAddress", "cloudformation.amazonaws.com", "203.0.113.0/24", True),
    ("ArnEquals", "arn:aws:iam::111111111111:role/a", "arn:aws:iam::*:role/*", True),
    ("ArnLike", "arn:aws:iam::111111111111:role/a", "arn:aws:iam::111111111111:role/b", False),
    ("ArnLike", "arn:aws:iam::111111111111:role/a", "arn:aws:iam::111111111111:root", False),
    ("ArnLike", "not an arn", "arn:*:*:*:*:*", False),
    ("ArnLike", "arn:aws:iam::111111111111:role/a", "*", None),
    ("ArnNotEquals", "arn:aws:iam::111111111111:role/a", "arn:aws:iam::*:role/*", False),
    ("ArnNotLike", "arn:aws:iam::111111111111:role/a", "arn:aws:iam::*:user/*", True),
    ("Null", ABSENT, "true", True),
    ("Null", ABSENT, "false", False),
    ("Null", ABSENT, True, True),
    ("Null", "a", "true", False),
    ("Null", "a", "false", True),
    ("Null", "a", "FALSE", True),
    ("Null", "a", ["true", "false"], True),
    ("Null", "a", "no", False),
    ("Null", [], "true", True),
]


@pytest.mark.parametrize(("operator", "found", "wanted", "expected"), STRINGS + NUMBERS + DATES + OTHERS)
def test_operators(operator, found, wanted, expected):
    assert holds(operator, found, wanted) is expected


POSITIVE = {
    "StringEquals": "a",
    "StringEqualsIgnoreCase": "a",
    "StringLike": "*",
    "NumericEquals": "1",
    "NumericLessThan": "1",
    "NumericLessThanEquals": "1",
    "NumericGreaterThan": "1",
    "NumericGreaterThanEquals": "1",
    "DateEquals": "2026",
    "DateLessThan": "2026",
    "DateLessThanEquals": "2026",
    "DateGreaterThan": "2026",
    "DateGreaterThanEquals": "2026",
    "Bool": "false",
    "BinaryEquals": "YQ==",
    "IpAddress": "0.0.0.0/0",
    "ArnEquals": "arn:*:*:*:*:*",
    "ArnLike": "arn:*:*:*:*:*",
}
NEGATED = {
    "StringNotEquals": "a",
    "StringNotEqualsIgnoreCase": "a",
    "StringNotLike": "*",
    "NumericNotEquals": "1",
    "DateNotEquals": "2026",
    "NotIpAddress": "0.0.0.0/0",
    "ArnNotEquals": "arn:*:*:*:*:*",
    "ArnNotLike": "arn:*:*:*:*:*",
}


@pytest.mark.parametrize(("operator", "wanted"), POSITIVE.items())
def test_a_missing_key_fails_a_positive_operator(operator, wanted):
    assert holds(operator, ABSENT, wanted) is False
    assert holds(f"{operator}IfExists", ABSENT, wanted) is True
    assert holds(f"ForAnyValue:{operator}", ABSENT, wanted) is False
    assert holds(f"ForAllValues:{operator}", ABSENT, wanted) is True
    assert holds(f"ForAllValues:{operator}IfExists", ABSENT, wanted) is True


@pytest.mark.parametrize(("operator", "wanted"), NEGATED.items())
def test_a_missing_key_passes_a_negated_operator(operator, wanted):
    assert holds(operator, ABSENT, wanted) is True
    assert holds(f"{operator}IfExists", ABSENT, wanted) is True
    assert holds(f"ForAnyValue:{operator}", ABSENT, wanted) is False
    assert holds(f"ForAllValues:{operator}", ABSENT, wanted) is True


@pytest.mark.parametrize(("operator", "wanted"), [*POSITIVE.items(), *NEGATED.items(), ("Null", "true")])
def test_an_unknown_key_leaves_the_test_open(operator, wanted):
    assert holds(operator, UNKNOWN, wanted) is None


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike"])
def test_if_exists_looks_at_what_is_there(operator):
    assert holds(f"{operator}IfExists", "b", "a") is False
    assert holds(f"{operator}IfExists", "a", "a") is True
    assert holds(f"{operator}IfExists", UNKNOWN, "a") is None


@pytest.mark.parametrize(
    ("operator", "found", "wanted", "expected"),
    [
        # The table of "Evaluation logic for condition set operators".
        ("ForAllValues:StringLike", ["PostDateTime", "UserName"], ["PostDateTime", "Message", "Tags"], False),
        ("ForAllValues:StringLike", ["PostDateTime", "Message"], ["PostDateTime", "Message", "Tags"], True),
        ("ForAnyValue:StringLike", ["UserName", "Message", "PostDateTime"], ["ID", "PostDateTime"], True),
        ("ForAnyValue:StringLike", ["UserName"], ["ID", "PostDateTime"], False),
        # "resolve to an empty data set (for example, an empty string)"
        ("ForAllValues:StringEquals", [], "a", True),
        ("ForAllValues:StringEquals", "", "a", True),
        ("ForAnyValue:StringEquals", [], "a", False),
        ("ForAnyValue:StringEquals", "", "", False),
        ("ForAnyValue:StringNotEquals", ["a"], ["a"], False),
        ("ForAnyValue:StringNotEquals", ["a", "b"], ["a"], True),
        ("ForAllValues:StringNotEquals", ["a", "b"], ["a"], False),
        ("ForAllValues:StringNotEquals", ["b", "c"], ["a"], True),
        ("ForAllValues:StringEquals", "a", "a", True),
        ("forallvalues:stringequals", "a", "a", True),
        ("ForAnyValue:ArnLike", ["arn:aws:s3:::a", "x"], "arn:aws:s3:::*", True),
        ("ForAnyValue:StringEqualsIfExists", ["a"], "a", True),
        # AWS does not say; one reading is that IfExists has no effect behind ForAnyValue.
        ("ForAnyValue:StringEqualsIfExists", ABSENT, "a", None),
        # "Multivalued context keys require a condition set operator": without one, it is open.
        ("StringEquals", ["a", "b"], "a", None),
        ("StringEquals", ["a"], "a", True),
    ],
)
def test_set_operators(operator, found, wanted, expected):
    assert holds(operator, found, wanted) is expected


@pytest.mark.parametrize("operator", ["StringMatches", "NullIfExists", "ForSomeValues:StringEquals", "BoolNot", ""])
def test_an_operator_that_does_not_exist_is_not_known(operator):
    assert holds(operator, "a", "a") is None
    (test,) = compile_conditions({operator: {"k": "v"}}, variables=True)
    assert test.why_unknown == f"AWS has no condition operator {operator}"


@pytest.mark.parametrize(
    ("operator", "found", "wanted", "expected"),
    [
        ("StringEquals", "ann", "${aws:username}", True),
        ("StringLike", "home/ann/x", "home/${aws:username}/*", True),
        ("StringEqualsIgnoreCase", "ANN", "${aws:username}", True),
        ("ArnLike", "arn:aws:iam::111111111111:user/ann", "arn:aws:iam::*:user/${aws:username}", True),
        ("StringLike", "home/*", "home/${*}", True),
        ("StringLike", "home/a", "home/${*}", False),
        # "Policy variables with no value": equal to and like nothing, so that negated operators match.
        ("StringEquals", "ann", "${aws:PrincipalTag/none}", False),
        ("StringNotEquals", "ann", "${aws:PrincipalTag/none}", True),
        ("StringNotLike", "ann", "${aws:PrincipalTag/none}*", True),
        ("StringEquals", "ann", ["${aws:PrincipalTag/none}", "ann"], True),
        ("StringEquals", "ann", "${aws:userid}", None),
        ("StringNotEquals", "ann", "${aws:userid}", None),
        ("StringNotEquals", "ann", ["${aws:userid}", "ann"], False),
        # Only string and ARN operators take variables.
        ("NumericEquals", "5", "${aws:five}", False),
        ("Bool", "true", "${aws:yes}", False),
    ],
)
def test_variables_in_values(operator, found, wanted, expected):
    others = {"aws:username": "ann", "aws:userid": UNKNOWN, "aws:five": "5", "aws:yes": "true"}
    assert holds(operator, found, wanted, **others) is expected


def test_a_policy_of_2008_has_no_variables():
    assert holds("StringEquals", "ann", "${aws:username}", variables=False, **{"aws:username": "ann"}) is False
    assert holds("StringEquals", "${aws:username}", "${aws:username}", variables=False) is True


def test_all_tests_of_a_block_are_kept_apart():
    """Operators or keys that differ in case only both have to hold."""
    block = {"StringEquals": {"k": "a", "K": "b"}, "stringEquals": {"k": "c"}}
    assert len(compile_conditions(block, variables=True)) == 3
    assert compile_conditions({}, variables=True) == ()
    assert compile_conditions(None, variables=True) == ()


@pytest.mark.parametrize("block", [[], "x", {"StringEquals": "x"}, {"StringEquals": {"k": {"a": "b"}}}])
def test_what_is_no_condition_block_is_refused(block):
    with pytest.raises(PolicyError):
        compile_conditions(block, variables=True)


def test_context_values_are_checked():
    with pytest.raises(PolicyError, match="time zone"):
        holds("DateLessThan", datetime.datetime(2026, 1, 1), "2027")
    with pytest.raises(PolicyError, match="context key"):
        holds("StringEquals", {"a": 1}, "a")
    with pytest.raises(PolicyError, match="can only be UNKNOWN"):
        ContextView({"aws:PrincipalTag/*": "x"}, lambda _key: NOT_DERIVED)


def test_keys_by_prefix_and_keys_of_every_request():
    view = ContextView({"aws:PrincipalTag/*": UNKNOWN, "aws:PrincipalTag/a": "1"}, lambda _key: NOT_DERIVED)
    assert view.get("aws:principaltag/a") == ("1",)
    assert view.get("aws:principaltag/b") is UNKNOWN
    assert view.get("aws:requesttag/b") is None
    assert view.get("aws:currenttime") is UNKNOWN
    everything = ContextView({"*": UNKNOWN, "sts:ExternalId": None}, lambda _key: NOT_DERIVED)
    assert everything.get("sts:externalid") is None
    assert everything.get("aws:sourcevpc") is UNKNOWN
    clock = ContextView({"aws:CurrentTime": "2026-01-01T00:00:00Z"}, lambda _key: NOT_DERIVED)
    assert clock.get("aws:epochtime") == ("2026-01-01T00:00:00Z",)


def test_unknown_is_neither_true_nor_false():
    with pytest.raises(TypeError):
        bool(UNKNOWN)


def test_unknown_stays_itself_wherever_it_goes():
    assert pickle.loads(pickle.dumps(UNKNOWN)) is UNKNOWN  # noqa: S301
    assert copy.deepcopy([UNKNOWN])[0] is UNKNOWN
    assert repr(UNKNOWN) == str(UNKNOWN) == f"{UNKNOWN}" == "UNKNOWN"


@pytest.mark.parametrize("qualifier", ["", "ForAllValues:", "ForAnyValue:"])
@pytest.mark.parametrize("ending", ["", "IfExists"])
def test_what_aws_has_is_no_wrong_operator(qualifier, ending):
    for operator in OPERATORS:
        for spelled in (operator, operator.lower()):
            if operator != "Null":
                assert wrong_operator(f"{qualifier}{spelled}{ending}") is None
    assert wrong_operator("Null") is None


@pytest.mark.parametrize(
    ("operator", "meant"),
    [
        ("ArnLikes", "; did you mean ArnLike?"),
        ("stringequal", "; did you mean StringEquals?"),
        ("ForAnyValues:StringLike", "; did you mean StringLike?"),
        ("NullIfExists", "; did you mean Null?"),
        ("Contains", ""),
    ],
)
def test_a_wrong_operator(operator, meant):
    assert wrong_operator(operator) == f"AWS has no condition operator {operator}{meant}"
